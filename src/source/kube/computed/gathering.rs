//! Reads all inputs of a computation at the same time.

use futures::StreamExt;
use futures::stream::{SelectAll, select_all};

use super::Compute;
use super::input::{self, Feed, Heard, News};
use crate::model::{Delta, Identified, Result, Scope, Within};
use crate::source::kube::lists::Lists;
use crate::source::kube::roll::Roll;

pub struct Gathering<E: Compute> {
    pub computation: E,
    feeds: SelectAll<Feed<E::Item>>,
    inputs: Vec<Heeded>,
}

/// What is known of one input.
#[derive(Default)]
struct Heeded {
    roll: Roll,
    within: Option<Within>,
    /// Whether the list was complete once, or is known to be empty.
    is_known: bool,
}

impl<E: Compute> Gathering<E> {
    pub fn new(lists: &Lists, scope: &Scope) -> Self {
        let inputs = E::inputs(scope);
        let heeded = inputs.iter().map(|_| Heeded::default()).collect();
        let feeds = inputs.into_iter().enumerate().map(|(place, input)| input::open(lists.clone(), place, input));
        Self { computation: E::default(), feeds: select_all(feeds), inputs: heeded }
    }

    /// Reads until every input is known.
    pub async fn all(&mut self) -> Result<()> {
        while !self.inputs.iter().all(|input| input.is_known) {
            self.take().await?;
        }
        Ok(())
    }

    /// The namespaces that an input covers, if one of them does not cover all.
    pub fn within(&self) -> Option<Within> {
        self.inputs.iter().find_map(|input| input.within.clone())
    }

    /// Takes in the next piece that changes what is known.
    pub async fn take(&mut self) -> Result<()> {
        loop {
            let Some((place, heard)) = self.feeds.next().await else {
                return std::future::pending().await;
            };
            self.heed(place, heard?);
            // A list counts when it is complete.
            if self.inputs[place].is_known {
                return Ok(());
            }
        }
    }

    fn heed(&mut self, place: usize, heard: Heard<E::Item>) {
        let Self { computation, inputs, .. } = self;
        let input = &mut inputs[place];
        let mut tell = |news| computation.take(place, news);
        match heard {
            Heard::Says(delta) => input.hear(delta, &mut tell),
            Heard::Absent => {
                input.clear(&mut tell);
                tell(News::Whole(None));
            }
            Heard::Denied(why) => {
                input.clear(&mut tell);
                tell(News::Denied(why));
            }
        }
    }
}

impl Heeded {
    fn hear<T: Identified>(&mut self, delta: Delta<T>, tell: &mut impl FnMut(News<T>)) {
        self.roll.note(&delta);
        match delta {
            Delta::Reset => {
                self.roll.begin();
                self.within = None;
            }
            Delta::Upsert(object) => tell(News::Put(object)),
            Delta::Remove(id) => tell(News::Gone(id)),
            Delta::Within(within) => {
                self.within = Some(*within);
                if self.is_known {
                    tell(News::Whole(self.within.clone()));
                }
            }
            Delta::Ready => {
                self.roll.end().into_iter().map(News::Gone).for_each(&mut *tell);
                tell(News::Whole(self.within.clone()));
                self.is_known = true;
            }
            // A computation does not need to know how a list is kept up to date, and lists do not send the other deltas.
            Delta::Columns(_)
            | Delta::Remaining(_)
            | Delta::Every(_)
            | Delta::Mark(_)
            | Delta::Body(_)
            | Delta::Found(_)
            | Delta::Rules(_)
            | Delta::Member(..)
            | Delta::Lines(_)
            | Delta::Output(_)
            | Delta::Traffic(_)
            | Delta::Done(_) => {}
        }
    }

    /// Forgets all objects, because there are none, or none that the user may see.
    fn clear<T>(&mut self, tell: &mut impl FnMut(News<T>)) {
        self.roll.clear().map(News::Gone).for_each(tell);
        self.within = None;
        self.is_known = true;
    }
}

/// A computation that has read everything once.
pub async fn gathered<E: Compute>(lists: &Lists, scope: &Scope) -> Result<E> {
    let mut gathering = Gathering::<E>::new(lists, scope);
    gathering.all().await?;
    Ok(gathering.computation)
}
