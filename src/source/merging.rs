//! Merges several answers into one. Each part owns the rows that it listed: if one part lists again or is lost, the
//! rows of the others stay.

use std::collections::VecDeque;

use futures::stream::{BoxStream, SelectAll};
use futures::{FutureExt, StreamExt};

use super::out::Out;
use crate::model::{Column, Delta, Error, Identified, Result, Within};

/// The most deltas that are sent together.
const TOGETHER: usize = 512;

/// Tells the parts of an answer apart, and reports the state of each.
pub trait Parts: Send {
    /// A part begins to list again.
    fn lists<T: Identified>(&mut self, part: usize, out: &mut Out<Delta<T>>);

    /// A part is complete, or continues after it was lost.
    fn lives<T: Identified>(&mut self, part: usize, out: &mut Out<Delta<T>>);

    /// A part does not answer. Returning an error ends the whole answer.
    fn loses<T: Identified>(&mut self, part: usize, error: Error, out: &mut Out<Delta<T>>) -> Result<()>;

    /// A part covers only some namespaces.
    fn narrows<T: Identified>(&mut self, part: usize, within: Box<Within>, out: &mut Out<Delta<T>>);

    /// A part has added or removed this row.
    fn notes<T: Identified>(&mut self, _part: usize, _row: &Delta<T>) {}
}

/// Sends the deltas of all streams as one answer. The answer has no mark, because no version holds for all parts. At
/// most `at_once` streams list at the same time.
pub async fn run<T: Identified>(
    parts: impl Parts,
    streams: Vec<BoxStream<'static, Result<Delta<T>>>>,
    at_once: usize,
    out: &mut Out<Delta<T>>,
) -> Result<()> {
    let mut merging = Merging::new(parts, streams.len());
    let tagged = |(part, told): (usize, BoxStream<'static, _>)| told.map(move |told| (part, told)).boxed();
    let mut waiting: VecDeque<_> = streams.into_iter().enumerate().map(tagged).collect();
    let mut open: SelectAll<_> = waiting.drain(..at_once.min(waiting.len())).collect();
    while let Some(first) = open.next().await {
        let mut next = Some(first);
        let mut taken = 0;
        while let Some((part, told)) = next {
            if merging.take(part, told, out)? {
                open.extend(waiting.pop_front());
            }
            taken += 1;
            next = if taken < TOGETHER { open.next().now_or_never().flatten() } else { None };
        }
        out.flush().await;
    }
    Ok(())
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Stage {
    Asked,
    Listing,
    Live,
    /// `whole` says whether it had been complete before.
    Lost {
        whole: bool,
    },
}

/// What is known of one part.
struct Known {
    stage: Stage,
    /// Whether its first listing has ended, well or badly. Then another part may begin to list.
    settled: bool,
    remaining: u64,
    /// Number of seconds after which it is read again; `None` if its changes are watched.
    every: Option<u16>,
    columns: Box<[Column]>,
    /// Whether its columns differ from those of the table.
    differs: bool,
}

struct Merging<P> {
    parts: P,
    known: Vec<Known>,
    /// The columns of the table: those of the part that reported columns first, with its index.
    columns: Option<(usize, Box<[Column]>)>,
    every: Option<u16>,
    /// Whether every part has answered or failed, and at least one has answered.
    whole: bool,
}

impl<P: Parts> Merging<P> {
    fn new(parts: P, count: usize) -> Self {
        let known = || Known {
            stage: Stage::Asked,
            settled: false,
            remaining: 0,
            every: None,
            columns: Box::default(),
            differs: false,
        };
        let known = std::iter::repeat_with(known).take(count).collect();
        Self { parts, known, columns: None, every: None, whole: false }
    }

    /// Takes in one delta of a part. True if its first listing has ended with it.
    fn take<T: Identified>(&mut self, part: usize, told: Result<Delta<T>>, out: &mut Out<Delta<T>>) -> Result<bool> {
        match told {
            Ok(delta) => self.merge(part, delta, out),
            Err(error) => self.lose(part, error, out)?,
        }
        if !self.whole && self.is_whole() {
            self.whole = true;
            out.say(Delta::Ready);
        }
        let known = &mut self.known[part];
        let settles = matches!(known.stage, Stage::Live | Stage::Lost { .. });
        Ok(settles && !std::mem::replace(&mut known.settled, true))
    }

    fn is_whole(&self) -> bool {
        let settled = |known: &Known| matches!(known.stage, Stage::Live | Stage::Lost { .. });
        self.known.iter().all(settled) && self.known.iter().any(|known| known.stage == Stage::Live)
    }

    fn merge<T: Identified>(&mut self, part: usize, delta: Delta<T>, out: &mut Out<Delta<T>>) {
        let known = &mut self.known[part];
        // A stream that does not list again continues from where it was interrupted.
        if known.stage == (Stage::Lost { whole: true }) && !matches!(delta, Delta::Reset) {
            known.stage = Stage::Live;
            self.parts.lives(part, out);
        }
        match delta {
            Delta::Reset => {
                known.stage = Stage::Listing;
                self.parts.lists(part, out);
            }
            Delta::Ready => {
                (known.stage, known.remaining) = (Stage::Live, 0);
                self.parts.lives(part, out);
            }
            Delta::Columns(columns) => self.adopt(part, columns, out),
            Delta::Upsert(mut object) => {
                self.fit(part, &mut object);
                let row = Delta::Upsert(object);
                self.parts.notes(part, &row);
                out.say(row);
            }
            Delta::Remove(_) => {
                self.parts.notes(part, &delta);
                out.say(delta);
            }
            Delta::Remaining(count) => {
                known.remaining = count;
                out.say(Delta::Remaining(self.known.iter().map(|known| known.remaining).sum()));
            }
            Delta::Every(secs) => self.polled(part, secs, out),
            Delta::Within(within) => self.parts.narrows(part, within, out),
            // The version of one part means nothing for the others, and lists do not send the other deltas.
            Delta::Mark(_)
            | Delta::Member(..)
            | Delta::Body(_)
            | Delta::Found(_)
            | Delta::Rules(_)
            | Delta::Lines(_)
            | Delta::Output(_)
            | Delta::Traffic(_)
            | Delta::Done(_) => {}
        }
    }

    fn lose<T: Identified>(&mut self, part: usize, error: Error, out: &mut Out<Delta<T>>) -> Result<()> {
        let known = &mut self.known[part];
        let whole = matches!(known.stage, Stage::Live | Stage::Lost { whole: true });
        (known.stage, known.remaining) = (Stage::Lost { whole }, 0);
        self.polled(part, None, out);
        self.parts.loses(part, error, out)
    }

    /// The whole answer is as old as the part that is read least often.
    fn polled<T>(&mut self, part: usize, secs: Option<u16>, out: &mut Out<Delta<T>>) {
        self.known[part].every = secs;
        let every = self.known.iter().filter_map(|known| known.every).max();
        if std::mem::replace(&mut self.every, every) != every {
            out.say(Delta::Every(every));
        }
    }

    /// The columns that arrive first become those of the table. The cells of other parts are put in their order, by
    /// title.
    fn adopt<T>(&mut self, part: usize, columns: Box<[Column]>, out: &mut Out<Delta<T>>) {
        if self.columns.as_ref().is_none_or(|(first, shared)| *first == part && *shared != columns) {
            self.columns = Some((part, columns.clone()));
            out.say(Delta::Columns(columns.clone()));
        }
        self.known[part].columns = columns;
        let shared = self.columns.as_ref().map(|(_, shared)| shared);
        for known in &mut self.known {
            known.differs = !known.columns.is_empty() && shared != Some(&known.columns);
        }
    }

    fn fit(&self, part: usize, object: &mut impl Identified) {
        let Known { columns: own, differs: true, .. } = &self.known[part] else { return };
        if let Some((_, shared)) = &self.columns {
            object.arrange(own, shared);
        }
    }
}
