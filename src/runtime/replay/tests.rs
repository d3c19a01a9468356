//! A recording is replayed as far as it can be read, and whatever is wrong with it is told.

use std::io::{Cursor, Write};

use crossterm::event::{KeyCode, KeyEvent};
use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;
use crate::app::columns::Choices;
use crate::app::launch::{FirstView, Launch};
use crate::app::policy::Policy;
use crate::app::settings::Settings;
use crate::app::{Recorded, SLICE};
use crate::kinds::{self, Definition};
use crate::model::{Cell, Delta, Health, Id, Object, Place, Query, Scope, SourceId};
use crate::runtime::recording::file::{Format, head};
use crate::runtime::recording::packed::Packed;
use crate::theme::Depth;

const AT: SourceId = SourceId(0);

fn launch() -> Launch {
    Launch {
        now: Time(1_000),
        size: (60, 12),
        unicode: true,
        depth: Depth::True,
        lanes: crate::lanes::count(),
        places: vec![Place { is_current: true, ..Place::new(AT, "prod", kinds::USUAL) }],
        inside: Vec::new(),
        looked: Vec::new(),
        problem: None,
        policy: Policy::default(),
        settings: Settings::default(),
        columns: Choices::default(),
        first: FirstView::default(),
        recorded: Some(Recorded::Contents),
    }
}

/// The messages of some turns: rows come, one of them of a kind that only a server knows, and keys are pressed.
fn turns() -> Vec<Vec<Message>> {
    let custom = kinds::adopt(&Definition::plain("replay.io", "v1", "Replayed", "replayeds"));
    let pods = kinds::named("pods").unwrap();
    let row = |name: &str| Object::made(Id::new(AT, pods, "shop", name), Health::Good, [Cell::Ratio(1, 1)]);
    let list = |deltas| Message::Answer { query: Query::List { at: AT, kind: pods, scope: Scope::all() }, deltas };
    let rows = ["a", "b", "c"].map(|name| Delta::Upsert(row(name)));
    let gone = Delta::Remove(Id::new(AT, custom, "shop", "b"));
    let key = |code| vec![Message::Key(KeyEvent::from(code))];
    let mut all = vec![vec![list([Delta::Reset].into_iter().chain(rows).chain([Delta::Ready]).collect())]];
    all.push(vec![list(vec![gone, Delta::Remove(Id::new(AT, pods, "shop", "b"))])]);
    all.extend([KeyCode::Down, KeyCode::Char('/'), KeyCode::Char('c'), KeyCode::Enter].map(key));
    all.push(vec![Message::Resize(50, 10)]);
    all
}

/// All that happens in these turns.
fn moments() -> Vec<Moment> {
    let (launch, mut buffer) = (launch(), Buffer::default());
    let mut state = launch.state().unwrap();
    let mut all = vec![Moment::Launch(Box::new(launch))];
    for (i, messages) in turns().into_iter().enumerate() {
        let at = Time(1_000 + 100 * i as i64);
        all.push(Moment::Turn { at, messages: messages.clone() });
        state.now = at;
        drop(state.turn(messages));
        let (mut prepared, mut settled) = (0, false);
        while !settled {
            (settled, _) = state.prepare(SLICE);
            prepared += 1;
        }
        let (width, height) = state.display.size;
        buffer.resize(Rect::new(0, 0, width, height));
        let cursor = ui::paint(&state, &mut buffer);
        let screen = fingerprint(&buffer, cursor);
        state.display.was_drawn();
        state.was_seen();
        all.push(Moment::Drawn { prepared, at, screen });
    }
    all
}

/// The file of a recording that ends for a reason.
fn file(moments: Vec<Moment>, why: Option<&str>) -> Vec<u8> {
    let (mut packed, mut out) = (Packed::default(), head::<Packed>());
    moments.into_iter().for_each(|moment| packed.add(moment, &mut out).unwrap());
    packed.end(why, &mut out);
    out
}

fn replayed(bytes: &[u8]) -> Result<Replayed> {
    replay(Cursor::new(bytes))
}

/// Why a file is refused.
fn refusal(bytes: &[u8]) -> String {
    replayed(bytes).unwrap_err().text().to_owned()
}

#[test]
fn a_recording_leads_to_the_same_screens() {
    let count = turns().len();
    let whole = Replayed { turns: count, frames: count, end: End::Whole };
    assert_eq!(replayed(&file(moments(), None)), Ok(whole));
    let end = replayed(&file(moments(), Some("it is full"))).unwrap().end;
    assert_eq!(end, End::Early("it is full".to_owned()));
}

#[test]
fn the_first_other_screen_is_told() {
    let mut all = moments();
    let Moment::Drawn { screen, .. } = &mut all[6] else { panic!() };
    *screen ^= 1;
    let recorded = *screen;
    let Replayed { turns, end: End::Other(other), .. } = replayed(&file(all, None)).unwrap() else { panic!() };
    assert_eq!((turns, other.at, other.recorded, other.replayed), (3, Time(1_200), recorded, recorded ^ 1));
    assert!(other.screen.contains("pods") && other.screen.lines().count() == 12, "{}", other.screen);
}

#[test]
fn a_recording_that_breaks_off_is_replayed_up_to_there() {
    let bytes = file(moments(), None);
    let first = head::<Packed>().len();
    let mut most = 0;
    for cut in (first..bytes.len() - 9).filter(|at| at % 5 == 0) {
        let Replayed { turns, end, .. } = replayed(&bytes[..cut]).unwrap();
        assert!(end == End::CutOff || end == End::Whole, "cut at {cut}: {end:?}");
        assert!(turns >= most, "cut at {cut}: {turns}, and {most} before");
        most = turns;
    }
    assert_eq!(most, turns().len());
    assert_eq!(refusal(&bytes[..first - 5]), "it is no recording of spyhop");
}

#[test]
fn no_damage_reaches_the_state() {
    let bytes = file(moments(), None);
    let (mut told, mut damaged) = (0, bytes.clone());
    for at in (0..bytes.len()).filter(|at| at % 11 == 0) {
        damaged[at] ^= 1 << (at % 8);
        match replayed(&damaged) {
            // The header and the end of the stream hold some bits that mean nothing here.
            Ok(found) => assert!(matches!(found.end, End::Whole | End::CutOff), "damaged at {at}: {found:?}"),
            Err(_) => told += 1,
        }
        damaged[at] = bytes[at];
    }
    assert!(told * 2 > bytes.len() / 11, "{told} of {}", bytes.len() / 11);
}

#[test]
fn what_cannot_be_replayed_is_refused() {
    let with = |version: &str, holds: &str| {
        format!("{{\"recording\":\"spyhop\",\"version\":\"{version}\",\"holds\":\"{holds}\"}}\n")
    };
    for (text, words) in [
        (String::new(), "it is no recording"),
        ("{\"recording\":\"other\"}\n".to_owned(), "it is no recording"),
        ("x".repeat(5_000), "it is no recording"),
        (with(env!("CARGO_PKG_VERSION"), "outline"), "it holds no contents"),
        (with("0.0.1", "contents"), "spyhop 0.0.1 made it"),
        (with(env!("CARGO_PKG_VERSION"), "contents") + "no gzip stream", "it is damaged"),
    ] {
        assert!(refusal(text.as_bytes()).contains(words), "{text}: {}", refusal(text.as_bytes()));
    }
    assert_eq!(refusal(&file(moments().split_off(1), None)), "it has no begin");
    let twice = [moments(), moments()].into_iter().flatten().collect();
    assert_eq!(refusal(&file(twice, None)), "it begins twice");
    let vast = || vec![Message::Resize(60_000, 60_000)];
    let wide = moments().into_iter().take(1).chain([Moment::Turn { at: Time(0), messages: vast() }]);
    assert_eq!(refusal(&file(wide.collect(), None)), "its screen of 60000x60000 is too large");
}

#[test]
fn a_line_without_an_end_takes_little_memory() {
    let mut stream = GzEncoder::new(head::<Packed>(), Compression::fast());
    let zeros = vec![b'0'; 1 << 20];
    (0..65).for_each(|_| stream.write_all(&zeros).unwrap());
    assert_eq!(refusal(&stream.finish().unwrap()), "a line of it has more than 64 MiB");
}
