//! Nothing that a server, a program or the user wrote gets into a recording for sharing.

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use serde_json::json;

use super::*;
use crate::app::keymap::{self, Keymap};
use crate::app::{Clip, Level, Outcome, Returned, Ticket};
use crate::config::Config;
use crate::kinds::{self, Definition};
use crate::model::{
    Cell, Column, Delta, End, Found, Health, Id, Input, Link, LogLine, Object, Patch, Pods, Query, Reach, Reply,
    Request, Rule, Rules, Scope, SessionId, SourceId, Standing, Str, Tail, Traffic, Uid, What, Within,
};
use crate::theme::{self, Theme};

/// A word that must be nowhere.
const CANARY: &str = "hunter2canary";
const AT: SourceId = SourceId(3);

fn canary() -> Str {
    CANARY.into()
}

fn state() -> State {
    let keymap = Keymap::named(keymap::DEFAULT).unwrap();
    State::new(Time(0), (80, 24), keymap, Theme::named(theme::DEFAULT).unwrap())
}

fn custom() -> crate::model::KindRef {
    kinds::adopt(&Definition::plain("canary.hunter2canary.io", "v1hunter2canary", "Hunter2canary", "hunter2canaries"))
}

fn id() -> Id {
    Id::new(AT, custom(), canary(), canary()).part(canary())
}

fn scope() -> Scope {
    Scope::namespace(canary()).labels(canary()).fields(canary()).owner(canary())
}

fn queries() -> Vec<Query> {
    let pods = Pods { namespace: canary(), name: canary(), labels: canary() };
    let forward = Reach::Forward { address: canary(), local: 1, remote: 2 };
    vec![
        Query::List { at: AT, kind: custom(), scope: scope() },
        Query::One { id: id() },
        Query::Logs { at: AT, pods, container: canary(), tail: Tail::default() },
        Query::Rules { at: AT, namespace: canary() },
        Query::Session { session: SessionId(1), id: id(), container: canary(), reach: forward },
    ]
}

fn errors() -> Vec<Error> {
    let word = || CANARY.to_owned();
    vec![
        Error::Offline(word()),
        Error::Lost(word()),
        Error::Login { program: vec![word()], why: word() },
        Error::Denied(word()),
        Error::Gone(word()),
        Error::Unserved(word()),
        Error::Conflict(word()),
        Error::Invalid(word()),
        Error::Unsupported(word()),
    ]
}

fn object() -> Object {
    Object {
        uid: Uid::from(canary()),
        labels: canary(),
        owner: canary(),
        link: Some(Box::new(Link { kind: custom(), scope: scope() })),
        ..Object::made(id(), Health::Good, [Cell::text(CANARY)])
    }
}

fn deltas() -> Vec<Delta> {
    let (word, words) = (|| CANARY.to_owned(), || vec![canary()]);
    let rule = Rule { verbs: words(), groups: words(), resources: words(), names: words() };
    let within = Within { namespaces: words(), of: None, why: canary() };
    let found = Found {
        version: canary(),
        kinds: vec![custom()],
        others: vec![custom()],
        categories: vec![(canary(), vec![custom()])],
        broken: vec![word()],
    };
    let lost = errors().into_iter().map(|error| Delta::Member(AT, Box::new(Standing::Lost(error))));
    let mut all = vec![
        Delta::Columns([Column::titled(CANARY.to_owned().into(), 8)].into()),
        Delta::Upsert(object()),
        Delta::Remove(id()),
        Delta::Mark(canary()),
        Delta::Body(Some(Arc::new(json!({"data": {"password": CANARY}, CANARY: 1})))),
        Delta::Found(Box::new(found)),
        Delta::Rules(Box::new(Rules { rules: vec![rule], incomplete: false })),
        Delta::Within(Box::new(within.clone())),
        Delta::Member(AT, Box::new(Standing::Within(within))),
        Delta::Lines(vec![LogLine { time: 0, from: canary(), text: canary(), mark: true }]),
        Delta::Output(CANARY.into()),
        Delta::Traffic(Box::new(Traffic { failed: Some(word()), ..Traffic::default() })),
        Delta::Done(End::Closed(word())),
    ];
    all.extend(lost);
    all
}

fn messages() -> Vec<Message> {
    let (word, ticket) = (|| CANARY.to_owned(), Ticket(1));
    let reply = Reply { body: json!({"data": CANARY}), warnings: vec![word()] };
    let settings = crate::app::settings::Settings {
        config: Some(Config::default()),
        problems: errors(),
        ..crate::app::settings::Settings::default()
    };
    let outcomes = [
        Outcome::Yaml { query: Query::One { id: id() }, revision: 1, decoded: true, lines: vec![(canary(), true)] },
        Outcome::Unrevealed(Error::Denied(word())),
        Outcome::LooksInside(AT, Err(Error::Denied(word()))),
        Outcome::Uncopied(Clip::new(CANARY, CANARY)),
        Outcome::Edited(ticket, Ok(Returned { text: word(), failed: Some(word()) })),
        Outcome::Edited(ticket, Err(Error::Invalid(word()))),
        Outcome::Read(ticket, Ok(vec![(word(), word())])),
        Outcome::Read(ticket, Err(Error::Invalid(word()))),
    ];
    let mut all = vec![
        Message::Paste(word()),
        Message::Replied(ticket, Ok(reply)),
        Message::Told(Level::Bad, word()),
        Message::Settings(Box::new(settings)),
        Message::Kept { id: 1, error: Some(word()) },
    ];
    all.extend(queries().into_iter().map(|query| Message::Answer { query, deltas: deltas() }));
    all.extend(errors().into_iter().map(|error| Message::Replied(ticket, Err(error))));
    all.extend(errors().into_iter().map(|error| Message::Ended { query: Query::One { id: id() }, error }));
    all.extend(outcomes.map(Message::Worked));
    all
}

fn effects() -> Vec<Effect> {
    let (word, ticket) = (|| CANARY.to_owned(), Ticket(1));
    let body = || Box::new(json!({"data": CANARY}));
    let acts = [
        What::Get,
        What::Create(body()),
        What::Replace(body()),
        What::Apply { body: body(), force: true },
        What::Patch(Box::new(Patch::Merge(*body()))),
        What::Delete { grace: None, propagation: None },
        What::Do { name: "stop", args: vec![("t", canary())] },
    ];
    let mut all: Vec<Effect> =
        acts.map(|what| Effect::Call(ticket, Box::new(Request::new(id(), what).of(canary())))).into();
    all.extend([
        Effect::Input(SessionId(1), Input::Bytes(CANARY.into())),
        Effect::Reopen(Query::One { id: id() }),
        Effect::Copy(Clip::new(CANARY, CANARY)),
        Effect::Reveal(id()),
        Effect::LookInside { id: id(), server: canary(), on: true },
        Effect::Save { name: word(), text: word(), clear: Some(id()) },
        Effect::Read { ticket, path: word(), recursive: true },
        Effect::Lend { ticket, name: word(), text: word(), draft: None },
    ]);
    all
}

/// What a recording says of some turns.
fn written(outliner: &mut Outliner, state: &State, turns: Vec<Vec<Message>>, effects: &[Effect]) -> String {
    let mut all = String::new();
    for messages in turns {
        outliner.hear(state, &messages);
        let turn = outliner.turn(Time(5), state, effects);
        all += &turn.map(|turn| serde_json::to_string(&turn).unwrap()).unwrap_or_default();
    }
    all
}

#[test]
fn no_message_and_no_effect_tells_a_text() {
    let (state, all) = (state(), messages().into_iter().map(|message| vec![message]).collect());
    let text = written(&mut Outliner::default(), &state, all, &effects());
    for word in ["hunter2", "canary", "HUNTER2", "Hunter2", "aHVudGVyMm", "h1dW50ZXIyY", "odW50ZXIy"] {
        assert!(!text.contains(word), "{word} in {text}");
    }
    for word in ["\"list\":{\"at\":3", "\"gone\"", "\"warnings\":1", "[\"body\",1]", "\"act\":\"patch\"", "\"typed\""] {
        assert!(text.contains(word), "no {word} in {text}");
    }
}

#[test]
fn every_message_reads_the_same_again_in_a_recording_with_contents() {
    let mut deep = json!(0.1);
    (0..120).for_each(|_| deep = json!([deep]));
    let query = Query::One { id: id() };
    let uid = Uid::from("7c3bdfe4-0b8b-4a3d-9d5c-0123456789ab");
    let cells = [Cell::Float(0.1 + 0.2), Cell::Rate(41.7), Cell::Aged(5, Time(7)), Cell::None];
    let row = Object { uid, cells: cells.into(), ..object() };
    let deltas = vec![
        Delta::Body(Some(Arc::new(deep.clone()))),
        Delta::Body(None),
        Delta::Output(vec![0xff, 0x1b, 0].into()),
        Delta::Upsert(row),
        Delta::Every(Some(15)),
    ];
    let sent = Arc::new(json!({"a": 1}));
    let review = crate::app::view::Review::new(&json!({"a": 2}), sent.clone(), sent, vec!["w".into()], None);
    let extras = [crate::model::Extra::parse("NODE:.spec.nodeName").unwrap()];
    let scope = Scope { extras: extras.into(), part: crate::model::Part::Names([canary()].into()), ..scope() };
    let depth = crate::theme::Depth::Palette256;
    let wanted = crate::runtime::settings::Wanted { dir: None, theme: None, keymap: None, depth };
    let mut all = messages();
    all.extend([
        Message::Key(KeyEvent::new(KeyCode::F(5), KeyModifiers::CONTROL)),
        Message::Resize(1, 2),
        Message::Answer { query, deltas },
        Message::Answer { query: Query::List { at: AT, kind: custom(), scope }, deltas: Vec::new() },
        Message::Replied(Ticket(1), Ok(Reply { body: deep, warnings: Vec::new() })),
        Message::Worked(Outcome::Review(Ticket(1), Box::new(review))),
        Message::Vitals(Box::default()),
        Message::Drafts(vec![crate::runtime::drafts::testing::draft(7, "text")]),
        Message::Settings(Box::new(wanted.read())),
        Message::Leave,
    ]);
    for message in all {
        let text = serde_json::to_string(&message).unwrap();
        let again: Message = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        assert_eq!(format!("{again:?}"), format!("{message:?}"));
    }
}

fn key(code: char) -> Message {
    Message::Key(KeyEvent::from(KeyCode::Char(code)))
}

fn enter() -> Message {
    Message::Key(KeyEvent::from(KeyCode::Enter))
}

/// The characters that are told of some turns on a state, to which the turns happen.
fn told(state: &mut State, turns: Vec<Vec<Message>>) -> String {
    let mut outliner = Outliner::default();
    let mut all = String::new();
    for messages in turns {
        outliner.hear(state, &messages);
        drop(state.turn(messages));
        let turn = outliner.turn(Time(5), state, &[]);
        for heard in turn.into_iter().flat_map(|turn| turn.heard) {
            match heard {
                outline::Heard::Key(press) => match press.key {
                    outline::Key::Character(c) => all.push(c),
                    _ => all += "<key>",
                },
                outline::Heard::Typed => all += "<text>",
                _ => all += "<other>",
            }
        }
    }
    all
}

#[test]
fn keys_are_told_only_where_they_are_commands() {
    let one = |text: &str| text.chars().map(|c| vec![key(c)]).collect::<Vec<_>>();
    let then = |mut turns: Vec<Vec<Message>>, more: Vec<Vec<Message>>| {
        turns.extend(more);
        turns
    };
    let typed = told(&mut state(), then(one(":sec"), then(vec![vec![enter()]], one("j"))));
    assert_eq!(typed, ":<text><key>j");
    // Keys that come together: the first may open what takes the others.
    assert_eq!(told(&mut state(), vec![":secret".chars().map(key).collect(), vec![enter()]]), ":<text><key>");
    assert_eq!(told(&mut state(), vec![":secret\r".chars().map(key).collect()]), ":<text>");
    // A paste is a text, wherever it goes.
    assert_eq!(told(&mut state(), vec![vec![Message::Paste(CANARY.into())]]), "<text>");
}

#[test]
fn a_text_goes_on_until_another_key() {
    use crate::app::typing::Typing::{Commands, Line, Text};
    let press = |code| KeyEvent::from(code);
    let (letter, enter) = (press(KeyCode::Char('h')), press(KeyCode::Enter));
    let leaves = KeyEvent::new(KeyCode::Char(']'), KeyModifiers::CONTROL);
    let said = |keys: &[(crate::app::typing::Typing, KeyEvent)]| {
        let mut text = outliner::Text::default();
        let heard = keys.iter().map(|(typing, key)| text.key(text.follows(*typing), key));
        heard
            .map(|heard| heard.map_or('.', |heard| if heard == outline::Heard::Typed { 't' } else { 'k' }))
            .collect::<String>()
    };
    // The shell ends while somebody types a password into it.
    assert_eq!(said(&[(Text, letter), (Text, letter), (Commands, letter), (Commands, letter)]), "t...");
    assert_eq!(said(&[(Text, letter), (Commands, letter), (Commands, enter), (Commands, letter)]), "t.kk");
    // The user leaves it.
    assert_eq!(said(&[(Text, letter), (Text, leaves), (Commands, letter)]), "t.k");
    assert_eq!(said(&[(Text, enter), (Text, press(KeyCode::Up))]), "t.");
    assert_eq!(said(&[(Line, letter), (Line, press(KeyCode::Backspace)), (Line, enter), (Commands, letter)]), "t.kk");
}

#[test]
fn output_is_told_once_for_each_session() {
    let query =
        |session| Query::Session { session: SessionId(session), id: id(), container: canary(), reach: Reach::Shell };
    let says = |session| Message::Answer { query: query(session), deltas: vec![Delta::Output(CANARY.into())] };
    let ends = Message::Answer { query: query(1), deltas: vec![Delta::Output("x".into()), Delta::Done(End::Code(0))] };
    let (state, mut outliner) = (state(), Outliner::default());
    let text = written(&mut outliner, &state, vec![vec![says(1)], vec![says(1)], vec![says(2)], vec![ends]], &[]);
    assert_eq!(text.matches("\"output\"").count(), 2, "{text}");
    assert!(text.contains("[[{\"ended\":0},1]]"), "{text}");
    // Nothing is told of the moments at which a program writes, which are those of typed keys.
    assert_eq!(written(&mut outliner, &state, vec![vec![says(1)]], &[]), "");
}
