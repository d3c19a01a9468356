//! Deployments, stateful sets and daemon sets with their pods, as controllers and kubelets would have left them.

use std::sync::Arc;

use serde_json::{Value, json};

use super::apps::{APPS, App, Kept};
use super::{DAY, HOUR, MINUTE, ago, put};
use crate::demo::store::Store;
use crate::demo::world::body::{name, text, the};
use crate::demo::world::chance::hash;
use crate::demo::world::profile::program;
use crate::demo::world::{World, build, daemons, statefulsets, status};
use crate::model::Time;

/// How many nodes take ordinary pods at the start.
const WORKERS: usize = 5;

impl World {
    pub(super) fn workloads(&mut self, store: &mut Store) {
        for app in APPS {
            let age = (6 + (hash(app.name) % 80) as i64) * DAY + (hash(app.home) % 20) as i64 * HOUR;
            match app.kept {
                Kept::Deployment => {
                    self.deploy(store, app, age);
                }
                Kept::Stateful => self.stateful(store, app, age),
                Kept::Daemon => self.daemon(store, app, age),
            }
            service(store, app, age);
        }
        self.control_plane(store);
    }

    /// A deployment, its revisions and its pods; gives the deployment and the latest set.
    pub(super) fn deploy(&mut self, store: &mut Store, app: &App, age: i64) -> (Arc<Value>, Arc<Value>) {
        let rolled = self.dice.between(2 * HOUR, age.min(9 * DAY));
        let deployment = put(store, "deployments.apps", app.home, app.name, age, deployment(app));
        let revision = if app.before.is_empty() { 1 } else { 2 };
        if revision == 2 {
            let old = build::replicaset(&older(&deployment, app), 0, 1);
            put_built(store, "replicasets.apps", old, age);
        }
        let mut set = build::replicaset(&deployment, app.replicas, revision);
        if app.replicas > 0 {
            set["status"] = json!({"replicas": app.replicas, "fullyLabeledReplicas": app.replicas, "readyReplicas": app.replicas,
                "availableReplicas": app.replicas, "observedGeneration": 1});
        }
        let set = put_built(store, "replicasets.apps", set, rolled);
        for _ in 0..app.replicas {
            let called = format!("{}-{}", name(&set), self.dice.letters(5));
            let pod = build::pod(&set["spec"]["template"], &set, &called, &[]);
            let age = self.dice.between(HOUR / 2, rolled);
            self.seat(store, pod, age, None);
        }
        let status = healthy(app.replicas, name(&set), ago(store.now, rolled));
        store.update(the("deployments.apps"), app.home, app.name, |deployment| {
            deployment["status"] = status;
            deployment["metadata"]["annotations"]["deployment.kubernetes.io/revision"] = json!(revision.to_string());
        });
        (deployment, set)
    }

    fn stateful(&mut self, store: &mut Store, app: &App, age: i64) {
        let set = put(store, "statefulsets.apps", app.home, app.name, age, stateful(app));
        let revision = format!("{}-{}", app.name, build::template_hash(&set["spec"]["template"], 10));
        for ordinal in 0..app.replicas {
            statefulsets::claim(store, &set, &format!("{}-{ordinal}", app.name));
            let pod = statefulsets::pod(&set, ordinal, &revision);
            self.seat(store, pod, age.min(12 * DAY) - ordinal * 90_000, None);
        }
        let replicas = app.replicas;
        let status = json!({"observedGeneration": 1, "replicas": replicas, "readyReplicas": replicas, "availableReplicas": replicas,
            "currentReplicas": replicas, "updatedReplicas": replicas, "currentRevision": revision, "updateRevision": revision, "collisionCount": 0});
        store.update(the("statefulsets.apps"), app.home, app.name, |set| set["status"] = status);
    }

    fn daemon(&mut self, store: &mut Store, app: &App, age: i64) {
        let set = put(store, "daemonsets.apps", app.home, app.name, age, daemon(app));
        let revision = build::template_hash(&set["spec"]["template"], 10);
        let nodes: Vec<String> = store.list(the("nodes"), None).map(|(key, _)| key.name.clone()).collect();
        for node in &nodes {
            let called = format!("{}-{}", app.name, self.dice.letters(5));
            let pod = daemons::pod(&set, node, &called, &revision);
            self.seat(store, pod, age.min(15 * DAY), Some(node));
        }
        let count = nodes.len();
        let status = json!({"currentNumberScheduled": count, "numberMisscheduled": 0, "desiredNumberScheduled": count, "numberReady": count,
            "observedGeneration": 1, "updatedNumberScheduled": count, "numberAvailable": count});
        store.update(the("daemonsets.apps"), app.home, app.name, |set| set["status"] = status);
    }

    /// Puts a pod on a node, where it has been running since.
    pub(super) fn seat(&mut self, store: &mut Store, mut pod: Value, age: i64, node: Option<&str>) -> Arc<Value> {
        let node = node.map_or_else(|| format!("worker-{}", 1 + self.dice.below(WORKERS)), str::to_owned);
        let born = ago(store.now, age);
        let (ip, host) = (self.address(&node), host(&node));
        pod["metadata"]["uid"] = json!(store.uid());
        pod["metadata"]["creationTimestamp"] = json!(born.rfc3339());
        pod["spec"]["nodeName"] = json!(node);
        status::settled(&mut pod, &ip, &host, born.plus_millis(4_000));
        self.age(&mut pod, store.now, age);
        store.put(the("pods"), pod)
    }

    /// One of nine has been restarted before.
    fn age(&mut self, pod: &mut Value, now: Time, age: i64) {
        if self.dice.below(9) > 0 || age < 3 * HOUR {
            return;
        }
        let ended = ago(now, self.dice.between(HOUR, age));
        let main = &mut pod["status"]["containerStatuses"][0];
        main["restartCount"] = json!(1 + self.dice.below(3));
        main["state"] = status::running(ended.plus_millis(1000));
        main["lastState"] = json!({"terminated": {"exitCode": 137, "reason": "OOMKilled", "startedAt": ago(now, age).rfc3339(),
            "finishedAt": ended.rfc3339()}});
    }

    /// The static pods of the control plane belong to their node.
    fn control_plane(&mut self, store: &mut Store) {
        let Some(node) = store.find(the("nodes"), "", "cp-1").cloned() else { return };
        for (part, port, image) in [
            ("etcd", 2379, "etcd:3.6.6-0"),
            ("kube-apiserver", 6443, "kube-apiserver:v1.35.0"),
            ("kube-controller-manager", 10257, "kube-controller-manager:v1.35.0"),
            ("kube-scheduler", 10259, "kube-scheduler:v1.35.0"),
        ] {
            let container = json!({"name": part, "image": format!("registry.k8s.io/{image}"), "ports": [{"containerPort": port, "protocol": "TCP"}],
                "command": [part], "resources": {"requests": {"cpu": "200m", "memory": "256Mi"}}});
            let template = json!({"metadata": {"labels": {"component": part, "tier": "control-plane"}},
                "spec": {"containers": [container], "hostNetwork": true, "priorityClassName": "system-node-critical",
                    "tolerations": [{"effect": "NoExecute", "operator": "Exists"}]}});
            let mut pod = build::pod(&template, &node, &format!("{part}-cp-1"), &[]);
            pod["metadata"]["namespace"] = json!("kube-system");
            self.seat(store, pod, 41 * DAY, Some("cp-1"));
        }
    }
}

fn put_built(store: &mut Store, id: &str, mut body: Value, age: i64) -> Arc<Value> {
    body["metadata"]["creationTimestamp"] = json!(ago(store.now, age).rfc3339());
    store.put(the(id), body)
}

pub fn host(node: &str) -> String {
    let number: u8 = node.rsplit('-').next().and_then(|number| number.parse().ok()).unwrap_or(1);
    format!("192.168.20.{}", if node.starts_with("cp") { 10 + number } else { 20 + number })
}

/// The deployment as it was before its latest rollout.
pub fn older(deployment: &Value, app: &App) -> Value {
    let mut old = deployment.clone();
    let image = format!("{}:{}", app.image.rsplit_once(':').map_or(app.image, |(name, _)| name), app.before);
    old["spec"]["template"]["spec"]["containers"][0]["image"] = json!(image);
    old
}

fn healthy(replicas: i64, set: &str, since: Time) -> Value {
    let (since, later) = (since.rfc3339(), since.plus_millis(40_000).rfc3339());
    let condition = |kind: &str, reason: &str, message: &str| json!({"type": kind, "status": "True", "lastTransitionTime": since, "reason": reason, "message": message, "lastUpdateTime": later});
    let mut status = json!({"observedGeneration": 1, "conditions": [
        condition("Available", "MinimumReplicasAvailable", "Deployment has minimum availability."),
        condition("Progressing", "NewReplicaSetAvailable", &format!("ReplicaSet \"{set}\" has successfully progressed."))]});
    if replicas > 0 {
        for field in ["replicas", "updatedReplicas", "readyReplicas", "availableReplicas"] {
            status[field] = json!(replicas);
        }
    }
    status
}

pub fn deployment(app: &App) -> Value {
    json!({
        "metadata": {"labels": {"app": app.app, "version": app.version, "app.kubernetes.io/part-of": app.home}, "annotations": {}},
        "spec": {"replicas": app.replicas, "selector": {"matchLabels": {"app": app.app, "version": app.version}}, "template": template(app),
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}},
            "revisionHistoryLimit": 10, "progressDeadlineSeconds": 600}})
}

fn stateful(app: &App) -> Value {
    let mut template = template(app);
    template["spec"]["containers"][0]["volumeMounts"] = json!([{"name": "data", "mountPath": "/data"}]);
    let size = if app.memory >= 1024 { "50Gi" } else { "8Gi" };
    json!({
        "metadata": {"labels": {"app": app.app, "app.kubernetes.io/part-of": app.home}},
        "spec": {"replicas": app.replicas, "serviceName": app.name, "selector": {"matchLabels": {"app": app.app}}, "template": template,
            "podManagementPolicy": "OrderedReady", "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}},
            "revisionHistoryLimit": 10, "persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Retain", "whenScaled": "Retain"},
            "volumeClaimTemplates": [{"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "data"},
                "spec": {"accessModes": ["ReadWriteOnce"], "storageClassName": "fast-ssd", "resources": {"requests": {"storage": size}}}}]}})
}

fn daemon(app: &App) -> Value {
    let mut template = template(app);
    template["spec"]["tolerations"] = json!([{"operator": "Exists", "effect": "NoSchedule"}]);
    json!({
        "metadata": {"labels": {"app": app.app, "app.kubernetes.io/part-of": app.home}, "annotations": {"deprecated.daemonset.template.generation": "1"}},
        "spec": {"selector": {"matchLabels": {"app": app.app}}, "template": template, "revisionHistoryLimit": 10,
            "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1, "maxSurge": 0}}}})
}

fn template(app: &App) -> Value {
    let mut labels = json!({"app": app.app, "version": app.version});
    let mut containers = vec![container(app)];
    let mut annotations = json!({"prometheus.io/scrape": "true", "prometheus.io/port": app.port.to_string()});
    if app.mesh {
        labels["security.istio.io/tlsMode"] = json!("istio");
        labels["service.istio.io/canonical-name"] = json!(app.app);
        annotations["kubectl.kubernetes.io/default-container"] = json!(app.app);
        annotations["sidecar.istio.io/status"] = json!("{\"containers\":[\"istio-proxy\"],\"revision\":\"default\"}");
        containers.push(proxy());
    }
    let account = if program(app.image) == "pause" { "default" } else { app.app };
    let mut spec = json!({"serviceAccountName": account, "containers": containers});
    if ["catalog", "inventory"].contains(&app.app) {
        spec["initContainers"] =
            json!([{"name": "migrate", "image": app.image, "command": ["/app/migrate", "up"], "resources": {}}]);
    }
    json!({"metadata": {"labels": labels, "annotations": annotations}, "spec": spec})
}

fn container(app: &App) -> Value {
    let named = if app.port == 5432 || app.port == 6379 { "tcp" } else { "http" };
    let mut container = json!({"name": app.app, "image": app.image, "ports": [{"name": named, "containerPort": app.port, "protocol": "TCP"}],
        "resources": {"requests": {"cpu": format!("{}m", app.cpu), "memory": format!("{}Mi", app.memory)},
            "limits": {"cpu": format!("{}m", app.cpu * 4), "memory": format!("{}Mi", app.memory * 2)}}});
    if app.home.starts_with("shop") {
        container["env"] = json!([{"name": "LOG_LEVEL", "value": "info"}, {"name": "POD_NAME", "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.name"}}}]);
        container["envFrom"] = json!([{"configMapRef": {"name": "shop-common"}}]);
        let probe = |path: &str, every: i64| json!({"httpGet": {"path": path, "port": named, "scheme": "HTTP"}, "periodSeconds": every, "timeoutSeconds": 1, "successThreshold": 1, "failureThreshold": 3});
        if named == "http" {
            container["readinessProbe"] = probe("/healthz", 5);
            container["livenessProbe"] = probe("/livez", 10);
        }
    }
    // Lets its connections drain: it takes its time to go.
    if app.name == "mail" {
        container["lifecycle"] = json!({"preStop": {"exec": {"command": ["sleep", "25"]}}});
    }
    container
}

fn proxy() -> Value {
    json!({"name": "istio-proxy", "image": "docker.io/istio/proxyv2:1.27.3", "args": ["proxy", "sidecar", "--domain", "$(POD_NAMESPACE).svc.cluster.local"],
        "ports": [{"name": "http-envoy-prom", "containerPort": 15090, "protocol": "TCP"}],
        "resources": {"requests": {"cpu": "10m", "memory": "40Mi"}, "limits": {"cpu": "2", "memory": "1Gi"}}})
}

/// One for each `app` label, except where several deployments share one.
pub fn service(store: &mut Store, app: &App, age: i64) {
    let silent = app.app == "coredns" || (app.kept == Kept::Daemon && app.app != "node-exporter");
    if silent || store.find(the("services"), app.home, app.app).is_some() {
        return;
    }
    let named = match app.port {
        5432 | 6379 => "tcp",
        9090 if app.app == "inventory" => "grpc",
        _ => "http",
    };
    let outside = matches!(app.app, "ingressgateway" | "shop-gateway");
    let public = if outside {
        443
    } else if app.port == 9080 || named == "tcp" || named == "grpc" {
        app.port
    } else {
        80
    };
    let mut ports = vec![json!({"name": named, "protocol": "TCP", "port": public, "targetPort": app.port})];
    if outside {
        ports.push(json!({"name": "http2", "protocol": "TCP", "port": 80, "targetPort": 8080}));
    }
    let kind = if outside || (app.home, app.app) == ("shop-staging", "web") { "LoadBalancer" } else { "ClusterIP" };
    let mut spec = json!({"type": kind, "selector": {"app": app.app}, "ports": ports, "sessionAffinity": "None", "ipFamilies": ["IPv4"],
        "ipFamilyPolicy": "SingleStack", "internalTrafficPolicy": "Cluster"});
    if app.kept == Kept::Stateful {
        spec["clusterIP"] = json!("None");
        spec["clusterIPs"] = json!(["None"]);
    }
    if kind == "LoadBalancer" {
        for (index, port) in spec["ports"].as_array_mut().into_iter().flatten().enumerate() {
            port["nodePort"] = json!(30_000 + (hash(app.name) % 2000) as i64 + index as i64);
        }
        spec["externalTrafficPolicy"] = json!("Cluster");
    }
    let meta = json!({"labels": {"app": app.app, "app.kubernetes.io/part-of": app.home}});
    put(
        store,
        "services",
        app.home,
        app.app,
        age - MINUTE,
        json!({"metadata": meta, "spec": spec, "status": {"loadBalancer": {}}}),
    );
    if text(&meta, "labels.app") == "web" && app.home == "shop" {
        put(
            store,
            "services",
            app.home,
            "legacy-soap",
            age,
            json!({"spec": {"type": "ExternalName", "externalName": "soap.partner.example", "sessionAffinity": "None"}, "status": {"loadBalancer": {}}}),
        );
    }
}
