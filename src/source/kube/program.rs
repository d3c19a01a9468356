//! Where the programs are that a kubeconfig names.

use std::path::{Path, PathBuf};

/// Whether the name says where the program is, so that PATH does not matter.
pub fn has_directory(command: &str) -> bool {
    command.contains(std::path::is_separator)
}

/// The file that `command` means. Relative entries of PATH are skipped: they mean another program in each directory.
pub fn find(command: &str) -> Option<PathBuf> {
    if command.is_empty() {
        return None;
    }
    if has_directory(command) {
        return Some(PathBuf::from(command)).filter(|path| runs(path));
    }
    find_in(command, std::env::var("PATH").ok().as_deref())
}

/// The first of that name on a PATH.
pub fn find_in(command: &str, path: Option<&str>) -> Option<PathBuf> {
    let mut places = std::env::split_paths(path?).filter(|place| place.is_absolute());
    places.find_map(|place| endings().map(|end| place.join(format!("{command}{end}"))).find(|path| runs(path)))
}

#[cfg(unix)]
fn endings() -> impl Iterator<Item = &'static str> {
    std::iter::once("")
}

#[cfg(not(unix))]
fn endings() -> impl Iterator<Item = &'static str> {
    ["", ".exe", ".cmd", ".bat"].into_iter()
}

#[cfg(unix)]
fn runs(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn runs(path: &Path) -> bool {
    path.is_file()
}
