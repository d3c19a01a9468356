//! Weights of the backends of one rule.

use super::number;
use crate::kinds::mesh::{LIST, READY};
use crate::mesh::check::percent;
use crate::mesh::{patch, weight};
use crate::model::{Act, Args, Error, Form, Object, Param, Patch, Request, Result, Time, Value, What};

pub const SHIFT: Act = Act::body(shift);

/// The backends of the rule that a row stands for, as the object has them.
fn backends<'a>(object: &Object, body: &'a Value) -> &'a [Value] {
    let list = object.label(LIST).and_then(|list| body.pointer(list)).and_then(Value::as_array);
    list.map_or(&[], Vec::as_slice)
}

/// `2 reviews v2`: the number tells apart what is named alike.
fn name(index: usize, backend: &Value) -> String {
    let text = |path: &str| backend.pointer(path).and_then(Value::as_str).unwrap_or_default();
    let host = if text("/name").is_empty() { text("/destination/host") } else { text("/name") };
    let host = host.split('.').next().unwrap_or_default();
    format!("{} {host} {}", index + 1, text("/destination/subset")).trim_end().to_owned()
}

/// The Gateway API counts a weight that is left out as 1; Istio as 0, unless the backend is the only one.
fn weights(backends: &[Value]) -> Vec<i64> {
    let missing = |backend: &Value| i64::from(backend.get("destination").is_none() || backends.len() == 1);
    backends.iter().map(|backend| backend["weight"].as_i64().unwrap_or_else(|| missing(backend))).collect()
}

pub fn params(object: &Object, body: Option<&Value>) -> Vec<Param> {
    let Some(body) = body else { return Vec::new() };
    let backends = backends(object, body);
    let each = backends.iter().zip(weights(backends)).enumerate();
    each.map(|(index, (backend, weight))| Param::new(name(index, backend), Form::Text, weight.to_string())).collect()
}

/// `75 25` for all, `2=10` for 10 % of one and the rest as before.
pub fn typed(words: &str) -> Result<Args> {
    let mut args = Args::default();
    for (index, word) in words.split_whitespace().enumerate() {
        let (key, value) = word
            .split_once('=')
            .map_or((format!("#{}", index + 1), word), |(which, share)| (format!("%{which}"), share));
        args = args.with(key, value.trim_end_matches('%'));
    }
    Ok(args)
}

/// `75`, `75%`, `2=10`
pub fn is_weight(word: &str) -> bool {
    let (which, share) = word.split_once('=').unwrap_or(("0", word));
    let is_number = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    is_number(which) && is_number(share.trim_end_matches('%'))
}

/// Words that were typed, as fields.
pub fn named(object: &Object, body: &Value, typed: &Args) -> Result<Args> {
    let backends = backends(object, body);
    let new = wanted(backends, typed)?;
    let named = backends.iter().enumerate().map(|(index, backend)| name(index, backend)).zip(new);
    Ok(named.fold(Args::default(), |args, (name, weight)| args.with(name, weight.to_string())))
}

/// What is asked for: fields by name, or words that were typed.
fn wanted(backends: &[Value], args: &Args) -> Result<Vec<i64>> {
    let mut new = weights(backends);
    for (index, backend) in backends.iter().enumerate() {
        let by_place = format!("#{}", index + 1);
        let text = [args.text(&name(index, backend)), args.text(&by_place)].into_iter().find(|text| !text.is_empty());
        if let Some(text) = text {
            new[index] = number(text, "a weight")?.into();
        }
    }
    for (key, share) in args.iter().filter_map(|(key, share)| Some((key.strip_prefix('%')?, share))) {
        let index = number(key, "the number of a backend")? as usize;
        let share = number(share, "a share")?;
        let none = || Error::Invalid(format!("backend {key} does not exist, or cannot have {share} %"));
        new = index.checked_sub(1).and_then(|index| weight::give(&new, index, share)).ok_or_else(none)?;
    }
    Ok(new)
}

fn change(object: &Object, body: &Value, args: &Args) -> Result<patch::Change> {
    let list = object.label(LIST).unwrap_or_default();
    let backends = backends(object, body);
    if backends.is_empty() {
        return Err(Error::Gone("the rule no longer exists".to_owned()));
    }
    patch::shift(body, list, &wanted(backends, args)?)
}

fn shift(object: &Object, body: &Value, args: &Args, _: Time) -> Result<Request> {
    let change = change(object, body, args)?;
    Ok(Request::new(object.id.clone(), What::Patch(Box::new(Patch::Json(change.patch)))))
}

pub fn undo(object: &Object, body: &Value, args: &Args) -> Option<Patch> {
    change(object, body, args).ok().map(|change| Patch::Json(change.undo))
}

/// `1 reviews v1   90 % → 75 %`, and what would fail.
pub fn preview(object: &Object, body: &Value, args: &Args) -> Vec<String> {
    let backends = backends(object, body);
    let now = weight::shares(&weights(backends));
    let Ok(new) = wanted(backends, args) else { return Vec::new() };
    let new = weight::shares(&new);
    let lines = backends.iter().enumerate().zip(now.iter().zip(&new));
    let mut out: Vec<String> = lines
        .map(|((index, backend), (now, new))| match now == new {
            true => format!("{}  {}", name(index, backend), percent(*new)),
            false => format!("{}  {} → {}", name(index, backend), percent(*now), percent(*new)),
        })
        .collect();
    let ready: Vec<&str> = object.label(READY).unwrap_or_default().split(':').collect();
    let down = |index: &usize| new[*index] > 0 && ready.get(*index).is_some_and(|ready| ready.starts_with("0/"));
    let lost = (0..backends.len()).filter(down);
    out.extend(lost.map(|index| {
        let who = name(index, &backends[index]);
        format!("{who} has no ready pod: {} of the requests will fail", percent(new[index]))
    }));
    out
}
