//! All commands of the user: a table of names, helps and functions. Help, prompt, hints, completion and the check of
//! key maps all read it.

mod acts;
pub mod edit;
mod go;
pub mod logs;
pub mod names;
mod pages;
mod quit;
pub mod sessions;
pub mod sources;
mod tables;
pub mod tabs;
mod world;

use super::{Effect, State};
use crate::kinds::program::contexts;
use crate::kinds::verbs;
use crate::model::{Error, Result};

/// The part of the help page that lists a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    Move,
    Look,
    Rows,
    Edit,
    Panes,
    Program,
}

pub struct Command {
    pub name: &'static str,
    pub help: &'static str,
    pub group: Group,
    /// Whether the command can also be typed after `:`. The others only make sense as keys.
    pub spoken: bool,
    /// Says why the command cannot run now, if it cannot.
    pub when: fn(&State) -> Result<()>,
    pub run: fn(&mut State, &str) -> Result<Vec<Effect>>,
}

impl Command {
    const fn new(
        name: &'static str,
        group: Group,
        help: &'static str,
        when: fn(&State) -> Result<()>,
        run: fn(&mut State, &str) -> Result<Vec<Effect>>,
    ) -> Self {
        Self { name, help, group, spoken: false, when, run }
    }

    const fn spoken(self) -> Self {
        Self { spoken: true, ..self }
    }
}

fn always(_: &State) -> Result<()> {
    Ok(())
}

fn in_table(state: &State) -> Result<()> {
    state.table().map(|_| ()).ok_or_else(|| Error::Invalid("this works in tables only".to_owned()))
}

fn on_tour(state: &State) -> Result<()> {
    state
        .display
        .tour
        .as_ref()
        .map(|_| ())
        .ok_or_else(|| Error::Invalid("no tour is running; :tour starts one".to_owned()))
}

fn in_page(state: &State) -> Result<()> {
    state.page().map(|_| ()).ok_or_else(|| Error::Invalid("this works in text views only".to_owned()))
}

fn in_text(state: &State) -> Result<()> {
    in_page(state).or_else(|_| in_editor(state))
}

fn on_object(state: &State) -> Result<()> {
    state.selected_id().map(|_| ()).ok_or_else(|| Error::Invalid("no object is selected".to_owned()))
}

/// Whether the object holds texts.
fn holds(state: &State) -> Result<()> {
    let id = state.selected_id().ok_or_else(|| Error::Invalid("no object is selected".to_owned()))?;
    match id.kind.description.extracts {
        [] => Err(Error::Unsupported(format!("{} hold no such text", id.kind.name))),
        _ => Ok(()),
    }
}

use Group::{Edit, Look, Move, Panes, Program, Rows};
use edit::in_editor;
use logs::in_log;

pub static COMMANDS: &[Command] = &[
    Command::new("enter", Look, "open the row", on_object, go::enter),
    Command::new("describe", Look, "describe the object, with its events", on_object, go::describe),
    Command::new("yaml", Look, "show the object as YAML", on_object, go::yaml),
    Command::new("values", Look, "the values that the user set", holds, go::values),
    Command::new("all-values", Look, "all values, those of the chart too", holds, go::all_values),
    Command::new("manifest", Look, "the manifest", holds, go::manifest),
    Command::new("notes", Look, "the notes of the chart", holds, go::notes),
    Command::new("hooks", Look, "the hooks, with their last run", holds, go::hooks),
    Command::new("diff", Look, "what changed since the revision before, or between two", holds, go::diff),
    Command::new("drift", Look, "what the cluster has in place of what the manifest says", holds, go::drift),
    Command::new("owner", Look, "go to the object that owns this one", on_object, go::owner),
    Command::new("node", Look, "go to the node of this pod", on_object, go::node),
    Command::new("twin", Look, "from a pod to its container on an engine, and back", in_table, go::twin).spoken(),
    Command::new("warp", Look, "the same kind in the namespace of the row", on_object, go::warp),
    Command::new("use", Look, "make this namespace the current one", on_object, go::use_row),
    Command::new("back", Look, "back, or clear the filter", always, go::back),
    Command::new("history-back", Look, "previous command", always, go::history_back),
    Command::new("history-forward", Look, "next command", always, go::history_forward),
    Command::new("last", Look, "switch between the last two commands", always, go::last),
    Command::new("namespace", Look, "0 all namespaces, 1 to 9 recent ones", in_table, go::namespace),
    Command::new("up", Move, "up", always, tables::up),
    Command::new("down", Move, "down", always, tables::down),
    Command::new("page-up", Move, "a page up", always, tables::page_up),
    Command::new("page-down", Move, "a page down", always, tables::page_down),
    Command::new("top", Move, "to the top", always, tables::top),
    Command::new("bottom", Move, "to the bottom", always, tables::bottom),
    Command::new("left", Move, "left", always, tables::left),
    Command::new("right", Move, "right", always, tables::right),
    Command::new("column-left", Rows, "column cursor to the left", in_table, tables::column_left),
    Command::new("column-right", Rows, "column cursor to the right", in_table, tables::column_right),
    Command::new("sort", Rows, "sort by a column; again reverses it", in_table, tables::sort).spoken(),
    Command::new("sort-here", Rows, "sort by the column under the cursor", in_table, tables::sort_here),
    Command::new("filter", Rows, "filter the rows", always, tables::filter),
    Command::new("faults", Rows, "only rows with problems", in_table, tables::faults).spoken(),
    Command::new("wide", Rows, "more columns", in_table, tables::wide).spoken(),
    Command::new("columns", Rows, "choose columns: titles, labels, annotations, paths", in_table, tables::columns)
        .spoken(),
    Command::new("mark", Rows, "mark the row", on_object, tables::mark),
    Command::new("mark-range", Rows, "mark from the nearest mark to here", on_object, tables::mark_range),
    Command::new("clear-marks", Rows, "clear all marks", in_table, tables::clear_marks),
    Command::new("copy", Rows, "copy the names, or the whole text", always, world::copy),
    Command::new("copy-namespace", Rows, "copy the namespaces", on_object, world::copy_namespace),
    Command::new("save", Rows, "save the table as CSV, or the text", always, world::save),
    Command::new("search", Look, "search in the text", in_page, pages::search),
    Command::new("find", Look, "go to the next match", in_text, pages::find),
    Command::new("next", Look, "next match", in_page, pages::next),
    Command::new("previous", Look, "previous match", in_page, pages::previous),
    Command::new("fullscreen", Look, "full screen: no title, no hints", in_page, pages::fullscreen),
    Command::new("managed-fields", Look, "show or hide managedFields", in_page, pages::managed_fields),
    Command::new("decode", Look, "show masked values, or mask them", on_object, pages::decode),
    Command::new("logs", Look, "logs of the pod or container, or of all pods of the row", on_object, logs::open),
    Command::new("logs-previous", Look, "the log from before the last restart", on_object, logs::open_previous),
    Command::new("log-tail", Look, "jump to the end of the log", in_log, logs::tail),
    Command::new("log-head", Look, "jump to the start of the log", in_log, logs::head),
    Command::new("log-since", Look, "the log of the last N minutes", in_log, logs::since),
    Command::new("log-all", Look, "logs of all containers, or of one", in_log, logs::all),
    Command::new("log-follow", Look, "follow new lines, or stop", in_log, logs::follow),
    Command::new("log-wrap", Look, "wrap long lines, or cut them", in_log, logs::wrap),
    Command::new("log-times", Look, "timestamps on or off", in_log, logs::times),
    Command::new("log-full", Look, "full screen: no title, no hints", in_log, logs::full),
    Command::new("log-around", Look, "only matching lines, or all", in_log, logs::around),
    Command::new("log-mark", Look, "put a mark below the newest line", in_log, logs::mark),
    Command::new("log-clear", Look, "clear the lines so far", in_log, logs::clear),
    Command::new("log-next", Look, "next matching line", in_log, logs::next),
    Command::new("log-previous", Look, "previous matching line", in_log, logs::previous),
    Command::new("edit", Edit, "edit the object as YAML", edit::on_editable, edit::edit),
    Command::new("undo", Edit, "undo the last weight shift", always, acts::undo).spoken(),
    Command::new("drafts", Edit, "unsaved edits, from this run and earlier ones", always, edit::drafts).spoken(),
    Command::new("apply", Edit, "apply a file or directory: -R subdirectories, -F force", always, edit::apply).spoken(),
    Command::new("apply-write", Edit, "apply what is shown", always, edit::apply_write),
    Command::new("edit-review", Edit, "review: show what would be saved", in_editor, edit::review),
    Command::new("edit-write", Edit, "save to the server", in_editor, edit::write),
    Command::new("edit-leave", Edit, "back; unsaved changes are kept", in_editor, edit::leave),
    Command::new("edit-rebase", Edit, "put your changes on top of theirs", in_editor, edit::rebase),
    Command::new("edit-discard", Edit, "discard your changes", in_editor, edit::discard),
    Command::new("edit-external", Edit, "edit in $EDITOR", in_editor, edit::external),
    Command::new("edit-undo", Edit, "undo", in_editor, edit::undo),
    Command::new("edit-redo", Edit, "redo", in_editor, edit::redo),
    Command::new("edit-search", Edit, "search in the text", in_editor, edit::search),
    Command::new("edit-next", Edit, "next match", in_editor, edit::next),
    Command::new("edit-previous", Edit, "previous match", in_editor, edit::previous),
    Command::new("edit-page-up", Edit, "a page up", in_editor, edit::page_up),
    Command::new("edit-page-down", Edit, "a page down", in_editor, edit::page_down),
    Command::new("edit-top", Edit, "to the top", in_editor, edit::top),
    Command::new("edit-bottom", Edit, "to the bottom", in_editor, edit::bottom),
    Command::new("edit-copy", Edit, "copy the selection", in_editor, edit::copy),
    Command::new("edit-cut", Edit, "cut the selection", in_editor, edit::cut),
    Command::new("edit-insert", Edit, "paste", in_editor, edit::insert),
    Command::new("edit-all", Edit, "select all", in_editor, edit::select_all),
    Command::new("review-text", Edit, "show changes by path, or as a diff", in_editor, edit::as_text),
    Command::new("review-up", Edit, "up", in_editor, edit::review_up),
    Command::new("review-down", Edit, "down", in_editor, edit::review_down),
    Command::new("review-page-up", Edit, "a page up", in_editor, edit::review_page_up),
    Command::new("review-page-down", Edit, "a page down", in_editor, edit::review_page_down),
    Command::new("shell", Edit, "a shell in the container", sessions::on_pod, sessions::shell),
    Command::new("attach", Edit, "attach to the container's own process", sessions::on_pod, sessions::attach),
    Command::new("forward", Edit, "forward a local port to the pod", sessions::on_pod, sessions::forward),
    Command::new("sessions", Edit, "running shells, attaches and forwards", always, sessions::list).spoken(),
    Command::new("forwards", Edit, "forwarded ports", always, sessions::forwards).spoken(),
    Command::new("session-end", Edit, "end the session", sessions::in_session, sessions::end),
    Command::new("session-leave", Edit, "back; the session keeps running", sessions::in_session, sessions::leave),
    Command::new("session-send", Edit, "send this key to the program", always, sessions::send_leave),
    Command::new("prompt", Program, "type a command: a kind, a context, a namespace", always, world::prompt),
    Command::new("help", Program, "this help", always, world::help).spoken(),
    Command::new("help-part", Look, "next section of help", in_page, world::help_part),
    Command::new("aliases", Program, "all kinds and their short names", always, world::aliases).spoken(),
    Command::new("acts", Program, "what you did, and how it ended", always, acts::list).spoken(),
    Command::new("header", Program, "cluster facts in the title on or off", always, world::header).spoken(),
    Command::new("crumbs", Program, "breadcrumbs on or off", always, world::crumbs).spoken(),
    Command::new("theme", Program, "change the colours", always, world::theme).spoken(),
    Command::new("keymap", Program, "change the keys", always, world::keymap).spoken(),
    Command::new("mouse", Program, "the mouse to spyhop, or to the terminal's selection", always, world::mouse)
        .spoken(),
    Command::new("shapes", Program, "ASCII symbols on or off", always, world::shapes).spoken(),
    Command::new("tour", Program, "a tour, step by step", always, world::tour).spoken(),
    Command::new("tour-end", Program, "end the tour", on_tour, world::tour_end),
    Command::new("split", Panes, "two panes, one above the other", always, tabs::split).spoken(),
    Command::new("vsplit", Panes, "two panes, side by side", always, tabs::vsplit).spoken(),
    Command::new("pane", Panes, "the other pane; more and less move the border", tabs::in_split, tabs::pane).spoken(),
    Command::new("close", Panes, "close the pane; the last one closes the tab", always, tabs::close).spoken(),
    Command::new("only", Panes, "close the other pane", tabs::in_split, tabs::only).spoken(),
    Command::new("tab", Panes, "tabs: new, next, previous, name, close, a number", always, tabs::tab).spoken(),
    Command::new("tab-number", Panes, "go to the tab with this number", always, tabs::tab),
    Command::new("demo", Program, "open the demo cluster", always, sources::demo).spoken(),
    Command::new("podman", Program, "the containers of the first engine of podman", always, sources::podman).spoken(),
    Command::new("docker", Program, "the containers of the first engine, or of @NAME", always, sources::docker)
        .spoken(),
    Command::new(
        "look-inside",
        Program,
        "read services in the cluster, as Prometheus; again ends it",
        always,
        sources::look_inside,
    )
    .spoken(),
    Command::new("self", Program, "what spyhop itself uses", always, world::own).spoken(),
    Command::new("reload", Program, "reload", always, world::reload).spoken(),
    Command::new("background", Program, "suspend to the shell; fg returns", always, world::pause).spoken(),
    Command::new("quit", Program, "quit spyhop", always, quit::quit).spoken(),
];

/// Other words for commands that are typed after `:`.
static ALIASES: &[(&str, &str)] = &[
    ("q", "quit"),
    ("q!", "quit"),
    ("qa", "quit"),
    ("Q", "quit"),
    ("exit", "quit"),
    ("h", "help"),
    ("?", "help"),
    ("a", "aliases"),
    ("alias", "aliases"),
    ("skin", "theme"),
    ("bg", "background"),
];

/// The place of a command in the table, by a line that begins with it.
pub fn place(line: &str) -> usize {
    let name = name(line);
    COMMANDS.iter().position(|command| command.name == name).unwrap_or(COMMANDS.len())
}

pub fn find(name: &str) -> Option<&'static Command> {
    let name = ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, name)| name);
    COMMANDS.iter().find(|command| command.name == name)
}

/// The name of the command at the start of a line.
pub fn name(line: &str) -> &str {
    line.split(' ').next().unwrap_or_default()
}

/// Whether a command may change an object, or sends what is typed next into a container.
pub fn reaches(line: &str) -> bool {
    verbs::named(name(line)).is_some() || ["shell", "attach"].contains(&name(line))
}

/// The names of commands that can be typed after `:`.
pub fn spoken() -> impl Iterator<Item = &'static str> {
    COMMANDS.iter().filter(|command| command.spoken).map(|command| command.name)
}

pub fn is_spoken(word: &str) -> bool {
    find(word).is_some_and(|command| command.spoken) || verbs::named(word).is_some()
}

/// Whether a key map may give this line to a key of the scope. An empty line takes the key's meaning away.
pub fn is_known(scope: &str, line: &str) -> bool {
    let name = name(line);
    let own = OWN_SCOPES.iter().any(|own| *own == scope && name.starts_with(own));
    name.is_empty() || own || find(name).is_some() || verbs::named(name).is_some()
}

/// Scopes of the key map with commands of their own. The names of these commands start with the name of the scope.
const OWN_SCOPES: &[&str] = &["prompt", "dialog"];

/// Runs a command line such as `sort AGE`. An error becomes a notice. The notice before it goes, unless the command
/// only moves the cursor and succeeds.
pub fn run(state: &mut State, line: &str) -> Vec<Effect> {
    let before = state.display.notice.take();
    let (name, args) = line.split_once(' ').unwrap_or((line, ""));
    let (result, moves) = match (verbs::named(name), find(name)) {
        (Some(verb), _) => (state.ask_verb(verb, args.trim()), false),
        (None, Some(command)) => (run_command(state, command, args.trim()), command.group == Group::Move),
        (None, None) => (Err(Error::Invalid(format!("there is no command '{name}'"))), false),
    };
    if moves && result.is_ok() && state.display.notice.is_none() {
        state.display.notice = before;
    }
    state.settle_result(result)
}

fn run_command(state: &mut State, command: &Command, args: &str) -> Result<Vec<Effect>> {
    if let Some(why) = state.lacks(command.name) {
        return Err(Error::Unsupported(state.in_keys(why)));
    }
    (command.when)(state).and_then(|()| (command.run)(state, args))
}

/// The suggestions for the words after the first word of a typed line.
pub fn arguments(state: &State, first: &str) -> Vec<String> {
    let own = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect();
    match find(first).map(|command| command.name) {
        Some("theme") => {
            let mut names: Vec<&str> = state.settings.themes.iter().map(|theme| theme.name.as_str()).collect();
            // The theme on the screen comes first: trying the others starts from there.
            names.sort_by_key(|name| *name != state.shown_theme());
            return own(names);
        }
        Some("keymap") => return own(state.settings.keymaps.iter().map(|keymap| keymap.name.as_str()).collect()),
        Some("sort") => {
            let columns = state.table().map(|table| table.columns.as_slice()).unwrap_or_default();
            return own(columns.iter().map(|shown| &*shown.column.title).collect());
        }
        Some("columns") => return state.column_words(),
        Some("tab") => {
            let names = state.tabs.iter().map(|tab| tab.name.as_str()).filter(|name| !name.is_empty());
            return own(tabs::WORDS.iter().copied().chain(names).collect());
        }
        Some("pane") => return own(tabs::WAYS.to_vec()),
        _ => {}
    }
    match state.find_kind(first) {
        Some(kind) if kind.is(&contexts::KIND) => {
            let contexts = state.places.iter().filter(|place| place.family.is_home);
            own(contexts.map(|place| place.name.as_str()).collect())
        }
        Some(_) => state.namespaces(),
        None => Vec::new(),
    }
}
