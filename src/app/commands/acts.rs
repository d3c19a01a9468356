//! Commands for the acts of this run.

use crate::app::acts;
use crate::app::dialog::Dialog;
use crate::app::view::Subject;
use crate::app::waiting::Then;
use crate::app::{Effect, State};
use crate::model::{Error, Result};
use crate::theme::Role;

pub fn list(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    state.show(Subject::Help);
    if let Some(page) = state.page_mut() {
        page.about = vec![acts::PAGE.to_owned()];
    }
    Ok(Vec::new())
}

/// Takes the latest act back that can be taken back, after a question.
pub fn undo(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    let nothing = || Error::Invalid("nothing to undo: only weight shifts can be undone".to_owned());
    let undo = state.acts.undo.clone().ok_or_else(nothing)?;
    let id = undo.request.id.clone();
    state.forbids(undo.verb, &id)?;
    let what = format!("{} {}", id.kind.address.kind.to_lowercase(), id.name);
    let mut dialog = Dialog::new(format!("undo: {} {what}", undo.verb.name), "Undo", vec![id], undone);
    dialog.lines = vec![vec![("back to how it was, unless somebody changed it since".into(), Role::Text)]];
    state.ask(dialog);
    Ok(Vec::new())
}

fn undone(state: &mut State, dialog: &Dialog) -> Result<Vec<Effect>> {
    let undo = state.acts.undo.take().filter(|undo| dialog.ids.contains(&undo.request.id));
    let Some(undo) = undo else { return Ok(Vec::new()) };
    let what =
        format!("{} {} is back to how it was", undo.request.id.kind.address.kind.to_lowercase(), undo.request.id.name);
    Ok(vec![state.send(Then::Tell(what), undo.request)])
}
