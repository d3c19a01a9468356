//! The names of the contexts that one table is about, where it is about several.

use std::sync::Arc;

use crate::model::{SourceId, Str, natural};

/// In the order of their names; empty where there is one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Contexts(Option<Arc<[(SourceId, Str)]>>);

impl Contexts {
    pub fn new(mut all: Vec<(SourceId, Str)>) -> Self {
        all.sort_by(|(_, a), (_, b)| natural(a, b));
        Self((all.len() > 1).then(|| all.into()))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    pub fn iter(&self) -> impl Iterator<Item = &(SourceId, Str)> {
        self.0.iter().flat_map(|all| all.iter())
    }

    pub fn name(&self, at: SourceId) -> &str {
        self.iter().find(|(known, _)| *known == at).map_or("", |(_, name)| name)
    }

    /// Where a context stands among them.
    pub fn rank(&self, at: SourceId) -> usize {
        self.iter().position(|(known, _)| *known == at).unwrap_or(usize::MAX)
    }

    /// `eu,us`, or `5 contexts`.
    pub fn text(&self) -> String {
        /// What a title has room for.
        const LONGEST: usize = 24;
        let names: Vec<&str> = self.iter().map(|(_, name)| name.as_str()).collect();
        let joined = names.join(",");
        if joined.len() <= LONGEST { joined } else { format!("{} contexts", names.len()) }
    }
}
