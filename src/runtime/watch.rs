//! The user's files, followed: read again when the system says that they changed. Nothing is asked meanwhile.

use std::path::{Path, PathBuf};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode, ModifyKind};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc::{Receiver, channel};

use super::settings::Wanted;
use super::tasks::inbox::Outbox;
use crate::app::settings::Settings;
use crate::app::{Level, Message};

/// Saving a file takes several steps: it is read once nothing came for so long,
const QUIET: Duration = Duration::from_millis(50);
/// or after so many of them, should something never come to rest.
const MOST: usize = 20;

/// Sends what the files say whenever that is something else.
pub async fn follow(wanted: Wanted, mut last: Settings, sender: Outbox) {
    loop {
        // Watching begins before reading, so that no change falls between them.
        let (watcher, mut changes) = match arm(&wanted.dirs()) {
            Ok(armed) => armed,
            Err(error) => {
                let told = format!("cannot watch your configuration for changes: {error}");
                let _ = sender.send(Message::Told(Level::Warn, told)).await;
                return;
            }
        };
        let reader = wanted.clone();
        let Ok(settings) = tokio::task::spawn_blocking(move || reader.read()).await else { return };
        if settings != last {
            last = settings.clone();
            if sender.send(Message::Settings(Box::new(settings))).await.is_err() {
                return;
            }
        }
        if !settled(&mut changes).await {
            return;
        }
        drop(watcher);
    }
}

/// Waits for a change, and until no other follows it; `false` if nothing can come any more.
async fn settled(changes: &mut Receiver<()>) -> bool {
    if changes.recv().await.is_none() {
        return false;
    }
    for _ in 0..MOST {
        match tokio::time::timeout(QUIET, changes.recv()).await {
            Ok(Some(())) => {}
            Ok(None) => return false,
            Err(_) => break,
        }
    }
    true
}

/// A watcher of these directories. One that waits to be told is enough: they are read as a whole.
fn arm(dirs: &[PathBuf]) -> notify::Result<(RecommendedWatcher, Receiver<()>)> {
    let (sender, changes) = channel(1);
    let wanted = dirs.to_vec();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        if event.is_ok_and(|event| concerns(&event, &wanted)) {
            let _ = sender.try_send(());
        }
    })?;
    let mut places: Vec<&Path> = dirs.iter().filter_map(|dir| existing(dir)).collect();
    places.sort();
    places.dedup();
    for place in places {
        watcher.watch(place, RecursiveMode::NonRecursive)?;
    }
    Ok((watcher, changes))
}

/// What is not there yet shows when its parent changes.
fn existing(dir: &Path) -> Option<&Path> {
    dir.ancestors().find(|dir| dir.is_dir())
}

fn concerns(event: &Event, wanted: &[PathBuf]) -> bool {
    let changes = match event.kind {
        // Reading is no change. Linux says when a file that was written is closed: before, it is half there.
        EventKind::Access(kind) => kind == AccessKind::Close(AccessMode::Write),
        EventKind::Modify(ModifyKind::Data(_) | ModifyKind::Metadata(_)) => !cfg!(target_os = "linux"),
        EventKind::Any | EventKind::Create(_) | EventKind::Modify(_) | EventKind::Remove(_) | EventKind::Other => true,
    };
    let ours = |path: &PathBuf| wanted.iter().any(|dir| dir.starts_with(path) || path.parent() == Some(dir));
    changes && (event.paths.is_empty() || event.paths.iter().any(ours))
}

#[cfg(test)]
mod tests;
