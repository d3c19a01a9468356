//! Text views: search, and what of the object they show.

use regex::RegexBuilder;

use crate::app::view::Subject;
use crate::app::{Effect, Level, Purpose, State};
use crate::model::{Error, Result};

const NOTHING: Result<Vec<Effect>> = Ok(Vec::new());

pub fn search(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    state.open_input(Purpose::Search, "");
    NOTHING
}

pub fn find(state: &mut State, text: &str) -> Result<Vec<Effect>> {
    if state.editor().is_some() {
        return super::edit::find(state, text);
    }
    let Some(page) = state.page_mut() else { return NOTHING };
    if text.is_empty() {
        page.search = None;
        return NOTHING;
    }
    let regex = RegexBuilder::new(text).case_insensitive(true).size_limit(1 << 20).build();
    let regex =
        regex.map_err(|_| Error::Invalid(format!("'{text}' is not a regular expression; escape ( [ * + ? with \\")))?;
    page.search(text, regex);
    let none = page.search.as_ref().is_some_and(|search| search.hits.is_empty());
    if none {
        state.tell(Level::Warn, format!("'{text}' is not in this text"));
    }
    NOTHING
}

pub fn next(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    if let Some(page) = state.page_mut() {
        page.next_hit(1);
    }
    NOTHING
}

pub fn previous(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    if let Some(page) = state.page_mut() {
        page.next_hit(-1);
    }
    NOTHING
}

pub fn fullscreen(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    if let Some(page) = state.page_mut() {
        page.full = !page.full;
    }
    NOTHING
}

pub fn managed_fields(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    change(state, |managed_fields, _| *managed_fields = !*managed_fields, "managedFields are part of YAML; y shows it")
}

pub fn decode(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    change(state, |_, decoded| *decoded = !*decoded, "values are part of YAML; y shows it")
}

fn change(state: &mut State, how: fn(&mut bool, &mut bool), otherwise: &str) -> Result<Vec<Effect>> {
    let Some(page) = state.page_mut() else { return NOTHING };
    let Subject::Yaml { managed_fields, decoded, .. } = &mut page.subject else {
        return Err(Error::Invalid(otherwise.to_owned()));
    };
    how(managed_fields, decoded);
    page.made_from = None;
    NOTHING
}
