//! One kind that a table is computed of: in the version that is served, and looked for again where it is not served or
//! not allowed.

use std::time::Duration;

use futures::FutureExt;
use futures::stream::{BoxStream, StreamExt};
use tokio::time::sleep;

use crate::model::{Delta, Error, Id, Identified, KindRef, Read, Result, Scope, Within};
use crate::source::kube::ask::Form;
use crate::source::kube::lists::{Instead, Lists, Wanted};
use crate::source::kube::rows::How;
use crate::source::out::{self, Out};

/// What is not served, or not allowed, is looked for again.
const AGAIN: Duration = Duration::from_secs(60);

/// What an engine reads.
pub struct Input<T> {
    /// The kind in its versions, newest first. The first that is served is read.
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

/// What an engine is told of an input.
pub enum News<T> {
    Put(T),
    Gone(Id),
    /// All objects are told: those of some namespaces, where more is not allowed. Also when the kind is not served, so
    /// that there are none.
    Whole(Option<Within>),
    /// Nothing will be known of this kind, and why.
    Denied(String),
}

/// What is heard of an input.
pub enum Heard<T> {
    Says(Delta<T>),
    Absent,
    Denied(String),
}

/// The input at a place of the engine's list.
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

/// Tells of the version that is served; ends well where none is.
async fn follow<T: Identified + Clone>(lists: &Lists, input: &Input<T>, out: &mut Out<Heard<T>>) -> Result<()> {
    for kind in &input.kinds {
        match repeat(lists.watch(input.wanted(*kind), None), out).await {
            Err(Error::Gone(_) | Error::Unserved(_)) => {}
            ended => return ended,
        }
    }
    Ok(())
}

/// Says what is told until it ends. What was told at once is handed over together.
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
