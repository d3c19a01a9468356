//! What the words of a command line name: kinds, objects, changes.

use crate::kinds::split;
use crate::model::{Changes, Error, Id, Result};

/// A kind as it was typed, and the objects of it that are named; none for all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub word: String,
    pub names: Vec<String>,
}

/// `KIND[,KIND] [NAME...]` or `KIND/NAME...`.
pub fn targets<'a>(kind: &str, names: impl Iterator<Item = &'a String>) -> Result<Vec<Target>> {
    let names: Vec<String> = names.cloned().collect();
    let (word, first) = split(kind);
    if kind.ends_with(',') && !names.is_empty() {
        return Err(Error::Invalid(format!("write kinds without blanks between them: {kind}{}", names[0])));
    }
    let Some(first) = first else {
        let words = word.split(',').map(str::trim).filter(|word| !word.is_empty());
        let all: Vec<Target> = words.map(|word| Target { word: word.to_owned(), names: names.clone() }).collect();
        return if all.is_empty() { Err(Error::Invalid("name a kind".to_owned())) } else { Ok(all) };
    };
    if word.contains(',') {
        return Err(Error::Invalid(format!("a name is that of one kind: write KIND/NAME for each, not '{kind}'")));
    }
    let mut all = vec![Target { word, names: vec![first] }];
    for typed in &names {
        let (word, Some(name)) = split(typed) else {
            return Err(Error::Invalid(format!("write KIND/NAME for each, or one KIND and then names: '{typed}'")));
        };
        match all.iter_mut().find(|target| target.word == word) {
            Some(target) => target.names.push(name),
            None => all.push(Target { word, names: vec![name] }),
        }
    }
    Ok(all)
}

/// The first kind that is named.
pub fn kind_of(kind: &str) -> String {
    let first = kind.split(',').find(|word| !word.is_empty()).unwrap_or_default();
    split(first).0
}

/// An object by its kind and name, as kubectl writes it: `deployment.apps/web`. Rows that are no objects of a server go
/// by the name of their table.
pub fn called(id: &Id) -> String {
    let (kind, address) = (id.kind, &id.kind.address);
    let word = match address.group {
        _ if kind.is_made() || kind.whole().is_some() => kind.name.to_owned(),
        "" => address.kind.to_lowercase(),
        group => format!("{}.{group}", address.kind.to_lowercase()),
    };
    format!("{word}/{}", id.title())
}

/// What cannot be the name of one object would be asked for as something else.
pub fn check_name(name: &str) -> Result<()> {
    match matches!(name, "" | "." | "..") {
        true => Err(Error::Invalid(format!("'{name}' cannot be a name"))),
        false => Ok(()),
    }
}

/// The names among the words behind a kind, and what is to be changed, which stands last. The first word is a name
/// whatever it looks like, for names of some kinds may hold `=` or end in `-`; so is a word that begins with `KIND/`
/// as the first did.
pub fn changes(changes: Option<Changes>, kind: &str, words: &[String]) -> Result<(Vec<String>, Vec<String>)> {
    let led = split(kind).1.is_some().then(|| format!("{}/", split(kind).0));
    let is_name = |i: usize, word: &str| match &led {
        Some(led) => word.starts_with(led.as_str()),
        None => i == 0,
    };
    let is_change = |word: &str| changes.is_some_and(|changes| (changes.is)(word));
    let begins = |(i, word): (usize, &String)| !is_name(i, word) && is_change(word);
    let at = words.iter().enumerate().position(begins).unwrap_or(words.len());
    let (names, changes) = words.split_at(at);
    match changes.iter().find(|word| !is_change(word)) {
        Some(word) => Err(Error::Invalid(format!("put names before changes: '{word}'"))),
        None => Ok((names.to_vec(), changes.to_vec())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::verbs;
    use crate::model::Verb;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    fn told(line: &str) -> String {
        let line = words(line);
        let each = |target: Target| format!("{}:{}", target.word, target.names.join("+"));
        targets(&line[0], line[1..].iter())
            .map_or_else(|error| error.to_string(), |all| all.into_iter().map(each).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn kinds_and_names_are_told_apart() {
        for (line, expected) in [
            ("pods", "pods:"),
            ("pods a b", "pods:a+b"),
            ("pods,svc", "pods: svc:"),
            ("pods,svc a", "pods:a svc:a"),
            ("pods/a", "pods:a"),
            ("pods/a svc/b pods/c", "pods:a+c svc:b"),
            ("pods/v1", "pods:v1"),
            ("v1/pods", "v1/pods:"),
            ("v1/pods/a", "v1/pods:a"),
            ("apps/v1/deployments", "apps/v1/deployments:"),
            ("acme.io/v1beta1/fooes/a", "acme.io/v1beta1/fooes:a"),
            ("fooes.acme.io/a", "fooes.acme.io:a"),
            ("fooes.v1.acme.io a=b", "fooes.v1.acme.io:a=b"),
            ("helm/web", "helm:web"),
            ("helm/releases/web", "helm/releases:web"),
            ("helm/history web.v1", "helm/history:web.v1"),
            ("docker/images", "docker/images:"),
            ("docker/images/team/app:1", "docker/images:team/app:1"),
            ("containers/web/app", "containers:web/app"),
            ("version/x", "version:x"),
        ] {
            assert_eq!(told(line), expected, "{line}");
        }
        assert!(told("pods/a b").contains("KIND/NAME"));
        assert!(told("helm,po/a").contains("KIND/NAME"));
        assert!(told("pods, svc").contains("pods,svc"));
        let blank = targets("pods, svc", std::iter::empty()).unwrap();
        assert_eq!(blank.iter().map(|target| target.word.as_str()).collect::<Vec<_>>(), ["pods", "svc"]);
        assert!(told(",").contains("name a kind"));
    }

    #[test]
    fn names_are_not_taken_for_changes() {
        let told = |verb: &Verb, kind: &str, text: &str| {
            changes(verb.changes, kind, &words(text)).map(|(names, changes)| (names.join(" "), changes.join(" ")))
        };
        let both = |names: &str, changes: &str| Ok((names.to_owned(), changes.to_owned()));
        assert_eq!(told(&verbs::LABEL, "cm", "a b x=y z-"), both("a b", "x=y z-"));
        assert_eq!(told(&verbs::LABEL, "clusterroles", "a=b x=y"), both("a=b", "x=y"));
        assert_eq!(told(&verbs::LABEL, "clusterroles", "a- x=y"), both("a-", "x=y"));
        assert_eq!(told(&verbs::LABEL, "clusterroles/a=b", "x=y"), both("", "x=y"));
        assert_eq!(told(&verbs::LABEL, "clusterroles/a=b", "clusterroles/c- x=y"), both("clusterroles/c-", "x=y"));
        assert_eq!(told(&verbs::LABEL, "pods/a", "acme.io/x=y"), both("", "acme.io/x=y"));
        assert_eq!(told(&verbs::DELETE, "clusterroles", "a=b c- d"), both("a=b c- d", ""));
        assert_eq!(told(&verbs::IMAGE, "deploy", "web app=nginx:1"), both("web", "app=nginx:1"));
        assert_eq!(told(&verbs::SHIFT, "routes", "75 75 25"), both("75", "75 25"));
        assert!(told(&verbs::LABEL, "cm", "a x=y b").is_err());
    }
}
