//! The answers of several sources become one. What each lists is its own: a relist of one drops no row of another.

use crate::model::{Column, Delta, Error, Object, Result, SourceId, Standing};

/// What is known of one source.
#[derive(Debug)]
struct Member {
    at: SourceId,
    remaining: u64,
    /// Its own columns, where its server decides them and they are not those of all.
    columns: Option<Box<[Column]>>,
    stage: Stage,
}

#[derive(Debug, PartialEq)]
enum Stage {
    Asked,
    Listing,
    Live,
    /// It failed after it was whole, or before.
    Lost {
        whole: bool,
    },
}

#[derive(Debug)]
pub struct Merging {
    members: Vec<Member>,
    /// Those of the first that told: the table has no others.
    columns: Option<Box<[Column]>>,
    /// All have answered or failed, and one at least has answered.
    whole: bool,
}

impl Merging {
    pub fn new(all: impl Iterator<Item = SourceId>) -> Self {
        let member = |at| Member { at, remaining: 0, columns: None, stage: Stage::Asked };
        Self { members: all.map(member).collect(), columns: None, whole: false }
    }

    /// What follows for the whole from what one source says.
    pub fn take(&mut self, at: SourceId, told: Result<Delta>) -> Vec<Delta> {
        let Some(i) = self.members.iter().position(|member| member.at == at) else { return Vec::new() };
        let mut out = Vec::new();
        match told {
            Ok(delta) => self.merge(i, delta, &mut out),
            Err(error) => self.lose(i, error, &mut out),
        }
        if !self.whole && self.is_whole() {
            self.whole = true;
            out.push(Delta::Ready);
        }
        out
    }

    fn is_whole(&self) -> bool {
        let settled = |member: &Member| matches!(member.stage, Stage::Live | Stage::Lost { .. });
        self.members.iter().all(settled) && self.members.iter().any(|member| member.stage == Stage::Live)
    }

    fn merge(&mut self, i: usize, delta: Delta, out: &mut Vec<Delta>) {
        let member = &mut self.members[i];
        // What does not list anew goes on from where it was interrupted.
        if member.stage == (Stage::Lost { whole: true }) && delta != Delta::Reset {
            out.push(member.stands(Standing::Live));
        }
        match delta {
            Delta::Reset => out.push(member.stands(Standing::Listing)),
            Delta::Ready => {
                member.remaining = 0;
                out.push(member.stands(Standing::Live));
            }
            Delta::Columns(columns) => self.adopt(i, columns, out),
            Delta::Upsert(object) => {
                let fitted = self.fitted(i, object);
                out.push(Delta::Upsert(fitted));
            }
            Delta::Remaining(count) => {
                member.remaining = count;
                out.push(Delta::Remaining(self.members.iter().map(|member| member.remaining).sum()));
            }
            Delta::Within(within) => out.push(Delta::Member(member.at, Box::new(Standing::Within(*within)))),
            Delta::Remove(_) => out.push(delta),
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

    fn lose(&mut self, i: usize, error: Error, out: &mut Vec<Delta>) {
        let member = &mut self.members[i];
        let whole = matches!(member.stage, Stage::Live | Stage::Lost { whole: true });
        member.remaining = 0;
        member.stage = Stage::Lost { whole };
        out.push(Delta::Member(member.at, Box::new(Standing::Lost(error))));
    }

    /// The first columns are those of the table; others are put in their order, by title.
    fn adopt(&mut self, i: usize, columns: Box<[Column]>, out: &mut Vec<Delta>) {
        let shared = self.columns.get_or_insert_with(|| {
            out.push(Delta::Columns(columns.clone()));
            columns.clone()
        });
        self.members[i].columns = (*shared != columns).then_some(columns);
    }

    fn fitted(&self, i: usize, mut object: Object) -> Object {
        let (Some(own), Some(shared)) = (&self.members[i].columns, &self.columns) else { return object };
        let place = |column: &Column| own.iter().position(|own| own.title == column.title);
        let cell = |column: &Column| place(column).and_then(|i| object.cells.get(i)).cloned().unwrap_or_default();
        object.cells = shared.iter().map(cell).collect();
        object
    }
}

impl Member {
    fn stands(&mut self, standing: Standing) -> Delta {
        match standing {
            Standing::Listing => self.stage = Stage::Listing,
            Standing::Live => self.stage = Stage::Live,
            Standing::Within(_) | Standing::Lost(_) => {}
        }
        Delta::Member(self.at, Box::new(standing))
    }
}
