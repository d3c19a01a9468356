//! The draft files of one run, and the locks that keep other runs away.
//!
//! Each draft lies on the disk twice. `X.new` is written at once and survives the death of the program. `X.json` waits
//! until the disk has it and survives the death of the machine, but a slow disk takes seconds for it.

use std::collections::{BTreeSet, HashMap};
use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use crate::app::drafts::Draft;
use crate::disk;
use crate::runtime::files;

/// The drafts of this run, by their number in it. All locks end with this value.
#[derive(Debug, Default)]
pub struct Held {
    dir: Option<PathBuf>,
    files: HashMap<u32, Locked>,
}

/// A draft's lasting file and its lock. The lock is a file of its own, because the draft file is replaced with each text.
#[derive(Debug)]
pub struct Locked {
    path: PathBuf,
    _lock: File,
}

impl Locked {
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Removes a draft. The texts are removed before the lock, so that a run that gets the lock finds no text.
    pub fn remove(self) -> io::Result<()> {
        let gone = |path: &Path| match std::fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        };
        let removed = gone(&at_once(&self.path)).and(gone(&self.path));
        let _ = std::fs::remove_file(lock_path(&self.path));
        removed
    }
}

impl Held {
    /// Takes all drafts that no other run holds. Files that are no drafts are left alone.
    pub fn take(dir: Option<PathBuf>) -> (Vec<Draft>, Self) {
        let mut held = Self { dir, files: HashMap::new() };
        held.sweep_parts();
        let texts: BTreeSet<PathBuf> = ["json", NEW]
            .into_iter()
            .flat_map(|ending| held.paths(ending))
            .map(|path| path.with_extension("json"))
            .collect();
        let mut found: Vec<(Draft, Locked)> = texts.into_iter().filter_map(read).collect();
        held.sweep();
        found.sort_by_key(|(draft, _)| std::cmp::Reverse(draft.at));
        let mut drafts = Vec::new();
        for ((mut draft, locked), id) in found.into_iter().zip(1..) {
            draft.id = id;
            held.files.insert(id, locked);
            drafts.push(draft);
        }
        (drafts, held)
    }

    fn paths(&self, ending: &str) -> Vec<PathBuf> {
        let entries = self.dir.as_ref().and_then(|dir| std::fs::read_dir(dir).ok()).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|end| end == ending)).collect()
    }

    /// Removes what runs that were killed had written in part: a text that was thrown away is not to stay in such a file.
    fn sweep_parts(&self) {
        let entries = self.dir.as_ref().and_then(|dir| std::fs::read_dir(dir).ok()).into_iter().flatten().flatten();
        for part in entries.map(|entry| entry.path()) {
            let is_part = part.extension().is_some_and(|end| end.to_string_lossy().starts_with("part"));
            let text = part.with_extension("").with_extension("json");
            if is_part && hold(&text).is_some() {
                let _ = std::fs::remove_file(part);
            }
        }
    }

    /// Removes lock files without a draft.
    fn sweep(&self) {
        for lock in self.paths("lock") {
            let text = lock.with_extension("json");
            let is_alone = || !text.exists() && !at_once(&text).exists();
            if is_alone() && hold(&text).is_some_and(|_held| is_alone()) {
                let _ = std::fs::remove_file(lock);
            }
        }
    }

    /// Adds a draft under a free number, and waits until the disk has it.
    pub fn add(&mut self, draft: Draft) -> io::Result<Draft> {
        let id = self.files.keys().max().map_or(1, |last| last + 1);
        let draft = Draft { id, ..draft };
        let (path, text) = self.keep(&draft)?;
        files::write_private(&path, &text)?;
        Ok(draft)
    }

    /// Writes a draft without waiting for the disk. Gives the file that shall last, and its text.
    pub fn keep(&mut self, draft: &Draft) -> io::Result<(PathBuf, String)> {
        let text = draft.file().map_err(io::Error::other)?;
        let path = match self.files.get(&draft.id) {
            Some(locked) => locked.path.clone(),
            None => {
                let locked = self.begin(draft)?;
                self.files.entry(draft.id).or_insert(locked).path.clone()
            }
        };
        files::write_passing(&at_once(&path), &text)?;
        Ok((path, text))
    }

    /// Creates a file with a name that no other run can have.
    fn begin(&self, draft: &Draft) -> io::Result<Locked> {
        let dir = self.dir.as_ref().ok_or_else(|| io::Error::other("no home directory is set"))?;
        files::private_dir(dir)?;
        let moment = jiff::Timestamp::now().as_nanosecond();
        let name =
            format!("{}-{}-{moment}-{}.json", files::digest(&draft.key().join("|")), std::process::id(), draft.id);
        hold(&dir.join(name)).ok_or_else(|| io::Error::other("another spyhop has it open"))
    }

    /// Lets go of a draft, which its taker removes.
    pub fn forget(&mut self, id: u32) -> Option<Locked> {
        self.files.remove(&id)
    }
}

const NEW: &str = "new";

fn at_once(text: &Path) -> PathBuf {
    text.with_extension(NEW)
}

fn lock_path(text: &Path) -> PathBuf {
    text.with_extension("lock")
}

/// Takes the lock of a draft, unless another run holds it. On a file system without locks the draft is taken as it is.
fn hold(text: &Path) -> Option<Locked> {
    let lock = files::append_private(&lock_path(text)).ok()?;
    match lock.try_lock() {
        Err(TryLockError::WouldBlock) => None,
        Ok(()) | Err(TryLockError::Error(_)) => Some(Locked { path: text.to_owned(), _lock: lock }),
    }
}

/// The later one of the two texts of a draft: the one that is written first. A file that is damaged counts as missing.
fn later(path: &Path) -> Option<Draft> {
    let parsed = |path: &Path| serde_json::from_str::<Draft>(&disk::text(path, disk::LARGE).ok()?).ok();
    parsed(&at_once(path)).or_else(|| parsed(path))
}

fn read(path: PathBuf) -> Option<(Draft, Locked)> {
    // The file is first read without the lock, so that no lock is made for files that are no drafts.
    later(&path)?;
    let locked = hold(&path)?;
    // The file is read again under the lock: its run may have written a last text before it ended.
    match later(&path) {
        Some(draft) => Some((draft, locked)),
        None => {
            let _ = std::fs::remove_file(lock_path(&path));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::drafts::testing::draft;

    fn place(name: &str) -> PathBuf {
        let dir = std::env::temp_dir().join(format!("spyhop-drafts-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&dir);
        dir
    }

    fn texts(drafts: &[Draft]) -> Vec<&str> {
        drafts.iter().map(|draft| draft.text.as_str()).collect()
    }

    #[test]
    fn what_one_run_has_is_not_found_by_another() {
        let dir = place("two");
        let (none, mut first) = Held::take(Some(dir.clone()));
        assert!(none.is_empty());
        first.keep(&draft(1, "replicas: 2\n")).unwrap();
        let (seen, mut second) = Held::take(Some(dir.clone()));
        assert!(seen.is_empty(), "the draft of a run that goes on was taken over");
        // The second run edits the same object. It has a file of its own, and removing it leaves the first alone.
        second.keep(&draft(1, "replicas: 9\n")).unwrap();
        second.forget(1).unwrap().remove().unwrap();
        first.keep(&draft(1, "replicas: 3\n")).unwrap();
        drop((first, second));
        let (left, held) = Held::take(Some(dir.clone()));
        assert_eq!(texts(&left), ["replicas: 3\n"]);
        drop(held);
        std::fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    fn two_drafts_of_one_object_are_both_kept_and_nothing_stays_of_one_that_is_forgotten() {
        let dir = place("both");
        let (_, mut held) = Held::take(Some(dir.clone()));
        held.keep(&draft(1, "replicas: 2\n")).unwrap();
        held.keep(&draft(2, "replicas: 3\n")).unwrap();
        drop(held);
        let (left, mut held) = Held::take(Some(dir.clone()));
        let mut all = texts(&left);
        all.sort_unstable();
        assert_eq!(all, ["replicas: 2\n", "replicas: 3\n"]);
        left.iter().for_each(|draft| held.forget(draft.id).unwrap().remove().unwrap());
        assert_eq!(std::fs::read_dir(&dir).unwrap().count(), 0);
        std::fs::remove_dir_all(dir).unwrap();
    }

    /// The moments at which a run may die: before the lasting file, between two texts, and in the middle of a write.
    #[test]
    fn the_latest_whole_text_is_found_whenever_the_run_died() {
        let dir = place("died");
        let kept = |text: &str, at: i64, held: &mut Held| held.keep(&Draft { at, ..draft(1, text) }).unwrap();
        let found = || texts(&Held::take(Some(dir.clone())).0).into_iter().map(str::to_owned).collect::<Vec<_>>();
        let (_, mut held) = Held::take(Some(dir.clone()));
        let (path, first) = kept("replicas: 2\n", 10, &mut held);
        drop(held);
        assert_eq!(found(), ["replicas: 2\n"], "the disk had not answered yet");
        files::write_private(&path, &first).unwrap();
        let (_, mut held) = Held::take(Some(dir.clone()));
        kept("replicas: 3\n", 20, &mut held);
        drop(held);
        assert_eq!(found(), ["replicas: 3\n"], "the lasting file is older");
        std::fs::write(at_once(&path), "{\"at\": 30").unwrap();
        assert_eq!(found(), ["replicas: 2\n"], "the later file is damaged");
        std::fs::remove_file(at_once(&path)).unwrap();
        assert_eq!(found(), ["replicas: 2\n"]);
        std::fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    fn what_was_written_in_part_goes_unless_its_run_goes_on() {
        let dir = place("parts");
        let (_, mut first) = Held::take(Some(dir.clone()));
        let (path, _) = first.keep(&draft(1, "replicas: 2\n")).unwrap();
        let (mine, lone) = (path.with_added_extension("part7"), dir.join("gone.new.part8"));
        [&mine, &lone].into_iter().for_each(|part| std::fs::write(part, "{\"text\": \"hun").unwrap());
        let (_, second) = Held::take(Some(dir.clone()));
        assert!(mine.exists() && !lone.exists() && !dir.join("gone.lock").exists());
        drop((first, second));
        assert_eq!(texts(&Held::take(Some(dir.clone())).0), ["replicas: 2\n"]);
        assert!(!mine.exists());
        std::fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    fn files_that_are_no_drafts_are_left_alone() {
        let dir = place("strange");
        std::fs::create_dir_all(&dir).unwrap();
        std::fs::write(dir.join("notes.json"), "{}").unwrap();
        std::fs::write(dir.join("gone.lock"), "").unwrap();
        let (found, _held) = Held::take(Some(dir.clone()));
        assert!(found.is_empty() && dir.join("notes.json").exists() && !dir.join("gone.lock").exists());
        assert!(!dir.join("notes.lock").exists());
        std::fs::remove_dir_all(dir).unwrap();
    }
}
