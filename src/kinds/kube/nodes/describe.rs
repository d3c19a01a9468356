//! A node in words: what is wrong first.

use crate::kinds::kube::facts::{self, Trouble, items, scalar, text};
use crate::model::{Cell, Health, Link, Section, Value, bytes};

pub fn describe(body: &Value) -> Vec<Section> {
    let (spec, status) = (&body["spec"], &body["status"]);
    let mut sections: Vec<Section> = trouble(spec, status).into_iter().collect();
    sections.push(resources(status));
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

fn resources(status: &Value) -> Section {
    let mut section = Section::new("Resources");
    let Some(capacity) = status["capacity"].as_object() else { return section };
    section.row(["RESOURCE", "CAPACITY", "ALLOCATABLE"].map(Cell::text));
    for (resource, amount) in capacity {
        let left = &status["allocatable"][resource];
        section.row([Cell::text(resource.as_str()), quantity(resource, amount), quantity(resource, left)]);
    }
    section
}

/// Bytes in a unit that people can compare; all else as the server says it.
fn quantity(resource: &str, amount: &Value) -> Cell {
    let said = scalar(amount);
    let in_bytes = matches!(resource, "memory" | "ephemeral-storage") || resource.starts_with("hugepages-");
    let amount = if in_bytes { bytes(&said).map(Cell::Bytes) } else { None };
    amount.unwrap_or_else(|| Cell::text(said))
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
    use crate::kinds::kube::testing::{named, section, titles};

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
        let sections = describe(&node);
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
        assert_eq!(resources[1..], ["cpu 4 3500m", "memory 6062Mi 5962Mi", "pods 110 110"]);
        assert_eq!(section(&sections, "Taints"), ["gpu=yes:NoSchedule"]);
        assert_eq!(section(&sections, "System"), ["Kubelet: v1.36.2"]);
        assert_eq!(pods(&node).map(|link| link.scope.fields), Some("spec.nodeName=web".into()));
    }
}
