//! Carries out requests, each once. An object is named by the id that the user saw, so that another object with its
//! name is left alone.

use std::sync::Arc;

use bollard::Docker;
use bollard::query_parameters::{
    KillContainerOptions, RemoveContainerOptions, RemoveImageOptions, RemoveVolumeOptions, RestartContainerOptions,
    StopContainerOptions,
};
use tokio::time::timeout;

use super::client::done;
use super::engine::Engine;
use super::one;
use super::wire;
use crate::kinds::docker::FAMILY;
use crate::kinds::verbs::still_runs;
use crate::model::{Error, Id, Reply, Request, Result, Str, Value, What};

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
    let reference = reference(&request.id, &request.uid)?;
    let client = engine.client(FAMILY.patience)?;
    let order = order(&client, (request.id.kind.name, name), &reference, Args(args));
    // The patience of the client covers only the head of an answer.
    let late = |_| Error::Lost(format!("{} stopped in the middle of an answer", engine.line.endpoint.host));
    match timeout(FAMILY.patience * 2, order).await.map_err(late)? {
        Ok(()) => Ok(Reply::default()),
        Err(error) => Err(plain(&engine, error, &request, name).await),
    }
}

/// Sends an order. Options that the user did not set are left out, because the engine knows its own defaults.
async fn order(client: &Docker, order: (&str, &str), name: &str, args: Args<'_>) -> Result<()> {
    let (t, force, v) = (args.seconds()?, args.is_on("force"), args.is_on("v"));
    match order {
        ("containers", "start") => done(client.start_container(name, None).await),
        ("containers", "stop") => {
            let options = t.map(|t| StopContainerOptions { t: Some(t), ..Default::default() });
            done(client.stop_container(name, options).await)
        }
        ("containers", "restart") => {
            let options = t.map(|t| RestartContainerOptions { t: Some(t), ..Default::default() });
            done(client.restart_container(name, options).await)
        }
        ("containers", "pause") => done(client.pause_container(name).await),
        ("containers", "unpause") => done(client.unpause_container(name).await),
        ("containers", "kill") => {
            let options = args.text("signal").map(|signal| KillContainerOptions { signal: signal.to_owned() });
            done(client.kill_container(name, options).await)
        }
        ("containers", "remove") => {
            let options = (force || v).then(|| RemoveContainerOptions { force, v, ..Default::default() });
            done(client.remove_container(name, options).await)
        }
        ("images", "remove") => {
            let options = force.then(|| RemoveImageOptions { force, ..Default::default() });
            done(client.remove_image(name, options, None).await)
        }
        ("volumes", "remove") => done(client.remove_volume(name, force.then_some(RemoveVolumeOptions { force })).await),
        ("networks", "remove") => done(client.remove_network(name).await),
        (kind, order) => Err(Error::Unsupported(format!("a container engine cannot {order} {kind}"))),
    }
}

/// The options of an order.
#[derive(Clone, Copy)]
struct Args<'a>(&'a [(&'static str, Str)]);

impl<'a> Args<'a> {
    fn text(self, name: &str) -> Option<&'a str> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    fn is_on(self, name: &str) -> bool {
        self.text(name) == Some("true")
    }

    /// The time that a container gets to end, in seconds.
    fn seconds(self) -> Result<Option<i32>> {
        let read = |text: &str| text.parse().map_err(|_| Error::Invalid(format!("'{text}' is no number of seconds")));
        self.text("t").map(read).transpose()
    }
}

/// The error in plain words. Engines of different ages say in different words that a container still runs, so its state
/// is read.
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

/// The reference of an image. Its name removes one tag; its id would remove all.
fn reference(id: &Id, uid: &str) -> Result<String> {
    id.check()?;
    match id.kind.name {
        "containers" | "networks" if !uid.is_empty() => wire::segment(uid),
        _ => one::reference(id),
    }
}
