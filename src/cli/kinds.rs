//! The kinds that the words of a command line mean.

use super::aim::Aim;
use super::print::note;
use super::words::Target;
use crate::app::near::hint;
use crate::kinds;
use crate::kinds::program::{contexts, names};
use crate::model::{Door, Error, Found, Home, KindRef, Result, SourceId};

/// The kind that a word means. The server is asked unless the word means one of ours whatever else it has: what it
/// calls its own kinds comes before what an engine has and before tables that are computed here.
pub async fn kind(word: &str, aim: &Aim) -> Result<KindRef> {
    if word.is_empty() {
        return Err(Error::Invalid("name a kind".to_owned()));
    }
    let ours = ours(word, aim);
    if let Some(kind) = ours.filter(|kind| is_certain(word, *kind, aim)) {
        return Ok(kind);
    }
    match aim.found().await {
        Ok(found) => kind_among(word, ours, found),
        Err(error) => ours.ok_or(error),
    }
}

fn ours(word: &str, aim: &Aim) -> Option<KindRef> {
    kinds::find_in(aim.place.family, word, &[])
}

/// Whether nothing that a server has could be meant as well.
fn is_certain(word: &str, kind: KindRef, aim: &Aim) -> bool {
    let is_own = !aim.place.family.discovers && kind.is_of(aim.place.family);
    let is_built_in = kind.is_of(kinds::USUAL) && !kind.is_made() && !matches!(kind.door, Door::Json(_));
    word.contains('/') || kind.is_of_program() || is_own || is_built_in
}

fn kind_among(word: &str, ours: Option<KindRef>, found: &Found) -> Result<KindRef> {
    let served = kinds::find_served(word, &found.kinds).or_else(|| kinds::find_served(word, &found.others));
    if let (Some(served), Some(ours)) = (served, ours.filter(|kind| kind.home == Home::Computed)) {
        note(format_args!(
            "{word}: {}; those that spyhop computes are {}/{}",
            served.resource(),
            ours.family.name,
            ours.name
        ));
    }
    served.or(ours.filter(|kind| kinds::is_offered(*kind, &found.kinds))).ok_or_else(|| {
        if found.categories.iter().any(|(name, _)| name == word) {
            return Error::Invalid(format!("'{word}' means several kinds: name one of them"));
        }
        let categories = found.categories.iter().map(|(name, _)| name.as_str());
        let words = kinds::words(&found.kinds).map(|word| -> &str { word }).chain(categories);
        let near = hint(word, words);
        let broken = match found.broken.as_slice() {
            [] => String::new(),
            broken => format!(" (no answer from {})", broken.join(", ")),
        };
        Error::Invalid(format!(
            "the server has no kind called '{word}'{near}{broken}; spyhop get {} lists all kinds",
            names::KIND.name
        ))
    })
}

/// The kinds of a category (`all`) in its place.
pub async fn spread(targets: Vec<Target>, aim: &Aim) -> Result<Vec<Target>> {
    let mut all = Vec::new();
    for target in targets {
        match category(&target.word, aim).await {
            Some(kinds) => {
                let names = target.names;
                all.extend(kinds.iter().map(|kind| Target { word: kind.resource(), names: names.clone() }));
            }
            None => all.push(target),
        }
    }
    Ok(all)
}

/// The kinds of a category, if a word means one. As with kubectl, a category comes before a kind of the same name.
async fn category(word: &str, aim: &Aim) -> Option<Vec<KindRef>> {
    if !aim.place.family.discovers || ours(word, aim).is_some_and(|kind| is_certain(word, kind, aim)) {
        return None;
    }
    // If the server does not answer, the search for the kind says so.
    let found = aim.found().await.ok()?;
    found.categories.iter().find(|(name, _)| *name == word).map(|(_, kinds)| kinds.clone())
}

/// The kind that a word means where several contexts are asked, and those of them that have it. The others are named.
pub async fn kind_in(word: &str, aim: &Aim) -> Result<(KindRef, Vec<SourceId>)> {
    let ours = ours(word, aim);
    let others = aim.contexts.iter().filter(|(at, _)| *at != aim.at);
    let mut members: Vec<(SourceId, &str)> = others.map(|(at, name)| (*at, name.as_str())).collect();
    members.sort_unstable();
    members.insert(0, (aim.at, aim.contexts.name(aim.at)));
    if members.len() == 1 || ours.is_some_and(|kind| is_certain(word, kind, aim)) {
        return Ok((kind(word, aim).await?, members.into_iter().map(|(at, _)| at).collect()));
    }
    let asked = members.iter().map(|(at, _)| async { aim.member(*at).found().await.cloned() });
    let told = futures::future::join_all(asked).await;
    let (mut kind, mut refused) = (None, None);
    for found in &told {
        match found.as_ref().map_err(Error::clone).and_then(|found| kind_among(word, ours, found)) {
            Ok(found) => kind = kind.or(Some(found)),
            Err(error) => refused = refused.or(Some(error)),
        }
    }
    let unknown = || Error::Invalid(format!("no context has a kind called '{word}'"));
    let Some(kind) = kind else { return Err(refused.unwrap_or_else(unknown)) };
    let serves = |found: &Found| {
        let mut all = found.kinds.iter().chain(&found.others);
        kind.is_made() || all.any(|other| kind.shares_resource(other))
    };
    let (mut have, mut lack) = (Vec::new(), Vec::new());
    for ((at, name), found) in members.into_iter().zip(&told) {
        // Who did not answer is asked for the rows, and named if it does not answer again.
        if found.as_ref().map_or(true, serves) { have.push(at) } else { lack.push(name) }
    }
    if !lack.is_empty() {
        note(format_args!("there are no {} in {}", kind.name, lack.join(", ")));
    }
    Ok((kind, have))
}

/// A table of the program that needs no screen, if a word means one.
pub fn table_of_program(word: &str) -> Result<Option<KindRef>> {
    match kinds::own(kinds::USUAL, word).filter(|kind| kind.is_of_program()) {
        Some(kind) if kind.is(&contexts::KIND) || kind.is(&names::KIND) => Ok(Some(kind)),
        Some(kind) => Err(Error::Unsupported(format!("{} are shown on the screen only", kind.name))),
        None => Ok(None),
    }
}
