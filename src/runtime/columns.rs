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
    file().map(|path| load_from(&path)).unwrap_or_default()
}

fn load_from(path: &Path) -> Choices {
    let text = disk::text(path, LARGEST).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

/// Keeps one choice. The others stay as they are in the file, because another spyhop may have made them. A failure to write
/// is not reported: the next start has the usual columns then.
pub fn keep(chosen: Chosen) {
    if let Some(path) = file() {
        let _ = keep_in(&path, chosen);
    }
}

fn keep_in(path: &Path, chosen: Chosen) -> std::io::Result<()> {
    path.parent().map_or(Ok(()), files::private_dir)?;
    let mut choices = load_from(path);
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
        assert_eq!(load_from(&path), Choices::default());
        keep_in(&path, chosen("kube/pods", &["label:app"])).unwrap();
        keep_in(&path, chosen("kube/nodes", &[".spec.podCIDR"])).unwrap();
        let mut expected = Choices::default();
        expected.set(chosen("kube/pods", &["label:app"]));
        expected.set(chosen("kube/nodes", &[".spec.podCIDR"]));
        assert_eq!(load_from(&path), expected);
        keep_in(&path, chosen("kube/pods", &[])).unwrap();
        keep_in(&path, chosen("kube/nodes", &[])).unwrap();
        assert_eq!(load_from(&path), Choices::default());
        std::fs::write(&path, "{").unwrap();
        assert_eq!(load_from(&path), Choices::default());
        std::fs::remove_dir_all(dir).unwrap();
    }
}
