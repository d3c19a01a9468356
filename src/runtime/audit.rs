//! The audit file: who did what to which object, and how it ended. Lines are only ever added. The first line is written
//! before a write or a session goes out, and without this line it does not go out. The second line has the outcome. The
//! file holds no bodies, no values, and no text of a server.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

use super::files;
use crate::model::{Error, Id, Result};

/// The size, in bytes, at which a new file is begun. One old file is kept.
const LARGEST: u64 = 8 << 20;

pub struct Audit {
    path: Option<PathBuf>,
    file: Mutex<Option<File>>,
    last: AtomicU32,
}

/// One act, from its first line to its last.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The process and the number of the act in it. Both lines of an act have the same value.
    pub act: String,
    pub context: String,
    pub user: String,
    pub verb: &'static str,
    pub dry: bool,
    pub id: Id,
    pub part: &'static str,
}

impl Audit {
    /// `None` means that there is no file; then nothing can be written to servers either.
    pub fn new(path: Option<PathBuf>) -> Self {
        Self { path, file: Mutex::new(None), last: AtomicU32::new(0) }
    }

    /// The audit file in the state directory.
    pub fn standard() -> Self {
        Self::new(files::state_dir().map(|dir| dir.join("audit.jsonl")))
    }

    pub fn number(&self) -> String {
        format!("{}-{}", std::process::id(), self.last.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// Adds a line. The error says that nothing goes out without the line.
    pub fn note(&self, entry: &Entry, outcome: &str) -> Result<()> {
        let written = self.add(&line(entry, outcome));
        written.map_err(|error| {
            let path = self.path.as_deref().unwrap_or(Path::new("the audit file")).display();
            Error::Denied(format!(
                "nothing was sent: {path} cannot be written ({error}), and an act that is not recorded is not sent"
            ))
        })
    }

    fn add(&self, line: &Value) -> io::Result<()> {
        let path = self.path.as_deref().ok_or_else(|| io::Error::other("no home directory is set"))?;
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if file.as_ref().is_none_or(|file| is_full(file) || !path.exists()) {
            *file = Some(open(path)?);
        }
        let mut text = line.to_string();
        text.push('\n');
        // The line is written in one piece, so that lines of several processes do not mix.
        file.as_mut().map_or(Ok(()), |file| file.write_all(text.as_bytes()))
    }
}

fn is_full(file: &File) -> bool {
    file.metadata().is_ok_and(|data| data.len() >= LARGEST)
}

fn open(path: &Path) -> io::Result<File> {
    if path.metadata().is_ok_and(|data| data.len() >= LARGEST) {
        std::fs::rename(path, path.with_extension("jsonl.1"))?;
    }
    files::append_private(path)
}

fn line(entry: &Entry, outcome: &str) -> Value {
    let Entry { act, context, user, verb, dry, id, part } = entry;
    json!({
        "time": super::now().rfc3339(),
        "act": act,
        "context": context,
        "user": user,
        "verb": verb,
        "kind": id.kind.resource(),
        "part": part,
        "namespace": id.namespace.as_str(),
        "name": id.name.as_str(),
        "container": id.part.as_str(),
        "dry": dry,
        "outcome": outcome,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds;
    use crate::model::SourceId;

    fn entry(audit: &Audit) -> Entry {
        let kind = kinds::named("pods").unwrap();
        let id = Id::new(SourceId(1), kind, "shop", "web");
        let (context, user) = ("prod".to_owned(), "me".to_owned());
        Entry { act: audit.number(), context, user, verb: "delete", dry: false, id, part: "" }
    }

    #[test]
    fn lines_are_added_privately_and_a_full_file_gives_way() {
        let dir = std::env::temp_dir().join(format!("spyhop-audit-{}", std::process::id()));
        let path = dir.join("state/audit.jsonl");
        let audit = Audit::new(Some(path.clone()));
        let entry = entry(&audit);
        audit.note(&entry, "sent").unwrap();
        audit.note(&entry, "done").unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!((lines.len(), &lines[0]["act"]), (2, &lines[1]["act"]));
        assert_eq!((lines[1]["outcome"].as_str(), lines[1]["name"].as_str()), (Some("done"), Some("web")));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        }
        std::fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(LARGEST).unwrap();
        audit.note(&entry, "sent").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), 1);
        assert_eq!(path.with_extension("jsonl.1").metadata().unwrap().len(), LARGEST);
        std::fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    fn what_cannot_be_recorded_is_an_error() {
        let audit = Audit::new(Some("/dev/null/audit.jsonl".into()));
        let error = audit.note(&entry(&audit), "sent").unwrap_err();
        assert!(error.text().starts_with("nothing was sent: /dev/null/audit.jsonl cannot be written"), "{error}");
        #[cfg(unix)]
        {
            let pipe = std::env::temp_dir().join(format!("spyhop-audit-pipe-{}", std::process::id()));
            assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
            let audit = Audit::new(Some(pipe.clone()));
            let error = audit.note(&self::entry(&audit), "sent").unwrap_err();
            assert!(error.text().contains("it is a pipe, not a regular file"), "{error}");
            std::fs::remove_file(pipe).unwrap();
        }
        assert!(Audit::new(None).note(&entry(&audit), "sent").is_err());
    }
}
