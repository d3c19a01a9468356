//! What the descriptions of workloads share: what is wrong first, with what their pods say, then the template of the pods.

use crate::kinds::kube::facts::{self, Trouble, container, items, pairs, text};
use crate::model::{Around, Link, Section, Value};

/// The title under which the pods of a workload are listed.
pub const PODS: &str = "Pods";

/// The pods that its selector picks. An empty one would pick the whole namespace, so it leads nowhere.
pub fn pods(body: &Value) -> Option<Link> {
    let selector = facts::selector(&body["spec"]["selector"]);
    (!selector.is_empty()).then(|| facts::pods_of(body, selector))
}

/// Trouble, the workload's own section, and the template that its pods are made from.
pub fn sections(trouble: Trouble, own: Section, body: &Value, around: &Around<'_>) -> Vec<Section> {
    // What pods say is the cause of what the workload says.
    let mut all = Trouble::default();
    all.pods(around.objects(PODS));
    let mut sections: Vec<Section> = all.and(trouble).section().into_iter().collect();
    sections.push(own);
    sections.extend(template(&body["spec"]["template"]["spec"]));
    sections.push(facts::conditions(&body["status"]));
    sections.retain(|section| !section.is_empty());
    sections
}

/// What a template says of the pods to be.
pub fn template(spec: &Value) -> Vec<Section> {
    let mut sections = container::sections(spec, &Value::Null);
    sections.push(facts::volumes(spec));
    sections.push(facts::lines("Tolerations", items(spec, "tolerations").iter().map(facts::taint)));
    sections
}

/// Where pods may run and as whom.
pub fn placing(section: &mut Section, template: &Value) {
    section.pair("Service account", text(template, "serviceAccountName"));
    section.pair("Node selector", pairs(&template["nodeSelector"]));
}
