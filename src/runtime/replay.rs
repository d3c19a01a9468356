//! Replays a recording with contents: its messages are given to a fresh state, and each screen is compared with the one
//! that was drawn. Nothing else happens: effects are dropped, so nobody is asked, and nothing is written.

use std::io::BufRead;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::recording::contents::Moment;
use super::recording::fingerprint;
use super::recording::packed::Unpacked;
use super::turning::Turning;
use crate::app::Message;
use crate::lanes;
use crate::model::{Error, Result, Time};
use crate::ui;

/// The most cells of a screen. It bounds the memory of a replay.
const MOST_CELLS: usize = 1 << 20;

/// What a replay led to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Replayed {
    pub turns: usize,
    pub frames: usize,
    pub end: End,
}

/// Where a replay ended.
#[derive(Debug, Default, PartialEq, Eq)]
pub enum End {
    /// Where the recorded run ended.
    Whole,
    /// Where the recording ended before the run, and why.
    Early(String),
    /// The file breaks off.
    #[default]
    CutOff,
    /// The first screen that is another one.
    Other(Box<Difference>),
}

#[derive(Debug, PartialEq, Eq)]
pub struct Difference {
    pub at: Time,
    pub recorded: u64,
    pub replayed: u64,
    /// The replayed screen as text.
    pub screen: String,
}

/// Replays a recording, up to its end or to the first screen that is another one.
pub fn replay(file: impl BufRead) -> Result<Replayed> {
    let mut recording = Unpacked::open(file)?;
    let mut replayed = Replayed::default();
    let launch = match recording.moment()? {
        Some(Moment::Launch(launch)) => launch,
        Some(_) => return Err(Error::Invalid("it has no begin".to_owned())),
        None => return Ok(replayed),
    };
    check(launch.size)?;
    if !lanes::repeat(launch.lanes) {
        return Err(Error::Invalid(format!(
            "it was made with {} threads; replay it in a process of its own",
            launch.lanes
        )));
    }
    let mut run = Run { state: Turning::new(launch.state()?, None), buffer: Buffer::default() };
    while let Some(moment) = recording.moment()? {
        replayed.turns += usize::from(matches!(moment, Moment::Turn { .. }));
        replayed.frames += usize::from(matches!(moment, Moment::Drawn { .. }));
        if let Some(end) = run.take(moment)? {
            replayed.end = end;
            break;
        }
    }
    Ok(replayed)
}

/// Refuses a screen that no terminal has.
fn check((width, height): (u16, u16)) -> Result<()> {
    match usize::from(width) * usize::from(height) <= MOST_CELLS {
        true => Ok(()),
        false => Err(Error::Invalid(format!("its screen of {width}x{height} is too large"))),
    }
}

struct Run {
    state: Turning,
    buffer: Buffer,
}

impl Run {
    /// Lets happen what happened. The result is the end of the replay, if this is it.
    fn take(&mut self, moment: Moment) -> Result<Option<End>> {
        match moment {
            Moment::Turn { at, messages } => {
                for message in &messages {
                    if let Message::Resize(width, height) = message {
                        check((*width, *height))?;
                    }
                }
                drop(self.state.turn(at, messages));
            }
            Moment::Prepared(count) => self.prepare(count),
            Moment::Ahead(count) => (0..count).for_each(|_| _ = self.state.prepare_ahead()),
            Moment::Drawn { prepared, at, screen } => {
                self.prepare(prepared);
                return Ok(self.draw(at, screen).map(|difference| End::Other(Box::new(difference))));
            }
            Moment::End(why) => return Ok(Some(why.map_or(End::Whole, End::Early))),
            Moment::Kinds(_) => {}
            Moment::Launch(_) => return Err(Error::Invalid("it begins twice".to_owned())),
        }
        Ok(None)
    }

    fn prepare(&mut self, count: u32) {
        (0..count).for_each(|_| drop(self.state.prepare()));
    }

    /// Draws a frame, and compares it with the recorded one.
    fn draw(&mut self, at: Time, recorded: u64) -> Option<Difference> {
        let (width, height) = self.state.display.size;
        self.buffer.resize(Rect::new(0, 0, width, height));
        let cursor = ui::paint(&self.state, &mut self.buffer);
        self.state.was_drawn(at);
        let replayed = fingerprint(&self.buffer, cursor);
        let screen = || self.lines().collect();
        (replayed != recorded).then(|| Difference { at, recorded, replayed, screen: screen() })
    }

    fn lines(&self) -> impl Iterator<Item = String> {
        let width = usize::from(self.buffer.area.width).max(1);
        let line = |row: &[ratatui::buffer::Cell]| row.iter().map(|cell| cell.symbol()).collect::<String>();
        self.buffer.content.chunks(width).map(move |row| format!("{}\n", line(row).trim_end()))
    }
}

#[cfg(test)]
mod tests;
