//! The program in a pseudo terminal: keys in, what the screen says out.
#![allow(dead_code, reason = "shared by test targets that need parts of it")]

use std::io::{Read, Write};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use nix::sys::termios::LocalFlags;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

pub struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    writer: Box<dyn Write + Send>,
    shared: Arc<(Mutex<Shown>, Condvar)>,
    master: Box<dyn MasterPty + Send>,
    /// How the terminal treats lines before a program changes that.
    cooked: LocalFlags,
}

/// What a program asks of the terminal besides drawing.
#[derive(Default)]
struct Heard {
    /// What it sent to the clipboard last, as it was sent.
    clipboard: Vec<u8>,
}

impl vt100::Callbacks for Heard {
    fn copy_to_clipboard(&mut self, _: &mut vt100::Screen, _: &[u8], data: &[u8]) {
        self.clipboard = data.to_vec();
    }
}

/// The screen, and what of a frame has not arrived whole.
struct Shown {
    parser: vt100::Parser<Heard>,
    pending: Vec<u8>,
    /// When the last bytes came.
    heard: Instant,
}

impl Shown {
    /// Half a frame shows what was never meant to be seen together; only whole ones count.
    fn take(&mut self, bytes: &[u8]) {
        self.heard = Instant::now();
        self.pending.extend_from_slice(bytes);
        let find = |mark: &[u8]| self.pending.windows(mark.len()).rposition(|bytes| bytes == mark);
        let whole = match (find(FRAME_START), find(FRAME_END)) {
            (Some(start), end) if end.is_none_or(|end| end < start) => start,
            _ => self.pending.len(),
        };
        self.show(whole);
    }

    fn show(&mut self, bytes: usize) {
        let shown: Vec<u8> = self.pending.drain(..bytes).collect();
        self.parser.process(&shown);
    }

    /// A program that is stopped may leave half a frame: no terminal waits for the rest of it for ever.
    fn give_up(&mut self) {
        if self.heard.elapsed() >= FRAME_LIMIT {
            self.show(self.pending.len());
        }
    }
}

/// Sends a signal by its name.
pub fn signal(pid: u32, name: &str) {
    assert!(std::process::Command::new("kill").args([format!("-{name}"), pid.to_string()]).status().unwrap().success());
}

/// The bounds of a synchronized update.
const FRAME_START: &[u8] = b"\x1b[?2026h";
const FRAME_END: &[u8] = b"\x1b[?2026l";

/// What a test waits in vain for ends it after so many times what it takes at most on a quiet machine.
const PATIENCE: u64 = 3;

/// How long a terminal waits for the end of a synchronized update.
const FRAME_LIMIT: Duration = Duration::from_secs(1);

impl Terminal {
    /// Starts spyhop with `args` on `kubeconfig`; it knows nothing of earlier tests.
    pub fn start(kubeconfig: &str, args: &[&str]) -> Self {
        Self::sized(kubeconfig, args, 120, 40)
    }

    pub fn sized(kubeconfig: &str, args: &[&str], cols: u16, rows: u16) -> Self {
        let args: Vec<&str> = args.iter().copied().chain(["--no-remember"]).collect();
        Self::with_env(kubeconfig, &args, cols, rows, &[])
    }

    pub fn with_env(kubeconfig: &str, args: &[&str], cols: u16, rows: u16, env: &[(&str, &str)]) -> Self {
        let mut vars = vec![("KUBECONFIG", kubeconfig), ("COLORTERM", "truecolor"), ("LANG", "C.UTF-8")];
        vars.extend(env);
        Self::program(env!("CARGO_BIN_EXE_spyhop"), args, cols, rows, &vars)
    }

    /// Any program.
    pub fn program(path: &str, args: &[&str], cols: u16, rows: u16, env: &[(&str, &str)]) -> Self {
        let size = PtySize { rows, cols, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(path);
        command.args(args);
        command.env("TERM", "xterm-256color");
        env.iter().for_each(|(name, value)| command.env(name, value));
        let cooked = pair.master.get_termios().unwrap().local_flags;
        let child = pair.slave.spawn_command(command).unwrap();
        let mut reader = pair.master.try_clone_reader().unwrap();
        let parser = vt100::Parser::new_with_callbacks(rows, cols, 0, Heard::default());
        let shown = Shown { parser, pending: Vec::new(), heard: Instant::now() };
        let shared = Arc::new((Mutex::new(shown), Condvar::new()));
        let theirs = shared.clone();
        std::thread::spawn(move || {
            let mut buffer = [0; 65_536];
            while let Ok(n @ 1..) = reader.read(&mut buffer) {
                theirs.0.lock().unwrap().take(&buffer[..n]);
                theirs.1.notify_all();
            }
            // The last words of a program that ends are in no frame.
            let mut shown = theirs.0.lock().unwrap();
            let rest = shown.pending.len();
            shown.show(rest);
            theirs.1.notify_all();
        });
        Self { child, writer: pair.master.take_writer().unwrap(), shared, master: pair.master, cooked }
    }

    pub fn text(&self) -> String {
        self.shared.0.lock().unwrap().parser.screen().contents()
    }

    /// The cells of some rows: what they show, their colours as far as they are not the default, and attributes.
    pub fn cells(&self, rows: std::ops::Range<u16>) -> Vec<Vec<vt100::Cell>> {
        let shown = self.shared.0.lock().unwrap();
        let screen = shown.parser.screen();
        let cols = screen.size().1;
        rows.map(|row| (0..cols).map(|col| screen.cell(row, col).unwrap().clone()).collect()).collect()
    }

    /// What was sent to the clipboard last, in base64.
    pub fn clipboard(&self) -> String {
        String::from_utf8_lossy(&self.shared.0.lock().unwrap().parser.callbacks().clipboard).into_owned()
    }

    /// Waits until this was sent to the clipboard, in base64.
    pub fn copies(&self, sent: &str, seconds: u64) {
        let (start, (lock, changed)) = (Instant::now(), &*self.shared);
        let mut shown = lock.lock().unwrap();
        while shown.parser.callbacks().clipboard != sent.as_bytes() {
            let left = Duration::from_secs(PATIENCE * seconds).checked_sub(start.elapsed());
            shown = changed.wait_timeout(shown, left.expect("nothing came to the clipboard")).unwrap().0;
        }
    }

    /// Waits until the screen satisfies `wanted`; says how long it took.
    pub fn until(&self, what: &str, seconds: u64, wanted: impl Fn(&str) -> bool) -> Duration {
        let (start, seconds) = (Instant::now(), PATIENCE * seconds);
        match self.comes_to(seconds, wanted) {
            Ok(()) => start.elapsed(),
            Err(text) => panic!("after {seconds} s the screen does not show {what}:\n{text}"),
        }
    }

    /// The same, or what the screen shows in the end.
    fn comes_to(&self, seconds: u64, wanted: impl Fn(&str) -> bool) -> Result<(), String> {
        let (start, (lock, changed)) = (Instant::now(), &*self.shared);
        let mut shown = lock.lock().unwrap();
        loop {
            shown.give_up();
            let text = shown.parser.screen().contents();
            if wanted(&text) {
                return Ok(());
            }
            let left = Duration::from_secs(seconds).checked_sub(start.elapsed());
            let Some(left) = left else { return Err(text) };
            shown = changed.wait_timeout(shown, left.min(FRAME_LIMIT)).unwrap().0;
        }
    }

    /// Types a line until it has its effect: busybox's shell asks where the cursor is before it listens, and loses what
    /// is typed meanwhile; a resize may come later than what was typed after it.
    pub fn typed(&mut self, line: &str, words: &str) {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            self.keys(line);
            let Err(text) = self.comes_to(2, |text| text.contains(words)) else { return };
            assert!(Instant::now() < deadline, "{words} never came:\n{text}");
        }
    }

    pub fn shows(&self, words: &str, seconds: u64) -> Duration {
        self.until(words, seconds, |text| text.contains(words))
    }

    /// A question is read before it is answered: it takes no keys at once.
    pub fn keys(&mut self, keys: &str) {
        let asked = Instant::now();
        while self.text().contains("[ Cancel ]") && asked.elapsed() < Duration::from_millis(300) {
            std::thread::yield_now();
        }
        self.writer.write_all(keys.as_bytes()).unwrap();
        self.writer.flush().unwrap();
    }

    /// Enter in a review, once it has been on the screen for as long as it wants to be.
    pub fn writes(&mut self) {
        let shown = Instant::now();
        while shown.elapsed() < Duration::from_millis(400) {
            std::thread::yield_now();
        }
        self.keys("\r");
    }

    /// Presses a key and waits for an effect; keys must answer whatever the server does.
    pub fn answers(&mut self, keys: &str, words: &str) {
        self.keys(keys);
        let took = self.shows(words, 5);
        assert!(took < Duration::from_secs(2), "the key took {took:?}");
    }

    pub fn resize(&self, cols: u16, rows: u16) {
        self.shared.0.lock().unwrap().parser.screen_mut().set_size(rows, cols);
        self.master.resize(PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }).unwrap();
    }

    /// What happens when an ssh connection breaks.
    pub fn hang_up(&self) {
        signal(self.pid(), "HUP");
    }

    pub fn pid(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// Whether the terminal is as it was before: no alternate screen, no reports of mouse and pastes, lines and echo.
    pub fn is_given_back(&self) -> bool {
        let shown = self.shared.0.lock().unwrap();
        let screen = shown.parser.screen();
        let quiet = screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None && !screen.bracketed_paste();
        let cooked = self.master.get_termios().is_some_and(|termios| termios.local_flags == self.cooked);
        !screen.alternate_screen() && !screen.hide_cursor() && quiet && cooked
    }

    /// Waits for the end, and gives the exit code.
    pub fn ends(&mut self, seconds: u64) -> u32 {
        let asked = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.exit_code();
            }
            assert!(asked.elapsed() < Duration::from_secs(PATIENCE * seconds), "it goes on:\n{}", self.text());
            let shown = self.shared.0.lock().unwrap();
            drop(self.shared.1.wait_timeout(shown, Duration::from_millis(20)).unwrap());
        }
    }

    /// Waits until all that the program wrote last was taken in and the terminal is as it was.
    pub fn given_back(&self, seconds: u64) {
        let (start, (lock, changed)) = (Instant::now(), &*self.shared);
        while !self.is_given_back() {
            assert!(
                start.elapsed() < Duration::from_secs(PATIENCE * seconds),
                "the terminal was left as it was:\n{}",
                self.text()
            );
            drop(changed.wait_timeout(lock.lock().unwrap(), Duration::from_millis(20)).unwrap());
        }
    }

    /// What no program can prepare for.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Quits as a user does, and gives the exit code.
    pub fn quit(mut self) -> u32 {
        self.keys("\x03");
        let asked = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.exit_code();
            }
            assert!(asked.elapsed() < Duration::from_secs(20), "it does not quit:\n{}", self.text());
            // Whoever quits writes the screen back, so this wakes up with it.
            let shown = self.shared.0.lock().unwrap();
            drop(self.shared.1.wait_timeout(shown, Duration::from_millis(50)).unwrap());
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
