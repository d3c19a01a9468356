//! Reads texts as documents, and finds the object of each, its place, and the order in which they are sent.

use super::{Item, Verdict};
use crate::app::yaml::read::{self, Spot};
use crate::kinds::{self, Definition};
use crate::model::{Error, Id, KindRef, Result, SourceId, Str, Value};

/// One object of a file.
#[derive(Clone, Debug)]
pub struct Document {
    pub file: String,
    pub spot: Spot,
    pub kind: String,
    pub body: Value,
}

#[derive(Debug)]
pub struct Plan {
    pub items: Vec<Item>,
}

/// All objects of these files. Lists are taken apart.
pub fn documents(files: &[(String, String)]) -> Result<Vec<Document>> {
    let mut out = Vec::new();
    for (file, text) in files {
        let all = read::documents(text).map_err(|trouble| {
            let Spot { line, column } = trouble.spot;
            Error::Invalid(format!("{file}, line {line}, column {column}: {}", trouble.text))
        })?;
        for document in all {
            let spot = document.spot(&[]).unwrap_or_default();
            unfold(file, spot, document.value, &mut out)?;
        }
    }
    match out.is_empty() {
        true => Err(Error::Invalid("no object found in the input".to_owned())),
        false => Ok(out),
    }
}

fn unfold(file: &str, spot: Spot, body: Value, out: &mut Vec<Document>) -> Result<()> {
    let text = |key: &str| body.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (version, kind) = (text("apiVersion"), text("kind"));
    if version.is_empty() || kind.is_empty() {
        let missing = if kind.is_empty() { "kind" } else { "apiVersion" };
        return Err(Error::Invalid(format!("{file}, line {}: this document has no {missing}", spot.line)));
    }
    match body.get("items").and_then(Value::as_array) {
        Some(items) if kind.ends_with("List") => {
            let item = kind.strip_suffix("List").unwrap_or_default();
            items.iter().try_for_each(|value| unfold(file, spot, typed(value, &version, item), out))
        }
        _ => {
            out.push(Document { file: file.to_owned(), spot, kind, body });
            Ok(())
        }
    }
}

/// Adds kind and version to an item of a list, because an item of a `ConfigMapList` need not name them.
fn typed(item: &Value, version: &str, kind: &str) -> Value {
    let mut item = item.clone();
    if let Some(map) = item.as_object_mut().filter(|map| !kind.is_empty() && !map.contains_key("kind")) {
        map.insert("kind".to_owned(), kind.into());
        map.entry("apiVersion").or_insert_with(|| version.into());
    }
    item
}

impl Plan {
    /// Finds the object of each document at a source that serves these kinds. `namespace` is for documents that name
    /// none.
    pub fn new(documents: Vec<Document>, at: SourceId, served: &[KindRef], namespace: &str) -> Self {
        let coming: Vec<Definition> = documents.iter().flat_map(|document| defined(&document.body)).collect();
        let item = |document: Document| {
            let found = identify(&document.body, at, served, &coming, namespace);
            let (id, verdict) = match found {
                Ok(id) => (Some(id), Verdict::Waiting),
                Err(why) => (None, Verdict::Unsent(why)),
            };
            let mut item = Item {
                document,
                id,
                verdict,
                before: None,
                patch: None,
                renewals: 0,
                rows: Vec::new(),
                unified: Vec::new(),
                warnings: Vec::new(),
            };
            item.place();
            item
        };
        let mut items: Vec<Item> = documents.into_iter().map(item).collect();
        // The sort is stable: documents of one rank keep the order of the files.
        items.sort_by_key(|item| rank(&item.document.kind));
        Self { items }
    }
}

impl Item {
    /// Adds the namespace to the body, and removes fields that only the server writes.
    fn place(&mut self) {
        let Some(Value::Object(metadata)) = self.document.body.get_mut("metadata") else { return };
        for name in ["managedFields", "resourceVersion", "uid", "creationTimestamp", "generation"] {
            // Programs that print documents write `creationTimestamp: null`, and kubectl keeps that.
            if !metadata.get(name).is_some_and(Value::is_null) {
                metadata.shift_remove(name);
            }
        }
        if let Some(id) = self.id.as_ref().filter(|id| !id.namespace.is_empty()) {
            metadata.insert("namespace".to_owned(), id.namespace.as_str().into());
        }
    }
}

/// The rank of a kind: kinds that others need come first.
fn rank(kind: &str) -> u8 {
    match kind {
        "Namespace" => 0,
        "CustomResourceDefinition" => 1,
        _ => 2,
    }
}

fn identify(
    body: &Value,
    at: SourceId,
    served: &[KindRef],
    coming: &[Definition],
    namespace: &str,
) -> Result<Id, String> {
    let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let (version, kind) = (text("/apiVersion"), text("/kind"));
    let (group, version) = version.split_once('/').unwrap_or(("", version));
    let found = find(group, version, kind, served).or_else(|| {
        let coming = coming.iter().find(|known| known.group == group && known.version == version && known.kind == kind);
        coming.and_then(|definition| kinds::served(definition).first().copied())
    });
    let kind = found.ok_or_else(|| format!("the server has no kind {kind} in {}", text("/apiVersion")))?;
    let name = text("/metadata/name");
    if name.is_empty() {
        return Err("it has no metadata.name; apply needs one".to_owned());
    }
    let own = text("/metadata/namespace");
    let namespace = match (kind.address.namespaced, own) {
        (false, _) => Str::new(),
        (true, "") => namespace.into(),
        (true, own) => own.into(),
    };
    Ok(Id::new(at, kind, namespace, name))
}

/// The served kind, in the version that the document names.
fn find(group: &str, version: &str, kind: &str, served: &[KindRef]) -> Option<KindRef> {
    let named = |known: &&KindRef| {
        let address = &known.address;
        address.group == group && address.kind == kind && known.whole().is_none()
    };
    let known = served.iter().find(|known| named(known) && known.address.version == version);
    if let Some(known) = known {
        return Some(*known);
    }
    let other = served.iter().find(named)?;
    let (plural, namespaced) = (other.address.plural.to_owned(), other.address.namespaced);
    Some(kinds::adopt(&definition([group, version, kind].map(str::to_owned), plural, namespaced)))
}

fn definition([group, version, kind]: [String; 3], plural: String, namespaced: bool) -> Definition {
    Definition { group, version, kind, plural, namespaced, watch: true, ..Definition::default() }
}

/// The kinds that a definition of a custom resource adds.
fn defined(body: &Value) -> Vec<Definition> {
    if body.get("kind").and_then(Value::as_str) != Some("CustomResourceDefinition") {
        return Vec::new();
    }
    let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    let versions = body.pointer("/spec/versions").and_then(Value::as_array).into_iter().flatten();
    let one = |version: &Value| {
        let version = version["name"].as_str().unwrap_or_default().to_owned();
        let names = [text("/spec/group"), version, text("/spec/names/kind")];
        definition(names, text("/spec/names/plural"), text("/spec/scope") != "Cluster")
    };
    versions.map(one).collect()
}
