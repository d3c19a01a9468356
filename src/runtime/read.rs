//! Reads documents from files, directories and standard input.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::disk;
use crate::model::{Error, Result, text};

/// The file name endings that kubectl takes for documents.
const ENDINGS: [&str; 3] = ["yaml", "yml", "json"];
/// The greatest depth of directories. Only links in circles are deeper.
const DEEPEST: usize = 32;

/// The names and texts of all files, sorted by name. A file that the user named is read whatever its ending.
pub fn texts(place: &str, recursive: bool) -> Result<Vec<(String, String)>> {
    if place == "-" {
        let mut bytes = Vec::new();
        let read = io::stdin().lock().take(disk::LARGE).read_to_end(&mut bytes).and_then(|_| decoded(bytes));
        return read.map(|text| vec![("-".to_owned(), text)]).map_err(|error| failed(Path::new("-"), &error));
    }
    if place.starts_with("http://") || place.starts_with("https://") {
        return Err(Error::Unsupported(format!("{place} is not fetched: download it first, then apply the file")));
    }
    let home = place.strip_prefix("~/").and_then(|rest| Some(Path::new(&std::env::var_os("HOME")?).join(rest)));
    let path = home.as_deref().unwrap_or(Path::new(place));
    let mut files = Vec::new();
    match path.is_dir() {
        true => list(path, recursive, 0, &mut files)?,
        false => files.push(path.to_owned()),
    }
    if files.is_empty() {
        let deeper = if recursive { "" } else { "; -R includes subdirectories" };
        return Err(Error::Invalid(format!("{place} has no .yaml, .yml or .json files{deeper}")));
    }
    files.iter().map(|file| Ok((file.display().to_string(), read(file)?))).collect()
}

fn list(dir: &Path, recursive: bool, depth: usize, out: &mut Vec<PathBuf>) -> Result<()> {
    let entries = std::fs::read_dir(dir).map_err(|error| failed(dir, &error))?;
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        if path.is_dir() && recursive && depth < DEEPEST {
            list(&path, recursive, depth + 1, out)?;
        } else if path.is_file() && ENDINGS.contains(&ending) {
            out.push(path);
        }
    }
    Ok(())
}

fn read(file: &Path) -> Result<String> {
    disk::bytes(file, disk::LARGE).and_then(decoded).map_err(|error| failed(file, &error))
}

fn decoded(bytes: Vec<u8>) -> io::Result<String> {
    String::from_utf8(text::utf8(bytes)).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

fn failed(path: &Path, error: &io::Error) -> Error {
    Error::Invalid(format!("could not read {}: {error}", path.display()))
}
