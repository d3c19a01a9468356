//! Keeps one body current: it is read at first, and again after each event about the object.

use std::sync::Arc;

use super::engine::Engine;
use super::events::{Event, Events};
use super::wire::segment;
use crate::model::{Delta, Error, Id, NameSyntax, Result, Value};
use crate::source::out::Out;
use crate::source::uri;

pub async fn run(engine: Arc<Engine>, id: Id, out: &mut Out) -> Result<()> {
    let kind = path(&id)?;
    let types = [kind.0, "network"];
    let mut events = Events::open(&engine, if kind.0 == "container" { &types } else { &types[..1] }).await?;
    loop {
        let (body, own) = match body(&engine, &id).await {
            Ok(body) => {
                let own = body["Id"].as_str().map(str::to_owned);
                (Some(Arc::new(body)), own)
            }
            Err(Error::Gone(_)) => (None, None),
            Err(error) => return Err(error),
        };
        out.say(Delta::Body(body));
        out.flush().await;
        let is = |what: &str| own.as_deref().is_none_or(|own| own == what) || what == id.name || what.is_empty();
        let about = |event: &Event| is(&event.actor.id) || event.container().is_some_and(is);
        while !events.next().await?.iter().any(about) {}
    }
}

/// Reads the body of an object.
pub async fn body(engine: &Engine, id: &Id) -> Result<Value> {
    engine.read(&path(id)?.1).await
}

/// The type of the object in events, and the path of its body.
fn path(id: &Id) -> Result<(&'static str, String)> {
    let name = reference(id)?;
    match id.kind.name {
        "containers" => Ok(("container", format!("/containers/{name}/json"))),
        "images" => Ok(("image", format!("/images/{name}/json"))),
        "volumes" => Ok(("volume", format!("/volumes/{name}"))),
        "networks" => Ok(("network", format!("/networks/{name}"))),
        "projects" => Err(Error::Unsupported("a project is only a label on its containers".into())),
        other => Err(Error::Unsupported(format!("a container engine knows nothing more about {other}"))),
    }
}

/// The word by which an engine finds an object: its name, or the start of its id for an image without a name.
pub fn reference(id: &Id) -> Result<String> {
    id.check()?;
    match (id.kind.naming.syntax, id.name.split_once('@')) {
        (NameSyntax::Image, Some((_, hash))) => segment(hash),
        (NameSyntax::Image, None) => Ok(uri::image(&id.name).to_string()),
        (NameSyntax::Segment, _) => segment(&id.name),
    }
}
