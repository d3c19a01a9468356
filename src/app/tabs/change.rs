//! Opening, leaving and closing tabs and panes.

use super::{Pane, Side, Tab, Tabs};
use crate::app::drafts::Due;
use crate::app::session::Session;
use crate::app::view::{Caution, View};
use crate::app::{Effect, Focus, Level, State};
use crate::model::{Error, Result, Str};

/// The highest number of tabs. Each tab keeps its views in memory.
const MOST: usize = 32;
/// The border moves by this share of the room, in percent.
const STEP: i32 = 5;

impl State {
    /// Opens a tab after the one on the screen, with a copy of its views.
    pub(in crate::app) fn open_tab(&mut self) -> Result<()> {
        if self.tabs.all.len() >= MOST {
            return Err(Error::Invalid(format!("there are {MOST} tabs already")));
        }
        let tab = Tab::new(self.tabs.tab().pane().another());
        self.tabs.at += 1;
        self.tabs.all.insert(self.tabs.at, tab);
        self.arrive();
        Ok(())
    }

    pub(in crate::app) fn go_to_tab(&mut self, at: usize) {
        self.tabs.at = at.min(self.tabs.all.len() - 1);
        self.arrive();
    }

    /// Goes forward by this number of tabs. After the last tab comes the first.
    pub(in crate::app) fn next_tab(&mut self, steps: isize) {
        let at = (self.tabs.at as isize + steps).rem_euclid(self.tabs.all.len() as isize);
        self.go_to_tab(at as usize);
    }

    /// Goes to the other pane of the tab, or to the next tab if this one has a single pane.
    pub(in crate::app) fn next_pane(&mut self) {
        match self.tabs.tab().is_split() {
            true => self.go_to_pane(1 - self.tabs.tab().at()),
            false => self.next_tab(1),
        }
    }

    pub(in crate::app) fn go_to_pane(&mut self, pane: usize) {
        self.tabs.go_to_pane(pane);
        self.arrive();
    }

    /// Names the tab. `-` removes the name.
    pub(in crate::app) fn name_tab(&mut self, name: &str) {
        self.tabs.tab_mut().name = if name == "-" { Str::new() } else { Str::from(name) };
        self.display.dirty = true;
    }

    /// Opens a second pane with a copy of the views.
    pub(in crate::app) fn split(&mut self, side: Side) -> Result<()> {
        if self.tabs.tab().is_split() {
            let text =
                self.in_keys("a tab has at most two panes; {close@global} closes one, {tab new@global} opens a tab");
            return Err(Error::Invalid(text));
        }
        let second = self.tabs.tab().pane().another();
        self.tabs.tab_mut().split(side, second);
        self.arrive();
        if !self.areas().has_room {
            self.tell(Level::Warn, "the window is too small for two panes: it shows the one with the focus");
        }
        Ok(())
    }

    /// Closes the pane with the focus. The last pane of a tab closes the tab.
    pub(in crate::app) fn close_pane(&mut self) -> Result<Vec<Effect>> {
        if !self.tabs.tab().is_split() {
            return self.close_tab();
        }
        Ok(self.close_by(|tabs| tabs.tab_mut().close_pane().into_iter().collect()))
    }

    pub(in crate::app) fn close_tab(&mut self) -> Result<Vec<Effect>> {
        if self.tabs.all.len() == 1 {
            return Err(Error::Invalid("this is the only tab; :q quits spyhop".to_owned()));
        }
        Ok(self.close_by(|tabs| {
            let Tab { first, second, .. } = tabs.all.remove(tabs.at);
            tabs.at = tabs.at.saturating_sub(1);
            std::iter::once(first).chain(second).collect()
        }))
    }

    /// Closes the other pane.
    pub(in crate::app) fn close_others(&mut self) -> Result<Vec<Effect>> {
        if !self.tabs.tab().is_split() {
            return Err(Error::Invalid("there is only one pane".to_owned()));
        }
        Ok(self.close_by(|tabs| {
            let tab = tabs.tab_mut();
            tab.is_second = !tab.is_second;
            tab.close_pane().into_iter().collect()
        }))
    }

    /// Closes panes: `close` takes them out of the tabs. Texts in them are kept first.
    fn close_by(&mut self, close: impl FnOnce(&mut Tabs) -> Vec<Pane>) -> Vec<Effect> {
        let effects = self.keep_drafts(Due::All);
        let closed = close(&mut self.tabs);
        self.arrive();
        self.tell_left(closed);
        effects
    }

    /// Says what goes on after its pane was closed: shells, and texts that are kept. Shells that have ended are forgotten.
    fn tell_left(&mut self, closed: Vec<Pane>) {
        let views: Vec<View> = closed.into_iter().flat_map(|pane| pane.stack).collect();
        let shells = views.iter().filter_map(View::terminal).map(|terminal| terminal.session);
        let (running, over): (Vec<_>, Vec<_>) =
            shells.partition(|shell| self.sessions.find(*shell).is_some_and(Session::runs));
        over.into_iter().for_each(|shell| self.sessions.close(shell));
        let mut editors = views.iter().filter_map(View::editor);
        let is_kept = editors.any(|editor| editor.changed() && editor.base.is_some());
        let text = is_kept.then(|| self.in_keys("your text is kept; {drafts@global} lists it"));
        let shell = (!running.is_empty()).then(|| "its shell keeps running; :sessions lists it".to_owned());
        let told: Vec<String> = text.into_iter().chain(shell).collect();
        if !told.is_empty() {
            self.tell(Level::Info, told.join("; "));
        }
    }

    /// Moves the border, so that the pane with the focus gets more room, or less if `steps` is negative.
    pub(in crate::app) fn widen_pane(&mut self, steps: i32) -> Result<()> {
        let tab = self.tabs.tab_mut();
        if !tab.is_split() {
            return Err(Error::Invalid("there is only one pane".to_owned()));
        }
        let steps = if tab.is_second { -steps } else { steps };
        tab.share_out((i32::from(tab.share) + steps * STEP).max(0) as u16);
        self.display.dirty = true;
        Ok(())
    }

    /// Moves the border, so that the first pane gets `part` of `room` cells.
    pub(in crate::app) fn drag_border(&mut self, part: u16, room: u16) {
        let percent = u32::from(part) * 100 / u32::from(room.max(1));
        self.tabs.tab_mut().share_out(percent.min(100) as u16);
        self.display.dirty = true;
    }

    /// Notes that another pane has the focus. What was begun in the former pane ends. A review has to be seen again before
    /// its key counts, because keys that were typed ahead may be meant for the former pane.
    fn arrive(&mut self) {
        self.focus = Focus::default();
        self.caution().into_iter().for_each(|caution| *caution = Caution::default());
        self.display.dirty = true;
    }

    /// Runs `work` while another pane of the tab has the focus.
    pub(in crate::app) fn as_in<T>(&mut self, pane: usize, work: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.tabs.go_to_pane(pane);
        let done = work(self);
        self.tabs.go_to_pane(before);
        done
    }
}
