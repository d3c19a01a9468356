//! Requests, each sent once. Objects are named by the id that the user saw: another one that took the name meanwhile
//! is left alone.

use std::sync::Arc;

use http::Method;

use super::engine::Engine;
use super::one;
use super::wire::{self, Ask};
use crate::kinds::docker::FAMILY;
use crate::kinds::verbs::still_runs;
use crate::model::{Error, Id, Reply, Request, Result, Str, Value, What};
use crate::source::uri;

pub async fn call(engine: Arc<Engine>, request: Request) -> Result<Reply> {
    let (name, args) = match &request.what {
        What::Get => return Ok(Reply { body: one::body(&engine, &request.id).await?, warnings: Vec::new() }),
        What::Do { name, args } => (*name, args),
        What::Create(_) | What::Replace(_) | What::Apply { .. } | What::Patch(_) | What::Delete { .. } => {
            return Err(Error::Unsupported(format!("a container engine cannot {} this", request.what.verb())));
        }
    };
    if request.dry {
        return Err(Error::Unsupported("a container engine has no dry run: nothing was done".to_owned()));
    }
    let (method, path) = path(&request, name)?;
    let ask = Ask::new(method, format!("{path}{}", query(args))).patience(FAMILY.patience);
    match wire::ask(&engine.line, ask).await {
        Ok(_) => Ok(Reply::default()),
        Err(error) => Err(plain(&engine, error, &request, name).await),
    }
}

/// Why a container cannot be removed engines say in words that differ with their age: its state tells it is running.
async fn plain(engine: &Engine, error: Error, request: &Request, name: &str) -> Error {
    let remove = (request.id.kind.name, name) == ("containers", "remove");
    if !remove || !matches!(error, Error::Conflict(_)) {
        return error;
    }
    let Ok(reference) = reference(&request.id, &request.uid) else { return error };
    match engine.read::<Value>(&format!("/containers/{reference}/json")).await {
        Ok(body) if body["State"]["Running"] == true => still_runs(&request.id.name),
        Ok(_) | Err(_) => error,
    }
}

/// The order's own path.
fn path(request: &Request, name: &str) -> Result<(Method, String)> {
    let (kind, reference) = (request.id.kind.name, reference(&request.id, &request.uid)?);
    match (kind, name) {
        ("containers", "start" | "stop" | "restart" | "pause" | "unpause" | "kill") => {
            Ok((Method::POST, format!("/containers/{reference}/{name}")))
        }
        ("containers" | "images" | "volumes" | "networks", "remove") => {
            Ok((Method::DELETE, format!("/{kind}/{reference}")))
        }
        _ => Err(Error::Unsupported(format!("a container engine cannot {name} {kind}"))),
    }
}

/// An image is untagged by its name; its id would take all names with it.
fn reference(id: &Id, uid: &str) -> Result<String> {
    id.check()?;
    match id.kind.name {
        "containers" | "networks" if !uid.is_empty() => wire::segment(uid),
        _ => one::reference(id),
    }
}

fn query(args: &[(&'static str, Str)]) -> String {
    let pair = |(i, (key, value)): (usize, &(&str, Str))| {
        format!("{}{key}={}", if i == 0 { '?' } else { '&' }, uri::escaped(value))
    };
    args.iter().enumerate().map(pair).collect()
}
