//! Moments and spans in milliseconds, so that a cell needs eight bytes for one of them.

use serde::{Deserialize, Serialize};

use super::text::number;

/// A moment: milliseconds since 1970-01-01T00:00:00Z. Kubernetes itself knows whole seconds only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Time(pub i64);

impl Time {
    pub const fn from_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(1000))
    }

    /// Reads RFC 3339 with any fraction of a second; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse::<jiff::Timestamp>().ok().map(|t| Self(t.as_millisecond()))
    }

    /// Milliseconds from `earlier` to `self`, never negative.
    pub fn since(self, earlier: Time) -> i64 {
        self.0.saturating_sub(earlier.0).max(0)
    }

    pub const fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// RFC 3339 in UTC, whole seconds: `2026-01-31T14:05:09Z`.
    pub fn rfc3339(self) -> String {
        jiff::Timestamp::from_second(self.0.div_euclid(1000)).map_or_else(|_| String::new(), |t| t.to_string())
    }
}

/// Writes a span of `millis` the way kubectl writes ages
/// (k8s.io/apimachinery/pkg/util/duration, `HumanDuration`): two units while the first is small.
pub fn human(millis: i64, out: &mut String) {
    let secs = millis.max(0) / 1000;
    let (mins, hours, days) = (secs / 60, secs / 3600, secs / 86_400);
    match () {
        () if secs < 120 => single(out, secs, 's'),
        () if mins < 10 => pair(out, mins, 'm', secs % 60, 's'),
        () if mins < 180 => single(out, mins, 'm'),
        () if hours < 8 => pair(out, hours, 'h', mins % 60, 'm'),
        () if hours < 48 => single(out, hours, 'h'),
        () if days < 8 => pair(out, days, 'd', hours % 24, 'h'),
        () if days < 730 => single(out, days, 'd'),
        () if days < 8 * 365 => pair(out, days / 365, 'y', days % 365, 'd'),
        () => single(out, days / 365, 'y'),
    }
}

fn single(out: &mut String, count: i64, unit: char) {
    number(count.unsigned_abs(), out);
    out.push(unit);
}

fn pair(out: &mut String, first: i64, first_unit: char, second: i64, second_unit: char) {
    single(out, first, first_unit);
    if second > 0 {
        single(out, second, second_unit);
    }
}

/// The time, in milliseconds, for which the text of [`human`] for `millis` stays the same (at least one).
pub fn steady(millis: i64) -> i64 {
    let millis = millis.max(0);
    let secs = millis / 1000;
    let step = match secs {
        ..600 => 1_000,
        600..28_800 => 60_000,
        28_800..691_200 => 3_600_000,
        _ => 86_400_000,
    };
    step - millis % step
}

impl Time {
    /// The next moment after `now` at which the text of the age of `self` changes.
    pub fn next_change(self, now: Time) -> Time {
        now.plus_millis(steady(now.since(self)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(secs: i64) -> String {
        let mut out = String::new();
        human(secs * 1000, &mut out);
        out
    }

    #[test]
    fn ages_read_as_in_kubectl() {
        let day = 86_400;
        for (secs, expected) in [
            (0, "0s"),
            (119, "119s"),
            (120, "2m"),
            (187, "3m7s"),
            (600, "10m"),
            (179 * 60 + 59, "179m"),
            (180 * 60, "3h"),
            (4 * 3600 + 300, "4h5m"),
            (8 * 3600, "8h"),
            (47 * 3600, "47h"),
            (2 * day, "2d"),
            (3 * day + 4 * 3600, "3d4h"),
            (8 * day, "8d"),
            (729 * day, "729d"),
            (730 * day, "2y"),
            (800 * day, "2y70d"),
            (8 * 365 * day, "8y"),
        ] {
            assert_eq!(text(secs), expected, "{secs} s");
        }
    }

    #[test]
    fn the_next_change_is_when_the_text_changes() {
        for secs in [0, 59, 119, 187, 599, 600, 10_000, 30_000, 200_000, 900_000] {
            let wait = steady(secs * 1000) / 1000;
            assert!(wait >= 1);
            assert_ne!(text(secs + wait), text(secs - 1), "{secs}");
        }
    }

    #[test]
    fn times_parse_and_print() {
        let time = Time::parse("2026-01-31T14:05:09.123456Z").map(Time::rfc3339);
        assert_eq!(time.as_deref(), Some("2026-01-31T14:05:09Z"));
        assert_eq!(Time::parse("yesterday"), None);
    }
}
