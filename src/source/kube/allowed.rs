//! Finds the namespaces in which a user may list a kind, if the user may not list it in the whole cluster.

use futures::{StreamExt, TryStreamExt, stream};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::watch;

use super::ask::{Ask, Form};
use super::rules;
use super::server::Server;
use super::wire::ListMeta;
use crate::model::{Error, KindRef, Result, Str, Within};

/// The most questions that are asked at the same time.
const AT_ONCE: usize = 8;
/// The most namespaces about which the server is asked.
const MOST: usize = 50;
/// The most namespaces that are remembered.
const USED: usize = 20;

const NAMESPACES: &str = "/api/v1/namespaces";

/// The namespaces that the user has looked at, latest first. At the start it is the namespace of the context.
pub struct Used(watch::Sender<Vec<Str>>);

/// Reports when a namespace is new in [`Used`].
pub type News = watch::Receiver<Vec<Str>>;

impl Used {
    pub fn new(own: &str) -> Self {
        Self(watch::Sender::new(vec![own.into()]))
    }

    pub fn note<'a>(&self, namespaces: impl Iterator<Item = &'a str>) {
        self.0.send_if_modified(|used| {
            let mut grew = false;
            for namespace in namespaces {
                grew |= !used.iter().any(|known| known == namespace);
                used.retain(|known| known != namespace);
                used.insert(0, namespace.into());
            }
            used.truncate(USED);
            grew
        });
    }

    /// A receiver that is notified when a namespace is new.
    pub fn follow(&self) -> News {
        self.0.subscribe()
    }
}

/// The namespaces in which the user may list `kind`. Candidates are the namespaces in `used`, and all namespaces if the
/// user may list those. `why` is the server's refusal for the whole cluster. If no namespace is allowed, it is the
/// error.
pub async fn find(server: &Server, kind: KindRef, used: &[Str], why: &str) -> Result<Within> {
    let mut candidates = used.to_vec();
    let likely = candidates.len();
    let listed = all(server).await?;
    let of = listed.as_ref().map(|listed| listed.count);
    if let Some(listed) = listed {
        candidates.retain(|known| listed.is_part() || listed.names.contains(known));
        let more = listed.names.into_iter().filter(|name| !candidates.contains(name));
        let more: Vec<Str> = more.collect();
        candidates.extend(more);
    }
    candidates.truncate(MOST);
    let asked = stream::iter(candidates.into_iter().enumerate()).map(|(i, namespace)| async move {
        let allowed = allows(server, kind, &namespace).await;
        // If the server does not answer the question, the namespaces in `used` are tried.
        let untold = |error: Error| {
            if matches!(error, Error::Offline(_) | Error::Lost(_)) { Err(error) } else { Ok(i < likely) }
        };
        allowed.or_else(untold).map(|allowed| allowed.then_some(namespace))
    });
    let mut namespaces: Vec<Str> =
        asked.buffered(AT_ONCE).try_filter_map(|found| async { Ok(found) }).try_collect().await?;
    namespaces.sort();
    match namespaces.is_empty() {
        true => Err(Error::Denied(why.to_owned())),
        false => Ok(Within { namespaces, of, why: why.into() }),
    }
}

async fn allows(server: &Server, kind: KindRef, namespace: &str) -> Result<bool> {
    #[derive(Default, Deserialize)]
    struct Status {
        #[serde(default)]
        allowed: bool,
    }
    let address = &kind.address;
    let attributes =
        json!({"namespace": namespace, "verb": "list", "group": address.group, "resource": address.plural});
    let spec = json!({"resourceAttributes": attributes});
    let status: Status = rules::review(server, "SelfSubjectAccessReview", spec).await?;
    Ok(status.allowed)
}

struct Listed {
    names: Vec<Str>,
    count: usize,
}

impl Listed {
    fn is_part(&self) -> bool {
        self.count > self.names.len()
    }
}

/// The namespaces of the cluster; `None` if the user may not list them.
async fn all(server: &Server) -> Result<Option<Listed>> {
    #[derive(Deserialize)]
    struct List {
        metadata: ListMeta,
        items: Vec<Item>,
    }
    #[derive(Deserialize)]
    struct Item {
        metadata: Named,
    }
    #[derive(Deserialize)]
    struct Named {
        name: String,
    }
    let list: List = match server.read(&Ask::new(NAMESPACES, Form::METADATA.list).with("limit", "500")).await {
        Ok(list) => list,
        Err(error @ (Error::Offline(_) | Error::Lost(_))) => return Err(error),
        Err(_) => return Ok(None),
    };
    let names: Vec<Str> = list.items.into_iter().map(|item| item.metadata.name.into()).collect();
    let count = names.len() + list.metadata.remaining.and_then(|more| usize::try_from(more).ok()).unwrap_or(0);
    Ok(Some(Listed { names, count }))
}
