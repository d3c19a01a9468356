//! Log lines of containers, followed and merged.

use std::sync::Arc;

use super::out::Out;
use super::server::Server;
use crate::model::{Error, Pods, Result, Str, Tail, Version};

/// What of which logs.
pub struct Wanted {
    pub pods: Pods,
    pub container: Str,
    pub tail: Tail,
}

/// Answers `Query::Logs` for as long as somebody listens.
pub async fn run(_server: Arc<Server>, wanted: Wanted, _since: Option<Version>, _out: &mut Out) -> Result<()> {
    let Wanted { pods, container, tail } = wanted;
    Err(Error::Unsupported(format!("logs of {} {container} cannot be read yet ({tail:?})", pods.name)))
}
