//! What Kubernetes itself brings for devices, runtimes and admission (k8s.io/api: resource, node,
//! admissionregistration). The columns that kubectl shows stand first.

use super::custom;
use super::state::living;
use crate::kinds::kube::facts::{items, pairs, selector, text};
use crate::model::{Address, Cell, Door, Health, Kind, Link, Property, Scope, Shape, Value};

pub static KINDS: &[&Kind] = &[
    &SLICE,
    &CLAIM,
    &CLAIM_TEMPLATE,
    &CLASS,
    &RUNTIME,
    &VALIDATING,
    &VALIDATING_BINDING,
    &MUTATING,
    &MUTATING_BINDING,
    &VALIDATING_WEBHOOK,
    &MUTATING_WEBHOOK,
];

const fn resource(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "resource.k8s.io", version: "v1", kind, plural, namespaced: true }
}

const fn node(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "node.k8s.io", version: "v1", kind, plural, namespaced: false }
}

const fn admission(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "admissionregistration.k8s.io", version: "v1", kind, plural, namespaced: false }
}

static SLICE_COLUMNS: [Property; 6] = [
    Property::value("NODE", 16, ".spec.nodeName"),
    Property::value("DRIVER", 20, ".spec.driver").rank(2),
    Property::value("POOL", 16, ".spec.pool.name").rank(3),
    Property::count("DEVICES", 7, ".spec.devices[*].name").rank(4),
    Property::made("TAINTS", 6, |body| Cell::Count(taints(body) as i64)).rank(0).number(),
    Property::AGE,
];
static SLICE: Kind = Kind {
    name: "resourceslices",
    address: Address { namespaced: false, ..resource("ResourceSlice", "resourceslices") },
    columns: &Property::columns(&SLICE_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".spec.devices[0].taints", ".spec.devices[0].basic.taints"],
        older: &["v1beta2", "v1beta1"],
        ..Shape::of(&SLICE_COLUMNS, slice)
    }),
    ..custom()
};

static CLAIM_COLUMNS: [Property; 5] = [
    Property::made("STATE", 18, |body| Cell::text(state(body))).state(),
    Property::list("DEVICES", 24, ".status.allocation.devices.results[*].device").rank(2),
    Property::list("DRIVERS", 20, ".status.allocation.devices.results[*].driver").rank(3),
    Property::list("RESERVED-FOR", 24, ".status.reservedFor[*].name").rank(4),
    Property::AGE,
];
static CLAIM: Kind = Kind {
    name: "resourceclaims",
    address: resource("ResourceClaim", "resourceclaims"),
    columns: &Property::columns(&CLAIM_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".status.allocation.devices", ".status.reservedFor"],
        older: &["v1beta2", "v1beta1"],
        ..Shape::of(&CLAIM_COLUMNS, claim)
    }),
    ..custom()
};

static CLAIM_TEMPLATE_COLUMNS: [Property; 3] = [
    Property::list("CLASSES", 30, ".spec.spec.devices.requests[*].exactly.deviceClassName"),
    Property::count("REQUESTS", 8, ".spec.spec.devices.requests[*].name").rank(2),
    Property::AGE,
];
static CLAIM_TEMPLATE: Kind = Kind {
    name: "resourceclaimtemplates",
    address: resource("ResourceClaimTemplate", "resourceclaimtemplates"),
    columns: &Property::columns(&CLAIM_TEMPLATE_COLUMNS),
    door: Door::Json(&Shape { older: &["v1beta2", "v1beta1"], ..Shape::of(&CLAIM_TEMPLATE_COLUMNS, written) }),
    ..custom()
};

static CLASS_COLUMNS: [Property; 3] = [
    Property::count("SELECTORS", 9, ".spec.selectors[*]"),
    Property::value("EXTENDED-RESOURCE", 24, ".spec.extendedResourceName").rank(2),
    Property::AGE,
];
static CLASS: Kind = Kind {
    name: "deviceclasses",
    address: Address { namespaced: false, ..resource("DeviceClass", "deviceclasses") },
    columns: &Property::columns(&CLASS_COLUMNS),
    door: Door::Json(&Shape { older: &["v1beta2", "v1beta1"], ..Shape::of(&CLASS_COLUMNS, written) }),
    ..custom()
};

static RUNTIME_COLUMNS: [Property; 5] = [
    Property::value("HANDLER", 20, ".handler"),
    Property::made("FAMILY", 16, |body| Cell::text(family(text(body, "handler")))).rank(2),
    Property::made("OVERHEAD", 24, |body| Cell::text(pairs(&body["overhead"]["podFixed"]))).rank(3),
    Property::made("SELECTOR", 24, |body| Cell::text(pairs(&body["scheduling"]["nodeSelector"]))).rank(4),
    Property::AGE,
];
static RUNTIME: Kind = Kind {
    name: "runtimeclasses",
    address: node("RuntimeClass", "runtimeclasses"),
    columns: &Property::columns(&RUNTIME_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".handler", ".overhead", ".scheduling"],
        ..Shape::of(&RUNTIME_COLUMNS, written)
    }),
    ..custom()
};

static VALIDATING_COLUMNS: [Property; 6] = [
    Property::count("VALIDATIONS", 11, ".spec.validations[*]"),
    Property::made("PARAMKIND", 20, |body| unset(param_kind(&body["spec"]["paramKind"]))).rank(2),
    Property::value("FAILURE-POLICY", 14, ".spec.failurePolicy").rank(3),
    Property::list("MATCHES", 24, ".spec.matchConstraints.resourceRules[*].resources").rank(4),
    Property::count("WARNINGS", 8, ".status.typeChecking.expressionWarnings[*]").rank(0),
    Property::AGE,
];
static VALIDATING: Kind = Kind {
    name: "validatingadmissionpolicies",
    address: admission("ValidatingAdmissionPolicy", "validatingadmissionpolicies"),
    columns: &Property::columns(&VALIDATING_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".spec.paramKind", ".status.typeChecking"],
        older: &["v1beta1", "v1alpha1"],
        ..Shape::of(&VALIDATING_COLUMNS, policy)
    }),
    ..custom()
};

static VALIDATING_BINDING_COLUMNS: [Property; 4] = [
    Property::value("POLICYNAME", 28, ".spec.policyName"),
    Property::made("PARAMREF", 20, |body| unset(param(&body["spec"]["paramRef"]))).rank(2),
    Property::list("ACTIONS", 12, ".spec.validationActions").rank(3),
    Property::AGE,
];
static VALIDATING_BINDING: Kind = Kind {
    name: "validatingadmissionpolicybindings",
    address: admission("ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings"),
    columns: &Property::columns(&VALIDATING_BINDING_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".spec.paramRef", ".spec.policyName"],
        older: &["v1beta1", "v1alpha1"],
        link: validating,
        ..Shape::of(&VALIDATING_BINDING_COLUMNS, written)
    }),
    ..custom()
};

static MUTATING_COLUMNS: [Property; 5] = [
    Property::count("MUTATIONS", 9, ".spec.mutations[*]"),
    Property::made("PARAMKIND", 20, |body| unset(param_kind(&body["spec"]["paramKind"]))).rank(2),
    Property::value("FAILURE-POLICY", 14, ".spec.failurePolicy").rank(3),
    Property::list("MATCHES", 24, ".spec.matchConstraints.resourceRules[*].resources").rank(4),
    Property::AGE,
];
static MUTATING: Kind = Kind {
    name: "mutatingadmissionpolicies",
    address: admission("MutatingAdmissionPolicy", "mutatingadmissionpolicies"),
    columns: &Property::columns(&MUTATING_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".spec.paramKind"],
        older: &["v1beta1", "v1alpha1"],
        ..Shape::of(&MUTATING_COLUMNS, policy)
    }),
    ..custom()
};

static MUTATING_BINDING_COLUMNS: [Property; 3] = [
    Property::value("POLICYNAME", 28, ".spec.policyName"),
    Property::made("PARAMREF", 20, |body| unset(param(&body["spec"]["paramRef"]))).rank(2),
    Property::AGE,
];
static MUTATING_BINDING: Kind = Kind {
    name: "mutatingadmissionpolicybindings",
    address: admission("MutatingAdmissionPolicyBinding", "mutatingadmissionpolicybindings"),
    columns: &Property::columns(&MUTATING_BINDING_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".spec.paramRef", ".spec.policyName"],
        older: &["v1beta1", "v1alpha1"],
        link: mutating,
        ..Shape::of(&MUTATING_BINDING_COLUMNS, written)
    }),
    ..custom()
};

static VALIDATING_WEBHOOK_COLUMNS: [Property; 5] = [
    Property::count("WEBHOOKS", 8, ".webhooks[*].name"),
    Property::made("SERVICES", 30, services).rank(2),
    Property::list("FAILURE-POLICY", 14, ".webhooks[*].failurePolicy").rank(3),
    Property::list("TIMEOUT", 7, ".webhooks[*].timeoutSeconds").rank(4),
    Property::AGE,
];
static VALIDATING_WEBHOOK: Kind = Kind {
    name: "validatingwebhookconfigurations",
    address: admission("ValidatingWebhookConfiguration", "validatingwebhookconfigurations"),
    columns: &Property::columns(&VALIDATING_WEBHOOK_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".webhooks[0].clientConfig.service"],
        ..Shape::of(&VALIDATING_WEBHOOK_COLUMNS, written)
    }),
    ..custom()
};

static MUTATING_WEBHOOK: Kind = Kind {
    name: "mutatingwebhookconfigurations",
    address: admission("MutatingWebhookConfiguration", "mutatingwebhookconfigurations"),
    ..VALIDATING_WEBHOOK
};

/// Kinds without a status: what was written counts.
fn written(body: &Value) -> Health {
    living(body, || Health::Good)
}

/// Older versions of the API hold what a device has one level deeper.
fn taints(body: &Value) -> usize {
    let of = |device: &Value| items(device, "taints").len() + items(&device["basic"], "taints").len();
    items(&body["spec"], "devices").iter().map(of).sum()
}

fn slice(body: &Value) -> Health {
    living(body, || if taints(body) > 0 { Health::Warn } else { Health::Good })
}

/// In the words of kubectl (k8s.io/kubernetes/pkg/printers/internalversion, `resourceClaimState`).
fn state(body: &Value) -> &'static str {
    let (meta, status) = (&body["metadata"], &body["status"]);
    let is_deleted = !meta["deletionTimestamp"].is_null();
    let is_reserved = !items(status, "reservedFor").is_empty();
    match (is_deleted, status["allocation"].is_null(), is_reserved) {
        (true, true, _) => "deleted",
        (true, false, false) => "deleted,allocated",
        (true, false, true) => "deleted,allocated,reserved",
        (false, true, _) => "pending",
        (false, false, false) => "allocated",
        (false, false, true) => "allocated,reserved",
    }
}

fn claim(body: &Value) -> Health {
    let is_allocated = !body["status"]["allocation"].is_null();
    living(body, || if is_allocated { Health::Good } else { Health::Progress })
}

/// What a handler is known to be, by the names that their projects recommend.
fn family(handler: &str) -> &'static str {
    match handler {
        "runsc" | "gvisor" => "gVisor",
        "kata-fc" => "Firecracker",
        "kata-cc" | "kata-qemu-tdx" | "kata-qemu-snp" | "kata-qemu-sev" => "confidential",
        _ if handler.starts_with("kata") => "Kata",
        "urunc" => "unikernel",
        "nvidia" => "NVIDIA",
        "crun-wasm" | "wasmtime" | "wasmedge" | "wasmer" | "wamr" | "slight" | "lunatic" | "wws" => "WebAssembly",
        _ if handler.starts_with("spin") => "WebAssembly",
        "crun" | "youki" | "runc" => "OCI",
        _ => "",
    }
}

/// A policy works although an expression of it does not fit the types that it is about.
fn policy(body: &Value) -> Health {
    let warnings = items(&body["status"]["typeChecking"], "expressionWarnings");
    living(body, || if warnings.is_empty() { Health::Good } else { Health::Warn })
}

/// As kubectl says that there is none.
fn unset(text: String) -> Cell {
    Cell::text(if text.is_empty() { "<unset>".to_owned() } else { text })
}

/// `rules.acme.io/v1/ReplicaLimit`
fn param_kind(kind: &Value) -> String {
    match (text(kind, "apiVersion"), text(kind, "kind")) {
        ("", "") => String::new(),
        (version, kind) => format!("{version}/{kind}"),
    }
}

/// `shop/limits`, or `*/limits` where the namespace is that of the request.
fn param(reference: &Value) -> String {
    match (text(reference, "namespace"), text(reference, "name")) {
        (_, "") => selector(&reference["selector"]),
        ("", name) => format!("*/{name}"),
        (namespace, name) => format!("{namespace}/{name}"),
    }
}

fn validating(binding: &Value) -> Option<Link> {
    policy_of(binding, &VALIDATING)
}

fn mutating(binding: &Value) -> Option<Link> {
    policy_of(binding, &MUTATING)
}

fn policy_of(binding: &Value, kind: &'static Kind) -> Option<Link> {
    Some(Link::to(kind, Scope::all().named(text(&binding["spec"], "policyName"))))
}

/// `kube-system/hooks`: each once, in their order.
fn services(body: &Value) -> Cell {
    let of = |hook: &Value| {
        let service = &hook["clientConfig"]["service"];
        let words = [text(service, "namespace"), text(service, "name")];
        words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join("/")
    };
    let mut all: Vec<String> = items(body, "webhooks").iter().map(of).filter(|service| !service.is_empty()).collect();
    all.dedup();
    Cell::text(all.join(","))
}
