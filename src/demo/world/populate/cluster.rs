//! Nodes, namespaces, storage classes, definitions: what is there before any program runs.

use serde_json::{Value, json};

use super::workloads::host;
use super::{DAY, HOUR, MINUTE, ago, put};
use crate::demo::resources::{RESOURCES, Resource};
use crate::demo::store::Store;
use crate::demo::world::World;
use crate::demo::world::life::micro;
use crate::demo::world::services::zone;
use crate::model::Time;

const AGE: i64 = 92 * DAY;
const NODES: &[&str] = &["cp-1", "worker-1", "worker-2", "worker-3", "worker-4", "worker-5"];
/// Short of memory.
const PRESSED: &str = "worker-4";
/// About to be drained for a new kernel.
const CORDONED: &str = "worker-5";
const NAMESPACES: &[(&str, i64)] = &[
    ("default", AGE),
    ("kube-system", AGE),
    ("kube-public", AGE),
    ("kube-node-lease", AGE),
    ("shop", 88 * DAY),
    ("shop-staging", 61 * DAY),
    ("platform", 90 * DAY),
    ("monitoring", 90 * DAY),
    ("batch-jobs", 70 * DAY),
];

impl World {
    pub(super) fn cluster(&mut self, store: &mut Store) {
        for (name, age) in NAMESPACES {
            let meshed = *name == "shop";
            let mut labels = json!({"kubernetes.io/metadata.name": name});
            if meshed {
                labels["istio-injection"] = json!("enabled");
            }
            let body = json!({"metadata": {"labels": labels}, "spec": {"finalizers": ["kubernetes"]}, "status": {"phase": "Active"}});
            put(store, "namespaces", "", name, *age, body);
        }
        preview(store);
        for (index, name) in NODES.iter().enumerate() {
            let node = put(store, "nodes", "", name, AGE - index as i64 * HOUR, node(name, store.now));
            let lease = json!({"metadata": {"ownerReferences": [{"apiVersion": "v1", "kind": "Node", "name": name, "uid": node["metadata"]["uid"]}]},
                "spec": {"holderIdentity": name, "leaseDurationSeconds": 40, "renewTime": micro(store.now)}});
            put(store, "leases.coordination.k8s.io", "kube-node-lease", name, AGE, lease);
        }
        for leader in ["kube-controller-manager", "kube-scheduler", "cert-manager-controller"] {
            let spec = json!({"spec": {"holderIdentity": format!("cp-1_{leader}"), "leaseDurationSeconds": 15, "leaseTransitions": 2,
                "acquireTime": micro(ago(store.now, 41 * DAY)), "renewTime": micro(store.now)}});
            put(store, "leases.coordination.k8s.io", "kube-system", leader, AGE, spec);
        }
        storage(store);
        definitions(store);
        standing_services(store);
    }
}

/// A namespace whose end waits for a finalizer that nobody removes.
fn preview(store: &mut Store) {
    let gone = ago(store.now, 3 * HOUR).rfc3339();
    let body = json!({"metadata": {"labels": {"kubernetes.io/metadata.name": "preview-1423"}, "deletionTimestamp": gone,
            "finalizers": ["preview.shop.example/teardown"]}, "spec": {"finalizers": []}, "status": {"phase": "Terminating"}});
    put(store, "namespaces", "", "preview-1423", 2 * DAY, body);
}

fn node(name: &str, now: Time) -> Value {
    let control = name.starts_with("cp");
    let (cpu, memory) = if control { ("4", "16Gi") } else { ("8", "32Gi") };
    let mut labels = json!({"beta.kubernetes.io/arch": "amd64", "beta.kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "topology.kubernetes.io/region": "eu-west-1",
        "topology.kubernetes.io/zone": zone(name), "node.kubernetes.io/instance-type": if control { "m7i.xlarge" } else { "m7i.2xlarge" }});
    let role = if control { "control-plane" } else { "worker" };
    labels[format!("node-role.kubernetes.io/{role}")] = json!("");
    let number = NODES.iter().position(|node| *node == name).unwrap_or(0);
    let capacity = |memory: &str| json!({"cpu": cpu, "memory": memory, "pods": "110", "ephemeral-storage": "100Gi", "hugepages-2Mi": "0"});
    json!({
        "metadata": {"labels": labels, "annotations": {"node.alpha.kubernetes.io/ttl": "0"}},
        "spec": spec(name, number),
        "status": {"capacity": capacity(memory), "allocatable": capacity(if control { "15Gi" } else { "30Gi" }), "conditions": conditions(name, now),
            "addresses": [{"type": "InternalIP", "address": host(name)}, {"type": "Hostname", "address": name}],
            "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}},
            "nodeInfo": {"machineID": format!("{number:032x}"), "systemUUID": format!("{number:032x}"), "bootID": format!("{number:032x}"),
                "kernelVersion": "6.12.58-talos", "osImage": "Talos (v1.12.0)", "containerRuntimeVersion": "containerd://2.2.0",
                "kubeletVersion": "v1.35.0", "kubeProxyVersion": "", "operatingSystem": "linux", "architecture": "amd64"}}})
}

fn spec(name: &str, number: usize) -> Value {
    let mut spec = json!({"podCIDR": format!("10.244.{number}.0/24"), "podCIDRs": [format!("10.244.{number}.0/24")], "providerID": format!("demo:///eu-west-1/{name}")});
    match name {
        "cp-1" => spec["taints"] = json!([{"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}]),
        PRESSED => spec["taints"] = json!([{"key": "node.kubernetes.io/memory-pressure", "effect": "NoSchedule"}]),
        CORDONED => {
            spec["unschedulable"] = json!(true);
            spec["taints"] = json!([{"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}]);
        }
        _ => {}
    }
    spec
}

fn conditions(name: &str, now: Time) -> Value {
    let pressed = name == PRESSED;
    let (beat, since) = (ago(now, MINUTE).rfc3339(), ago(now, if pressed { 26 * MINUTE } else { 41 * DAY }).rfc3339());
    let long = ago(now, 41 * DAY).rfc3339();
    let one = |kind: &str, status: &str, reason: &str, message: &str, since: &str| json!({"type": kind, "status": status, "lastHeartbeatTime": beat, "lastTransitionTime": since, "reason": reason, "message": message});
    let memory = match pressed {
        true => one(
            "MemoryPressure",
            "True",
            "KubeletHasInsufficientMemory",
            "kubelet has insufficient memory available",
            &since,
        ),
        false => one(
            "MemoryPressure",
            "False",
            "KubeletHasSufficientMemory",
            "kubelet has sufficient memory available",
            &since,
        ),
    };
    json!([
        memory,
        one("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure", &long),
        one("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available", &long),
        one("Ready", "True", "KubeletReady", "kubelet is posting ready status", &long),
    ])
}

fn storage(store: &mut Store) {
    for (name, default, provisioner) in
        [("standard", true, "csi.storage.example"), ("fast-ssd", false, "csi.storage.example")]
    {
        let body = json!({"metadata": {"annotations": {"storageclass.kubernetes.io/is-default-class": default.to_string()}},
            "provisioner": provisioner, "parameters": {"type": name}, "reclaimPolicy": "Delete", "volumeBindingMode": "WaitForFirstConsumer", "allowVolumeExpansion": true});
        put(store, "storageclasses.storage.k8s.io", "", name, AGE, body);
    }
    let class = json!({"spec": {"controller": "gateway.shop.example/ingress"}});
    put(store, "ingressclasses.networking.k8s.io", "", "edge", 90 * DAY, class);
}

/// One for every custom kind of a mesh that is served.
fn definitions(store: &mut Store) {
    const GROUPS: &[&str] = &["gateway.networking.k8s.io", "networking.istio.io"];
    let all = RESOURCES.iter().filter(|resource| GROUPS.contains(&resource.group));
    all.for_each(|resource| definition(store, resource));
}

/// What defines a custom kind.
pub(super) fn definition(store: &mut Store, resource: &Resource) {
    let short = json!(resource.short);
    let names = json!({"kind": resource.kind, "plural": resource.plural, "singular": resource.singular, "listKind": format!("{}List", resource.kind), "shortNames": short});
    let schema = json!({"openAPIV3Schema": {"type": "object", "properties": {"spec": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}}}});
    let parts = if resource.has("status") { json!({"status": {}}) } else { json!({}) };
    let version =
        json!({"name": resource.version, "served": true, "storage": true, "schema": schema, "subresources": parts});
    let since = ago(store.now, 89 * DAY).rfc3339();
    let yes = |kind: &str, reason: &str| json!({"type": kind, "status": "True", "reason": reason, "message": "", "lastTransitionTime": since});
    let body = json!({
        "spec": {"group": resource.group, "names": names, "scope": if resource.namespaced { "Namespaced" } else { "Cluster" },
            "versions": [version], "conversion": {"strategy": "None"}},
        "status": {"acceptedNames": names, "storedVersions": [resource.version],
            "conditions": [yes("NamesAccepted", "NoConflicts"), yes("Established", "InitialNamesAccepted")]}});
    let name = format!("{}.{}", resource.plural, resource.group);
    put(store, "customresourcedefinitions.apiextensions.k8s.io", "", &name, 89 * DAY, body);
}

/// The API server's own service, and the cluster's DNS.
fn standing_services(store: &mut Store) {
    let api = json!({"metadata": {"labels": {"component": "apiserver", "provider": "kubernetes"}},
        "spec": {"type": "ClusterIP", "clusterIP": "10.96.0.1", "clusterIPs": ["10.96.0.1"], "sessionAffinity": "None",
            "ports": [{"name": "https", "protocol": "TCP", "port": 443, "targetPort": 6443}]}, "status": {"loadBalancer": {}}});
    put(store, "services", "default", "kubernetes", AGE, api);
    let slice = json!({"metadata": {"labels": {"kubernetes.io/service-name": "kubernetes"}}, "addressType": "IPv4",
        "endpoints": [{"addresses": [host("cp-1")], "conditions": {"ready": true}}], "ports": [{"name": "https", "protocol": "TCP", "port": 6443}]});
    put(store, "endpointslices.discovery.k8s.io", "default", "kubernetes", AGE, slice);
    let dns = json!({"metadata": {"labels": {"k8s-app": "kube-dns", "kubernetes.io/name": "CoreDNS"}},
        "spec": {"type": "ClusterIP", "clusterIP": "10.96.0.10", "clusterIPs": ["10.96.0.10"], "selector": {"app": "coredns"}, "sessionAffinity": "None",
            "ports": [{"name": "dns", "protocol": "UDP", "port": 53, "targetPort": 53}, {"name": "dns-tcp", "protocol": "TCP", "port": 53, "targetPort": 53}]},
        "status": {"loadBalancer": {}}});
    put(store, "services", "kube-system", "kube-dns", AGE, dns);
}
