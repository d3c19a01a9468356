//! The connection to one API server. It connects and logs in when it is first asked, once for all who ask, and again
//! when a certificate, token or file has expired.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures::FutureExt;
use futures::future::{BoxFuture, Shared};

use super::config::{Context, Flags};
use super::connect::{self, Files};
use super::credential::Credential;
use super::socks;
use crate::model::{Error, Result, Time};
use crate::source::demo::Host;
use crate::source::now;

/// Clones share the client and the login.
#[derive(Clone)]
pub struct Dial(Arc<Inner>);

struct Inner {
    context: Context,
    /// The demo cluster, which has to start before there is an address.
    host: Option<Host>,
    flags: Arc<Flags>,
    limits: Limits,
    state: Mutex<State>,
}

#[derive(Clone, Copy)]
struct Limits {
    /// The longest run of a credential plugin.
    plugin: Duration,
    /// The time between checks whether token and certificate files have changed.
    look: Duration,
    /// A refusal (401) that arrives within this time after a login belongs to the client before it.
    grace: Duration,
}

const LIMITS: Limits =
    Limits { plugin: Duration::from_secs(60), look: Duration::from_secs(30), grace: Duration::from_secs(1) };

type Connecting = Shared<BoxFuture<'static, Result<kube::Client>>>;

#[derive(Default)]
struct State {
    line: Option<Line>,
    connecting: Option<Connecting>,
    credential: Option<Credential>,
}

/// A client, and what decides how long it can be used.
struct Line {
    client: kube::Client,
    renew: Option<Time>,
    files: Files,
    looked: Instant,
    since: Instant,
}

impl Dial {
    pub fn new(context: Context, flags: Arc<Flags>) -> Self {
        Self::within(context, flags, LIMITS)
    }

    /// A connection to the demo cluster, which is started when it is first asked.
    pub fn demo(host: Host) -> Self {
        let context = host.idle();
        let inner = Inner { context, host: Some(host), flags: Arc::default(), limits: LIMITS, state: Mutex::default() };
        Self(Arc::new(inner))
    }

    fn within(context: Context, flags: Arc<Flags>, limits: Limits) -> Self {
        Self(Arc::new(Inner { context, host: None, flags, limits, state: Mutex::default() }))
    }

    /// A client that exists already and never expires, for tests and other sorts of connections.
    pub fn ready(client: kube::Client) -> Self {
        let flags = Flags { server: Some("http://127.0.0.1".to_owned()), ..Flags::default() };
        let context = super::config::load(&flags, &|_| None).contexts.remove(0);
        let dial = Self::within(context, Arc::default(), Limits { grace: Duration::MAX, ..LIMITS });
        let now = Instant::now();
        dial.0.state().line = Some(Line { client, renew: None, files: Files::default(), looked: now, since: now });
        dial
    }

    /// The address in a form that may be shown.
    pub fn server(&self) -> &str {
        &self.0.context.server
    }

    /// The namespace in which the user starts.
    pub fn namespace(&self) -> &str {
        &self.0.context.namespace
    }

    /// A client that can be used now. Ask for it before each request, because tokens and certificates expire.
    pub async fn client(&self) -> Result<kube::Client> {
        match self.known_or_connecting() {
            Ok(client) => Ok(client),
            Err(connecting) => connecting.await,
        }
    }

    /// Forgets the client and its credential, so that the next client logs in again. To be called only after a 401.
    pub fn forget(&self) {
        let mut state = self.0.state();
        if state.line.as_ref().is_some_and(|line| line.since.elapsed() < self.0.limits.grace) {
            return;
        }
        (state.line, state.credential) = (None, None);
    }

    /// The credential plugin, to be run in the terminal after `Error::Login`. Its standard output has to be captured
    /// for [`Dial::accept`]. `None` if the user has no plugin.
    pub fn interactive(&self) -> Result<Option<std::process::Command>> {
        connect::plugin(&self.0.context)?.map(|plugin| plugin.interactive()).transpose()
    }

    /// Takes in the output of such a run.
    pub fn accept(&self, output: &[u8]) -> Result<()> {
        let Some(plugin) = connect::plugin(&self.0.context)? else {
            return Err(Error::Invalid(format!("context {:?} has no credential plugin", self.0.context.name)));
        };
        let credential = plugin.read(output)?;
        let mut state = self.0.state();
        (state.line, state.credential) = (None, Some(credential));
        Ok(())
    }

    fn known_or_connecting(&self) -> Result<kube::Client, Connecting> {
        let mut state = self.0.state();
        if let Some(client) = state.line.as_mut().and_then(|line| line.good(self.0.limits.look)) {
            return Ok(client);
        }
        if let Some(connecting) = state.connecting.as_ref().filter(|connecting| connecting.peek().is_none()) {
            return Err(connecting.clone());
        }
        // The login is a task of its own, so that it outlives the table that asked first.
        let task = tokio::spawn(self.0.clone().connect());
        let ended = |_| Err(Error::Offline("the login was interrupted".to_owned()));
        let connecting = async move { task.await.unwrap_or_else(ended) }.boxed().shared();
        state.connecting = Some(connecting.clone());
        Err(connecting)
    }
}

impl Inner {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn connect(self: Arc<Self>) -> Result<kube::Client> {
        let line = self.line().await;
        let mut state = self.state();
        state.connecting = None;
        match (line, &state.line) {
            (Ok(line), _) => {
                let client = line.client.clone();
                state.line = Some(line);
                Ok(client)
            }
            // If a file can no longer be read, the old client stays in use until it expires.
            (Err(_), Some(old)) if !old.is_due() => Ok(old.client.clone()),
            (Err(error), _) => Err(error),
        }
    }

    async fn line(&self) -> Result<Line> {
        if let Some(problem) = &self.context.problem {
            return Err(Error::Invalid(problem.clone()));
        }
        let credential = self.credential().await?;
        let context = match &self.host {
            Some(host) => &host.context().await?,
            None => &self.context,
        };
        let plan = connect::plan(context, &self.flags, credential.as_ref())?;
        let broken = |error| Error::Invalid(format!("context {:?}: {}", context.name, whole(&error)));
        let proxy = plan.config.proxy_url.clone();
        let login = proxy.and_then(|proxy| Some((socks::login(&proxy)?, proxy)));
        let client = match login {
            Some((login, proxy)) => socks::client(plan.config, proxy, login),
            None => kube::Client::try_from(plan.config),
        };
        let client = client.map_err(broken)?;
        let now = Instant::now();
        let renew = credential.and_then(|credential| credential.renew);
        Ok(Line { client, renew, files: plan.files, looked: now, since: now })
    }

    /// The credential of the plugin, from memory or from a new run; `None` without a plugin.
    async fn credential(&self) -> Result<Option<Credential>> {
        let Some(plugin) = connect::plugin(&self.context)? else { return Ok(None) };
        if let Some(known) = self.state().credential.clone().filter(|known| !known.is_due(now())) {
            return Ok(Some(known));
        }
        let fresh = plugin.run(self.limits.plugin).await?;
        self.state().credential = Some(fresh.clone());
        Ok(Some(fresh))
    }
}

impl Line {
    fn is_due(&self) -> bool {
        self.renew.is_some_and(|renew| now() >= renew)
    }

    fn good(&mut self, every: Duration) -> Option<kube::Client> {
        if self.is_due() {
            return None;
        }
        if self.looked.elapsed() >= every {
            self.looked = Instant::now();
            if self.files.changed() {
                return None;
            }
        }
        Some(self.client.clone())
    }
}

/// The text of an error and its causes, without repetition.
fn whole(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    for cause in std::iter::successors(error.source(), |cause| cause.source()) {
        let more = cause.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
    }
    text
}

#[cfg(test)]
#[path = "tests/dial.rs"]
mod tests;
