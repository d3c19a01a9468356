//! `:apply PATH`: the same steps on the screen, with one page for all.

use super::{Due, Plan, Run, documents, lines};
use crate::app::view::{Caution, Line, Subject};
use crate::app::waiting::Then;
use crate::app::{Effect, Level, State, Ticket};
use crate::model::{Error, Reply, Result, SourceId, Str, Time};
use crate::theme::Role;

/// The application that is running, or the last one.
#[derive(Debug)]
pub struct Applying {
    pub path: String,
    at: SourceId,
    namespace: Str,
    force: bool,
    /// The end of a pause.
    resumes: Option<Time>,
    run: Option<Run>,
    problem: Option<String>,
    /// A number that grows with each reply. The page is made again when it grows.
    pub revision: u64,
    caution: Caution,
}

const NOTHING: Vec<Effect> = Vec::new();

impl State {
    /// Reads documents and shows what they would change.
    pub fn apply_path(&mut self, path: &str, recursive: bool, force: bool) -> Result<Vec<Effect>> {
        if self.acts.applying.as_ref().is_some_and(|applying| applying.run.as_ref().is_some_and(Run::is_writing)) {
            return Err(Error::Invalid("the last apply is still running".to_owned()));
        }
        let place = self.here().ok_or_else(|| Error::Invalid("there is no cluster to apply to".to_owned()))?;
        let (at, own) = (place.id, place.namespace.clone());
        let namespace = self.scope_here().namespace.unwrap_or(own);
        let ticket = self.waiting.expect(Then::Apply);
        let path = path.to_owned();
        self.acts.applying = Some(Applying {
            path: path.clone(),
            at,
            namespace,
            force,
            resumes: None,
            run: None,
            problem: None,
            revision: 0,
            caution: Caution::default(),
        });
        if self.page().is_none_or(|page| page.subject != Subject::Apply) {
            self.show(Subject::Apply);
        }
        Ok(vec![Effect::Read { ticket, path, recursive }])
    }

    /// Takes in the documents that were read.
    pub(in crate::app) fn was_read(&mut self, ticket: Ticket, result: Result<Vec<(String, String)>>) -> Vec<Effect> {
        self.display.dirty = true;
        let (Some(Then::Apply), Some(applying)) = (self.waiting.take(ticket), &self.acts.applying) else {
            return NOTHING;
        };
        let (at, served) = (applying.at, self.served(applying.at));
        let planned = result.and_then(|files| documents(&files)).and_then(|documents| match served.is_empty() {
            true => Err(Error::Offline("the kinds of the server are not loaded yet; try again in a moment".to_owned())),
            false => Ok(Plan::new(documents, at, served, &applying.namespace)),
        });
        let Some(applying) = &mut self.acts.applying else { return NOTHING };
        applying.revision += 1;
        match planned {
            Ok(plan) => applying.run = Some(Run::new(plan, applying.force)),
            Err(error) => applying.problem = Some(error.text().to_owned()),
        }
        self.apply_step()
    }

    pub(in crate::app) fn apply_answered(&mut self, result: Result<Reply>) -> Vec<Effect> {
        let Some(applying) = &mut self.acts.applying else { return NOTHING };
        applying.revision += 1;
        if let Some(run) = &mut applying.run {
            run.take(result);
        }
        self.apply_step()
    }

    fn apply_step(&mut self) -> Vec<Effect> {
        let Some(run) = self.acts.applying.as_mut().and_then(|applying| applying.run.as_mut()) else { return NOTHING };
        let request = match run.due() {
            Some(Due::Call(request)) => *request,
            Some(Due::Pause(pause)) => {
                let resumes = self.now.plus_millis(i64::try_from(pause.as_millis()).unwrap_or(i64::MAX));
                self.acts.applying.iter_mut().for_each(|applying| applying.resumes = Some(resumes));
                return NOTHING;
            }
            None => {
                if run.is_done() {
                    self.applied();
                }
                return NOTHING;
            }
        };
        vec![self.send(Then::Apply, request)]
    }

    /// When the pause of an application is over.
    pub(in crate::app) fn apply_due(&self) -> Option<Time> {
        self.acts.applying.as_ref()?.resumes
    }

    /// Continues after a pause.
    pub(in crate::app) fn resume_apply(&mut self) -> Vec<Effect> {
        let now = self.now;
        let Some(applying) =
            self.acts.applying.as_mut().filter(|applying| applying.resumes.is_some_and(|due| due <= now))
        else {
            return NOTHING;
        };
        applying.resumes = None;
        applying.run.iter_mut().for_each(Run::resume);
        self.apply_step()
    }

    fn applied(&mut self) {
        let Some(run) = self.acts.applying.as_ref().and_then(|applying| applying.run.as_ref()) else { return };
        let (failed, all) = (run.failed(), run.items.len());
        match failed {
            0 => self.tell(Level::Info, done(all)),
            n => self.tell(Level::Bad, format!("{n} of {all} not applied")),
        }
    }

    /// Starts to write, because the user agreed.
    pub fn apply_write(&mut self) -> Result<Vec<Effect>> {
        let now = self.now;
        if self.acts.applying.as_mut().and_then(Applying::caution_mut).is_none() {
            return Err(Error::Invalid("nothing here can be applied".to_owned()));
        }
        if !self.caution().is_some_and(|caution| caution.allows(now)) {
            self.tell_too_early("apply-write", "apply");
            return Ok(NOTHING);
        }
        self.acts.applying.iter_mut().filter_map(|applying| applying.run.as_mut()).for_each(Run::go);
        Ok(self.apply_step())
    }
}

impl Applying {
    /// The caution of the page, while it asks the user.
    pub(in crate::app) fn caution_mut(&mut self) -> Option<&mut Caution> {
        let asks = self.run.as_ref().is_some_and(|run| run.asks() && run.goes() > 0);
        asks.then_some(&mut self.caution)
    }

    /// The lines of the page. `applies` names the key that continues.
    pub fn lines(&self, unicode: bool, applies: &str) -> Vec<Line> {
        let say = |words: String, role: Role| vec![(Str::from(words), role)];
        let Some(run) = &self.run else {
            return vec![match &self.problem {
                Some(problem) => say(problem.clone(), Role::Bad),
                None => say(format!("reading {} ...", self.path), Role::Muted),
            }];
        };
        let (goes, all, failed) = (run.goes(), run.items.len(), run.failed());
        let them = if goes == 1 { "it" } else { "them" };
        let head = match () {
            () if run.is_done() && failed == 0 => say(done(all), Role::Good),
            () if run.is_done() => say(format!("{failed} of {all} not applied"), Role::Bad),
            () if run.is_writing() => say("applying ...".to_owned(), Role::Progress),
            () if run.asks() => say(format!("{goes} of {all} can be applied: {applies} {them}"), Role::Title),
            () => say("trying them on the server ...".to_owned(), Role::Progress),
        };
        [head, Line::new()].into_iter().chain(lines(run, unicode)).collect()
    }
}

fn done(all: usize) -> String {
    if all == 1 { "applied".to_owned() } else { format!("all {all} applied") }
}
