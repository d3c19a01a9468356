//! Recordings of runs on the real servers.

use std::path::PathBuf;

use crate::canaries::{Ground, search, walk};
use crate::servers::{apply, kubeconfig, kubectl, namespace};
use crate::terminal::Terminal;

const NAMESPACE: &str = "canarycorp";

/// Everything that can hold a word holds one.
const OBJECTS: &str = r#"
apiVersion: v1
kind: Secret
metadata:
  name: canarykeys
  namespace: canarycorp
  labels: {canarylabel: canarylabelled}
  annotations: {canarynote: canarynoted}
stringData: {canaryfield: canarysecret}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: canaryconfig, namespace: canarycorp}
data: {canaryentry: canarysetting}
---
apiVersion: v1
kind: Pod
metadata: {name: canarypod, namespace: canarycorp}
spec:
  nodeName: rig-real
  terminationGracePeriodSeconds: 0
  containers:
  - name: canarybox
    image: rig.local/busybox:1
    imagePullPolicy: Never
    command: [sh, -c, "echo canaryline; while :; do sleep 1; done", canaryargument]
    env: [{name: CANARY_TOKEN, value: canaryvalue}]
"#;

/// The file of a recording; it goes with the test.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("spyhop-live-{name}-{}.jsonl", std::process::id()));
        let _ = std::fs::remove_file(&path);
        Self(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// The credentials of the user, and where the server is.
fn secrets_of_the_user() -> Vec<String> {
    let config = std::fs::read_to_string(kubeconfig()).unwrap();
    let words = config.split_whitespace().map(|word| word.trim_matches('"').to_owned());
    words.filter(|word| word.len() > 8 && !word.ends_with(':') && *word != "Config").collect()
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn a_recording_for_sharing_holds_no_secrets() {
    namespace(NAMESPACE);
    apply(OBJECTS);
    kubectl(&["-n", NAMESPACE, "wait", "--for=condition=Ready", "pod/canarypod", "--timeout=60s"]);
    let place = Place::new("canaries");
    let args = ["--no-remember", "--record", place.path(), "-c", "pods canarycorp /canarypod"];
    let env = [("SPYHOP_CANARY", "canaryenvironment")];
    let mut terminal = Terminal::with_env(&kubeconfig(), &args, 120, 40, &env);
    let ground = Ground {
        namespace: NAMESPACE,
        pod: "canarypod",
        said: "canaryline",
        prompt: "/ #",
        secret: "canarykeys",
        value: "canarysecret",
        config: "canaryconfig",
        text: "canarysetting",
    };
    walk(&mut terminal, &ground);
    assert_eq!(terminal.quit(), 0);
    kubectl(&["delete", "namespace", NAMESPACE, "--wait=false"]);
    let own = secrets_of_the_user();
    let words: Vec<&str> = own.iter().map(String::as_str).chain(["canary", "rig-real", "busybox"]).collect();
    search(place.path(), &words);
}
