//! A source as the user knows it.

use super::{Family, SourceId, Str};

/// One source: its name, and the user as whom it is asked.
#[derive(Clone, Debug)]
pub struct Place {
    pub id: SourceId,
    /// The context's name.
    pub name: Str,
    pub cluster: Str,
    pub user: Str,
    /// The namespace in which the user starts.
    pub namespace: Str,
    pub server: Str,
    pub family: &'static Family,
    /// A warning that is shown in red: `INSECURE TLS`, `PLAIN HTTP`.
    pub badge: Option<&'static str>,
    /// Why it cannot be used, as far as that can be seen without asking.
    pub problem: Option<Str>,
    /// What its user's own configuration chooses.
    pub is_current: bool,
    /// Whether it is the demo cluster, which is never opened in place of a real one.
    pub made_up: bool,
}

/// What was looked for while sources were found, and what came of it.
#[derive(Clone, Debug)]
pub struct Looked {
    pub what: String,
    pub found: bool,
    pub text: String,
}

impl Place {
    /// A place of which only these facts are known.
    pub fn new(id: SourceId, name: impl Into<Str>, family: &'static Family) -> Self {
        let [cluster, user, namespace, server] = [(); 4].map(|()| Str::new());
        let (name, badge, problem, is_current, made_up) = (name.into(), None, None, false, false);
        Self { id, name, cluster, user, namespace, server, family, badge, problem, is_current, made_up }
    }
}
