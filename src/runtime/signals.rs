//! What the system says to the program: to end, to stop for a while, to go on. The terminal is given back before each.

use std::future::poll_fn;
use std::io;
use std::task::Poll;

use rustix::process::{Pid, getpid, getsid, kill_process};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// What a signal asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// To end, by the signal of this number.
    End(i32),
    /// To stop, as Ctrl-Z in a shell does.
    Stop,
    /// It was stopped, by whatever, and goes on: the terminal may be another's work by now.
    GoOn,
}

/// Signals that end a program which does not listen to them, on Linux and macOS alike.
const ENDS: &[i32] = &[1, 2, 3, 5, 6, 14, 15, 24, 25, 26, 27];
#[cfg(target_os = "linux")]
const MORE: &[i32] = &[10, 12, 16, 29, 30];
#[cfg(not(target_os = "linux"))]
const MORE: &[i32] = &[30, 31];

const INTERRUPT: i32 = 2;
const QUIT: i32 = 3;
#[cfg(target_os = "linux")]
const STOP: i32 = 20;
#[cfg(not(target_os = "linux"))]
const STOP: i32 = 18;
#[cfg(target_os = "linux")]
const GO_ON: i32 = 18;
#[cfg(not(target_os = "linux"))]
const GO_ON: i32 = 19;

/// From when it is made to the end of the program, these signals do nothing by themselves.
#[derive(Debug)]
pub struct Signals {
    ends: Vec<(i32, Signal)>,
    stop: Signal,
    go_on: Signal,
    /// Heard while another program had the terminal: it is heard again.
    ended: Option<i32>,
}

impl Signals {
    /// Needs a tokio runtime.
    pub fn new() -> io::Result<Self> {
        let listen = |number: i32| signal(SignalKind::from_raw(number));
        let ends = ENDS.iter().chain(MORE).filter_map(|number| Some((*number, listen(*number).ok()?))).collect();
        Ok(Self { ends, stop: listen(STOP)?, go_on: listen(GO_ON)?, ended: None })
    }

    /// The next one. What comes several times at once is heard once.
    pub async fn next(&mut self) -> Heard {
        if let Some(number) = self.ended {
            return Heard::End(number);
        }
        poll_fn(|context| {
            for (number, signal) in &mut self.ends {
                if signal.poll_recv(context).is_ready() {
                    return Poll::Ready(Heard::End(*number));
                }
            }
            if self.stop.poll_recv(context).is_ready() {
                return Poll::Ready(Heard::Stop);
            }
            self.go_on.poll_recv(context).map(|_| Heard::GoOn)
        })
        .await
    }

    /// Waits for what another program has the terminal for; `Err` when a signal ends this one meanwhile. What is
    /// typed at the other program, as Ctrl-C, is not meant for this one; when both are stopped, both go on together.
    pub async fn beside<T>(&mut self, other: impl Future<Output = T>) -> Result<T, i32> {
        let mut other = std::pin::pin!(other);
        loop {
            tokio::select! {
                done = &mut other => return Ok(done),
                heard = self.next() => match heard {
                    Heard::End(INTERRUPT | QUIT) | Heard::GoOn => {}
                    Heard::End(number) => {
                        self.ended = Some(number);
                        return Err(number);
                    }
                    Heard::Stop => stop(),
                },
            }
        }
    }

    /// Stops the program until it is told to go on; nothing that was heard of that is heard again.
    pub async fn pause(&mut self) {
        stop();
        let quiet = std::time::Duration::from_millis(1);
        while let Ok(Heard::Stop | Heard::GoOn) = tokio::time::timeout(quiet, self.next()).await {}
    }
}

/// Whether somebody could tell the program to go on: a shell that it was started from.
pub fn can_stop() -> bool {
    getsid(None::<Pid>).is_ok_and(|session| session != getpid())
}

fn stop() {
    if can_stop() {
        let _ = kill_process(getpid(), rustix::process::Signal::STOP);
    }
}
