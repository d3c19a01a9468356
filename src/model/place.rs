//! A source as the user knows it.

use serde::{Deserialize, Serialize};

use super::{Family, SourceId, Str};

/// One source, and the user in whose name it is asked.
#[derive(Clone, Debug, Serialize, Deserialize)]
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
    pub badge: Option<Str>,
    /// Why it cannot be used, if this is known without asking it.
    pub problem: Option<Str>,
    /// Whether the user's own configuration of kubectl or docker chooses it.
    pub is_current: bool,
    /// Whether it is the demo cluster. The demo cluster is never opened instead of a real one.
    pub made_up: bool,
    /// The sources whose objects it measures, if that is what it is for.
    pub measures: Vec<SourceId>,
    /// The cluster through whose API server it is reached, if it runs inside of one.
    pub within: Option<SourceId>,
}

/// A place where a provider looked for sources, and what it found there.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Looked {
    pub what: String,
    pub found: bool,
    pub text: String,
}

impl Place {
    /// Whether plain words refer to it.
    pub fn is_home(&self) -> bool {
        self.is_current && self.family.is_home
    }

    /// Whether it is a place of a family. The demo cluster counts only if the user has chosen it.
    pub fn counts_for(&self, family: &Family) -> bool {
        self.family == family && (!self.made_up || self.is_current)
    }

    /// A place with these properties only. All others are empty.
    pub fn new(id: SourceId, name: impl Into<Str>, family: &'static Family) -> Self {
        let [cluster, user, namespace, server] = [(); 4].map(|()| Str::new());
        let (name, badge, problem, is_current, made_up) = (name.into(), None, None, false, false);
        Self {
            id,
            name,
            cluster,
            user,
            namespace,
            server,
            family,
            badge,
            problem,
            is_current,
            made_up,
            measures: Vec::new(),
            within: None,
        }
    }
}
