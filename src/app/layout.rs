//! The places of all parts of the screen. Drawing, preparing and the mouse share them.

use ratatui::layout::Rect;

use super::State;
use super::own;
use super::tabs::{Pane, Side, Tab};

/// The parts of the screen: those of the panes, and those that all of them share. Areas without room are empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Areas {
    /// The tabs, where there are several.
    pub strip: Rect,
    /// The panes of the tab on the screen.
    pub panes: [Rect; 2],
    /// Where the mouse can drag the border between two panes.
    pub border: Rect,
    /// What the tour says, above the hints.
    pub tour: Rect,
    pub hints: Rect,
    /// False if one of two panes is not shown because there is no room for both.
    pub has_room: bool,
}

/// The areas of a pane, top to bottom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    pub title: Rect,
    pub rule: Rect,
    /// Figures of the program above the rows of `:self`.
    pub figures: Rect,
    pub header: Rect,
    pub body: Rect,
}

/// The width in columns below which the figures take one more line.
const BROAD: u16 = 130;

/// The lines of the tour: a title and what to do. A screen of less than [`LOW`] lines shows no tour and no figures.
const TOUR: u16 = 4;
const LOW: u16 = 16;

/// The least width of a pane beside another one, and the least height of a pane above another one.
const NARROWEST: u16 = 36;
const LOWEST: u16 = 6;

impl Areas {
    fn of(state: &State) -> Self {
        let (width, height) = state.display.size;
        let row = |y: u16, tall: u16| Rect::new(0, y.min(height), width, tall.min(height.saturating_sub(y)));
        let none = row(0, 0);
        let tab = state.tabs.tab();
        if state.is_full() {
            let told = state.focus.input().is_some() || state.display.notice.is_some();
            let below = u16::from(height > 4 && told);
            let hints = row(height - below.min(height), below);
            let whole = row(0, height.saturating_sub(below));
            let panes = if tab.at() == 0 { [whole, none] } else { [none, whole] };
            return Self { strip: none, panes, border: none, tour: none, hints, has_room: true };
        }
        let hint_rows = u16::from(height > 4);
        let tour_rows = if state.display.tour.is_some() && height >= LOW { TOUR } else { 0 };
        let strip = row(0, u16::from(state.tabs.len() > 1 && height > 4));
        let whole = row(strip.height, height.saturating_sub(strip.height + tour_rows + hint_rows));
        let shared = shared(tab, whole);
        let alone = if tab.at() == 0 { [whole, none] } else { [none, whole] };
        let (panes, border) = shared.unwrap_or((alone, none));
        Self {
            strip,
            panes,
            border,
            tour: row(whole.bottom(), tour_rows),
            hints: row(height - hint_rows.min(height), hint_rows),
            has_room: shared.is_some() || !tab.is_split(),
        }
    }
}

/// The areas of two panes and the border between them, if there is room for both.
fn shared(tab: &Tab, whole: Rect) -> Option<([Rect; 2], Rect)> {
    let Rect { x, y, width, height } = whole;
    let part = |room: u16, least: u16| {
        let fits = tab.is_split() && room >= 2 * least;
        fits.then(|| tab.part(room).clamp(least, room - least))
    };
    match tab.side {
        Side::Beside => {
            let left = part(width.saturating_sub(1), NARROWEST)?;
            let second = Rect { x: x + left + 1, width: width - left - 1, ..whole };
            Some(([Rect { width: left, ..whole }, second], Rect::new(x + left, y, 1, height)))
        }
        Side::Below => {
            let above = part(height, LOWEST)?;
            let second = Rect { y: y + above, height: height - above, ..whole };
            Some(([Rect { height: above, ..whole }, second], Rect { height: 1, ..second }))
        }
    }
}

impl Layout {
    /// The layout of the pane that has the focus.
    pub fn of(state: &State) -> Self {
        let tab = state.tabs.tab();
        Self::within(state, tab.pane(), state.areas().panes[tab.at()])
    }

    /// The layout of a pane that has this area.
    pub fn within(state: &State, pane: &Pane, area: Rect) -> Self {
        let bottom = area.height;
        let row =
            |y: u16, tall: u16| Rect { y: area.y + y.min(bottom), height: tall.min(bottom.saturating_sub(y)), ..area };
        let none = Rect { height: 0, ..area };
        let Some(view) = pane.top() else {
            return Self { title: row(0, 1), rule: row(1, 1), figures: none, header: none, body: row(2, bottom) };
        };
        if state.is_full() {
            // All of it for the text, but for what is typed and what narrows it.
            let above = u16::from(state.focus.input().is_some() || view.is_narrowed());
            return Self { title: row(0, above), rule: none, figures: none, header: none, body: row(above, bottom) };
        }
        let tall = if state.tabs.tab().is_split() { bottom } else { state.display.size.1 };
        let figure_rows = match view.table() {
            Some(table) if own::is_about(table) && tall >= LOW => 2 + u16::from(area.width < BROAD),
            Some(_) | None => 0,
        };
        let header_rows = u16::from(view.table().is_some());
        let above = 2 + figure_rows + header_rows;
        Self {
            title: row(0, 1),
            rule: row(1, 1),
            figures: row(2, figure_rows),
            header: if header_rows > 0 { row(above - 1, 1) } else { none },
            body: row(above, bottom.saturating_sub(above)),
        }
    }
}

impl State {
    pub fn areas(&self) -> Areas {
        Areas::of(self)
    }

    /// The panes on the screen, with their numbers and areas. The pane with the focus is always among them.
    pub fn shown_panes(&self) -> impl Iterator<Item = (usize, &Pane, Rect)> {
        let (areas, at) = (self.areas().panes, self.tabs.tab().at());
        let all = self.tabs.tab().panes().zip(areas).enumerate();
        all.filter(move |(i, (_, area))| *i == at || !area.is_empty()).map(|(i, (pane, area))| (i, pane, area))
    }

    /// The views that are on the screen.
    pub fn shown_views(&self) -> impl Iterator<Item = &super::View> {
        self.shown_panes().filter_map(|(_, pane, _)| pane.top())
    }
}
