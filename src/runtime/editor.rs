//! The user's own editor: a private file, argv without a shell, the whole terminal.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::drafts::Held;
use super::files;
use super::signals::Signals;
use super::terminal::Screen;
use crate::app::Returned;
use crate::app::drafts::Draft;
use crate::model::{Error, Result, text};

/// The variables that may name the editor. The first that is set wins.
const NAMES: [&str; 5] = ["SPYHOP_EDITOR", "K9S_EDITOR", "KUBE_EDITOR", "VISUAL", "EDITOR"];
const DEFAULT: &str = "vi";

/// A folder for one edit: the text, the draft that it began as, and a lock. An editor may leave copies of its own
/// beside the text, or something else in its place: all of it goes however the edit ends. What is left when the program
/// is killed is found by [`recover`].
struct Private {
    dir: PathBuf,
    _lock: File,
}

impl Private {
    fn text(&self) -> PathBuf {
        text_of(&self.dir)
    }
}

impl Drop for Private {
    fn drop(&mut self) {
        remove(&self.dir);
    }
}

/// Numbers and the name of the text: `4711-pod-web.yaml`.
fn text_of(dir: &Path) -> PathBuf {
    let name = dir.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    dir.join(name.split_once('-').map_or(name.as_str(), |(_, text)| text))
}

const DRAFT: &str = ".draft";
const LOCK: &str = ".lock";

/// The text goes before the lock does: whoever finds the lock free finds no text.
fn remove(dir: &Path) {
    let text = text_of(dir);
    let _ = std::fs::remove_file(&text).or_else(|_| std::fs::remove_dir_all(&text));
    let _ = std::fs::remove_dir_all(dir);
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
    entries.filter(|path| path.is_dir()).filter_map(|path| recover_one(&path, held)).collect()
}

fn recover_one(dir: &Path, held: &mut Held) -> Option<Draft> {
    let lock = files::append_private(&dir.join(LOCK)).ok()?;
    if matches!(lock.try_lock(), Err(TryLockError::WouldBlock)) {
        return None;
    }
    let text = read(&text_of(dir));
    let draft = read(&dir.join(DRAFT)).ok();
    let draft = draft.and_then(|draft| serde_json::from_str::<Draft>(&draft).ok()).zip(text.ok());
    let changed = draft.filter(|(draft, text)| *text != draft.text && *text != draft.base);
    let kept = changed.map(|(draft, text)| held.add(Draft { text, ..draft })).transpose();
    // It stays where it is until it lies somewhere else.
    let kept = kept.ok()?;
    remove(dir);
    kept
}

fn read(path: &Path) -> io::Result<String> {
    crate::disk::text(path, crate::disk::LARGE)
}

/// Lends the terminal to the editor and returns the edited text.
pub async fn edit(
    screen: &mut Screen,
    signals: &mut Signals,
    name: &str,
    text: &str,
    draft: Option<&Draft>,
) -> Result<Returned> {
    let dir = dir().ok_or_else(|| Error::Invalid("the editor failed: no home directory is set".to_owned()))?;
    let file = write(&dir, name, text, draft).map_err(|error| failed(&error))?;
    let mut argv = argv(&|name| std::env::var(name).ok())?;
    let program = argv.remove(0);
    let mut command = Command::new(&program);
    command.args(argv).arg(file.text());
    let status = screen.lend_whole(command, signals).await;
    let status = status.map_err(|error| Error::Invalid(format!("{program} could not be started: {error}")))?;
    let ended = (!status.success()).then(|| format!("{program} ended with {status}"));
    left(&file.text(), text, ended)
}

fn failed(error: &io::Error) -> Error {
    Error::Invalid(format!("the editor failed: {error}; the text is unchanged"))
}

/// What an editor left of a text, whether it failed or not: some write and fail.
fn left(path: &Path, before: &str, ended: Option<String>) -> Result<Returned> {
    match (read(path), ended) {
        (Ok(text), ended @ Some(_)) if text != before => Ok(Returned { text, failed: ended }),
        (_, Some(ended)) => Err(Error::Invalid(format!("{ended}; the text is unchanged"))),
        (Ok(text), None) => Ok(text.into()),
        (Err(error), None) => Err(failed(&error)),
    }
}

fn write(dir: &Path, name: &str, text: &str, draft: Option<&Draft>) -> io::Result<Private> {
    let dir = dir.join(format!("{}-{}", std::process::id(), files::safe_name(name)));
    files::private_dir(&dir)?;
    let lock = files::append_private(&dir.join(LOCK))?;
    // Where there are no locks, nobody is kept out by one.
    let _ = lock.try_lock();
    let file = Private { dir, _lock: lock };
    if let Some(draft) = draft {
        files::write_private(&file.dir.join(DRAFT), &draft.file().map_err(io::Error::other)?)?;
    }
    files::write_private(&file.text(), text)?;
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
        assert!(recover_from(&edits, &mut held).is_empty() && text.text().exists(), "it is being edited");
        std::fs::write(text.text(), "replicas: 5\n").unwrap();
        // Killed: nothing is tidied up, and the locks end.
        let paths = [text.text(), secret.text()];
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
    fn what_an_editor_wrote_before_it_failed_is_not_lost() {
        let dir = std::env::temp_dir().join(format!("spyhop-editor-failed-{}", std::process::id()));
        let file = write(&dir, "web.yaml", "replicas: 2\n", None).unwrap();
        let failed = || Some("ed ended with exit status: 1".to_owned());
        let unchanged = left(&file.text(), "replicas: 2\n", failed()).map_err(|error| error.text().to_owned());
        assert_eq!(unchanged, Err("ed ended with exit status: 1; the text is unchanged".to_owned()));
        std::fs::write(file.text(), "replicas: 5\n").unwrap();
        let kept = left(&file.text(), "replicas: 2\n", failed()).unwrap();
        assert_eq!(kept, Returned { text: "replicas: 5\n".to_owned(), failed: failed() });
        assert_eq!(left(&file.text(), "replicas: 2\n", None).unwrap(), "replicas: 5\n".to_owned().into());
        std::fs::remove_file(file.text()).unwrap();
        assert!(left(&file.text(), "replicas: 2\n", None).is_err());
        drop(file);
        std::fs::remove_dir(dir).unwrap();
    }

    #[test]
    fn nothing_of_an_edit_stays_whatever_the_editor_made_of_its_file() {
        let dir = std::env::temp_dir().join(format!("spyhop-editor-odd-{}", std::process::id()));
        let begun = draft(4, "replicas: 2\n");
        let file = write(&dir, "web.yaml", "replicas: 2\n", Some(&begun)).unwrap();
        std::fs::remove_file(file.text()).unwrap();
        std::fs::create_dir_all(file.text().join("deeper")).unwrap();
        std::fs::write(file.dir.join("web.yaml~"), "a copy of the editor").unwrap();
        assert!(left(&file.text(), "replicas: 2\n", None).is_err());
        // Killed there, the next run tidies up.
        drop(std::mem::ManuallyDrop::new(file)._lock.try_clone().unwrap().unlock());
        let (_, mut held) = Held::take(None);
        assert!(recover_from(&dir, &mut held).is_empty());
        std::fs::remove_dir(&dir).unwrap();
        drop(write(&dir, "web.yaml", "replicas: 2\n", None).unwrap());
        std::fs::remove_dir(dir).unwrap();
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
