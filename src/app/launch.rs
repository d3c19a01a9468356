//! What a run begins with: the terminal, the places, the user's files and the flags. Equal launches lead to equal states.

use serde::{Deserialize, Serialize};

use super::columns::Choices;
use super::keymap::{self, Keymap};
use super::policy::Policy;
use super::settings::Settings;
use super::{Level, Looked, Opening, Place, Recorded, State, View};
use crate::kinds;
use crate::model::{Error, Family, Result, Time};
use crate::theme::{self, Depth, Theme};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Launch {
    pub now: Time,
    /// The columns and the rows of the terminal.
    pub size: (u16, u16),
    /// Whether characters outside ASCII may be drawn as shapes.
    pub unicode: bool,
    pub depth: Depth,
    /// The number of threads that filter many rows. A frame that is drawn meanwhile shows what they did until then.
    pub lanes: u32,
    pub places: Vec<Place>,
    /// Those inside of clusters, whether the user looks inside or not.
    #[serde(default)]
    pub inside: Vec<Place>,
    pub looked: Vec<Looked>,
    /// What is wrong with the files that name places.
    pub problem: Option<Error>,
    pub policy: Policy,
    pub settings: Settings,
    /// The columns that the user chose in earlier runs.
    pub columns: Choices,
    pub first: FirstView,
    /// The recording that is made of the run.
    pub recorded: Option<Recorded>,
}

/// What the command line says about the first view.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct FirstView {
    /// The line that is carried out first.
    pub line: Option<String>,
    /// Whether the first table is over all namespaces.
    pub everywhere: bool,
    /// Whether a context is named.
    pub context: bool,
    /// Whether the guided tour begins.
    pub tour: bool,
}

impl Launch {
    pub fn state(&self) -> Result<State> {
        let theme = Theme::named(theme::DEFAULT)?.reduced(self.depth);
        let mut state = State::new(self.now, self.size, Keymap::named(keymap::DEFAULT)?, theme);
        state.display.options.unicode = self.unicode;
        state.display.recorded = self.recorded;
        state.places.looked = self.looked.clone();
        state.places.all = self.places.clone();
        state.places.inside = self.inside.clone();
        state.places.home = self.home().map(|place| place.id);
        state.policy = self.policy.clone();
        if self.recorded == Some(Recorded::Contents) {
            state.tell(Level::Warn, "everything is recorded, secrets and what you type as well: do not share the file");
        }
        let opened = self.first_view(&mut state);
        if self.first.tour {
            state.start_tour();
        }
        let clusters = self.of(kinds::USUAL).next().is_some();
        // Who has an engine and no cluster misses nothing.
        let lacks = state.tabs.stack().iter().all(|view| matches!(view, View::Start(_))) || clusters;
        // The start screen says by itself that there is nothing.
        let empty = !clusters && !self.first.context;
        let problem = self.problem.clone().filter(|_| lacks && !empty);
        if let Err(error) = opened.and_then(|()| problem.map_or(Ok(()), Err)) {
            state.complain(&error);
        }
        // Nothing after this hides why nothing may be written.
        state.adopt(self.settings.clone());
        state.recall_columns(self.columns.clone());
        Ok(state)
    }

    fn home(&self) -> Option<&Place> {
        self.places.iter().find(|place| place.is_home())
    }

    fn of<'a>(&'a self, family: &'a Family) -> impl Iterator<Item = &'a Place> {
        self.places.iter().filter(move |place| place.counts_for(family))
    }

    fn first_view(&self, state: &mut State) -> Result<()> {
        let plain = |kind: &str| Opening { kind: kind.to_owned(), ..Opening::default() };
        let opened = match self.home() {
            Some(_) => {
                let namespace = self.first.everywhere.then(|| "all".to_owned());
                state.open(&Opening { namespace, ..plain(kinds::USUAL.first().name) })
            }
            None => {
                let near = self.places.iter().find(|place| !place.family.is_home && place.problem.is_none());
                match (self.of(kinds::USUAL).next(), near) {
                    (Some(_), _) => state.open(&plain(kinds::program::contexts::KIND.name)),
                    (None, Some(near)) => state.switch(&near.name),
                    (None, None) => Ok(()),
                }
            }
        };
        if self.home().is_some() && opened.is_err() {
            return opened;
        }
        if let Some(line) = &self.first.line {
            let _ = state.start_with(line);
        }
        opened
    }
}
