//! The targets that Prometheus scrapes.

use serde::Deserialize;

use super::address;
use crate::kinds::lens::or_default;
use crate::kinds::mask;
use crate::model::{Cell, Column, Door, Enter, Health, Id, Kind, KindRef, Naming, Object, SourceId, Time};

pub static KIND: Kind = Kind {
    name: "targets",
    aliases: &["target"],
    address: address("Target", "targets", false),
    naming: Naming::titled("INSTANCE"),
    columns: &[
        Column::new("POOL", 20).rank(2),
        Column::new("STATE", 8).state(),
        Column::new("LAST SCRAPE", 5).number().rank(1),
        Column::new("TOOK", 5).number().rank(3),
        Column::new("EVERY", 5).rank(4),
        Column::new("ERROR", 20).rank(1),
        Column::new("URL", 20).rank(5).wide(),
    ],
    door: Door::Own,
    enter: Enter::Nothing,
    ..Kind::prometheus()
};

/// One of `activeTargets` (`/api/v1/targets`).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Target {
    #[serde(deserialize_with = "or_default")]
    labels: std::collections::BTreeMap<String, String>,
    scrape_pool: String,
    scrape_url: String,
    last_error: String,
    last_scrape: String,
    /// Seconds.
    last_scrape_duration: f64,
    health: String,
    scrape_interval: String,
}

impl Target {
    /// Its row.
    pub fn row(&self, at: SourceId) -> Object {
        let url = mask::urls(&self.scrape_url);
        let instance = self.labels.get("instance").map_or(&*url, String::as_str);
        let health = match self.health.as_str() {
            "up" => Health::Good,
            "down" => Health::Bad,
            _ => Health::Unknown,
        };
        // One that was never scraped says the year 1.
        let scraped = self.last_scrape.parse::<jiff::Timestamp>().ok().filter(|stamp| stamp.as_second() > 0);
        let cells = [
            Cell::text(self.scrape_pool.as_str()),
            Cell::text(self.health.as_str()),
            Cell::since(scraped.map(|stamp| Time(stamp.as_millisecond()))),
            Cell::text(took(self.last_scrape_duration)),
            Cell::text(self.scrape_interval.as_str()),
            Cell::text(cause(&mask::urls(&self.last_error))),
            Cell::text(&*url),
        ];
        // Several pools may scrape one instance, and a pool several pages of it.
        let id = Id::new(at, KindRef(&KIND), "", format!("{} {url}", self.scrape_pool)).part(instance);
        let labels = crate::kinds::lens::join(&self.labels);
        Object { labels: labels.into(), ..Object::made(id, health, cells) }
    }
}

/// An error of Go's HTTP client begins with the URL, which has a column of its own: `Get "http://a/metrics": dial tcp ...`.
fn cause(error: &str) -> &str {
    let rest = error.strip_prefix("Get \"").and_then(|rest| rest.split_once("\": "));
    rest.map_or(error, |(_, cause)| cause)
}

/// `12ms`, `1.2s`
fn took(seconds: f64) -> String {
    match seconds {
        none if none <= 0.0 => String::new(),
        short if short < 1.0 => format!("{:.0}ms", short * 1000.0),
        long => format!("{long:.1}s"),
    }
}
