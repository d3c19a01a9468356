//! A node in words: what is wrong first.

use std::collections::{BTreeMap, BTreeSet};

use crate::kinds::kube::facts::{self, Trouble, items, scalar, text};
use crate::kinds::kube::pods::detail::{LIMITS, PHASE, REQUESTS, amount, quantity, read_amounts};
use crate::kinds::kube::workload::describe::PODS as LIST;
use crate::model::{Around, Cell, Health, Link, Object, Section, Value, cores};

/// What is shown of each pod.
pub const PODS: &[&str] = &["NAMESPACE", "READY", "STATUS", "CPU-REQ", "CPU-LIM", "MEM-REQ", "MEM-LIM", "AGE"];

pub fn describe(body: &Value, around: &Around<'_>) -> Vec<Section> {
    let (spec, status) = (&body["spec"], &body["status"]);
    let mut sections: Vec<Section> = trouble(spec, status).into_iter().collect();
    sections.push(resources(status, around));
    sections.push(facts::conditions(status));
    sections.push(facts::lines("Taints", items(spec, "taints").iter().map(facts::taint)));
    sections.push(addresses(status));
    sections.push(system(spec, status));
    sections.retain(|section| !section.is_empty());
    sections
}

/// The pods that run there.
pub fn pods(body: &Value) -> Option<Link> {
    let name = text(&body["metadata"], "name");
    (!name.is_empty()).then(|| super::pods_on(name))
}

fn trouble(spec: &Value, status: &Value) -> Option<Section> {
    let mut trouble = Trouble::default();
    trouble.conditions(status, |condition| super::expected(text(condition, "type")));
    if spec["unschedulable"] == true {
        trouble.add("Scheduling", "disabled: the node is cordoned and takes no new pods", Health::Warn);
    }
    trouble.section()
}

/// What the node has, and what its pods ask of it; the sums are those of `kubectl describe node`.
fn resources(status: &Value, around: &Around<'_>) -> Section {
    let mut section = Section::new("Resources");
    let Some(capacity) = status["capacity"].as_object() else { return section };
    section.row(["RESOURCE", "CAPACITY", "ALLOCATABLE", "REQUESTS", "LIMITS"].map(Cell::text));
    let untold = if around.has_failed(LIST) { "unknown" } else { "..." };
    let running: Option<Vec<&Object>> =
        around.whole(LIST).map(|pods| pods.iter().copied().filter(|pod| !is_over(pod)).collect());
    let sums = |title: &str| running.as_deref().map(|pods| sums(pods, title));
    let (requests, limits) = (sums(REQUESTS), sums(LIMITS));
    let asked = requests.iter().chain(&limits).flat_map(BTreeMap::keys).copied();
    let missing: BTreeSet<&str> = asked.filter(|resource| !capacity.contains_key(*resource)).collect();
    for resource in capacity.keys().map(String::as_str).chain(missing) {
        let left = &status["allocatable"][resource];
        let share = |sums: &Option<BTreeMap<&str, f64>>| match (sums, resource) {
            // How many pods there are is no sum of what they ask for.
            (Some(_), "pods") => Cell::None,
            (Some(sums), _) => share(resource, sums.get(resource).copied().unwrap_or_default(), left),
            (None, _) => Cell::text(untold),
        };
        let count =
            running.as_ref().filter(|_| resource == "pods").map(|pods| self::share("pods", pods.len() as f64, left));
        let told = |value: &Value| quantity(resource, &scalar(value));
        section.row([
            Cell::text(resource),
            told(&capacity.get(resource).cloned().unwrap_or_default()),
            told(left),
            count.unwrap_or_else(|| share(&requests)),
            share(&limits),
        ]);
    }
    section
}

/// Pods that are over ask for nothing.
fn is_over(pod: &Object) -> bool {
    matches!(pod.word(PHASE), "Succeeded" | "Failed")
}

fn sums<'a>(pods: &[&'a Object], title: &str) -> BTreeMap<&'a str, f64> {
    let mut sums = BTreeMap::new();
    for (resource, amount) in pods.iter().flat_map(|pod| read_amounts(pod.word(title))) {
        *sums.entry(resource).or_default() += amount;
    }
    sums
}

/// `850m (21%)`, of what can be given to pods; kubectl cuts the part of a hundredth off.
fn share(resource: &str, asked: f64, allocatable: &Value) -> Cell {
    let asked_text = amount(resource, asked).to_text(crate::model::Time(0));
    let of = cores(&scalar(allocatable)).filter(|of| *of > 0.0);
    // Sums of parts such as 0.1 end a hair below what they stand for.
    Cell::text(match of {
        Some(of) => format!("{asked_text} ({}%)", (asked / of * 100.0 + 1e-9).floor()),
        None => asked_text,
    })
}

fn addresses(status: &Value) -> Section {
    let mut section = Section::new("Addresses");
    for at in items(status, "addresses") {
        section.pair(text(at, "type"), text(at, "address"));
    }
    section
}

fn system(spec: &Value, status: &Value) -> Section {
    let mut section = Section::new("System");
    let info = &status["nodeInfo"];
    for (title, key) in [
        ("Kubelet", "kubeletVersion"),
        ("Container runtime", "containerRuntimeVersion"),
        ("OS image", "osImage"),
        ("Kernel", "kernelVersion"),
        ("Operating system", "operatingSystem"),
        ("Architecture", "architecture"),
        ("Machine ID", "machineID"),
        ("System UUID", "systemUUID"),
        ("Boot ID", "bootID"),
    ] {
        section.pair(title, text(info, key));
    }
    section.pair("Provider ID", text(spec, "providerID"));
    section.pair("Pod CIDRs", facts::strings(spec, "podCIDRs").join(", "));
    section
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds::kube::testing::{around, named, row, section, titles};
    use crate::kinds::kube::{nodes, pods};

    #[test]
    fn a_node_tells_its_troubles_and_what_it_can_hold() {
        let node = named(json!({
            "spec": {"unschedulable": true, "taints": [{"key": "gpu", "value": "yes", "effect": "NoSchedule"}]},
            "status": {
                "capacity": {"cpu": "4", "memory": "6207952Ki", "pods": "110"},
                "allocatable": {"cpu": "3500m", "memory": "6105552Ki", "pods": "110"},
                "addresses": [{"type": "InternalIP", "address": "10.0.0.1"}],
                "nodeInfo": {"kubeletVersion": "v1.36.2"},
                "conditions": [
                    {"type": "DiskPressure", "status": "False", "reason": "KubeletHasNoDiskPressure"},
                    {"type": "EtcdIsVoter", "status": "True", "reason": "MemberNotLearner"},
                    {"type": "MemoryPressure", "status": "True", "reason": "KubeletHasInsufficientMemory"},
                    {"type": "Ready", "status": "Unknown", "reason": "NodeStatusUnknown", "message": "Kubelet stopped posting node status.",
                        "lastTransitionTime": "2026-01-01T11:50:00Z"}]}
        }));
        let sections = describe(&node, &Around::default());
        assert_eq!(titles(&sections), ["Trouble", "Resources", "Conditions", "Taints", "Addresses", "System"]);
        assert_eq!(
            section(&sections, "Trouble"),
            [
                "MemoryPressure True: KubeletHasInsufficientMemory (bad)",
                "Ready Unknown: NodeStatusUnknown: Kubelet stopped posting node status. (bad)",
                "Scheduling: disabled: the node is cordoned and takes no new pods (warn)",
            ]
        );
        let resources = section(&sections, "Resources");
        let resources: Vec<&str> = resources[1..].iter().map(String::as_str).collect();
        assert_eq!(resources, ["cpu 4 3500m ... ...", "memory 6062Mi 5962Mi ... ...", "pods 110 110 ... ..."]);
        assert_eq!(section(&sections, "Taints"), ["gpu=yes:NoSchedule"]);
        assert_eq!(section(&sections, "System"), ["Kubelet: v1.36.2"]);
        assert_eq!(super::pods(&node).map(|link| link.scope.fields), Some("spec.nodeName=web".into()));
    }

    #[test]
    fn a_node_sums_what_its_pods_ask_for() {
        let node = named(json!({"status": {
            "capacity": {"cpu": "4", "memory": "8Gi", "nvidia.com/gpu": "4", "pods": "110"},
            "allocatable": {"cpu": "3500m", "memory": "4Gi", "nvidia.com/gpu": "4", "pods": "110"}}}));
        let pod = |phase: &str, requests: Value, limits: Value| {
            let resources = json!({"requests": requests, "limits": limits});
            row(
                &pods::detail::KIND,
                json!({"spec": {"containers": [{"name": "x", "resources": resources}]}, "status": {"phase": phase}}),
            )
        };
        let pods = [
            pod("Running", json!({"cpu": "100m", "memory": "1Gi"}), json!({"memory": "3Gi"})),
            pod(
                "Pending",
                json!({"cpu": "0.25", "nvidia.com/gpu": 3, "example.com/lost": "2"}),
                json!({"nvidia.com/gpu": 3}),
            ),
            pod("Succeeded", json!({"cpu": "3"}), json!({"cpu": "3"})),
        ];
        let sections = describe(&node, &around(&nodes::KIND, &node, &[&pods]));
        assert_eq!(
            section(&sections, "Resources")[1..],
            [
                "cpu 4 3500m 350m (10%) 0m (0%)",
                "memory 8192Mi 4096Mi 1024Mi (25%) 3072Mi (75%)",
                "nvidia.com/gpu 4 4 3 (75%) 3 (75%)",
                "pods 110 110 2 (1%)",
                "example.com/lost   2 0",
            ]
        );
    }
}
