//! Cron jobs.

mod describe;

use prost::Message;
use serde::Deserialize;

use super::pods::or_none;
use super::workload::describe::PODS;
use super::{jobs, workload};
use crate::kinds::lens::{Lens, Meta, Moment, Row, age, or_default, read, when};
use crate::kinds::verbs;
use crate::model::{
    Address, Cell, Column, Description, Door, Enter, Health, Kind, Link, Object, Reading, Related, Scope,
};

#[derive(Message, Deserialize)]
#[serde(default)]
struct CronJob {
    #[prost(message, optional, tag = "1")]
    metadata: Option<Meta>,
    #[prost(message, optional, tag = "2")]
    spec: Option<Spec>,
    #[prost(message, optional, tag = "3")]
    status: Option<Status>,
}

#[derive(Clone, Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Spec {
    #[prost(string, tag = "1")]
    schedule: String,
    #[prost(bool, optional, tag = "4")]
    suspend: Option<bool>,
    #[prost(message, optional, tag = "5")]
    job_template: Option<Template>,
    #[prost(string, optional, tag = "8")]
    time_zone: Option<String>,
}

#[derive(Clone, Message, Deserialize)]
#[serde(default)]
struct Template {
    #[prost(message, optional, tag = "2")]
    spec: Option<jobs::Spec>,
}

#[derive(Clone, Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Status {
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "or_default")]
    active: Vec<Active>,
    #[prost(message, optional, tag = "4")]
    last_schedule_time: Option<Moment>,
    #[prost(message, optional, tag = "5")]
    last_successful_time: Option<Moment>,
}

/// Only how many there are.
#[derive(Clone, Copy, Message, Deserialize)]
struct Active {}

pub static KIND: Kind = Kind {
    name: "cronjobs",
    aliases: &["cj", "cronjob"],
    address: Address { group: "batch", version: "v1", kind: "CronJob", plural: "cronjobs", namespaced: true },
    columns: &[
        Column::new("SCHEDULE", 12).rank(2),
        Column::new("TIMEZONE", 8).rank(4),
        Column::new("STATUS", 9).state(),
        Column::new("SUSPEND", 7).rank(4),
        Column::new("ACTIVE", 6).rank(3),
        Column::new("LAST SCHEDULE", 13).rank(3),
        Column::new("AGE", 4).number().rank(2),
        Column::new("CONTAINERS", 12).rank(5).wide(),
        Column::new("IMAGES", 20).rank(4).wide(),
        Column::new("SELECTOR", 16).rank(6).wide(),
        Column::new("LAST-SUCCESS", 12).rank(5).wide(),
    ],
    door: Door::Lens(read::<CronJob>),
    enter: Enter::Link(jobs_of),
    description: Description::of(describe::describe).with(&[
        Related::new(describe::JOBS, describe::jobs),
        Related::new(PODS, describe::pods).keep(describe::is_of_its_jobs),
    ]),
    verbs: verbs::with_common![TRIGGER, SUSPEND, RESUME, IMAGE],
    ..Kind::kube()
};

fn jobs_of(cron: &Object) -> Option<Link> {
    let scope = Scope::namespace(cron.id.namespace.clone()).owner(&cron.uid);
    (!cron.uid.is_none()).then(|| Link::to(&jobs::KIND, scope))
}

impl Lens for CronJob {
    fn meta(&mut self) -> Option<Meta> {
        self.metadata.take()
    }

    fn row(&self, meta: &Meta, reading: &mut Reading<'_>) -> Row {
        let strings = &mut *reading.strings;
        let (none, no) = (Spec::default(), Status::default());
        let (spec, status) = (self.spec.as_ref().unwrap_or(&none), self.status.as_ref().unwrap_or(&no));
        let job = spec.job_template.as_ref().and_then(|template| template.spec.as_ref());
        let [containers, images] = workload::containers(job.and_then(|job| job.template.as_ref()), strings);
        let suspended = match spec.suspend {
            Some(true) => "True",
            Some(false) => "False",
            None => "<unset>",
        };
        let last = when(status.last_schedule_time);
        let (word, health) = status.state(spec.suspend == Some(true));
        let cells = vec![
            Cell::text(strings.share(&spec.schedule)),
            or_none(strings, spec.time_zone.as_deref().unwrap_or_default()),
            Cell::text(word),
            Cell::text(strings.share(suspended)),
            Cell::Count(status.active.len() as i64),
            last.map_or_else(|| or_none(strings, ""), Cell::Since),
            age(meta),
            containers,
            images,
            workload::selector(job.and_then(|job| job.selector.as_ref()), strings),
            Cell::since(when(status.last_successful_time)),
        ];
        Row { health, cells, link: None }
    }
}

impl Status {
    /// When nothing runs any more and the last success is older than the last run, that run failed.
    fn state(&self, suspended: bool) -> (&'static str, Health) {
        let (run, success) = (when(self.last_schedule_time), when(self.last_successful_time));
        match () {
            () if suspended => ("Suspended", Health::Done),
            () if !self.active.is_empty() => ("Running", Health::Progress),
            () if run > success => ("Failed", Health::Warn),
            () => ("Waiting", Health::Good),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds::kube::testing::{cell, row, text};

    #[test]
    fn a_cron_job_reads_as_in_kubectl_and_leads_to_the_jobs_it_owns() {
        let job = json!({"spec": {"template": {"spec": {"containers": [{"name": "c", "image": "i:1"}]}}}});
        let nightly = row(
            &KIND,
            json!({
                "spec": {"schedule": "0 3 * * *", "timeZone": "Europe/Berlin", "suspend": false, "jobTemplate": job},
                "status": {"active": [{"name": "nightly-1"}], "lastScheduleTime": "2026-01-01T11:58:00Z"}
            }),
        );
        let expected = ["0 3 * * *", "Europe/Berlin", "Running", "False", "1", "2m", "60m", "c", "i:1", "<none>", ""];
        assert_eq!(text(&nightly), expected);
        assert_eq!(nightly.health, Health::Progress);
        let link = Link::to(&jobs::KIND, Scope::namespace("shop").owner("u1"));
        assert_eq!(KIND.link(&nightly), Some(link));
    }

    #[test]
    fn a_cron_job_warns_when_its_last_run_did_not_succeed() {
        let (run, success) = ("2026-01-01T11:00:00Z", "2026-01-01T11:01:00Z");
        for (suspend, run, success, word, health) in [
            (Some(true), Some(run), None, "Suspended", Health::Done),
            (None, Some(run), None, "Failed", Health::Warn),
            (None, Some(run), Some("2026-01-01T10:01:00Z"), "Failed", Health::Warn),
            (None, Some(run), Some(success), "Waiting", Health::Good),
            (None, None, None, "Waiting", Health::Good),
        ] {
            let status = json!({"lastScheduleTime": run, "lastSuccessfulTime": success});
            let cron = row(&KIND, json!({"spec": {"suspend": suspend}, "status": status}));
            assert_eq!((cell(&cron, "STATUS").as_str(), cron.health), (word, health), "{run:?} {success:?}");
        }
        let unset = row(&KIND, json!({}));
        let cells = ["TIMEZONE", "SUSPEND", "LAST SCHEDULE"].map(|title| cell(&unset, title));
        assert_eq!(cells, ["<none>", "<unset>", "<none>"]);
    }
}
