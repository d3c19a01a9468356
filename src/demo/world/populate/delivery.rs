//! What Argo CD delivers: the shop from its repository, in the states that applications are found in.

use serde_json::{Value, json};

use super::cluster::definition;
use super::{DAY, HOUR, MINUTE, ago, put};
use crate::demo::store::Store;
use crate::demo::world::body::the;
use crate::model::Time;

const APPLICATIONS: &str = "applications.argoproj.io";
const PROJECTS: &str = "appprojects.argoproj.io";
const SETS: &str = "applicationsets.argoproj.io";
const REVISION: &str = "7c1f0a9d3be24c5b8f6e2a4d90b17c3e5a6d8f21";
const SERVER: &str = "https://kubernetes.default.svc";

pub fn all(store: &mut Store) {
    definition(store, the(APPLICATIONS));
    definition(store, the(PROJECTS));
    definition(store, the(SETS));
    project(store);
    set(store);
    let by_itself = json!({"automated": {"selfHeal": true, "prune": true}});
    let by_hand = json!({"syncOptions": ["CreateNamespace=true"]});
    let web = [resource("Deployment", "web", "Synced", "Healthy"), resource("Service", "web", "Synced", "Healthy")];
    application(store, "web", &by_itself, ("Synced", "Healthy"), &web, "Succeeded");
    let route = json!({"group": "gateway.networking.k8s.io", "version": "v1", "kind": "HTTPRoute", "namespace": "shop", "name": "checkout", "status": "OutOfSync"});
    let old = json!({"version": "v1", "kind": "ConfigMap", "namespace": "shop", "name": "checkout-flags", "status": "OutOfSync", "requiresPruning": true});
    let checkout = [route, resource("Deployment", "checkout", "Synced", "Healthy"), old];
    application(store, "checkout", &by_hand, ("OutOfSync", "Healthy"), &checkout, "Succeeded");
    let payment =
        [resource("Deployment", "payment", "Synced", "Degraded"), resource("Service", "payment", "Synced", "Healthy")];
    application(store, "payment", &by_itself, ("Synced", "Degraded"), &payment, "Succeeded");
    let search = [resource("Deployment", "search", "Synced", "Progressing")];
    application(store, "search", &by_itself, ("Synced", "Progressing"), &search, "Succeeded");
    application(store, "mail", &by_hand, ("Unknown", "Healthy"), &[], "Error");
}

fn resource(kind: &str, name: &str, sync: &str, health: &str) -> Value {
    let group = if kind == "Deployment" { "apps" } else { "" };
    json!({"group": group, "version": "v1", "kind": kind, "namespace": "shop", "name": name, "status": sync, "health": {"status": health}})
}

fn project(store: &mut Store) {
    let spec = json!({"description": "The shop and nothing else", "sourceRepos": ["https://git.shop.example/shop/*"],
        "destinations": [{"server": SERVER, "namespace": "shop"}, {"server": SERVER, "namespace": "shop-staging"}],
        "syncWindows": [{"kind": "deny", "schedule": "0 18 * * 5", "duration": "60h", "applications": ["*"], "manualSync": true}],
        "roles": [{"name": "deployers", "groups": ["team-checkout"], "policies": ["p, proj:shop:deployers, applications, sync, shop/*, allow"]}],
        "orphanedResources": {"warn": false}});
    put(store, PROJECTS, "platform", "shop", 89 * DAY, json!({"spec": spec}));
}

fn set(store: &mut Store) {
    let source = json!({"repoURL": "https://git.shop.example/shop/deploy.git", "path": "{{.path.path}}", "targetRevision": "main"});
    let generator =
        json!({"git": {"repoURL": source["repoURL"], "revision": "main", "directories": [{"path": "previews/*"}]}});
    let template = json!({"metadata": {"name": "preview-{{.path.basename}}"},
        "spec": {"project": "shop", "source": source, "destination": {"server": SERVER, "namespace": "shop-staging"}}});
    let condition = |kind: &str, status: &str| {
        json!({"type": kind, "status": status, "reason": "ApplicationSetUpToDate", "message": "All applications have been generated successfully",
            "lastTransitionTime": ago(store.now, 20 * DAY).rfc3339()})
    };
    let conditions = json!([
        condition("ErrorOccurred", "False"),
        condition("ParametersGenerated", "True"),
        condition("ResourcesUpToDate", "True")
    ]);
    let spec = json!({"goTemplate": true, "generators": [generator], "template": template});
    let status = json!({"conditions": conditions, "resources": [], "resourcesCount": 0});
    put(store, SETS, "platform", "previews", 20 * DAY, json!({"spec": spec, "status": status}));
}

fn application(
    store: &mut Store,
    name: &str,
    policy: &Value,
    (sync, health): (&str, &str),
    resources: &[Value],
    phase: &str,
) {
    let now = store.now;
    let source = json!({"repoURL": "https://git.shop.example/shop/deploy.git", "path": format!("shop/{name}"), "targetRevision": "main"});
    let status = json!({
        "sync": {"status": sync, "revision": REVISION}, "health": {"status": health}, "resources": resources,
        "history": [{"id": 0, "revision": REVISION, "deployedAt": ago(now, 2 * DAY).rfc3339(), "initiatedBy": {"automated": true}, "source": source}],
        "operationState": operation(now, phase), "conditions": conditions(now, phase),
        "reconciledAt": ago(now, 2 * MINUTE).rfc3339(), "sourceType": "Directory"});
    let spec = json!({"project": "shop", "source": source, "destination": {"server": SERVER, "namespace": "shop"}, "syncPolicy": policy});
    put(store, APPLICATIONS, "platform", name, 60 * DAY, json!({"spec": spec, "status": status}));
}

fn operation(now: Time, phase: &str) -> Value {
    let message = match phase {
        "Succeeded" => "successfully synced (all tasks run)",
        _ => "ComparisonError: failed to load the manifests of shop/mail: path does not exist in the repository",
    };
    json!({"phase": phase, "message": message, "startedAt": ago(now, 3 * HOUR).rfc3339(), "finishedAt": ago(now, 3 * HOUR - 4_000).rfc3339(),
        "operation": {"initiatedBy": {"username": "maria"}, "sync": {"revision": REVISION}}, "syncResult": {"revision": REVISION}})
}

fn conditions(now: Time, phase: &str) -> Value {
    match phase {
        "Succeeded" => json!([]),
        _ => json!([{"type": "ComparisonError", "lastTransitionTime": ago(now, 3 * HOUR).rfc3339(),
            "message": "failed to load the manifests: shop/mail: path does not exist in the repository"}]),
    }
}
