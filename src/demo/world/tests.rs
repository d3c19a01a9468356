//! The world from outside: what is there, what heals, what follows what users write.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::body::{self, count, is_leaving, list, name, namespace, says, text, the};
use super::*;
use crate::demo::resources::RESOURCES;
use crate::kinds;
use crate::kinds::custom::Reader;
use crate::mesh;
use crate::model::{Door, KindRef, Reading, Scope, SourceId, Strings, Wire};

fn start() -> (World, Store) {
    let mut store = Store::new(Time::parse("2026-03-04T10:17:23Z").unwrap());
    let world = World::new(7, &mut store);
    (world, store)
}

/// Lets so many seconds pass, as a caller does that looks four times a second.
fn live(world: &mut World, store: &mut Store, seconds: i64) {
    for _ in 0..seconds * 4 {
        store.now = store.now.plus_millis(250);
        world.tick(store);
    }
}

fn pods(store: &Store, home: &str, app: &str) -> Vec<Value> {
    let all = store.list(the("pods"), Some(home)).filter(|(_, pod)| pod["metadata"]["labels"]["app"] == *app);
    all.map(|(_, pod)| Value::clone(pod)).collect()
}

fn steady(store: &Store, home: &str, app: &str) -> usize {
    pods(store, home, app).iter().filter(|pod| says(pod, "Ready") && !is_leaving(pod)).count()
}

fn change(store: &mut Store, id: &str, home: &str, name: &str, change: impl FnOnce(&mut Value)) {
    assert!(store.update(the(id), home, name, change), "{id} {home}/{name}");
}

fn problems(store: &Store) -> Vec<(String, String)> {
    let bodies: Vec<Value> =
        RESOURCES.iter().flat_map(|resource| store.list(resource, None)).map(|(_, body)| Value::clone(body)).collect();
    let world = mesh::World::of(&bodies);
    assert!(world.unread.is_empty(), "{:?}", world.unread);
    let rows = mesh::resolve(&world, None);
    let found = mesh::check::problems(&world, &rows, None);
    found.iter().map(|problem| (problem.check.code.to_owned(), problem.spot.owner.to_string())).collect()
}

fn planted() -> Vec<(String, String)> {
    [("MR104", "HTTPRoute shop/checkout"), ("MR202", "HTTPRoute shop/cart-legacy")]
        .map(|(code, owner)| (code.to_owned(), owner.to_owned()))
        .to_vec()
}

fn everything(store: &Store) -> Vec<String> {
    RESOURCES.iter().flat_map(|resource| store.list(resource, None)).map(|(_, body)| body.to_string()).collect()
}

#[test]
fn about_two_hundred_pods_live_on_six_nodes() {
    let (_, store) = start();
    let pods = store.list(the("pods"), None).count();
    assert!((185..=225).contains(&pods), "{pods} pods");
    assert_eq!(store.list(the("nodes"), None).count(), 6);
    for resource in RESOURCES.iter().filter(|resource| resource.group != "metrics.k8s.io") {
        assert!(store.list(resource, None).next().is_some(), "no {}", resource.id);
    }
}

#[test]
fn the_same_seed_and_the_same_times_give_the_same_cluster() {
    let ((mut one, mut first), (mut other, mut second)) = (start(), start());
    assert_eq!(everything(&first), everything(&second));
    live(&mut one, &mut first, 90);
    live(&mut other, &mut second, 90);
    assert_eq!(everything(&first), everything(&second));
    assert_eq!(first.version(), second.version());
}

#[test]
fn what_is_there_at_the_start_stays_but_for_a_calm_life() {
    let (mut world, mut store) = start();
    let begun = store.version();
    world.tick(&mut store);
    assert!(store.version() - begun < 20, "{} changes at once", store.version() - begun);
    live(&mut world, &mut store, 120);
    let changes = store.version() - begun;
    assert!((30..1200).contains(&changes), "{changes} changes in two minutes");
    assert!(store.list(the("events"), None).count() <= 400);
    assert_eq!(problems(&store), planted());
}

#[test]
fn owners_and_endpoints_fit_their_pods() {
    let (mut world, mut store) = start();
    for round in 0..2 {
        for (_, pod) in store.list(the("pods"), None) {
            if let Some(key) = body::owner_key(pod) {
                let owner = store.object(&key).unwrap_or_else(|| panic!("no {key:?} of {} (round {round})", name(pod)));
                assert_eq!(body::uid(owner), text(body::owner(pod).unwrap(), "uid"));
                assert!(body::born(owner) <= body::born(pod), "{} is older than its owner", name(pod));
                let selector = &owner["spec"]["selector"];
                assert!(selector.is_null() || body::fits(selector, &pod["metadata"]["labels"]), "{}", name(pod));
            }
        }
        for (_, slice) in
            store.list(the("endpointslices.discovery.k8s.io"), None).filter(|(key, _)| key.namespace != "default")
        {
            let service =
                store.find(the("services"), namespace(slice), text(body::owner(slice).unwrap(), "name")).unwrap();
            for endpoint in list(slice, "endpoints") {
                let pod = store.find(the("pods"), namespace(slice), text(endpoint, "targetRef.name")).unwrap();
                assert!(body::selects(&service["spec"]["selector"], &pod["metadata"]["labels"]));
                assert_eq!(endpoint["conditions"]["ready"], says(pod, "Ready") && !is_leaving(pod));
            }
        }
        live(&mut world, &mut store, 45);
    }
}

#[test]
fn every_row_of_every_kind_can_be_read() {
    let (_, store) = start();
    for kind in kinds::kube::KINDS {
        let Some(resource) = RESOURCES
            .iter()
            .find(|resource| resource.kind == kind.address.kind && resource.group == kind.address.group)
        else {
            continue;
        };
        let (scope, mut strings) = (Scope::all(), Strings::default());
        for (key, body) in store.list(resource, None) {
            let mut rows = Vec::new();
            let mut reading = Reading { at: SourceId(0), kind: KindRef(kind), scope: &scope, strings: &mut strings };
            let body = body.to_string();
            let read = match kind.door {
                Door::Lens(read) | Door::Poll(read, _) => read(&mut reading, Wire::Json, body.as_bytes(), &mut rows),
                Door::Json(shape) => Reader::new(shape).read(&mut reading, body.as_bytes(), &mut rows),
                Door::Table(_) | Door::TablePoll(_) | Door::Own => continue,
            };
            read.unwrap_or_else(|error| panic!("{key:?}: {error:?}"));
            assert!(!rows.is_empty(), "{key:?}");
        }
    }
}

#[test]
fn scaling_ends_in_the_right_number() {
    let (mut world, mut store) = start();
    for replicas in [7, 2, 0, 3] {
        change(&mut store, "deployments.apps", "shop", "cart", |cart| cart["spec"]["replicas"] = json!(replicas));
        live(&mut world, &mut store, 15);
        assert_eq!(steady(&store, "shop", "cart"), replicas);
        let cart = store.find(the("deployments.apps"), "shop", "cart").unwrap();
        assert_eq!(count(cart, "status.readyReplicas"), replicas as i64);
    }
    change(&mut store, "statefulsets.apps", "shop", "redis", |redis| redis["spec"]["replicas"] = json!(5));
    live(&mut world, &mut store, 30);
    assert_eq!(steady(&store, "shop", "redis"), 5);
    assert!(store.find(the("persistentvolumeclaims"), "shop", "data-redis-4").is_some());
}

#[test]
fn a_rolling_update_completes_and_keeps_the_old_revision() {
    let (mut world, mut store) = start();
    change(&mut store, "deployments.apps", "shop", "cart", |cart| {
        cart["spec"]["template"]["spec"]["containers"][0]["image"] = json!("registry.shop.example/shop/cart:1.9.1");
    });
    for _ in 0..120 {
        store.now = store.now.plus_millis(250);
        world.tick(&mut store);
        assert!(steady(&store, "shop", "cart") >= 3, "fewer than asked for are ready on the way");
    }
    let pods = pods(&store, "shop", "cart");
    assert!(pods.iter().all(|pod| text(&pod["spec"]["containers"][0], "image").ends_with(":1.9.1")));
    assert_eq!(pods.len(), 3);
    let cart = store.find(the("deployments.apps"), "shop", "cart").unwrap();
    assert_eq!(cart["metadata"]["annotations"]["deployment.kubernetes.io/revision"], "3");
    assert_eq!(text(body::condition(cart, "Progressing").unwrap(), "reason"), "NewReplicaSetAvailable");
    assert_eq!(body::owned(&store, "replicasets.apps", cart).len(), 3);
}

#[test]
fn payment_heals_when_its_settings_are_corrected() {
    let (mut world, mut store) = start();
    live(&mut world, &mut store, 10);
    assert_eq!(steady(&store, "shop", "payment"), 0);
    let pod = pods(&store, "shop", "payment").remove(0);
    let log = world.log(&pod, "payment", true, Time(0), store.now);
    assert!(log.last().is_some_and(|(_, line)| line.contains("lookup postgress.shop")), "{log:?}");
    change(&mut store, "configmaps", "shop", "payment-config", |config| {
        config["data"]["DATABASE_URL"] = json!("postgres://payment@postgres.shop.svc.cluster.local:5432/payment");
    });
    live(&mut world, &mut store, 15);
    assert_eq!(steady(&store, "shop", "payment"), 3);
}

#[test]
fn payment_heals_when_its_environment_is_set() {
    let (mut world, mut store) = start();
    change(&mut store, "deployments.apps", "shop", "payment", |payment| {
        let env = payment["spec"]["template"]["spec"]["containers"][0]["env"].as_array_mut().unwrap();
        env.push(json!({"name": "DATABASE_URL", "value": "postgres://payment@postgres:5432/payment"}));
    });
    live(&mut world, &mut store, 20);
    assert_eq!(steady(&store, "shop", "payment"), 3);
}

#[test]
fn search_heals_with_the_right_tag() {
    let (mut world, mut store) = start();
    live(&mut world, &mut store, 20);
    let stuck = |store: &Store| pods(store, "shop", "search").iter().filter(|pod| !says(pod, "Ready")).count();
    assert_eq!((steady(&store, "shop", "search"), stuck(&store)), (3, 1));
    change(&mut store, "deployments.apps", "shop", "search", |search| {
        search["spec"]["template"]["spec"]["containers"][0]["image"] = json!("registry.shop.example/shop/search:3.4.1");
    });
    live(&mut world, &mut store, 40);
    assert_eq!((steady(&store, "shop", "search"), stuck(&store)), (3, 0));
    let search = store.find(the("deployments.apps"), "shop", "search").unwrap();
    assert_eq!(count(search, "status.updatedReplicas"), 3);
}

#[test]
fn the_canary_route_heals_by_weight_or_by_replicas() {
    let (mut world, mut store) = start();
    assert_eq!(problems(&store), planted());
    change(&mut store, "httproutes.gateway.networking.k8s.io", "shop", "checkout", |route| {
        route["spec"]["rules"][0]["backendRefs"][1]["weight"] = json!(0);
    });
    live(&mut world, &mut store, 1);
    assert_eq!(problems(&store), planted()[1..]);
    let (mut world, mut store) = start();
    change(&mut store, "deployments.apps", "shop", "checkout-canary", |canary| canary["spec"]["replicas"] = json!(1));
    live(&mut world, &mut store, 10);
    assert_eq!(problems(&store), planted()[1..]);
}

#[test]
fn a_deleted_pod_is_replaced_and_a_bare_one_is_not() {
    let (mut world, mut store) = start();
    let before: BTreeSet<String> = pods(&store, "shop", "tax").iter().map(|pod| name(pod).to_owned()).collect();
    let first = before.first().unwrap();
    let due = store.now.plus_millis(30_000).rfc3339();
    change(&mut store, "pods", "shop", first, |pod| pod["metadata"]["deletionTimestamp"] = json!(due));
    store.put(the("pods"), json!({"metadata": {"name": "bare", "namespace": "shop"}, "spec": {"containers": [{"name": "c", "image": "nginx"}]}}));
    live(&mut world, &mut store, 12);
    assert_eq!(steady(&store, "shop", "tax"), 2);
    assert!(store.find(the("pods"), "shop", first).is_none());
    assert!(says(store.find(the("pods"), "shop", "bare").unwrap(), "Ready"));
    change(&mut store, "pods", "shop", "bare", |pod| pod["metadata"]["deletionTimestamp"] = json!(due));
    live(&mut world, &mut store, 8);
    assert!(store.find(the("pods"), "shop", "bare").is_none());
}

#[test]
fn what_lost_its_owner_is_collected() {
    let (mut world, mut store) = start();
    store.remove(&Key::new(the("deployments.apps"), "shop", "tax"));
    live(&mut world, &mut store, 10);
    assert!(pods(&store, "shop", "tax").is_empty());
    assert!(store.list(the("replicasets.apps"), Some("shop")).all(|(key, _)| !key.name.starts_with("tax-")));
}

#[test]
fn a_namespace_goes_with_all_it_holds() {
    let (mut world, mut store) = start();
    let due = store.now.rfc3339();
    change(&mut store, "namespaces", "", "shop-staging", |home| home["metadata"]["deletionTimestamp"] = json!(due));
    live(&mut world, &mut store, 40);
    assert!(store.find(the("namespaces"), "", "shop-staging").is_none());
    assert_eq!(store.list(the("pods"), Some("shop-staging")).count(), 0);
}

#[test]
fn cron_jobs_run_and_a_suspended_one_does_not() {
    let (mut world, mut store) = start();
    change(&mut store, "cronjobs.batch", "batch-jobs", "sitemap", |cron| {
        cron["spec"]["schedule"] = json!("* * * * *");
    });
    change(&mut store, "cronjobs.batch", "batch-jobs", "order-sync", |cron| cron["spec"]["suspend"] = json!(true));
    let jobs = |store: &Store, cron: &str| -> BTreeSet<String> {
        store
            .list(the("jobs.batch"), Some("batch-jobs"))
            .map(|(key, _)| key.name.clone())
            .filter(|name| name.starts_with(cron))
            .collect()
    };
    let (sitemap, sync) = (jobs(&store, "sitemap"), jobs(&store, "order-sync"));
    live(&mut world, &mut store, 150);
    assert!(jobs(&store, "sitemap").difference(&sitemap).count() >= 2);
    assert_eq!(jobs(&store, "order-sync"), sync);
    let cron = store.find(the("cronjobs.batch"), "batch-jobs", "sitemap").unwrap();
    assert!(!text(cron, "status.lastSuccessfulTime").is_empty());
}

#[test]
fn a_job_made_by_hand_runs_to_its_end() {
    let (mut world, mut store) = start();
    let cron = store.find(the("cronjobs.batch"), "batch-jobs", "sitemap").unwrap().clone();
    store.put(the("jobs.batch"), json!({"metadata": {"name": "by-hand", "namespace": "batch-jobs"}, "spec": cron["spec"]["jobTemplate"]["spec"]}));
    live(&mut world, &mut store, 40);
    let job = store.find(the("jobs.batch"), "batch-jobs", "by-hand").unwrap();
    assert!(says(job, "Complete"), "{}", job["status"]);
}

#[test]
fn a_cordoned_node_gets_no_pods() {
    let (mut world, mut store) = start();
    for node in ["worker-1", "worker-2"] {
        change(&mut store, "nodes", "", node, |node| node["spec"]["unschedulable"] = json!(true));
    }
    change(&mut store, "deployments.apps", "shop", "cart", |cart| cart["spec"]["replicas"] = json!(6));
    let before: BTreeSet<String> = pods(&store, "shop", "cart").iter().map(|pod| name(pod).to_owned()).collect();
    live(&mut world, &mut store, 12);
    for pod in pods(&store, "shop", "cart").iter().filter(|pod| !before.contains(name(pod))) {
        assert_eq!(text(pod, "spec.nodeName"), "worker-3");
    }
    assert_eq!(steady(&store, "shop", "cart"), 6);
}

#[test]
fn logs_are_the_same_whoever_reads_them() {
    let (world, store) = start();
    let pod = pods(&store, "shop", "checkout").remove(0);
    let (from, to) = (store.now.plus_millis(-600_000), store.now);
    let all = world.log(&pod, "checkout", false, from, to);
    assert!(all.len() > 100, "{}", all.len());
    let middle = from.plus_millis(300_000);
    let mut halves = world.log(&pod, "checkout", false, from, middle);
    halves.extend(world.log(&pod, "checkout", false, middle, to));
    assert_eq!(all, halves);
    assert!(all.iter().all(|(_, line)| serde_json::from_str::<Value>(line).is_ok()));
    assert!(world.log(&pod, "checkout", true, from, to).len() <= all.len());
}

#[test]
fn what_is_used_lies_within_the_limits() {
    let (world, store) = start();
    let mut near = 0;
    for (_, pod) in store.list(the("pods"), None) {
        let Some(metrics) = world.pod_metrics(&store, pod) else { continue };
        for (spec, used) in list(pod, "spec.containers").iter().zip(list(&metrics, "containers")) {
            let used = crate::model::bytes(text(used, "usage.memory")).unwrap();
            let limit = crate::model::bytes(text(spec, "resources.limits.memory")).unwrap_or(u64::MAX);
            assert!(used <= limit, "{}", name(pod));
            near += usize::from(used as f64 > 0.9 * limit as f64);
        }
    }
    assert!(near >= 1);
    for (_, node) in store.list(the("nodes"), None) {
        assert!(world.node_metrics(&store, node).is_some());
    }
}

#[test]
fn writes_are_refused_in_the_words_of_the_api_server() {
    let (world, store) = start();
    let cart = store.find(the("deployments.apps"), "shop", "cart").unwrap();
    let refused = |change: fn(&mut Value)| {
        let mut new = Value::clone(cart);
        change(&mut new);
        world.admit(&store, the("deployments.apps"), Some(cart), &new).unwrap_err()
    };
    let negative = refused(|new| new["spec"]["replicas"] = json!(-1));
    assert_eq!((negative.code, negative.reason), (422, "Invalid"));
    assert_eq!(
        negative.message,
        "Deployment.apps \"cart\" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0"
    );
    let moved = refused(|new| new["spec"]["selector"]["matchLabels"]["app"] = json!("other"));
    assert!(moved.message.contains("field is immutable"), "{}", moved.message);
    let amount =
        refused(|new| new["spec"]["template"]["spec"]["containers"][0]["resources"]["requests"]["cpu"] = json!("lots"));
    assert_eq!(amount.code, 400);
    let empty = refused(|new| new["spec"]["template"]["spec"]["containers"][0]["image"] = json!(""));
    assert_eq!(empty.causes[0].0, "spec.template.spec.containers[0].image");
    let named = world
        .admit(&store, the("configmaps"), None, &json!({"metadata": {"name": "Not_Good", "namespace": "shop"}}))
        .unwrap_err();
    assert!(named.message.contains("RFC 1123 subdomain"));
    assert_eq!(world.admit(&store, the("deployments.apps"), Some(cart), cart), Ok(Vec::new()));
}

#[test]
fn a_quota_stops_pods() {
    let (mut world, mut store) = start();
    change(&mut store, "deployments.apps", "shop-staging", "web", |web| web["spec"]["replicas"] = json!(30));
    live(&mut world, &mut store, 15);
    let quota = store.find(the("resourcequotas"), "shop-staging", "staging").unwrap();
    assert_eq!(quota["status"]["used"]["pods"], "20");
    let pod = json!({"kind": "Pod", "metadata": {"name": "one-more", "namespace": "shop-staging"}, "spec": {"containers": [{"name": "c", "image": "nginx"}]}});
    let refused = world.admit(&store, the("pods"), None, &pod).unwrap_err();
    assert!(
        refused.message.contains("exceeded quota: staging, requested: pods=1, used: pods=20, limited: pods=20"),
        "{}",
        refused.message
    );
    let web = store.find(the("deployments.apps"), "shop-staging", "web").unwrap();
    assert!(says(web, "ReplicaFailure"));
}

#[test]
fn an_application_is_refreshed_and_synced() {
    const APPLICATIONS: &str = "applications.argoproj.io";
    let (mut world, mut store) = start();
    let checkout = |store: &Store| Value::clone(store.find(the(APPLICATIONS), "platform", "checkout").unwrap());
    let refresh = json!({"argocd.argoproj.io/refresh": "normal"});
    change(&mut store, APPLICATIONS, "platform", "checkout", |body| body["metadata"]["annotations"] = refresh);
    let before = checkout(&store)["status"]["reconciledAt"].clone();
    live(&mut world, &mut store, 1);
    assert_eq!(checkout(&store)["metadata"]["annotations"], json!({}));
    assert_ne!(checkout(&store)["status"]["reconciledAt"], before);
    let operation = json!({"sync": {"prune": true}});
    change(&mut store, APPLICATIONS, "platform", "checkout", |body| {
        body["operation"] = operation;
        body["status"]["operationState"] = Value::Null;
    });
    live(&mut world, &mut store, 1);
    assert_eq!(text(&checkout(&store), "status.operationState.phase"), "Running");
    live(&mut world, &mut store, 5);
    let synced = checkout(&store);
    assert_eq!(text(&synced, "status.operationState.phase"), "Succeeded");
    assert_eq!((text(&synced, "status.sync.status"), list(&synced, "status.resources").len()), ("Synced", 2));
    assert!(synced["operation"].is_null());
}
