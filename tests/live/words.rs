//! Names as real servers take them: custom resources that are named like kinds of another family, objects whose names hold
//! what divides selectors, and rights to read what cannot be listed.

use serde_json::{Value, json};

use crate::servers::{apply, get, kubeconfig, kubectl, spyhop};

const GROUP: &str = "names.spyhop.test";

/// Definitions and rights of this test; they go with it.
struct Ground {
    definitions: Vec<String>,
    namespace: String,
}

impl Ground {
    /// A definition for each plural, with two versions, and an object `one` of each.
    fn new(test: &str, plurals: &[(&str, &str)]) -> Self {
        let namespace = format!("names-{test}");
        kubectl(&["delete", "namespace", &namespace, "--ignore-not-found"]);
        kubectl(&["create", "namespace", &namespace]);
        let definitions: Vec<String> = plurals.iter().map(|(plural, _)| format!("{plural}.{test}.{GROUP}")).collect();
        let group = format!("{test}.{GROUP}");
        for (plural, kind) in plurals {
            let version = |name: &str, storage: bool| {
                json!({"name": name, "served": true, "storage": storage,
                    "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}}})
            };
            let body = json!({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
                "metadata": {"name": format!("{plural}.{group}")},
                "spec": {"group": group, "scope": "Namespaced", "versions": [version("v1", false), version("v2", true)],
                    "names": {"plural": plural, "singular": kind.to_lowercase(), "kind": kind}}});
            apply(&body.to_string());
            kubectl(&["wait", "--for=condition=Established", &format!("crd/{plural}.{group}"), "--timeout=60s"]);
            let object = json!({"apiVersion": format!("{group}/v2"), "kind": kind,
                "metadata": {"name": "one", "namespace": namespace}});
            apply(&object.to_string());
        }
        Self { definitions, namespace }
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        let mut line = vec!["delete", "crd", "--ignore-not-found", "--wait=false"];
        line.extend(self.definitions.iter().map(String::as_str));
        if !self.definitions.is_empty() {
            kubectl(&line);
        }
        kubectl(&["delete", "namespace", &self.namespace, "--ignore-not-found", "--wait=false"]);
    }
}

fn names(args: &[&str]) -> Vec<String> {
    let name = |row: &Value| row["name"].as_str().unwrap_or_default().to_owned();
    get(args).iter().map(name).collect()
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn custom_resources_named_like_kinds_of_an_engine_are_the_clusters() {
    let plurals = [
        ("volumes", "Volume"),
        ("images", "Image"),
        ("projects", "Project"),
        ("networks", "Network"),
        ("routes", "Route"),
    ];
    let ground = Ground::new("clash", &plurals);
    for (plural, kind) in plurals {
        let group = format!("clash.{GROUP}");
        let addresses = [
            plural.to_owned(),
            kind.to_lowercase(),
            format!("{plural}.{group}"),
            format!("{plural}.v1.{group}"),
            format!("{plural}.v2.{group}"),
            format!("{group}/v1/{plural}"),
        ];
        for word in addresses {
            assert_eq!(names(&[&word, "-n", &ground.namespace]), ["one"], "{word}");
            assert_eq!(names(&[&word, "one", "-n", &ground.namespace]), ["one"], "{word} one");
        }
    }
    let label = ["label", "volumes", "one", "mark=x", "-n", &ground.namespace, "--yes"];
    let output = spyhop(&kubeconfig(), &label);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let group = format!("volumes.clash.{GROUP}");
    let mark = kubectl(&["get", &group, "one", "-n", &ground.namespace, "-o", "jsonpath={.metadata.labels.mark}"]);
    assert_eq!(mark, "x");
    let old = format!("volumes.v9.clash.{GROUP}");
    assert!(!spyhop(&kubeconfig(), &["get", &old]).status.success());
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn odd_names_are_read_labelled_and_deleted() {
    let all = [r"names-a=b,c\d", "names-x-", "names:y z"];
    let role = |name: &str| json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": name}, "rules": []});
    let _ = kubectl(&["delete", "clusterrole", "--ignore-not-found", all[0], all[1], all[2]]);
    all.iter().for_each(|name| apply(&role(name).to_string()));
    for name in all {
        assert_eq!(names(&["clusterroles", name]), [name]);
        assert_eq!(names(&["clusterroles", name, "-A"]), [name]);
        for line in [["label", "mark=x"], ["annotate", "mark=x"]] {
            let output = spyhop(&kubeconfig(), &[line[0], "clusterroles", name, line[1], "--yes"]);
            assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        }
        let mark = kubectl(&[
            "get",
            "clusterrole",
            name,
            "-o",
            "jsonpath={.metadata.labels.mark}{.metadata.annotations.mark}",
        ]);
        assert_eq!(mark, "xx", "{name}");
    }
    let output = spyhop(&kubeconfig(), &["delete", "clusterroles", all[0], all[1], all[2], "--yes"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let left = kubectl(&["get", "clusterroles", "-o", "name"]);
    assert!(all.iter().all(|name| !left.contains(name)), "{left}");
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn the_right_to_get_one_object_is_enough_for_it() {
    let ground = Ground::new("rights", &[("vessels", "Vessel")]);
    let space = ground.namespace.as_str();
    kubectl(&["create", "configmap", "mine", "-n", space]);
    let group = format!("rights.{GROUP}");
    apply(
        &json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": "one", "namespace": space},
            "rules": [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get"], "resourceNames": ["mine"]},
                {"apiGroups": [group], "resources": ["vessels"], "verbs": ["get"], "resourceNames": ["one"]}]})
        .to_string(),
    );
    apply(
        &json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": {"name": "one", "namespace": space},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "one"},
            "subjects": [{"kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": "names-guest"}]})
        .to_string(),
    );
    let guest = ["--as", "names-guest", "-n", space];
    let args = |kind: &'static str, name: &'static str| [[kind, name].as_slice(), &guest].concat();
    assert_eq!(names(&args("configmaps", "mine")), ["mine"]);
    assert_eq!(names(&args("vessels", "one")), ["one"]);
    for args in [args("configmaps", "other"), args("vessels", "other")] {
        let output = spyhop(&kubeconfig(), &[&["get"], args.as_slice()].concat());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains("forbidden"), "{said}");
    }
    let output = spyhop(&kubeconfig(), &["get", "configmaps", "nosuch", "-n", space]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("configmaps \"nosuch\" not found"), "{said}");
}
