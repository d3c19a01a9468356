//! The routes and problems at one moment. Each row has a name of its own.

use std::collections::HashMap;

use crate::mesh::route::Backend;
use crate::mesh::{Problem, RouteRow};

/// All that is known about the routes at one moment.
pub struct Picture {
    pub rows: Vec<RouteRow>,
    pub problems: Vec<Problem>,
    /// The names of the rows, in the order of the rows. They are unique within a namespace.
    keys: Vec<String>,
    found: Vec<String>,
}

impl Picture {
    pub fn new(rows: Vec<RouteRow>, problems: Vec<Problem>) -> Self {
        let keys = unique(rows.iter().map(|row| (row.spot.owner.name.namespace.as_str(), key(row))));
        let found = unique(problems.iter().map(|one| (one.spot.owner.name.namespace.as_str(), problem_key(one))));
        Self { rows, problems, keys, found }
    }

    pub fn routes(&self) -> impl Iterator<Item = (&str, &RouteRow)> {
        self.keys.iter().map(String::as_str).zip(&self.rows)
    }

    /// For each backend: its name, the name of its row, the row, and the backend.
    pub fn backends(&self) -> impl Iterator<Item = (String, &str, &RouteRow, &Backend)> {
        self.routes().flat_map(|(route, row)| {
            row.backends.iter().enumerate().map(move |(index, to)| (format!("{route} {index}"), route, row, to))
        })
    }

    pub fn found(&self) -> impl Iterator<Item = (&str, &Problem)> {
        self.found.iter().map(String::as_str).zip(&self.problems)
    }
}

/// The name of a row. It does not depend on the order of the rows.
fn key(row: &RouteRow) -> String {
    let path = row.spot.path.strip_prefix("/spec/").unwrap_or(&row.spot.path);
    format!("{} {} {} {} {path}", row.host, row.attach, row.spot.owner.kind, row.spot.owner.name.name)
}

fn problem_key(problem: &Problem) -> String {
    let owner = &problem.spot.owner;
    format!("{} {} {} {} {}", problem.check.code, owner.kind, owner.name.name, problem.spot.path, problem.text)
}

/// Adds a number to names that several rows of a namespace have, so that no row hides another.
fn unique<'a>(keys: impl Iterator<Item = (&'a str, String)>) -> Vec<String> {
    let mut seen: HashMap<(&str, String), usize> = HashMap::new();
    let mut numbered = |(namespace, key): (&'a str, String)| loop {
        let count = seen.entry((namespace, key.clone())).or_default();
        *count += 1;
        if *count == 1 {
            return key;
        }
        let other = format!("{key} #{count}");
        if seen.insert((namespace, other.clone()), 1).is_none() {
            return other;
        }
    };
    keys.map(&mut numbered).collect()
}
