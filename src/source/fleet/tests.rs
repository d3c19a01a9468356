use serde_json::json;

use super::*;
use crate::kinds;
use crate::model::{Id, Scope, Standing, What};

/// Says one thing, and answers with its own number.
struct One(SourceId, Result<Delta>);

impl Source for One {
    fn open(&self, query: Query, _: Option<Version>) -> BoxStream<'static, Result<Delta>> {
        assert_eq!((query.at(), query.others()), (self.0, [].as_slice()));
        stream::iter([Ok(Delta::Reset), self.1.clone()]).boxed()
    }

    fn call(&self, _: Request) -> BoxFuture<'static, Result<Reply>> {
        ready(Ok(Reply { body: json!(self.0.0), warnings: Vec::new() })).boxed()
    }
}

fn fleet() -> Fleet {
    let offline = Err(Error::Offline("no route to host".to_owned()));
    let all = [One(SourceId(3), Ok(Delta::Ready)), One(SourceId(5), offline)];
    Fleet(all.into_iter().map(|one| (one.0, Arc::new(one) as Arc<dyn Source>)).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_whole_although_one_of_them_does_not_answer() {
    let kind = kinds::named("leases").unwrap();
    let query = Query::List { at: SourceId(3), kind, scope: Scope::all().others([SourceId(5)]) };
    let said: Vec<Delta> = fleet().open(query, None).map(Result::unwrap).collect().await;
    let lost = |delta: &Delta| matches!(delta, Delta::Member(SourceId(5), standing) if matches!(**standing, Standing::Lost(_)));
    assert_eq!(said.iter().filter(|delta| lost(delta)).count(), 1, "{said:?}");
    assert_eq!(said.iter().filter(|delta| **delta == Delta::Ready).count(), 1, "{said:?}");
    assert!(!said.contains(&Delta::Reset), "each lists for itself");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_goes_to_the_source_of_its_object() {
    let id = |at| Id::new(at, kinds::named("leases").unwrap(), "shop", "web");
    let ask = |at| fleet().call(Request::new(id(at), What::Get));
    assert_eq!(ask(SourceId(3)).await.unwrap().body, json!(3));
    assert_eq!(ask(SourceId(5)).await.unwrap().body, json!(5));
    assert!(ask(SourceId(1)).await.is_err());
}
