//! Reads ages that a server has written as words.

use crate::model::{Cell, Time, human};

/// A cell for an age that a server has written as words (`3d4h`). The age counts on from `now`. `None` if the text is
/// not an age as kubectl writes it.
pub fn aged(text: &str, now: Time) -> Option<Cell> {
    let secs = u32::try_from(span(text)? / 1000).ok()?;
    let age = Cell::Aged(secs, now);
    (age.to_text(now) == text).then_some(age)
}

/// Whether `text` is the age of something that began at `time`. The clocks may differ by up to two seconds.
pub fn is_age(text: &str, time: Time, now: Time) -> bool {
    let mut age = String::new();
    [0, -1000, 1000, -2000, 2000].into_iter().any(|skew| {
        age.clear();
        human(now.plus_millis(skew).since(time), &mut age);
        age == text
    })
}

/// The number of milliseconds of `1y20d`, `3d4h`, `5m6s` or `7s`.
fn span(text: &str) -> Option<i64> {
    let (mut secs, mut rest) = (0i64, text);
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit())?;
        let count: i64 = rest[..end].parse().ok()?;
        let unit = match rest.as_bytes()[end] {
            b's' => 1,
            b'm' => 60,
            b'h' => 3600,
            b'd' => 86_400,
            b'y' => 365 * 86_400,
            _ => return None,
        };
        secs = secs.checked_add(count.checked_mul(unit)?)?;
        rest = &rest[end + 1..];
    }
    (!text.is_empty()).then_some(())?;
    secs.checked_mul(1000)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn ages_in_words_go_on_counting() {
        let now = Time::from_secs(100_000_000);
        for text in ["0s", "119s", "3m7s", "12m", "4h5m", "9h", "3d4h", "300d", "2y70d", "9y"] {
            let age = aged(text, now).unwrap();
            // The clock of a frame may be behind, and by less than the unit ahead.
            for skew in [-900, 0, 900] {
                assert_eq!(age.to_text(now.plus_millis(skew)), text);
            }
            assert_eq!(age.to_json(), json!(text));
            let mut moments = std::iter::successors(Some(now), |at| age.wake(*at)).take(400);
            assert!(moments.any(|at| age.to_text(at) != text), "{text} does not count on");
        }
        for text in ["", "<unknown>", "<invalid>", "5", "d", "120s", "1h", "99999999999999999999d"] {
            assert_eq!(aged(text, now), None, "{text}");
        }
        let began = now.plus_millis(-33_000_000);
        assert!(is_age("9h", began, now) && is_age("9h", began, now.plus_millis(400)));
        assert!(!is_age("9h", now.plus_millis(-37_000_000), now));
    }
}
