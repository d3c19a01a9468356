//! Where in the API something was asked: a resource, a namespace, an object, a part of it.

use super::ask::decoded;
use crate::demo::refusal::Refusal;
use crate::demo::resources::{self, Resource};

#[derive(Clone, Debug)]
pub struct Place {
    pub resource: &'static Resource,
    /// All of them for `None`.
    pub namespace: Option<String>,
    pub name: Option<String>,
    /// `log`, `scale`, `status`; empty for the object itself.
    pub part: String,
}

impl Place {
    pub fn read(path: &str) -> Result<Self, Refusal> {
        Self::find(path).ok_or_else(Refusal::no_such_place)
    }

    fn find(path: &str) -> Option<Self> {
        let parts: Vec<String> = path.split('/').filter(|part| !part.is_empty()).map(decoded).collect();
        let words: Vec<&str> = parts.iter().map(String::as_str).collect();
        let (group, version, rest) = match words.as_slice() {
            ["api", version, rest @ ..] => ("", *version, rest),
            ["apis", group, version, rest @ ..] => (*group, *version, rest),
            _ => return None,
        };
        match rest {
            ["namespaces", namespace, plural, rest @ ..] if !["status", "finalize"].contains(plural) => {
                let found = resources::at(group, version, plural).filter(|resource| resource.namespaced)?;
                Self::within(found, Some(namespace), rest)
            }
            [plural, rest @ ..] => {
                let found = resources::at(group, version, plural)?;
                let whole = rest.is_empty() || !found.namespaced;
                whole.then(|| Self::within(found, None, rest)).flatten()
            }
            [] => None,
        }
    }

    fn within(resource: &'static Resource, namespace: Option<&str>, rest: &[&str]) -> Option<Self> {
        let (name, part) = match rest {
            [] => (None, ""),
            [name] => (Some(*name), ""),
            [name, part] if resource.has(part) => (Some(*name), *part),
            _ => return None,
        };
        Some(Self {
            resource,
            namespace: namespace.map(str::to_owned),
            name: name.map(str::to_owned),
            part: part.to_owned(),
        })
    }

    /// The namespace that objects here have.
    pub fn home(&self) -> &str {
        self.namespace.as_deref().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_from_paths() {
        let read = |path: &str| {
            Place::read(path).map(|place| (place.resource.id, place.namespace, place.name, place.part)).ok()
        };
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(read("/api/v1/pods"), Some(("pods", None, None, String::new())));
        assert_eq!(read("/api/v1/namespaces/shop"), Some(("namespaces", None, text("shop"), String::new())));
        assert_eq!(read("/api/v1/namespaces/shop/status"), Some(("namespaces", None, text("shop"), "status".into())));
        let log = read("/api/v1/namespaces/shop/pods/web%2D1/log");
        assert_eq!(log, Some(("pods", text("shop"), text("web-1"), "log".into())));
        let scale = read("/apis/apps/v1/namespaces/shop/deployments/web/scale");
        assert_eq!(scale, Some(("deployments.apps", text("shop"), text("web"), "scale".into())));
        for wrong in ["/api/v1/pods/web", "/api/v2/pods", "/api/v1/namespaces/shop/nodes", "/apis/apps/v1/pods", "/x"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
