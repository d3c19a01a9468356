//! The user's own editor: a private file, argv without a shell, the whole terminal.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::drafts::Held;
use super::files;
use super::signals::Signals;
use super::terminal::Screen;
use crate::app::drafts::Draft;
use crate::model::{Error, Result, text};

/// The variables that may name the editor. The first that is set wins.
const NAMES: [&str; 5] = ["SPYHOP_EDITOR", "K9S_EDITOR", "KUBE_EDITOR", "VISUAL", "EDITOR"];
const DEFAULT: &str = "vi";

/// The edited text, its draft, and a lock. All of them are removed when the edit ends. If the program is killed, the
/// next run finds them with [`recover`].
struct Private {
    path: PathBuf,
    _lock: File,
}

impl Drop for Private {
    fn drop(&mut self) {
        remove(&self.path);
    }
}

/// Removes the files, the lock last.
fn remove(path: &Path) {
    for beside in [path.to_owned(), beside(path, "draft"), beside(path, "lock")] {
        let _ = std::fs::remove_file(beside);
    }
}

fn beside(path: &Path, what: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{what}"));
    name.into()
}

fn dir() -> Option<PathBuf> {
    files::state_dir().map(|dir| dir.join("edit"))
}

/// Turns the texts that a killed run left in the user's editor into drafts. Texts of secrets are only removed.
pub fn recover(held: &mut Held) -> Vec<Draft> {
    dir().map(|dir| recover_from(&dir, held)).unwrap_or_default()
}

fn recover_from(dir: &Path, held: &mut Held) -> Vec<Draft> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path());
    let is_text = |path: &PathBuf| path.extension().is_none_or(|end| end != "draft" && end != "lock");
    entries.filter(is_text).filter_map(|path| recover_one(&path, held)).collect()
}

fn recover_one(path: &Path, held: &mut Held) -> Option<Draft> {
    let lock = files::append_private(&beside(path, "lock")).ok()?;
    if matches!(lock.try_lock(), Err(TryLockError::WouldBlock)) {
        return None;
    }
    let read = |path: &Path| crate::disk::text(path, crate::disk::LARGE);
    let text = read(path);
    let draft = read(&beside(path, "draft")).ok();
    let draft = draft.and_then(|draft| serde_json::from_str::<Draft>(&draft).ok()).zip(text.ok());
    let changed = draft.filter(|(draft, text)| *text != draft.text && *text != draft.base);
    let draft = changed.map(|(draft, text)| Draft { text, ..draft });
    match draft.map(|draft| held.add(draft)) {
        // The text is removed only after it was kept elsewhere.
        Some(Err(_)) => None,
        Some(Ok(draft)) => {
            remove(path);
            Some(draft)
        }
        None => {
            remove(path);
            None
        }
    }
}

/// Lends the terminal to the editor and returns the edited text.
pub async fn edit(
    screen: &mut Screen,
    signals: &mut Signals,
    name: &str,
    text: &str,
    draft: Option<&Draft>,
) -> Result<String> {
    let failed = |error: io::Error| Error::Invalid(format!("the editor failed: {error}; the text is unchanged"));
    let dir = dir().ok_or_else(|| Error::Invalid("the editor failed: no home directory is set".to_owned()))?;
    let file = write(&dir, name, text, draft).map_err(failed)?;
    let mut argv = argv(&|name| std::env::var(name).ok())?;
    let program = argv.remove(0);
    let mut command = Command::new(&program);
    command.args(argv).arg(&file.path);
    let status = screen.lend_whole(command, signals).await;
    let status = status.map_err(|error| Error::Invalid(format!("{program} could not be started: {error}")))?;
    if !status.success() {
        return Err(Error::Invalid(format!("{program} ended with {status}; the text is unchanged")));
    }
    crate::disk::text(&file.path, crate::disk::LARGE).map_err(failed)
}

fn write(dir: &Path, name: &str, text: &str, draft: Option<&Draft>) -> io::Result<Private> {
    files::private_dir(dir)?;
    let path = dir.join(format!("{}-{}", std::process::id(), files::safe_name(name)));
    let lock = files::append_private(&beside(&path, "lock"))?;
    // A file system without locks keeps nobody out, so a failure here does not matter.
    let _ = lock.try_lock();
    let file = Private { path, _lock: lock };
    if let Some(draft) = draft {
        files::write_private(&beside(&file.path, "draft"), &draft.file().map_err(io::Error::other)?)?;
    }
    files::write_private(&file.path, text)?;
    Ok(file)
}

/// The program and its arguments. Quotes keep spaces together; no other character has a meaning.
fn argv(env: &dyn Fn(&str) -> Option<String>) -> Result<Vec<String>> {
    let named = NAMES.iter().find_map(|name| env(name).filter(|line| !line.trim().is_empty()));
    let line = named.unwrap_or_else(|| DEFAULT.to_owned());
    text::words(&line).map_err(|error| error.within("the editor"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::drafts::testing::draft;

    #[test]
    fn what_a_killed_run_left_in_the_editor_becomes_a_draft() {
        let dir = std::env::temp_dir().join(format!("spyhop-editor-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&dir);
        let (edits, drafts) = (dir.join("edit"), dir.join("drafts"));
        let begun = draft(4, "replicas: 2\n");
        let text = write(&edits, "web.yaml", "replicas: 2\n", Some(&begun)).unwrap();
        let secret = write(&edits, "secret.yaml", "password: x\n", None).unwrap();
        let (_, mut held) = Held::take(Some(drafts.clone()));
        assert!(recover_from(&edits, &mut held).is_empty() && text.path.exists(), "it is being edited");
        std::fs::write(&text.path, "replicas: 5\n").unwrap();
        // The run is killed: nothing is removed, and its locks end.
        let paths = [text.path.clone(), secret.path.clone()];
        let killed = |file: Private| drop(std::mem::ManuallyDrop::new(file)._lock.try_clone().unwrap().unlock());
        killed(text);
        killed(secret);
        let found = recover_from(&edits, &mut held);
        assert_eq!(found.iter().map(|draft| draft.text.as_str()).collect::<Vec<_>>(), ["replicas: 5\n"]);
        assert!(paths.iter().all(|path| !path.exists()) && std::fs::read_dir(&edits).unwrap().count() == 0);
        drop(held);
        assert_eq!(Held::take(Some(drafts)).0.len(), 1);
        std::fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    fn editors_are_words_not_shell() {
        for (line, expected) in [
            ("vim", vec!["vim"]),
            (" code --wait ", vec!["code", "--wait"]),
            ("'/opt/my editor/ed' -n \"a b\"''", vec!["/opt/my editor/ed", "-n", "a b"]),
            ("sh -c $(touch x);y", vec!["sh", "-c", "$(touch", "x);y"]),
        ] {
            let found = argv(&|name| (name == "EDITOR").then(|| line.to_owned())).unwrap();
            assert_eq!(found, expected);
        }
        assert!(argv(&|_| Some("vi 'x".to_owned())).is_err());
        assert_eq!(argv(&|_| None).unwrap(), ["vi"]);
        let first = argv(&|name| (name != "SPYHOP_EDITOR").then(|| name.to_owned())).unwrap();
        assert_eq!(first, ["K9S_EDITOR"]);
    }
}
