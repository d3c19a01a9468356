//! Namespaces that go with all they hold, quotas that count, budgets that allow.

use serde_json::{Value, json};

use super::World;
use super::body::{is_leaving, list, number, says, selects, set_condition, share, text, the};
use super::sets::is_active;
use crate::demo::resources::RESOURCES;
use crate::demo::store::{Key, Store};
use crate::model::bytes;
use crate::model::cores;

impl World {
    pub(super) fn namespace(&mut self, store: &mut Store, key: &Key) {
        let Some(namespace) = store.object(key).cloned() else { return };
        if !is_leaving(&namespace) {
            return self.furnish(store, key);
        }
        let now = store.now;
        let held = contents(store, &key.name);
        store.update(the("namespaces"), "", &key.name, |namespace| {
            namespace["status"]["phase"] = json!("Terminating");
            let left = !held.is_empty();
            let (value, reason) = if left { ("True", "SomeResourcesRemain") } else { ("False", "ContentRemoved") };
            set_condition(&mut namespace["status"], "NamespaceContentRemaining", value, reason, "", now);
        });
        for held in &held {
            self.delete(store, held);
        }
        if !contents(store, &key.name).is_empty() {
            self.later(now.plus_millis(1500), super::What::Look(key.clone()));
        } else if list(&namespace, "metadata.finalizers").is_empty() {
            store.remove(key);
        }
    }

    /// What every namespace has: its label, an account, the cluster's certificate.
    fn furnish(&mut self, store: &mut Store, key: &Key) {
        let born = store.object(key).map(|namespace| namespace["metadata"]["creationTimestamp"].clone());
        store.update(the("namespaces"), "", &key.name, |namespace| {
            namespace["metadata"]["labels"]["kubernetes.io/metadata.name"] = json!(key.name);
            if namespace["status"]["phase"].is_null() {
                namespace["status"]["phase"] = json!("Active");
                namespace["spec"]["finalizers"] = json!(["kubernetes"]);
            }
        });
        let meta = |name: &str| json!({"name": name, "namespace": key.name, "creationTimestamp": born});
        if store.find(the("serviceaccounts"), &key.name, "default").is_none() {
            store.put(the("serviceaccounts"), json!({"metadata": meta("default")}));
        }
        if store.find(the("configmaps"), &key.name, "kube-root-ca.crt").is_none() {
            let certificate = "-----BEGIN CERTIFICATE-----\nZGVtbyBjbHVzdGVyLCBubyByZWFsIGNlcnRpZmljYXRl\n-----END CERTIFICATE-----\n";
            store
                .put(the("configmaps"), json!({"metadata": meta("kube-root-ca.crt"), "data": {"ca.crt": certificate}}));
        }
    }

    pub(super) fn quota(&mut self, store: &mut Store, key: &Key) {
        let Some(quota) = store.object(key).cloned() else { return };
        let hard = quota["spec"]["hard"].clone();
        let mut used = json!({});
        for field in hard.as_object().into_iter().flatten().map(|(field, _)| field) {
            used[field] = json!(usage(store, &key.namespace, field));
        }
        store.update(the(key.resource), &key.namespace, &key.name, |quota| {
            quota["status"] = json!({"hard": hard, "used": used})
        });
    }

    pub(super) fn budget(&mut self, store: &mut Store, key: &Key) {
        let Some(budget) = store.object(key).cloned() else { return };
        let selector = &budget["spec"]["selector"]["matchLabels"];
        let pods: Vec<_> = store
            .list(the("pods"), Some(&key.namespace))
            .filter(|(_, pod)| is_active(pod) && selects(selector, &pod["metadata"]["labels"]))
            .map(|(_, pod)| pod.clone())
            .collect();
        let expected = pods.len() as i64;
        let healthy = pods.iter().filter(|pod| says(pod, "Ready")).count() as i64;
        let desired = match &budget["spec"]["minAvailable"] {
            Value::Null => expected - share(&budget["spec"]["maxUnavailable"], expected, true, "0"),
            least => share(least, expected, true, "0"),
        };
        let allowed = (healthy - desired).max(0);
        let now = store.now;
        store.update(the(key.resource), &key.namespace, &key.name, |budget| {
            let mut status = json!({"observedGeneration": budget["metadata"]["generation"], "expectedPods": expected, "currentHealthy": healthy,
                "desiredHealthy": desired, "disruptionsAllowed": allowed, "conditions": budget["status"]["conditions"]});
            let (value, reason) = if allowed > 0 { ("True", "SufficientPods") } else { ("False", "InsufficientPods") };
            set_condition(&mut status, "DisruptionAllowed", value, reason, "", now);
            budget["status"] = status;
        });
    }
}

fn contents(store: &Store, namespace: &str) -> Vec<Key> {
    let namespaced = RESOURCES.iter().filter(|resource| resource.namespaced);
    namespaced.flat_map(|resource| store.list(resource, Some(namespace)).map(|(key, _)| key.clone())).collect()
}

/// How much of a quota's resource a namespace uses, as the quota writes it.
pub fn usage(store: &Store, namespace: &str, field: &str) -> String {
    let counted = |id: &str| store.list(the(id), Some(namespace)).count().to_string();
    match field {
        "pods" | "count/pods" => active(store, namespace).count().to_string(),
        "services" => counted("services"),
        "configmaps" => counted("configmaps"),
        "secrets" => counted("secrets"),
        "persistentvolumeclaims" => counted("persistentvolumeclaims"),
        "requests.cpu" | "cpu" | "limits.cpu" => {
            let part = if field == "limits.cpu" { "limits" } else { "requests" };
            let sum: f64 =
                active(store, namespace).map(|pod| amount(pod, part, "cpu", |text| cores(text).unwrap_or(0.0))).sum();
            format!("{}m", (sum * 1000.0).round())
        }
        "requests.memory" | "memory" | "limits.memory" => {
            let part = if field == "limits.memory" { "limits" } else { "requests" };
            let sum: f64 = active(store, namespace)
                .map(|pod| amount(pod, part, "memory", |text| bytes(text).unwrap_or(0) as f64))
                .sum();
            format!("{}Mi", (sum / 1_048_576.0).round())
        }
        _ => "0".to_owned(),
    }
}

fn active<'a>(store: &'a Store, namespace: &'a str) -> impl Iterator<Item = &'a Value> {
    let over = |pod: &Value| ["Succeeded", "Failed"].contains(&text(pod, "status.phase"));
    store.list(the("pods"), Some(namespace)).map(|(_, pod)| &**pod).filter(move |pod| !over(pod))
}

/// What the containers of a pod ask for, in sum.
pub fn amount(pod: &Value, part: &str, field: &str, read: fn(&str) -> f64) -> f64 {
    let one = |container: &Value| container["resources"][part][field].as_str().map_or(0.0, read);
    list(pod, "spec.containers").iter().map(one).sum()
}

/// The hard limit on pods of a namespace and what is used of it: (quota, used, limit).
pub fn pod_limit(store: &Store, namespace: &str) -> Option<(String, i64, i64)> {
    store.list(the("resourcequotas"), Some(namespace)).find_map(|(key, quota)| {
        let hard = &quota["spec"]["hard"]["pods"];
        let limit = hard.as_str().and_then(|text| text.parse().ok()).or_else(|| number(quota, "spec.hard.pods"))?;
        Some((key.name.clone(), active(store, namespace).count() as i64, limit))
    })
}
