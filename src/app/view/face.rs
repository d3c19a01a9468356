//! What every view says of itself and takes in. Most views need little of it: what they leave out does nothing.

use crossterm::event::{KeyEvent, MouseEvent};
use ratatui::layout::Position;

use super::{Caution, Frame, Travel};
use crate::app::acts::Acts;
use crate::app::filter::Wrong;
use crate::app::layout::Layout;
use crate::app::store::Store;
use crate::app::{Effect, Purpose, State};
use crate::model::{Id, KindRef, Query, Result, SourceId, Time};

/// What a view made of something that no command of the key map is for.
#[derive(Debug)]
pub enum Heard {
    /// Nothing: it is for somebody else.
    Nothing,
    Done(Vec<Effect>),
    /// It means this command.
    Command(&'static str),
}

/// Where a `State` comes along with a view that changes, that state lacks the view.
pub trait Face {
    /// The last of the crumbs.
    fn crumb(&self) -> String;

    /// The key map's scopes, narrowest first.
    fn scopes(&self) -> Vec<String>;

    fn at(&self) -> Option<SourceId> {
        None
    }

    /// The question whose answer it shows.
    fn query(&self) -> Option<Query> {
        None
    }

    /// That question first, then those about what is shown beside it.
    fn queries(&self) -> Vec<Query> {
        self.query().into_iter().collect()
    }

    /// The kind that commands are about.
    fn kind(&self) -> Option<KindRef> {
        None
    }

    /// The object that commands are about.
    fn object(&self, _: &Store) -> Option<Id> {
        None
    }

    /// When it differs by itself, if it was last drawn at `drawn`.
    fn wake(&self, _: &Store, _drawn: Time) -> Option<Time> {
        None
    }

    /// Whether it has the whole screen.
    fn is_full(&self) -> bool {
        false
    }

    /// Whether what is typed goes into it.
    fn is_typed_into(&self) -> bool {
        false
    }

    /// Whether a key that means nothing here is told where it does.
    fn tells_strays(&self) -> bool {
        false
    }

    /// Where a view of rows is, in the words of the tour.
    fn way_to_rows(&self) -> &'static str {
        "{prompt}pods leads to the pods first."
    }

    /// What keeps a key that writes from counting too early, where one key does.
    fn caution<'a>(&'a mut self, _: &'a mut Acts) -> Option<&'a mut Caution> {
        None
    }

    /// What `/` opens here, and the text that it begins with.
    fn search(&self) -> Option<(Purpose, String)> {
        None
    }

    /// Shows only what matches; a text that is no filter leaves the one before.
    fn filter(&mut self, _: &Store, _text: &str) -> Result<(), Wrong> {
        Ok(())
    }

    /// Whether a filter or a search is on.
    fn is_narrowed(&self) -> bool {
        false
    }

    /// Shows all again.
    fn widen(&mut self) -> Result<()> {
        Ok(())
    }

    fn travel(&mut self, _: &Store, _way: Travel) {}

    /// Goes sideways by so many steps.
    fn shift(&mut self, _steps: isize) {}

    /// What is copied of it, and what that is in a word or two.
    fn copied(&self, _: &State) -> Option<(String, String)> {
        None
    }

    /// The name of the file that it is saved to, and the text.
    fn saved(&self, _: &State) -> Result<Option<(String, String)>> {
        Ok(None)
    }

    /// Takes in what arrived since the last frame, at most about `budget` rows of it. True when all is in.
    fn prepare(&mut self, _: &mut State, _: Frame, _budget: usize) -> (bool, Vec<Effect>) {
        (true, Vec::new())
    }

    /// A key that the key map leaves to it.
    fn press(&mut self, _: &mut State, _: KeyEvent) -> Heard {
        Heard::Nothing
    }

    fn paste(&mut self, _: &mut State, _text: &str) -> Heard {
        Heard::Nothing
    }

    /// Whatever the mouse does; only who has the mouse for itself takes it.
    fn mouse(&mut self, _: &mut State, _: MouseEvent, _: &Layout) -> Heard {
        Heard::Nothing
    }

    /// A click of the left button, while nothing is typed.
    fn click(&mut self, _: &Store, _: Position, _: &Layout) -> Heard {
        Heard::Nothing
    }
}
