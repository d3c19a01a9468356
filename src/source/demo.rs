//! The demo cluster as a source. It starts when it is first asked, and answers through HTTP on the loopback address,
//! like any other cluster.

use std::sync::Arc;

use tokio::sync::OnceCell;

use super::kube::config::{self, Context, Flags};
use super::kube::dial::Dial;
use super::kube::{Kube, provider};
use super::{Connected, Provider};
use crate::demo::{Demo, Options};
use crate::kinds::kube::FAMILY;
use crate::model::{Place, Result};

/// The demo cluster is always listed, but it does not run before it is asked.
pub static PROVIDER: Provider = Provider { family: &FAMILY, find: |_, all| add(all, None, false) };

/// Adds the demo cluster. `is_current` says whether the user has chosen it instead of real clusters.
pub fn add(all: &mut Connected, namespace: Option<&str>, is_current: bool) {
    let host = Host::default();
    let place = provider::place(&host.idle());
    let server = "within this program".into();
    let namespace = namespace.map_or(place.namespace, Into::into);
    let place = Place { server, namespace, badge: Some("DEMO".into()), made_up: true, is_current, ..place };
    all.add(place, |at| Arc::new(Kube::new(at, Dial::demo(host))));
}

const NAME: &str = "demo";
/// The namespace in which the user starts. It holds the demo's shop.
const NAMESPACE: &str = "shop";

const USER: &str = "you";

/// The seed is constant, so that each run shows the same cluster.
pub const SEED: u64 = 1;

/// Starts the cluster once. All clones share it.
#[derive(Clone, Default)]
pub struct Host(Arc<OnceCell<Demo>>);

impl Host {
    /// The context before the cluster runs. It has no address yet.
    pub fn idle(&self) -> Context {
        config::made(&way("http://127.0.0.1:0", ""))
    }

    /// Starts the cluster, if it does not run yet, and returns its context.
    pub async fn context(&self) -> Result<Context> {
        let demo = self.0.get_or_try_init(|| Demo::start(options())).await?;
        Ok(config::made(&way(&format!("http://{}", demo.address()), demo.token())))
    }
}

/// The options of a cluster that lives by the clock of this machine.
pub fn options() -> Options {
    Options { seed: SEED, clock: Arc::new(super::now), lives: true, token: None }
}

fn way(server: &str, token: &str) -> Flags {
    let text = |text: &str| Some(text.to_owned());
    Flags {
        context: text(NAME),
        server: text(server),
        token: text(token),
        cluster: text(NAME),
        user: text(USER),
        namespace: text(NAMESPACE),
        ..Flags::default()
    }
}
