//! Every kind of the real API server: the same objects and the same text as kubectl prints.

use std::collections::BTreeMap;

use serde_json::Value;
use spyhop::kinds;
use spyhop::model::{Door, Time, human};

use crate::servers::{get, kubectl};

/// One row of kubectl's table by title.
type Row = BTreeMap<String, String>;

/// kubectl aligns its columns: a title starts where its cells start.
fn table(printed: &str) -> Vec<Row> {
    let mut lines = printed.lines();
    let Some(header) = lines.next() else { return Vec::new() };
    let mut columns: Vec<(usize, String)> = Vec::new();
    let chars: Vec<char> = header.chars().collect();
    for i in 0..chars.len() {
        let starts = chars[i] != ' ' && (i == 0 || (chars[i - 1] == ' ' && (i < 2 || chars[i - 2] == ' ')));
        if starts {
            let title: String = chars[i..].iter().collect();
            columns.push((i, title.split("  ").next().unwrap_or_default().to_owned()));
        }
    }
    let row = |line: &str| {
        let chars: Vec<char> = line.chars().collect();
        let cell = |i: usize| {
            let end = columns.get(i + 1).map_or(chars.len(), |(at, _)| (*at).min(chars.len()));
            let text: String = chars.get(columns[i].0..end).unwrap_or_default().iter().collect();
            text.trim().to_owned()
        };
        columns.iter().enumerate().map(|(i, (_, title))| (title.clone(), cell(i))).collect()
    };
    lines.map(row).collect()
}

fn now() -> Time {
    Time(jiff::Timestamp::now().as_millisecond())
}

/// Whether our value reads as kubectl's text. Ages may have grown between the two calls.
fn same(ours: &Value, theirs: &str) -> bool {
    let text = match ours {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    // Both print tables in lines, so line ends within a cell are gone.
    if text.split_whitespace().eq(theirs.split_whitespace()) {
        return true;
    }
    if ours.is_number() {
        return theirs.split(' ').next() == Some(&text)
            || spans(ours.as_i64().unwrap_or(-1)).iter().any(|span| span == theirs);
    }
    let Some(time) = Time::parse(&text) else { return false };
    (-4..=4).any(|off| written(now().since(time) + off * 1000) == theirs)
}

fn written(millis: i64) -> String {
    let mut out = String::new();
    human(millis, &mut out);
    out
}

fn spans(seconds: i64) -> Vec<String> {
    (-2..=2).map(|off| written((seconds + off) * 1000)).collect()
}

fn differences(kind: &str) -> Vec<String> {
    let theirs = table(&kubectl(&["get", kind, "-A", "-o", "wide"]));
    let ours = get(&[kind, "-A"]);
    let key = |namespace: &str, name: &str| format!("{namespace}/{name}");
    let mut by_key: BTreeMap<String, &Value> = BTreeMap::new();
    for row in &ours {
        by_key.insert(key(row["namespace"].as_str().unwrap(), row["name"].as_str().unwrap()), row);
    }
    let mut out = Vec::new();
    if ours.len() != theirs.len() {
        out.push(format!("{kind}: {} rows, kubectl has {}", ours.len(), theirs.len()));
    }
    for row in &theirs {
        let printed = row.get("NAME").map(String::as_str).unwrap_or_default();
        // kubectl marks default classes behind their names; here that is a column, and the name is the name.
        let name = printed.strip_suffix(" (default)").unwrap_or(printed);
        let key = key(row.get("NAMESPACE").map(String::as_str).unwrap_or_default(), name);
        let Some(mine) = by_key.get(&key) else {
            out.push(format!("{kind}: {key} is missing"));
            continue;
        };
        for (title, text) in row {
            match mine.get(title) {
                Some(value) if title == "NAME" => {
                    let marked = mine.get("DEFAULT").is_some_and(|mark| *mark == Value::Bool(true));
                    let right = value == name && marked == (printed != name);
                    out.extend((!right).then(|| format!("{kind} {key}: {value} {marked}, kubectl has '{printed}'")));
                }
                Some(value) if same(value, text) => {}
                Some(value) => out.push(format!("{kind} {key} {title}: {value}, kubectl has '{text}'")),
                None => out.push(format!("{kind}: no column {title}")),
            }
        }
    }
    out.dedup();
    out
}

/// Things move between two calls, so a difference counts when it is there every time.
fn settled_differences(kind: &str) -> Vec<String> {
    let mut found = differences(kind);
    for _ in 0..5 {
        if found.is_empty() {
            break;
        }
        let again = differences(kind);
        found.retain(|one| again.contains(one));
    }
    found
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn kinds_with_a_lens_read_as_in_kubectl() {
    let of_clusters = kinds::all().filter(|kind| kind.family == &kinds::kube::FAMILY);
    let lensed = of_clusters.filter(|kind| matches!(kind.door, Door::Lens(_)) && kind.name != "containers");
    let names: Vec<String> = lensed.map(|kind| kind.resource()).collect();
    assert!(names.len() >= 15, "{names:?}");
    let wrong: Vec<String> = names.iter().flat_map(|name| settled_differences(name)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn every_other_kind_reads_as_in_kubectl() {
    let all = kubectl(&["api-resources", "--verbs=list", "-o", "name"]);
    // Metrics change with every reading, and some custom resources have columns of ours: both have tests of their own.
    let is_known = |name: &str| kinds::at(name, &[]).is_some_and(|kind| matches!(kind.door, Door::Json(_)));
    let is_of = |group: &str| kinds::FAMILIES.iter().any(|family| family.of_group(group).is_some());
    let has_columns = |name: &str| is_known(name) || name.split_once('.').is_some_and(|(_, group)| is_of(group));
    let names = all.lines().filter(|name| !name.ends_with("metrics.k8s.io") && !has_columns(name));
    let names: Vec<&str> = names.collect();
    assert!(names.len() > 60, "{names:?}");
    let wrong: Vec<String> = names.iter().flat_map(|name| settled_differences(name)).collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), names.len(), wrong.join("\n"));
}

/// The titles of a printed table.
fn titles(printed: &str) -> Vec<String> {
    let header = printed.lines().next().unwrap_or_default();
    header.split("   ").map(|title| title.trim().to_owned()).filter(|title| !title.is_empty()).collect()
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn what_kubectl_prints_only_wide_is_printed_only_wide() {
    let mut compared = 0;
    for kind in ["pods", "nodes", "services", "deployments", "daemonsets", "replicasets", "jobs", "events", "pvc"] {
        let theirs = |words: &[&str]| titles(&kubectl(&[&["get", kind, "-A"], words].concat()));
        let ours = |words: &[&str]| {
            let output = crate::servers::spyhop(&crate::servers::kubeconfig(), &[&["get", kind, "-A"], words].concat());
            titles(&String::from_utf8(output.stdout).unwrap())
        };
        let (plain, wide) = (theirs(&[]), theirs(&["-o", "wide"]));
        let (printed, all) = (ours(&[]), ours(&["-o", "wide"]));
        assert!(plain.iter().all(|title| printed.contains(title)), "{kind}: {printed:?}, kubectl has {plain:?}");
        assert!(wide.iter().all(|title| all.contains(title)), "{kind}: {all:?}, kubectl has {wide:?}");
        let more: Vec<&String> = wide.iter().filter(|title| !plain.contains(title)).collect();
        assert!(more.iter().all(|title| !printed.contains(title)), "{kind}: {printed:?}, kubectl has {plain:?}");
        compared += more.len();
    }
    assert!(compared > 10, "{compared}");
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn the_states_that_matter_are_all_there() {
    let pods = get(&["pods", "-n", "real"]);
    let states: Vec<&str> = pods.iter().filter_map(|pod| pod["STATUS"].as_str()).collect();
    for wanted in [
        "Running",
        "OOMKilled",
        "ErrImageNeverPull",
        "Completed",
        "Error",
        "Init:1/2",
        "SchedulingGated",
        "Terminating",
    ] {
        assert!(states.contains(&wanted), "{wanted} is not among {states:?}");
    }
    let sidecar = pods.iter().find(|pod| pod["name"] == "sidecar").unwrap();
    assert_eq!(sidecar["READY"], "2/2");
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn metrics_stand_beside_pods() {
    // A metrics server needs two looks at a pod, 15 s apart.
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(120);
    loop {
        let pods = get(&["pods", "-n", "shop"]);
        if pods.iter().any(|pod| pod["CPU"].is_number() && pod["MEM"].is_number()) {
            return;
        }
        assert!(std::time::Instant::now() < deadline, "{:?}", pods.first());
    }
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn output_formats_agree() {
    let kubeconfig = crate::servers::kubeconfig();
    let run = |args: &[&str]| {
        let output = crate::servers::spyhop(&kubeconfig, args);
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(run(&["get", "pods", "-n", "real", "-o", "name", "--filter", "box"]), "pod/box\n");
    assert_eq!(
        run(&["get", "pods", "box", "-n", "real", "-o", "name"]),
        kubectl(&["get", "pods", "box", "-n", "real", "-o", "name"])
    );
    assert_eq!(
        run(&["get", "configmap", "c1", "-n", "real", "-o", "yaml"]),
        kubectl(&["get", "configmap", "c1", "-n", "real", "-o", "yaml"])
    );
    assert!(run(&["get", "pods", "-n", "real", "-o", "csv"]).starts_with("NAME,READY,STATUS,"));
    assert!(run(&["get", "pods", "-n", "real", "-l", "app=web", "--sort", "-AGE"]).lines().count() == 3);
    let missing = crate::servers::spyhop(&kubeconfig, &["get", "pods", "nosuch", "-n", "real"]);
    assert!(!missing.status.success() && String::from_utf8_lossy(&missing.stderr).contains("not found"));
}

const DATES: &str = r#"
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: dates.compare.spyhop.dev}
spec:
  group: compare.spyhop.dev
  names: {kind: Date, plural: dates, singular: date}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
    additionalPrinterColumns:
    - {name: Last, type: date, jsonPath: .spec.last}
    - {name: Next, type: date, jsonPath: .spec.next}
    - {name: Worn, type: string, jsonPath: .spec.worn}
    - {name: Count, type: integer, jsonPath: .spec.count}
    - {name: Share, type: number, jsonPath: .spec.share}
    - {name: Ready, type: boolean, jsonPath: .spec.ready}
    - {name: Age, type: date, jsonPath: .metadata.creationTimestamp}
"#;

#[test]
#[ignore = "needs the real servers: tests/run"]
fn dates_numbers_and_flags_of_custom_resources_are_the_servers_own() {
    crate::servers::apply(DATES);
    kubectl(&["wait", "--for=condition=Established", "crd/dates.compare.spyhop.dev"]);
    crate::servers::namespace("compare-dates");
    let ago = |secs: i64| Time(now().0 - secs * 1000).rfc3339();
    let date = |name: &str, last: i64, share: f64, ready: bool| {
        serde_json::json!({
            "apiVersion": "compare.spyhop.dev/v1", "kind": "Date",
            "metadata": {"name": name, "namespace": "compare-dates"},
            "spec": {"last": ago(last), "next": ago(-30 * 86_400), "worn": "-9d", "count": 3, "share": share, "ready": ready},
        })
    };
    // Half an hour from the next change of its words, so that both readings find the same.
    let objects = [date("old", 9 * 86_400 + 1800, 2.5, true), date("young", 30 * 3600 + 1800, 2.0, false)];
    let list = serde_json::json!({"apiVersion": "v1", "kind": "List", "items": objects});
    crate::servers::apply(&list.to_string());
    assert_eq!(settled_differences("dates.compare.spyhop.dev"), Vec::<String>::new());
    let rows = get(&["dates.compare.spyhop.dev", "-n", "compare-dates"]);
    let told = |row: &Value| ["LAST", "NEXT", "WORN", "COUNT", "SHARE", "READY"].map(|title| row[title].clone());
    let json = |text: &str| serde_json::from_str::<Vec<Value>>(text).unwrap();
    assert_eq!(told(&rows[0]).to_vec(), json(r#"["9d", "<invalid>", "-9d", 3, 2.5, true]"#));
    assert_eq!(told(&rows[1]).to_vec(), json(r#"["30h", "<invalid>", "-9d", 3, 2, false]"#));
    kubectl(&["delete", "crd", "dates.compare.spyhop.dev"]);
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn volumes_sort_by_how_much_they_hold() {
    let sizes = ["500Mi", "10Gi", "1Ti", "2Gi"];
    let volumes: Vec<Value> = sizes
        .iter()
        .map(|size| {
            serde_json::json!({
                "apiVersion": "v1", "kind": "PersistentVolume",
                "metadata": {"name": format!("compare-{}", size.to_lowercase())},
                "spec": {"capacity": {"storage": size}, "accessModes": ["ReadWriteOnce"],
                    "hostPath": {"path": "/nowhere"}, "storageClassName": "compare"},
            })
        })
        .collect();
    let names: Vec<&str> = volumes.iter().map(|volume| volume["metadata"]["name"].as_str().unwrap()).collect();
    crate::servers::apply(&serde_json::json!({"apiVersion": "v1", "kind": "List", "items": volumes}).to_string());
    let sorted = |by: &str| -> Vec<String> {
        let rows = get(&["pv", "--sort", by, "--filter", "compare-"]);
        rows.iter().map(|row| row["CAPACITY"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(sorted("capacity"), ["500Mi", "2Gi", "10Gi", "1Ti"]);
    assert_eq!(sorted("-capacity"), ["1Ti", "10Gi", "2Gi", "500Mi"]);
    // Titles of several words, with what a shell needs no quotes for.
    assert_eq!(
        get(&["events", "-n", "real", "--sort", "last-seen"]),
        get(&["events", "-n", "real", "--sort", "LAST SEEN"])
    );
    kubectl(&[&["delete", "pv"], names.as_slice()].concat());
}
