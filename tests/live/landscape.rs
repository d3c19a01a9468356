//! Systems that extend a cluster, by their own definitions: each object of `tests/cluster/landscape` as the program tells it,
//! beside what its annotations expect.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Value, json};
use spyhop::kinds::custom::Reader;
use spyhop::kinds::{self, Definition};
use spyhop::model::{Door, KindRef, Object, Reading, Scope, SourceId, Strings};

use crate::gate::{Home, Keys, headless, keys_are_refused, recorded, user};
use crate::servers::{cluster, get, kubeconfig, kubectl, spyhop};

/// The YAML files of a folder, sorted.
fn files(folder: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut all: Vec<PathBuf> = paths.filter(|path| path.extension().is_some_and(|ending| ending == "yaml")).collect();
    all.sort();
    all
}

fn documents(folder: &str) -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cluster").join(folder);
    let read = |path: PathBuf| {
        let text = fs::read_to_string(path).unwrap();
        let all = serde_yaml::Deserializer::from_str(&text).map(|one| Value::deserialize(one).unwrap());
        all.filter(|one| !one.is_null()).collect::<Vec<_>>()
    };
    files(&folder).into_iter().flat_map(read).collect()
}

fn word<'a>(body: &'a Value, pointer: &str) -> &'a str {
    body.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn expected<'a>(body: &'a Value, name: &str) -> Option<&'a str> {
    body["metadata"]["annotations"][format!("spyhop.test/{name}")].as_str()
}

/// The kind of an object, in the version of the object.
fn kind(body: &Value) -> KindRef {
    let (group, version) = word(body, "/apiVersion").split_once('/').unwrap();
    let name = word(body, "/kind");
    let named = kinds::all().find(|kind| kind.address.group == group && kind.address.kind == name);
    // Kinds that only the server knows are those that templates made.
    let plural = named.map_or_else(|| name.to_lowercase(), |kind| kind.address.plural.to_owned());
    let namespaced = named.is_some_and(|kind| kind.address.namespaced);
    kinds::adopt(&Definition { namespaced, ..Definition::plain(group, version, name, &plural) })
}

/// The row that the library makes of what the server has.
fn row(kind: KindRef, body: &Value) -> Object {
    let Door::Json(shape) = kind.door else { panic!("{} is not read as JSON", kind.name) };
    let (scope, mut strings, mut rows) = (Scope::all(), Strings::default(), Vec::new());
    let mut reading = Reading { at: SourceId(0), kind, scope: &scope, strings: &mut strings };
    Reader::new(shape).read(&mut reading, body.to_string().as_bytes(), &mut rows).unwrap();
    rows.remove(0)
}

/// A cell without quotes; nothing for no value.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| if value.is_null() { String::new() } else { value.to_string() }, str::to_owned)
}

/// What is wrong about one object, which is told once by the program and once by kubectl.
fn wrong(kind: KindRef, wanted: &Value, told: &Value, body: &Value) -> Vec<String> {
    let name = format!("{} {}", kind.name, word(wanted, "/metadata/name"));
    let mut wrong = Vec::new();
    let mut check = |what: &str, told: &str, expected: &str| {
        if told != expected {
            wrong.push(format!("{name}: {what} is '{told}', not '{expected}'"));
        }
    };
    check("health", word(told, "/health"), expected(wanted, "health").unwrap_or_default());
    let link = kind.0.link(&row(kind, body));
    check("enter", link.map_or("", |link| link.kind.0.name), expected(wanted, "enter").unwrap_or_default());
    let pairs = expected(wanted, "row").unwrap_or_default().split(';').filter_map(|pair| pair.trim().split_once('='));
    pairs.for_each(|(title, text)| check(title, &plain(&told[title]), text));
    wrong
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn every_kind_of_the_landscape_is_told_as_its_objects_expect() {
    cluster(&["landscape"], &[]);
    let mut by_kind: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for body in documents("landscape") {
        by_kind.entry(kind(&body).resource()).or_default().push(body);
    }
    let (mut wrong_ones, mut objects) = (Vec::new(), 0);
    for (resource, wanted) in &by_kind {
        let kind = kind(&wanted[0]);
        let places: &[&str] = if kind.address.namespaced { &["-n", "landscape"] } else { &[] };
        let rows = get(&[&[resource.as_str()], places].concat());
        let listed = kubectl(&[&["get", "-o", "json", resource.as_str()], places].concat());
        let bodies: Value = serde_json::from_str(&listed).unwrap();
        for body in wanted {
            let name = word(body, "/metadata/name");
            let told = rows.iter().find(|row| row["name"] == name);
            let there = bodies["items"].as_array().unwrap().iter().find(|there| there["metadata"]["name"] == name);
            match told.zip(there) {
                Some((told, there)) => wrong_ones.extend(wrong(kind, body, told, there)),
                None => wrong_ones.push(format!("{resource} {name} has no row")),
            }
        }
        objects += wanted.len();
    }
    let own =
        documents("landscape/own").iter().filter(|body| body["kind"] == json!("CustomResourceDefinition")).count();
    println!("{} kinds, {own} with a CRD of our own making; {objects} objects", by_kind.len());
    assert!(wrong_ones.is_empty(), "{}", wrong_ones.join("\n"));
}

/// A kind of each list of verbs of its own, and the lines of its verbs.
pub const KEYS: Keys = &[
    ("kustomizations", &["\x04", ":reconcile\r", ":suspend\r", ":resume\r"]),
    ("helmreleases", &[":reconcile force\r"]),
    ("jobsets", &[":suspend\r", ":resume\r"]),
    ("prometheuses", &[":scale 3\r", ":suspend\r"]),
    ("podchaos", &[":suspend\r"]),
    ("localqueues", &[":suspend\r"]),
    ("kwl", &[":suspend\r"]),
];

#[test]
#[ignore = "needs the real servers: tests/run"]
fn nothing_leaves() {
    cluster(&["landscape"], &[]);
    let user = user("landscape");
    let home = Home::new(&user, "[[context]]\nmatch = '*'\nprotected = ['landscape']\n");
    for (flag, refusal) in
        [("--readonly", "read-only: start without --readonly"), ("--write", "is protected: remove it from config.toml")]
    {
        keys_are_refused(&user, &home, flag, refusal, "landscape", KEYS);
        for (kind, name, verb, ..) in WRITTEN {
            let words = [*verb, *kind, *name, "-n", "landscape", "--yes", flag];
            let (done, said) = headless(&user, &home, &words);
            assert!(!done && said.contains(refusal), "{words:?}: {said}");
        }
    }
    assert_eq!(recorded(&user), Vec::<String>::new());
}

/// Verbs, and what is in the object afterwards: a JSON pointer and a value. No controller runs that would take it back.
const WRITTEN: &[(&str, &str, &str, &str, &str)] = &[
    ("kustomizations", "podinfo", "suspend", "/spec/suspend", "true"),
    ("kustomizations", "podinfo", "resume", "/spec/suspend", "false"),
    ("jobsets", "train", "suspend", "/spec/suspend", "true"),
    ("jobsets", "train", "resume", "/spec/suspend", "false"),
    ("prometheuses", "main", "suspend", "/spec/paused", "true"),
    ("prometheuses", "main", "resume", "/spec/paused", "false"),
    ("podchaos", "injected", "suspend", "/metadata/annotations/experiment.chaos-mesh.org~1pause", "\"true\""),
    ("podchaos", "injected", "resume", "/metadata/annotations/experiment.chaos-mesh.org~1pause", "null"),
];

#[test]
#[ignore = "needs the real servers: tests/run"]
fn verbs_write_what_controllers_read() {
    cluster(&["landscape"], &[]);
    // What is written here is nothing that the objects expect, so the next test makes them anew.
    kubectl(&["annotate", "namespace", "landscape", "rig/made-"]);
    let act = |words: &[&str]| {
        let output = spyhop(&kubeconfig(), &[words, &["-n", "landscape", "--yes"]].concat());
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    };
    let read = |kind: &str, name: &str| -> Value {
        serde_json::from_str(&kubectl(&["get", kind, name, "-n", "landscape", "-o", "json"])).unwrap()
    };
    for (kind, name, verb, pointer, value) in WRITTEN {
        act(&[verb, kind, name]);
        let written = read(kind, name).pointer(pointer).map_or("null".to_owned(), Value::to_string);
        assert_eq!(written, *value, "{verb} {kind}");
    }
    // Each request is another one, and a forced one carries the same token twice.
    let token = |name: &str| {
        let body = read("helmreleases", "podinfo");
        word(&body, &format!("/metadata/annotations/reconcile.fluxcd.io~1{name}")).to_owned()
    };
    act(&["reconcile", "helmreleases", "podinfo"]);
    let first = token("requestedAt");
    act(&["reconcile", "helmreleases", "podinfo", "--force"]);
    let second = token("requestedAt");
    assert!(!first.is_empty() && first != second, "{first} {second}");
    assert_eq!(token("forceAt"), second);
}
