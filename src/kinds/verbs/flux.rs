//! Objects of Flux: looked at now, suspended, resumed. Its controllers do the work. What is written here is what they read
//! (fluxcd/pkg, apis/meta/annotations.go; fluxcd/helm-controller, api/v2/annotations.go).

use serde_json::{Map, json};

use super::{pairs, suspend};
use crate::model::{Act, Args, Cell, Error, Flag, Form, Object, Param, Patch, Request, Result, Time, Value, What};

pub const RECONCILE: Act = Act::row(reconcile);
pub const RECONCILE_RELEASE: Act = Act::row(reconcile_release);
pub const RESUME: Act = Act::row(resume);

/// Asks for a reconciliation. The value is a token: a controller acts on one that it has not handled yet.
const REQUESTED: &str = "reconcile.fluxcd.io/requestedAt";

/// What can be asked of a release besides, with the annotation that asks for it. It counts only if its value is that of
/// [`REQUESTED`].
const FURTHER: &[(&str, &str)] = &[("force", "reconcile.fluxcd.io/forceAt"), ("reset", "reconcile.fluxcd.io/resetAt")];

pub const FLAGS: &[Flag] = &[
    Flag::toggle("force", "install or upgrade once more, even if nothing changed"),
    Flag::toggle("reset", "forget the failures so far, so that it is tried again"),
];

pub fn params(_: &Object, _: Option<&Value>) -> Vec<Param> {
    FURTHER.iter().map(|(name, _)| Param::new(*name, Form::Toggle, "false")).collect()
}

/// `force reset`. What is not understood is refused.
pub fn typed(words: &str) -> Result<Args> {
    let args = pairs(words)?;
    let is_known = |(name, value): (&str, &str)| {
        FURTHER.iter().any(|(known, _)| *known == name) && ["true", "false"].contains(&value)
    };
    if let Some((name, _)) = args.iter().find(|pair| !is_known(*pair)) {
        return Err(Error::Invalid(format!("'{name}' means nothing here; write force, reset, or both")));
    }
    Ok(args)
}

pub fn done(args: &Args) -> String {
    match (args.is_on("force"), args.is_on("reset")) {
        (true, _) => "reconciled by force".to_owned(),
        (false, true) => "reconciled anew".to_owned(),
        (false, false) => "reconciled".to_owned(),
    }
}

/// A suspended object is not looked at before it is resumed, so the request would wait unseen.
fn refused(object: &Object) -> Result<()> {
    match object.cell("SUSPENDED") {
        Cell::Flag(true) => Err(Error::Invalid(format!("{} is suspended; resume it first", object.id.name))),
        _ => Ok(()),
    }
}

/// A text that no earlier request has: with milliseconds, since a second is long enough to ask twice.
fn token(now: Time) -> String {
    format!("{}.{:03}Z", now.rfc3339().trim_end_matches('Z'), now.0.rem_euclid(1000))
}

/// The annotations that ask for a reconciliation, and for what else the answers say.
fn asked(args: &Args, now: Time) -> Value {
    let token = json!(token(now));
    let further = FURTHER.iter().filter(|(name, _)| args.is_on(name)).map(|(_, key)| *key);
    let all: Map<String, Value> =
        [REQUESTED].into_iter().chain(further).map(|key| (key.to_owned(), token.clone())).collect();
    json!({"annotations": all})
}

fn patched(object: &Object, patch: Value) -> Request {
    Request::new(object.id.clone(), What::Patch(Box::new(Patch::Merge(patch))))
}

fn reconcile(object: &Object, _: &Args, now: Time) -> Result<Request> {
    refused(object)?;
    Ok(patched(object, json!({"metadata": asked(&Args::default(), now)})))
}

fn reconcile_release(object: &Object, args: &Args, now: Time) -> Result<Request> {
    refused(object)?;
    Ok(patched(object, json!({"metadata": asked(args, now)})))
}

/// Resumed, and looked at at once.
fn resume(object: &Object, _: &Args, now: Time) -> Result<Request> {
    let mut patch = suspend::spec(false);
    patch["metadata"] = asked(&Args::default(), now);
    Ok(patched(object, patch))
}
