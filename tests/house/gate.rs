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
fn unjudged(facts: &Facts) -> Vec<String> {
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
    assert_eq!(unjudged(gate), Vec::<String>::new());
    for (judge, asked) in [("judge", "request"), ("judge_query", "query")] {
        let asks = |call: &Call| call.within == judge && call.receiver == "policy" && call.method == asked;
        assert!(gate.calls.iter().any(asks), "{judge} does not ask the policy");
    }
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
    let gate = |body: &str| unjudged(&Facts::of(GATE, &format!("fn f() {{\n{body}\n}}"))).len();
    assert_eq!(gate("source.call(request)"), 1);
    assert_eq!(gate("self.judge(&request)?;\nsource.call(request)"), 0);
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
