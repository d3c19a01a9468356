//! The places of the parts of a question. Drawing and the mouse share them.

use ratatui::layout::Rect;

use super::Dialog;
use crate::model::text;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    /// The whole question with its border.
    pub outer: Rect,
    pub lines: Rect,
    /// The places of the fields: one row each, several for a list.
    pub fields: Vec<Rect>,
    /// The place of the problem or of the lines for a shell. It has as many rows as [`note`] gives lines, up to a limit.
    pub note: Rect,
    pub cancel: Rect,
    pub confirm: Rect,
}

const NARROWEST: usize = 46;
const WIDEST: u16 = 100;
/// The least number of its lines that a question shows if it wants a name typed.
const LEAST_LINES: u16 = 5;
const MOST_LINES: usize = 24;
/// The most rows of the problem, and of the lines for a shell, which can be copied whole.
const MOST_PROBLEM: usize = 5;
const MOST_SHELL: usize = 3;

impl Placement {
    /// The places on a screen of this size: above the middle, as small as the content allows. `None` means that there
    /// is no room.
    pub fn of(dialog: &Dialog, width: u16, height: u16) -> Option<Self> {
        let tall: Vec<u16> = dialog.fields.iter().map(|field| dialog.rows(field) as u16).collect();
        let fields: u16 = tall.iter().sum();
        let gap = u16::from(fields > 0 && dialog.said().next().is_some());
        let wide = (widest(dialog) as u16 + 6).min(WIDEST).min(width.saturating_sub(2));
        // The border, a blank line, another blank line, the buttons, and the border.
        let bare = fields + gap + 5;
        let most = if dialog.problem.is_some() { MOST_PROBLEM } else { MOST_SHELL };
        let said = note(dialog, usize::from(wide.saturating_sub(6)), most).len() as u16;
        let said = said.min(height.saturating_sub(bare)).max(1);
        let fixed = bare + said;
        let all = dialog.said().count();
        let lines = all.min(usize::from(height.saturating_sub(fixed))).min(MOST_LINES) as u16;
        let high = fixed + lines;
        // The user must be able to read what would be lost before typing a name.
        let cut = usize::from(lines) < all;
        if dialog.must().is_some() && cut && lines < LEAST_LINES {
            return None;
        }
        if wide < 24 || high > height {
            return None;
        }
        let outer = Rect::new((width - wide) / 2, (height - high) / 3, wide, high);
        let row = |y: u16, rows: u16| Rect::new(outer.x + 3, y, wide - 6, rows);
        let top = outer.y + 1;
        let first = top + lines + gap;
        let note = first + fields + 1;
        let [cancel, confirm] = buttons(dialog, row(note + said + 1, 1));
        Some(Self {
            outer,
            lines: row(top, lines),
            fields: tall.iter().scan(first, |y, rows| Some(row(std::mem::replace(y, *y + rows), *rows))).collect(),
            note: row(note, said),
            cancel,
            confirm,
        })
    }
}

/// The problem, or else the lines for a shell, wrapped to lines of `width` cells. If that makes more than `rows` lines, the
/// last one says how many are missing.
pub fn note(dialog: &Dialog, width: usize, rows: usize) -> Vec<String> {
    let said = dialog.problem.as_deref().unwrap_or(&dialog.shell_lines);
    let mut lines: Vec<String> = said.lines().flat_map(|line| text::wrapped(line, width.max(1))).collect();
    if lines.len() > rows && rows > 1 {
        let missing = lines.len() - (rows - 1);
        lines.truncate(rows - 1);
        lines.push(format!("… and {missing} more"));
    }
    lines
}

/// The labels of the two buttons.
pub fn labels(dialog: &Dialog) -> [String; 2] {
    ["[ Cancel ]".to_owned(), format!("[ {} ]", dialog.confirm)]
}

fn buttons(dialog: &Dialog, row: Rect) -> [Rect; 2] {
    let [cancel, confirm] = labels(dialog).map(|label| text::width(&label) as u16);
    let between = 4;
    let x = row.x + row.width.saturating_sub(cancel + confirm + between) / 2;
    let at = |x: u16, width: u16| Rect::new(x, row.y, width, 1).intersection(row);
    [at(x, cancel), at(x + cancel + between, confirm)]
}

fn widest(dialog: &Dialog) -> usize {
    let line = |line: &super::Line| line.iter().map(|(piece, _)| text::width(piece)).sum::<usize>();
    let names = dialog.fields.iter().map(|field| text::width(&field.name)).max().unwrap_or(0);
    let value = |field: &super::Field| match &field.entry {
        super::Entry::Choice { options, .. } => options.iter().map(|option| text::width(option)).max().unwrap_or(0),
        super::Entry::Text { .. } | super::Entry::Toggle(_) => text::width(&field.value()),
    };
    let field = |field: &super::Field| names + 6 + value(field).max(text::width(&field.hint)).max(8);
    let fields = dialog.fields.iter().map(field);
    let problem = dialog.problem.iter().map(|problem| text::width(problem));
    let shell = dialog.shell_lines.lines().map(text::width);
    let buttons: usize = labels(dialog).iter().map(|label| text::width(label)).sum::<usize>() + 4;
    let own = [text::width(&dialog.title) + 4, buttons, NARROWEST];
    dialog.said().map(line).chain(fields).chain(problem).chain(shell).chain(own).max().unwrap_or(NARROWEST)
}
