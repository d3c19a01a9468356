//! The rules by which `kubectl apply` merges: which lists of Kubernetes' own kinds are merged item by item, and by
//! which field. All other lists, and those of custom resources, are replaced as a whole. The server publishes the same
//! rules in its OpenAPI documents (`x-kubernetes-patch-strategy`, `x-kubernetes-patch-merge-key`); a live test compares
//! them.

/// How the value at a path of an object is merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Objects are merged key by key, everything else is replaced.
    Plain,
    /// Fields that the document does not name are removed.
    Exact,
    /// The value is replaced as a whole.
    Whole,
    /// A list whose items are told apart by the first of these fields, or by all of them if the first is not enough. If
    /// `exact`, items lose the fields that the document does not name.
    Items { keys: &'static [&'static str], exact: bool },
    /// A list of texts. Each text is an item.
    Texts,
}

const fn items(keys: &'static [&'static str]) -> Rule {
    Rule::Items { keys, exact: false }
}

const fn exact(keys: &'static [&'static str]) -> Rule {
    Rule::Items { keys, exact: true }
}

type Table = &'static [(&'static str, Rule)];

const METADATA: Table = &[("finalizers", Rule::Texts), ("ownerReferences", items(&["uid"]))];

/// Paths below the `spec` of a pod.
const POD: Table = &[
    ("containers", items(&["name"])),
    ("ephemeralContainers", items(&["name"])),
    ("hostAliases", items(&["ip"])),
    ("imagePullSecrets", items(&["name"])),
    ("initContainers", items(&["name"])),
    ("resourceClaims", exact(&["name"])),
    ("schedulingGates", items(&["name"])),
    ("topologySpreadConstraints", items(&["topologyKey", "whenUnsatisfiable"])),
    ("volumes", exact(&["name"])),
];

/// Paths within a container of any sort.
const CONTAINER: Table = &[
    ("env", items(&["name"])),
    ("ports", items(&["containerPort", "protocol"])),
    ("volumeDevices", items(&["devicePath"])),
    ("volumeMounts", items(&["mountPath"])),
];

const CONTAINERS: [&str; 3] = ["containers", "initContainers", "ephemeralContainers"];

/// Kinds that contain the template of a pod, and its path.
const TEMPLATES: &[(&str, &str)] = &[
    ("Pod", ""),
    ("PodTemplate", "template"),
    ("CronJob", "spec.jobTemplate.spec.template"),
    ("DaemonSet", "spec.template"),
    ("Deployment", "spec.template"),
    ("Job", "spec.template"),
    ("ReplicaSet", "spec.template"),
    ("ReplicationController", "spec.template"),
    ("StatefulSet", "spec.template"),
];

/// Other paths that are merged, by kind.
const OTHERS: &[(&str, &str, Rule)] = &[
    ("CSINode", "spec.drivers", items(&["name"])),
    ("Deployment", "spec.strategy", Rule::Exact),
    ("MutatingAdmissionPolicy", "spec.matchConditions", items(&["name"])),
    ("MutatingWebhookConfiguration", "webhooks", items(&["name"])),
    ("MutatingWebhookConfiguration", "webhooks.matchConditions", items(&["name"])),
    ("Node", "spec.podCIDRs", Rule::Texts),
    ("PodDisruptionBudget", "spec.selector", Rule::Whole),
    ("Service", "spec.ports", items(&["port", "protocol"])),
    ("ServiceAccount", "secrets", items(&["name"])),
    ("ValidatingAdmissionPolicy", "spec.matchConditions", items(&["name"])),
    ("ValidatingAdmissionPolicy", "spec.variables", items(&["name"])),
    ("ValidatingWebhookConfiguration", "webhooks", items(&["name"])),
    ("ValidatingWebhookConfiguration", "webhooks.matchConditions", items(&["name"])),
];

/// Kubernetes' own groups with a dot. Groups without a dot are its own too.
const GROUPS: [&str; 18] = [
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "apiregistration.k8s.io",
    "authentication.k8s.io",
    "authorization.k8s.io",
    "certificates.k8s.io",
    "coordination.k8s.io",
    "discovery.k8s.io",
    "events.k8s.io",
    "flowcontrol.apiserver.k8s.io",
    "internal.apiserver.k8s.io",
    "networking.k8s.io",
    "node.k8s.io",
    "rbac.authorization.k8s.io",
    "resource.k8s.io",
    "scheduling.k8s.io",
    "storage.k8s.io",
    "storagemigration.k8s.io",
];

/// Whether a group is Kubernetes' own, and its kinds are merged by these rules.
pub fn is_own(group: &str) -> bool {
    !group.contains('.') || GROUPS.contains(&group)
}

/// The rule for a path of a kind. The path is the keys joined with dots, without the positions of items.
pub fn rule(group: &str, kind: &str, path: &str) -> Rule {
    if !is_own(group) {
        return Rule::Plain;
    }
    // Schemas contain schemas.
    if kind == "CustomResourceDefinition" && path.ends_with(".x-kubernetes-validations") {
        return items(&["rule"]);
    }
    let other = OTHERS.iter().find(|(known, at, _)| *known == kind && *at == path).map(|(.., rule)| *rule);
    let template = TEMPLATES.iter().find(|(known, _)| *known == kind).and_then(|(_, at)| below(path, at));
    let rule = other.or_else(|| in_metadata(path)).or_else(|| in_pod(template?));
    rule.unwrap_or(Rule::Plain)
}

/// Templates of pods and of claims have metadata as well.
fn in_metadata(path: &str) -> Option<Rule> {
    let (holder, field) = path.rsplit_once('.')?;
    (holder == "metadata" || holder.ends_with(".metadata")).then(|| at(METADATA, field))?
}

/// The rule for a path within an object that has the `spec` of a pod.
fn in_pod(path: &str) -> Option<Rule> {
    let spec = below(path, "spec")?;
    let container = spec.split_once('.').filter(|(list, _)| CONTAINERS.contains(list));
    at(POD, spec).or_else(|| at(CONTAINER, container?.1))
}

fn at(table: Table, path: &str) -> Option<Rule> {
    table.iter().find(|(known, _)| *known == path).map(|(_, rule)| *rule)
}

/// The rest of a path below another path.
fn below<'p>(path: &'p str, top: &str) -> Option<&'p str> {
    if top.is_empty() { Some(path) } else { path.strip_prefix(top)?.strip_prefix('.') }
}
