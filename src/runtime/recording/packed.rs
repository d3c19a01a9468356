//! The file of a recording with contents: the first line, and behind it a gzip stream of lines. Each line is a checksum
//! over all lines so far, a space and a JSON value, so `tail -n +2 FILE | gunzip | cut -c10-` shows the values.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::time::Duration;

use flate2::bufread::GzDecoder;
use flate2::write::GzEncoder;
use flate2::{Compression, Crc};
use serde::Deserialize;

use super::contents::Moment;
use super::file::Format;
use crate::kinds;
use crate::model::{Error, Result};

/// The longest line in bytes. It bounds the memory of the reader.
const LONGEST: usize = 64 << 20;
/// The longest first line in bytes.
const LONGEST_HEAD: u64 = 1 << 10;
/// The checksum and the space in front of a value.
const FRONT: usize = 9;
/// The most kinds that a recording defines. The program keeps them for its life.
const MOST_KINDS: usize = 20_000;

pub struct Packed {
    stream: GzEncoder<Vec<u8>>,
    sum: Crc,
    /// The number of kinds that were defined.
    kinds: usize,
}

impl Default for Packed {
    fn default() -> Self {
        Self { stream: GzEncoder::new(Vec::new(), Compression::fast()), sum: Crc::new(), kinds: 0 }
    }
}

impl Packed {
    fn line(&mut self, moment: &Moment) -> Result<(), String> {
        let value = serde_json::to_vec(moment).map_err(|error| error.to_string())?;
        if value.len() > LONGEST - FRONT - 1 {
            return Err(format!("something that came has more than {} MiB", LONGEST >> 20));
        }
        self.sum.update(&value);
        let front = format!("{:08x} ", self.sum.sum());
        let written = [front.as_bytes(), &value, b"\n"].into_iter().try_for_each(|part| self.stream.write_all(part));
        written.map_err(|error| error.to_string())
    }

    fn hand_out(&mut self, out: &mut Vec<u8>) {
        out.append(self.stream.get_mut());
    }
}

impl Format for Packed {
    type Entry = Moment;
    const HOLDS: &'static str = "contents";
    const LARGEST: usize = 1 << 30;
    /// Each moment of its own in the stream would take room.
    const PATIENCE: Duration = Duration::from_secs(1);
    const LEAVING: Duration = Duration::from_secs(10);

    fn add(&mut self, moment: Moment, out: &mut Vec<u8>) -> Result<(), String> {
        let fresh = kinds::adopted_after(self.kinds);
        if !fresh.is_empty() {
            self.kinds += fresh.len();
            self.line(&Moment::Kinds(fresh))?;
        }
        self.line(&moment)?;
        self.hand_out(out);
        Ok(())
    }

    // Writing into memory cannot fail.
    fn flush(&mut self, out: &mut Vec<u8>) {
        let _ = self.stream.flush();
        self.hand_out(out);
    }

    fn end(&mut self, why: Option<&str>, out: &mut Vec<u8>) {
        let _ = self.line(&Moment::End(why.map(str::to_owned)));
        let _ = self.stream.try_finish();
        self.hand_out(out);
    }
}

/// The first line of all recordings.
#[derive(Deserialize)]
struct Head {
    recording: String,
    version: String,
    holds: String,
}

/// A recording with contents that is read, one line at a time.
pub struct Unpacked<R: BufRead> {
    lines: BufReader<GzDecoder<R>>,
    line: Vec<u8>,
    sum: Crc,
    kinds: usize,
}

impl<R: BufRead> Unpacked<R> {
    /// Reads the first line. Whatever this version cannot replay is an error.
    pub fn open(mut file: R) -> Result<Self> {
        let mut first = Vec::new();
        file.by_ref().take(LONGEST_HEAD).read_until(b'\n', &mut first).map_err(unread)?;
        let head = serde_json::from_slice::<Head>(&first).ok().filter(|head| head.recording == "spyhop");
        let Head { version, holds, .. } =
            head.ok_or_else(|| Error::Invalid("it is no recording of spyhop".to_owned()))?;
        if holds != Packed::HOLDS {
            let why = "it holds no contents, so it cannot be replayed; --record-all makes one that can";
            return Err(Error::Invalid(why.to_owned()));
        }
        let own = env!("CARGO_PKG_VERSION");
        if version != own {
            let why = format!("spyhop {version} made it, and this is {own}; only the same version can replay it");
            return Err(Error::Invalid(why));
        }
        let lines = BufReader::new(GzDecoder::new(file));
        Ok(Self { lines, line: Vec::new(), sum: Crc::new(), kinds: 0 })
    }

    /// The next thing that happened; `None` where the file is cut off.
    pub fn moment(&mut self) -> Result<Option<Moment>> {
        loop {
            match self.read()? {
                Some(Moment::Kinds(definitions)) => {
                    self.kinds += definitions.len();
                    if self.kinds > MOST_KINDS {
                        return Err(Error::Invalid(format!("it defines more than {MOST_KINDS} kinds")));
                    }
                    definitions.iter().for_each(|definition| _ = kinds::adopt(definition));
                }
                moment => return Ok(moment),
            }
        }
    }

    fn read(&mut self) -> Result<Option<Moment>> {
        self.line.clear();
        match self.lines.by_ref().take(LONGEST as u64).read_until(b'\n', &mut self.line) {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            Err(error) => return Err(damaged(&error)),
        }
        let Some(line) = self.line.strip_suffix(b"\n") else {
            return match self.line.len() {
                LONGEST => Err(Error::Invalid(format!("a line of it has more than {} MiB", LONGEST >> 20))),
                _ => Ok(None),
            };
        };
        let value = line.get(FRONT..).unwrap_or_default();
        self.sum.update(value);
        if !line.starts_with(format!("{:08x} ", self.sum.sum()).as_bytes()) {
            return Err(damaged("a checksum is wrong"));
        }
        let text = std::str::from_utf8(value).map_err(damaged)?;
        serde_json::from_str(text).map(Some).map_err(damaged)
    }
}

fn unread(error: impl std::fmt::Display) -> Error {
    Error::Invalid(format!("it cannot be read: {error}"))
}

fn damaged(error: impl std::fmt::Display) -> Error {
    Error::Invalid(format!("it is damaged: {error}"))
}
