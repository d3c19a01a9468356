//! Which lines of a log are wanted.

use bytes::Bytes;

use crate::demo::api::ask::Ask;
use crate::demo::api::pod::Target;
use crate::demo::refusal::{Cause, Refusal};
use crate::demo::world::World;
use crate::model::Time;

/// The first look back for the last lines, in milliseconds; each further one goes eight times as far.
const LOOK: i64 = 60_000;

#[derive(Debug, Default)]
pub struct Window {
    tail: Option<usize>,
    since: Option<Since>,
    bytes: Option<usize>,
}

#[derive(Clone, Copy, Debug)]
enum Since {
    Ago(i64),
    Time(Time),
}

impl Window {
    pub fn read(ask: &Ask, name: &str) -> Result<Self, Refusal> {
        let least = |field: &str, least: i64| -> Result<Option<i64>, Refusal> {
            match ask.number(field)? {
                Some(number) if number < least => Err(invalid(name, field, number, least)),
                number => Ok(number),
            }
        };
        let size = |number: Option<i64>| number.and_then(|number| usize::try_from(number).ok());
        let ago = least("sinceSeconds", 1)?.map(|seconds| Since::Ago(seconds.saturating_mul(1000)));
        let wrong = |text: &str| Refusal::bad(format!("parsing time {text:?} as RFC3339: cannot parse it"));
        let time = ask.param("sinceTime").map(|text| Time::parse(text).ok_or_else(|| wrong(text))).transpose()?;
        if ago.is_some() && time.is_some() {
            let cause = Cause::new(
                "FieldValueForbidden",
                "",
                "Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified",
            );
            let message = format!("PodLogOptions \"{name}\" is invalid: {}", cause.message);
            return Err(Refusal::new(422, "Invalid", message).because(&[cause]));
        }
        Ok(Self {
            tail: size(least("tailLines", 0)?),
            since: ago.or(time.map(Since::Time)),
            bytes: size(least("limitBytes", 1)?),
        })
    }

    /// The lines up to now, oldest first.
    pub fn lines(&self, world: &World, target: &Target, last: bool, now: Time) -> Vec<(Time, String)> {
        let begun = target.pod["metadata"]["creationTimestamp"].as_str().and_then(Time::parse).unwrap_or(now);
        let first = begun.plus_millis(-1);
        // A line at the very moment belongs to it.
        let from = match self.since {
            Some(Since::Ago(millis)) => now.plus_millis(-millis - 1).max(first),
            Some(Since::Time(time)) => time.plus_millis(-1).max(first),
            None => first,
        };
        let read = |from: Time| world.log(&target.pod, &target.container, last, from, now);
        match self.tail {
            None => read(from),
            Some(tail) => self.end(tail, from, now, read),
        }
    }

    /// The last lines, without making all that came before.
    fn end(
        &self,
        tail: usize,
        from: Time,
        now: Time,
        read: impl Fn(Time) -> Vec<(Time, String)>,
    ) -> Vec<(Time, String)> {
        let mut look = LOOK;
        loop {
            let start = now.plus_millis(-look).max(from);
            let mut lines = read(start);
            if lines.len() >= tail || start == from {
                return lines.split_off(lines.len().saturating_sub(tail));
            }
            look = look.saturating_mul(8);
        }
    }

    pub fn cut(&self, text: Bytes) -> Bytes {
        let end = self.bytes.map_or(text.len(), |most| most.min(text.len()));
        text.slice(..end)
    }
}

fn invalid(name: &str, field: &str, number: i64, least: i64) -> Refusal {
    let than = if least == 0 { "greater than or equal to 0" } else { "greater than 0" };
    let cause = Cause::new("FieldValueInvalid", field, format!("Invalid value: {number}: must be {than}"));
    let message = format!("PodLogOptions \"{name}\" is invalid: {field}: {}", cause.message);
    Refusal::new(422, "Invalid", message).because(&[cause])
}
