//! Evictions: a deletion of a pod that disruption budgets may hold off.

use serde_json::{Value, json};

use super::Api;
use super::ask::Ask;
use super::delete::{self, Options};
use super::place::Place;
use super::reply::{self, Answer};
use super::select::Choice;
use crate::demo::cluster::Cluster;
use crate::demo::refusal::{Cause, Refusal};
use crate::demo::resources::named;

pub fn evict(api: &Api, ask: &Ask, place: &Place, name: &str) -> Answer {
    let body = ask.object()?;
    let mut options = body["deleteOptions"].clone();
    if ask.dry() {
        options["dryRun"] = json!(["All"]);
    }
    let options = Options::of(&options)?;
    api.write(|cluster| {
        let missing = || Refusal::not_found(place.resource, name);
        let pod = cluster.store.find(place.resource, place.home(), name).cloned().ok_or_else(missing)?;
        held(cluster, place.home(), &pod)?;
        delete::delete(cluster, place.resource, place.home(), name, &options)
    })?;
    Ok(reply::created(&json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201})))
}

/// A budget that has nothing left for this pod. Pods that are not ready disrupt nobody.
fn held(cluster: &Cluster, namespace: &str, pod: &Value) -> Result<(), Refusal> {
    let Some(budgets) = named("poddisruptionbudgets.policy").filter(|_| is_ready(pod)) else { return Ok(()) };
    let mine = |budget: &Value| {
        !budget["spec"]["selector"].is_null() && Choice::of_selector(&budget["spec"]["selector"]).takes(pod)
    };
    let spent = |budget: &Value| budget["status"]["disruptionsAllowed"].as_i64().unwrap_or_default() <= 0;
    let found = cluster.store.list(budgets, Some(namespace)).find(|(_, budget)| mine(budget) && spent(budget));
    let Some((key, budget)) = found else { return Ok(()) };
    let number = |field: &str| budget["status"][field].as_i64().unwrap_or_default();
    let why = format!(
        "The disruption budget {} needs {} healthy pods and has {} currently",
        key.name,
        number("desiredHealthy"),
        number("currentHealthy")
    );
    let message = "Cannot evict pod as it would violate the pod's disruption budget.";
    Err(Refusal::new(429, "TooManyRequests", message).because(&[Cause::new("DisruptionBudget", "", why)]))
}

fn is_ready(pod: &Value) -> bool {
    let conditions = pod["status"]["conditions"].as_array().into_iter().flatten();
    conditions.into_iter().any(|condition| condition["type"] == "Ready" && condition["status"] == "True")
}
