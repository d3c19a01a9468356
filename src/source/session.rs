//! Connects a program in a container with a screen here: it carries bytes both ways until one side ends.

use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use futures::stream::{self, Stream, StreamExt};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;

use super::out::Out;
use crate::model::{Delta, Input};

/// Starts bash if the container has it, otherwise sh. The command contains nothing from the cluster. Its last argument
/// is the mark of the session, which becomes an environment variable. By this variable the processes are found again,
/// because kubelets and engines leave processes running when a connection ends.
pub const SHELL: [&str; 3] =
    ["sh", "-c", "export SPYHOP_SESSION=$0; command -v bash >/dev/null 2>&1 && exec bash || exec sh"];
/// Sends SIGHUP to all processes of a session, as a terminal does when it is closed.
pub const HANG_UP: [&str; 3] = [
    "sh",
    "-c",
    "for p in /proc/[0-9]*; do grep -q SPYHOP_SESSION=$0 $p/environ 2>/dev/null && kill -HUP ${p#/proc/}; done",
];
/// The longest time for [`HANG_UP`].
pub const PATIENCE: Duration = Duration::from_millis(1500);
/// The most bytes of one piece of output.
const PIECE: usize = 16 << 10;

/// A mark that is different for each session of each process.
pub fn mark() -> String {
    format!("{}-{}", std::process::id(), jiff::Timestamp::now().as_nanosecond())
}

/// How a session ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Over {
    /// The process ended, or the connection to it broke.
    Ended,
    /// The user closed the session.
    Left,
}

/// Receives the size of the screen.
pub trait Terminal: Send {
    fn fit(&mut self, width: u16, height: u16) -> impl Future<Output = ()> + Send;
}

/// Carries bytes both ways until the process ends or the user closes the session. `tty` says whether the process has a
/// terminal. A terminal moves the cursor to the start of a new line.
pub async fn converse(
    output: impl Stream<Item = Bytes> + Send,
    writer: Option<impl AsyncWrite + Unpin + Send>,
    terminal: impl Terminal,
    tty: bool,
    input: mpsc::Receiver<Input>,
    out: &mut Out,
) -> Over {
    tokio::select! {
        () = listen(output, tty, out) => Over::Ended,
        () = speak(writer, terminal, input) => Over::Left,
    }
}

/// The content of a reader as a stream of pieces.
pub fn pieces(reader: impl AsyncRead + Unpin + Send) -> impl Stream<Item = Bytes> + Send {
    stream::unfold((reader, vec![0; PIECE]), |(mut reader, mut buffer)| async move {
        let n = reader.read(&mut buffer).await.unwrap_or(0);
        (n > 0).then(|| (Bytes::copy_from_slice(&buffer[..n]), (reader, buffer)))
    })
}

/// Passes the output on, and returns when it ends. A slow screen slows the process down.
async fn listen(output: impl Stream<Item = Bytes>, tty: bool, out: &mut Out) {
    let mut output = pin!(output);
    while let Some(piece) = output.next().await {
        out.say(Delta::Output(if tty { piece } else { returned(&piece) }));
        out.flush().await;
    }
}

/// A process without a terminal ends its lines without a carriage return, so one is added.
fn returned(piece: &[u8]) -> Bytes {
    let mut out = Vec::with_capacity(piece.len() + 16);
    for byte in piece {
        if *byte == b'\n' {
            out.push(b'\r');
        }
        out.push(*byte);
    }
    out.into()
}

/// Passes the input on, and returns when the user closes the session. A process that accepts no more input may continue
/// to run.
async fn speak(
    mut writer: Option<impl AsyncWrite + Unpin>,
    mut terminal: impl Terminal,
    mut input: mpsc::Receiver<Input>,
) {
    while let Some(next) = input.recv().await {
        match next {
            Input::Bytes(bytes) => {
                let Some(open) = &mut writer else { continue };
                if open.write_all(&bytes).await.is_err() || open.flush().await.is_err() {
                    writer = None;
                }
            }
            Input::Resize(width, height) => terminal.fit(width, height).await,
            // Typed input does not get here while the gate holds it back.
            Input::Hold(_) => {}
            Input::Close => {
                if let Some(mut open) = writer.take() {
                    let _ = open.shutdown().await;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;
    use tokio::sync::mpsc::channel;

    use super::*;
    use crate::model::Result;
    use crate::source::out;

    struct Fixed;

    impl Terminal for Fixed {
        async fn fit(&mut self, _: u16, _: u16) {}
    }

    async fn shown(tty: bool) -> Vec<u8> {
        let stream = out::stream(move |out| {
            async move {
                let (_typed, input) = channel(1);
                let output = pieces(&b"one\ntwo\n"[..]);
                let over = converse(output, None::<tokio::io::Sink>, Fixed, tty, input, out).await;
                assert_eq!(over, Over::Ended);
                Ok(())
            }
            .boxed()
        });
        let bytes = stream.map(|delta: Result<Delta>| match delta {
            Ok(Delta::Output(bytes)) => bytes,
            other => panic!("{other:?}"),
        });
        bytes.collect::<Vec<_>>().await.concat()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn lines_of_a_process_without_a_terminal_begin_at_the_left() {
        assert_eq!(shown(false).await, b"one\r\ntwo\r\n");
        assert_eq!(shown(true).await, b"one\ntwo\n");
    }
}
