//! A program in a pseudo terminal. The thread that reads takes the time before it emulates, and looks for the goals
//! itself, so that no time passes between an effect and its stamp.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use vt100::Screen;

pub const COLS: u16 = 160;
pub const ROWS: u16 = 45;

/// Something that a screen shows or not.
pub type Goal = Box<dyn Fn(&Screen) -> bool + Send>;

struct Seen {
    parser: vt100::Parser,
    bytes: u64,
    goals: Vec<(Goal, Option<Instant>)>,
}

impl Seen {
    fn look(&mut self, stamp: Instant) {
        for (goal, at) in &mut self.goals {
            if at.is_none() && goal(self.parser.screen()) {
                *at = Some(stamp);
            }
        }
    }
}

type Shared = Arc<(Mutex<Seen>, Condvar)>;

pub struct Terminal {
    pub started: Instant,
    child: Box<dyn Child + Send + Sync>,
    writer: Box<dyn Write + Send>,
    shared: Shared,
    _master: Box<dyn MasterPty + Send>,
}

impl Terminal {
    pub fn start(program: &Path, args: &[&str], kubeconfig: &str, goals: Vec<Goal>) -> Self {
        Self::with_env(program, args, &[("KUBECONFIG", kubeconfig)], goals)
    }

    pub fn with_env(program: &Path, args: &[&str], own: &[(&str, &str)], goals: Vec<Goal>) -> Self {
        let size = PtySize { rows: ROWS, cols: COLS, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(args);
        // Nothing is known of earlier runs: rows that were remembered would be there at once.
        let state = concat!(env!("CARGO_TARGET_TMPDIR"), "/bench-state");
        let _ = std::fs::remove_dir_all(state);
        let look = [("TERM", "xterm-256color"), ("COLORTERM", "truecolor"), ("LANG", "C.UTF-8")];
        let env = look.into_iter().chain([("XDG_STATE_HOME", state)]);
        env.chain(own.iter().copied()).for_each(|(name, value)| command.env(name, value));
        let goals = goals.into_iter().map(|goal| (goal, None)).collect();
        let seen = Seen { parser: vt100::Parser::new(ROWS, COLS, 0), bytes: 0, goals };
        let shared: Shared = Arc::new((Mutex::new(seen), Condvar::new()));
        let (reader, theirs) = (pair.master.try_clone_reader().unwrap(), shared.clone());
        std::thread::spawn(move || follow(reader, &theirs));
        let started = Instant::now();
        let child = pair.slave.spawn_command(command).unwrap();
        Self { started, child, writer: pair.master.take_writer().unwrap(), shared, _master: pair.master }
    }

    pub fn pid(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    pub fn bytes(&self) -> u64 {
        self.shared.0.lock().unwrap().bytes
    }

    pub fn with<T>(&self, look: impl FnOnce(&Screen) -> T) -> T {
        look(self.shared.0.lock().unwrap().parser.screen())
    }

    /// Looks for a goal from now on, instead of former ones.
    pub fn aim(&self, goal: Goal) {
        let mut seen = self.shared.0.lock().unwrap();
        seen.goals = vec![(goal, None)];
        seen.look(Instant::now());
    }

    /// When goal number `index` was reached, if that is so within `limit` from now.
    pub fn reached(&self, index: usize, limit: Duration) -> Option<Instant> {
        let (lock, changed) = &*self.shared;
        let until = Instant::now() + limit;
        let mut seen = lock.lock().unwrap();
        loop {
            let left = until.checked_duration_since(Instant::now());
            match (seen.goals[index].1, left) {
                (Some(at), _) => return Some(at),
                (None, None) => return None,
                (None, Some(left)) => seen = changed.wait_timeout(seen, left).unwrap().0,
            }
        }
    }

    pub fn keys(&mut self, keys: &str) -> Instant {
        let now = Instant::now();
        self.writer.write_all(keys.as_bytes()).unwrap();
        self.writer.flush().unwrap();
        now
    }
}

fn follow(mut reader: Box<dyn Read + Send>, shared: &Shared) {
    let mut buffer = [0; 65_536];
    while let Ok(n @ 1..) = reader.read(&mut buffer) {
        let stamp = Instant::now();
        let mut seen = shared.0.lock().unwrap();
        seen.bytes += n as u64;
        seen.parser.process(&buffer[..n]);
        seen.look(stamp);
        drop(seen);
        shared.1.notify_all();
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
