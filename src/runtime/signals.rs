//! Signals of the system: to end, to stop for a while, to go on. The terminal is given back before the first two.

use std::future::poll_fn;
use std::io;
use std::task::Poll;

use rustix::process::{Pid, getpid, getsid, kill_process};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// The request of a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// The program has to end. The number is that of the signal.
    End(i32),
    /// The program has to stop, as with Ctrl-Z in a shell.
    Stop,
    /// The program was stopped and goes on. Another program may have used the terminal meanwhile.
    GoOn,
}

/// The signals that end a program that does not handle them, on Linux and macOS alike.
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

/// Listens to signals. From its creation to the end of the program, these signals have no effect of their own.
#[derive(Debug)]
pub struct Signals {
    ends: Vec<(i32, Signal)>,
    stop: Signal,
    go_on: Signal,
    /// A signal to end that came while another program had the terminal. It is reported next.
    ended: Option<i32>,
}

impl Signals {
    /// Needs a tokio runtime.
    pub fn new() -> io::Result<Self> {
        let listen = |number: i32| signal(SignalKind::from_raw(number));
        let ends = ENDS.iter().chain(MORE).filter_map(|number| Some((*number, listen(*number).ok()?))).collect();
        Ok(Self { ends, stop: listen(STOP)?, go_on: listen(GO_ON)?, ended: None })
    }

    /// The next signal. Equal signals that come at once are reported once.
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

    /// Waits for a program that has the terminal. `Err` if a signal ends spyhop meanwhile. Keys typed at the other
    /// program, such as Ctrl-C, are not meant for spyhop. If both are stopped, both go on together.
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

    /// Stops the program until it is told to go on. The signals of this stop are not reported again.
    pub async fn pause(&mut self) {
        stop();
        let quiet = std::time::Duration::from_millis(1);
        while let Ok(Heard::Stop | Heard::GoOn) = tokio::time::timeout(quiet, self.next()).await {}
    }
}

/// Whether a shell started the program and can tell it to go on.
pub fn can_stop() -> bool {
    getsid(None::<Pid>).is_ok_and(|session| session != getpid())
}

fn stop() {
    if can_stop() {
        let _ = kill_process(getpid(), rustix::process::Signal::STOP);
    }
}
