//! KServe: models that answer, the runtimes that hold them, and models that nodes keep (kserve/kserve,
//! pkg/apis/serving).

use super::state::{labelled, living};
use super::{READY, REASON, custom};
use crate::kinds::kstatus::failing;
use crate::kinds::kube::facts::text;
use crate::kinds::kube::pods;
use crate::model::{Address, Cell, Door, Health, Kind, Link, Property, Scope, Shape, Value};

pub static KINDS: &[&Kind] = &[
    &SERVICE,
    &LLM,
    &LLM_CONFIG,
    &GRAPH,
    &TRAINED,
    &RUNTIME,
    &CLUSTER_RUNTIME,
    &CACHE,
    &OWN_CACHE,
    &NODE,
    &NODE_GROUP,
    &CONTAINER,
];

const fn serving(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "serving.kserve.io", version: "v1alpha1", kind, plural, namespaced: true }
}

static SERVICE_COLUMNS: [Property; 10] = [
    Property::value("URL", 36, ".status.url"),
    READY,
    Property::value("PREV", 5, ".status.components.predictor.traffic[?(@.tag==\"prev\")].percent").rank(3).number(),
    Property::value("LATEST", 6, ".status.components.predictor.traffic[?(@.latestRevision==true)].percent")
        .rank(4)
        .number(),
    Property::value("REVISION", 24, ".status.components.predictor.latestReadyRevision").rank(5),
    Property::value("FORMAT", 10, ".spec.predictor.model.modelFormat.name").rank(6),
    Property::value("MODEL", 12, ".status.modelStatus.states.activeModelState").rank(7),
    Property::value("COPIES", 6, ".status.modelStatus.copies.totalCopies").rank(8).number(),
    Property::value("FAILED", 6, ".status.modelStatus.copies.failedCopies").rank(9).number(),
    Property::AGE,
];
static SERVICE: Kind = Kind {
    name: "inferenceservices",
    aliases: &["isvc"],
    address: Address { version: "v1beta1", ..serving("InferenceService", "inferenceservices") },
    columns: &Property::columns(&SERVICE_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".status.modelStatus", ".spec.predictor.model.modelFormat.name"],
        link: pods_of,
        ..Shape::of(&SERVICE_COLUMNS, service)
    }),
    ..custom()
};

static LLM_COLUMNS: [Property; 5] = [
    Property::value("URL", 36, ".status.url"),
    READY,
    REASON,
    Property::list("URLS", 40, ".status.addresses[*].url").rank(4).wide(),
    Property::AGE,
];
static LLM: Kind = Kind {
    name: "llminferenceservices",
    aliases: &["llmisvc"],
    address: Address { version: "v1alpha2", ..serving("LLMInferenceService", "llminferenceservices") },
    columns: &Property::columns(&LLM_COLUMNS),
    door: Door::Json(&Shape { older: &["v1alpha1"], ..Shape::of(&LLM_COLUMNS, failing) }),
    ..custom()
};

static LLM_CONFIG_COLUMNS: [Property; 4] =
    [READY, REASON, Property::list("USED-BY", 20, ".status.referencedBy[*].name").rank(3), Property::AGE];
static LLM_CONFIG: Kind = Kind {
    name: "llminferenceserviceconfigs",
    address: Address { version: "v1alpha2", ..serving("LLMInferenceServiceConfig", "llminferenceserviceconfigs") },
    columns: &Property::columns(&LLM_CONFIG_COLUMNS),
    door: Door::Json(&Shape { older: &["v1alpha1"], ..Shape::of(&LLM_CONFIG_COLUMNS, failing) }),
    ..custom()
};

static GRAPH_COLUMNS: [Property; 4] = [
    Property::value("URL", 36, ".status.url"),
    READY,
    Property::count("NODES", 5, ".spec.nodes.*").rank(3),
    Property::AGE,
];
static GRAPH: Kind = Kind {
    name: "inferencegraphs",
    aliases: &["ig"],
    address: serving("InferenceGraph", "inferencegraphs"),
    columns: &Property::columns(&GRAPH_COLUMNS),
    door: Door::Json(&Shape::of(&GRAPH_COLUMNS, failing)),
    ..custom()
};

static TRAINED_COLUMNS: [Property; 5] = [
    Property::value("URL", 36, ".status.url"),
    READY,
    Property::value("SERVICE", 20, ".spec.inferenceService").rank(3),
    Property::value("FRAMEWORK", 12, ".spec.model.framework").rank(4),
    Property::AGE,
];
static TRAINED: Kind = Kind {
    name: "trainedmodels",
    aliases: &["tm"],
    address: serving("TrainedModel", "trainedmodels"),
    columns: &Property::columns(&TRAINED_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".spec.inferenceService"],
        link: service_of,
        ..Shape::of(&TRAINED_COLUMNS, failing)
    }),
    ..custom()
};

static RUNTIME_COLUMNS: [Property; 4] = [
    Property::value("DISABLED", 8, ".spec.disabled"),
    Property::list("MODELS", 24, ".spec.supportedModelFormats[*].name").rank(2),
    Property::list("CONTAINERS", 24, ".spec.containers[*].name").rank(3),
    Property::AGE,
];
static RUNTIME: Kind = Kind {
    name: "servingruntimes",
    address: serving("ServingRuntime", "servingruntimes"),
    columns: &Property::columns(&RUNTIME_COLUMNS),
    door: Door::Json(&Shape::of(&RUNTIME_COLUMNS, failing)),
    ..custom()
};

static CLUSTER_RUNTIME: Kind = Kind {
    name: "clusterservingruntimes",
    address: Address { namespaced: false, ..serving("ClusterServingRuntime", "clusterservingruntimes") },
    ..RUNTIME
};

static CACHE_COLUMNS: [Property; 6] = [
    Property::value("SOURCE", 36, ".spec.sourceModelUri"),
    Property::value("SIZE", 8, ".spec.modelSize").rank(2),
    Property::list("GROUPS", 20, ".spec.nodeGroups").rank(3),
    Property::made("COPIES", 7, copies).state(),
    Property::value("FAILED", 6, ".status.copies.failed").rank(0).number(),
    Property::AGE,
];
static CACHE: Kind = Kind {
    name: "localmodelcaches",
    address: Address { namespaced: false, ..serving("LocalModelCache", "localmodelcaches") },
    columns: &Property::columns(&CACHE_COLUMNS),
    door: Door::Json(&Shape { needs: &[".status.copies"], ..Shape::of(&CACHE_COLUMNS, cached) }),
    ..custom()
};

static OWN_CACHE: Kind = Kind {
    name: "localmodelnamespacecaches",
    address: serving("LocalModelNamespaceCache", "localmodelnamespacecaches"),
    ..CACHE
};

static NODE_COLUMNS: [Property; 3] = [
    Property::list("MODELS", 30, ".spec.localModels[*].modelName"),
    Property::made("STATES", 30, states).rank(2),
    Property::AGE,
];
static NODE: Kind = Kind {
    name: "localmodelnodes",
    address: Address { namespaced: false, ..serving("LocalModelNode", "localmodelnodes") },
    columns: &Property::columns(&NODE_COLUMNS),
    door: Door::Json(&Shape { needs: &[".status.modelStatus"], ..Shape::of(&NODE_COLUMNS, node) }),
    ..custom()
};

static NODE_GROUP_COLUMNS: [Property; 3] = [
    Property::value("LIMIT", 10, ".spec.storageLimit"),
    Property::value("CLASS", 16, ".spec.persistentVolumeClaimSpec.storageClassName").rank(2),
    Property::AGE,
];
static NODE_GROUP: Kind = Kind {
    name: "localmodelnodegroups",
    address: Address { namespaced: false, ..serving("LocalModelNodeGroup", "localmodelnodegroups") },
    columns: &Property::columns(&NODE_GROUP_COLUMNS),
    door: Door::Json(&Shape::of(&NODE_GROUP_COLUMNS, failing)),
    ..custom()
};

static CONTAINER_COLUMNS: [Property; 3] = [
    Property::value("WORKLOAD", 24, ".spec.workloadType"),
    Property::value("IMAGE", 40, ".spec.container.image").rank(2),
    Property::AGE,
];
static CONTAINER: Kind = Kind {
    name: "clusterstoragecontainers",
    address: Address { namespaced: false, ..serving("ClusterStorageContainer", "clusterstoragecontainers") },
    columns: &Property::columns(&CONTAINER_COLUMNS),
    door: Door::Json(&Shape::of(&CONTAINER_COLUMNS, failing)),
    ..custom()
};

/// A model that cannot be loaded is told apart from the services around it.
fn service(body: &Value) -> Health {
    match text(&body["status"]["modelStatus"], "transitionStatus") {
        "BlockedByFailedLoad" | "InvalidSpec" => living(body, || Health::Bad),
        _ => failing(body),
    }
}

fn pods_of(service: &Value) -> Option<Link> {
    labelled(service, &pods::KIND, "serving.kserve.io/inferenceservice")
}

fn service_of(model: &Value) -> Option<Link> {
    let scope = Scope::namespace(text(&model["metadata"], "namespace"));
    Some(Link::to(&SERVICE, scope.named(text(&model["spec"], "inferenceService"))))
}

fn counts(body: &Value) -> [Option<i64>; 3] {
    ["available", "failed", "total"].map(|key| body["status"]["copies"][key].as_i64())
}

fn copies(body: &Value) -> Cell {
    let [available, _, total] = counts(body);
    total.map_or(Cell::None, |total| Cell::Ratio(available.unwrap_or(0).max(0) as u32, total.max(0) as u32))
}

fn cached(body: &Value) -> Health {
    living(body, || match counts(body) {
        [_, Some(failed), _] if failed > 0 => Health::Bad,
        [available, _, Some(total)] if available.unwrap_or(0) < total => Health::Progress,
        [_, _, Some(_)] => Health::Good,
        _ => Health::Unknown,
    })
}

/// `llama=ModelDownloaded`
fn states(body: &Value) -> Cell {
    let states = body["status"]["modelStatus"].as_object().into_iter().flatten();
    let told = states.map(|(model, state)| format!("{model}={}", state.as_str().unwrap_or_default()));
    Cell::text(told.collect::<Vec<_>>().join(","))
}

fn node(body: &Value) -> Health {
    let states: Vec<&str> = body["status"]["modelStatus"]
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(_, state)| state.as_str())
        .collect();
    living(body, || match states.as_slice() {
        [] => Health::Unknown,
        all if all.contains(&"ModelDownloadError") => Health::Bad,
        all if all.iter().all(|state| *state == "ModelDownloaded") => Health::Good,
        _ => Health::Progress,
    })
}
