//! Values of JSON as cells, in the words of kubectl (k8s.io/cli-runtime/pkg/printers/tableprinter.go).

use crate::model::text::go_float;
use crate::model::{Cell, Strings, Value};

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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::Time;

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
}
