//! A program on the other side and a screen on this one: bytes in, bytes out, until one of them ends.

use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use futures::stream::{self, Stream, StreamExt};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;

use super::out::Out;
use crate::model::{Delta, Input};

/// bash where there is one. Nothing of the cluster goes into the words; the last one is the session's mark, by which
/// its processes are found again: when a connection ends, kubelets and engines leave what was started behind.
pub const SHELL: [&str; 3] =
    ["sh", "-c", "export SPYHOP_SESSION=$0; command -v bash >/dev/null 2>&1 && exec bash || exec sh"];
/// What a terminal that is closed does to its programs.
pub const HANG_UP: [&str; 3] = [
    "sh",
    "-c",
    "for p in /proc/[0-9]*; do grep -q SPYHOP_SESSION=$0 $p/environ 2>/dev/null && kill -HUP ${p#/proc/}; done",
];
/// So long may that take.
pub const PATIENCE: Duration = Duration::from_millis(1500);
/// Bytes in one piece of output.
const PIECE: usize = 16 << 10;

/// Different for each session of each program.
pub fn mark() -> String {
    format!("{}-{}", std::process::id(), jiff::Timestamp::now().as_nanosecond())
}

/// How a conversation came to its end.
#[derive(Debug, PartialEq, Eq)]
pub enum Over {
    /// The process ended, or the way to it.
    Ended,
    /// Nobody listens any more.
    Left,
}

/// Who is told how large the screen is.
pub trait Terminal: Send {
    fn fit(&mut self, width: u16, height: u16) -> impl Future<Output = ()> + Send;
}

/// Carries bytes both ways until the process ends, or until the session is closed here. `tty` says that the process has a
/// terminal of its own, which puts the cursor where it belongs.
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

/// What is read, piece by piece, to its end.
pub fn pieces(reader: impl AsyncRead + Unpin + Send) -> impl Stream<Item = Bytes> + Send {
    stream::unfold((reader, vec![0; PIECE]), |(mut reader, mut buffer)| async move {
        let n = reader.read(&mut buffer).await.unwrap_or(0);
        (n > 0).then(|| (Bytes::copy_from_slice(&buffer[..n]), (reader, buffer)))
    })
}

/// Ends with the output. A screen that is slow holds it back, and the process with it.
async fn listen(output: impl Stream<Item = Bytes>, tty: bool, out: &mut Out) {
    let mut output = pin!(output);
    while let Some(piece) = output.next().await {
        out.say(Delta::Output(if tty { piece } else { returned(&piece) }));
        out.flush().await;
    }
}

/// Without a terminal on the other side nobody has put the cursor back at the end of a line.
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

/// Ends when the session is closed here; a process that takes no more ends when it likes.
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
            // The gate holds back what is typed.
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

    #[tokio::test]
    async fn lines_of_a_process_without_a_terminal_begin_at_the_left() {
        assert_eq!(shown(false).await, b"one\r\ntwo\r\n");
        assert_eq!(shown(true).await, b"one\ntwo\n");
    }
}
