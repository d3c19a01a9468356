//! The pictures of the README: real screens, fixed data. What is in `assets` must be what the program draws now;
//! `SPYHOP_PICTURES=write cargo test --test screens assets` draws them anew.

use std::path::PathBuf;

use spyhop::theme::Theme;

use crate::screen::Screen;
use crate::svg::svg;
use crate::{editor, logs, pictures, sessions};

const SIZE: (u16, u16) = (112, 28);
/// The same rows in each theme.
const SMALL: (u16, u16) = (84, 14);

fn all() -> Vec<(String, Screen)> {
    let (wide, high) = SIZE;
    let pods = || pictures::of_recorded("pods");
    let mut all: Vec<(String, Screen)> = [
        ("pods", pods()),
        ("help", pods().sized(wide + 16, high + 8).keys("?")),
        ("describe", pictures::described("pods").sized(wide, high)),
        ("logs", logs::deployment().sized(wide, 16)),
        ("shell", sessions::shell(sessions::pods()).sized(wide, 16)),
        ("review", editor::reviewed().sized(wide, 16)),
        ("tour", pods().keys(": \"tour_4\" enter")),
    ]
    .map(|(name, screen)| {
        let size = if screen.state.size == (80, 24) { SIZE } else { screen.state.size };
        (name.to_owned(), screen.sized(size.0, size.1))
    })
    .into();
    for theme in Theme::all().unwrap().into_iter().filter(|theme| theme.name != "terminal") {
        let mut screen = pods().sized(SMALL.0, SMALL.1).keys("j j j j");
        let name = format!("theme-{}", theme.name);
        screen.state.theme = theme;
        all.push((name, screen));
    }
    all
}

#[test]
fn pictures_are_what_the_program_draws() {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("assets");
    let write = std::env::var("SPYHOP_PICTURES").is_ok_and(|word| word == "write");
    let mut stale = Vec::new();
    for (name, screen) in all() {
        let path = dir.join(format!("{name}.svg"));
        let drawn = svg(&screen.buffer());
        if write {
            std::fs::write(&path, &drawn).unwrap();
        } else if std::fs::read_to_string(&path).unwrap_or_default() != drawn {
            stale.push(name);
        }
    }
    let command = "SPYHOP_PICTURES=write cargo test --test screens assets";
    assert!(stale.is_empty(), "these look different now: {stale:?}; {command} draws them anew");
}
