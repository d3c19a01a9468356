//! A Kubernetes API of our own on loopback, with a living cluster behind it: what `--demo` looks at and what tests ask
//! when no server is at hand. It speaks the protocol as far as spyhop and a few words of kubectl need it, and no further.

mod api;
mod cluster;
mod collect;
pub mod refusal;
pub mod resources;
pub mod shell;
pub mod store;
pub mod world;

#[cfg(test)]
mod tests;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use self::api::Api;
use self::cluster::Cluster;
use crate::model::{Error, Result, Time};

/// What time it is.
pub type Clock = Arc<dyn Fn() -> Time + Send + Sync>;

/// Users may change the cluster so that its next moment comes sooner than it said: it is asked at least so often.
const LONGEST: Duration = Duration::from_millis(500);
const SHORTEST: Duration = Duration::from_millis(20);

pub struct Options {
    /// Equal seeds give equal clusters.
    pub seed: u64,
    pub clock: Clock,
    /// Whether time passes by itself, or only when [`Demo::advance`] says so.
    pub lives: bool,
    /// A random one for `None`.
    pub token: Option<String>,
}

/// A running cluster. It ends when this is dropped.
pub struct Demo {
    api: Arc<Api>,
    address: SocketAddr,
    token: String,
    tasks: Vec<JoinHandle<()>>,
}

impl Demo {
    /// Fills the cluster and serves it on a port of loopback. Needs a tokio runtime.
    pub async fn start(options: Options) -> Result<Self> {
        let Options { seed, clock, lives, token } = options;
        let failed = |error: std::io::Error| Error::Offline(format!("the demo cluster could not start: {error}"));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let token = token.map_or_else(random, Ok)?;
        let cluster = Cluster::new(seed, clock());
        let api = Arc::new(Api::new(cluster, lives.then(|| clock.clone()), token.clone()));
        let mut tasks = vec![tokio::spawn(accept(api.clone(), listener))];
        if lives {
            tasks.push(tokio::spawn(live(api.clone(), clock)));
        }
        Ok(Self { api, address, token, tasks })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn token(&self) -> &str {
        &self.token
    }

    /// Lets so much time pass in a cluster that does not live by itself.
    pub fn advance(&self, millis: i64) {
        let end = self.api.now().plus_millis(millis);
        self.api.live(end);
    }

    /// A kubeconfig for this program, which sends the token wherever the server is.
    pub fn kubeconfig(&self) -> String {
        self.config(&format!("http://{}", self.address))
    }

    /// A kubeconfig for kubectl, which sends no credentials over plain HTTP: the token stands in the address.
    pub fn kubeconfig_for_kubectl(&self) -> String {
        self.config(&format!("http://{}/{}", self.address, self.token))
    }

    fn config(&self, server: &str) -> String {
        format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: demo\n\
             clusters:\n- name: demo\n  cluster:\n    server: {server}\n\
             contexts:\n- name: demo\n  context:\n    cluster: demo\n    user: demo\n    namespace: shop\n\
             users:\n- name: demo\n  user:\n    token: {}\n",
            self.token
        )
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

async fn accept(api: Arc<Api>, listener: TcpListener) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let _ = stream.set_nodelay(true);
                tokio::spawn(api::serve(api.clone(), stream));
            }
            // Out of file descriptors, or the like: it may pass.
            Err(_) => sleep(SHORTEST).await,
        }
    }
}

async fn live(api: Arc<Api>, clock: Clock) {
    loop {
        let wake = api.live(clock());
        let wait = u64::try_from(wake.since(clock())).unwrap_or_default();
        sleep(Duration::from_millis(wait).clamp(SHORTEST, LONGEST)).await;
    }
}

/// A token that nobody guesses.
fn random() -> Result<String> {
    let mut bytes = [0; 24];
    let provider = rustls::crypto::ring::default_provider();
    let failed = |_| Error::Invalid("this system gives no random numbers".to_owned());
    provider.secure_random.fill(&mut bytes).map_err(failed)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
