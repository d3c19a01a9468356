//! What the user may do in a namespace, as the API server's review tells it. It is asked rarely, because rights seldom
//! change and the server refuses what they forbid anyway.

use std::sync::Arc;
use std::time::Duration;

use http::{Request as Http, header};
use kube::client::Body;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::ask::{self, JSON};
use super::server::Server;
use super::wire::unreadable;
use crate::kinds::lens::or_default;
use crate::model::{Delta, Error, Result, Rule, Rules, Str, Value};
use crate::source::out::Out;
use crate::source::poll::Poll;

const GROUP: &str = "authorization.k8s.io/v1";
const ROUND: Duration = Duration::from_secs(600);

/// Answers `Query::Rules`. If the server gives no review, nothing is known to be forbidden.
pub async fn run(server: Arc<Server>, namespace: Str, out: &mut Out) -> Result<()> {
    let mut poll = Poll::unseen(ROUND);
    loop {
        let told: Result<Status> =
            review(&server, "SelfSubjectRulesReview", json!({"namespace": namespace.as_str()})).await;
        let rules = match told.map(Rules::from) {
            Err(Error::Denied(_) | Error::Gone(_) | Error::Unserved(_) | Error::Unsupported(_)) => {
                Rules { rules: Vec::new(), incomplete: true }
            }
            rules => rules?,
        };
        out.say(Delta::Rules(Box::new(rules)));
        out.flush().await;
        poll.wait().await;
    }
}

/// Asks the server for a review of the user's own rights.
pub async fn review<T: DeserializeOwned>(server: &Server, kind: &str, spec: Value) -> Result<T> {
    let body = json!({"apiVersion": GROUP, "kind": kind, "spec": spec});
    let path = format!("/apis/{GROUP}/{}s", kind.to_lowercase());
    let request = Http::post(path).header(header::ACCEPT, JSON).header(header::CONTENT_TYPE, JSON);
    let request = request.body(Body::from(body.to_string().into_bytes())).map_err(ask::malformed)?;
    let mut reply = server.send(request).await?;
    let body = server.collect(&mut reply).await?;
    let review: Review<T> = serde_json::from_slice(&body).map_err(unreadable)?;
    Ok(review.status)
}

#[derive(Deserialize)]
struct Review<T> {
    status: T,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Status {
    #[serde(deserialize_with = "or_default")]
    resource_rules: Vec<ResourceRule>,
    incomplete: bool,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ResourceRule {
    #[serde(deserialize_with = "or_default")]
    verbs: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    api_groups: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    resources: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    resource_names: Vec<String>,
}

impl From<Status> for Rules {
    fn from(status: Status) -> Self {
        let all = |words: Vec<String>| words.into_iter().map(Str::from).collect();
        let rule = |rule: ResourceRule| Rule {
            verbs: all(rule.verbs),
            groups: all(rule.api_groups),
            resources: all(rule.resources),
            names: all(rule.resource_names),
        };
        Self { rules: status.resource_rules.into_iter().map(rule).collect(), incomplete: status.incomplete }
    }
}
