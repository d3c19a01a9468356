//! OpenFaaS: functions as its operator knows them (openfaas.com/v1). Only its commercial edition writes statuses.

use super::custom;
use crate::kinds::kstatus::waiting;
use crate::kinds::kube::facts::{pods_of, text};
use crate::model::{Address, Door, Kind, Property, Shape};

pub static KINDS: &[&Kind] = &[&FUNCTION];

static COLUMNS: [Property; 7] = [
    Property::value("IMAGE", 36, ".spec.image").rank(3),
    Property::value("READY", 7, ".status.conditions[?(@.type==\"Ready\")].status").state(),
    Property::value("HEALTHY", 7, ".status.conditions[?(@.type==\"Healthy\")].status").rank(2),
    Property::value("REPLICAS", 8, ".status.replicas").number().rank(2),
    Property::value("AVAILABLE", 9, ".status.availableReplicas").number().rank(3),
    Property::value("UNAVAILABLE", 11, ".status.unavailableReplicas").number().rank(4),
    Property::AGE,
];
static FUNCTION: Kind = Kind {
    name: "functions",
    address: Address { group: "openfaas.com", version: "v1", kind: "Function", plural: "functions", namespaced: true },
    columns: &Property::columns(&COLUMNS),
    door: Door::Json(&Shape {
        link: |body| Some(pods_of(body, format!("faas_function={}", text(&body["metadata"], "name")))),
        ..Shape::of(&COLUMNS, waiting)
    }),
    ..custom()
};
