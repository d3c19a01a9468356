//! The three things that are wrong, each with its trail: settings that name a host which is not there, a tag with a
//! letter for a digit, and a tenth of the checkouts that go nowhere.

use std::sync::Arc;

use serde_json::{Value, json};

use super::apps::{CANARY, PAYMENT, SEARCH};
use super::workloads::{deployment, service};
use super::{DAY, HOUR, MINUTE, ago, mesh, put};
use crate::demo::store::Store;
use crate::demo::world::body::{name, namespace, text, the, uid};
use crate::demo::world::notes::From;
use crate::demo::world::status::{conclude, waiting};
use crate::demo::world::{World, build};

/// How long ago somebody changed the settings of payment.
const CHANGED: i64 = 42 * MINUTE;
const ROLLED: i64 = 24 * MINUTE;
const WRONG: &str = "postgres://payment@postgress.shop.svc.cluster.local:5432/payment?sslmode=disable";
const SAID: &str = "FATAL cannot reach the database: lookup postgress.shop.svc.cluster.local on 10.96.0.10:53: no such host (from DATABASE_URL; is there a Service of that name?)";

impl World {
    pub(super) fn problems(&mut self, store: &mut Store) {
        self.payment(store);
        self.search(store);
        self.canary(store);
    }

    fn payment(&mut self, store: &mut Store) {
        let settings = json!({"metadata": {"annotations": {"note.shop.example/change": "moved to the new database host"}},
            "data": {"DATABASE_URL": WRONG, "PROVIDER_URL": "https://api.pay.example/v2", "CURRENCY": "EUR", "RETRIES": "3"}});
        put(store, "configmaps", "shop", "payment-config", 57 * DAY, settings);
        let mut body = deployment(&PAYMENT);
        body["spec"]["strategy"] = json!({"type": "Recreate"});
        let main = &mut body["spec"]["template"]["spec"]["containers"][0];
        main["envFrom"] =
            json!([{"configMapRef": {"name": "shop-common"}}, {"configMapRef": {"name": "payment-config"}}]);
        main["env"] = json!([{"name": "LOG_LEVEL", "value": "info"},
            {"name": "PROVIDER_KEY", "valueFrom": {"secretKeyRef": {"name": "payment-provider", "key": "api-key"}}}]);
        main["terminationMessagePolicy"] = json!("FallbackToLogsOnError");
        body["metadata"]["annotations"] = json!({"deployment.kubernetes.io/revision": "7"});
        let body = put(store, "deployments.apps", "shop", "payment", 57 * DAY, body);
        service(store, &PAYMENT, 57 * DAY);
        let set = self.set_of(store, &body, 3, 7, 0, CHANGED);
        for replica in 0..3 {
            let pod =
                build::pod(&set["spec"]["template"], &set, &format!("{}-{}", name(&set), self.dice.letters(5)), &[]);
            let pod = self.seat(store, pod, CHANGED - replica * 2_000, None);
            self.crashed(store, &pod, 10 + (replica % 2), (replica + 1) * 70_000);
        }
        stuck(
            store,
            "payment",
            name(&set),
            json!({"replicas": 3, "updatedReplicas": 3, "unavailableReplicas": 3}),
            CHANGED,
            false,
        );
        let message = format!("Scaled up replica set {} from 0 to 3", name(&set));
        self.said(
            store,
            &body,
            ("Normal", "ScalingReplicaSet", &message),
            From("deployment-controller", ""),
            (1, 42, 42),
        );
    }

    /// In its back-off since `age`, after so many restarts.
    fn crashed(&mut self, store: &mut Store, pod: &Arc<Value>, restarts: i64, age: i64) {
        let (ended, container) = (ago(store.now, age), "payment");
        let (place, node) =
            (format!("{}_{}({})", name(pod), namespace(pod), uid(pod)), text(pod, "spec.nodeName").to_owned());
        store.update(the("pods"), "shop", name(pod), |pod| {
            let main = &mut pod["status"]["containerStatuses"][0];
            main["state"] = waiting(
                "CrashLoopBackOff",
                &format!("back-off 5m0s restarting failed container={container} pod={place}"),
            );
            main["lastState"] = json!({"terminated": {"exitCode": 1, "reason": "Error", "message": format!("{SAID}\n"),
                "startedAt": ended.plus_millis(-2_600).rfc3339(), "finishedAt": ended.rfc3339()}});
            main["restartCount"] = json!(restarts);
            main["ready"] = json!(false);
            main["started"] = json!(false);
            conclude(pod, ended);
        });
        let kubelet = From("kubelet", &node);
        let image = format!("Container image \"{}\" already present on machine", PAYMENT.image);
        self.said(store, pod, ("Normal", "Pulled", &image), kubelet, (restarts + 1, 42, 2));
        self.said(
            store,
            pod,
            ("Normal", "Created", &format!("Container created: {container}")),
            kubelet,
            (restarts + 1, 42, 2),
        );
        self.said(
            store,
            pod,
            ("Normal", "Started", &format!("Container started: {container}")),
            kubelet,
            (restarts + 1, 42, 2),
        );
        let message = format!("Back-off restarting failed container {container} in pod {place}");
        self.said(store, pod, ("Warning", "BackOff", &message), kubelet, (restarts * 14, 41, 0));
    }

    fn search(&mut self, store: &mut Store) {
        let wrong = put(store, "deployments.apps", "shop", "search", 49 * DAY, deployment(&SEARCH));
        service(store, &SEARCH, 49 * DAY);
        let old = super::workloads::older(&wrong, &SEARCH);
        let running = self.set_of(store, &old, 3, 11, 3, 8 * DAY);
        for replica in 0..3 {
            let pod = build::pod(
                &running["spec"]["template"],
                &running,
                &format!("{}-{}", name(&running), self.dice.letters(5)),
                &[],
            );
            self.seat(store, pod, 8 * DAY - replica * HOUR, None);
        }
        let set = self.set_of(store, &wrong, 1, 12, 0, ROLLED);
        let pod = build::pod(&set["spec"]["template"], &set, &format!("{}-{}", name(&set), self.dice.letters(5)), &[]);
        let pod = self.seat(store, pod, ROLLED, None);
        self.unpulled(store, &pod);
        let counts = json!({"replicas": 4, "updatedReplicas": 1, "readyReplicas": 3, "availableReplicas": 3});
        stuck(store, "search", name(&set), counts, ROLLED, true);
        let message = format!("Scaled up replica set {} from 0 to 1", name(&set));
        self.said(
            store,
            &wrong,
            ("Normal", "ScalingReplicaSet", &message),
            From("deployment-controller", ""),
            (1, 24, 24),
        );
    }

    fn unpulled(&mut self, store: &mut Store, pod: &Arc<Value>) {
        let why = crate::demo::world::image::refused(SEARCH.image).unwrap_or_default();
        let (now, node) = (store.now, text(pod, "spec.nodeName").to_owned());
        let back_off = format!("Back-off pulling image \"{}\"", SEARCH.image);
        store.update(the("pods"), "shop", name(pod), |pod| {
            pod["status"]["phase"] = json!("Pending");
            let main = &mut pod["status"]["containerStatuses"][0];
            main["state"] = waiting("ImagePullBackOff", &format!("{back_off}: ErrImagePull: {why}"));
            main["ready"] = json!(false);
            main["started"] = json!(false);
            main["imageID"] = json!("");
            if let Some(main) = main.as_object_mut() {
                main.shift_remove("containerID");
            }
            conclude(pod, ago(now, ROLLED));
        });
        let kubelet = From("kubelet", &node);
        self.said(
            store,
            pod,
            ("Normal", "Pulling", &format!("Pulling image \"{}\"", SEARCH.image)),
            kubelet,
            (9, 24, 2),
        );
        self.said(
            store,
            pod,
            ("Warning", "Failed", &format!("Failed to pull image \"{}\": {why}", SEARCH.image)),
            kubelet,
            (9, 24, 2),
        );
        self.said(store, pod, ("Warning", "Failed", "Error: ErrImagePull"), kubelet, (9, 24, 2));
        self.said(store, pod, ("Normal", "BackOff", &back_off), kubelet, (84, 23, 0));
        self.said(store, pod, ("Warning", "Failed", "Error: ImagePullBackOff"), kubelet, (84, 23, 0));
    }

    fn canary(&mut self, store: &mut Store) {
        let (deployment, set) = self.deploy(store, &CANARY, 12 * DAY);
        service(store, &CANARY, 12 * DAY);
        mesh::canary(store);
        store.update(the("deployments.apps"), "shop", "checkout-canary", |deployment| {
            deployment["metadata"]["annotations"]["note.shop.example/rollout"] =
                json!("stopped for the incident of last night; the route still sends 10 % here");
        });
        let message = format!("Scaled down replica set {} from 2 to 0", name(&set));
        self.said(
            store,
            &deployment,
            ("Normal", "ScalingReplicaSet", &message),
            From("deployment-controller", ""),
            (1, 50, 50),
        );
    }

    fn set_of(
        &mut self,
        store: &mut Store,
        deployment: &Value,
        replicas: i64,
        revision: i64,
        ready: i64,
        age: i64,
    ) -> Arc<Value> {
        let mut set = build::replicaset(deployment, replicas, revision);
        set["metadata"]["creationTimestamp"] = json!(ago(store.now, age).rfc3339());
        set["status"] = json!({"replicas": replicas, "fullyLabeledReplicas": replicas, "observedGeneration": 1});
        if ready > 0 {
            set["status"]["readyReplicas"] = json!(ready);
            set["status"]["availableReplicas"] = json!(ready);
        }
        store.put(the("replicasets.apps"), set)
    }
}

/// A rollout that gave up waiting.
fn stuck(store: &mut Store, name: &str, set: &str, mut status: Value, age: i64, available: bool) {
    let (since, gave_up) = (ago(store.now, age).rfc3339(), ago(store.now, age - 10 * MINUTE).rfc3339());
    let (value, reason, message) = match available {
        true => ("True", "MinimumReplicasAvailable", "Deployment has minimum availability."),
        false => ("False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability."),
    };
    status["observedGeneration"] = json!(1);
    status["conditions"] = json!([
        {"type": "Available", "status": value, "lastTransitionTime": since, "reason": reason, "message": message, "lastUpdateTime": since},
        {"type": "Progressing", "status": "False", "lastTransitionTime": gave_up, "reason": "ProgressDeadlineExceeded",
            "message": format!("ReplicaSet \"{set}\" has timed out progressing."), "lastUpdateTime": gave_up}]);
    store.update(the("deployments.apps"), "shop", name, |deployment| deployment["status"] = status);
}
