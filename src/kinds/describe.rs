//! An object as people read it: what every object has, then what its kind says, or else all it holds.

mod generic;
pub mod mask;

pub use generic::{conditions, sections as generic};

use crate::model::{Around, Cell, Fact, Health, KindRef, Section, Time, Value};

/// The section of what is wrong.
pub const TROUBLE: &str = "Trouble";

/// Longer annotations are for machines.
const LONGEST_NOTE: usize = 200;

/// The sections of an object, what is wrong first. Nothing private is left in the body when they are made.
pub fn describe(kind: KindRef, body: &Value, around: &Around<'_>) -> Vec<Section> {
    let body = mask::masked(kind, body);
    let own = match kind.description.sections {
        Some(describe) => describe(&body, around),
        None => generic::sections(&body),
    };
    let (mut trouble, own): (Vec<Section>, Vec<Section>) =
        own.into_iter().partition(|section| section.title == TROUBLE);
    if let Some(held) = held(&body) {
        if trouble.is_empty() {
            trouble.push(Section::new(TROUBLE));
        }
        trouble[0].facts.push(held);
    }
    let all = trouble.into_iter().chain([metadata(&body)]).chain(own);
    all.filter(|section| !section.is_empty()).collect()
}

/// What keeps a deleted object from going.
fn held(body: &Value) -> Option<Fact> {
    let meta = &body["metadata"];
    let finalizers = words(&meta["finalizers"]).replace('\n', ", ");
    let waits = !meta["deletionTimestamp"].is_null() && !finalizers.is_empty();
    let why = format!("asked for, but it waits until its finalizers are taken away: {finalizers}");
    waits.then(|| Fact::State("Deletion".into(), Cell::text(why), Health::Warn))
}

fn metadata(body: &Value) -> Section {
    let meta = &body["metadata"];
    let mut section = Section::new("Metadata");
    for key in ["name", "namespace"] {
        section.pair(key, meta[key].as_str().unwrap_or_default());
    }
    section.cell("created", moment(&meta["creationTimestamp"]));
    let leaving = moment(&meta["deletionTimestamp"]);
    if leaving != Cell::None {
        section.facts.push(Fact::State("deleted".into(), leaving, Health::Leaving));
    }
    section.pair("labels", pairs(&meta["labels"]));
    section.pair("annotations", pairs(&meta["annotations"]));
    section.pair("owner", owners(&meta["ownerReferences"]));
    section.pair("finalizers", words(&meta["finalizers"]));
    section.pair("uid", meta["uid"].as_str().unwrap_or_default());
    section
}

/// A moment out of a body; nothing when it is none.
pub fn moment(value: &Value) -> Cell {
    Cell::since(value.as_str().and_then(Time::parse))
}

/// `key=value`, one on each line.
fn pairs(map: &Value) -> String {
    let pairs = map.as_object().into_iter().flatten();
    let line = |(key, value): (&String, &Value)| {
        let value = value.as_str().unwrap_or_default().replace('\n', " ");
        format!("{key}={}", cut(value.trim_end(), LONGEST_NOTE))
    };
    pairs.map(line).collect::<Vec<_>>().join("\n")
}

fn owners(references: &Value) -> String {
    let text = |reference: &Value| {
        let word = |key: &str| reference[key].as_str().unwrap_or_default().to_owned();
        format!("{}/{}", word("kind"), word("name"))
    };
    references.as_array().into_iter().flatten().map(text).collect::<Vec<_>>().join("\n")
}

fn words(list: &Value) -> String {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).collect::<Vec<_>>().join("\n")
}

/// The first `most` characters, and a sign when there were more.
pub fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds::kube::{configmaps, secrets};

    fn all(kind: KindRef, body: &Value) -> String {
        format!("{:?}", describe(kind, body, &Around::default()))
    }

    #[test]
    fn metadata_comes_first_and_long_annotations_are_cut() {
        let body = json!({"metadata": {
            "name": "web", "creationTimestamp": "2026-01-01T11:00:00Z", "deletionTimestamp": "2026-01-01T12:00:00Z",
            "labels": {"b": "2", "a": "1"}, "annotations": {"long": "x".repeat(300), "lines": "a\nb"},
            "ownerReferences": [{"kind": "App", "name": "shop"}], "finalizers": ["x/y", "z"], "uid": "u1"
        }});
        let sections = describe(KindRef(&configmaps::KIND), &body, &Around::default());
        let [held, section] = sections.as_slice() else { panic!("{sections:?}") };
        let notes = format!("long={}…\nlines=a b", "x".repeat(200));
        let at = |text: &str| Time::parse(text).unwrap();
        let mut expected = Section::new("Metadata");
        expected.pair("name", "web").cell("created", Cell::Since(at("2026-01-01T11:00:00Z")));
        expected.state("deleted", Cell::Since(at("2026-01-01T12:00:00Z")), Health::Leaving);
        expected.pair("labels", "b=2\na=1").pair("annotations", notes).pair("owner", "App/shop");
        expected.pair("finalizers", "x/y\nz").pair("uid", "u1");
        assert_eq!(section, &expected);
        let why = "asked for, but it waits until its finalizers are taken away: x/y, z";
        let mut expected = Section::new(TROUBLE);
        expected.state("Deletion", Cell::text(why), Health::Warn);
        assert_eq!(held, &expected);
    }

    #[test]
    fn no_value_of_a_secret_is_described() {
        let applied = "{\"data\":{\"password\":\"Y2FuYXJ5\"},\"stringData\":{\"b\":\"canary\"}}";
        let body = json!({
            "kind": "Secret", "metadata": {"name": "s", "annotations": {mask::LAST_APPLIED: applied}},
            "data": {"password": "Y2FuYXJ5"}, "stringData": {"b": "canary"}, "type": "Opaque"
        });
        let text = all(KindRef(&secrets::KIND), &body);
        assert!(!text.contains("Y2FuYXJ5") && !text.contains("canary"), "{text}");
        assert!(text.contains("password") && text.contains("6 bytes") && text.contains("Opaque"), "{text}");
    }

    #[test]
    fn a_config_map_shows_what_it_holds() {
        let text = all(KindRef(&configmaps::KIND), &json!({"data": {"mode": "fast", "app.conf": "a=1\nb=2\n"}}));
        assert!(text.contains("fast") && text.contains("Line(1, \"b=2\")"), "{text}");
    }
}
