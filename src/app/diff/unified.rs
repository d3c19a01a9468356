//! Shows two texts as one, with signs before removed and added lines.

use std::time::Duration;

use similar::{ChangeTag, DiffOp, TextDiff};

use crate::app::view::Line;
use crate::model::Str;
use crate::theme::Role;

/// The number of unchanged lines shown around a change.
const AROUND: usize = 3;
/// The time after which the search for the shortest diff stops, for very different texts.
const LONGEST: Duration = Duration::from_millis(500);

pub fn unified(old: &str, new: &str) -> Vec<Line> {
    let diff = TextDiff::configure().timeout(LONGEST).diff_lines(old, new);
    let mut out = Vec::new();
    for (i, group) in diff.grouped_ops(AROUND).iter().enumerate() {
        if i > 0 {
            out.push(vec![(Str::from("  ..."), Role::Faint)]);
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let (sign, role) = match change.tag() {
                ChangeTag::Equal => (' ', Role::Muted),
                ChangeTag::Delete => ('-', Role::Removed),
                ChangeTag::Insert => ('+', Role::Added),
            };
            let line = change.value().trim_end_matches('\n');
            out.push(vec![(Str::from(format!("{sign} {line}")), role)]);
        }
    }
    out
}

/// A line that differs: its number (in the new text if it is there), the old line, and the new line.
pub type Differing<'t> = (usize, Option<&'t str>, Option<&'t str>);

/// The lines that differ between two texts. A line that replaced another is paired with it. A text that ends with a
/// line end has an empty last line.
pub fn lines<'t>(old: &'t str, new: &'t str) -> Vec<Differing<'t>> {
    let (before, after) = (old.split('\n').collect::<Vec<_>>(), new.split('\n').collect::<Vec<_>>());
    let diff = TextDiff::configure().timeout(LONGEST).diff_slices(&before, &after);
    let mut out = Vec::new();
    for op in diff.ops().iter().filter(|op| !matches!(op, DiffOp::Equal { .. })) {
        let (old, new) = (&before[op.old_range()], &after[op.new_range()]);
        for i in 0..old.len().max(new.len()) {
            let start = if i < new.len() { op.new_range().start } else { op.old_range().start };
            out.push((start + i + 1, old.get(i).copied(), new.get(i).copied()));
        }
    }
    out
}
