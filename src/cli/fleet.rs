//! `spyhop get KIND @A,@B`: the rows of several contexts in one output. Who does not answer is named on standard error.

use std::io::Write;

use super::{GetArgs, KubeFlags, PATIENCE, Place, get, none};
use crate::app::open::context_names;
use crate::app::view::Contexts;
use crate::model::{Error, Result};
use crate::source::Connected;
use crate::source::fleet::Fleet;
use crate::source::kube::config::{Context, Loaded};

/// `get` on several contexts, by their names; `*` is all of them.
pub async fn get_over(
    args: &GetArgs,
    names: &str,
    flags: &KubeFlags,
    connected: &Connected,
    out: &mut impl Write,
) -> Result<()> {
    let chosen = several(names, &connected.loaded)?;
    let Some((first, context)) = chosen.first() else { return Err(none()) };
    let contexts = chosen.iter().map(|(index, context)| (Connected::id(*index), context.name.clone())).collect();
    let member = |(index, _): &(usize, &Context)| {
        let at = Connected::id(*index);
        Some((at, connected.sources.get(at)?))
    };
    let fleet = Fleet(chosen.iter().filter_map(member).collect());
    let namespace = (!flags.all_namespaces).then(|| context.namespace.to_string());
    let patience = flags.request_timeout.filter(|time| !time.is_zero()).unwrap_or(PATIENCE);
    let (at, contexts) = (Connected::id(*first), Contexts::new(contexts));
    get(args, &Place { source: &fleet, at, contexts, namespace, patience }, crate::runtime::now(), out).await
}

/// Contexts by name, each once.
fn several<'a>(names: &str, loaded: &'a Loaded) -> Result<Vec<(usize, &'a Context)>> {
    let all = || loaded.contexts.iter().enumerate();
    if names == "*" {
        return Ok(all().collect());
    }
    let mut chosen: Vec<(usize, &Context)> = Vec::new();
    let known: Vec<&str> = loaded.contexts.iter().map(|context| context.name.as_str()).collect();
    for name in context_names(names, &known) {
        let unknown = || Error::Invalid(format!("no context is called '{name}'; spyhop get contexts lists them"));
        let found = all().find(|(_, context)| context.name == name).ok_or_else(unknown)?;
        if chosen.iter().all(|(index, _)| *index != found.0) {
            chosen.push(found);
        }
    }
    Ok(chosen)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::kube::config::{Flags, load};

    #[test]
    fn contexts_are_chosen_by_name_and_each_once() {
        let flags = Flags { server: Some("https://h".into()), user: Some("nobody".into()), ..Flags::default() };
        let mut loaded = load(&flags, &|_| None);
        loaded.contexts = vec![loaded.contexts[0].clone(); 3];
        for (context, name) in loaded.contexts.iter_mut().zip(["eu", "us", "a,p"]) {
            context.name = name.into();
        }
        let chosen = |names: &str| -> Result<Vec<usize>> {
            Ok(several(names, &loaded)?.into_iter().map(|(index, _)| index).collect())
        };
        assert_eq!(chosen("us,@eu,us"), Ok(vec![1, 0]));
        assert_eq!(chosen("*"), Ok(vec![0, 1, 2]));
        assert_eq!(chosen("a,p,us"), Ok(vec![2, 1]));
        assert!(chosen("eu,moon").is_err());
    }
}
