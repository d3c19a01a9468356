//! YAML, describe, help.

use serde_json::json;
use spyhop::app::Effect;
use spyhop::model::Delta;

use crate::screen::{Screen, pod};
use crate::tables::shop;

fn body() -> Delta {
    let mut body = pod("shop", "cart-2", "Running");
    body["apiVersion"] = "v1".into();
    body["kind"] = "Pod".into();
    body["metadata"]["managedFields"] = json!([{"manager": "kubelet"}]);
    body["spec"]["containers"][0]["image"] = "shop/cart:1.9.2".into();
    Delta::Body(Some(Box::new(body)))
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
    assert!(matches!(&screen.effects[..], [Effect::Copy(text)] if text.contains("image: shop/cart:1.9.2")));
}

#[test]
fn describe_asks_for_the_body_and_its_events() {
    let screen = Screen::open("pods").list(&shop()).keys("d").answer(vec![body()]).sized(80, 60);
    assert!(screen.has("cart-2 › describe") && screen.has("Events"), "{}", screen.text());
    let events =
        screen.state.wanted().into_iter().any(|query| format!("{query:?}").contains("involvedObject.uid=cart-2"));
    assert!(events);
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
        page.answer(vec![Delta::Body(Some(Box::new(secret.clone())))])
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
