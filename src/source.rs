//! Whoever can answer queries and carry out requests. Sources never retry and know no view.

pub mod contexts;
pub mod kube;

use futures::future::BoxFuture;
use futures::stream::BoxStream;

use crate::model::{Delta, Query, Request, Result, Value, Version};

/// The only trait object of the program.
pub trait Source: Send + Sync + 'static {
    /// The answer to a query, from the start or from `since`. Ends on the first error; endless otherwise, unless
    /// the answer is complete by nature. Does nothing before it is polled.
    fn open(&self, query: Query, since: Option<Version>) -> BoxStream<'static, Result<Delta>>;

    /// Carries out a request once.
    fn call(&self, request: Request) -> BoxFuture<'static, Result<Value>>;
}
