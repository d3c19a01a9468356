//! What goes out passes the gate, whoever asks, and to a source without a guard nothing is written.

use spyhop::app::policy::Policy;
use spyhop::config::Guard;
use spyhop::kinds;
use spyhop::model::{Id, Request, SourceId, What};

use crate::facts::{ALL, Call, Facts};

const GATE: &str = "src/runtime/gate.rs";

/// What else has methods of these names and takes as much: the store of answers, and whoever opens streams through the
/// gate.
const OTHERS: &[&str] = &["store", "opener"];

/// Whether a call is one of a source: `open(query, since)`, `call(request)`, `session(query, input)`.
fn is_door(call: &Call) -> bool {
    let doors = [("open", 2), ("call", 1), ("session", 2)];
    doors.contains(&(call.method.as_str(), call.args)) && !OTHERS.contains(&call.receiver.as_str())
}

/// Where a file reaches a source. Sources may ask sources: what goes into the first of them has passed.
fn doors(facts: &Facts) -> Vec<String> {
    if facts.file.starts_with("src/source") || facts.file.starts_with("src/demo") {
        return Vec::new();
    }
    let calls = facts.calls.iter().filter(|call| is_door(call)).map(|call| (call.line, call.method.as_str()));
    let named = facts.paths.iter().filter_map(|seen| {
        let (before, method) = seen.text.rsplit_once("::")?;
        (before.ends_with("Source") && ["open", "call", "session"].contains(&method)).then_some((seen.line, method))
    });
    calls.chain(named).map(|(line, method)| format!("{} {method}", facts.at(line))).collect()
}

#[test]
fn the_gate_is_the_only_door() {
    let past: Vec<String> = ALL.iter().filter(|facts| facts.file != GATE).flat_map(doors).collect();
    assert!(past.is_empty(), "a source is reached past the gate: {past:?}");
}

/// Functions that reach a source although nothing was judged in them before.
fn unjudged(facts: &Facts, is_door: fn(&Call) -> bool) -> Vec<String> {
    let judged = |door: &Call| {
        let before = facts.calls.iter().filter(|call| call.within == door.within && call.line < door.line);
        before.into_iter().any(|call| call.method.starts_with("judge"))
    };
    let doors = facts.calls.iter().filter(|call| is_door(call) && !judged(call));
    doors.map(|door| format!("{} {}", facts.at(door.line), door.within)).collect()
}

#[test]
fn the_gate_judges_whatever_passes() {
    let gate = ALL.iter().find(|facts| facts.file == GATE).expect("there is no gate");
    assert!(gate.calls.iter().filter(|call| is_door(call)).count() >= 3);
    assert_eq!(unjudged(gate, is_door), Vec::<String>::new());
    for (judge, asked) in [("judge", "request"), ("judge_query", "query"), ("judge_inside", "inside")] {
        let asks = |call: &Call| call.within == judge && call.receiver == "policy" && call.method == asked;
        assert!(gate.calls.iter().any(asks), "{judge} does not ask the policy");
    }
}

/// What leads to the inside of clusters, and who may take that way.
const ENDPOINT: &str = "src/source/endpoint.rs";

/// Whether a call is one of `Interior` that sends something: `cluster.proxy(service, request)`.
fn is_way_inside(call: &Call) -> bool {
    let ways = [("services", 1), ("behind", 1), ("proxy", 2), ("forward", 1)];
    call.receiver == "cluster" && ways.contains(&(call.method.as_str(), call.args))
}

/// Where a cluster's inside is reached. What gets an `Interior` can only make an `Inside` of it.
fn ways_inside(facts: &Facts) -> Vec<String> {
    let makes =
        |call: &Call| facts.paths.iter().any(|seen| seen.line == call.line && seen.text.ends_with("Inside::new"));
    let ways = facts.calls.iter().filter(|call| is_way_inside(call) || call.method == "interior" && !makes(call));
    ways.map(|call| format!("{} {}", facts.at(call.line), call.method)).collect()
}

#[test]
fn the_inside_of_clusters_is_reached_through_the_endpoint() {
    let past: Vec<String> = ALL.iter().filter(|facts| facts.file != ENDPOINT).flat_map(ways_inside).collect();
    assert!(past.is_empty(), "a cluster's inside is reached past the endpoint: {past:?}");
    let endpoint = ALL.iter().find(|facts| facts.file == ENDPOINT).expect("there is no endpoint");
    assert!(endpoint.calls.iter().filter(|call| is_way_inside(call)).count() >= 4);
    assert_eq!(unjudged(endpoint, is_way_inside), Vec::<String>::new());
    let sends = |call: &&Call| call.within == "send";
    let calls: Vec<&str> = endpoint.calls.iter().filter(sends).map(|call| call.method.as_str()).collect();
    assert!(calls.starts_with(&["judge"]), "nothing is sent before it was judged: {calls:?}");
    // The paths of services' proxies are written in one place.
    let writes = |facts: &&Facts| facts.texts.iter().any(|seen| seen.text.ends_with("/proxy"));
    let writers: Vec<&str> = ALL.iter().filter(writes).map(|facts| facts.file.as_str()).collect();
    assert_eq!(writers, ["src/source/kube/inside.rs"]);
}

/// A provider lists the paths that it asks for, and hands the list over with each request.
#[test]
fn what_is_asked_of_an_endpoint_is_listed() {
    let sends = |facts: &'static Facts| {
        let calls = facts.calls.iter().filter(|call| call.receiver == "endpoint" && call.method == "send");
        calls.map(|call| {
            (
                facts.file.as_str(),
                call.args,
                facts.paths.iter().any(|seen| seen.line == call.line && seen.text.ends_with("READS")),
            )
        })
    };
    let all: Vec<(&str, usize, bool)> =
        ALL.iter().filter(|facts| facts.file.starts_with("src/source/prometheus")).flat_map(sends).collect();
    assert!(all.len() >= 3 && all.iter().all(|(_, args, listed)| *args == 2 && *listed), "{all:?}");
}

#[test]
fn a_way_past_the_gate_is_noticed() {
    let found = |text: &str| doors(&Facts::of("src/cli/x.rs", text)).len();
    for text in [
        "fn f() { place.source.open(query, None); }",
        "fn f() { let s = &place.source; s.call(request); }",
        "fn f() { sources.get(at)?.session(query, input); }",
        "fn f() { all.iter().map(|source| source.call(Request::new(id, What::Get))); }",
        "fn f() { Source::call(source.as_ref(), request); }",
        "fn f() { tokio::select! { reply = source.call(request) => reply }; }",
    ] {
        assert_eq!(found(text), 1, "{text}");
    }
    for text in [
        "fn f() { gate.open(source, &query, None); }",
        "fn f() { store.open(query, now); }",
        "fn f() { file.open(path); }",
    ] {
        assert_eq!(found(text), 0, "{text}");
    }
    let gate = |body: &str| unjudged(&Facts::of(GATE, &format!("fn f() {{\n{body}\n}}")), is_door).len();
    assert_eq!(gate("source.call(request)"), 1);
    assert_eq!(gate("self.judge(&request)?;\nsource.call(request)"), 0);
    let inside = |text: &str| ways_inside(&Facts::of("src/source/x.rs", text)).len();
    assert_eq!(inside("fn f() { self.cluster.proxy(&service, request); }"), 1);
    assert_eq!(inside("fn f() { let cluster = source.interior()?; }"), 1);
    assert_eq!(inside("fn f() { Inside::new(source.interior()?, permit); }"), 0);
}

/// Whatever its family: a source that the policy was not told of is one that nobody thought about.
#[test]
fn nothing_is_written_without_a_guard() {
    for kind in kinds::all() {
        let delete = What::Delete { grace: None, propagation: None };
        let write = |at: SourceId| Request::new(Id::new(at, kind, "shop", "web"), delete.clone());
        let mut policy = Policy::new(false, true);
        assert!(policy.request(&write(SourceId(1))).is_err(), "{}: no guard, and yet it is written", kind.name);
        policy.guard(SourceId(1), "prod", Guard::default());
        assert!(policy.request(&write(SourceId(2))).is_err(), "{}: the guard of another source counts", kind.name);
    }
}
