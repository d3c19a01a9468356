//! The words that can be typed after `:`, and the meaning of the shapes.

use super::{KEY, Section, row};
use crate::app::State;
use crate::app::view::Line;
use crate::model::{Health, text};
use crate::theme::{Role, glyph};

const SPOKEN: &[(&str, &str)] = &[
    (":pods", "a kind by name, short name or group: :po  :deploy  :httproutes.gateway.networking.k8s.io"),
    (":pods shop", "in one or several namespaces: :pods shop,platform ; all for every namespace"),
    (":pods /web", "with a filter;  :pods app=web  with a label selector for the server"),
    (":pods @prod", "in another context;  :ctx lists them,  :ctx prod goes there"),
    (":pods @eu,@us", "one table over several contexts, @* over all of them"),
    (":routes", "what is computed of other objects: routes of a mesh, :helm for the releases of helm"),
];

pub fn sections(state: &State, width: usize) -> Vec<Section> {
    let room = width.saturating_sub(KEY + 4).max(20);
    let lines = |table: &[(&str, &str)]| table.iter().flat_map(|(form, help)| told(form, help, room)).collect();
    vec![
        Section { title: "After :".to_owned(), lines: lines(SPOKEN) },
        Section { title: "Shapes".to_owned(), lines: Health::ALL.iter().map(|health| shape(state, *health)).collect() },
    ]
}

/// A form and its meaning, in as many lines as needed, because it is explained nowhere else.
pub fn told(form: &str, help: &str, room: usize) -> Vec<Line> {
    let lines = text::wrapped(help, room).into_iter().enumerate();
    lines.map(|(i, line)| row(if i == 0 { form } else { "" }, &line)).collect()
}

fn shape(state: &State, health: Health) -> Line {
    vec![
        ("  ".into(), Role::Text),
        (glyph(health, state.display.options.unicode).into(), Role::of(health)),
        (arcstr::format!("  {}", health.word()), Role::Text),
    ]
}
