//! Deleting, gently or not.

use super::{number, words};
use crate::kinds::kube::pods;
use crate::model::{Act, Args, Flag, Form, Kind, Object, Param, Propagation, Request, Result, Time, Value, What};

pub const ACT: Act = Act::row(delete);
pub const KILL: Act = Act::row(kill);

const POLICIES: &[&str] = &["Background", "Foreground", "Orphan"];

pub const FLAGS: &[Flag] = &[
    Flag::new("grace", Form::Number, "SECONDS", "grace period in seconds"),
    Flag::new(
        "propagation",
        Form::Choice(&["background", "foreground", "orphan"]),
        "POLICY",
        "what to do with the objects that it owns",
    ),
    Flag::toggle("force", "delete at once, without a grace period"),
];

pub fn params(object: &Object, _: Option<&Value>) -> Vec<Param> {
    let pod = object.id.kind.is(&pods::KIND);
    let grace = if pod { "seconds; empty: the pod's own" } else { "seconds; empty: the default" };
    vec![
        Param::new("propagation", Form::Choice(POLICIES), POLICIES[0]),
        Param::new("grace", Form::Text, "").hinted(grace),
        Param::new("force", Form::Toggle, "false"),
    ]
}

fn propagation(args: &Args) -> Propagation {
    let wanted = args.text("propagation");
    let found = Propagation::ALL.into_iter().find(|policy| policy.word().eq_ignore_ascii_case(wanted));
    found.unwrap_or(Propagation::Background)
}

fn grace(args: &Args) -> Result<Option<u32>> {
    match args.text("grace") {
        _ if args.is_on("force") => Ok(Some(0)),
        "" => Ok(None),
        text => number(text, "the grace period in seconds").map(Some),
    }
}

fn delete(object: &Object, args: &Args, _: Time) -> Result<Request> {
    let what = What::Delete { grace: grace(args)?, propagation: Some(propagation(args)) };
    Ok(Request::new(object.id.clone(), what))
}

fn kill(object: &Object, _: &Args, _: Time) -> Result<Request> {
    let what = What::Delete { grace: Some(1), propagation: Some(Propagation::Background) };
    Ok(Request::new(object.id.clone(), what))
}

fn line(kind: &Kind, names: &[&str]) -> Vec<String> {
    let mut line = words(["delete", &kind.resource()]);
    line.extend(names.iter().map(|name| (*name).to_owned()));
    line
}

pub fn kubectl(kind: &Kind, names: &[&str], args: &Args) -> Vec<Vec<String>> {
    let mut line = line(kind, names);
    if propagation(args) != Propagation::Background {
        line.push(format!("--cascade={}", propagation(args).word().to_lowercase()));
    }
    match args.text("grace") {
        _ if args.is_on("force") => line.extend(words(["--force", "--grace-period=0"])),
        "" => {}
        "0" => line.extend(words(["--force", "--grace-period=0"])),
        secs => line.push(format!("--grace-period={secs}")),
    }
    vec![line]
}

pub fn kubectl_kill(kind: &Kind, names: &[&str], _: &Args) -> Vec<Vec<String>> {
    let mut line = line(kind, names);
    line.push("--now".to_owned());
    vec![line]
}
