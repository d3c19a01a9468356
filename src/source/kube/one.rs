//! Reads one whole object and follows its changes.

use std::sync::Arc;

use serde::Deserialize;

use super::ask::{Ask, JSON};
use super::server::Server;
use super::watch::follow;
use super::wire::{Change, ListMeta};
use super::{json, list};
use crate::model::{Delta, Error, Id, Result, Scope, Value, Version};
use crate::source::out::Out;
use crate::source::pause::Pace;
use crate::source::poll::Poll;

/// Answers `Query::One` until the stream is dropped.
pub async fn run(server: Arc<Server>, id: Id, since: Option<Version>, out: &mut Out) -> Result<()> {
    id.check()?;
    let scope = Scope::namespace(id.namespace.clone()).named(&id.name);
    let one = One { all: Ask::list(&id.kind, &scope, JSON), server, id };
    let mut since = since.map(|version| version.to_string());
    let mut pace = Pace::default();
    loop {
        let version = match since.take() {
            Some(version) => version,
            None => one.read(out).await?,
        };
        match follow(&one.server, &one.all, version, out, &mut |change, _, bytes, out| one.tell(change, bytes, out))
            .await
        {
            Ok(()) => pace.turn().await,
            Err(error) if refuses(&error) => return one.poll(out).await,
            Err(error) => return Err(error),
        }
    }
}

/// Whether the user lacks the right, the kind lacks the verb, or the server cannot select by name.
fn refuses(error: &Error) -> bool {
    matches!(error, Error::Denied(_) | Error::Unsupported(_) | Error::Invalid(_))
}

struct One {
    server: Arc<Server>,
    id: Id,
    /// Asks for the list of all objects of this kind, namespace and name, which has one item at most.
    all: Ask,
}

/// A list with one object at most.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct List {
    #[serde(default)]
    api_version: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    metadata: ListMeta,
    items: Vec<Value>,
}

impl One {
    /// Sends the object, and returns the version from which it can be watched. That is the version of the list, because
    /// the version of an object may be older than all that the server remembers. The version is empty if the user may
    /// not list: a watch without a version starts with the present state.
    async fn read(&self, out: &mut Out) -> Result<String> {
        let mut list = match self.server.read::<List>(&self.all).await {
            Ok(list) => list,
            Err(error) if refuses(&error) => {
                self.get(out).await?;
                return Ok(String::new());
            }
            Err(error) => return Err(error),
        };
        let version = std::mem::take(&mut list.metadata.resource_version);
        match list.take(|body| self.is_meant(body)) {
            Some(body) => say(body, out),
            // The error of this request says what is missing.
            None => self.get(out).await?,
        }
        if !version.is_empty() {
            out.say(Delta::Mark(Version::from(version.as_str())));
        }
        out.flush().await;
        Ok(version)
    }

    async fn get(&self, out: &mut Out) -> Result<()> {
        let body = self.server.read(&Ask::object(&self.id, JSON)).await?;
        say(body, out);
        out.flush().await;
        Ok(())
    }

    /// Whether the body is that of the object. Servers that do not know selectors send all objects.
    fn is_meant(&self, body: &Value) -> bool {
        body["metadata"]["name"] == self.id.name.as_str()
    }

    fn tell(&self, change: Change, bytes: &[u8], out: &mut Out) -> Result<()> {
        if !matches!(change, Change::Put | Change::Deleted) {
            return Ok(());
        }
        let body: Value = json::parse(bytes)?;
        if self.is_meant(&body) {
            out.say(Delta::Body((change == Change::Put).then(|| Arc::new(body))));
        }
        Ok(())
    }

    /// Reads the object again and again, because it cannot be watched.
    async fn poll(&self, out: &mut Out) -> Result<()> {
        let mut poll = Poll::every(list::UNWATCHED, out);
        out.flush().await;
        loop {
            poll.wait().await;
            self.get(out).await?;
        }
    }
}

fn say(body: Value, out: &mut Out) {
    out.say(Delta::Body(Some(Arc::new(body))));
}

impl List {
    /// The item that is meant, as the server would send it alone. Items of typed lists lack their kind and version.
    fn take(self, is_meant: impl Fn(&Value) -> bool) -> Option<Value> {
        let item = self.items.into_iter().find(is_meant)?;
        let Value::Object(fields) = item else { return None };
        let own = self.kind.strip_suffix("List").unwrap_or_default();
        let mut body = serde_json::Map::new();
        if !own.is_empty() && !fields.contains_key("kind") {
            body.insert("kind".to_owned(), own.into());
            body.insert("apiVersion".to_owned(), self.api_version.into());
        }
        body.extend(fields);
        Some(Value::Object(body))
    }
}
