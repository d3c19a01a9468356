//! Rows of lists on disk, kept for the next start: one file for each list, only the latest lists.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::files;
use crate::app::remembered::{Listing, Remembered};
use crate::disk;
use crate::model::Str;

/// The most lists that are kept, over all contexts.
const MOST: usize = 200;
/// The time for which a list is kept.
const LONGEST: Duration = Duration::from_secs(30 * 24 * 3600);
/// The largest file, in bytes, that is read. spyhop writes no larger ones.
const LARGEST: u64 = 8 << 20;

pub fn dir() -> Option<PathBuf> {
    files::state_dir().map(|dir| dir.join("rows"))
}

/// The name of a list's file. It begins with the context, so that the files of a context are found without reading
/// them.
fn name_of(of: &Listing) -> String {
    format!("{}-{}.json", files::digest(&of.context), files::digest(&of.key()))
}

/// The rows that an earlier run kept of a list. `None` if they cannot be read, or belong to another list or format.
pub fn load(of: &Listing) -> Option<Remembered> {
    load_from(&dir()?, of)
}

fn load_from(dir: &Path, of: &Listing) -> Option<Remembered> {
    let path = dir.join(name_of(of));
    let found: Remembered = serde_json::from_str(&disk::text(&path, LARGEST).ok()?).ok()?;
    (found.of == *of).then_some(found)
}

/// Keeps lists, and removes the lists of some contexts. A failure to write is not reported: the next start has no rows
/// then.
pub fn keep(all: &[Remembered], forgotten: &[Str]) {
    let Some(dir) = dir() else { return };
    if !all.is_empty() && files::private_dir(&dir).is_ok() {
        keep_in(&dir, all);
    }
    tidy(&dir, forgotten, SystemTime::now());
}

fn keep_in(dir: &Path, all: &[Remembered]) {
    for remembered in all {
        if let Ok(text) = serde_json::to_string(remembered) {
            let _ = files::write_passing(&dir.join(name_of(&remembered.of)), &text);
        }
    }
}

fn tidy(dir: &Path, forgotten: &[Str], now: SystemTime) {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let written = |path: &Path| path.metadata().and_then(|data| data.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
    let mut files: Vec<(SystemTime, PathBuf)> =
        entries.map(|entry| entry.path()).map(|path| (written(&path), path)).collect();
    files.sort();
    let contexts: Vec<String> = forgotten.iter().map(|context| files::digest(context)).collect();
    let is_forgotten = |path: &Path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        contexts.iter().any(|context| name.starts_with(context.as_str()))
    };
    let too_many = files.len().saturating_sub(MOST);
    for (i, (written, path)) in files.iter().enumerate() {
        let is_old = now.duration_since(*written).is_ok_and(|age| age > LONGEST);
        if i < too_many || is_old || is_forgotten(path) {
            let _ = std::fs::remove_file(path);
        }
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
        files::private_dir(&dir).unwrap();
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
            std::fs::write(dir.join(name_of(&pods.of)), broken).unwrap();
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
        let count = || std::fs::read_dir(&dir).unwrap().count();
        tidy(&dir, &["staging".into()], SystemTime::now());
        assert_eq!(count(), MOST);
        assert!(load_from(&dir, &last.of).is_some());
        tidy(&dir, &["prod".into()], SystemTime::now());
        assert_eq!(count(), 0);
        keep_in(&dir, std::slice::from_ref(&last));
        tidy(&dir, &[], SystemTime::now() + LONGEST / 2);
        assert_eq!(count(), 1);
        tidy(&dir, &[], SystemTime::now() + LONGEST * 2);
        assert_eq!(count(), 0);
        std::fs::remove_dir_all(dir).unwrap();
    }
}
