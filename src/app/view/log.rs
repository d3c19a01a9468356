//! Log lines: which are asked for, and which part of them is on the screen.

mod face;
mod sieve;

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;

pub use self::sieve::Sieve;
use super::Travel;
use crate::app::logbook::Logbook;
use crate::model::{LogLine, Pods, Query, SourceId, Str, Tail, text};

#[derive(Debug)]
pub struct Log {
    pub at: SourceId,
    pub pods: Pods,
    /// Empty for all containers.
    pub container: Str,
    /// The container that this began with.
    pub narrow: Str,
    pub tail: Tail,
    /// What led here, for the crumbs.
    pub origin: Str,
    pub full: bool,
    pub wrap: bool,
    pub times: bool,
    /// The newest line stays on the screen.
    pub follow: bool,
    pub sieve: Option<Sieve>,
    /// All lines are shown, and the filter only tells which are hits.
    pub around: bool,
    /// The number of the line at the top, and how many of its rows are above.
    pub top: (u64, usize),
    pub left: usize,
    /// The hit that was gone to.
    pub here: Option<u64>,
    size: (usize, usize),
}

/// The tail that a log opens with.
pub const TAIL: Tail = Tail { lines: Some(1000), since: None, previous: false, head: false, once: false };
/// No more of a line is drawn; copies and saves have all of it.
const DRAWN: usize = 16 << 10;
/// The names before lines take no more.
const NAMES: usize = 40;

impl Log {
    pub fn new(at: SourceId, pods: Pods, container: Str, origin: Str) -> Self {
        Self {
            at,
            pods,
            narrow: container.clone(),
            container,
            tail: TAIL,
            origin,
            full: false,
            wrap: false,
            times: false,
            follow: true,
            sieve: None,
            around: false,
            top: (0, 0),
            left: 0,
            here: None,
            size: (80, 1),
        }
    }

    pub fn query(&self) -> Query {
        Query::Logs { at: self.at, pods: self.pods.clone(), container: self.container.clone(), tail: self.tail }
    }

    /// Asks for something else: what is shown begins anew.
    pub fn ask(&mut self, tail: Tail) {
        self.tail = tail;
        self.begin();
    }

    pub fn begin(&mut self) {
        (self.top, self.here, self.left) = ((0, 0), None, 0);
        self.follow = !self.tail.head;
        if let Some(sieve) = &mut self.sieve {
            sieve.begin();
        }
    }

    /// Takes in what arrived, at most about `budget` lines of it. True when all is in.
    pub fn prepare(&mut self, book: &Logbook, width: u16, height: u16, budget: usize) -> bool {
        self.size = (usize::from(width).max(1), usize::from(height).max(1));
        let settled = self.sieve.as_mut().is_none_or(|sieve| sieve.scan(book, budget));
        let last = self.last_page(book);
        let first = (self.shown(book, 0).unwrap_or(book.first()), 0);
        self.top = match self.follow || self.top > last && settled {
            true => last,
            false => self.top.max(first.min(last)),
        };
        settled
    }

    fn sifted(&self) -> Option<&Sieve> {
        self.sieve.as_ref().filter(|_| !self.around)
    }

    /// How many lines are shown.
    pub fn count(&self, book: &Logbook) -> usize {
        self.sifted().map_or(book.len(), |sieve| sieve.hits().len())
    }

    /// The number of a shown line.
    pub fn shown(&self, book: &Logbook, place: usize) -> Option<u64> {
        match self.sifted() {
            Some(sieve) => sieve.hits().get(place).copied(),
            None => (place < book.len()).then(|| book.first() + place as u64),
        }
    }

    /// Where a line stands among those shown, or the next one after it.
    pub fn place(&self, book: &Logbook, number: u64) -> usize {
        match self.sifted() {
            Some(sieve) => sieve.hits().partition_point(|hit| *hit < number),
            None => number.saturating_sub(book.first()) as usize,
        }
    }

    /// The shown lines, all of them.
    pub fn lines<'a>(&'a self, book: &'a Logbook) -> impl Iterator<Item = &'a LogLine> {
        (0..self.count(book)).filter_map(|place| book.line(self.shown(book, place)?))
    }

    /// The top that shows the newest line at the bottom.
    fn last_page(&self, book: &Logbook) -> (u64, usize) {
        let mut room = self.size.1;
        let mut place = self.count(book);
        while let Some(number) = place.checked_sub(1).and_then(|place| self.shown(book, place)) {
            let rows = self.rows(book, number);
            if rows >= room {
                return (number, rows - room);
            }
            room -= rows;
            place -= 1;
        }
        (self.shown(book, 0).unwrap_or(book.first()), 0)
    }

    /// How many rows of the screen a line takes.
    fn rows(&self, book: &Logbook, number: u64) -> usize {
        let Some(line) = book.line(number).filter(|_| self.wrap) else { return 1 };
        let (stamp, from) = self.lead(book, line);
        let text = text::clean(drawn(line));
        height(&[&stamp, &from, &text], self.room())
    }

    /// Cells of a row that lines take.
    fn room(&self) -> usize {
        self.size.0.saturating_sub(2).max(1)
    }

    /// Where the first hit within a line stands: what is drawn before it, and the hit.
    fn first_hit(&self, book: &Logbook, number: u64) -> Option<(String, String)> {
        let line = book.line(number)?;
        let sieve = self.sieve.as_ref().filter(|sieve| !sieve.inverse)?;
        let text = text::clean(drawn(line));
        let hit = sieve.regex.find(&text)?;
        let (stamp, from) = self.lead(book, line);
        Some((stamp + &from + &text[..hit.start()], hit.as_str().to_owned()))
    }

    /// What stands before the text of a line: its time, and where it came from.
    pub fn lead(&self, book: &Logbook, line: &LogLine) -> (String, String) {
        let stamp = if self.times { format!("{:<23} ", line.stamp()) } else { String::new() };
        let name = source(book.sources(), &line.from);
        let from = if name.is_empty() { String::new() } else { format!("{} ", text::fit(name, NAMES)) };
        (stamp, from)
    }

    pub fn travel(&mut self, book: &Logbook, way: Travel) {
        let page = self.size.1.saturating_sub(1).max(1) as isize;
        match way {
            Travel::By(rows) => self.scroll(book, rows),
            Travel::Page(pages) => self.scroll(book, pages * page),
            Travel::Top => (self.top, self.follow) = ((book.first(), 0), false),
            Travel::Bottom => self.follow = true,
            Travel::To(place) => self.go(self.shown(book, place).unwrap_or_default()),
        }
        self.clamp(book);
    }

    fn go(&mut self, number: u64) {
        (self.top, self.follow) = ((number, 0), false);
    }

    fn clamp(&mut self, book: &Logbook) {
        let last = self.last_page(book);
        if self.follow || self.top > last {
            self.top = last;
        }
    }

    fn scroll(&mut self, book: &Logbook, rows: isize) {
        self.follow = false;
        let mut place = self.place(book, self.top.0);
        let mut part = self.top.1 as isize + rows;
        while part < 0 && place > 0 {
            place -= 1;
            part += self.rows_at(book, place);
        }
        while place + 1 < self.count(book) && part >= self.rows_at(book, place) {
            part -= self.rows_at(book, place);
            place += 1;
        }
        self.top = (self.shown(book, place).unwrap_or(book.first()), part.max(0) as usize);
    }

    fn rows_at(&self, book: &Logbook, place: usize) -> isize {
        self.shown(book, place).map_or(1, |number| self.rows(book, number)) as isize
    }

    /// The next hit after the present one, or the one before it. False when there is none.
    pub fn next_hit(&mut self, book: &Logbook, forward: bool) -> bool {
        let Some(sieve) = &self.sieve else { return false };
        let hits = sieve.hits();
        let found = match (self.here, forward) {
            (None, true) => hits.get(hits.partition_point(|hit| *hit < self.top.0)),
            (None, false) => hits.back(),
            (Some(here), true) => hits.get(hits.partition_point(|hit| *hit <= here)),
            (Some(here), false) => {
                hits.partition_point(|hit| *hit < here).checked_sub(1).and_then(|place| hits.get(place))
            }
        };
        let Some(number) = found.copied() else { return false };
        self.here = Some(number);
        self.reveal(book, number);
        true
    }

    /// Scrolls only when the hit is not on the screen.
    fn reveal(&mut self, book: &Logbook, number: u64) {
        self.follow = false;
        let (place, top) = (self.place(book, number), self.place(book, self.top.0));
        if place <= top || place >= top + self.size.1 || self.wrap {
            let above = place.saturating_sub(self.size.1 / 3);
            self.top = (self.shown(book, above).unwrap_or(number), 0);
        }
        match self.first_hit(book, number) {
            Some((before, hit)) if self.wrap => self.reveal_row(book, number, &before, &hit),
            Some((before, hit)) => self.reveal_cells(text::width(&before), text::width(&hit)),
            None => {}
        }
        self.clamp(book);
    }

    /// Scrolls sideways to a hit that stands beyond an edge, with some of what is before it.
    fn reveal_cells(&mut self, start: usize, width: usize) {
        let (room, end) = (self.room(), start + width);
        if start < self.left || end > self.left + room {
            self.left = if end <= room { 0 } else { start.saturating_sub(room / 3) };
        }
    }

    /// Goes down within a line that is longer than the screen.
    fn reveal_row(&mut self, book: &Logbook, number: u64, before: &str, hit: &str) {
        let height_to_hit = height(&[before, hit], self.room());
        let above = (self.place(book, self.top.0)..self.place(book, number)).map(|place| self.rows_at(book, place));
        let above = above.sum::<isize>().unsigned_abs();
        if above + height_to_hit > self.size.1 {
            self.top = (number, height_to_hit.saturating_sub(1 + self.size.1 / 3));
        }
    }
}

/// The part of a line that is drawn.
pub fn drawn(line: &LogLine) -> &str {
    let text = line.shown();
    let end = (0..=DRAWN.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or(0)]
}

/// The name of a source as far as it tells it from the others.
pub fn source<'a>(all: &[Str], from: &'a str) -> &'a str {
    if all.len() < 2 {
        return "";
    }
    // Containers of an engine are of no pod.
    let Some((pod, container)) = from.split_once('/') else { return from };
    let others = || all.iter().filter_map(|other| other.split_once('/'));
    if others().all(|(other, _)| other == pod) {
        container
    } else if others().all(|(_, other)| other == container) {
        pod
    } else {
        from
    }
}

/// The text that a filter looks at: without colours.
pub fn plain(line: &LogLine) -> Cow<'_, str> {
    let shown = line.shown();
    if shown.bytes().any(|byte| byte.is_ascii_control()) { text::clean(shown) } else { Cow::Borrowed(shown) }
}

/// Rows that pieces of text take one after the other in rows of `width` cells.
pub fn height(pieces: &[&str], width: usize) -> usize {
    if pieces.iter().all(|piece| piece.is_ascii()) {
        return pieces.iter().map(|piece| piece.len()).sum::<usize>().div_ceil(width).max(1);
    }
    let (mut rows, mut x) = (1, 0);
    for cells in pieces.iter().flat_map(|piece| piece.graphemes(true)).map(text::width) {
        if x + cells > width {
            (rows, x) = (rows + 1, 0);
        }
        x += cells;
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_told_apart_in_few_words() {
        let all = |names: &[&str]| names.iter().map(|name| Str::from(*name)).collect::<Vec<_>>();
        assert_eq!(source(&all(&["web-1/app"]), "web-1/app"), "");
        assert_eq!(source(&all(&["web-1/app", "web-1/log"]), "web-1/log"), "log");
        assert_eq!(source(&all(&["web-1/app", "web-2/app"]), "web-2/app"), "web-2");
        assert_eq!(source(&all(&["web-1/app", "web-2/log"]), "web-2/log"), "web-2/log");
        assert_eq!(source(&all(&["shop-web-1"]), "shop-web-1"), "");
        assert_eq!(source(&all(&["shop-web-1", "shop-db-1"]), "shop-db-1"), "shop-db-1");
        assert_eq!(source(&all(&["shop-web-1", "shop-db-1"]), ""), "");
    }

    #[test]
    fn wide_characters_do_not_break_over_rows() {
        assert_eq!(height(&["abcdef"], 3), 2);
        assert_eq!(height(&["", ""], 3), 1);
        assert_eq!(height(&["名前空"], 3), 3);
    }
}
