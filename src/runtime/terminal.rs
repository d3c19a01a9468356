//! The terminal: taken, lent and given back as it was, on every way out.

use std::cell::RefCell;
use std::io::{self, Write, stdout};
use std::process::Stdio;
use std::rc::Rc;

use crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture};
use crossterm::terminal::{
    BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, execute, queue};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Frame, Terminal, TerminalOptions, Viewport};

use super::panics;
use super::signals::Signals;

/// Gives the terminal back when it is dropped.
pub struct Screen {
    terminal: Terminal<CrosstermBackend<Whole>>,
    out: Whole,
    size: (u16, u16),
    taken: bool,
}

/// Holds what is written until it is sent: a frame, and what surrounds it, goes out in one write.
#[derive(Clone, Default)]
struct Whole(Rc<RefCell<Vec<u8>>>);

impl Write for Whole {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Whole {
    fn send(&self) -> io::Result<()> {
        let (mut bytes, mut out) = (self.0.borrow_mut(), stdout().lock());
        let sent = out.write_all(&bytes).and_then(|()| out.flush());
        bytes.clear();
        sent
    }
}

impl Screen {
    pub fn open() -> io::Result<Self> {
        // Asked before anything is taken: where there is no terminal, there is nothing to give back.
        let (size, out) = (crossterm::terminal::size()?, Whole::default());
        panics::watch(|| drop(give_back()));
        take()?;
        Ok(Self { terminal: fresh(size, &out)?, out, size, taken: true })
    }

    /// Gives the terminal back for good.
    pub fn leave(&mut self) {
        if std::mem::take(&mut self.taken) {
            let _ = give_back();
        }
    }

    /// Columns and rows.
    pub fn size(&self) -> (u16, u16) {
        self.size
    }

    /// Draws within `size` from now on; to ask the terminal with every frame would take longer than most frames differ.
    pub fn fit(&mut self, size: (u16, u16)) -> io::Result<()> {
        if self.size != size {
            self.size = size;
            self.terminal.resize(whole(size))?;
        }
        Ok(())
    }

    pub fn draw(&mut self, render: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        queue!(self.out, BeginSynchronizedUpdate)?;
        self.terminal.draw(render)?;
        queue!(self.out, EndSynchronizedUpdate)?;
        self.out.send()
    }

    /// Puts text on the clipboard of the user's terminal (OSC 52), which works over ssh too.
    pub fn copy(&mut self, text: &str) -> io::Result<()> {
        write!(self.out, "\x1b]52;c;{}\x07", base64(text.as_bytes()))?;
        self.out.send()
    }

    /// Leaves the screen to a program until it ends; returns what it printed on its standard output.
    pub async fn lend(&mut self, program: std::process::Command, signals: &mut Signals) -> io::Result<Vec<u8>> {
        give_back()?;
        let child = tokio::process::Command::from(program)
            .stdin(Stdio::inherit())
            .stderr(Stdio::inherit())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn();
        let output = match child {
            Ok(child) => signals.beside(child.wait_with_output()).await,
            Err(error) => Ok(Err(error)),
        };
        let output = output.map_err(|_| io::Error::other("the system ends spyhop"))?;
        self.take_back()?;
        let output = output?;
        match output.status.success() {
            true => Ok(output.stdout),
            false => Err(io::Error::other(format!("ended with {}", output.status))),
        }
    }

    /// Leaves the whole terminal to a program until it ends.
    pub async fn lend_whole(
        &mut self,
        program: std::process::Command,
        signals: &mut Signals,
    ) -> io::Result<std::process::ExitStatus> {
        give_back()?;
        let status = signals.beside(tokio::process::Command::from(program).kill_on_drop(true).status()).await;
        let status = status.map_err(|_| io::Error::other("the system ends spyhop"))?;
        self.take_back()?;
        status
    }

    /// Stops the program, as a shell's Ctrl-Z does, with the terminal as it was before.
    pub async fn pause(&mut self, signals: &mut Signals) -> io::Result<()> {
        give_back()?;
        signals.pause().await;
        self.take_back()
    }

    /// A terminal of its own knows nothing of what was drawn; clearing the old one would ask for the cursor. And the
    /// user may have made it larger or smaller meanwhile.
    pub fn take_back(&mut self) -> io::Result<()> {
        // Whoever had it may have left it otherwise: what was raw is made raw anew.
        let _ = disable_raw_mode();
        take()?;
        self.size = crossterm::terminal::size()?;
        self.terminal = fresh(self.size, &self.out)?;
        Ok(())
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.leave();
    }
}

fn fresh(size: (u16, u16), out: &Whole) -> io::Result<Terminal<CrosstermBackend<Whole>>> {
    let viewport = Viewport::Fixed(whole(size));
    Terminal::with_options(CrosstermBackend::new(out.clone()), TerminalOptions { viewport })
}

fn whole((width, height): (u16, u16)) -> Rect {
    Rect::new(0, 0, width, height)
}

fn take() -> io::Result<()> {
    enable_raw_mode()?;
    execute!(
        stdout(),
        EnterAlternateScreen,
        Clear(ClearType::All),
        EnableBracketedPaste,
        EnableMouseCapture,
        cursor::Hide
    )
}

fn give_back() -> io::Result<()> {
    let left = execute!(stdout(), DisableMouseCapture, DisableBracketedPaste, LeaveAlternateScreen, cursor::Show);
    disable_raw_mode().and(left)
}

fn base64(bytes: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let bits = group.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for i in 0..4 {
            let sign = SIGNS[(bits >> (18 - 6 * i) & 63) as usize];
            out.push(if i <= group.len() { char::from(sign) } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn base64_is_padded() {
        assert_eq!(base64(b""), "");
        assert_eq!(base64(b"f"), "Zg==");
        assert_eq!(base64(b"fo"), "Zm8=");
        assert_eq!(base64(b"foobar"), "Zm9vYmFy");
    }
}
