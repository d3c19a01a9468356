//! Cells of a server's table as kubectl prints them (k8s.io/cli-runtime/pkg/printers/tableprinter.go).

use crate::model::{Cell, Strings, Time, Value, human};

/// What kubectl would print for a cell.
pub fn cell(value: &Value, strings: &mut Strings) -> Cell {
    match value {
        Value::Null => Cell::None,
        Value::String(text) => Cell::text(strings.share(&line(text))),
        Value::Number(number) => number.as_i64().map_or_else(|| Cell::text(float(number.as_f64())), Cell::Count),
        Value::Bool(_) | Value::Array(_) | Value::Object(_) => Cell::text(go(value)),
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
        Value::Number(number) => number.as_i64().map_or_else(|| float(number.as_f64()), |n| n.to_string()),
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

/// Go's `%v` of a float64: exponents below 1e-4 and from 1e21 on, with a sign and two digits.
fn float(number: Option<f64>) -> String {
    let number = number.unwrap_or_default();
    if number == 0.0 || (1e-4..1e21).contains(&number.abs()) {
        return number.to_string();
    }
    let text = format!("{number:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, digits) = exponent.strip_prefix('-').map_or(('+', exponent), |digits| ('-', digits));
    format!("{mantissa}e{sign}{digits:0>2}")
}

/// An age that a server has already put into words (`3d4h`), as the moment it stands for, so that it goes on
/// counting. `None` when it is not an age as kubectl writes it.
pub fn moment(text: &str, now: Time) -> Option<Time> {
    let millis = span(text)?;
    let mut again = String::new();
    human(millis, &mut again);
    (again == text).then(|| now.plus_millis(-millis))
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
    fn ages_in_words_go_on_counting() {
        let now = Time::from_secs(100_000_000);
        for text in ["0s", "119s", "3m7s", "12m", "4h5m", "9h", "3d4h", "300d", "2y70d", "9y"] {
            let time = moment(text, now).unwrap();
            assert_eq!(Cell::Since(time).to_text(now), text);
            assert!(is_age(text, time, now) && is_age(text, time, now.plus_millis(400)));
        }
        for text in ["", "<unknown>", "<invalid>", "5", "d", "120s", "1h", "99999999999999999999d"] {
            assert_eq!(moment(text, now), None, "{text}");
        }
        assert!(!is_age("9h", now.plus_millis(-37_000_000), now));
    }
}
