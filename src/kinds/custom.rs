//! Custom resources whose columns are known here. Their lists come as JSON, of which only those fields are kept that the
//! rows need.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Map;

use super::lens::{self, Meta, Row};
use super::{kstatus, mask, print};
use crate::model::{Cell, Error, Get, JsonPath, Object, Reading, Result, Shape, Str, Strings, Time, Value};

/// Fields of the metadata that every row needs.
const METADATA: &[&str] =
    &["name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "labels", "ownerReferences", "generation"];

/// Reads the rows of one kind.
pub struct Reader {
    shape: &'static Shape,
    /// The path of each property. One that is made has none.
    paths: Vec<Option<JsonPath>>,
    kept: Kept,
}

impl Reader {
    pub fn new(shape: &'static Shape) -> Self {
        let parsed = |path: &'static str| JsonPath::parse(path).ok();
        let paths: Vec<Option<JsonPath>> = shape.properties.iter().map(|one| one.get.path().and_then(parsed)).collect();
        let others = kstatus::NEEDS.iter().chain(shape.needs);
        let others: Vec<JsonPath> = others.filter_map(|path| parsed(path)).collect();
        let mut kept = Kept::default();
        METADATA.iter().for_each(|field| kept.keep(&["metadata".to_owned(), (*field).to_owned()]));
        paths.iter().flatten().chain(&others).flat_map(JsonPath::needs).for_each(|chain| kept.keep(chain));
        Self { shape, paths, kept }
    }

    pub fn read(&self, reading: &mut Reading<'_>, bytes: &[u8], rows: &mut Vec<Object>) -> Result<()> {
        let unreadable = |error| Error::Invalid(format!("unreadable JSON object: {error}"));
        let body = self.kept.deserialize(&mut serde_json::Deserializer::from_slice(bytes)).map_err(unreadable)?;
        let meta = Meta::deserialize(&body["metadata"]).map_err(unreadable)?;
        if !lens::owned(&meta, reading) {
            return Ok(());
        }
        let cells = self.shape.properties.iter().zip(&self.paths);
        let cells = cells.map(|(one, path)| cell(one.get, path.as_ref(), &body, reading.strings)).collect();
        let row = Row { health: (self.shape.health)(&body), cells, link: (self.shape.link)(&body) };
        rows.push(lens::object(&meta, reading, row));
        Ok(())
    }
}

fn cell(get: Get, path: Option<&JsonPath>, body: &Value, strings: &mut Strings) -> Cell {
    let found = path.map(|path| path.find(body)).unwrap_or_default();
    match get {
        Get::Value(_) => found.first().map_or(Cell::None, |value| masked(print::cell(value, strings), strings)),
        Get::Age(_) => Cell::since(found.first().and_then(|value| value.as_str()).and_then(Time::parse)),
        Get::List(_) => Cell::text(strings.share(&mask::urls(&list(&found)))),
        Get::Count(_) => Cell::Count(found.len() as i64),
        Get::Made(make) => make(body),
    }
}

/// The cell without the passwords of addresses.
fn masked(cell: Cell, strings: &mut Strings) -> Cell {
    let Cell::Text(text) = &cell else { return cell };
    match mask::urls(text) {
        Cow::Borrowed(_) => cell,
        Cow::Owned(text) => Cell::text(strings.share(&text)),
    }
}

fn list(values: &[&Value]) -> String {
    let each = values.iter().map(|value| value.as_array().map_or_else(|| std::slice::from_ref(*value), Vec::as_slice));
    let word = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    each.flatten().filter(|value| !value.is_null()).map(word).collect::<Vec<_>>().join(",")
}

/// The part of an object that is kept while it is read. A list is kept if its items are.
#[derive(Debug, Default)]
struct Kept {
    whole: bool,
    fields: HashMap<Str, Kept>,
}

impl Kept {
    fn keep(&mut self, chain: &[String]) {
        match chain {
            [] => self.whole = true,
            [first, rest @ ..] => self.fields.entry(first.as_str().into()).or_default().keep(rest),
        }
    }
}

impl<'de> DeserializeSeed<'de> for &Kept {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        if self.whole { Value::deserialize(deserializer) } else { deserializer.deserialize_any(self) }
    }
}

impl<'de> Visitor<'de> for &Kept {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut fields = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            match self.fields.get(key.as_str()) {
                Some(kept) => _ = fields.insert(key, map.next_value_seed(kept)?),
                None => _ = map.next_value::<IgnoredAny>()?,
            }
        }
        Ok(Value::Object(fields))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(self)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(flag.into())
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds::kube::FAMILY;
    use crate::model::{Door, Health, Kind, KindRef, Property, Scope, SourceId};

    static PROPERTIES: [Property; 6] = [
        Property::value("PHASE", 9, ".status.phase"),
        Property::value("READY", 9, ".status.conditions[?(@.type==\"Ready\")].status"),
        Property::list("HOSTS", 9, ".spec.hosts"),
        Property::count("PARTS", 5, ".spec.parts[*]"),
        Property::made("SUM", 5, |body| Cell::Count(body["spec"]["a"].as_i64().unwrap_or(-1))).number(),
        Property::AGE,
    ];
    static SHAPE: Shape = Shape { needs: &[".spec.a"], ..Shape::of(&PROPERTIES, health) };
    static KIND: Kind = Kind {
        name: "things",
        door: Door::Json(&SHAPE),
        columns: &Property::columns(&PROPERTIES),
        ..Kind::of(&FAMILY)
    };

    fn health(body: &Value) -> Health {
        if body["status"]["phase"] == "Failed" { Health::Bad } else { Health::Good }
    }

    fn read(body: &str, owner: &str) -> Result<Vec<Object>> {
        let (scope, mut strings, mut rows) = (Scope::all().owner(owner), Strings::default(), Vec::new());
        let mut reading = Reading { at: SourceId(0), kind: KindRef(&KIND), scope: &scope, strings: &mut strings };
        Reader::new(&SHAPE).read(&mut reading, body.as_bytes(), &mut rows).map(|()| rows)
    }

    fn texts(body: &Value) -> Vec<String> {
        read(&body.to_string(), "").unwrap()[0].cells.iter().map(|cell| cell.to_text(Time::default())).collect()
    }

    #[test]
    fn a_row_holds_what_its_paths_find() {
        let body = json!({"metadata": {"name": "a", "labels": {"x": "y"}, "annotations": {"long": "text"}},
            "spec": {"hosts": ["a", "b"], "parts": [{"n": 1}, {"n": 2}], "a": 7},
            "status": {"phase": "Failed", "conditions": [{"type": "Other", "status": "Unknown"}, {"type": "Ready", "status": "True"}]}});
        assert_eq!(texts(&body), ["Failed", "True", "a,b", "2", "7", ""]);
        let row = &read(&body.to_string(), "").unwrap()[0];
        assert_eq!((row.health, row.labels.as_str(), row.id.name.as_str()), (Health::Bad, "x=y", "a"));
    }

    #[test]
    fn no_password_of_an_address_becomes_part_of_a_row() {
        let body = json!({"metadata": {"name": "a"}, "spec": {"hosts": ["https://u:canary@a"]}, "status": {"phase": "at https://u:canary@b"}});
        assert_eq!(texts(&body)[..3], ["at https://••••••@b", "", "https://••••••@a"]);
    }

    #[test]
    fn nothing_unknown_and_nothing_odd_fails_a_row() {
        for body in [
            json!({"metadata": {"name": "a"}}),
            json!({"metadata": {"name": "a", "new": [1]}, "spec": "text", "status": [1.5, null, {"x": true}], "more": -1}),
            json!({"metadata": {"name": "a", "labels": null}, "spec": {"hosts": null, "parts": null}, "status": null}),
        ] {
            assert_eq!(texts(&body), ["", "", "", "0", "-1", ""], "{body}");
        }
        assert!(read("{\"metadata\":", "").is_err());
        assert_eq!(read("{\"metadata\":{\"name\":\"a\"}}", "u1").unwrap(), [], "it belongs to nobody");
    }

    #[test]
    fn only_what_is_needed_is_kept() {
        let reader = Reader::new(&SHAPE);
        let body = json!({"metadata": {"name": "a", "managedFields": [1], "annotations": {"k": "v"}},
            "spec": {"big": {"x": [1, 2]}, "a": 1, "hosts": ["h"]},
            "status": {"conditions": [{"type": "Ready", "status": "True", "message": "long"}], "rest": 1}});
        let kept = (&reader.kept).deserialize(&mut serde_json::Deserializer::from_str(&body.to_string())).unwrap();
        let wanted = json!({"metadata": {"name": "a"}, "spec": {"a": 1, "hosts": ["h"]},
            "status": {"conditions": [{"type": "Ready", "status": "True", "message": "long"}]}});
        assert_eq!(kept, wanted);
    }
}
