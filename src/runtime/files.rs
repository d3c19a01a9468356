//! Where files are, and how they are written: the user's own directories, 0600, whole or not at all.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use directories::ProjectDirs;

fn dirs() -> Option<ProjectDirs> {
    ProjectDirs::from("", "", "spyhop")
}

pub fn config_dir() -> Option<PathBuf> {
    dirs().map(|dirs| dirs.config_dir().to_owned())
}

/// State that may be lost: saves, logs.
pub fn state_dir() -> Option<PathBuf> {
    dirs().map(|dirs| dirs.state_dir().unwrap_or(dirs.data_local_dir()).to_owned())
}

pub fn dump_dir() -> Option<PathBuf> {
    state_dir().map(|dir| dir.join("saves"))
}

/// Writes a save under a name that is free, and returns where it is.
pub fn save_dump(name: &str, text: &str) -> io::Result<PathBuf> {
    let dir = dump_dir().ok_or_else(|| io::Error::other("no home directory is set"))?;
    private_dir(&dir)?;
    let safe: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' }).collect();
    let stamp = jiff::Timestamp::now().as_second();
    let path = dir.join(format!("{stamp}-{safe}"));
    write_private(&path, text)?;
    Ok(path)
}

/// Names of objects are no names of files; FNV-1a keeps them apart.
pub fn digest(key: &str) -> String {
    let hash = key
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    format!("{hash:016x}")
}

pub fn private_dir(dir: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

/// A file to add lines to, made with its directories when it is not there.
pub fn append_private(path: &Path) -> io::Result<std::fs::File> {
    path.parent().map_or(Ok(()), private_dir)?;
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    crate::disk::open(path, &mut options)
}

/// Written beside its place and moved there, so that a crash leaves either the old file or the new one.
pub fn write_private(path: &Path, text: &str) -> io::Result<()> {
    write(path, text, true)
}

/// The same for what may be lost with the power: nobody waits for the disk.
pub fn write_passing(path: &Path, text: &str) -> io::Result<()> {
    write(path, text, false)
}

fn write(path: &Path, text: &str, lasting: bool) -> io::Result<()> {
    let beside = path.with_extension(format!("part{}", std::process::id()));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&beside).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        if lasting { file.sync_all() } else { Ok(()) }
    });
    let moved = written.and_then(|()| std::fs::rename(&beside, path));
    if moved.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
    moved
}
