//! A namespace in words: what keeps it from going first.

use crate::kinds::kube::facts::{self, Trouble, items, strings, text};
use crate::kinds::kube::{limitranges, resourcequotas};
use crate::model::{Around, Cell, Health, Kind, Link, Scope, Section, Value};

pub fn describe(body: &Value, _: &Around<'_>) -> Vec<Section> {
    let (spec, status) = (&body["spec"], &body["status"]);
    let mut sections: Vec<Section> = trouble(status).section().into_iter().collect();
    let mut section = Section::new("Namespace");
    let health = super::health(text(status, "phase"));
    section.state("Status", Cell::text(text(status, "phase")), health);
    section.pair("Finalizers", strings(spec, "finalizers").join(", "));
    sections.push(section);
    sections.push(facts::conditions(status));
    sections.retain(|section| !section.is_empty());
    sections
}

/// While it goes, conditions say what is left and who has to let go of it.
fn trouble(status: &Value) -> Trouble {
    let mut trouble = Trouble::default();
    for condition in items(status, "conditions").iter().filter(|condition| condition["status"] == "True") {
        let name = text(condition, "type");
        let health = if name.ends_with("Failure") { Health::Bad } else { Health::Warn };
        let what = match name {
            "NamespaceContentRemaining" => "Still there",
            "NamespaceFinalizersRemaining" => "Held by",
            other => other,
        };
        trouble.add(what, text(condition, "message"), health);
    }
    trouble
}

fn within(kind: &'static Kind, body: &Value) -> Option<Link> {
    let name = text(&body["metadata"], "name");
    (!name.is_empty()).then(|| Link::to(kind, Scope::namespace(name)))
}

pub fn quotas(body: &Value) -> Option<Link> {
    within(&resourcequotas::KIND, body)
}

pub fn limits(body: &Value) -> Option<Link> {
    within(&limitranges::KIND, body)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds::kube::testing::{section, titles};

    #[test]
    fn a_namespace_that_does_not_go_tells_what_holds_it() {
        let left = "Some resources are remaining: configmaps. has 1 resource instances";
        let held = "Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances";
        let body = json!({"metadata": {"name": "old"}, "spec": {"finalizers": ["kubernetes"]}, "status": {"phase": "Terminating", "conditions": [
            {"type": "NamespaceDeletionDiscoveryFailure", "status": "False", "message": "All resources successfully discovered"},
            {"type": "NamespaceContentRemaining", "status": "True", "reason": "SomeResourcesRemain", "message": left},
            {"type": "NamespaceFinalizersRemaining", "status": "True", "reason": "SomeFinalizersRemain", "message": held}]}});
        let sections = describe(&body, &Around::default());
        assert_eq!(titles(&sections), ["Trouble", "Namespace", "Conditions"]);
        assert_eq!(
            section(&sections, "Trouble"),
            [format!("Still there: {left} (warn)"), format!("Held by: {held} (warn)")]
        );
        assert_eq!(section(&sections, "Namespace"), ["Status: Terminating (leaving)", "Finalizers: kubernetes"]);
        assert_eq!(quotas(&body).map(|link| link.scope), Some(Scope::namespace("old")));
    }
}
