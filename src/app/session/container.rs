//! The containers of a pod, so that the user can choose one.

use crate::model::{Str, Value};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Container {
    pub name: Str,
    /// The ports: `8080 http`, with the number first.
    pub ports: Vec<Str>,
}

/// The annotation by which a pod names its default container, for kubectl.
const DEFAULT: &str = "kubectl.kubernetes.io/default-container";

impl Container {
    /// The containers that may run now: containers, sidecars, and ephemeral containers. Other init containers are over.
    pub fn of(body: &Value) -> Vec<Self> {
        let list = |field: &str| body["spec"][field].as_array().cloned().unwrap_or_default();
        let sidecars = list("initContainers").into_iter().filter(|spec| spec["restartPolicy"] == "Always");
        let all = list("containers").into_iter().chain(sidecars).chain(list("ephemeralContainers"));
        all.map(|spec| Self { name: text(&spec["name"]), ports: ports(&spec) }).collect()
    }

    /// The only container, or the one that the pod names.
    pub fn obvious(all: &[Self], body: &Value) -> Option<Str> {
        if let [only] = all {
            return Some(only.name.clone());
        }
        let named = text(&body["metadata"]["annotations"][DEFAULT]);
        all.iter().find(|container| container.name == named).map(|container| container.name.clone())
    }
}

fn ports(spec: &Value) -> Vec<Str> {
    let all = spec["ports"].as_array().map(Vec::as_slice).unwrap_or_default();
    let tcp = all.iter().filter(|port| port["protocol"].as_str().is_none_or(|protocol| protocol == "TCP"));
    tcp.filter_map(|port| {
        let number = port["containerPort"].as_u64()?;
        let name = port["name"].as_str().map(|name| format!(" {name}")).unwrap_or_default();
        Some(arcstr::format!("{number}{name}"))
    })
    .collect()
}

fn text(value: &Value) -> Str {
    value.as_str().map(Str::from).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_container_is_clear_when_it_is_the_only_one_or_named() {
        let mut body = json!({"spec": {
            "initContainers": [{"name": "setup"}, {"name": "proxy", "restartPolicy": "Always"}],
            "containers": [{"name": "app", "ports": [{"containerPort": 80, "name": "http"}, {"containerPort": 53, "protocol": "UDP"}]}]}});
        let all = Container::of(&body);
        assert_eq!(all.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(), ["app", "proxy"]);
        assert_eq!(all[0].ports, ["80 http"]);
        assert_eq!(Container::obvious(&all, &body), None);
        body["metadata"]["annotations"][DEFAULT] = "proxy".into();
        assert_eq!(Container::obvious(&all, &body).as_deref(), Some("proxy"));
        assert_eq!(Container::obvious(&all[..1], &body).as_deref(), Some("app"));
    }
}
