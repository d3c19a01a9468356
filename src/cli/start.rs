//! What the terminal program starts with: the places, the user's files, and what may be written.

use super::Cli;
use crate::app::columns::Choices;
use crate::app::launch::{FirstView, Launch};
use crate::app::policy::Policy;
use crate::config::Config;
use crate::lanes;
use crate::model::{Error, Place, Result, Time};
use crate::runtime::inside;
use crate::source::Connected;

/// What a run begins with: the command line, the places, and what may be written there.
#[derive(Clone, Copy)]
pub struct Setup<'a> {
    pub cli: &'a Cli,
    pub connected: &'a Connected,
    pub policy: &'a Policy,
}

/// What the terminal program starts with, but for the size of the terminal and what is kept on the disk. `config` is the
/// configuration of which the policy was made.
pub fn launch(setup: Setup<'_>, config: Result<Config>, now: Time) -> Result<Launch> {
    let Setup { cli, connected, policy } = setup;
    let wanted = cli.wanted();
    // What the command line names must be right; a broken file of the configuration is reported, and not used.
    cli.theme.as_deref().map_or(Ok(()), |name| wanted.theme(name).map(drop))?;
    cli.keymap.as_deref().map_or(Ok(()), |name| wanted.keymap(name).map(drop))?;
    let mut policy = policy.clone();
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
        settings: wanted.settings(config),
        columns: Choices::default(),
        first,
        recorded: None,
    })
}

/// What may be written where: the command line over the configuration.
pub fn policy(cli: &Cli, connected: &Connected, config: Result<&Config, &Error>) -> Policy {
    ruled(flags(cli), &places(connected), config)
}

/// What the command line alone says.
pub fn flags(cli: &Cli) -> Policy {
    Policy::new(cli.readonly, cli.write)
}

/// All places for which there are rules: those inside of clusters as well, whether or not they show.
pub fn places(connected: &Connected) -> Vec<Place> {
    connected.places.iter().chain(&connected.inside).cloned().collect()
}

/// A policy under a configuration. Where that cannot be read, the policy refuses and says why.
pub fn ruled(mut policy: Policy, places: &[Place], config: Result<&Config, &Error>) -> Policy {
    let chosen = inside::chosen();
    places.iter().filter(|place| chosen(place)).for_each(|place| policy.look_inside(place.id, true));
    policy.regard(places, config.unwrap_or(&Config::default()));
    if let Err(error) = config {
        policy.hold(error);
    }
    policy
}

/// Shapes outside ASCII need a UTF-8 locale; the Linux console's font lacks most of them.
pub fn unicode() -> bool {
    let env = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let locale = env("LC_ALL").or_else(|| env("LC_CTYPE")).or_else(|| env("LANG")).unwrap_or_default().to_lowercase();
    (locale.contains("utf-8") || locale.contains("utf8")) && env("TERM").as_deref() != Some("linux")
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::app::policy::Access;
    use crate::source::connect_demo;

    #[test]
    fn one_configuration_rules_what_a_run_begins_with() {
        let (cli, connected) = (Cli::parse_from(["spyhop", "--demo"]), connect_demo(None));
        let config = Config::parse("config.toml", "read_only = true\nmouse = false\n").unwrap();
        let policy = policy(&cli, &connected, Ok(&config));
        let setup = Setup { cli: &cli, connected: &connected, policy: &policy };
        let launch = launch(setup, Ok(config.clone()), Time(0)).unwrap();
        assert_eq!(launch.settings.config, Some(config));
        assert_eq!(launch.policy.access(connected.places[0].id, None), Access::ReadOnly);
        let broken = Error::Invalid("config.toml cannot be read".to_owned());
        let held = super::policy(&cli, &connected, Err(&broken));
        assert_eq!(held.held(), Some(broken.text()));
    }
}
