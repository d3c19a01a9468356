//! Merges the lists and watches of several namespaces into one answer. A namespace that the user may not list is left
//! out, and the answer says so.

use futures::stream::BoxStream;

use super::roll::Roll;
use crate::model::{Delta, Error, Identified, Object, Result, Str, Within};
use crate::source::merging::{self, Parts};
use crate::source::out::Out;

/// The most lists that run at the same time. There are as many watches as namespaces.
const AT_ONCE: usize = 8;

/// A namespace and the stream of its list.
pub type NamespaceStream<T = Object> = (Str, BoxStream<'static, Result<Delta<T>>>);

/// Sends the deltas of all parts as one answer.
pub async fn run<T: Identified>(
    parts: Vec<NamespaceStream<T>>,
    within: Option<Within>,
    out: &mut Out<Delta<T>>,
) -> Result<()> {
    let (namespaces, streams): (Vec<Str>, Vec<_>) = parts.into_iter().unzip();
    out.say(Delta::Reset);
    out.extend(within.clone().map(|within| Delta::Within(Box::new(within))));
    let all = namespaces.into_iter().map(Rows::new).collect();
    merging::run(Namespaces { all, within }, streams, AT_ONCE, out).await
}

/// The rows of one namespace. They have to be remembered, because nothing else tells which list they belong to.
struct Rows {
    namespace: Str,
    roll: Roll,
    refused: bool,
}

impl Rows {
    fn new(namespace: Str) -> Self {
        Self { namespace, roll: Roll::default(), refused: false }
    }
}

struct Namespaces {
    all: Vec<Rows>,
    within: Option<Within>,
}

impl Parts for Namespaces {
    fn lists<T: Identified>(&mut self, part: usize, _: &mut Out<Delta<T>>) {
        self.all[part].roll.begin();
    }

    /// The rows that were not in the listing are gone.
    fn lives<T: Identified>(&mut self, part: usize, out: &mut Out<Delta<T>>) {
        out.extend(self.all[part].roll.end().into_iter().map(Delta::Remove));
    }

    /// A namespace that is refused has no rows. If all are refused, there is no answer.
    fn loses<T: Identified>(&mut self, part: usize, error: Error, out: &mut Out<Delta<T>>) -> Result<()> {
        let Error::Denied(why) = error else { return Err(error) };
        self.all[part].refused = true;
        out.extend(self.all[part].roll.clear().map(Delta::Remove));
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

    /// The answer for one namespace never covers less than that.
    fn narrows<T: Identified>(&mut self, _: usize, _: Box<Within>, _: &mut Out<Delta<T>>) {}

    fn notes<T: Identified>(&mut self, part: usize, row: &Delta<T>) {
        self.all[part].roll.note(row);
    }
}
