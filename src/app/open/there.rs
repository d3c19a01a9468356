//! Finds out whether the namespaces of a line exist, before its view is opened.

use super::super::near::hint;
use super::super::{Phase, State};
use super::{Care, Opening, is_pending_login};
use crate::model::{Error, Id, KindRef, Query, Result, Scope, SourceId, Str};

pub(super) enum There {
    Yes,
    /// Nobody can tell, for this reason.
    Perhaps(String),
    /// These queries tell.
    Asks(Vec<Query>),
}

/// Whether one source has a namespace of one name.
enum Known {
    Yes,
    No,
    Unsure(Error),
    Asks(Query),
}

const LATE: &str = "the namespaces of the server are not loaded yet";

impl State {
    /// Whether each namespace of a line is in at least one of the sources.
    pub(super) fn look_for(&self, opening: &Opening, sources: &[SourceId], care: Care) -> Result<There> {
        let (mut asks, mut unsure) = (Vec::new(), None);
        for name in opening.namespaces() {
            check(name)?;
            let known: Vec<Known> = sources.iter().map(|at| self.has_namespace(*at, name)).collect();
            if known.iter().any(|known| matches!(known, Known::Yes)) {
                continue;
            }
            if known.iter().all(|known| matches!(known, Known::No)) {
                return Err(self.no_namespace(name, sources));
            }
            for known in known {
                match known {
                    Known::Asks(_) if care == Care::Doubts => unsure = unsure.or(Some((name, LATE.to_owned()))),
                    Known::Asks(query) => asks.push(query),
                    Known::Unsure(why) => unsure = unsure.or(Some((name, why.text().to_owned()))),
                    Known::Yes | Known::No => {}
                }
            }
        }
        asks.dedup();
        // A line waits only for one source: over several contexts a namespace may be missing in some. And it does not
        // wait for the source on the screen if that has told nothing yet, because it may be one that never answers.
        let here = self.here().map(|place| place.id);
        let answers = |at: &SourceId| here != Some(*at) || self.has_told_kinds(*at);
        let may_ask = matches!(sources, [at] if answers(at));
        if care == Care::Asks && may_ask && !asks.is_empty() {
            return Ok(There::Asks(asks));
        }
        Ok(match unsure {
            None => There::Yes,
            Some((name, why)) => There::Perhaps(format!("namespace {name} may not exist: {why}")),
        })
    }

    fn has_namespace(&self, at: SourceId, name: &str) -> Known {
        let kind = self.place(at).and_then(|place| place.family.namespaces);
        let Some(kind) = kind.map(KindRef) else { return Known::Yes };
        let query = list(at, kind);
        let id = Id { at, kind, namespace: Str::new(), name: name.into(), part: Str::new() };
        let answer = self.store.answer(&query).filter(|_| !self.store.is_resting(&query));
        match answer.map(|answer| (answer, &answer.phase)) {
            Some((answer, _)) if answer.get(&id).is_some() => Known::Yes,
            Some((answer, Phase::Live)) if answer.complete => Known::No,
            _ if self.is_known_at(at, name) => Known::Yes,
            Some((answer, Phase::Stale(_, error))) if !answer.complete && !is_pending_login(error) => {
                Known::Unsure(error.clone())
            }
            Some(_) | None => Known::Asks(query),
        }
    }

    /// Whether the namespace is the context's own, was used before, or is that of a row on the screen.
    fn is_known_at(&self, at: SourceId, name: &str) -> bool {
        let own = self.place(at).is_some_and(|place| place.namespace == name);
        let lately =
            self.places.recent.get(&at).into_iter().flatten().any(|names| names.split(',').any(|one| one == name));
        let shown = || self.answer().is_some_and(|answer| answer.ids().any(|id| id.at == at && id.namespace == name));
        own || lately || shown()
    }

    fn no_namespace(&self, name: &str, sources: &[SourceId]) -> Error {
        let namespaces = |at: &SourceId| Some(KindRef(self.place(*at)?.family.namespaces?));
        let answers = sources.iter().filter_map(|at| self.store.answer(&list(*at, namespaces(at)?)));
        let near = hint(name, answers.flat_map(|answer| answer.ids()).map(|id| id.name.as_str()));
        Error::Invalid(format!("there is no namespace called '{name}'{near}"))
    }
}

fn list(at: SourceId, kind: KindRef) -> Query {
    Query::List { at, kind, scope: Scope::default() }
}

/// Refuses a text that cannot be the name of a namespace, without a question to the server.
fn check(name: &str) -> Result<()> {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let ends = |c: char| inner(c) && c != '-';
    match name.len() <= 63 && name.chars().all(inner) && name.starts_with(ends) && name.ends_with(ends) {
        true => Ok(()),
        false => Err(Error::Invalid(format!(
            "'{name}' cannot be a namespace; write KIND [NAMESPACE] [/FILTER] [KEY=VALUE] [@CONTEXT]"
        ))),
    }
}
