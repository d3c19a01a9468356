//! What the server would store in place of what it stores: rows of changes, and the same as text.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::app::diff::{self, Change};
use crate::app::view::{Caution, Line};
use crate::app::yaml::{self, cover};
use crate::model::Value;

/// What is to be known of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Note {
    None,
    /// The user did not ask for it.
    Server,
    /// The user asked for it, and the server would not store it.
    Ignored,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewRow {
    pub path: String,
    pub old: Option<String>,
    pub new: Option<String>,
    pub note: Note,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Review {
    /// What goes to the server.
    pub sent: Arc<Value>,
    /// What it would store, or `sent` again where it did not try.
    pub would: Arc<Value>,
    pub rows: Vec<ReviewRow>,
    pub unified: Vec<Line>,
    pub warnings: Vec<String>,
    /// Why the server did not try: the difference is our own guess.
    pub local: Option<String>,
    /// The text in place of the rows.
    pub as_text: bool,
    pub top: usize,
    height: usize,
    #[serde(skip)]
    pub caution: Caution,
}

impl Review {
    pub fn new(
        stored: &Value,
        sent: Arc<Value>,
        would: Arc<Value>,
        warnings: Vec<String>,
        local: Option<String>,
    ) -> Self {
        let (before, after) = cover::pair(&diff::steady(stored), &diff::steady(&would));
        let (_, asked) = cover::pair(&diff::steady(stored), &diff::steady(&sent));
        let mut rows: Vec<ReviewRow> = diff::changes(&before, &after)
            .into_iter()
            .flat_map(|change| {
                let theirs = local.is_none() && change.path.find(&before) == change.path.find(&asked);
                rows_of(change, if theirs { Note::Server } else { Note::None })
            })
            .collect();
        let ignored = diff::changes(&before, &asked).into_iter();
        let ignored = ignored.filter(|change| {
            change.new.as_ref().is_none_or(|new| !new.is_null())
                && change.path.find(&before) == change.path.find(&after)
        });
        rows.extend(ignored.flat_map(|change| rows_of(change, Note::Ignored)));
        let unified = diff::unified(&yaml::text(&before), &yaml::text(&after));
        Self {
            sent,
            would,
            rows,
            unified,
            warnings,
            local,
            as_text: false,
            top: 0,
            height: 1,
            caution: Caution::default(),
        }
    }

    /// Whether the server would store something else than it does.
    pub fn changes(&self) -> bool {
        self.rows.iter().any(|row| row.note != Note::Ignored)
    }

    /// `2 changed · 1 by the server · 0 warnings`
    pub fn summary(&self) -> String {
        let count = |note: Note| self.rows.iter().filter(|row| row.note == note).count();
        let mut out = format!("{} changed", count(Note::None));
        for (note, words) in [(Note::Server, "by the server"), (Note::Ignored, "ignored")] {
            if count(note) > 0 {
                out.push_str(&format!(" · {} {words}", count(note)));
            }
        }
        let warnings = self.warnings.len();
        out.push_str(&format!(" · {warnings} warning{}", if warnings == 1 { "" } else { "s" }));
        out
    }

    fn len(&self) -> usize {
        if self.as_text { self.unified.len() } else { self.rows.len() }
    }

    pub fn fit(&mut self, height: usize) {
        // A line of summary, a blank one, warnings, and what is said about a guess.
        let above = 2 + self.warnings.len() + usize::from(self.local.is_some()) * 2;
        self.height = height.saturating_sub(above).max(1);
        self.scroll(0);
    }

    pub fn scroll(&mut self, lines: isize) {
        let last = self.len().saturating_sub(self.height);
        self.top = self.top.saturating_add_signed(lines).min(last);
    }
}

/// Longer values are cut: the text shows them whole.
const LONGEST: usize = 400;
/// Characters that stay before and behind what differs within a line,
const AROUND: usize = 16;
/// and so many more are not worth leaving out.
const SPARED: usize = 8;
/// Lines of one text that get a row each.
const MOST_LINES: usize = 40;

impl ReviewRow {
    fn new(change: Change, note: Note) -> Self {
        let flat = |value: Value| match value {
            Value::String(text) => cut(text),
            other => cut(other.to_string()),
        };
        Self { path: change.path.to_string(), old: change.old.map(flat), new: change.new.map(flat), note }
    }
}

/// A row for a change; for one of a text of many lines, a row for each line that differs.
fn rows_of(change: Change, note: Note) -> Vec<ReviewRow> {
    let (Some(Value::String(old)), Some(Value::String(new))) = (&change.old, &change.new) else {
        return vec![ReviewRow::new(change, note)];
    };
    let path = change.path.to_string();
    let row = |path: String, old: Option<String>, new: Option<String>| ReviewRow { path, old, new, note };
    if old.lines().count() < 2 && new.lines().count() < 2 {
        let (old, new) = around(old, new);
        return vec![row(path, Some(old), Some(new))];
    }
    let lines = diff::lines(old, new);
    let more = lines.len().saturating_sub(MOST_LINES);
    let mut rows: Vec<ReviewRow> = lines
        .into_iter()
        .take(MOST_LINES)
        .map(|(at, old, new)| {
            let (old, new) = match (old, new) {
                (Some(old), Some(new)) => {
                    let (old, new) = around(old, new);
                    (Some(old), Some(new))
                }
                (old, new) => (old.map(|line| cut(line.to_owned())), new.map(|line| cut(line.to_owned()))),
            };
            row(format!("{path} line {at}"), old, new)
        })
        .collect();
    if more > 0 {
        rows.push(row(path, None, Some(format!("and {more} more lines"))));
    }
    rows
}

/// What differs between two lines, with a little of what is around it.
fn around(old: &str, new: &str) -> (String, String) {
    let same = |(a, b): &(char, char)| a == b;
    let (before, after): (Vec<char>, Vec<char>) = (old.chars().collect(), new.chars().collect());
    let pairs = before.iter().copied().zip(after.iter().copied());
    let head = pairs.take_while(same).count();
    let short = before.len().min(after.len()) - head;
    let backwards = before.iter().rev().copied().zip(after.iter().rev().copied());
    let tail = backwards.take(short).take_while(same).count();
    let part = |chars: &[char]| {
        let start = if head > AROUND + SPARED { head - AROUND } else { 0 };
        let end = if tail > AROUND + SPARED { chars.len() - tail + AROUND } else { chars.len() };
        let inner: String = chars[start..end].iter().collect();
        let (lead, trail) = (if start > 0 { "…" } else { "" }, if end < chars.len() { "…" } else { "" });
        cut(format!("{lead}{inner}{trail}"))
    };
    (part(&before), part(&after))
}

fn cut(text: String) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None if text.is_empty() => "\"\"".to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(old: Value, new: Value) -> Vec<String> {
        let new = Arc::new(new);
        let review = Review::new(&old, new.clone(), new, Vec::new(), None);
        let side = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        review.rows.into_iter().map(|row| format!("{}: {} > {}", row.path, side(row.old), side(row.new))).collect()
    }

    #[test]
    fn a_changed_text_shows_the_lines_that_differ() {
        let text = |line: &str| format!("{}timeout: {line}\nend\n", "head\n".repeat(300));
        assert_eq!(
            told(json!({"data": {"a.conf": text("30")}}), json!({"data": {"a.conf": text("60")}})),
            ["data[a.conf] line 301: timeout: 30 > timeout: 60"]
        );
        assert_eq!(
            told(json!({"t": "a\nb\nc"}), json!({"t": "a\nc\nd\ne"})),
            ["t line 2: b > -", "t line 3: - > d", "t line 4: - > e"]
        );
        assert_eq!(told(json!({"t": "a\nb"}), json!({"t": "a\nb\n"})), ["t line 3: - > \"\""]);
        assert_eq!(told(json!({"t": "x"}), json!({"t": "a\nb"})), ["t line 1: x > a", "t line 2: - > b"]);
        let many = |word: &str| format!("{word}\n").repeat(60);
        let rows = told(json!({"t": many("a")}), json!({"t": many("b")}));
        assert_eq!((rows.len(), rows.last().unwrap().as_str()), (41, "t: - > and 20 more lines"));
    }

    #[test]
    fn a_changed_line_shows_what_differs_in_it() {
        let line = |word: &str| format!("{}{word}{}", "a".repeat(500), "z".repeat(500));
        let part = |word: &str| format!("…{}{word}{}…", "a".repeat(16), "z".repeat(16));
        assert_eq!(
            told(json!({"t": line("old")}), json!({"t": line("new")})),
            [format!("t: {} > {}", part("old"), part("new"))]
        );
        assert_eq!(told(json!({"t": "nginx:1.27"}), json!({"t": "nginx:1.28"})), ["t: nginx:1.27 > nginx:1.28"]);
        assert_eq!(told(json!({"t": "aaa"}), json!({"t": "aa"})), ["t: aaa > aa"]);
        assert_eq!(told(json!({"t": ""}), json!({"t": "é"})), ["t: \"\" > é"]);
    }

    #[test]
    fn large_integers_that_nobody_touched_are_no_change() {
        for number in ["9223372036854775808", "18446744073709551615", "100000000000000000000", "-9300000000000000000"] {
            let stored: Value = serde_json::from_str(&format!("{{\"spec\": {{\"n\": {number}}}}}")).unwrap();
            let typed = yaml::read::one(&yaml::text(&stored)).unwrap().value;
            assert_eq!(told(stored, typed), Vec::<String>::new(), "{number}");
        }
    }
}
