//! Log lines, and which part of a log is requested.

use serde::{Deserialize, Serialize};

use super::Str;

/// The pods whose logs are asked for: one by name, or all that a selector matches.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Pods {
    pub namespace: Str,
    /// Empty when `labels` select.
    pub name: Str,
    pub labels: Str,
}

/// The part of a log that is requested.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Tail {
    /// The number of last lines of each container; `None` for all.
    pub lines: Option<u32>,
    /// The greatest age of a line, in seconds; `None` for any.
    pub since: Option<u32>,
    /// Whether the log of the container instance before the last restart is meant.
    pub previous: bool,
    /// Whether the log is read from its start, up to a limit of bytes.
    pub head: bool,
    /// Whether only the present lines are read, without following new ones.
    pub once: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// Nanoseconds since 1970; 0 when unknown.
    pub time: i64,
    /// `pod/container`.
    pub from: Str,
    /// The line as the server sent it: with escape sequences, without its line end.
    pub text: Str,
    /// Whether spyhop wrote this line about the log: a restart, or a container that joined.
    pub mark: bool,
}

impl LogLine {
    /// The text that a terminal would show in the end. A program that returns to the start of its line, as progress
    /// bars do, writes over it.
    pub fn shown(&self) -> &str {
        let text = self.text.trim_end_matches('\r');
        text.rsplit_once('\r').map_or(text, |(_, last)| last)
    }

    /// The time in UTC, to the millisecond; empty if it is unknown.
    pub fn stamp(&self) -> String {
        let millis = jiff::Timestamp::from_millisecond(self.time.div_euclid(1_000_000));
        match millis {
            Ok(millis) if self.time > 0 => format!("{}", millis.strftime("%Y-%m-%d %H:%M:%S%.3f")),
            _ => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_line_that_was_written_over_the_last_is_shown() {
        let line = |text: &str| LogLine { time: 1, from: "a/b".into(), text: text.into(), mark: false };
        for (text, shown) in [
            ("10 %\r50 %\r100 %", "100 %"),
            ("10 %\r50 %\r", "50 %"),
            ("plain", "plain"),
            ("one\r\r", "one"),
            ("", ""),
            ("\r", ""),
        ] {
            assert_eq!(line(text).shown(), shown, "{text:?}");
        }
    }
}
