//! Commands of the editor: an object as text, the review of the changes, and drafts.

use crate::app::dialog::{Consent, Dialog};
use crate::app::view::{Stage, View};
use crate::app::waiting::Then;
use crate::app::{Clip, Effect, Level, Purpose, State};
use crate::model::{Error, Result, Str};
use crate::theme::Role;

const NOTHING: Result<Vec<Effect>> = Ok(Vec::new());

/// Refuses objects that cannot be edited as text.
pub fn on_editable(state: &State) -> Result<()> {
    let id = state.selected_id().ok_or_else(|| Error::Invalid("no object is selected".to_owned()))?;
    crate::app::edit::editable(&state.real(id)?)
}

pub fn edit(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    let id = state.selected_id().ok_or_else(|| Error::Invalid("no object is selected".to_owned()))?;
    let id = state.real(id)?;
    // A draft is opened even if the user may not write the object any more.
    if state.draft_left(&id).is_none() {
        state.bars("edit", &id)?;
    }
    state.open_editor(id)
}

pub fn drafts(state: &mut State, word: &str) -> Result<Vec<Effect>> {
    match word {
        "" => state.list_drafts(),
        "back" => return state.restore_draft(),
        other => return Err(Error::Invalid(format!("unknown word '{other}': use :drafts or :drafts back"))),
    }
    NOTHING
}

pub fn review(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    Ok(state.review())
}

pub fn write(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    Ok(state.write())
}

pub fn rebase(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    state.rebase()
}

/// Goes back one step: from the review into the text, and from the text out of the editor. A changed text stays as a
/// draft.
pub fn leave(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    let Some(editor) = state.editor_mut() else { return NOTHING };
    match editor.stage {
        Stage::Writing(_) => {
            return Err(Error::Invalid("saving; wait for the answer".to_owned()));
        }
        Stage::Reviewing(_) | Stage::Trying(..) | Stage::Looking(_) => {
            state.back_to_text();
            return NOTHING;
        }
        Stage::Reading | Stage::Typing => {}
    }
    if editor.area.is_selecting() {
        editor.area.cancel_selection();
        return NOTHING;
    }
    // The first Esc removes a problem that is shown: the user means this problem, and not the editor.
    if editor.problem.take_if(|problem| !problem.mild).is_some() {
        return NOTHING;
    }
    let (kept, secret) = (editor.changed() && editor.base.is_some(), editor.is_secret());
    let passes = state.editor().and_then(|editor| state.draft_of(editor)).is_some_and(|draft| draft.is_in_memory());
    let effects = state.last_drafts();
    state.back();
    let lists = state.in_keys("{drafts@global} lists it");
    match (kept, secret, passes) {
        (true, true, _) => {
            let why = "because it holds a secret";
            state.tell(Level::Info, format!("your text is kept until spyhop quits, {why}; {lists}"));
        }
        (true, false, true) => state.tell(Level::Info, format!("your text is kept until spyhop quits; {lists}")),
        (true, false, false) => state.tell(Level::Info, format!("your text is kept; {lists}")),
        (false, ..) => {}
    }
    Ok(effects)
}

fn travel(state: &mut State, pages: isize) -> Result<Vec<Effect>> {
    if let Some(editor) = state.editor_mut() {
        let lines = (editor.viewport.height.saturating_sub(1).max(1) as isize).saturating_mul(pages);
        editor.travel(lines);
    }
    NOTHING
}

pub fn page_up(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    travel(state, -1)
}

pub fn page_down(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    travel(state, 1)
}

pub fn top(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    travel(state, isize::MIN)
}

pub fn bottom(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    travel(state, isize::MAX)
}

/// Asks whether the object as it was read shall replace the typed text.
pub fn discard(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    let Some(editor) = state.editor() else { return NOTHING };
    if matches!(editor.stage, Stage::Writing(_)) {
        return Err(Error::Invalid("saving; wait for the answer".to_owned()));
    }
    if !editor.changed() {
        state.tell(Level::Info, "there are no changes to discard");
        return NOTHING;
    }
    let id = editor.id.clone();
    let mut dialog = Dialog::new("discard your changes", "Discard", vec![id.clone()], discarded);
    dialog.lines.push(vec![(Str::from(crate::app::edit::words(&id)), Role::Text)]);
    dialog.lines.push(vec![("undo restores them while this editor is open".into(), Role::Muted)]);
    dialog.consent = Consent::Risky;
    state.ask(dialog);
    NOTHING
}

/// Replaces the typed text by the object as it was read. Undo brings the typed text back.
fn discarded(state: &mut State, dialog: &Dialog) -> Result<Vec<Effect>> {
    let now = state.now;
    if state.editor().is_none_or(|editor| !dialog.ids.contains(&editor.id)) {
        return NOTHING;
    }
    state.back_to_text();
    let Some(editor) = state.editor_mut() else { return NOTHING };
    let Some(text) = editor.base.as_ref().map(|base| base.text.clone()) else { return NOTHING };
    editor.replace(&text);
    editor.problem = None;
    editor.touch(true, now);
    state.tell(Level::Info, "back to the object as it was read; undo restores your text");
    Ok(state.last_drafts())
}

pub fn undo(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    change(state, |area| area.undo(), "nothing to undo")
}

pub fn redo(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    change(state, |area| area.redo(), "nothing to redo")
}

pub fn cut(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    change(state, |area| area.cut(), "nothing is selected")
}

pub fn insert(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    change(state, |area| area.paste(), "nothing to paste")
}

type Area = tui_textarea::TextArea<'static>;

fn change(state: &mut State, how: fn(&mut Area) -> bool, otherwise: &str) -> Result<Vec<Effect>> {
    let now = state.now;
    let Some(editor) = state.editor_mut().filter(|editor| matches!(editor.stage, Stage::Typing)) else {
        return NOTHING;
    };
    let changed = how(&mut editor.area);
    editor.touch(changed, now);
    if !changed {
        state.tell(Level::Info, otherwise);
    }
    NOTHING
}

pub fn select_all(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    if let Some(editor) = state.editor_mut() {
        editor.area.select_all();
    }
    NOTHING
}

pub fn copy(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    let Some(editor) = state.editor_mut().filter(|editor| editor.area.is_selecting()) else {
        return Err(Error::Invalid("nothing is selected: hold shift and move the cursor".to_owned()));
    };
    editor.area.copy();
    Ok(vec![Effect::Copy(Clip::new(editor.area.yank_text(), "what is selected"))])
}

pub fn search(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    state.open_input(Purpose::Search, "");
    NOTHING
}

pub fn find(state: &mut State, text: &str) -> Result<Vec<Effect>> {
    let Some(editor) = state.editor_mut() else { return NOTHING };
    editor.search = (!text.is_empty()).then(|| text.to_owned());
    let pattern = if text.is_empty() { String::new() } else { format!("(?i){text}") };
    let unreadable = |_| Error::Invalid(format!("'{text}' is not a regular expression; escape ( [ * + ? with \\"));
    editor.area.set_search_pattern(pattern).map_err(unreadable)?;
    let found = text.is_empty() || editor.area.search_forward(true);
    if !found {
        state.tell(Level::Warn, format!("'{text}' is not in this text"));
    }
    NOTHING
}

pub fn next(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    if let Some(editor) = state.editor_mut() {
        editor.area.search_forward(false);
    }
    NOTHING
}

pub fn previous(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    if let Some(editor) = state.editor_mut() {
        editor.area.search_back(false);
    }
    NOTHING
}

/// Opens the text in the user's own editor.
pub fn external(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    Ok(state.lend_text())
}

impl State {
    /// Gives the text of the editor on the screen to the user's own editor.
    pub(in crate::app) fn lend_text(&mut self) -> Vec<Effect> {
        let number = self.editor().filter(|editor| matches!(editor.stage, Stage::Typing)).map(|editor| editor.number);
        let Some(ticket) = number.map(|number| self.waiting.expect(Then::Edit(number))) else { return Vec::new() };
        let Some(editor) = self.editor() else { return Vec::new() };
        let name = format!("{}-{}.yaml", editor.id.kind.address.kind.to_lowercase(), editor.id.name);
        let draft = self.draft_of(editor).filter(|draft| !draft.is_in_memory()).map(Box::new);
        vec![Effect::Lend { ticket, name, text: editor.text(), draft }]
    }
}

/// Switches the review between rows of changes and both texts as one.
pub fn as_text(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    if let Some(review) = state.editor_mut().and_then(|editor| editor.review_mut()) {
        review.as_text = !review.as_text;
        review.top = 0;
    }
    NOTHING
}

fn scroll(state: &mut State, lines: isize) -> Result<Vec<Effect>> {
    if let Some(review) = state.editor_mut().and_then(|editor| editor.review_mut()) {
        review.scroll(lines);
    }
    NOTHING
}

pub fn review_up(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    scroll(state, -1)
}

pub fn review_down(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    scroll(state, 1)
}

pub fn review_page_up(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    scroll(state, -20)
}

pub fn review_page_down(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    scroll(state, 20)
}

/// Runs `:apply [-R] [-F] PATH`.
pub fn apply(state: &mut State, line: &str) -> Result<Vec<Effect>> {
    let (mut recursive, mut force, mut path) = (false, false, line.trim());
    loop {
        match path.split_once(' ') {
            Some(("-R" | "--recursive", rest)) => (recursive, path) = (true, rest.trim()),
            Some(("-F" | "--force-conflicts", rest)) => (force, path) = (true, rest.trim()),
            Some(("-f" | "--filename", rest)) => path = rest.trim(),
            _ => break,
        }
    }
    match path.is_empty() {
        true => Err(Error::Invalid("name a file or a directory: :apply PATH".to_owned())),
        false => state.apply_path(path, recursive, force),
    }
}

pub fn apply_write(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    state.apply_write()
}

/// Says that a command works only in the editor.
pub fn in_editor(state: &State) -> Result<()> {
    let in_editor = matches!(state.top(), Some(View::Editor(_)));
    in_editor.then_some(()).ok_or_else(|| Error::Invalid("this works in the editor only".to_owned()))
}
