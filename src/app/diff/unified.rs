//! Two texts as one, with signs in front of what left and what came.

use std::time::Duration;

use similar::{ChangeTag, TextDiff};

use crate::app::view::Line;
use crate::model::Str;
use crate::theme::Role;

/// Lines around a change.
const AROUND: usize = 3;
/// A diff of very different texts stops searching for the shortest after this long.
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
