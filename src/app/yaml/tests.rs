use serde_json::json;

use super::*;

#[test]
fn strings_are_quoted_when_they_would_be_read_as_something_else() {
    for (text, expected) in [
        ("", "\"\""),
        ("yes", "\"yes\""),
        ("y", "\"y\""),
        ("null", "\"null\""),
        ("~", "\"~\""),
        ("0644", "\"0644\""),
        ("08", "\"08\""),
        ("1e3", "\"1e3\""),
        ("0x1F", "\"0x1F\""),
        ("1_000", "\"1_000\""),
        (".5", "\".5\""),
        ("1.2.3", "1.2.3"),
        ("10:30", "\"10:30\""),
        ("8080:80x", "8080:80x"),
        ("2024-01-02T03:04:05Z", "\"2024-01-02T03:04:05Z\""),
        ("2024-01-02", "\"2024-01-02\""),
        ("2024-13-02", "2024-13-02"),
        ("a: b", "'a: b'"),
        ("a:b", "a:b"),
        ("*", "'*'"),
        ("-", "'-'"),
        ("-x", "-x"),
        ("it's", "it's"),
        ("'it", "'''it'"),
        (" lead", "' lead'"),
        ("a #b", "'a #b'"),
        ("tab\there", "\"tab\\there\""),
        ("größe", "größe"),
        ("🐳", "\"\\U0001F433\""),
        ("a\nb", "|-\n  a\n  b"),
        ("a\n", "|\n  a"),
        ("a\n\n", "|+\n  a\n"),
        (" a\nb\n", "|2\n   a\n  b"),
        ("a \nb", "\"a \\nb\""),
    ] {
        assert_eq!(text_of(text), format!("x: {expected}\n"), "{text:?}");
        let read: Value = serde_yaml::from_str(&text_of(text)).unwrap();
        assert_eq!(read, json!({ "x": text }), "{text:?}");
    }
}

fn text_of(value: &str) -> String {
    super::text(&json!({ "x": value }))
}

#[test]
fn objects_are_laid_out_as_by_kubectl() {
    let body = json!({
        "kind": "Pod", "apiVersion": "v1",
        "metadata": {"name": "web", "managedFields": [{}], "creationTimestamp": null},
        "spec": {"a10": 1, "a9": true, "list": [{"b": [], "a": {}}, [1, [2.5, 1e21]]], "on": "off"},
    });
    let expected = "apiVersion: v1\nkind: Pod\nmetadata:\n  creationTimestamp: null\n  name: web\nspec:\n  a9: true\n  a10: 1\n  \
                    list:\n  - a: {}\n    b: []\n  - - 1\n    - - 2.5\n      - 1e+21\n  \"on\": \"off\"\n";
    assert_eq!(text(&body), expected);
}

/// Whoever may write a config map chooses its keys; kubectl's order contradicts itself for some of them.
#[test]
fn keys_without_an_order_are_written_all_the_same() {
    let letters: Vec<char> = "a0-1B9.x".chars().collect();
    let place = |n: usize, i: u32| letters[n / letters.len().pow(i) % letters.len()];
    let keys = (0..letters.len().pow(4)).map(|n| (0..4).map(|i| place(n * 2654435761 % 4096, i)).collect::<String>());
    let body = Value::Object(keys.map(|key| (key, json!("x"))).collect());
    let read: Value = serde_yaml::from_str(&text(&body)).unwrap();
    assert_eq!(read, body);
}

#[test]
fn long_texts_are_folded_and_read_back() {
    let long = "word ".repeat(60);
    let body = json!({"a": long.trim(), "b": format!("x: {long}y"), "c": [format!("\t{long}  y")], "d": {"e": format!("{long}\n{long}x")}});
    let written = text(&body);
    assert!(written.lines().next().unwrap().len() > 80);
    let read: Value = serde_yaml::from_str(&written).unwrap();
    assert_eq!(read, body);
    let lines = lines(&body, false, false);
    assert!(!lines[0].1 && lines[1].1);
}

#[test]
fn secrets_are_masked_until_decoded() {
    let copy = r#"{"data":{"p":"aHVzaA=="},"kind":"Secret"}"#;
    let body = json!({
        "kind": "Secret", "metadata": {"annotations": {"kubectl.kubernetes.io/last-applied-configuration": copy}},
        "data": {"p": "aHVzaA==", "bin": "/w=="}, "stringData": {"q": "hush"},
    });
    let shown = |decoded| lines(&body, false, decoded).iter().map(|(line, _)| format!("{line}\n")).collect::<String>();
    let masked = shown(false);
    assert!(!masked.contains("aHVz") && !masked.contains("hush") && masked.contains("p: ••••••"), "{masked}");
    assert!(shown(true).contains("p: hush") && shown(true).contains("bin: /w=="), "{}", shown(true));
    assert!(text(&body).contains("p: aHVzaA=="));
    let list = json!({"kind": "SecretList", "items": [{"data": {"p": "aHVzaA=="}}]});
    assert!(lines(&list, false, false).iter().all(|(line, _)| !line.contains("aHVz")));
}

#[test]
fn what_a_release_holds_is_masked_until_decoded() {
    let secret = json!({"kind": "Secret", "data": {"p": "aHVzaA=="}});
    let body = json!({
        "apiVersion": "helm.sh/release.v1", "kind": "Release", "values": {"p": "hush", "deep": [{"size": 7}], "none": null},
        "notes": "Log in with --password=hush\nDone.", "manifest": [{"kind": "List", "items": [secret]}, {"kind": "Service"}],
        "hooks": [{"kind": "Secret", "manifest": [secret]}, {"kind": "Job", "manifest": "unreadable: [hush"}],
    });
    let shown = |decoded| lines(&body, false, decoded).iter().map(|(line, _)| format!("{line}\n")).collect::<String>();
    let masked = shown(false);
    assert!(!masked.contains("aHVz") && !masked.contains("hush") && !masked.contains('7'), "{masked}");
    assert!(masked.contains("none: null") && masked.contains("Done.") && masked.contains("kind: Service"), "{masked}");
    let clear = shown(true);
    assert!(!clear.contains("aHVz") && clear.contains("size: 7") && clear.matches("hush").count() == 5, "{clear}");
}

/// Charts write the values of the user into their notes, arguments and ConfigMaps.
#[test]
fn a_secret_value_of_a_release_is_masked_wherever_it_stands() {
    let pod = json!({"kind": "Pod", "spec": {"containers": [{"args": ["start", "hunter2!"]}]}});
    let map = json!({"kind": "ConfigMap", "data": {"app.conf": "login = root/hunter2!\nmode = geheim-7", "b": "aHVudGVyMiE="}});
    let body = json!({
        "apiVersion": "helm.sh/release.v1", "kind": "Release", "values": {"db": {"password": "hunter2!"}}, "notes": "You are root, hunter2!",
        "manifest": [pod, map, {"kind": "Secret", "stringData": {"x": "geheim-7"}}], "hooks": [{"kind": "Pod", "manifest": [pod]}],
    });
    let shown = |decoded| lines(&body, false, decoded).iter().map(|(line, _)| format!("{line}\n")).collect::<String>();
    let masked = shown(false);
    assert!(!["hunter2", "geheim", "aHVu"].iter().any(|secret| masked.contains(secret)), "{masked}");
    assert!(masked.contains("login = root/••••••") && masked.contains("- start"), "{masked}");
    assert_eq!(shown(true).matches("hunter2!").count(), 5);
}

#[test]
fn telling_variables_and_addresses_are_masked() {
    let env = json!([
        {"name": "DB_PASSWORD", "value": "hush"}, {"name": "URL", "value": "pg://me:hush@db:5432/x?a=b"},
        {"name": "CACHE", "value": "redis://:hush@cache"}, {"name": "QUEUE", "value": "amqp://u:hush/hush@h"}, {"name": "PLAIN", "value": "http://host:80/a"},
        {"name": "API_KEY", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
    ]);
    let copy = json!({"spec": {"env": env}}).to_string();
    let body = json!({
        "kind": "Pod", "spec": {"containers": [{"env": env}]},
        "metadata": {"annotations": {"kubectl.kubernetes.io/last-applied-configuration": copy}},
    });
    let masked: String = lines(&body, false, false).iter().map(|(line, _)| format!("{line}\n")).collect();
    assert!(!masked.contains("hush"), "{masked}");
    assert!(masked.contains("pg://••••••@db:5432/x?a=b") && masked.contains("http://host:80/a"), "{masked}");
    assert!(lines(&body, false, true).iter().any(|(line, _)| line.contains("value: hush")));
}

#[test]
fn lines_are_drawn_in_their_roles() {
    let roles = |line: &str, block| {
        let pieces = highlight(line, block);
        assert_eq!(pieces.iter().map(|(piece, _)| piece.as_str()).collect::<String>(), line);
        pieces.into_iter().map(|(piece, role)| (piece.to_string(), role)).collect::<Vec<_>>()
    };
    let piece = |text: &str, role| (text.to_owned(), role);
    assert_eq!(
        roles("  - name: web", false),
        [piece("  - ", Role::Faint), piece("name", Role::Key), piece(":", Role::Faint), piece(" web", Role::Text)]
    );
    assert_eq!(roles("x: 80", false)[2], piece(" 80", Role::Info));
    assert_eq!(roles("x: \"80\"", false)[2], piece(" \"80\"", Role::Text));
    assert_eq!(roles("\"a: b\": null", false)[0], piece("\"a: b\"", Role::Key));
    assert_eq!(roles("a:b: |-", false)[2], piece(" |-", Role::Faint));
    assert_eq!(roles("# x: y", false), [piece("# x: y", Role::Faint)]);
    assert_eq!(roles("x: 80", true), [piece("x: 80", Role::Text)]);
    assert_eq!(roles("", false), []);
}

#[test]
fn bodies_of_containers_are_masked_until_they_are_decoded() {
    let body = json!({"Config": {"Env": ["DB_PASSWORD=canary", "LEVEL=debug"], "Cmd": ["run", "--token", "canary"],
        "Labels": {"api.key": "canary"}}});
    let written = |decoded: bool| -> String {
        lines(&body, false, decoded).iter().map(|(line, _)| format!("{line}\n")).collect()
    };
    assert!(!written(false).contains("canary") && written(false).contains("LEVEL=debug"), "{}", written(false));
    assert!(written(true).contains("DB_PASSWORD=canary"));
}
