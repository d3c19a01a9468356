//! A guided tour. Each step says one thing to do and waits until it is done. One key leaves the tour. It reads what is
//! on the screen and takes no key of its own.

use super::view::Subject;
use super::{Effect, State, View};
use crate::kinds::kube::pods;
use crate::kinds::mesh::routes;
use crate::model::{Error, Kind, Result};

pub struct Step {
    pub title: &'static str,
    /// The text. `{command}` becomes its key on pods, and `{command@scope}` its key in another scope.
    text: &'static str,
    /// Whether the step starts on the rows of pods.
    on_pods: bool,
    done: fn(&State) -> bool,
}

pub static STEPS: &[Step] = &[
    Step {
        title: "Open",
        text: "Type {prompt}pods and {prompt-submit@prompt}. Every kind opens like that, {prompt}deploy, {prompt}svc, {prompt}nodes; \
               {prompt-accept@prompt} completes what you type.",
        on_pods: false,
        done: |state| state.focus.input().is_none() && is_table(state, &pods::KIND),
    },
    Step {
        title: "Find",
        text: "Press {filter} and type a few letters of a name: the rows follow as you type. {prompt-submit@prompt} keeps the filter, \
               {prompt-cancel@prompt} cancels it.",
        on_pods: true,
        done: |state| state.focus.input().is_none() && state.table().is_some_and(|table| !table.filter.is_empty()),
    },
    Step {
        title: "Describe",
        text: "Press {describe} on a row: its details, its related objects and its latest events.",
        on_pods: true,
        done: |state| state.page().is_some_and(|page| matches!(page.subject, Subject::Describe(_))),
    },
    Step {
        title: "Logs",
        text: "Press {logs} on a pod: the live logs of its containers. {filter@view.log} filters, \
               {log-follow@view.log} follows or stops.",
        on_pods: true,
        done: |state| matches!(state.top(), Some(View::Log(_))),
    },
    Step {
        title: "Shell",
        text: "Press {shell} on a pod: a shell in its container, in a full terminal. \
               {session-leave@view.terminal} comes back and leaves it running.",
        on_pods: true,
        done: |state| matches!(state.top(), Some(View::Terminal(_))),
    },
    Step {
        title: "Edit",
        text: "Press {edit} on a row, change a label, press {edit-review@view.editor}: you see what would change \
               before it is saved.",
        on_pods: true,
        done: |state| state.editor().is_some_and(|editor| editor.reviews()),
    },
    Step {
        title: "Routes",
        text: "Type {prompt}routes and {prompt-submit@prompt}: which host and path leads where, with what weight, and what is wrong with it.",
        on_pods: false,
        done: |state| is_table(state, &routes::KIND),
    },
    Step {
        title: "Leave",
        text: "That was the tour. {help} shows what you can do in any view; {prompt}q and {prompt-submit@prompt} quits spyhop.",
        on_pods: false,
        done: |state| state.display.done,
    },
];

fn is_table(state: &State, kind: &Kind) -> bool {
    state.table().is_some_and(|table| table.kind.is(kind))
}

/// The step at which a tour is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tour {
    pub at: usize,
    /// Whether the goal of the step was missing at some time: a step counts as done only if the user reached its goal.
    armed: bool,
}

impl Tour {
    pub fn step(&self) -> &'static Step {
        &STEPS[self.at.min(STEPS.len() - 1)]
    }
}

impl State {
    /// Starts the tour, whatever view is on the screen.
    pub fn start_tour(&mut self) {
        self.go_on_tour(0);
    }

    fn go_on_tour(&mut self, at: usize) {
        let mut tour = Tour { at, armed: false };
        tour.armed = !(tour.step().done)(self);
        self.display.tour = Some(tour);
        self.display.dirty = true;
    }

    /// Goes to the next step when this one is done.
    pub(super) fn follow_tour(&mut self) {
        let Some(tour) = &self.display.tour else { return };
        let (at, done) = (tour.at, (tour.step().done)(self));
        if done && tour.armed && at + 1 < STEPS.len() {
            self.go_on_tour(at + 1);
        } else if let Some(tour) = self.display.tour.as_mut().filter(|_| !done) {
            tour.armed = true;
        }
    }

    /// `:tour` starts the tour, `:tour 5` starts it at a step, `:tour next` goes to the next step, `:tour end` ends it.
    pub(super) fn tour_command(&mut self, word: &str) -> Result<Vec<Effect>> {
        let at = self.display.tour.as_ref().map_or(0, |tour| tour.at + 1);
        match word {
            "" => self.start_tour(),
            "next" => self.go_on_tour(at.min(STEPS.len() - 1)),
            "end" => self.display.tour = None,
            _ => {
                let step = word.parse::<usize>().ok().filter(|step| (1..=STEPS.len()).contains(step));
                let wrong = || format!("the tour has steps 1 to {}; next and end work too", STEPS.len());
                self.go_on_tour(step.ok_or_else(|| Error::Invalid(wrong()))? - 1);
            }
        }
        Ok(Vec::new())
    }

    /// The text of the step with the user's keys, and the way to the view in which it starts.
    pub fn tour_lines(&self, tour: &Tour) -> (String, String) {
        let step = tour.step();
        let way = if step.on_pods { self.way_to_pods() } else { "" };
        let spell = |text: &str| self.keymap.spell(text, &["kind.pods", "view.table", "global"]);
        (spell(step.text), spell(way))
    }

    fn way_to_pods(&self) -> &'static str {
        if !self.focus.is_on_view() {
            return "";
        }
        match self.top() {
            Some(View::Table(table)) if table.kind.is(&pods::KIND) => "",
            Some(view) => view.way_to_rows(),
            None => "",
        }
    }
}
