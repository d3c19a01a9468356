//! Remembers how far a log was read, so that reading resumes without a gap and without repetition.

use std::collections::HashMap;

use crate::model::{LogLine, Version};

/// The last line of a container that was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// The instance of the container that wrote it.
    pub id: String,
    /// Nanoseconds since 1970; 0 before the first line.
    pub time: i64,
    /// The number of lines with that time that were sent.
    pub count: u32,
}

impl Position {
    pub fn pass(&mut self, line: &LogLine) {
        if line.time > self.time {
            (self.time, self.count) = (line.time, 1);
        } else if line.time == self.time && line.time != 0 {
            self.count += 1;
        }
    }

    /// The time in whole seconds, the form that servers accept.
    pub fn second(&self) -> Option<String> {
        let second = jiff::Timestamp::from_second(self.time.div_euclid(1_000_000_000)).ok()?;
        (self.time > 0).then(|| second.to_string())
    }

    /// A filter that drops lines which were sent before.
    pub fn again(&self) -> Again {
        Again { time: self.time, count: self.count }
    }
}

/// Recognises lines that arrive a second time.
pub struct Again {
    time: i64,
    count: u32,
}

impl Again {
    pub fn is_new(&mut self, line: &LogLine) -> bool {
        if line.time == self.time && self.count > 0 && line.time != 0 {
            self.count -= 1;
            return false;
        }
        line.time == 0 || line.time >= self.time
    }
}

/// The positions of all containers. The key is the uid of the pod and the name of the container.
pub type Positions = HashMap<String, Position>;

pub fn write(positions: &Positions) -> Version {
    let lines =
        positions.iter().map(|(key, position)| format!("{key} {} {} {}", position.time, position.count, position.id));
    Version::from(lines.collect::<Vec<_>>().join("\n"))
}

pub fn read(version: &str) -> Positions {
    let line = |line: &str| {
        let mut words = line.splitn(4, ' ');
        let key = words.next()?.to_owned();
        let (time, count) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        Some((key, Position { id: words.next()?.to_owned(), time, count }))
    };
    version.lines().filter_map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(time: i64) -> LogLine {
        LogLine { time, from: "web/app".into(), text: "x".into(), mark: false }
    }

    #[test]
    fn what_was_told_is_not_told_again() {
        let mut position = Position::default();
        [1, 5, 5].into_iter().for_each(|time| position.pass(&line(time)));
        let mut again = position.again();
        let new: Vec<bool> = [1, 5, 5, 5, 6, 0].into_iter().map(|time| again.is_new(&line(time))).collect();
        assert_eq!(new, [false, false, false, true, true, true]);
    }

    #[test]
    fn places_are_read_as_they_were_written() {
        let position = Position { id: "containerd://ab".into(), time: 7, count: 2 };
        let positions = Positions::from([("u1/app".to_owned(), position), ("u2/app".to_owned(), Position::default())]);
        assert_eq!(read(&write(&positions)), positions);
        assert_eq!(read("no such thing"), Positions::new());
    }
}
