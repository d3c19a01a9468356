//! Recordings of runs on the real servers.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::canaries::{Ground, search, walk};
use crate::roam;
use crate::servers::{apply, cluster, kubeconfig, kubectl, namespace, spyhop};
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

const ROAMED: &str = "replayed";
const CHURNED: &str = "replayedchurn";

/// A pod that talks, on the real node.
const TALKER: &str = r#"
apiVersion: v1
kind: Pod
metadata: {name: talker, namespace: replayed}
spec:
  nodeName: rig-real
  terminationGracePeriodSeconds: 0
  containers:
  - name: box
    image: rig.local/busybox:1
    imagePullPolicy: Never
    command: [sh, -c, "while :; do echo a line at $(date); usleep 200000; done"]
"#;

/// Pods that change all the time.
struct Churn(Child);

impl Churn {
    fn start(seconds: u64) -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cluster/cluster");
        let seconds = seconds.to_string();
        let mut command = Command::new(script);
        command.args(["churn", CHURNED, "20", &seconds]).stdout(Stdio::null()).stderr(Stdio::null());
        Self(command.spawn().unwrap())
    }
}

impl Drop for Churn {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// By hand with `SPYHOP_RECORD_SECONDS=600`.
#[test]
#[ignore = "needs the real servers: tests/run"]
fn a_recording_with_contents_leads_to_the_same_screens() {
    let seconds = std::env::var("SPYHOP_RECORD_SECONDS").ok().and_then(|seconds| seconds.parse().ok()).unwrap_or(20);
    namespace(ROAMED);
    namespace(CHURNED);
    apply(TALKER);
    cluster(&["load", "deploy", ROAMED, "1", "3"], &[]);
    cluster(&["load", "deploy", CHURNED, "2", "20"], &[]);
    kubectl(&["-n", ROAMED, "wait", "--for=condition=Ready", "pod/talker", "--timeout=60s"]);
    let names = kubectl(&["-n", ROAMED, "get", "deployments", "-o", "jsonpath={.items[0].metadata.name}"]);
    let churn = Churn::start(seconds);
    let place = Place::new("contents");
    let args = ["--no-remember", "--record-all", place.path(), "-c", "pods replayed"];
    let mut terminal = Terminal::with_env(&kubeconfig(), &args, 120, 40, &[]);
    let ground =
        roam::Ground { namespace: ROAMED, pod: "talker", said: "a line at", prompt: "/ #", deployment: names.trim() };
    // What is typed before the program has the terminal comes as the terminal cooks it: Enter as a line feed.
    terminal.shows("talker", 20);
    roam::roam(&mut terminal, &ground, Duration::from_secs(seconds));
    assert_eq!(terminal.quit(), 0);
    drop(churn);
    kubectl(&["delete", "namespace", ROAMED, CHURNED, "--wait=false"]);
    let begun = Instant::now();
    let output = spyhop("", &["replay", place.path(), "--screen"]);
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let wrong = String::from_utf8_lossy(&output.stderr).into_owned();
    let bytes = std::fs::metadata(place.path()).unwrap().len();
    println!("{seconds} s, {bytes} bytes, replayed in {:.1} s: {told}", begun.elapsed().as_secs_f32());
    assert!(output.status.success() && told.ends_with("turns, the same screens\n"), "{told}{wrong}");
    assert_eq!(wrong, "");
}
