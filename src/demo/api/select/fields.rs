//! Field selectors: equality of the fields that a server indexes for a resource, and of no others.

use std::borrow::Cow;

use serde_json::Value;

use crate::demo::refusal::Refusal;
use crate::demo::resources::Resource;

#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    path: String,
    value: String,
    equal: bool,
}

const EVERYWHERE: &[&str] = &["metadata.name", "metadata.namespace"];

/// What is indexed beside name and namespace.
const INDEXED: &[(&str, &[&str])] = &[
    (
        "pods",
        &[
            "spec.nodeName",
            "spec.restartPolicy",
            "spec.schedulerName",
            "spec.serviceAccountName",
            "spec.hostNetwork",
            "status.phase",
            "status.podIP",
            "status.podIPs",
            "status.nominatedNodeName",
        ],
    ),
    (
        "events",
        &[
            "involvedObject.kind",
            "involvedObject.namespace",
            "involvedObject.name",
            "involvedObject.uid",
            "involvedObject.apiVersion",
            "involvedObject.resourceVersion",
            "involvedObject.fieldPath",
            "reason",
            "reportingComponent",
            "source",
            "type",
        ],
    ),
    ("nodes", &["spec.unschedulable"]),
    ("namespaces", &["status.phase"]),
    ("secrets", &["type"]),
    ("services", &["spec.clusterIP", "spec.type"]),
    ("replicasets.apps", &["status.replicas"]),
    ("jobs.batch", &["status.successful"]),
];

impl Field {
    pub fn takes(&self, object: &Value) -> bool {
        (text(object, &self.path) == self.value.as_str()) == self.equal
    }
}

/// What stands at a path, as an index has it.
fn text<'a>(object: &'a Value, path: &str) -> Cow<'a, str> {
    let path = if path == "source" { "source.component" } else { path };
    match path.split('.').fold(object, |value, field| &value[field]) {
        Value::String(text) => Cow::Borrowed(text),
        Value::Null if ["spec.unschedulable", "spec.hostNetwork"].contains(&path) => Cow::Borrowed("false"),
        Value::Null => Cow::Borrowed(""),
        other => Cow::Owned(other.to_string()),
    }
}

pub fn parse(resource: &Resource, text: &str) -> Result<Vec<Field>, Refusal> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(|part| field(resource, part, text)).collect()
}

fn field(resource: &Resource, part: &str, whole: &str) -> Result<Field, Refusal> {
    let split = |sign: &str| part.split_once(sign);
    let (equal, found) = match split("!=") {
        Some(found) => (false, Some(found)),
        None => (true, split("==").or_else(|| split("="))),
    };
    let Some((path, value)) = found else {
        return Err(Refusal::bad(format!("invalid selector: '{part}'; can't understand '{part}'")));
    };
    let indexed = INDEXED.iter().filter(|(id, _)| *id == resource.id).flat_map(|(_, paths)| *paths);
    if !EVERYWHERE.iter().chain(indexed).any(|known| *known == path) {
        return Err(Refusal::bad(format!(
            "Unable to find \"{}, Resource={}\" that match label selector \"\", field selector \"{whole}\": \
             field label not supported: {path}",
            resource.api_version(),
            resource.plural
        )));
    }
    Ok(Field { path: path.to_owned(), value: value.to_owned(), equal })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::demo::resources::named;

    #[test]
    fn only_indexed_fields_select() {
        let pods = named("pods").unwrap();
        let pod = json!({"metadata": {"name": "web"}, "spec": {"nodeName": "n1"}, "status": {"phase": "Running"}});
        let takes = |text: &str| parse(pods, text).map(|fields| fields.iter().all(|field| field.takes(&pod)));
        assert_eq!(takes("metadata.name=web,spec.nodeName==n1"), Ok(true));
        assert_eq!(takes("status.phase!=Running"), Ok(false));
        assert_eq!(takes("spec.hostNetwork=false"), Ok(true));
        assert!(takes("spec.foo=1").unwrap_err().message.ends_with("field label not supported: spec.foo"));
        assert!(takes("nonsense").is_err());
    }
}
