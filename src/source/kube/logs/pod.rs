//! The parts of pods that their logs need.

use serde::Deserialize;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct PodList {
    pub items: Vec<Pod>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Pod {
    pub metadata: Meta,
    pub spec: Spec,
    pub status: Status,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Meta {
    pub name: String,
    pub uid: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Spec {
    pub init_containers: Vec<Named>,
    pub containers: Vec<Named>,
    pub ephemeral_containers: Vec<Named>,
    pub restart_policy: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Named {
    pub name: String,
    /// Its own policy, which replaces that of the pod.
    pub restart_policy: String,
    /// Rules that say after which exit codes the container starts again. Only the node evaluates them.
    pub restart_policy_rules: Vec<serde_json::Value>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Status {
    pub phase: String,
    pub reason: String,
    pub message: String,
    pub init_container_statuses: Vec<Container>,
    pub container_statuses: Vec<Container>,
    pub ephemeral_container_statuses: Vec<Container>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Container {
    pub name: String,
    /// The id of the latest instance, running or not.
    #[serde(rename = "containerID")]
    pub id: String,
    pub state: State,
    pub last_state: State,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct State {
    pub waiting: Option<Waiting>,
    pub terminated: Option<Terminated>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Waiting {
    pub reason: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Terminated {
    pub exit_code: i32,
    pub reason: String,
    #[serde(rename = "containerID")]
    pub id: String,
}

impl Pod {
    /// The names of all containers, in the order in which they start.
    pub fn containers(&self) -> impl Iterator<Item = &str> {
        let spec = &self.spec;
        let all = spec.init_containers.iter().chain(&spec.containers).chain(&spec.ephemeral_containers);
        all.map(|container| container.name.as_str())
    }

    pub fn status(&self, container: &str) -> Container {
        let status = &self.status;
        let all = status.init_container_statuses.iter().chain(&status.container_statuses);
        let mut all = all.chain(&status.ephemeral_container_statuses);
        all.find(|status| status.name == container).cloned().unwrap_or_default()
    }

    /// Whether no container of the pod will run again.
    pub fn is_over(&self) -> bool {
        matches!(self.status.phase.as_str(), "Succeeded" | "Failed")
    }

    /// Whether the container has ended and will not run again.
    pub fn has_ended(&self, container: &str) -> bool {
        let Some(end) = self.status(container).state.terminated else { return false };
        if self.is_over() || self.spec.ephemeral_containers.iter().any(|own| own.name == container) {
            return true;
        }
        let all = self.spec.init_containers.iter().chain(&self.spec.containers);
        let own = all.into_iter().find(|own| own.name == container);
        if own.is_some_and(|own| !own.restart_policy_rules.is_empty()) {
            return false;
        }
        let policy = own.map(|own| own.restart_policy.as_str()).filter(|policy| !policy.is_empty());
        match policy.unwrap_or(&self.spec.restart_policy) {
            "Never" => true,
            "OnFailure" => end.exit_code == 0,
            // An init container without a policy of its own runs until it succeeds once.
            _ => policy.is_none() && self.is_init(container) && end.exit_code == 0,
        }
    }

    fn is_init(&self, container: &str) -> bool {
        self.spec.init_containers.iter().any(|init| init.name == container)
    }

    /// Whether the container is an init container that has succeeded. Sidecars do not end in this way while the pod
    /// runs.
    pub fn has_done(&self, container: &str) -> bool {
        let ended = self.status(container).state.terminated;
        self.is_init(container) && ended.is_some_and(|end| end.exit_code == 0)
    }
}

impl Container {
    pub fn runs(&self) -> bool {
        self.state.waiting.is_none() && self.state.terminated.is_none()
    }

    /// The reason why the container has no log yet.
    pub fn wait(&self) -> &str {
        let reason = self.state.waiting.as_ref().map_or("", |waiting| waiting.reason.as_str());
        if reason.is_empty() { "not started" } else { reason }
    }
}

impl Terminated {
    pub fn word(&self) -> String {
        match self.reason.as_str() {
            "" | "Error" | "Completed" => format!("exit {}", self.exit_code),
            reason => format!("{reason}, exit {}", self.exit_code),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// Whether a container with this exit code is over, by what its pod and it say of starting again.
    fn has_ended(pod: &str, part: &str, own: Value, exit_code: i32) -> bool {
        let mut spec = json!({"name": "app"});
        spec.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
        let statuses = match part {
            "initContainers" => "initContainerStatuses",
            "ephemeralContainers" => "ephemeralContainerStatuses",
            _ => "containerStatuses",
        };
        let state = json!({"terminated": {"exitCode": exit_code}});
        let pod: Pod = serde_json::from_value(json!({
            "spec": {"restartPolicy": pod, part: [spec]},
            "status": {"phase": "Running", statuses: [{"name": "app", "containerID": "c", "state": state}]},
        }))
        .unwrap();
        pod.has_ended("app")
    }

    #[test]
    fn who_ends_for_good_is_a_matter_of_policies() {
        let none = || json!({});
        for (pod, part, own, code, ended) in [
            ("Always", "containers", none(), 0, false),
            ("Always", "containers", none(), 1, false),
            ("OnFailure", "containers", none(), 0, true),
            ("OnFailure", "containers", none(), 1, false),
            ("Never", "containers", none(), 1, true),
            ("Always", "containers", json!({"restartPolicy": "Never"}), 1, true),
            ("Never", "containers", json!({"restartPolicy": "Never", "restartPolicyRules": [{}]}), 1, false),
            ("Always", "initContainers", none(), 0, true),
            ("Always", "initContainers", none(), 1, false),
            ("Never", "initContainers", none(), 1, true),
            ("Never", "initContainers", json!({"restartPolicy": "Always"}), 0, false),
            ("Always", "ephemeralContainers", none(), 1, true),
        ] {
            assert_eq!(has_ended(pod, part, own.clone(), code), ended, "{pod} {part} {own} {code}");
        }
    }
}
