//! `spyhop logs`: the lines of pods, merged and followed as on the screen.

use std::io::{self, Write};
use std::time::Duration;

use futures::StreamExt;

use super::LogsArgs;
use super::get::{Aim, found, patiently};
use crate::app::commands::logs::pods_of;
use crate::app::view::log_source;
use crate::kinds;
use crate::model::{Delta, End, Error, KindRef, LogLine, Object, Pods, Query, Result, Scope, Str, Tail};

/// A server that went away while lines are followed is asked again after so long.
const PAUSE: Duration = Duration::from_secs(1);

/// Prints lines until all were printed, or for as long as they come.
pub async fn logs(args: &LogsArgs, place: &Aim<'_>, out: &mut impl Write) -> Result<()> {
    let pods = pods(args, place).await?;
    print_all(args, pods, place, "", out).await
}

/// The same once it is known whose lines they are; each begins with `who`.
pub async fn print_all(args: &LogsArgs, pods: Pods, place: &Aim<'_>, who: &str, out: &mut impl Write) -> Result<()> {
    // Containers of a project are told apart from the first line on, before it is known who else speaks.
    let several = pods.name.is_empty();
    let query = query(args, pods, place);
    // Written on after each piece of an answer: standard output alone writes each line by itself.
    let out = &mut io::BufWriter::with_capacity(64 << 10, out);
    let (mut sources, mut mark) = (Vec::new(), None);
    let mut answers = place.source.open(query.clone(), None);
    loop {
        match answers.next().await {
            Some(Ok(Delta::Lines(lines))) => match print(&lines, &mut sources, several, who, args, out) {
                // A reader such as `head` that has seen enough is no error.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
                printed => printed.map_err(|error| Error::Invalid(format!("could not write the lines: {error}")))?,
            },
            Some(Ok(Delta::Mark(version))) => mark = Some(version),
            Some(Ok(Delta::Done(End::Closed(why)))) if !why.is_empty() => return Err(Error::Invalid(why)),
            Some(Ok(Delta::Done(_))) => return Ok(()),
            Some(Ok(_)) => {}
            Some(Err(Error::Offline(text) | Error::Lost(text))) if args.follow && mark.is_some() => {
                eprintln!("--- {who}{text}");
                tokio::time::sleep(PAUSE).await;
                answers = place.source.open(query.clone(), mark.clone());
            }
            Some(Err(error)) => return Err(error),
            None => return Ok(()),
        }
    }
}

fn query(args: &LogsArgs, pods: Pods, place: &Aim<'_>) -> Query {
    let container = Str::from(args.container.clone().unwrap_or_default());
    let since = args.since.map(|since| since.as_secs().min(u64::from(u32::MAX)) as u32);
    let tail = Tail { lines: args.tail, since, previous: args.previous, head: false, once: !args.follow };
    Query::Logs { at: place.at, pods, container, tail }
}

async fn pods(args: &LogsArgs, place: &Aim<'_>) -> Result<Pods> {
    let namespace = Str::from(place.namespace.clone().unwrap_or_default());
    let Some((word, name)) = args.subject.split_once('/') else {
        return Ok(Pods { namespace, name: args.subject.as_str().into(), labels: Str::new() });
    };
    let kind = match kinds::find(word, &[]) {
        Some(kind) => kind,
        None => kinds::find(word, &found(place).await?.kinds)
            .ok_or_else(|| Error::Invalid(format!("the server has no kind called '{word}'")))?,
    };
    let object = patiently(place, object(place, kind, namespace, name)).await?;
    pods_of(&object).map(|(pods, _)| pods)
}

async fn object(place: &Aim<'_>, kind: KindRef, namespace: Str, name: &str) -> Result<Object> {
    let scope = Scope::namespace(namespace).named(name);
    let mut answers = place.source.open(Query::List { at: place.at, kind, scope }, None);
    while let Some(delta) = answers.next().await {
        match delta? {
            Delta::Upsert(object) => return Ok(object),
            Delta::Ready => break,
            _ => {}
        }
    }
    Err(Error::Gone(format!("{} \"{name}\" not found", kind.resource())))
}

fn print(
    lines: &[LogLine],
    sources: &mut Vec<Str>,
    several: bool,
    who: &str,
    args: &LogsArgs,
    out: &mut impl Write,
) -> io::Result<()> {
    for line in lines.iter().filter(|line| !line.from.is_empty()) {
        if !sources.contains(&line.from) {
            sources.push(line.from.clone());
        }
    }
    for line in lines {
        let name = match several && !line.from.contains('/') {
            true => line.from.as_str(),
            false => log_source(sources, &line.from),
        };
        let lead = if name.is_empty() { who.to_owned() } else { format!("{who}{name} ") };
        let stamp = if args.timestamps { format!("{} ", line.stamp()) } else { String::new() };
        match line.mark {
            true => eprintln!("--- {lead}{}", line.text),
            false => writeln!(out, "{stamp}{lead}{}", line.text)?,
        }
    }
    out.flush()
}
