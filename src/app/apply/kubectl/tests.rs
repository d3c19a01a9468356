use serde_json::json;

use super::*;
use crate::kinds;
use crate::kinds::kube::rules::{Rule, rule};

fn kind(group: &str, kind: &str) -> KindRef {
    let found = kinds::all().find(|known| known.address.group == group && known.address.kind == kind);
    found.unwrap_or_else(|| kinds::adopt(&kinds::Definition::plain(group, "v1", kind, "whales")))
}

#[test]
fn copies_are_written_as_go_writes_json() {
    for (value, text) in [
        (json!({"b": 1, "a": [true, null, {}]}), r#"{"a":[true,null,{}],"b":1}"#),
        (json!("<a> & \u{2028}\"\n\u{1}é"), r#""\u003ca\u003e \u0026 \u2028\"\n\u0001é""#),
        (json!([1.5, 0.1, 1e21, 1.5e-7, 1e20, -2.5e30]), "[1.5,0.1,1e+21,1.5e-7,100000000000000000000,-2.5e+30]"),
        (json!(18446744073709551615u64), "18446744073709551615"),
    ] {
        assert_eq!(encode::line(&value), format!("{text}\n"));
    }
}

#[test]
fn the_copy_holds_the_document_without_the_copy() {
    let document = json!({"kind": "X", "metadata": {"name": "a", "annotations": {COPY: "old", "b": "c"}}});
    let wanted = with_copy(&document);
    let copy = "{\"kind\":\"X\",\"metadata\":{\"annotations\":{\"b\":\"c\"},\"name\":\"a\"}}\n";
    assert_eq!(wanted["metadata"]["annotations"], json!({"b": "c", COPY: copy}));
    let bare = with_copy(&json!({"metadata": {"name": "a"}}));
    assert_eq!(bare["metadata"]["annotations"][COPY], "{\"metadata\":{\"annotations\":{},\"name\":\"a\"}}\n");
}

/// Applied, wanted, live, and what comes of it.
#[test]
fn objects_become_what_kubectl_would_make_of_them() {
    let pod = |containers: Value| json!({"spec": {"containers": containers}});
    for (group, name, applied, wanted, live, merged) in [
        // What left the document goes, what others wrote stays, `null` takes away.
        (
            "",
            "ConfigMap",
            json!({"data": {"a": "1", "b": "2"}}),
            json!({"data": {"a": "3", "n": null}}),
            json!({"data": {"a": "1", "b": "2", "c": "theirs", "n": "x"}}),
            json!({"data": {"a": "3", "c": "theirs"}}),
        ),
        // Items by their names, in the order of the document, those of others between them.
        (
            "",
            "Pod",
            pod(json!([{"name": "a", "env": [{"name": "X"}, {"name": "Y"}]}, {"name": "gone"}])),
            pod(json!([{"name": "b"}, {"name": "a", "image": "2", "env": [{"name": "Y", "value": "y"}]}])),
            pod(json!([{"name": "gone"}, {"name": "proxy"}, {"name": "a", "image": "1", "tty": true,
                        "env": [{"name": "Z"}, {"name": "X"}, {"name": "Y"}]}])),
            pod(json!([{"name": "b"}, {"name": "proxy"}, {"name": "a", "image": "2", "tty": true,
                        "env": [{"name": "Z"}, {"name": "Y", "value": "y"}]}])),
        ),
        // Lists without names are replaced.
        (
            "",
            "Pod",
            json!({"spec": {"tolerations": [{"key": "a"}]}}),
            json!({"spec": {"tolerations": [{"key": "b"}]}}),
            json!({"spec": {"tolerations": [{"key": "a"}, {"key": "theirs"}]}}),
            json!({"spec": {"tolerations": [{"key": "b"}]}}),
        ),
        // Another sort of volume drives out the first.
        (
            "",
            "Pod",
            json!({"spec": {"volumes": [{"name": "v", "emptyDir": {}}]}}),
            json!({"spec": {"volumes": [{"name": "v", "secret": {"secretName": "s"}}]}}),
            json!({"spec": {"volumes": [{"name": "v", "emptyDir": {}}, {"name": "token", "projected": {}}]}}),
            json!({"spec": {"volumes": [{"name": "v", "secret": {"secretName": "s"}}, {"name": "token", "projected": {}}]}}),
        ),
        (
            "apps",
            "Deployment",
            json!({"spec": {}}),
            json!({"spec": {"strategy": {"type": "Recreate"}}}),
            json!({"spec": {"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}}}}),
            json!({"spec": {"strategy": {"type": "Recreate"}}}),
        ),
        // A port keeps what the server gave it; two of one number differ by their protocol.
        (
            "",
            "Service",
            json!({"spec": {"ports": [{"port": 80}]}}),
            json!({"spec": {"ports": [{"port": 80, "targetPort": 8080}]}}),
            json!({"spec": {"ports": [{"port": 80, "protocol": "TCP", "nodePort": 30080}]}}),
            json!({"spec": {"ports": [{"port": 80, "protocol": "TCP", "nodePort": 30080, "targetPort": 8080}]}}),
        ),
        (
            "",
            "Service",
            json!({"spec": {"ports": [{"port": 53, "protocol": "UDP"}, {"port": 53}]}}),
            json!({"spec": {"ports": [{"port": 53, "protocol": "UDP", "name": "u"}, {"port": 53, "name": "t"}]}}),
            json!({"spec": {"ports": [{"port": 53, "protocol": "UDP", "nodePort": 1}, {"port": 53, "protocol": "TCP", "nodePort": 2}]}}),
            json!({"spec": {"ports": [{"port": 53, "protocol": "UDP", "nodePort": 1, "name": "u"},
                                      {"port": 53, "protocol": "TCP", "nodePort": 2, "name": "t"}]}}),
        ),
        // Finalizers of others stay.
        (
            "",
            "Namespace",
            json!({"metadata": {"finalizers": ["a", "b"]}}),
            json!({"metadata": {"finalizers": ["a"]}}),
            json!({"metadata": {"finalizers": ["theirs", "a", "b"]}}),
            json!({"metadata": {"finalizers": ["theirs", "a"]}}),
        ),
        // Custom resources: lists whole, and `null` only where something was applied.
        (
            "sea.example.com",
            "Whale",
            json!({"metadata": {"finalizers": ["a"]}, "spec": {"x": 1}}),
            json!({"metadata": {"finalizers": ["b"]}, "spec": {"x": null, "y": null, "containers": [{"name": "a"}]}}),
            json!({"metadata": {"finalizers": ["a", "theirs"]},
                   "spec": {"x": 1, "y": 2, "containers": [{"name": "a", "z": 1}, {"name": "b"}]}}),
            json!({"metadata": {"finalizers": ["b"]}, "spec": {"y": 2, "containers": [{"name": "a"}]}}),
        ),
    ] {
        let made = merge::merge(&applied, &wanted, &live, kind(group, name));
        assert_eq!(made, merged, "{name} {wanted}");
        assert_eq!(merge::merge(&wanted, &wanted, &made, kind(group, name)), made, "once more: {name} {wanted}");
    }
}

#[test]
fn a_patch_holds_what_differs_and_its_version() {
    let annotations = json!({COPY: "{\"data\":{\"a\":\"1\",\"b\":\"2\"}}"});
    let metadata = json!({"name": "c", "resourceVersion": "7", "annotations": annotations});
    let live = json!({"kind": "ConfigMap", "metadata": metadata, "data": {"a": "1", "b": "2", "c": "3"}});
    let document = json!({"kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"a": "9"}});
    let patch = super::patch(&document, &live, kind("", "ConfigMap")).unwrap().unwrap();
    assert_eq!(patch["data"], json!({"a": "9", "b": null}));
    assert_eq!(patch["metadata"]["resourceVersion"], "7");
    assert!(patch["metadata"]["annotations"][COPY].as_str().unwrap().contains("\"a\":\"9\""));
    assert_eq!(patch.as_object().unwrap().len(), 2);
}

#[test]
fn only_what_an_update_left_a_copy_on_is_changed_so() {
    let fields = json!({"f:metadata": {"f:annotations": {format!("f:{COPY}"): {}}}});
    let live = |managers: Value| json!({"metadata": {"annotations": {COPY: "{}"}, "managedFields": managers}});
    for (live, kept) in [
        (json!({"metadata": {}}), false),
        (json!({"metadata": {"annotations": {COPY: ""}}}), false),
        (live(json!([])), true),
        (live(json!([{"operation": "Update", "manager": "kubectl-client-side-apply", "fieldsV1": fields}])), true),
        (live(json!([{"operation": "Update", "manager": "argocd", "fieldsV1": fields}])), true),
        (live(json!([{"operation": "Apply", "manager": "kubectl", "fieldsV1": {}}])), false),
        (live(json!([{"operation": "Apply", "manager": "spyhop", "fieldsV1": fields}])), false),
    ] {
        let patch = super::patch(&json!({"metadata": {"name": "x"}}), &live, kind("", "ConfigMap")).unwrap();
        assert_eq!(patch.is_some(), kept, "{live}");
    }
    let broken = json!({"metadata": {"annotations": {COPY: "{"}}});
    let error = super::patch(&json!({}), &broken, kind("", "ConfigMap")).unwrap_err();
    assert!(error.text().contains("is not valid JSON"), "{error}");
}

#[test]
fn rules_are_found_within_templates() {
    let items = |keys| Rule::Items { keys, exact: false };
    for (group, kind, path, expected) in [
        ("batch", "CronJob", "spec.jobTemplate.spec.template.spec.initContainers.volumeMounts", items(&["mountPath"])),
        ("apps", "DaemonSet", "spec.template.metadata.ownerReferences", items(&["uid"])),
        ("apps", "StatefulSet", "spec.volumeClaimTemplates", Rule::Plain),
        ("", "Pod", "spec.containers", items(&["name"])),
        ("", "Pod", "metadata.finalizers", Rule::Texts),
        ("sea.example.com", "Pod", "spec.containers", Rule::Plain),
        ("gateway.networking.k8s.io", "Gateway", "metadata.finalizers", Rule::Plain),
    ] {
        assert_eq!(rule(group, kind, path), expected, "{kind} {path}");
    }
}
