//! Drafts on disk: one file each, written and removed in the order asked for, so that none comes back.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::mpsc::{Sender, channel};
use tokio::task::JoinHandle;

use super::files;
use crate::app::drafts::Draft;
use crate::disk;

/// What may wait for the disk; past that the loop writes by itself.
const WAITING: usize = 16;

enum Order {
    Keep(Box<Draft>),
    Forget(String),
}

/// The one writer of drafts.
pub struct Drafts {
    orders: Option<Sender<Order>>,
    task: JoinHandle<()>,
}

impl Drafts {
    /// `failed` is told why a draft could not be kept.
    pub fn new(failed: impl Fn(String) + Send + 'static) -> Self {
        let (orders, mut waiting) = channel(WAITING);
        let task = tokio::task::spawn_blocking(move || {
            while let Some(order) = waiting.blocking_recv() {
                if let Err(error) = obey(&order) {
                    failed(format!("the text could not be kept on disk: {error}"));
                }
            }
        });
        Self { orders: Some(orders), task }
    }

    pub fn keep(&self, draft: Box<Draft>) {
        self.order(Order::Keep(draft));
    }

    pub fn forget(&self, key: String) {
        self.order(Order::Forget(key));
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

fn dir() -> Option<PathBuf> {
    files::state_dir().map(|dir| dir.join("drafts"))
}

fn file_name(key: &str) -> String {
    format!("{}.json", files::digest(key))
}

fn obey(order: &Order) -> io::Result<()> {
    let dir = dir().ok_or_else(|| io::Error::other("no home directory is set"))?;
    match order {
        Order::Keep(draft) => {
            files::private_dir(&dir)?;
            let text = draft.file().map_err(io::Error::other)?;
            files::write_private(&dir.join(file_name(&draft.key())), &text)
        }
        Order::Forget(key) => match std::fs::remove_file(dir.join(file_name(key))) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        },
    }
}

/// What earlier runs left behind, latest first; files that are no drafts are left alone.
pub fn load() -> Vec<Draft> {
    let entries = dir().and_then(|dir| std::fs::read_dir(dir).ok()).into_iter().flatten().flatten();
    let files = entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|end| end == "json"));
    let texts = files.filter_map(|path| disk::text(&path, disk::LARGE).ok());
    let mut drafts: Vec<Draft> = texts.filter_map(|text| serde_json::from_str(&text).ok()).collect();
    drafts.sort_by_key(|draft: &Draft| std::cmp::Reverse(draft.at));
    drafts
}
