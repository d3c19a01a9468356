//! The editor on a real cluster: what the screen says is what the server holds, and no text is ever lost.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::servers::{apply, kubeconfig, kubectl, kubectl_fed};
use crate::terminal::Terminal;
use crate::webhook::Webhook;
use crate::wire::Wire;

const ESC: &str = "\x1b";
const SAVE: &str = "\x13";
const FIND: &str = "\x06";
const REBASE: &str = "\x12";
const EXTERNAL: &str = "\x0f";
const END: &str = "\x1b[F";

/// A namespace with a deployment that runs on the real node, and a home of its own; both go with it.
struct Place {
    namespace: String,
    home: PathBuf,
}

impl Place {
    fn new(name: &str) -> Self {
        let namespace = format!("edit-{name}");
        let home = std::env::temp_dir().join(format!("{namespace}-{}", std::process::id()));
        std::fs::create_dir_all(&home).unwrap();
        crate::servers::namespace(&namespace);
        let place = Self { namespace, home };
        apply(&place.named(DEPLOYMENT));
        place
    }

    fn named(&self, text: &str) -> String {
        text.replace("NAMESPACE", &self.namespace)
    }

    fn terminal(&self, kubeconfig: &str, args: &[&str], env: &[(&str, &str)]) -> Terminal {
        let mut all = vec!["-n", self.namespace.as_str()];
        all.extend(args);
        let home = self.home.to_str().unwrap();
        let mut vars = vec![("XDG_STATE_HOME", home), ("EDITOR", "false")];
        vars.extend(env);
        Terminal::with_env(kubeconfig, &all, 120, 50, &vars)
    }

    /// The deployment in the editor.
    fn editing(&self, kubeconfig: &str, args: &[&str]) -> Terminal {
        let mut all = vec!["-c", "deploy /web"];
        all.extend(args);
        let mut terminal = self.terminal(kubeconfig, &all, &[]);
        terminal.shows("1 of 1", 15);
        terminal.keys("e");
        terminal.shows("unchanged", 10);
        terminal
    }

    fn get(&self, what: &str) -> Value {
        serde_json::from_str(&kubectl(&["get", what, "-n", &self.namespace, "-o", "json"])).unwrap()
    }

    /// What no one else wrote since: version and count.
    fn stored(&self) -> (String, i64) {
        let body = self.get("deployment/web");
        (body["metadata"]["generation"].to_string(), body["spec"]["replicas"].as_i64().unwrap())
    }

    /// Waits until its controllers have nothing left to write.
    fn settle(&self) {
        eventually("all pods", 90, || self.get("deployment/web")["status"]["availableReplicas"] == 2);
    }

    /// Nothing that the run wrote holds a secret.
    fn holds_no_secret(&self) {
        for file in files(&self.home) {
            let text = String::from_utf8_lossy(&std::fs::read(&file).unwrap()).into_owned();
            assert!(!text.contains("canary") && !text.contains("Y2FuYXJ5"), "{}: {text}", file.display());
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.home);
        kubectl(&["delete", "namespace", &self.namespace, "--wait=false"]);
    }
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

const DEPLOYMENT: &str = r#"
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: NAMESPACE}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 1
      nodeSelector: {kubernetes.io/hostname: rig-real}
      containers:
      - name: app
        image: rig.local/pause:1
        imagePullPolicy: Never
        stdin: true
        tty: true
        env: [{name: DB_PASSWORD, value: hunter2-canary}, {name: MODE, value: fast}]
"#;

/// Types in place of the end of the first line that holds `from`.
fn change(terminal: &mut Terminal, from: &str, to: &str) {
    terminal.keys(FIND);
    terminal.shows("enter go", 5);
    terminal.keys(&format!("{from}\r"));
    terminal.until("the prompt gone", 5, |text| !text.contains("enter go"));
    terminal.keys(END);
    terminal.keys(&"\x7f".repeat(from.len()));
    terminal.keys(to);
    terminal.shows(to, 5);
}

/// Whether something comes within so many seconds.
fn soon(seconds: u64, done: impl Fn() -> bool) -> bool {
    let end = Instant::now() + Duration::from_secs(seconds);
    while Instant::now() < end {
        if done() {
            return true;
        }
    }
    false
}

/// Waits for something that the servers do in their own time.
fn eventually(what: &str, seconds: u64, done: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(seconds);
    while !done() {
        assert!(Instant::now() < end, "{what} did not come");
        std::thread::yield_now();
    }
}

/// The text is still there, and so is what the server had.
fn kept(terminal: &Terminal, place: &Place, text: &str, before: &(String, i64)) {
    assert!(terminal.text().contains(text) && terminal.text().contains("changed"), "{}", terminal.text());
    assert_eq!(place.stored(), *before, "the server holds something else than the screen says");
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn an_image_is_changed_and_new_pods_run_it() {
    let place = Place::new("image");
    let running = |image: &str| {
        let pods = place.get("pods");
        let all = pods["items"].as_array().unwrap();
        let fits = |pod: &&Value| {
            pod["spec"]["containers"][0]["image"] == image && pod["status"]["containerStatuses"][0]["ready"] == true
        };
        all.len() == 2 && all.iter().filter(fits).count() == 2
    };
    eventually("the first pods", 60, || running("rig.local/pause:1"));
    let mut terminal = place.editing(&kubeconfig(), &[]);
    assert!(!terminal.text().contains("hunter2"));
    change(&mut terminal, "image: rig.local/pause:1", "image: rig.local/busybox:1");
    terminal.keys(SAVE);
    terminal.shows("what would be saved", 10);
    terminal.shows("rig.local/pause:1 → rig.local/busybox:1", 5);
    assert_eq!(place.get("deployment/web")["spec"]["template"]["spec"]["containers"][0]["image"], "rig.local/pause:1");
    terminal.writes();
    terminal.shows("deployment edit-image/web is saved", 10);
    terminal.shows("› deployments", 5);
    let body = place.get("deployment/web");
    let container = &body["spec"]["template"]["spec"]["containers"][0];
    assert_eq!(container["image"], "rig.local/busybox:1");
    assert_eq!(container["env"][0]["value"], "hunter2-canary");
    eventually("the new pods", 90, || running("rig.local/busybox:1"));
    place.holds_no_secret();
    assert!(files(&place.home).iter().all(|file| !file.to_string_lossy().contains("drafts")));
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn refusals_by_the_schema_are_shown_at_their_line() {
    let place = Place::new("schema");
    let before = place.stored();
    let mut terminal = place.editing(&kubeconfig(), &[]);
    let mut from = "replicas: 2".to_owned();
    for (to, words) in [
        ("replicas: -1", "← Invalid value: -1"),
        ("replicas: many", "refused, nothing was saved"),
        ("replicaz: 2", "← unknown field"),
        ("replicas: {2", "line "),
    ] {
        change(&mut terminal, &from, to);
        terminal.keys(SAVE);
        terminal.shows(words, 10);
        terminal.shows("✖", 5);
        kept(&terminal, &place, to, &before);
        from = to.replace('{', "\\{");
        if from.contains('\\') {
            break;
        }
    }
    // The first takes the refusal away, the second leaves.
    terminal.keys(ESC);
    terminal.until("the text without its refusal", 5, |text| !text.contains('✖'));
    terminal.keys(ESC);
    terminal.shows("your text is kept", 5);
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn refusals_by_a_policy_a_quota_and_rights_keep_the_text() {
    let place = Place::new("refused");
    apply(&place.named(POLICY));
    let scaled = || {
        let args = ["scale", "deployment/web", "--replicas=9", "--dry-run=server", "-n", &place.namespace];
        !kubectl_fed(&args, "").status.success()
    };
    eventually("the policy", 30, scaled);
    let before = place.stored();
    let mut terminal = place.editing(&kubeconfig(), &[]);
    change(&mut terminal, "replicas: 2", "replicas: 9");
    terminal.keys(SAVE);
    terminal.shows("at most 5 replicas, says the policy", 10);
    kept(&terminal, &place, "replicas: 9", &before);
    kubectl(&["delete", "validatingadmissionpolicybinding,validatingadmissionpolicy", "edit-refused"]);
    drop(terminal);

    apply(&place.named(QUOTA));
    eventually("the quota", 30, || place.get("quota/few")["status"]["used"]["services.loadbalancers"] == "0");
    let mut terminal = place.terminal(&kubeconfig(), &["-c", "svc /web"], &[]);
    terminal.shows("unsaved edit", 10);
    terminal.shows("1 of 1", 10);
    terminal.keys("e");
    terminal.shows("unchanged", 10);
    change(&mut terminal, "type: ClusterIP", "type: LoadBalancer");
    terminal.keys(SAVE);
    terminal.shows("exceeded quota: few", 10);
    assert!(terminal.text().contains("type: LoadBalancer"));
    assert_eq!(place.get("service/web")["spec"]["type"], "ClusterIP");
    drop(terminal);

    apply(&place.named(READER));
    let mut terminal = place.terminal(&kubeconfig(), &["-c", "deploy /web", "--as", "edit-reader"], &[]);
    terminal.shows("unsaved edit", 10);
    terminal.shows("1 of 1", 10);
    terminal.keys("e");
    terminal.shows("this is your unsaved text", 10);
    terminal.keys(SAVE);
    terminal.shows("cannot update resource", 10);
    kept(&terminal, &place, "replicas: 9", &before);
    drop(terminal);

    let mut terminal = place.terminal(&kubeconfig(), &["-c", "deploy /web", "--readonly"], &[]);
    terminal.shows("unsaved edit", 10);
    terminal.shows("1 of 1", 10);
    terminal.keys("e");
    terminal.shows("this is your unsaved text", 10);
    terminal.keys(SAVE);
    terminal.shows("read-only", 10);
    kept(&terminal, &place, "replicas: 9", &before);
}

const POLICY: &str = r#"
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: edit-refused}
spec:
  failurePolicy: Fail
  matchConstraints:
    resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: [UPDATE], resources: [deployments, deployments/scale]}]
  validations: [{expression: "object.spec.replicas <= 5", message: "at most 5 replicas, says the policy"}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: edit-refused}
spec:
  policyName: edit-refused
  validationActions: [Deny]
  matchResources: {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: NAMESPACE}}}
"#;

const QUOTA: &str = r#"
apiVersion: v1
kind: ResourceQuota
metadata: {name: few, namespace: NAMESPACE}
spec: {hard: {services.loadbalancers: "0"}}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: NAMESPACE}
spec: {selector: {app: web}, ports: [{port: 80}]}
"#;

const READER: &str = r#"
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader, namespace: NAMESPACE}
rules: [{apiGroups: [apps], resources: [deployments], verbs: [get, list, watch]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: reader, namespace: NAMESPACE}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: edit-reader}]
"#;

#[test]
#[ignore = "needs the real servers: tests/run"]
fn a_webhook_refuses_and_one_takes_no_dry_runs() {
    let place = Place::new("webhook");
    let before = place.stored();
    let denied = || {
        !kubectl_fed(&["annotate", "deployment/web", "x=y", "-n", &place.namespace, "--dry-run=server"], "")
            .status
            .success()
    };
    let webhook =
        Webhook::new(&place.namespace, |request| (request["operation"] == "UPDATE").then_some("not on a Friday"));
    eventually("the webhook", 30, denied);
    let mut terminal = place.editing(&kubeconfig(), &[]);
    change(&mut terminal, "replicas: 2", "replicas: 3");
    terminal.keys(SAVE);
    terminal.shows("not on a Friday", 10);
    kept(&terminal, &place, "replicas: 3", &before);
    drop(webhook);
    let no_dry = |request: &Value| (request["dryRun"] == true).then_some("this webhook takes no dry run requests");
    let webhook = Webhook::new(&place.namespace, no_dry);
    eventually("the second webhook", 30, || {
        let output =
            kubectl_fed(&["annotate", "deployment/web", "x=y", "-n", &place.namespace, "--dry-run=server"], "");
        String::from_utf8_lossy(&output.stderr).contains("takes no dry run")
    });
    terminal.keys(SAVE);
    terminal.shows("save it anyway?", 10);
    terminal.shows("spec.replicas", 5);
    assert_eq!(place.stored(), before);
    terminal.writes();
    terminal.shows("is saved", 10);
    assert_eq!(place.stored().1, 3);
    drop(webhook);
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn a_concurrent_writer_is_named_and_nothing_is_overwritten() {
    let place = Place::new("conflict");
    place.settle();
    let mut terminal = place.editing(&kubeconfig(), &[]);
    change(&mut terminal, "replicas: 2", "replicas: 3");
    terminal.keys(SAVE);
    terminal.shows("what would be saved", 10);
    kubectl(&["annotate", "deployment/web", "team=sea", "-n", &place.namespace]);
    terminal.writes();
    terminal.shows("somebody else changed this object", 10);
    terminal.shows("metadata.annotations.team sea added", 5);
    assert_eq!(place.stored().1, 2);
    assert!(terminal.text().contains("replicas: 3"));
    terminal.keys(REBASE);
    terminal.shows("your changes are now on top of", 5);
    terminal.keys(SAVE);
    terminal.shows("what would be saved", 10);
    terminal.writes();
    terminal.shows("is saved", 10);
    let body = place.get("deployment/web");
    assert_eq!((&body["spec"]["replicas"], &body["metadata"]["annotations"]["team"]), (&3.into(), &"sea".into()));
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn a_connection_lost_between_trial_and_write_loses_neither_text_nor_truth() {
    let place = Place::new("lost");
    place.settle();
    let wire = Wire::new();
    let before = place.stored();
    let mut terminal = place.editing(&wire.kubeconfig(&place.home), &[]);
    change(&mut terminal, "replicas: 2", "replicas: 3");
    terminal.keys(SAVE);
    terminal.shows("what would be saved", 10);
    wire.cut();
    terminal.writes();
    terminal.shows("unknown whether the save arrived", 20);
    kept(&terminal, &place, "replicas: 3", &before);
    wire.mend();
    terminal.keys(SAVE);
    terminal.shows("lost before the save arrived", 20);
    kept(&terminal, &place, "replicas: 3", &before);
    // This time the write arrives, and its answer does not. Where the program needs a new connection for it, even
    // the write hangs in that: then it is tried again, as a user would.
    for _ in 0..5 {
        terminal.keys(SAVE);
        terminal.shows("what would be saved", 10);
        wire.swallow_answers();
        terminal.writes();
        let arrived = soon(6, || place.stored().1 == 3);
        wire.cut();
        if arrived {
            wire.mend();
            break;
        }
        terminal.shows("unknown whether the save arrived", 20);
        wire.mend();
        terminal.keys(SAVE);
        terminal.shows("lost before the save arrived", 20);
    }
    assert_eq!(place.stored().1, 3);
    terminal.shows("is saved", 30);
    terminal.shows("› deployments", 5);
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn what_was_typed_survives_kill_9() {
    let place = Place::new("kill");
    let mut terminal = place.editing(&kubeconfig(), &[]);
    change(&mut terminal, "replicas: 2", "replicas: 3");
    let drafts =
        || files(&place.home).into_iter().filter(|file| file.to_string_lossy().contains("drafts")).collect::<Vec<_>>();
    eventually("the draft", 10, || {
        drafts().iter().any(|file| std::fs::read_to_string(file).unwrap().contains("replicas: 3"))
    });
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&drafts()[0]), mode(drafts()[0].parent().unwrap())), (0o600, 0o700));
    terminal.kill();
    place.holds_no_secret();
    let mut terminal = place.terminal(&kubeconfig(), &[], &[]);
    terminal.shows("1 unsaved edit from an earlier run: E lists", 10);
    terminal.keys("E");
    terminal.shows("deployment edit-kill/web in rig", 5);
    terminal.keys("\r");
    terminal.shows("this is your unsaved text", 10);
    terminal.shows("replicas: 3", 5);
    terminal.keys(SAVE);
    terminal.shows("2 → 3", 10);
    terminal.writes();
    terminal.shows("is saved", 10);
    let env = place.get("deployment/web")["spec"]["template"]["spec"]["containers"][0]["env"][0]["value"].clone();
    assert_eq!(env, "hunter2-canary");
    eventually("the draft gone", 5, || drafts().is_empty());
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn secrets_stay_masked_in_both_editors_and_no_file_holds_them() {
    let place = Place::new("secret");
    apply(&place.named("apiVersion: v1\nkind: Secret\nmetadata: {name: s1, namespace: NAMESPACE}\nstringData: {password: hunter2-canary, user: web}\n"));
    // An editor that shows what it was given, and renames a key.
    let editor = place.home.join("ed it");
    let script = "#!/bin/sh\ncp \"$2\" \"$SEEN\"; sed -i 's/^  password: /  pass: /' \"$2\"\n";
    std::fs::write(&editor, script).unwrap();
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(&editor, std::fs::Permissions::from_mode(0o755)).unwrap();
    let seen = place.home.join("seen");
    let line = format!("'{}' --wait", editor.display());
    let env = [("EDITOR", line.as_str()), ("SEEN", seen.to_str().unwrap())];
    let mut terminal = place.terminal(&kubeconfig(), &["-c", "secrets /s1"], &env);
    terminal.shows("1 of 1", 10);
    terminal.keys("e");
    terminal.shows("unchanged", 10);
    terminal.shows("password: •••", 5);
    terminal.keys(EXTERNAL);
    terminal.shows("  pass: •••", 10);
    assert!(std::fs::read_to_string(&seen).unwrap().contains("password: •••"));
    terminal.keys(SAVE);
    terminal.shows("data.pass", 10);
    assert!(!terminal.text().contains("aHVudGVyMi1jYW5hcnk="));
    terminal.writes();
    terminal.shows("is saved", 10);
    let data = place.get("secret/s1")["data"].clone();
    assert_eq!(data, serde_json::json!({"pass": "aHVudGVyMi1jYW5hcnk=", "user": "d2Vi"}));
    place.holds_no_secret();
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn scalars_mean_what_they_mean_to_kubectl() {
    let exact = |value: Value| match value {
        Value::Number(number) if !number.is_i64() => serde_json::json!(number.as_f64()),
        other => other,
    };
    let lines = include_str!("../fixtures/scalars.txt").lines();
    let texts: Vec<&str> = lines.map(|line| line.split(" => ").next().unwrap()).collect();
    let readable = |text: &&&str| spyhop::app::yaml::read::one(&format!("x: {text}\n")).is_ok();
    let (good, bad): (Vec<&&str>, Vec<&&str>) = texts.iter().partition(readable);
    let head = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n";
    let all: String = good.iter().enumerate().map(|(i, text)| format!("k{i}: {text}\n")).collect();
    let create = ["create", "--dry-run=client", "--validate=false", "-o", "json", "-f", "-"];
    let output = kubectl_fed(&create, &format!("{head}{all}"));
    let theirs: Value = serde_json::from_slice(&output.stdout).unwrap();
    let ours = spyhop::app::yaml::read::one(&all).unwrap().value;
    for (i, text) in good.iter().enumerate() {
        let key = format!("k{i}");
        assert_eq!(exact(ours[&key].clone()), exact(theirs[&key].clone()), "{text}");
    }
    for text in bad {
        assert!(!kubectl_fed(&create, &format!("{head}x: {text}\n")).status.success(), "{text}");
    }
}
