//! Each verb beside kubectl's own command, on a twin: what the server holds afterwards is the same.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use spyhop::kinds::{self, verbs};
use spyhop::model::{Args, Health, Id, Object, Request, Str, Time, Uid, What};

use crate::gate::{Door, open, user};
use crate::servers::{kubeconfig, kubectl, limited};
use crate::terminal::Terminal;

/// A namespace of its own, gone at the end.
struct Namespace(String);

impl Namespace {
    fn new(name: &str) -> Self {
        let name = format!("verbs-{name}");
        crate::servers::namespace(&name);
        Self(name)
    }

    fn kubectl(&self, words: &str) -> String {
        let words: Vec<&str> = words.split(' ').chain(["-n", &self.0]).collect();
        kubectl(&words)
    }

    fn spyhop(&self, words: &str) -> String {
        let home = std::env::temp_dir().join(format!("spyhop-{}", self.0));
        let output = limited(env!("CARGO_BIN_EXE_spyhop"))
            .env("KUBECONFIG", kubeconfig())
            .env("XDG_STATE_HOME", &home)
            .env("XDG_CONFIG_HOME", &home)
            .args(words.split(' '))
            .args(["-n", &self.0, "--yes"])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{words}: {said}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn apply(&self, body: &Value) {
        let file = std::env::temp_dir().join(format!("{}-{}.json", self.0, body["metadata"]["name"].as_str().unwrap()));
        std::fs::write(&file, body.to_string()).unwrap();
        kubectl(&["apply", "-n", &self.0, "-f", file.to_str().unwrap()]);
        std::fs::remove_file(file).unwrap();
    }

    /// Two of everything: `one-...` for spyhop, `two-...` for kubectl.
    fn twins(&self, kind: &str, spec: &Value) {
        for twin in ["one", "two"] {
            let mut body: Value = serde_json::from_str(&spec.to_string().replace("TWIN", twin)).unwrap();
            let group = match kind {
                "Pod" | "ConfigMap" => "v1",
                "CronJob" => "batch/v1",
                _ => "apps/v1",
            };
            body["apiVersion"] = json!(group);
            body["kind"] = json!(kind);
            body["metadata"]["name"] = json!(format!("{twin}-web"));
            self.apply(&body);
        }
    }

    fn get(&self, what: &str) -> Value {
        serde_json::from_str(&self.kubectl(&format!("get {what} -o json"))).unwrap()
    }

    /// Waits until something holds; a server needs a moment for what follows from a write.
    fn until(&self, what: &str, holds: impl Fn() -> bool) {
        let start = Instant::now();
        while !holds() {
            assert!(start.elapsed() < Duration::from_secs(60), "{what} did not come true in {}", self.0);
        }
    }

    /// Both twins as the server holds them, without what differs between any two objects.
    fn same(&self, kind: &str) {
        let [one, two] = ["one", "two"].map(|twin| plain(&self.get(&format!("{kind} {twin}-web")), twin));
        assert_eq!(one, two, "{kind}");
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        kubectl(&["delete", "namespace", &self.0, "--wait=false"]);
        let _ = std::fs::remove_dir_all(std::env::temp_dir().join(format!("spyhop-{}", self.0)));
    }
}

const OWN: &[&str] =
    &["uid", "resourceVersion", "creationTimestamp", "managedFields", "generation", "selfLink", REVISION];
/// Written by the controller, when it comes to it.
const REVISION: &str = "deployment.kubernetes.io/revision";
const APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";
const RESTARTED: &str = "kubectl.kubernetes.io/restartedAt";

fn plain(body: &Value, twin: &str) -> Value {
    let text = body.to_string().replace(&format!("{twin}-"), "twin-").replace(&format!("\"{twin}\""), "\"twin\"");
    let mut body: Value = serde_json::from_str(&text).unwrap();
    body.as_object_mut().unwrap().remove("status");
    strip(&mut body);
    body
}

fn strip(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|key, _| !OWN.contains(&key.as_str()) && key != APPLIED);
            if let Some(time) = map.get_mut(RESTARTED) {
                assert!(time.as_str().is_some_and(|time| time.starts_with("20")), "{time}");
                *time = json!("some time");
            }
            map.values_mut().for_each(strip);
        }
        Value::Array(all) => all.iter_mut().for_each(strip),
        _ => {}
    }
}

/// Pods on the nodes that nobody runs.
fn pods() -> Value {
    json!({"nodeSelector": {"type": "kwok"}, "tolerations": [{"operator": "Exists"}], "terminationGracePeriodSeconds": 1,
        "initContainers": [{"name": "setup", "image": "rig.local/busybox:1"}],
        "containers": [{"name": "app", "image": "rig.local/pause:1"}, {"name": "side", "image": "rig.local/pause:1"}]})
}

fn workload() -> Value {
    let template = json!({"metadata": {"labels": {"app": "TWIN"}}, "spec": pods()});
    json!({"metadata": {"labels": {"old": "1"}},
        "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "TWIN"}}, "template": template}})
}

fn daemon() -> Value {
    let mut body = workload();
    body["spec"].as_object_mut().unwrap().remove("replicas");
    body
}

fn cron() -> Value {
    let mut pods = pods();
    pods["restartPolicy"] = json!("Never");
    json!({"spec": {"schedule": "0 3 1 1 *", "jobTemplate": {
        "metadata": {"labels": {"of": "TWIN"}, "annotations": {"note": "n"}}, "spec": {"backoffLimit": 1, "template": {"spec": pods}}}}})
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn scaling_restarting_and_images_are_as_by_kubectl() {
    let here = Namespace::new("rollouts");
    here.twins("Deployment", &workload());
    here.twins("StatefulSet", &workload());
    here.twins("DaemonSet", &daemon());
    for kind in ["deployments", "statefulsets"] {
        here.spyhop(&format!("scale {kind} one-web --replicas 3"));
        here.kubectl(&format!("scale {kind} two-web --replicas=3"));
        assert_eq!(here.get(&format!("{kind} one-web"))["spec"]["replicas"], 3);
        here.same(kind);
    }
    for kind in ["deployments", "statefulsets", "daemonsets"] {
        here.spyhop(&format!("restart {kind} one-web"));
        here.kubectl(&format!("rollout restart {kind} two-web"));
        let at = format!("/spec/template/metadata/annotations/{}", RESTARTED.replace('/', "~1"));
        assert!(here.get(&format!("{kind} one-web")).pointer(&at).is_some());
        here.same(kind);
        here.spyhop(&format!("set-image {kind} one-web app=rig.local/busybox:1 setup=rig.local/pause:1"));
        here.kubectl(&format!("set image {kind} two-web app=rig.local/busybox:1 setup=rig.local/pause:1"));
        here.same(kind);
    }
    let set = |twin: &str| {
        here.get(&format!("replicasets -l app={twin}"))["items"][0]["metadata"]["name"].as_str().unwrap().to_owned()
    };
    here.spyhop(&format!("scale replicasets {} --replicas 1", set("one")));
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn labels_and_annotations_are_as_by_kubectl() {
    let here = Namespace::new("metadata");
    here.twins(
        "ConfigMap",
        &json!({"metadata": {"labels": {"old": "1", "kept": "1"}, "annotations": {"gone": "1"}}, "data": {"a": "b"}}),
    );
    here.spyhop("label configmaps one-web new=2 kept=3 old-");
    here.kubectl("label configmaps two-web --overwrite new=2 kept=3 old-");
    here.spyhop("annotate cm/one-web note=n,m=1 gone-");
    here.kubectl("annotate configmaps two-web note=n,m=1 gone-");
    let labels = here.get("configmaps one-web")["metadata"]["labels"].clone();
    assert_eq!(labels, json!({"kept": "3", "new": "2"}));
    here.same("configmaps");
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn cron_jobs_are_triggered_and_suspended_as_by_kubectl() {
    let here = Namespace::new("cron");
    here.twins("CronJob", &cron());
    let said = here.spyhop("trigger cronjobs one-web");
    let made = said.trim().rsplit(' ').next().unwrap().to_owned();
    assert!(made.starts_with("one-web-manual-"), "{said}");
    here.kubectl("create job two-web-manual-1 --from=cronjob/two-web");
    let job = |name: &str, twin: &str| {
        let body: Value =
            serde_json::from_str(&here.get(&format!("jobs {name}")).to_string().replace(name, "JOB")).unwrap();
        let mut body = plain(&body, twin);
        // The server writes the job's uid into its labels.
        for path in ["/spec/selector", "/spec/template/metadata"] {
            *body.pointer_mut(path).unwrap() = Value::Null;
        }
        let labels = body.pointer_mut("/metadata/labels").unwrap().as_object_mut().unwrap();
        labels.retain(|key, _| !key.contains("controller-uid"));
        body
    };
    assert_eq!(job(&made, "one"), job("two-web-manual-1", "two"));
    here.spyhop("suspend cronjobs one-web");
    here.kubectl("patch cronjobs two-web -p {\"spec\":{\"suspend\":true}}");
    assert_eq!(here.get("cronjobs one-web")["spec"]["suspend"], true);
    here.same("cronjobs");
    here.spyhop("resume cj one-web");
    here.kubectl("patch cronjobs two-web -p {\"spec\":{\"suspend\":false}}");
    here.same("cronjobs");
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn nodes_are_cordoned_as_by_kubectl() {
    let here = Namespace::new("nodes");
    let spec = |node: &str| {
        let mut spec = here.get(&format!("nodes {node}"))["spec"].clone();
        spec.as_object_mut().unwrap().retain(|key, _| key == "unschedulable");
        spec
    };
    here.spyhop("cordon nodes fake-17");
    here.kubectl("cordon fake-18");
    assert_eq!(spec("fake-17"), json!({"unschedulable": true}));
    assert_eq!(spec("fake-17"), spec("fake-18"));
    here.spyhop("uncordon node/fake-17");
    here.kubectl("uncordon fake-18");
    assert_eq!(spec("fake-17"), json!({}));
    assert_eq!(spec("fake-17"), spec("fake-18"));
}

/// Names of what is left of a kind, without the random endings.
fn left(here: &Namespace, kind: &str, twin: &str) -> usize {
    let all = here.get(kind);
    let named = |item: &&Value| item["metadata"]["name"].as_str().unwrap().starts_with(twin);
    all["items"].as_array().unwrap().iter().filter(named).count()
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn deletions_are_as_by_kubectl() {
    for (ours, theirs, sets) in [
        ("", "", 0),
        ("--propagation foreground", "--cascade=foreground", 0),
        ("--propagation orphan", "--cascade=orphan", 1),
        ("--grace 0", "--grace-period=0 --force", 0),
        ("--force", "--force", 0),
    ] {
        let here = Namespace::new("deletions");
        here.twins("Deployment", &workload());
        here.until("pods", || ["one", "two"].iter().all(|twin| left(&here, "pods", twin) == 2));
        here.spyhop(format!("delete deployments one-web --dry-run {ours}").trim());
        assert_eq!(left(&here, "deployments", "one"), 1, "a dry run deleted");
        here.spyhop(format!("delete deployments one-web {ours}").trim());
        here.kubectl(format!("delete deployments two-web {theirs}").trim());
        for twin in ["one", "two"] {
            here.until("the deployment gone", || left(&here, "deployments", twin) == 0);
            here.until("its replica set", || left(&here, "replicasets", twin) == sets);
            here.until("its pods", || left(&here, "pods", twin) == 2 * sets);
        }
    }
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn a_pod_of_a_real_node_is_killed() {
    let here = Namespace::new("kill");
    let body = json!({"spec": {"nodeSelector": {"kubernetes.io/hostname": "rig-real"}, "terminationGracePeriodSeconds": 300,
        "containers": [{"name": "app", "image": "rig.local/busybox:1", "imagePullPolicy": "Never", "command": ["sleep", "1000"]}]}});
    here.twins("Pod", &body);
    here.kubectl("wait --for=condition=Ready pod --all --timeout=60s");
    let start = Instant::now();
    here.spyhop("kill pods one-web");
    here.kubectl("delete pods two-web --now");
    here.until("pods gone", || here.get("pods")["items"].as_array().unwrap().is_empty());
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
}

/// What verbs that cannot do without are told.
const TOLD: &[(&str, &str, &str)] = &[
    ("scale", "replicas", "1"),
    ("image", "app", "rig.local/busybox:1"),
    ("label", "changes", "a=b"),
    ("annotate", "changes", "a=b"),
];

/// Verbs of kinds that these servers do not have, and the one that changes nothing but makes something new.
const ELSEWHERE: &[&str] = &["shift", "trigger", "refresh", "sync", "terminate", "reconcile"];

#[test]
#[ignore = "needs the real servers: tests/run"]
fn nothing_is_done_to_a_later_object_of_the_same_name() {
    let here = Namespace::new("later");
    for (kind, body) in [
        ("Deployment", workload()),
        ("StatefulSet", workload()),
        ("DaemonSet", daemon()),
        ("CronJob", cron()),
        ("Pod", json!({"spec": pods()})),
        ("ConfigMap", json!({"data": {"a": "b"}})),
    ] {
        here.twins(kind, &body);
    }
    let door = Door::new(&user("later"));
    let mut tried = Vec::new();
    let kinds = ["deployments", "statefulsets", "daemonsets", "cronjobs", "pods", "configmaps"];
    for (kind, name) in kinds.map(|kind| (kind, "one-web")).into_iter().chain([("nodes", "fake-17")]) {
        let kind = kinds::named(kind).unwrap();
        let namespace = if kind.address.namespaced { here.0.as_str() } else { "" };
        let id = Id::new(door.at, kind, namespace, name);
        let read = || door.call(&open(door.at), Request::new(id.clone(), What::Get)).unwrap().body;
        let body = read();
        let (uid, health, link) = (Uid::from("another"), Health::Good, None);
        let (labels, owner) = (Str::new(), Str::new());
        let seen = Object { id: id.clone(), uid, health, cells: Box::default(), labels, owner, link };
        for verb in kind.0.verbs.iter().filter(|verb| verb.name != "trigger") {
            let told = TOLD.iter().filter(|(of, ..)| *of == verb.name);
            let args = told.fold(Args::default(), |args, (_, name, value)| args.with(*name, *value));
            let request = verb.act.request(&seen, &body, &args, Time(0)).unwrap();
            let refused = door.call(&open(door.at), request).map(|_| ());
            let words = refused.as_ref().map_err(|error| error.text());
            assert!(words.is_err_and(|words| words.starts_with("it is another one now")), "{verb:?}: {refused:?}");
            tried.push(verb.name);
        }
        let after = read();
        assert_eq!((&after["spec"], &after["data"]), (&body["spec"], &body["data"]), "{}", kind.name);
        assert_eq!(after["metadata"]["labels"], body["metadata"]["labels"], "{}", kind.name);
    }
    let untried =
        verbs::ALL.iter().map(|verb| verb.name).find(|name| !tried.contains(name) && !ELSEWHERE.contains(name));
    assert_eq!(untried, None);
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn keys_do_the_same_and_say_what_came_of_it() {
    let here = Namespace::new("keys");
    here.twins("Deployment", &workload());
    let home = std::env::temp_dir().join("spyhop-verbs-keys-home").display().to_string();
    let env = [("XDG_STATE_HOME", home.as_str()), ("XDG_CONFIG_HOME", home.as_str())];
    let mut terminal = Terminal::with_env(&kubeconfig(), &["-n", &here.0, "-c", "deploy"], 120, 40, &env);
    terminal.until("both", 20, |text| text.matches("2/2").count() == 2);
    terminal.answers("s", "scale deployment one-web");
    terminal.shows("--replicas=2", 10);
    terminal.keys("4\r\r");
    terminal.shows("one-web scaled to 4", 20);
    assert_eq!(here.get("deployments one-web")["spec"]["replicas"], 4);
    terminal.answers("i", "set the image of deployment one-web");
    terminal.shows("rig.local/busybox:1", 10);
    terminal.keys("\t");
    terminal.keys("rig.local/busybox:1\r\r");
    terminal.shows("one-web has a new image", 60);
    here.kubectl("scale deployments two-web --replicas=4");
    here.kubectl("set image deployments two-web app=rig.local/busybox:1");
    here.same("deployments");
    // Both, marked: the question counts them, and Enter alone deletes nothing.
    terminal.answers(" j ", "2 marked");
    terminal.answers("\x04", "delete 2 deployments");
    terminal.keys("\r");
    terminal.until("no question", 5, |text| !text.contains("Cancel"));
    assert_eq!(left(&here, "deployments", ""), 2);
    terminal.answers("\x04", "delete 2 deployments");
    terminal.keys("\t\r");
    terminal.shows("2 deployments deleted", 30);
    assert_eq!(left(&here, "deployments", ""), 0);
    assert_eq!(terminal.quit(), 0);
    let _ = std::fs::remove_dir_all(home);
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn custom_resources_with_a_scale_can_be_scaled() {
    let here = Namespace::new("scalable");
    let schema = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true,
        "properties": {"spec": {"type": "object", "properties": {"replicas": {"type": "integer"}}},
            "status": {"type": "object", "properties": {"replicas": {"type": "integer"}}}}});
    let version = json!({"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": schema},
        "subresources": {"scale": {"specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas"}, "status": {}}});
    let names = json!({"plural": "pumps", "singular": "pump", "kind": "Pump"});
    here.apply(&json!({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "pumps.verbs.example.com"},
        "spec": {"group": "verbs.example.com", "scope": "Namespaced", "names": names, "versions": [version]}}));
    kubectl(&["wait", "--for=condition=Established", "crd/pumps.verbs.example.com", "--timeout=20s"]);
    let made = || {
        for twin in ["one", "two"] {
            here.apply(&json!({"apiVersion": "verbs.example.com/v1", "kind": "Pump",
                "metadata": {"name": format!("{twin}-web")}, "spec": {"replicas": 1}}));
        }
    };
    made();
    here.spyhop("scale pumps one-web --replicas 5");
    here.kubectl("scale pumps two-web --replicas=5");
    here.same("pumps");
    here.spyhop("label pumps one-web a=b");
    here.kubectl("label pumps two-web a=b");
    here.same("pumps");
    kubectl(&["delete", "crd", "pumps.verbs.example.com"]);
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn a_limited_viewer_is_told_what_he_may_not_do_before_he_is_asked() {
    let mut terminal = Terminal::start(&crate::servers::viewer(), &["-n", "real"]);
    terminal.shows("OOMKilled", 20);
    terminal.answers("\x04", "you may not delete pods in real: no RBAC rule lets you delete pods");
    // It may have been asked before the rights were known. Without a question Esc shows nothing, and a key that comes
    // with it would be one with Alt.
    if terminal.text().contains("Cancel") {
        terminal.keys("\x1b");
        terminal.until("no question", 5, |text| !text.contains("Cancel"));
    }
    terminal.answers("\x0b", "you may not kill pods in real");
    terminal.keys(":deployments\r");
    terminal.until("rows", 15, |text| text.contains('▌') && text.contains("real › deployments"));
    terminal.answers("s", "lets you patch deployments/scale");
    terminal.answers("?", "you may not restart deployments in real");
    assert_eq!(terminal.quit(), 0);
}
