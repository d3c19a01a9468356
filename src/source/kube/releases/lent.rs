//! Answers with what the bodies of releases hold: the columns that are lent to their tables, and pages.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use futures::StreamExt;
use futures::stream;

use super::bodies::{Bodies, Cells};
use super::{Releases, Revision};
use crate::model::{Delta, Error, Health, Id, KindRef, Object, Result, Scope};
use crate::source::kube::computed::{Choice, Hub};
use crate::source::out::Out;

/// The most bodies that are read at the same time.
const AT_ONCE: usize = 8;

/// Answers a list of lent rows until the stream is dropped.
pub async fn list(
    hub: Arc<Hub<Releases>>,
    bodies: Arc<Bodies>,
    kind: KindRef,
    scope: Scope,
    out: &mut Out,
) -> Result<()> {
    let choice = Choice::read(&scope)?;
    let mut live = hub.join(&scope);
    let mut said = Said::default();
    out.say(Delta::Reset);
    let mut first = true;
    loop {
        let seen = live.next().await?;
        let all = seen.picture.of(kind).map(|told| (told.id(hub.at(), kind), told.revision.clone()));
        let all: Vec<(Id, Arc<Revision>)> = all.filter(|(id, _)| choice.admits(id)).collect();
        said.forget_others(&all, out);
        let (known, unknown): (Vec<_>, Vec<_>) = all
            .into_iter()
            .map(|(id, revision)| (bodies.known(&revision), id, revision))
            .partition(|one| one.0.is_some());
        known.into_iter().for_each(|(cells, id, _)| said.say(id, cells, out));
        out.flush().await;
        let read = |(_, id, revision): (_, Id, Arc<Revision>)| {
            let bodies = &bodies;
            async move { (id, bodies.cells(&revision).await) }
        };
        let mut reading = stream::iter(unknown).map(read).buffer_unordered(AT_ONCE);
        while let Some((id, cells)) = reading.next().await {
            said.say(id, cells?, out);
            out.flush().await;
        }
        if std::mem::take(&mut first) {
            out.say(Delta::Ready);
            out.flush().await;
        }
    }
}

/// The rows that were sent.
#[derive(Default)]
struct Said(HashMap<Id, Cells>);

impl Said {
    fn say(&mut self, id: Id, cells: Option<Cells>, out: &mut Out) {
        let Some(cells) = cells.filter(|cells| self.0.get(&id) != Some(cells)) else { return };
        out.say(Delta::Upsert(Object::made(id.clone(), Health::Unknown, cells.clone())));
        self.0.insert(id, cells);
    }

    fn forget_others(&mut self, all: &[(Id, Arc<Revision>)], out: &mut Out) {
        let present: HashSet<&Id> = all.iter().map(|(id, _)| id).collect();
        out.extend(self.0.extract_if(|id, _| !present.contains(id)).map(|(id, _)| Delta::Remove(id)));
    }
}

/// Answers with the whole body of one release or revision, or of two revisions.
pub async fn one(hub: Arc<Hub<Releases>>, bodies: Arc<Bodies>, id: Id, out: &mut Out) -> Result<()> {
    let mut live = hub.join(&Scope::namespace(id.namespace.clone()));
    let mut told = None;
    loop {
        let found = live.next().await?.picture.about(&id);
        let versions: Vec<_> = found.iter().map(|one| (one.uid.clone(), one.version.clone())).collect();
        if told.as_ref() == Some(&versions) {
            continue;
        }
        let body = match bodies.whole(&found, id.kind).await {
            Err(Error::Gone(_)) => None,
            body => Some(Arc::new(body?)),
        };
        out.say(Delta::Body(body));
        out.flush().await;
        told = Some(versions);
    }
}
