//! What pods and nodes use (`metrics.k8s.io`): made when it is asked for.

use std::sync::Arc;

use serde_json::Value;

use super::place::Place;
use super::select::Choice;
use crate::demo::cluster::Cluster;
use crate::demo::resources::{Resource, named};

/// Whose figures these are.
fn measured(place: &Place) -> Option<&'static Resource> {
    named(place.resource.plural)
}

fn figures(cluster: &Cluster, place: &Place, object: &Value) -> Option<Value> {
    match place.resource.namespaced {
        true => cluster.world.pod_metrics(&cluster.store, object),
        false => cluster.world.node_metrics(&cluster.store, object),
    }
}

pub fn one(cluster: &Cluster, place: &Place, name: &str) -> Option<Value> {
    let object = cluster.store.find(measured(place)?, place.home(), name)?;
    figures(cluster, place, object)
}

pub fn all(cluster: &Cluster, place: &Place, choice: &Choice) -> Vec<Arc<Value>> {
    let objects = measured(place).into_iter().flat_map(|of| cluster.store.list(of, place.namespace.as_deref()));
    let chosen = objects.filter(|(_, object)| choice.takes(object));
    chosen.filter_map(|(_, object)| figures(cluster, place, object).map(Arc::new)).collect()
}
