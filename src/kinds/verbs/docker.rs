//! What a container engine does, by its own words.

use super::{PLAIN, number, pairs, sets};
use crate::model::{
    Act, Args, Changes, Error, Flag, Form, Object, Param, Request, Result, Right, Str, Time, Until, Value, Verb, What,
    Words,
};

/// Of containers, in the order in which help lists them.
pub static CONTAINERS: &[&Verb] = &[&START, &STOP, &RESTART, &PAUSE, &UNPAUSE, &KILL, &REMOVE];
/// Of what is only ever removed.
pub static REMOVABLE: &[&Verb] = &[&REMOVE_OTHER];

/// Engines know no rights: whoever speaks with one may do everything.
const ENGINE: Verb = Verb { right: Right::to("do"), typed: pairs, changes: Some(PAIRS), ..PLAIN };

/// An option may also stand behind the names, as on the screen: `grace=5`.
const PAIRS: Changes = Changes { form: "", is: sets };

const GRACE: &[Flag] = &[Flag::new("grace", Form::Number, "SECONDS", "time to stop by itself, before it is killed")];
const FORCE: Flag = Flag::toggle("force", "remove it even if it is in use");

/// A container that ends at once has been started all the same.
const RAN: Until = Until::Shows(&["running", "restarting", "exited", "OOMKilled"]);

pub static START: Verb = Verb {
    name: "start",
    help: "start the container",
    words: Words::new("start", "starting", "started"),
    act: Act::row(|object, _, _| Ok(order(object, "start", Vec::new()))),
    until: RAN,
    shell_lines: |_, names, _| line(&["start"], names),
    ..ENGINE
};

pub static STOP: Verb = Verb {
    name: "stop",
    help: "stop the container: a signal, then a kill",
    words: Words::new("stop", "stopping", "stopped"),
    risky: true,
    params: grace,
    flags: GRACE,
    typed: typed_grace,
    act: Act::row(|object, args, _| Ok(order(object, "stop", seconds(args)?))),
    until: Until::Shows(&["exited", "dead", "OOMKilled"]),
    shell_lines: |_, names, args| line(&with_grace("stop", args), names),
    ..ENGINE
};

pub static RESTART: Verb = Verb {
    name: "restart",
    help: "stop the container and start it again",
    words: Words::new("restart", "restarting", "restarted"),
    params: grace,
    flags: GRACE,
    typed: typed_grace,
    act: Act::row(|object, args, _| Ok(order(object, "restart", seconds(args)?))),
    until: RAN,
    shell_lines: |_, names, args| line(&with_grace("restart", args), names),
    ..ENGINE
};

pub static PAUSE: Verb = Verb {
    name: "pause",
    help: "pause the container",
    words: Words::new("pause", "pausing", "paused"),
    act: Act::row(|object, _, _| Ok(order(object, "pause", Vec::new()))),
    until: Until::Shows(&["paused"]),
    shell_lines: |_, names, _| line(&["pause"], names),
    ..ENGINE
};

pub static UNPAUSE: Verb = Verb {
    name: "unpause",
    help: "unpause the container",
    words: Words::new("unpause", "unpausing", "unpaused"),
    act: Act::row(|object, _, _| Ok(order(object, "unpause", Vec::new()))),
    until: Until::Shows(&["running"]),
    shell_lines: |_, names, _| line(&["unpause"], names),
    ..ENGINE
};

const SIGNALS: &[&str] = &["KILL", "TERM", "INT", "HUP", "QUIT", "USR1", "USR2", "WINCH", "STOP", "CONT"];

pub static KILL: Verb = Verb {
    name: "kill",
    help: "send a signal to the container",
    words: Words::new("kill", "killing", "").done_as(|args| format!("got {}", signal(args))),
    risky: true,
    params: |_, _| vec![Param::new("signal", Form::Choice(SIGNALS), SIGNALS[0])],
    flags: &[Flag::new("signal", Form::Text, "SIGNAL", "the signal; KILL if none is given")],
    typed: typed_signal,
    act: Act::row(|object, args, _| Ok(order(object, "kill", vec![("signal", signal(args).into())]))),
    // Signals other than KILL may leave it as it is.
    until: Until::Shows(&["exited", "dead", "OOMKilled", "restarting", "running", "paused"]),
    shell_lines: |_, names, args| line(&["kill", "--signal", signal(args)], names),
    ..ENGINE
};

/// Under the name of deleting anything, so that the same key does it.
pub static REMOVE: Verb = Verb {
    flags: &[FORCE, Flag::toggle("volumes", "remove its anonymous volumes too")],
    params: |object, _| {
        vec![
            Param::new("force", Form::Toggle, "false").hinted(if runs(object) { "running: needed" } else { "" }),
            Param::new("volumes", Form::Toggle, "false"),
        ]
    },
    act: Act::row(remove),
    shell_lines: |_, names, args| {
        let flags = [("force", "--force"), ("volumes", "--volumes")].into_iter();
        let flags = flags.filter(|(name, _)| args.is_on(name)).map(|(_, flag)| flag);
        line(&std::iter::once("rm").chain(flags).collect::<Vec<_>>(), names)
    },
    ..REMOVING
};

pub static REMOVE_OTHER: Verb = Verb {
    flags: &[FORCE],
    params: |object, _| match object.id.kind.name {
        "networks" => Vec::new(),
        _ => vec![Param::new("force", Form::Toggle, "false")],
    },
    act: Act::row(remove),
    shell_lines: |kind, names, args| {
        let noun = kind.address.kind.to_lowercase();
        let force = args.is_on("force").then_some("--force");
        // An image without a name goes by its id.
        let names: Vec<&str> = names.iter().map(|name| name.split_once('@').map_or(*name, |(_, id)| id)).collect();
        line(&[noun.as_str(), "rm"].into_iter().chain(force).collect::<Vec<_>>(), &names)
    },
    ..REMOVING
};

const REMOVING: Verb = Verb {
    name: "delete",
    help: "remove it",
    words: Words::new("remove", "removing", "removed"),
    risky: true,
    until: Until::Gone,
    ..ENGINE
};

fn order(object: &Object, name: &'static str, args: Vec<(&'static str, Str)>) -> Request {
    Request::new(object.id.clone(), What::Do { name, args })
}

/// What removing a container comes to that runs, when nobody said that it may be killed.
pub fn still_runs(name: &str) -> Error {
    Error::Conflict(format!("{name} is still running: stop it first, or remove it with force"))
}

fn remove(object: &Object, args: &Args, _: Time) -> Result<Request> {
    if object.id.kind.name == "containers" && runs(object) && !args.is_on("force") {
        return Err(still_runs(&object.id.name));
    }
    let on = |name: &'static str, short: &'static str| args.is_on(name).then(|| (short, Str::from("true")));
    let wished = [on("force", "force"), on("volumes", "v")].into_iter().flatten().collect();
    Ok(order(object, "remove", wished))
}

/// Whether the row says so, as far as it knows.
fn runs(object: &Object) -> bool {
    let state = object.id.kind.columns.iter().position(|column| column.state).and_then(|i| object.cells.get(i));
    let text = state.map(|cell| cell.to_text(Time::default())).unwrap_or_default();
    matches!(text.split(' ').next(), Some("running" | "paused" | "restarting"))
}

fn grace(_: &Object, _: Option<&Value>) -> Vec<Param> {
    vec![Param::new("grace", Form::Text, "").hinted("seconds; empty: the container's own")]
}

fn typed_grace(words: &str) -> Result<Args> {
    match words.trim() {
        text if text.starts_with(|c: char| c.is_ascii_digit()) => {
            number(text, "the grace period in seconds").map(|n| Args::default().with("grace", n.to_string()))
        }
        words => pairs(words),
    }
}

fn seconds(args: &Args) -> Result<Vec<(&'static str, Str)>> {
    match args.text("grace") {
        "" => Ok(Vec::new()),
        text => number(text, "the grace period in seconds").map(|n| vec![("t", arcstr::format!("{n}"))]),
    }
}

fn with_grace<'a>(verb: &'a str, args: &'a Args) -> Vec<&'a str> {
    match args.text("grace") {
        "" => vec![verb],
        secs => vec![verb, "--time", secs],
    }
}

fn signal(args: &Args) -> &str {
    match args.text("signal") {
        "" => SIGNALS[0],
        signal => signal,
    }
}

/// `HUP`, `SIGHUP`, `signal=HUP`.
fn typed_signal(words: &str) -> Result<Args> {
    let word = words.trim().to_uppercase();
    match SIGNALS.iter().find(|signal| word == **signal || word.strip_prefix("SIG") == Some(signal)) {
        Some(signal) => Ok(Args::default().with("signal", *signal)),
        None => pairs(words),
    }
}

fn line(verb: &[&str], names: &[&str]) -> Vec<Vec<String>> {
    vec![verb.iter().chain(names).map(|word| (*word).to_owned()).collect()]
}
