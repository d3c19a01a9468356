//! Applying on a real cluster, without a screen and on it.

use std::path::PathBuf;
use std::process::Output;

use serde_json::Value;

use crate::servers::{kubeconfig, kubectl, kubectl_fed, limited};
use crate::terminal::Terminal;

const DOCUMENTS: &str = r#"
apiVersion: tides.example.com/v1
kind: Tide
metadata: {name: low, namespace: apply-run}
spec: {depth: 0x10}
---
apiVersion: v1
kind: Secret
metadata: {name: s, namespace: apply-run}
stringData: {password: hunter2-canary}
---
apiVersion: v1
kind: Namespace
metadata: {name: apply-run}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: tides.tides.example.com}
spec:
  group: tides.example.com
  scope: Namespaced
  names: {plural: tides, singular: tide, kind: Tide}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {depth: {type: integer}}}}}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: c, namespace: apply-run}
data: {a: "1"}
---
apiVersion: nope.example.com/v1
kind: Nope
metadata: {name: x}
"#;

struct Place {
    dir: PathBuf,
}

impl Place {
    fn new() -> Self {
        let dir = std::env::temp_dir().join(format!("apply-{}", std::process::id()));
        std::fs::create_dir_all(dir.join("docs/deep")).unwrap();
        clean();
        Self { dir }
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.dir.join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn spyhop(&self, args: &[&str]) -> Output {
        let mut command = limited(env!("CARGO_BIN_EXE_spyhop"));
        command.env("KUBECONFIG", kubeconfig()).env("XDG_STATE_HOME", &self.dir).args(args);
        command.stdin(std::process::Stdio::null()).output().unwrap()
    }
}

fn clean() {
    kubectl(&["delete", "namespace", "apply-run", "--ignore-not-found"]);
    kubectl(&["delete", "crd", "tides.tides.example.com", "--ignore-not-found"]);
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
        kubectl_fed(&["delete", "crd", "tides.tides.example.com", "--ignore-not-found", "--wait=false"], "");
        kubectl_fed(&["delete", "namespace", "apply-run", "--ignore-not-found", "--wait=false"], "");
    }
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn get(what: &[&str]) -> Value {
    let mut args = vec!["get", "-o", "json"];
    args.extend(what);
    serde_json::from_str(&kubectl(&args)).unwrap()
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn documents_are_tried_asked_for_and_written_in_order() {
    let place = Place::new();
    place.write("docs/all.yaml", DOCUMENTS);
    place.write("docs/deep/no.yaml", "this: is not looked at");
    place.write("docs/notes.txt", "nor: this");
    let docs = place.dir.join("docs").to_str().unwrap().to_owned();
    // Nothing is written by a dry run, nor without an answer.
    let tried = place.spyhop(&["apply", "-f", &docs, "--dry-run"]);
    assert!(!tried.status.success() && said(&tried).contains("tide apply-run/low  new"), "{}", said(&tried));
    let asked = place.spyhop(&["apply", "-f", &docs]);
    assert!(!asked.status.success() && said(&asked).contains("answer with --yes"), "{}", said(&asked));
    assert!(!kubectl(&["get", "namespaces"]).contains("apply-run"));
    let done = place.spyhop(&["apply", "-f", &docs, "--yes"]);
    let text = said(&done);
    assert!(!done.status.success() && text.contains("1 of 6 did not get through"), "{text}");
    for words in ["namespace apply-run  created", "tide apply-run/low  created", "no kind Nope in nope.example.com/v1"]
    {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(!text.contains("canary") && !text.contains("aHVu"), "{text}");
    assert_eq!(get(&["tide/low", "-n", "apply-run"])["spec"]["depth"], 16);
    let map = get(&["configmap/c", "-n", "apply-run", "--show-managed-fields"]);
    let manager = &map["metadata"]["managedFields"][0];
    assert_eq!((&manager["manager"], &manager["operation"]), (&"spyhop".into(), &"Apply".into()));
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn conflicts_name_manager_and_field_and_can_be_forced() {
    let place = Place::new();
    crate::servers::namespace("apply-run");
    kubectl(&["create", "configmap", "c", "-n", "apply-run", "--from-literal=a=theirs", "--field-manager=tide-table"]);
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: mine}\n";
    let file = place.write("c.yaml", text);
    let apply = |more: &[&str]| {
        let mut args = vec!["apply", "-f", file.as_str(), "-n", "apply-run", "--yes"];
        args.extend(more);
        place.spyhop(&args)
    };
    let refused = apply(&[]);
    let words = said(&refused);
    assert!(!refused.status.success() && words.contains("\"tide-table\"") && words.contains("data.a"), "{words}");
    assert_eq!(get(&["configmap/c", "-n", "apply-run"])["data"]["a"], "theirs");
    // The very words of kubectl.
    let theirs = kubectl_fed(&["apply", "--server-side", "-n", "apply-run", "-f", "-", "--field-manager=spyhop"], text);
    assert!(String::from_utf8_lossy(&theirs.stderr).contains("conflict with \"tide-table\""));
    assert!(!apply(&["--force-conflicts", "--readonly"]).status.success());
    let forced = apply(&["--force-conflicts"]);
    assert!(forced.status.success() && said(&forced).contains("theirs → mine"), "{}", said(&forced));
    assert_eq!(get(&["configmap/c", "-n", "apply-run"])["data"]["a"], "mine");
    let again = apply(&[]);
    assert!(again.status.success() && said(&again).contains("unchanged"), "{}", said(&again));
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn the_screen_applies_too() {
    let place = Place::new();
    crate::servers::namespace("apply-run");
    let file = place.write("c.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: mine}\n");
    let home = place.dir.to_str().unwrap();
    let args = ["-n", "apply-run", "-c", "cm"];
    let mut terminal = Terminal::with_env(&kubeconfig(), &args, 120, 40, &[("XDG_STATE_HOME", home)]);
    terminal.shows("kube-root-ca.crt", 15);
    terminal.shows("v1.36", 15);
    terminal.keys(&format!(":apply {file}\r"));
    terminal.shows("1 of 1 can be written", 10);
    terminal.shows("configmap apply-run/c  new", 5);
    terminal.keys("\r");
    terminal.shows("all 1 are applied", 10);
    assert_eq!(get(&["configmap/c", "-n", "apply-run"])["data"]["a"], "mine");
    terminal.keys(&format!(":apply {home}/nosuch.yaml\r"));
    terminal.shows("could not read", 10);
}
