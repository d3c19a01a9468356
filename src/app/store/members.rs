//! How each of several sources stands that answer together: one that is lost leaves the rows of the others alone, and
//! keeps its own.

use std::sync::Arc;

use super::{Answer, Phase};
use crate::model::{Error, SourceId, Standing, Time, Within};

/// One of the sources.
#[derive(Clone, Debug)]
pub struct Member {
    pub at: SourceId,
    /// The listing with which its latest one began.
    from: u32,
    /// It was whole once.
    pub whole: bool,
    /// Since when it does not answer, and why.
    pub lost: Option<(Time, Error)>,
    /// The namespaces that it shows, where those are not all that were meant.
    pub within: Option<Arc<Within>>,
}

/// All of them, in the order in which they were heard of; none where one source answers.
#[derive(Clone, Debug, Default)]
pub struct Members(Vec<Member>);

impl Members {
    pub(super) const NOBODY: Self = Self(Vec::new());

    pub fn iter(&self) -> impl Iterator<Item = &Member> {
        self.0.iter()
    }

    pub fn get(&self, at: SourceId) -> Option<&Member> {
        self.0.iter().find(|member| member.at == at)
    }

    /// Those that do not answer, since when, and why.
    pub fn lost(&self) -> impl Iterator<Item = (&Member, Time, &Error)> {
        self.0.iter().filter_map(|member| member.lost.as_ref().map(|(since, error)| (member, *since, error)))
    }

    pub fn is_lost(&self, at: SourceId) -> bool {
        self.get(at).is_some_and(|member| member.lost.is_some())
    }

    /// Lets one that does not answer count as asked anew: it may ask for a login again.
    pub(super) fn retry(&mut self, at: SourceId) {
        if let Some((_, error)) =
            self.0.iter_mut().find(|member| member.at == at).and_then(|member| member.lost.as_mut())
        {
            *error = again();
        }
    }

    fn entry(&mut self, at: SourceId) -> &mut Member {
        let known = self.0.iter().position(|member| member.at == at).unwrap_or_else(|| {
            self.0.push(Member { at, from: 0, whole: false, lost: None, within: None });
            self.0.len() - 1
        });
        &mut self.0[known]
    }
}

/// What is the matter with rows whose server is asked again.
pub(super) fn again() -> Error {
    Error::Offline("asking again".to_owned())
}

impl Answer {
    /// Takes in how one source stands. The whole is as fresh as the best of them.
    pub(super) fn stand(&mut self, at: SourceId, standing: Standing, now: Time) {
        let Some(rows) = self.rows_mut() else { return };
        let member = rows.members.entry(at);
        match standing {
            Standing::Listing => {
                rows.listing += 1;
                (member.from, member.within) = (rows.listing, None);
            }
            Standing::Live => {
                (member.whole, member.lost) = (true, None);
                let from = member.from;
                rows.drop_before(from, |id| id.at == at);
                self.revive();
            }
            Standing::Within(within) => member.within = Some(Arc::new(within)),
            Standing::Lost(error) => {
                let since = member.lost.as_ref().map_or(now, |(since, _)| *since);
                member.lost = Some((since, error));
            }
        }
        let members = self.members();
        let all_are_lost = members.iter().all(|member| member.lost.is_some());
        let first = members.lost().next().map(|(_, since, error)| (since, error.clone()));
        if let (true, Some((since, error))) = (all_are_lost, first) {
            self.phase = Phase::Stale(since, error);
        }
    }
}
