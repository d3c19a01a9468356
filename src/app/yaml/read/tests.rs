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
        ("x: .inf\n", 1, 4, "no number"),
        ("x: {[1]: a}\n", 1, 5, "key"),
        ("", 1, 1, "nothing"),
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
