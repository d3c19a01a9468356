//! What goes along with an object that is deleted: all that lives in a namespace, all objects of a definition.

use std::fmt::Write;

use super::State;
use crate::app::store::Phase;
use crate::app::view::Line;
use crate::kinds::verbs;
use crate::model::{Link, Object, Query, Scope, Str, Verb, text};
use crate::theme::Role;

/// What is counted of a namespace, worst to lose first. Everything else in it goes as well.
const LIVES: &[&str] = &[
    "persistentvolumeclaims",
    "statefulsets",
    "deployments",
    "daemonsets",
    "cronjobs",
    "jobs",
    "pods",
    "services",
    "ingresses",
    "configmaps",
    "secrets",
];

/// Cells of a line in a question.
const WIDE: usize = 72;

/// Whether a verb takes other objects along: then it wants the name of what it is about.
pub fn takes_along(verb: &Verb, objects: &[Object]) -> bool {
    let takes = |object: &Object| matches!(object.id.kind.name, "namespaces" | "customresourcedefinitions");
    verb.name == verbs::DELETE.name && objects.iter().any(takes)
}

impl State {
    /// The lists that tell what goes along.
    pub(super) fn goes_along(&self, verb: &Verb, objects: &[Object]) -> Vec<Query> {
        if !takes_along(verb, objects) {
            return Vec::new();
        }
        let of = |object: &Object| match object.id.kind.name {
            "namespaces" => {
                let scope = Scope::namespace(object.id.name.clone());
                LIVES.iter().map(|kind| Link { kind, scope: scope.clone() }).collect()
            }
            _ => (object.id.kind.link)(object).into_iter().collect::<Vec<_>>(),
        };
        objects
            .iter()
            .flat_map(|object| of(object).into_iter().filter_map(|link| self.query_of(object.id.at, &link)))
            .collect()
    }

    /// In words: `this also deletes 2 persistentvolumeclaims, 12 pods and whatever else is in it`.
    pub(super) fn told_along(&self, objects: &[Object], queries: &[Query]) -> Vec<Line> {
        if queries.is_empty() {
            return Vec::new();
        }
        // The plural, the kind and how many.
        let mut counts: Vec<(&str, &str, usize)> = Vec::new();
        // Until discovery has told of all kinds, some are missing.
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
            // What the cluster itself puts into each namespace is nobody's loss.
            let given = scope.namespace.is_some() && kind.name == "configmaps" && answer.objects().all(is_given);
            match counts.iter_mut().find(|(name, ..)| *name == kind.name) {
                _ if count == 0 || given => {}
                Some((.., all)) => *all += count,
                None => counts.push((kind.name, kind.address.kind, count)),
            }
        }
        let mut said = String::new();
        for (i, (plural, kind, count)) in counts.iter().enumerate() {
            let comma = if i > 0 { ", " } else { "" };
            let word = if *count == 1 { kind.to_lowercase() } else { (*plural).to_owned() };
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
        if counts.iter().any(|(plural, ..)| *plural == "persistentvolumeclaims") {
            let words = "the data of its volumes is lost, unless they are retained";
            lines.push(vec![(words.into(), Role::Warn)]);
        }
        lines
    }
}

/// The root certificate that the cluster puts into each namespace.
fn is_given(object: &Object) -> bool {
    object.id.name == "kube-root-ca.crt"
}
