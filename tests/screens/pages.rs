//! YAML, describe, help.

use std::sync::Arc;

use serde_json::json;
use spyhop::app::Effect;
use spyhop::model::{Delta, Error, Query, text};

use crate::pictures::picture;
use crate::screen::{Screen, pod, rows};
use crate::tables::shop;

fn body() -> Delta {
    let mut body = pod("shop", "cart-2", "Running");
    body["apiVersion"] = "v1".into();
    body["kind"] = "Pod".into();
    body["metadata"]["managedFields"] = json!([{"manager": "kubelet"}]);
    body["spec"]["containers"][0]["image"] = "shop/cart:1.9.2".into();
    Delta::Body(Some(Arc::new(body)))
}

fn yaml() -> Screen {
    Screen::open("pods").list(&shop()).keys("y").answer(vec![body()])
}

#[test]
fn yaml_shows_the_object_without_managed_fields_until_asked() {
    let screen = yaml();
    assert!(screen.has("cart-2 › yaml") && screen.has("kind: Pod"), "{}", screen.text());
    assert!(!screen.has("managedFields"));
    assert!(screen.keys("m").has("managedFields"));
}

/// A config map with a password in an address.
fn config() -> serde_json::Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "web", "namespace": "shop", "uid": "c"},
        "data": {"url": "postgres://web:canary@db/shop", "mode": "fast"}})
}

#[test]
fn what_is_masked_says_how_it_is_seen() {
    let body = || vec![Delta::Body(Some(Arc::new(config())))];
    let opened = |key: &str| Screen::open("configmaps").list(&[config()]).keys(key).answer(body());
    for key in ["y", "d"] {
        let screen = opened(key);
        assert!(screen.has("••••••@db") && screen.has("masked: x shows it"), "{}", screen.text());
        let shown = screen.keys("x").answer(body());
        assert!(shown.has("web:canary@db") && shown.has("values shown"), "{}", shown.text());
        assert!(shown.effects.iter().any(|effect| matches!(effect, Effect::Reveal(_))), "it is recorded");
        let later = shown.pass(30_000);
        assert!(!later.has("canary") && later.has("masked: x shows it"), "{}", later.text());
    }
    // Where nothing is masked nothing is offered.
    let plain = yaml();
    assert!(!plain.has("masked") && !plain.has("x decode"), "{}", plain.text());
    assert!(plain.keys("x").has("nothing is masked here"));
}

#[test]
fn a_search_goes_from_hit_to_hit() {
    let screen = yaml().keys("/ \"name\" enter");
    let (first, next) = (screen.has("1 of"), screen.keys("n"));
    assert!(first && next.has("2 of"), "{}", next.text());
    assert!(next.keys("N N").has("/name"));
    assert!(yaml().keys("/ \"nosuch\" enter").has("'nosuch' is not in this text"));
}

#[test]
fn yaml_is_copied_whole() {
    let screen = yaml().keys("c");
    assert!(matches!(&screen.effects[..], [Effect::Copy(clip)] if clip.text.contains("image: shop/cart:1.9.2")));
}

#[test]
fn describe_asks_for_the_body_and_its_events() {
    let screen = Screen::open("pods").list(&shop()).keys("d").answer(vec![body()]).sized(80, 60);
    assert!(screen.has("cart-2 › describe") && screen.has("Events"), "{}", screen.text());
    let events =
        screen.state.wanted().into_iter().any(|query| format!("{query:?}").contains("involvedObject.uid=cart-2"));
    assert!(events);
}

/// The list of this kind that the page asks for.
fn beside(screen: &Screen, name: &str) -> Query {
    let wanted = screen.state.wanted().into_iter();
    let mut lists = wanted.filter(|query| matches!(query, Query::List { kind, .. } if kind.name == name));
    lists.next().unwrap_or_else(|| panic!("no list of {name} is wanted"))
}

fn whole(query: &Query, bodies: &[serde_json::Value]) -> Vec<Delta> {
    let Query::List { kind, .. } = query else { panic!("not a list") };
    let objects = bodies.iter().flat_map(|body| rows(*kind, body)).map(Delta::Upsert);
    [Delta::Reset].into_iter().chain(objects).chain([Delta::Ready]).collect()
}

#[test]
fn a_list_of_the_page_says_whether_it_is_empty_or_still_comes() {
    let section = |screen: &Screen| {
        let text = screen.text();
        let mut lines = text.lines().skip_while(|line| line.trim() != "Events").skip(1);
        lines.next().unwrap_or_default().trim().to_owned()
    };
    let page = || Screen::open("pods").list(&shop()).keys("d").answer(vec![body()]).sized(80, 60);
    assert_eq!(section(&page()), "loading ...");
    let events = beside(&page(), "events");
    assert_eq!(section(&page().answer_to(events.clone(), vec![Delta::Reset, Delta::Ready])), "none");
    let refused = page()
        .take(vec![spyhop::app::Message::Ended { query: events, error: Error::Denied("events is forbidden".into()) }]);
    assert!(section(&refused).contains("events is forbidden"), "{}", refused.text());
}

/// The cause at the end of a message is on the screen, whatever its width; what is searched for is found over the end of
/// a row; and what is copied is not broken.
#[test]
fn long_messages_are_broken_and_stay_whole_for_search_and_copy() {
    let message = "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: \
        unable to start container process: error during container init: exec: \"/nosuch\": stat /nosuch: no such file or directory";
    let event = json!({"metadata": {"name": "e", "namespace": "shop", "uid": "e"}, "type": "Warning", "reason": "Failed", "count": 12,
        "firstTimestamp": "2026-01-31T11:00:00Z", "lastTimestamp": "2026-01-31T11:55:00Z", "message": message,
        "involvedObject": {"kind": "Pod", "name": "cart-2"}, "source": {"component": "kubelet", "host": "node-a"}});
    let mut pod = pod("shop", "cart-2", "Pending");
    pod["kind"] = "Pod".into();
    pod["status"]["containerStatuses"] =
        json!([{"name": "cart", "state": {"waiting": {"reason": "RunContainerError", "message": message}}}]);
    let page = Screen::open("pods").list(&shop()).keys("d").answer(vec![Delta::Body(Some(Arc::new(pod)))]);
    let events = beside(&page, "events");
    let deltas = whole(&events, &[event]);
    let mut page = page.answer_to(events, deltas).sized(80, 24);
    assert!(page.text().lines().nth(2).unwrap().contains("Trouble"), "trouble comes first:\n{}", page.text());
    for (width, height) in [(80, 24), (120, 36), (240, 60), (60, 24), (80, 24)] {
        page = page.sized(width, height).keys("g");
        assert!(page.text().lines().all(|line| text::width(line) <= usize::from(width)));
        let words = |screen: &Screen| screen.text().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words(&page).contains("stat /nosuch: no such file or directory"), "{width}:\n{}", page.text());
        page = page.keys("G");
        assert!(words(&page).contains("(x12 over 60m)"), "{width}:\n{}", page.text());
        assert!(words(&page).contains("stat /nosuch: no such file or directory"), "{width}:\n{}", page.text());
    }
    let found = page.keys("g / \"shim_task:_OCI_runtime\" enter");
    assert!(found.has("1 of"), "{}", found.text());
    let copied = found.keys("c");
    assert!(matches!(&copied.effects[..], [Effect::Copy(clip)] if clip.text.contains(message)), "{:?}", copied.effects);
}

/// A workload whose pods fail: the eye finds why before all else.
#[test]
fn a_workload_in_trouble() {
    let deployment = json!({"kind": "Deployment", "metadata": {"name": "cart", "namespace": "shop", "uid": "d", "creationTimestamp": "2026-01-01T08:00:00Z"},
        "spec": {"replicas": 3, "selector": {"matchLabels": {"app": "cart"}}, "template": {"spec": {"containers": [{"name": "cart", "image": "shop/cart:1.9.O"}]}}},
        "status": {"replicas": 3, "updatedReplicas": 3, "unavailableReplicas": 2, "readyReplicas": 1, "conditions": [
            {"type": "Available", "status": "False", "reason": "MinimumReplicasUnavailable", "lastTransitionTime": "2026-01-01T11:50:00Z",
                "message": "Deployment does not have minimum availability."}]}});
    let message = "Back-off pulling image \"shop/cart:1.9.O\": ErrImagePull: failed to resolve reference \"docker.io/shop/cart:1.9.O\": not found";
    let failing = |name: &str| {
        let mut pod = pod("shop", name, "Pending");
        pod["status"]["containerStatuses"] =
            json!([{"name": "cart", "state": {"waiting": {"reason": "ImagePullBackOff", "message": message}}}]);
        pod
    };
    picture("trouble", || {
        let page = Screen::open("deployments").list(std::slice::from_ref(&deployment)).keys("d");
        let page = page.answer(vec![Delta::Body(Some(Arc::new(deployment.clone())))]);
        let pods = beside(&page, "pods");
        let deltas = whole(&pods, &[failing("cart-1"), pod("shop", "cart-2", "Running"), failing("cart-3")]);
        page.answer_to(pods, deltas)
    });
}

/// What stands at the top stays there when the screen becomes another.
#[test]
fn the_place_on_the_page_survives_another_width() {
    let page = Screen::open("pods").list(&shop()).keys("d").answer(vec![body()]).sized(80, 12).keys("j j j j j");
    let top = page.text().lines().nth(2).unwrap().trim().to_owned();
    let again = page.sized(50, 12);
    assert_eq!(again.text().lines().nth(2).unwrap().trim(), top);
}

#[test]
fn a_deleted_object_stays_on_the_page_and_says_so() {
    let screen = yaml().answer(vec![Delta::Body(None)]);
    assert!(screen.has("kind: Pod") && screen.has("was deleted"), "{}", screen.text());
}

#[test]
fn help_lists_the_keys_of_the_view_below() {
    let screen = Screen::open("pods").list(&shop()).sized(100, 160).keys("?");
    for words in ["describe the object", "go to the node of this pod", "After :", "status!=Running", "quit"] {
        assert!(screen.has(words), "{words}\n{}", screen.text());
    }
    assert!(screen.keys("esc").has("cart-2"));
}

#[test]
fn a_file_holds_a_secret_in_clear_text_only_when_just_that_is_chosen() {
    let secret = json!({
        "apiVersion": "v1", "kind": "Secret", "type": "Opaque",
        "metadata": {"name": "web", "namespace": "shop", "uid": "u-2", "resourceVersion": "7"},
        "data": {"password": "aHVudGVyMi1jYW5hcnk="},
    });
    let shown = || {
        let page = Screen::open("secrets").list(std::slice::from_ref(&secret)).keys("y");
        page.answer(vec![Delta::Body(Some(Arc::new(secret.clone())))])
    };
    let saved = |screen: &Screen| {
        let saves = screen.effects.iter().filter_map(|effect| match effect {
            Effect::Save { text, clear, .. } => {
                Some((text.contains("hunter2-canary") || text.contains("aHVudGVy"), clear.is_some()))
            }
            _ => None,
        });
        saves.collect::<Vec<_>>()
    };
    // Masked on the screen: saved at once, and masked.
    assert_eq!(saved(&shown().keys("ctrl-s")), [(false, false)]);
    let revealed = || {
        let screen = shown().keys("x");
        assert!(screen.has("hunter2-canary"), "{}", screen.text());
        screen
    };
    let asked = revealed().keys("ctrl-s");
    assert!(saved(&asked).is_empty() && asked.has("save secret web"), "{}", asked.text());
    assert_eq!(saved(&asked.keys("enter enter")), [(false, false)]);
    assert_eq!(saved(&revealed().keys("ctrl-s right enter enter")), [(true, true)]);
}
