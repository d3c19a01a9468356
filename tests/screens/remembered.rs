//! Rows of the last run: shown at once, marked as such, gone with the first answer.

use serde_json::json;
use spyhop::app::remembered::Remembered;
use spyhop::app::{Effect, Message, Outcome};
use spyhop::config::Config;
use spyhop::kinds;
use spyhop::model::{Delta, Error, Query, Time, Within};
use spyhop::theme::Role;

use crate::screen::{HERE, Screen, kind, pod, rows};
use crate::tables::shop;

/// Three hours before the moment of other tests.
const EARLIER: &str = "2026-01-31T09:00:00Z";

/// A run of then.
fn earlier(line: &str) -> Screen {
    Screen::open(line).at(EARLIER)
}

/// What a run keeps, as it comes back from a file.
fn kept(screen: &Screen) -> Vec<Remembered> {
    let text = serde_json::to_string(&screen.state.to_remember()).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn recalled(screen: Screen, query: Query, remembered: Remembered) -> Screen {
    screen.take(vec![Message::Worked(Outcome::Recalled(query, Box::new(remembered)))])
}

/// The next start.
fn again(line: &str, earlier: &Screen) -> Screen {
    let screen = Screen::open(line);
    let query = screen.query();
    let remembered = kept(earlier).remove(0);
    let recalls = |screen: &Screen| screen.effects.iter().any(|effect| matches!(effect, Effect::Recall(..)));
    assert!(!recalls(&screen), "grey rows would flash up");
    let screen = screen.pass(150);
    let asked = screen
        .effects
        .iter()
        .any(|effect| matches!(effect, Effect::Recall(asked, of) if *asked == query && **of == remembered.of));
    assert!(asked, "{:?}", screen.effects);
    recalled(screen, query, remembered)
}

fn pods() -> Screen {
    again("pods", &earlier("pods").list(&shop()))
}

fn told(name: &str) -> Delta {
    Delta::Upsert(rows(kind("pods"), &pod("shop", name, "Running")).remove(0))
}

#[test]
fn they_are_shown_at_once_and_marked_until_the_server_answers() {
    let screen = pods();
    assert!(screen.has("cart-2") && screen.has("CrashLoopBackOff") && screen.has("6…"), "{}", screen.text());
    assert!(screen.has("as of 3h ago · asking") && !screen.has("live") && !screen.has("4 ●"), "{}", screen.text());
    // Nothing is red that was so three hours ago.
    let muted = screen.state.theme.style(Role::Muted).fg;
    let row = screen.text().lines().position(|line| line.contains("CrashLoopBackOff")).unwrap() as u16;
    let (buffer, line) = (screen.buffer(), screen.text().lines().nth(row.into()).unwrap().to_owned());
    let column = line.chars().take_while(|c| *c != '✖').count() as u16;
    assert_eq!(Some(buffer[(column, row)].fg), muted);
    // What Enter does is as it was.
    assert!(screen.keys("G").selected().contains("zone-done"));

    // What is told takes the place of what is remembered, row by row, and the cursor stays.
    let screen = pods().keys("j j j");
    assert!(screen.selected().contains("web-7f"));
    let screen = screen.answer(vec![Delta::Reset, told("aaa"), told("cart-2")]);
    assert!(screen.has("7…") && screen.has("as of 3h ago · asking"), "{}", screen.text());
    assert!(screen.selected().contains("web-7f"), "{}", screen.text());
    let screen = screen.pass(500);
    assert!(screen.has("2 so far"), "{}", screen.text());
    let screen = screen.answer(vec![told("web-7f"), Delta::Ready]);
    assert!(screen.has("live") && screen.has(" 3  ") && !screen.has("mail-0"), "{}", screen.text());
    assert!(screen.selected().contains("web-7f"), "{}", screen.text());
    let screen = pods().list(&[]);
    assert!(screen.has("no pods in shop") && !screen.has("as of"), "{}", screen.text());
}

#[test]
fn they_stay_while_nobody_answers_and_go_when_somebody_refuses() {
    let screen = pods().fails(Error::Offline("connection refused".into()));
    assert!(screen.has("cart-2") && screen.has("as of 3h ago · offline"), "{}", screen.text());
    let screen = screen.pass(3_600_000);
    assert!(screen.has("as of 4h ago · offline"), "{}", screen.text());
    let screen = pods().fails(Error::Denied("pods is forbidden".into()));
    assert!(!screen.has("cart-2") && screen.has("you may not list pods here"), "{}", screen.text());
    // Whoever is refused before is shown nothing either.
    let remembered = kept(&earlier("pods").list(&shop())).remove(0);
    let screen = Screen::open("pods").fails(Error::Denied("pods is forbidden".into())).pass(200);
    assert!(!screen.effects.iter().any(|effect| matches!(effect, Effect::Recall(..))));
    let query = screen.query();
    assert!(recalled(screen, query, remembered).has("you may not list pods here"));
    // It may be known only after that.
    let screen = Screen::open("pods").fails(Error::Offline("connection refused".into()));
    let query = screen.query();
    let screen = recalled(screen, query, kept(&earlier("pods").list(&shop())).remove(0));
    assert!(screen.has("cart-2") && screen.has("as of 3h ago · offline"), "{}", screen.text());
}

#[test]
fn nothing_is_done_to_them() {
    let screen = pods().keys("ctrl-d");
    assert!(screen.has("these rows are 3h old; wait until the server has answered"), "{}", screen.text());
    assert!(screen.state.focus.dialog().is_none());
    let screen = pods().keys("ctrl-s");
    assert!(screen.has("these rows are 3h old") && !screen.effects.iter().any(|e| matches!(e, Effect::Save { .. })));
    for key in ["s", "a", "F", "ctrl-k"] {
        let screen = pods().keys(key);
        assert!(
            screen.has("these rows are 3h old") && screen.state.focus.dialog().is_none(),
            "{key}: {}",
            screen.text()
        );
        assert!(!screen.effects.iter().any(|effect| matches!(effect, Effect::Call(..))), "{key}");
    }
    // Not to some of many either; a row that was told is as any other.
    let half = || pods().answer(vec![Delta::Reset, told("cart-2")]);
    let screen = half().keys("space j space ctrl-d");
    assert!(screen.has("these rows are 3h old") && screen.state.focus.dialog().is_none(), "{}", screen.text());
    assert!(half().keys("ctrl-d").state.focus.dialog().is_some());
    assert!(pods().list(&shop()).keys("ctrl-d").state.focus.dialog().is_some());
}

#[test]
fn what_the_server_said_is_never_overwritten() {
    let remembered = || kept(&earlier("pods").list(&shop())).remove(0);
    let live = Screen::open("pods").list(&[pod("shop", "aaa", "Running")]);
    let query = live.query();
    let screen = recalled(live, query, remembered());
    assert!(screen.has("aaa") && !screen.has("cart-2") && screen.has("live"), "{}", screen.text());
    let none = Screen::open("pods").list(&[]);
    let query = none.query();
    assert!(recalled(none, query, remembered()).has("no pods in shop"));
    // Nor are rows shown in another list than theirs.
    let other = Screen::open("pods other");
    let query = other.query();
    assert!(!recalled(other, query, remembered()).has("cart-2"));
}

#[test]
fn only_the_first_rows_are_kept_and_none_that_were_remembered_themselves() {
    let many: Vec<_> = (0..700).map(|i| pod("shop", &format!("web-{i}"), "Running")).collect();
    let screen = again("pods", &earlier("pods").list(&many));
    assert!(screen.has("500…") && screen.selected().contains("web-0"), "{}", screen.text());
    let screen = screen.keys("G");
    assert!(screen.selected().contains("web-499"), "{}", screen.text());
    assert!(screen.state.to_remember().is_empty());
}

#[test]
fn a_list_that_was_lost_or_left_is_kept_as_of_then() {
    let lost = earlier("pods").list(&shop()).fails(Error::Offline("no".into())).pass(3_600_000);
    assert!(again("pods", &lost).has("as of 3h ago"));
    // To ask again makes them no younger.
    let asked = earlier("pods").list(&shop()).fails(Error::Offline("no".into())).pass(3_600_000).keys("ctrl-r");
    assert!(asked.has("stale 60m") && again("pods", &asked).has("as of 3h ago"), "{}", asked.text());
    let refused = earlier("pods").list(&shop()).fails(Error::Denied("no more".into()));
    assert!(refused.state.to_remember().is_empty());
    let marked = || earlier("pods").list(&shop()).answer(vec![Delta::Mark("7".into())]).keys("d");
    let left = marked().pass(59 * 60_000);
    assert!(left.state.to_remember().is_empty(), "forgotten after ten minutes");
    let left = marked().pass(8 * 60_000);
    let at = serde_json::to_value(kept(&left).remove(0)).unwrap()["at"].as_i64().unwrap();
    assert_eq!(Time(at).rfc3339(), "2026-01-31T09:01:00Z");
}

#[test]
fn what_is_secret_or_unwanted_is_not_kept() {
    let secret = json!({
        "metadata": {"name": "s1", "namespace": "shop", "uid": "u1", "creationTimestamp": "2026-01-28T08:00:00Z"},
        "type": "Opaque",
        "data": {"password": "aHVudGVyMg=="},
        "stringData": {"password": "hunter2"},
    });
    let text = serde_json::to_string(&kept(&Screen::open("secrets").list(&[secret]))).unwrap();
    assert!(text.contains("s1") && !text.contains("aHVudGVyMg") && !text.contains("hunter2"), "{text}");

    let some = Delta::Within(Box::new(Within { namespaces: vec!["shop".into()], of: Some(3), why: "no".into() }));
    assert!(Screen::open("pods all").answer(vec![some, Delta::Ready]).state.to_remember().is_empty());
    for line in ["pods app=web", "podmetrics", "pods @prod-eu,@staging"] {
        assert!(Screen::open(line).answer(vec![Delta::Ready]).state.to_remember().is_empty(), "{line}");
    }
    let keeps = |set: &dyn Fn(&mut Screen)| {
        let mut screen = Screen::open("pods").list(&shop());
        set(&mut screen);
        !screen.state.to_remember().is_empty()
    };
    let guarded =
        |text: &str| Config::parse("config.toml", text).unwrap().guard("prod-eu", kinds::kube::FAMILY.read_only);
    let told = |text: &str| keeps(&|screen| screen.state.policy.guard(HERE, "prod-eu", guarded(text)));
    assert!(keeps(&|_| {}) && told("remember = true"));
    assert!(!told("remember = false") && !told("[[context]]\nmatch = \"prod-*\"\nremember = false"));
    assert!(told("remember = false\n[[context]]\nmatch = \"prod-*\"\nremember = true"));
    assert!(!keeps(&|screen| screen.state.policy.hold(&Error::Invalid("no".into()))));
    assert!(!keeps(&|screen| screen.state.policy.forgets = true));
    assert!(!keeps(&|screen| screen.state.places.all[0].made_up = true));
}
