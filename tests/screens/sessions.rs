//! Shells, attaches and forwards: how they look, what their keys send, how they end.

use bytes::Bytes;
use serde_json::{Value, json};
use spyhop::app::{Effect, Message};
use spyhop::model::{Delta, End, Error, Id, Input, Query, Reach, Reply, SessionId, Traffic};

use crate::random::Random;
use crate::screen::{Screen, pod};
use crate::tables::shop;

const SIZES: [(u16, u16); 2] = [(80, 24), (160, 45)];

fn picture(name: &str, make: impl Fn(Screen) -> Screen) {
    for (width, height) in SIZES {
        let screen = make(pods().sized(width, height));
        insta::assert_snapshot!(format!("{name}-{width}x{height}"), screen.text());
    }
}

pub fn pods() -> Screen {
    Screen::open("pods").list(&shop())
}

/// The body of a pod with these containers.
fn body(containers: &[&str]) -> Value {
    let mut body = pod("shop", "cart-2", "Running");
    let ports = |name: &str| if name == "app" { json!([{"containerPort": 8080, "name": "http"}]) } else { json!([]) };
    body["spec"]["containers"] = containers.iter().map(|name| json!({"name": name, "ports": ports(name)})).collect();
    body
}

pub fn read(screen: Screen, containers: &[&str]) -> Screen {
    screen.reply(Ok(Reply { body: body(containers), warnings: Vec::new() }))
}

fn session(screen: &Screen) -> Query {
    let all = screen.state.wanted();
    all.into_iter().find(|query| query.is_session()).expect("a session")
}

fn says(screen: Screen, text: &str) -> Screen {
    let query = session(&screen);
    screen.answer_to(query, vec![Delta::Output(Bytes::copy_from_slice(text.as_bytes()))])
}

pub fn ends(screen: Screen, end: End) -> Screen {
    let query = session(&screen);
    screen.answer_to(query, vec![Delta::Done(end)])
}

pub fn shell(screen: Screen) -> Screen {
    says(
        read(screen.keys("s"), &["app"]),
        "/ # \x1b[1;32mls\x1b[0m\r\n\x1b[34mbin\x1b[0m  dev  \x1b[7metc\x1b[0m\r\n/ # ",
    )
}

fn sent(screen: &Screen) -> Vec<u8> {
    let bytes = screen.effects.iter().filter_map(|effect| match effect {
        Effect::Input(_, Input::Bytes(bytes)) => Some(bytes.to_vec()),
        _ => None,
    });
    bytes.flatten().collect()
}

#[test]
fn pictures() {
    picture("shell", shell);
    picture("shell-ended", |screen| ends(shell(screen), End::Code(137)));
    picture("shell-lost", |screen| ends(shell(screen), End::Closed("the connection to the container was lost".into())));
    picture("container-picker", |screen| read(screen.keys("s"), &["app", "proxy"]));
    picture("forward-dialog", |screen| read(screen.keys("F"), &["app", "proxy"]));
    picture("sessions", |screen| shell(screen).keys("ctrl-] : \"sessions\" enter").pass(5_000));
    picture("forwards", |screen| {
        let screen = read(screen.keys("F"), &["app"]).keys("enter enter");
        let query = session(&screen);
        let traffic = Traffic { local: 8080, open: 1, sent: 120, received: 4_321, failed: None };
        screen.answer_to(query, vec![Delta::Traffic(Box::new(traffic))]).keys(": \"pf\" enter").pass(5_000)
    });
    picture("quit-with-sessions", |screen| shell(screen).keys("ctrl-] ctrl-c"));
}

#[test]
fn keys_go_to_the_program_and_one_key_leaves() {
    let screen = shell(pods()).keys("q : ctrl-c esc");
    assert_eq!(sent(&screen), b"q:\x03\x1b");
    let screen = screen.keys("ctrl-]");
    assert!(screen.has("it keeps running") && screen.has("cart-2"), "{}", screen.text());
    assert!(screen.effects.is_empty());
    // Pressed again at once it is sent.
    let screen = screen.keys("ctrl-]");
    assert_eq!(sent(&screen), b"\x1d");
    assert!(screen.has("/ #"));
    let later = screen.keys("ctrl-]").pass(2_000).keys("ctrl-]");
    assert!(sent(&later).is_empty() && !later.has("/ #"));
}

#[test]
fn the_size_is_told_when_it_changes() {
    let sizes = |screen: &Screen| -> Vec<(u16, u16)> {
        let all = screen.effects.iter().filter_map(|effect| match effect {
            Effect::Input(_, Input::Resize(width, height)) => Some((*width, *height)),
            _ => None,
        });
        all.collect()
    };
    let screen = shell(pods().sized(100, 30));
    assert_eq!(sizes(&screen), [(100, 27)]);
    let mut screen = screen.keys("a");
    assert!(sizes(&screen).is_empty());
    screen = screen.sized(90, 20);
    assert_eq!(sizes(&screen), [(90, 17)]);
}

#[test]
fn questions_of_a_program_are_answered() {
    let screen = says(shell(pods()), "\x1b[6n");
    assert!(sent(&screen).starts_with(b"\x1b[3;5R"), "{:?}", sent(&screen));
}

#[test]
fn a_paste_is_marked_where_the_program_asked_for_it() {
    let paste = |screen: Screen| sent(&screen.paste("one\ntwo"));
    assert_eq!(paste(shell(pods())), b"one\rtwo");
    assert_eq!(paste(says(shell(pods()), "\x1b[?2004h")), b"\x1b[200~one\rtwo\x1b[201~");
}

#[test]
fn an_ended_session_stays_to_be_read_until_it_is_closed() {
    let screen = ends(shell(pods()), End::Code(5));
    assert!(screen.has("the shell ended: exit 5") && screen.has("/ #"));
    let typed = screen.keys("x");
    assert!(typed.effects.is_empty() && typed.has("exit 5"));
    let closed = typed.keys("enter");
    assert!(closed.has("cart-2") && !closed.state.wanted().iter().any(Query::is_session));
}

#[test]
fn read_only_begins_no_session() {
    for key in ["s", "a", "F"] {
        let mut screen = pods();
        screen.state.policy.read_only = true;
        let screen = screen.keys(key);
        assert!(screen.has("read-only"), "{}", screen.text());
        assert!(screen.effects.is_empty() && !screen.state.wanted().iter().any(Query::is_session));
    }
}

#[test]
fn what_cannot_be_opened_says_why() {
    let screen = read(pods().keys("s"), &["app"]);
    let (query, denied) = (session(&screen), Error::Denied("pods \"cart-2\" is forbidden: no pods/exec".into()));
    let mut screen = screen;
    let _ = screen.state.turn([Message::Ended { query, error: denied }]);
    assert!(screen.has("the shell ended: pods \"cart-2\" is forbidden"), "{}", screen.text());
}

#[test]
fn a_forward_needs_ports_and_an_address() {
    let screen = read(pods().keys("F"), &["app"]).keys("ctrl-u \"x\" enter enter");
    assert!(screen.has("no container has a port named 'x'; there are: http"), "{}", screen.text());
    let screen = read(pods().keys("F"), &["proxy"]).keys("ctrl-u \"http\" enter enter");
    assert!(screen.has("no container of this pod has a port named 'http'"), "{}", screen.text());
    let screen = read(pods().keys("F"), &["app"]).keys("ctrl-u \"70000\" enter enter");
    assert!(screen.has("'70000' is not a port"), "{}", screen.text());
    let screen = read(pods().keys("F"), &["app"]).keys("ctrl-u \"http\" tab ctrl-u \"0\" enter enter");
    let Query::Session { reach, .. } = session(&screen) else { panic!() };
    assert_eq!(reach, Reach::Forward { address: "127.0.0.1".into(), local: 0, remote: 8080 }, "a name is a port");
    let screen = read(pods().keys("F"), &["app"]).keys("tab tab ctrl-u \"here\" enter enter");
    assert!(screen.has("'here' is not an IP address"), "{}", screen.text());
    let screen = read(pods().keys("F"), &["app"]).keys("enter enter");
    let Query::Session { reach, .. } = session(&screen) else { panic!() };
    assert_eq!(reach, Reach::Forward { address: "127.0.0.1".into(), local: 8080, remote: 8080 });
}

fn forward(screen: Screen) -> Screen {
    read(screen.keys("F"), &["app"]).keys("enter enter")
}

fn listens(screen: Screen) -> Screen {
    let query = session(&screen);
    let traffic = Traffic { local: 8080, ..Traffic::default() };
    screen.answer_to(query, vec![Delta::Traffic(Box::new(traffic))])
}

fn taken(mut screen: Screen) -> Screen {
    let query = session(&screen);
    let error = Error::Invalid(
        "127.0.0.1:8080 is in use by another program; choose another local port, or 0 for any free one".into(),
    );
    let _ = screen.state.turn([Message::Ended { query, error }]);
    screen
}

#[test]
fn a_forward_is_told_of_once_it_listens() {
    let screen = forward(pods());
    assert!(!screen.has("forwarding"), "{}", screen.text());
    let screen = listens(screen).sized(160, 45);
    assert!(screen.has("forwarding 127.0.0.1:8080 to port 8080 of cart-2"), "{}", screen.text());
    let screen = taken(forward(pods()).sized(160, 45));
    assert!(screen.has("the forward to cart-2: 127.0.0.1:8080 is in use by another program"), "{}", screen.text());
}

#[test]
fn a_forward_that_failed_hides_no_columns_of_the_others() {
    let titles = |screen: &Screen| {
        let text = screen.text();
        let line = text.lines().find(|line| line.contains("KIND")).unwrap_or_default();
        line.split_whitespace().map(|word| word.trim_matches(['↑', '↓', '▲', '▼']).to_owned()).collect::<Vec<_>>()
    };
    for (width, height) in SIZES {
        let well = listens(forward(pods().sized(width, height))).keys(": \"pf\" enter");
        let failed = taken(forward(pods().sized(width, height))).keys(": \"pf\" enter");
        assert_eq!(titles(&failed), titles(&well), "{}", failed.text());
        assert!(failed.has("failed"), "{}", failed.text());
    }
}

/// Whatever a program writes stays within its screen: around it nothing changes, and no byte of it commands.
#[test]
fn hostile_programs() {
    let mut random = Random(0x7e57);
    let id = |screen: &Screen| -> Id { screen.state.sessions.iter().next().unwrap().target().unwrap().0.clone() };
    let mut screen = shell(pods().sized(100, 30));
    let (title, hints) = around(&screen);
    assert_eq!(id(&screen).name, "cart-2");
    for i in 0..100_000 {
        let query = session(&screen);
        let _ = screen.state.turn([Message::Answer { query, deltas: vec![Delta::Output(random.bytes().into())] }]);
        if i % 40 == 0 {
            let _ = screen.state.prepare(usize::MAX / 2);
            assert_eq!(around(&screen), (title.clone(), hints.clone()));
            crate::fuzz::assert_harmless(&screen);
        }
    }
    assert!(screen.state.sessions.find(SessionId(1)).is_some_and(|session| session.runs()));
}

fn around(screen: &Screen) -> (String, String) {
    let text = screen.text();
    (text.lines().next().unwrap().to_owned(), text.lines().last().unwrap().to_owned())
}

/// The number of the last call.
fn ticket(screen: &Screen) -> spyhop::app::Ticket {
    let calls = screen.effects.iter().rev().filter_map(|effect| match effect {
        Effect::Call(ticket, _) => Some(*ticket),
        _ => None,
    });
    calls.into_iter().next().expect("nothing was asked")
}

#[test]
fn a_reply_that_comes_after_another_key_takes_the_screen_no_more() {
    for key in ["s", "a", "F"] {
        let asked = pods().keys(key);
        let known = ticket(&asked);
        let late = |screen: Screen| {
            let reply = Ok(Reply { body: body(&["app", "proxy"]), warnings: Vec::new() });
            screen.take(vec![Message::Replied(known, reply)])
        };
        let moved = late(asked.keys("j"));
        assert!(
            moved.state.focus.dialog().is_none() && moved.state.sessions.iter().count() == 0,
            "{key}: {}",
            moved.text()
        );
        assert!(moved.has("you pressed another key"), "{key}: {}", moved.text());
        // A question keeps its buttons.
        let deleting = late(pods().keys(key).keys("ctrl-d"));
        assert!(deleting.has("delete pod cart-2") && !deleting.has("proxy"), "{key}: {}", deleting.text());
        let typed = late(pods().keys(key).keys(": \"no\""));
        assert!(typed.state.focus.dialog().is_none() && typed.has("no"), "{key}: {}", typed.text());
        let clicked = late(pods().keys(key).click(5, 5));
        assert!(clicked.state.focus.dialog().is_none(), "{key}: {}", clicked.text());
    }
}

#[test]
fn a_login_takes_the_terminal_only_from_who_waits_for_it() {
    let needed = || Error::Login { program: vec!["aws".to_owned()], why: "the token is too old".to_owned() };
    let logs_in = |screen: &Screen| screen.effects.iter().any(|effect| matches!(effect, Effect::Login(_)));
    let expired = |mut screen: Screen| {
        let query = screen.query();
        screen.effects.clear();
        screen.take(vec![Message::Ended { query, error: needed() }])
    };
    assert!(logs_in(&expired(Screen::open("pods"))), "nobody pressed a key since it was asked");
    for keys in ["ctrl-d", ":", "j", "/", "?"] {
        let query = pods().query();
        let mut screen = pods().keys(keys);
        screen.effects.clear();
        let screen = screen.take(vec![Message::Ended { query, error: needed() }]);
        assert!(!logs_in(&screen), "{keys}");
        assert!(screen.has("prod-eu needs a login: ctrl-r in one of its views starts it"), "{keys}: {}", screen.text());
    }
    // The key that is named begins it.
    let again = expired(expired(pods().keys("j")).keys("ctrl-r"));
    assert!(logs_in(&again), "{}", again.text());
}
