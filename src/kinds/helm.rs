//! Helm releases: computed of the Secrets or ConfigMaps in which helm keeps them.

mod body;
mod changes;
pub mod charts;
mod computed;
mod declared;
mod drift;
pub mod extracts;
pub mod history;
pub mod manifest;
pub mod releases;
pub mod stored;

use super::kube;
use crate::model::{Cell, Column, Family, Health, Home, Kind, Time};

/// In the order in which the palette and help list them.
pub static KINDS: &[&Kind] = &[&releases::KIND, &history::KIND];
/// These, and those that only lend columns or hold texts: nobody opens them.
pub static COMPUTED: &[&Kind] = &[
    &releases::KIND,
    &history::KIND,
    &charts::RELEASES,
    &charts::HISTORY,
    &extracts::RELEASES,
    &extracts::HISTORY,
    &extracts::CHANGES,
    &extracts::DRIFT,
];

/// Computed of what clusters have, and asked of them.
pub static FAMILY: Family = Family {
    name: "helm",
    kinds: KINDS,
    systems: &[],
    over: Some(&kube::FAMILY),
    verbs: &[],
    remembers: false,
    lacks: |_, command| (command == "edit").then_some("a release cannot be edited: helm upgrade changes it"),
    ..kube::FAMILY
};

impl Kind {
    /// What tables of releases have in common.
    const fn helm() -> Self {
        Self { home: Home::Computed, ..Self::of(&FAMILY) }
    }
}

/// Said where there are no releases.
const ABSENT: &str =
    "helm keeps its releases in Secrets or ConfigMaps; what Argo CD or kubectl made of a chart leaves no release";

const REVISION: Column = Column::new("REVISION", 8).number().rank(1);
const STATUS: Column = Column::new("STATUS", 10).state();
const UPDATED: Column = Column::new("UPDATED", 7).number().rank(2);

/// A release that is still on its way after this time, in milliseconds, is most likely stuck: helm gives up after 5
/// minutes unless it is told otherwise.
const TIMEOUT: i64 = 5 * 60_000;

/// How a release is by its status, and when that changes by itself.
pub fn health(status: &str, updated: Option<Time>, now: Time) -> (Health, Option<Time>) {
    let due = updated.map(|updated| updated.plus_millis(TIMEOUT));
    match status {
        "deployed" => (Health::Good, None),
        "failed" => (Health::Bad, None),
        "superseded" | "uninstalled" => (Health::Done, None),
        "uninstalling" => (Health::Leaving, None),
        status if status.starts_with("pending-") => match due {
            Some(due) if due > now => (Health::Progress, Some(due)),
            _ => (Health::Warn, None),
        },
        _ => (Health::Unknown, None),
    }
}

/// The cells of the columns that releases and their revisions have both.
pub fn cells(revision: u32, status: &str, updated: Option<Time>) -> [Cell; 3] {
    [Cell::Count(revision.into()), Cell::text(status), Cell::since(updated)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_that_takes_longer_than_helm_waits_is_stuck() {
        let (now, begun) = (Time(10 * 60_000), Time(6 * 60_000));
        assert_eq!(health("pending-upgrade", Some(begun), now), (Health::Progress, Some(Time(11 * 60_000))));
        assert_eq!(health("pending-upgrade", Some(begun), Time(11 * 60_000)), (Health::Warn, None));
        assert_eq!(health("pending-install", None, now).0, Health::Warn);
    }

    #[test]
    fn every_status_of_helm_has_its_health() {
        let states = ["deployed", "failed", "superseded", "uninstalled", "uninstalling", "unknown", "new-in-helm-9"];
        let healths = states.map(|status| health(status, None, Time(0)).0);
        use Health::{Bad, Done, Good, Leaving, Unknown};
        assert_eq!(healths, [Good, Bad, Done, Done, Leaving, Unknown, Unknown]);
    }
}
