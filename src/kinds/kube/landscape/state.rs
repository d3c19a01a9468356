//! What kinds share that do not go by the rules of conditions: their controllers have words of their own.

use crate::kinds::kstatus::condition;
use crate::kinds::kube::facts::text;
use crate::model::{Health, Kind, Link, Scope, Value};

/// What `judge` says of an object that nobody deletes.
pub fn living(body: &Value, judge: impl FnOnce() -> Health) -> Health {
    if body["metadata"]["deletionTimestamp"].is_null() { judge() } else { Health::Leaving }
}

/// The status of a condition: `True`, `False`, `Unknown`; empty where the object does not have it.
pub fn status_of<'a>(body: &'a Value, name: &str) -> &'a str {
    condition(body, name).map_or("", |condition| text(condition, "status"))
}

/// By one condition alone, of which `False` means `otherwise`.
pub fn is_condition(body: &Value, name: &str, otherwise: Health) -> Health {
    living(body, || match status_of(body, name) {
        "True" => Health::Good,
        "False" => otherwise,
        "" => Health::Unknown,
        _ => Health::Progress,
    })
}

/// The objects of a kind that the object controls.
pub fn owned(body: &Value, kind: &'static Kind) -> Option<Link> {
    let meta = &body["metadata"];
    Some(Link::to(kind, Scope::namespace(text(meta, "namespace")).owner(text(meta, "uid"))))
}

/// The objects of a kind beside the object that have its name as the value of a label.
pub fn labelled(body: &Value, kind: &'static Kind, key: &str) -> Option<Link> {
    let meta = &body["metadata"];
    let of = format!("{key}={}", text(meta, "name"));
    Some(Link::to(kind, Scope::namespace(text(meta, "namespace")).labels(of)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn one_condition_decides_unless_the_object_is_being_deleted() {
        let with =
            |status: &str| json!({"metadata": {}, "status": {"conditions": [{"type": "Valid", "status": status}]}});
        for (body, health) in [
            (with("True"), Health::Good),
            (with("False"), Health::Warn),
            (with("Unknown"), Health::Progress),
            (json!({"metadata": {}}), Health::Unknown),
            (json!({"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}}), Health::Leaving),
        ] {
            assert_eq!(is_condition(&body, "Valid", Health::Warn), health, "{body}");
        }
    }
}
