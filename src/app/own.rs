//! The state of the program itself, for `:self`: what each server was asked, what is held for each query, what the
//! process takes. These figures are read only while they are on the screen.

mod rows;

use serde::{Deserialize, Serialize};

use super::State;
use super::commands::names;
use super::view::{Table, View};
use crate::kinds::program::itself::{KIND, METER};
use crate::model::{Cell, KindRef, Query, Scope, Time, human};

/// The time between two readings of the process, in milliseconds.
const BEAT: i64 = 1_000;

/// How often something happens in a second, and how long it takes, in microseconds. Of the last few hundred times, half
/// took `half` at most, and 99 of 100 took `most` at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Timing {
    pub rate: f32,
    pub half: u32,
    pub most: u32,
}

/// The memory and the CPU of the process, if the system tells.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Vitals {
    /// When the process started.
    pub since: Time,
    /// The resident memory in bytes: now, and at its highest.
    pub memory: Option<u64>,
    pub peak: Option<u64>,
    /// The use of a core in percent since the last reading.
    pub cpu: Option<f32>,
    pub turns: Timing,
    pub frames: Timing,
    /// The approximate number of bytes that each answer holds. It is measured outside of turns, because it depends on
    /// the allocator and on who else holds a text, and not on messages alone.
    pub held: Vec<(Query, u64)>,
}

/// What the state keeps about the program itself.
#[derive(Debug, Default)]
pub struct Own {
    pub vitals: Option<Vitals>,
    read: Option<Time>,
    /// When the figures were read from which the rows were made.
    listed: Option<Time>,
    /// The content from which the tables of kinds were made.
    pub(super) kinds: names::Listed,
}

impl State {
    pub fn own_table(&self) -> Option<&Table> {
        self.shown_views().filter_map(View::table).find(|table| is_about(table))
    }

    /// When the figures of the process are wanted next. They are never wanted while `:self` is not on the screen.
    pub fn vitals_due(&self) -> Option<Time> {
        self.own_table()?;
        Some(self.own.read.map_or(self.now, |read| read.plus_millis(BEAT)))
    }

    pub(super) fn take_vitals(&mut self, vitals: Vitals) {
        self.own.vitals = Some(vitals);
        self.own.read = Some(self.now);
        self.display.dirty = true;
    }

    /// The meters of all servers, and the queries of the view below `:self`: they stay open so that their rows can be
    /// watched.
    pub(super) fn asked_for_self(&self) -> Vec<Query> {
        if self.own_table().is_none() {
            return Vec::new();
        }
        let own = self.shown_panes().filter(|(_, pane, _)| pane.top().and_then(View::table).is_some_and(is_about));
        let below = own.filter_map(|(_, pane, _)| pane.stack.iter().nth_back(1)).flat_map(|view| view.queries());
        self.places.iter().map(|place| meter(place.id)).chain(below).collect()
    }
}

impl Own {
    /// The memory that an answer took when the figures were read.
    fn held(&self, query: &Query) -> Option<u64> {
        let vitals = self.vitals.as_ref()?;
        vitals.held.iter().find(|(known, _)| known == query).map(|(_, held)| *held)
    }
}

/// Whether a table is about the program itself.
pub fn is_about(table: &Table) -> bool {
    table.kind.is(&KIND)
}

/// The query for the requests that a source was sent.
fn meter(at: crate::model::SourceId) -> Query {
    Query::List { at, kind: KindRef(&METER), scope: Scope::all() }
}

/// Whether a query is for a meter. Its answer is dropped as soon as `:self` is left.
pub(super) fn is_meter(query: &Query) -> bool {
    matches!(query, Query::List { kind, .. } if *kind == KindRef(&METER))
}

/// The figures of the process, each with a name.
pub fn figures(own: &Own, now: Time) -> Vec<(&'static str, String)> {
    let Some(vitals) = &own.vitals else { return Vec::new() };
    let bytes = |bytes: Option<u64>| bytes.map_or("–".to_owned(), |bytes| Cell::Bytes(bytes).to_text(now));
    let mut age = String::new();
    human(now.since(vitals.since), &mut age);
    vec![
        ("memory", format!("{}, at most {}", bytes(vitals.memory), bytes(vitals.peak))),
        ("cpu", vitals.cpu.map_or("–".to_owned(), |cpu| format!("{cpu:.1} %"))),
        ("turns", pace(vitals.turns)),
        ("frames", pace(vitals.frames)),
        ("up", age),
    ]
}

/// `1.0/s  0.1 ms, p99 0.6`
fn pace(pace: Timing) -> String {
    let millis = |micros: u32| format!("{:.1}", micros as f32 / 1000.0);
    format!("{}/s, {} ms, p99 {}", Cell::Rate(pace.rate).to_text(Time::default()), millis(pace.half), millis(pace.most))
}
