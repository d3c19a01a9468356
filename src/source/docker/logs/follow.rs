//! Reads the log of one container: the lines so far, and then new lines.

use std::sync::Arc;
use std::time::Duration;

use futures::stream::{self, BoxStream, StreamExt};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::time::{Instant, sleep_until};

use super::LogSource;
use crate::model::{Error, LogLine, Result, Str, Tail};
use crate::source::docker::engine::Engine;
use crate::source::docker::frames::{Frames, From};
use crate::source::docker::wire;
use crate::source::lines::Lines;

/// The most bytes that are read of the start of a log.
const HEAD: usize = 1 << 20;
/// The end of a log is reported after this time at the earliest, so that an engine that ends each log at once is not
/// asked without a pause.
const LEAST: Duration = Duration::from_secs(1);
/// The most lines that are kept of a whole log: the latest.
const KEPT: usize = 500_000;

pub enum Said {
    Lines(Vec<LogLine>),
    Ended,
}

/// The start of the wanted part, and how the output is encoded.
#[derive(Clone, Copy)]
pub struct LogStart {
    /// In nanoseconds since 1970; 0 means from the start.
    pub since: i64,
    pub tty: bool,
}

/// Reads the lines that the log has so far.
pub async fn past(engine: Arc<Engine>, source: LogSource, tail: Tail) -> (String, Result<Vec<LogLine>>) {
    let read = read(&engine, &source, tail).await;
    (source.id, read)
}

async fn read(engine: &Engine, source: &LogSource, tail: Tail) -> Result<Vec<LogLine>> {
    let count = tail.lines.filter(|_| !tail.head).map_or_else(|| "all".to_owned(), |n| n.to_string());
    let since = tail.since.map_or(0, |secs| jiff::Timestamp::now().as_second() - i64::from(secs));
    // Docker keeps one log for all runs. The previous run ends where the present one began.
    let until = if tail.previous { format!("&until={}", seconds(source.started)) } else { String::new() };
    let path = format!("{}&tail={count}&since={since}{until}", path(&source.id));
    let mut body = wire::follow(&engine.line, &path).await?;
    let mut reader = Reader::new(source.name.clone(), source.tty);
    let (mut lines, mut bytes) = (Vec::new(), 0);
    while let Some(chunk) = chunk(&mut body).await? {
        bytes += chunk.len();
        reader.feed(chunk, &mut lines);
        if tail.head && bytes > HEAD {
            break;
        }
        if lines.len() > 2 * KEPT {
            lines.drain(..lines.len() - KEPT);
        }
    }
    reader.finish(&mut lines);
    Ok(lines)
}

/// Follows the log from `part` on.
pub fn follow(engine: Arc<Engine>, id: String, name: Str, part: LogStart) -> BoxStream<'static, Result<Said>> {
    let path = format!("{}&follow=1&tail=all&since={}", path(&id), seconds(part.since));
    let open = async move {
        let body = wire::follow(&engine.line, &path).await?;
        let reader = Reader::new(name, part.tty);
        Ok::<_, Error>(stream::unfold((body, reader, false, Instant::now()), move |state| step(state, part.since)))
    };
    stream::once(open)
        .flat_map(|opened| match opened {
            Ok(said) => said.boxed(),
            Err(error) => stream::iter([Err(error)]).boxed(),
        })
        .boxed()
}

/// A body, its reader, whether it has ended, and when reading began.
type Following = (Incoming, Reader, bool, Instant);

async fn step((mut body, mut reader, over, begun): Following, since: i64) -> Option<(Result<Said>, Following)> {
    if over {
        return None;
    }
    let mut lines = Vec::new();
    loop {
        match chunk(&mut body).await {
            // The engine or the container is gone. An event tells which, or the lack of one.
            Ok(None) | Err(_) => {
                reader.finish(&mut lines);
                lines.retain(|line| line.time > since);
                let said = if lines.is_empty() { Said::Ended } else { Said::Lines(lines) };
                let over = matches!(said, Said::Ended);
                if over {
                    sleep_until(begun + LEAST).await;
                }
                return Some((Ok(said), (body, reader, over, begun)));
            }
            Ok(Some(bytes)) => reader.feed(bytes, &mut lines),
        }
        // The engine sends the last line again.
        lines.retain(|line| line.time > since);
        if !lines.is_empty() {
            return Some((Ok(Said::Lines(lines)), (body, reader, false, begun)));
        }
    }
}

async fn chunk(body: &mut Incoming) -> Result<Option<bytes::Bytes>> {
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| Error::Offline(format!("the log was cut off: {error}")))?;
        if let Ok(bytes) = frame.into_data() {
            return Ok(Some(bytes));
        }
    }
    Ok(None)
}

fn path(id: &str) -> String {
    format!("/containers/{id}/logs?stdout=1&stderr=1&timestamps=1")
}

/// `1767225600.000000001`.
fn seconds(nanos: i64) -> String {
    format!("{}.{:09}", nanos.div_euclid(1_000_000_000), nanos.rem_euclid(1_000_000_000))
}

/// Turns frames into lines, for each stream separately.
struct Reader {
    frames: Frames,
    out: Lines,
    err: Lines,
    /// The streams whose last frame did not end its line.
    cut: Vec<From>,
    /// Whether the reader is within a frame.
    within: bool,
}

impl Reader {
    fn new(name: Str, tty: bool) -> Self {
        let [out, err] = [Lines::new(name.clone()), Lines::new(name)];
        Self { frames: Frames::new(tty), out, err, cut: Vec::new(), within: false }
    }

    fn feed(&mut self, bytes: bytes::Bytes, out: &mut Vec<LogLine>) {
        let tty = self.frames.is_raw();
        for (from, piece, ends) in self.frames.feed(bytes) {
            let goes_on = !self.within && self.cut.contains(&from);
            // Docker stores long lines in pieces, and each piece begins with the time again.
            let text = if goes_on && !tty { without_stamp(&piece) } else { &piece };
            self.within = !ends;
            if ends && !tty {
                self.cut.retain(|known| *known != from);
                if !piece.ends_with(b"\n") {
                    self.cut.push(from);
                }
            }
            match from {
                From::Out => self.out.feed(text, out),
                From::Err => self.err.feed(text, out),
            }
        }
    }

    fn finish(&mut self, out: &mut Vec<LogLine>) {
        self.out.finish(out);
        self.err.finish(out);
    }
}

fn without_stamp(piece: &[u8]) -> &[u8] {
    match piece.iter().position(|byte| *byte == b' ') {
        Some(at) if at > 19 && piece[..at].ends_with(b"Z") => &piece[at + 1..],
        _ => piece,
    }
}
