//! The objects that a list has. While a list is read again, the old objects are kept. Those that it did not bring again
//! are gone at its end.

use std::collections::HashSet;

use crate::model::{Delta, Id, Identified};

#[derive(Debug, Default)]
pub struct Roll {
    known: HashSet<Id>,
    /// The objects of a listing that has not ended.
    listed: Option<HashSet<Id>>,
}

impl Roll {
    /// Begins a listing. The objects of an earlier listing that broke off are kept until this one ends.
    pub fn begin(&mut self) {
        let broken_off = self.listed.replace(HashSet::new());
        self.known.extend(broken_off.into_iter().flatten());
    }

    /// Ends the listing and returns the objects that are gone.
    pub fn end(&mut self) -> Vec<Id> {
        let Some(listed) = self.listed.take() else { return Vec::new() };
        let before = std::mem::replace(&mut self.known, listed);
        before.into_iter().filter(|id| !self.known.contains(id)).collect()
    }

    pub fn note<T: Identified>(&mut self, delta: &Delta<T>) {
        match delta {
            Delta::Upsert(object) => {
                self.listed.as_mut().unwrap_or(&mut self.known).insert(object.id().clone());
            }
            Delta::Remove(id) => {
                self.known.remove(id);
                self.listed.as_mut().map(|listed| listed.remove(id));
            }
            _ => {}
        }
    }

    /// Forgets all objects and returns them.
    pub fn clear(&mut self) -> impl Iterator<Item = Id> {
        self.known.extend(self.listed.take().into_iter().flatten());
        self.known.drain()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds;
    use crate::model::{Object, SourceId};

    fn row(name: &str) -> Delta {
        let kind = kinds::named("leases").unwrap();
        Delta::Upsert(Object::made(Id::new(SourceId(0), kind, "shop", name), Default::default(), []))
    }

    fn names(ids: impl IntoIterator<Item = Id>) -> Vec<String> {
        let mut names: Vec<String> = ids.into_iter().map(|id| id.name.to_string()).collect();
        names.sort();
        names
    }

    #[test]
    fn what_a_listing_did_not_bring_again_is_gone_even_if_one_broke_off_before() {
        let mut roll = Roll::default();
        ["a", "b"].iter().for_each(|name| roll.note(&row(name)));
        roll.begin();
        roll.note(&row("c"));
        roll.begin();
        roll.note(&row("b"));
        assert_eq!(names(roll.end()), ["a", "c"]);
        assert!(roll.end().is_empty(), "no listing is under way");
        roll.begin();
        roll.note(&row("d"));
        assert_eq!(names(roll.clear()), ["b", "d"]);
    }
}
