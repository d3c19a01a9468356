//! Commands of pages: the search in them, and the part of the object that they show.

use regex::RegexBuilder;

use crate::app::view::{Subject, View};
use crate::app::{Effect, Level, Purpose, State};
use crate::model::{Error, Result, Time};

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
    hit(state, 1)
}

pub fn previous(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    hit(state, -1)
}

fn hit(state: &mut State, step: isize) -> Result<Vec<Effect>> {
    if state.page().is_some_and(|page| page.search.is_none()) {
        return Err(Error::Invalid(state.in_keys("there is no search yet; {search} starts one")));
    }
    state.page_mut().into_iter().for_each(|page| page.next_hit(step));
    NOTHING
}

pub fn fullscreen(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    if let Some(page) = state.page_mut() {
        page.full = !page.full;
    }
    NOTHING
}

pub fn managed_fields(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    let changed = change(
        state,
        |managed_fields| *managed_fields = !*managed_fields,
        "managedFields are in the YAML; {yaml} shows it",
    )?;
    let shown = matches!(state.page().map(|page| &page.subject), Some(Subject::Yaml { managed_fields: true, .. }));
    state.tell(Level::Info, if shown { "managedFields are shown" } else { "managedFields are hidden" });
    Ok(changed)
}

/// How long the values of secrets are shown before they are masked again, in milliseconds.
const SHOWN: i64 = 30_000;

/// Shows masked values in the clear: those of a secret from any view, and those in the text of any other object. The
/// same command masks them again.
pub fn decode(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    let hides = state.page().is_some_and(|page| page.is_masked() || page.is_clear());
    let id = state.selected_id().filter(|id| hides || id.kind.is_secret);
    let id = id.ok_or_else(|| Error::Unsupported("nothing is masked here".to_owned()))?;
    let shown = state.page().and_then(|page| page.decoded());
    match (shown, state.page_mut()) {
        (Some(shown), Some(page)) => page.decode(!shown),
        _ => super::go::show_yaml(state, id.clone(), true),
    }
    if shown == Some(true) {
        return NOTHING;
    }
    state.display.revealed = Some(state.now.plus_millis(SHOWN));
    Ok(vec![Effect::Reveal(id)])
}

impl State {
    /// When the values that are shown are masked again.
    pub(in crate::app) fn masked_due(&self) -> Option<Time> {
        self.display.revealed
    }

    pub(in crate::app) fn mask_again(&mut self) {
        if self.display.revealed.take_if(|due| *due <= self.now).is_some() && self.mask_values() {
            self.tell(Level::Info, "the values are masked again");
        }
    }

    /// Masks all values of secrets that are shown. The result says whether there were any.
    pub fn mask_values(&mut self) -> bool {
        let mut masked = false;
        for page in self.tabs.views_mut().filter_map(View::page_mut) {
            if page.is_clear() {
                page.decode(false);
                masked = true;
            }
        }
        self.display.dirty |= masked;
        masked
    }
}

fn change(state: &mut State, how: fn(&mut bool), otherwise: &str) -> Result<Vec<Effect>> {
    let told = state.in_keys(otherwise);
    let Some(page) = state.page_mut() else { return NOTHING };
    let Subject::Yaml { managed_fields, .. } = &mut page.subject else {
        return Err(Error::Invalid(told));
    };
    how(managed_fields);
    page.made_from = None;
    NOTHING
}
