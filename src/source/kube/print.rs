//! Cells of a server's table as kubectl prints them (k8s.io/cli-runtime/pkg/printers/tableprinter.go).

use crate::model::text::go_float;
use crate::model::{Cell, Strings, Time, Value, human};

/// What kubectl would print for a cell.
pub fn cell(value: &Value, strings: &mut Strings) -> Cell {
    match value {
        Value::Null => Cell::None,
        Value::String(text) => Cell::text(strings.share(&line(text))),
        Value::Number(number) => {
            number.as_i64().map_or_else(|| Cell::Float(number.as_f64().unwrap_or_default()), Cell::Count)
        }
        Value::Bool(flag) => Cell::Flag(*flag),
        Value::Array(_) | Value::Object(_) => Cell::text(go(value)),
    }
}

/// The first line, and dots for what follows.
fn line(text: &str) -> std::borrow::Cow<'_, str> {
    match text.split_once(['\n', '\r', '\u{c}']) {
        None => text.into(),
        Some((first, _)) => format!("{first}...").into(),
    }
}

/// Go's `%v` of what JSON can hold.
fn go(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".to_owned(),
        Value::Bool(bool) => bool.to_string(),
        Value::Number(number) => {
            number.as_i64().map_or_else(|| go_float(number.as_f64().unwrap_or_default()), |n| n.to_string())
        }
        Value::String(text) => text.clone(),
        Value::Array(values) => format!("[{}]", values.iter().map(go).collect::<Vec<_>>().join(" ")),
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by_key(|(key, _)| *key);
            let fields: Vec<_> = fields.iter().map(|(key, value)| format!("{key}:{}", go(value))).collect();
            format!("map[{}]", fields.join(" "))
        }
    }
}

/// An age that a server has already put into words (`3d4h`), so that it goes on counting from `now`. `None` when it is
/// not an age as kubectl writes it.
pub fn aged(text: &str, now: Time) -> Option<Cell> {
    let secs = u32::try_from(span(text)? / 1000).ok()?;
    let age = Cell::Aged(secs, now);
    (age.to_text(now) == text).then_some(age)
}

/// Whether `text` is the age of something that began at `time`, give or take two seconds between clocks.
pub fn is_age(text: &str, time: Time, now: Time) -> bool {
    let mut age = String::new();
    [0, -1000, 1000, -2000, 2000].into_iter().any(|skew| {
        age.clear();
        human(now.plus_millis(skew).since(time), &mut age);
        age == text
    })
}

/// Milliseconds of `1y20d`, `3d4h`, `5m6s`, `7s`.
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
    use super::*;
    use serde_json::json;

    #[test]
    fn cells_read_as_kubectl_prints_them() {
        let strings = &mut Strings::default();
        for (value, text) in [
            (json!(null), ""),
            (json!("a\nb"), "a..."),
            (json!(""), ""),
            (json!(3), "3"),
            (json!(2.5), "2.5"),
            (json!(2.0), "2"),
            (json!(1e21), "1e+21"),
            (json!(-0.00001), "-1e-05"),
            (json!(true), "true"),
            (json!(["a", 1, null]), "[a 1 <nil>]"),
            (json!({"b": 1, "a": [true]}), "map[a:[true] b:1]"),
        ] {
            assert_eq!(cell(&value, strings).to_text(Time::default()), text, "{value}");
        }
    }

    #[test]
    fn programs_get_the_value_and_type_of_the_server() {
        let strings = &mut Strings::default();
        for value in [json!(null), json!("a"), json!(3), json!(-2.5), json!(true), json!(false)] {
            assert_eq!(cell(&value, strings).to_json(), value);
        }
    }

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
