//! `spyhop logs`: the lines of pods, merged and followed as on the screen.

use std::io::{self, Write};

use futures::StreamExt;

use super::get::{Place, found};
use super::{LogsArgs, unless_closed, unwritten};
use crate::app::view::{TAIL, log_source};
use crate::kinds;
use crate::model::{Delta, Error, KindRef, LogLine, Object, Pods, Query, Result, Scope, Str, Tail};

/// Prints lines until all were printed, or for as long as they come.
pub async fn logs(args: &LogsArgs, place: &Place<'_>, out: &mut impl Write) -> Result<()> {
    let pods = pods(args, place).await?;
    let container = Str::from(args.container.clone().unwrap_or_default());
    let lines = match (args.tail, args.since) {
        (Some(tail), _) => u32::try_from(tail).ok(),
        (None, None) if args.follow => TAIL.lines,
        (None, _) => None,
    };
    let since = args.since.map(|since| since.as_secs().min(u64::from(u32::MAX)) as u32);
    let tail = Tail { lines, since, previous: args.previous, head: false };
    let mut answers = place.source.open(Query::Logs { at: place.at, pods, container, tail }, None);
    let (mut sources, mut mark) = (Vec::new(), None);
    loop {
        match answers.next().await {
            Some(Ok(Delta::Lines(lines))) => match print(&lines, &mut sources, args, out) {
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
                printed => printed.map_err(unwritten)?,
            },
            Some(Ok(Delta::Mark(version))) => mark = Some(version),
            Some(Ok(Delta::Ready)) if !args.follow => return out.flush().or_else(unless_closed).map_err(unwritten),
            Some(Ok(_)) => {}
            Some(Err(error)) => return Err(error),
            None => return Ok(()),
        }
        let _ = &mark;
    }
}

fn print(lines: &[LogLine], sources: &mut Vec<Str>, args: &LogsArgs, out: &mut impl Write) -> io::Result<()> {
    for line in lines {
        if !sources.contains(&line.from) {
            sources.push(line.from.clone());
        }
        let name = log_source(sources, &line.from);
        let lead = if name.is_empty() { String::new() } else { format!("{name} ") };
        if line.mark {
            out.flush()?;
            eprintln!("--- {} {}", line.from, line.text);
            continue;
        }
        let stamp = if args.timestamps { format!("{} ", line.stamp()) } else { String::new() };
        writeln!(out, "{stamp}{lead}{}", line.text)?;
    }
    out.flush()
}
