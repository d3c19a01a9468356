use serde_json::json;

use super::*;

fn told(old: &Value, new: &Value) -> Vec<String> {
    let text = |value: Option<Value>| value.map_or("-".to_owned(), |value| value.to_string());
    changes(old, new).into_iter().map(|c| format!("{} {} {}", c.path, text(c.old), text(c.new))).collect()
}

#[test]
fn changes_are_named_by_their_paths() {
    for (old, new, expected) in [
        (json!({"a": 1}), json!({"a": 1}), vec![]),
        (json!({"spec": {"replicas": 2}}), json!({"spec": {"replicas": 3}}), vec!["spec.replicas 2 3"]),
        (json!({"a": {"x.y/z": 1}}), json!({"a": {"q": 2}}), vec!["a[x.y/z] 1 -", "a.q - 2"]),
        (
            json!({"c": [{"name": "a", "i": 1}, {"name": "b"}]}),
            json!({"c": [{"name": "n"}, {"name": "a", "i": 2}]}),
            vec!["c[a].i 1 2", "c[b] {\"name\":\"b\"} -", "c[n] - {\"name\":\"n\"}"],
        ),
        (json!({"l": [1, 2, 3]}), json!({"l": [2, 3, 4]}), vec!["l[0] 1 -", "l[2] - 4"]),
        (json!({"l": [{"p": 1}]}), json!({"l": [{"p": 2}]}), vec!["l[0].p 1 2"]),
        (
            json!({"c": [{"name": "a"}, {"name": "b"}]}),
            json!({"c": [{"name": "b"}, {"name": "a"}]}),
            vec!["c [{\"name\":\"a\"},{\"name\":\"b\"}] [{\"name\":\"b\"},{\"name\":\"a\"}]"],
        ),
        (json!({"a": null}), json!({}), vec!["a null -"]),
    ] {
        assert_eq!(told(&old, &new), expected);
    }
}

#[test]
fn changes_of_both_sides_are_joined() {
    let base = json!({"v": 1, "spec": {"replicas": 2, "c": [{"name": "a", "image": "1"}], "gone": 1}});
    let mine = json!({"v": 1, "spec": {"replicas": 2, "c": [{"name": "a", "image": "2"}, {"name": "n"}]}});
    let theirs = json!({"v": 2, "spec": {"replicas": 5, "c": [{"name": "a", "image": "1", "tty": true}], "gone": 1}});
    let (merged, both) = merge(&base, &mine, &theirs);
    assert!(both.is_empty(), "{both:?}");
    let c = json!([{"name": "a", "image": "2", "tty": true}, {"name": "n"}]);
    assert_eq!(merged, json!({"v": 2, "spec": {"replicas": 5, "c": c}}));
}

#[test]
fn where_both_changed_mine_stays_and_is_told() {
    let (merged, both) =
        merge(&json!({"a": {"r": 1, "s": 1}}), &json!({"a": {"r": 2, "s": 1}}), &json!({"a": {"r": 3, "s": 4}}));
    assert_eq!(merged, json!({"a": {"r": 2, "s": 4}}));
    assert_eq!(both.iter().map(ToString::to_string).collect::<Vec<_>>(), ["a.r"]);
}

#[test]
fn texts_show_what_left_and_what_came() {
    let lines = unified("a\nb\nc\n", "a\nx\nc\n");
    let text: Vec<&str> = lines.iter().map(|line| line[0].0.as_str()).collect();
    assert_eq!(text, ["  a", "- b", "+ x", "  c"]);
    assert!(unified("a\n", "a\n").is_empty());
}
