//! The health of an object by its conditions: the rules of kstatus (sigs.k8s.io/cli-utils/pkg/kstatus), with the words of
//! the controllers that go by them.

use crate::model::{Health, Value};

/// What health looks at. It is kept of every custom resource.
pub const NEEDS: &[&str] = &[".spec.suspend", ".status.observedGeneration", ".status.conditions"];

/// An object of which `Ready=False` says that it is still on its way.
pub fn waiting(body: &Value) -> Health {
    health(body, Health::Progress)
}

/// An object of which `Ready=False` says that it has failed.
pub fn failing(body: &Value) -> Health {
    health(body, Health::Bad)
}

/// The condition of a type; `None` where the object does not have it.
pub fn condition<'a>(body: &'a Value, name: &str) -> Option<&'a Value> {
    let mut all = body["status"]["conditions"].as_array().into_iter().flatten();
    all.find(|condition| condition["type"] == name)
}

fn health(body: &Value, unready: Health) -> Health {
    let status = &body["status"];
    let condition = |name: &str| condition(body, name);
    let is_true = |name: &str| condition(name).is_some_and(|condition| condition["status"] == "True");
    let retries = || condition("Reconciling").is_some_and(|condition| condition["reason"] == "ProgressingWithRetry");
    let seen = status["observedGeneration"].as_i64().zip(body["metadata"]["generation"].as_i64());
    let is_behind = seen.is_some_and(|(seen, wanted)| seen < wanted);
    match () {
        () if !body["metadata"]["deletionTimestamp"].is_null() => Health::Leaving,
        () if body["spec"]["suspend"] == true => Health::Done,
        () if is_true("Stalled") => Health::Bad,
        () if is_true("Reconciling") && retries() => Health::Bad,
        () if is_behind || is_true("Reconciling") => Health::Progress,
        () => by_ready(condition("Ready"), status, unready),
    }
}

fn by_ready(ready: Option<&Value>, status: &Value, unready: Health) -> Health {
    match ready.and_then(|ready| ready["status"].as_str()) {
        Some("True") => Health::Good,
        // It waits for another one, which says itself what is wrong.
        Some("False") if ready.is_some_and(|ready| ready["reason"] == "DependencyNotReady") => Health::Progress,
        Some("False") => unready,
        Some(_) => Health::Progress,
        None if status.as_object().is_some_and(|status| !status.is_empty()) => Health::Good,
        None => Health::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn conditions_decide_in_the_order_of_kstatus() {
        let with = |conditions: Value| json!({"metadata": {"generation": 2}, "status": {"observedGeneration": 2, "conditions": conditions}});
        let ready = |status: &str, reason: &str| json!({"type": "Ready", "status": status, "reason": reason});
        let reconciling = |reason: &str| json!({"type": "Reconciling", "status": "True", "reason": reason});
        let stalled = json!({"type": "Stalled", "status": "True"});
        for (body, health) in [
            (
                json!({"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}, "spec": {"suspend": true}}),
                Health::Leaving,
            ),
            (json!({"spec": {"suspend": true}, "status": {"conditions": [stalled]}}), Health::Done),
            (with(json!([stalled, ready("True", "")])), Health::Bad),
            (with(json!([reconciling("ProgressingWithRetry"), ready("True", "")])), Health::Bad),
            (with(json!([reconciling("Progressing"), ready("True", "")])), Health::Progress),
            (
                json!({"metadata": {"generation": 3}, "status": {"observedGeneration": 2, "conditions": [ready("True", "")]}}),
                Health::Progress,
            ),
            (with(json!([ready("True", "")])), Health::Good),
            (with(json!([ready("False", "DependencyNotReady")])), Health::Progress),
            (with(json!([ready("Unknown", "")])), Health::Progress),
            (with(json!([])), Health::Good),
            (json!({"spec": {}}), Health::Unknown),
            (json!({"status": {}}), Health::Unknown),
        ] {
            assert_eq!((failing(&body), waiting(&body)), (health, health), "{body}");
        }
        let failed = with(json!([ready("False", "BuildFailed")]));
        assert_eq!((failing(&failed), waiting(&failed)), (Health::Bad, Health::Progress));
    }
}
