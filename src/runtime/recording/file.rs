//! The file of a recording: new, private, of bounded size, and written by a thread of its own.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, channel, sync_channel};
use std::time::{Duration, Instant};

use crate::runtime::files;

/// The most entries that wait for the disk.
const WAITING: usize = 4096;
/// The memory in bytes, about, that entries may take while they wait for the disk.
const HEAVIEST: usize = 256 << 20;
/// The bytes that are collected before they are written.
const CHUNK: usize = 64 << 10;

/// How one sort of recording is written.
pub trait Format: Send + 'static {
    type Entry: Send + 'static;
    /// The word in the first line for what the recording holds.
    const HOLDS: &'static str;
    /// The size in bytes at which the file ends.
    const LARGEST: usize;
    /// The time for which entries are kept back from the disk while more of them come.
    const PATIENCE: Duration;
    /// The time that the end of the program gives the disk.
    const LEAVING: Duration;

    /// Adds an entry to what is to be written. An error is the reason why it cannot be written.
    fn add(&mut self, entry: Self::Entry, out: &mut Vec<u8>) -> Result<(), String>;

    /// Adds what was kept back, so that everything up to now can be read if nothing more comes.
    fn flush(&mut self, _out: &mut Vec<u8>) {}

    /// Adds the end, and why it comes before that of the program, if it does.
    fn end(&mut self, _why: Option<&str>, _out: &mut Vec<u8>) {}
}

pub struct Fresh {
    file: File,
    path: PathBuf,
}

impl Fresh {
    pub fn create(path: &Path) -> io::Result<Self> {
        Ok(Self { file: files::create_private(path)?, path: path.to_owned() })
    }

    pub fn remove(self) {
        let _ = std::fs::remove_file(self.path);
    }

    /// `fail` gets a sentence for the user if the recording ends early.
    pub fn start<F: Format>(self, format: F, fail: impl FnOnce(String) + Send + 'static) -> Writer<F> {
        let (entries, waiting) = sync_channel(WAITING);
        let (done, finished) = channel();
        let load = Arc::new(Load::default());
        let paper = Paper::new(self.file, format, load.clone());
        std::thread::spawn(move || {
            if let Err(why) = paper.fill(&waiting) {
                fail(format!("the recording in {} has ended: {why}", self.path.display()));
            }
            drop(done);
        });
        Writer { entries: Some(entries), load, finished }
    }
}

/// What waits for the disk.
#[derive(Default)]
struct Load {
    bytes: AtomicUsize,
    /// Whether more came than can wait.
    is_late: AtomicBool,
}

type Weighed<F> = (usize, <F as Format>::Entry);

/// The end of the queue into which the loop puts entries.
pub struct Writer<F: Format> {
    entries: Option<SyncSender<Weighed<F>>>,
    load: Arc<Load>,
    finished: Receiver<()>,
}

impl<F: Format> Writer<F> {
    /// `weight` is the memory in bytes, about, that the entry takes. A disk that is too slow costs the recording, never
    /// the screen.
    pub fn write(&mut self, weight: usize, entry: F::Entry) {
        let Some(entries) = &self.entries else { return };
        let before = self.load.bytes.fetch_add(weight, Ordering::Relaxed);
        let has_room = before == 0 || before + weight <= HEAVIEST;
        if !has_room || entries.try_send((weight, entry)).is_err() {
            self.load.is_late.store(true, Ordering::Release);
            self.entries = None;
        }
    }
}

impl<F: Format> Drop for Writer<F> {
    /// Waits for a moment until the disk has everything, also if the loop panics.
    fn drop(&mut self) {
        self.entries = None;
        // The channel says nothing: it closes when everything is written.
        let _ = self.finished.recv_timeout(F::LEAVING);
    }
}

/// The first line. It says what the file is, and by which version it was made.
pub fn head<F: Format>() -> Vec<u8> {
    let (version, holds) = (env!("CARGO_PKG_VERSION"), F::HOLDS);
    format!("{{\"recording\":\"spyhop\",\"version\":\"{version}\",\"holds\":\"{holds}\"}}\n").into()
}

struct Paper<F> {
    file: File,
    format: F,
    load: Arc<Load>,
    chunk: Vec<u8>,
    /// The bytes that the file holds.
    written: usize,
    largest: usize,
    flushed: Instant,
    has_failed: bool,
}

impl<F: Format> Paper<F> {
    fn new(file: File, format: F, load: Arc<Load>) -> Self {
        let (chunk, largest, flushed) = (head::<F>(), F::LARGEST, Instant::now());
        Self { file, format, load, chunk, written: 0, largest, flushed, has_failed: false }
    }

    /// Writes entries until there are no more, or until the reason why it cannot.
    fn fill(mut self, waiting: &Receiver<Weighed<F>>) -> Result<(), String> {
        let taken = self.take(waiting);
        // Nothing can follow what the disk did not take.
        if self.has_failed {
            return taken;
        }
        self.format.end(taken.as_ref().err().map(String::as_str), &mut self.chunk);
        taken.and(self.write())
    }

    fn take(&mut self, waiting: &Receiver<Weighed<F>>) -> Result<(), String> {
        while let Some((weight, entry)) = self.next(waiting)? {
            if self.written + self.chunk.len() >= self.largest {
                return Err(format!("it has reached its largest size, {} MiB", self.largest >> 20));
            }
            self.format.add(entry, &mut self.chunk)?;
            self.load.bytes.fetch_sub(weight, Ordering::Relaxed);
            if self.chunk.len() >= CHUNK {
                self.write()?;
            }
        }
        Ok(())
    }

    /// The next entry; `None` if no more come. What was taken before is on the disk if it takes a while.
    fn next(&mut self, waiting: &Receiver<Weighed<F>>) -> Result<Option<Weighed<F>>, String> {
        let due = self.flushed + F::PATIENCE;
        let next = match waiting.recv_timeout(due.saturating_duration_since(Instant::now())) {
            Err(RecvTimeoutError::Timeout) => {
                self.format.flush(&mut self.chunk);
                self.write()?;
                let next = waiting.recv();
                self.flushed = Instant::now();
                next.ok()
            }
            Err(RecvTimeoutError::Disconnected) => None,
            Ok(entry) => Some(entry),
        };
        match next.is_none() && self.load.is_late.load(Ordering::Acquire) {
            true => Err("more happens than can be written".to_owned()),
            false => Ok(next),
        }
    }

    /// A file that could not take everything ends with what it took before.
    fn write(&mut self) -> Result<(), String> {
        if let Err(error) = self.file.write_all(&self.chunk) {
            let _ = self.file.set_len(self.written as u64);
            self.has_failed = true;
            return Err(error.to_string());
        }
        self.written += self.chunk.len();
        self.chunk.clear();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A number on each line.
    struct Numbers;

    impl Format for Numbers {
        type Entry = u32;
        const HOLDS: &'static str = "numbers";
        const LARGEST: usize = 64 << 20;
        const PATIENCE: Duration = Duration::ZERO;
        const LEAVING: Duration = Duration::from_secs(60);

        fn add(&mut self, entry: u32, out: &mut Vec<u8>) -> Result<(), String> {
            out.extend(format!("{entry}\n").bytes());
            Ok(())
        }

        fn end(&mut self, why: Option<&str>, out: &mut Vec<u8>) {
            out.extend(format!("end {why:?}\n").bytes());
        }
    }

    fn path(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("spyhop-recording-{name}-{}", std::process::id()));
        let _ = std::fs::remove_file(&path);
        path
    }

    #[test]
    fn everything_is_on_the_disk_at_the_end() {
        let path = path("whole");
        let mut writer = Fresh::create(&path).unwrap().start(Numbers, |why| panic!("{why}"));
        (0..2000).for_each(|number| writer.write(100, number));
        drop(writer);
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!((text.lines().count(), text.lines().last()), (2002, Some("end None")));
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn a_file_that_is_full_ends_with_a_whole_line() {
        let path = path("full");
        let Fresh { file, .. } = Fresh::create(&path).unwrap();
        let (entries, waiting) = sync_channel(1000);
        (0..1000).for_each(|number| entries.send((1, number)).unwrap());
        let paper = Paper { largest: 1 << 10, ..Paper::new(file, Numbers, Arc::default()) };
        assert_eq!(paper.fill(&waiting), Err("it has reached its largest size, 0 MiB".to_owned()));
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.len() >= 1 << 10 && text.len() < 1200, "{}", text.len());
        assert!(text.ends_with("end Some(\"it has reached its largest size, 0 MiB\")\n"), "{text}");
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn what_comes_too_fast_ends_the_recording_and_is_told() {
        let path = path("late");
        let Fresh { file, .. } = Fresh::create(&path).unwrap();
        let (entries, waiting) = sync_channel(WAITING);
        let (load, (_done, finished)) = (Arc::new(Load::default()), channel());
        let mut writer = Writer::<Numbers> { entries: Some(entries), load: load.clone(), finished };
        writer.write(HEAVIEST * 2, 1);
        writer.write(1, 2);
        writer.write(1, 3);
        let told = Paper::new(file, Numbers, load).fill(&waiting);
        assert_eq!(told, Err("more happens than can be written".to_owned()));
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.ends_with("}\n1\nend Some(\"more happens than can be written\")\n"), "{text}");
        drop(_done);
        std::fs::remove_file(path).unwrap();
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_told_once() {
        let file = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let fresh = Fresh { file, path: "/dev/full".into() };
        let (tell, told) = channel();
        let mut writer = fresh.start(Numbers, move |why| tell.send(why).unwrap());
        let why = told.recv().unwrap();
        assert!(why.starts_with("the recording in /dev/full has ended: No space left on device"), "{why}");
        writer.write(1, 1);
        drop(writer);
        assert!(told.recv().is_err());
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_new_and_private() {
        use std::os::unix::fs::PermissionsExt;
        let (path, link) = (path("new"), path("link"));
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert_eq!(Fresh::create(&link).map(drop).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert!(!path.exists(), "the link was followed");
        let fresh = Fresh::create(&path).unwrap();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(Fresh::create(&path).map(drop).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        fresh.remove();
        assert!(!path.exists());
        std::fs::remove_file(link).unwrap();
    }
}
