//! Mesh routes on the screen: rules, where they lead, what is wrong, and the weights of a rule.

use serde_json::{Value, json};
use spyhop::app::Effect;
use spyhop::app::yaml::read::documents;
use spyhop::kinds;
use spyhop::mesh::World;
use spyhop::model::{Delta, Patch, Query, Reply, What};
use spyhop::source::kube::routes::{Picture, draw, rows};

use crate::screen::{HERE, Screen, kind};

fn picture() -> Picture {
    let path = format!("{}/tests/fixtures/mesh/bookinfo.yaml", env!("CARGO_MANIFEST_DIR"));
    let bodies = documents(&std::fs::read_to_string(path).unwrap()).unwrap();
    let bodies: Vec<Value> = bodies.into_iter().map(|document| document.value).collect();
    draw(&World::of(&bodies))
}

/// The owners of the rows are served here.
fn served() -> Vec<spyhop::model::KindRef> {
    let definition = kinds::Definition {
        group: "networking.istio.io".into(),
        version: "v1".into(),
        kind: "VirtualService".into(),
        plural: "virtualservices".into(),
        singular: String::new(),
        short: Vec::new(),
        categories: Vec::new(),
        namespaced: true,
        watch: true,
        verbs: Vec::new(),
        parts: Vec::new(),
    };
    kinds::served(&definition).into_iter().chain(kinds::all()).collect()
}

fn table(name: &str) -> Screen {
    let rows = rows::rows(HERE, kind(name), &picture()).into_iter().map(Delta::Upsert);
    let deltas = [Delta::Reset].into_iter().chain(rows).chain([Delta::Ready]).collect();
    Screen::open(&format!("{name} all")).answer(deltas).pass(600).found(served())
}

fn snapshots(name: &str, make: impl Fn() -> Screen) {
    for (width, height) in [(80, 24), (160, 45)] {
        insta::assert_snapshot!(format!("{name}-{width}x{height}"), make().sized(width, height).text());
    }
}

#[test]
fn tables() {
    for name in ["routes", "backends", "problems"] {
        snapshots(name, || table(name));
    }
    snapshots("routes-none", || Screen::open("routes all").found(served()).answer(vec![Delta::Reset, Delta::Ready]));
}

/// Enter on a backend leads to the pods of its service and no others: by the service's own selector, and the subset's
/// labels with it.
#[test]
fn a_backend_leads_to_its_pods() {
    for (filter, name, labels) in
        [("v2", "bookinfo/reviews v2", "app=reviews,version=v2"), ("ratings", "bookinfo/ratings", "app=ratings")]
    {
        let screen = table("backends").keys(&format!("/ \"{filter}\" enter enter"));
        let opened = screen.state.table().unwrap();
        assert_eq!((opened.kind.name, opened.scope.labels.as_str()), ("pods", labels), "{filter}");
        assert_eq!(opened.scope.namespace.as_deref(), Some("bookinfo"));
        let title = screen.text();
        let title = title.lines().next().unwrap();
        let called = name.trim_start_matches("bookinfo/");
        assert!(title.contains(&format!("› {called} › pods")), "{title}");
    }
    let screen = table("routes").keys("/ \"80\" enter enter");
    let text = screen.text();
    assert!(text.lines().next().unwrap().contains("reviews.bookinfo.svc.cluster.local /* › backends"), "{text}");
}

/// The rule that shares requests between three versions.
fn canary() -> Screen {
    table("routes").keys("/ \"80\" enter")
}

#[test]
fn a_rule_tells_all_about_itself() {
    let of = |screen: Screen| {
        let id = screen.state.selected_id().unwrap();
        let body = rows::body(&id, &picture()).map(std::sync::Arc::new);
        screen.keys("d").answer_to(Query::One { id }, vec![Delta::Body(body)])
    };
    snapshots("route", || of(canary()));
}

/// As the API server has it.
fn owner() -> Value {
    let to =
        |subset: &str, weight: i64| json!({"destination": {"host": "reviews", "subset": subset}, "weight": weight});
    let rule = |route: Value| json!({"route": route});
    json!({"apiVersion": "networking.istio.io/v1", "kind": "VirtualService",
        "metadata": {"name": "reviews", "namespace": "bookinfo", "resourceVersion": "7"},
        "spec": {"hosts": ["reviews"], "http": [rule(json!([])), rule(json!([])),
            rule(json!([to("v1", 80), to("v2", 15), to("v3", 5)]))]}})
}

fn agreed() -> Result<Reply, spyhop::model::Error> {
    Ok(Reply { body: owner(), warnings: Vec::new() })
}

/// The question about the weights of that rule, with one of them typed.
pub fn shifted() -> Screen {
    canary().keys("s").reply(agreed()).keys("\"60\"")
}

#[test]
fn weights_are_previewed_before_they_are_written() {
    snapshots("shift", shifted);
    snapshots("shift-typed", || canary().keys(": \"shift_3=0\" enter").reply(agreed()));
    let screen = canary().keys(": \"shift_2=50\" enter").reply(agreed()).keys("tab tab tab tab enter");
    let sent = |effect: &Effect| match effect {
        Effect::Call(_, request) if request.what.writes() => Some((**request).clone()),
        _ => None,
    };
    let request = screen.effects.iter().find_map(sent).expect("a patch is sent");
    assert_eq!((request.id.kind.address.plural, request.id.name.as_str()), ("virtualservices", "reviews"));
    let What::Patch(patch) = request.what else { panic!("no patch") };
    let Patch::Json(patch) = *patch else { panic!("no operations") };
    let operations: Vec<(&str, &str, &Value)> = patch
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["op"].as_str().unwrap(), one["path"].as_str().unwrap(), &one["value"]))
        .collect();
    let rule = json!({"route": owner()["spec"]["http"][2]["route"]});
    assert_eq!(operations[0], ("test", "/spec/http/2", &rule));
    let written: Vec<_> =
        operations.iter().filter(|(op, ..)| *op == "replace").map(|(_, path, to)| (*path, *to)).collect();
    let list = "/spec/http/2/route";
    let paths = [0, 1, 2].map(|index| format!("{list}/{index}/weight"));
    assert_eq!(written, [(paths[0].as_str(), &json!(47)), (&paths[1], &json!(50)), (&paths[2], &json!(3))]);
}
