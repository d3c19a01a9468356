//! A difference with as little as still shows it.

use std::path::Path;

use serde_json::Value;

use super::{Trial, asked_of, judge, names};

/// One thing less.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Less {
    Header(usize),
    Parameter(usize),
    Object(usize),
    /// What stands at a JSON pointer of an object.
    Part(usize, String),
}

/// The objects and the request of a difference, and the difference, as a text.
pub fn reduced(program: &Path, bodies: &[Value], trial: &Trial) -> String {
    let (mut bodies, mut trial) = (bodies.to_vec(), Trial { set: 0, ..trial.clone() });
    loop {
        let steps = steps(&bodies, &trial);
        let single: Vec<Vec<Less>> = steps.iter().map(|step| vec![step.clone()]).collect();
        let kept = differing(program, &bodies, &trial, &single);
        // What can go alone can often go together: the most of it that still differs.
        let free: Vec<Less> = kept.into_iter().map(|(index, _)| steps[index].clone()).collect();
        let together: Vec<Vec<Less>> = (1..=free.len()).map(|many| free[..many].to_vec()).collect();
        let Some((most, _)) = differing(program, &bodies, &trial, &together).pop() else { break };
        (bodies, trial) = without(&bodies, &trial, &together[most]);
    }
    let difference = differing(program, &bodies, &trial, &[Vec::new()]).pop().map(|(_, said)| said);
    let objects: Vec<String> = bodies.iter().map(|body| serde_yaml::to_string(body).unwrap()).collect();
    format!("{}\n{:?}: {}\n{}", objects.join("---\n"), trial.place, trial.ask, difference.unwrap_or_default())
}

/// Which of the ways to leave something out still differ, and how.
fn differing(program: &Path, bodies: &[Value], trial: &Trial, ways: &[Vec<Less>]) -> Vec<(usize, String)> {
    let (mut numbers, mut sets, mut trials) = (Vec::new(), Vec::new(), Vec::new());
    for (number, way) in ways.iter().enumerate() {
        let (bodies, trial) = without(bodies, trial, way);
        let known = asked_of(trial.place, &names(trial.place, &bodies), &trial.ask.name());
        if known && bodies.iter().all(is_whole) {
            numbers.push(number);
            trials.push(Trial { set: sets.len(), ..trial });
            sets.push(bodies);
        }
    }
    if sets.is_empty() {
        return Vec::new();
    }
    let verdicts = judge(program, &sets, &trials).into_iter();
    numbers.into_iter().zip(verdicts).filter_map(|(number, verdict)| Some((number, verdict.difference?))).collect()
}

/// Istio refuses objects with empty lists, and several weights that are all zero.
fn is_whole(body: &Value) -> bool {
    let full = |value: &Value| value.as_array().is_none_or(|list| !list.is_empty());
    let each = |list: &Value, field: &str| list.as_array().into_iter().flatten().all(|one| full(&one[field]));
    let spec = &body["spec"];
    ["hosts", "http", "servers", "gateways"].iter().all(|field| full(&spec[*field]))
        && each(&spec["servers"], "hosts")
        && each(&spec["http"], "route")
        && list(&spec["http"]).all(|(_, rule)| {
            let mut weights = list(&rule["route"]).map(|(_, one)| one["weight"].as_i64().unwrap_or_default());
            list(&rule["route"]).count() < 2 || weights.any(|weight| weight > 0)
        })
}

fn without(bodies: &[Value], trial: &Trial, less: &[Less]) -> (Vec<Value>, Trial) {
    let (mut bodies, mut trial) = (bodies.to_vec(), trial.clone());
    let mut less = less.to_vec();
    // From the end, and what is deeper first: what is still to be done keeps its place.
    less.sort_by(|one, other| other.cmp(one));
    for step in less {
        match step {
            Less::Header(index) => drop(trial.ask.headers.remove(index)),
            Less::Parameter(index) => drop(trial.ask.query.remove(index)),
            Less::Object(index) => drop(bodies.remove(index)),
            Less::Part(index, pointer) => remove(&mut bodies[index], &pointer),
        }
    }
    (bodies, trial)
}

fn steps(bodies: &[Value], trial: &Trial) -> Vec<Less> {
    // Without its pods a gateway stands somewhere else.
    let objects = (0..bodies.len()).filter(|index| bodies[*index]["kind"] != "Pod");
    let mut out: Vec<Less> = objects.map(Less::Object).collect();
    for (index, body) in bodies.iter().enumerate() {
        out.extend(parts(body).into_iter().map(|pointer| Less::Part(index, pointer)));
    }
    out.extend((0..trial.ask.headers.len()).map(Less::Header));
    out.extend((0..trial.ask.query.len()).map(Less::Parameter));
    out
}

/// What an object may lack and still be one that Istio takes.
fn parts(body: &Value) -> Vec<String> {
    let spec = &body["spec"];
    let mut out = fields(spec, "/spec", &["exportTo", "tcp", "tls"]);
    out.extend(["http", "servers", "hosts", "gateways"].iter().flat_map(|field| members(spec, "/spec", field)));
    for (index, server) in list(&spec["servers"]) {
        let at = format!("/spec/servers/{index}");
        out.extend(fields(server, &at, &["tls"]));
        out.extend(members(server, &at, "hosts"));
    }
    for (index, rule) in list(&spec["http"]) {
        let at = format!("/spec/http/{index}");
        out.extend(fields(rule, &at, &["match", "timeout", "retries", "mirror", "rewrite"]));
        out.extend(["match", "route"].iter().flat_map(|field| members(rule, &at, field)));
        for (index, one) in list(&rule["match"]) {
            let at = format!("{at}/match/{index}");
            for (field, value) in one.as_object().into_iter().flatten() {
                out.push(format!("{at}/{field}"));
                if ["headers", "withoutHeaders", "queryParams"].contains(&field.as_str()) {
                    let names = value.as_object().into_iter().flatten();
                    out.extend(names.map(|(name, _)| format!("{at}/{field}/{name}")));
                }
            }
        }
    }
    out
}

fn list(value: &Value) -> impl Iterator<Item = (usize, &Value)> {
    value.as_array().into_iter().flatten().enumerate()
}

fn fields(body: &Value, at: &str, names: &[&str]) -> Vec<String> {
    names.iter().filter(|name| body.get(**name).is_some()).map(|name| format!("{at}/{name}")).collect()
}

fn members(body: &Value, at: &str, field: &str) -> Vec<String> {
    list(&body[field]).map(|(index, _)| format!("{at}/{field}/{index}")).collect()
}

fn remove(body: &mut Value, pointer: &str) {
    let Some((parent, last)) = pointer.rsplit_once('/') else { return };
    match body.pointer_mut(parent) {
        Some(Value::Array(list)) => drop(list.remove(last.parse().unwrap())),
        Some(Value::Object(map)) => drop(map.remove(last)),
        _ => {}
    }
}
