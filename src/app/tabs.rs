//! Tabs and panes. A tab has one pane, or two panes side by side or one above the other. A pane has a stack of views.
//! One pane has the focus: keys, commands and questions are about its top view.

mod change;
mod strip;

use super::view::{Editor, EditorId, Start, View};
use crate::model::Str;

pub use strip::{Label, labels};

/// A stack of views. It is never empty.
#[derive(Debug)]
pub struct Pane {
    pub stack: Vec<View>,
}

impl Default for Pane {
    fn default() -> Self {
        Self { stack: vec![View::Start(Start)] }
    }
}

impl Pane {
    pub fn top(&self) -> Option<&View> {
        self.stack.last()
    }

    /// A copy of the views, without those of which there can be only one.
    fn another(&self) -> Self {
        let stack: Vec<View> = self.stack.iter().filter_map(|view| view.another()).collect();
        if stack.is_empty() { Self::default() } else { Self { stack } }
    }
}

/// Where the second pane of a tab stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Side {
    #[default]
    Beside,
    Below,
}

#[derive(Debug, Default)]
pub struct Tab {
    /// The name that the user gave. If it is empty, the strip shows the title of the view.
    pub name: Str,
    first: Pane,
    second: Option<Pane>,
    /// Whether the second pane has the focus.
    is_second: bool,
    pub side: Side,
    /// The share of the room that the first pane has, in percent.
    share: u16,
}

/// The share of the first pane after a split, and the least share of each pane, in percent.
const HALF: u16 = 50;
const LEAST: u16 = 15;

impl Tab {
    fn new(first: Pane) -> Self {
        Self { first, share: HALF, ..Self::default() }
    }

    pub fn pane(&self) -> &Pane {
        self.second.as_ref().filter(|_| self.is_second).unwrap_or(&self.first)
    }

    pub fn pane_mut(&mut self) -> &mut Pane {
        match &mut self.second {
            Some(second) if self.is_second => second,
            Some(_) | None => &mut self.first,
        }
    }

    pub fn panes(&self) -> impl Iterator<Item = &Pane> {
        std::iter::once(&self.first).chain(&self.second)
    }

    fn panes_mut(&mut self) -> impl Iterator<Item = &mut Pane> {
        std::iter::once(&mut self.first).chain(&mut self.second)
    }

    pub fn is_split(&self) -> bool {
        self.second.is_some()
    }

    /// The number of the pane that has the focus.
    pub fn at(&self) -> usize {
        usize::from(self.is_second && self.is_split())
    }

    /// Gives a pane the focus.
    fn go(&mut self, pane: usize) {
        self.is_second = pane > 0 && self.is_split();
    }

    /// The number of cells of the first pane, out of `room` cells.
    pub fn part(&self, room: u16) -> u16 {
        (u32::from(room) * u32::from(self.share) / 100) as u16
    }

    fn split(&mut self, side: Side, second: Pane) {
        (self.second, self.is_second, self.side, self.share) = (Some(second), true, side, HALF);
    }

    /// Closes the pane that has the focus, and returns it, if there is another.
    fn close_pane(&mut self) -> Option<Pane> {
        let second = self.second.take()?;
        let closed =
            if std::mem::take(&mut self.is_second) { second } else { std::mem::replace(&mut self.first, second) };
        Some(closed)
    }

    fn share_out(&mut self, percent: u16) {
        self.share = percent.clamp(LEAST, 100 - LEAST);
    }
}

#[derive(Debug)]
pub struct Tabs {
    all: Vec<Tab>,
    at: usize,
    /// Whether the mouse drags the border between two panes.
    pub(super) is_dragging: bool,
}

impl Default for Tabs {
    fn default() -> Self {
        Self { all: vec![Tab::new(Pane::default())], at: 0, is_dragging: false }
    }
}

impl Tabs {
    /// The tab that is on the screen.
    pub fn tab(&self) -> &Tab {
        &self.all[self.at]
    }

    pub(super) fn tab_mut(&mut self) -> &mut Tab {
        &mut self.all[self.at]
    }

    pub fn iter(&self) -> impl Iterator<Item = &Tab> {
        self.all.iter()
    }

    /// The number of tabs. It is never zero.
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// The number of the tab on the screen, from 0.
    pub fn at(&self) -> usize {
        self.at
    }

    /// Whether there is a second pane or a second tab.
    pub fn are_several(&self) -> bool {
        self.all.len() > 1 || self.tab().is_split()
    }

    /// The views of the pane that has the focus.
    pub fn stack(&self) -> &[View] {
        &self.tab().pane().stack
    }

    pub fn stack_mut(&mut self) -> &mut Vec<View> {
        &mut self.tab_mut().pane_mut().stack
    }

    pub fn top_mut(&mut self) -> Option<&mut View> {
        self.stack_mut().last_mut()
    }

    /// The views of all tabs, also of those that are not on the screen.
    pub fn views(&self) -> impl Iterator<Item = &View> {
        self.all.iter().flat_map(Tab::panes).flat_map(|pane| &pane.stack)
    }

    pub fn views_mut(&mut self) -> impl Iterator<Item = &mut View> {
        self.all.iter_mut().flat_map(Tab::panes_mut).flat_map(|pane| &mut pane.stack)
    }

    pub(super) fn editor(&self, number: EditorId) -> Option<&Editor> {
        self.views().filter_map(View::editor).find(|editor| editor.number == number)
    }

    pub(super) fn editor_mut(&mut self, number: EditorId) -> Option<&mut Editor> {
        self.views_mut().filter_map(View::editor_mut).find(|editor| editor.number == number)
    }

    pub(super) fn remove_editor(&mut self, number: EditorId) {
        self.remove(|view| view.editor().is_some_and(|editor| editor.number == number));
    }

    /// Removes views from all panes.
    pub(super) fn remove(&mut self, is_over: impl Fn(&View) -> bool) {
        for pane in self.all.iter_mut().flat_map(Tab::panes_mut) {
            pane.stack.retain(|view| !is_over(view));
            if pane.stack.is_empty() {
                *pane = Pane::default();
            }
        }
    }

    /// Gives the focus to a pane of the tab on the screen. Returns the number of the pane that had it.
    pub(super) fn go_to_pane(&mut self, pane: usize) -> usize {
        let before = self.tab().at();
        self.tab_mut().go(pane);
        before
    }
}
