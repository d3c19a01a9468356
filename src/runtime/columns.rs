//! The columns that the user chose, on disk: one file for all contexts.

use std::path::PathBuf;

use super::kept;
use crate::app::columns::{Choices, Chosen};

const FILE: &str = "columns.json";

pub fn file() -> Option<PathBuf> {
    kept::file(FILE)
}

/// What earlier runs kept; nothing if it cannot be read.
pub fn load() -> Choices {
    kept::load(FILE)
}

/// Keeps one choice. If it cannot be kept, the next start has the usual columns.
pub fn keep(chosen: Chosen) {
    kept::change(FILE, |choices: &mut Choices| choices.set(chosen));
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
        let keep = |chosen| kept::change_in(&path, |choices: &mut Choices| choices.set(chosen)).unwrap();
        let load = || kept::load_from::<Choices>(&path).unwrap();
        keep(chosen("kube/pods", &["label:app"]));
        keep(chosen("kube/nodes", &[".spec.podCIDR"]));
        let mut expected = Choices::default();
        expected.set(chosen("kube/pods", &["label:app"]));
        expected.set(chosen("kube/nodes", &[".spec.podCIDR"]));
        assert_eq!(load(), expected);
        keep(chosen("kube/pods", &[]));
        keep(chosen("kube/nodes", &[]));
        assert_eq!(load(), Choices::default());
        std::fs::remove_dir_all(dir).unwrap();
    }
}
