//! Columns that the user chooses.

use serde_json::json;
use spyhop::app::Effect;
use spyhop::app::columns::Choices;
use spyhop::model::{Cell, Column, Delta, Extra, Object, Origin, Query};

use crate::screen::{Screen, pod, rows};
use crate::tables::shop;

fn pods() -> Screen {
    Screen::open("pods").list(&shop())
}

/// What a source puts behind the cells of a row.
fn cell(extra: &Extra, row: &Object) -> Cell {
    let label =
        |key: &str| row.labels.split(',').find_map(|pair| pair.strip_prefix(key)?.strip_prefix('=')).unwrap_or("");
    match &extra.origin {
        Origin::Label(key) => Cell::text(label(key)),
        Origin::Annotation(_) => Cell::text("team red"),
        Origin::Path(_) => Cell::text(format!("image of {}", row.id.name)),
    }
}

/// The answer of a source to what the table asks for.
fn answered(screen: Screen) -> Screen {
    let Query::List { kind, scope, .. } = screen.query() else { panic!("no list") };
    let columns = kind.columns.iter().cloned().chain(scope.extras.iter().map(Extra::column)).collect::<Vec<Column>>();
    let bodies = shop();
    let objects = bodies.iter().flat_map(|body| rows(kind, body)).map(|row| {
        let extras = scope.extras.iter().map(|extra| cell(extra, &row)).collect::<Vec<_>>();
        let cells = row.cells.iter().cloned().chain(extras).collect();
        Delta::Upsert(Object { cells, ..row })
    });
    let columns = Delta::Columns(columns.into());
    screen
        .answer([Delta::Reset, columns].into_iter().chain(objects.collect::<Vec<_>>()).chain([Delta::Ready]).collect())
}

fn titles(screen: &Screen) -> String {
    let table = screen.state.table().unwrap();
    table.columns.iter().map(|shown| &*shown.column.title).collect::<Vec<_>>().join(" ")
}

fn kept(screen: &Screen) -> Choices {
    let chosen = screen.effects.iter().filter_map(|effect| match effect {
        Effect::KeepColumns(chosen) => Some((**chosen).clone()),
        _ => None,
    });
    let mut choices = Choices::default();
    chosen.for_each(|chosen| choices.set(chosen));
    choices
}

const USUAL: &str = "NAME READY STATUS RESTARTS AGE";

#[test]
fn a_label_becomes_a_column_that_sorts_and_filters() {
    let before = pods();
    assert_eq!(titles(&before), format!("{USUAL} IP NODE"));
    let screen = before.keys(": \"columns_app\" enter");
    assert!(screen.has("cart-2"), "the rows stay until the new ones are there: {}", screen.text());
    let screen = answered(screen);
    assert_eq!(titles(&screen), format!("{USUAL} IP NODE APP"));
    let sorted = screen.keys(": \"sort_app\" enter : \"sort_app\" enter g");
    assert!(sorted.selected().contains("zone-done"), "{}", sorted.text());
    let filtered = sorted.keys("/ \"app=web\" enter");
    assert!(filtered.has("web-7f") && !filtered.has("cart-2"), "{}", filtered.text());
    let gone = filtered.keys("esc : \"columns_-app\" enter");
    assert_eq!(titles(&answered(gone)), format!("{USUAL} IP NODE"));
}

#[test]
fn columns_are_hidden_and_put_in_another_order() {
    let screen = pods().keys(": \"columns_-ip_-node\" enter");
    assert_eq!(titles(&screen), USUAL);
    let wide = screen.keys("ctrl-w");
    assert!(titles(&wide).starts_with(USUAL) && titles(&wide).contains("QOS"), "{}", titles(&wide));
    let asked = wide.keys("ctrl-w : \"columns\" enter");
    assert!(asked.has("ready status restarts age"), "{}", asked.text());
    let screen = asked.keys("ctrl-u \"age,status_app\" enter enter");
    assert_eq!(titles(&answered(screen)), "NAME AGE STATUS APP");
    let screen = pods().keys(": \"columns_-ip\" enter : \"columns_default\" enter");
    assert_eq!(titles(&screen), format!("{USUAL} IP NODE"));
}

#[test]
fn the_choice_holds_for_the_kind_in_its_context_and_at_the_next_start() {
    let screen = pods().keys(": \"columns_app_NODE-NAME:.spec.nodeName_-ip\" enter");
    let choices = kept(&screen);
    let (pods, services) = (screen.keys(": \"pods_all\" enter"), |screen: Screen| screen.keys(": \"svc\" enter"));
    assert!(titles(&answered(pods)).ends_with("AGE NODE APP NODE-NAME"));
    assert!(!titles(&services(Screen::open("pods"))).contains("APP"));
    let text = serde_json::to_string(&choices).unwrap();
    let mut again = Screen::open("pods");
    again.state.recall_columns(serde_json::from_str(&text).unwrap());
    let again = answered(again.pass(0));
    assert!(titles(&again).ends_with("AGE NODE APP NODE-NAME"), "{}", titles(&again));
    let elsewhere = again.keys(": \"pods_@staging\" enter");
    assert!(!titles(&elsewhere).contains("APP"));
}

#[test]
fn the_prompt_offers_columns_that_are_not_typed_yet() {
    let offered = |screen: &Screen| screen.state.focus.input().unwrap().choices.clone();
    let screen = pods().keys(": \"columns_\"");
    let all = offered(&screen);
    for word in ["qos", "app", "-ip", "default"] {
        assert!(all.contains(&format!("columns {word}")), "{word}: {all:?}");
    }
    let more = offered(&screen.keys("\"qos_\""));
    assert!(more.contains(&"columns qos app".to_owned()) && !more.contains(&"columns qos qos".to_owned()), "{more:?}");
}

#[test]
fn what_is_no_column_is_told() {
    for (line, told) in [
        ("columns stauts", "no column and no label is called 'stauts'; label:stauts takes it anyway"),
        ("columns -stauts", "no column 'stauts' is shown; there are: ready, status"),
        ("columns X:.spec[", "a closing ']' is missing"),
        ("columns NAME:.metadata.name", "NAME is a column already; write another title, like MINE:.metadata.name"),
        ("columns a=b", "'a=b' is no column; write a title, a label (app), annotation:KEY"),
        ("columns [0]", "needs a title"),
    ] {
        let screen = pods().keys(&format!(": \"{}\" enter", line.replace(' ', "_")));
        let text: String = screen.text().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(told), "{line}: {}", screen.text());
        assert_eq!(kept(&screen), Choices::default());
    }
}

#[test]
fn no_column_shows_the_values_of_secrets() {
    for path in [".data", ".data.password", ".stringData.x", "X:$", "ALL:..password"] {
        let screen = Screen::open("secrets").keys(&format!(": \"columns_{path}\" enter"));
        assert!(screen.has("the values of secrets are in no column"), "{path}: {}", screen.text());
    }
    let screen = Screen::open("secrets").keys(": \"columns_.type\" enter");
    assert!(!screen.has("no column"), "{}", screen.text());
}

#[test]
fn rows_that_the_program_makes_have_no_labels() {
    let screen = Screen::open("pods").keys(": \"sources\" enter : \"columns_label:app\" enter");
    assert!(screen.has("spyhop makes the rows of sources itself"), "{}", screen.text());
}

fn told(screen: &Screen) -> String {
    screen.text().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn without_more_columns_the_ways_to_others_are_told() {
    let maps = json!({"metadata": {"name": "a", "namespace": "shop", "creationTimestamp": "2026-01-28T08:00:00Z"}});
    let screen = Screen::open("configmaps").list(&[maps]).keys("ctrl-w");
    assert!(told(&screen).contains("no more columns for configmaps; :columns chooses which are shown"));
    let narrow = screen.sized(20, 24).keys("ctrl-w");
    let notice = narrow.state.display.notice.as_ref().map(|notice| notice.text.as_str()).unwrap_or_default();
    assert!(notice.starts_with("there is no room for "), "{notice} {}", narrow.text());
}

#[test]
fn age_is_the_column_with_times() {
    let event = |name: &str, seen: &str| {
        json!({"metadata": {"name": name, "namespace": "shop"}, "reason": name, "lastTimestamp": seen,
            "involvedObject": {"kind": "Pod", "name": "web"}})
    };
    let events = [event("old", "2026-01-31T10:00:00Z"), event("new", "2026-01-31T11:59:00Z")];
    let sorted = Screen::open("events").list(&events).keys("A g");
    let first = sorted.selected();
    assert!(sorted.has("LAST SEEN↑") || sorted.has("LAST SEEN↓"), "{}", sorted.text());
    assert_ne!(sorted.keys("A g").selected(), first);
    let hidden = pods().keys(": \"columns_-age\" enter A");
    assert!(told(&hidden).contains("the column AGE is not shown; :columns age shows it"), "{}", hidden.text());
    let none = Screen::open("pods").keys(": \"aliases\" enter A");
    assert!(told(&none).contains("no column is called 'AGE'; there are: "), "{}", none.text());
}

#[test]
fn a_title_that_is_taken_gives_way() {
    let body = pod("shop", "web-1", "Running");
    let screen = Screen::open("pods").list(&[body]).keys(": \"columns_label:acme.io/status\" enter");
    assert!(titles(&answered(screen)).ends_with("ACME.IO/STATUS"));
}

#[test]
fn pictures() {
    for (width, height) in [(80, 24), (160, 45)] {
        let screen = || Screen::open("pods").sized(width, height).list(&shop());
        let chosen =
            screen().keys(": \"columns_app_annotation:acme.io/owner_IMAGE:.spec.containers[*].image_-ip\" enter");
        let chosen = answered(chosen);
        insta::assert_snapshot!(format!("columns-chosen-{width}x{height}"), chosen.text());
        let asked = chosen.keys(": \"columns\" enter");
        insta::assert_snapshot!(format!("columns-asked-{width}x{height}"), asked.text());
    }
}
