//! Commands for the program as a whole: prompt, help, themes, files.

use crate::app::dialog::{Dialog, Field};
use crate::app::view::{Face, Subject};
use crate::app::waiting::Then;
use crate::app::{Clip, Effect, Level, Opening, Purpose, State, help};
use crate::kinds::program::{itself, names};
use crate::model::{Enter, Error, Id, Query, Result, SessionId, SourceId, Str};
use crate::theme::Role;

const NOTHING: Result<Vec<Effect>> = Ok(Vec::new());

pub fn prompt(state: &mut State, text: &str) -> Result<Vec<Effect>> {
    state.open_input(Purpose::Command, text);
    NOTHING
}

pub fn help(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    if !state.page().is_some_and(|page| page.subject == Subject::Help) {
        state.show(Subject::Help);
    }
    NOTHING
}

/// Goes to the next part of the help page, and from the last part to the first.
pub fn help_part(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    let Some(page) = state.page_mut().filter(|page| page.subject == Subject::Help) else { return NOTHING };
    let starts = page.text.as_ref().map(|text| help::parts(text)).unwrap_or_default();
    let next = starts.iter().copied().find(|start| *start > page.top);
    let at_end = page.top + page.height >= page.lines();
    page.scroll_to(next.filter(|_| !at_end).unwrap_or(0));
    NOTHING
}

pub fn aliases(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    state.open(&Opening { kind: names::KIND.name.into(), ..Opening::default() }).and(NOTHING)
}

/// Shows what the program itself does.
pub fn own(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    state.open(&Opening { kind: itself::KIND.name.into(), ..Opening::default() }).and(NOTHING)
}

pub fn header(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    state.display.options.header = !state.display.options.header;
    NOTHING
}

pub fn crumbs(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    state.display.options.crumbs = !state.display.options.crumbs;
    NOTHING
}

pub fn theme(state: &mut State, name: &str) -> Result<Vec<Effect>> {
    state.choose_theme(name)
}

pub fn keymap(state: &mut State, name: &str) -> Result<Vec<Effect>> {
    state.choose_keymap(name)
}

pub fn tour(state: &mut State, word: &str) -> Result<Vec<Effect>> {
    state.tour_command(word)
}

pub fn tour_end(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    state.tour_command("end")
}

/// Gives the mouse to spyhop, or to the terminal, which then selects text with it.
pub fn mouse(state: &mut State, word: &str) -> Result<Vec<Effect>> {
    state.display.options.mouse = match word {
        "" => !state.display.options.mouse,
        "on" => true,
        "off" => false,
        other => return Err(Error::Invalid(format!("there is :mouse, :mouse on and :mouse off, and no '{other}'"))),
    };
    let told = match state.display.options.mouse {
        true => "clicks and the wheel are for spyhop; :mouse gives the mouse to the terminal",
        false => "the mouse selects text, as the terminal does it; :mouse takes it back",
    };
    state.tell(Level::Info, told);
    NOTHING
}

/// Switches to shapes of ASCII for fonts that lack the others, and back.
pub fn shapes(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    state.display.options.unicode = !state.display.options.unicode;
    NOTHING
}

/// Lists again. The rows stay until the new ones are there.
pub fn reload(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    let queries = state.top().map(|view| view.queries()).unwrap_or_default();
    state.tell(Level::Info, "reloading");
    let mut asked: Vec<SourceId> = state.top().and_then(|view| view.at()).into_iter().collect();
    asked.extend(queries.iter().flat_map(Query::others));
    for at in asked {
        state.store.retry(at, state.now);
        state.waiting.expect(Then::Login(at));
    }
    Ok(queries.into_iter().map(Effect::Reopen).collect())
}

/// Stops the program until the shell says `fg`.
pub fn pause(_: &mut State, _: &str) -> Result<Vec<Effect>> {
    Ok(vec![Effect::Pause])
}

pub fn copy(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    let Some((text, what)) = state.top().and_then(|view| view.copied(state)) else { return NOTHING };
    if text.is_empty() {
        return Err(Error::Invalid("there is nothing to copy".to_owned()));
    }
    Ok(vec![Effect::Copy(Clip::new(text, what))])
}

impl State {
    /// The text that is copied from a row: its name, or the address on which a forward listens.
    pub(in crate::app) fn name_to_copy(&self, id: &Id) -> String {
        let session = || self.sessions.find(SessionId(id.name.parse().ok()?))?.address();
        let address = if matches!(id.kind.enter, Enter::Forward) { session() } else { None };
        address.unwrap_or_else(|| id.title()).to_string()
    }
}

pub fn copy_namespace(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    let Some(table) = state.table() else { return NOTHING };
    let mut names: Vec<String> = table.chosen(&state.store).iter().map(|id| id.namespace.to_string()).collect();
    names.sort();
    names.dedup();
    let text = names.join("\n");
    let what = text.replace('\n', ", ");
    Ok(vec![Effect::Copy(Clip::new(text, what))])
}

pub fn save(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    if let Some(id) = state.page().filter(|page| page.is_clear()).and_then(|page| page.id().cloned()) {
        ask_save(state, id);
        return NOTHING;
    }
    let Some(view) = state.top() else { return NOTHING };
    let saved = view.saved(state)?;
    Ok(saved.into_iter().map(|(name, text)| Effect::Save { name, text, clear: None }).collect())
}

const MASKED: Str = arcstr::literal!("masked");
const CLEAR: Str = arcstr::literal!("in clear text");

/// Asks before the text is saved. Values that are shown are masked in the file, unless the user chooses otherwise.
fn ask_save(state: &mut State, id: Id) {
    let mut dialog =
        Dialog::new(format!("save {} {}", id.kind.address.kind.to_lowercase(), id.name), "Save", vec![id], saved);
    dialog.lines.push(vec![("values that are masked elsewhere are visible now".into(), Role::Text)]);
    dialog.lines.push(vec![("only you can read the file; saving it in clear text is recorded".into(), Role::Muted)]);
    dialog.fields.push(Field::choice("values", [MASKED, CLEAR], 0));
    state.ask(dialog);
}

fn saved(state: &mut State, dialog: &Dialog) -> Result<Vec<Effect>> {
    let Some(page) = state.page() else { return NOTHING };
    let (Some(id), Some(query)) = (page.id(), page.query()) else { return NOTHING };
    if !dialog.ids.contains(id) {
        return NOTHING;
    }
    let gone = || Error::Gone(format!("{} no longer exists", id.name));
    let body = state.store.answer(&query).and_then(|answer| answer.body().cloned()).ok_or_else(gone)?;
    let clear = dialog.field("values") == CLEAR;
    let Some(text) = page.written(&body, clear) else { return NOTHING };
    Ok(vec![Effect::Save { name: page.file(), text, clear: clear.then(|| id.clone()) }])
}
