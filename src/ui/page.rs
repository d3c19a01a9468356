//! Draws a page of text, with the matches of a search.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};

use super::title::thousands;
use super::{Hint, Panel, Pieces, Site, centred, put};
use crate::app::Phase;
use crate::app::layout::Layout;
use crate::app::view::{Line, Page, Passage, Text};
use crate::model::{Str, text};
use crate::theme::Role;

impl Panel for Page {
    fn draw(&self, state: &Site<'_>, layout: Layout, buffer: &mut Buffer) -> Option<Position> {
        draw(state, self, layout.body, buffer);
        None
    }

    fn facts(&self, state: &Site<'_>, _: u16) -> Pieces {
        let lines = self.lines();
        if lines == 0 {
            return Pieces::new();
        }
        let last = (self.top + self.height).min(lines);
        let values = match (self.is_clear(), self.is_masked()) {
            (true, _) => "values shown  ".to_owned(),
            (false, true) => state.in_keys("masked: {decode} shows it  "),
            (false, false) => String::new(),
        };
        let text = format!("{values}{}-{last} of {}  ", self.top + 1, thousands(lines));
        vec![(text, state.theme.style(Role::Muted))]
    }

    fn narrowed(&self, state: &Site<'_>) -> Pieces {
        let told = self.search.as_ref().map(|search| {
            let here = if search.hits.is_empty() { 0 } else { search.here + 1 };
            format!("  /{}  {here} of {}", search.text, search.hits.len())
        });
        told.map(|told| (told, state.theme.style(Role::Accent))).into_iter().collect()
    }

    fn hints(&self) -> Vec<Hint> {
        let (unsearched, bare) = (self.search.is_none(), !self.is_masked() && !self.is_clear());
        let fits = |(command, _): &&Hint| match *command {
            "next" => !unsearched,
            "decode" => !bare,
            _ => true,
        };
        let hints = if self.shows_keys() { HELP } else { HINTS };
        hints.iter().filter(fits).copied().collect()
    }
}

const HELP: &[Hint] = &[
    ("help-part", "next part"),
    ("search", "search"),
    ("next", "next"),
    ("copy", "copy"),
    ("save", "save"),
    ("back", "back"),
];
const HINTS: &[Hint] = &[
    ("apply-write", "apply"),
    ("search", "search"),
    ("next", "next"),
    ("yaml", "yaml"),
    ("describe", "describe"),
    ("values", "values"),
    ("all-values", "all values"),
    ("manifest", "manifest"),
    ("notes", "notes"),
    ("hooks", "hooks"),
    ("diff", "diff"),
    ("drift", "drift"),
    ("managed-fields", "managed fields"),
    ("decode", "decode"),
    ("copy", "copy"),
    ("save", "save"),
    ("back", "back"),
];

fn draw(state: &Site<'_>, page: &Page, area: Rect, buffer: &mut Buffer) {
    let Some(lines) = &page.text else { return waiting(state, area, buffer) };
    let gone = state.answer().is_some_and(|answer| answer.complete && answer.body().is_none());
    if let Text::Flowing(passages) = &**lines {
        flowing(state, page, passages, area, buffer);
    } else {
        plain(state, page, lines, area, buffer);
    }
    if gone && area.height > 0 {
        let style = state.theme.style(Role::Warn);
        put(
            buffer,
            area.x + 1,
            area.bottom() - 1,
            area.right(),
            "this object was deleted; this is its last state",
            style,
        );
    }
}

/// The line of the current match.
fn here(page: &Page) -> Option<usize> {
    page.search.as_ref().and_then(|search| search.hits.get(search.here).copied())
}

fn found(state: &Site<'_>, is_here: bool) -> Style {
    let style = state.theme.style(Role::Accent).add_modifier(Modifier::REVERSED);
    if is_here { style.add_modifier(Modifier::BOLD) } else { style }
}

fn plain(state: &Site<'_>, page: &Page, lines: &Text, area: Rect, buffer: &mut Buffer) {
    let hits = page.search.as_ref();
    let here = here(page);
    for (y, i) in (area.y..area.bottom()).zip(page.top..lines.len()) {
        let mut x = area.x + 1;
        let line = shifted(lines.line(i), page.left);
        for (piece, role) in &line {
            x = put(buffer, x, y, area.right(), piece, state.theme.style(*role));
        }
        let Some(search) = hits else { continue };
        let plain: String = line.iter().map(|(piece, _)| piece.as_str()).collect();
        for hit in search.regex.find_iter(&plain) {
            let start = area.x + 1 + text::width(&plain[..hit.start()]) as u16;
            let end = start.saturating_add(text::width(hit.as_str()) as u16).min(area.right());
            if start < end {
                buffer.set_style(Rect::new(start, y, end - start, 1), found(state, here == Some(i)));
            }
        }
    }
}

/// Draws the rows of passages. A match is highlighted in every row that it covers.
fn flowing(state: &Site<'_>, page: &Page, passages: &[Passage], area: Rect, buffer: &mut Buffer) {
    let here = here(page);
    for (y, i) in (area.y..area.bottom()).zip(page.top..page.rows.len()) {
        let row = &page.rows[i];
        let Some(passage) = passages.get(row.passage) else { return };
        let text = passage.text();
        let matches: Vec<_> = match &page.search {
            Some(search) => search.regex.find_iter(&text).map(|found| found.range()).collect(),
            None => Vec::new(),
        };
        for span in &row.spans {
            let left = area.x.saturating_add(1).saturating_add(span.x as u16);
            let mut x = left;
            for (piece, role) in passage.pieces(&span.bytes) {
                x = put(buffer, x, y, area.right(), piece, state.theme.style(role));
            }
            for found_at in &matches {
                let (from, to) = (found_at.start.max(span.bytes.start), found_at.end.min(span.bytes.end));
                if from >= to {
                    continue;
                }
                let start = left.saturating_add(text::width(&text[span.bytes.start..from]) as u16);
                let end = start.saturating_add(text::width(&text[from..to]) as u16).min(area.right());
                if start < end {
                    buffer.set_style(Rect::new(start, y, end - start, 1), found(state, here == Some(i)));
                }
            }
        }
    }
}

/// The line without its first `left` cells.
fn shifted(line: Line, left: usize) -> Line {
    let mut skip = left;
    let mut out = Line::new();
    for (piece, role) in line {
        let clean = text::clean(&piece);
        let width = text::width(&clean);
        if skip == 0 {
            out.push((Str::from(clean.as_ref()), role));
        } else if width > skip {
            let rest: String = clean
                .chars()
                .scan(0, |seen, c| {
                    let start = *seen;
                    *seen += text::width(c.encode_utf8(&mut [0; 4]));
                    Some((start, c))
                })
                .filter(|(start, _)| *start >= skip)
                .map(|(_, c)| c)
                .collect();
            out.push((rest.into(), role));
            skip = 0;
        } else {
            skip -= width;
        }
    }
    out
}

fn waiting(state: &Site<'_>, area: Rect, buffer: &mut Buffer) {
    let Some(answer) = state.answer() else { return };
    let muted = state.theme.style(Role::Muted);
    let line = match &answer.phase {
        Phase::Stale(_, error) => (error.text().to_owned(), state.theme.style(Role::Bad)),
        Phase::Loading(since) if state.now.since(*since) < 500 => return,
        Phase::Loading(_) => ("asking the server ...".to_owned(), muted),
        Phase::Live if answer.body().is_none() => ("this object does not exist (any more)".to_owned(), muted),
        Phase::Live => return,
    };
    centred(buffer, area, &[line, (String::new(), muted), (state.in_keys("{back} back"), muted)]);
}
