//! Events of the core group. When and how often follow kubectl's printer (k8s.io/kubernetes,
//! pkg/printers/internalversion): an event of the newer API has a time of its own, and a series once it repeats.

use std::borrow::Cow;

use prost::Message;
use serde::Deserialize;

use crate::kinds::lens::{Lens, Meta, Moment, Row, decode, object, read, when};
use crate::kinds::mask;
use crate::kinds::verbs;
use crate::model::{
    Address, Cell, Column, Door, Health, Id, Kind, Link, Naming, Object, Presentation, Reading, Related, Result, Scope,
    Strings, Time, Value, Wire,
};

pub static KIND: Kind = Kind {
    name: "events",
    aliases: &["ev", "event"],
    address: Address { group: "", version: "v1", kind: "Event", plural: "events", namespaced: true },
    naming: Naming::UNTITLED,
    columns: &[
        Column::new("LAST SEEN", 9).number().rank(0),
        // The shape before the reason says the same.
        Column::new("TYPE", 7).rank(2),
        Column::new("REASON", 12).state(),
        Column::new("OBJECT", 16),
        Column::new("SUBOBJECT", 20).rank(5).wide(),
        Column::new("SOURCE", 20).rank(5).wide(),
        Column::new("MESSAGE", 26).rank(0),
        Column::new("FIRST SEEN", 10).rank(5).wide(),
        Column::new("COUNT", 5).number().rank(4).wide(),
        Column::new("NAME", 30).rank(6).wide(),
    ],
    presentation: Presentation::PLAIN.sorted("LAST SEEN", false),
    door: Door::Lens(read::<Event>),
    verbs: verbs::COMMON,
    ..Kind::kube()
};

/// Events as describe shows them: with the whole message.
pub static DETAIL: Kind = Kind {
    name: "events",
    address: KIND.address,
    naming: Naming::UNTITLED,
    columns: KIND.columns,
    presentation: KIND.presentation,
    door: Door::Lens(read_whole),
    ..Kind::kube()
};

/// What happened to the object that is described; the page says where to look.
pub const RELATED: Related = Related::new("Events", |_| None);

fn read_whole(reading: &mut Reading<'_>, wire: Wire, bytes: &[u8], rows: &mut Vec<Object>) -> Result<()> {
    let mut event: Event = decode(wire, bytes)?;
    let meta = event.meta().unwrap_or_default();
    let mut row = event.row(&meta, reading);
    if let Some(message) = KIND.column("MESSAGE").and_then(|column| row.cells.get_mut(column)) {
        *message = Cell::text(mask::urls(event.message.trim()).as_ref());
    }
    rows.push(object(&meta, reading, row));
    Ok(())
}

/// The events about an object: the API server selects them by the uid of what is involved.
pub fn about(id: &Id, body: &Value) -> Option<Link> {
    let uid = body.pointer("/metadata/uid")?.as_str()?;
    let namespace = if id.namespace.is_empty() { None } else { Some(id.namespace.clone()) };
    // Events about a node carry the node's name in place of its uid.
    let selector = match id.kind.is(&super::nodes::KIND) {
        true => format!("involvedObject.kind=Node,involvedObject.name={}", id.name),
        false => format!("involvedObject.uid={uid}"),
    };
    Some(Link::to(&KIND, Scope { namespace, fields: selector.into(), ..Scope::default() }))
}

#[derive(Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Event {
    #[prost(message, optional, tag = "1")]
    metadata: Option<Meta>,
    #[prost(message, optional, tag = "2")]
    involved_object: Option<Involved>,
    #[prost(string, tag = "3")]
    reason: String,
    #[prost(string, tag = "4")]
    message: String,
    #[prost(message, optional, tag = "5")]
    source: Option<EventSource>,
    #[prost(message, optional, tag = "6")]
    first_timestamp: Option<Moment>,
    #[prost(message, optional, tag = "7")]
    last_timestamp: Option<Moment>,
    #[prost(int32, tag = "8")]
    count: i32,
    #[prost(string, tag = "9")]
    r#type: String,
    #[prost(message, optional, tag = "10")]
    event_time: Option<Moment>,
    #[prost(message, optional, tag = "11")]
    series: Option<Series>,
    #[prost(string, tag = "14")]
    reporting_component: String,
    #[prost(string, tag = "15")]
    reporting_instance: String,
}

#[derive(Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Involved {
    #[prost(string, tag = "1")]
    kind: String,
    #[prost(string, tag = "3")]
    name: String,
    #[prost(string, tag = "7")]
    field_path: String,
}

#[derive(Message, Deserialize)]
#[serde(default)]
struct EventSource {
    #[prost(string, tag = "1")]
    component: String,
    #[prost(string, tag = "2")]
    host: String,
}

#[derive(Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Series {
    #[prost(int32, tag = "1")]
    count: i32,
    #[prost(message, optional, tag = "2")]
    last_observed_time: Option<Moment>,
}

impl Lens for Event {
    fn meta(&mut self) -> Option<Meta> {
        self.metadata.take()
    }

    fn row(&self, meta: &Meta, reading: &mut Reading<'_>) -> Row {
        let strings = &mut *reading.strings;
        let path = self.involved_object.as_ref().map_or("", |object| object.field_path.as_str());
        let cells = vec![
            seen(self.last(), strings),
            Cell::text(strings.share(&self.r#type)),
            Cell::text(strings.share(&self.reason)),
            Cell::text(strings.share(&self.object())),
            Cell::text(strings.share(path)),
            Cell::text(strings.share(&self.origin())),
            Cell::text(strings.share(&first_line(self.message.trim()))),
            seen(self.first(), strings),
            Cell::Count(i64::from(self.times())),
            Cell::text(meta.name.as_str()),
        ];
        let health = if self.r#type == "Warning" { Health::Warn } else { Health::Good };
        Row { health, cells, link: None }
    }
}

/// kubectl's tables cut a cell at the first break and say so.
fn first_line(text: &str) -> Cow<'_, str> {
    match text.find(['\n', '\r', '\u{c}']) {
        Some(at) => format!("{}...", &text[..at]).into(),
        None => text.into(),
    }
}

impl Event {
    fn first(&self) -> Option<Time> {
        when(self.first_timestamp).or(when(self.event_time))
    }

    /// A series counts even when it does not tell its time.
    fn last(&self) -> Option<Time> {
        match &self.series {
            Some(series) => when(series.last_observed_time),
            None => when(self.last_timestamp).or(self.first()),
        }
    }

    fn times(&self) -> i32 {
        match &self.series {
            Some(series) => series.count,
            // Events of the newer API that happened once carry no count.
            None => {
                if self.count == 0 {
                    1
                } else {
                    self.count
                }
            }
        }
    }

    fn object(&self) -> String {
        let Some(object) = &self.involved_object else { return String::new() };
        let kind = object.kind.to_lowercase();
        if object.name.is_empty() { kind } else { format!("{kind}/{}", object.name) }
    }

    /// Who reports it, and where it runs: the old fields win over the new ones.
    fn origin(&self) -> String {
        let (component, host) =
            self.source.as_ref().map_or(("", ""), |source| (source.component.as_str(), source.host.as_str()));
        let component = if component.is_empty() { &self.reporting_component } else { component };
        let host = if host.is_empty() { &self.reporting_instance } else { host };
        if host.is_empty() { component.to_owned() } else { format!("{component}, {host}") }
    }
}

fn seen(time: Option<Time>, strings: &mut Strings) -> Cell {
    time.map_or_else(|| Cell::Text(strings.share("<unknown>")), Cell::Since)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds::kube::testing::{cell, row, text};

    #[test]
    fn an_event_reads_as_in_kubectl() {
        let event = row(
            &KIND,
            json!({
                "involvedObject": {"kind": "Pod", "name": "api-1", "fieldPath": "spec.containers{app}"},
                "type": "Warning", "reason": "BackOff", "message": "\n Back-off restarting\n", "count": 7,
                "source": {"component": "kubelet", "host": "n1"}, "reportingComponent": "other",
                "firstTimestamp": "2026-01-01T11:00:00Z", "lastTimestamp": "2026-01-01T11:59:00Z", "eventTime": null
            }),
        );
        assert_eq!(
            text(&event),
            [
                "60s",
                "Warning",
                "BackOff",
                "pod/api-1",
                "spec.containers{app}",
                "kubelet, n1",
                "Back-off restarting",
                "60m",
                "7",
                "web"
            ]
        );
        assert_eq!(event.health, Health::Warn);
    }

    #[test]
    fn an_event_of_the_newer_api_has_a_time_and_a_series() {
        let once = json!({
            "type": "Normal", "eventTime": "2026-01-01T11:58:00.123456Z", "firstTimestamp": null, "lastTimestamp": null,
            "reportingComponent": "scheduler", "source": {}, "involvedObject": {"kind": "Node"}
        });
        let event = row(&KIND, once.clone());
        let seen = |row| ["LAST SEEN", "FIRST SEEN", "COUNT", "SOURCE", "OBJECT"].map(|title| cell(row, title));
        assert_eq!(seen(&event), ["119s", "119s", "1", "scheduler", "node"]);
        assert_eq!(event.health, Health::Good);
        let mut series = once;
        series["series"] = json!({"count": 4, "lastObservedTime": "2026-01-01T11:59:50.000000Z"});
        assert_eq!(seen(&row(&KIND, series)), ["10s", "119s", "4", "scheduler", "node"]);
    }

    #[test]
    fn describe_reads_the_whole_message() {
        let said = "Error: failed to start:\nexec: \"nosuch\": not found";
        let event = row(&DETAIL, json!({"message": format!("\n{said}\n")}));
        assert_eq!(event.word("MESSAGE"), said);
        assert_eq!(cell(&row(&KIND, json!({"message": said})), "MESSAGE"), "Error: failed to start:...");
    }

    #[test]
    fn an_event_without_any_time_says_so() {
        let event = row(&KIND, json!({"involvedObject": {}}));
        assert_eq!((cell(&event, "LAST SEEN"), cell(&event, "FIRST SEEN")), ("<unknown>".into(), "<unknown>".into()));
    }
}
