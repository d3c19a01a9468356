//! What a real API server sent (tests/fixtures, recorded by its record.sh), read through every lens.

use prost::Message;
use serde_json::value::RawValue;

use super::custom::Reader;
use super::kube::{IN_DETAIL, KINDS};
use crate::model::{Cell, Door, Get, JsonPath, Kind, KindRef, Object, Read, Reading, Scope, SourceId, Strings, Wire};

static RECORDED: include_dir::Dir<'_> = include_dir::include_dir!("$CARGO_MANIFEST_DIR/tests/fixtures");

/// A list as JSON and as protobuf.
fn recorded(name: &str) -> Option<(&'static [u8], &'static [u8])> {
    // A container is a part of a pod.
    let name = if name == "containers" { "pods" } else { name };
    let file = |ending: &str| RECORDED.get_file(format!("{name}.{ending}")).map(|file| file.contents());
    Some((file("json")?, file("pb")?))
}

/// What to do about a kind without a recorded list.
fn unrecorded(kind: &Kind) -> ! {
    panic!("no list of {0} is recorded: add a line to tests/fixtures/record.sh and run `record.sh {0}`", kind.name)
}

/// Columns that stay empty in the recordings, and why.
const EMPTY: &[(&str, &str, &str)] = &[
    ("nodes", "ROLES", "no node has a role"),
    ("cronjobs", "LAST SCHEDULE", "none was due yet"),
    ("ingresses", "ADDRESS", "nothing in the cluster serves ingresses"),
    ("appprojects", "ORPHANS", "no project looks for them"),
    ("applicationsets", "HEALTH", "a field of Argo CD 3.5 and later"),
];

#[derive(Message)]
struct Envelope {
    #[prost(bytes = "vec", tag = "2")]
    raw: Vec<u8>,
}

#[derive(Message)]
struct List {
    #[prost(bytes = "vec", repeated, tag = "2")]
    items: Vec<Vec<u8>>,
}

fn protobuf(bytes: &[u8]) -> Vec<Vec<u8>> {
    let envelope = Envelope::decode(bytes.strip_prefix(b"k8s\0").unwrap()).unwrap();
    List::decode(envelope.raw.as_slice()).unwrap().items
}

fn json(bytes: &[u8]) -> Vec<Vec<u8>> {
    #[derive(serde::Deserialize)]
    struct List {
        items: Vec<Box<RawValue>>,
    }
    let list: List = serde_json::from_slice(bytes).unwrap();
    list.items.iter().map(|item| item.get().as_bytes().to_vec()).collect()
}

fn rows(kind: &'static Kind, read: Read, wire: Wire, items: &[Vec<u8>]) -> Vec<Object> {
    let (scope, mut strings, mut rows) = (Scope::all(), Strings::default(), Vec::new());
    let mut reading = Reading { at: SourceId(0), kind: KindRef(kind), scope: &scope, strings: &mut strings };
    for item in items {
        read(&mut reading, wire, item, &mut rows).unwrap_or_else(|error| panic!("{}: {error:?}", kind.name));
    }
    rows
}

/// Every kind with a lens, and its rows from JSON and from protobuf.
fn all() -> Vec<(&'static Kind, Vec<Object>, Vec<Object>)> {
    let mut out = Vec::new();
    for kind in KINDS {
        let (Door::Lens(read) | Door::Poll(read, _)) = kind.door else { continue };
        let (text, binary) = recorded(kind.name).unwrap_or_else(|| unrecorded(kind));
        out.push((*kind, rows(kind, read, Wire::Json, &json(text)), rows(kind, read, Wire::Proto, &protobuf(binary))));
    }
    out
}

/// Every custom resource whose columns are known here, with its rows.
fn customs() -> Vec<(&'static Kind, Vec<Object>)> {
    let mut out = Vec::new();
    for kind in KINDS {
        let Door::Json(shape) = kind.door else { continue };
        let file = RECORDED.get_file(format!("{}.json", kind.name));
        let list = file.unwrap_or_else(|| unrecorded(kind)).contents();
        let reader = Reader::new(shape);
        let read = |item: &Vec<u8>, rows: &mut Vec<Object>| {
            let (scope, mut strings) = (Scope::all(), Strings::default());
            let mut reading = Reading { at: SourceId(0), kind: KindRef(kind), scope: &scope, strings: &mut strings };
            reader.read(&mut reading, item, rows).unwrap_or_else(|error| panic!("{}: {error:?}", kind.name));
        };
        let mut rows = Vec::new();
        json(list).iter().for_each(|item| read(item, &mut rows));
        out.push((*kind, rows));
    }
    out
}

/// What is left out while an object is read is nothing that its row needs.
#[test]
fn rows_of_custom_resources_miss_nothing() {
    for (kind, rows) in customs() {
        let Door::Json(shape) = kind.door else { continue };
        let list: serde_json::Value =
            serde_json::from_slice(RECORDED.get_file(format!("{}.json", kind.name)).unwrap().contents()).unwrap();
        for (row, body) in rows.iter().zip(list["items"].as_array().unwrap()) {
            assert_eq!(row.health, (shape.health)(body), "{} {}", kind.name, row.id.name);
            for (property, cell) in shape.properties.iter().zip(&row.cells) {
                let Get::Made(make) = property.get else { continue };
                assert_eq!(*cell, make(body), "{} of {} {}", property.column.title, kind.name, row.id.name);
            }
        }
    }
}

#[test]
fn every_path_of_a_custom_resource_can_be_read() {
    for kind in KINDS {
        let Door::Json(shape) = kind.door else { continue };
        let paths = shape.properties.iter().filter_map(|one| one.get.path()).chain(shape.needs.iter().copied());
        paths.for_each(|path| _ = JsonPath::parse(path).unwrap_or_else(|error| panic!("{}: {error}", kind.name)));
    }
}

/// What describe sees of other objects is read from both encodings alike, and the plain row is a part of it.
#[test]
fn details_are_the_same_in_both_encodings() {
    let mut seen = 0;
    for kind in IN_DETAIL {
        let Door::Lens(read) = kind.door else { panic!("{} has no lens", kind.name) };
        let Some((text, binary)) = recorded(kind.name) else { continue };
        let from_json = rows(kind, read, Wire::Json, &json(text));
        assert_eq!(from_json, rows(kind, read, Wire::Proto, &protobuf(binary)), "{}", kind.name);
        for row in &from_json {
            assert_eq!(row.cells.len(), kind.columns.len(), "{}", kind.name);
        }
        seen += from_json.len();
    }
    assert!(seen > 20, "{seen} rows");
}

#[test]
fn both_encodings_make_the_same_rows() {
    for (kind, from_json, from_proto) in all() {
        assert!(!from_json.is_empty(), "no rows of {}", kind.name);
        assert_eq!(from_json.len(), from_proto.len(), "{}", kind.name);
        for (left, right) in from_json.iter().zip(&from_proto) {
            assert_eq!(left, right, "{}", kind.name);
            assert_eq!(left.cells.len(), kind.columns.len(), "{}", kind.name);
        }
    }
}

#[test]
fn every_column_is_filled_in_some_row() {
    let filled =
        |cell: &Cell| !matches!(cell, Cell::None) && !matches!(cell, Cell::Text(text) if text.starts_with('<'));
    let mut empty = Vec::new();
    let listed = all().into_iter().map(|(kind, rows, _)| (kind, rows)).chain(customs());
    for (kind, rows) in listed {
        for (i, column) in kind.columns.iter().enumerate().filter(|(_, column)| !column.wide) {
            if !rows.iter().any(|row| filled(&row.cells[i])) {
                empty.push((kind.name, &*column.title));
            }
        }
    }
    let excused: Vec<_> = EMPTY.iter().map(|(kind, title, _)| (*kind, *title)).collect();
    assert_eq!(
        empty, excused,
        "on the left, columns that no recorded object fills; on the right, those that EMPTY excuses. Record an object \
        that fills the column, make the column wide, or correct EMPTY"
    );
}

#[test]
fn no_value_of_a_secret_becomes_part_of_a_row() {
    let (_, rows, _) = all().into_iter().find(|(kind, ..)| kind.name == "secrets").unwrap();
    assert!(!rows.is_empty() && !format!("{rows:?}").contains("aHVudGVyMi1jYW5hcnk"), "{rows:?}");
}
