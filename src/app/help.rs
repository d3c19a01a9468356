//! Help, made from the same tables that the program runs on: first what can be done here, with this row, in the user's
//! keys; then what can be done everywhere; then what can be typed.

mod columns;
mod filters;
mod words;

use super::State;
use super::commands::{COMMANDS, Command, Group};
use super::store::Member;
use super::view::{Line, Table, Text};
use crate::model::{Str, Verb, text};
use crate::theme::Role;

/// A heading and the lines below it.
struct Section {
    title: String,
    lines: Vec<Line>,
}

const GROUPS: &[(Group, &str)] = &[
    (Group::Look, "Look"),
    (Group::Rows, "Rows and columns"),
    (Group::Edit, "Change"),
    (Group::Move, "Move"),
    (Group::Panes, "Tabs and panes"),
    (Group::Program, "Program"),
];

/// The most keys that are named for one command.
const KEYS: usize = 3;

/// The help page for a view with these key scopes. It is in lines of this width.
pub fn here(state: &State, scopes: &[String], width: usize) -> Vec<Line> {
    let names: Vec<&str> = scopes.iter().map(String::as_str).collect();
    let own: Vec<&str> = names.iter().copied().filter(|scope| *scope != "global").collect();
    let table = state.below().filter(|_| own.contains(&"view.table"));
    let own_part = match table {
        Some(table) => in_table(state, table, &names, &own),
        None => grouped(|command| bound(state, &own, &names, command)),
    };
    let mut lines = Vec::new();
    let mut part = |title: &str, sections: Vec<Section>, beside: bool| {
        let sections: Vec<Section> = sections.into_iter().filter(|section| !section.lines.is_empty()).collect();
        if !sections.is_empty() {
            columns::part(&mut lines, title, sections, width, beside);
        }
    };
    part("Here", own_part, true);
    let everywhere = |command: &Command| match keys(state, &own, &names, command.name) {
        Some(_) => None,
        None => keys(state, &["global"], &names, command.name)
            .or((command.spoken && (table.is_some() || command.group != Group::Rows)).then(String::new))
            .map(|keys| row(&typed(keys, command), command.help)),
    };
    part("Everywhere", grouped(everywhere), true);
    part("Filters", filters::sections(state, width), false);
    part("Words", words::sections(state, width), false);
    lines
}

/// The numbers of the lines at which the parts of the page begin.
pub fn parts(text: &Text) -> Vec<usize> {
    let is_heading = |line: &usize| matches!(text.line(*line).as_slice(), [_, (_, Role::Accent), _]);
    (0..text.len()).filter(is_heading).collect()
}

/// The commands for the selected row, then those for all rows.
fn in_table(state: &State, table: &Table, names: &[&str], own: &[&str]) -> Vec<Section> {
    let on_row = |command: &&Command| matches!(command.group, Group::Look | Group::Edit) && command.name != "namespace";
    let selected = table.selected(&state.store);
    let answered = |command: &&Command| table.kind.lacks(command.name).is_none();
    let line = |command: &Command| {
        let line = bound(state, own, names, command)?;
        Some(refused(state, table, command.name, line))
    };
    let named: Vec<&str> = table.kind.verbs.iter().map(|verb| verb.name).collect();
    let looks = COMMANDS
        .iter()
        .filter(on_row)
        .filter(answered)
        .filter(|command| !named.contains(&command.name))
        .filter_map(line);
    let verbs = table.kind.verbs.iter().map(|verb| verb_line(state, table, names, verb));
    let title = match selected {
        Some(object) if table.marks.is_empty() => format!("This row, {}", object.id.title()),
        Some(_) => format!("The {}", text::counted(table.marks.len(), "marked row")),
        None => format!("A row of {}", table.kind.name),
    };
    let rows = COMMANDS.iter().filter(|command| !on_row(command)).filter(answered);
    let rows = rows.filter_map(|command| bound(state, own, names, command));
    vec![
        Section { title: "These namespaces only".to_owned(), lines: within(state, table) },
        Section { title: "These contexts".to_owned(), lines: members(state, table) },
        Section { title, lines: looks.chain(verbs).collect() },
        Section { title: "These rows".to_owned(), lines: rows.collect() },
    ]
}

/// The width of sentences, in cells. A section may stand beside another one.
const READABLE: usize = 52;

/// Why not all namespaces are shown, if so.
fn within(state: &State, table: &Table) -> Vec<Line> {
    let answer = state.store.answer(&table.query());
    let Some(within) = answer.and_then(|answer| answer.within()) else { return Vec::new() };
    let unknown = "Namespaces cannot be listed either: those you opened before are shown too.";
    let refused = format!("For all namespaces the server says: {}", within.why);
    let shown = format!("Shown: {}", within.namespaces.join(", "));
    let texts = [Some(shown), Some(refused), within.of.is_none().then(|| unknown.to_owned())];
    let lines = texts.into_iter().flatten().flat_map(|line| text::wrapped(&line, READABLE));
    lines.map(|line| vec![(arcstr::format!("  {line}"), Role::Text)]).collect()
}

/// The state of each context, if there are several.
fn members(state: &State, table: &Table) -> Vec<Line> {
    let Some(answer) = state.store.answer(&table.query()).filter(|_| !table.contexts.is_empty()) else {
        return Vec::new();
    };
    let told = table.contexts.iter().map(|(at, name)| match answer.members().get(*at) {
        Some(Member { lost: Some((_, error)), .. }) => {
            format!("{name}, {}: {}", error.word(), error.text())
        }
        Some(Member { within: Some(within), .. }) => format!("{name} shows {}", within.namespaces.join(", ")),
        Some(Member { whole: true, .. }) => format!("{name} is live"),
        Some(_) | None => format!("{name} has not answered yet"),
    });
    let lines = told.flat_map(|line| text::wrapped(&line, READABLE));
    lines.map(|line| vec![(arcstr::format!("  {line}"), Role::Text)]).collect()
}

fn verb_line(state: &State, table: &Table, names: &[&str], verb: &Verb) -> Line {
    let keys = keys(state, names, names, verb.name).map(|keys| format!("{keys}  ")).unwrap_or_default();
    refused(state, table, verb.name, row(&format!("{keys}:{}", verb.name), verb.help))
}

/// Adds the reason to a line about a command that is not allowed.
fn refused(state: &State, table: &Table, command: &str, line: Line) -> Line {
    let Some(why) = state.refusal(table, command) else { return line };
    let mut pieces = line.into_iter();
    let key = pieces.next().map(|(key, _)| (key, Role::Faint));
    key.into_iter().chain([(Str::from(why.text()), Role::Faint)]).collect()
}

/// The commands for which `line` returns a line, by group.
fn grouped(line: impl Fn(&Command) -> Option<Line>) -> Vec<Section> {
    let section = |(group, title): &(Group, &str)| Section {
        title: (*title).to_owned(),
        lines: COMMANDS.iter().filter(|command| command.group == *group).filter_map(&line).collect(),
    };
    GROUPS.iter().map(section).collect()
}

/// The line of a command that has a key in the view's own scopes.
fn bound(state: &State, own: &[&str], names: &[&str], command: &Command) -> Option<Line> {
    keys(state, own, names, command.name).map(|keys| row(&typed(keys, command), command.help))
}

/// The keys in `own` scopes that mean a command, if all `names` scopes count.
fn keys(state: &State, own: &[&str], names: &[&str], command: &str) -> Option<String> {
    let all = state.keymap.keys_for(names, command);
    let mut keys = state.keymap.keys_for(own, command);
    keys.retain(|key| all.contains(key));
    if keys.len() == 10 && keys.iter().all(|key| key.parse::<u8>().is_ok()) {
        return Some("0-9".to_owned());
    }
    keys.truncate(KEYS);
    (!keys.is_empty()).then(|| keys.join(" "))
}

fn typed(keys: String, command: &Command) -> String {
    match (command.spoken, keys.is_empty()) {
        (false, _) => keys,
        (true, true) => format!(":{}", command.name),
        (true, false) => format!("{keys}  :{}", command.name),
    }
}

/// The width of the column of keys, in cells.
const KEY: usize = 20;

fn row(key: &str, help: &str) -> Line {
    let pad = " ".repeat(KEY.saturating_sub(text::width(key)).max(1));
    vec![(arcstr::format!("  {key}{pad}"), Role::Key), (help.into(), Role::Text)]
}
