//! Help, made from the same tables that the program runs on.

use super::State;
use super::commands::{COMMANDS, Command, Group};
use super::view::Line;
use crate::kinds;
use crate::model::{Str, text};
use crate::theme::Role;

const GROUPS: &[(Group, &str)] = &[
    (Group::Look, "Look at"),
    (Group::Rows, "Rows and columns"),
    (Group::Edit, "Change"),
    (Group::Move, "Move"),
    (Group::Program, "Program"),
];

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
    (":pods shop", "in a namespace; all for every namespace"),
    (":pods /web", "with a filter;  :pods app=web  with a label selector for the server"),
    (":pods @prod", "in another context;  :ctx lists them,  :ctx prod goes there"),
];

/// The page for a view: its own keys first, then the language of prompts and filters.
pub fn here(state: &State, scopes: &[String]) -> Vec<Line> {
    let mut lines = Vec::new();
    for (group, title) in GROUPS {
        heading(&mut lines, title);
        let commands = COMMANDS.iter().filter(|command| command.group == *group);
        commands.for_each(|command| lines.extend(command_line(state, scopes, command)));
        if *group == Group::Look {
            acts(state, scopes, &mut lines);
        }
    }
    heading(&mut lines, "After :");
    SPOKEN.iter().for_each(|(form, help)| lines.push(row(form, help)));
    heading(&mut lines, "After /");
    FILTERS.iter().for_each(|(form, help)| lines.push(row(form, help)));
    heading(&mut lines, "Shapes");
    for health in crate::model::Health::ALL {
        let glyph = crate::theme::glyph(health, state.options.unicode);
        lines.push(vec![
            ("  ".into(), Role::Text),
            (glyph.into(), Role::of(health)),
            (arcstr::format!("  {}", health.word()), Role::Text),
        ]);
    }
    lines
}

/// A command with the keys that the present scopes give it; nothing when it can neither be pressed nor typed.
fn command_line(state: &State, scopes: &[String], command: &Command) -> Option<Line> {
    let names: Vec<&str> = scopes.iter().map(String::as_str).collect();
    let keys = state.keymap.keys_for(&names, command.name);
    let mut text = keys.join(" ");
    if command.spoken {
        text = if text.is_empty() { format!(":{}", command.name) } else { format!("{text}  :{}", command.name) };
    }
    (!text.is_empty()).then(|| row(&text, command.help))
}

/// What can be done to the objects of the table that help was asked from; what is forbidden says why.
fn acts(state: &State, scopes: &[String], lines: &mut Vec<Line>) {
    let Some(table) = state.below().filter(|table| !table.kind.verbs.is_empty()) else { return };
    heading(lines, "Act on");
    let names: Vec<&str> = scopes.iter().map(String::as_str).collect();
    let selected = table.selected(&state.store).map(|object| object.id.clone());
    for verb in table.kind.verbs {
        let keys = state.keymap.keys_for(&names, verb.name).join(" ");
        let text = if keys.is_empty() { format!(":{}", verb.name) } else { format!("{keys}  :{}", verb.name) };
        match selected.as_ref().map_or(Ok(()), |id| state.forbids(verb, id)) {
            Ok(()) => lines.push(row(&text, verb.help)),
            Err(why) => {
                let faint = row(&text, why.text()).into_iter().map(|(piece, _)| (piece, Role::Faint));
                lines.push(faint.collect());
            }
        }
    }
}

fn heading(lines: &mut Vec<Line>, title: &str) {
    if !lines.is_empty() {
        lines.push(Line::new());
    }
    lines.push(vec![(title.into(), Role::Title)]);
}

fn row(key: &str, help: &str) -> Line {
    let pad = " ".repeat(24usize.saturating_sub(text::width(key)).max(1));
    vec![(arcstr::format!("  {key}{pad}"), Role::Key), (help.into(), Role::Text)]
}

/// All kinds of the current source and the words for them.
pub fn kinds(state: &State) -> Vec<Line> {
    let served = state.here().map(|place| state.served(place.id)).unwrap_or_default();
    let mut all: Vec<_> = if served.is_empty() { kinds::all().collect() } else { served.to_vec() };
    all.sort_by_key(|kind| (kind.address.group, kind.name));
    let mut lines = vec![vec![(Str::from("Kinds"), Role::Title)]];
    for kind in all {
        let words = kind.aliases.join(" ");
        let group = if kind.address.group.is_empty() { "core" } else { kind.address.group };
        lines.push(row(kind.name, &format!("{words:<24} {group}/{}", kind.address.version)));
    }
    lines
}
