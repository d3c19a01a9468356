//! The Operator Lifecycle Manager: what operators are offered, asked for and installed (operator-framework/api), and its
//! successor, which has no namespaces (operator-framework/operator-controller).

use super::custom;
use crate::kinds::kstatus::{condition, failing};
use crate::kinds::kube::facts::{items, lines, text};
use crate::model::{
    Address, Around, Cell, Description, Door, Health, Kind, Link, Property, Scope, Section, Shape, Value,
};

pub static KINDS: &[&Kind] = &[
    &VERSION,
    &SUBSCRIPTION,
    &PLAN,
    &GROUP,
    &CATALOG,
    &PACKAGE,
    &CONDITION,
    &OPERATOR,
    &CONFIG,
    &EXTENSION,
    &CLUSTER_CATALOG,
    &OBJECT_SET,
];

const fn operators(version: &'static str, kind: &'static str, plural: &'static str) -> Address {
    Address { group: "operators.coreos.com", version, kind, plural, namespaced: true }
}

const fn cluster(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "olm.operatorframework.io", version: "v1", kind, plural, namespaced: false }
}

static VERSION_COLUMNS: [Property; 9] = [
    Property::value("DISPLAY", 20, ".spec.displayName").rank(4),
    Property::value("VERSION", 8, ".spec.version").rank(2),
    Property::value("RELEASE", 8, ".spec.release").wide(),
    Property::value("REPLACES", 20, ".spec.replaces").rank(5),
    Property::value("PHASE", 12, ".status.phase").state(),
    Property::value("REASON", 18, ".status.reason").rank(3),
    Property::list("OWNED-CRDS", 24, ".spec.customresourcedefinitions.owned[*].kind").rank(6),
    Property::value("MESSAGE", 40, ".status.message").wide(),
    Property::AGE,
];
static VERSION: Kind = Kind {
    name: "clusterserviceversions",
    aliases: &["csv", "csvs"],
    address: operators("v1alpha1", "ClusterServiceVersion", "clusterserviceversions"),
    columns: &Property::columns(&VERSION_COLUMNS),
    door: Door::Json(&Shape::of(&VERSION_COLUMNS, |body| match text(&body["status"], "phase") {
        "Succeeded" => Health::Good,
        "Pending" | "InstallReady" | "Installing" | "Replacing" => Health::Progress,
        "Failed" => Health::Bad,
        "Deleting" => Health::Leaving,
        _ => Health::Unknown,
    })),
    description: Description::of(requirements),
    ..custom()
};

static SUBSCRIPTION_COLUMNS: [Property; 10] = [
    Property::value("PACKAGE", 18, ".spec.name").rank(3),
    Property::value("SOURCE", 18, ".spec.source").rank(5),
    Property::value("CHANNEL", 10, ".spec.channel").rank(3),
    Property::value("INSTALLED", 22, ".status.installedCSV").rank(2),
    Property::value("CURRENT", 22, ".status.currentCSV").rank(4),
    Property::value("STATE", 16, ".status.state").state(),
    Property::made("APPROVAL", 9, |body| Cell::text(approval(body))).rank(4),
    Property::value("PLAN", 14, ".status.installPlanRef.name").rank(5),
    Property::made("CATALOG", 7, |body| healthy(&body["status"])).rank(5),
    Property::AGE,
];
static SUBSCRIPTION: Kind = Kind {
    name: "subscriptions.operators.coreos.com",
    aliases: &["olmsub"],
    address: operators("v1alpha1", "Subscription", "subscriptions"),
    columns: &Property::columns(&SUBSCRIPTION_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[
            ".spec.installPlanApproval",
            ".status.state",
            ".status.installedCSV",
            ".status.installPlanRef.name",
            ".status.catalogHealth[0].healthy",
        ],
        link: installed,
        ..Shape::of(&SUBSCRIPTION_COLUMNS, subscribed)
    }),
    ..custom()
};

static PLAN_COLUMNS: [Property; 7] = [
    Property::list("CSV", 26, ".spec.clusterServiceVersionNames").rank(2),
    Property::value("APPROVAL", 9, ".spec.approval").rank(3),
    Property::value("APPROVED", 8, ".spec.approved").rank(3),
    Property::value("PHASE", 16, ".status.phase").state(),
    Property::count("STEPS", 5, ".status.plan[*].resolving").rank(4),
    Property::value("MESSAGE", 40, ".status.message").wide(),
    Property::AGE,
];
static PLAN: Kind = Kind {
    name: "installplans",
    aliases: &["ip"],
    address: operators("v1alpha1", "InstallPlan", "installplans"),
    columns: &Property::columns(&PLAN_COLUMNS),
    door: Door::Json(&Shape::of(&PLAN_COLUMNS, |body| match text(&body["status"], "phase") {
        "Complete" => Health::Good,
        "RequiresApproval" => Health::Warn,
        "Planning" | "Installing" => Health::Progress,
        "Failed" => Health::Bad,
        _ => Health::Unknown,
    })),
    ..custom()
};

static GROUP_COLUMNS: [Property; 4] = [
    Property::made("TARGETS", 24, |body| Cell::text(targets(body))).rank(2),
    Property::value("SERVICE-ACCOUNT", 18, ".spec.serviceAccountName").rank(3),
    Property::value("CONFLICT", 9, ".status.conditions[?(@.type==\"MultipleOperatorGroup\")].status").rank(2),
    Property::AGE,
];
static GROUP: Kind = Kind {
    name: "operatorgroups",
    aliases: &["og"],
    address: operators("v1", "OperatorGroup", "operatorgroups"),
    columns: &Property::columns(&GROUP_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".status.namespaces"],
        older: &["v1alpha2"],
        link: |body| Some(Link::to(&VERSION, Scope::namespace(text(&body["metadata"], "namespace")))),
        ..Shape::of(&GROUP_COLUMNS, |body| if is(body, "MultipleOperatorGroup") { Health::Bad } else { Health::Good })
    }),
    ..custom()
};

static CATALOG_COLUMNS: [Property; 7] = [
    Property::value("DISPLAY", 22, ".spec.displayName").rank(4),
    Property::value("TYPE", 10, ".spec.sourceType").rank(4),
    Property::value("PUBLISHER", 16, ".spec.publisher").rank(5),
    Property::value("STATE", 18, ".status.connectionState.lastObservedState").state(),
    Property::age("LAST-POLL", 9, ".status.latestImageRegistryPoll").rank(3),
    Property::value("IMAGE", 36, ".spec.image").rank(6),
    Property::AGE,
];
static CATALOG: Kind = Kind {
    name: "catalogsources",
    aliases: &["catsrc"],
    address: operators("v1alpha1", "CatalogSource", "catalogsources"),
    columns: &Property::columns(&CATALOG_COLUMNS),
    door: Door::Json(&Shape {
        link: |body| {
            let meta = &body["metadata"];
            let labels = format!("catalog={},catalog-namespace={}", text(meta, "name"), text(meta, "namespace"));
            Some(Link::to(&PACKAGE, Scope::namespace(text(meta, "namespace")).labels(labels)))
        },
        ..Shape::of(&CATALOG_COLUMNS, |body| match text(&body["status"]["connectionState"], "lastObservedState") {
            "READY" => Health::Good,
            "CONNECTING" | "IDLE" => Health::Progress,
            "TRANSIENT_FAILURE" | "SHUTDOWN" => Health::Bad,
            _ => Health::Unknown,
        })
    }),
    ..custom()
};

static PACKAGE_COLUMNS: [Property; 5] = [
    Property::value("CATALOG", 24, ".status.catalogSource").rank(2),
    Property::value("DEFAULT-CHANNEL", 15, ".status.defaultChannel").rank(3),
    Property::list("CHANNELS", 24, ".status.channels[*].name").rank(4),
    Property::made("VERSION", 10, |body| Cell::text(newest(&body["status"]))).rank(2),
    Property::AGE,
];
static PACKAGE: Kind = Kind {
    name: "packagemanifests",
    aliases: &["packages"],
    address: Address {
        group: "packages.operators.coreos.com",
        version: "v1",
        kind: "PackageManifest",
        plural: "packagemanifests",
        namespaced: true,
    },
    columns: &Property::columns(&PACKAGE_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".status.defaultChannel", ".status.channels[0].name", ".status.channels[0].currentCSVDesc.version"],
        every: Some(60),
        ..Shape::of(&PACKAGE_COLUMNS, |_| Health::Good)
    }),
    ..Kind::kube()
};

static CONDITION_COLUMNS: [Property; 3] = [
    Property::value("UPGRADEABLE", 11, ".status.conditions[?(@.type==\"Upgradeable\")].status").rank(2),
    Property::list("CONDITIONS", 24, ".status.conditions[*].type").rank(3),
    Property::AGE,
];
static CONDITION: Kind = Kind {
    name: "operatorconditions",
    address: operators("v2", "OperatorCondition", "operatorconditions"),
    columns: &Property::columns(&CONDITION_COLUMNS),
    door: Door::Json(&Shape { older: &["v1"], ..Shape::of(&CONDITION_COLUMNS, failing) }),
    ..custom()
};

static OPERATOR_COLUMNS: [Property; 2] =
    [Property::count("COMPONENTS", 10, ".status.components.refs[*].kind").rank(2), Property::AGE];
static OPERATOR: Kind = Kind {
    name: "operators",
    address: Address { namespaced: false, ..operators("v1", "Operator", "operators") },
    columns: &Property::columns(&OPERATOR_COLUMNS),
    door: Door::Json(&Shape { needs: &[".status.components.refs[0].kind"], ..Shape::of(&OPERATOR_COLUMNS, failing) }),
    ..custom()
};

static CONFIG_COLUMNS: [Property; 3] = [
    Property::value("COPIES-OFF", 10, ".spec.features.disableCopiedCSVs").rank(2),
    Property::list("CONDITIONS", 24, ".status.conditions[*].type").rank(3),
    Property::AGE,
];
static CONFIG: Kind = Kind {
    name: "olmconfigs",
    address: Address { namespaced: false, ..operators("v1", "OLMConfig", "olmconfigs") },
    columns: &Property::columns(&CONFIG_COLUMNS),
    door: Door::Json(&Shape::of(&CONFIG_COLUMNS, failing)),
    ..custom()
};

// Its successor.

static EXTENSION_COLUMNS: [Property; 8] = [
    Property::value("BUNDLE", 24, ".status.install.bundle.name").rank(3),
    Property::value("VERSION", 8, ".status.install.bundle.version").rank(2),
    Property::value("INSTALLED", 9, ".status.conditions[?(@.type==\"Installed\")].status").state(),
    Property::value("PROGRESSING", 16, ".status.conditions[?(@.type==\"Progressing\")].reason").rank(2),
    Property::value("PACKAGE", 18, ".spec.source.catalog.packageName").rank(3),
    Property::list("CHANNELS", 14, ".spec.source.catalog.channels").rank(5),
    Property::value("CONSTRAINT", 12, ".spec.source.catalog.version").rank(5),
    Property::AGE,
];
static EXTENSION: Kind = Kind {
    name: "clusterextensions",
    aliases: &["cext"],
    address: cluster("ClusterExtension", "clusterextensions"),
    columns: &Property::columns(&EXTENSION_COLUMNS),
    door: Door::Json(&Shape::of(&EXTENSION_COLUMNS, extended)),
    ..custom()
};

static CLUSTER_CATALOG_COLUMNS: [Property; 5] = [
    Property::age("LAST-UNPACKED", 13, ".status.lastUnpacked").rank(3),
    Property::value("SERVING", 8, ".status.conditions[?(@.type==\"Serving\")].status").state(),
    Property::value("AVAILABILITY", 12, ".spec.availabilityMode").rank(3),
    Property::value("PRIORITY", 8, ".spec.priority").number().rank(4),
    Property::AGE,
];
static CLUSTER_CATALOG: Kind = Kind {
    name: "clustercatalogs",
    aliases: &["ccat"],
    address: cluster("ClusterCatalog", "clustercatalogs"),
    columns: &Property::columns(&CLUSTER_CATALOG_COLUMNS),
    door: Door::Json(&Shape::of(&CLUSTER_CATALOG_COLUMNS, |body| match condition(body, "Serving") {
        None => Health::Unknown,
        Some(serving) if serving["status"] == "True" => Health::Good,
        Some(serving) if serving["reason"] == "UserSpecifiedUnavailable" => Health::Done,
        Some(_) => Health::Bad,
    })),
    ..custom()
};

static OBJECT_SET_COLUMNS: [Property; 4] = [
    Property::value("AVAILABLE", 9, ".status.conditions[?(@.type==\"Available\")].status").state(),
    Property::value("PROGRESSING", 11, ".status.conditions[?(@.type==\"Progressing\")].status").rank(2),
    Property::value("REASON", 16, ".status.conditions[?(@.type==\"Available\")].reason").rank(2),
    Property::AGE,
];
static OBJECT_SET: Kind = Kind {
    name: "clusterobjectsets",
    address: cluster("ClusterObjectSet", "clusterobjectsets"),
    columns: &Property::columns(&OBJECT_SET_COLUMNS),
    door: Door::Json(&Shape::of(&OBJECT_SET_COLUMNS, |body| {
        let reasons =
            ["Available", "Progressing"].map(|name| condition(body, name).map_or("", |one| text(one, "reason")));
        let has = |wanted: &[&str]| reasons.iter().any(|reason| wanted.contains(reason));
        match () {
            () if is(body, "Available") => Health::Good,
            () if has(&["ProbeFailure", "Blocked"]) => Health::Bad,
            () if has(&["Archived"]) => Health::Done,
            () => Health::Progress,
        }
    })),
    ..Kind::kube()
};

fn is(body: &Value, name: &str) -> bool {
    condition(body, name).is_some_and(|condition| condition["status"] == "True")
}

/// Plans are approved by hand only where that is asked for.
fn approval(body: &Value) -> &str {
    match text(&body["spec"], "installPlanApproval") {
        "" => "Automatic",
        approval => approval,
    }
}

/// How many of the catalogs that were looked at can be read.
fn healthy(status: &Value) -> Cell {
    let all = items(status, "catalogHealth");
    let well = all.iter().filter(|one| one["healthy"] == true).count();
    if all.is_empty() { Cell::None } else { Cell::Ratio(well as u32, all.len() as u32) }
}

fn subscribed(body: &Value) -> Health {
    let status = &body["status"];
    let is_unread = items(status, "catalogHealth").iter().any(|one| one["healthy"] == false);
    match (text(status, "state"), approval(body)) {
        ("UpgradeFailed", _) => Health::Bad,
        _ if is_unread => Health::Warn,
        ("AtLatestKnown", _) => Health::Good,
        ("UpgradePending" | "UpgradeAvailable", "Manual") => Health::Warn,
        ("UpgradePending" | "UpgradeAvailable", _) => Health::Progress,
        _ => Health::Unknown,
    }
}

/// The plan that waits, or what is installed.
fn installed(body: &Value) -> Option<Link> {
    let status = &body["status"];
    let (plan, version) = (text(&status["installPlanRef"], "name"), text(status, "installedCSV"));
    let beside = |kind: &'static Kind, name: &str| {
        Some(Link::to(kind, Scope::namespace(text(&body["metadata"], "namespace")).named(name)))
    };
    match text(status, "state") {
        "UpgradePending" if !plan.is_empty() => beside(&PLAN, plan),
        _ if !version.is_empty() => beside(&VERSION, version),
        _ => None,
    }
}

/// The namespaces that operators watch; one without a name stands for all.
fn targets(body: &Value) -> String {
    let all = items(&body["status"], "namespaces").iter().filter_map(Value::as_str);
    all.map(|name| if name.is_empty() { "*" } else { name }).collect::<Vec<_>>().join(",")
}

/// The version at the head of the default channel.
fn newest(status: &Value) -> &str {
    let default = items(status, "channels").iter().find(|channel| channel["name"] == status["defaultChannel"]);
    default.map_or("", |channel| text(&channel["currentCSVDesc"], "version"))
}

fn extended(body: &Value) -> Health {
    let progress = condition(body, "Progressing").map_or("", |progress| text(progress, "reason"));
    match progress {
        "Blocked" | "InvalidConfiguration" | "Failed" | "ProgressDeadlineExceeded" => Health::Bad,
        "RollingOut" | "Retrying" => Health::Progress,
        _ if is(body, "Deprecated") => Health::Warn,
        "Succeeded" if is(body, "Installed") => Health::Good,
        _ if condition(body, "Installed").is_some_and(|told| told["reason"] == "Failed") => Health::Bad,
        _ => Health::Unknown,
    }
}

/// Why an operator is not there yet: what it needs, and what it runs as.
fn requirements(body: &Value, _: &Around<'_>) -> Vec<Section> {
    let (spec, status) = (&body["spec"], &body["status"]);
    let mut operator = Section::new("Operator");
    operator.pair("Name", text(spec, "displayName")).pair("Version", text(spec, "version"));
    operator.pair("Replaces", text(spec, "replaces"));
    operator.pair("Phase", text(status, "phase")).pair("Reason", text(status, "reason"));
    operator.pair("Message", text(status, "message"));
    let mut needs = Section::new("Requirements");
    let row = |one: &Value| ["kind", "name", "version", "status", "message"].map(|key| Cell::text(text(one, key)));
    let rows = items(status, "requirementStatus").iter().map(row);
    needs.table(["KIND", "NAME", "VERSION", "STATUS", "MESSAGE"], rows);
    let names = |value: &Value, key: &str| -> Vec<String> {
        items(value, key).iter().map(|one| text(one, "name").to_owned()).collect()
    };
    let deployments = names(&spec["install"]["spec"], "deployments");
    let owned = names(&spec["customresourcedefinitions"], "owned");
    vec![operator, needs, lines("Deployments", deployments.into_iter()), lines("Owned definitions", owned.into_iter())]
}
