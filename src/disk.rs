//! Reads whole files: only regular files, and only up to a size. A pipe waits for a writer who may never come, and a
//! device may have no end. Either would block the reader.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

/// The largest file, in bytes, that a person writes: settings, themes, key maps, tokens, certificates.
pub const SMALL: u64 = 4 << 20;
/// The largest file, in bytes, that a program writes: kubeconfigs, documents to apply.
pub const LARGE: u64 = 64 << 20;

/// The whole content of a file of at most `most` bytes. An error says what is wrong with the file, without its path.
pub fn bytes(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path, OpenOptions::new().read(true))?.take(most + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > most {
        true => Err(io::Error::other(format!("it is larger than {} MiB", most >> 20))),
        false => Ok(bytes),
    }
}

/// The whole content of a file as UTF-8 text.
pub fn text(path: &Path, most: u64) -> io::Result<String> {
    String::from_utf8(bytes(path, most)?)
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8 text"))
}

/// Opens a file, or creates it if the options say so. Anything other than a regular file is refused at once.
pub fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    // Opening a device can already have an effect, so the type of the file is checked before the file is opened.
    match path.metadata() {
        Ok(meta) => regular(&meta)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    // A pipe may have replaced the file since the check. Without `O_NONBLOCK`, opening that pipe would wait for its
    // other end.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(options, libc::O_NONBLOCK);
    let file = options.open(path)?;
    regular(&file.metadata()?)?;
    Ok(file)
}

fn regular(meta: &Metadata) -> io::Result<()> {
    match meta.is_file() {
        true => Ok(()),
        false => Err(io::Error::other(format!("it is {}, not a regular file", sort(meta)))),
    }
}

fn sort(meta: &Metadata) -> &'static str {
    if meta.is_dir() {
        return "a directory";
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        let kind = meta.file_type();
        if kind.is_fifo() {
            return "a pipe";
        }
        if kind.is_socket() {
            return "a socket";
        }
    }
    "a device"
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn only_regular_files_of_a_sane_size_are_read() {
        let dir = std::env::temp_dir().join(format!("spyhop-disk-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let (pipe, file, link) = (dir.join("pipe"), dir.join("file"), dir.join("link"));
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        std::fs::write(&file, "a = 1\n").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        assert_eq!(text(&link, SMALL).unwrap(), "a = 1\n");
        assert_eq!(bytes(&file, 6).unwrap().len(), 6);
        let refused = |path: &Path, most| text(path, most).unwrap_err().to_string();
        assert_eq!(refused(&file, 5), "it is larger than 0 MiB");
        assert_eq!(refused(&pipe, SMALL), "it is a pipe, not a regular file");
        assert_eq!(refused(&dir, SMALL), "it is a directory, not a regular file");
        assert_eq!(refused(Path::new("/dev/zero"), SMALL), "it is a device, not a regular file");
        assert_eq!(text(&dir.join("none"), SMALL).unwrap_err().kind(), io::ErrorKind::NotFound);
        std::fs::write(&file, b"\xff").unwrap();
        assert_eq!(refused(&file, SMALL), "it is not UTF-8 text");
        let appended = open(&pipe, OpenOptions::new().append(true).create(true)).unwrap_err();
        assert_eq!(appended.to_string(), "it is a pipe, not a regular file");
        std::fs::remove_dir_all(&dir).unwrap();
    }
}
