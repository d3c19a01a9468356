//! Follows the user's files. They are read again when the system reports a change; between changes nothing is read.

use std::path::{Path, PathBuf};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode, ModifyKind};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc::{Receiver, channel};

use super::settings::Wanted;
use super::tasks::inbox::Outbox;
use crate::app::settings::Settings;
use crate::app::{Level, Message};

/// The time without a change after which the files are read, because saving a file takes several steps.
const QUIET: Duration = Duration::from_millis(50);
/// The most changes before the files are read anyway, in case changes never stop.
const MOST: usize = 20;

/// Sends the content of the files whenever it changed.
pub async fn follow(wanted: Wanted, mut last: Settings, sender: Outbox) {
    loop {
        // Watching starts before reading, so that no change is missed in between.
        let dirs = wanted.dirs();
        let (watcher, mut changes) = match arm(&dirs) {
            Ok(armed) => armed,
            Err(error) => {
                let told = format!("cannot watch your configuration for changes: {error}");
                let _ = sender.send(Message::Told(Level::Warn, told)).await;
                return;
            }
        };
        // A link that came before its directory was watched leads to a directory that is not watched yet.
        if wanted.dirs() != dirs {
            continue;
        }
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

/// Waits for a change, and then until no other follows. False if no more changes can come.
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

/// Watches these directories. One pending notice is enough, because all files are read again.
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

/// The nearest directory that exists: a missing one shows up as a change of its parent.
fn existing(dir: &Path) -> Option<&Path> {
    dir.ancestors().find(|dir| dir.is_dir())
}

fn concerns(event: &Event, wanted: &[PathBuf]) -> bool {
    let changes = match event.kind {
        // Reading a file is no change. On Linux the notice that a written file was closed is awaited, because before
        // that the file is half written.
        EventKind::Access(kind) => kind == AccessKind::Close(AccessMode::Write),
        EventKind::Modify(ModifyKind::Data(_) | ModifyKind::Metadata(_)) => !cfg!(target_os = "linux"),
        EventKind::Any | EventKind::Create(_) | EventKind::Modify(_) | EventKind::Remove(_) | EventKind::Other => true,
    };
    let ours = |path: &PathBuf| wanted.iter().any(|dir| dir.starts_with(path) || path.parent() == Some(dir));
    changes && (event.paths.is_empty() || event.paths.iter().any(ours))
}

#[cfg(test)]
mod tests;
