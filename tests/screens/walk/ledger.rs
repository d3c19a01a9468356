//! The disk of drafts, as the judge keeps it: nothing that was typed is lost unless somebody threw it away, and no secret
//! comes to lie there.

use std::collections::HashMap;

use spyhop::app::drafts::Draft;
use spyhop::app::view::{DRAFT, Editor};
use spyhop::app::{Effect, State};
use spyhop::model::Id;

#[derive(Default)]
pub struct Ledger {
    disk: HashMap<u32, Draft>,
    pub kept: usize,
    pub removed: usize,
    pub taken_over: usize,
}

fn editors(state: &State) -> impl Iterator<Item = &Editor> {
    state.tabs.views().filter_map(spyhop::app::View::editor)
}

/// Objects whose text is as it was read.
pub fn unchanged(state: &State) -> Vec<Id> {
    editors(state).filter(|editor| !editor.changed()).map(|editor| editor.id.clone()).collect()
}

impl Ledger {
    /// The program is started where another one was killed.
    pub fn start(&mut self, state: &mut State) {
        if state.places.iter().all(|place| !place.made_up) {
            self.taken_over += self.disk.len();
            state.drafts.take_over(self.disk.values().cloned().collect());
            state.offer_drafts();
        }
    }

    /// `pardoned` when the text was written, or somebody answered the question whether to throw it away.
    pub fn follow(
        &mut self,
        state: &State,
        effects: &[Effect],
        pardoned: bool,
        unchanged: &[Id],
    ) -> Result<(), String> {
        for effect in effects {
            match effect {
                Effect::Keep(draft) if draft.kind == "Secret" || draft.is_in_memory() => {
                    return Err(format!("this must not lie in a file: {}", draft.words()));
                }
                Effect::Keep(draft) => {
                    self.kept += 1;
                    self.disk.insert(draft.id, Draft::clone(draft));
                }
                Effect::Forget(id) => {
                    let gone = self.disk.remove(id).ok_or(format!("there was no draft {id}"))?;
                    let is_of = |id: &&Id| id.name == gone.name && id.namespace == gone.namespace;
                    let idle = editors(state).filter(|editor| !editor.changed()).map(|editor| &editor.id);
                    if !pardoned && unchanged.iter().chain(idle).find(is_of).is_none() {
                        return Err(format!("the text of {} is lost: {:?}", gone.words(), gone.text));
                    }
                    self.removed += 1;
                }
                _ => {}
            }
        }
        if state.display.done { self.whole(state, 0) } else { Ok(()) }
    }

    /// What is typed lies on the disk, but for that of the last moment.
    pub fn is_kept(&self, state: &State) -> Result<(), String> {
        self.whole(state, DRAFT)
    }

    fn whole(&self, state: &State, moment: i64) -> Result<(), String> {
        for editor in editors(state).filter(|editor| editor.changed() && !editor.is_secret()) {
            if state.place(editor.id.at).is_none_or(|place| place.made_up) {
                continue;
            }
            let kept = editor.draft.and_then(|id| self.disk.get(&id));
            let same = kept.is_some_and(|draft| draft.text == editor.text());
            let fresh = editor.unsaved.is_some_and(|since| state.now.since(since) < moment);
            if !same && !fresh {
                return Err(format!("what was typed into {} is kept nowhere", editor.id.name));
            }
        }
        Ok(())
    }
}
