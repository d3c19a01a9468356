//! The terminal: taken, lent, and given back unchanged however the program ends.

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
use ratatui::buffer::Buffer;
use ratatui::layout::Position;

use super::canvas::Canvas;
use super::panics;
use super::signals::Signals;

/// The hold on the terminal, which is given back when this is dropped.
pub struct Screen {
    canvas: Canvas<CrosstermBackend<Whole>>,
    out: Whole,
    taken: bool,
    /// Whether spyhop gets clicks and the wheel.
    hears_mouse: bool,
}

/// Collects output until it is sent, so that a frame and the sequences around it go out in one write.
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
    fn len(&self) -> usize {
        self.0.borrow().len()
    }

    fn shorten(&self, len: usize) {
        self.0.borrow_mut().truncate(len);
    }

    fn send(&self) -> io::Result<()> {
        let (mut bytes, mut out) = (self.0.borrow_mut(), stdout().lock());
        let sent = out.write_all(&bytes).and_then(|()| out.flush());
        bytes.clear();
        sent
    }
}

impl Screen {
    pub fn open() -> io::Result<Self> {
        // The size is read first: without a terminal this fails, and nothing has to be given back.
        let (size, out) = (crossterm::terminal::size()?, Whole::default());
        panics::watch(|| drop(give_back()));
        take(true)?;
        Ok(Self { canvas: fresh(size, &out), out, taken: true, hears_mouse: true })
    }

    /// Gives the terminal back for good.
    pub fn leave(&mut self) {
        if std::mem::take(&mut self.taken) {
            let _ = give_back();
        }
    }

    /// The size in columns and rows.
    pub fn size(&self) -> (u16, u16) {
        self.canvas.size()
    }

    /// Sets the size for drawing. Asking the terminal for its size with every frame would take longer than most frames
    /// need.
    pub fn fit(&mut self, size: (u16, u16)) -> io::Result<()> {
        self.canvas.resize(size)
    }

    /// Shows a frame of which only `lines` differ from the last one, or all. `paint` is told which lines it has to paint.
    pub fn draw(
        &mut self,
        lines: Option<&[u16]>,
        paint: impl FnOnce(Option<&[u16]>, &mut Buffer) -> Option<Position>,
    ) -> io::Result<()> {
        let before = self.out.len();
        queue!(self.out, BeginSynchronizedUpdate)?;
        let begun = self.out.len();
        self.canvas.draw(lines, paint)?;
        match self.out.len() == begun {
            true => self.out.shorten(before),
            false => queue!(self.out, EndSynchronizedUpdate)?,
        }
        self.out.send()
    }

    /// Takes clicks and the wheel, or leaves them to the terminal, whose own selection works then.
    pub fn hear_mouse(&mut self, hears: bool) -> io::Result<()> {
        if std::mem::replace(&mut self.hears_mouse, hears) == hears {
            return Ok(());
        }
        match hears {
            true => queue!(self.out, EnableMouseCapture)?,
            false => queue!(self.out, DisableMouseCapture)?,
        }
        self.out.send()
    }

    /// Writes a sequence that asks something of the terminal and draws nothing.
    pub fn emit(&mut self, sequence: &str) -> io::Result<()> {
        self.out.write_all(sequence.as_bytes())?;
        self.out.send()
    }

    /// Lends the screen to a program until it ends, and returns its standard output.
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

    /// Lends the whole terminal to a program until it ends.
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

    /// Stops the program, as Ctrl-Z does in a shell. The terminal is restored before that.
    pub async fn pause(&mut self, signals: &mut Signals) -> io::Result<()> {
        give_back()?;
        signals.pause().await;
        self.take_back()
    }

    /// Takes the terminal back. A new canvas is made, because it must know nothing of what was drawn. The size may have
    /// changed too.
    pub fn take_back(&mut self) -> io::Result<()> {
        // The other program may have left the terminal in another mode, so raw mode is set again.
        let _ = disable_raw_mode();
        take(self.hears_mouse)?;
        self.canvas = fresh(crossterm::terminal::size()?, &self.out);
        Ok(())
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.leave();
    }
}

fn fresh(size: (u16, u16), out: &Whole) -> Canvas<CrosstermBackend<Whole>> {
    Canvas::new(CrosstermBackend::new(out.clone()), size)
}

fn take(hears_mouse: bool) -> io::Result<()> {
    enable_raw_mode()?;
    execute!(stdout(), EnterAlternateScreen, Clear(ClearType::All), EnableBracketedPaste, cursor::Hide)?;
    if hears_mouse { execute!(stdout(), EnableMouseCapture) } else { Ok(()) }
}

fn give_back() -> io::Result<()> {
    let left = execute!(stdout(), DisableMouseCapture, DisableBracketedPaste, LeaveAlternateScreen, cursor::Show);
    disable_raw_mode().and(left)
}
