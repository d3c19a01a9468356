//! The states of several sources that answer one query together. A source that is lost keeps its rows and leaves the
//! rows of the others alone.

use std::sync::Arc;

use super::{Answer, Phase};
use crate::model::{Error, SourceId, Standing, Time, Within};

/// The state of one source.
#[derive(Clone, Debug)]
pub struct Member {
    pub at: SourceId,
    /// The number of the listing in which its latest list began.
    from: u32,
    /// Whether its list was complete once.
    pub whole: bool,
    /// When and why it stopped answering, if it did.
    pub lost: Option<(Time, Error)>,
    /// The namespaces that it shows, if it does not show all that were requested.
    pub within: Option<Arc<Within>>,
}

/// All sources, in the order in which they first reported. Empty if only one source answers.
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

    /// The sources that do not answer, with the time and the reason.
    pub fn lost(&self) -> impl Iterator<Item = (&Member, Time, &Error)> {
        self.0.iter().filter_map(|member| member.lost.as_ref().map(|(since, error)| (member, *since, error)))
    }

    pub fn is_lost(&self, at: SourceId) -> bool {
        self.get(at).is_some_and(|member| member.lost.is_some())
    }

    /// Treats a source that does not answer as newly asked. It may ask for a login again.
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

/// The error that rows show while their server is asked again.
pub(super) fn again() -> Error {
    Error::Offline("asking again".to_owned())
}

impl Answer {
    /// Takes in the state of one source. The answer is as fresh as its freshest source.
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
