//! Tabs and panes: opened, gone to, named, closed.

use crate::app::open::Care;
use crate::app::tabs::Side;
use crate::app::{Effect, Opening, Purpose, State, commands};
use crate::model::{Error, Result};

const NOTHING: Result<Vec<Effect>> = Ok(Vec::new());

/// The words after `:tab`. Any other word is the number or the name of a tab.
pub const WORDS: &[&str] = &["new", "next", "previous", "name", "close"];
/// The words after `:pane`.
pub const WAYS: &[&str] = &["next", "left", "right", "up", "down", "more", "less"];

pub fn in_split(state: &State) -> Result<()> {
    match state.tabs.are_several() {
        true => Ok(()),
        false => Err(Error::Invalid("there is only one pane; :split and :vsplit open another".to_owned())),
    }
}

pub fn tab(state: &mut State, line: &str) -> Result<Vec<Effect>> {
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    match word {
        "" | "new" => return with(state, rest, State::open_tab),
        "next" => state.next_tab(1),
        "previous" => state.next_tab(-1),
        // Without a name it is asked for.
        "name" if rest.is_empty() => state.open_input(Purpose::Command, &format!("tab name {}", state.tabs.tab().name)),
        "name" => state.name_tab(rest.trim()),
        "close" => return state.close_tab(),
        _ => {
            let at = find(state, line)?;
            state.go_to_tab(at);
        }
    }
    NOTHING
}

/// A tab by its number or its name.
fn find(state: &State, word: &str) -> Result<usize> {
    let count = state.tabs.len();
    let number = word.parse::<usize>().ok().filter(|number| (1..=count).contains(number));
    let named = || state.tabs.iter().position(|tab| tab.name == word);
    let begins = || state.tabs.iter().position(|tab| tab.name.starts_with(word));
    let none = || Error::Invalid(format!("there is no tab '{word}'; there are 1 to {count}, and :tab new opens one"));
    number.map(|number| number - 1).or_else(named).or_else(begins).ok_or_else(none)
}

pub fn split(state: &mut State, line: &str) -> Result<Vec<Effect>> {
    with(state, line, |state| state.split(Side::Below))
}

pub fn vsplit(state: &mut State, line: &str) -> Result<Vec<Effect>> {
    with(state, line, |state| state.split(Side::Beside))
}

/// Opens a tab or a pane and runs a line in it. A line that is known to be wrong opens nothing.
fn with(state: &mut State, line: &str, open: impl FnOnce(&mut State) -> Result<()>) -> Result<Vec<Effect>> {
    let line = line.trim();
    if !line.is_empty() && !commands::is_spoken(commands::name(line)) {
        state.resolve(&Opening::parse(line), Care::Asks)?;
    }
    open(state)?;
    if line.is_empty() { NOTHING } else { Ok(state.speak(line)) }
}

pub fn pane(state: &mut State, word: &str) -> Result<Vec<Effect>> {
    match word {
        "" | "next" => state.next_pane(),
        "left" | "up" => state.go_to_pane(0),
        "right" | "down" => state.go_to_pane(1),
        "more" => state.widen_pane(1)?,
        "less" => state.widen_pane(-1)?,
        other => {
            return Err(Error::Invalid(format!("unknown word '{other}': use :pane {}", WAYS.join(", "))));
        }
    }
    NOTHING
}

pub fn close(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    state.close_pane()
}

pub fn only(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    state.close_others()
}
