//! What changed, and whose business that is: the store's events become work for controllers, until nobody has any.

use std::collections::BTreeSet;

use serde_json::Value;

use super::body::{is_leaving, list, name, namespace, owner_key, selects, text, the, uid};
use super::{What, World};
use crate::demo::store::{Event, Happened, Key, Store};

type Dirty = BTreeSet<Key>;
type Watch = fn(&mut World, &Store, &Event, &mut Dirty);
type Control = fn(&mut World, &mut Store, &Key);

/// Controllers answer each other; after so many rounds they have had their say.
const ROUNDS: usize = 100;

/// Which controller reconciles what.
static CONTROLLERS: &[(&str, Control)] = &[
    ("deployments.apps", World::deployment),
    ("replicasets.apps", World::replicaset),
    ("statefulsets.apps", World::statefulset),
    ("daemonsets.apps", World::daemonset),
    ("jobs.batch", World::job),
    ("cronjobs.batch", World::cronjob),
    ("services", World::service),
    ("poddisruptionbudgets.policy", World::budget),
    ("resourcequotas", World::quota),
    ("namespaces", World::namespace),
    ("nodes", World::node),
    ("horizontalpodautoscalers.autoscaling", World::measure),
    ("applications.argoproj.io", World::application),
    ("gitrepositories.source.toolkit.fluxcd.io", World::reconciled),
    ("kustomizations.kustomize.toolkit.fluxcd.io", World::reconciled),
    ("gateways.gateway.networking.k8s.io", World::gateway),
    ("httproutes.gateway.networking.k8s.io", World::route),
    ("grpcroutes.gateway.networking.k8s.io", World::route),
];

/// What a change of these means for others.
static WATCHES: &[(&str, Watch)] = &[
    ("pods", pod),
    ("replicasets.apps", owners),
    ("jobs.batch", owners),
    ("nodes", node),
    ("configmaps", settings),
    ("secrets", settings),
    ("services", service),
];

/// Kinds whose objects own others.
const OWNERS: &[&str] = &[
    "deployments.apps",
    "replicasets.apps",
    "statefulsets.apps",
    "daemonsets.apps",
    "jobs.batch",
    "cronjobs.batch",
    "services",
    "nodes",
    "namespaces",
];

impl World {
    /// Lets every controller answer what changed since they last looked.
    pub(super) fn settle(&mut self, store: &mut Store) {
        for _ in 0..ROUNDS {
            if store.version() == self.seen {
                return;
            }
            for key in self.changed(store) {
                self.reconcile(store, &key);
            }
        }
    }

    pub(super) fn reconcile(&mut self, store: &mut Store, key: &Key) {
        if store.object(key).is_none() {
            if OWNERS.contains(&key.resource) {
                self.collect(store);
            }
            return;
        }
        if let Some((_, control)) = CONTROLLERS.iter().find(|(id, _)| *id == key.resource) {
            control(self, store, key);
        }
    }

    fn changed(&mut self, store: &Store) -> Dirty {
        let events: Option<Vec<Event>> = store.since(self.seen).map(|events| events.cloned().collect());
        self.seen = store.version();
        let mut dirty = Dirty::new();
        let Some(events) = events else {
            for (id, _) in CONTROLLERS {
                dirty.extend(store.list(the(id), None).map(|(key, _)| key.clone()));
            }
            return dirty;
        };
        for event in events {
            if is_business(&event) {
                dirty.insert(event.key.clone());
            }
            if let Some((_, watch)) = WATCHES.iter().find(|(id, _)| *id == event.key.resource) {
                watch(self, store, &event, &mut dirty);
            }
        }
        dirty
    }

    /// Deletes what lost its owner.
    fn collect(&mut self, store: &mut Store) {
        const OWNED: &[&str] = &[
            "replicasets.apps",
            "pods",
            "jobs.batch",
            "endpointslices.discovery.k8s.io",
            "leases.coordination.k8s.io",
        ];
        for id in OWNED {
            let lost = |body: &Value| {
                let key = owner_key(body);
                let wanted = super::body::owner(body).map_or("", |owner| text(owner, "uid"));
                key.is_some_and(|key| store.object(&key).is_none_or(|found| uid(found) != wanted))
            };
            let lost: Vec<Key> =
                store.list(the(id), None).filter(|(_, body)| lost(body)).map(|(key, _)| key.clone()).collect();
            for key in lost {
                self.delete(store, &key);
            }
        }
        let stranded = |pod: &Value| {
            let node = text(pod, "spec.nodeName");
            !node.is_empty() && store.find(the("nodes"), "", node).is_none()
        };
        let stranded: Vec<Key> =
            store.list(the("pods"), None).filter(|(_, pod)| stranded(pod)).map(|(key, _)| key.clone()).collect();
        for key in stranded {
            store.remove(&key);
        }
    }

    /// As the API does it: pods get their grace, what has finalizers waits, the rest goes at once.
    pub(super) fn delete(&mut self, store: &mut Store, key: &Key) {
        let Some(body) = store.object(key) else { return };
        let waits = key.resource == "pods" || !list(body, "metadata.finalizers").is_empty();
        if is_leaving(body) && waits {
            return;
        }
        if !waits {
            store.remove(key);
            return;
        }
        let grace = super::body::number(body, "spec.terminationGracePeriodSeconds").unwrap_or(30);
        let until = store.now.plus_millis(grace * 1000).rfc3339();
        store.update(the(key.resource), &key.namespace, &key.name, |body| {
            body["metadata"]["deletionTimestamp"] = until.clone().into();
            body["metadata"]["deletionGracePeriodSeconds"] = grace.into();
        });
    }
}

/// A change of the status alone is the controller's own writing.
fn is_business(event: &Event) -> bool {
    let Some(before) = event.before.as_deref().filter(|_| event.happened == Happened::Modified) else { return true };
    let after = &*event.object;
    let own = |field: &str| before["metadata"].get(field) != after["metadata"].get(field);
    before.get("spec") != after.get("spec")
        || before.get("operation") != after.get("operation")
        || own("labels")
        || own("deletionTimestamp")
        || own("annotations")
        || own("finalizers")
}

fn owners(_: &mut World, _: &Store, event: &Event, dirty: &mut Dirty) {
    dirty.extend(owner_key(&event.object));
}

fn pod(world: &mut World, store: &Store, event: &Event, dirty: &mut Dirty) {
    let after = &*event.object;
    dirty.extend(owner_key(after));
    match event.happened {
        Happened::Added => world.begin_pod(store, after),
        Happened::Deleted => {
            world.tickets.remove(uid(after));
        }
        Happened::Modified => {}
    }
    let before = event.before.as_deref().filter(|_| event.happened == Happened::Modified);
    if let Some(before) = before {
        dirty.extend(owner_key(before));
        let bound = is_leaving(before) == is_leaving(after);
        if !bound || super::status::wants_restart(before, after) {
            world.begin_pod(store, after);
        }
    }
    // Endpoints, budgets and quotas follow labels, readiness, addresses and the end of pods.
    if before.is_none_or(|before| visible(before) != visible(after)) {
        watchers(store, after, before, dirty);
    }
}

fn visible(pod: &Value) -> (&Value, &str, &str, bool, bool) {
    let ready = super::body::says(pod, "Ready");
    (&pod["metadata"]["labels"], text(pod, "status.phase"), text(pod, "status.podIP"), ready, is_leaving(pod))
}

fn watchers(store: &Store, after: &Value, before: Option<&Value>, dirty: &mut Dirty) {
    let home = namespace(after);
    let labels = [Some(after), before].into_iter().flatten().map(|pod| &pod["metadata"]["labels"]);
    let labels: Vec<&Value> = labels.collect();
    for (key, service) in store.list(the("services"), Some(home)) {
        if labels.iter().any(|labels| selects(&service["spec"]["selector"], labels)) {
            dirty.insert(key.clone());
        }
    }
    for (key, budget) in store.list(the("poddisruptionbudgets.policy"), Some(home)) {
        if labels.iter().any(|labels| selects(&budget["spec"]["selector"]["matchLabels"], labels)) {
            dirty.insert(key.clone());
        }
    }
    dirty.extend(store.list(the("resourcequotas"), Some(home)).map(|(key, _)| key.clone()));
    // A pod without a controller that fits one may be adopted.
    if super::body::owner(after).is_none() {
        let sets = store.list(the("replicasets.apps"), Some(home));
        let fits = |set: &Value| selects(&set["spec"]["selector"]["matchLabels"], &after["metadata"]["labels"]);
        dirty.extend(sets.filter(|(_, set)| fits(set)).map(|(key, _)| key.clone()));
    }
}

fn node(world: &mut World, store: &Store, event: &Event, dirty: &mut Dirty) {
    let before = event.before.as_deref().filter(|_| event.happened == Happened::Modified);
    if before.is_some_and(|before| {
        before["spec"] == event.object["spec"] && before["metadata"]["labels"] == event.object["metadata"]["labels"]
    }) {
        return;
    }
    dirty.extend(store.list(the("daemonsets.apps"), None).map(|(key, _)| key.clone()));
    for (key, pod) in store.list(the("pods"), None) {
        if text(pod, "spec.nodeName").is_empty() {
            world.later(store.now.plus_millis(200), What::Pod(key.clone(), uid(pod).to_owned()));
        }
    }
}

/// Pods that wait for their settings, or fail for them, try again soon.
fn settings(world: &mut World, store: &Store, event: &Event, _: &mut Dirty) {
    for (key, pod) in store.list(the("pods"), Some(namespace(&event.object))) {
        if super::profile::refers(pod, name(&event.object)) && super::status::is_stuck(pod) && !is_leaving(pod) {
            let at = store.now.plus_millis(world.dice.between(1_500, 4_000));
            world.later(at, What::Pod(key.clone(), uid(pod).to_owned()));
        }
    }
}

/// A host that pods look for may be there now.
fn service(world: &mut World, store: &Store, event: &Event, _: &mut Dirty) {
    if event.happened == Happened::Modified {
        return;
    }
    for (key, pod) in store.list(the("pods"), Some(namespace(&event.object))) {
        if super::status::is_crashing(pod) {
            let at = store.now.plus_millis(world.dice.between(1_500, 4_000));
            world.later(at, What::Pod(key.clone(), uid(pod).to_owned()));
        }
    }
}
