use serde_json::json;

use super::*;

/// Scalars and what the real kubectl makes of them; the live tests ask a kubectl again.
const SCALARS: &str = include_str!("../../../../tests/fixtures/scalars.txt");

/// What no integer holds exactly is compared as a float.
fn exact(value: Value) -> Value {
    match value {
        Value::Number(number) if !number.is_i64() => json!(number.as_f64()),
        other => other,
    }
}

#[test]
fn scalars_are_read_as_by_kubectl() {
    let mut wrong = Vec::new();
    for line in SCALARS.lines() {
        let (text, expected) = line.split_once(" => ").unwrap();
        let read = one(&format!("x: {text}\n")).map(|document| exact(document.value["x"].clone()));
        let expected: Option<Value> = serde_json::from_str(expected).ok().map(exact);
        if read.clone().ok() != expected {
            wrong.push(format!("{line}, read as {read:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn structures_are_read_as_by_kubectl() {
    for (text, expected) in [
        (
            "x: {1: a, 2.5: b, yes: c, 0x10: d, 1e3: e}",
            json!({"x": {"1": "a", "2.5": "b", "true": "c", "16": "d", "1000": "e"}}),
        ),
        ("x: &a {b: 1}\nz:\n  <<: *a\n  c: 2", json!({"x": {"b": 1}, "z": {"b": 1, "c": 2}})),
        (
            "w: &a {b: 1}\nx: &b {b: 2, d: 3}\nz:\n  b: 9\n  <<: [*a, *b]",
            json!({"w": {"b": 1}, "x": {"b": 2, "d": 3}, "z": {"b": 9, "d": 3}}),
        ),
        ("x: |\n  a\n   b\n\nz: >-\n  a\n  b\n\n  c", json!({"x": "a\n b\n", "z": "a b\nc"})),
        ("x:\n- a\n- b: 1\n  c:\n  - d", json!({"x": ["a", {"b": 1, "c": ["d"]}]})),
        ("{\"x\": [1, 2.5, null, \"\\u00e9\"]}", json!({"x": [1, 2.5, null, "é"]})),
        ("x: \"a\n  b\n\n  c\"", json!({"x": "a b\nc"})),
    ] {
        assert_eq!(one(text).unwrap().value, expected, "{text}");
    }
}

#[test]
fn mistakes_are_found_where_they_are() {
    for (text, line, column, words) in [
        ("a: 1\nb: 2\na: 3\n", 3, 1, "\"a\" is here twice"),
        ("a:\n  b: 1\n c: 2\n", 3, 2, ""),
        ("a: 1\nb: [1, 2\n", 3, 1, ""),
        ("a: b: c\n", 1, 5, ""),
        ("a: 1\n---\nb: 2\n", 3, 1, "second document"),
        ("a: *none\n", 1, 4, ""),
        ("x: .inf\n", 1, 4, "not a number"),
        ("x: {[1]: a}\n", 1, 5, "key"),
        ("", 1, 1, "empty"),
    ] {
        let found = one(text).unwrap_err();
        assert_eq!((found.spot.line, found.spot.column), (line, column), "{text}: {found:?}");
        assert!(found.text.contains(words), "{text}: {found:?}");
    }
}

#[test]
fn places_are_those_of_keys_and_items() {
    let document = one("spec:\n  list:\n  - name: a\n    image: b\n  - name: c\n").unwrap();
    let line = |path: &[&str]| {
        let path: Vec<String> = path.iter().map(|step| (*step).to_owned()).collect();
        document.spot(&path).unwrap().line
    };
    assert_eq!(line(&["spec", "list", "0", "image"]), 4);
    assert_eq!(line(&["spec", "list", "1"]), 5);
    assert_eq!(line(&["spec", "list", "1", "image", "deep"]), 5);
    assert_eq!(line(&["nosuch"]), 1);
}

#[test]
fn a_small_text_cannot_stand_for_a_huge_one() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for i in 1..9 {
        let again = vec![format!("*a{}", i - 1); 10].join(", ");
        text.push_str(&format!("a{i}: &a{i} [{again}]\n"));
    }
    assert!(one(&text).unwrap_err().text.contains("too large"));
    assert!(one(&"[".repeat(100_000)).is_err());
}

#[test]
fn what_is_written_reads_back() {
    let value = json!({"a": "0644", "b": "yes", "c": "1:30", "d": " x", "e": "a\nb\n", "f": "", "g": "~", "1": true, "n": "x: y # z"});
    assert_eq!(one(&crate::app::yaml::text(&value)).unwrap().value, value);
}

#[test]
fn json_is_read_as_json() {
    let long = format!("{{\"{}\": 1}}", "k".repeat(2000));
    for (text, expected) in [
        (
            r#"{"a": "\ud83d\udc33 \/ \u00e9", "b": [1.0, 2.5, -0.0, 1e3, true, null]}"#,
            vec![json!({"a": "🐳 / é", "b": [1, 2.5, 0, 1000, true, null]})],
        ),
        ("{\"a\": 1}{\"a\": 2}\n\n\t{\"a\": 3}\n", vec![json!({"a": 1}), json!({"a": 2}), json!({"a": 3})]),
        (
            "\u{feff}{\"a\": 1}\n---\n{\"a\": \"\\ud83d\\udc33\"}\n---\na: {b: c}\n",
            vec![json!({"a": 1}), json!({"a": "🐳"}), json!({"a": {"b": "c"}})],
        ),
        ("---\n{\"a\": \"---\\n{\\\"\"}\n--- \n", vec![json!({"a": "---\n{\""})]),
        ("{a: yes}\n---\n{\"b\": yes}\n", vec![json!({"a": true}), json!({"b": true})]),
        ("{\n\t\"a\":\t[\n\t\t\"x\"\n\t]\n}", vec![json!({"a": ["x"]})]),
        (long.as_str(), vec![json!({"k".repeat(2000): 1})]),
    ] {
        let read: Vec<Value> = documents(text).unwrap().into_iter().map(|document| document.value).collect();
        assert_eq!(read, expected, "{text}");
    }
}

#[test]
fn mistakes_and_places_in_json_are_found() {
    for (text, line, column, words) in [
        ("{\"a\": 1,\n \"a\": 2}", 2, 2, "\"a\" is here twice"),
        ("{\"é\": [{\"b\": 1, \"b\": 2}]}", 1, 17, "\"b\" is here twice"),
        ("{\"a\": 1}\n{\"b\": 1,\n  oops]}", 3, 3, "key must be a string"),
        ("{\"a\": 1} {\"b\": tru]}", 1, 0, "expected"),
        ("{\"a\": 1}\n---\nb: 1\nb: 2\n", 4, 1, "\"b\" is here twice"),
    ] {
        let found = documents(text).unwrap_err();
        assert_eq!(found.spot.line, line, "{text}: {found:?}");
        assert!(column == 0 || found.spot.column == column, "{text}: {found:?}");
        assert!(found.text.contains(words), "{text}: {found:?}");
    }
    let all = documents("{\"a\": 1}\n{\"b\": {\n\"c\": [1,\n 2]}}").unwrap();
    let spot = |path: &[&str]| all[1].spot(&path.iter().map(|step| (*step).to_owned()).collect::<Vec<_>>()).unwrap();
    assert_eq!((spot(&[]).line, spot(&["b", "c"]).line, spot(&["b", "c", "1"])), (2, 3, Spot { line: 4, column: 2 }));
}

#[test]
fn tabs_may_stand_behind_a_colon() {
    for (text, expected) in [
        ("a:\tb\nc: {d:\te}\nf:\t\t-g\n", json!({"a": "b", "c": {"d": "e"}, "f": "-g"})),
        (
            "a:\tb\nt: |\n  k:\tv\n  x\nq: 'k:\tv'\ne: \"é:\tv\"\nz:\tw\n",
            json!({"a": "b", "t": "k:\tv\nx\n", "q": "k:\tv", "e": "é:\tv", "z": "w"}),
        ),
        ("é:\tb\n---\na:\tc # x:\ty\n", json!({"a": "c"})),
    ] {
        assert_eq!(documents(text).unwrap().last().unwrap().value, expected, "{text}");
    }
    assert!(one("a: b\n\tc: d\n").is_err());
}

#[test]
fn integers_keep_their_digits() {
    for text in ["9223372036854775807", "9223372036854775808", "18446744073709551615", "-9223372036854775808"] {
        assert_eq!(one(&format!("x: {text}\n")).unwrap().value["x"].to_string(), text);
    }
    // As the server tells it, written as text, read again.
    for text in ["9223372036854775808", "18446744073709552000", "100000000000000000000", "-9300000000000000000"] {
        let value: Value = serde_json::from_str(&format!("{{\"x\": {text}}}")).unwrap();
        assert_eq!(one(&crate::app::yaml::text(&value)).unwrap().value, value, "{text}");
    }
}
