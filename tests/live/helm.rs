//! Helm releases, made by the real helm 3 and 4: the tables equal helm's own, and nothing private is shown.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use spyhop::model::Time;

use super::servers::{cluster, get, kubeconfig, limited, program, spyhop, viewer};
use super::terminal::Terminal;

/// What the charts hide in their values.
const CANARY: &str = "hunter2-canary";

/// Both helms, each with both of its storage drivers; helm 3 hides some states unless it is told to show all.
const HELMS: [(&str, &str, &[&str]); 4] = [
    ("helm3", "secret", &["-a"]),
    ("helm3", "configmap", &["-a"]),
    ("helm4", "secret", &[]),
    ("helm4", "configmap", &[]),
];

fn helm(name: &str, driver: &str, args: &[&str]) -> Vec<Value> {
    let mut command = limited(program(name));
    command.arg("--kubeconfig").arg(kubeconfig()).env("HELM_DRIVER", driver);
    let output = command.args(args).args(["-o", "json"]).output().unwrap();
    assert!(output.status.success(), "{name} {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn word(row: &Value, key: &str) -> String {
    match &row[key] {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A release in words, and when it was made.
type Told = BTreeMap<String, (String, Time)>;

fn ours(rows: &[Value], key: fn(&Value) -> String) -> Told {
    let all = rows.iter().filter(|row| ["charts", "shops"].contains(&word(row, "namespace").as_str()));
    all.map(|row| {
        let text = ["REVISION", "STATUS", "CHART", "APP-VERSION"].map(|title| word(row, title)).join(" ");
        (key(row), (text, Time::parse(&word(row, "UPDATED")).unwrap()))
    })
    .collect()
}

fn theirs(rows: &[Value], key: impl Fn(&Value) -> String) -> Told {
    // `2026-11-30 04:05:30.123456789 +0000 UTC` in lists, RFC 3339 in histories.
    let moment = |text: &str| match text.split_once(' ') {
        Some((day, rest)) => Time::parse(&format!("{day}T{}Z", rest.split(' ').next().unwrap())),
        None => Time::parse(text),
    };
    let all = rows
        .iter()
        .filter(|row| row["namespace"].is_null() || ["charts", "shops"].contains(&word(row, "namespace").as_str()));
    all.map(|row| {
        let text = ["revision", "status", "chart", "app_version"].map(|title| word(row, title)).join(" ");
        (key(row), (text, moment(&word(row, "updated")).unwrap()))
    })
    .collect()
}

/// The moment is that of the object that keeps the revision, which helm makes a moment after it looked at its clock.
fn same(ours: &Told, theirs: &Told, what: &str) {
    let texts = |told: &Told| told.iter().map(|(key, (text, _))| format!("{key}: {text}")).collect::<Vec<_>>();
    assert_eq!(texts(ours), texts(theirs), "{what}");
    for (key, (_, at)) in ours {
        let apart = at.0.abs_diff(theirs[key].1.0);
        assert!(apart < 5_000, "{what}: {key} is {apart} ms apart");
    }
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn releases_equal_those_of_helm() {
    cluster(&["helm"], &[]);
    let key = |row: &Value| format!("{}/{}", word(row, "namespace"), word(row, "name"));
    let rows = get(&["helm", "-A"]);
    let told = ours(&rows, key);
    assert!(told.len() >= 10, "{told:?}");
    for version in ["helm3", "helm4"] {
        let mut all = Told::new();
        for (name, driver, more) in HELMS.iter().filter(|(name, ..)| *name == version) {
            let args = [&["list", "-A", "--max", "0"], *more].concat();
            all.extend(theirs(&helm(name, driver, &args), key));
        }
        same(&told, &all, version);
    }
    let health = |name: &str| rows.iter().find(|row| key(row) == name).map(|row| word(row, "health")).unwrap();
    assert_eq!(["charts/shop", "charts/flaky", "charts/gone"].map(health), ["good", "bad", "done"]);
    assert!(["progress", "warn"].contains(&health("charts/stuck").as_str()));
    let named = get(&["release", "web", "-n", "shops"]);
    assert_eq!((named.len(), word(&named[0], "REVISION")), (1, "5".to_owned()));
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn histories_equal_those_of_helm() {
    cluster(&["helm"], &[]);
    let all = get(&["history", "-A"]);
    for (namespace, name, driver) in [
        ("charts", "web", "secret"),
        ("charts", "flaky", "secret"),
        ("charts", "mapped", "configmap"),
        ("shops", "web", "secret"),
    ] {
        let rows: Vec<Value> = all
            .iter()
            .filter(|row| (word(row, "namespace"), word(row, "RELEASE")) == (namespace.to_owned(), name.to_owned()))
            .cloned()
            .collect();
        let told = ours(&rows, |row| word(row, "REVISION"));
        for helm_name in ["helm3", "helm4"] {
            let history = helm(helm_name, driver, &["history", name, "-n", namespace, "--max", "256"]);
            same(&told, &theirs(&history, |row| word(row, "revision")), &format!("{helm_name} {namespace}/{name}"));
            for (row, theirs) in
                rows.iter().map(|row| (row, history.iter().find(|other| other["revision"] == row["REVISION"])))
            {
                assert_eq!(word(row, "DESCRIPTION"), word(theirs.unwrap(), "description"));
            }
        }
    }
}

/// Bodies as YAML are whole, as `helm get values` has them; on the screen and in descriptions nothing private shows.
#[test]
#[ignore = "needs the real servers: tests/run"]
fn pages_tell_all_but_secrets() {
    cluster(&["helm"], &[]);
    let output = spyhop(&kubeconfig(), &["get", "helm", "shop", "-n", "charts", "-o", "yaml"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("replicas: 2") && text.contains("colour: green"), "{text}");
    let described = spyhop(&kubeconfig(), &["describe", "release/shop", "-n", "charts"]);
    let text = String::from_utf8(described.stdout).unwrap();
    assert!(text.contains("side.colour") && text.contains("Upgrade complete") && !text.contains(CANARY), "{text}");

    let args = ["-c", "helm charts"];
    let mut terminal = Terminal::sized(&kubeconfig(), &args, 160, 45);
    terminal.shows("stillborn", 20);
    terminal.shows("web-0.2.0", 20);
    terminal.keys("/shop\r");
    terminal.keys("\r");
    terminal.shows("superseded", 10);
    terminal.shows("Install complete", 10);
    terminal.keys("y");
    terminal.shows("apiVersion: helm.sh/release.v1", 10);
    assert!(!terminal.text().contains(CANARY));
    // Values, all values and the manifest in place of the YAML.
    for (key, word) in [("v", "colour: ••••••"), ("V", "greeting: ••••••"), ("m", "# Source: web/templates/")]
    {
        terminal.keys(key);
        terminal.shows(word, 10);
        assert!(!terminal.text().contains(CANARY), "{key}");
    }
    terminal.keys("\x1b");
    terminal.until("the history", 5, |text| text.contains("superseded"));
    assert_eq!(terminal.quit(), 0);
}

/// What `helm get` prints, byte for byte, of both drivers: values, manifest, notes and hooks.
#[test]
#[ignore = "needs the real servers: tests/run"]
fn texts_equal_those_of_helm() {
    cluster(&["helm"], &[]);
    let printed = |name: &str, driver: &str, args: &[&str]| {
        let mut command = limited(program(name));
        command.arg("--kubeconfig").arg(kubeconfig()).env("HELM_DRIVER", driver);
        let output = command.arg("get").args(args).output().unwrap();
        assert!(output.status.success(), "{name} {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let theirs: [(&str, &[&str]); 5] = [
        ("values", &["values", "-o", "yaml"]),
        ("all-values", &["values", "-a", "-o", "yaml"]),
        ("manifest", &["manifest"]),
        ("notes", &["notes"]),
        ("hooks", &["hooks"]),
    ];
    for (namespace, name, driver, revision) in [
        ("charts", "web", "secret", ""),
        ("charts", "web", "secret", "2"),
        ("charts", "shop", "secret", ""),
        ("charts", "stillborn", "secret", ""),
        ("charts", "mapped", "configmap", "1"),
        ("charts", "mapped4", "configmap", ""),
    ] {
        let numbered = format!("{name}@{revision}");
        let row = if revision.is_empty() { ["release", name] } else { ["history", numbered.as_str()] };
        for (word, args) in theirs {
            let ours = spyhop(&kubeconfig(), &["get", row[0], row[1], "-n", namespace, "-o", word]);
            let ours = String::from_utf8(ours.stdout).unwrap();
            let of = if revision.is_empty() { Vec::new() } else { vec!["--revision", revision] };
            for helm in ["helm3", "helm4"] {
                let args = [args, &[name, "-n", namespace], &of[..]].concat();
                assert_eq!(ours, printed(helm, driver, &args), "{helm} {args:?}");
            }
        }
    }
}

/// What one of the helms prints of the manifest of a revision, object by object, written anew by another library than ours.
fn written(helm: &str, driver: &str, namespace: &str, name: &str, revision: &str) -> BTreeMap<String, String> {
    let mut command = limited(program(helm));
    command.arg("--kubeconfig").arg(kubeconfig()).env("HELM_DRIVER", driver);
    let output = command.args(["get", "manifest", name, "-n", namespace, "--revision", revision]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let objects = serde_yaml::Deserializer::from_str(&text).map(|one| Value::deserialize(one).unwrap());
    let named = |object: Value| {
        let name = format!("{} {}", word(&object, "kind"), word(&object["metadata"], "name"));
        (name, serde_yaml::to_string(&object).unwrap())
    };
    objects.filter(|object| !object.is_null()).map(named).collect()
}

/// The lines of two texts that the program `diff` tells, without blanks and quotation marks.
fn told_by_diff(name: &str, old: &str, new: &str) -> Vec<String> {
    let home = std::env::temp_dir().join(format!("spyhop-helm-{}-{}", std::process::id(), name.replace(' ', "-")));
    std::fs::create_dir_all(&home).unwrap();
    std::fs::write(home.join("old"), old).unwrap();
    std::fs::write(home.join("new"), new).unwrap();
    let output = std::process::Command::new("diff").current_dir(&home).args(["old", "new"]).output().unwrap();
    std::fs::remove_dir_all(&home).unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let signed = text.lines().filter_map(|line| match line.split_at_checked(2)? {
        ("< ", rest) => Some(format!("{name} -{}", bare(rest))),
        ("> ", rest) => Some(format!("{name} +{}", bare(rest))),
        _ => None,
    });
    signed.collect()
}

fn bare(line: &str) -> String {
    line.trim().replace(['"', '\''], "")
}

/// The changed lines that we tell of the objects of a manifest.
fn told_by_us(text: &str) -> Vec<String> {
    let (mut title, mut all) = ("", Vec::new());
    for line in text.lines() {
        match line.chars().next() {
            Some(sign @ ('+' | '-')) => all.push((title, format!("{title} {sign}{}", bare(&line[1..])))),
            None | Some(' ') => {}
            Some(_) => title = line,
        }
    }
    let is_object = |title: &str| title.contains(' ') && !title.starts_with("Hook");
    all.into_iter().filter(|(title, _)| is_object(title)).map(|(_, line)| line).collect()
}

/// Our comparison of two revisions is that of `helm get manifest` by `diff`, for both helms and both drivers.
#[test]
#[ignore = "needs the real servers: tests/run"]
fn what_changed_equals_a_diff_of_what_helm_prints() {
    cluster(&["helm"], &[]);
    for (namespace, name, driver, from, to) in [
        ("charts", "web", "secret", "1", "2"),
        ("charts", "web", "secret", "2", "3"),
        ("charts", "shop", "secret", "1", "2"),
        ("charts", "mapped", "configmap", "1", "2"),
        ("shops", "web", "secret", "3", "5"),
    ] {
        let row = |number: &str| format!("{name}@{number}");
        let args = ["get", "history", &row(from), &row(to), "-n", namespace, "-o", "diff"];
        let output = spyhop(&kubeconfig(), &args);
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success() && !text.contains(CANARY), "{text}{}", String::from_utf8_lossy(&output.stderr));
        let mut ours = told_by_us(&text);
        ours.sort();
        assert!(!ours.is_empty(), "{text}");
        for helm in ["helm3", "helm4"] {
            let [old, new] = [from, to].map(|revision| written(helm, driver, namespace, name, revision));
            assert_eq!(old.keys().collect::<Vec<_>>(), new.keys().collect::<Vec<_>>());
            let mut theirs: Vec<String> =
                old.iter().flat_map(|(name, old)| told_by_diff(name, old, &new[name])).collect();
            theirs.sort();
            assert_eq!(ours, theirs, "{helm} {namespace}/{name} {from}..{to}");
        }
        // The same the other way round, and in short for two that follow each other.
        let back = spyhop(&kubeconfig(), &["get", "history", &row(to), &row(from), "-n", namespace, "-o", "diff"]);
        assert_eq!(told_by_us(&String::from_utf8(back.stdout).unwrap()).len(), ours.len());
    }
    let equal = spyhop(&kubeconfig(), &["get", "history", "web@1", "web@3", "-n", "charts", "-o", "diff"]);
    let text = String::from_utf8(equal.stdout).unwrap();
    assert!(text.contains("Both have equal charts, values, objects, hooks and notes."), "{text}");
}

/// A release as it was made does not drift, whichever helm made it. What kubectl changes in one of its objects does.
#[test]
#[ignore = "needs the real servers: tests/run"]
fn drift_is_what_others_changed() {
    let chart = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cluster/helm/web");
    for (helm, namespace) in [("helm3", "helm-drift3"), ("helm4", "helm-drift4")] {
        super::servers::namespace(namespace);
        let values = "replicas=0,side.colour=green";
        let args = ["install", "web", chart, "-n", namespace, "--set", values];
        let output = limited(program(helm)).arg("--kubeconfig").arg(kubeconfig()).args(args).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let drift = || {
            let output = spyhop(&kubeconfig(), &["get", "release/web", "-n", namespace, "-o", "drift"]);
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            let text = String::from_utf8(output.stdout).unwrap();
            assert!(!text.contains(CANARY), "{text}");
            text
        };
        let same = drift();
        assert!(same.ends_with("Nothing differs: 4 objects are as the manifest says.\n"), "{helm}: {same}");
        // Fields of others, and the same in other words.
        let kubectl = |args: &[&str]| super::servers::kubectl(&[args, &["-n", namespace]].concat());
        kubectl(&["label", "deployment/web", "more=yes"]);
        kubectl(&["set", "env", "deployment/web", "MORE=yes"]);
        assert_eq!(drift(), same, "{helm}");
        kubectl(&["set", "image", "deployment/web", "web=rig.local/busybox:2"]);
        let changed = drift();
        assert_eq!(
            told_by_us(&changed),
            ["Deployment web -image: rig.local/busybox:1", "Deployment web +image: rig.local/busybox:2"]
        );
        assert!(changed.contains("3 objects are as the manifest says."), "{changed}");
        kubectl(&["patch", "secret", "web", "-p", r#"{"stringData": {"password": "other-canary"}}"#]);
        kubectl(&["delete", "configmap", "web"]);
        let more = drift();
        assert!(more.contains("ConfigMap web is missing in the cluster.") && more.contains("Secret web\n"), "{more}");
        assert!(!more.contains("other-canary"), "{more}");
        kubectl(&["delete", "namespace", namespace, "--wait=false"]);
    }
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn who_may_not_list_secrets_is_told_so() {
    cluster(&["helm"], &[]);
    let output = spyhop(&viewer(), &["get", "helm", "-n", "charts"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("helm keeps releases in Secrets"), "{said}");
}

/// What helm does shows by itself.
#[test]
#[ignore = "needs the real servers: tests/run"]
fn a_release_that_comes_and_goes_is_followed() {
    super::servers::namespace("helm-follow");
    let terminal = Terminal::sized(&kubeconfig(), &["-c", "helm helm-follow"], 140, 40);
    terminal.shows("no releases in helm-follow", 20);
    let chart = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cluster/helm/web");
    let run = |args: &[&str]| {
        let output = limited(program("helm4")).arg("--kubeconfig").arg(kubeconfig()).args(args).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    run(&["install", "fresh", chart, "-n", "helm-follow", "--set", "replicas=0"]);
    terminal.shows("fresh", 5);
    terminal.shows("deployed", 5);
    run(&["uninstall", "fresh", "-n", "helm-follow"]);
    let gone = terminal.until("no release", 5, |text| text.contains("no releases in helm-follow"));
    assert!(gone < Duration::from_secs(5));
    assert_eq!(terminal.quit(), 0);
    super::servers::kubectl(&["delete", "namespace", "helm-follow", "--wait=false"]);
}
