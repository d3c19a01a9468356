//! Tetragon: what is traced in the kernel, and pods as it knows them (cilium/tetragon,
//! pkg/k8s/apis/cilium.io/v1alpha1).

use super::custom;
use crate::kinds::kstatus::failing;
use crate::kinds::kube::facts::{items, selector, text};
use crate::kinds::kube::pods;
use crate::model::{Address, Cell, Door, Kind, Link, Property, Scope, Shape, Value};

pub static KINDS: &[&Kind] = &[&POLICY, &OWN_POLICY, &POD];

const fn tetragon(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "cilium.io", version: "v1alpha1", kind, plural, namespaced: true }
}

static POLICY_COLUMNS: [Property; 3] = [
    Property::made("HOOKS", 30, hooks),
    Property::made("SELECTOR", 30, |body| Cell::text(selector(&body["spec"]["podSelector"]))).rank(2),
    Property::AGE,
];
static POLICY: Kind = Kind {
    name: "tracingpolicies",
    aliases: &["tgtp"],
    address: Address { namespaced: false, ..tetragon("TracingPolicy", "tracingpolicies") },
    columns: &Property::columns(&POLICY_COLUMNS),
    door: Door::Json(&Shape { needs: HOOKS, ..Shape::of(&POLICY_COLUMNS, failing) }),
    ..custom()
};

static OWN_POLICY: Kind = Kind {
    name: "tracingpoliciesnamespaced",
    aliases: &["tgtpn"],
    address: tetragon("TracingPolicyNamespaced", "tracingpoliciesnamespaced"),
    ..POLICY
};

static POD_COLUMNS: [Property; 5] = [
    Property::value("IP", 15, ".status.podIP"),
    Property::made("WORKLOAD", 30, workload).rank(2),
    Property::value("NODE", 15, ".spec.nodeName").rank(3),
    Property::value("HOST-NETWORK", 12, ".spec.hostNetwork").rank(4).wide(),
    Property::AGE,
];
static POD: Kind = Kind {
    name: "podinfo",
    aliases: &["tgpi"],
    address: tetragon("PodInfo", "podinfo"),
    columns: &Property::columns(&POD_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".workloadType", ".workloadObject"],
        link: pod,
        ..Shape::of(&POD_COLUMNS, failing)
    }),
    ..custom()
};

const HOOKS: &[&str] = &[
    ".spec.kprobes[0].call",
    ".spec.fentries[0].call",
    ".spec.uprobes[0].path",
    ".spec.usdts[0].path",
    ".spec.lsmhooks[0].hook",
    ".spec.tracepoints[0].event",
    ".spec.podSelector",
];

/// `kprobe tcp_connect, tracepoint sys_enter_openat`: where it looks in. Whether it does, only its own server knows.
fn hooks(body: &Value) -> Cell {
    let spec = &body["spec"];
    let sorts = [
        ("kprobes", "call", "kprobe"),
        ("fentries", "call", "fentry"),
        ("tracepoints", "event", "tracepoint"),
        ("lsmhooks", "hook", "lsm"),
        ("uprobes", "path", "uprobe"),
        ("usdts", "path", "usdt"),
    ];
    let each = sorts.iter().flat_map(|(list, name, word)| {
        items(spec, list).iter().map(move |hook| format!("{word} {}", text(hook, name)))
    });
    Cell::text(each.collect::<Vec<_>>().join(", "))
}

/// `Deployment/shop/web`
fn workload(body: &Value) -> Cell {
    let (kind, object) = (text(&body["workloadType"], "kind"), &body["workloadObject"]);
    let words = [kind, text(object, "namespace"), text(object, "name")];
    Cell::text(words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join("/"))
}

/// It has the name of its pod.
fn pod(info: &Value) -> Option<Link> {
    let meta = &info["metadata"];
    Some(Link::to(&pods::KIND, Scope::namespace(text(meta, "namespace")).named(text(meta, "name"))))
}
