//! The places of the user's files, and how files are written: in the user's own directories, with mode 0600, completely
//! or not at all.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use directories::ProjectDirs;

use crate::model::Digest;

fn dirs() -> Option<ProjectDirs> {
    ProjectDirs::from("", "", "spyhop")
}

pub fn config_dir() -> Option<PathBuf> {
    dirs().map(|dirs| dirs.config_dir().to_owned())
}

/// The directory for state that may be lost: saves, logs.
pub fn state_dir() -> Option<PathBuf> {
    dirs().map(|dirs| dirs.state_dir().unwrap_or(dirs.data_local_dir()).to_owned())
}

pub fn dump_dir() -> Option<PathBuf> {
    state_dir().map(|dir| dir.join("saves"))
}

/// Writes a save under a free name, and returns its path.
pub fn save_dump(name: &str, text: &str) -> io::Result<PathBuf> {
    let dir = dump_dir().ok_or_else(|| io::Error::other("no home directory is set"))?;
    save_into(&dir, jiff::Timestamp::now().as_second(), name, text)
}

/// The name is reserved first, so that no other save can take it.
fn save_into(dir: &Path, stamp: i64, name: &str, text: &str) -> io::Result<PathBuf> {
    private_dir(dir)?;
    let safe = safe_name(name);
    for number in 1..=MOST_SAVES {
        let again = if number == 1 { String::new() } else { format!("-{number}") };
        let path = dir.join(format!("{stamp}{again}-{safe}"));
        match create_private(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
            Err(error) => return Err(error),
            Ok(_) => {
                let written = write_private(&path, text);
                if written.is_err() {
                    let _ = std::fs::remove_file(&path);
                }
                return written.map(|()| path);
            }
        }
    }
    Err(io::Error::other("too many files were saved in this second"))
}

/// The most saves of one name within a second.
const MOST_SAVES: u32 = 1000;

/// The text as a valid file name in every directory.
pub fn safe_name(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' }).collect()
}

/// Makes a file that only the user can read. A file that exists is an error, and so is a link, wherever it leads.
pub fn create_private(path: &Path) -> io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// A file name for the name of an object, which is no valid file name itself. FNV-1a keeps different names apart.
pub fn digest(key: &str) -> String {
    format!("{:016x}", Digest::of(key.as_bytes()).value())
}

pub fn private_dir(dir: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

/// Opens a file to add lines to. The file and its directories are created if needed.
pub fn append_private(path: &Path) -> io::Result<std::fs::File> {
    path.parent().map_or(Ok(()), private_dir)?;
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    crate::disk::open(path, &mut options)
}

/// Writes a file beside its place and moves it there, so that a crash leaves either the old file or the new one.
pub fn write_private(path: &Path, text: &str) -> io::Result<()> {
    write(path, text, true)
}

/// Writes a file like [`write_private`], but does not wait for the disk. The content may be lost in a power failure.
pub fn write_passing(path: &Path, text: &str) -> io::Result<()> {
    write(path, text, false)
}

fn write(path: &Path, text: &str, lasting: bool) -> io::Result<()> {
    let beside = path.with_added_extension(format!("part{}", std::process::id()));
    // A run that was killed may have had the same process id: in a container it often does.
    let _ = std::fs::remove_file(&beside);
    let written = create_private(&beside).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        if lasting { file.sync_all() } else { Ok(()) }
    });
    let moved = written.and_then(|()| std::fs::rename(&beside, path));
    if moved.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
    moved
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn saves_of_one_second_lie_side_by_side() {
        let dir = std::env::temp_dir().join(format!("spyhop-saves-{}", std::process::id()));
        let first = save_into(&dir, 7, "a b.yaml", "one").unwrap();
        let second = save_into(&dir, 7, "a b.yaml", "two").unwrap();
        assert_eq!(
            (std::fs::read_to_string(&first).unwrap(), std::fs::read_to_string(&second).unwrap()),
            ("one".into(), "two".into())
        );
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(second.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        }
        assert_eq!(first.file_name().unwrap(), "7-a-b.yaml");
        std::fs::remove_dir_all(dir).unwrap();
    }
}
