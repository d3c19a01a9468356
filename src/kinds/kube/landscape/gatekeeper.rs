//! Gatekeeper: templates of constraints, what is changed on admission, and what it is told (open-policy-
//! agent/gatekeeper, apis, and open-policy-agent/frameworks/constraint).

use super::custom;
use super::state::living;
use crate::kinds::kstatus::failing;
use crate::kinds::kube::facts::{items, since, text};
use crate::kinds::mask;
use crate::model::{Address, Around, Cell, Description, Door, Health, Kind, Property, Section, Shape, Value};

pub static KINDS: &[&Kind] = &[
    &TEMPLATE,
    &ASSIGN,
    &ASSIGN_METADATA,
    &MODIFY_SET,
    &ASSIGN_IMAGE,
    &CONFIG,
    &SYNC_SET,
    &CONNECTION,
    &EXPANSION,
    &EXTERNAL,
    &CONSTRAINT,
];

const fn template(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "templates.gatekeeper.sh", version: "v1", kind, plural, namespaced: false }
}

const fn mutation(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "mutations.gatekeeper.sh", version: "v1", kind, plural, namespaced: false }
}

const fn config(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "config.gatekeeper.sh", version: "v1alpha1", kind, plural, namespaced: true }
}

const fn syncset(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "syncset.gatekeeper.sh", version: "v1alpha1", kind, plural, namespaced: false }
}

const fn connection(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "connection.gatekeeper.sh", version: "v1alpha1", kind, plural, namespaced: true }
}

const fn expansion(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "expansion.gatekeeper.sh", version: "v1beta1", kind, plural, namespaced: false }
}

const fn external(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "externaldata.gatekeeper.sh", version: "v1beta1", kind, plural, namespaced: false }
}

/// Templates make kinds of constraints, so only a server knows which there are. They are read alike.
const EVERY: Address =
    Address { group: "constraints.gatekeeper.sh", version: "v1beta1", kind: "", plural: "", namespaced: false };

const ERRORS: Property = Property::count("ERRORS", 6, ".status.byPod[*].errors[*]").rank(0);

static TEMPLATE_COLUMNS: [Property; 5] = [
    Property::value("KIND", 24, ".spec.crd.spec.names.kind"),
    Property::made("ENGINE", 20, engine).rank(2),
    Property::value("CREATED", 7, ".status.created").state(),
    ERRORS,
    Property::AGE,
];
static TEMPLATE: Kind = Kind {
    name: "constrainttemplates",
    aliases: &["ct"],
    address: template("ConstraintTemplate", "constrainttemplates"),
    columns: &Property::columns(&TEMPLATE_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".spec.targets", ".status.byPod", ".status.created"],
        older: &["v1beta1", "v1alpha1"],
        ..Shape::of(&TEMPLATE_COLUMNS, compiled)
    }),
    ..custom()
};

static ASSIGN_COLUMNS: [Property; 4] = [
    Property::value("LOCATION", 40, ".spec.location"),
    Property::list("APPLIES-TO", 20, ".spec.applyTo[*].kinds").rank(2),
    ERRORS,
    Property::AGE,
];
static ASSIGN: Kind = Kind {
    name: "assign",
    address: mutation("Assign", "assign"),
    columns: &Property::columns(&ASSIGN_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".status.byPod"],
        older: &["v1beta1", "v1alpha1"],
        ..Shape::of(&ASSIGN_COLUMNS, told)
    }),
    ..custom()
};

static ASSIGN_METADATA_COLUMNS: [Property; 4] = [
    Property::value("LOCATION", 40, ".spec.location"),
    Property::list("APPLIES-TO", 20, ".spec.match.kinds[*].kinds").rank(2),
    ERRORS,
    Property::AGE,
];
static ASSIGN_METADATA: Kind = Kind {
    name: "assignmetadata",
    address: mutation("AssignMetadata", "assignmetadata"),
    columns: &Property::columns(&ASSIGN_METADATA_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".status.byPod"],
        older: &["v1beta1", "v1alpha1"],
        ..Shape::of(&ASSIGN_METADATA_COLUMNS, told)
    }),
    ..custom()
};

static MODIFY_SET: Kind = Kind { name: "modifyset", address: mutation("ModifySet", "modifyset"), ..ASSIGN };

static ASSIGN_IMAGE: Kind = Kind {
    name: "assignimage",
    address: Address { version: "v1alpha1", ..mutation("AssignImage", "assignimage") },
    columns: &Property::columns(&ASSIGN_COLUMNS),
    door: Door::Json(&Shape { needs: &[".status.byPod"], ..Shape::of(&ASSIGN_COLUMNS, told) }),
    ..custom()
};

static CONFIG_COLUMNS: [Property; 3] =
    [Property::list("SYNCED", 30, ".spec.sync.syncOnly[*].kind"), ERRORS, Property::AGE];
static CONFIG: Kind = Kind {
    name: "configs",
    address: config("Config", "configs"),
    columns: &Property::columns(&CONFIG_COLUMNS),
    door: Door::Json(&Shape { needs: &[".status.byPod"], ..Shape::of(&CONFIG_COLUMNS, told) }),
    ..custom()
};

static SYNC_SET_COLUMNS: [Property; 2] = [Property::list("SYNCED", 30, ".spec.gvks[*].kind"), Property::AGE];
static SYNC_SET: Kind = Kind {
    name: "syncsets",
    address: syncset("SyncSet", "syncsets"),
    columns: &Property::columns(&SYNC_SET_COLUMNS),
    door: Door::Json(&Shape::of(&SYNC_SET_COLUMNS, failing)),
    ..custom()
};

static CONNECTION_COLUMNS: [Property; 4] = [
    Property::value("DRIVER", 10, ".spec.driver"),
    Property::list("ACTIVE", 8, ".status.byPod[*].active").rank(2),
    ERRORS,
    Property::AGE,
];
static CONNECTION: Kind = Kind {
    name: "connections",
    address: connection("Connection", "connections"),
    columns: &Property::columns(&CONNECTION_COLUMNS),
    door: Door::Json(&Shape { needs: &[".status.byPod"], ..Shape::of(&CONNECTION_COLUMNS, told) }),
    ..custom()
};

static EXPANSION_COLUMNS: [Property; 5] = [
    Property::list("APPLIES-TO", 24, ".spec.applyTo[*].kinds"),
    Property::value("GENERATES", 12, ".spec.generatedGVK.kind").rank(2),
    Property::value("SOURCE", 24, ".spec.templateSource").rank(3),
    ERRORS,
    Property::AGE,
];
static EXPANSION: Kind = Kind {
    name: "expansiontemplate",
    address: expansion("ExpansionTemplate", "expansiontemplate"),
    columns: &Property::columns(&EXPANSION_COLUMNS),
    door: Door::Json(&Shape { needs: &[".status.byPod"], older: &["v1alpha1"], ..Shape::of(&EXPANSION_COLUMNS, told) }),
    ..custom()
};

static EXTERNAL_COLUMNS: [Property; 5] = [
    Property::value("URL", 36, ".spec.url"),
    Property::value("TIMEOUT", 7, ".spec.timeout").rank(2).number(),
    Property::list("ACTIVE", 8, ".status.byPod[*].active").rank(3),
    ERRORS,
    Property::AGE,
];
static EXTERNAL: Kind = Kind {
    name: "externaldataproviders",
    address: external("Provider", "providers"),
    columns: &Property::columns(&EXTERNAL_COLUMNS),
    door: Door::Json(&Shape { needs: &[".status.byPod"], older: &["v1alpha1"], ..Shape::of(&EXTERNAL_COLUMNS, told) }),
    ..custom()
};

static CONSTRAINT_COLUMNS: [Property; 6] = [
    Property::made("ACTION", 8, |body| Cell::text(action(body))),
    Property::value("VIOLATIONS", 10, ".status.totalViolations").rank(0).number(),
    Property::age("LAST-AUDIT", 10, ".status.auditTimestamp").rank(3),
    Property::made("ENFORCED-ON", 11, enforced).rank(4),
    ERRORS,
    Property::AGE,
];
static CONSTRAINT: Kind = Kind {
    name: "constraints",
    address: EVERY,
    columns: &Property::columns(&CONSTRAINT_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".spec.enforcementAction", ".status.byPod", ".status.totalViolations"],
        older: &["v1alpha1"],
        ..Shape::of(&CONSTRAINT_COLUMNS, constraint)
    }),
    description: Description::of(describe),
    ..custom()
};

fn has_errors(body: &Value) -> bool {
    items(&body["status"], "byPod").iter().any(|pod| !items(pod, "errors").is_empty())
}

/// A template that was read becomes a kind of constraints.
fn compiled(body: &Value) -> Health {
    living(body, || match &body["status"]["created"] {
        _ if has_errors(body) => Health::Bad,
        Value::Bool(true) => Health::Good,
        Value::Bool(false) => Health::Progress,
        _ => Health::Unknown,
    })
}

/// By what each pod of Gatekeeper says.
fn told(body: &Value) -> Health {
    living(body, || match items(&body["status"], "byPod") {
        [] => Health::Unknown,
        _ if has_errors(body) => Health::Bad,
        _ => Health::Good,
    })
}

/// `Rego,K8sNativeValidation`: what a template is written in.
fn engine(body: &Value) -> Cell {
    let targets = items(&body["spec"], "targets");
    let older = targets.iter().filter(|target| !text(target, "rego").is_empty()).map(|_| "Rego");
    let newer = targets.iter().flat_map(|target| items(target, "code")).map(|code| text(code, "engine"));
    let mut engines: Vec<&str> = older.chain(newer).collect();
    engines.dedup();
    Cell::text(engines.join(","))
}

fn violations(body: &Value) -> i64 {
    body["status"]["totalViolations"].as_i64().unwrap_or(0)
}

/// Without one, a constraint denies.
fn action(body: &Value) -> &str {
    match text(&body["spec"], "enforcementAction") {
        "" => "deny",
        action => action,
    }
}

fn constraint(body: &Value) -> Health {
    living(body, || match (violations(body), action(body)) {
        _ if has_errors(body) => Health::Bad,
        _ if body["status"]["byPod"].is_null() => Health::Unknown,
        (0, _) => Health::Good,
        (_, "deny" | "scoped") => Health::Bad,
        _ => Health::Warn,
    })
}

/// `2/3`: the pods of Gatekeeper that enforce it.
fn enforced(body: &Value) -> Cell {
    let pods = items(&body["status"], "byPod");
    let enforcing = pods.iter().filter(|pod| pod["enforced"] == true).count();
    if pods.is_empty() { Cell::None } else { Cell::Ratio(enforcing as u32, pods.len() as u32) }
}

/// What breaks it. An audit keeps only the first of them, so their number is told beside.
fn describe(body: &Value, _: &Around<'_>) -> Vec<Section> {
    let (status, told) = (&body["status"], items(&body["status"], "violations"));
    let mut audit = Section::new("Audit");
    audit.pair("Action", action(body)).cell("Last audit", since(status, "auditTimestamp"));
    audit.pair("Violations", format!("{}, of which {} are kept", violations(body), told.len()));
    let row = |violation: &Value| {
        let [kind, namespace, name, message] =
            ["kind", "namespace", "name", "message"].map(|key| Cell::text(mask::urls(text(violation, key)).as_ref()));
        [kind, namespace, name, message]
    };
    let mut section = Section::new("Violations");
    section.table(["KIND", "NAMESPACE", "NAME", "MESSAGE"], told.iter().map(row));
    vec![audit, section]
}
