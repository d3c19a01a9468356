//! Arguments, and the commands that need no screen.

mod act;
mod aim;
mod apply;
mod beside;
mod columns;
mod complete;
mod demo;
mod describe;
mod fleet;
mod get;
mod info;
mod kinds;
mod logs;
mod made;
mod object;
mod order;
mod print;
mod replay;
mod routes;
mod start;
mod wait;
mod words;

use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::error::ErrorKind;
use clap::{ArgMatches, Command, CommandFactory, FromArgMatches, Parser, Subcommand};
use clap_complete::Shell;

use crate::app::Recorded;
use crate::model::Result;
use crate::runtime::settings::Wanted;
use crate::source::Flags;

pub use aim::Aim;
pub use apply::ApplyArgs;
pub use complete::{CompleteArgs, meant};
pub use demo::DemoArgs;
pub use describe::DescribeArgs;
pub use get::{GetArgs, Output, get};
pub use info::version;
pub use logs::LogsArgs;
pub use order::{ActArgs, Order};
pub use print::{note, output, written};
pub use replay::ReplayArgs;
pub use routes::{RoutesArgs, routes};
use start::unicode;
pub use start::{Setup, launch, policy};

/// A terminal explorer for Kubernetes clusters, containers and service meshes.
#[derive(Debug, Parser)]
#[command(name = "spyhop", version, about, disable_version_flag = true)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Headless>,
    #[command(flatten)]
    pub kube: Flags,
    /// The container engine, instead of DOCKER_HOST: unix:///PATH or tcp://HOST:PORT
    #[arg(long, global = true, value_name = "URL")]
    pub docker_host: Option<String>,
    /// A built-in demo cluster: nothing real is touched
    #[arg(long, global = true, conflicts_with_all = CLUSTER_FLAGS)]
    pub demo: bool,
    /// What to open first, as typed after ':' (a kind, "pods shop", "ctx")
    #[arg(short = 'c', long = "command", value_name = "LINE")]
    pub open: Option<String>,
    /// Refuse all writes and sessions (shell, attach, port-forward)
    #[arg(long, global = true, conflicts_with = "write")]
    pub readonly: bool,
    /// Allow writing even where the configuration says read-only
    #[arg(long, global = true)]
    pub write: bool,
    /// Do not keep rows for the next start, and show none from the last
    #[arg(long)]
    pub no_remember: bool,
    /// A theme by name, or a theme file
    #[arg(long, value_name = "NAME|FILE")]
    pub theme: Option<String>,
    /// A key map by name, or a key map file to add to the default one
    #[arg(long, value_name = "NAME|FILE")]
    pub keymap: Option<String>,
    /// Record what happens, for a bug report: into a new file, without names, contents and typed texts
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    /// Record everything, with all contents and typed texts, for spyhop replay: into a new file that holds secrets and is
    /// not for sharing
    #[arg(long, value_name = "FILE", conflicts_with = "record")]
    pub record_all: Option<PathBuf>,
}

/// What chooses a real cluster or engine.
const CLUSTER_FLAGS: [&str; 8] =
    ["kubeconfig", "context", "cluster", "user", "server", "token", "client_certificate", "docker_host"];

#[derive(Debug, Subcommand)]
pub enum Headless {
    /// Print objects of a kind
    Get(GetArgs),
    /// Tell about objects: what is wrong, what they are, what belongs to them and what happened to them
    Describe(DescribeArgs),
    /// Print the logs of a pod, or of all pods of something: POD or KIND/NAME; of an engine docker/CONTAINER
    Logs(LogsArgs),
    /// Apply documents: show what would change, then ask
    Apply(ApplyArgs),
    #[command(flatten)]
    Verb(Order),
    /// Print mesh routes of the cluster or of files, with their problems
    Routes(RoutesArgs),
    /// Serve the demo cluster to other programs
    Demo(DemoArgs),
    /// Check that a recording of --record-all leads to the same screens again; nothing real is touched
    Replay(ReplayArgs),
    /// Print the version
    Version,
    /// Print where files are and which sources were found
    Info,
    /// Print a completion script
    Completion { shell: Shell },
    /// Print what the last word of a line could become
    #[command(name = "__complete", hide = true)]
    Complete(CompleteArgs),
}

impl Cli {
    /// Reads the arguments, the first of which is the program's name. An option with an empty value is refused: most often
    /// it is a variable that a script did not set, and without it the command would mean more than was wanted.
    pub fn read(words: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let mut command = Self::command();
        let matches = command.try_get_matches_from_mut(words)?;
        if let Some(option) = emptied(&command, &matches) {
            return Err(command.error(ErrorKind::InvalidValue, format!("the value of --{option} is empty")));
        }
        Self::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
    }

    /// The recording that is asked for: its file, and what it holds.
    pub fn recording(&self) -> Option<(&Path, Recorded)> {
        let outline = self.record.as_deref().map(|file| (file, Recorded::Outline));
        outline.or_else(|| Some((self.record_all.as_deref()?, Recorded::Contents)))
    }

    /// Looks and keys, and where the user's files are.
    pub fn wanted(&self) -> Wanted {
        Wanted::new(self.theme.clone(), self.keymap.clone())
    }
}

/// The first option whose value is empty.
fn emptied<'a>(command: &'a Command, matches: &ArgMatches) -> Option<&'a str> {
    let is_empty = |id: &str| {
        let values = matches.try_get_raw(id).ok().flatten();
        values.into_iter().flatten().any(|value| value.is_empty())
    };
    let options = command.get_arguments().filter(|arg| is_empty(arg.get_id().as_str()));
    let inner = || {
        let (name, inner) = matches.subcommand()?;
        emptied(command.find_subcommand(name)?, inner)
    };
    options.filter_map(|arg| arg.get_long()).next().or_else(inner)
}

/// A command that asks no source; `None` for all others.
pub fn offline(cli: &Cli, out: &mut impl Write) -> Option<Result<()>> {
    Some(match cli.command.as_ref()? {
        Headless::Version => version(out),
        Headless::Completion { shell } => completion(*shell, out),
        Headless::Replay(args) => replay::replay(args, out),
        Headless::Routes(args) if !args.files.is_empty() => routes(args, cli.kube.namespace.as_deref(), out),
        _ => return None,
    })
}

/// Carries out a command. `is_terminal`: a terminal shows what is printed.
pub async fn run(command: &Headless, setup: Setup<'_>, is_terminal: bool, out: &mut impl Write) -> Result<()> {
    match command {
        Headless::Get(args) => get::get_from(args, setup, out).await,
        Headless::Describe(args) => get::get_from(&args.found(is_terminal), setup, out).await,
        Headless::Logs(args) => logs::logs_from(args, setup, out).await,
        Headless::Apply(args) => apply::apply_from(args, setup, is_terminal, out).await,
        Headless::Verb(order) => beside::act_from(order, setup, out).await,
        Headless::Routes(args) => routes::routes_from(args, setup, out).await,
        Headless::Demo(args) => demo::demo(args, out).await,
        Headless::Replay(args) => replay::replay(args, out),
        Headless::Info => info::info(&setup.cli.wanted(), setup.connected, out),
        Headless::Version => version(out),
        Headless::Completion { shell } => completion(*shell, out),
        Headless::Complete(args) => complete::complete(args, setup, out).await,
    }
}

fn completion(shell: Shell, out: &mut impl Write) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "spyhop", &mut script);
    if shell == Shell::Bash {
        script.extend(complete::BASH.bytes());
    }
    written(out.write_all(&script))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::verbs;

    #[test]
    fn every_verb_is_a_command_with_its_options() {
        let mut command = Cli::command();
        command.build();
        for (family, verb) in verbs::all() {
            let found = command.find_subcommand(verb.name).unwrap_or_else(|| panic!("{verb:?} is no command"));
            for flag in verb.flags {
                let arg = found.get_arguments().find(|arg| arg.get_long() == Some(flag.name));
                assert!(arg.is_some_and(|arg| arg.get_help().is_some()), "{verb:?} --{}", flag.name);
            }
            let about = found.get_about().unwrap().to_string();
            assert!(about.to_lowercase().contains(&verb.help.to_lowercase()), "{verb:?} of {family:?}: {about}");
        }
    }

    #[test]
    fn the_command_line_has_no_word_twice() {
        Cli::command().debug_assert();
    }

    #[test]
    fn an_option_without_a_value_is_refused_wherever_it_stands() {
        let read = |line: &str| {
            let words = line.split(' ').map(|word| OsString::from(word.trim_matches('"')));
            Cli::read(words).map_err(|error| error.to_string())
        };
        for (line, option) in [
            ("spyhop get pods -n \"\"", "namespace"),
            ("spyhop -n \"\" get pods", "namespace"),
            ("spyhop delete pods a --context=", "context"),
            ("spyhop get pods --columns \"\"", "columns"),
            ("spyhop get pods -l \"\"", "selector"),
            ("spyhop delete pods a --grace \"\"", "grace"),
            ("spyhop --theme \"\"", "theme"),
        ] {
            let told = read(line).unwrap_err();
            assert!(told.contains(option), "{line}: {told}");
        }
        assert!(read("spyhop get pods -n shop").is_ok() && read("spyhop __complete get \"\"").is_ok());
    }

    #[test]
    fn what_a_verb_is_given_is_understood() {
        let order = |line: &str| match Cli::try_parse_from(line.split(' ')).map(|cli| cli.command) {
            Ok(Some(Headless::Verb(order))) => order,
            other => panic!("{line}: {other:?}"),
        };
        let given =
            |line: &str| order(line).given.iter().map(|(name, value)| format!("{name}={value} ")).collect::<String>();
        for (line, words) in [
            ("spyhop delete pods a --grace 5 --propagation Orphan", "grace=5 propagation=Orphan "),
            ("spyhop delete pods a --force", "force=true "),
            ("spyhop rm containers a --volumes", "volumes=true "),
            ("spyhop scale deploy web --replicas 3 --yes", "replicas=3 "),
            ("spyhop kill containers web --signal HUP", "signal=HUP "),
            ("spyhop set-image deploy web a=b:1", ""),
        ] {
            assert_eq!(given(line), words, "{line}");
        }
        assert_eq!(order("spyhop set-image deploy web a=b:1").name, "image");
        assert!(!order("spyhop delete pods a --wait=false").waits && order("spyhop delete pods a --wait").waits);
        for wrong in ["scale deploy web", "delete pods a --grace soon", "delete pods a --propagation none", "label"] {
            assert!(Cli::try_parse_from(format!("spyhop {wrong}").split(' ')).is_err(), "{wrong}");
        }
    }
}
