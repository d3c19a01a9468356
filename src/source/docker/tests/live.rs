//! Tables that follow what happens, and requests.

use std::time::Duration;

use futures::StreamExt;
use futures::stream::BoxStream;
use serde_json::{Value, json};

use super::canned::Canned;
use crate::kinds::named_in;
use crate::model::{
    Delta, Error, Id, KindRef, Part, Pods, Query, Reach, Request, Result, Scope, SessionId, SourceId, Str, Tail, What,
};
use crate::source::Source;

pub const AT: SourceId = SourceId(9);

pub fn kind(name: &str) -> KindRef {
    named_in(&crate::kinds::docker::FAMILY, name).unwrap()
}

fn id(kind_name: &str, name: &str) -> Id {
    Id::new(AT, kind(kind_name), Str::new(), name)
}

fn open(canned: &Canned, kind_name: &str) -> BoxStream<'static, Result<Delta>> {
    canned.source().open(Query::List { at: AT, kind: kind(kind_name), scope: Scope::all() }, None)
}

fn container(id: &str, name: &str, state: &str) -> Value {
    json!({"Id": id, "Names": [format!("/{name}")], "State": state, "Status": "", "ImageID": "sha256:1",
        "Mounts": [{"Type": "volume", "Name": "data"}],
        "Labels": {"com.docker.compose.project": "shop", "com.docker.compose.service": name}})
}

pub async fn next(stream: &mut BoxStream<'static, Result<Delta>>) -> Result<Delta> {
    let next = tokio::time::timeout(Duration::from_secs(5), stream.next()).await;
    next.expect("nothing came").expect("the stream ended")
}

/// The deltas up to `Ready`, in words.
async fn listed(stream: &mut BoxStream<'static, Result<Delta>>) -> Vec<String> {
    let mut out = Vec::new();
    loop {
        match next(stream).await.unwrap() {
            Delta::Ready => return out,
            delta => out.push(word(&delta)),
        }
    }
}

fn word(delta: &Delta) -> String {
    match delta {
        Delta::Upsert(row) => format!("{} {:?}", row.id.name, row.cells[0]),
        Delta::Remove(id) => format!("{} is gone", id.name),
        other => format!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn containers_follow_events_one_by_one() {
    let canned = Canned::start("follow");
    canned.answer("/containers/json", 200, json!([container("a1", "web", "running"), container("b2", "db", "exited")]));
    canned.answer("/containers/a1/json", 200, json!({"RestartCount": 4, "State": {}}));
    let mut rows = open(&canned, "containers");
    let first = listed(&mut rows).await;
    assert_eq!(first[0], "Reset");
    // Each comes as listed, and again with what its body adds.
    assert_eq!(first.iter().filter(|word| word.starts_with("web")).count(), 2, "{first:?}");

    canned.answer("/containers/json", 200, json!([container("a1", "web", "paused")]));
    canned.happen("container", "exec_create: sh", "a1");
    canned.happen("container", "pause", "a1");
    assert_eq!(word(&next(&mut rows).await.unwrap()), "web Text(\"paused\")");

    canned.answer("/containers/json", 200, json!([container("a1", "shop", "paused")]));
    canned.happen("container", "rename", "a1");
    assert_eq!(word(&next(&mut rows).await.unwrap()), "web is gone");
    assert_eq!(word(&next(&mut rows).await.unwrap()), "shop Text(\"paused\")");

    canned.answer("/containers/json", 200, json!([]));
    canned.happen("container", "destroy", "a1");
    assert_eq!(word(&next(&mut rows).await.unwrap()), "shop is gone");

    canned.stop();
    assert!(matches!(next(&mut rows).await, Err(Error::Offline(_) | Error::Lost(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_uses_what_is_counted() {
    let canned = Canned::start("uses");
    canned.answer("/containers/json", 200, json!([container("a1", "web", "running"), container("b2", "db", "exited")]));
    canned.answer("/images/json", 200, json!([{"Id": "sha256:1", "RepoTags": ["a:1"]}]));
    canned.answer("/volumes", 200, json!({"Volumes": [{"Name": "data"}, {"Name": "idle"}], "Warnings": null}));
    let mut images = open(&canned, "images");
    assert_eq!(listed(&mut images).await, ["Reset", "a:1 Text(\"1\")"]);
    let mut volumes = open(&canned, "volumes");
    next(&mut volumes).await.unwrap();
    let Ok(Delta::Upsert(data)) = next(&mut volumes).await else { panic!("no row") };
    assert_eq!(data.cells[2], crate::model::Cell::text("db,web"));
    // The next listing is another one, and an empty list of volumes is null.
    canned.answer("/volumes", 200, json!({"Volumes": null}));
    listed(&mut volumes).await;
    canned.happen("volume", "destroy", "data");
    assert_eq!(listed(&mut volumes).await, ["Reset"]);
    let mut projects = open(&canned, "projects");
    assert_eq!(listed(&mut projects).await, ["Reset", "shop Text(\"partly\")"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_is_read_again_after_its_events() {
    let canned = Canned::start("body");
    canned.answer("/containers/web/json", 200, json!({"Id": "a1", "Name": "/web"}));
    let mut body = canned.source().open(Query::One { id: id("containers", "web") }, None);
    assert!(matches!(next(&mut body).await, Ok(Delta::Body(Some(_)))));
    canned.answer("/containers/web/json", 404, json!({"message": "No such container"}));
    canned.happen("container", "stop", "other");
    canned.happen("container", "destroy", "a1");
    assert_eq!(next(&mut body).await, Ok(Delta::Body(None)));
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_go_out_once_to_the_object_that_was_seen() {
    let canned = Canned::start("orders");
    let ask = |kind: &str, name: &str, order: &'static str, args: Vec<(&'static str, Str)>| {
        Request::new(id(kind, name), What::Do { name: order, args }).of("a1")
    };
    canned.answer("/containers/a1/stop", 204, "");
    canned.answer("/containers/a1/start", 304, "");
    canned.answer("/containers/a1/kill", 409, json!({"message": "Container a1 is not running"}));
    canned.answer("/images/reg/x:1", 200, "[]");
    let source = canned.source();
    source.call(ask("containers", "web", "stop", vec![("t", "3".into())])).await.unwrap();
    source.call(ask("containers", "web", "start", Vec::new())).await.unwrap();
    source.call(ask("images", "reg/x:1", "remove", Vec::new())).await.unwrap();
    let refused = source.call(ask("containers", "web", "kill", Vec::new())).await;
    assert_eq!(refused, Err(Error::Conflict("Container a1 is not running".into())));
    let gone = source.call(ask("volumes", "data", "remove", Vec::new())).await;
    assert!(matches!(gone, Err(Error::Gone(_))));
    assert_eq!(
        *canned.asked.lock().unwrap(),
        [
            "POST /containers/a1/stop?t=3",
            "POST /containers/a1/start",
            "DELETE /images/reg/x:1",
            "POST /containers/a1/kill",
            "DELETE /volumes/data"
        ]
    );
    // There is nothing that tries without doing.
    let dry = source.call(ask("containers", "web", "stop", Vec::new()).dry()).await;
    assert!(matches!(dry, Err(Error::Unsupported(_))));
    assert_eq!(canned.asked.lock().unwrap().len(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_looked_at_is_measured() {
    let canned = Canned::start("stats");
    let sample = |used: u64| {
        json!({"id": "a1", "cpu_stats": {"cpu_usage": {"total_usage": used}, "system_cpu_usage": used * 10, "online_cpus": 2},
            "memory_stats": {"usage": 5}, "pids_stats": {"current": 1}})
    };
    canned.answer("/containers/web/stats", 200, sample(100));
    canned.answer("/containers/idle/stats", 200, json!({"memory_stats": {}, "pids_stats": {}}));
    let source = canned.source();
    let open = |names: &[&str]| {
        let part = Part::Names(names.iter().map(|name| Str::from(*name)).collect());
        source.open(Query::List { at: AT, kind: kind("containerstats"), scope: Scope::all().part(part) }, None)
    };
    let mut stats = open(&["gone", "idle", "web"]);
    // What was never measured is measured twice before all is there: CPU takes two.
    assert_eq!(listed(&mut stats).await, ["Every(Some(2))", "Reset", "web None", "Reset", "web None"]);
    drop(stats);
    canned.answer("/containers/web/stats", 200, sample(200));
    // Others are looked at now; what was measured before counts.
    assert_eq!(listed(&mut open(&["web"])).await, ["Every(Some(2))", "Reset", "web Percent(20.0)"]);
    assert!(canned.asked.lock().unwrap().iter().all(|line| line.contains("one-shot=1")));
    canned.answer("/containers/json", 200, json!([container("a1", "web", "running")]));
    let all = Query::List { at: AT, kind: kind("containerstats"), scope: Scope::all() };
    assert_eq!(listed(&mut source.open(all, None)).await[2].split(' ').next(), Some("web"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_lags_behind_its_events_misleads_nobody() {
    let canned = Canned::start("lag");
    let listed_as = |state: &str, ports: Value| {
        let mut entry = container("a1", "web", state);
        entry["Ports"] = ports;
        canned.answer("/containers/json", 200, json!([entry]));
    };
    listed_as("running", json!([{"PrivatePort": 80, "Type": "tcp"}]));
    canned.answer("/containers/a1/json", 200, json!({"State": {"Status": "running"}}));
    let mut rows = open(&canned, "containers");
    listed(&mut rows).await;
    canned.answer("/containers/a1/json", 200, json!({"State": {"Status": "exited", "ExitCode": 137}}));
    canned.happen("container", "die", "a1");
    let mut seen = async || match next(&mut rows).await {
        Ok(Delta::Upsert(row)) => [0, 3].map(|i: usize| row.cells[i].to_text(crate::model::Time::default())),
        other => panic!("{other:?}"),
    };
    assert_eq!(seen().await, ["exited 137", "80"]);
    listed_as("exited", json!([]));
    assert_eq!(seen().await, ["exited 137", ""], "it was looked at once more");
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_are_read_of_what_the_scope_holds_only() {
    let canned = Canned::start("scope");
    let mut named = container("b2", "k8s_app_web-0_shop_77_0", "running");
    named["Labels"] = json!({});
    canned.answer("/containers/json", 200, json!([container("a1", "web", "running"), named]));
    let scope = Scope::all().fields("pod=shop/web-0/app");
    let mut rows = canned.source().open(Query::List { at: AT, kind: kind("containers"), scope }, None);
    assert!(listed(&mut rows).await.iter().skip(1).all(|word| word.starts_with("k8s_app")));
    assert!(!canned.asked.lock().unwrap().iter().any(|line| line.contains("/containers/a1/")));
}

#[tokio::test(flavor = "multi_thread")]
async fn long_lines_in_pieces_are_put_together() {
    let canned = Canned::start("logs");
    canned.answer("/containers/json", 200, json!([container("a1", "web", "exited")]));
    canned.answer("/containers/a1/json", 200, json!({"State": {}, "Config": {"Tty": false}}));
    let frame = |text: &str| format!("\u{1}\0\0\0\0\0\0{}{text}", text.len() as u8 as char);
    let stamp = "2026-01-01T00:00:00.5Z";
    let log = [frame(&format!("{stamp} long")), frame(&format!("{stamp} er\n")), frame(&format!("{stamp} two\n"))];
    canned.answer("/containers/a1/logs", 200, log.concat());
    let pods = Pods { name: "web".into(), ..Pods::default() };
    let query = Query::Logs { at: AT, pods, container: Str::new(), tail: Tail::default() };
    let mut said = canned.source().open(query, None);
    assert_eq!(next(&mut said).await, Ok(Delta::Reset));
    let Ok(Delta::Lines(lines)) = next(&mut said).await else { panic!("no lines") };
    let texts: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
    assert_eq!((texts, lines[0].time), (vec!["longer", "two"], 1_767_225_600_500_000_000));
    assert_eq!(next(&mut said).await, Ok(Delta::Mark("a1=1767225600500000000".into())));
    assert_eq!(next(&mut said).await, Ok(Delta::Ready));
    // What was said is not said again.
    let query = Query::Logs { at: AT, pods: Pods::default(), container: Str::new(), tail: Tail::default() };
    let mut resumed = canned.source().open(query, Some("a1=1767225600500000000".into()));
    assert_eq!(next(&mut resumed).await, Ok(Delta::Ready));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_container_that_does_not_run_is_not_attached_to() {
    let canned = Canned::start("attach");
    let session = |name: &str| {
        let (_input, input) = tokio::sync::mpsc::channel(1);
        let (id, container) = (id("containers", name), Str::new());
        let query = Query::Session { session: SessionId(1), id, container, reach: Reach::Attach };
        canned.source().session(query, input)
    };
    for (name, state, why) in [
        (
            "ended",
            json!({"Status": "exited", "Running": false, "ExitCode": 3}),
            "ended is not running (exited 3): start it first",
        ),
        (
            "fresh",
            json!({"Status": "created", "Running": false, "ExitCode": 0}),
            "fresh is not running (created): start it first",
        ),
        ("held", json!({"Status": "paused", "Running": true, "Paused": true}), "held is paused: unpause it first"),
        (
            "flaky",
            json!({"Status": "restarting", "Running": true, "Restarting": true}),
            "flaky is restarting: try again when it runs",
        ),
    ] {
        canned.answer(&format!("/containers/{name}/json"), 200, json!({"State": state, "Config": {"OpenStdin": true}}));
        assert_eq!(next(&mut session(name)).await, Err(Error::Conflict(why.into())));
    }
    assert!(!canned.asked.lock().unwrap().iter().any(|line| line.contains("/attach")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_that_fails_is_seen_although_the_container_says_nothing() {
    let canned = Canned::start("failed-start");
    canned.answer("/containers/json", 200, json!([container("a1", "web", "created")]));
    canned.answer("/containers/a1/json", 200, json!({"State": {"Status": "created", "ExitCode": 0}}));
    let mut rows = open(&canned, "containers");
    assert!(listed(&mut rows).await.contains(&"web Text(\"created\")".to_owned()));
    canned.answer(
        "/containers/a1/json",
        200,
        json!({"State": {"Status": "created", "ExitCode": 127, "Error": "no file"}}),
    );
    // As engines tell it: the container leaves its network again. Others are about networks alone.
    canned.say(r#"{"Type":"network","Action":"create","Actor":{"ID":"n1","Attributes":{"name":"net"}}}"#);
    canned.say(r#"{"Type":"network","Action":"disconnect","Actor":{"ID":"n1","Attributes":{"container":"a1"}}}"#);
    assert_eq!(word(&next(&mut rows).await.unwrap()), "web Text(\"created 127\")");
}

#[tokio::test(flavor = "multi_thread")]
async fn removing_what_runs_is_refused_in_plain_words() {
    let canned = Canned::start("running");
    for words in [
        "You cannot remove a running container a1. Stop the container before attempting removal or force remove",
        "cannot remove container \"/web\": container is running: stop the container before removing or force remove",
        "what another engine says of it",
    ] {
        canned.answer("/containers/a1", 409, json!({"message": words}));
        canned.answer("/containers/a1/json", 200, json!({"Id": "a1", "State": {"Running": true}}));
        let remove = What::Do { name: "remove", args: Vec::new() };
        let refused = canned.source().call(Request::new(id("containers", "web"), remove).of("a1")).await;
        assert_eq!(
            refused,
            Err(Error::Conflict("web is still running: stop it first, or remove it with force".into()))
        );
    }
    canned.answer("/containers/a1", 409, json!({"message": "removal of container a1 is already in progress"}));
    canned.answer("/containers/a1/json", 200, json!({"Id": "a1", "State": {"Running": false}}));
    let remove = What::Do { name: "remove", args: Vec::new() };
    let refused = canned.source().call(Request::new(id("containers", "web"), remove).of("a1")).await;
    assert!(matches!(refused, Err(Error::Conflict(text)) if text.contains("in progress")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_compose_runs_once_is_no_part_of_its_project() {
    let canned = Canned::start("one-off");
    let mut once = container("c3", "web-run", "exited");
    once["Labels"]["com.docker.compose.oneoff"] = "True".into();
    let mut only = once.clone();
    only["Labels"]["com.docker.compose.project"] = "job".into();
    let mut web = container("a1", "web", "running");
    web["Labels"]["com.docker.compose.oneoff"] = "False".into();
    canned.answer("/containers/json", 200, json!([web, once, only]));
    let mut projects = open(&canned, "projects");
    assert_eq!(listed(&mut projects).await, ["Reset", "job Text(\"one-off\")", "shop Text(\"running\")"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_about_one_name_is_answered_about_that_one() {
    let canned = Canned::start("named");
    canned.answer("/containers/json", 200, json!([container("a1", "web", "running"), container("b2", "db", "exited")]));
    canned.answer("/images/json", 200, json!([{"Id": "sha256:1", "RepoTags": ["a:1", "b:1"]}]));
    canned.answer("/volumes", 200, json!({"Volumes": [{"Name": "data"}, {"Name": "idle"}]}));
    // A container comes as listed, and again with what its body adds.
    for (kind_name, name, all) in [
        ("containers", "db", 2),
        ("images", "b:1", 1),
        ("volumes", "idle", 1),
        ("projects", "shop", 1),
        ("volumes", "gone", 0),
    ] {
        let scope = Scope::all().fields(format!("metadata.name={name}"));
        let mut rows = canned.source().open(Query::List { at: AT, kind: kind(kind_name), scope }, None);
        let words = listed(&mut rows).await;
        assert_eq!(words.len(), 1 + all, "{kind_name} {name}: {words:?}");
        assert!(words.iter().skip(1).all(|word| word.starts_with(name)), "{words:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_hangs_is_said_within_seconds() {
    let canned = Canned::start("hangs");
    canned.answer("/images/json", 200, json!([{"Id": "sha256:1", "RepoTags": ["a:1"]}]));
    canned.answer("/containers/json", 200, json!([]));
    let pings = || canned.asked.lock().unwrap().iter().filter(|line| line.contains("/_ping")).count();
    let mut images = open(&canned, "images");
    listed(&mut images).await;
    // It is asked only after a while in which nothing was heard, and any answer shows that it is there.
    let quiet = tokio::time::timeout(Duration::from_millis(2500), images.next()).await;
    assert!(quiet.is_err() && pings() == 1, "{}", pings());
    canned.freeze();
    let begun = std::time::Instant::now();
    let end = tokio::time::timeout(Duration::from_secs(8), images.next()).await.expect("it was not noticed");
    assert!(matches!(end, Some(Err(Error::Offline(_) | Error::Lost(_)))), "{end:?}");
    assert!(begun.elapsed() < Duration::from_secs(6), "{:?}", begun.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_is_not_there_is_said() {
    let canned = Canned::start("absent");
    let source = canned.source();
    std::fs::remove_file(&canned.socket).unwrap();
    let mut kinds = source.open(Query::Kinds { at: AT }, None);
    let Err(Error::Offline(text) | Error::Lost(text)) = next(&mut kinds).await else { panic!("it answered") };
    assert!(text.contains("does not exist"), "{text}");
}
