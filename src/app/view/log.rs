//! Log lines: which are asked for, and which part of them is on the screen.

use crate::model::{Pods, Query, SourceId, Str, Tail};

#[derive(Debug)]
pub struct Log {
    pub at: SourceId,
    pub pods: Pods,
    /// Empty for all containers.
    pub container: Str,
    pub tail: Tail,
    /// What led here, for the crumbs.
    pub origin: Str,
    pub full: bool,
}

impl Log {
    pub fn new(at: SourceId, pods: Pods, container: Str, origin: Str) -> Self {
        Self { at, pods, container, tail: Tail { lines: Some(1000), ..Tail::default() }, origin, full: false }
    }

    pub fn query(&self) -> Query {
        Query::Logs { at: self.at, pods: self.pods.clone(), container: self.container.clone(), tail: self.tail }
    }

    pub fn crumb(&self) -> String {
        format!("{} › logs", self.origin)
    }
}
