use std::collections::VecDeque;
use std::sync::Mutex;

use futures::FutureExt;
use futures::future::{self, BoxFuture};

use super::*;
use crate::app::{Answer, Phase};
use crate::kinds;
use crate::model::{
    Cell, Column, Health, Id, KindRef, Object, Reply, Request, Scope, SourceId, Str, Time, Uid, Within,
};
use crate::runtime::audit::Audit;
use crate::source::Source;

const NOW: Time = Time(0);
const A: SourceId = SourceId(0);
const B: SourceId = SourceId(1);

/// A delta or error, and the second at which it is sent.
type Said = (u64, Result<Delta>);

/// A source with a script: each opening sends the next part of the script, then nothing more.
#[derive(Default)]
struct Script {
    openings: Mutex<VecDeque<Vec<Said>>>,
    /// The version that each opening was to resume from.
    marks: Mutex<Vec<Option<Version>>>,
}

impl Source for Script {
    fn open(&self, query: Query, since: Option<Version>) -> BoxStream<'static, Result<Delta>> {
        assert!(query.others().is_empty(), "a source is asked for its own only");
        self.marks.lock().unwrap().push(since);
        let said = self.openings.lock().unwrap().pop_front().unwrap_or_default();
        let late = |(secs, delta)| async move {
            tokio::time::sleep(Duration::from_secs(secs)).await;
            delta
        };
        stream::iter(said).then(late).chain(stream::pending()).boxed()
    }

    fn call(&self, _: Request) -> BoxFuture<'static, Result<Reply>> {
        future::ready(Err(Error::Unsupported("nothing is called here".to_owned()))).boxed()
    }
}

fn kind() -> KindRef {
    kinds::named("leases").unwrap()
}

fn row(at: SourceId, name: &str, cells: &[&str]) -> Said {
    let id = Id::new(at, kind(), "shop", name);
    let cells = cells.iter().map(|text| Cell::text(*text)).collect();
    let (labels, owner) = (Str::new(), Str::new());
    let row = Object { id, uid: Uid::None, health: Health::Good, cells, labels, owner, link: None };
    (0, Ok(Delta::Upsert(row)))
}

fn say(delta: Delta) -> Said {
    (0, Ok(delta))
}

fn mark(version: &str) -> Said {
    say(Delta::Mark(version.into()))
}

/// A whole list of these names, up to a version.
fn list(at: SourceId, names: &[&str], version: &str) -> Vec<Said> {
    let rows = names.iter().map(|name| row(at, name, &[]));
    [say(Delta::Reset)].into_iter().chain(rows).chain([say(Delta::Ready), mark(version)]).collect()
}

fn lost(secs: u64) -> Said {
    (secs, Err(Error::Offline("no route to host".to_owned())))
}

fn joined(parts: impl IntoIterator<Item = Vec<Said>>) -> Vec<Said> {
    parts.into_iter().flatten().collect()
}

struct Scene {
    scripts: [Arc<Script>; 2],
    stream: BoxStream<'static, Result<Delta>>,
    answer: Answer,
}

impl Scene {
    fn new(a: Vec<Vec<Said>>, b: Vec<Vec<Said>>) -> Self {
        let scripts =
            [a, b].map(|said| Arc::new(Script { openings: Mutex::new(said.into()), marks: Mutex::default() }));
        let sources = Arc::new(Sources::new(scripts.iter().map(|script| script.clone() as Arc<dyn Source>).collect()));
        let gate = Gate::new(Audit::new(None), &[]);
        let opener = Arc::new(Opener { sources, gate });
        let query = Query::List { at: A, kind: kind(), scope: Scope::all().others([B]) };
        let stream = open(&opener, &query, &mut Pause::new(1));
        Self { scripts, stream, answer: Answer::new(NOW) }
    }

    /// The rows of the table after so many seconds.
    async fn after(&mut self, secs: u64) -> String {
        let end = Instant::now() + Duration::from_secs(secs);
        while let Ok(delta) = tokio::time::timeout_at(end, self.stream.next()).await {
            self.answer.apply(delta.unwrap().unwrap(), NOW);
        }
        self.shown()
    }

    /// `a/web b/web | b offline`
    fn shown(&self) -> String {
        let name = |at| if at == A { "a" } else { "b" };
        let mut rows: Vec<String> =
            self.answer.objects().map(|row| format!("{}/{}", name(row.id.at), row.id.name)).collect();
        rows.sort();
        let lost =
            self.answer.members().lost().map(|(member, _, error)| format!(" | {} {}", name(member.at), error.word()));
        rows.join(" ") + &lost.collect::<String>()
    }

    fn marks(&self, of: SourceId) -> Vec<Option<Version>> {
        self.scripts[usize::from(of.0)].marks.lock().unwrap().clone()
    }
}

#[tokio::test(start_paused = true)]
async fn objects_of_one_name_in_two_contexts_are_two_rows() {
    let mut scene = Scene::new(vec![list(A, &["web"], "1")], vec![list(B, &["web"], "1")]);
    assert_eq!(scene.after(1).await, "a/web b/web");
    assert!(scene.answer.complete && scene.answer.phase == Phase::Live);
    let ids: Vec<Id> = scene.answer.objects().map(|row| row.id.clone()).collect();
    assert!(ids.iter().all(|id| scene.answer.get(id).is_some_and(|row| row.id == *id)));
}

#[tokio::test(start_paused = true)]
async fn a_context_that_is_lost_leaves_the_others_alone_and_keeps_its_rows() {
    let a = joined([list(A, &["a1"], "1"), vec![(8, row(A, "a2", &[]).1)]]);
    let b = [joined([list(B, &["b1"], "7"), vec![lost(5)]]), vec![mark("8"), row(B, "b2", &[])]];
    let mut scene = Scene::new(vec![a], b.into());
    assert_eq!(scene.after(4).await, "a/a1 b/b1");
    let mut seen = Vec::new();
    while seen.last().is_none_or(|last| last != "a/a1 b/b1 b/b2") && seen.len() < 99 {
        let delta = scene.stream.next().await.unwrap().unwrap();
        scene.answer.apply(delta, NOW);
        seen.push(scene.shown());
    }
    assert_eq!(seen[0], "a/a1 b/b1 | b offline");
    assert_eq!(scene.marks(B), [None, Some("7".into())], "it goes on from where it was");
    assert_eq!(scene.after(5).await, "a/a1 a/a2 b/b1 b/b2");
    assert_eq!(scene.marks(A).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_relist_of_one_drops_no_row_of_the_others() {
    let a = joined([list(A, &["a1", "a2"], "1"), vec![(5, Ok(Delta::Reset))], list(A, &["a2", "a3"], "2")]);
    let mut scene = Scene::new(vec![a], vec![list(B, &["a1", "b1"], "1")]);
    assert_eq!(scene.after(2).await, "a/a1 a/a2 b/a1 b/b1");
    assert_eq!(scene.after(5).await, "a/a2 a/a3 b/a1 b/b1");
}

#[tokio::test(start_paused = true)]
async fn a_context_that_never_answers_holds_nothing_up_and_is_tried_again() {
    let refused = || vec![say(Delta::Reset), lost(0)];
    let b = vec![refused(), refused(), list(B, &["b1"], "1")];
    let mut scene = Scene::new(vec![list(A, &["a1"], "1")], b);
    scene.answer.apply(Delta::Remaining(0), NOW);
    let first = loop {
        let delta = scene.stream.next().await.unwrap().unwrap();
        let ready = delta == Delta::Ready;
        scene.answer.apply(delta, NOW);
        if ready {
            break scene.shown();
        }
    };
    assert_eq!(first, "a/a1 | b offline");
    assert!(scene.answer.complete && scene.answer.phase == Phase::Live);
    assert_eq!(scene.after(30).await, "a/a1 b/b1");
    assert_eq!(scene.marks(B), [None, None, None]);
}

#[tokio::test(start_paused = true)]
async fn where_all_are_lost_the_whole_is_stale_until_one_is_back() {
    let nothing = || vec![vec![lost(0)]];
    let mut scene = Scene::new(vec![vec![lost(0)], list(A, &["a1"], "1")], nothing());
    // Both members fail before any time passes.
    for _ in 0..2 {
        let delta = scene.stream.next().await.unwrap().unwrap();
        scene.answer.apply(delta, NOW);
    }
    assert!(matches!(scene.answer.phase, Phase::Stale(..)) && !scene.answer.complete, "{:?}", scene.answer.phase);
    scene.after(30).await;
    assert!(scene.shown().starts_with("a/a1"), "{}", scene.shown());
    assert!(scene.answer.phase == Phase::Live && scene.answer.complete);
}

#[tokio::test(start_paused = true)]
async fn a_reload_drops_no_row_of_a_context_that_is_away() {
    let mut scene = Scene::new(vec![list(A, &["a1", "a2"], "1")], vec![list(B, &["b1", "b2"], "1")]);
    scene.after(1).await;
    let again = Scene::new(vec![list(A, &["a2"], "2")], vec![vec![lost(0)], list(B, &["b2"], "2")]);
    scene.stream = again.stream;
    loop {
        let delta = scene.stream.next().await.unwrap().unwrap();
        let ready = delta == Delta::Ready;
        scene.answer.apply(delta, NOW);
        if ready {
            break;
        }
    }
    assert_eq!(scene.shown(), "a/a2 b/b1 b/b2 | b offline");
    assert_eq!(scene.after(30).await, "a/a2 b/b2");
}

#[tokio::test(start_paused = true)]
async fn columns_of_another_order_are_put_in_that_of_the_first() {
    let columns = |titles: &[&'static str]| {
        let columns: Vec<Column> = titles.iter().map(|title| Column::new(title, 5)).collect();
        say(Delta::Columns(columns.into()))
    };
    let a = vec![say(Delta::Reset), columns(&["READY", "AGE"]), row(A, "a1", &["yes", "1h"]), say(Delta::Ready)];
    let b = vec![(1, Ok(Delta::Reset)), columns(&["AGE", "NEW"]), row(B, "b1", &["2h", "x"]), say(Delta::Ready)];
    let mut scene = Scene::new(vec![a], vec![b]);
    scene.after(3).await;
    let titles: Vec<&str> =
        scene.answer.columns().into_iter().flat_map(|all| all.iter()).map(|column| &*column.title).collect();
    assert_eq!(titles, ["READY", "AGE"]);
    let row = scene.answer.objects().find(|row| row.id.at == B).unwrap();
    assert_eq!(row.cells.as_ref(), [Cell::None, Cell::text("2h")]);
}

#[tokio::test(start_paused = true)]
async fn what_one_may_not_show_is_said_of_that_one() {
    let within = Within { namespaces: vec!["shop".into()], of: Some(9), why: "no".into() };
    let b = vec![say(Delta::Reset), say(Delta::Within(Box::new(within))), say(Delta::Ready)];
    let mut scene = Scene::new(vec![list(A, &["a1"], "1")], vec![b]);
    scene.after(1).await;
    assert!(scene.answer.within().is_none());
    let told = scene.answer.members().get(B).and_then(|member| member.within.as_ref()).unwrap();
    assert_eq!(told.text(), "1 of 9 namespaces");
}
