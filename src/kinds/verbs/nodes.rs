//! Nodes: open or closed for new pods.

use serde_json::json;

use crate::model::{Act, Args, Object, Patch, Request, Result, Time, Value, What};

pub const CORDON: Act = Act::row(cordon);
pub const UNCORDON: Act = Act::row(uncordon);

fn schedulable(object: &Object, unschedulable: Value) -> Result<Request> {
    let patch = Patch::Strategic(json!({"spec": {"unschedulable": unschedulable}}));
    Ok(Request::new(object.id.clone(), What::Patch(Box::new(patch))))
}

fn cordon(object: &Object, _: &Args, _: Time) -> Result<Request> {
    schedulable(object, Value::Bool(true))
}

fn uncordon(object: &Object, _: &Args, _: Time) -> Result<Request> {
    schedulable(object, Value::Null)
}

pub fn kubectl(verb: &str, names: &[&str]) -> Vec<Vec<String>> {
    vec![std::iter::once(&verb).chain(names).map(|word| (*word).to_owned()).collect()]
}
