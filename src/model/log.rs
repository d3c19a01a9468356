//! Log lines, and which of them are asked for.

use super::Str;

/// The pods whose logs are asked for: one by name, or all that a selector matches.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Pods {
    pub namespace: Str,
    /// Empty when `labels` select.
    pub name: Str,
    pub labels: Str,
}

/// Which part of a log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Tail {
    /// The last so many lines of each container; all when `None`.
    pub lines: Option<u32>,
    /// Not older than so many seconds.
    pub since: Option<u32>,
    /// Of the instance before the last restart.
    pub previous: bool,
    /// From the start, and no more than the first bytes.
    pub head: bool,
    /// What there is now, and nothing that comes.
    pub once: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// Nanoseconds since 1970; 0 when unknown.
    pub time: i64,
    /// `pod/container`.
    pub from: Str,
    /// As it came, escape sequences included, without the line's end.
    pub text: Str,
    /// Said by spyhop about the log: a restart, a container that joined.
    pub mark: bool,
}

impl LogLine {
    /// What a terminal would leave on the screen: a program that returns to the start of its line writes over it, as
    /// progress bars do.
    pub fn shown(&self) -> &str {
        let text = self.text.trim_end_matches('\r');
        text.rsplit_once('\r').map_or(text, |(_, last)| last)
    }

    /// The moment in UTC, to the millisecond; empty when unknown.
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
