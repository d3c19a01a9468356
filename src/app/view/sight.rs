//! Which rows a table asks others about: those on the screen, once it has come to rest, so that scrolling does not ask
//! anew with each key.

use crate::model::{Part, Time};

/// So long must the rows on the screen stay the same, in milliseconds.
const REST: i64 = 300;
/// While they never stay the same, what is asked follows all the same.
const LONGEST: i64 = 1_000;

#[derive(Debug, Default)]
pub struct Sight {
    /// What is asked about; nothing before there is a row to see.
    part: Option<Part>,
    next: Option<Next>,
    /// A sort or a filter needs more than what is on the screen.
    widened: bool,
    /// Nobody scrolls: everything is asked about.
    whole: bool,
}

/// What was seen instead.
#[derive(Debug)]
struct Next {
    part: Part,
    /// Since when it is something else at all, and since when it is this.
    first: Time,
    last: Time,
}

impl Next {
    fn due(&self) -> Time {
        self.last.plus_millis(REST).min(self.first.plus_millis(LONGEST))
    }
}

impl Sight {
    /// For whoever shows all rows at once.
    pub fn whole() -> Self {
        Self { part: Some(Part::All), whole: true, ..Self::default() }
    }

    pub fn part(&self) -> Option<&Part> {
        self.part.as_ref()
    }

    /// Whether more is asked about than what is on the screen.
    pub fn is_widened(&self) -> bool {
        self.widened && self.part == Some(Part::All)
    }

    /// The screen shows this, or nothing yet; `all` when a sort or a filter needs everything nevertheless.
    pub fn see(&mut self, seen: Option<Part>, all: bool, now: Time) {
        if self.whole {
            return;
        }
        self.widened = all && seen != Some(Part::All);
        let Some(seen) = (if all { Some(Part::All) } else { seen }) else { return };
        if self.part.as_ref() == Some(&seen) {
            self.next = None;
        } else if self.part.is_none() || seen == Part::All {
            (self.part, self.next) = (Some(seen), None);
        } else {
            self.rest(seen, now);
        }
    }

    fn rest(&mut self, seen: Part, now: Time) {
        let next = match self.next.take() {
            Some(next) if next.part == seen => next,
            Some(Next { first, .. }) => Next { part: seen, first, last: now },
            None => Next { part: seen, first: now, last: now },
        };
        if next.due() <= now {
            self.part = Some(next.part);
        } else {
            self.next = Some(next);
        }
    }

    /// When what is asked about changes by itself.
    pub fn due(&self) -> Option<Time> {
        self.next.as_ref().map(Next::due)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Str;

    fn names(names: &str) -> Option<Part> {
        Some(Part::Names(names.split(' ').map(Str::from).collect()))
    }

    #[test]
    fn the_first_rows_are_asked_about_at_once_and_others_after_a_rest() {
        let mut sight = Sight::default();
        sight.see(names("a b"), false, Time(0));
        assert_eq!((sight.part(), sight.due()), (names("a b").as_ref(), None));
        sight.see(names("b c"), false, Time(100));
        sight.see(names("c d"), false, Time(200));
        assert_eq!((sight.part(), sight.due()), (names("a b").as_ref(), Some(Time(500))));
        sight.see(names("c d"), false, Time(500));
        assert_eq!((sight.part(), sight.due()), (names("c d").as_ref(), None));
    }

    #[test]
    fn going_back_in_time_asks_nothing_new() {
        let mut sight = Sight::default();
        sight.see(names("a"), false, Time(0));
        sight.see(names("b"), false, Time(100));
        sight.see(names("a"), false, Time(200));
        assert_eq!((sight.part(), sight.due()), (names("a").as_ref(), None));
    }

    #[test]
    fn a_screen_that_never_rests_is_followed_all_the_same() {
        let mut sight = Sight::default();
        sight.see(names("0"), false, Time(0));
        (1..=11).for_each(|i| sight.see(names(&i.to_string()), false, Time(i * 100)));
        assert_eq!(sight.part(), names("11").as_ref());
    }

    #[test]
    fn what_needs_all_is_asked_at_once_and_said() {
        let mut sight = Sight::default();
        sight.see(names("a"), false, Time(0));
        sight.see(names("a"), true, Time(1));
        assert!(sight.part() == Some(&Part::All) && sight.is_widened());
        sight.see(names("a"), false, Time(2));
        assert!(!sight.is_widened());
        sight.see(names("a"), false, Time(400));
        assert_eq!(sight.part(), names("a").as_ref());
        // Where all is asked anyway there is nothing to say.
        sight.see(Some(Part::All), true, Time(500));
        assert!(!sight.is_widened());
        // A filter that no row passes yet needs them all the same.
        let mut empty = Sight::default();
        empty.see(None, true, Time(0));
        assert!(empty.part() == Some(&Part::All) && empty.is_widened());
    }
}
