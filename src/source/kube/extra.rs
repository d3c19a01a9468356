//! The values of extra columns, read from the bytes of an object.

use std::collections::BTreeMap;

use prost::Message;
use serde::Deserialize;

use crate::kinds::describe::mask::{self as masking, LAST_APPLIED};
use crate::kinds::lens::{decode, or_default};
use crate::kinds::mask;
use crate::kinds::print;
use crate::model::{Cell, Extra, Identified, KindRef, Origin, Strings, Time, Value, Wire};
use crate::source::extras;

#[derive(Message, Deserialize)]
#[serde(default)]
struct Annotated {
    #[prost(message, optional, tag = "1")]
    metadata: Option<Annotations>,
}

/// `annotations` of `meta.v1.ObjectMeta`.
#[derive(Message, Deserialize)]
#[serde(default)]
struct Annotations {
    #[prost(btree_map = "string, string", tag = "12")]
    #[serde(deserialize_with = "or_default")]
    annotations: BTreeMap<String, String>,
}

/// Where the bytes of an object come from, and what they are.
pub struct Whole<'a> {
    pub kind: KindRef,
    pub wire: Wire,
    pub bytes: &'a [u8],
}

/// Puts the extra cells behind the first `own` cells of the rows of one object.
pub fn add<T: Identified>(extras: &[Extra], own: usize, rows: &mut [T], whole: &Whole<'_>, strings: &mut Strings) {
    let is_annotated = extras.iter().any(|extra| matches!(extra.origin, Origin::Annotation(_)));
    let annotations = if is_annotated { whole.annotations() } else { BTreeMap::new() };
    let body = if extras.iter().any(Extra::needs_body) { whole.body() } else { None };
    extras::add(extras, own, rows, |extra, row| match &extra.origin {
        Origin::Label(key) => shared(row.label(key), strings),
        Origin::Annotation(key) => {
            let text = annotations.get(key.as_str()).map(|text| mask::urls(text));
            shared(text.as_deref(), strings)
        }
        Origin::Path(path) => body.as_ref().map_or(Cell::None, |body| found(&path.find(body), strings)),
    });
}

fn shared(text: Option<&str>, strings: &mut Strings) -> Cell {
    text.map_or(Cell::None, |text| Cell::text(strings.share(text)))
}

/// One value keeps its type. Several are joined as kubectl's custom columns join them.
fn found(values: &[&Value], strings: &mut Strings) -> Cell {
    match values {
        [] => Cell::None,
        [one] => print::cell(one, strings),
        all => {
            let texts = all.iter().map(|value| print::cell(value, strings).to_text(Time::default()));
            let text = texts.collect::<Vec<_>>().join(",");
            shared(Some(&text), strings)
        }
    }
}

impl Whole<'_> {
    /// The annotations, without the copy of the whole object: of a Secret it holds the values.
    fn annotations(&self) -> BTreeMap<String, String> {
        let read: Annotated = decode(self.wire, self.bytes).unwrap_or_default();
        let mut annotations = read.metadata.unwrap_or_default().annotations;
        annotations.remove(LAST_APPLIED);
        annotations
    }

    /// The body without secrets; nothing if the server did not send it as JSON.
    fn body(&self) -> Option<Value> {
        if self.wire != Wire::Json {
            return None;
        }
        let mut body: Value = serde_json::from_slice(self.bytes).ok()?;
        masking::mask(self.kind, &mut body);
        Some(body)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds;
    use crate::model::{Health, Id, Object, SourceId};

    fn cells(kind: &str, words: &[&str], labels: &str, wire: Wire, bytes: &[u8]) -> Vec<String> {
        let kind = kinds::named(kind).unwrap();
        let extras: Vec<Extra> = words.iter().map(|word| Extra::parse(word).unwrap()).collect();
        let row = Object::made(Id::new(SourceId(0), kind, "shop", "web"), Health::Good, [Cell::Count(1)]);
        let mut rows = [Object { labels: labels.into(), ..row }];
        add(&extras, 2, &mut rows, &Whole { kind, wire, bytes }, &mut Strings::default());
        rows[0].cells.iter().map(|cell| cell.to_text(Time::default())).collect()
    }

    #[test]
    fn each_row_gets_a_cell_for_each_column() {
        let body = json!({
            "metadata": {"annotations": {"team": "red", "url": "http://a:b@c"}},
            "spec": {"replicas": 3, "paused": true, "images": ["a", "b"], "none": null},
            "status": {"conditions": [{"type": "Ready", "status": "False"}, {"type": "Ok", "status": "True"}]},
        });
        let words = [
            "app",
            "absent",
            "annotation:team",
            "annotation:url",
            "annotation:absent",
            ".spec.replicas",
            ".spec.paused",
            ".spec.images[*]",
            ".spec.none",
            ".spec.absent",
            ".status.conditions[?(@.type==\"Ready\")].status",
        ];
        let found = cells("deployments", &words, "app=web,tier=front", Wire::Json, body.to_string().as_bytes());
        let masked = format!("http://{}@c", mask::MASK);
        assert_eq!(found, ["1", "", "web", "", "red", &masked, "", "3", "true", "a,b", "", "", "False"]);
    }

    #[test]
    fn annotations_are_read_from_protobuf_and_fields_are_not_guessed() {
        let annotations = [("team".to_owned(), "red".to_owned()), (LAST_APPLIED.to_owned(), "{}".to_owned())].into();
        let bytes = Annotated { metadata: Some(Annotations { annotations }) }.encode_to_vec();
        let words = ["annotation:team", &format!("annotation:{LAST_APPLIED}"), ".metadata.annotations.team"];
        assert_eq!(cells("deployments", &words, "", Wire::Proto, &bytes)[2..], ["red", "", ""]);
    }

    #[test]
    fn no_column_shows_the_values_of_a_secret() {
        let copy = json!({"data": {"key": "canary"}}).to_string();
        let body = json!({
            "kind": "Secret", "data": {"key": "canary"}, "stringData": {"plain": "canary"},
            "metadata": {"name": "s", "annotations": {LAST_APPLIED: copy, "at": "http://me:canary@host"}},
        });
        let words = [
            ".data.key",
            ".data",
            "ALL:..key",
            "PLAIN:.stringData.plain",
            "WHOLE:$",
            ".metadata",
            "annotation:kubectl.kubernetes.io/last-applied-configuration",
            "annotation:at",
            "EACH:.data.*",
        ];
        let found = cells("secrets", &words, "", Wire::Json, body.to_string().as_bytes());
        assert_eq!(found.len(), 2 + words.len());
        assert!(found.iter().all(|text| !text.contains("canary")), "{found:?}");
    }
}
