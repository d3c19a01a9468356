//! The columns that the user chose, on disk: one file for all contexts.

use std::path::{Path, PathBuf};

use super::files;
use crate::app::columns::{Choices, Chosen};
use crate::disk;

/// The largest file, in bytes, that is read.
const LARGEST: u64 = 1 << 20;

pub fn file() -> Option<PathBuf> {
    files::state_dir().map(|dir| dir.join("columns.json"))
}

/// What earlier runs kept; nothing if it cannot be read.
pub fn load() -> Choices {
    file().and_then(|path| load_from(&path).ok()).unwrap_or_default()
}

/// What a file holds, and nothing if there is no file.
fn load_from(path: &Path) -> std::io::Result<Choices> {
    if path.symlink_metadata().is_err() {
        return Ok(Choices::default());
    }
    Ok(serde_json::from_str(&disk::text(path, LARGEST)?)?)
}

/// Keeps one choice. The others stay as they are in the file, because another spyhop may have made them. A failure to write
/// is not reported: the next start has the usual columns then. A file that cannot be read, perhaps of a later version, is
/// put aside as `columns.json.unread` and not lost.
pub fn keep(chosen: Chosen) {
    if let Some(path) = file() {
        let _ = keep_in(&path, chosen);
    }
}

fn keep_in(path: &Path, chosen: Chosen) -> std::io::Result<()> {
    path.parent().map_or(Ok(()), files::private_dir)?;
    let mut choices = load_from(path).or_else(|_| {
        std::fs::rename(path, path.with_extension("json.unread"))?;
        std::io::Result::Ok(Choices::default())
    })?;
    choices.set(chosen);
    files::write_passing(path, &serde_json::to_string_pretty(&choices)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::columns::Choice;

    #[test]
    fn a_choice_is_found_again_and_leaves_the_others_alone() {
        let dir = std::env::temp_dir().join(format!("spyhop-columns-{}", std::process::id()));
        let path = dir.join("columns.json");
        let chosen = |kind: &str, extras: &[&str]| Chosen {
            context: "prod".to_owned(),
            kind: kind.to_owned(),
            choice: Choice { extras: extras.iter().map(|word| (*word).to_owned()).collect(), shown: Vec::new() },
        };
        assert_eq!(load_from(&path).unwrap(), Choices::default());
        keep_in(&path, chosen("kube/pods", &["label:app"])).unwrap();
        keep_in(&path, chosen("kube/nodes", &[".spec.podCIDR"])).unwrap();
        let mut expected = Choices::default();
        expected.set(chosen("kube/pods", &["label:app"]));
        expected.set(chosen("kube/nodes", &[".spec.podCIDR"]));
        assert_eq!(load_from(&path).unwrap(), expected);
        keep_in(&path, chosen("kube/pods", &[])).unwrap();
        keep_in(&path, chosen("kube/nodes", &[])).unwrap();
        assert_eq!(load_from(&path).unwrap(), Choices::default());
        std::fs::write(&path, "{").unwrap();
        assert!(load_from(&path).is_err());
        keep_in(&path, chosen("kube/pods", &["label:app"])).unwrap();
        assert_eq!(std::fs::read_to_string(dir.join("columns.json.unread")).unwrap(), "{");
        std::fs::remove_dir_all(dir).unwrap();
    }
}
