//! Pods as far as their logs need them.

use serde::Deserialize;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct List {
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
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Named {
    pub name: String,
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
    /// Of the instance that was made last, running or not.
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

    /// No container of it will run again.
    pub fn is_over(&self) -> bool {
        matches!(self.status.phase.as_str(), "Succeeded" | "Failed")
    }

    fn is_init(&self, container: &str) -> bool {
        self.spec.init_containers.iter().any(|init| init.name == container)
    }

    /// An init container that did its work; the sidecars among them have no end of that sort.
    pub fn has_done(&self, container: &str) -> bool {
        let ended = self.status(container).state.terminated;
        self.is_init(container) && ended.is_some_and(|end| end.exit_code == 0)
    }
}

impl Container {
    pub fn runs(&self) -> bool {
        self.state.waiting.is_none() && self.state.terminated.is_none()
    }

    /// Why there is nothing to read yet.
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
