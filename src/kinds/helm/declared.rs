//! Reduces an object of the cluster to the fields that a manifest sets, so that both can be compared: what the server adds by
//! itself, and what others wrote, is left out. What means the same is written as in the manifest.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Map;

use crate::kinds::kube::facts::text;
use crate::kinds::kube::rules::{Rule, rule};
use crate::model::{Value, cores};

/// Maps that may hold any key. An empty text in them is a text; elsewhere it means the same as no value.
const MAPS: [&str; 8] =
    ["data", "stringData", "binaryData", "labels", "annotations", "matchLabels", "nodeSelector", "selector"];
/// Fields below which quantities stand, and fields that are quantities.
const QUANTITIES: [&str; 14] = [
    "limits",
    "requests",
    "hard",
    "capacity",
    "default",
    "defaultRequest",
    "max",
    "min",
    "maxLimitRequestRatio",
    "overhead",
    "target",
    "sizeLimit",
    "averageValue",
    "divisor",
];
/// Selectors: another key makes another selection, and none at all selects everything or nothing.
const SELECTORS: [&str; 7] =
    ["selector", "matchLabels", "labelSelector", "nodeSelector", "podSelector", "namespaceSelector", "objectSelector"];
/// Fields of which `false` or 0 is kept, because it means something else than no value (pointers in `k8s.io/api`).
const KEPT: [&str; 9] = [
    "allowPrivilegeEscalation",
    "automountServiceAccountToken",
    "enableServiceLinks",
    "allocateLoadBalancerNodePorts",
    "hostUsers",
    "runAsNonRoot",
    "runAsUser",
    "runAsGroup",
    "fsGroup",
];
/// Fields that a cluster fills in where a manifest leaves them empty.
const FILLED: [&str; 2] = ["clusterIP", "caBundle"];

/// What a manifest sets of an object, and the same fields as the object in the cluster has them. The object's status is left
/// out: a server takes none from a manifest.
pub fn reduced(manifest: &Value, live: &Value) -> (Value, Value) {
    let set = settled(manifest);
    let (group, _) = text(manifest, "apiVersion").rsplit_once('/').unwrap_or_default();
    let reduction = Reduction { group, kind: text(manifest, "kind"), path: Vec::new() };
    let is = reduction.value(&set, Some(live)).unwrap_or_default();
    (set, is)
}

/// The manifest as a server stores it: without a status, and texts of a Secret as its data.
fn settled(manifest: &Value) -> Value {
    let mut set = manifest.clone();
    let Some(fields) = set.as_object_mut() else { return set };
    fields.shift_remove("status");
    if text(manifest, "kind") != "Secret" {
        return set;
    }
    let texts = fields.shift_remove("stringData");
    let data = fields.get("data").and_then(Value::as_object).into_iter().flatten();
    // Servers read base64 with line ends.
    let bare =
        |value: &Value| value.as_str().map_or(value.clone(), |text| text.split_whitespace().collect::<String>().into());
    let mut data: Map<String, Value> = data.map(|(key, value)| (key.clone(), bare(value))).collect();
    for (key, value) in texts.as_ref().and_then(Value::as_object).into_iter().flatten() {
        data.insert(key.clone(), STANDARD.encode(value.as_str().unwrap_or_default()).into());
    }
    if !data.is_empty() || fields.contains_key("data") {
        fields.insert("data".to_owned(), data.into());
    }
    set
}

/// The walk through both objects.
struct Reduction<'k> {
    group: &'k str,
    kind: &'k str,
    /// The keys down to a value, without the positions of items.
    path: Vec<String>,
}

impl Reduction<'_> {
    /// The live value, in the words of `set` where it means the same; `None` if there is none.
    fn value(&self, set: &Value, live: Option<&Value>) -> Option<Value> {
        let Some(live) = live else { return self.is_nothing(set).then(|| set.clone()) };
        Some(match (set, live) {
            (Value::Null, _) => Value::Null,
            (Value::Object(set), Value::Object(live)) => Value::Object(self.map(set, live)),
            (Value::Array(set), Value::Array(live)) => Value::Array(self.list(set, live)),
            _ if self.is_same(set, live) => set.clone(),
            _ => live.clone(),
        })
    }

    fn map(&self, set: &Map<String, Value>, live: &Map<String, Value>) -> Map<String, Value> {
        if self.counts_whole() && live.keys().any(|key| !set.contains_key(key)) {
            return live.clone();
        }
        let reduced = |(key, value): (&String, &Value)| Some((key.clone(), self.at(key).value(value, live.get(key))?));
        set.iter().filter_map(reduced).collect()
    }

    /// Whether keys of a map count that the manifest does not set.
    fn counts_whole(&self) -> bool {
        self.path.last().is_some_and(|key| SELECTORS.contains(&key.as_str()))
            || matches!(rule(self.group, self.kind, &self.path.join(".")), Rule::Exact | Rule::Whole)
    }

    fn at(&self, key: &str) -> Self {
        Self { path: self.path.iter().cloned().chain([key.to_owned()]).collect(), ..*self }
    }

    /// Items of others do not count in a list that the API merges. Any other list is one value.
    fn list(&self, set: &[Value], live: &[Value]) -> Vec<Value> {
        match rule(self.group, self.kind, &self.path.join(".")) {
            Rule::Texts => set.iter().filter(|item| live.contains(item)).cloned().collect(),
            Rule::Items { keys, exact } => {
                let found = |item: &Value| {
                    let live = counterpart(item, live, keys)?;
                    let reduced = self.value(item, Some(live))?;
                    Some(if exact { with_others(reduced, item, live, keys) } else { reduced })
                };
                set.iter().filter_map(found).collect()
            }
            Rule::Plain | Rule::Exact | Rule::Whole => {
                // An item without any field means everything: `ingress: [{}]`.
                let counts = |item: &&Value| item.as_object().is_none_or(|fields| !fields.is_empty());
                let set = set.iter().map(Some).chain(std::iter::repeat(None)).map(|item| item.filter(counts));
                set.zip(live)
                    .map(|(set, live)| set.and_then(|set| self.value(set, Some(live))).unwrap_or_else(|| live.clone()))
                    .collect()
            }
        }
    }

    /// Whether a value that is set means the same as none.
    fn is_nothing(&self, set: &Value) -> bool {
        let is_kept = || self.path.last().is_some_and(|key| KEPT.contains(&key.as_str()));
        match set {
            Value::Null => true,
            Value::Bool(true) => false,
            Value::Bool(false) => !is_kept(),
            Value::Number(number) => number.as_f64() == Some(0.0) && !is_kept(),
            Value::String(text) => text.is_empty() && !self.is_entry(),
            Value::Array(items) => items.is_empty(),
            Value::Object(fields) => fields.is_empty(),
        }
    }

    /// Whether the value is an entry of a map that may hold any key.
    fn is_entry(&self) -> bool {
        self.path.iter().rev().nth(1).is_some_and(|holder| MAPS.contains(&holder.as_str()))
    }

    fn is_same(&self, set: &Value, live: &Value) -> bool {
        let is_filled = || self.path.last().is_some_and(|key| FILLED.contains(&key.as_str()));
        match (set, live) {
            _ if set == live => true,
            (Value::Number(set), Value::Number(live)) => set.as_f64() == live.as_f64(),
            (Value::Number(_) | Value::String(_), Value::Number(_) | Value::String(_)) => {
                let (set, live) = (plain(set), plain(live));
                set == live || (set.is_empty() && is_filled()) || (self.is_quantity() && equal(&set, &live))
            }
            _ => self.is_nothing(set) && self.is_nothing(live),
        }
    }

    fn is_quantity(&self) -> bool {
        !self.path.iter().any(|key| MAPS.contains(&key.as_str()))
            && self.path.iter().rev().take(2).any(|key| QUANTITIES.contains(&key.as_str()))
    }
}

/// The live item that has the same keys: the first of them, or all if that is not enough.
fn counterpart<'l>(item: &Value, live: &'l [Value], keys: &[&str]) -> Option<&'l Value> {
    let has = |other: &&Value, keys: &[&str]| {
        keys.iter().all(|key| item[*key].is_null() || plain(&item[*key]) == plain(&other[*key]))
    };
    let first = keys.get(..1).unwrap_or_default();
    let mut alike = live.iter().filter(|other| has(other, first));
    match (alike.next(), alike.next()) {
        (Some(only), None) => Some(only),
        _ => live.iter().find(|other| has(other, keys)),
    }
}

/// An item that is one of several sorts, as a volume: a field of another sort counts although the manifest does not set it.
fn with_others(mut reduced: Value, item: &Value, live: &Value, keys: &[&str]) -> Value {
    let is_bare = item.as_object().is_none_or(|fields| fields.len() <= keys.len());
    if let (false, Some(fields), Some(live)) = (is_bare, reduced.as_object_mut(), live.as_object()) {
        let others = live.iter().filter(|(key, _)| item.get(key).is_none());
        fields.extend(others.map(|(key, value)| (key.clone(), value.clone())));
    }
    reduced
}

/// A text or a number as a text.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Whether two quantities are equal: `1000m` and `1`.
fn equal(set: &str, live: &str) -> bool {
    let both = cores(set).zip(cores(live));
    both.is_some_and(|(set, live)| (set - live).abs() <= 1e-9 * set.abs().max(live.abs()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn deployment(spec: Value) -> Value {
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {"template": {"spec": spec}}})
    }

    /// What the cluster is said to have in place of what is set; `None` if nothing differs.
    fn differs(manifest: &Value, live: &Value) -> Option<Value> {
        let (set, is) = reduced(manifest, live);
        (set != is).then_some(is)
    }

    #[test]
    fn defaults_and_what_others_wrote_do_not_count() {
        let set = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "labels": {"a": "b"}, "creationTimestamp": null},
            "spec": {"replicas": 2, "paused": false, "template": {"spec": {"containers": [{"name": "web", "image": "a:1", "args": []}],
                "volumes": [{"name": "tmp", "emptyDir": {}}], "nodeSelector": {}, "hostNetwork": false}}}, "status": {}});
        let live = json!({"apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": "web", "namespace": "shop", "uid": "1", "creationTimestamp": "2026-01-01T00:00:00Z", "labels": {"a": "b", "c": "d"}},
            "spec": {"replicas": 2, "strategy": {"type": "RollingUpdate"}, "template": {"spec": {"dnsPolicy": "ClusterFirst",
                "volumes": [{"name": "more", "emptyDir": {}}, {"name": "tmp", "emptyDir": {}}],
                "containers": [{"name": "sidecar", "image": "b"}, {"name": "web", "image": "a:1", "imagePullPolicy": "Always"}]}}},
            "status": {"replicas": 2}});
        assert_eq!(differs(&set, &live), None);
    }

    #[test]
    fn a_field_that_is_set_and_differs_counts() {
        let set = deployment(
            json!({"containers": [{"name": "web", "image": "a:1", "env": [{"name": "A", "value": ""}]}], "tolerations": []}),
        );
        for live in [
            json!({"containers": [{"name": "web", "image": "a:2", "env": [{"name": "A"}]}]}),
            json!({"containers": [{"name": "web", "image": "a:1", "env": [{"name": "A", "value": "x"}]}]}),
            json!({"containers": [{"name": "web", "image": "a:1"}]}),
            json!({"containers": [{"name": "other", "image": "a:1"}]}),
            json!({"containers": [{"name": "web", "image": "a:1", "env": [{"name": "A"}]}], "tolerations": [{"operator": "Exists"}]}),
        ] {
            assert!(differs(&set, &deployment(live.clone())).is_some(), "{live}");
        }
        assert_eq!(
            differs(
                &set,
                &deployment(json!({"containers": [{"name": "web", "image": "a:1", "env": [{"name": "A"}]}]}))
            ),
            None
        );
    }

    #[test]
    fn false_and_nothing_differ_where_a_server_keeps_both() {
        let pod = |spec: Value| json!({"apiVersion": "v1", "kind": "Pod", "spec": spec});
        for set in [
            json!({"automountServiceAccountToken": false, "a": 1}),
            json!({"securityContext": {"runAsUser": 0}, "a": 1}),
        ] {
            assert!(differs(&pod(set.clone()), &pod(json!({"a": 1, "securityContext": {}}))).is_some(), "{set}");
        }
        assert_eq!(differs(&pod(json!({"hostNetwork": false, "a": 1})), &pod(json!({"a": 1}))), None);
    }

    #[test]
    fn another_selection_counts() {
        let service = |selector: Value| json!({"apiVersion": "v1", "kind": "Service", "spec": {"selector": selector}});
        let (web, more) = (json!({"app": "web"}), json!({"app": "web", "version": "2"}));
        assert!(differs(&service(web.clone()), &service(more)).is_some());
        assert_eq!(differs(&service(web.clone()), &service(web)), None);
        let policy = |spec: Value| json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "spec": spec});
        let all = policy(json!({"podSelector": {}, "ingress": [{}]}));
        assert_eq!(differs(&all, &all), None);
        for live in [
            json!({"podSelector": {"matchLabels": {"a": "b"}}, "ingress": [{}]}),
            json!({"podSelector": {}, "ingress": [{"from": [{"podSelector": {}}]}]}),
        ] {
            assert!(differs(&all, &policy(live.clone())).is_some(), "{live}");
        }
    }

    #[test]
    fn a_volume_of_another_sort_counts() {
        let set = deployment(json!({"volumes": [{"name": "tmp", "emptyDir": {}}]}));
        let live = deployment(json!({"volumes": [{"name": "tmp", "hostPath": {"path": "/"}}]}));
        assert_eq!(differs(&set, &live).unwrap()["spec"]["template"]["spec"]["volumes"][0]["hostPath"]["path"], "/");
    }

    #[test]
    fn what_means_the_same_is_the_same() {
        let resources = |cpu: Value, memory: &str| {
            deployment(
                json!({"containers": [{"name": "web", "resources": {"limits": {"cpu": cpu, "memory": memory}}}]}),
            )
        };
        assert_eq!(differs(&resources(json!("1000m"), "1024Mi"), &resources(json!("1"), "1Gi")), None);
        assert_eq!(differs(&resources(json!(0.5), "1e9"), &resources(json!("500m"), "1G")), None);
        assert!(differs(&resources(json!("1000m"), "1Gi"), &resources(json!("1001m"), "1Gi")).is_some());
        let service = |port: Value| json!({"apiVersion": "v1", "kind": "Service", "spec": {"ports": [{"port": port, "targetPort": port}]}});
        assert_eq!(differs(&service(json!("80")), &service(json!(80))), None);
        assert!(differs(&service(json!(80)), &service(json!(81))).is_some());
        let config = |value: &str| json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {"limits": value}});
        assert!(differs(&config("1000m"), &config("1")).is_some(), "a text is no quantity");
        let empty = json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {}});
        assert!(differs(&config(""), &empty).is_some(), "an empty entry is an entry");
    }

    #[test]
    fn texts_of_a_secret_are_its_data() {
        let set =
            json!({"apiVersion": "v1", "kind": "Secret", "data": {"a": "Q\nQ==\n"}, "stringData": {"b": "geheim"}});
        let live =
            |b: &str| json!({"apiVersion": "v1", "kind": "Secret", "data": {"a": "QQ==", "b": STANDARD.encode(b)}});
        assert_eq!(differs(&set, &live("geheim")), None);
        assert!(differs(&set, &live("other")).is_some());
    }

    #[test]
    fn a_list_that_is_one_value_counts_whole() {
        let role = |verbs: Value| json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "rules": [{"apiGroups": [""], "verbs": verbs}]});
        assert!(differs(&role(json!(["get"])), &role(json!(["get", "delete"]))).is_some());
        assert!(differs(&role(json!(["get", "list"])), &role(json!(["get"]))).is_some());
        assert_eq!(differs(&role(json!(["get"])), &role(json!(["get"]))), None);
        let policy = |ports: Value| json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "spec": {"ingress": [{"ports": ports}]}});
        assert!(
            differs(&policy(json!([{"port": 80}])), &policy(json!([{"port": 80, "protocol": "TCP"}, {"port": 22}])))
                .is_some()
        );
        assert_eq!(differs(&policy(json!([{"port": 80}])), &policy(json!([{"port": 80, "protocol": "TCP"}]))), None);
    }
}
