//! Whoever can answer queries and carry out requests. Sources never retry and know no view.

mod contexts;
pub mod demo;
pub mod docker;
pub mod fleet;
pub mod kube;
mod meter;
pub mod pause;

use std::sync::Arc;

use futures::future::BoxFuture;
use futures::stream::{self, BoxStream};
use futures::{FutureExt, StreamExt};
use tokio::sync::mpsc;

use crate::mesh::World;
use crate::model::{Delta, Error, Input, Query, Reply, Request, Result, SourceId, Version};

use self::demo::Host;
use self::docker::endpoint::Endpoint;
use self::kube::config::{Flags, Loaded};
use self::kube::dial::Dial;

/// The only trait object of the program.
pub trait Source: Send + Sync + 'static {
    /// The answer to a query, from the start or from `since`. Ends on the first error; endless otherwise, unless
    /// the answer is complete by nature. Does nothing before it is polled.
    fn open(&self, query: Query, since: Option<Version>) -> BoxStream<'static, Result<Delta>>;

    /// Carries out a request once.
    fn call(&self, request: Request) -> BoxFuture<'static, Result<Reply>>;

    /// Starts a session: what `input` brings goes in, in order; it ends when the stream is dropped.
    fn session(&self, _query: Query, _input: mpsc::Receiver<Input>) -> BoxStream<'static, Result<Delta>> {
        let refusal = Error::Unsupported("there are no sessions here".to_owned());
        stream::once(async { Err(refusal) }.boxed()).boxed()
    }
}

/// All sources by their id.
pub struct Sources {
    all: Vec<Arc<dyn Source>>,
    /// The ways to API servers, for logins that needed the terminal.
    dials: Vec<(SourceId, Dial)>,
}

impl Sources {
    pub fn new(all: Vec<Arc<dyn Source>>) -> Self {
        Self { all, dials: Vec::new() }
    }

    /// With what the kubeconfig says as a source of its own, the first.
    fn with_contexts(loaded: &Loaded) -> Self {
        let contexts = contexts::Contexts::new(SourceId(0), loaded.contexts.clone(), loaded.current);
        Self::new(vec![Arc::new(contexts)])
    }

    fn next(&self) -> SourceId {
        SourceId(u16::try_from(self.all.len()).unwrap_or(u16::MAX))
    }

    fn add_cluster(&mut self, dial: Dial) -> SourceId {
        let id = self.next();
        self.all.push(Arc::new(kube::Kube::new(id, dial.clone())));
        self.dials.push((id, dial));
        id
    }

    fn add_engine(&mut self, endpoint: &Endpoint) -> SourceId {
        let id = self.next();
        self.all.push(Arc::new(docker::Docker::new(id, endpoint.clone())));
        id
    }

    pub fn get(&self, at: SourceId) -> Option<Arc<dyn Source>> {
        self.all.get(usize::from(at.0)).cloned()
    }

    /// The program that logs in to a source and needs the terminal for it.
    pub fn login(&self, at: SourceId) -> Result<Option<std::process::Command>> {
        match self.dials.iter().find(|(id, _)| *id == at) {
            Some((_, dial)) => dial.interactive(),
            None => Ok(None),
        }
    }

    /// Everything that decides the mesh routes of a cluster, as it is now; `namespace` where the rest is not allowed.
    pub async fn world(&self, at: SourceId, namespace: Option<&str>) -> Result<World> {
        let found = self.dials.iter().find(|(id, _)| *id == at);
        let (id, dial) = found.ok_or_else(|| Error::Unsupported("there are no routes here".to_owned()))?;
        kube::world(*id, dial.clone(), namespace).await
    }

    /// Takes what a login that needed the terminal printed.
    pub fn accept(&self, at: SourceId, output: &[u8]) -> Result<()> {
        match self.dials.iter().find(|(id, _)| *id == at) {
            Some((_, dial)) => dial.accept(output),
            None => Ok(()),
        }
    }
}

/// All that can be looked at.
pub struct Connected {
    pub sources: Sources,
    /// What the kubeconfig says; its contexts are the sources from [`Connected::id`] on.
    pub loaded: Loaded,
    /// The container engines, docker's choice first.
    pub engines: Vec<(SourceId, Endpoint)>,
    /// The demo cluster, which sleeps until it is asked.
    pub demo: SourceId,
}

impl Connected {
    /// The source of the n-th context.
    pub fn id(index: usize) -> SourceId {
        SourceId(u16::try_from(index + 1).unwrap_or(u16::MAX))
    }
}

/// One idle source per context and per engine, and the demo cluster; nothing is dialled before something is asked.
pub fn connect(flags: &Flags, env: &dyn Fn(&str) -> Option<String>) -> Connected {
    let loaded = kube::config::load(flags, env);
    let flags = Arc::new(flags.clone());
    let mut sources = Sources::with_contexts(&loaded);
    for context in &loaded.contexts {
        sources.add_cluster(Dial::new(context.clone(), flags.clone()));
    }
    let engines = docker::endpoint::find(env).into_iter();
    let engines: Vec<_> = engines.map(|endpoint| (sources.add_engine(&endpoint), endpoint)).collect();
    let demo = sources.add_cluster(Dial::demo(Host::default()));
    Connected { sources, loaded, engines, demo }
}

/// The demo cluster and nothing else, so that nothing real is touched.
pub fn connect_demo() -> Connected {
    let host = Host::default();
    let loaded = Loaded { contexts: vec![host.idle()], current: Some(0), ..Loaded::default() };
    let mut sources = Sources::with_contexts(&loaded);
    let demo = sources.add_cluster(Dial::demo(host));
    Connected { sources, loaded, engines: Vec::new(), demo }
}
