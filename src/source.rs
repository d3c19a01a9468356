//! Sources answer queries and carry out requests. A source never repeats a request that failed, and knows no view.

pub mod demo;
pub mod docker;
mod endpoint;
mod extras;
pub mod fleet;
pub mod kube;
mod lines;
mod merging;
mod meter;
mod out;
pub mod pause;
mod poll;
mod program;
pub mod prometheus;
mod session;
#[cfg(test)]
mod tests;
mod uri;

use std::process::Command;
use std::sync::Arc;

use futures::future::BoxFuture;
use futures::stream::{self, BoxStream};
use futures::{FutureExt, StreamExt};
use tokio::sync::mpsc;

use crate::mesh::World;
use crate::model::{
    Delta, Error, Family, Input, Looked, Place, Query, Reply, Request, Result, SourceId, Str, Time, Version,
};

use self::endpoint::Interior;

pub use self::endpoint::Permit;
pub use self::kube::config::{Flags, timeout};

/// The present moment by the clock of this machine.
fn now() -> Time {
    Time(jiff::Timestamp::now().as_millisecond())
}

/// The border between spyhop and all servers. Everything above it works with any source.
pub trait Source: Send + Sync + 'static {
    /// Answers a query, from the start or from `since`. The stream ends at the first error. Otherwise it has no end,
    /// unless the answer is complete by nature. Nothing happens before the stream is polled.
    fn open(&self, query: Query, since: Option<Version>) -> BoxStream<'static, Result<Delta>>;

    /// Carries out a request, once.
    fn call(&self, request: Request) -> BoxFuture<'static, Result<Reply>>;

    /// Starts a session. `input` is delivered in order. The session ends when the stream is dropped.
    fn session(&self, _query: Query, _input: mpsc::Receiver<Input>) -> BoxStream<'static, Result<Delta>> {
        let refusal = Error::Unsupported("there are no sessions here".to_owned());
        stream::once(async { Err(refusal) }.boxed()).boxed()
    }

    /// The program that logs the user in to a source in the terminal, if one is needed.
    fn login(&self) -> Result<Option<Command>> {
        Ok(None)
    }

    /// Takes the output of that program.
    fn accept(&self, _output: &[u8]) -> Result<()> {
        Ok(())
    }

    /// What leads to the services inside of a cluster, if it is one.
    fn interior(&self) -> Option<Arc<dyn Interior>> {
        None
    }

    /// All objects that decide the mesh routes, read once. `namespace` limits them to one namespace, if the others are
    /// not allowed.
    fn world(&self, _namespace: Option<Str>) -> BoxFuture<'static, Result<World>> {
        let refusal = Error::Unsupported("there are no routes here".to_owned());
        futures::future::ready(Err(refusal)).boxed()
    }
}

/// A provider finds the sources of one family. It is one file in the folder of the family, and one row in
/// [`PROVIDERS`].
pub struct Provider {
    pub family: &'static Family,
    /// Adds the sources that it finds. They are idle: no connection is opened before something is asked.
    pub find: fn(&Environment<'_>, &mut Connected),
}

/// All providers, in the order in which their sources are listed.
pub static PROVIDERS: &[&Provider] = &[
    &kube::provider::PROVIDER,
    &docker::provider::PROVIDER,
    &docker::podman::PROVIDER,
    &prometheus::provider::PROVIDER,
    &demo::PROVIDER,
];

/// The settings that providers read besides files.
pub struct Environment<'a> {
    /// The flags of the command line.
    pub flags: &'a Flags,
    pub env: &'a dyn Fn(&str) -> Option<String>,
    /// The address of the Prometheus server that measures a context, as configured.
    pub prometheus: &'a dyn Fn(&str) -> Option<String>,
}

/// All sources by their id.
#[derive(Default)]
pub struct Sources {
    all: Vec<Arc<dyn Source>>,
    /// What a gate says about the inside of clusters.
    pub permit: Permit,
}

impl Sources {
    pub fn new(all: Vec<Arc<dyn Source>>) -> Self {
        Self { all, permit: Permit::default() }
    }

    pub fn get(&self, at: SourceId) -> Option<&Arc<dyn Source>> {
        self.all.get(usize::from(at.0))
    }

    /// The id of the source that is added next.
    fn next(&self) -> SourceId {
        SourceId(u16::try_from(self.all.len()).unwrap_or(u16::MAX))
    }
}

/// All places that spyhop can show.
#[derive(Default)]
pub struct Connected {
    pub sources: Sources,
    pub places: Vec<Place>,
    /// The places inside of clusters that may be reached if the user looks inside.
    pub inside: Vec<Place>,
    /// The places where providers looked, in order.
    pub looked: Vec<Looked>,
    /// What is wrong with the files that providers read.
    pub problems: Vec<Error>,
}

impl Connected {
    /// Adds a place and its source. `source` gets the id that the place receives.
    pub fn add(&mut self, place: Place, source: impl FnOnce(SourceId) -> Arc<dyn Source>) {
        let id = self.sources.next();
        self.sources.all.push(source(id));
        self.places.push(Place { id, ..place });
    }

    /// Adds a place inside of a cluster, and its source.
    pub fn add_inside(&mut self, place: Place, source: impl FnOnce(SourceId) -> Option<Arc<dyn Source>>) {
        let id = self.sources.next();
        if let Some(source) = source(id) {
            self.sources.all.push(source);
            self.inside.push(Place { id, ..place });
        }
    }

    /// Shows the places inside of the clusters into which the user looks.
    pub fn show_inside(&mut self, looks: impl Fn(SourceId) -> bool) {
        self.places.extend(self.inside.iter().filter(|place| place.within.is_some_and(&looks)).cloned());
    }

    /// The place that plain words refer to, if the user has chosen one.
    pub fn home(&self) -> Option<&Place> {
        self.places.iter().find(|place| place.is_home())
    }

    /// The places of a family. The demo cluster counts only if the user has chosen it.
    pub fn of<'a>(&'a self, family: &'a Family) -> impl Iterator<Item = &'a Place> {
        self.places.iter().filter(move |place| place.counts_for(family))
    }
}

/// Makes one idle source for each place that a provider finds.
pub fn connect(environment: &Environment<'_>) -> Connected {
    let mut all = Connected::default();
    PROVIDERS.iter().for_each(|provider| (provider.find)(environment, &mut all));
    all
}

/// Makes the demo cluster only, so that nothing real is touched.
pub fn connect_demo(namespace: Option<&str>) -> Connected {
    let mut all = Connected::default();
    demo::add(&mut all, namespace, true);
    all
}
