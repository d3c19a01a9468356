//! Why a change did not get through, and the lines of the text that it is about.

use std::sync::LazyLock;

use regex::Regex;

use crate::app::yaml::read::{Document, Spot};
use crate::model::{Error, Value};

/// A reason for the top of the text, and marks at its lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problem {
    pub text: String,
    /// Lines from 1, and what is said there.
    pub marks: Vec<(usize, String)>,
    /// Where on the first marked line, from 1.
    pub column: usize,
    /// Nothing is wrong with the text: it only has to be known.
    pub mild: bool,
}

impl Problem {
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    pub fn mild(text: impl Into<String>) -> Self {
        Self { text: text.into(), mild: true, ..Self::default() }
    }

    /// About one place.
    pub fn at(spot: Spot, text: impl Into<String>) -> Self {
        let text = text.into();
        let whole = format!("line {}, column {}: {text}", spot.line, spot.column);
        Self { text: whole, marks: vec![(spot.line, text)], column: spot.column, mild: false }
    }

    /// A refusal of the server: every field that it names is marked.
    pub fn refused(lead: &str, error: &Error, document: &Document) -> Self {
        let text = error.text();
        let mut marks: Vec<(usize, String)> = Vec::new();
        let mut column = 0;
        for (path, words) in fields(text, &document.value) {
            let Some(spot) = document.spot(&path) else { continue };
            if marks.is_empty() {
                column = spot.column;
            }
            match marks.iter_mut().find(|(line, _)| *line == spot.line) {
                Some((_, known)) => known.push_str(&format!("; {words}")),
                None => marks.push((spot.line, words)),
            }
        }
        Self { text: format!("{lead}: {text}"), marks, column, mild: false }
    }

    pub fn mark(&self, line: usize) -> Option<&str> {
        self.marks.iter().find(|(marked, _)| *marked == line).map(|(_, words)| words.as_str())
    }
}

/// `spec.template.spec.containers[0].image`, as API servers write the paths of fields.
static PATH: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"[A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_$-]+|\[[^\]\s]*\])*").ok());

/// The fields that a text names, and what it says of each.
fn fields(text: &str, value: &Value) -> Vec<(Vec<String>, String)> {
    let Some(regex) = PATH.as_ref() else { return Vec::new() };
    let mut found: Vec<(usize, usize, Vec<String>)> = Vec::new();
    for hit in regex.find_iter(text) {
        let said = text[hit.end()..].starts_with(':');
        let steps = steps(hit.as_str());
        // `DeploymentSpec.spec.replicas` names the Go type first.
        let path = [&steps[..], &steps[1..]].into_iter().find(|path| names(path, value, said));
        // What a sentence says of its own subject again is part of the sentence.
        let again = |path: &&[String]| found.last().is_some_and(|(.., last)| last == path);
        if let Some(path) = path.filter(|path| !again(path)) {
            found.push((hit.start(), hit.end(), path.to_vec()));
        }
    }
    let ends = found.iter().skip(1).map(|(start, ..)| *start).chain([text.len()]).collect::<Vec<_>>();
    let words = |(start, end, _): &(usize, usize, Vec<String>), next: usize| words(text, *start, *end, next);
    found.iter().zip(ends).map(|(field, next)| (field.2.clone(), words(field, next))).collect()
}

/// Whether a path leads into the object: far enough, or named as the subject of a sentence.
fn names(path: &[String], value: &Value, said: bool) -> bool {
    let Some(first) = path.first() else { return false };
    value.get(first).is_some() && (path.len() > 1 || said)
}

fn steps(path: &str) -> Vec<String> {
    let mut out = Vec::new();
    for part in path.split('[') {
        match part.split_once(']') {
            Some((index, rest)) => {
                out.push(index.trim_matches('"').to_owned());
                out.extend(rest.split('.').filter(|step| !step.is_empty()).map(str::to_owned));
            }
            None => out.extend(part.split('.').filter(|step| !step.is_empty()).map(str::to_owned)),
        }
    }
    out
}

/// What is said of the field that stands from `start` to `end`.
fn words(text: &str, start: usize, end: usize, next: usize) -> String {
    let before = text[..start].trim_end_matches(['"', '\'']);
    for lead in ["unknown field ", "duplicate field "] {
        if before.ends_with(lead) {
            return lead.trim_end().to_owned();
        }
    }
    let after = text[end..next].trim_start_matches([':', ' ', '"']).trim_end_matches([' ', ',', '[', ']', '"']);
    if text[..start].ends_with("Go struct field ") { format!("the wrong type ({after})") } else { after.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::yaml::read;

    #[test]
    fn refusals_are_shown_where_their_fields_are() {
        let text = "metadata:\n  name: web\nspec:\n  replicas: -1\n  replicaz: 2\n  containers:\n  - name: a\n    image: ''\n  - name: b\n";
        let document = read::one(text).unwrap();
        for (said, marks) in [
            (
                "Deployment.apps \"web\" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0",
                vec![(4, "Invalid value: -1: must be greater than or equal to 0")],
            ),
            (
                "Deployment.apps \"web\" is invalid: [spec.replicas: Invalid value: -1: no, spec.containers[0].image: Required value]",
                vec![(4, "Invalid value: -1: no"), (8, "Required value")],
            ),
            (
                "Deployment in version \"v1\" cannot be handled as a Deployment: strict decoding error: unknown field \"spec.replicaz\"",
                vec![(5, "unknown field")],
            ),
            (
                "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32",
                vec![(4, "the wrong type (of type int32)")],
            ),
            (
                "Tide \"x\" is invalid: spec.replicas: Invalid value: \"string\": spec.replicas in body must be of type integer",
                vec![(4, "Invalid value: \"string\": spec.replicas in body must be of type integer")],
            ),
            ("spec.containers[1].image: Required value", vec![(9, "Required value")]),
            ("pods \"web\" is forbidden: exceeded quota: x, requested: pods=1", vec![]),
        ] {
            let problem = Problem::refused("refused", &Error::Invalid(said.into()), &document);
            let found: Vec<(usize, &str)> = problem.marks.iter().map(|(line, words)| (*line, words.as_str())).collect();
            assert_eq!(found, marks, "{said}");
            assert!(problem.text.ends_with(said));
        }
    }
}
