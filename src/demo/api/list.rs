//! Lists and single objects.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::Api;
use super::ask::{Ask, Include, Shape};
use super::place::Place;
use super::reply::{self, Answer};
use super::select::Choice;
use super::{measure, table};
use crate::demo::refusal::Refusal;
use crate::demo::resources::Resource;
use crate::model::Time;

/// What a list says about itself.
#[derive(Default)]
struct Page {
    objects: Vec<Arc<Value>>,
    version: u64,
    now: Time,
    next: Option<String>,
    remaining: usize,
}

pub fn one(api: &Api, ask: &Ask, place: &Place, name: &str) -> Answer {
    let shape = ask.shape()?;
    let (found, now) = api.read(|cluster| {
        let found = match place.resource.is_measured() {
            true => measure::one(cluster, place, name).map(Arc::new),
            false => cluster.store.find(place.resource, place.home(), name).cloned(),
        };
        (found, cluster.store.now)
    });
    let found = found.ok_or_else(|| Refusal::not_found(place.resource, name))?;
    Ok(reply::json(&table::object(shape, place.resource, &found, now)))
}

pub fn list(api: &Api, ask: &Ask, place: &Place) -> Answer {
    let (shape, choice) = (ask.shape()?, Choice::read(ask, place)?);
    let limit = usize::try_from(ask.number("limit")?.unwrap_or_default()).unwrap_or_default();
    let from = ask.param("continue").filter(|token| !token.is_empty()).map(Token::read).transpose()?;
    let page = page(api, place, &choice, limit, from.as_ref());
    Ok(reply::bytes(reply::JSON, written(shape, place.resource, &page, choice.is_everything())))
}

fn page(api: &Api, place: &Place, choice: &Choice, limit: usize, from: Option<&Token>) -> Page {
    api.read(|cluster| {
        let mut all: Vec<Arc<Value>> = match place.resource.is_measured() {
            true => measure::all(cluster, place, choice),
            false => {
                let all = cluster.store.list(place.resource, place.namespace.as_deref());
                all.map(|(_, object)| object).filter(|object| choice.takes(object)).cloned().collect()
            }
        };
        let version = from.map_or(cluster.store.version(), |from| from.version);
        if let Some(from) = from {
            all.retain(|object| from.is_before(object));
        }
        let mut page = Page { version, now: cluster.store.now, ..Page::default() };
        if limit > 0 && all.len() > limit {
            page.remaining = all.len() - limit;
            all.truncate(limit);
            page.next = all.last().map(|last| Token::after(version, last).written());
        }
        page.objects = all;
        page
    })
}

/// Where the next page begins.
struct Token {
    version: u64,
    namespace: String,
    name: String,
}

impl Token {
    fn after(version: u64, last: &Value) -> Self {
        let text = |field: &str| last["metadata"][field].as_str().unwrap_or_default().to_owned();
        Self { version, namespace: text("namespace"), name: text("name") }
    }

    fn written(&self) -> String {
        URL_SAFE_NO_PAD.encode(format!("{}/{}/{}", self.version, self.namespace, self.name))
    }

    fn read(token: &str) -> Result<Self, Refusal> {
        let wrong = || Refusal::bad("continue key is not valid: it is no token of this server");
        let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| wrong())?;
        let text = String::from_utf8(bytes).map_err(|_| wrong())?;
        let mut parts = text.splitn(3, '/');
        let (Some(version), Some(namespace), Some(name)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(wrong());
        };
        let version = version.parse().map_err(|_| wrong())?;
        Ok(Self { version, namespace: namespace.to_owned(), name: name.to_owned() })
    }

    fn is_before(&self, object: &Value) -> bool {
        let text = |field: &str| object["metadata"][field].as_str().unwrap_or_default();
        (text("namespace"), text("name")) > (self.namespace.as_str(), self.name.as_str())
    }
}

fn meta(page: &Page, whole: bool) -> Value {
    let mut meta = json!({"resourceVersion": page.version.to_string()});
    if let Some(next) = &page.next {
        meta["continue"] = json!(next);
        if whole {
            meta["remainingItemCount"] = json!(page.remaining);
        }
    }
    meta
}

fn written(shape: Shape, resource: &Resource, page: &Page, whole: bool) -> Vec<u8> {
    let meta = meta(page, whole);
    let objects = page.objects.iter().map(AsRef::as_ref);
    match shape {
        Shape::Table(include) => table(resource, include, meta, page).to_string().into_bytes(),
        Shape::Metadata => items("PartialObjectMetadataList", "meta.k8s.io/v1", &meta, objects.map(table::metadata)),
        Shape::Whole => items(&format!("{}List", resource.kind), &resource.api_version(), &meta, objects),
    }
}

fn table(resource: &Resource, include: Include, meta: Value, page: &Page) -> Value {
    table::table(resource, include, meta, page.objects.iter().map(AsRef::as_ref), page.now)
}

/// Without a copy of everything.
fn items(kind: &str, version: &str, meta: &Value, objects: impl Iterator<Item = impl serde::Serialize>) -> Vec<u8> {
    let mut out =
        format!("{{\"kind\":\"{kind}\",\"apiVersion\":\"{version}\",\"metadata\":{meta},\"items\":[").into_bytes();
    for (i, object) in objects.enumerate() {
        if i > 0 {
            out.push(b',');
        }
        // A value always has a text, and a vector takes it.
        let _ = serde_json::to_writer(&mut out, &object);
    }
    out.extend_from_slice(b"]}\n");
    out
}
