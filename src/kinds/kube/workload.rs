//! What the kinds that make pods from a template share.

pub mod describe;

use std::collections::BTreeMap;

use prost::Message;
use serde::Deserialize;

use crate::kinds::lens::{Meta, Selector, or_default};
use crate::model::{Cell, Health, Link, Scope, Strings};

/// `core.v1.PodTemplateSpec`.
#[derive(Clone, Message, Deserialize)]
#[serde(default)]
pub struct Template {
    #[prost(message, optional, tag = "2")]
    pub spec: Option<PodSpec>,
}

#[derive(Clone, Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PodSpec {
    #[prost(message, repeated, tag = "2")]
    #[serde(deserialize_with = "or_default")]
    pub containers: Vec<Container>,
    #[prost(btree_map = "string, string", tag = "7")]
    #[serde(deserialize_with = "or_default")]
    pub node_selector: BTreeMap<String, String>,
}

#[derive(Clone, Message, Deserialize)]
#[serde(default)]
pub struct Container {
    #[prost(string, tag = "1")]
    pub name: String,
    #[prost(string, tag = "2")]
    pub image: String,
}

/// The cells of CONTAINERS and IMAGES.
pub fn containers(template: Option<&Template>, strings: &mut Strings) -> [Cell; 2] {
    let containers = template.and_then(|template| template.spec.as_ref()).map_or(&[][..], |spec| &spec.containers);
    let names: Vec<&str> = containers.iter().map(|container| container.name.as_str()).collect();
    let images: Vec<&str> = containers.iter().map(|container| container.image.as_str()).collect();
    [Cell::text(strings.share(&names.join(","))), Cell::text(strings.share(&images.join(",")))]
}

/// The cell of SELECTOR.
pub fn selector(selector: Option<&Selector>, strings: &mut Strings) -> Cell {
    super::pods::or_none(strings, &selector.map(Selector::text).unwrap_or_default())
}

/// To the pods that the selector picks. An empty one would pick the whole namespace, so it leads nowhere.
pub fn pods_of(meta: &Meta, selector: Option<&Selector>, strings: &mut Strings) -> Option<Link> {
    let text = selector?.text();
    if text.is_empty() {
        return None;
    }
    let scope = Scope::namespace(strings.share(&meta.namespace)).labels(strings.share(&text));
    Some(Link::to(&super::pods::KIND, scope))
}

pub fn ratio(part: i32, whole: i32) -> Cell {
    Cell::Ratio(part.max(0) as u32, whole.max(0) as u32)
}

pub fn count(n: i32) -> Cell {
    Cell::Count(i64::from(n))
}

/// How a workload is when so many of the pods it wants are ready.
pub fn health(ready: i32, wanted: i32) -> Health {
    match () {
        () if wanted == 0 => Health::Done,
        () if ready >= wanted => Health::Good,
        () if ready == 0 => Health::Bad,
        () => Health::Warn,
    }
}
