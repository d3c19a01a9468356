//! The demo cluster as one more context: it begins to live when it is first asked, and answers over loopback HTTP as any
//! other cluster does.

use std::sync::Arc;

use tokio::sync::OnceCell;

use super::kube::config::{self, Context, Flags};
use super::kube::dial::Dial;
use super::kube::{Kube, provider};
use super::{Connected, Provider};
use crate::demo::{Demo, Options};
use crate::kinds::kube::FAMILY;
use crate::model::{Place, Result};

/// It is there always, and sleeps until it is asked.
pub static PROVIDER: Provider = Provider { family: &FAMILY, find: |_, all| add(all, None, false) };

/// Adds the demo cluster, as its user's choice or beside what is real.
pub fn add(all: &mut Connected, namespace: Option<&str>, is_current: bool) {
    let host = Host::default();
    let place = provider::place(&host.idle());
    let server = "within this program".into();
    let namespace = namespace.map_or(place.namespace, Into::into);
    let place = Place { server, namespace, badge: Some("DEMO"), made_up: true, is_current, ..place };
    all.add(place, |at| Arc::new(Kube::new(at, Dial::demo(host))));
}

const NAME: &str = "demo";
/// Where a newcomer finds the shop.
const NAMESPACE: &str = "shop";

const USER: &str = "you";

/// The same cluster each time: what was learnt in it is there again.
pub const SEED: u64 = 1;

/// Clones share the cluster.
#[derive(Clone, Default)]
pub struct Host(Arc<OnceCell<Demo>>);

impl Host {
    /// The way to it as long as nobody asked: there is no address yet.
    pub fn idle(&self) -> Context {
        config::made(&way("http://127.0.0.1:0", ""))
    }

    /// The way to it, which begins here.
    pub async fn context(&self) -> Result<Context> {
        let demo = self.0.get_or_try_init(|| Demo::start(options())).await?;
        Ok(config::made(&way(&format!("http://{}", demo.address()), demo.token())))
    }
}

/// Living by the clock on the wall.
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
