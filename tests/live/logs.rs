//! Logs of real containers: what is shown is what they wrote, every line once, whatever restarts in between.

use std::path::PathBuf;

use crate::servers::{apply, cluster, kubeconfig, kubectl, spyhop};
use crate::terminal::Terminal;

const SAVE: &str = "\x13";

/// Seconds until a pod runs at most: after servers that went and came back, a kubelet may wait a minute before it asks again.
const STARTING: u64 = 150;

/// A namespace and a home of its own; both go with it.
struct Place {
    namespace: String,
    home: PathBuf,
}

impl Place {
    fn new(name: &str) -> Self {
        let namespace = format!("logs-{name}");
        let home = std::env::temp_dir().join(format!("{namespace}-{}", std::process::id()));
        std::fs::create_dir_all(&home).unwrap();
        crate::servers::namespace(&namespace);
        Self { namespace, home }
    }

    fn terminal(&self, line: &str) -> Terminal {
        let args = ["-n", self.namespace.as_str(), "-c", line];
        let home = self.home.to_str().unwrap();
        Terminal::with_env(&kubeconfig(), &args, 120, 50, &[("XDG_STATE_HOME", home)])
    }

    fn pod(&self, name: &str, script: &str) {
        apply(&POD.replace("NAMESPACE", &self.namespace).replace("NAME", name).replace("SCRIPT", script));
    }

    /// What the program saves of the log that it shows.
    fn saved(&self, terminal: &mut Terminal) -> Vec<String> {
        terminal.keys(SAVE);
        terminal.shows("saved ", 10);
        let mut files = Vec::new();
        walk(&self.home, &mut files);
        let file = files.into_iter().find(|file| file.extension().is_some_and(|ending| ending == "log")).unwrap();
        std::fs::read_to_string(file).unwrap().lines().map(str::to_owned).collect()
    }

    fn kubectl_logs(&self, pod: &str) -> Vec<String> {
        kubectl(&["logs", "-n", &self.namespace, pod]).lines().map(str::to_owned).collect()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        kubectl(&["delete", "namespace", &self.namespace, "--wait=false", "--ignore-not-found"]);
        let _ = std::fs::remove_dir_all(&self.home);
    }
}

fn walk(directory: &std::path::Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { walk(&path, files) } else { files.push(path) }
    }
}

const POD: &str = r#"
apiVersion: v1
kind: Pod
metadata: {name: NAME, namespace: NAMESPACE}
spec:
  nodeName: rig-real
  terminationGracePeriodSeconds: 0
  volumes: [{name: state, emptyDir: {}}]
  containers:
  - name: main
    image: rig.local/busybox:1
    imagePullPolicy: Never
    volumeMounts: [{name: state, mountPath: /state}]
    command: [sh, -c, 'SCRIPT']
"#;

const FLEET: &str = r#"
apiVersion: apps/v1
kind: Deployment
metadata: {name: fleet, namespace: NAMESPACE}
spec:
  replicas: 2
  selector: {matchLabels: {app: fleet}}
  template:
    metadata: {labels: {app: fleet}}
    spec:
      nodeName: rig-real
      terminationGracePeriodSeconds: 0
      containers:
      - name: main
        image: rig.local/busybox:1
        imagePullPolicy: Never
        command: [sh, -c, 'i=0; while :; do i=$((i+1)); echo "$HOSTNAME says $i"; sleep 1; done']
"#;

#[test]
#[ignore = "needs the real servers: tests/run"]
fn lines_are_shown_as_kubectl_reads_them() {
    let place = Place::new("shown");
    place.pod("count", r#"i=0; while [ $i -lt 500 ]; do i=$((i+1)); echo "line $i"; done; echo done; sleep 1000"#);
    let mut terminal = place.terminal("pods /count");
    terminal.shows("Running", STARTING);
    terminal.keys("l");
    terminal.shows("following", 10);
    terminal.shows("done", 20);
    terminal.answers("g", "paused");
    terminal.until("the first line", 5, |text| text.lines().any(|line| line.trim() == "line 1"));
    terminal.keys("G/line 49");
    terminal.shows("11 of 501", 10);
    terminal.keys("\r\x1b");
    terminal.shows("501 lines", 10);
    let saved = place.saved(&mut terminal);
    assert_eq!(saved.len(), 501);
    assert_eq!(saved, place.kubectl_logs("count"));
    assert_eq!(terminal.quit(), 0);
}

/// Instance 1 ends after 200 lines, instance 2 stays. In between the API server is killed.
#[test]
#[ignore = "needs the real servers: tests/run"]
fn no_line_is_lost_or_doubled_over_restarts() {
    let place = Place::new("restarts");
    let script = r#"echo x >> /state/n; n=$(wc -l < /state/n); m=$((n*200)); i=0;
      while [ $i -lt $m ]; do i=$((i+1)); echo "instance $n line $i"; usleep 40000; done;
      [ $n -gt 1 ] || exit 7; echo all said; sleep 1000"#;
    place.pod("phoenix", &script.replace('\n', " "));
    let mut terminal = place.terminal("pods /phoenix");
    terminal.shows("Running", STARTING);
    terminal.keys("l");
    terminal.shows("instance 1 line", 20);
    terminal.shows("restarted (exit 7)", 60);
    terminal.shows("instance 2 line 2", 30);
    cluster(&["kill", "apiserver"], &[]);
    terminal.shows("stale", 60);
    cluster(&["start", "apiserver"], &[]);
    terminal.shows("all said", 90);
    terminal.shows("live", 30);
    let saved = place.saved(&mut terminal);
    let lines = |n: usize| (1..=n * 200).map(move |i| format!("instance {n} line {i}"));
    let expected: Vec<String> =
        lines(1).chain(["--- restarted (exit 7)".to_owned()]).chain(lines(2)).chain(["all said".to_owned()]).collect();
    let wrong = saved.iter().zip(&expected).find(|(saved, expected)| saved != expected);
    assert_eq!((wrong, saved.len()), (None, expected.len()));
    assert_eq!(saved[201..], place.kubectl_logs("phoenix")[..]);
}

/// The kubelet turns a log over at 10 MiB: what `kubectl logs` reads afterwards is the newest file alone, what was
/// followed is all of it. It looks every ten seconds, so the lines take longer than that.
#[test]
#[ignore = "needs the real servers: tests/run"]
fn no_line_is_lost_or_doubled_over_a_rotation() {
    let place = Place::new("rotation");
    let script = "i=0; while [ $i -lt 170 ]; do seq $((100000000 + i * 1000)) $((100000000 + i * 1000 + 999)) |
      while read n; do echo line $n of a log that is long enough to be turned over before it ends; done; sleep 0.1; i=$((i+1)); done;
      echo all said; sleep 1000";
    place.pod("rotated", &script.replace('\n', " "));
    let mut terminal = place.terminal("pods /rotated");
    terminal.shows("Running", STARTING);
    terminal.keys("l");
    terminal.shows("of a log", 20);
    terminal.shows("all said", 120);
    let saved = place.saved(&mut terminal);
    let first: usize = saved[0].split(' ').nth(1).and_then(|number| number.parse().ok()).unwrap();
    let last = 100_000_000 + 169_999;
    let expected =
        (first..=last).map(|n| format!("line {n} of a log that is long enough to be turned over before it ends"));
    let wrong = saved.iter().zip(expected).find(|(saved, expected)| *saved != expected);
    assert_eq!((wrong, saved.len()), (None, last - first + 2));
    let left = place.kubectl_logs("rotated");
    assert!(left.len() + 30_000 < saved.len(), "turned over: {} of {} lines are left", left.len(), saved.len());
    assert_eq!(saved[saved.len() - left.len()..], left[..]);
    assert_eq!(terminal.quit(), 0);
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn pods_that_join_a_deployment_are_followed_too() {
    let place = Place::new("fleet");
    apply(&FLEET.replace("NAMESPACE", &place.namespace));
    let mut terminal = place.terminal("deploy /fleet");
    terminal.shows("2/2", 60);
    terminal.keys("l");
    terminal.shows("2 containers", 20);
    kubectl(&["scale", "-n", &place.namespace, "deployment/fleet", "--replicas=3"]);
    terminal.shows("3 containers", 30);
    let pods = kubectl(&["get", "pods", "-n", &place.namespace, "-l", "app=fleet", "-o", "name"]);
    let names: Vec<&str> = pods.lines().filter_map(|line| line.strip_prefix("pod/")).collect();
    assert_eq!(names.len(), 3);
    for name in &names {
        terminal.shows(&format!("{name} {name} says"), 30);
    }
    let saved = place.saved(&mut terminal);
    for name in &names {
        let said: Vec<&String> = saved.iter().filter(|line| line.starts_with(&format!("{name} {name} says"))).collect();
        let expected: Vec<String> = (1..=said.len()).map(|i| format!("{name} {name} says {i}")).collect();
        assert_eq!(said, expected.iter().collect::<Vec<_>>());
    }
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn the_screen_says_what_became_of_a_container() {
    let place = Place::new("ends");
    place.pod("crash", "echo about to fail; exit 3");
    let twice = r#"echo x >> /state/n; n=$(wc -l < /state/n); echo "instance $n"; [ $n -gt 1 ] || exit 3; sleep 1000"#;
    place.pod("twice", twice);
    apply(&POD.replace("NAMESPACE", &place.namespace).replace("NAME", "nothing").replace("busybox", "nosuch"));
    let logs = |pod: &str, key: &str, words: &str| {
        let mut terminal = place.terminal(&format!("pods /{pod}"));
        terminal.shows(pod, 15);
        terminal.shows("1 of", 15);
        terminal.keys(key);
        terminal.shows(words, 60);
        terminal
    };
    logs("nothing", "l", "waits: ErrImageNeverPull");
    logs("crash", "l", "restarted (exit 3)");
    logs("twice", "l", "instance 2");
    logs("twice", "p", "instance 1").shows("previous logs", 5);
    let gone = logs("crash", "l", "about to fail");
    kubectl(&["delete", "pod", "-n", &place.namespace, "crash", "--force", "--grace-period=0"]);
    gone.shows("── gone", 30);
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn logs_are_printed_without_a_screen() {
    let place = Place::new("printed");
    place.pod("count", r#"i=0; while [ $i -lt 2500 ]; do i=$((i+1)); echo "line $i"; done; echo done; sleep 1000"#);
    kubectl(&["wait", "-n", &place.namespace, "pod/count", "--for=condition=Ready", "--timeout=60s"]);
    let print = |args: &[&str]| {
        let output = spyhop(&kubeconfig(), &[&["-n", place.namespace.as_str(), "logs"], args].concat());
        (output.status.success(), String::from_utf8(output.stdout).unwrap())
    };
    let mut terminal = place.terminal("pods /count");
    terminal.shows("Running", STARTING);
    terminal.keys("l");
    terminal.shows("done", 20);
    let (ok, text) = print(&["count", "-c", "main"]);
    assert!(ok && text.lines().count() == 2501, "{} lines", text.lines().count());
    assert!(text.starts_with("line 1\nline 2\n"));
    let (ok, text) = print(&["count", "--tail", "2"]);
    assert_eq!((ok, text.as_str()), (true, "line 2500\ndone\n"));
    assert!(!print(&["nosuch"]).0);
}

/// A pod whose container is not started again.
fn once(place: &Place, name: &str, script: &str) {
    let pod = POD.replace("spec:\n", "spec:\n  restartPolicy: Never\n");
    apply(&pod.replace("NAMESPACE", &place.namespace).replace("NAME", name).replace("SCRIPT", script));
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn lines_that_are_followed_end_with_their_pod() {
    let place = Place::new("ends");
    let logs = |args: &[&str]| spyhop(&kubeconfig(), &[&["logs", "-n", place.namespace.as_str()], args].concat());
    once(&place, "short", "echo hello; sleep 2; echo bye");
    let ended = logs(&["short", "-f"]);
    assert_eq!(String::from_utf8_lossy(&ended.stdout), "hello\nbye\n");
    assert!(ended.status.success(), "{ended:?}");
    place.pod("long", "echo here; sleep 1000");
    kubectl(&["wait", "-n", &place.namespace, "pod/long", "--for=condition=Ready", "--timeout=140s"]);
    let deleted = std::thread::scope(|scope| {
        let reader = scope.spawn(|| logs(&["long", "-f"]));
        kubectl(&["delete", "-n", &place.namespace, "pod", "long", "--grace-period=1"]);
        reader.join().unwrap()
    });
    assert!(!String::from_utf8_lossy(&deleted.stderr).contains("panicked"), "{deleted:?}");
    assert_ne!(deleted.status.code(), Some(124), "it did not end: {deleted:?}");
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn a_log_that_cannot_be_read_is_an_error() {
    let place = Place::new("unread");
    let logs = |args: &[&str]| spyhop(&kubeconfig(), &[&["logs", "-n", place.namespace.as_str()], args].concat());
    once(&place, "short", "echo hello");
    let pod = POD.replace("rig.local/busybox:1", "rig.local/none:1");
    apply(&pod.replace("NAMESPACE", &place.namespace).replace("NAME", "waits").replace("SCRIPT", "true"));
    let state = "{.status.containerStatuses[0].state.waiting.reason}";
    let waiting = format!("--for=jsonpath={state}=ErrImageNeverPull");
    kubectl(&["wait", "-n", &place.namespace, "pod/waits", &waiting, "--timeout=140s"]);
    let over = "--for=jsonpath={.status.phase}=Succeeded";
    kubectl(&["wait", "-n", &place.namespace, "pod/short", over, "--timeout=140s"]);
    for (args, words) in [
        (["short", "-c", "nosuch"].as_slice(), "short has no container 'nosuch'; it has: main"),
        (&["waits"], "waits/main waits: ErrImageNeverPull"),
        (&["short", "-p"], "short/main has no log from before a restart"),
        (&["nosuch"], "nosuch"),
    ] {
        let output = logs(args);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(words), "{args:?}: {output:?}");
        assert!(output.stdout.is_empty(), "{args:?}: {output:?}");
    }
    assert_eq!(String::from_utf8_lossy(&logs(&["short"]).stdout), "hello\n");
}
