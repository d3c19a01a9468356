//! The lower door: the only place that lists and watches one kind within one scope. Ordinary tables and computed tables
//! stand on it.

use std::pin::pin;
use std::sync::Arc;

use futures::FutureExt;
use futures::stream::BoxStream;

use super::allowed::{self, Used};
use super::list::Listing;
use super::rows::{How, Rows};
use super::server::Server;
use super::table::Table;
use super::{several, unanswerable};
use crate::model::{Delta, Door, Error, Identified, KindRef, Object, Part, Result, Scope, Str, Version, Within};
use crate::source::out::{self, Out};

/// The lists of one server.
#[derive(Clone)]
pub struct Lists {
    pub server: Arc<Server>,
    pub used: Arc<Used>,
}

/// The list that is wanted.
#[derive(Clone)]
pub struct Wanted<T = Object> {
    pub kind: KindRef,
    pub scope: Scope,
    pub how: How<T>,
    /// The number of seconds after which it is read again, if servers have no watch for the kind.
    pub every: Option<u16>,
    pub instead: Instead,
    /// Whether somebody sees the objects while they arrive.
    pub is_seen: bool,
}

/// The namespaces that are listed if the user may not list all namespaces at once.
#[derive(Clone)]
pub enum Instead {
    /// All namespaces in which the user may list the kind.
    Allowed,
    These(Vec<Str>),
}

impl Wanted {
    /// The rows of a kind. The door of the kind says how they are obtained.
    pub fn rows(kind: KindRef, scope: Scope) -> Result<Self> {
        let (how, every) = match kind.door {
            Door::Lens(read) => (How::lens(read, &scope.extras), None),
            Door::Json(shape) => (How::json(shape), shape.every),
            Door::Poll(read, secs) => (How::lens(read, &scope.extras), Some(secs)),
            Door::Table(_) => (How::table(Table::of(kind)), None),
            Door::TablePoll(secs) => (How::table(Table::of(kind)), Some(secs)),
            Door::Own => return Err(unanswerable(kind.name)),
        };
        Ok(Self { kind, scope, how, every, instead: Instead::Allowed, is_seen: true })
    }
}

impl Lists {
    /// Lists, then watches, until the stream is dropped. It resumes from `since` where that is possible: not for
    /// several namespaces.
    pub fn watch<T: Identified + Clone>(
        &self,
        wanted: Wanted<T>,
        since: Option<Version>,
    ) -> BoxStream<'static, Result<Delta<T>>> {
        let list = List { server: self.server.clone(), wanted };
        if !list.wanted.kind.address.namespaced {
            return list.open(since);
        }
        self.used.note(list.wanted.scope.namespaces());
        match list.wanted.scope.namespaces().count() {
            0 => {
                let used = self.used.clone();
                out::stream(move |out| async move { list.everywhere(&used, since, out).await }.boxed())
            }
            1 => list.open(since),
            _ => out::stream(move |out| async move { several::run(list.parts(), None, out).await }.boxed()),
        }
    }
}

/// One list, or one list for each of several namespaces.
struct List<T> {
    server: Arc<Server>,
    wanted: Wanted<T>,
}

impl<T: Identified + Clone> List<T> {
    fn open(self, since: Option<Version>) -> BoxStream<'static, Result<Delta<T>>> {
        out::stream(move |out| async move { self.run(since, out).await }.boxed())
    }

    async fn run(&self, since: Option<Version>, out: &mut Out<Delta<T>>) -> Result<()> {
        let Wanted { kind, scope, how, every, is_seen, .. } = self.wanted.clone();
        let rows = Rows::new(self.server.at, kind, scope.clone(), how);
        let mut listing = Listing { server: self.server.clone(), rows, is_seen };
        match (&scope.part, every) {
            (Part::Names(names), _) => listing.named(names, out).await,
            (Part::All | Part::Namespaces(_), Some(secs)) => listing.poll(secs, out).await,
            (Part::All | Part::Namespaces(_), None) => listing.run(since, out).await,
        }
    }

    /// Lists all namespaces at once. If that is refused, other namespaces are listed instead.
    async fn everywhere(self, used: &Used, since: Option<Version>, out: &mut Out<Delta<T>>) -> Result<()> {
        let why = match self.run(since, out).await {
            Err(Error::Denied(why)) => why,
            other => return other,
        };
        match self.wanted.instead.clone() {
            Instead::Allowed => self.allowed(used, &why, out).await,
            Instead::These(namespaces) if namespaces.is_empty() => Err(Error::Denied(why)),
            Instead::These(namespaces) => {
                let within = Within { namespaces, of: None, why: why.into() };
                self.within(&within, out).await
            }
        }
    }

    /// Lists the namespaces in which the user may list the kind.
    async fn allowed(&self, used: &Used, why: &str, out: &mut Out<Delta<T>>) -> Result<()> {
        let mut used = used.follow();
        let mut within = self.find(&mut used, why).await?;
        loop {
            let fresh = {
                let mut run = pin!(self.within(&within, out));
                // The user may have looked at another namespace meanwhile, in which listing is allowed.
                loop {
                    tokio::select! {
                        ended = &mut run => return ended,
                        Ok(()) = used.changed() => {}
                    }
                    let fresh = self.find(&mut used, why).await?;
                    if fresh != within {
                        break fresh;
                    }
                }
            };
            within = fresh;
        }
    }

    async fn within(&self, within: &Within, out: &mut Out<Delta<T>>) -> Result<()> {
        let parts = within.namespaces.iter().map(|namespace| self.part(namespace)).collect();
        several::run(parts, Some(within.clone()), out).await
    }

    async fn find(&self, used: &mut allowed::News, why: &str) -> Result<Within> {
        let known = used.borrow_and_update().clone();
        allowed::find(&self.server, self.wanted.kind, &known, why).await
    }

    fn parts(&self) -> Vec<several::NamespaceStream<T>> {
        self.wanted.scope.namespaces().map(|namespace| self.part(namespace)).collect()
    }

    fn part(&self, namespace: &str) -> several::NamespaceStream<T> {
        let mut wanted = self.wanted.clone();
        wanted.scope.namespace = Some(namespace.into());
        (namespace.into(), Self { server: self.server.clone(), wanted }.open(None))
    }
}
