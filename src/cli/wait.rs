//! A deletion is over when the object is gone: until then a finalizer or its grace may hold it. As kubectl, `delete`
//! waits for that.

use std::time::Duration;

use futures::StreamExt;
use serde_json::Value;

use super::aim::Aim;
use super::object::uid;
use super::print::note;
use super::words::called;
use crate::model::{Delta, Error, Object, Query, Reply, Request, Result, Until, Verb, What};

/// Whoever waits longer is told for what.
const SILENT: Duration = Duration::from_secs(1);
/// Between two watches, should one end early.
const PAUSE: Duration = Duration::from_secs(1);

/// An object that was deleted and is still there.
pub struct Leaving {
    pub object: Object,
    finalizers: Vec<String>,
}

impl Leaving {
    /// What the reply to a request says of it; `None` when nothing stays.
    pub fn new(verb: &Verb, object: &Object, reply: &Reply) -> Option<Self> {
        let deleted = verb.until == Until::Gone && reply.body.pointer("/metadata/deletionTimestamp").is_some();
        deleted.then(|| Self { object: object.clone(), finalizers: finalizers(&reply.body) })
    }

    /// `the finalizers a, b hold it`
    pub fn why(&self) -> String {
        match self.finalizers.as_slice() {
            [] => "its grace period is not over".to_owned(),
            [one] => format!("blocked by the finalizer {one}"),
            several => format!("blocked by the finalizers {}", several.join(", ")),
        }
    }

    /// Returns once the object is gone, or another one has its name.
    pub async fn gone(&mut self, aim: &Aim) -> Result<()> {
        let mut told = false;
        loop {
            if self.watched(aim, &mut told).await? || self.is_gone(aim).await? {
                return Ok(());
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Follows the object for as long as the server lets; true when it is gone.
    async fn watched(&mut self, aim: &Aim, told: &mut bool) -> Result<bool> {
        let mut deltas = aim.open(Query::One { id: self.object.id.clone() });
        loop {
            let next = match *told {
                true => deltas.next().await,
                false => match tokio::time::timeout(SILENT, deltas.next()).await {
                    Ok(next) => next,
                    Err(_) => {
                        *told = true;
                        note(format_args!("waiting until {} is gone: {}", called(&self.object.id), self.why()));
                        continue;
                    }
                },
            };
            match next {
                Some(Ok(Delta::Body(None))) => return Ok(true),
                Some(Ok(Delta::Body(Some(body)))) if uid(&body) != self.object.uid.to_string() => return Ok(true),
                Some(Ok(Delta::Body(Some(body)))) => self.finalizers = finalizers(&body),
                Some(Ok(_)) => {}
                // The object, or only the version of the watch.
                Some(Err(Error::Gone(_) | Error::Unserved(_))) | None => return Ok(false),
                Some(Err(error)) => return Err(error.within("deleted, but it is unknown whether it is gone")),
            }
        }
    }

    async fn is_gone(&self, aim: &Aim) -> Result<bool> {
        match aim.request(Request::new(self.object.id.clone(), What::Get)).await {
            Ok(reply) => Ok(uid(&reply.body) != self.object.uid.to_string()),
            Err(Error::Gone(_) | Error::Unserved(_)) => Ok(true),
            Err(error) => Err(error),
        }
    }
}

fn finalizers(body: &Value) -> Vec<String> {
    let own = body.pointer("/metadata/finalizers").and_then(Value::as_array).into_iter().flatten();
    // Those of namespaces stand elsewhere.
    let spec = body.pointer("/spec/finalizers").and_then(Value::as_array).into_iter().flatten();
    own.chain(spec).filter_map(Value::as_str).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::sync::{Arc, Mutex};

    use futures::FutureExt;
    use futures::future::{self, BoxFuture};
    use futures::stream::{self, BoxStream};
    use serde_json::json;

    use super::*;
    use crate::kinds::{self, kube, verbs};
    use crate::model::{Health, Id, Input, Place, SourceId, Version};
    use crate::source::Source;

    /// Answers each watch and each reading in turn.
    #[derive(Default)]
    struct Told {
        watches: Mutex<VecDeque<Vec<Result<Delta>>>>,
        readings: Mutex<VecDeque<Result<Value>>>,
    }

    impl Source for Told {
        fn open(&self, _: Query, _: Option<Version>) -> BoxStream<'static, Result<Delta>> {
            stream::iter(self.watches.lock().unwrap().pop_front().expect("no further watch is told")).boxed()
        }

        fn call(&self, _: Request) -> BoxFuture<'static, Result<Reply>> {
            let body = self.readings.lock().unwrap().pop_front().expect("no further reading is told");
            future::ready(body.map(|body| Reply { body, ..Reply::default() })).boxed()
        }

        fn session(&self, _: Query, _: tokio::sync::mpsc::Receiver<Input>) -> BoxStream<'static, Result<Delta>> {
            stream::empty().boxed()
        }
    }

    fn body(uid: &str) -> Value {
        json!({"metadata": {"uid": uid, "deletionTimestamp": "2026-11-29T12:00:00Z", "finalizers": ["a/b", "c/d"]}})
    }

    fn leaving() -> Leaving {
        let id = Id::new(SourceId(1), kinds::named("configmaps").unwrap(), "shop", "c");
        let (labels, owner, link) = Default::default();
        let object =
            Object { id, uid: "u".into(), health: Health::Unknown, cells: Box::default(), labels, owner, link };
        Leaving::new(&verbs::DELETE, &object, &Reply { body: body("u"), ..Reply::default() }).unwrap()
    }

    async fn gone(watches: Vec<Vec<Result<Delta>>>, readings: Vec<Result<Value>>) -> (Result<()>, usize) {
        let source = Arc::new(Told { watches: Mutex::new(watches.into()), readings: Mutex::new(readings.into()) });
        let place = Place::new(SourceId(1), "c", &kube::FAMILY);
        let aim = Aim::new(&place, source.clone(), Duration::from_secs(1));
        let result = leaving().gone(&aim).await;
        let left = source.watches.lock().unwrap().len() + source.readings.lock().unwrap().len();
        (result, left)
    }

    #[tokio::test(start_paused = true)]
    async fn it_waits_for_the_end_of_this_very_object() {
        let there = |uid: &str| Ok(Delta::Body(Some(Arc::new(body(uid)))));
        let expired = || Err(Error::Gone("too old resource version".to_owned()));
        for (watches, readings) in [
            (vec![vec![there("u"), there("u"), Ok(Delta::Body(None))]], vec![]),
            (vec![vec![there("u"), there("other")]], vec![]),
            (vec![vec![Err(Error::Gone("not found".to_owned()))]], vec![Err(Error::Gone("not found".to_owned()))]),
            // A watch may end without the object.
            (
                vec![vec![there("u"), expired()], vec![], vec![Ok(Delta::Body(None))]],
                vec![Ok(body("u")), Ok(body("u"))],
            ),
            (vec![vec![expired()]], vec![Ok(body("other"))]),
        ] {
            assert_eq!(gone(watches, readings).await, (Ok(()), 0));
        }
        let (lost, _) = gone(vec![vec![Err(Error::Offline("no answer".to_owned()))]], vec![]).await;
        assert_eq!(lost.unwrap_err().text(), "deleted, but it is unknown whether it is gone: no answer");
    }

    #[test]
    fn what_holds_it_is_named() {
        assert_eq!(leaving().why(), "blocked by the finalizers a/b, c/d");
        let object = leaving().object;
        let status = Reply { body: json!({"kind": "Status", "status": "Success"}), ..Reply::default() };
        assert!(Leaving::new(&verbs::DELETE, &object, &status).is_none());
        let restarted = Reply { body: body("u"), ..Reply::default() };
        assert!(Leaving::new(&verbs::LABEL, &object, &restarted).is_none());
    }
}
