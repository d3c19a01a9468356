//! Admission and validation: what the API server says to a write before it is stored, in its words.

use serde_json::Value;

use super::Refusal;
use super::body::{list, name, namespace, number, text};
use super::namespaces::pod_limit;
use crate::demo::resources::Resource;
use crate::demo::store::Store;
use crate::model::cores;

type Causes = Vec<(String, String)>;

const LABEL: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const QUANTITY: &str = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
/// Weights of the Gateway API.
const HEAVIEST: i64 = 1_000_000;

pub fn admit(store: &Store, resource: &Resource, old: Option<&Value>, new: &Value) -> Result<Vec<String>, Refusal> {
    let mut causes = Causes::new();
    if old.is_none() {
        names(resource, new, &mut causes);
        absent_namespace(store, resource, new)?;
    }
    for template in templates(resource, new) {
        quantities(new, &template)?;
        containers(new, &template, &mut causes);
    }
    replicas(resource, new, &mut causes);
    immutable(resource, old, new, &mut causes);
    weights(resource, new, &mut causes);
    schedule(resource, new, &mut causes);
    if !causes.is_empty() {
        return Err(invalid(resource, new, causes));
    }
    if old.is_none() {
        quota(store, resource, new)?;
    }
    Ok(warnings(resource, new))
}

/// `Deployment.apps "web" is invalid: spec.replicas: Invalid value: -1: ...`
fn invalid(resource: &Resource, new: &Value, causes: Causes) -> Refusal {
    let kind = if resource.group.is_empty() {
        resource.kind.to_owned()
    } else {
        format!("{}.{}", resource.kind, resource.group)
    };
    let parts: Vec<String> = causes.iter().map(|(field, message)| format!("{field}: {message}")).collect();
    let text = if let [only] = parts.as_slice() { only.clone() } else { format!("[{}]", parts.join(", ")) };
    Refusal { code: 422, reason: "Invalid", message: format!("{kind} \"{}\" is invalid: {text}", name(new)), causes }
}

fn names(resource: &Resource, new: &Value, causes: &mut Causes) {
    let called = name(new);
    let label = |text: &str, most: usize| {
        let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        !text.is_empty()
            && text.len() <= most
            && text.chars().all(fine)
            && !text.starts_with('-')
            && !text.ends_with('-')
    };
    if called.is_empty() {
        if text(new, "metadata.generateName").is_empty() {
            causes.push(("metadata.name".to_owned(), "Required value: name or generateName is required".to_owned()));
        }
        return;
    }
    // Roles and the like may be called anything that fits a path.
    if resource.group == "rbac.authorization.k8s.io" {
        return;
    }
    let strict = ["namespaces", "services"].contains(&resource.id);
    let fine =
        if strict { label(called, 63) } else { called.len() <= 253 && called.split('.').all(|part| label(part, 253)) };
    if !fine {
        let rule = if strict { LABEL } else { SUBDOMAIN };
        causes.push(("metadata.name".to_owned(), format!("Invalid value: {called:?}: {rule}")));
    }
}

fn absent_namespace(store: &Store, resource: &Resource, new: &Value) -> Result<(), Refusal> {
    let home = namespace(new);
    if !resource.namespaced || home.is_empty() {
        return Ok(());
    }
    let namespaces = super::body::the("namespaces");
    match store.find(namespaces, "", home) {
        None => Err(Refusal {
            code: 404,
            reason: "NotFound",
            message: format!("namespaces {home:?} not found"),
            causes: Causes::new(),
        }),
        Some(found) if super::body::is_leaving(found) && resource.id != "events" => {
            let message = format!(
                "{} {:?} is forbidden: unable to create new content in namespace {home} because it is being terminated",
                full(resource),
                name(new)
            );
            let cause = ("metadata.namespace".to_owned(), format!("namespace {home} is being terminated"));
            Err(Refusal { code: 403, reason: "Forbidden", message, causes: vec![cause] })
        }
        Some(_) => Ok(()),
    }
}

fn full(resource: &Resource) -> String {
    if resource.group.is_empty() {
        resource.plural.to_owned()
    } else {
        format!("{}.{}", resource.plural, resource.group)
    }
}

/// The pod specs within an object, and where they stand.
fn templates<'a>(resource: &Resource, new: &'a Value) -> Vec<(&'static str, &'a Value)> {
    let (path, spec) = match resource.id {
        "pods" => ("spec", &new["spec"]),
        "cronjobs.batch" => {
            ("spec.jobTemplate.spec.template.spec", &new["spec"]["jobTemplate"]["spec"]["template"]["spec"])
        }
        "deployments.apps" | "replicasets.apps" | "statefulsets.apps" | "daemonsets.apps" | "jobs.batch" => {
            ("spec.template.spec", &new["spec"]["template"]["spec"])
        }
        _ => return Vec::new(),
    };
    vec![(path, spec)]
}

fn containers(_: &Value, (path, spec): &(&str, &Value), causes: &mut Causes) {
    if list(spec, "containers").is_empty() {
        causes.push((format!("{path}.containers"), "Required value".to_owned()));
    }
    for (index, container) in list(spec, "containers").iter().enumerate() {
        let field = |field: &str| format!("{path}.containers[{index}].{field}");
        if text(container, "name").is_empty() {
            causes.push((field("name"), "Required value".to_owned()));
        }
        if text(container, "image").is_empty() {
            causes.push((field("image"), "Required value".to_owned()));
        } else if text(container, "image").trim() != text(container, "image") {
            causes.push((
                field("image"),
                format!("Invalid value: {:?}: must not have leading or trailing whitespace", text(container, "image")),
            ));
        }
        over_limit(container, &field, causes);
    }
}

fn over_limit(container: &Value, field: &dyn Fn(&str) -> String, causes: &mut Causes) {
    for (resource, asked) in container["resources"]["requests"].as_object().into_iter().flatten() {
        let limit = container["resources"]["limits"][resource].as_str().and_then(cores);
        let amount = asked.as_str().and_then(cores);
        if let (Some(limit), Some(amount)) = (limit, amount)
            && amount > limit
        {
            let message = format!(
                "Invalid value: {asked}: must be less than or equal to {resource} limit of {}",
                text(&container["resources"]["limits"], resource)
            );
            causes.push((field("resources.requests"), message));
        }
    }
}

/// An unreadable quantity fails before validation: the object cannot be decoded.
fn quantities(new: &Value, (_, spec): &(&str, &Value)) -> Result<(), Refusal> {
    for container in list(spec, "containers") {
        for part in ["requests", "limits"] {
            for (_, amount) in container["resources"][part].as_object().into_iter().flatten() {
                let fine = amount.is_number() || amount.as_str().is_some_and(|text| cores(text).is_some());
                if !fine {
                    let kind = text(new, "kind");
                    let message = format!(
                        "{kind} in version {:?} cannot be handled as a {kind}: {QUANTITY}",
                        text(new, "apiVersion").rsplit('/').next().unwrap_or("v1")
                    );
                    return Err(Refusal { code: 400, reason: "BadRequest", message, causes: Causes::new() });
                }
            }
        }
    }
    Ok(())
}

fn replicas(resource: &Resource, new: &Value, causes: &mut Causes) {
    let scaled = ["deployments.apps", "replicasets.apps", "statefulsets.apps"].contains(&resource.id);
    if let Some(count) = number(new, "spec.replicas").filter(|count| scaled && *count < 0) {
        causes
            .push(("spec.replicas".to_owned(), format!("Invalid value: {count}: must be greater than or equal to 0")));
    }
    if resource.id == "horizontalpodautoscalers.autoscaling" {
        let (least, most) =
            (number(new, "spec.minReplicas").unwrap_or(1), number(new, "spec.maxReplicas").unwrap_or(0));
        if most < least {
            causes.push((
                "spec.maxReplicas".to_owned(),
                format!("Invalid value: {most}: must be greater than or equal to `minReplicas`"),
            ));
        }
    }
}

fn immutable(resource: &Resource, old: Option<&Value>, new: &Value, causes: &mut Causes) {
    let Some(old) = old else {
        return selector(resource, new, causes);
    };
    let fixed: &[&str] = match resource.id {
        "deployments.apps" | "replicasets.apps" | "daemonsets.apps" => &["selector"],
        "jobs.batch" => &["selector", "template"],
        "statefulsets.apps" => &["selector", "serviceName", "podManagementPolicy"],
        "services" => &["clusterIP"],
        _ => &[],
    };
    for field in fixed {
        let before = &old["spec"][*field];
        if before != &new["spec"][*field] && !before.is_null() {
            causes
                .push((format!("spec.{field}"), format!("Invalid value: {}: field is immutable", new["spec"][*field])));
        }
    }
    selector(resource, new, causes);
    if resource.id == "pods" {
        pod_update(old, new, causes);
    }
}

/// Of a pod's spec only images and a few more fields may change.
fn pod_update(old: &Value, new: &Value, causes: &mut Causes) {
    let plain = |pod: &Value| {
        let mut spec = pod["spec"].clone();
        for field in ["containers", "initContainers"] {
            for container in spec[field].as_array_mut().into_iter().flatten() {
                container["image"] = Value::Null;
            }
        }
        for field in ["tolerations", "activeDeadlineSeconds", "terminationGracePeriodSeconds", "nodeName"] {
            spec[field] = Value::Null;
        }
        let _ = spec["ephemeralContainers"].take();
        spec
    };
    if !old["spec"].is_null() && plain(old) != plain(new) {
        let text = "Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";
        causes.push(("spec".to_owned(), text.to_owned()));
    }
}

/// A selector that does not select its own template would make pods without end.
fn selector(resource: &Resource, new: &Value, causes: &mut Causes) {
    if !["deployments.apps", "replicasets.apps", "statefulsets.apps", "daemonsets.apps"].contains(&resource.id) {
        return;
    }
    let labels = &new["spec"]["template"]["metadata"]["labels"];
    if !new["spec"]["selector"].is_object() {
        causes.push(("spec.selector".to_owned(), "Required value".to_owned()));
    } else if !super::body::fits(&new["spec"]["selector"], labels) {
        let message = format!("Invalid value: {labels}: `selector` does not match template `labels`");
        causes.push(("spec.template.metadata.labels".to_owned(), message));
    }
}

fn weights(resource: &Resource, new: &Value, causes: &mut Causes) {
    if resource.group != "gateway.networking.k8s.io" {
        return;
    }
    for (rule, body) in list(new, "spec.rules").iter().enumerate() {
        for (index, backend) in list(body, "backendRefs").iter().enumerate() {
            let Some(weight) = number(backend, "weight") else { continue };
            let field = format!("spec.rules[{rule}].backendRefs[{index}].weight");
            if weight < 0 {
                causes.push((field, format!("Invalid value: {weight}: spec.rules[{rule}].backendRefs[{index}].weight in body should be greater than or equal to 0")));
            } else if weight > HEAVIEST {
                causes.push((field, format!("Invalid value: {weight}: spec.rules[{rule}].backendRefs[{index}].weight in body should be less than or equal to {HEAVIEST}")));
            }
        }
    }
}

fn schedule(resource: &Resource, new: &Value, causes: &mut Causes) {
    let schedule = text(new, "spec.schedule");
    if resource.id == "cronjobs.batch" && super::cron::next(schedule, crate::model::Time(0)).is_none() {
        let count = schedule.split_whitespace().count();
        causes.push((
            "spec.schedule".to_owned(),
            format!("Invalid value: {schedule:?}: expected exactly 5 fields, found {count}: [{schedule}]"),
        ));
    }
}

fn quota(store: &Store, resource: &Resource, new: &Value) -> Result<(), Refusal> {
    let limit = pod_limit(store, namespace(new)).filter(|_| resource.id == "pods");
    match limit {
        Some((quota, used, limit)) if used >= limit => {
            let message = format!(
                "pods {:?} is forbidden: exceeded quota: {quota}, requested: pods=1, used: pods={used}, limited: pods={limit}",
                name(new)
            );
            Err(Refusal { code: 403, reason: "Forbidden", message, causes: Causes::new() })
        }
        _ => Ok(()),
    }
}

fn warnings(resource: &Resource, new: &Value) -> Vec<String> {
    let mut out = Vec::new();
    for (path, spec) in templates(resource, new) {
        if spec["nodeSelector"]["beta.kubernetes.io/arch"].is_string() {
            out.push(format!("{path}.nodeSelector[beta.kubernetes.io/arch]: deprecated since v1.14; use \"kubernetes.io/arch\" instead"));
        }
        if spec["securityContext"]["seccompProfile"].is_null() && spec["hostPID"] == true {
            out.push(format!("{path}.hostPID: host namespaces weaken the isolation of pods"));
        }
    }
    let seccomp = "container.apparmor.security.beta.kubernetes.io";
    let marked = |meta: &Value| {
        meta["annotations"].as_object().is_some_and(|all| all.keys().any(|key| key.starts_with(seccomp)))
    };
    if marked(&new["metadata"]) || marked(&new["spec"]["template"]["metadata"]) {
        out.push(format!(
            "metadata.annotations[{seccomp}]: deprecated since v1.30; use the \"appArmorProfile\" field instead"
        ));
    }
    if new["metadata"]["annotations"]["kubernetes.io/ingress.class"].is_string() {
        out.push(
            "annotation \"kubernetes.io/ingress.class\" is deprecated, please use 'spec.ingressClassName' instead"
                .to_owned(),
        );
    }
    out
}
