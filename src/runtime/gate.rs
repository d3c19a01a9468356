//! The one door out. Everything that reads, writes or opens passes here; the policy decides, the gate obeys.

use futures::StreamExt;
use futures::future::{self, BoxFuture, FutureExt};
use futures::stream::{self, BoxStream};

use tokio::sync::mpsc::Receiver;

use crate::app::policy::Policy;
use crate::model::{Delta, Input, Query, Reply, Request, Result, Version};
use crate::source::Source;

pub fn open(
    source: &dyn Source,
    policy: &Policy,
    query: &Query,
    since: Option<Version>,
) -> BoxStream<'static, Result<Delta>> {
    match policy.query(query) {
        Ok(()) => source.open(query.clone(), since),
        Err(refusal) => stream::once(future::ready(Err(refusal))).boxed(),
    }
}

pub fn session(
    source: &dyn Source,
    policy: &Policy,
    query: &Query,
    input: Receiver<Input>,
) -> BoxStream<'static, Result<Delta>> {
    match policy.query(query) {
        Ok(()) => source.session(query.clone(), input),
        Err(refusal) => stream::once(future::ready(Err(refusal))).boxed(),
    }
}

pub fn call(source: &dyn Source, policy: &Policy, request: Request) -> BoxFuture<'static, Result<Reply>> {
    match policy.request(&request) {
        Ok(()) => source.call(request),
        Err(refusal) => future::ready(Err(refusal)).boxed(),
    }
}
