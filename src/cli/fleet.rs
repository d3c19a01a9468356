//! Places that a command line names: `@A,@B`, or `@*` for all of a family.

use crate::app::open::context_names;
use crate::model::{Error, Family, Place, Result};
use crate::source::Connected;

/// Places of a family by name, with or without the family's before it, each once; `*` is all of them, and nothing the
/// first that can be asked.
pub fn chosen<'a>(names: Option<&str>, family: &'static Family, connected: &'a Connected) -> Result<Vec<&'a Place>> {
    let all = || connected.of(family);
    let first = all().find(|place| place.problem.is_none()).or_else(|| all().next());
    let first = first.ok_or_else(|| Error::Invalid(family.nothing(&connected.places)))?;
    let names = match names {
        None => return Ok(vec![first]),
        Some("*") => return Ok(all().collect()),
        Some(names) => names,
    };
    let known: Vec<&str> = all().map(|place| place.name.as_str()).collect();
    let mut chosen: Vec<&Place> = Vec::new();
    for name in context_names(names, &known) {
        let full = format!("{}/{name}", family.name);
        let unknown = || Error::Invalid(format!("{}; spyhop info lists all", family.unknown(&name)));
        let found = all().find(|place| place.name == name || place.name == full).ok_or_else(unknown)?;
        if chosen.iter().all(|place| place.id != found.id) {
            chosen.push(found);
        }
    }
    Ok(chosen)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::cli::made::Made;
    use crate::kinds::{docker, kube};
    use crate::model::SourceId;

    #[test]
    fn places_are_chosen_by_name_and_each_once() {
        let mut connected = Connected::default();
        for (name, family) in [
            ("eu", &kube::FAMILY),
            ("us", &kube::FAMILY),
            ("a,p", &kube::FAMILY),
            ("docker/host", &docker::FAMILY),
            ("docker/lab", &docker::FAMILY),
        ] {
            let problem = (name == "docker/host").then(|| "there is no such socket".into());
            let place = Place { problem, ..Place::new(SourceId::PROGRAM, name, family) };
            connected.add(place, |_| Arc::new(Made(Vec::new())));
        }
        let chosen = |names: Option<&str>, family| -> Result<Vec<u16>> {
            Ok(super::chosen(names, family, &connected)?.into_iter().map(|place| place.id.0).collect())
        };
        let kube = |names: &str| chosen(Some(names), &kube::FAMILY);
        assert_eq!(kube("us,@eu,us"), Ok(vec![1, 0]));
        assert_eq!(kube("*"), Ok(vec![0, 1, 2]));
        assert_eq!(kube("a,p,us"), Ok(vec![2, 1]));
        assert!(kube("eu,moon").is_err() && kube("lab").is_err());
        let docker = |names: Option<&str>| chosen(names, &docker::FAMILY);
        // Podman may be there where docker is not.
        assert_eq!(docker(None), Ok(vec![4]));
        assert_eq!(docker(Some("*")), Ok(vec![3, 4]));
        assert_eq!(docker(Some("docker/lab,@lab,host")), Ok(vec![4, 3]));
        assert!(docker(Some("moon")).is_err());
    }
}
