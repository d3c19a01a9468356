//! The file of a recording: new, private, of bounded size, and written by a thread of its own.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, TrySendError, channel, sync_channel};
use std::time::Duration;

use super::outline::Turn;
use crate::runtime::files;

/// The largest recording, in bytes: some hours of use.
const LARGEST: usize = 64 << 20;
/// The most turns that wait for the disk.
const WAITING: usize = 4096;
/// The bytes that are collected before they are written, unless nothing else waits.
const CHUNK: usize = 64 << 10;
/// The time that the end of the program gives the disk.
const LEAVING: Duration = Duration::from_secs(2);

/// The first line. It says what the file is, and by which version it was made.
const HEAD: &str =
    concat!("{\"recording\":\"spyhop\",\"version\":\"", env!("CARGO_PKG_VERSION"), "\",\"holds\":\"outline\"}\n");

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
    pub fn start(self, fail: impl FnOnce(String) + Send + 'static) -> Writer {
        let (turns, waiting) = sync_channel(WAITING);
        let (done, finished) = channel();
        let paper = Paper { file: self.file, chunk: HEAD.as_bytes().to_vec(), written: 0, largest: LARGEST };
        std::thread::spawn(move || {
            if let Err(why) = paper.fill(&waiting) {
                fail(format!("the recording in {} has ended: {why}", self.path.display()));
            }
            drop(done);
        });
        Writer { turns, finished }
    }
}

/// The end of the queue into which the loop puts turns.
pub struct Writer {
    turns: SyncSender<Turn>,
    finished: Receiver<()>,
}

impl Writer {
    /// A disk that takes nothing for thousands of turns costs the recording, never the screen.
    pub fn write(&mut self, turn: Turn) {
        if let Err(TrySendError::Full(_)) = self.turns.try_send(turn) {
            let (closed, _) = sync_channel(0);
            self.turns = closed;
        }
    }

    pub fn finish(self) {
        let Self { turns, finished } = self;
        drop(turns);
        // The channel says nothing: it closes when everything is written.
        let _ = finished.recv_timeout(LEAVING);
    }
}

struct Paper {
    file: File,
    chunk: Vec<u8>,
    /// The bytes that the file holds.
    written: usize,
    largest: usize,
}

impl Paper {
    /// Writes turns until there are no more, or until the reason why it cannot.
    fn fill(mut self, waiting: &Receiver<Turn>) -> Result<(), String> {
        loop {
            let turn = match waiting.try_recv() {
                Ok(turn) => turn,
                Err(TryRecvError::Disconnected) => return self.flush(),
                Err(TryRecvError::Empty) => {
                    self.flush()?;
                    let Ok(turn) = waiting.recv() else { return Ok(()) };
                    turn
                }
            };
            self.add(&turn)?;
        }
    }

    fn add(&mut self, turn: &Turn) -> Result<(), String> {
        let line = serde_json::to_vec(turn).map_err(|error| error.to_string())?;
        if self.written + self.chunk.len() + line.len() >= self.largest {
            self.flush()?;
            return Err(format!("it has reached its largest size, {} MiB", self.largest >> 20));
        }
        self.chunk.extend(line);
        self.chunk.push(b'\n');
        if self.chunk.len() >= CHUNK { self.flush() } else { Ok(()) }
    }

    /// A file that could not take everything ends with a whole line.
    fn flush(&mut self) -> Result<(), String> {
        let added = self.file.write_all(&self.chunk);
        if added.is_err() {
            let _ = self.file.set_len(self.written as u64);
        }
        self.written += self.chunk.len();
        self.chunk.clear();
        added.map_err(|error| error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::recording::outline::Heard;

    fn turn(at: i64) -> Turn {
        Turn { at, heard: vec![Heard::Typed], did: Vec::new(), scene: None }
    }

    fn path(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("spyhop-recording-{name}-{}", std::process::id()));
        let _ = std::fs::remove_file(&path);
        path
    }

    #[test]
    fn everything_is_on_the_disk_at_the_end() {
        let path = path("whole");
        let mut writer = Fresh::create(&path).unwrap().start(|why| panic!("{why}"));
        (0..2000).for_each(|at| writer.write(turn(at)));
        writer.finish();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!((text.lines().count(), text.lines().last()), (2001, Some(r#"{"at":1999,"heard":["typed"]}"#)));
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn a_file_that_is_full_ends_with_a_whole_line() {
        let path = path("full");
        let Fresh { file, .. } = Fresh::create(&path).unwrap();
        let (turns, waiting) = sync_channel(100);
        (0..100).for_each(|at| turns.send(turn(at)).unwrap());
        let paper = Paper { file, chunk: Vec::new(), written: 0, largest: 1 << 10 };
        assert_eq!(paper.fill(&waiting), Err("it has reached its largest size, 0 MiB".to_owned()));
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.len() > 900 && text.len() < 1 << 10 && text.ends_with("\"typed\"]}\n"), "{}", text.len());
        std::fs::remove_file(path).unwrap();
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_told_once() {
        let file = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let fresh = Fresh { file, path: "/dev/full".into() };
        let (tell, told) = channel();
        let mut writer = fresh.start(move |why| tell.send(why).unwrap());
        let why = told.recv().unwrap();
        assert!(why.starts_with("the recording in /dev/full has ended: No space left on device"), "{why}");
        writer.write(turn(1));
        writer.finish();
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
