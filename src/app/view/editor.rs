//! The text of an object while it is changed: what was read, what is typed, what stands in its way, and what the
//! server would make of it.

mod base;
mod face;
mod lines;
mod problem;
mod review;

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_textarea::{CursorMove, Input, TextArea};

use crate::app::yaml::{cover, highlight};
use crate::model::{Id, Time, Value, text};

use super::Line;

pub use base::Base;
pub use lines::drawn;
use lines::{block_lines, wrap};
pub use problem::Problem;
pub use review::{Note, Review, ReviewRow};

/// Where a change stands on its way to the server.
#[derive(Debug)]
pub enum Stage {
    /// The object is being read.
    Reading,
    Typing,
    /// The server tries the object without storing it; what was reviewed before is written at once if nothing else
    /// would come of it now.
    Trying(Arc<Value>, Option<Box<Review>>),
    /// What the server would store is on the screen.
    Reviewing(Box<Review>),
    Writing(Box<Review>),
    /// The object is read again to know what became of it.
    Looking(Why),
}

/// Why an object is read again.
#[derive(Debug)]
pub enum Why {
    /// Somebody else wrote it, before or after what would come of the write was reviewed.
    Conflict(String, Option<Box<Review>>),
    /// No answer came to a write of this object.
    Lost { why: String, would: Arc<Value> },
}

impl Why {
    pub fn into_review(self) -> Option<Box<Review>> {
        match self {
            Self::Conflict(_, review) => review,
            Self::Lost { .. } => None,
        }
    }
}

/// No two editors of a run share one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EditorId(pub u32);

pub struct Editor {
    pub number: EditorId,
    pub id: Id,
    pub stage: Stage,
    pub base: Option<Base>,
    pub area: TextArea<'static>,
    pub problem: Option<Problem>,
    /// The object as somebody else made it since it was read.
    pub theirs: Option<Value>,
    /// A write of which it is not known whether it arrived.
    pub unsure: Option<Arc<Value>>,
    pub search: Option<String>,
    /// Since when there are changes that no draft holds.
    pub unsaved: Option<Time>,
    /// The draft that it writes.
    pub draft: Option<u32>,
    /// Whether the text differs, as far as was looked: long texts are not compared with every key.
    pub is_changed: bool,
    /// The user's own editor has it, and nobody looked at it here before.
    pub is_straight: bool,
    /// How often a write was tried again because only the status had changed.
    pub again: u8,
    pub viewport: Viewport,
}

/// The part of the text that is on the screen.
#[derive(Debug)]
pub struct Viewport {
    pub top: usize,
    pub left: usize,
    pub height: usize,
    pub width: usize,
}

impl std::fmt::Debug for Editor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Editor").field("id", &self.id).field("stage", &self.stage).finish_non_exhaustive()
    }
}

/// A draft is written so many milliseconds after the first change that it lacks.
pub const DRAFT: i64 = 500;
const INDENT: u8 = 2;
/// What hands that know vi type to save and leave.
const VI: &[&str] = &[":w", ":w!", ":wq", ":wq!", ":x", ":q", ":q!", ":wa", ":wqa", ":qa", ":qa!", "ZZ", "ZQ"];
/// Lines that stay in sight around the cursor.
const MARGIN: usize = 3;
/// Steps that can be undone.
const HISTORY: usize = 10_000;

impl Editor {
    pub fn new(number: EditorId, id: Id) -> Self {
        Self {
            number,
            id,
            stage: Stage::Reading,
            base: None,
            area: area(""),
            problem: None,
            theirs: None,
            unsure: None,
            search: None,
            unsaved: None,
            draft: None,
            is_changed: false,
            is_straight: false,
            again: 0,
            viewport: Viewport { top: 0, left: 0, height: 1, width: 1 },
        }
    }

    /// The key map's scope.
    fn scope(&self) -> &'static str {
        match self.stage {
            Stage::Reviewing(_) | Stage::Writing(_) => "view.review",
            _ => "view.editor",
        }
    }

    pub fn review(&self) -> Option<&Review> {
        match &self.stage {
            Stage::Reviewing(review) | Stage::Writing(review) => Some(review),
            _ => None,
        }
    }

    pub fn review_mut(&mut self) -> Option<&mut Review> {
        match &mut self.stage {
            Stage::Reviewing(review) | Stage::Writing(review) => Some(review),
            _ => None,
        }
    }

    pub fn is_secret(&self) -> bool {
        self.base.as_ref().is_some_and(|base| cover::is_secret(&base.body))
    }

    /// What the user sees as text.
    pub fn text(&self) -> String {
        let mut text = self.area.lines().join("\n");
        text.push('\n');
        text
    }

    /// Whether what would become of the text is on the screen, or about to be.
    pub fn reviews(&self) -> bool {
        matches!(self.stage, Stage::Trying(..) | Stage::Reviewing(_))
    }

    pub fn changed(&self) -> bool {
        self.base.as_ref().is_some_and(|base| {
            let lines = self.area.lines();
            !base.text.lines().eq(lines[..lines.len() - usize::from(lines.last().is_some_and(String::is_empty))].iter())
        })
    }

    /// Starts with a text that cannot be undone.
    pub fn start(&mut self, text: &str) {
        self.area = area(text);
        (self.viewport.top, self.viewport.left) = (0, 0);
    }

    /// Another text in place of this one; undo brings it back.
    pub fn replace(&mut self, text: &str) {
        let at = self.area.cursor();
        self.area.select_all();
        self.area.insert_str(text.strip_suffix('\n').unwrap_or(text));
        self.is_changed = self.changed();
        self.go(at.0, at.1);
    }

    /// Keys are text only while it is typed in.
    pub fn takes_keys(&self) -> bool {
        matches!(self.stage, Stage::Typing)
    }

    /// A key that the key map leaves to the text.
    pub fn key(&mut self, event: KeyEvent, now: Time) {
        if !self.takes_keys() {
            return;
        }
        let changed = match event.code {
            KeyCode::Enter => self.newline(),
            _ => self.area.input(Input::from(plain(event))),
        };
        self.touch(changed, now);
    }

    /// The line above the cursor where vi would take it for a command and the text cannot be read with it: in a script
    /// within a block it is as good as any other.
    pub fn vi_line(&self) -> Option<&str> {
        let line = self.area.lines().get(self.area.cursor().0.checked_sub(1)?)?;
        Some(line.trim()).filter(|word| VI.contains(word) && self.parse().is_err())
    }

    /// A new line begins where the one before it does.
    fn newline(&mut self) -> bool {
        let row = self.area.cursor().0;
        let line = self.area.lines().get(row).cloned().unwrap_or_default();
        let indent = line.len() - line.trim_start_matches(' ').len();
        let indent = indent.min(self.area.cursor().1);
        self.area.insert_newline();
        self.area.insert_str(" ".repeat(indent));
        true
    }

    pub fn paste(&mut self, text: &str, now: Time) {
        if self.takes_keys() {
            let text = text.replace("\r\n", "\n").replace('\r', "\n");
            let changed = self.area.insert_str(text);
            self.touch(changed, now);
        }
    }

    /// Notes that the text is not what it was.
    pub fn touch(&mut self, changed: bool, now: Time) {
        if changed {
            self.unsaved.get_or_insert(now);
            self.is_changed = true;
            self.search = None;
            if let Some(problem) = &mut self.problem {
                problem.marks.clear();
            }
        }
    }

    /// Moves the cursor, to a line and a character from 0.
    pub fn go(&mut self, row: usize, column: usize) {
        let row = row.min(self.area.lines().len().saturating_sub(1));
        let clamp = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
        self.area.move_cursor(CursorMove::Jump(clamp(row), clamp(column)));
    }

    /// Moves by lines, as far as there are any.
    pub fn travel(&mut self, lines: isize) {
        let at = self.area.cursor();
        self.area.cancel_selection();
        self.go(at.0.saturating_add_signed(lines), at.1);
    }

    /// Puts the cursor where it was clicked: a cell of the row so many above the last one.
    pub fn click(&mut self, x: usize, from_bottom: usize) {
        let (Some(y), Some(x)) = ((self.viewport.height - 1).checked_sub(from_bottom), x.checked_sub(self.gutter()))
        else {
            return;
        };
        let row = (self.viewport.top + y).min(self.area.lines().len().saturating_sub(1));
        let cell = self.viewport.left + x;
        let column =
            (0..).find(|column| self.cell_of(row, column + 1) > cell || self.is_end(row, *column)).unwrap_or(0);
        self.area.cancel_selection();
        self.go(row, column);
    }

    fn is_end(&self, row: usize, column: usize) -> bool {
        self.area.lines().get(row).is_none_or(|line| line.chars().count() <= column)
    }

    /// Says what stands in the way, and goes to where it is.
    pub fn stop(&mut self, problem: Problem) {
        self.stage = Stage::Typing;
        if let Some(line) = problem.marks.first().map(|(line, _)| *line) {
            self.area.cancel_selection();
            self.go(line.saturating_sub(1), problem.column.saturating_sub(1));
        }
        self.problem = Some(problem);
    }

    /// What stands above the text, in lines of so many cells.
    pub fn banner(&self, width: usize) -> Vec<String> {
        self.problem.as_ref().map(|problem| wrap(&problem.text, width.max(10))).unwrap_or_default()
    }

    /// The cells in front of the text: the numbers of its lines.
    pub fn gutter(&self) -> usize {
        self.area.lines().len().to_string().len().max(3) + 3
    }

    /// Brings the cursor onto the screen.
    pub fn prepare(&mut self, width: u16, height: u16) {
        let (width, height) = (usize::from(width), usize::from(height));
        let banner = self.banner(width.saturating_sub(2)).len();
        self.viewport.height = height.saturating_sub(if banner > 0 { banner + 1 } else { 0 }).max(1);
        self.viewport.width = width.saturating_sub(self.gutter() + 1).max(1);
        if let Some(review) = self.review_mut() {
            review.fit(height);
        }
        let cursor = self.area.cursor();
        self.viewport.show(cursor.0, self.cell_of(cursor.0, cursor.1));
    }

    /// The cell at which a character of a line starts.
    pub fn cell_of(&self, row: usize, column: usize) -> usize {
        let line = self.area.lines().get(row).map(String::as_str).unwrap_or_default();
        line.chars().take(column).map(|c| text::width(drawn(c).as_str())).sum()
    }

    /// Lines as they are drawn, from the first to so many.
    pub fn lines(&self, from: usize, count: usize) -> Vec<Line> {
        let lines = self.area.lines();
        let blocks = block_lines(lines, from + count);
        let shown = lines.iter().zip(blocks).skip(from).take(count);
        shown.map(|(line, block)| highlight(line, block)).collect()
    }
}

impl Viewport {
    /// Brings a cell of a line onto the screen, with some lines and cells around it.
    fn show(&mut self, row: usize, column: usize) {
        let Self { top, left, height, width } = self;
        let around = MARGIN.min((*height - 1) / 2);
        *top = (*top).clamp((row + 1 + around).saturating_sub(*height), row.saturating_sub(around));
        let margin = 8.min(*width / 4);
        if column >= width.saturating_sub(margin) || *left > 0 {
            *left = (*left).clamp((column + 1 + margin).saturating_sub(*width), column.saturating_sub(margin));
        }
    }
}

fn area(text: &str) -> TextArea<'static> {
    let mut area = TextArea::new(text.lines().map(str::to_owned).collect());
    area.set_tab_length(INDENT);
    area.set_max_histories(HISTORY);
    area
}

/// Letters with control or alt mean nothing to the text; what they do is in the key map.
fn plain(event: KeyEvent) -> KeyEvent {
    let chord = event.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
    match event.code {
        KeyCode::Char(_) if chord => KeyEvent::new(KeyCode::Null, KeyModifiers::NONE),
        _ => event,
    }
}

#[cfg(test)]
mod tests;
