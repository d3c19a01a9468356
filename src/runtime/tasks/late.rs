//! Ends and opens streams at random while their sources send on other threads as fast as they can. No message of an
//! ended stream may arrive.

use futures::future::BoxFuture;
use futures::stream::{self, BoxStream, StreamExt};

use super::*;
use crate::kinds;
use crate::model::{Delta, Reply, Scope, Time};
use crate::random::Random;
use crate::runtime::audit::Audit;
use crate::source::Source;

const AT: SourceId = SourceId(0);
const ROUNDS: usize = 400;

/// A source that sends, without an end, only the version from which it was opened.
struct Parrot;

impl Source for Parrot {
    fn open(&self, _: Query, since: Option<Version>) -> BoxStream<'static, Result<Delta>> {
        let mark = since.unwrap_or_default();
        let next = |mark: Version| async move {
            tokio::task::yield_now().await;
            Some((Ok(Delta::Mark(mark.clone())), mark))
        };
        stream::unfold(mark, next).boxed()
    }

    fn call(&self, _: Request) -> BoxFuture<'static, Result<Reply>> {
        Box::pin(async { Err(Error::Unsupported("nothing is done here".to_owned())) })
    }
}

fn lists() -> [Query; 3] {
    ["pods", "services", "nodes"].map(|name| {
        let kind = kinds::named(name).expect("a kind");
        Query::List { at: AT, kind, scope: Scope::all() }
    })
}

/// Makes the next stream of a query begin at this version.
fn mark(store: &mut Store, query: &Query, round: usize) {
    store.open(query, Time(0));
    store.apply(query, vec![Delta::Ready, Delta::Mark(round.to_string().into())], Time(0));
}

#[test]
fn no_piece_of_an_ended_stream_arrives() {
    for workers in [1, 4] {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(workers).build().expect("a runtime");
        runtime.block_on(end_and_open());
    }
}

async fn end_and_open() {
    let sources = Arc::new(Sources::new(vec![Arc::new(Parrot)]));
    let (mut tasks, mut inbox) = Tasks::new(sources, Gate::new(Audit::new(None), &[]), Handle::current());
    let (mut store, mut random, mut pieces) = (Store::default(), Random(7), 0);
    // The round in which each running stream was opened.
    let mut running: HashMap<Query, usize> = HashMap::new();
    for round in 0..ROUNDS {
        let wanted: Vec<Query> = lists().into_iter().filter(|_| random.below(3) > 0).collect();
        running.retain(|query, _| wanted.contains(query));
        for query in &wanted {
            if random.below(4) == 0 {
                tasks.reopen(query);
                running.remove(query);
            }
            if !running.contains_key(query) {
                mark(&mut store, query, round);
                running.insert(query.clone(), round);
            }
        }
        tasks.reconcile(&wanted, &store);
        for _ in 0..random.below(40) {
            if wanted.is_empty() {
                break;
            }
            let Some(Message::Answer { query, deltas }) = inbox.recv().await else { panic!("something else came") };
            let expected = Delta::Mark(running[&query].to_string().into());
            assert!(deltas.iter().all(|delta| *delta == expected), "{deltas:?} after {expected:?}");
            pieces += 1;
        }
    }
    assert!(pieces > ROUNDS);
}
