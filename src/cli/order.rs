//! Commands that are verbs. They are made from the table of verbs, so that each verb of any family has a command.

use clap::builder::{PossibleValuesParser, StyledStr};
use clap::error::ErrorKind;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches, Subcommand, value_parser};

use crate::kinds::{self, verbs};
use crate::model::text::{self, capital};
use crate::model::{self, Error, Family, Flag, Form, Result, Until, Verb};

/// A verb by its name, its arguments, and the objects.
#[derive(Debug)]
pub struct Order {
    pub name: &'static str,
    /// The options that were given.
    pub given: model::Args,
    /// Whether to return only when the effect of the verb is complete.
    pub waits: bool,
    pub act: ActArgs,
}

/// Which objects, and how to be asked.
#[derive(Debug, Args)]
pub struct ActArgs {
    /// The kind: pods, deploy, deployments.apps, ...; or KIND/NAME
    #[arg(value_name = "KIND|KIND/NAME")]
    pub kind: String,
    /// Names, or KIND/NAME after KIND/NAME
    #[arg(value_name = "NAME")]
    pub words: Vec<String>,
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
    /// The text that the configuration requires before a destructive act
    #[arg(long, value_name = "TEXT")]
    pub confirm: Option<String>,
    /// Try it on the server without changing anything
    #[arg(long)]
    pub dry_run: bool,
}

const WAIT: &str = "wait";

impl Order {
    /// A verb works in one cluster. A context among the names would be taken for a name, and the rest be done elsewhere than
    /// meant.
    pub fn stays(&self) -> Result<()> {
        let is_led = kinds::split(&self.act.kind).1.is_some();
        match self.act.words.iter().find(|word| word.starts_with('@') && !is_led) {
            Some(word) => Err(Error::Invalid(format!(
                "{word} among the names would be a context, and {} works in one only: choose it with --context",
                self.name
            ))),
            None => Ok(()),
        }
    }

    /// The arguments of a verb of this name, with the words behind the names.
    pub fn args(&self, verb: &Verb, changes: &[String]) -> Result<model::Args> {
        let is_given = |flag: &&Flag| self.given.iter().any(|(name, _)| name == flag.name);
        if let Some(flag) = verb.flags.iter().find(|flag| flag.required && !is_given(flag)) {
            return Err(Error::Invalid(format!("{} needs --{}", verb.name, flag.name)));
        }
        let is_known = |name: &str| verb.flags.iter().any(|flag| flag.name == name);
        if let Some((name, _)) = self.given.iter().find(|(name, _)| !is_known(name)) {
            return Err(Error::Invalid(format!("--{name} is for other kinds: this {} does not take it", verb.name)));
        }
        let typed = (verb.typed)(&text::line(changes))?;
        Ok(self.given.iter().fold(typed, |args, (name, value)| args.with(name, value)))
    }
}

/// All verbs of one name, each with the family that it is for.
struct Named {
    name: &'static str,
    verbs: Vec<(&'static Family, &'static Verb)>,
}

fn named() -> Vec<Named> {
    let mut all: Vec<Named> = Vec::new();
    for (family, verb) in verbs::all() {
        match all.iter_mut().find(|named| named.name == verb.name) {
            Some(named) => named.verbs.push((family, verb)),
            None => all.push(Named { name: verb.name, verbs: vec![(family, verb)] }),
        }
    }
    all
}

impl Named {
    fn command(&self) -> Command {
        let command = Command::new(self.name).visible_aliases(verbs::aliases(self.name));
        let about = self.verbs.iter().map(|(family, verb)| (*family, verb.help));
        // The arguments bring a text of their own.
        let command = ActArgs::augment_args(command).about(told(about.collect()));
        let forms = self.verbs.iter().filter_map(|(_, verb)| verb.changes).map(|changes| changes.form);
        let command = match forms.filter(|form| !form.is_empty()).reduce(|form, _| form) {
            Some(form) => command.mut_arg("words", |arg| arg.help(StyledStr::from(format!("Names, and then {form}")))),
            None => command,
        };
        let waits = self.verbs.iter().any(|(_, verb)| verb.until == Until::Gone);
        let waits = waits.then(wait);
        self.flags().into_iter().map(|flags| self.arg(&flags)).chain(waits).fold(command, Command::arg)
    }

    /// The options of all verbs of the name, those of one name together.
    fn flags(&self) -> Vec<Vec<(&'static Family, &'static Flag)>> {
        let mut all: Vec<Vec<(&'static Family, &'static Flag)>> = Vec::new();
        for (family, flag) in
            self.verbs.iter().flat_map(|(family, verb)| verb.flags.iter().map(move |flag| (*family, flag)))
        {
            match all.iter_mut().find(|flags| flags[0].1.name == flag.name) {
                Some(flags) => flags.push((family, flag)),
                None => all.push(vec![(family, flag)]),
            }
        }
        all
    }

    fn arg(&self, flags: &[(&'static Family, &'static Flag)]) -> Arg {
        let flag = flags[0].1;
        let help = flags.iter().map(|(family, flag)| (*family, flag.help)).collect();
        let arg = Arg::new(flag.name).long(flag.name).help(told(help));
        // What one verb of the name needs, another does not take.
        let arg = arg.required(flag.required && self.verbs.iter().all(|(_, verb)| verb.flags.contains(flag)));
        match flag.form {
            Form::Toggle => arg.action(ArgAction::SetTrue),
            Form::Number => arg.value_name(flag.value).value_parser(value_parser!(u32)),
            Form::Text => arg.value_name(flag.value),
            Form::Choice(options) => {
                arg.value_name(flag.value).value_parser(PossibleValuesParser::new(options)).ignore_case(true)
            }
        }
    }

    /// The options that a command line gives.
    fn given(&self, matches: &ArgMatches) -> model::Args {
        let value = |flag: &Flag| match flag.form {
            Form::Toggle => matches.get_flag(flag.name).then(|| "true".to_owned()),
            Form::Number => matches.get_one::<u32>(flag.name).map(u32::to_string),
            Form::Text | Form::Choice(_) => matches.get_one::<String>(flag.name).cloned(),
        };
        let flags = self.flags().into_iter().map(|flags| flags[0].1);
        let given = flags.filter_map(|flag| Some((flag.name, value(flag)?)));
        given.fold(model::Args::default(), |args, (name, value)| args.with(name, value))
    }
}

/// What several verbs or options of one name do: those of clusters first, and of which others the rest is.
fn told(helps: Vec<(&'static Family, &'static str)>) -> StyledStr {
    let (mut parts, mut seen): (Vec<String>, Vec<&str>) = (Vec::new(), Vec::new());
    let several = helps.iter().any(|(family, _)| *family == kinds::USUAL);
    for (family, help) in helps {
        if seen.contains(&help) {
            continue;
        }
        seen.push(help);
        parts.push(match *family == *kinds::USUAL || !several {
            true => help.to_owned(),
            false => format!("of {}: {help}", family.sources.many),
        });
    }
    StyledStr::from(capital(&parts.join("; ")))
}

fn wait() -> Arg {
    let arg = Arg::new(WAIT).long(WAIT).help("Wait until the objects are gone; false: only until the server accepts");
    let arg = arg.value_name("BOOL").num_args(0..=1).require_equals(true).value_parser(value_parser!(bool));
    arg.default_value("true").default_missing_value("true").action(ArgAction::Set)
}

impl Subcommand for Order {
    fn augment_subcommands(command: Command) -> Command {
        named().iter().map(Named::command).fold(command, Command::subcommand)
    }

    fn augment_subcommands_for_update(command: Command) -> Command {
        Self::augment_subcommands(command)
    }

    fn has_subcommand(name: &str) -> bool {
        named().iter().any(|named| named.name == name)
    }
}

impl FromArgMatches for Order {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let meant = matches.subcommand().and_then(|(name, inner)| {
            let named = named().into_iter().find(|named| named.name == name)?;
            Some((named, inner))
        });
        let (named, inner) = meant.ok_or_else(|| clap::Error::new(ErrorKind::MissingSubcommand))?;
        let waits = inner.try_get_one::<bool>(WAIT).ok().flatten().copied().unwrap_or(true);
        Ok(Self { name: named.name, given: named.given(inner), waits, act: ActArgs::from_arg_matches(inner)? })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
