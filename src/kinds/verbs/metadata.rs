//! Labels and annotations of any kind: `key=value` sets, `key-` removes.

use serde_json::{Map, json};

use super::{sets, words};
use crate::model::text;
use crate::model::{Act, Args, Changes, Error, Form, Kind, Object, Param, Patch, Request, Result, Time, Value, What};

pub const LABEL: Act = Act::row(label);
pub const ANNOTATE: Act = Act::row(annotate);

pub const CHANGES: Changes = Changes { form: "KEY=VALUE|KEY-", is: is_change };

/// The parameter that holds all of them.
const WORDS: &str = "changes";

fn is_change(word: &str) -> bool {
    sets(word) || word.len() > 1 && word.ends_with('-')
}

pub fn params(_: &Object, _: Option<&Value>) -> Vec<Param> {
    vec![Param::new(WORDS, Form::Text, "").hinted("key=value sets, key- removes")]
}

/// All of the line: a value may hold spaces when it is quoted.
pub fn typed(words: &str) -> Result<Args> {
    Ok(Args::default().with(WORDS, words.trim()))
}

fn patch(args: &Args) -> Result<Map<String, Value>> {
    let mut patch = Map::new();
    for word in text::words(args.text(WORDS))? {
        let (key, value) = match (word.split_once('='), word.strip_suffix('-')) {
            (Some((key, value)), _) => (key, json!(value)),
            (None, Some(key)) => (key, Value::Null),
            (None, None) => return Err(Error::Invalid(format!("write key=value or key-, not '{word}'"))),
        };
        if key.is_empty() {
            return Err(Error::Invalid(format!("'{word}' has no key")));
        }
        if patch.insert(key.to_owned(), value).is_some() {
            return Err(Error::Invalid(format!("'{key}' is named twice: set it or remove it once")));
        }
    }
    if patch.is_empty() {
        return Err(Error::Invalid("write key=value to set, key- to remove".to_owned()));
    }
    Ok(patch)
}

fn request(object: &Object, part: &str, args: &Args) -> Result<Request> {
    let patch = Patch::Merge(json!({"metadata": {part: patch(args)?}}));
    Ok(Request::new(object.id.clone(), What::Patch(Box::new(patch))))
}

fn label(object: &Object, args: &Args, _: Time) -> Result<Request> {
    request(object, "labels", args)
}

fn annotate(object: &Object, args: &Args, _: Time) -> Result<Request> {
    request(object, "annotations", args)
}

pub fn kubectl(verb: &str, kind: &Kind, names: &[&str], args: &Args) -> Vec<Vec<String>> {
    kubectl_with(verb, kind, names, text::words(args.text(WORDS)).unwrap_or_default())
}

/// The same for changes that are known: `a=b`, `c-`.
pub fn kubectl_with(verb: &str, kind: &Kind, names: &[&str], changes: Vec<String>) -> Vec<Vec<String>> {
    let mut line = words([verb, &kind.resource()]);
    line.extend(names.iter().map(|name| (*name).to_owned()));
    line.push("--overwrite".to_owned());
    line.extend(changes);
    vec![line]
}
