//! `spyhop get` beside `kubectl get`: the same words mean the same objects, and several kinds are printed in the same way.

use std::process::Output;

use serde_json::{Value, json};

use crate::servers::{apply, kubeconfig, kubectl, kubectl_fed, namespace, spyhop};

/// A namespace with a bit of everything, gone at the end.
struct Ground(&'static str);

impl Ground {
    fn new(name: &'static str) -> Self {
        namespace(name);
        let ground = Self(name);
        let pods = json!({"metadata": {"labels": {"app": "web"}}, "spec": {
            "nodeSelector": {"type": "kwok"}, "tolerations": [{"operator": "Exists"}],
            "containers": [{"name": "app", "image": "rig.local/pause:1"}]}});
        let named = |kind: &str, api: &str, spec: Value| json!({"apiVersion": api, "kind": kind, "metadata": {"name": "web", "labels": {"app": "web"}}, "spec": spec});
        let job = json!({"template": {"spec": {"restartPolicy": "Never", "nodeSelector": {"type": "none"},
            "containers": [{"name": "app", "image": "rig.local/pause:1"}]}}});
        ground.apply(&[
            named(
                "Deployment",
                "apps/v1",
                json!({"replicas": 2, "selector": {"matchLabels": {"app": "web"}}, "template": pods}),
            ),
            named("Service", "v1", json!({"ports": [{"port": 80}], "selector": {"app": "web"}})),
            named("CronJob", "batch/v1", json!({"schedule": "0 3 1 1 *", "jobTemplate": {"spec": job}})),
            named(
                "HorizontalPodAutoscaler",
                "autoscaling/v2",
                json!({"maxReplicas": 2, "scaleTargetRef":
                {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}}),
            ),
        ]);
        kubectl(&["wait", "--for=jsonpath={.status.readyReplicas}=2", "deployment/web", "-n", name, "--timeout=60s"]);
        ground
    }

    fn apply(&self, bodies: &[Value]) {
        let placed = bodies.iter().cloned().map(|mut body| {
            body["metadata"]["namespace"] = json!(self.0);
            body.to_string()
        });
        apply(&placed.collect::<Vec<_>>().join("\n---\n"));
    }

    fn ours(&self, words: &[&str]) -> Output {
        spyhop(&kubeconfig(), &[words, &["-n", self.0]].concat())
    }

    fn theirs(&self, words: &[&str]) -> Output {
        kubectl_fed(&[words, &["-n", self.0]].concat(), "")
    }

    /// What both print for the same words, which both take.
    fn both(&self, words: &[&str]) -> (String, String) {
        let line = [&["get"], words].concat();
        let (ours, theirs) = (self.ours(&line), self.theirs(&line));
        assert!(ours.status.success() && theirs.status.success(), "{words:?}: {}", text(&ours.stderr));
        (text(&ours.stdout), text(&theirs.stdout))
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        kubectl(&["delete", "namespace", self.0, "--wait=false"]);
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The names of each table: its first column, in one order.
fn tables(printed: &str) -> Vec<Vec<String>> {
    let table = |table: &str| {
        let mut names: Vec<String> = table.lines().map(|line| line.split(' ').next().unwrap().to_owned()).collect();
        names[1..].sort();
        names
    };
    printed.trim_end().split("\n\n").map(table).collect()
}

/// Kinds and names of what a YAML holds, and the kind of the whole.
fn bodies(printed: &str) -> (String, Vec<(String, String)>) {
    let whole: Value = serde_yaml::from_str(printed).unwrap();
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let items = whole["items"].as_array().cloned().unwrap_or_else(|| vec![whole.clone()]);
    let mut all: Vec<(String, String)> =
        items.iter().map(|item| (word(&item["kind"]), word(&item["metadata"]["name"]))).collect();
    all.sort();
    (word(&whole["kind"]), all)
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn several_kinds_are_printed_as_kubectl_prints_them() {
    let ground = Ground::new("get-several");
    for words in [
        &["pods,svc"][..],
        &["svc,deploy,hpa"],
        &["deploy/web", "svc/web"],
        &["deployments.apps/web", "cronjobs.batch/web"],
        &["deploy,svc", "web"],
        &["deploy", "web"],
        &["pods"],
        &["all"],
        &["all", "-l", "app=web"],
        &["all,configmaps"],
        &["pods", "--field-selector", "status.phase=Running"],
        &["pods,svc", "--field-selector", "metadata.name=web"],
        &["pods", "-l", "app=web"],
    ] {
        let (ours, theirs) = ground.both(words);
        assert_eq!(tables(&ours), tables(&theirs), "{words:?}");
        let (ours, theirs) = ground.both(&[words, &["-o", "wide"]].concat());
        assert_eq!(tables(&ours), tables(&theirs), "{words:?} wide");
        let (ours, theirs) = ground.both(&[words, &["-o", "name"]].concat());
        let sorted = |text: &str| {
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            lines.sort();
            lines
        };
        assert_eq!(sorted(&ours), sorted(&theirs), "{words:?} by name");
        let (ours, theirs) = ground.both(&[words, &["-o", "yaml"]].concat());
        assert_eq!(bodies(&ours), bodies(&theirs), "{words:?} as YAML");
        let rows: Vec<Value> =
            serde_json::from_slice(&ground.ours(&[&["get"], words, &["-o", "json"]].concat()).stdout).unwrap();
        assert_eq!(rows.len(), bodies(&theirs).1.len(), "{words:?} as JSON");
    }
    let names = ground.both(&["pods", "-o", "name"]).1;
    let names: Vec<&str> = names.lines().map(|name| name.strip_prefix("pod/").unwrap()).collect();
    let (ours, theirs) = ground.both(&["pods", names[0], names[1]]);
    assert_eq!(tables(&ours), tables(&theirs));
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn what_is_not_there_is_told_and_the_rest_is_printed() {
    let ground = Ground::new("get-missing");
    for words in
        [&["get", "deploy/web", "svc/nosuch"][..], &["get", "deploy", "web", "nosuch"], &["get", "pods,svc", "web"]]
    {
        let (ours, theirs) = (ground.ours(words), ground.theirs(words));
        assert!(!ours.status.success() && !theirs.status.success(), "{words:?}");
        assert_eq!(tables(&text(&ours.stdout)), tables(&text(&theirs.stdout)), "{words:?}");
        let said = text(&ours.stderr);
        assert!(
            text(&theirs.stderr).lines().filter(|line| line.contains("not found")).all(|line| {
                let (_, what) = line.split_once(": ").unwrap();
                said.contains(what)
            }),
            "{words:?}: {said}"
        );
    }
    let unknown = ground.ours(&["get", "deploymnts"]);
    let said = text(&unknown.stderr);
    assert!(!unknown.status.success() && said.contains("did you mean deployments?"), "{said}");
    assert!(said.contains("spyhop get kinds") && !said.contains(":aliases"), "{said}");
    let kinds = text(&ground.ours(&["get", "kinds", "-o", "json"]).stdout);
    let kinds: Vec<Value> = serde_json::from_str(&kinds).unwrap();
    let all = kubectl(&["api-resources", "--verbs=list", "--no-headers"]);
    assert!(kinds.len() >= all.lines().count(), "{} kinds, kubectl has {}", kinds.len(), all.lines().count());
    let empty = ground.ours(&["get", "ingresses,poddisruptionbudgets"]);
    assert!(empty.status.success() && empty.stdout.is_empty());
    assert_eq!(text(&empty.stderr), "no objects found in get-missing namespace\n");
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn verbs_take_objects_as_kubectl_does_and_judge_each() {
    let ground = Ground::new("get-verbs");
    let maps = |ground: &Ground| {
        let mut names: Vec<String> =
            text(&ground.theirs(&["get", "configmaps", "-o", "name"]).stdout).lines().map(str::to_owned).collect();
        names.retain(|name| !name.contains("kube-root-ca"));
        names
    };
    let made = |ground: &Ground| {
        let map = |name: &str| json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}});
        ground.apply(&["a", "b", "c"].map(map));
    };
    for (ours, theirs) in [
        (&["delete", "cm", "a", "nosuch", "b", "--yes"][..], &["delete", "cm", "a", "nosuch", "b"][..]),
        (&["delete", "cm/a", "cm/nosuch", "configmap/b", "--yes"], &["delete", "cm/a", "cm/nosuch", "configmap/b"]),
    ] {
        made(&ground);
        let output = ground.theirs(theirs);
        assert!(!output.status.success());
        let left = maps(&ground);
        made(&ground);
        let output = ground.ours(ours);
        let said = text(&output.stderr);
        assert!(
            !output.status.success()
                && said.contains("configmaps \"nosuch\" not found")
                && said.contains("1 of 3 failed"),
            "{said}"
        );
        assert_eq!(maps(&ground), left, "{ours:?}");
        assert_eq!(text(&output.stdout), "configmap/a deleted\nconfigmap/b deleted\n");
    }
    let alone = ground.ours(&["delete", "cm", "nosuch", "--yes"]);
    assert_eq!(text(&alone.stderr), "spyhop: configmaps \"nosuch\" not found\n");
    let labelled = ground.ours(&["label", "deploy/web", "svc/web", "mark=x", "--yes"]);
    assert!(labelled.status.success(), "{}", text(&labelled.stderr));
    let marked = text(&ground.theirs(&["get", "deploy,svc", "-l", "mark=x", "-o", "name"]).stdout);
    assert_eq!(marked, "deployment.apps/web\nservice/web\n");
    // What a kind has no such verb for ends it before anything is done.
    let odd = ground.ours(&["scale", "deploy/web", "svc/web", "--replicas", "1", "--yes"]);
    assert!(!odd.status.success() && text(&odd.stderr).contains("scale does not work on services"));
    assert_eq!(text(&ground.theirs(&["get", "deploy/web", "-o", "jsonpath={.spec.replicas}"]).stdout), "2");
}
