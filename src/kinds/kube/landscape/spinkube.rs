//! SpinKube: applications of WebAssembly, and what runs them (spinkube/spin-operator, api/v1alpha1).

use super::custom;
use super::state::{living, status_of};
use crate::kinds::kstatus::failing;
use crate::model::{Address, Cell, Door, Health, Kind, Property, Shape, Value};

pub static KINDS: &[&Kind] = &[&APP, &EXECUTOR];

const fn spin(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "core.spinkube.dev", version: "v1alpha1", kind, plural, namespaced: true }
}

static APP_COLUMNS: [Property; 5] = [
    Property::made("READY", 6, ready).state(),
    Property::value("IMAGE", 40, ".spec.image").rank(2),
    Property::value("EXECUTOR", 20, ".spec.executor").rank(3),
    Property::value("AUTOSCALING", 11, ".spec.enableAutoscaling").rank(4),
    Property::AGE,
];
static APP: Kind = Kind {
    name: "spinapps",
    address: spin("SpinApp", "spinapps"),
    columns: &Property::columns(&APP_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".spec.replicas", ".status.readyReplicas", ".spec.enableAutoscaling"],
        ..Shape::of(&APP_COLUMNS, app)
    }),
    ..custom()
};

static EXECUTOR_COLUMNS: [Property; 3] = [
    Property::value("RUNTIME-CLASS", 24, ".spec.deploymentConfig.runtimeClassName"),
    Property::value("DEPLOYMENT", 10, ".spec.createDeployment").rank(2),
    Property::AGE,
];
static EXECUTOR: Kind = Kind {
    name: "spinappexecutors",
    address: spin("SpinAppExecutor", "spinappexecutors"),
    columns: &Property::columns(&EXECUTOR_COLUMNS),
    door: Door::Json(&Shape::of(&EXECUTOR_COLUMNS, failing)),
    ..custom()
};

/// How many are ready, and how many should be: an autoscaler decides if there is one, and then the app does not say.
fn replicas(body: &Value) -> (i64, i64) {
    let ready = body["status"]["readyReplicas"].as_i64().unwrap_or(0);
    let wanted = body["spec"]["replicas"].as_i64();
    (ready, wanted.unwrap_or(ready))
}

fn ready(body: &Value) -> Cell {
    let (ready, wanted) = replicas(body);
    Cell::Ratio(ready.max(0) as u32, wanted.max(0) as u32)
}

fn app(body: &Value) -> Health {
    let (ready, wanted) = replicas(body);
    let is_false = |name: &str| status_of(body, name) == "False";
    living(body, || match () {
        () if body["status"].is_null() => Health::Unknown,
        () if is_false("Available") && is_false("Progressing") => Health::Bad,
        () if ready < wanted => Health::Progress,
        () => Health::Good,
    })
}
