//! The words that a shell offers for kinds, names and contexts: what the last word of a line could become.

use std::io::Write;
use std::time::Duration;

use clap::{ArgMatches, Args, CommandFactory, FromArgMatches};

use super::aim::Aim;
use super::get::{GetArgs, Output, get_from};
use super::kinds::table_of_program;
use super::print::written;
use super::{Cli, Headless, Setup};
use crate::kinds::{self, split, verbs};
use crate::model::{Found, KindRef, Result};
use crate::source::{Connected, PROVIDERS};

/// Whoever presses a key waits no longer than this for a server.
const PATIENCE: Duration = Duration::from_secs(3);
/// Stands for the word that is completed.
const GAP: &str = "\u{1}";
/// The arguments that are kinds, names or contexts, in the order in which they are typed.
const WORDS: [&str; 5] = ["kind", "subject", "name", "more", "words"];

/// What is called in bash beside the functions for commands and options: words are split at blanks alone, since names
/// hold colons.
pub const BASH: &str = r#"
_spyhop_words() {
    _spyhop "$@"
    [[ $2 == -* || $COMP_CWORD -eq 1 ]] && return
    local line="${COMP_LINE:0:COMP_POINT}" words word found one
    read -ra words <<< "$line"
    [[ $line == *[[:blank:]] ]] && words+=("")
    word="${words[${#words[@]}-1]}"
    found="$("$1" __complete -- "${words[@]:1}" 2> /dev/null)"
    [[ -z $found ]] && return
    COMPREPLY=()
    while IFS= read -r one; do
        COMPREPLY+=("${one#"${word%"$2"}"}")
    done <<< "$found"
}
complete -F _spyhop_words -o bashdefault -o default spyhop
"#;

#[derive(Debug, Args)]
pub struct CompleteArgs {
    /// The line up to the word that is completed, which is the last one
    #[arg(allow_hyphen_values = true, trailing_var_arg = true)]
    line: Vec<String>,
}

/// The arguments, with the flags of a line that is completed: these choose what is asked.
pub fn meant(cli: Cli) -> Cli {
    let Some(Headless::Complete(args)) = &cli.command else { return cli };
    let flags = args.parsed().and_then(|(_, matches)| Cli::from_arg_matches(&matches).ok());
    let Some(mut flags) = flags else { return cli };
    flags.kube.request_timeout = flags.kube.request_timeout.or(Some(PATIENCE));
    Cli { command: cli.command, ..flags }
}

/// Prints the words, each on a line of its own.
pub async fn complete(args: &CompleteArgs, setup: Setup<'_>, out: &mut impl Write) -> Result<()> {
    let Some(line) = args.line() else { return Ok(()) };
    let mut all = line.candidates(setup).await;
    all.retain(|word| word.starts_with(&line.word) && !line.given.contains(word));
    all.sort();
    all.dedup();
    written(all.iter().try_for_each(|word| writeln!(out, "{word}")))
}

/// A line whose last word is a kind, a name or a context.
struct Line {
    command: String,
    /// The words before it that are so, too.
    given: Vec<String>,
    word: String,
}

impl CompleteArgs {
    /// The command of the line and its arguments, and the flags around it.
    fn parsed(&self) -> Option<((String, ArgMatches), ArgMatches)> {
        let before = self.line.iter().rev().skip(1).rev().map(String::as_str);
        let line = std::iter::once("spyhop").chain(before).chain([GAP]);
        let mut matches = Cli::command().ignore_errors(true).try_get_matches_from(line).ok()?;
        Some((matches.remove_subcommand()?, matches))
    }

    fn line(&self) -> Option<Line> {
        let ((command, matches), _) = self.parsed()?;
        let values = WORDS.iter().filter_map(|id| matches.try_get_raw(id).ok()?).flatten();
        let mut given: Vec<String> = values.map(|word| word.to_string_lossy().into_owned()).collect();
        let word = self.line.last().filter(|_| given.pop().as_deref() == Some(GAP))?.clone();
        Some(Line { command, given, word })
    }
}

impl Line {
    async fn candidates(&self, setup: Setup<'_>) -> Vec<String> {
        let first = self.given.first().map(String::as_str);
        match (first, split(&self.word)) {
            (Some(_), _) if self.word.starts_with('@') => contexts(setup.connected),
            (Some(kind), _) if split(kind).1.is_none() => names(kind, setup).await,
            (_, (kind, Some(_))) => {
                let mut all = led(&format!("{kind}/"), names(&kind, setup).await);
                // `mesh/ba` may become a kind with its family, or a name of the kind that is called like the family.
                if kinds::is_family(&kind) {
                    all.extend(self.kinds(setup).await);
                }
                all
            }
            (None, _) if self.command == "logs" => names(kinds::USUAL.first().name, setup).await,
            (_, (typed, None)) => {
                let before = typed.rfind(',').map_or("", |at| &typed[..=at]);
                led(before, self.kinds(setup).await)
            }
        }
    }

    /// The kinds that the command works on.
    async fn kinds(&self, setup: Setup<'_>) -> Vec<String> {
        let found = match Aim::current(setup) {
            Ok(aim) => aim.found().await.cloned().unwrap_or_default(),
            Err(_) => Found::default(),
        };
        let is_verb = verbs::all().iter().any(|(_, verb)| verb.name == self.command);
        let works = |kind: &KindRef| match is_verb {
            true => verbs::own(*kind, &self.command).is_some(),
            false => !kind.is_of_program() || table_of_program(kind.name).is_ok(),
        };
        let ours =
            kinds::all().filter(|kind| kinds::is_offered(*kind, &found.kinds) && is_there(*kind, setup.connected));
        let all = ours.chain(found.kinds.iter().copied()).filter(works).flat_map(called);
        let categories = found.categories.iter().filter(|_| !is_verb).map(|(name, _)| name.to_string());
        all.chain(categories).collect()
    }
}

/// Whether there is a source that may have objects of a kind.
fn is_there(kind: KindRef, connected: &Connected) -> bool {
    let has_sources = PROVIDERS.iter().any(|provider| provider.family == kind.family);
    !has_sources || connected.of(kind.family).next().is_some()
}

/// The words for a kind that nothing else can be meant by.
fn called(kind: KindRef) -> Vec<String> {
    let plain = (kinds::named(kind.name).is_none_or(|first| first == kind)).then(|| kind.name.to_owned());
    let full = (kind.family != kinds::USUAL).then(|| format!("{}/{}", kind.family.name, kind.name));
    plain.into_iter().chain(full).collect()
}

fn contexts(connected: &Connected) -> Vec<String> {
    let known = connected.places.iter().filter(|place| !place.made_up || place.is_current);
    known.map(|place| format!("@{}", place.name)).collect()
}

/// The names of all objects of a kind, as `get` finds them.
async fn names(kind: &str, setup: Setup<'_>) -> Vec<String> {
    let args = GetArgs { kind: kind.to_owned(), output: Output::Name, ..GetArgs::default() };
    let mut out = Vec::new();
    // What a server cannot say is not offered.
    let _ = get_from(&args, setup, &mut out).await;
    let lines = String::from_utf8_lossy(&out);
    lines.lines().filter_map(|line| line.split_once('/')).map(|(_, name)| name.to_owned()).collect()
}

fn led(before: &str, words: Vec<String>) -> Vec<String> {
    words.into_iter().map(|word| format!("{before}{word}")).collect()
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    fn line(text: &str) -> Option<(String, String, String)> {
        let args = CompleteArgs { line: text.split(' ').map(str::to_owned).collect() };
        args.line().map(|line| (line.command, line.given.join(" "), line.word))
    }

    #[test]
    fn the_last_word_is_completed_where_it_is_a_kind_or_a_name() {
        let told =
            |command: &str, given: &str, word: &str| Some((command.to_owned(), given.to_owned(), word.to_owned()));
        assert_eq!(line("get po"), told("get", "", "po"));
        assert_eq!(line("get "), told("get", "", ""));
        assert_eq!(line("-n shop get pods web-0 w"), told("get", "pods web-0", "w"));
        assert_eq!(line("describe pods -n shop w"), told("describe", "pods", "w"));
        assert_eq!(line("scale deploy/"), told("scale", "", "deploy/"));
        assert_eq!(line("scale deploy web --replicas 3 a"), told("scale", "deploy web", "a"));
        assert_eq!(line("logs -f w"), told("logs", "", "w"));
        for other in
            ["", "ge", "get pods -n sh", "scale deploy --replicas ", "version x", "apply -f x", "completion ba"]
        {
            assert_eq!(line(other), None, "{other}");
        }
    }

    #[test]
    fn the_flags_of_the_line_choose_what_is_asked() {
        let meant = |words: &[&str]| meant(Cli::parse_from([&["spyhop", "__complete", "--"], words].concat()));
        let cli = meant(&["--context", "a", "get", "pods", "-n", "shop", "--demo", ""]);
        assert_eq!(
            (cli.kube.context.as_deref(), cli.kube.namespace.as_deref(), cli.demo),
            (Some("a"), Some("shop"), true)
        );
        assert_eq!(cli.kube.request_timeout, Some(PATIENCE));
        assert!(matches!(cli.command, Some(Headless::Complete(_))));
    }
}
