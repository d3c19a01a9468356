//! A log as a view.

use super::{Log, Sieve, plain};
use crate::app::filter::Wrong;
use crate::app::logbook::Logbook;
use crate::app::store::{Answer, Store};
use crate::app::view::{Face, Frame, Travel, View};
use crate::app::{Effect, Purpose, State};
use crate::model::text::counted;
use crate::model::{Query, Result, SourceId, Time};

impl Face for Log {
    fn crumb(&self) -> String {
        let what = if self.tail.previous { "previous logs" } else { "logs" };
        format!("{} › {what}", self.origin)
    }

    fn scopes(&self) -> Vec<String> {
        ["view.log", "view.text", "global"].map(str::to_owned).to_vec()
    }

    fn at(&self) -> Option<SourceId> {
        Some(self.at)
    }

    fn query(&self) -> Option<Query> {
        Some(self.query())
    }

    fn another(&self) -> Option<View> {
        let Self { narrow, tail, wrap, times, .. } = self;
        let plain = Self::new(self.at, self.pods.clone(), self.container.clone(), self.origin.clone());
        let mut log = Self { narrow: narrow.clone(), tail: *tail, wrap: *wrap, times: *times, ..plain };
        log.sieve = self.sieve.as_ref().and_then(|sieve| Sieve::parse(&sieve.text).ok().flatten());
        Some(View::Log(Box::new(log)))
    }

    fn wake(&self, store: &Store, drawn: Time) -> Option<Time> {
        self.book(store)?.wake(drawn)
    }

    fn is_full(&self) -> bool {
        self.full
    }

    fn tells_strays(&self) -> bool {
        true
    }

    fn way_to_rows(&self) -> &'static str {
        "{back@view.text} comes back to the rows first."
    }

    fn search(&self) -> Option<(Purpose, String)> {
        let text = self.sieve.as_ref().map(|sieve| sieve.text.clone());
        Some((Purpose::Filter, text.unwrap_or_default()))
    }

    fn filter(&mut self, _: &Store, text: &str) -> Result<(), Wrong> {
        self.sift(text).map_err(|error| Wrong::new(0..text.len(), error.text()))
    }

    fn is_narrowed(&self) -> bool {
        self.sieve.is_some()
    }

    fn widen(&mut self) -> Result<()> {
        self.sift("")
    }

    fn travel(&mut self, store: &Store, way: Travel) {
        if let Some(book) = store.answer(&self.query()).and_then(Answer::book) {
            self.travel(book, way);
        }
    }

    fn shift(&mut self, steps: isize) {
        self.left = if self.wrap { 0 } else { self.left.saturating_add_signed(steps * 8).min(4096) };
    }

    fn copied(&self, state: &State) -> Option<(String, String)> {
        let (text, count) = self.book(&state.store).map(|book| self.text(book)).unwrap_or_default();
        Some((text, counted(count, "line")))
    }

    fn saved(&self, state: &State) -> Result<Option<(String, String)>> {
        let (text, _) = self.book(&state.store).map(|book| self.text(book)).unwrap_or_default();
        Ok(Some((self.file(), text)))
    }

    fn prepare(&mut self, state: &mut State, frame: Frame, budget: usize) -> (bool, Vec<Effect>) {
        let book = state.store.answer(&self.query()).and_then(Answer::book);
        let settled = book.is_none_or(|book| self.prepare(book, frame.width, frame.height, budget));
        (settled, Vec::new())
    }
}

impl Log {
    pub fn book<'a>(&self, store: &'a Store) -> Option<&'a Logbook> {
        store.answer(&self.query())?.book()
    }

    /// Shows only the lines that match a text. A text that is no filter leaves the filter as it was.
    fn sift(&mut self, text: &str) -> Result<()> {
        let sieve = Sieve::parse(text)?;
        self.around &= sieve.is_some();
        (self.sieve, self.here) = (sieve, None);
        Ok(())
    }

    /// The lines on the screen as a text, and their number.
    fn text(&self, book: &Logbook) -> (String, usize) {
        let (mut out, mut count) = (String::new(), 0);
        for line in self.lines(book) {
            let (stamp, from) = self.lead(book, line);
            let text = plain(line);
            for piece in [stamp.as_str(), from.as_str(), if line.mark { "--- " } else { "" }, text.as_ref(), "\n"] {
                out.push_str(piece);
            }
            count += 1;
        }
        (out, count)
    }

    /// The name of the file for the saved log.
    fn file(&self) -> String {
        let container = if self.container.is_empty() || self.origin.contains('/') { "" } else { &*self.container };
        let name = [self.pods.namespace.as_str(), self.origin.as_str(), container];
        format!("{}.log", name.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-"))
    }
}
