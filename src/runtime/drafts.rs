//! Drafts on disk, one file each. They are written and removed in the order of the requests, so that no removed draft
//! comes back. Each draft has a lock that its run holds. Another spyhop neither finds, nor opens, nor removes a draft
//! that is locked.

mod held;
mod lasting;

use std::collections::HashSet;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::mpsc::{Sender, channel};
use tokio::task::JoinHandle;

use super::files;
use crate::app::drafts::Draft;
use crate::app::{Level, Message};

pub use held::Held;

use lasting::Lasting;

/// The most orders that wait for the disk. If there are more, the loop writes by itself.
const WAITING: usize = 16;

enum Order {
    Keep(Box<Draft>),
    Forget(u32),
}

impl Order {
    fn id(&self) -> u32 {
        match self {
            Self::Keep(draft) => draft.id,
            Self::Forget(id) => *id,
        }
    }
}

/// The only writer of drafts.
pub struct Drafts {
    orders: Option<Sender<Order>>,
    task: JoinHandle<()>,
}

impl Drafts {
    /// `held` are the drafts of this run. `tell` is called if a draft could not be kept.
    pub fn new(mut held: Held, tell: impl Fn(Message) + Clone + Send + 'static) -> Self {
        let (orders, mut waiting) = channel(WAITING);
        let task = tokio::task::spawn_blocking(move || {
            let slow = tell.clone();
            let lasting = Lasting::new(move |error| {
                slow(Message::Told(Level::Bad, format!("your text may not outlive a crash of the machine: {error}")));
            });
            let mut unkept = HashSet::new();
            while let Some(order) = waiting.blocking_recv() {
                let error = obey(&mut held, &lasting, &order).err().map(|error| error.to_string());
                let id = order.id();
                let changed = if error.is_some() { unkept.insert(id) } else { unkept.remove(&id) };
                // Nearly every text can be kept, so only a change is reported.
                if changed {
                    tell(Message::Kept { id, error });
                }
            }
            lasting.finish();
        });
        Self { orders: Some(orders), task }
    }

    pub fn keep(&self, draft: Box<Draft>) {
        self.order(Order::Keep(draft));
    }

    pub fn forget(&self, id: u32) {
        self.order(Order::Forget(id));
    }

    fn order(&self, order: Order) {
        let Some(orders) = &self.orders else { return };
        // A text may be lost here, because the next one follows in a moment. A removal must not be lost.
        if let Err(TrySendError::Full(order @ Order::Forget(_))) = orders.try_send(order) {
            let orders = orders.clone();
            tokio::spawn(async move { orders.send(order).await });
        }
    }

    /// Waits until all orders are done. A disk that takes longer has the texts nevertheless, unless the machine dies.
    pub async fn finish(&mut self) {
        self.orders = None;
        let _ = tokio::time::timeout(Duration::from_secs(2), &mut self.task).await;
    }
}

fn obey(held: &mut Held, lasting: &Lasting, order: &Order) -> io::Result<()> {
    match order {
        Order::Keep(draft) => held.keep(draft).map(|(path, text)| lasting.write(path, text)),
        Order::Forget(id) => {
            held.forget(*id).into_iter().for_each(|locked| lasting.remove(locked));
            Ok(())
        }
    }
}

/// The drafts that earlier runs left and that no other run holds, latest first, and the hold on them.
pub fn load() -> (Vec<Draft>, Held) {
    let dir: Option<PathBuf> = files::state_dir().map(|dir| dir.join("drafts"));
    let (mut drafts, mut held) = Held::take(dir);
    drafts.extend(super::editor::recover(&mut held));
    (drafts, held)
}

#[cfg(test)]
pub mod testing {
    use crate::app::drafts::Draft;

    /// A draft of one object.
    pub fn draft(id: u32, text: &str) -> Draft {
        let body = serde_json::json!({
            "at": 1, "context": "prod", "server": "https://x", "group": "apps", "version": "v1", "kind": "Deployment",
            "plural": "deployments", "namespaced": true, "namespace": "shop", "name": "web", "uid": "u",
            "read_at": "7", "base": "replicas: 1\n", "text": text,
        });
        Draft { id, ..serde_json::from_value(body).unwrap() }
    }
}
