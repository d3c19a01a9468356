//! Flux: sources, what is made of them, and who is told (fluxcd/source-controller, kustomize-controller, helm-controller,
//! notification-controller, image-reflector-controller, image-automation-controller, source-watcher, and
//! controlplaneio-fluxcd/flux-operator).

use super::{READY, STATUS, SUSPENDED, custom, reference};
use crate::kinds::describe::generic;
use crate::kinds::kstatus::failing;
use crate::kinds::kube::facts::{items, text};
use crate::kinds::verbs;
use crate::model::{
    Address, Around, Cell, Description, Door, Health, Kind, Link, Object, Property, Related, Scope, Section, Shape,
    Value,
};

pub static KINDS: &[&Kind] = &[
    &GIT,
    &OCI,
    &HELM,
    &BUCKET,
    &CHART,
    &EXTERNAL,
    &KUSTOMIZATION,
    &RELEASE,
    &RECEIVER,
    &ALERT,
    &PROVIDER,
    &IMAGE,
    &POLICY,
    &AUTOMATION,
    &GENERATOR,
    &INSTANCE,
    &REPORT,
    &SET,
    &INPUTS,
];

const fn source(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "source.toolkit.fluxcd.io", version: "v1", kind, plural, namespaced: true }
}

const fn notification(kind: &'static str, plural: &'static str, version: &'static str) -> Address {
    Address { group: "notification.toolkit.fluxcd.io", version, kind, plural, namespaced: true }
}

const fn image(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "image.toolkit.fluxcd.io", version: "v1", kind, plural, namespaced: true }
}

const fn operator(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "fluxcd.controlplane.io", version: "v1", kind, plural, namespaced: true }
}

const URL: Property = Property::value("URL", 30, ".spec.url").rank(6);
const INTERVAL: Property = Property::value("INTERVAL", 8, ".spec.interval").rank(7);
const REVISION: Property =
    Property::made("REVISION", 20, |body| revision(&body["status"]["artifact"]["revision"])).rank(2);
const UPDATED: Property = Property::age("UPDATED", 7, ".status.artifact.lastUpdateTime").rank(3);
const SOURCE: Property =
    Property::made("SOURCE", 24, |body| Cell::text(reference(body, &body["spec"]["sourceRef"]))).rank(5);
const DEPENDS: Property = Property::list("DEPENDS-ON", 14, ".spec.dependsOn[*].name").rank(7);
const ARTIFACT: &[&str] = &[".status.artifact.revision", ".spec.sourceRef", REQUESTED, HANDLED];

/// What became of the last request to reconcile, for those who wait for it.
const RECONCILE: Property = Property::made("RECONCILE", 9, reconciled).wide();
/// What is kept for it. Nothing but the annotation of the request is shown.
const REQUESTED: &str = ".metadata.annotations";
const HANDLED: &str = ".status.lastHandledReconcileAt";

fn reconciled(body: &Value) -> Cell {
    let requested = text(&body["metadata"]["annotations"], "reconcile.fluxcd.io/requestedAt");
    let word = match failing(body) {
        _ if requested.is_empty() => return Cell::None,
        _ if requested != text(&body["status"], "lastHandledReconcileAt") => "requested",
        Health::Bad => "failed",
        Health::Good => "done",
        Health::Done => "suspended",
        Health::Warn | Health::Progress | Health::Leaving | Health::Unknown => "running",
    };
    Cell::text(word)
}

// Sources.

static GIT_COLUMNS: [Property; 10] = [
    READY,
    STATUS,
    REVISION,
    SUSPENDED,
    URL,
    Property::made("REF", 12, |body| Cell::text(branch(&body["spec"]["ref"]))).rank(5),
    INTERVAL,
    UPDATED,
    RECONCILE,
    Property::AGE,
];
static GIT: Kind = Kind {
    name: "gitrepositories",
    aliases: &["gitrepo"],
    address: source("GitRepository", "gitrepositories"),
    columns: &Property::columns(&GIT_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[REQUESTED, HANDLED, ".status.artifact.revision", ".spec.ref"],
        ..Shape::of(&GIT_COLUMNS, failing)
    }),
    description: USED,
    verbs: verbs::RECONCILED,
    ..custom()
};

static URL_COLUMNS: [Property; 9] =
    [READY, STATUS, REVISION, SUSPENDED, URL, INTERVAL, UPDATED, RECONCILE, Property::AGE];
static OCI: Kind = Kind {
    name: "ocirepositories",
    aliases: &["ocirepo"],
    address: source("OCIRepository", "ocirepositories"),
    columns: &Property::columns(&URL_COLUMNS),
    door: Door::Json(&Shape { needs: ARTIFACT, ..Shape::of(&URL_COLUMNS, failing) }),
    description: USED,
    verbs: verbs::RECONCILED,
    ..custom()
};
static HELM: Kind = Kind {
    name: "helmrepositories",
    aliases: &["helmrepo"],
    address: source("HelmRepository", "helmrepositories"),
    columns: &Property::columns(&URL_COLUMNS),
    door: Door::Json(&Shape { needs: ARTIFACT, ..Shape::of(&URL_COLUMNS, failing) }),
    description: USED,
    verbs: verbs::RECONCILED,
    ..custom()
};

static BUCKET_COLUMNS: [Property; 10] = [
    READY,
    STATUS,
    REVISION,
    SUSPENDED,
    Property::value("ENDPOINT", 20, ".spec.endpoint").rank(6),
    Property::value("BUCKET", 14, ".spec.bucketName").rank(5),
    INTERVAL,
    UPDATED,
    RECONCILE,
    Property::AGE,
];
static BUCKET: Kind = Kind {
    name: "buckets",
    address: source("Bucket", "buckets"),
    columns: &Property::columns(&BUCKET_COLUMNS),
    door: Door::Json(&Shape { needs: ARTIFACT, ..Shape::of(&BUCKET_COLUMNS, failing) }),
    description: USED,
    verbs: verbs::RECONCILED,
    ..custom()
};

static CHART_COLUMNS: [Property; 9] = [
    READY,
    STATUS,
    REVISION,
    SUSPENDED,
    Property::value("CHART", 14, ".spec.chart").rank(4),
    Property::value("VERSION", 8, ".spec.version").rank(5),
    SOURCE,
    RECONCILE,
    Property::AGE,
];
static CHART: Kind = Kind {
    name: "helmcharts",
    aliases: &["hc"],
    address: source("HelmChart", "helmcharts"),
    columns: &Property::columns(&CHART_COLUMNS),
    door: Door::Json(&Shape { needs: ARTIFACT, ..Shape::of(&CHART_COLUMNS, failing) }),
    description: USED,
    verbs: verbs::RECONCILED,
    ..custom()
};

static EXTERNAL_COLUMNS: [Property; 6] = [READY, STATUS, REVISION, SOURCE, UPDATED, Property::AGE];
static EXTERNAL: Kind = Kind {
    name: "externalartifacts",
    aliases: &["ea"],
    address: source("ExternalArtifact", "externalartifacts"),
    columns: &Property::columns(&EXTERNAL_COLUMNS),
    door: Door::Json(&Shape { needs: ARTIFACT, ..Shape::of(&EXTERNAL_COLUMNS, failing) }),
    description: USED,
    ..custom()
};

/// The page of a source: what uses it.
const USED: Description = Description::BODY.with(&[
    Related::new("Kustomizations", |_| everywhere(&KUSTOMIZATION)).keep(uses).columns(USERS),
    Related::new("Helm releases", |_| everywhere(&RELEASE)).keep(uses).columns(USERS),
    Related::new("Charts", |_| everywhere(&CHART)).keep(uses).columns(USERS),
    Related::new("Image updates", |_| everywhere(&AUTOMATION)).keep(uses).columns(&["NAMESPACE", "READY"]),
    Related::new("Generators", |_| everywhere(&GENERATOR)).keep(uses).columns(&["NAMESPACE", "READY"]),
]);
const USERS: &[&str] = &["NAMESPACE", "READY", "REVISION", "SUSPENDED"];

fn everywhere(kind: &'static Kind) -> Option<Link> {
    Some(Link::to(kind, Scope::all()))
}

/// Whether one of the sources of an object is this one.
fn uses(source: &Value, _: &Around<'_>, user: &Object) -> bool {
    let words = ["SOURCE", "SOURCES"].map(|title| user.word(title));
    words.iter().flat_map(|word| word.split(',')).any(|word| is_meant(source, user, word))
}

/// Whether a reference in the row of a user, as [`reference`] writes it, leads to this object.
fn is_meant(body: &Value, user: &Object, word: &str) -> bool {
    let meta = &body["metadata"];
    let (kind, namespace, name) = (text(body, "kind"), text(meta, "namespace"), text(meta, "name"));
    match word.split('/').collect::<Vec<_>>()[..] {
        [of, there] => user.id.namespace == namespace && (of, there) == (kind, name),
        [of, at, there] => (of, at, there) == (kind, namespace, name),
        _ => false,
    }
}

// What is made of sources.

static KUSTOMIZATION_COLUMNS: [Property; 14] = [
    READY,
    STATUS,
    Property::made("REVISION", 20, |body| revision(&body["status"]["lastAppliedRevision"])).rank(2),
    Property::made("LATEST", 20, |body| latest(body, "lastAppliedRevision")).rank(3),
    SUSPENDED,
    SOURCE,
    Property::value("PATH", 20, ".spec.path").rank(6),
    Property::count("OBJECTS", 7, ".status.inventory.entries[*].id").rank(4),
    Property::value("PRUNE", 5, ".spec.prune").rank(7),
    DEPENDS,
    INTERVAL,
    Property::age("LAST-RECONCILE", 14, ".status.history[0].lastReconciled").rank(4),
    RECONCILE,
    Property::AGE,
];
static KUSTOMIZATION: Kind = Kind {
    name: "kustomizations",
    aliases: &["ks"],
    address: Address {
        group: "kustomize.toolkit.fluxcd.io",
        version: "v1",
        kind: "Kustomization",
        plural: "kustomizations",
        namespaced: true,
    },
    columns: &Property::columns(&KUSTOMIZATION_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[REQUESTED, HANDLED, ".spec.sourceRef", ".status.lastAppliedRevision", ".status.lastAttemptedRevision"],
        ..Shape::of(&KUSTOMIZATION_COLUMNS, failing)
    }),
    description: Description::of(describe),
    verbs: verbs::RECONCILED,
    ..custom()
};

static RELEASE_COLUMNS: [Property; 15] = [
    READY,
    STATUS,
    Property::value("REVISION", 12, ".status.history[0].chartVersion").rank(2),
    Property::made("LATEST", 12, newest).rank(3),
    SUSPENDED,
    Property::made("RELEASE", 20, |body| Cell::text(release(body))).rank(4),
    Property::made("CHART", 16, |body| Cell::text(chart(body))).rank(4),
    Property::made("SOURCE", 24, |body| Cell::text(chart_source(body))).rank(5),
    Property::value("FAILURES", 8, ".status.failures").number().rank(4),
    Property::value("DRIFT", 8, ".spec.driftDetection.mode").rank(7),
    DEPENDS,
    INTERVAL,
    Property::age("LAST-RECONCILE", 14, ".status.history[0].lastDeployed").rank(4),
    RECONCILE,
    Property::AGE,
];
static RELEASE: Kind = Kind {
    name: "helmreleases",
    aliases: &["hr"],
    address: Address {
        group: "helm.toolkit.fluxcd.io",
        version: "v2",
        kind: "HelmRelease",
        plural: "helmreleases",
        namespaced: true,
    },
    columns: &Property::columns(&RELEASE_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[
            REQUESTED,
            HANDLED,
            ".spec.chart.spec.chart",
            ".spec.chart.spec.sourceRef",
            ".spec.chartRef",
            ".spec.releaseName",
            ".spec.targetNamespace",
            ".status.history[0].name",
            ".status.history[0].namespace",
            ".status.history[0].chartName",
            ".status.history[0].chartVersion",
            ".status.lastAttemptedRevision",
        ],
        ..Shape::of(&RELEASE_COLUMNS, failing)
    }),
    description: Description::of(describe),
    verbs: verbs::RELEASED,
    ..custom()
};

// Who is told.

static RECEIVER_COLUMNS: [Property; 7] = [
    READY,
    STATUS,
    SUSPENDED,
    Property::value("TYPE", 10, ".spec.type").rank(2),
    Property::made("RESOURCES", 24, |body| Cell::text(references(body, "resources"))).rank(3),
    RECONCILE,
    Property::AGE,
];
static RECEIVER: Kind = Kind {
    name: "receivers",
    address: notification("Receiver", "receivers", "v1"),
    columns: &Property::columns(&RECEIVER_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[REQUESTED, HANDLED, ".spec.resources"],
        ..Shape::of(&RECEIVER_COLUMNS, failing)
    }),
    verbs: verbs::RECONCILED,
    ..custom()
};

static ALERT_COLUMNS: [Property; 5] = [
    SUSPENDED,
    Property::value("SEVERITY", 8, ".spec.eventSeverity").rank(2),
    Property::value("PROVIDER", 16, ".spec.providerRef.name").rank(2),
    Property::made("SOURCES", 24, |body| Cell::text(references(body, "eventSources"))).rank(3),
    Property::AGE,
];
static ALERT: Kind = Kind {
    name: "alerts",
    address: notification("Alert", "alerts", "v1beta3"),
    columns: &Property::columns(&ALERT_COLUMNS),
    door: Door::Json(&Shape { needs: &[".spec.eventSources"], ..Shape::of(&ALERT_COLUMNS, failing) }),
    verbs: verbs::SUSPENDED,
    ..custom()
};

static PROVIDER_COLUMNS: [Property; 5] = [
    SUSPENDED,
    Property::value("TYPE", 10, ".spec.type").rank(2),
    Property::value("CHANNEL", 16, ".spec.channel").rank(3),
    Property::value("SECRET", 16, ".spec.secretRef.name").rank(3),
    Property::AGE,
];
static PROVIDER: Kind = Kind {
    name: "providers",
    address: notification("Provider", "providers", "v1beta3"),
    columns: &Property::columns(&PROVIDER_COLUMNS),
    door: Door::Json(&Shape::of(&PROVIDER_COLUMNS, failing)),
    description: Description::BODY.with(&[Related::new("Alerts", |body| beside(body, &ALERT))
        .keep(|provider, _, alert| alert.word("PROVIDER") == text(&provider["metadata"], "name"))]),
    verbs: verbs::SUSPENDED,
    ..custom()
};

// Images.

static IMAGE_COLUMNS: [Property; 8] = [
    READY,
    STATUS,
    Property::value("IMAGE", 30, ".spec.image").rank(2),
    Property::value("TAGS", 5, ".status.lastScanResult.tagCount").number().rank(3),
    Property::age("LAST-SCAN", 9, ".status.lastScanResult.scanTime").rank(3),
    SUSPENDED,
    RECONCILE,
    Property::AGE,
];
static IMAGE: Kind = Kind {
    name: "imagerepositories",
    aliases: &["imgrepo", "imagerepo"],
    address: image("ImageRepository", "imagerepositories"),
    columns: &Property::columns(&IMAGE_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[REQUESTED, HANDLED],
        older: &["v1beta2"],
        ..Shape::of(&IMAGE_COLUMNS, failing)
    }),
    description: Description::BODY.with(&[Related::new("Policies", |_| everywhere(&POLICY))
        .keep(|repository, _, policy| is_meant(repository, policy, policy.word("REPOSITORY")))
        .columns(&["NAMESPACE", "READY", "TAG", "POLICY"])]),
    verbs: verbs::RECONCILED,
    ..custom()
};

static POLICY_COLUMNS: [Property; 9] = [
    READY,
    STATUS,
    Property::made("IMAGE", 30, |body| Cell::text(text(&body["status"]["latestRef"], "name"))).rank(2),
    Property::value("TAG", 12, ".status.latestRef.tag").rank(2),
    Property::made("POLICY", 20, |body| Cell::text(policy(&body["spec"]["policy"]))).rank(3),
    Property::made("REPOSITORY", 20, |body| Cell::text(repository(body))).wide(),
    SUSPENDED,
    RECONCILE,
    Property::AGE,
];
static POLICY: Kind = Kind {
    name: "imagepolicies",
    aliases: &["imgpol", "imagepol"],
    address: image("ImagePolicy", "imagepolicies"),
    columns: &Property::columns(&POLICY_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[REQUESTED, HANDLED, ".spec.policy", ".spec.imageRepositoryRef", ".status.latestRef.name"],
        older: &["v1beta2"],
        ..Shape::of(&POLICY_COLUMNS, failing)
    }),
    verbs: verbs::RECONCILED,
    ..custom()
};

static AUTOMATION_COLUMNS: [Property; 7] = [
    READY,
    STATUS,
    Property::age("LAST-RUN", 8, ".status.lastAutomationRunTime").rank(2),
    SOURCE,
    SUSPENDED,
    RECONCILE,
    Property::AGE,
];
static AUTOMATION: Kind = Kind {
    name: "imageupdateautomations",
    aliases: &["iua", "imgupd", "imgauto"],
    address: image("ImageUpdateAutomation", "imageupdateautomations"),
    columns: &Property::columns(&AUTOMATION_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[REQUESTED, HANDLED, ".spec.sourceRef"],
        older: &["v1beta2"],
        ..Shape::of(&AUTOMATION_COLUMNS, failing)
    }),
    verbs: verbs::RECONCILED,
    ..custom()
};

// Artifacts made of others, and the operator. Their pause is an annotation.

/// What is kept to see it.
const PAUSE: &str = ".metadata.annotations";

fn unless_disabled(body: &Value) -> Health {
    let mut keys = ["source.extensions.fluxcd.io/reconcile", "fluxcd.controlplane.io/reconcile"].into_iter();
    match keys.any(|key| body["metadata"]["annotations"][key] == "disabled") {
        true => Health::Done,
        false => failing(body),
    }
}

static GENERATOR_COLUMNS: [Property; 5] = [
    READY,
    STATUS,
    Property::made("SOURCES", 24, |body| Cell::text(references(body, "sources"))).rank(3),
    Property::count("ARTIFACTS", 9, ".status.inventory[*].name").rank(2),
    Property::AGE,
];
static GENERATOR: Kind = Kind {
    name: "artifactgenerators",
    aliases: &["ag"],
    address: Address {
        group: "source.extensions.fluxcd.io",
        version: "v1beta1",
        kind: "ArtifactGenerator",
        plural: "artifactgenerators",
        namespaced: true,
    },
    columns: &Property::columns(&GENERATOR_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".spec.sources", PAUSE],
        link: generated,
        ..Shape::of(&GENERATOR_COLUMNS, unless_disabled)
    }),
    ..custom()
};

/// The artifacts of a generator, which bear its uid.
fn generated(generator: &Value) -> Option<Link> {
    let labels = format!("source.extensions.fluxcd.io/generator={}", text(&generator["metadata"], "uid"));
    Some(Link::to(&EXTERNAL, Scope::all().labels(labels)))
}

static INSTANCE_COLUMNS: [Property; 4] = [
    READY,
    STATUS,
    Property::made("REVISION", 24, |body| revision(&body["status"]["lastAttemptedRevision"])).rank(2),
    Property::AGE,
];
static INSTANCE: Kind = Kind {
    name: "fluxinstances",
    address: operator("FluxInstance", "fluxinstances"),
    columns: &Property::columns(&INSTANCE_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".status.lastAttemptedRevision", PAUSE],
        ..Shape::of(&INSTANCE_COLUMNS, unless_disabled)
    }),
    description: Description::of(describe),
    ..custom()
};

static REPORT_COLUMNS: [Property; 5] = [
    READY,
    STATUS,
    Property::value("REVISION", 16, ".spec.distribution.version").rank(2),
    Property::value("ENTITLEMENT", 14, ".spec.distribution.entitlement").wide(),
    Property::AGE,
];
static REPORT: Kind = Kind {
    name: "fluxreports",
    address: operator("FluxReport", "fluxreports"),
    columns: &Property::columns(&REPORT_COLUMNS),
    door: Door::Json(&Shape::of(&REPORT_COLUMNS, failing)),
    ..custom()
};

static SET_COLUMNS: [Property; 4] = [
    READY,
    STATUS,
    Property::made("REVISION", 20, |body| revision(&body["status"]["lastAppliedRevision"])).rank(2),
    Property::AGE,
];
static SET: Kind = Kind {
    name: "resourcesets",
    aliases: &["rset"],
    address: operator("ResourceSet", "resourcesets"),
    columns: &Property::columns(&SET_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".status.lastAppliedRevision", PAUSE],
        ..Shape::of(&SET_COLUMNS, unless_disabled)
    }),
    description: Description::of(describe),
    ..custom()
};

static INPUTS_COLUMNS: [Property; 4] = [
    READY,
    STATUS,
    Property::made("REVISION", 20, |body| revision(&body["status"]["lastExportedRevision"])).rank(2),
    Property::AGE,
];
static INPUTS: Kind = Kind {
    name: "resourcesetinputproviders",
    aliases: &["rsip"],
    address: operator("ResourceSetInputProvider", "resourcesetinputproviders"),
    columns: &Property::columns(&INPUTS_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".status.lastExportedRevision", PAUSE],
        ..Shape::of(&INPUTS_COLUMNS, unless_disabled)
    }),
    ..custom()
};

// Cells.

/// `main@sha1:0123abcd`: digests are cut to eight characters, as the program of Flux does it.
fn revision(value: &Value) -> Cell {
    let text = value.as_str().unwrap_or_default();
    Cell::text(short(text))
}

fn short(text: &str) -> &str {
    /// Enough to tell two of them apart.
    const SHOWN: usize = 8;
    let digest = text.rfind("sha1:").or_else(|| text.rfind("sha256:"));
    let start = digest.and_then(|at| Some(at + text[at..].find(':')? + 1));
    start.and_then(|start| text.get(..start + SHOWN)).unwrap_or(text)
}

/// What is attempted, if it is not what was applied.
fn latest(body: &Value, applied: &str) -> Cell {
    let status = &body["status"];
    match &status["lastAttemptedRevision"] {
        attempted if *attempted == status[applied] => Cell::None,
        attempted => revision(attempted),
    }
}

fn newest(body: &Value) -> Cell {
    let status = &body["status"];
    match text(status, "lastAttemptedRevision") {
        attempted if attempted == text(&status["history"][0], "chartVersion") => Cell::None,
        attempted => Cell::text(attempted),
    }
}

/// What a repository is read at. The most exact of these decides (source-controller, `GitRepositoryRef`).
fn branch(reference: &Value) -> &str {
    let all = ["commit", "name", "semver", "tag", "branch"].map(|key| text(reference, key));
    all.into_iter().find(|word| !word.is_empty()).unwrap_or_default()
}

/// `shop/web`: the release of Helm, in its namespace. Before there is one, the name that it will get (helm-controller,
/// `GetReleaseName`).
fn release(body: &Value) -> String {
    let (spec, last) = (&body["spec"], &body["status"]["history"][0]);
    let name = text(&body["metadata"], "name");
    match (text(last, "name"), text(spec, "releaseName"), text(spec, "targetNamespace")) {
        ("", "", "") => name.to_owned(),
        ("", "", target) => format!("{target}-{name}"),
        ("", wanted, _) => wanted.to_owned(),
        (name, ..) => format!("{}/{name}", text(last, "namespace")),
    }
}

fn chart(body: &Value) -> &str {
    let wanted = [text(&body["spec"]["chart"]["spec"], "chart"), text(&body["status"]["history"][0], "chartName")];
    wanted.into_iter().find(|name| !name.is_empty()).unwrap_or_default()
}

fn chart_source(body: &Value) -> String {
    let spec = &body["spec"];
    [&spec["chartRef"], &spec["chart"]["spec"]["sourceRef"]].map(|to| reference(body, to)).concat()
}

/// `GitRepository/web,Bucket/*`
fn references(body: &Value, key: &str) -> String {
    items(&body["spec"], key).iter().map(|to| reference(body, to)).collect::<Vec<_>>().join(",")
}

/// `semver >=1.0.0`
fn policy(policy: &Value) -> String {
    let Some((name, rule)) = policy.as_object().and_then(|rules| rules.iter().next()) else { return String::new() };
    let rule = ["range", "order"].map(|key| text(rule, key)).concat();
    format!("{name} {rule}").trim_end().to_owned()
}

/// The reference of a policy, which tells no kind.
fn repository(body: &Value) -> String {
    format!("ImageRepository{}", reference(body, &body["spec"]["imageRepositoryRef"]))
}

fn beside(body: &Value, kind: &'static Kind) -> Option<Link> {
    Some(Link::to(kind, Scope::namespace(text(&body["metadata"], "namespace"))))
}

// Pages.

/// The whole object, with what it has made as a table.
fn describe(body: &Value, _: &Around<'_>) -> Vec<Section> {
    let mut rest = body.clone();
    let inventory =
        rest.get_mut("status").and_then(Value::as_object_mut).and_then(|status| status.shift_remove("inventory"));
    let mut sections = generic(&rest);
    sections.push(objects(&inventory.unwrap_or_default()));
    sections
}

/// What an inventory lists: `<namespace>_<name>_<group>_<kind>` and a version (fluxcd/cli-utils, `ObjMetadata`).
fn objects(inventory: &Value) -> Section {
    let mut section = Section::new("Objects");
    let row = |entry: &Value| {
        let id = text(entry, "id");
        let (namespace, rest) = id.split_once('_').unwrap_or_default();
        let mut words = rest.rsplitn(3, '_');
        let [kind, group, name] = [(); 3].map(|()| words.next().unwrap_or_default());
        // Colons of names, which roles may have, are written as two lines.
        [kind.to_owned(), group.to_owned(), namespace.to_owned(), name.replace("__", ":")].map(Cell::text)
    };
    section.table(["KIND", "GROUP", "NAMESPACE", "NAME"], items(inventory, "entries").iter().map(row));
    section
}
