//! Signals of the system: to end, to stop for a while, to go on. The terminal is given back before the first two.

use std::io;

use futures::StreamExt;
use futures::stream::{self, BoxStream, SelectAll, select_all};
use rustix::process::{Pid, getpid, getsid, kill_process};
use tokio::signal::unix::{SignalKind, signal};

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
pub struct Signals {
    /// Only the signals that arrived are looked at: the loop asks after each of its events.
    heard: SelectAll<BoxStream<'static, Heard>>,
    /// A signal to end that came while the terminal was not ours. It is reported next.
    ended: Option<i32>,
}

impl Signals {
    /// Needs a tokio runtime. Signals to end that the system does not let a program handle are left out.
    pub fn new() -> io::Result<Self> {
        let ends = ENDS.iter().chain(MORE).filter_map(|number| listen(*number, Heard::End(*number)).ok());
        let others = [listen(STOP, Heard::Stop)?, listen(GO_ON, Heard::GoOn)?];
        Ok(Self { heard: select_all(ends.chain(others)), ended: None })
    }

    /// The next signal. Equal signals that come at once are reported once.
    pub async fn next(&mut self) -> Heard {
        match self.ended {
            Some(number) => Heard::End(number),
            // The streams never end.
            None => self.heard.select_next_some().await,
        }
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
        while let Ok(heard) = tokio::time::timeout(quiet, self.next()).await {
            if let Heard::End(number) = heard {
                self.ended = Some(number);
                return;
            }
        }
    }
}

fn listen(number: i32, heard: Heard) -> io::Result<BoxStream<'static, Heard>> {
    let mut signal = signal(SignalKind::from_raw(number))?;
    Ok(stream::poll_fn(move |context| signal.poll_recv(context).map(|_| Some(heard))).boxed())
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
