//! Reads one of the kinds from which a table is computed, in the version that is served. If the kind is not served or
//! not allowed, it is tried again at intervals.

use std::time::Duration;

use futures::FutureExt;
use futures::stream::{BoxStream, StreamExt};
use tokio::time::sleep;

use crate::model::{Delta, Error, Id, Identified, KindRef, Read, Result, Scope, Within};
use crate::source::kube::ask::Form;
use crate::source::kube::lists::{Instead, Lists, Wanted};
use crate::source::kube::rows::How;
use crate::source::out::{self, Out};

/// The time after which a kind that was not served or not allowed is tried again.
const AGAIN: Duration = Duration::from_secs(60);

/// A list that a computation reads.
pub struct Input<T> {
    /// The versions of the kind, newest first. The first one that is served is read.
    pub kinds: Vec<KindRef>,
    pub scope: Scope,
    pub instead: Instead,
    pub form: Form,
    pub read: Read<T>,
}

impl<T> Input<T> {
    fn wanted(&self, kind: KindRef) -> Wanted<T> {
        let how = How::Lens { form: self.form, read: self.read, bare: self.read };
        let (scope, instead) = (self.scope.clone(), self.instead.clone());
        Wanted { kind, scope, how, every: None, instead, is_seen: false }
    }
}

/// News of an input for its computation.
pub enum News<T> {
    Put(T),
    Gone(Id),
    /// The list is complete. If the user may not list more, it covers the given namespaces only. It is also complete if
    /// the kind is not served; then it is empty.
    Whole(Option<Within>),
    /// The user may not list the kind, for this reason.
    Denied(String),
}

/// What is received from an input.
pub enum Heard<T> {
    Says(Delta<T>),
    Absent,
    Denied(String),
}

/// The stream of an input, with its index in the computation's list.
pub type Feed<T> = BoxStream<'static, (usize, Result<Heard<T>>)>;

pub fn open<T: Identified + Clone>(lists: Lists, place: usize, input: Input<T>) -> Feed<T> {
    out::stream(move |out| async move { keep(&lists, &input, out).await }.boxed())
        .map(move |heard| (place, heard))
        .boxed()
}

async fn keep<T: Identified + Clone>(lists: &Lists, input: &Input<T>, out: &mut Out<Heard<T>>) -> Result<()> {
    loop {
        let heard = match follow(lists, input, out).await {
            Ok(()) => Heard::Absent,
            Err(Error::Denied(why)) => Heard::Denied(why),
            Err(error) => return Err(error),
        };
        out.say(heard);
        out.flush().await;
        sleep(AGAIN).await;
    }
}

/// Reads the version that is served. Returns without an error if none is served.
async fn follow<T: Identified + Clone>(lists: &Lists, input: &Input<T>, out: &mut Out<Heard<T>>) -> Result<()> {
    for kind in &input.kinds {
        match repeat(lists.watch(input.wanted(*kind), None), out).await {
            Err(Error::Gone(_) | Error::Unserved(_)) => {}
            ended => return ended,
        }
    }
    Ok(())
}

/// Passes deltas on until they end. Deltas that are ready together are sent together.
async fn repeat<T: Send>(mut told: BoxStream<'static, Result<Delta<T>>>, out: &mut Out<Heard<T>>) -> Result<()> {
    let mut next = told.next().await;
    while let Some(delta) = next {
        out.say(Heard::Says(delta?));
        next = match told.next().now_or_never() {
            Some(soon) => soon,
            None => {
                out.flush().await;
                told.next().await
            }
        };
    }
    Ok(())
}
