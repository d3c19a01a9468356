//! The trait of all views: what a view says about itself, and what it takes in. Most views need only a part of it: a
//! method that a view leaves out does nothing.

use crossterm::event::{KeyEvent, MouseEvent};
use ratatui::layout::Position;

use super::{Caution, Frame, Travel, View};
use crate::app::acts::Acts;
use crate::app::filter::Wrong;
use crate::app::layout::Layout;
use crate::app::store::Store;
use crate::app::{Effect, Purpose, State};
use crate::model::{Id, KindRef, Query, Result, SourceId, Time};

/// What a view did with a key, a paste or the mouse, after the key map had no command for it.
#[derive(Debug)]
pub enum Heard {
    /// Nothing: the input is not for this view.
    Nothing,
    Done(Vec<Effect>),
    /// The input means this command.
    Command(&'static str),
}

/// A view on the stack. Where a method gets a `&mut State`, this state does not hold the view meanwhile.
pub trait Face {
    /// The name of the view, which is the last of the crumbs.
    fn crumb(&self) -> String;

    /// The scopes of the key map that hold in this view, the narrowest first.
    fn scopes(&self) -> Vec<String>;

    fn at(&self) -> Option<SourceId> {
        None
    }

    /// The main query, whose answer the view shows.
    fn query(&self) -> Option<Query> {
        None
    }

    /// All queries of the view: the main query first, then those for everything that is shown beside it.
    fn queries(&self) -> Vec<Query> {
        self.query().into_iter().collect()
    }

    /// A second view of the same things; `None` if there can be only one.
    fn another(&self) -> Option<View> {
        None
    }

    /// The kind on which commands work.
    fn kind(&self) -> Option<KindRef> {
        None
    }

    /// The object on which commands work.
    fn object(&self, _: &Store) -> Option<Id> {
        None
    }

    /// The next moment at which the view looks different without a message, if it was last drawn at `drawn`.
    fn wake(&self, _: &Store, _drawn: Time) -> Option<Time> {
        None
    }

    /// Whether the view takes the whole screen.
    fn is_full(&self) -> bool {
        false
    }

    /// Whether typed text goes into the view.
    fn is_typed_into(&self) -> bool {
        false
    }

    /// Whether a notice names other places for a key that has no meaning here.
    fn tells_strays(&self) -> bool {
        false
    }

    /// How the user gets to the rows of pods from here, in the words of the tour.
    fn way_to_rows(&self) -> &'static str {
        "{prompt}pods leads to the pods first."
    }

    /// The guard against a key that writes before the user can have read what, if the view has such a key.
    fn caution<'a>(&'a mut self, _: &'a mut Acts) -> Option<&'a mut Caution> {
        None
    }

    /// The prompt that `/` opens here, and the text with which it starts.
    fn search(&self) -> Option<(Purpose, String)> {
        None
    }

    /// Shows only what matches a text. A text that is no filter leaves the filter as it was.
    fn filter(&mut self, _: &Store, _text: &str) -> Result<(), Wrong> {
        Ok(())
    }

    /// Whether a filter or a search is on.
    fn is_narrowed(&self) -> bool {
        false
    }

    /// Removes the filter or the search.
    fn widen(&mut self) -> Result<()> {
        Ok(())
    }

    fn travel(&mut self, _: &Store, _way: Travel) {}

    /// Moves sideways by some steps.
    fn shift(&mut self, _steps: isize) {}

    /// The text that is copied, and its description in a word or two.
    fn copied(&self, _: &State) -> Option<(String, String)> {
        None
    }

    /// The name of the file for the text that is saved, and the text.
    fn saved(&self, _: &State) -> Result<Option<(String, String)>> {
        Ok(None)
    }

    /// Takes in what arrived since the last frame, about `budget` rows at most. The result is true when everything is
    /// taken in.
    fn prepare(&mut self, _: &mut State, _: Frame, _budget: usize) -> (bool, Vec<Effect>) {
        (true, Vec::new())
    }

    /// Takes a key for which the key map has no command.
    fn press(&mut self, _: &mut State, _: KeyEvent) -> Heard {
        Heard::Nothing
    }

    fn paste(&mut self, _: &mut State, _text: &str) -> Heard {
        Heard::Nothing
    }

    /// Takes any action of the mouse. Only the view of a session takes it here.
    fn mouse(&mut self, _: &mut State, _: MouseEvent, _: &Layout) -> Heard {
        Heard::Nothing
    }

    /// Takes a click of the left button. There is none while a question or the prompt is open.
    fn click(&mut self, _: &Store, _: Position, _: &Layout) -> Heard {
        Heard::Nothing
    }
}
