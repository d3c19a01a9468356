//! One answer over several namespaces: their lists and watches, merged. A namespace that the user may not list is left
//! out and said to be.

use std::collections::HashSet;

use futures::stream::BoxStream;

use crate::model::{Delta, Error, Id, Result, Str, Within};
use crate::source::merging::{self, Parts};
use crate::source::out::Out;

/// Lists that are under way at the same time; watches are as many as there are namespaces.
const AT_ONCE: usize = 8;

/// A namespace and what its list says.
pub type Part = (Str, BoxStream<'static, Result<Delta>>);

/// Says what all parts say, as one answer.
pub async fn run(parts: Vec<Part>, within: Option<Within>, out: &mut Out) -> Result<()> {
    let (namespaces, streams): (Vec<Str>, Vec<_>) = parts.into_iter().unzip();
    out.say(Delta::Reset);
    out.extend(within.clone().map(|within| Delta::Within(Box::new(within))));
    let all = namespaces.into_iter().map(Rows::new).collect();
    merging::run(Namespaces { all, within }, streams, AT_ONCE, out).await
}

/// The rows of one namespace: nothing else tells whose they are.
struct Rows {
    namespace: Str,
    known: HashSet<Id>,
    /// The rows of a listing that goes on.
    listed: Option<HashSet<Id>>,
    refused: bool,
}

impl Rows {
    fn new(namespace: Str) -> Self {
        Self { namespace, known: HashSet::new(), listed: None, refused: false }
    }

    fn sets(&mut self) -> impl Iterator<Item = &mut HashSet<Id>> {
        [Some(&mut self.known), self.listed.as_mut()].into_iter().flatten()
    }
}

struct Namespaces {
    all: Vec<Rows>,
    within: Option<Within>,
}

impl Parts for Namespaces {
    fn lists(&mut self, part: usize, _: &mut Out) {
        self.all[part].listed = Some(HashSet::new());
    }

    /// The rows that were not in the listing are gone.
    fn lives(&mut self, part: usize, out: &mut Out) {
        let rows = &mut self.all[part];
        let Some(listed) = rows.listed.take() else { return };
        let before = std::mem::replace(&mut rows.known, listed);
        out.extend(before.into_iter().filter(|id| !rows.known.contains(id)).map(Delta::Remove));
    }

    /// A namespace that is refused has no rows; when all are, there is no answer.
    fn loses(&mut self, part: usize, error: Error, out: &mut Out) -> Result<()> {
        let Error::Denied(why) = error else { return Err(error) };
        self.all[part].refused = true;
        out.extend(self.all[part].known.drain().map(Delta::Remove));
        let left = self.all.iter().filter(|rows| !rows.refused).map(|rows| rows.namespace.clone());
        let left: Vec<Str> = left.collect();
        if left.is_empty() {
            return Err(Error::Denied(why));
        }
        let all = Some(self.all.len());
        let within = self.within.get_or_insert_with(|| Within { of: all, why: why.into(), ..Within::default() });
        within.namespaces = left;
        out.say(Delta::Within(Box::new(within.clone())));
        Ok(())
    }

    /// A namespace has no others within.
    fn narrows(&mut self, _: usize, _: Box<Within>, _: &mut Out) {}

    fn notes(&mut self, part: usize, row: &Delta) {
        match row {
            Delta::Upsert(object) => {
                self.all[part].sets().for_each(|rows| {
                    rows.insert(object.id.clone());
                });
            }
            Delta::Remove(id) => {
                self.all[part].sets().for_each(|rows| {
                    rows.remove(id);
                });
            }
            _ => {}
        }
    }
}
