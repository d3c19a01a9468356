//! Pods as describe looks at them from elsewhere: beside their row, why they do not work, what they ask of their node, which
//! ports they name and which claims they hold.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::kinds::kube::containers::lens::{Probe, Resources};
use crate::kinds::lens::{Quantity, object, or_default, owned};
use crate::kinds::mask;
use crate::kinds::message::{self, Fill, Meta, Text, Value, fields, message};
use crate::model::{Cell, Column, Door, Kind, Object, Reading, Result, Wire, bytes, cores};

use super::COLUMNS as PLAIN;

/// Why a pod does not do its work; nothing where it does.
pub const CAUSE: &str = "CAUSE";
/// `http/TCP,dns/UDP`: the names of ports, by which services may point at them.
pub const NAMED_PORTS: &str = "NAMED-PORTS";
/// `8080/TCP,53/UDP`.
pub const PORTS: &str = "PORTS";
/// `cpu=0.25,memory=67108864`: what the scheduler counts.
pub const REQUESTS: &str = "REQUESTS";
pub const LIMITS: &str = "LIMITS";
/// Names of claims, divided by commas.
pub const CLAIMS: &str = "CLAIMS";
pub const PHASE: &str = "PHASE";

const OWN: &[Column] = &[
    Column::new("CPU-REQ", 7).rank(2).wide(),
    Column::new("CPU-LIM", 7).rank(2).wide(),
    Column::new("MEM-REQ", 7).rank(2).wide(),
    Column::new("MEM-LIM", 7).rank(2).wide(),
    Column::new(CAUSE, 20).wide(),
    Column::new(NAMED_PORTS, 12).wide(),
    Column::new(PORTS, 12).wide(),
    Column::new(REQUESTS, 12).wide(),
    Column::new(LIMITS, 12).wide(),
    Column::new(CLAIMS, 12).wide(),
    Column::new(PHASE, 9).wide(),
];

const COLUMNS: [Column; PLAIN.len() + OWN.len()] = Column::joined(PLAIN, OWN);

pub static KIND: Kind =
    Kind { name: "pods", address: super::KIND.address, columns: &COLUMNS, door: Door::Lens(read), ..Kind::kube() };

fn read(reading: &mut Reading<'_>, wire: Wire, bytes: &[u8], rows: &mut Vec<Object>) -> Result<()> {
    let mut pod: super::Pod<'_> = message::read(wire, bytes)?;
    let meta = pod.metadata.take().unwrap_or_default();
    if !owned(&meta, reading) {
        return Ok(());
    }
    let mut row = pod.row(&meta, reading);
    row.cells.extend(message::read::<Pod<'_>>(wire, bytes)?.cells());
    rows.push(object(&meta, reading, row));
    Ok(())
}

message! {
    Pod<'a> {
        1 metadata: Option<Meta<'a>>,
        2 spec: Option<Spec<'a>>,
        3 status: Option<Status<'a>>,
    }
}

message! {
    Spec<'a> {
        #[serde(deserialize_with = "or_default")]
        1 volumes: Vec<Volume<'a>>,
        #[serde(deserialize_with = "or_default")]
        2 containers: Vec<Container<'a>>,
        #[serde(deserialize_with = "or_default")]
        20 init_containers: Vec<Container<'a>>,
        #[serde(deserialize_with = "or_default")]
        32 overhead: BTreeMap<String, Quantity>,
        40 resources: Option<Resources>,
    }
}

/// Its source is a message of its own on the wire, and inline in JSON.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Volume<'a> {
    name: Text<'a>,
    #[serde(flatten)]
    source: Source<'a>,
}

impl<'a> Fill<'a> for Volume<'a> {
    fn fill(&mut self, value: Value<'a>) -> Result<()> {
        fields(value, |number, value| match number {
            1 => self.name.fill(value),
            2 => self.source.fill(value),
            _ => Ok(()),
        })
    }
}

message! {
    Source<'a> {
        10 persistent_volume_claim: Option<Claim<'a>>,
        29 ephemeral: Option<Probe>,
    }
}

message! {
    Claim<'a> {
        1 claim_name: Text<'a>,
    }
}

message! {
    Container<'a> {
        1 name: Text<'a>,
        #[serde(deserialize_with = "or_default")]
        6 ports: Vec<Port<'a>>,
        8 resources: Option<Resources>,
        24 restart_policy: Text<'a>,
    }
}

message! {
    Port<'a> {
        1 name: Text<'a>,
        3 container_port: i32,
        4 protocol: Text<'a>,
    }
}

message! {
    Status<'a> {
        1 phase: Text<'a>,
        #[serde(deserialize_with = "or_default")]
        2 conditions: Vec<Condition<'a>>,
        3 message: Text<'a>,
        4 reason: Text<'a>,
        #[serde(deserialize_with = "or_default")]
        8 container_statuses: Vec<ContainerStatus<'a>>,
        #[serde(deserialize_with = "or_default")]
        10 init_container_statuses: Vec<ContainerStatus<'a>>,
    }
}

message! {
    Condition<'a> {
        1 r#type: Text<'a>,
        2 status: Text<'a>,
        5 reason: Text<'a>,
        6 message: Text<'a>,
    }
}

message! {
    ContainerStatus<'a> {
        1 name: Text<'a>,
        2 state: Option<State<'a>>,
        3 last_state: Option<State<'a>>,
        4 ready: bool,
        9 started: Option<bool>,
    }
}

message! {
    State<'a> {
        1 waiting: Option<Reason<'a>>,
        2 running: Option<Probe>,
        3 terminated: Option<End<'a>>,
    }
}

message! {
    Reason<'a> {
        1 reason: Text<'a>,
        2 message: Text<'a>,
    }
}

message! {
    End<'a> {
        1 exit_code: i32,
        2 signal: i32,
        3 reason: Text<'a>,
        4 message: Text<'a>,
    }
}

impl Pod<'_> {
    fn cells(&self) -> [Cell; OWN.len()] {
        let (none, no) = (Spec::default(), Status::default());
        let (spec, status) = (self.spec.as_ref().unwrap_or(&none), self.status.as_ref().unwrap_or(&no));
        let name = self.metadata.as_ref().map_or("", |meta| &*meta.name);
        let leaves = self.metadata.as_ref().is_some_and(|meta| meta.deletion_timestamp.is_some());
        let cause = if leaves { None } else { status.cause(spec) };
        let (requests, limits) = (spec.amounts(|all| &all.requests, true), spec.amounts(|all| &all.limits, false));
        let cpu = |all: &Amounts| all.get("cpu").map_or(Cell::None, |cores| Cell::Cpu((cores * 1000.0).round() as u64));
        let memory = |all: &Amounts| all.get("memory").map_or(Cell::None, |bytes| Cell::Bytes(bytes.ceil() as u64));
        let ports = || spec.lasting().flat_map(|container| &container.ports);
        [
            cpu(&requests),
            cpu(&limits),
            memory(&requests),
            memory(&limits),
            Cell::text(mask::urls(&cause.unwrap_or_default()).as_ref()),
            Cell::text(list(ports().filter(|port| !port.name.is_empty()).map(|port| port.text(&port.name)))),
            Cell::text(list(ports().map(|port| port.text(&port.container_port.to_string())))),
            Cell::text(written(&requests)),
            Cell::text(written(&limits)),
            Cell::text(list(spec.volumes.iter().filter_map(|volume| volume.claim(name)))),
            Cell::text(&*status.phase),
        ]
    }
}

fn list(words: impl Iterator<Item = String>) -> String {
    words.collect::<Vec<_>>().join(",")
}

impl Volume<'_> {
    /// The claim that it stands for; one that lives as long as its pod is named after both.
    fn claim(&self, pod: &str) -> Option<String> {
        let claim = self.source.persistent_volume_claim.as_ref().map(|claim| claim.claim_name.to_string());
        claim.or_else(|| self.source.ephemeral.map(|_| format!("{pod}-{}", &*self.name)))
    }
}

impl Port<'_> {
    fn text(&self, what: &str) -> String {
        let protocol = if self.protocol.is_empty() { "TCP" } else { &*self.protocol };
        format!("{what}/{protocol}")
    }
}

/// Amounts by resource, in cores, bytes or pieces.
type Amounts = BTreeMap<String, f64>;

fn amounts(quantities: &BTreeMap<String, Quantity>) -> Amounts {
    let read = |(name, quantity): (&String, &Quantity)| Some((name.clone(), cores(&quantity.text)?));
    quantities.iter().filter_map(read).collect()
}

fn plus(all: &mut Amounts, more: &Amounts) {
    more.iter().for_each(|(name, amount)| *all.entry(name.clone()).or_default() += amount);
}

fn at_least(all: &mut Amounts, least: &Amounts) {
    for (name, amount) in least {
        let known = all.entry(name.clone()).or_default();
        *known = known.max(*amount);
    }
}

fn written(all: &Amounts) -> String {
    list(all.iter().map(|(name, amount)| format!("{name}={amount}")))
}

/// The same read again.
pub fn read_amounts(text: &str) -> impl Iterator<Item = (&str, f64)> {
    text.split(',')
        .filter_map(|pair| pair.split_once('='))
        .filter_map(|(name, amount)| Some((name, amount.parse().ok()?)))
}

/// An amount as people compare it: bytes in a unit, parts of a core in thousandths.
pub fn amount(resource: &str, amount: f64) -> Cell {
    match () {
        () if is_in_bytes(resource) => Cell::Bytes(amount.ceil() as u64),
        () if resource == "cpu" => Cell::Cpu((amount * 1000.0).round() as u64),
        () => Cell::text(amount.to_string()),
    }
}

pub fn is_in_bytes(resource: &str) -> bool {
    resource.ends_with("memory") || resource.ends_with("storage") || resource.contains("hugepages-")
}

/// A quantity of such a resource, as the server said it where it is none.
pub fn quantity(resource: &str, said: &str) -> Cell {
    let amount = if is_in_bytes(resource) { bytes(said).map(Cell::Bytes) } else { None };
    amount.unwrap_or_else(|| Cell::text(said))
}

impl<'a> Spec<'a> {
    /// Containers that go on as long as the pod does.
    fn lasting(&self) -> impl Iterator<Item = &Container<'a>> {
        self.init_containers.iter().filter(|container| container.is_sidecar()).chain(&self.containers)
    }

    /// What the scheduler counts (k8s.io/component-helpers/resource, PodRequests and PodLimits): all that lasts together, or
    /// what the hungriest init container takes beside the sidecars started before it; what is said for the whole pod wins,
    /// and what its runtime takes comes on top.
    fn amounts(&self, of: fn(&Resources) -> &BTreeMap<String, Quantity>, are_requests: bool) -> Amounts {
        let own =
            |container: &Container<'_>| container.resources.as_ref().map(|all| amounts(of(all))).unwrap_or_default();
        let (mut all, mut sidecars, mut most) = (Amounts::new(), Amounts::new(), Amounts::new());
        self.lasting().for_each(|container| plus(&mut all, &own(container)));
        for container in &self.init_containers {
            let mut now = sidecars.clone();
            plus(&mut now, &own(container));
            if container.is_sidecar() {
                sidecars.clone_from(&now);
            }
            at_least(&mut most, &now);
        }
        at_least(&mut all, &most);
        all.extend(self.resources.as_ref().map(|whole| amounts(of(whole))).unwrap_or_default());
        for (name, amount) in amounts(&self.overhead) {
            let known = all.get(&name).copied().unwrap_or_default();
            // What has no limit does not get one.
            if are_requests || known > 0.0 {
                all.insert(name, known + amount);
            }
        }
        all
    }
}

impl Container<'_> {
    fn is_sidecar(&self) -> bool {
        self.restart_policy == "Always"
    }
}

impl Status<'_> {
    /// What the pod itself says, then the first container that fails, then one that is not ready, then conditions.
    fn cause(&self, spec: &Spec<'_>) -> Option<String> {
        if self.phase == "Succeeded" {
            return None;
        }
        let own = sentence(&self.reason, &self.message);
        let alone = spec.containers.len() + spec.init_containers.len() == 1;
        let named = |status: &ContainerStatus<'_>, why: String| {
            if alone { why } else { format!("{}: {why}", &*status.name) }
        };
        let lasts = |status: &ContainerStatus<'_>| spec.lasting().any(|container| container.name == &*status.name);
        let statuses = || self.init_container_statuses.iter().chain(&self.container_statuses);
        let fails = || statuses().find_map(|status| status.failure().map(|why| named(status, why)));
        let unready = || {
            let status = statuses().find(|status| lasts(status) && status.is_unready())?;
            Some(named(status, "running, but not ready".to_owned()))
        };
        own.or_else(fails).or_else(unready).or_else(|| self.held_up())
    }

    /// What keeps a pod from a node or from traffic.
    fn held_up(&self) -> Option<String> {
        let says_no = |condition: &&Condition<'_>| {
            let reason = &*condition.reason;
            // Others repeat what the containers say.
            let tells = condition.r#type == "PodScheduled" || reason == "ReadinessGatesNotReady";
            condition.status == "False" && tells
        };
        let condition = self.conditions.iter().find(says_no)?;
        sentence(&condition.reason, &condition.message)
    }
}

fn sentence(reason: &str, message: &str) -> Option<String> {
    let parts = [reason, message.trim()].into_iter().filter(|part| !part.is_empty());
    Some(parts.collect::<Vec<_>>().join(": ")).filter(|said| !said.is_empty())
}

impl ContainerStatus<'_> {
    fn failure(&self) -> Option<String> {
        let state = self.state.as_ref()?;
        if let Some(end) = &state.terminated {
            return (end.exit_code != 0).then(|| end.text());
        }
        let waiting = state.waiting.as_ref()?;
        match &*waiting.reason {
            "" | "ContainerCreating" | "PodInitializing" => None,
            // It only tells how long it waits; why it ended is what matters.
            "CrashLoopBackOff" => {
                let end = self.last_state.as_ref().and_then(|state| state.terminated.as_ref()).map(End::text);
                sentence(&waiting.reason, &end.unwrap_or_else(|| waiting.message.to_string()))
            }
            reason => sentence(reason, &waiting.message),
        }
    }

    fn is_unready(&self) -> bool {
        let runs = self.state.as_ref().is_some_and(|state| state.running.is_some());
        runs && !self.ready && self.started != Some(false)
    }
}

impl End<'_> {
    /// `Error, exit code 1: no such table`.
    fn text(&self) -> String {
        let signal = if self.signal == 0 { String::new() } else { format!(", signal {}", self.signal) };
        let word = if self.reason.is_empty() { "ended" } else { &*self.reason };
        let said = format!("{word}, exit code {}{signal}", self.exit_code);
        let message = self.message.trim();
        if message.is_empty() { said } else { format!("{said}: {message}") }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::kinds::kube::testing::{cell, row};

    #[track_caller]
    fn causes(pod: Value, why: &str) {
        assert_eq!(cell(&row(&KIND, pod.clone()), CAUSE), why, "{pod}");
    }

    fn app(state: Value, last: Value) -> Value {
        json!({"spec": {"containers": [{"name": "app"}]}, "status": {"phase": "Running",
            "containerStatuses": [{"name": "app", "state": state, "lastState": last}]}})
    }

    #[test]
    fn a_pod_tells_why_it_does_not_work() {
        let waits = |reason: &str, message: &str| json!({"waiting": {"reason": reason, "message": message}});
        let ended = json!({"terminated": {"exitCode": 1, "reason": "Error", "message": "no such table\n"}});
        causes(
            app(waits("ImagePullBackOff", "manifest for x not found"), json!({})),
            "ImagePullBackOff: manifest for x not found",
        );
        causes(
            app(waits("CrashLoopBackOff", "back-off 5m0s"), ended.clone()),
            "CrashLoopBackOff: Error, exit code 1: no such table",
        );
        causes(app(waits("CrashLoopBackOff", "back-off 5m0s"), json!({})), "CrashLoopBackOff: back-off 5m0s");
        causes(app(ended, json!({})), "Error, exit code 1: no such table");
        causes(app(json!({"terminated": {"exitCode": 137, "signal": 9}}), json!({})), "ended, exit code 137, signal 9");
        causes(app(waits("ContainerCreating", ""), json!({})), "");
        causes(app(json!({"running": {}}), json!({})), "running, but not ready");
        let mut two = app(waits("CreateContainerConfigError", "secret \"x\" not found"), json!({}));
        two["spec"]["initContainers"] = json!([{"name": "setup"}]);
        causes(two.clone(), "app: CreateContainerConfigError: secret \"x\" not found");
        two["metadata"]["deletionTimestamp"] = "2026-01-01T11:00:00Z".into();
        causes(two, "");
        causes(
            json!({"status": {"phase": "Failed", "reason": "Evicted", "message": "the node was low on memory"}}),
            "Evicted: the node was low on memory",
        );
        let unscheduled = json!([{"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/3 nodes are available"}]);
        causes(
            json!({"status": {"phase": "Pending", "conditions": unscheduled}}),
            "Unschedulable: 0/3 nodes are available",
        );
        causes(
            app(waits("ErrImagePull", "https://u:hunter2@r/x refused"), json!({})),
            "ErrImagePull: https://••••••@r/x refused",
        );
    }

    /// The sums that `kubectl describe node` takes.
    #[test]
    fn requests_are_what_the_scheduler_counts() {
        let of = |cpu: &str| json!({"requests": {"cpu": cpu}, "limits": {"cpu": cpu}});
        let init =
            |name: &str, cpu: &str, policy: &str| json!({"name": name, "resources": of(cpu), "restartPolicy": policy});
        for (inits, overhead, whole, requests, limits) in [
            (json!([]), json!(null), json!(null), "350m", "350m"),
            (json!([init("a", "1", "")]), json!(null), json!(null), "1000m", "1000m"),
            (json!([init("a", "50m", "Always")]), json!(null), json!(null), "400m", "400m"),
            (json!([init("a", "50m", "Always"), init("b", "2", "")]), json!(null), json!(null), "2050m", "2050m"),
            (json!([]), json!({"cpu": "10m"}), json!(null), "360m", "360m"),
            (json!([]), json!({"cpu": "10m"}), json!({"requests": {"cpu": "1"}}), "1010m", "360m"),
        ] {
            let spec = json!({"initContainers": inits, "overhead": overhead, "resources": whole, "containers": [
                {"name": "x", "resources": of("100m")}, {"name": "y", "resources": of("0.25")}]});
            let pod = row(&KIND, json!({"spec": spec, "status": {"phase": "Running"}}));
            assert_eq!((cell(&pod, "CPU-REQ").as_str(), cell(&pod, "CPU-LIM").as_str()), (requests, limits), "{spec}");
        }
        let pod = row(
            &KIND,
            json!({"spec": {"containers": [{"name": "x", "resources": {"requests": {"memory": "1Ki", "nvidia.com/gpu": 2}}}]}}),
        );
        assert_eq!(read_amounts(pod.word(REQUESTS)).collect::<Vec<_>>(), [("memory", 1024.0), ("nvidia.com/gpu", 2.0)]);
        assert_eq!(cell(&pod, "CPU-LIM"), "");
    }

    #[test]
    fn ports_and_claims_are_listed() {
        let pod = row(
            &KIND,
            json!({"spec": {
                "containers": [{"name": "x", "ports": [{"name": "http", "containerPort": 80}, {"containerPort": 53, "protocol": "UDP"}]}],
                "volumes": [{"name": "a", "persistentVolumeClaim": {"claimName": "data"}}, {"name": "tmp", "ephemeral": {}},
                    {"name": "c", "configMap": {"name": "x"}}]}}),
        );
        assert_eq!(
            (pod.word(NAMED_PORTS), pod.word(PORTS), pod.word(CLAIMS)),
            ("http/TCP", "80/TCP,53/UDP", "data,web-tmp")
        );
    }
}
