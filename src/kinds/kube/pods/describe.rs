//! A pod in words: what is wrong first.

use serde::Deserialize;

use super::lens::Pod;
use crate::kinds::kube::facts::{self, Trouble, container, items, pairs, scalar, since, text};
use crate::model::{Around, Cell, Health, Section, Value};

pub fn describe(body: &Value, around: &Around<'_>) -> Vec<Section> {
    let (spec, status) = (&body["spec"], &body["status"]);
    let mut sections: Vec<Section> = trouble(spec, status, around).into_iter().collect();
    sections.push(pod(body));
    sections.extend(container::sections(spec, status));
    sections.push(facts::conditions(status));
    sections.push(facts::volumes(spec));
    sections.push(facts::lines("Tolerations", items(spec, "tolerations").iter().map(facts::taint)));
    sections.retain(|section| !section.is_empty());
    sections
}

/// Containers that fail, then conditions that do not hold; those of a pod that is over only say that it is over.
fn trouble(spec: &Value, status: &Value, around: &Around<'_>) -> Option<Section> {
    let mut trouble = Trouble::default();
    if !text(status, "reason").is_empty() || !text(status, "message").is_empty() {
        trouble.add("Pod", &facts::because(status), Health::Bad);
    }
    for (part, container, status) in container::each(spec, status) {
        if let Some((why, health)) = container::trouble(part, status) {
            trouble.add(text(container, "name"), &why, health);
        }
    }
    if !matches!(text(status, "phase"), "Succeeded" | "Failed") {
        trouble.conditions(status, expected);
    }
    // A volume that cannot be mounted, say, is told by events alone.
    let warning = facts::latest(around).filter(|event| event.health != Health::Good);
    if let Some(event) = warning.filter(|_| trouble.is_empty() && text(status, "phase") == "Pending") {
        trouble.add("Last warning", &facts::said(event), Health::Warn);
    }
    trouble.section()
}

/// Conditions about resizing come and go, and those that only repeat what the containers say are echoes.
fn expected(condition: &Value) -> Option<bool> {
    let (name, reason) = (text(condition, "type"), text(condition, "reason"));
    let echo = reason.starts_with("ContainersNot") || name == "PodReadyToStartContainers";
    (!echo && !name.starts_with("PodResize")).then_some(name != "DisruptionTarget")
}

fn pod(body: &Value) -> Section {
    let (meta, spec, status) = (&body["metadata"], &body["spec"], &body["status"]);
    let mut section = Section::new("Pod");
    if let Ok(lens) = Pod::deserialize(body) {
        let seen = lens.seen(!meta["deletionTimestamp"].is_null());
        section.state("Status", Cell::text(&*seen.reason), seen.health(text(status, "phase")));
        section.cell("Ready", Cell::Ratio(seen.ready, seen.total));
        section.cell("Restarts", super::restarts(seen.restarts, seen.last_restart));
    }
    section.cell("Deleted", since(meta, "deletionTimestamp"));
    section.cell("Started", since(status, "startTime"));
    section.pair("Node", text(spec, "nodeName"));
    section.pair("IP", items(status, "podIPs").iter().map(|ip| text(ip, "ip")).collect::<Vec<_>>().join(", "));
    section.pair("Service account", text(spec, "serviceAccountName"));
    section.pair("QoS class", text(status, "qosClass"));
    section.pair("Priority", [scalar(&spec["priority"]).as_str(), text(spec, "priorityClassName")].join(" ").trim());
    section.pair("Restart policy", text(spec, "restartPolicy"));
    section.pair("Runtime class", text(spec, "runtimeClassName"));
    section.pair("Node selector", pairs(&spec["nodeSelector"]));
    let shared = [("hostNetwork", "network"), ("hostPID", "processes"), ("hostIPC", "IPC")];
    let shared: Vec<&str> = shared.into_iter().filter(|(key, _)| spec[*key] == true).map(|(_, word)| word).collect();
    section.pair("Shares with host", shared.join(", "));
    let gates = items(spec, "schedulingGates").iter().map(|gate| text(gate, "name"));
    section.pair("Scheduling gates", gates.collect::<Vec<_>>().join(", "));
    section
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds::kube::events;
    use crate::kinds::kube::testing::{named, row, section, titles};
    use crate::model::{Arrived, Listed};

    #[test]
    fn what_is_wrong_with_a_pod_comes_first() {
        let pod = named(json!({
            "spec": {"containers": [{"name": "app"}]},
            "status": {"phase": "Running",
                "conditions": [{"type": "Ready", "status": "False", "reason": "ReadinessGatesNotReady"},
                    {"type": "ContainersReady", "status": "False", "reason": "ContainersNotReady"}],
                "containerStatuses": [{"name": "app", "restartCount": 4,
                    "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 5m0s"}},
                    "lastState": {"terminated": {"exitCode": 137, "reason": "OOMKilled", "finishedAt": "2026-01-01T11:58:00Z"}}}]}
        }));
        let sections = describe(&pod, &Around::default());
        assert_eq!(titles(&sections), ["Trouble", "Pod", "Container app", "Conditions"]);
        assert_eq!(
            section(&sections, "Trouble"),
            [
                "app: CrashLoopBackOff: back-off 5m0s; before that: OOMKilled, exit code 137 (bad)",
                "Ready False: ReadinessGatesNotReady (bad)",
            ]
        );
        let app = section(&sections, "Container app");
        assert_eq!(
            app[..3],
            [
                "State: CrashLoopBackOff: back-off 5m0s (bad)",
                "Last ended: OOMKilled, exit code 137 (bad)",
                "Last ended ago: 2m",
            ]
        );
        let healthy = named(json!({"spec": {"containers": [{"name": "app"}]}, "status": {"phase": "Running",
            "containerStatuses": [{"name": "app", "ready": true, "state": {"running": {}}}]}}));
        assert_eq!(titles(&describe(&healthy, &Around::default())), ["Pod", "Container app"]);
    }

    #[test]
    fn a_container_shows_what_it_is_given_but_no_secrets() {
        let pod = named(json!({"spec": {
            "volumes": [{"name": "conf", "configMap": {"name": "web"}}, {"name": "tmp", "emptyDir": {}},
                {"name": "all", "projected": {"sources": [{"serviceAccountToken": {"path": "token"}}, {"configMap": {"name": "ca"}}]}}],
            "tolerations": [{"key": "a", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}, {"operator": "Exists"}],
            "containers": [{
                "name": "app", "image": "shop:1", "args": ["--password", "hunter2"],
                "ports": [{"name": "http", "containerPort": 80}],
                "livenessProbe": {"httpGet": {"path": "/up", "port": "http"}, "periodSeconds": 5},
                "env": [{"name": "API_TOKEN", "value": "hunter2"}, {"name": "DB", "value": "pg://u:hunter2@db"},
                    {"name": "LEVEL", "value": "info"}, {"name": "X", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}],
                "envFrom": [{"prefix": "P_", "configMapRef": {"name": "web"}}],
                "volumeMounts": [{"name": "conf", "mountPath": "/etc/web", "readOnly": true, "subPath": "a"}]}]}}));
        let sections = describe(&pod, &Around::default());
        let shown = section(&sections, "Container app").join("\n");
        assert!(!shown.contains("hunter2"), "{shown}");
        for line in [
            "Arguments: --password ••••••",
            "Ports: http 80/TCP",
            "Liveness: http-get :http/up every 5s, timeout 1s, 3 failures",
            "P_* from config map web",
            "API_TOKEN=••••••",
            "DB=pg://••••••@db",
            "LEVEL=info",
            "X from secret s, key k",
            "/etc/web from conf/a, read-only",
        ] {
            assert!(shown.contains(line), "{line} is not in:\n{shown}");
        }
        let volumes = section(&sections, "Volumes");
        assert_eq!(
            volumes[1..],
            ["conf configMap web", "tmp emptyDir", "all projected serviceAccountToken, configMap ca"]
        );
        assert_eq!(section(&sections, "Tolerations"), ["a:NoExecute for 300s", "*"]);
    }

    #[test]
    fn a_pod_that_does_not_start_tells_the_last_warning() {
        let pod = |phase: &str| {
            named(json!({"spec": {"containers": [{"name": "app"}]}, "status": {"phase": phase,
            "containerStatuses": [{"name": "app", "ready": true, "state": {"waiting": {"reason": "ContainerCreating"}}}]}}))
        };
        let event = |at: &str, kind: &str, reason: &str| {
            row(&events::DETAIL, json!({"type": kind, "reason": reason, "message": "m", "lastTimestamp": at}))
        };
        let [early, late] = ["2026-01-01T11:00:00Z", "2026-01-01T11:30:00Z"];
        for (phase, events, told) in [
            ("Pending", [event(early, "Normal", "Scheduled"), event(late, "Warning", "FailedMount")], true),
            ("Pending", [event(late, "Normal", "Pulling"), event(early, "Warning", "FailedMount")], false),
            ("Running", [event(early, "Normal", "Scheduled"), event(late, "Warning", "FailedMount")], false),
        ] {
            let (body, mut around) = (pod(phase), Around::default());
            let objects = events.iter().collect();
            around.add(&body, Listed { what: events::RELATED, objects, columns: &[], arrived: Arrived::Whole });
            let sections = describe(&body, &around);
            assert_eq!(titles(&sections)[0] == "Trouble", told, "{phase} {events:?}");
            if told {
                assert_eq!(section(&sections, "Trouble"), ["Last warning: FailedMount: m (warn)"]);
            }
        }
    }
}
