//! What the terminal program starts with: the places, the user's files, and what may be written.

use super::Cli;
use crate::app::columns::Choices;
use crate::app::launch::{FirstView, Launch};
use crate::app::policy::Policy;
use crate::config::Config;
use crate::lanes;
use crate::model::{Place, Result, Time};
use crate::runtime::inside;
use crate::source::Connected;

/// What the terminal program starts with, but for the size of the terminal and what is kept on the disk.
pub fn launch(cli: &Cli, connected: &Connected, now: Time) -> Result<Launch> {
    let wanted = cli.wanted();
    // What the command line names must be right; a broken file of the configuration is reported, and not used.
    cli.theme.as_deref().map_or(Ok(()), |name| wanted.theme(name).map(drop))?;
    cli.keymap.as_deref().map_or(Ok(()), |name| wanted.keymap(name).map(drop))?;
    let mut policy = policy(cli, &connected.places, wanted.config());
    policy.forgets = cli.no_remember || cli.kube.stand_in();
    let first = FirstView {
        line: cli.open.clone(),
        everywhere: cli.kube.all_namespaces,
        context: cli.kube.context.is_some(),
        tour: cli.demo && cli.open.is_none(),
    };
    Ok(Launch {
        now,
        size: (80, 24),
        unicode: unicode(),
        depth: wanted.depth,
        lanes: lanes::count(),
        places: connected.places.clone(),
        inside: connected.inside.clone(),
        looked: connected.looked.clone(),
        problem: connected.problems.first().cloned(),
        policy,
        settings: wanted.read(),
        columns: Choices::default(),
        first,
        recorded: None,
    })
}

/// Shows what is inside of the clusters into which the user looks.
pub fn look_inside(cli: &Cli, connected: &mut Connected) {
    let policy = policy(cli, &connected.places, cli.wanted().config());
    connected.show_inside(|at| policy.looks_inside(at));
}

/// What may be written where: the command line over the configuration. Where that cannot be read, the policy refuses and
/// says why.
pub fn policy(cli: &Cli, places: &[Place], config: Result<Config>) -> Policy {
    ruled(Policy::new(cli.readonly, cli.write), places, config)
}

/// A policy under a configuration.
pub fn ruled(mut policy: Policy, places: &[Place], config: Result<Config>) -> Policy {
    let chosen = inside::chosen();
    places.iter().filter(|place| chosen(place)).for_each(|place| policy.look_inside(place.id, true));
    match config {
        Ok(config) => policy.regard(places, &config),
        Err(error) => {
            policy.regard(places, &Config::default());
            policy.hold(&error);
        }
    }
    policy
}

/// Shapes outside ASCII need a UTF-8 locale; the Linux console's font lacks most of them.
pub fn unicode() -> bool {
    let env = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let locale = env("LC_ALL").or_else(|| env("LC_CTYPE")).or_else(|| env("LANG")).unwrap_or_default().to_lowercase();
    (locale.contains("utf-8") || locale.contains("utf8")) && env("TERM").as_deref() != Some("linux")
}
