//! Draws the log view.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};
use unicode_segmentation::UnicodeSegmentation;

use super::title::thousands;
use super::{Hint, Panel, Pieces, Site, centred};
use crate::app::Phase;
use crate::app::layout::Layout;
use crate::app::logbook::Logbook;
use crate::app::view::{Log, drawn_line};
use crate::model::{LogLine, text};
use crate::theme::Role;

/// The colours of sources. The name of a source chooses its colour.
const SOURCES: [Role; 8] =
    [Role::Accent, Role::Good, Role::Info, Role::Warn, Role::Key, Role::Progress, Role::Title, Role::Added];

impl Panel for Log {
    fn draw(&self, state: &Site<'_>, layout: Layout, buffer: &mut Buffer) -> Option<Position> {
        draw(state, self, self.book(&state.store)?, layout.body, buffer);
        None
    }

    /// `2 containers  1,204 lines  12/s  wrap  following`
    fn facts(&self, state: &Site<'_>, width: u16) -> Pieces {
        let Some(book) = self.book(&state.store) else { return Pieces::new() };
        let theme = &state.theme;
        let mut pieces = Pieces::new();
        let mut push = |text: String, role: Role| pieces.push((format!("{text}  "), theme.style(role)));
        let (sources, shown, speed) = (book.sources().len(), self.count(book), book.speed(state.now));
        if sources > 1 && width >= 100 {
            push(format!("{sources} containers"), Role::Muted);
        }
        let all = thousands(book.len());
        let lines = if self.sieve.is_some() && !self.around { format!("{} of {all}", thousands(shown)) } else { all };
        let unit = if book.len() == 1 { "line" } else { "lines" };
        push(if width >= 100 { format!("{lines} {unit}") } else { lines }, Role::Text);
        if book.dropped() > 0 {
            push(format!("{} dropped", thousands(book.dropped() as usize)), Role::Warn);
        }
        if speed > 0 {
            push(format!("{speed}/s"), Role::Muted);
        }
        if let Some(secs) = self.tail.since {
            push(format!("{} min", secs / 60), Role::Muted);
        }
        if self.tail.head {
            push("head".to_owned(), Role::Muted);
        }
        if self.wrap {
            push("wrap".to_owned(), Role::Muted);
        }
        if !self.tail.head && !self.tail.previous {
            let (word, role) = if self.follow { ("following", Role::Good) } else { ("paused", Role::Warn) };
            push(word.to_owned(), role);
        }
        pieces
    }

    fn narrowed(&self, state: &Site<'_>) -> Pieces {
        let sieve = self.sieve.as_ref().filter(|_| self.book(&state.store).is_some());
        sieve.map(|sieve| (format!("  /{}", sieve.text), state.theme.style(Role::Accent))).into_iter().collect()
    }

    fn hints(&self) -> Vec<Hint> {
        // A log of a single container has no key for other containers.
        let alone = self.narrow.is_empty();
        HINTS.iter().filter(|(command, _)| !(alone && *command == "log-all")).copied().collect()
    }
}

const HINTS: &[Hint] = &[
    ("filter", "filter"),
    ("log-follow", "follow"),
    ("log-wrap", "wrap"),
    ("log-times", "times"),
    ("log-all", "all containers"),
    ("log-since", "since"),
    ("log-head", "head"),
    ("log-mark", "mark"),
    ("copy", "copy"),
    ("save", "save"),
    ("log-clear", "clear"),
    ("back", "back"),
];

fn draw(state: &Site<'_>, log: &Log, book: &Logbook, area: Rect, buffer: &mut Buffer) {
    let count = log.count(book);
    if count == 0 {
        return nothing(state, log, book, area, buffer);
    }
    let (mut y, mut skip) = (area.y, log.top.1);
    for number in (log.place(book, log.top.0)..count).map_while(|place| log.shown(book, place)) {
        let Some(line) = book.line(number).filter(|_| y < area.bottom()) else { break };
        let pieces = pieces(state, log, book, line, log.here == Some(number));
        y = if log.wrap { wrapped(&pieces, skip, y, area, buffer) } else { cut(&pieces, log.left, y, area, buffer) };
        skip = 0;
    }
}

/// The styled pieces of a line, with matches highlighted.
fn pieces(state: &Site<'_>, log: &Log, book: &Logbook, line: &LogLine, here: bool) -> Pieces {
    let theme = &state.theme;
    let (stamp, from) = log.lead(book, line);
    let role = SOURCES[line.from.bytes().fold(7_usize, |sum, byte| sum.wrapping_mul(31) + usize::from(byte)) % 8];
    let mut lead = vec![(stamp, theme.style(Role::Muted)), (from, theme.style(role))];
    if line.mark {
        let rule = if state.display.options.unicode { "── " } else { "-- " };
        lead.push((rule.to_owned(), theme.style(Role::Warn)));
        lead.push((text::clean(&line.text).into_owned(), theme.style(Role::Warn)));
        return lead;
    }
    let body = theme.colored(drawn_line(line), theme.style(Role::Text));
    let hit = theme.style(Role::Accent).add_modifier(Modifier::REVERSED);
    let hit = if here { hit.add_modifier(Modifier::BOLD | Modifier::UNDERLINED) } else { hit };
    match log.sieve.as_ref().filter(|sieve| !sieve.inverse) {
        Some(sieve) => {
            let plain: String = body.iter().map(|(piece, _)| piece.as_str()).collect();
            let hits = sieve.regex.find_iter(&plain).map(|hit| (hit.start(), hit.end()));
            lead.extend(highlighted(body, &hits.collect::<Vec<_>>(), hit));
        }
        None => lead.extend(body),
    }
    lead
}

/// The pieces with another style for the matches (byte ranges of the whole text, in order).
fn highlighted(pieces: Pieces, hits: &[(usize, usize)], style: Style) -> Pieces {
    let (mut out, mut at) = (Pieces::new(), 0);
    for (piece, own) in pieces {
        let end = at + piece.len();
        let mut from = at;
        for (start, stop) in hits.iter().filter(|(start, stop)| *stop > at && *start < end) {
            let (start, stop) = ((*start).max(at), (*stop).min(end));
            out.push((piece[from - at..start - at].to_owned(), own));
            out.push((piece[start - at..stop - at].to_owned(), style));
            from = stop;
        }
        out.push((piece[from - at..].to_owned(), own));
        at = end;
    }
    out
}

/// Draws a line in one row, without its first `left` cells. Returns the next row.
fn cut(pieces: &Pieces, left: usize, y: u16, area: Rect, buffer: &mut Buffer) -> u16 {
    let room = usize::from(area.width.saturating_sub(2));
    let mut x = 0;
    for (cell, width, style) in cells(pieces) {
        if x >= left && x + width <= left + room {
            put(buffer, area, x - left, y, cell, style);
        }
        x += width;
        if x > left + room {
            let more = if area.width > 1 { Some("…") } else { None };
            more.into_iter().for_each(|more| put(buffer, area, room, y, more, style));
            break;
        }
    }
    y + 1
}

/// Draws a line in as many rows as it needs, without the first `skip` rows. Returns the next row.
fn wrapped(pieces: &Pieces, skip: usize, y: u16, area: Rect, buffer: &mut Buffer) -> u16 {
    let room = usize::from(area.width.saturating_sub(2)).max(1);
    let (mut row, mut x) = (0, 0);
    for (cell, width, style) in cells(pieces) {
        if x + width > room {
            (row, x) = (row + 1, 0);
        }
        let there = usize::from(y) + row;
        if row >= skip && there - skip < usize::from(area.bottom()) {
            put(buffer, area, x, (there - skip) as u16, cell, style);
        }
        x += width;
    }
    (usize::from(y) + (row + 1).saturating_sub(skip)).min(usize::from(area.bottom())) as u16
}

fn cells(pieces: &Pieces) -> impl Iterator<Item = (&str, usize, Style)> {
    pieces.iter().flat_map(|(piece, style)| piece.graphemes(true).map(|cell| (cell, text::width(cell), *style)))
}

fn put(buffer: &mut Buffer, area: Rect, x: usize, y: u16, cell: &str, style: Style) {
    let x = area.x.saturating_add(1).saturating_add(x as u16);
    if x < area.right() && y < area.bottom() && buffer.area.contains((x, y).into()) {
        buffer.set_stringn(x, y, cell, usize::from(area.right() - x), style);
    }
}

/// Draws the reason why no line is shown.
fn nothing(state: &Site<'_>, log: &Log, book: &Logbook, area: Rect, buffer: &mut Buffer) {
    let Some(answer) = state.answer() else { return };
    let muted = state.theme.style(Role::Muted);
    let line = match &answer.phase {
        _ if !book.is_empty() => (unmatched(log), muted),
        Phase::Stale(_, error) => (error.text().to_owned(), state.theme.style(Role::Bad)),
        Phase::Loading(since) if state.now.since(*since) < 500 => return,
        Phase::Loading(_) => ("asking the server ...".to_owned(), muted),
        Phase::Live if book.end() > 0 => ("cleared; new lines will appear here".to_owned(), muted),
        Phase::Live => (silent(state, log), muted),
    };
    centred(buffer, area, &[line, (String::new(), muted), (state.in_keys("{back} back"), muted)]);
}

fn unmatched(log: &Log) -> String {
    let text = log.sieve.as_ref().map_or("", |sieve| sieve.text.as_str());
    format!("no line matches /{text}")
}

fn silent(state: &Site<'_>, log: &Log) -> String {
    match (log.tail.since, log.pods.name.is_empty()) {
        (Some(secs), _) => {
            state.in_keys(&format!("no lines in the last {} min; {{log-tail}} shows older ones", secs / 60))
        }
        (None, true) => format!("no lines yet from the pods of {}", log.pods.labels),
        (None, false) => "no lines yet".to_owned(),
    }
}
