//! The kubelets: what happens to a pod on its node, step by step, from its containers' creation to its end.

use serde_json::{Value, json};

use super::body::{count, list, name, namespace, owner, set_condition, text, the, time, uid};
use super::chance::hash;
use super::notes::From;
use super::profile::{self, Fate, environment, fate};
use super::status::{self, Stage, stage};
use super::{What, World, image};
use crate::demo::store::{Key, Store};
use crate::model::Time;

/// How long a container takes to end when it is told to.
const SHUTDOWN: i64 = 1_400;
const SETUP: i64 = 1_500;

impl World {
    /// When the next step of a pod is due, as it stands now.
    pub(super) fn begin_pod(&mut self, store: &Store, pod: &Value) {
        let now = store.now;
        let spread = self.dice.between(0, 600);
        let at = match stage(pod) {
            Stage::Leaving => {
                self.later(now, What::Stop(Key::new(the("pods"), namespace(pod), name(pod))));
                gone_at(pod, now, spread)
            }
            Stage::Unscheduled => now.plus_millis(100 + spread / 3),
            Stage::Bound => now.plus_millis(200 + spread),
            Stage::Setup => now.plus_millis(SETUP),
            Stage::Creating => now.plus_millis(700 + 2 * spread),
            Stage::Blocked => now.plus_millis(15_000 + 20 * spread),
            Stage::Starting => now.plus_millis(profile::warm_up(pod)),
            Stage::Ended => now.plus_millis(1000),
            Stage::BackOff => retry_at(pod).max(now.plus_millis(2_000)),
            // A changed image, or a task that ends.
            Stage::Ready => now.plus_millis(500),
            Stage::Over => return,
        };
        self.go_on(pod, at);
    }

    fn go_on(&mut self, pod: &Value, at: Time) {
        self.later(at, What::Pod(Key::new(the("pods"), namespace(pod), name(pod)), uid(pod).to_owned()));
    }

    pub(super) fn step(&mut self, store: &mut Store, key: &Key, wanted: &str) {
        let Some(pod) = store.object(key).filter(|pod| uid(pod) == wanted).cloned() else { return };
        match stage(&pod) {
            Stage::Unscheduled => self.bind(store, key, &pod),
            Stage::Bound => self.receive(store, key, &pod),
            Stage::Setup => self.set_up(store, key, &pod),
            Stage::Creating | Stage::Blocked => self.create(store, key, &pod, 0),
            Stage::Starting => self.warm(store, key, &pod),
            Stage::Ready => self.renew_or_end(store, key, &pod),
            Stage::Ended | Stage::BackOff => self.create(store, key, &pod, status::restarts(&pod) + 1),
            Stage::Over => {}
            Stage::Leaving => self.vanish(store, key, &pod),
        }
    }

    fn bind(&mut self, store: &mut Store, key: &Key, pod: &Value) {
        let bound = self.schedule(store, key, pod);
        let wait = if bound { self.dice.between(200, 700) } else { 20_000 };
        self.go_on(pod, store.now.plus_millis(wait));
    }

    /// The kubelet has it: sandbox, address, containers about to be created.
    fn receive(&mut self, store: &mut Store, key: &Key, pod: &Value) {
        let now = store.now;
        let node = store.find(the("nodes"), "", text(pod, "spec.nodeName"));
        let host = node.map_or("", |node| text(&node["status"]["addresses"][0], "address")).to_owned();
        let ip = self.address(text(pod, "spec.nodeName"));
        let setup = !list(pod, "spec.initContainers").is_empty();
        store.update(the("pods"), &key.namespace, &key.name, |pod| {
            pod["status"]["phase"] = json!("Pending");
            pod["status"]["startTime"] = json!(now.rfc3339());
            status::addresses(pod, &ip, &host);
            let state = if setup { "PodInitializing" } else { "ContainerCreating" };
            status::all_containers(pod, &status::waiting(state, ""));
            status::set_up(pod, 0, now);
            for kind in ["PodReadyToStartContainers", "PodScheduled"] {
                set_condition(&mut pod["status"], kind, "True", "", "", now);
            }
            let initialized = if setup { "False" } else { "True" };
            set_condition(&mut pod["status"], "Initialized", initialized, "", "", now);
            status::conclude(pod, now);
        });
        let wait = if setup { SETUP } else { self.dice.between(600, 1_800) };
        self.go_on(pod, now.plus_millis(wait));
    }

    fn set_up(&mut self, store: &mut Store, key: &Key, pod: &Value) {
        let now = store.now;
        store.update(the("pods"), &key.namespace, &key.name, |pod| {
            status::set_up(pod, usize::MAX, now);
            status::all_containers(pod, &status::waiting("ContainerCreating", ""));
            set_condition(&mut pod["status"], "Initialized", "True", "", "", now);
            status::conclude(pod, now);
        });
        self.go_on(pod, now.plus_millis(700));
    }

    /// Pulls, and starts. `restarts` counts how often the main container was started before.
    fn create(&mut self, store: &mut Store, key: &Key, pod: &Value, restarts: i64) {
        let node = text(pod, "spec.nodeName").to_owned();
        let kubelet = From("kubelet", &node);
        let image = text(&pod["spec"]["containers"][0], "image").to_owned();
        if image::is_malformed(&image) {
            let why = format!(
                "Failed to apply default image tag \"{image}\": couldn't parse image name \"{image}\": invalid reference format"
            );
            self.warn(store, pod, "InspectFailed", &why, kubelet);
            return self.block(store, key, pod, "InvalidImageName", &why);
        }
        if let Some(why) = image::refused(&image) {
            return self.pull_failed(store, key, pod, &image, &why);
        }
        if let Err(missing) = environment(store, pod, &pod["spec"]["containers"][0]) {
            self.warn(store, pod, "Failed", &format!("Error: {missing}"), kubelet);
            return self.block(store, key, pod, "CreateContainerConfigError", &missing);
        }
        self.started(store, key, pod, restarts, &image);
    }

    fn started(&mut self, store: &mut Store, key: &Key, pod: &Value, restarts: i64, image: &str) {
        let now = store.now;
        let node = text(pod, "spec.nodeName").to_owned();
        let kubelet = From("kubelet", &node);
        let took = self.dice.between(180, 900);
        let pulled = if restarts > 0 {
            format!("Container image \"{image}\" already present on machine")
        } else {
            format!(
                "Successfully pulled image \"{image}\" in {took}ms ({took}ms including waiting). Image size: {} bytes.",
                20_000_000 + hash(image) % 90_000_000
            )
        };
        let container = text(&pod["spec"]["containers"][0], "name").to_owned();
        self.note(store, pod, "Pulled", &pulled, kubelet);
        self.note(store, pod, "Created", &format!("Container created: {container}"), kubelet);
        self.note(store, pod, "Started", &format!("Container started: {container}"), kubelet);
        store.update(the("pods"), &key.namespace, &key.name, |pod| {
            pod["status"]["phase"] = json!("Running");
            run(pod, restarts, now);
            status::conclude(pod, now);
        });
        self.go_on(pod, now.plus_millis(profile::warm_up(pod)));
    }

    fn pull_failed(&mut self, store: &mut Store, key: &Key, pod: &Value, image: &str, why: &str) {
        let node = text(pod, "spec.nodeName").to_owned();
        let kubelet = From("kubelet", &node);
        let main = &list(pod, "status.containerStatuses")[0];
        // A failed pull and a pause take turns.
        if text(main, "state.waiting.reason") == "ErrImagePull" {
            let message = format!("Back-off pulling image \"{image}\"");
            self.note(store, pod, "BackOff", &message, kubelet);
            self.warn(store, pod, "Failed", "Error: ImagePullBackOff", kubelet);
            return self.block(store, key, pod, "ImagePullBackOff", &format!("{message}: ErrImagePull: {why}"));
        }
        self.note(store, pod, "Pulling", &format!("Pulling image \"{image}\""), kubelet);
        self.warn(store, pod, "Failed", &format!("Failed to pull image \"{image}\": {why}"), kubelet);
        self.warn(store, pod, "Failed", "Error: ErrImagePull", kubelet);
        self.block(store, key, pod, "ErrImagePull", why);
    }

    fn block(&mut self, store: &mut Store, key: &Key, pod: &Value, reason: &str, message: &str) {
        let now = store.now;
        store.update(the("pods"), &key.namespace, &key.name, |pod| {
            pod["status"]["containerStatuses"][0]["state"] = status::waiting(reason, message);
            status::conclude(pod, now);
        });
        let wait = self.dice.between(0, 5_000) + if reason == "ErrImagePull" { 12_000 } else { 25_000 };
        self.go_on(pod, now.plus_millis(wait));
    }

    /// Running and not ready: it becomes ready, or it ends.
    fn warm(&mut self, store: &mut Store, key: &Key, pod: &Value) {
        let now = store.now;
        let settings = environment(store, pod, &pod["spec"]["containers"][0]).unwrap_or_default();
        match fate(store, pod, &settings) {
            Fate::Ends(_, code, message) if is_service(pod) => self.crash(store, key, pod, code, &message),
            other => {
                store.update(the("pods"), &key.namespace, &key.name, |pod| {
                    for container in pod["status"]["containerStatuses"].as_array_mut().into_iter().flatten() {
                        container["ready"] = json!(true);
                        container["started"] = json!(true);
                    }
                    status::conclude(pod, now);
                });
                if let Fate::Ends(lasts, ..) = other {
                    self.go_on(pod, now.plus_millis(lasts));
                }
            }
        }
    }

    /// A task that is done, or an image that was changed.
    fn renew_or_end(&mut self, store: &mut Store, key: &Key, pod: &Value) {
        let (main, spec) = (&pod["status"]["containerStatuses"][0], &pod["spec"]["containers"][0]);
        if !is_service(pod) {
            let settings = environment(store, pod, spec).unwrap_or_default();
            let (lasts, code, message) = match fate(store, pod, &settings) {
                Fate::Ends(lasts, code, message) => (lasts, code, message),
                Fate::Serves => return,
            };
            let over = profile::started(pod).map_or(store.now, |since| since.plus_millis(lasts));
            if over > store.now {
                return self.go_on(pod, over);
            }
            return self.finish(store, key, pod, code, &message);
        }
        if text(main, "image") != text(spec, "image") {
            let node = text(pod, "spec.nodeName").to_owned();
            let message = format!("Container {} definition changed, will be restarted", text(spec, "name"));
            self.note(store, pod, "Killing", &message, From("kubelet", &node));
            self.create(store, key, pod, status::restarts(pod) + 1);
        }
    }

    /// A container of a service ends: it is started again after a while.
    pub(super) fn crash(&mut self, store: &mut Store, key: &Key, pod: &Value, code: i64, message: &str) {
        let now = store.now;
        let restarts = status::restarts(pod);
        let reason = if code == 137 { "OOMKilled" } else { "Error" };
        let node = text(pod, "spec.nodeName").to_owned();
        let container = text(&pod["spec"]["containers"][0], "name").to_owned();
        let back_off = status::back_off(restarts);
        // Whatever ran well for ten minutes is started again at once.
        let ran = profile::started(pod).map_or(0, |since| now.since(since));
        let at_once = restarts == 0 || code == 137 || ran > 600_000;
        let state = if at_once {
            ended(pod, code, reason, message, now)
        } else {
            let wait = back_off / 1000;
            let wait = if wait >= 60 { format!("{}m{}s", wait / 60, wait % 60) } else { format!("{wait}s") };
            let text = format!(
                "back-off {wait} restarting failed container={container} pod={}_{}({})",
                name(pod),
                namespace(pod),
                uid(pod)
            );
            status::waiting("CrashLoopBackOff", &text)
        };
        let last = ended(pod, code, reason, message, now);
        store.update(the("pods"), &key.namespace, &key.name, |pod| {
            let main = &mut pod["status"]["containerStatuses"][0];
            main["state"] = state;
            if !at_once {
                main["lastState"] = last;
            }
            main["ready"] = json!(false);
            main["started"] = json!(false);
            status::conclude(pod, now);
        });
        if !at_once {
            let text = format!(
                "Back-off restarting failed container {container} in pod {}_{}({})",
                name(pod),
                namespace(pod),
                uid(pod)
            );
            self.warn(store, pod, "BackOff", &text, From("kubelet", &node));
        }
        let wait = if at_once { 1_200 } else { back_off };
        self.go_on(pod, now.plus_millis(wait));
    }

    fn finish(&mut self, store: &mut Store, key: &Key, pod: &Value, code: i64, message: &str) {
        let now = store.now;
        let (phase, reason) = if code == 0 { ("Succeeded", "Completed") } else { ("Failed", "Error") };
        let state = ended(pod, code, reason, message, now);
        store.update(the("pods"), &key.namespace, &key.name, |pod| {
            pod["status"]["phase"] = json!(phase);
            for container in pod["status"]["containerStatuses"].as_array_mut().into_iter().flatten() {
                container["state"] = state.clone();
                container["ready"] = json!(false);
            }
            status::conclude(pod, now);
        });
    }

    /// A pod that leaves has its containers stopped at once, and goes when they have ended.
    pub(super) fn stop(&mut self, store: &mut Store, key: &Key) {
        let Some(pod) = store.object(key).cloned() else { return };
        let node = text(&pod, "spec.nodeName").to_owned();
        if list(&pod, "status.containerStatuses").iter().any(|container| container["state"]["running"].is_object()) {
            let container = text(&pod["spec"]["containers"][0], "name").to_owned();
            self.note(store, &pod, "Killing", &format!("Stopping container {container}"), From("kubelet", &node));
        }
    }

    fn vanish(&mut self, store: &mut Store, key: &Key, pod: &Value) {
        if list(pod, "metadata.finalizers").is_empty() {
            store.remove(key);
        }
    }

    /// A pod address on a node: every node has a range of its own.
    pub(super) fn address(&mut self, node: &str) -> String {
        let range = node.bytes().last().map_or(0, |digit| digit % 16) + u8::from(node.starts_with("worker")) * 4;
        format!("10.244.{range}.{}", self.dice.between(2, 254))
    }
}

fn is_service(pod: &Value) -> bool {
    let policy = text(pod, "spec.restartPolicy");
    policy == "Always" || policy.is_empty() || owner(pod).is_some_and(|owner| text(owner, "kind") == "ReplicaSet")
}

/// A preStop hook takes all the time there is; others are quick.
fn gone_at(pod: &Value, now: Time, spread: i64) -> Time {
    let deadline = time(pod, "metadata.deletionTimestamp").unwrap_or(now);
    let slow = list(pod, "spec.containers").iter().any(|container| container["lifecycle"]["preStop"].is_object());
    let begun = !list(pod, "status.containerStatuses").is_empty();
    match (slow, begun) {
        (true, _) => deadline.max(now),
        (false, true) => now.plus_millis(SHUTDOWN + 3 * spread).min(deadline.max(now)),
        (false, false) => now.plus_millis(100),
    }
}

fn retry_at(pod: &Value) -> Time {
    let main = &list(pod, "status.containerStatuses")[0];
    let ended = time(main, "lastState.terminated.finishedAt").unwrap_or_default();
    ended.plus_millis(status::back_off(count(main, "restartCount")))
}

/// All containers run; the main one for the `restarts`th time.
fn run(pod: &mut Value, restarts: i64, now: Time) {
    let specs = list(pod, "spec.containers").to_vec();
    let before = list(pod, "status.containerStatuses").to_vec();
    let mut all = Vec::new();
    for (index, spec) in specs.iter().enumerate() {
        let old = before.get(index).cloned().unwrap_or_default();
        if index > 0 && old["state"]["running"].is_object() {
            all.push(old);
            continue;
        }
        let mut fresh =
            status::container(pod, spec, status::running(now), false, if index == 0 { restarts } else { 0 });
        if index == 0 && restarts > 0 {
            fresh["lastState"] = last(&old, now);
        }
        fresh["started"] = json!(true);
        fresh["ready"] = json!(index > 0);
        all.push(fresh);
    }
    pod["status"]["containerStatuses"] = Value::Array(all);
}

/// What the instance before was: as it ended, or killed just now.
fn last(old: &Value, now: Time) -> Value {
    if old["state"]["terminated"].is_object() {
        return json!({"terminated": old["state"]["terminated"]});
    }
    if old["state"]["running"].is_object() {
        let since = old["state"]["running"]["startedAt"].clone();
        return json!({"terminated": {"exitCode": 0, "reason": "Completed", "startedAt": since, "finishedAt": now.rfc3339()}});
    }
    old["lastState"].clone()
}

fn ended(pod: &Value, code: i64, reason: &str, message: &str, now: Time) -> Value {
    let started = profile::started(pod).unwrap_or(now);
    let container = text(&pod["spec"]["containers"][0], "name");
    let mut end = json!({"exitCode": code, "reason": reason, "startedAt": started.rfc3339(), "finishedAt": now.rfc3339(),
        "containerID": status::container_id(pod, container, status::restarts(pod))});
    if !message.is_empty() {
        end["message"] = json!(format!("{message}\n"));
    }
    json!({"terminated": end})
}
