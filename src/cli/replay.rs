//! `spyhop replay`: whether a recording leads to the same screens again.

use std::fs::OpenOptions;
use std::io::{BufReader, Write};
use std::path::PathBuf;

use clap::Args;

use super::print::{harmless, note, written};
use crate::disk;
use crate::model::text::counted;
use crate::model::{Error, Result};
use crate::runtime::replay::{self, End, Replayed};

#[derive(Debug, Args)]
pub struct ReplayArgs {
    /// A recording that --record-all made
    pub file: PathBuf,
    /// Print the first screen that is another one
    #[arg(long)]
    pub screen: bool,
}

pub fn replay(args: &ReplayArgs, out: &mut impl Write) -> Result<()> {
    let named = |error: Error| error.within(format!("cannot replay {}", args.file.display()));
    let file = disk::open(&args.file, OpenOptions::new().read(true));
    let file = file.map_err(|error| named(Error::Invalid(error.to_string())))?;
    let Replayed { turns, end, .. } = replay::replay(BufReader::new(file)).map_err(named)?;
    let turns = counted(turns, "turn");
    match end {
        End::Whole => {}
        End::Early(why) => note(format_args!("the recording ended before the run: {why}")),
        End::CutOff => note("the recording is cut off: spyhop was killed, or the disk was full"),
        End::Other(other) => {
            if args.screen {
                written(out.write_all(harmless(other.screen).as_bytes()))?;
            }
            let (at, recorded, replayed) = (other.at.rfc3339(), other.recorded, other.replayed);
            let screens = format!("{recorded:016x} was drawn at {at}, and the replay drew {replayed:016x}");
            return Err(Error::Invalid(format!("after {turns} the screen is another one: {screens}")));
        }
    }
    written(writeln!(out, "{turns}, the same screens"))
}
