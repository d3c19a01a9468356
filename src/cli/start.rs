//! What the terminal program starts with: the state, what may be written, and the first view.

use super::Cli;
use crate::app::keymap::{self, Keymap};
use crate::app::policy::Policy;
use crate::app::{Opening, State, View};
use crate::config::Config;
use crate::kinds;
use crate::kinds::program::contexts;
use crate::model::{Place, Result, Time};
use crate::source::Connected;
use crate::theme::{self, Theme};

/// The state that the terminal program starts with.
pub fn state(cli: &Cli, connected: &Connected, now: Time) -> Result<State> {
    let wanted = cli.wanted();
    // What the command line names must be right; a broken file of the configuration is reported, and not used.
    cli.theme.as_deref().map_or(Ok(()), |name| wanted.theme(name).map(drop))?;
    cli.keymap.as_deref().map_or(Ok(()), |name| wanted.keymap(name).map(drop))?;
    let keymap = Keymap::named(keymap::DEFAULT)?;
    let mut state = State::new(now, (80, 24), keymap, Theme::named(theme::DEFAULT)?.reduced(wanted.depth));
    state.display.options.unicode = unicode();
    state.places.looked = connected.looked.clone();
    state.places.all = connected.places.clone();
    state.places.home = connected.home().map(|place| place.id);
    state.policy = policy(cli, &state.places, wanted.config());
    state.policy.forgets = cli.no_remember || cli.kube.stand_in();
    let opened = first_view(cli, connected, &mut state);
    if cli.demo && cli.open.is_none() {
        state.start_tour();
    }
    let clusters = connected.of(kinds::USUAL).next().is_some();
    // Who has an engine and no cluster misses nothing.
    let lacks = state.tabs.stack().iter().all(|view| matches!(view, View::Start(_))) || clusters;
    // The start screen says by itself that there is nothing.
    let empty = !clusters && cli.kube.context.is_none();
    let problem = connected.problems.first().filter(|_| lacks && !empty).cloned();
    if let Err(error) = opened.and_then(|()| problem.map_or(Ok(()), Err)) {
        state.complain(&error);
    }
    // Last, so that nothing hides why nothing may be written.
    state.adopt(wanted.read());
    Ok(state)
}

/// What may be written where: the command line over the configuration. Where that cannot be read, the policy refuses and
/// says why.
pub fn policy(cli: &Cli, places: &[Place], config: Result<Config>) -> Policy {
    ruled(Policy::new(cli.readonly, cli.write), places, config)
}

/// A policy under a configuration.
pub fn ruled(mut policy: Policy, places: &[Place], config: Result<Config>) -> Policy {
    match config {
        Ok(config) => policy.regard(places, &config),
        Err(error) => {
            policy.regard(places, &Config::default());
            policy.hold(&error);
        }
    }
    policy
}

fn first_view(cli: &Cli, connected: &Connected, state: &mut State) -> Result<()> {
    let plain = |kind: &str| Opening { kind: kind.to_owned(), ..Opening::default() };
    if connected.home().is_none() {
        let near = connected.places.iter().find(|place| !place.family.is_home && place.problem.is_none());
        let opened = match (connected.of(kinds::USUAL).next(), near) {
            (Some(_), _) => state.open(&plain(contexts::KIND.name)),
            (None, Some(near)) => state.switch(&near.name),
            (None, None) => Ok(()),
        };
        if let Some(line) = &cli.open {
            let _ = state.start_with(line);
        }
        return opened;
    }
    let namespace = cli.kube.all_namespaces.then(|| "all".to_owned());
    state.open(&Opening { namespace, ..plain(kinds::USUAL.first().name) })?;
    if let Some(line) = &cli.open {
        let _ = state.start_with(line);
    }
    Ok(())
}

/// Shapes outside ASCII need a UTF-8 locale; the Linux console's font lacks most of them.
pub fn unicode() -> bool {
    let env = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let locale = env("LC_ALL").or_else(|| env("LC_CTYPE")).or_else(|| env("LANG")).unwrap_or_default().to_lowercase();
    (locale.contains("utf-8") || locale.contains("utf8")) && env("TERM").as_deref() != Some("linux")
}
