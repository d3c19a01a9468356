//! A delegate's match within its root's: both must hold.

use crate::mesh::matching::{Match, Path, Text};

/// `None` when they cannot hold together: Istio then leaves the delegate's rule out for that root. A regular
/// expression conflicts with any other condition on the same field.
pub fn merged(root: &Match, own: &Match) -> Option<Match> {
    let port = match (root.port, own.port) {
        (Some(one), Some(other)) if one != other => return None,
        (one, other) => one.or(other),
    };
    let mut source_labels = root.source_labels.clone();
    for (name, value) in &own.source_labels {
        if source_labels.insert(name.clone(), value.clone()).is_some_and(|before| before != *value) {
            return None;
        }
    }
    let source_namespace = match (root.source_namespace.as_str(), own.source_namespace.as_str()) {
        (one, "") => one.to_owned(),
        ("", other) => other.to_owned(),
        (one, other) if one == other => one.to_owned(),
        _ => return None,
    };
    Some(Match {
        path: path(&root.path, &own.path)?,
        ignore_case: root.ignore_case || own.ignore_case,
        method: option(&root.method, &own.method)?,
        scheme: option(&root.scheme, &own.scheme)?,
        authority: option(&root.authority, &own.authority)?,
        port,
        headers: named(&root.headers, &own.headers)?,
        without: named(&root.without, &own.without)?,
        query: named(&root.query, &own.query)?,
        source_labels,
        source_namespace,
        sni: own.sni.clone(),
    })
}

fn path(root: &Path, own: &Path) -> Option<Path> {
    match (root, own) {
        (Path::Any, own) => Some(own.clone()),
        (root, Path::Any) => Some(root.clone()),
        (Path::Regex(_), _) | (_, Path::Regex(_)) => None,
        (root, own) => root.covers(own).then(|| own.clone()),
    }
}

fn option(root: &Option<Text>, own: &Option<Text>) -> Option<Option<Text>> {
    match (root, own) {
        (None, own) => Some(own.clone()),
        (root, None) => Some(root.clone()),
        (Some(root), Some(own)) => text(root, own).map(Some),
    }
}

fn text(root: &Text, own: &Text) -> Option<Text> {
    match (root, own) {
        (Text::Regex(_), _) | (_, Text::Regex(_)) => None,
        (root, own) => root.covers(own).then(|| own.clone()),
    }
}

fn named(root: &[(String, Text)], own: &[(String, Text)]) -> Option<Vec<(String, Text)>> {
    let mut out = root.to_vec();
    for (name, theirs) in own {
        match out.iter_mut().find(|(other, _)| other == name) {
            Some((_, ours)) => *ours = text(ours, theirs)?,
            None => out.push((name.clone(), theirs.clone())),
        }
    }
    Some(out)
}
