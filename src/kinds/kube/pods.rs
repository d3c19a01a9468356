//! Pods: what runs, where, and how often it had to be started again.

mod lens;
mod status;
#[cfg(test)]
mod tests;

use lens::Pod;
use status::{Restarts, Summary};

use crate::kinds::lens::{LABELS, Lens, Meta, NONE, Row, age, read};
use crate::model::{Address, Beside, Cell, Column, Door, Id, Kind, Link, Reading, Scope, Str};

impl Lens for Pod {
    fn meta(&mut self) -> Option<Meta> {
        self.metadata.take()
    }

    fn row(&self, meta: &Meta, reading: &mut Reading<'_>) -> Row {
        let summary = status::summary(self, meta);
        let health = status::health(self, &summary);
        Row { health, cells: cells(self, meta, &summary, reading), link: None }
    }
}

fn cells(pod: &Pod, meta: &Meta, summary: &Summary<'_>, reading: &mut Reading<'_>) -> Vec<Cell> {
    let Pod { spec, status, .. } = pod;
    let ip = if status.pod_ip.is_empty() { NONE } else { Str::from(status.pod_ip.as_str()) };
    vec![
        Cell::Ratio(summary.ready, summary.total),
        reading.shared(&summary.reason),
        restarts(summary.restarts),
        age(meta),
        Cell::Text(ip),
        reading.shared_or_none(&spec.node_name),
        reading.shared_or_none(&status.nominated_node_name),
        gates(pod),
        Cell::since(summary.restarts.last),
        reading.shared(&status.qos_class),
        reading.shared(&spec.service_account_name),
    ]
}

fn restarts(restarts: Restarts) -> Cell {
    match restarts.last {
        Some(last) if restarts.count > 0 => Cell::Tally(restarts.count as u32, last),
        _ => Cell::Count(i64::from(restarts.count)),
    }
}

fn gates(pod: &Pod) -> Cell {
    let gates = &pod.spec.readiness_gates;
    let open = gates.iter().filter(|gate| pod.status.holds(&gate.condition_type)).count();
    match gates.len() {
        0 => Cell::Text(NONE),
        all => Cell::Ratio(open as u32, all as u32),
    }
}

pub static KIND: Kind = Kind {
    name: "pods",
    aliases: &["po", "pod"],
    address: Address { group: "", version: "v1", kind: "Pod", plural: "pods", namespaced: true },
    columns: &[
        Column::new("READY", 5),
        Column::new("STATUS", 17).state(),
        Column::new("RESTARTS", 8),
        Column::new("AGE", 5),
        Column::new("IP", 15).rank(4),
        Column::new("NODE", 20).rank(3),
        Column::new("NOMINATED NODE", 14).rank(6).wide(),
        Column::new("READINESS GATES", 15).rank(5).wide(),
        Column::new("LAST-RESTART", 12).rank(6).wide(),
        Column::new("QOS", 10).rank(7).wide(),
        Column::new("SERVICE-ACCOUNT", 15).rank(8).wide(),
        LABELS,
    ],
    door: Door::Lens(read::<Pod>),
    link: |pod| Some(containers_of(&pod.id)),
    beside: Some(Beside { kind: "podmetrics", before: "AGE" }),
    ..Kind::KUBE
};

fn containers_of(pod: &Id) -> Link {
    let scope = Scope::namespace(pod.namespace.clone()).fields(format!("metadata.name={}", pod.name));
    Link { kind: "containers", scope }
}
