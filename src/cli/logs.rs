//! `spyhop logs`: the lines of pods, merged and followed as on the screen.

use std::io::{self, Write};
use std::time::Duration;

use clap::Args;
use futures::StreamExt;

use super::aim::{self, Aim};
use super::object::row;
use super::print::{note, written};
use super::{Setup, beside, kinds};
use crate::app::commands::logs::pods_of;
use crate::app::view::log_source;
use crate::model::{Delta, End, Error, Id, LogLine, Pods, Query, Result, Str, Tail};
use crate::source::timeout;

/// A server that went away while lines are followed is asked again after so long.
const PAUSE: Duration = Duration::from_secs(1);

#[derive(Debug, Args)]
pub struct LogsArgs {
    /// A pod, or KIND/NAME of something that selects pods
    #[arg(value_name = "POD|KIND/NAME")]
    pub subject: String,
    /// Which engine, for docker/CONTAINER and projects/NAME
    #[arg(value_name = "@ENGINE")]
    pub engine: Option<String>,
    /// Only this container
    #[arg(short, long, value_name = "NAME")]
    pub container: Option<String>,
    /// Follow new lines and new pods
    #[arg(short, long)]
    pub follow: bool,
    /// Only the last N lines of each container
    #[arg(long, value_name = "N")]
    pub tail: Option<u32>,
    /// Only lines from the last 30s, 5m, 1h
    #[arg(long, value_name = "TIME", value_parser = timeout)]
    pub since: Option<Duration>,
    /// The logs from before the last restart
    #[arg(short, long)]
    pub previous: bool,
    /// Print timestamps, in UTC
    #[arg(long)]
    pub timestamps: bool,
}

/// `logs` of pods of the current context, or of containers of an engine: until all lines were printed, or for as long as
/// they come.
pub async fn logs_from(args: &LogsArgs, setup: Setup<'_>, out: &mut impl Write) -> Result<()> {
    if let Some(subject) = beside::logged(&args.subject, setup.connected) {
        return beside::logs_from(args, &subject, setup, out).await;
    }
    if let Some(word) = &args.engine {
        return Err(Error::Invalid(format!("logs need one POD or KIND/NAME, not '{word}'")));
    }
    let place = aim::current(setup.connected)?;
    let aim = Aim::of(place, setup)?.within(place);
    let pods = pods(args, &aim).await?;
    print_all(args, pods, &aim, "", out).await
}

/// The same once it is known whose lines they are; each begins with `who`.
pub async fn print_all(args: &LogsArgs, pods: Pods, aim: &Aim, who: &str, out: &mut impl Write) -> Result<()> {
    // Containers of a project are told apart from the first line on, before it is known who else speaks.
    let several = pods.name.is_empty();
    let query = query(args, pods, aim);
    // Written on after each piece of an answer: standard output alone writes each line by itself.
    let out = &mut io::BufWriter::with_capacity(64 << 10, out);
    let (mut sources, mut mark) = (Vec::new(), None);
    let mut answers = aim.open(query.clone());
    loop {
        match answers.next().await {
            Some(Ok(Delta::Lines(lines))) => {
                if let Err(error) = print(&lines, &mut sources, several, who, args, out) {
                    return written(Err(error));
                }
            }
            Some(Ok(Delta::Mark(version))) => mark = Some(version),
            Some(Ok(Delta::Done(End::Closed(why)))) if !why.is_empty() => return Err(Error::Invalid(why)),
            Some(Ok(Delta::Done(_))) => return Ok(()),
            Some(Ok(_)) => {}
            Some(Err(Error::Offline(text) | Error::Lost(text))) if args.follow && mark.is_some() => {
                note(format_args!("--- {who}{text}"));
                tokio::time::sleep(PAUSE).await;
                answers = aim.reopen(&query, mark.clone());
            }
            Some(Err(error)) => return Err(error),
            None => return Ok(()),
        }
    }
}

fn query(args: &LogsArgs, pods: Pods, aim: &Aim) -> Query {
    let container = Str::from(args.container.clone().unwrap_or_default());
    let since = args.since.map(|since| since.as_secs().min(u64::from(u32::MAX)) as u32);
    let tail = Tail { lines: args.tail, since, previous: args.previous, head: false, once: !args.follow };
    Query::Logs { at: aim.at, pods, container, tail }
}

async fn pods(args: &LogsArgs, aim: &Aim) -> Result<Pods> {
    let namespace = Str::from(aim.namespace.clone().unwrap_or_default());
    let Some((word, name)) = args.subject.split_once('/') else {
        return Ok(Pods { namespace, name: args.subject.as_str().into(), labels: Str::new() });
    };
    let kind = kinds::kind(word, aim).await?;
    let namespace = if kind.address.namespaced { namespace } else { Str::new() };
    let object = aim.patiently(row(&Id::new(aim.at, kind, namespace, name), aim)).await?;
    pods_of(&object).map(|(pods, _)| pods)
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
            true => note(format_args!("--- {lead}{}", line.text)),
            false => writeln!(out, "{stamp}{lead}{}", line.text)?,
        }
    }
    out.flush()
}
