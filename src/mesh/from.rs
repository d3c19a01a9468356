//! The view of the clients in one namespace: exports, and the egress of their Sidecar.

use super::read::istio::Sidecar;
use super::{World, host};

/// Whether Istio's `exportTo` includes a client: empty is everybody, `.` the own namespace, `~` nobody,
/// all other entries are names of namespaces. The client "" stands for every namespace that no list names.
pub fn exported(to: &[String], own: &str, client: &str) -> bool {
    let holds = |entry: &String| match entry.as_str() {
        "*" => true,
        "." => own == client,
        "~" => false,
        name => name == client,
    };
    to.is_empty() || to.iter().any(holds)
}

/// The distance of an export. Istio first looks at objects that are private to the client's namespace, then at those
/// that name it, then at public ones. An object that names its own namespace among others counts as private for the
/// clients there (`initVirtualServices` of Istio's pilot/pkg/model/push_context.go).
pub fn nearness(to: &[String], own: &str, client: &str) -> u8 {
    let public = to.is_empty() || to.iter().any(|entry| entry == "*");
    let private = own == client && to.iter().any(|entry| entry == "." || entry == own);
    match (public, private) {
        (true, _) => 2,
        (false, true) => 0,
        (false, false) => 1,
    }
}

/// The value of the annotation that a Service uses instead of `exportTo`.
pub fn annotated(annotations: &super::read::Labels) -> Vec<String> {
    let list = annotations.get("networking.istio.io/exportTo").map(String::as_str).unwrap_or_default();
    list.split(',').map(str::trim).filter(|entry| !entry.is_empty()).map(str::to_owned).collect()
}

/// The view of one client namespace.
pub struct Visibility<'a> {
    pub client: &'a str,
    egress: Option<Vec<&'a str>>,
}

impl<'a> Visibility<'a> {
    /// The Sidecar without a selector in the client's namespace decides, or else the one in the root namespace. Of
    /// several the oldest counts. Sidecars with a selector are ignored, because they apply to some pods only.
    pub fn new(world: &'a World, client: &'a str) -> Self {
        let of = |namespace: &str| {
            let general = |sidecar: &&Sidecar| sidecar.spec.workload_selector.is_none();
            let here = world.istio.sidecars.values().filter(|sidecar| sidecar.metadata.namespace == namespace);
            here.filter(general).min_by_key(|sidecar| (sidecar.metadata.born(), &sidecar.metadata.name))
        };
        let sidecar = of(client).or_else(|| of(&world.root));
        let hosts = |sidecar: &'a Sidecar| -> Vec<&'a str> {
            sidecar.spec.egress.iter().flat_map(|egress| &egress.hosts).map(String::as_str).collect()
        };
        Self { client, egress: sidecar.map(hosts).filter(|hosts| !hosts.is_empty()) }
    }

    /// Whether an object in `namespace` that stands for `name` is visible to this client.
    pub fn sees(&self, namespace: &str, name: &str, export: &[String]) -> bool {
        exported(export, namespace, self.client) && self.imports(namespace, name)
    }

    fn imports(&self, namespace: &str, name: &str) -> bool {
        let Some(egress) = &self.egress else { return true };
        let holds = |entry: &&str| {
            let Some((place, pattern)) = entry.split_once('/') else { return false };
            let here = match place {
                "*" => true,
                "." => namespace == self.client,
                "~" => false,
                place => place == namespace,
            };
            here && host::meet(pattern, name).is_some()
        };
        egress.iter().any(holds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(entries: &[&str]) -> Vec<String> {
        entries.iter().map(|entry| (*entry).to_owned()).collect()
    }

    #[test]
    fn exports_reach_whom_they_name() {
        for (to, client, expected) in [
            (&[][..], "x", true),
            (&["."], "x", false),
            (&["."], "own", true),
            (&["~"], "own", false),
            (&["x"], "x", true),
            (&["x"], "own", false),
            (&["x", "*"], "y", true),
        ] {
            assert_eq!(exported(&list(to), "own", client), expected, "{to:?} {client}");
        }
        assert!(nearness(&list(&["."]), "a", "a") < nearness(&list(&["a", "b"]), "c", "a"));
        assert!(nearness(&list(&["b"]), "c", "b") < nearness(&[], "c", "b"));
        assert_eq!(nearness(&list(&["a", "b"]), "a", "a"), nearness(&list(&["."]), "a", "a"));
        assert_eq!(nearness(&list(&[".", "*"]), "a", "a"), nearness(&[], "a", "a"));
    }
}
