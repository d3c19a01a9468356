//! KubeEdge: devices, jobs on edge nodes, applications of node groups, and rules for messages (kubeedge/api, apis).

use super::custom;
use super::state::living;
use crate::kinds::kstatus::failing;
use crate::kinds::kube::facts::{items, pairs, text};
use crate::model::{Address, Cell, Door, Health, Kind, Property, Shape, Value};

pub static KINDS: &[&Kind] = &[
    &DEVICE,
    &MODEL,
    &DEVICE_STATUS,
    &UPGRADE,
    &PREPULL,
    &UPDATE,
    &APPLICATION,
    &GROUP,
    &RULE,
    &RULE_ENDPOINT,
    &SYNC,
    &CLUSTER_SYNC,
];

const fn device(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "devices.kubeedge.io", version: "v1beta1", kind, plural, namespaced: true }
}

const fn operation(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "operations.kubeedge.io", version: "v1alpha2", kind, plural, namespaced: false }
}

const fn app(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "apps.kubeedge.io", version: "v1alpha1", kind, plural, namespaced: true }
}

const fn routing(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "rules.kubeedge.io", version: "v1", kind, plural, namespaced: true }
}

const fn sync(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "reliablesyncs.kubeedge.io", version: "v1alpha1", kind, plural, namespaced: true }
}

const PHASE: Property = Property::value("PHASE", 11, ".status.phase").state();
const NODES: Property = Property::count("NODES", 5, ".status.nodeStatus[*]");
const DONE: Property = Property::made("DONE", 5, |body| Cell::Count(nodes(body, "Successful"))).number();
const FAILED: Property = Property::made("FAILED", 6, |body| Cell::Count(nodes(body, "Failure"))).rank(0).number();
const REASON: Property = Property::value("REASON", 30, ".status.reason").wide();

static DEVICE_COLUMNS: [Property; 5] = [
    Property::value("NODE", 16, ".spec.nodeName"),
    Property::value("MODEL", 20, ".spec.deviceModelRef.name").rank(2),
    Property::value("PROTOCOL", 10, ".spec.protocol.protocolName").rank(3),
    Property::count("PROPERTIES", 10, ".spec.properties[*]").rank(4),
    Property::AGE,
];
static DEVICE: Kind = Kind {
    name: "devices",
    address: device("Device", "devices"),
    columns: &Property::columns(&DEVICE_COLUMNS),
    door: Door::Json(&Shape::of(&DEVICE_COLUMNS, failing)),
    ..custom()
};

static MODEL_COLUMNS: [Property; 3] = [
    Property::value("PROTOCOL", 10, ".spec.protocol"),
    Property::list("PROPERTIES", 30, ".spec.properties[*].name").rank(2),
    Property::AGE,
];
static MODEL: Kind = Kind {
    name: "devicemodels",
    address: device("DeviceModel", "devicemodels"),
    columns: &Property::columns(&MODEL_COLUMNS),
    door: Door::Json(&Shape::of(&MODEL_COLUMNS, failing)),
    ..custom()
};

static DEVICE_STATUS_COLUMNS: [Property; 5] = [
    Property::value("STATE", 10, ".status.state").state(),
    Property::age("LAST-ONLINE", 11, ".status.lastOnlineTime").rank(2),
    Property::count("TWINS", 5, ".status.twins[*]").rank(3),
    Property::made("DIFFERING", 20, differing).rank(0),
    Property::AGE,
];
static DEVICE_STATUS: Kind = Kind {
    name: "devicestatuses",
    address: device("DeviceStatus", "devicestatuses"),
    columns: &Property::columns(&DEVICE_STATUS_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".status.state", ".status.twins"],
        ..Shape::of(&DEVICE_STATUS_COLUMNS, device_state)
    }),
    ..custom()
};

static UPGRADE_COLUMNS: [Property; 7] =
    [PHASE, Property::value("VERSION", 10, ".spec.version").rank(2), NODES, DONE, FAILED, REASON, Property::AGE];
static UPGRADE: Kind = Kind {
    name: "nodeupgradejobs",
    address: operation("NodeUpgradeJob", "nodeupgradejobs"),
    columns: &Property::columns(&UPGRADE_COLUMNS),
    door: Door::Json(&Shape { needs: &[".status.phase", ".status.nodeStatus"], ..Shape::of(&UPGRADE_COLUMNS, job) }),
    ..custom()
};

static PREPULL_COLUMNS: [Property; 7] = [
    PHASE,
    Property::list("IMAGES", 30, ".spec.imagePrePullTemplate.images").rank(2),
    NODES,
    DONE,
    FAILED,
    REASON,
    Property::AGE,
];
static PREPULL: Kind = Kind {
    name: "imageprepulljobs",
    address: operation("ImagePrePullJob", "imageprepulljobs"),
    columns: &Property::columns(&PREPULL_COLUMNS),
    door: Door::Json(&Shape { needs: &[".status.phase", ".status.nodeStatus"], ..Shape::of(&PREPULL_COLUMNS, job) }),
    ..custom()
};

static UPDATE_COLUMNS: [Property; 7] = [
    PHASE,
    Property::made("FIELDS", 30, |body| Cell::text(pairs(&body["spec"]["updateFields"]))).rank(2),
    NODES,
    DONE,
    FAILED,
    REASON,
    Property::AGE,
];
static UPDATE: Kind = Kind {
    name: "configupdatejobs",
    address: operation("ConfigUpdateJob", "configupdatejobs"),
    columns: &Property::columns(&UPDATE_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".status.phase", ".status.nodeStatus", ".spec.updateFields"],
        ..Shape::of(&UPDATE_COLUMNS, job)
    }),
    ..custom()
};

static APPLICATION_COLUMNS: [Property; 4] = [
    Property::list("GROUPS", 24, ".spec.workloadScope.targetNodeGroups[*].name"),
    Property::count("OBJECTS", 7, ".status.workloadStatus[*]").rank(2),
    Property::made("AVAILABLE", 9, available).state(),
    Property::AGE,
];
static APPLICATION: Kind = Kind {
    name: "edgeapplications",
    aliases: &["eapp"],
    address: app("EdgeApplication", "edgeapplications"),
    columns: &Property::columns(&APPLICATION_COLUMNS),
    door: Door::Json(&Shape { needs: &[".status.workloadStatus"], ..Shape::of(&APPLICATION_COLUMNS, application) }),
    ..custom()
};

static GROUP_COLUMNS: [Property; 4] = [
    Property::made("SELECTOR", 24, |body| Cell::text(pairs(&body["spec"]["matchLabels"]))),
    Property::count("NODES", 5, ".status.nodeStatuses[*]").rank(2),
    Property::list("READY", 20, ".status.nodeStatuses[*].readyStatus").rank(3),
    Property::AGE,
];
static GROUP: Kind = Kind {
    name: "nodegroups",
    aliases: &["ng"],
    address: Address { namespaced: false, ..app("NodeGroup", "nodegroups") },
    columns: &Property::columns(&GROUP_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".spec.matchLabels", ".status.nodeStatuses"],
        ..Shape::of(&GROUP_COLUMNS, group)
    }),
    ..custom()
};

static RULE_COLUMNS: [Property; 5] = [
    Property::value("SOURCE", 16, ".spec.source"),
    Property::value("TARGET", 16, ".spec.target").rank(2),
    Property::value("SUCCEEDED", 9, ".status.successMessages").rank(3).number(),
    Property::value("FAILED", 6, ".status.failMessages").rank(0).number(),
    Property::AGE,
];
static RULE: Kind = Kind {
    name: "rules",
    address: routing("Rule", "rules"),
    columns: &Property::columns(&RULE_COLUMNS),
    door: Door::Json(&Shape { needs: &[".status"], ..Shape::of(&RULE_COLUMNS, rule) }),
    ..custom()
};

static RULE_ENDPOINT_COLUMNS: [Property; 2] = [Property::value("TYPE", 10, ".spec.ruleEndpointType"), Property::AGE];
static RULE_ENDPOINT: Kind = Kind {
    name: "ruleendpoints",
    aliases: &["re"],
    address: routing("RuleEndpoint", "ruleendpoints"),
    columns: &Property::columns(&RULE_ENDPOINT_COLUMNS),
    door: Door::Json(&Shape::of(&RULE_ENDPOINT_COLUMNS, failing)),
    ..custom()
};

static SYNC_COLUMNS: [Property; 4] = [
    Property::value("KIND", 14, ".spec.objectKind"),
    Property::value("OBJECT", 28, ".spec.objectName").rank(2),
    Property::value("VERSION", 10, ".status.objectResourceVersion").rank(3),
    Property::AGE,
];
static SYNC: Kind = Kind {
    name: "objectsyncs",
    address: sync("ObjectSync", "objectsyncs"),
    columns: &Property::columns(&SYNC_COLUMNS),
    door: Door::Json(&Shape::of(&SYNC_COLUMNS, failing)),
    ..custom()
};

static CLUSTER_SYNC: Kind = Kind {
    name: "clusterobjectsyncs",
    address: Address { namespaced: false, ..sync("ClusterObjectSync", "clusterobjectsyncs") },
    ..SYNC
};

fn device_state(body: &Value) -> Health {
    living(body, || match text(&body["status"], "state") {
        "online" | "ok" => Health::Good,
        "offline" | "unhealthy" => Health::Bad,
        _ => Health::Unknown,
    })
}

/// The properties that are not as they were wanted.
fn differing(body: &Value) -> Cell {
    let value = |twin: &Value, key: &str| twin[key]["value"].as_str().map(str::to_owned);
    let differs = |twin: &&Value| {
        let (wanted, told) = (value(twin, "observedDesired"), value(twin, "reported"));
        wanted.as_deref().is_some_and(|wanted| !wanted.is_empty()) && wanted != told
    };
    let names = items(&body["status"], "twins").iter().filter(differs).map(|twin| text(twin, "propertyName"));
    Cell::text(names.collect::<Vec<_>>().join(","))
}

fn job(body: &Value) -> Health {
    living(body, || match text(&body["status"], "phase") {
        "Completed" => Health::Done,
        "Failure" => Health::Bad,
        "Init" | "InProgress" => Health::Progress,
        _ => Health::Unknown,
    })
}

/// The nodes whose part of a job is in a phase.
fn nodes(body: &Value, phase: &str) -> i64 {
    let all = items(&body["status"], "nodeStatus").iter();
    all.filter(|node| text(node, "phase") == phase).count() as i64
}

/// What an application holds, and how much of it is available. The field is named in the plural, and holds one word.
fn objects(body: &Value) -> (usize, usize) {
    let all = items(&body["status"], "workloadStatus");
    (all.iter().filter(|one| text(one, "conditions") == "Available").count(), all.len())
}

fn available(body: &Value) -> Cell {
    let (available, all) = objects(body);
    Cell::Ratio(available as u32, all as u32)
}

fn application(body: &Value) -> Health {
    living(body, || match objects(body) {
        (_, 0) => Health::Unknown,
        (available, all) if available == all => Health::Good,
        _ => Health::Progress,
    })
}

fn group(body: &Value) -> Health {
    let nodes = items(&body["status"], "nodeStatuses");
    let is = |key: &str, word: &str| nodes.iter().any(|node| text(node, key) == word);
    living(body, || match () {
        () if nodes.is_empty() => Health::Unknown,
        () if is("selectionStatus", "Failed") => Health::Bad,
        () if is("readyStatus", "NotReady") || is("readyStatus", "Unknown") => Health::Warn,
        () => Health::Good,
    })
}

fn rule(body: &Value) -> Health {
    let failed = body["status"]["failMessages"].as_i64();
    living(body, || match failed {
        Some(failed) if failed > 0 => Health::Warn,
        Some(_) => Health::Good,
        None => Health::Unknown,
    })
}
