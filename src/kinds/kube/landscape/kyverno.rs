//! Kyverno: policies of both groups, exceptions of them, and what is done in the background (kyverno/kyverno, api).

use super::state::living;
use super::{READY, custom};
use crate::kinds::kstatus::failing;
use crate::kinds::kube::facts::text;
use crate::model::{Address, Door, Health, Kind, Property, Shape, Value};

pub static KINDS: &[&Kind] = &[
    &CLUSTER_POLICY,
    &POLICY,
    &VALIDATING,
    &IMAGE_VALIDATING,
    &MUTATING,
    &GENERATING,
    &DELETING,
    &OWN_VALIDATING,
    &OWN_IMAGE_VALIDATING,
    &OWN_MUTATING,
    &OWN_GENERATING,
    &OWN_DELETING,
    &EXCEPTION,
    &CEL_EXCEPTION,
    &CLEANUP,
    &CLUSTER_CLEANUP,
    &UPDATE_REQUEST,
    &GLOBAL_CONTEXT,
];

const fn first(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "kyverno.io", version: "v1", kind, plural, namespaced: true }
}

const fn second(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "kyverno.io", version: "v2", kind, plural, namespaced: true }
}

const fn cel(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "policies.kyverno.io", version: "v1", kind, plural, namespaced: false }
}

const RESULT: Property = Property::value("READY", 7, ".status.conditionStatus.ready").state();
const WHY: Property = Property::value("MESSAGE", 30, ".status.conditionStatus.message").wide();
const MATCHES: Property = Property::list("MATCHES", 24, ".spec.matchConstraints.resourceRules[*].resources");
const ACTIONS: Property = Property::list("ACTIONS", 12, ".spec.validationActions");

static CLUSTER_POLICY_COLUMNS: [Property; 7] = [
    Property::value("ADMISSION", 9, ".spec.admission"),
    Property::value("BACKGROUND", 10, ".spec.background").rank(2),
    READY,
    Property::value("FAILURE-POLICY", 14, ".spec.failurePolicy").rank(4).wide(),
    Property::count("RULES", 5, ".spec.rules[*]").rank(5),
    Property::value("MESSAGE", 30, ".status.conditions[?(@.type==\"Ready\")].message").rank(6),
    Property::AGE,
];
static CLUSTER_POLICY: Kind = Kind {
    name: "clusterpolicies",
    aliases: &["cpol"],
    address: Address { namespaced: false, ..first("ClusterPolicy", "clusterpolicies") },
    columns: &Property::columns(&CLUSTER_POLICY_COLUMNS),
    door: Door::Json(&Shape { older: &["v2beta1"], ..Shape::of(&CLUSTER_POLICY_COLUMNS, failing) }),
    ..custom()
};

static POLICY: Kind =
    Kind { name: "policies", aliases: &["pol"], address: first("Policy", "policies"), ..CLUSTER_POLICY };

static VALIDATING_COLUMNS: [Property; 5] = [RESULT, ACTIONS, MATCHES, WHY, Property::AGE];
static VALIDATING: Kind = Kind {
    name: "validatingpolicies",
    aliases: &["vpol"],
    address: cel("ValidatingPolicy", "validatingpolicies"),
    columns: &Property::columns(&VALIDATING_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".status.conditionStatus.ready"],
        older: &["v1beta1", "v1alpha1"],
        ..Shape::of(&VALIDATING_COLUMNS, ready)
    }),
    ..custom()
};

static IMAGE_VALIDATING: Kind = Kind {
    name: "imagevalidatingpolicies",
    aliases: &["ivpol"],
    address: cel("ImageValidatingPolicy", "imagevalidatingpolicies"),
    ..VALIDATING
};

static MUTATING_COLUMNS: [Property; 4] = [RESULT, MATCHES, WHY, Property::AGE];
static MUTATING: Kind = Kind {
    name: "mutatingpolicies",
    aliases: &["mpol"],
    address: cel("MutatingPolicy", "mutatingpolicies"),
    columns: &Property::columns(&MUTATING_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".status.conditionStatus.ready"],
        older: &["v1beta1", "v1alpha1"],
        ..Shape::of(&MUTATING_COLUMNS, ready)
    }),
    ..custom()
};

static GENERATING: Kind = Kind {
    name: "generatingpolicies",
    aliases: &["gpol"],
    address: cel("GeneratingPolicy", "generatingpolicies"),
    ..MUTATING
};

static DELETING_COLUMNS: [Property; 6] = [
    RESULT,
    Property::value("SCHEDULE", 12, ".spec.schedule").rank(2),
    Property::age("LAST-RUN", 8, ".status.lastExecutionTime").rank(3),
    MATCHES,
    WHY,
    Property::AGE,
];
static DELETING: Kind = Kind {
    name: "deletingpolicies",
    aliases: &["dpol"],
    address: cel("DeletingPolicy", "deletingpolicies"),
    columns: &Property::columns(&DELETING_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".status.conditionStatus.ready"],
        older: &["v1beta1", "v1alpha1"],
        ..Shape::of(&DELETING_COLUMNS, ready)
    }),
    ..custom()
};

static OWN_VALIDATING: Kind = Kind {
    name: "namespacedvalidatingpolicies",
    aliases: &["nvpol"],
    address: Address { namespaced: true, ..cel("NamespacedValidatingPolicy", "namespacedvalidatingpolicies") },
    columns: &Property::columns(&VALIDATING_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".status.conditionStatus.ready"],
        older: &["v1beta1"],
        ..Shape::of(&VALIDATING_COLUMNS, ready)
    }),
    ..custom()
};

static OWN_IMAGE_VALIDATING: Kind = Kind {
    name: "namespacedimagevalidatingpolicies",
    aliases: &["nivpol"],
    address: Address {
        namespaced: true,
        ..cel("NamespacedImageValidatingPolicy", "namespacedimagevalidatingpolicies")
    },
    ..OWN_VALIDATING
};

static OWN_MUTATING: Kind = Kind {
    name: "namespacedmutatingpolicies",
    aliases: &["nmpol"],
    address: Address { namespaced: true, ..cel("NamespacedMutatingPolicy", "namespacedmutatingpolicies") },
    columns: &Property::columns(&MUTATING_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".status.conditionStatus.ready"],
        older: &["v1beta1"],
        ..Shape::of(&MUTATING_COLUMNS, ready)
    }),
    ..custom()
};

static OWN_GENERATING: Kind = Kind {
    name: "namespacedgeneratingpolicies",
    aliases: &["ngpol"],
    address: Address { namespaced: true, ..cel("NamespacedGeneratingPolicy", "namespacedgeneratingpolicies") },
    ..OWN_MUTATING
};

static OWN_DELETING: Kind = Kind {
    name: "namespaceddeletingpolicies",
    aliases: &["ndpol"],
    address: Address { namespaced: true, ..cel("NamespacedDeletingPolicy", "namespaceddeletingpolicies") },
    columns: &Property::columns(&DELETING_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".status.conditionStatus.ready"],
        older: &["v1beta1"],
        ..Shape::of(&DELETING_COLUMNS, ready)
    }),
    ..custom()
};

static EXCEPTION_COLUMNS: [Property; 2] =
    [Property::list("POLICIES", 40, ".spec.exceptions[*].policyName"), Property::AGE];
static EXCEPTION: Kind = Kind {
    name: "policyexceptions",
    aliases: &["polex"],
    address: second("PolicyException", "policyexceptions"),
    columns: &Property::columns(&EXCEPTION_COLUMNS),
    door: Door::Json(&Shape { older: &["v2beta1"], ..Shape::of(&EXCEPTION_COLUMNS, failing) }),
    ..custom()
};

static CEL_EXCEPTION_COLUMNS: [Property; 2] =
    [Property::list("POLICIES", 40, ".spec.policyRefs[*].name"), Property::AGE];
static CEL_EXCEPTION: Kind = Kind {
    name: "celexceptions",
    address: Address { namespaced: true, ..cel("PolicyException", "policyexceptions") },
    columns: &Property::columns(&CEL_EXCEPTION_COLUMNS),
    door: Door::Json(&Shape { older: &["v1beta1", "v1alpha1"], ..Shape::of(&CEL_EXCEPTION_COLUMNS, failing) }),
    ..custom()
};

static CLEANUP_COLUMNS: [Property; 3] = [
    Property::value("SCHEDULE", 12, ".spec.schedule"),
    Property::age("LAST-RUN", 8, ".status.lastExecutionTime").rank(2),
    Property::AGE,
];
static CLEANUP: Kind = Kind {
    name: "cleanuppolicies",
    aliases: &["cleanpol"],
    address: second("CleanupPolicy", "cleanuppolicies"),
    columns: &Property::columns(&CLEANUP_COLUMNS),
    door: Door::Json(&Shape { older: &["v2beta1"], ..Shape::of(&CLEANUP_COLUMNS, failing) }),
    ..custom()
};

static CLUSTER_CLEANUP: Kind = Kind {
    name: "clustercleanuppolicies",
    aliases: &["ccleanpol"],
    address: Address { namespaced: false, ..second("ClusterCleanupPolicy", "clustercleanuppolicies") },
    ..CLEANUP
};

static UPDATE_REQUEST_COLUMNS: [Property; 8] = [
    Property::value("POLICY", 20, ".spec.policy"),
    Property::value("RULE-TYPE", 9, ".spec.requestType").rank(2),
    Property::value("RESOURCE-KIND", 13, ".spec.resource.kind").rank(3),
    Property::value("RESOURCE-NAME", 20, ".spec.resource.name").rank(4),
    Property::value("RESOURCE-NAMESPACE", 18, ".spec.resource.namespace").rank(5),
    Property::value("STATE", 9, ".status.state").state(),
    Property::value("MESSAGE", 30, ".status.message").rank(7).wide(),
    Property::AGE,
];
static UPDATE_REQUEST: Kind = Kind {
    name: "updaterequests",
    aliases: &["ur"],
    address: second("UpdateRequest", "updaterequests"),
    columns: &Property::columns(&UPDATE_REQUEST_COLUMNS),
    door: Door::Json(&Shape::of(&UPDATE_REQUEST_COLUMNS, update)),
    ..custom()
};

static GLOBAL_CONTEXT_COLUMNS: [Property; 5] = [
    Property::value("RESOURCE", 20, ".spec.kubernetesResource.resource"),
    Property::value("URL", 30, ".spec.apiCall.urlPath").rank(2),
    Property::value("REFRESH", 8, ".spec.apiCall.refreshInterval").rank(3),
    Property::age("REFRESHED", 9, ".status.lastRefreshTime").rank(4),
    Property::AGE,
];
static GLOBAL_CONTEXT: Kind = Kind {
    name: "globalcontextentries",
    aliases: &["gctxentry"],
    address: Address { namespaced: false, ..second("GlobalContextEntry", "globalcontextentries") },
    columns: &Property::columns(&GLOBAL_CONTEXT_COLUMNS),
    door: Door::Json(&Shape { older: &["v2beta1", "v2alpha1"], ..Shape::of(&GLOBAL_CONTEXT_COLUMNS, failing) }),
    ..custom()
};

/// Policies of the newer group say in one field whether all their conditions hold.
fn ready(body: &Value) -> Health {
    living(body, || match &body["status"]["conditionStatus"]["ready"] {
        Value::Bool(true) => Health::Good,
        Value::Bool(false) => Health::Bad,
        _ => Health::Unknown,
    })
}

fn update(body: &Value) -> Health {
    living(body, || match text(&body["status"], "state") {
        "Completed" | "Skip" => Health::Done,
        "Failed" => Health::Bad,
        "Pending" => Health::Progress,
        _ => Health::Unknown,
    })
}
