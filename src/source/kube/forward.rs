//! Port-forwards: connections to a local port go to a port of a pod.

use std::sync::Arc;

use futures::StreamExt;
use futures::stream::{self, BoxStream};
use tokio::sync::mpsc;

use super::server::Server;
use crate::model::{Delta, Error, Id, Input, Result, Str};

pub struct Ports {
    pub address: Str,
    pub local: u16,
    pub remote: u16,
}

/// Listens, and forwards until it is closed.
pub fn open(
    _server: Arc<Server>,
    _id: Id,
    ports: Ports,
    _input: mpsc::Receiver<Input>,
) -> BoxStream<'static, Result<Delta>> {
    let Ports { address, local, remote } = ports;
    let refusal = Error::Unsupported(format!("{address}:{local} cannot be forwarded to {remote} yet"));
    stream::iter([Err(refusal)]).boxed()
}
