//! A pod and one of its containers, for whatever reaches into it.

use std::sync::Arc;

use serde_json::Value;

use super::Api;
use super::ask::Ask;
use super::place::Place;
use crate::demo::refusal::Refusal;

pub struct Target {
    pub pod: Arc<Value>,
    pub container: String,
}

pub fn target(api: &Api, ask: &Ask, place: &Place, name: &str) -> Result<Target, Refusal> {
    let pod = find(api, place, name)?;
    let container = container(&pod, name, ask.param("container").unwrap_or_default())?;
    Ok(Target { pod, container })
}

pub fn find(api: &Api, place: &Place, name: &str) -> Result<Arc<Value>, Refusal> {
    let found = api.read(|cluster| cluster.store.find(place.resource, place.home(), name).cloned());
    found.ok_or_else(|| Refusal::not_found(place.resource, name))
}

/// The name of the container that is meant: it may be left out when there is one.
fn container(pod: &Value, name: &str, asked: &str) -> Result<String, Refusal> {
    let names = |list: &str| -> Vec<&str> {
        pod["spec"][list].as_array().into_iter().flatten().filter_map(|one| one["name"].as_str()).collect()
    };
    let (own, init, debug) = (names("containers"), names("initContainers"), names("ephemeralContainers"));
    if own.iter().chain(&init).chain(&debug).any(|known| *known == asked) {
        return Ok(asked.to_owned());
    }
    if !asked.is_empty() {
        return Err(Refusal::bad(format!("container {asked} is not valid for pod {name}")));
    }
    if let ([only], []) = (own.as_slice(), init.as_slice()) {
        return Ok((*only).to_owned());
    }
    let mut message = format!("a container name must be specified for pod {name}, choose one of: [{}]", own.join(" "));
    for (what, list) in [("init", init), ("ephemeral", debug)] {
        if !list.is_empty() {
            message.push_str(&format!(" or one of the {what} containers: [{}]", list.join(" ")));
        }
    }
    Err(Refusal::bad(message))
}

/// What the node says of a container; null when it says nothing yet.
pub fn status<'a>(pod: &'a Value, container: &str) -> &'a Value {
    let lists = ["containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"].into_iter();
    let mut all = lists.filter_map(|list| pod["status"][list].as_array()).flatten();
    all.find(|status| status["name"] == container).unwrap_or(&Value::Null)
}

pub fn is_running(pod: &Value, container: &str) -> bool {
    status(pod, container)["state"]["running"].is_object()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_container_must_be_named_when_there_are_several() {
        let pod =
            json!({"spec": {"containers": [{"name": "app"}, {"name": "proxy"}], "initContainers": [{"name": "init"}]}});
        assert_eq!(container(&pod, "web", "proxy"), Ok("proxy".to_owned()));
        let message = |asked| container(&pod, "web", asked).unwrap_err().message;
        assert_eq!(
            message(""),
            "a container name must be specified for pod web, choose one of: [app proxy] or one of the init containers: [init]"
        );
        assert_eq!(message("none"), "container none is not valid for pod web");
        let one = json!({"spec": {"containers": [{"name": "app"}]}});
        assert_eq!(container(&one, "web", ""), Ok("app".to_owned()));
    }
}
