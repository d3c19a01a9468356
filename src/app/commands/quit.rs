//! Leaves the program. It asks first if sessions or texts would be lost.

use crate::app::dialog::{Consent, Dialog};
use crate::app::drafts::{Draft, Storage};
use crate::app::{Effect, State};
use crate::model::{Result, Str, text::counted};
use crate::theme::Role;

/// The most sessions that the question names, and the most texts.
const SHOWN: usize = 10;

pub fn quit(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    let mut effects = state.last_drafts();
    let sessions: Vec<String> = state
        .sessions
        .running()
        .filter_map(|session| Some(format!("{} {}", session.word(), session.target()?.0.title())))
        .collect();
    let texts: Vec<String> = state.texts_in_memory().map(told).collect();
    if sessions.is_empty() && texts.is_empty() {
        state.display.done = true;
        effects.push(Effect::Quit);
    } else {
        ask(state, sessions, texts);
    }
    Ok(effects)
}

/// `deployment shop/web   the disk did not take it`
fn told(draft: &Draft) -> String {
    let why = if draft.storage == Storage::Refused {
        "the disk did not take it"
    } else {
        "it holds a secret, so no file has it"
    };
    format!("edit of {}   {why}", draft.words())
}

fn ask(state: &mut State, sessions: Vec<String>, texts: Vec<String>) {
    let title = match (sessions.len(), texts.len()) {
        (1, 0) => "1 session is running".to_owned(),
        (count, 0) => format!("{count} sessions are running"),
        (_, count) => format!("{} would be lost", counted(count, "unsaved edit")),
    };
    let mut dialog = Dialog::new(title, "Quit", Vec::new(), |state, _| {
        state.display.done = true;
        Ok(vec![Effect::Quit])
    });
    let listed = state.in_keys("{drafts@global} lists unsaved edits, to save or copy them");
    let line = |text: String, role: Role| vec![(Str::from(text), role)];
    for (lines, last) in [(texts, listed), (sessions, "quitting spyhop ends them".to_owned())] {
        if lines.is_empty() {
            continue;
        }
        let more = lines.len().saturating_sub(SHOWN);
        dialog.lines.extend(lines.into_iter().take(SHOWN).map(|text| line(text, Role::Text)));
        dialog.lines.extend((more > 0).then(|| line(format!("and {more} more"), Role::Muted)));
        dialog.lines.push(line(last, Role::Muted));
    }
    dialog.consent = Consent::Risky;
    state.ask(dialog);
}
