//! Frames that paint only the lines that changed show what a whole frame shows.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use spyhop::model::Delta;
use spyhop::ui::{self, Painter};

use crate::random::Random;
use crate::screen::{Screen, kind, pod, rows};

const STATES: &[&str] = &["Running", "CrashLoopBackOff", "Completed", "ImagePullBackOff"];
/// Rarely pressed in between: they move the cursor and the window, sort, mark, narrow and open.
const KEYS: &[&str] = &["j", "k", "G", "g g", "ctrl-f", "space", "left", "s", "/ \"7\" enter", "esc", "d", "esc", "w"];

fn deltas(random: &mut Random) -> Vec<Delta> {
    let change = |random: &mut Random| {
        // Few names, so that rows come and go where the screen shows them.
        let object =
            rows(kind("pods"), &pod("shop", &format!("web-{:02}", random.below(70)), random.pick(STATES))).remove(0);
        if random.below(8) == 0 { Delta::Remove(object.id) } else { Delta::Upsert(object) }
    };
    (0..=random.below(3)).map(|_| change(random)).collect()
}

#[test]
fn lines_that_are_left_out_are_as_before() {
    let mut random = Random(11);
    let bodies: Vec<_> = (0..60).map(|i| pod("shop", &format!("web-{i:02}"), "Running")).collect();
    let mut screen = Screen::open("pods").list(&bodies).sized(120, 24);
    let (mut painter, mut frame) = (Painter::default(), Buffer::empty(Rect::new(0, 0, 120, 24)));
    let (mut parts, mut lines_painted) = (0, 0);
    for turn in 0..4_000 {
        let query = screen.state.tabs.stack()[0].query().unwrap();
        screen = match random.below(12) {
            0 => screen.keys(random.pick(KEYS)),
            1 => screen.pass(700),
            _ => screen.answer_to(query, deltas(&mut random)),
        };
        match painter.changed(&screen.state, false) {
            Some(lines) => {
                (parts, lines_painted) = (parts + 1, lines_painted + lines.len());
                ui::repaint(&screen.state, &lines, &mut frame);
            }
            None => drop(ui::paint(&screen.state, &mut frame)),
        }
        assert!(ui::is_whole(&screen.state, &frame), "turn {turn}\n{}", screen.text());
        screen.state.display.was_drawn();
    }
    println!("{parts} of 4000 frames painted {lines_painted} lines");
    assert!(parts > 1_000 && lines_painted < parts * 12, "{parts} frames, {lines_painted} lines");
}
