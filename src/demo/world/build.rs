//! Pods and replica sets out of templates, as controllers and admission make them.

use serde_json::{Map, Value, json};

use super::body::{list, namespace, reference, text};
use super::chance::{hash, letters, mix};
use super::status::quality;

/// A pod of a template; `labels` come on top of the template's own.
pub fn pod(template: &Value, owner: &Value, name: &str, labels: &[(&str, &str)]) -> Value {
    let mut metadata = template["metadata"].as_object().cloned().unwrap_or_default();
    metadata.insert("name".into(), json!(name));
    metadata.insert("namespace".into(), json!(namespace(owner)));
    metadata.remove("creationTimestamp");
    if let Some(prefix) = name.rsplit_once('-').filter(|_| owner["kind"] != "StatefulSet") {
        metadata.insert("generateName".into(), json!(format!("{}-", prefix.0)));
    }
    let own = metadata.entry("labels").or_insert_with(|| json!({}));
    for (key, value) in labels {
        own[*key] = json!(value);
    }
    metadata.insert("ownerReferences".into(), json!([reference(owner)]));
    let spec = admitted(&template["spec"], name);
    let quality = quality(&spec);
    json!({"metadata": metadata, "spec": spec, "status": {"phase": "Pending", "qosClass": quality}})
}

/// What the API server and its admission fill in.
fn admitted(template: &Value, name: &str) -> Value {
    let mut spec = template.as_object().cloned().unwrap_or_default();
    let token = format!("kube-api-access-{}", letters(hash(name), 5));
    let mut default = |field: &str, value: Value| {
        spec.entry(field.to_owned()).or_insert(value);
    };
    default("restartPolicy", json!("Always"));
    default("terminationGracePeriodSeconds", json!(30));
    default("dnsPolicy", json!("ClusterFirst"));
    default("serviceAccountName", json!("default"));
    default("securityContext", json!({}));
    default("schedulerName", json!("default-scheduler"));
    default("enableServiceLinks", json!(true));
    default("preemptionPolicy", json!("PreemptLowerPriority"));
    default("priority", json!(0));
    let account = spec["serviceAccountName"].clone();
    spec.entry("serviceAccount").or_insert(account);
    tolerations(&mut spec);
    append(&mut spec, "volumes", access(&token));
    for field in ["containers", "initContainers"] {
        for container in spec.get_mut(field).and_then(Value::as_array_mut).into_iter().flatten() {
            mount(container, &token);
        }
    }
    Value::Object(spec)
}

fn append(object: &mut Map<String, Value>, field: &str, value: Value) {
    let all = object.entry(field.to_owned()).or_insert_with(|| json!([]));
    if let Some(all) = all.as_array_mut() {
        all.push(value);
    }
}

fn access(token: &str) -> Value {
    json!({"name": token, "projected": {"defaultMode": 420, "sources": [
        {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
        {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
        {"downwardAPI": {"items": [{"path": "namespace", "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"}}]}}]}})
}

fn mount(container: &mut Value, token: &str) {
    let Some(container) = container.as_object_mut() else { return };
    append(
        container,
        "volumeMounts",
        json!({"name": token, "readOnly": true, "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount"}),
    );
    for (field, value) in [
        ("terminationMessagePath", "/dev/termination-log"),
        ("terminationMessagePolicy", "File"),
        ("imagePullPolicy", "IfNotPresent"),
    ] {
        container.entry(field).or_insert_with(|| json!(value));
    }
    container.entry("resources").or_insert_with(|| json!({}));
}

/// A node may be away for five minutes before its pods are given up.
fn tolerations(spec: &mut Map<String, Value>) {
    for key in ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"] {
        append(
            spec,
            "tolerations",
            json!({"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}),
        );
    }
}

/// The hash of a template, as it stands in names and labels. The order of fields does not count.
pub fn template_hash(template: &Value, length: usize) -> String {
    letters(fold(template), length)
}

fn fold(value: &Value) -> u64 {
    match value {
        Value::Object(all) => {
            all.iter().fold(7, |sum: u64, (key, value)| sum.wrapping_add(mix(hash(key) ^ fold(value))))
        }
        Value::Array(all) => all.iter().fold(11, |sum, value| mix(sum ^ fold(value))),
        Value::Null => 3,
        Value::Bool(_) | Value::Number(_) | Value::String(_) => hash(&value.to_string()),
    }
}

/// The replica set of a deployment's template.
pub fn replicaset(deployment: &Value, replicas: i64, revision: i64) -> Value {
    let template = &deployment["spec"]["template"];
    let hash = template_hash(template, 10);
    let mut template = template.clone();
    template["metadata"]["labels"]["pod-template-hash"] = json!(hash);
    let mut selector = deployment["spec"]["selector"].clone();
    selector["matchLabels"]["pod-template-hash"] = json!(hash);
    json!({
        "metadata": {"name": format!("{}-{hash}", text(deployment, "metadata.name")), "namespace": namespace(deployment),
            "labels": template["metadata"]["labels"], "ownerReferences": [reference(deployment)],
            "annotations": {"deployment.kubernetes.io/revision": revision.to_string(),
                "deployment.kubernetes.io/desired-replicas": replicas.to_string(),
                "deployment.kubernetes.io/max-replicas": (replicas + 1).to_string()}},
        "spec": {"replicas": replicas, "selector": selector, "template": template},
        "status": {"replicas": 0, "observedGeneration": 1},
    })
}

/// Whether a replica set is the one of this template.
pub fn is_of(set: &Value, template: &Value) -> bool {
    let mut own = set["spec"]["template"].clone();
    if let Some(labels) = own["metadata"]["labels"].as_object_mut() {
        labels.remove("pod-template-hash");
    }
    own["spec"] == template["spec"]
        && own["metadata"]["labels"] == template["metadata"]["labels"]
        && own["metadata"]["annotations"] == template["metadata"]["annotations"]
}

/// Ports of a template's containers by name, for services that name them.
pub fn named_port(pod: &Value, name: &str) -> Option<i64> {
    let ports = list(pod, "spec.containers").iter().flat_map(|container| list(container, "ports"));
    ports.clone().find(|port| port["name"] == name).and_then(|port| port["containerPort"].as_i64())
}
