//! Whole screens, at both sizes, as snapshots.

use std::sync::Arc;

use serde_json::Value;
use spyhop::kinds;
use spyhop::model::{Delta, Door, Error};

use crate::screen::{Screen, kind, pod};
use crate::tables::shop;

const SIZES: [(u16, u16); 2] = [(80, 24), (160, 45)];

pub fn picture(name: &str, make: impl Fn() -> Screen) {
    for (width, height) in SIZES {
        insta::assert_snapshot!(format!("{name}-{width}x{height}"), make().sized(width, height).text());
    }
}

fn pods() -> Screen {
    Screen::open("pods").list(&shop()).found(vec![kind("pods")])
}

#[test]
fn start_screen() {
    let looked = |what: &str, found, text: &str| spyhop::app::Looked { what: what.into(), found, text: text.into() };
    picture("start", || {
        let mut screen = Screen::start();
        screen.state.places.looked = vec![looked("~/.kube/config", false, "not found")];
        screen
    });
    picture("start-broken", || {
        let mut screen = Screen::start();
        let why = "line 12, column 3: did not find expected key, while parsing a block mapping of the contexts";
        screen.state.places.looked = vec![
            looked("/home/me/.kube/config", false, why),
            looked("/home/me/.kube/staging", true, "found"),
            looked("/var/run/docker.sock", false, "permission denied"),
        ];
        screen
    });
}

#[test]
fn tables() {
    picture("pods", pods);
    picture("pods-wide", || pods().keys("ctrl-w"));
    picture("pods-all", || Screen::open("pods all").list(&[shop(), vec![pod("mail", "relay-0", "Running")]].concat()));
    picture("pods-filtered", || pods().keys("/ \"web\" enter"));
    picture("pods-marked", || pods().keys("space j space j"));
}

#[test]
fn typing() {
    picture("prompt-empty", || pods().keys(":"));
    picture("prompt", || pods().keys(": \"d\""));
    picture("filter", || pods().keys("/ \"cart\""));
    picture("filter-broken", || pods().keys("/ \"(cart\""));
    picture("filter-empty", || pods().keys("/"));
    picture("filter-operators", || pods().keys("/ \"status\""));
    picture("filter-values", || pods().keys("/ \"web_or_status=\" down"));
    picture("filter-nested", || pods().keys("/ \"(web_or_mail)_and_not_(status=Running_or_restarts<5)\""));
    picture("filter-unknown", || pods().keys("/ \"web_and_size>5_or_mail\""));
}

#[test]
fn what_is_not_there() {
    picture("loading", || Screen::open("pods").pass(600));
    picture("empty", || Screen::open("pods").list(&[]));
    picture("filtered-out", || pods().keys("/ \"nosuch\" enter"));
    picture("stale", || pods().fails(Error::Offline("connection refused".into())).pass(42_000));
    picture("offline", || Screen::open("pods").fails(Error::Offline("10.0.0.1:6443: connection refused".into())));
    let why = "pods is forbidden: User \"rig-viewer\" cannot list resource \"pods\" in API group \"\" in the namespace \"shop\"";
    picture("denied", || Screen::open("pods").fails(Error::Denied(why.into())));
}

#[test]
fn help() {
    picture("help", || pods().keys("?"));
    picture("help-start", || Screen::start().keys("?"));
    picture("help-text", || of_recorded("pods").keys("d ?"));
    picture("help-logs", || of_recorded("pods").keys("l ?"));
    picture("help-next", || pods().keys("? tab"));
    picture("kinds", || pods().keys("ctrl-a"));
}

/// After everything in the recordings.
const RECORDED: &str = "2026-11-24T12:00:00Z";

/// Recorded answers of a real server.
fn recorded(name: &str) -> Option<Vec<Value>> {
    let path = format!("{}/tests/fixtures/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let list: Value = serde_json::from_str(&std::fs::read_to_string(path).ok()?).unwrap();
    list["items"].as_array().cloned()
}

/// All recorded rows of a kind.
pub fn of_recorded(name: &str) -> Screen {
    Screen::open(&format!("{name} all")).at(RECORDED).list(&recorded(name).unwrap())
}

/// The description of the first of them.
pub fn described(name: &str) -> Screen {
    let mut body = recorded(name).unwrap()[0].clone();
    body["kind"] = kind(name).address.kind.into();
    body["apiVersion"] = "v1".into();
    of_recorded(name).keys("d").answer(vec![Delta::Body(Some(Arc::new(body)))])
}

#[test]
fn every_kind_with_a_lens() {
    for kind in kinds::all().filter(|kind| kind.family == &kinds::kube::FAMILY && matches!(kind.door, Door::Lens(_))) {
        let Some(items) = recorded(if kind.name == "containers" { "pods" } else { kind.name }) else { continue };
        picture(&format!("kind-{}", kind.name), || {
            let place = if kind.address.namespaced { " all" } else { "" };
            Screen::open(&format!("{}{place}", kind.name)).at(RECORDED).list(&items)
        });
    }
}

#[test]
fn pages() {
    for name in ["pods", "deployments", "services", "nodes", "configmaps", "secrets"] {
        let Some(items) = recorded(name) else { continue };
        let mut body = items[0].clone();
        let kind = kind(name);
        body["kind"] = kind.address.kind.into();
        body["apiVersion"] = "v1".into();
        let open = |key: &str| {
            let body = Delta::Body(Some(Arc::new(body.clone())));
            Screen::open(&format!("{name} all")).at(RECORDED).list(&items[..1]).keys(key).answer(vec![body])
        };
        picture(&format!("describe-{name}"), || open("d"));
        picture(&format!("yaml-{name}"), || open("y"));
    }
}
