//! Every kind, every word and every key of the demo: none of them comes to an error.

use spyhop::app::keymap::Keymap;
use spyhop::app::tabs::Tabs;
use spyhop::app::{Focus, Phase, commands};
use spyhop::demo::resources::{RESOURCES, Resource};
use spyhop::kinds;
use spyhop::model::{Door, KindRef};

use crate::program::Program;

/// Opens a kind in all namespaces and waits until it is whole.
fn open(program: &mut Program, kind: &str) {
    program.state.focus = Focus::default();
    // Editors and shells take what is typed, and a tab has no room for a third pane.
    program.state.tabs = Tabs::default();
    let all = if ["contexts", "sources", "sessions"].contains(&kind) { "" } else { " all" };
    program.say(&format!("{kind}{all}"));
    let word = kind.to_owned();
    program.until(&format!("all {kind}"), move |state| {
        state.table().is_some() && state.answer().is_some_and(|answer| answer.complete && answer.phase == Phase::Live)
    });
    assert_eq!(program.refusal(), None, "opening {word}");
}

#[test]
fn every_kind_opens_and_can_be_looked_at() {
    let mut program = Program::new();
    program.until("what is served", |state| state.here().is_some_and(|here| !state.served(here.id).is_empty()));
    let is_served = |kind: &KindRef| {
        let is_it =
            |resource: &Resource| (resource.group, resource.plural) == (kind.address.group, kind.address.plural);
        RESOURCES.iter().any(is_it)
    };
    let own = kinds::all().filter(|kind| kind.is_of(&kinds::kube::FAMILY) || kind.is_of_program());
    let own: Vec<KindRef> = own.filter(|kind| !matches!(kind.door, Door::Json(_)) || is_served(kind)).collect();
    let lacking: Vec<_> = own.iter().filter(|kind| !kind.is_made() && !is_served(kind)).collect();
    assert!(lacking.is_empty(), "the demo does not serve {lacking:?}: add rows to src/demo/resources.rs");
    let own = own.iter().map(|kind| kind.name);
    let served = RESOURCES.iter().map(|resource| resource.id).filter(|id| kinds::find(id, &[]).is_none());
    let all: Vec<&str> = own.chain(served).collect();
    assert!(all.len() > 40, "{all:?}");
    let mut empty = Vec::new();
    for kind in all {
        open(&mut program, kind);
        if program.state.selected_id().is_none() {
            empty.push(kind);
            continue;
        }
        for key in ["d", "y"] {
            program.press(key);
            if program.state.page().is_some_and(|page| page.id().is_some()) {
                program.until(&format!("{key} on {kind}"), |state| {
                    state.page().is_none_or(|page| page.text.is_some()) || state.display.notice.is_some()
                });
                program.press("q");
            }
            // Some have no body: they say so, and where to go instead.
            let refused = program.refusal();
            assert!(refused.is_none() || has_no_body(kind), "{key} on {kind}: {refused:?}");
        }
    }
    // A shop has no sessions before one is opened.
    assert_eq!(empty, ["sessions", "forwards"], "these have no rows to look at; src/demo/world/populate makes objects");
}

/// Rows that stand for no object of a server.
fn has_no_body(kind: &str) -> bool {
    ["contexts", "self", "sessions", "forwards", "kinds", "sources", "problems", "backends", "routes"].contains(&kind)
}

#[test]
fn every_word_can_be_said() {
    let mut program = Program::new();
    // Those need more than a word, an engine, or a cluster that is looked into, or leave.
    let others = ["quit", "docker", "podman", "look-inside", "apply", "undo", "sort", "twin"];
    for word in commands::spoken().filter(|word| !others.contains(word)) {
        open(&mut program, "pods");
        // Those need a second pane.
        if ["pane", "only", "close"].contains(&word) {
            program.say("vsplit");
        }
        program.say(word);
        assert_eq!(program.refusal(), None, ":{word}");
    }
}

#[test]
fn every_key_does_something_or_says_nothing_bad() {
    let mut program = Program::new();
    for name in Keymap::names() {
        let keymap = Keymap::named(name).unwrap();
        program.state.keymap = Keymap::named("k9s").unwrap();
        let mut pressed = 0;
        for kind in ["pods", "containers", "deployments", "cronjobs", "nodes", "namespaces", "services", "routes"] {
            let scopes = [format!("kind.{kind}"), "view.table".to_owned(), "global".to_owned()];
            for (_, keys, command) in keymap.bindings().filter(|(scope, ..)| scopes.iter().any(|own| own == scope)) {
                pressed += usize::from(press(&mut program, &keymap, kind, keys, command));
            }
        }
        assert!(pressed > 100, "only {pressed} keys of {name} were pressed");
    }
}

/// Presses a key on a kind, with the keys of a map.
fn press(program: &mut Program, keymap: &Keymap, kind: &str, keys: &str, command: &str) -> bool {
    // It leaves, or it needs a session that runs, a tour that goes on or a line before it.
    let elsewhere = ["quit", "session-send", "tour-end", "history-back", "history-forward", "last"];
    let lately = command.strip_prefix("namespace ").is_some_and(|number| number > "1");
    if command.is_empty() || lately || elsewhere.contains(&command) {
        return false;
    }
    program.state.keymap = Keymap::named("k9s").unwrap();
    open(program, kind);
    program.state.keymap = keymap.clone();
    println!("{keys} ({command}) on {kind}");
    let all = keys.split(' ').all(|key| program.press(key));
    let refused = program.refusal();
    assert!(refused.as_deref().is_none_or(may_refuse), "{keys} ({command}) on {kind}: {refused:?}");
    all
}

/// What is not possible for these rows says so: containers of an engine share their keys with those of pods, no kind has
/// every column, and nothing of what is looked at here was shifted before.
fn may_refuse(said: &str) -> bool {
    const KNOWN: &[&str] = &[
        " does not work on ",
        "there is no column",
        "no column is called",
        "nothing to undo",
        "no other cluster or engine",
        "has no owner",
        "have no namespace",
        "you may not delete nodes",
        "there is only one pane",
        "this is the only tab",
        "there is no tab",
    ];
    KNOWN.iter().any(|known| said.contains(known))
}
