//! Drafts on disk: one file each, written and removed in the order asked for, so that none comes back. Each has a lock
//! that its run holds: what one spyhop has open is nothing that another finds, goes on with, or removes.

mod held;

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::mpsc::{Sender, channel};
use tokio::task::JoinHandle;

use super::files;
use crate::app::drafts::Draft;

pub use held::Held;

/// What may wait for the disk; past that the loop writes by itself.
const WAITING: usize = 16;

enum Order {
    Keep(Box<Draft>),
    Forget(u32),
}

/// The one writer of drafts.
pub struct Drafts {
    orders: Option<Sender<Order>>,
    task: JoinHandle<()>,
}

impl Drafts {
    /// `held` are the drafts that this run has; `failed` is told why one could not be kept.
    pub fn new(mut held: Held, failed: impl Fn(String) + Send + 'static) -> Self {
        let (orders, mut waiting) = channel(WAITING);
        let task = tokio::task::spawn_blocking(move || {
            while let Some(order) = waiting.blocking_recv() {
                if let Err(error) = obey(&mut held, &order) {
                    failed(format!("your text could not be saved to disk: {error}"));
                }
            }
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
        // The next text of this draft is a moment away; a removal must not be lost.
        if let Err(TrySendError::Full(order @ Order::Forget(_))) = orders.try_send(order) {
            let orders = orders.clone();
            tokio::spawn(async move { orders.send(order).await });
        }
    }

    /// Waits until everything is written.
    pub async fn finish(&mut self) {
        self.orders = None;
        let _ = tokio::time::timeout(Duration::from_secs(2), &mut self.task).await;
    }
}

fn obey(held: &mut Held, order: &Order) -> io::Result<()> {
    match order {
        Order::Keep(draft) => held.keep(draft),
        Order::Forget(id) => held.forget(*id),
    }
}

/// What earlier runs left behind and no other run has, latest first, and the hold on it.
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
