//! The strip of tabs: the label of each tab and its position.

use ratatui::layout::Rect;

use super::Tab;
use crate::app::State;
use crate::model::{SourceId, text};

/// A tab in the strip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The number of the tab, from 0.
    pub tab: usize,
    pub text: String,
    pub area: Rect,
}

/// The greatest width of a label, in cells.
const LONGEST: usize = 24;

/// The labels that have room. The label of the tab on the screen is always among them.
pub fn labels(state: &State, area: Rect) -> Vec<Label> {
    if area.is_empty() {
        return Vec::new();
    }
    let names: Vec<String> = (0..).zip(state.tabs.iter()).map(|(i, tab)| name(state, i, tab)).collect();
    let width = |name: &String| text::width(name) as u16;
    // As many tabs before it are shown as fit.
    let mut first = state.tabs.at();
    let mut taken = width(&names[first]);
    while let Some(before) = first.checked_sub(1).map(|i| width(&names[i])).filter(|more| taken + more <= area.width) {
        (first, taken) = (first - 1, taken + before);
    }
    let mut x = area.x;
    let mut out = Vec::new();
    for (tab, text) in names.into_iter().enumerate().skip(first) {
        let width = width(&text).min(area.right() - x);
        if width == 0 {
            break;
        }
        out.push(Label { tab, text, area: Rect { x, width, ..area } });
        x += width;
    }
    out
}

/// ` 2 pods `, or ` 2 pods @prod ` if the tabs are about several contexts.
fn name(state: &State, i: usize, tab: &Tab) -> String {
    let own = match tab.name.is_empty() {
        false => tab.name.to_string(),
        true => {
            let crumb = tab.pane().top().map(|view| view.crumb()).unwrap_or_default();
            match (state.here_in(tab.pane()), are_about_several(state)) {
                (Some(place), true) => format!("{crumb} @{}", place.name),
                _ => crumb,
            }
        }
    };
    format!(" {} {} ", i + 1, text::fit(&text::clean(&own), LONGEST))
}

fn are_about_several(state: &State) -> bool {
    let mut places = state.tabs.iter().map(|tab| state.here_in(tab.pane()).map(|place| place.id));
    let first: Option<Option<SourceId>> = places.next();
    places.any(|place| Some(place) != first)
}
