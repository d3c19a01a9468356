//! An editor as a view.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::Position;

use super::{Editor, Stage};
use crate::app::acts::Acts;
use crate::app::layout::Layout;
use crate::app::store::Store;
use crate::app::view::{Caution, Face, Frame, Heard, Travel};
use crate::app::{Effect, Level, State};
use crate::model::{Id, SourceId};

impl Face for Editor {
    fn crumb(&self) -> String {
        match self.stage {
            Stage::Reviewing(_) | Stage::Writing(_) => format!("{} › review", self.id.name),
            _ => format!("{} › edit", self.id.name),
        }
    }

    /// Keys go into the text, so no other scope takes one away.
    fn scopes(&self) -> Vec<String> {
        vec![self.scope().to_owned()]
    }

    fn at(&self) -> Option<SourceId> {
        Some(self.id.at)
    }

    fn object(&self, _: &Store) -> Option<Id> {
        Some(self.id.clone())
    }

    fn is_typed_into(&self) -> bool {
        true
    }

    fn way_to_rows(&self) -> &'static str {
        match self.reviews() {
            true => "{edit-leave@view.review} goes back to the text.",
            false => "{edit-leave@view.editor} leaves the editor; the text is kept.",
        }
    }

    fn caution<'a>(&'a mut self, _: &'a mut Acts) -> Option<&'a mut Caution> {
        match &mut self.stage {
            Stage::Reviewing(review) => Some(&mut review.caution),
            _ => None,
        }
    }

    fn travel(&mut self, _: &Store, way: Travel) {
        let Travel::By(lines) = way else { return };
        match self.review_mut() {
            Some(review) => review.scroll(lines),
            None => self.travel(lines),
        }
    }

    fn prepare(&mut self, _: &mut State, frame: Frame, _: usize) -> (bool, Vec<Effect>) {
        self.prepare(frame.width, frame.height);
        (true, Vec::new())
    }

    fn press(&mut self, state: &mut State, event: KeyEvent) -> Heard {
        if !self.takes_keys() {
            return Heard::Nothing;
        }
        self.key(event, state.now);
        // A line with a command of vi stays text. A notice names the keys that do the same here.
        if event.code == KeyCode::Enter
            && let Some(line) = self.vi_line()
        {
            let keys = "{edit-review} saves, {edit-leave} leaves, {edit-external} goes on in $EDITOR";
            let keys = state.keymap.spell(keys, &[self.scope()]);
            state.tell(Level::Warn, format!("{line} is text here: {keys}"));
        }
        Heard::Done(Vec::new())
    }

    fn paste(&mut self, state: &mut State, text: &str) -> Heard {
        if !self.takes_keys() {
            return Heard::Nothing;
        }
        self.paste(text, state.now);
        Heard::Done(Vec::new())
    }

    fn click(&mut self, _: &Store, at: Position, layout: &Layout) -> Heard {
        if !layout.body.contains(at) {
            return Heard::Nothing;
        }
        let from_bottom = usize::from(layout.body.bottom() - 1 - at.y);
        self.click(usize::from(at.x - layout.body.x), from_bottom);
        Heard::Done(Vec::new())
    }
}
