//! Requests, each sent once. Objects are named by the id that the user saw: another one that took the name meanwhile
//! is left alone.

use std::sync::Arc;
use std::time::Duration;

use http::Method;

use super::engine::Engine;
use super::one;
use super::wire::{self, Ask, escaped};
use crate::kinds::verbs::still_runs;
use crate::model::{Error, Id, Reply, Request, Result, Str, What};

/// Stopping waits for the container's own grace period first, and that may be long.
pub const PATIENCE: Duration = Duration::from_secs(600);

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
    let ask = Ask::new(method, format!("{path}{}", query(args))).patience(PATIENCE);
    wire::ask(&engine.line, ask).await.map_err(|error| plain(error, &request.id, name))?;
    Ok(Reply::default())
}

/// What engines of all ages say in long words of their own.
fn plain(error: Error, id: &Id, name: &str) -> Error {
    match error {
        Error::Conflict(text) if (id.kind.name, name) == ("containers", "remove") && text.contains("running") => {
            still_runs(&id.name)
        }
        error => error,
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
        format!("{}{key}={}", if i == 0 { '?' } else { '&' }, escaped(value))
    };
    args.iter().enumerate().map(pair).collect()
}
