//! The clusters into which the user chose to look, on disk. A context counts only with the server that it had, because
//! another file may use its name for another cluster.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::files;
use crate::disk;
use crate::model::Place;

/// The largest file, in bytes, that is read.
const LARGEST: u64 = 1 << 20;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    context: String,
    server: String,
}

fn file() -> Option<PathBuf> {
    files::state_dir().map(|dir| dir.join("inside.json"))
}

/// Whether the user chose to look into a cluster. Without a file that can be read, nothing was chosen.
pub fn chosen() -> impl Fn(&Place) -> bool {
    let all = file().map(|path| load(&path)).unwrap_or_default();
    move |place| all.contains(&kept(&place.name, &place.server))
}

/// Keeps a choice. A failure to write is not reported: the next start does not look inside then, or asks for nothing that
/// the user had not allowed once.
pub fn keep(context: &str, server: &str, on: bool) {
    if let Some(path) = file() {
        let _ = keep_in(&path, kept(context, server), on);
    }
}

fn kept(context: &str, server: &str) -> Kept {
    Kept { context: context.to_owned(), server: server.to_owned() }
}

fn load(path: &Path) -> Vec<Kept> {
    let text = disk::text(path, LARGEST).ok();
    text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

fn keep_in(path: &Path, chosen: Kept, on: bool) -> std::io::Result<()> {
    path.parent().map_or(Ok(()), files::private_dir)?;
    let mut all = load(path);
    all.retain(|known| *known != chosen);
    all.extend(on.then_some(chosen));
    files::write_passing(path, &serde_json::to_string_pretty(&all)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_holds_for_a_context_with_its_server() {
        let dir = std::env::temp_dir().join(format!("spyhop-inside-{}", std::process::id()));
        let path = dir.join("inside.json");
        keep_in(&path, kept("prod", "https://a"), true).unwrap();
        keep_in(&path, kept("prod", "https://b"), true).unwrap();
        keep_in(&path, kept("prod", "https://a"), true).unwrap();
        assert_eq!(load(&path), [kept("prod", "https://b"), kept("prod", "https://a")]);
        keep_in(&path, kept("prod", "https://a"), false).unwrap();
        assert_eq!(load(&path), [kept("prod", "https://b")]);
        std::fs::write(&path, "{").unwrap();
        assert_eq!(load(&path), []);
        std::fs::remove_dir_all(dir).unwrap();
    }
}
