//! What the user may do in a namespace, as the API server's own review tells it.

use std::sync::Arc;

use super::out::Out;
use super::server::Server;
use crate::model::{Error, Result, Str};

/// Answers `Query::Rules`.
pub async fn run(_server: Arc<Server>, _namespace: Str, _out: &mut Out) -> Result<()> {
    Err(Error::Unsupported("rights cannot be reviewed yet".to_owned()))
}
