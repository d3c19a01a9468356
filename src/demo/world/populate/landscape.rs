//! What other systems have in the cluster: Flux, a Knative service, and what a policy engine found.

use serde_json::{Value, json};

use super::cluster::definition;
use super::{DAY, HOUR, MINUTE, ago, put};
use crate::demo::resources::RESOURCES;
use crate::demo::store::Store;
use crate::model::Time;

const SOURCES: &str = "gitrepositories.source.toolkit.fluxcd.io";
const KUSTOMIZATIONS: &str = "kustomizations.kustomize.toolkit.fluxcd.io";
const SERVICES: &str = "services.serving.knative.dev";
const REVISIONS: &str = "revisions.serving.knative.dev";
const REPORTS: &str = "policyreports.wgpolicyk8s.io";
const REVISION: &str = "main@sha1:4be56da032d1cca0450796ddb2ab6724ee1cc32a";

pub fn all(store: &mut Store) {
    const GROUPS: &[&str] =
        &["source.toolkit.fluxcd.io", "kustomize.toolkit.fluxcd.io", "serving.knative.dev", "wgpolicyk8s.io"];
    let defined = RESOURCES.iter().filter(|resource| GROUPS.contains(&resource.group));
    defined.for_each(|resource| definition(store, resource));
    flux(store);
    knative(store);
    violation(store, "Deployment", "web");
    violation(store, "StatefulSet", "redis");
}

fn condition(now: Time, kind: &str, status: &str, reason: &str, message: &str) -> Value {
    json!({"type": kind, "status": status, "reason": reason, "message": message, "observedGeneration": 1,
        "lastTransitionTime": ago(now, 2 * HOUR).rfc3339()})
}

fn flux(store: &mut Store) {
    let now = store.now;
    let stored = format!("stored artifact for revision '{REVISION}'");
    let artifact = json!({"revision": REVISION, "lastUpdateTime": ago(now, 2 * HOUR).rfc3339(), "path": "gitrepository/platform/fleet/4be56da0.tar.gz"});
    let status = json!({"observedGeneration": 1, "artifact": artifact,
        "conditions": [condition(now, "Ready", "True", "Succeeded", &stored)]});
    let spec =
        json!({"interval": "5m0s", "url": "https://git.shop.example/platform/fleet.git", "ref": {"branch": "main"}});
    put(
        store,
        SOURCES,
        "platform",
        "fleet",
        60 * DAY,
        json!({"metadata": {"generation": 1}, "spec": spec, "status": status}),
    );
    let applied = format!("Applied revision: {REVISION}");
    let well = [condition(now, "Ready", "True", "ReconciliationSucceeded", &applied)];
    kustomization(store, "namespaces", "./namespaces", &well);
    let why = "kustomization path not found: stat /tmp/kustomization/dashboards: no such file or directory";
    let retries = condition(now, "Reconciling", "True", "ProgressingWithRetry", "Detecting drift for revision");
    let broken = [retries, condition(now, "Ready", "False", "ArtifactFailed", why)];
    kustomization(store, "dashboards", "./dashboards", &broken);
}

/// A kustomization that was never applied has no inventory.
fn kustomization(store: &mut Store, name: &str, path: &str, conditions: &[Value]) {
    let now = store.now;
    let mut status = json!({"observedGeneration": 1, "lastAttemptedRevision": REVISION, "conditions": conditions});
    if conditions.len() == 1 {
        status["lastAppliedRevision"] = json!(REVISION);
        let entries = ["shop", "shop-staging"].map(|home| json!({"id": format!("_{home}__Namespace"), "v": "v1"}));
        status["inventory"] = json!({"entries": entries});
        status["history"] = json!([{"lastReconciled": ago(now, 4 * MINUTE).rfc3339(), "lastReconciledStatus": "ReconciliationSucceeded"}]);
    }
    let source = json!({"kind": "GitRepository", "name": "fleet"});
    let spec = json!({"interval": "10m0s", "path": path, "prune": true, "sourceRef": source});
    put(
        store,
        KUSTOMIZATIONS,
        "platform",
        name,
        60 * DAY,
        json!({"metadata": {"generation": 1}, "spec": spec, "status": status}),
    );
}

/// A service that nobody asks: scaled to zero, so it has no pods.
fn knative(store: &mut Store) {
    let now = store.now;
    let (name, revision, url) = ("thumbnails", "thumbnails-00001", "http://thumbnails.shop.example.com");
    let container = json!({"image": "registry.shop.example/shop/thumbnails:1.2.0"});
    let ready = |kind: &str| json!({"type": kind, "status": "True", "lastTransitionTime": ago(now, 9 * DAY).rfc3339()});
    let traffic = json!([{"latestRevision": true, "percent": 100, "revisionName": revision}]);
    let status = json!({"observedGeneration": 1, "url": url, "latestCreatedRevisionName": revision, "latestReadyRevisionName": revision,
        "traffic": traffic, "conditions": [ready("ConfigurationsReady"), ready("Ready"), ready("RoutesReady")]});
    let spec = json!({"template": {"spec": {"containers": [container]}}, "traffic": [{"latestRevision": true, "percent": 100}]});
    put(store, SERVICES, "shop", name, 9 * DAY, json!({"metadata": {"generation": 1}, "spec": spec, "status": status}));
    let idle = json!({"type": "Active", "status": "False", "reason": "NoTraffic", "severity": "Info",
        "message": "The target is not receiving traffic.", "lastTransitionTime": ago(now, HOUR).rfc3339()});
    let labels = json!({"serving.knative.dev/service": name, "serving.knative.dev/configuration": name,
        "serving.knative.dev/configurationGeneration": "1", "serving.knative.dev/routingState": "active"});
    let status = json!({"observedGeneration": 1, "actualReplicas": 0, "desiredReplicas": 0, "conditions": [idle, ready("Ready")]});
    let spec = json!({"containers": [container]});
    put(
        store,
        REVISIONS,
        "shop",
        revision,
        9 * DAY,
        json!({"metadata": {"generation": 1, "labels": labels}, "spec": spec, "status": status}),
    );
}

/// No container of the shop says that it runs without the rights of root, and all of them say their limits.
fn violation(store: &mut Store, kind: &str, name: &str) {
    let result = |policy: &str, result: &str, message: &str| json!({"policy": policy, "rule": policy, "result": result, "message": message, "severity": "medium", "source": "kyverno"});
    let results = [
        result("require-run-as-nonroot", "fail", "spec.containers[*].securityContext.runAsNonRoot must be true"),
        result("require-requests-limits", "pass", "validation rule passed"),
    ];
    let body = json!({"scope": {"apiVersion": "apps/v1", "kind": kind, "name": name, "namespace": "shop"},
        "summary": {"pass": 1, "fail": 1, "warn": 0, "error": 0, "skip": 0}, "results": results});
    put(store, REPORTS, "shop", &format!("{}-{name}", kind.to_lowercase()), 2 * DAY, body);
}
