//! The text of an object while it is changed: what was read, what is typed, what stands in its way, and what the
//! server would make of it.

mod problem;
mod review;

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_textarea::{CursorMove, Input, TextArea};

use crate::app::yaml::cover::{self, Masks};
use crate::app::yaml::{self, highlight, read};
use crate::app::{Ticket, diff};
use crate::model::{Id, Str, Time, Value, text};

use super::Line;

pub use problem::Problem;
pub use review::{Note, Review, Row};

/// The object as it was read, and as it was shown.
#[derive(Clone, Debug)]
pub struct Base {
    pub body: Arc<Value>,
    /// As the server has it now, as far as is known: the same but for what no user writes.
    pub now: Arc<Value>,
    pub version: Str,
    pub uid: Str,
    pub masks: Masks,
    /// The masked object as text.
    pub text: String,
}

impl Why {
    pub fn into_review(self) -> Option<Box<Review>> {
        match self {
            Self::Conflict(_, review) => review,
            Self::Lost { .. } => None,
        }
    }
}

impl Base {
    pub fn new(body: Value) -> Self {
        let (covered, masks) = cover::cover(&body);
        let meta = |name: &str| body["metadata"][name].as_str().map(Str::from).unwrap_or_default();
        let (version, uid, body) = (meta("resourceVersion"), meta("uid"), Arc::new(body));
        Self { version, uid, masks, text: yaml::text(&covered), now: body.clone(), body }
    }
}

impl Base {
    /// Follows a writer who changed nothing that a user writes; false when he changed more.
    pub fn follow(&mut self, theirs: &Value) -> bool {
        let harmless = diff::written(&self.now) == diff::written(theirs);
        let version = theirs["metadata"]["resourceVersion"].as_str();
        if let Some(version) = version.filter(|_| harmless) {
            (self.version, self.now) = (version.into(), Arc::new(theirs.clone()));
        }
        harmless
    }

    /// The same object as a draft read it earlier. Masks whose value may have changed meanwhile mean nothing any more.
    pub fn earlier(&self, text: &str, version: &str) -> Self {
        let shown = read::one(text).map(|document| document.value).unwrap_or_default();
        let mut body = shown.clone();
        let masks = self.masks.only_of(&shown, &self.covered());
        masks.uncover_known(&mut body);
        let uid = shown["metadata"]["uid"].as_str().map(Str::from).unwrap_or_default();
        let body = Arc::new(body);
        Self { now: body.clone(), body, version: version.into(), uid, masks, text: text.to_owned() }
    }

    fn covered(&self) -> Value {
        self.masks.cover_again(&self.body)
    }
}

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

pub struct Editor {
    pub id: Id,
    /// The answer that it waits for.
    pub waits: Option<Ticket>,
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
    /// Whether a draft of it may be left.
    pub has_draft: bool,
    /// How often a write was tried again because only the status had changed.
    pub again: u8,
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
/// Steps that can be undone.
const HISTORY: usize = 10_000;

impl Editor {
    pub fn new(id: Id) -> Self {
        Self {
            id,
            waits: None,
            stage: Stage::Reading,
            base: None,
            area: area(""),
            problem: None,
            theirs: None,
            unsure: None,
            search: None,
            unsaved: None,
            has_draft: false,
            again: 0,
            top: 0,
            left: 0,
            height: 1,
            width: 1,
        }
    }

    pub fn crumb(&self) -> String {
        match self.stage {
            Stage::Reviewing(_) | Stage::Writing(_) => format!("{} › review", self.id.name),
            _ => format!("{} › edit", self.id.name),
        }
    }

    /// The key map's scope.
    pub fn scope(&self) -> &'static str {
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

    pub fn changed(&self) -> bool {
        self.base.as_ref().is_some_and(|base| {
            let lines = self.area.lines();
            !base.text.lines().eq(lines[..lines.len() - usize::from(lines.last().is_some_and(String::is_empty))].iter())
        })
    }

    /// Starts with a text that cannot be undone.
    pub fn start(&mut self, text: &str) {
        self.area = area(text);
        (self.top, self.left) = (0, 0);
    }

    /// Another text in place of this one; undo brings it back.
    pub fn replace(&mut self, text: &str) {
        let at = self.area.cursor();
        self.area.select_all();
        self.area.insert_str(text.strip_suffix('\n').unwrap_or(text));
        self.go(at.0, at.1);
    }

    /// Keys are text only while it is typed in.
    fn takes_keys(&self) -> bool {
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

    /// Says what stands in the way, and goes to where it is.
    pub fn stop(&mut self, problem: Problem) {
        self.stage = Stage::Typing;
        self.waits = None;
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
        self.height = height.saturating_sub(if banner > 0 { banner + 1 } else { 0 }).max(1);
        self.width = width.saturating_sub(self.gutter() + 1).max(1);
        if let Some(review) = self.review_mut() {
            review.fit(height);
        }
        let cursor = self.area.cursor();
        let (row, column) = (cursor.0, self.cell_of(cursor.0, cursor.1));
        self.top = self.top.clamp((row + 1).saturating_sub(self.height), row);
        let margin = 8.min(self.width / 4);
        self.left = match column {
            column if column < self.width.saturating_sub(margin) && self.left == 0 => 0,
            column => self.left.clamp((column + 1 + margin).saturating_sub(self.width), column.saturating_sub(margin)),
        };
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

/// A character as it is drawn: one that would not be seen, or would move others, is replaced.
pub fn drawn(c: char) -> String {
    let mut bytes = [0; 4];
    let own: &str = c.encode_utf8(&mut bytes);
    let clean = text::clean(own);
    if clean.is_empty() { "\u{fffd}".to_owned() } else { clean.into_owned() }
}

/// For each line whether it lies in a block scalar: by indentation, as far as `end`.
fn block_lines(lines: &[String], end: usize) -> Vec<bool> {
    let mut within: Option<usize> = None;
    let step = |line: &String| {
        let bare = line.trim_start_matches(' ');
        let indent = line.len() - bare.len();
        if within.is_some_and(|depth| bare.is_empty() || indent > depth) {
            return true;
        }
        within = opens_block(bare).then_some(indent);
        false
    };
    lines.iter().take(end).map(step).collect()
}

fn opens_block(bare: &str) -> bool {
    let Some((_, header)) = bare.rsplit_once([' ', ':']) else { return false };
    let mut signs = header.trim_end().chars();
    matches!(signs.next(), Some('|' | '>')) && signs.all(|c| c == '-' || c == '+' || c.is_ascii_digit())
}

/// Words in lines of so many cells, at most six of them.
fn wrap(words: &str, width: usize) -> Vec<String> {
    let clean = text::clean(words);
    let mut out: Vec<String> = Vec::new();
    for word in clean.split([' ', '⏎']) {
        match out.last_mut() {
            Some(line) if text::width(line) + 1 + text::width(word) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => out.push(word.to_owned()),
        }
    }
    out.truncate(6);
    out
}

#[cfg(test)]
mod tests;
