//! One answer over several namespaces: their lists and watches, merged. A relist of one drops no row of the others, and
//! a namespace that the user may not list is left out and said to be.

use std::collections::{HashSet, VecDeque};

use futures::stream::{BoxStream, SelectAll};
use futures::{FutureExt, StreamExt};

use super::out::Out;
use crate::model::{Column, Delta, Error, Id, Result, Str, Within};

/// Lists that are under way at the same time; watches are as many as there are namespaces.
const AT_ONCE: usize = 8;
/// Deltas that leave together.
const TOGETHER: usize = 512;

/// A namespace and what its list says.
pub type Part = (Str, BoxStream<'static, Result<Delta>>);

/// Says what all parts say, as one answer. It has no mark: no version stands for all of them.
pub async fn run(parts: Vec<Part>, within: Option<Within>, out: &mut Out) -> Result<()> {
    let mut merged = Merged::new(parts.iter().map(|(namespace, _)| namespace.clone()).collect(), within);
    let tagged = |(i, (_, said)): (usize, Part)| said.map(move |delta| (i, delta)).boxed();
    let mut waiting: VecDeque<_> = parts.into_iter().enumerate().map(tagged).collect();
    let mut open: SelectAll<_> = waiting.drain(..AT_ONCE.min(waiting.len())).collect();
    merged.begin(out);
    while let Some(first) = open.next().await {
        let mut next = Some(first);
        let mut taken = 0;
        while let Some((part, delta)) = next {
            if merged.take(part, delta, out)? {
                open.extend(waiting.pop_front());
            }
            taken += 1;
            next = if taken < TOGETHER { open.next().now_or_never().flatten() } else { None };
        }
        out.flush().await;
    }
    Ok(())
}

/// What is known of one namespace.
struct Place {
    namespace: Str,
    rows: HashSet<Id>,
    /// The rows of a listing that goes on.
    listed: Option<HashSet<Id>>,
    remaining: u64,
    /// It was whole once.
    whole: bool,
    /// The server refused it.
    refused: bool,
}

struct Merged {
    places: Vec<Place>,
    within: Option<Within>,
    columns: Option<Box<[Column]>>,
    whole: bool,
}

impl Merged {
    fn new(namespaces: Vec<Str>, within: Option<Within>) -> Self {
        let place = |namespace| Place {
            namespace,
            rows: HashSet::new(),
            listed: None,
            remaining: 0,
            whole: false,
            refused: false,
        };
        Self { places: namespaces.into_iter().map(place).collect(), within, columns: None, whole: false }
    }

    fn begin(&self, out: &mut Out) {
        out.say(Delta::Reset);
        out.extend(self.within.clone().map(|within| Delta::Within(Box::new(within))));
    }

    /// Takes what one part says. True once its first listing is over.
    fn take(&mut self, part: usize, delta: Result<Delta>, out: &mut Out) -> Result<bool> {
        let before = self.places[part].is_settled();
        match delta {
            Ok(delta) => self.merge(part, delta, out),
            Err(Error::Denied(why)) => self.leave_out(part, why, out)?,
            Err(other) => return Err(other),
        }
        if !self.whole && self.places.iter().all(Place::is_settled) {
            self.whole = true;
            out.say(Delta::Ready);
        }
        Ok(!before && self.places[part].is_settled())
    }

    fn merge(&mut self, part: usize, delta: Delta, out: &mut Out) {
        let place = &mut self.places[part];
        match delta {
            Delta::Reset => place.listed = Some(HashSet::new()),
            Delta::Columns(columns) => {
                if self.columns.as_ref() != Some(&columns) {
                    self.columns = Some(columns.clone());
                    out.say(Delta::Columns(columns));
                }
            }
            Delta::Upsert(object) => {
                place.rows.insert(object.id.clone());
                if let Some(listed) = &mut place.listed {
                    listed.insert(object.id.clone());
                }
                out.say(Delta::Upsert(object));
            }
            Delta::Remove(id) => {
                place.rows.remove(&id);
                if let Some(listed) = &mut place.listed {
                    listed.remove(&id);
                }
                out.say(Delta::Remove(id));
            }
            Delta::Remaining(count) => {
                place.remaining = count;
                out.say(Delta::Remaining(self.places.iter().map(|place| place.remaining).sum()));
            }
            Delta::Ready => out.extend(place.finish().map(Delta::Remove)),
            // No list says the others.
            Delta::Mark(_)
            | Delta::Body(_)
            | Delta::Found(_)
            | Delta::Rules(_)
            | Delta::Within(_)
            | Delta::Member(..)
            | Delta::Lines(_)
            | Delta::Output(_)
            | Delta::Traffic(_)
            | Delta::Done(_) => {}
        }
    }

    /// A namespace that is refused has no rows; when all are, there is no answer.
    fn leave_out(&mut self, part: usize, why: String, out: &mut Out) -> Result<()> {
        let place = &mut self.places[part];
        place.refused = true;
        place.remaining = 0;
        out.extend(place.rows.drain().map(Delta::Remove));
        let left = self.places.iter().filter(|place| !place.refused).map(|place| place.namespace.clone());
        let left: Vec<Str> = left.collect();
        if left.is_empty() {
            return Err(Error::Denied(why));
        }
        let all = self.places.len();
        let within = self.within.get_or_insert_with(|| Within { of: Some(all), why: why.into(), ..Within::default() });
        within.namespaces = left;
        out.say(Delta::Within(Box::new(within.clone())));
        Ok(())
    }
}

impl Place {
    fn is_settled(&self) -> bool {
        self.whole || self.refused
    }

    /// A listing is over: gives the rows that were not in it any more.
    fn finish(&mut self) -> impl Iterator<Item = Id> + use<> {
        self.whole = true;
        self.remaining = 0;
        let listed = self.listed.take().unwrap_or_default();
        let before = std::mem::replace(&mut self.rows, listed);
        let gone: Vec<Id> = before.into_iter().filter(|id| !self.rows.contains(id)).collect();
        gone.into_iter()
    }
}
