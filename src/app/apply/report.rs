//! The result of an application as lines, for the screen and for the command line.

use super::{Item, Outcome, Run, Verdict};
use crate::app::view::{Line, ReviewRow};
use crate::model::{Error, Health, Str, text};
use crate::theme::{Role, glyph};

/// The remark about an object whose fields kubectl manages by its copy of the document.
const KEPT: &str = "made with kubectl apply: changed the same way, so kubectl apply keeps working";
const MOVED: &str = "somebody changed it after this preview: apply again to see a new one";

/// All items, each with what it would change.
pub fn lines(run: &Run, unicode: bool) -> Vec<Line> {
    run.items.iter().flat_map(|item| item_lines(item, unicode)).collect()
}

/// One item: a line, and below it what it would change, or why it cannot.
pub fn item_lines(item: &Item, unicode: bool) -> Vec<Line> {
    let (health, words) = told(&item.verdict);
    let role = Role::of(health);
    let place = format!("   {}:{}", item.document.file, item.document.spot.line);
    let mut out = vec![vec![
        (Str::from(glyph(health, unicode)), role),
        (format!(" {}", name(item)).into(), Role::Title),
        (format!("  {words}").into(), role),
        (place.into(), Role::Faint),
    ]];
    let mut say = |words: &str, role: Role| out.push(vec![(format!("    {words}").into(), role)]);
    item.warnings.iter().for_each(|warning| say(&format!("warning: {warning}"), Role::Warn));
    if item.patch.is_some() && item.verdict.goes() {
        say(KEPT, Role::Muted);
    }
    match &item.verdict {
        Verdict::Moved => say(MOVED, Role::Bad),
        Verdict::Unsent(why) => say(why, Role::Bad),
        Verdict::Refused(error) => reasons(error).iter().for_each(|line| say(line, Role::Bad)),
        Verdict::New | Verdict::Later => out.extend(item.unified.iter().map(indented)),
        Verdict::Changed => {
            let width = item.rows.iter().map(|row| text::width(&row.path)).max().unwrap_or(0).min(60);
            out.extend(item.rows.iter().map(|row| row_line(row, width, unicode)));
        }
        Verdict::Waiting | Verdict::Unchanged | Verdict::Applied(_) => {}
    }
    out
}

fn indented(line: &Line) -> Line {
    [(Str::from("    "), Role::Faint)].into_iter().chain(line.iter().cloned()).collect()
}

/// `deployment shop/web`
pub fn name(item: &Item) -> String {
    let body = &item.document.body;
    match &item.id {
        Some(id) => crate::app::edit::words(id),
        None => format!("{} {}", item.document.kind.to_lowercase(), body["metadata"]["name"].as_str().unwrap_or("?")),
    }
}

fn told(verdict: &Verdict) -> (Health, &'static str) {
    match verdict {
        Verdict::Waiting => (Health::Unknown, "waiting"),
        Verdict::Unsent(_) => (Health::Bad, "cannot be sent"),
        Verdict::Refused(Error::Conflict(_)) => (Health::Bad, "conflict: others manage some fields"),
        Verdict::Refused(Error::Offline(_) | Error::Lost(_)) => (Health::Bad, "no answer"),
        Verdict::Refused(_) => (Health::Bad, "refused"),
        Verdict::Moved => (Health::Bad, "not applied"),
        Verdict::New => (Health::Progress, "new"),
        Verdict::Later => (Health::Progress, "new, after the others are created"),
        Verdict::Changed => (Health::Progress, "would change"),
        Verdict::Unchanged => (Health::Done, "unchanged"),
        Verdict::Applied(Outcome::Created) => (Health::Good, "created"),
        Verdict::Applied(Outcome::Configured) => (Health::Good, "changed"),
        Verdict::Applied(Outcome::Unchanged) => (Health::Done, "unchanged"),
    }
}

/// A conflict: one line for each manager, and what can be done.
fn reasons(error: &Error) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in error.text().lines() {
        match line.trim().strip_prefix("- ") {
            Some(field) => lines.push(format!("  {}", field.trim_start_matches('.'))),
            None => lines.push(line.trim().to_owned()),
        }
    }
    if matches!(error, Error::Conflict(_)) {
        lines.push("remove these fields, or take them over with --force-conflicts".to_owned());
    }
    lines
}

fn row_line(row: &ReviewRow, width: usize, unicode: bool) -> Line {
    let arrow = if unicode { " → " } else { " -> " };
    let (sign, role) = match (&row.old, &row.new) {
        (None, _) => ("+", Role::Added),
        (_, None) => ("-", Role::Removed),
        _ => ("~", Role::Changed),
    };
    let pad = " ".repeat(width.saturating_sub(text::width(&row.path)));
    let mut line: Line =
        vec![(format!("    {sign} ").into(), role), (format!("{}{pad}  ", row.path).into(), Role::Key)];
    if let Some(old) = &row.old {
        line.push((old.as_str().into(), Role::Removed));
    }
    if row.old.is_some() && row.new.is_some() {
        line.push((arrow.into(), Role::Faint));
    }
    if let Some(new) = &row.new {
        line.push((new.as_str().into(), Role::Added));
    }
    line
}
