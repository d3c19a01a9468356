//! Keys in the filter of a table: when the key is on the screen, and when the table is filtered and drawn.

use std::time::{Duration, Instant};

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::backend::TestBackend;
use spyhop::app::{Message, SLICE};
use spyhop::runtime::canvas::Canvas;
use spyhop::ui;

use super::world::World;

/// Typed letter by letter, then taken away again by backspace.
const SCRIPTS: &[&str] = &[
    "web-1",
    "running shop-3",
    "e",
    "7",
    "fake-1 3",
    "web-[0-3].*a",
    "-f shwb",
    "app=web",
    "status!=Running restarts>5 age<1h node~fake-1",
    "(web or cart) and not (status=Running or node~fake-1)",
];

/// As long as the loop settles before it draws how far it is.
const SETTLING: Duration = Duration::from_millis(5);

pub fn run() {
    println!(
        "{:>9}  {:>6}  {:>28}  {:>28}",
        "rows", "keys", "key shown  p50  p99  max ms", "table whole  p50  p99  max"
    );
    for rows in [10_000, 100_000, 1_000_000] {
        let mut world = World::new(rows);
        world.settle();
        let mut canvas = Canvas::new(TestBackend::new(160, 45), (160, 45));
        let (mut shown, mut whole, mut slowest) = (Vec::new(), Vec::new(), Vec::new());
        for script in SCRIPTS {
            press(&mut world, &mut canvas, KeyCode::Char('/'));
            // What the loop does until a letter is typed.
            while !world.state.prepare_ahead(SLICE) {}
            let backs = script.chars().map(|_| KeyCode::Backspace);
            for key in script.chars().map(KeyCode::Char).chain(backs) {
                let (first, last) = press(&mut world, &mut canvas, key);
                shown.push(first);
                whole.push(last);
                let text = world.state.focus.input().map(|input| input.text.clone()).unwrap_or_default();
                slowest.push((last, text));
            }
            press(&mut world, &mut canvas, KeyCode::Esc);
        }
        println!("{rows:>9}  {:>6}  {:>28}  {:>28}", shown.len(), spread(&mut shown), spread(&mut whole));
        slowest.sort_by_key(|(took, _)| std::cmp::Reverse(*took));
        let words = slowest.iter().take(5).map(|(took, text)| format!("{text:?} {:.1}", took.as_secs_f64() * 1000.0));
        println!("           slowest: {}", words.collect::<Vec<_>>().join(", "));
    }
}

/// What the loop does with a key: a turn, settling, frames until all is in.
fn press(world: &mut World, canvas: &mut Canvas<TestBackend>, key: KeyCode) -> (Duration, Duration) {
    let begun = Instant::now();
    let _ = world.state.turn(vec![Message::Key(KeyEvent::from(key))]);
    let mut first = None;
    loop {
        let slice = Instant::now();
        let mut settled = world.state.prepare(SLICE).0;
        while !settled && slice.elapsed() < SETTLING {
            settled = world.state.prepare(SLICE).0;
        }
        // A frame says that there was a key, and one what came of it.
        if settled || first.is_none() {
            canvas.draw(None, |_, buffer| ui::paint(&world.state, buffer)).unwrap();
        }
        let first = *first.get_or_insert_with(|| begun.elapsed());
        if settled {
            return (first, begun.elapsed());
        }
    }
}

fn spread(times: &mut [Duration]) -> String {
    times.sort_unstable();
    let millis = |at: usize| times[at.min(times.len() - 1)].as_secs_f64() * 1000.0;
    format!("{:.1}  {:.1}  {:.1}", millis(times.len() / 2), millis(times.len() * 99 / 100), millis(times.len()))
}
