//! The program's own state, for `:self`: what each server was asked, what is held for each query, what the process
//! takes. Nothing of it is asked for while nobody looks.

mod rows;

use super::State;
use super::commands::names;
use super::view::Table;
use crate::kinds::program::itself::{KIND, METER};
use crate::model::{Cell, KindRef, Query, Scope, Time, human};

/// The figures of the process are read again after so long, in milliseconds.
const BEAT: i64 = 1_000;

/// How often something happens, and how long it takes, in microseconds: for half of the last few hundred at most
/// `half`, for 99 of 100 at most `most`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pace {
    pub rate: f32,
    pub half: u32,
    pub most: u32,
}

/// What the process takes, as far as the system tells.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Vitals {
    /// When it started.
    pub since: Time,
    /// Resident memory in bytes, now and at its highest.
    pub memory: Option<u64>,
    pub peak: Option<u64>,
    /// Percent of a core, since it was last asked.
    pub cpu: Option<f32>,
    pub turns: Pace,
    pub frames: Pace,
}

/// What is known of the program itself.
#[derive(Debug, Default)]
pub struct Own {
    pub vitals: Option<Vitals>,
    read: Option<Time>,
    /// The reading that the rows were made with.
    listed: Option<Time>,
    /// What the table of kinds was made of.
    pub(super) kinds: Option<names::Listed>,
}

impl State {
    pub fn own_table(&self) -> Option<&Table> {
        self.table().filter(|table| table.kind.is(&KIND))
    }

    /// When the figures of the process are wanted next; never while they are not on the screen.
    pub fn vitals_due(&self) -> Option<Time> {
        self.own_table()?;
        Some(self.own.read.map_or(self.now, |read| read.plus_millis(BEAT)))
    }

    pub(super) fn take_vitals(&mut self, vitals: Vitals) {
        self.own.vitals = Some(vitals);
        self.own.read = Some(self.now);
        self.display.dirty = true;
    }

    /// The meters of all servers; and what the view below shows stays asked for, so that there is something to see.
    pub(super) fn asked_for_self(&self) -> Vec<Query> {
        if self.own_table().is_none() {
            return Vec::new();
        }
        let below = self.stack.iter().rev().nth(1).map(|view| view.queries()).unwrap_or_default();
        self.places.iter().map(|place| meter(place.id)).chain(below).collect()
    }
}

/// The question what a source was asked.
fn meter(at: crate::model::SourceId) -> Query {
    Query::List { at, kind: KindRef(&METER), scope: Scope::all() }
}

/// Nobody waits for these once the screen is left.
pub(super) fn is_meter(query: &Query) -> bool {
    matches!(query, Query::List { kind, .. } if *kind == KindRef(&METER))
}

/// The figures of the process, each with its name.
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
fn pace(pace: Pace) -> String {
    let millis = |micros: u32| format!("{:.1}", micros as f32 / 1000.0);
    format!("{}/s, {} ms, p99 {}", Cell::Rate(pace.rate).to_text(Time::default()), millis(pace.half), millis(pace.most))
}
