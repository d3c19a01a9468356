//! A recording for sharing: one JSON value on each line.

use std::time::Duration;

use super::file::Format;
use super::outline::Turn;

pub struct Lines;

impl Format for Lines {
    type Entry = Turn;
    const HOLDS: &'static str = "outline";
    /// Some hours of use.
    const LARGEST: usize = 64 << 20;
    const PATIENCE: Duration = Duration::ZERO;
    const LEAVING: Duration = Duration::from_secs(2);

    fn add(&mut self, turn: Turn, out: &mut Vec<u8>) -> Result<(), String> {
        serde_json::to_writer(&mut *out, &turn).map_err(|error| error.to_string())?;
        out.push(b'\n');
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::recording::outline::Heard;

    #[test]
    fn a_turn_is_a_line() {
        let turn = |at| Turn { at, heard: vec![Heard::Typed], did: Vec::new(), scene: None };
        let mut out = Vec::new();
        [1, 2].into_iter().for_each(|at| Lines.add(turn(at), &mut out).unwrap());
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "{\"at\":1,\"heard\":[\"typed\"]}\n{\"at\":2,\"heard\":[\"typed\"]}\n"
        );
    }
}
