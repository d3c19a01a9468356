//! What is remembered of lists, on disk: one file each, the latest ones only.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::files;
use crate::app::remembered::{Listing, Remembered};

/// Lists that are kept, whatever their contexts.
const MOST: usize = 200;
/// A larger file is none of ours.
const LARGEST: u64 = 8 << 20;

pub fn dir() -> Option<PathBuf> {
    files::state_dir().map(|dir| dir.join("rows"))
}

/// What an earlier run kept of a list; `None` too when it cannot be read, or is of another list or version.
pub fn load(of: &Listing) -> Option<Remembered> {
    load_from(&dir()?, of)
}

fn load_from(dir: &Path, of: &Listing) -> Option<Remembered> {
    let path = dir.join(files::name_of(&of.key()));
    if std::fs::metadata(&path).ok()?.len() > LARGEST {
        return None;
    }
    let found: Remembered = serde_json::from_str(&std::fs::read_to_string(path).ok()?).ok()?;
    (found.of == *of).then_some(found)
}

/// Keeps them; what cannot be written is not worth a word: the next start is as if nothing was known.
pub fn keep(all: &[Remembered]) {
    if let Some(dir) = dir().filter(|_| !all.is_empty()) {
        keep_in(&dir, all);
    }
}

fn keep_in(dir: &Path, all: &[Remembered]) {
    if files::private_dir(dir).is_err() {
        return;
    }
    for remembered in all {
        if let Ok(text) = serde_json::to_string(remembered) {
            let _ = files::write_private(&dir.join(files::name_of(&remembered.of.key())), &text);
        }
    }
    forget_oldest(dir);
}

fn forget_oldest(dir: &Path) {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let written = |path: &Path| path.metadata().and_then(|data| data.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
    let mut files: Vec<(SystemTime, PathBuf)> =
        entries.map(|entry| entry.path()).map(|path| (written(&path), path)).collect();
    files.sort();
    for (_, path) in files.iter().take(files.len().saturating_sub(MOST)) {
        let _ = std::fs::remove_file(path);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn remembered(kind: &str, columns: &[&str]) -> Remembered {
        let row = json!({
            "namespace": "shop", "name": "web", "uid": "u1", "health": "Good", "cells": [{"Count": 3}, "None"],
            "labels": "app=web", "owner": "", "link": null,
        });
        let of = json!({
            "context": "prod", "server": "https://a:6443", "user": "me", "kind": kind, "namespace": null,
            "columns": columns,
        });
        serde_json::from_value(json!({"of": of, "at": 5, "rows": [row]})).unwrap()
    }

    fn fresh_dir(name: &str) -> PathBuf {
        let dir = std::env::temp_dir().join(format!("spyhop-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&dir);
        dir
    }

    #[test]
    fn what_was_kept_is_found_again_and_only_for_its_own_list() {
        let dir = fresh_dir("rows");
        let (pods, nodes) = (remembered("pods", &["READY"]), remembered("nodes", &["READY"]));
        assert_eq!(load_from(&dir, &pods.of), None);
        keep_in(&dir, &[pods.clone(), nodes.clone()]);
        assert_eq!(load_from(&dir, &pods.of).as_ref(), Some(&pods));
        assert_eq!(load_from(&dir, &nodes.of).as_ref(), Some(&nodes));
        assert_eq!(load_from(&dir, &remembered("services", &["READY"]).of), None);
        assert_eq!(load_from(&dir, &remembered("pods", &["READY", "STATUS"]).of), None, "of another version");
        for broken in ["", "{", "[]", "null", "{\"of\":1}"] {
            std::fs::write(dir.join(files::name_of(&pods.of.key())), broken).unwrap();
            assert_eq!(load_from(&dir, &pods.of), None, "{broken}");
        }
        std::fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    fn only_the_latest_are_kept() {
        let dir = fresh_dir("many-rows");
        let many: Vec<Remembered> = (0..MOST + 3).map(|i| remembered(&format!("kind-{i}"), &[])).collect();
        keep_in(&dir, &many);
        let last = remembered("last", &[]);
        keep_in(&dir, std::slice::from_ref(&last));
        assert_eq!(std::fs::read_dir(&dir).unwrap().count(), MOST);
        assert!(load_from(&dir, &last.of).is_some());
        std::fs::remove_dir_all(dir).unwrap();
    }
}
