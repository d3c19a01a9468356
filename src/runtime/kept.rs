//! What runs keep for the next one, each as JSON in a file of its own that only the user can read. It may be lost: nobody
//! is told of a failure, and the next start is as if nothing had been kept.

use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::files;
use crate::disk;

/// The largest file, in bytes, that is read.
const LARGEST: u64 = 1 << 20;

/// Where a file lies; `name` ends in `.json`.
pub fn file(name: &str) -> Option<PathBuf> {
    files::state_dir().map(|dir| dir.join(name))
}

/// What a file of this name holds; nothing if it cannot be read.
pub fn load<T: DeserializeOwned + Default>(name: &str) -> T {
    file(name).and_then(|path| load_from(&path).ok()).unwrap_or_default()
}

/// Changes what a file of this name holds.
pub fn change<T: DeserializeOwned + Serialize + Default>(name: &str, change: impl FnOnce(&mut T)) {
    if let Some(path) = file(name) {
        let _ = change_in(&path, change);
    }
}

/// What a file holds, and nothing if there is no file.
pub(super) fn load_from<T: DeserializeOwned + Default>(path: &Path) -> io::Result<T> {
    if path.symlink_metadata().is_err() {
        return Ok(T::default());
    }
    Ok(serde_json::from_str(&disk::text(path, LARGEST)?)?)
}

/// The rest stays as it is in the file, because another spyhop may have written it. A file that cannot be read, perhaps of
/// a later version, is put aside as `NAME.json.unread` and not lost.
pub(super) fn change_in<T: DeserializeOwned + Serialize + Default>(
    path: &Path,
    change: impl FnOnce(&mut T),
) -> io::Result<()> {
    path.parent().map_or(Ok(()), files::private_dir)?;
    let mut all = load_from(path).or_else(|_| {
        std::fs::rename(path, path.with_extension("json.unread"))?;
        io::Result::Ok(T::default())
    })?;
    change(&mut all);
    files::write_passing(path, &serde_json::to_string_pretty(&all)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_leaves_the_rest_alone_and_loses_no_file() {
        let dir = std::env::temp_dir().join(format!("spyhop-kept-{}", std::process::id()));
        let path = dir.join("words.json");
        let load = || load_from::<Vec<String>>(&path);
        let add = |word: &str| change_in(&path, |all: &mut Vec<String>| all.push(word.to_owned())).unwrap();
        assert_eq!(load().unwrap(), [""; 0]);
        add("one");
        add("two");
        assert_eq!(load().unwrap(), ["one", "two"]);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        }
        std::fs::write(&path, "{").unwrap();
        assert!(load().is_err());
        add("three");
        assert_eq!(load().unwrap(), ["three"]);
        assert_eq!(std::fs::read_to_string(dir.join("words.json.unread")).unwrap(), "{");
        std::fs::remove_dir_all(dir).unwrap();
    }
}
