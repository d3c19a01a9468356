//! What this server says about itself.

use serde_json::{Value, json};

const VERBS: [&str; 8] = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

/// `/api`, aggregated (apidiscovery.k8s.io/v2).
pub fn core() -> Value {
    let resource = |plural: &str, kind: &str, singular: &str, short: &str, scope: &str| {
        json!({"resource": plural, "responseKind": {"group": "", "version": "v1", "kind": kind}, "scope": scope,
            "singularResource": singular, "shortNames": [short], "verbs": VERBS})
    };
    groups(&json!([{"metadata": {"name": ""}, "versions": [{"version": "v1", "freshness": "Current", "resources": [
        resource("pods", "Pod", "pod", "po", "Namespaced"),
        resource("namespaces", "Namespace", "namespace", "ns", "Cluster"),
    ]}]}]))
}

/// `/apis`: none.
pub fn others() -> Value {
    groups(&json!([]))
}

fn groups(items: &Value) -> Value {
    json!({"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": {}, "items": items})
}

pub fn version() -> Value {
    json!({"major": "1", "minor": "36", "gitVersion": "v1.36.2"})
}

/// Everything is allowed.
pub fn rules() -> Value {
    let rule = json!({"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]});
    json!({"kind": "SelfSubjectRulesReview", "apiVersion": "authorization.k8s.io/v1",
        "status": {"resourceRules": [rule], "nonResourceRules": [], "incomplete": false}})
}

pub fn namespaces() -> Value {
    json!({"kind": "NamespaceList", "apiVersion": "v1", "metadata": {"resourceVersion": "1"}, "items": []})
}

pub fn refusal(code: u16, words: &str) -> Value {
    json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code, "message": words})
}
