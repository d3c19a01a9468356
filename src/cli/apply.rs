//! `spyhop apply`: server-side apply of documents; what would change first, then the question, then each outcome.

use std::io::{self, BufRead, IsTerminal, Write};

use clap::Args;
use ratatui::backend::IntoCrossterm;

use super::act::{Door, call};
use super::get;
use crate::app::apply::{Due, Plan, Run, documents, item_lines};
use crate::app::view::Line;
use crate::model::{Error, Result, text};
use crate::runtime::read;
use crate::theme::Theme;

#[derive(Debug, Args)]
pub struct ApplyArgs {
    /// A file, a directory, or - for standard input (may be repeated)
    #[arg(short = 'f', long = "filename", required = true, value_name = "FILE|DIR|-")]
    pub files: Vec<String>,
    /// Include subdirectories
    #[arg(short = 'R', long)]
    pub recursive: bool,
    /// Only show what would change
    #[arg(long)]
    pub dry_run: bool,
    /// Take over fields that others manage
    #[arg(long)]
    pub force_conflicts: bool,
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
}

/// Applies documents; the error counts those that did not get through.
pub async fn apply(args: &ApplyArgs, door: &Door, theme: Option<&Theme>, out: &mut impl Write) -> Result<()> {
    let mut files = Vec::new();
    for place in &args.files {
        files.extend(read::texts(place, args.recursive)?);
    }
    let documents = documents(&files)?;
    let namespace = door
        .namespace
        .clone()
        .ok_or_else(|| Error::Invalid("apply needs one namespace: -n NAME instead of -A".to_owned()))?;
    let found = get::found(&door.aim()).await?;
    let mut run = Run::new(Plan::new(documents, door.at, &found.kinds, &namespace), args.force_conflicts);
    advance(&mut run, door).await;
    let mut paper = Paper { theme, out };
    for item in &run.items {
        paper.lines(&item_lines(item, super::unicode()))?;
    }
    let (failed, all) = (run.failed(), run.items.len());
    if args.dry_run || run.goes() == 0 {
        return counted(failed, all);
    }
    confirmed(args, run.goes(), all, door)?;
    run.go();
    advance(&mut run, door).await;
    writeln!(paper.out).map_err(unwritten)?;
    for item in run.items.iter_mut() {
        // What would change has been read already.
        item.warnings.clear();
        paper.lines(&item_lines(item, super::unicode()))?;
    }
    counted(run.failed(), all)
}

/// Does what is due until nothing is.
async fn advance(run: &mut Run, door: &Door) {
    while let Some(due) = run.due() {
        match due {
            Due::Call(request) => run.take(call(*request, door).await),
            Due::Pause(pause) => {
                tokio::time::sleep(pause).await;
                run.resume();
            }
        }
    }
}

fn counted(failed: usize, all: usize) -> Result<()> {
    match failed {
        0 => Ok(()),
        n => Err(Error::Invalid(format!("{n} of {all} not applied"))),
    }
}

/// Asks on the terminal, unless the command line has answered already.
fn confirmed(args: &ApplyArgs, goes: usize, all: usize, door: &Door) -> Result<()> {
    if args.yes {
        return Ok(());
    }
    let piped = args.files.iter().any(|place| place == "-");
    if piped || !io::stdin().is_terminal() {
        return Err(Error::Invalid("nothing was applied: apply needs a confirmation; use --yes".to_owned()));
    }
    let failed = |error: io::Error| Error::Invalid(format!("could not ask: {error}"));
    let mut ask = io::stderr();
    let count = if goes == all { format!("{all}") } else { format!("{goes} of {all}") };
    write!(ask, "\napply {count} to {}? [y/N] ", door.context).and_then(|()| ask.flush()).map_err(failed)?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).map_err(failed)?;
    match ["y", "Y", "yes"].contains(&answer.trim()) {
        true => Ok(()),
        false => Err(Error::Invalid("nothing was applied".to_owned())),
    }
}

/// Lines in colours, where a terminal shows them.
struct Paper<'a, W: Write> {
    theme: Option<&'a Theme>,
    out: &'a mut W,
}

impl<W: Write> Paper<'_, W> {
    fn lines(&mut self, lines: &[Line]) -> Result<()> {
        lines.iter().try_for_each(|line| self.line(line)).map_err(unwritten)
    }

    fn line(&mut self, line: &Line) -> io::Result<()> {
        for (piece, role) in line {
            let clean = text::clean(piece);
            match self.theme.and_then(|theme| theme.style(*role).fg) {
                Some(color) => {
                    let (on, off) =
                        (crossterm::style::SetForegroundColor(color.into_crossterm()), crossterm::style::ResetColor);
                    write!(self.out, "{on}{clean}{off}")?;
                }
                None => write!(self.out, "{clean}")?,
            }
        }
        writeln!(self.out)
    }
}

fn unwritten(error: io::Error) -> Error {
    Error::Invalid(format!("could not write the output: {error}"))
}
