//! What can be typed after `:` and `/`, and what the shapes mean.

use super::{KEY, Section, row};
use crate::app::State;
use crate::app::view::Line;
use crate::model::{Health, text};
use crate::theme::{Role, glyph};

const FILTERS: &[(&str, &str)] = &[
    ("/web", "rows that contain web, in any case; a regular expression works too: /web-[0-3]"),
    ("/web shop", "rows that contain both; quotes keep a space: /\"a b\""),
    ("/!web", "rows that do not contain it"),
    ("/-f wbx", "fuzzy on namespace and name, best first"),
    ("/-l app=web,tier!=x", "labels, as kubectl's -l; a bare app=web works too"),
    ("/status!=Running", "a column and a value: = != > < >= <= ; numbers, ages (1h) and sizes (64Mi) compare as such"),
];

const SPOKEN: &[(&str, &str)] = &[
    (":pods", "a kind by name, short name or group: :po  :deploy  :httproutes.gateway.networking.k8s.io"),
    (":pods shop", "in a namespace, or several: :pods shop,platform ; all for every one"),
    (":pods /web", "with a filter;  :pods app=web  with a label selector for the server"),
    (":pods @prod", "in another context;  :ctx lists them,  :ctx prod goes there"),
];

pub fn sections(state: &State) -> Vec<Section> {
    let room = usize::from(state.size.0).saturating_sub(KEY + 4).max(20);
    let lines = |table: &[(&str, &str)]| table.iter().flat_map(|(form, help)| told(form, help, room)).collect();
    vec![
        Section { title: "After :".to_owned(), lines: lines(SPOKEN) },
        Section { title: "After /".to_owned(), lines: lines(FILTERS) },
        Section { title: "Shapes".to_owned(), lines: Health::ALL.iter().map(|health| shape(state, *health)).collect() },
    ]
}

/// A form and what it means, over as many lines as that takes: there is no other place to read it.
fn told(form: &str, help: &str, room: usize) -> Vec<Line> {
    let lines = text::wrapped(help, room).into_iter().enumerate();
    lines.map(|(i, line)| row(if i == 0 { form } else { "" }, &line)).collect()
}

fn shape(state: &State, health: Health) -> Line {
    vec![
        ("  ".into(), Role::Text),
        (glyph(health, state.options.unicode).into(), Role::of(health)),
        (arcstr::format!("  {}", health.word()), Role::Text),
    ]
}
