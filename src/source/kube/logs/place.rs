//! Remembers how far a log was read, so that reading resumes without a gap and without repetition.

use std::collections::HashMap;

use crate::model::{LogLine, Version};

/// The last line of a container that was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The instance of the container that wrote it.
    pub id: String,
    /// Nanoseconds since 1970; 0 before the first line.
    pub time: i64,
    /// The number of lines with that time that were sent.
    pub count: u32,
}

impl Place {
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

/// The places of all containers. The key is the uid of the pod and the name of the container.
pub type Places = HashMap<String, Place>;

pub fn write(places: &Places) -> Version {
    let lines = places.iter().map(|(key, place)| format!("{key} {} {} {}", place.time, place.count, place.id));
    Version::from(lines.collect::<Vec<_>>().join("\n"))
}

pub fn read(version: &str) -> Places {
    let line = |line: &str| {
        let mut words = line.splitn(4, ' ');
        let key = words.next()?.to_owned();
        let (time, count) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        Some((key, Place { id: words.next()?.to_owned(), time, count }))
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
        let mut place = Place::default();
        [1, 5, 5].into_iter().for_each(|time| place.pass(&line(time)));
        let mut again = place.again();
        let new: Vec<bool> = [1, 5, 5, 5, 6, 0].into_iter().map(|time| again.is_new(&line(time))).collect();
        assert_eq!(new, [false, false, false, true, true, true]);
    }

    #[test]
    fn places_are_read_as_they_were_written() {
        let place = Place { id: "containerd://ab".into(), time: 7, count: 2 };
        let places = Places::from([("u1/app".to_owned(), place), ("u2/app".to_owned(), Place::default())]);
        assert_eq!(read(&write(&places)), places);
        assert_eq!(read("no such thing"), Places::new());
    }
}
