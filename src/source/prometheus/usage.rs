//! What pods use, asked for again and again.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

use super::client::{Client, items};
use super::{EVERY, QUERY};
use crate::kinds::prometheus::podusage;
use crate::model::{Cell, Delta, Health, Id, KindRef, Object, Part, Result, Scope, SourceId};
use crate::source::out::Out;
use crate::source::poll::Poll;
use crate::source::uri::escaped;

/// The answer to an instant query.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Vector {
    #[serde(deserialize_with = "items")]
    result: Vec<Sample>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Sample {
    metric: Pod,
    /// Seconds, and the value as a text.
    value: (f64, String),
}

#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(default)]
struct Pod {
    namespace: String,
    pod: String,
}

pub async fn run(client: Arc<Client>, at: SourceId, scope: Scope, out: &mut Out) -> Result<()> {
    let mut poll = Poll::every(EVERY, out);
    let place = place(&scope);
    loop {
        let (cpu, memory) = (ask(&client, &cpu(&place)).await?, ask(&client, &memory(&place)).await?);
        out.say(Delta::Reset);
        out.extend(rows(at, cpu, memory).map(Delta::Upsert));
        out.say(Delta::Ready);
        out.flush().await;
        poll.wait().await;
    }
}

async fn ask(client: &Client, query: &str) -> Result<Vector> {
    client.read(&format!("{QUERY}?query={}", escaped(query))).await
}

fn cpu(place: &str) -> String {
    summed(&format!("rate(container_cpu_usage_seconds_total{{container!=\"\"{place}}}[5m])"))
}

/// What the kernel cannot take back, as a metrics server tells it.
fn memory(place: &str) -> String {
    summed(&format!("container_memory_working_set_bytes{{container!=\"\"{place}}}"))
}

/// The sum over the containers of each pod, without the one that stands for the whole pod. A container counts once, however
/// many jobs or replicas of Prometheus measure it.
fn summed(series: &str) -> String {
    format!("sum by (namespace, pod) (max by (namespace, pod, container) ({series}))")
}

/// A matcher for the namespaces, if not all are asked about.
fn place(scope: &Scope) -> String {
    let parts: Vec<&str> = match &scope.part {
        Part::Namespaces(names) => names.iter().map(|name| name.as_str()).collect(),
        Part::All | Part::Names(_) => scope.namespaces().collect(),
    };
    match parts.as_slice() {
        [] => String::new(),
        names => {
            let names: Vec<String> = names.iter().map(|name| regex::escape(name).replace('\\', "\\\\")).collect();
            format!(",namespace=~\"{}\"", names.join("|"))
        }
    }
}

fn rows(at: SourceId, cpu: Vector, memory: Vector) -> impl Iterator<Item = Object> {
    let mut pods: BTreeMap<Pod, [Cell; 2]> = BTreeMap::new();
    for (sample, i, cell) in samples(cpu, 0, cores).chain(samples(memory, 1, bytes)) {
        pods.entry(sample).or_default()[i] = cell;
    }
    pods.into_iter().map(move |(Pod { namespace, pod }, cells)| {
        Object::made(Id::new(at, KindRef(&podusage::KIND), namespace, pod), Health::Good, cells)
    })
}

fn samples(vector: Vector, column: usize, cell: fn(f64) -> Cell) -> impl Iterator<Item = (Pod, usize, Cell)> {
    vector.result.into_iter().filter_map(move |Sample { metric, value: (_, text) }| {
        let value: f64 = text.parse().ok()?;
        (value.is_finite() && !metric.pod.is_empty()).then(|| (metric, column, cell(value)))
    })
}

/// What no pod can use, in thousandths of a core and in bytes: sums of it stay in their range.
const MOST: f64 = 1e15;

/// Parts of a thousandth count whole, as `kubectl top` counts them.
fn cores(value: f64) -> Cell {
    Cell::Cpu(((value * 1e9).round() / 1e6).ceil().clamp(0.0, MOST) as u64)
}

fn bytes(value: f64) -> Cell {
    Cell::Bytes(value.clamp(0.0, MOST) as u64)
}
