//! A source as its user knows it.

use super::{Family, SourceId, Str};

/// One source: what it is called, and as whom it is asked.
#[derive(Clone, Debug)]
pub struct Place {
    pub id: SourceId,
    /// The context's name.
    pub name: Str,
    pub cluster: Str,
    pub user: Str,
    /// The namespace that its user starts in.
    pub namespace: Str,
    pub server: Str,
    pub family: &'static Family,
    /// Said in red: `INSECURE TLS`, `PLAIN HTTP`.
    pub badge: Option<&'static str>,
    /// The demo cluster: never opened in the place of a real one.
    pub made_up: bool,
}

impl Place {
    /// One of which nothing else is known.
    pub fn new(id: SourceId, name: impl Into<Str>, family: &'static Family) -> Self {
        let [cluster, user, namespace, server] = [(); 4].map(|()| Str::new());
        Self { id, name: name.into(), cluster, user, namespace, server, family, badge: None, made_up: false }
    }
}
