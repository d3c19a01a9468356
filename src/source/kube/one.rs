//! One object, whole, and what becomes of it.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use super::ask::{self, Ask, JSON};
use super::out::Out;
use super::server::Server;
use super::watch::follow;
use super::wire::Change;
use super::{json, list};
use crate::model::{Delta, Error, Id, Result, Value, Version};

/// Answers `Query::One` for as long as somebody listens.
pub async fn run(server: Arc<Server>, id: Id, since: Option<Version>, out: &mut Out) -> Result<()> {
    let watch = Ask::new(ask::place(&id.kind, &id.namespace), JSON);
    let watch = watch.with("fieldSelector", &format!("metadata.name={}", ask::name(&id)));
    let mut since = since.map(|version| version.to_string());
    loop {
        let version = match since.take() {
            Some(version) => version,
            None => read(&server, &id, out).await?,
        };
        match follow(&server, &watch, version, out, &mut |change, _, bytes, out| tell(change, bytes, out)).await {
            Ok(()) => {}
            Err(Error::Denied(_) | Error::Unsupported(_)) => return poll(&server, &id, out).await,
            Err(e) => return Err(e),
        }
    }
}

/// Says the object as it is, and gives its version.
async fn read(server: &Server, id: &Id, out: &mut Out) -> Result<String> {
    let body: Value = server.read(&Ask::new(ask::object(id), JSON)).await?;
    let version = body["metadata"]["resourceVersion"].as_str().unwrap_or_default().to_owned();
    out.say(Delta::Body(Some(Box::new(body))));
    out.flush().await;
    Ok(version)
}

fn tell(change: Change, bytes: &[u8], out: &mut Out) -> Result<()> {
    match change {
        Change::Put => out.say(Delta::Body(Some(Box::new(json::parse(bytes)?)))),
        Change::Deleted => out.say(Delta::Body(None)),
        Change::Bookmark | Change::Error => {}
    }
    Ok(())
}

/// Without the right to watch, or without a watch at all.
async fn poll(server: &Server, id: &Id, out: &mut Out) -> Result<()> {
    loop {
        sleep(Duration::from_secs(list::UNWATCHED.into())).await;
        read(server, id, out).await?;
    }
}
