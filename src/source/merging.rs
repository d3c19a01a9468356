//! Several answers become one. What each part lists is its own: a relist of one drops no row of another, and one that is
//! lost leaves the others alone.

use std::collections::VecDeque;

use futures::stream::{BoxStream, SelectAll};
use futures::{FutureExt, StreamExt};

use super::out::Out;
use crate::model::{Column, Delta, Error, Identified, Result, Within};

/// Deltas that leave together.
const TOGETHER: usize = 512;

/// How the parts of an answer are told apart, and what is said of each.
pub trait Parts: Send {
    /// A part lists anew.
    fn lists<T: Identified>(&mut self, part: usize, out: &mut Out<Delta<T>>);

    /// A part is whole, or goes on after it was lost.
    fn lives<T: Identified>(&mut self, part: usize, out: &mut Out<Delta<T>>);

    /// A part does not answer. An error ends the whole answer.
    fn loses<T: Identified>(&mut self, part: usize, error: Error, out: &mut Out<Delta<T>>) -> Result<()>;

    /// A part shows some namespaces only.
    fn narrows<T: Identified>(&mut self, part: usize, within: Box<Within>, out: &mut Out<Delta<T>>);

    /// A part has this row, or has it no more.
    fn notes<T: Identified>(&mut self, _part: usize, _row: &Delta<T>) {}
}

/// Says what all say, as one answer without a mark: no version stands for all of them. So many list at the same time.
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
    /// It failed after it was whole, or before.
    Lost {
        whole: bool,
    },
}

/// What is known of one part.
struct Known {
    stage: Stage,
    /// It was whole or lost once: another may begin to list.
    settled: bool,
    remaining: u64,
    /// In how many seconds it is asked again; 0 where it is watched.
    every: u16,
    columns: Box<[Column]>,
    /// Its columns are not those of all.
    differs: bool,
}

struct Merging<P> {
    parts: P,
    known: Vec<Known>,
    /// The columns of the first that told some: the table has no others.
    columns: Option<(usize, Box<[Column]>)>,
    every: u16,
    /// All have answered or failed, and one at least has answered.
    whole: bool,
}

impl<P: Parts> Merging<P> {
    fn new(parts: P, count: usize) -> Self {
        let known = || Known {
            stage: Stage::Asked,
            settled: false,
            remaining: 0,
            every: 0,
            columns: Box::default(),
            differs: false,
        };
        let known = std::iter::repeat_with(known).take(count).collect();
        Self { parts, known, columns: None, every: 0, whole: false }
    }

    /// Takes what one part says. True when its first listing is over with that.
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
        // What does not list anew goes on from where it was interrupted.
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
            // A version of one is none of all; no list says the others.
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
        self.polled(part, 0, out);
        self.parts.loses(part, error, out)
    }

    /// The whole is as old as the part that is asked most seldom.
    fn polled<T>(&mut self, part: usize, secs: u16, out: &mut Out<Delta<T>>) {
        self.known[part].every = secs;
        let every = self.known.iter().map(|known| known.every).max().unwrap_or_default();
        if std::mem::replace(&mut self.every, every) != every {
            out.say(Delta::Every(every));
        }
    }

    /// The first columns are those of the table; others are put in their order, by title.
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
