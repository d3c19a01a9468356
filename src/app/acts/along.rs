//! The objects that are deleted along with another one: everything in a namespace, all objects of a definition.

use std::fmt::Write;

use super::State;
use crate::app::store::Phase;
use crate::app::view::Line;
use crate::kinds::verbs;
use crate::model::{KindRef, Object, Query, Str, Verb, text};
use crate::theme::Role;

/// The width of a line in a question, in cells.
const WIDE: usize = 72;

/// Whether a verb deletes other objects along. Then the name of the object has to be typed.
pub fn takes_along(verb: &Verb, objects: &[Object]) -> bool {
    let takes = |object: &Object| !(object.id.kind.deletion.along)(object).is_empty();
    verb.name == verbs::DELETE.name && objects.iter().any(takes)
}

impl State {
    /// The lists of the objects that are deleted along.
    pub(super) fn goes_along(&self, verb: &Verb, objects: &[Object]) -> Vec<Query> {
        if !takes_along(verb, objects) {
            return Vec::new();
        }
        let along = |object: &Object| (object.id.kind.deletion.along)(object);
        objects
            .iter()
            .flat_map(|object| along(object).into_iter().map(|link| self.query_of(object.id.at, &link)))
            .collect()
    }

    /// The warning in words: `this also deletes 2 persistentvolumeclaims, 12 pods, and everything else in it`.
    pub(super) fn told_along(&self, objects: &[Object], queries: &[Query]) -> Vec<Line> {
        if queries.is_empty() {
            return Vec::new();
        }
        let mut counts: Vec<(KindRef, usize)> = Vec::new();
        // Before discovery has reported all kinds, some are missing.
        let mut counting = objects.iter().any(|object| self.served(object.id.at).is_empty());
        let mut unknown = Vec::new();
        for query in queries {
            let Query::List { kind, scope, .. } = query else { continue };
            let Some(answer) = self.store.answer(query) else {
                counting = true;
                continue;
            };
            match &answer.phase {
                Phase::Stale(..) if !answer.complete => unknown.push(kind.name),
                _ => counting |= !answer.complete,
            }
            let count = answer.len();
            // Objects that the cluster itself creates in each namespace are no loss.
            let given = scope.namespace.is_some() && answer.objects().all(kind.deletion.is_given);
            match counts.iter_mut().find(|(known, _)| known == kind) {
                _ if count == 0 || given => {}
                Some((_, all)) => *all += count,
                None => counts.push((*kind, count)),
            }
        }
        let mut said = String::new();
        for (i, (kind, count)) in counts.iter().enumerate() {
            let comma = if i > 0 { ", " } else { "" };
            let word = if *count == 1 { kind.address.kind.to_lowercase() } else { kind.name.to_owned() };
            let _ = write!(said, "{comma}{count} {word}");
        }
        let said = match (said.is_empty(), counting) {
            (true, true) => "counting what goes with it ...".to_owned(),
            (true, false) => "nothing else was found in it".to_owned(),
            (false, true) => format!("this also deletes {said} ... (still counting)"),
            (false, false) => format!("this also deletes {said}, and everything else in it"),
        };
        let role = if counts.is_empty() { Role::Muted } else { Role::Warn };
        let mut lines: Vec<Line> =
            text::wrapped(&said, WIDE).into_iter().map(|line| vec![(Str::from(line), role)]).collect();
        if !unknown.is_empty() {
            unknown.dedup();
            let words = format!("not counted, you may not list them: {}", unknown.join(", "));
            lines.extend(text::wrapped(&words, WIDE).into_iter().map(|line| vec![(Str::from(line), Role::Warn)]));
        }
        lines.extend(counts.iter().filter_map(|(kind, _)| Some(vec![(kind.deletion.loss?.into(), Role::Warn)])));
        lines
    }
}
