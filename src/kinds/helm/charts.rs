//! What is told only by the body of a release. Lends its columns: a body is read for the rows that are looked at.

use crate::model::{Address, Cell, Column, Door, Kind};

const CHART: Column = Column::new("CHART", 16).rank(1);
const APP_VERSION: Column = Column::new("APP-VERSION", 11).rank(3);
const DESCRIPTION: Column = Column::new("DESCRIPTION", 20).rank(4);

const LATEST: &[Column] = &[CHART, APP_VERSION, DESCRIPTION.wide()];
/// Descriptions tell revisions apart.
const ALL: &[Column] = &[CHART, APP_VERSION, DESCRIPTION];

/// Of the latest revisions of releases.
pub static RELEASES: Kind = kind("releasecharts", "ReleaseChart", LATEST);
/// Of all revisions.
pub static HISTORY: Kind = kind("revisioncharts", "RevisionChart", ALL);

const fn kind(plural: &'static str, kind: &'static str, columns: &'static [Column]) -> Kind {
    let address = Address { group: "", version: "", kind, plural, namespaced: true };
    Kind { name: plural, address, columns, door: Door::Own, ..Kind::helm() }
}

/// The cells of these columns; `chart` and `version` are those of the chart.
pub fn cells(chart: &str, version: &str, app: &str, description: &str) -> [Cell; 3] {
    let chart = if version.is_empty() { chart.to_owned() } else { format!("{chart}-{version}") };
    [chart.as_str(), app, description].map(Cell::text)
}
