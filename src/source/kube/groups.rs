//! Discovery. If the server knows aggregated discovery (apidiscovery.k8s.io), two requests are enough. Otherwise each
//! version of each group is asked.

use std::collections::HashMap;

use futures::stream::{self, StreamExt};
use http::{HeaderValue, StatusCode, header};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::ask::{Ask, JSON};
use super::old_groups::{OldGroups, OldList};
use super::server::Server;
use super::wire::unreadable;
use crate::kinds::{self, Definition, lens::or_default};
use crate::model::{Error, Result};

const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList, \
                          application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList, application/json";

/// The most versions of groups that are asked at the same time.
const AT_ONCE: usize = 8;

/// The result of discovery.
#[derive(Debug, Default)]
pub struct Said {
    /// All resources that can be listed, in the server's order. The preferred version of each group comes first.
    pub definitions: Vec<Definition>,
    pub broken: Vec<String>,
    /// The tag of this answer.
    pub tag: Option<HeaderValue>,
}

/// What the server serves; `None` if that is the answer with the tag `seen`.
pub async fn ask(server: &Server, seen: Option<&HeaderValue>) -> Result<Option<Said>> {
    let apis = Ask::new("/apis", AGGREGATED).unless(seen.cloned());
    let core = Ask::new("/api", AGGREGATED);
    let (core, apis) = tokio::join!(fetch(server, &core), fetch(server, &apis));
    if let Ok(Answer { unchanged: true, .. }) = apis {
        return Ok(None);
    }
    let mut said = Said::default();
    said.add(server, "/api", core?).await?;
    match apis {
        Ok(answer) => {
            said.tag.clone_from(&answer.tag);
            said.add(server, "/apis", answer).await?;
        }
        Err(e) => said.broken.push(format!("/apis: {e}")),
    }
    Ok(Some(said))
}

/// Chooses one version of each resource: the newest that a kind of spyhop can read, otherwise the one that the server
/// prefers. The second list has the other versions.
pub fn preferred(definitions: Vec<Definition>) -> (Vec<Definition>, Vec<Definition>) {
    let mut places: HashMap<(String, String), usize> = HashMap::new();
    let (mut kept, mut others): (Vec<Definition>, Vec<Definition>) = (Vec::new(), Vec::new());
    for definition in definitions {
        let resource = (definition.group.clone(), definition.plural.clone());
        match places.get(&resource) {
            None => {
                places.insert(resource, kept.len());
                kept.push(definition);
            }
            Some(&at) if rank(&definition) < rank(&kept[at]) => {
                others.push(std::mem::replace(&mut kept[at], definition));
            }
            Some(_) => others.push(definition),
        }
    }
    (kept, others)
}

fn rank(definition: &Definition) -> usize {
    kinds::known(definition).unwrap_or(usize::MAX)
}

struct Answer {
    unchanged: bool,
    tag: Option<HeaderValue>,
    body: Vec<u8>,
}

async fn fetch(server: &Server, ask: &Ask) -> Result<Answer> {
    let mut reply = server.ask(ask).await?;
    let unchanged = reply.head.status == StatusCode::NOT_MODIFIED;
    let tag = reply.head.headers.get(header::ETAG).cloned();
    Ok(Answer { unchanged, tag, body: server.collect(&mut reply).await? })
}

impl Said {
    async fn add(&mut self, server: &Server, place: &str, answer: Answer) -> Result<()> {
        if let Ok(groups) = parse::<Groups>(&answer.body).and_then(Groups::checked) {
            groups.items.into_iter().for_each(|group| self.group(group));
            return Ok(());
        }
        let versions = parse::<OldGroups>(&answer.body)?.versions();
        // The answers of the old way have no common tag.
        self.tag = None;
        let asks = versions.into_iter().map(|version| async move {
            let list = server.read::<OldList>(&Ask::new(format!("{place}/{version}"), JSON)).await;
            (version, list)
        });
        let mut lists = stream::iter(asks).buffered(AT_ONCE);
        while let Some((version, list)) = lists.next().await {
            match list {
                Ok(list) => self.definitions.extend(list.definitions(&version)),
                Err(e) => self.broken.push(format!("{version}: {e}")),
            }
        }
        Ok(())
    }

    fn group(&mut self, group: Group) {
        let name = group.metadata.name;
        for version in group.versions {
            if version.freshness == "Stale" {
                self.broken.push(format!("{name}/{}: its server does not answer", version.version));
            }
            let listable = version.resources.into_iter().filter(|resource| resource.verbs.iter().any(|v| v == "list"));
            self.definitions.extend(listable.map(|resource| resource.definition(&name, &version.version)));
        }
    }
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T> {
    serde_json::from_slice(body).map_err(unreadable)
}

/// `apidiscovery.k8s.io` in v2 and v2beta1, which are equal.
#[derive(Deserialize)]
struct Groups {
    kind: String,
    #[serde(deserialize_with = "or_default")]
    items: Vec<Group>,
}

impl Groups {
    fn checked(self) -> Result<Self> {
        if self.kind == "APIGroupDiscoveryList" { Ok(self) } else { Err(Error::Unsupported(self.kind)) }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Group {
    metadata: Named,
    #[serde(deserialize_with = "or_default")]
    versions: Vec<Serving>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Named {
    name: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Serving {
    version: String,
    #[serde(deserialize_with = "or_default")]
    resources: Vec<Resource>,
    freshness: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Resource {
    resource: String,
    response_kind: Kinded,
    scope: String,
    singular_resource: String,
    #[serde(deserialize_with = "or_default")]
    verbs: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    short_names: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    categories: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    subresources: Vec<Subresource>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Subresource {
    subresource: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Kinded {
    kind: String,
}

impl Resource {
    fn definition(self, group: &str, version: &str) -> Definition {
        Definition {
            group: group.to_owned(),
            version: version.to_owned(),
            kind: self.response_kind.kind,
            plural: self.resource,
            singular: self.singular_resource,
            short: self.short_names,
            categories: self.categories,
            namespaced: self.scope == "Namespaced",
            watch: self.verbs.iter().any(|verb| verb == "watch"),
            verbs: self.verbs,
            parts: self.subresources.into_iter().map(|part| part.subresource).collect(),
        }
    }
}
