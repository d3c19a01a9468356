//! What one may do: everything, but for one thing, so that there is something to see.

use http::Method;
use serde_json::{Value, json};

use super::ask::Ask;
use super::discover;
use super::reply::{self, Answer};
use crate::demo::refusal::Refusal;
use crate::demo::resources::{RESOURCES, Resource};

/// The name of whoever asks.
pub const USER: &str = "demo";

pub struct Review {
    pub group: &'static str,
    pub version: &'static str,
    pub kind: &'static str,
    pub plural: &'static str,
    status: fn(&Value) -> Value,
}

pub const REVIEWS: &[Review] = &[
    Review {
        group: "authentication.k8s.io",
        version: "v1",
        kind: "SelfSubjectReview",
        plural: "selfsubjectreviews",
        status: |_| json!({"userInfo": {"username": USER, "groups": ["system:authenticated"]}}),
    },
    Review {
        group: "authorization.k8s.io",
        version: "v1",
        kind: "SelfSubjectAccessReview",
        plural: "selfsubjectaccessreviews",
        status: access,
    },
    Review {
        group: "authorization.k8s.io",
        version: "v1",
        kind: "SelfSubjectRulesReview",
        plural: "selfsubjectrulesreviews",
        status: |_| rules(),
    },
];

/// Nodes are not deleted here.
pub fn may_not(group: &str, plural: &str, verb: &str) -> bool {
    group.is_empty() && plural == "nodes" && matches!(verb, "delete" | "deletecollection")
}

/// In the words of RBAC.
pub fn check(resource: &Resource, name: &str, verb: &str) -> Result<(), Refusal> {
    if !may_not(resource.group, resource.plural, verb) {
        return Ok(());
    }
    let why = format!(
        "User \"{USER}\" cannot {verb} resource \"{}\" in API group \"{}\" at the cluster scope",
        resource.plural, resource.group
    );
    Err(Refusal::forbidden(resource, name, &why))
}

pub fn answer(ask: &Ask) -> Option<Answer> {
    let place = |review: &&Review| ask.path == format!("/apis/{}/{}/{}", review.group, review.version, review.plural);
    let review = REVIEWS.iter().find(place)?;
    if ask.method != Method::POST {
        return Some(Err(Refusal::method()));
    }
    Some(ask.object().map(|mut body| {
        body["apiVersion"] = json!(format!("{}/{}", review.group, review.version));
        body["kind"] = json!(review.kind);
        body["status"] = (review.status)(&body["spec"]);
        reply::created(&body)
    }))
}

fn access(spec: &Value) -> Value {
    let text = |field: &str| spec["resourceAttributes"][field].as_str().unwrap_or_default();
    match may_not(text("group"), text("resource"), text("verb")) && text("subresource").is_empty() {
        true => json!({"allowed": false, "reason": "no RBAC rule allows it"}),
        false => json!({"allowed": true, "reason": "this is a demo cluster"}),
    }
}

fn rules() -> Value {
    let mut groups: Vec<&str> =
        RESOURCES.iter().map(|resource| resource.group).filter(|group| !group.is_empty()).collect();
    groups.dedup();
    let core = RESOURCES.iter().filter(|resource| resource.group.is_empty() && resource.plural != "nodes");
    let core: Vec<String> = core.flat_map(with_parts).collect();
    let nodes = RESOURCES.iter().filter(|resource| resource.id == "nodes");
    let verbs: Vec<&str> =
        nodes.clone().flat_map(discover::verbs).copied().filter(|verb| !may_not("", "nodes", verb)).collect();
    let nodes: Vec<String> = nodes.flat_map(with_parts).collect();
    json!({
        "resourceRules": [
            {"verbs": ["*"], "apiGroups": [""], "resources": core},
            {"verbs": verbs, "apiGroups": [""], "resources": nodes},
            {"verbs": ["*"], "apiGroups": groups, "resources": ["*"]},
        ],
        "nonResourceRules": [{"verbs": ["*"], "nonResourceURLs": ["*"]}],
        "incomplete": false,
    })
}

fn with_parts(resource: &Resource) -> Vec<String> {
    let parts = resource.parts.iter().map(|part| format!("{}/{part}", resource.plural));
    std::iter::once(resource.plural.to_owned()).chain(parts).collect()
}
