//! Draws the start screen: where spyhop looked, what it found, why the rest was not found, and what to do.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};

use super::{Hint, Panel, Pieces, Site, put};
use crate::app::Looked;
use crate::app::layout::Layout;
use crate::app::view::Start;
use crate::model::{Health, text};
use crate::theme::{Role, glyph};

/// What the user can do from here.
const WAYS: &[(&str, &str)] = &[
    (":demo", "a built-in demo cluster, with a tour"),
    ("spyhop --kubeconfig FILE", "another kubeconfig, as KUBECONFIG=FILE does"),
    ("spyhop --context NAME", "another of its contexts"),
    (":sources", "all clusters and engines, and their state"),
    (":help", "what you can do"),
    (":q", "leave"),
];
/// The cells before the text about an entry.
const WHAT: usize = 36;
const WAY: usize = 27;

impl Panel for Start {
    fn draw(&self, state: &Site<'_>, layout: Layout, buffer: &mut Buffer) -> Option<Position> {
        draw(state, layout.body, buffer);
        None
    }

    fn hints(&self) -> Vec<Hint> {
        vec![("prompt", "command"), ("quit", "quit")]
    }
}

fn draw(state: &Site<'_>, area: Rect, buffer: &mut Buffer) {
    let left = area.x + 3.min(area.width);
    let room = usize::from(area.right().saturating_sub(left + 1));
    let lines = lines(state, room);
    // On a low screen no line may be lost, so blank lines are left out.
    let spare = usize::from(area.height) > lines.len() + 2;
    let top = area.y + u16::from(spare);
    for (y, line) in (top..area.bottom()).zip(lines) {
        let mut x = left;
        for (piece, style) in line {
            x = put(buffer, x, y, area.right().saturating_sub(1), &piece, style);
        }
    }
}

fn lines(state: &Site<'_>, room: usize) -> Vec<Pieces> {
    let style = |role| state.theme.style(role);
    let (plain, muted, title) = (style(Role::Text), style(Role::Muted), style(Role::Title));
    let one = |text: &str, style: Style| vec![(text.to_owned(), style)];
    let mut out = vec![
        vec![
            ("spyhop".to_owned(), title.add_modifier(Modifier::BOLD)),
            ("   explore clusters, containers and meshes".to_owned(), muted),
        ],
        Vec::new(),
    ];
    out.push(one("There is nothing to connect to yet. This was tried:", plain));
    out.push(Vec::new());
    for looked in &state.places.looked {
        out.extend(tried(state, looked, room));
    }
    if state.places.looked.is_empty() {
        out.push(one("nothing at all", muted));
    }
    out.push(Vec::new());
    out.push(one("What to do", title));
    for (way, what) in WAYS {
        let way = key(state, way).unwrap_or(way);
        let pad = " ".repeat(WAY.saturating_sub(text::width(way)));
        out.push(vec![(format!("  {way}{pad}"), style(Role::Key)), ((*what).to_owned(), muted)]);
    }
    out
}

/// The key that does the same as a line that could be typed.
fn key<'a>(state: &'a Site<'a>, way: &str) -> Option<&'a str> {
    state.keymap.key_for(&["view.start", "global"], way.strip_prefix(':')?)
}

/// The lines for one place: where spyhop looked, and the result. A reason that does not fit on the same line follows
/// below, complete.
fn tried(state: &Site<'_>, looked: &Looked, room: usize) -> Vec<Pieces> {
    let (health, role) = match (looked.found, looked.text.as_str()) {
        (true, _) => (Health::Good, Role::Muted),
        (false, MISSING) => (Health::Unknown, Role::Muted),
        (false, _) => (Health::Bad, Role::Bad),
    };
    let style = state.theme.style(role);
    let shape = (glyph(health, state.display.options.unicode).to_owned(), state.theme.style(Role::of(health)));
    let pad = " ".repeat(WHAT.saturating_sub(text::width(&looked.what)).max(1));
    let what = (format!(" {}{pad}", looked.what), state.theme.style(Role::Text));
    if text::width(&what.0) + 1 + text::width(&looked.text) <= room {
        return vec![vec![shape, what, (looked.text.clone(), style)]];
    }
    let below = text::wrapped(&looked.text, room.saturating_sub(4)).into_iter();
    let below = below.map(|line| vec![(format!("    {line}"), style)]);
    std::iter::once(vec![shape, what]).chain(below).collect()
}

/// The text for a file that does not exist, which is no fault.
const MISSING: &str = "not found";
