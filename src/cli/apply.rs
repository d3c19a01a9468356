//! `spyhop apply`: server-side apply of documents; what would change first, then the question, then each outcome.

use std::io::{self, IsTerminal, Write};

use clap::Args;
use ratatui::backend::IntoCrossterm;

use super::Setup;
use super::aim::Aim;
use super::print::written;
use crate::app::apply::{Due, Plan, Run, documents, item_lines};
use crate::app::view::Line;
use crate::model::{Error, Result, text};
use crate::runtime::read;
use crate::theme::{self, Depth, Theme};

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

/// `apply` on the current context, in colours where a terminal shows them.
pub async fn apply_from(args: &ApplyArgs, setup: Setup<'_>, is_terminal: bool, out: &mut impl Write) -> Result<()> {
    let wanted = setup.cli.wanted();
    let theme = match (is_terminal && !matches!(wanted.depth, Depth::None), &setup.cli.theme) {
        (false, _) => None,
        (true, Some(name)) => Some(wanted.theme(name)?),
        (true, None) => Some(wanted.read().theme.map_or_else(|| wanted.theme(theme::DEFAULT), Ok)?),
    };
    apply(args, &Aim::current(setup)?, theme.as_ref(), out).await
}

/// Applies documents; the error counts those that did not get through.
async fn apply(args: &ApplyArgs, aim: &Aim, theme: Option<&Theme>, out: &mut impl Write) -> Result<()> {
    let mut files = Vec::new();
    for place in &args.files {
        files.extend(read::texts(place, args.recursive)?);
    }
    let documents = documents(&files)?;
    let namespace = aim
        .namespace
        .clone()
        .ok_or_else(|| Error::Invalid("apply needs one namespace: -n NAME instead of -A".to_owned()))?;
    let found = aim.found().await?;
    let mut run = Run::new(Plan::new(documents, aim.at, &found.kinds, &namespace), args.force_conflicts);
    advance(&mut run, aim).await;
    let mut paper = Paper { theme, out };
    for item in &run.items {
        paper.lines(&item_lines(item, super::unicode()))?;
    }
    let (failed, all) = (run.failed(), run.items.len());
    if args.dry_run || run.goes() == 0 {
        return counted(failed, all);
    }
    confirmed(args, run.goes(), all, aim)?;
    run.go();
    advance(&mut run, aim).await;
    written(writeln!(paper.out))?;
    for item in run.items.iter_mut() {
        // What would change has been read already.
        item.warnings.clear();
        paper.lines(&item_lines(item, super::unicode()))?;
    }
    counted(run.failed(), all)
}

/// Does what is due until nothing is.
async fn advance(run: &mut Run, aim: &Aim) {
    while let Some(due) = run.due() {
        match due {
            Due::Call(request) => run.take(aim.request(*request).await),
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
fn confirmed(args: &ApplyArgs, goes: usize, all: usize, aim: &Aim) -> Result<()> {
    if args.yes {
        return Ok(());
    }
    let piped = args.files.iter().any(|place| place == "-");
    if piped || !io::stdin().is_terminal() {
        return Err(Error::Invalid("nothing was applied: apply needs a confirmation; use --yes".to_owned()));
    }
    let count = if goes == all { format!("{all}") } else { format!("{goes} of {all}") };
    let answer = aim.answer_to(&format!("\napply {count} to {}? [y/N] ", aim.place.name))?;
    match ["y", "Y", "yes"].contains(&answer.as_str()) {
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
        written(lines.iter().try_for_each(|line| self.line(line)))
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
