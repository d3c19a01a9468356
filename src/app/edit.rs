//! Changes one object through its text. The object is read anew, the change is tried (dry run), reviewed, and written
//! once with the version that was read. If it is refused, the user is back in the text, with the reason.

mod text;

use std::sync::Arc;

use super::diff;
use super::view::{Base, Editor, EditorId, Problem, Review, Stage, Why};
use super::waiting::Then;
use super::yaml::read;
use super::{Effect, Job, Level, Returned, State, Ticket, View};
use crate::config::Editing;
use crate::model::{Error, Id, KindRef, Reply, Request, Result, Value, What};

/// How often a write is repeated if only the status of the object has changed meanwhile.
const AGAIN: u8 = 5;

const NOTHING: Vec<Effect> = Vec::new();

impl State {
    pub fn editor(&self) -> Option<&Editor> {
        self.top().and_then(View::editor)
    }

    pub fn editor_mut(&mut self) -> Option<&mut Editor> {
        self.top_mut().and_then(View::editor_mut)
    }

    /// Opens the text of an object, which is read anew.
    pub fn open_editor(&mut self, id: Id) -> Result<Vec<Effect>> {
        let (id, number) = (whole(id)?, self.drafts.next_editor());
        let effect = self.send(Then::Edit(number), Request::new(id.clone(), What::Get));
        let editing = self.settings.config.as_ref().and_then(|config| config.editor).unwrap_or_default();
        if editing == Editing::External {
            self.waiting.expect(Then::Lend(number));
        }
        self.tabs.stack_mut().push(View::Editor(Box::new(Editor::new(number, id))));
        Ok(vec![effect])
    }

    /// The editor that waits for this reply.
    fn editor_for(&mut self, ticket: Ticket) -> Option<EditorId> {
        match self.waiting.take(ticket)? {
            Then::Edit(editor) => self.tabs.editor(editor).map(|editor| editor.number),
            _ => None,
        }
    }

    /// Returns to the text of the editor on the screen. A reply that it waits for is ignored.
    pub(super) fn back_to_text(&mut self) {
        let Some(editor) = self.editor_mut() else { return };
        editor.stage = Stage::Typing;
        let number = editor.number;
        self.waiting.cancel(|then| matches!(then, Then::Edit(known) if *known == number));
    }

    /// Takes in a reply for an editor.
    pub(super) fn edited(&mut self, number: EditorId, result: Result<Reply>) -> Vec<Effect> {
        let Some(editor) = self.tabs.editor_mut(number) else { return NOTHING };
        match std::mem::replace(&mut editor.stage, Stage::Typing) {
            Stage::Reading => self.read(number, result),
            Stage::Trying(sent, reviewed) => self.tried(number, sent, reviewed, result),
            Stage::Writing(review) => self.written(number, review, result),
            Stage::Looking(why) => self.looked(number, why, result),
            stage @ (Stage::Typing | Stage::Reviewing(_)) => {
                editor.stage = stage;
                NOTHING
            }
        }
    }

    /// Takes in the reply to a write. If its editor was left, the outcome is reported nevertheless.
    pub(super) fn wrote(
        &mut self,
        editor: EditorId,
        id: &Id,
        draft: Option<u32>,
        result: Result<Reply>,
    ) -> Vec<Effect> {
        if self.tabs.editor(editor).is_some() {
            return self.edited(editor, result);
        }
        match result {
            Ok(reply) => {
                self.tell_written(id, &reply);
                draft.and_then(|draft| self.forget(draft)).into_iter().collect()
            }
            Err(error) => {
                let place = format!("{} was not saved, :drafts has your text", words(id));
                self.complain(&error.within(place));
                NOTHING
            }
        }
    }

    fn read(&mut self, number: EditorId, result: Result<Reply>) -> Vec<Effect> {
        let body = match result {
            Ok(reply) => reply.body,
            Err(error) => {
                self.tabs.remove_editor(number);
                self.complain(&error.within("cannot edit"));
                return NOTHING;
            }
        };
        let Some(editor) = self.tabs.editor_mut(number) else { return NOTHING };
        let base = Base::new(body);
        editor.start(&base.text);
        editor.base = Some(base);
        let Some(editor) = self.tabs.editor(number) else { return NOTHING };
        let draft = self.draft_for(editor).or_else(|| self.draft_left(&editor.id).cloned());
        if let Some(editor) = self.tabs.editor_mut(number) {
            editor.draft = draft.as_ref().map(|draft| draft.id);
            draft.iter().for_each(|draft| editor.resume(&draft.text, &draft.base, &draft.read_at));
        }
        self.lend_at_once(number)
    }

    /// Passes the text to the user's own editor as soon as it was read, if the configuration says so. Another key
    /// prevents this.
    fn lend_at_once(&mut self, number: EditorId) -> Vec<Effect> {
        if self.editor().is_none_or(|editor| editor.number != number) {
            return NOTHING;
        }
        if self.waiting.take_first(|then| matches!(then, Then::Lend(known) if *known == number)).is_none() {
            return NOTHING;
        }
        self.editor_mut().into_iter().for_each(|editor| editor.is_straight = true);
        self.lend_text()
    }

    /// Checks the text, and asks the server to try the change.
    pub fn review(&mut self) -> Vec<Effect> {
        let Some(editor) = self.editor_mut() else { return NOTHING };
        let number = editor.number;
        if !matches!(editor.stage, Stage::Typing) || editor.base.is_none() {
            return NOTHING;
        }
        if let Some(would) = editor.unsure.clone() {
            let why = Why::Lost { why: "the last save got no answer".to_owned(), would };
            return self.look(number, why);
        }
        editor.again = 0;
        match editor.parse() {
            Err(problem) => editor.stop(problem),
            Ok(sent) if editor.base.as_ref().is_some_and(|base| same(&base.now, &sent)) => {
                editor.problem = None;
                self.tell(Level::Info, "unchanged: nothing was sent");
            }
            Ok(sent) => return self.attempt(number, Arc::new(sent), None),
        }
        NOTHING
    }

    fn attempt(&mut self, number: EditorId, sent: Arc<Value>, reviewed: Option<Box<Review>>) -> Vec<Effect> {
        let Some(editor) = self.tabs.editor_mut(number) else { return NOTHING };
        let id = editor.id.clone();
        let request = Request::new(id, What::Replace(Box::new(sent.as_ref().clone()))).dry();
        (editor.problem, editor.stage) = (None, Stage::Trying(sent, reviewed));
        vec![self.send(Then::Edit(number), request)]
    }

    fn tried(
        &mut self,
        number: EditorId,
        sent: Arc<Value>,
        reviewed: Option<Box<Review>>,
        result: Result<Reply>,
    ) -> Vec<Effect> {
        let (would, warnings, local) = match result {
            Ok(reply) => (Arc::new(reply.body), reply.warnings, None),
            Err(error) if takes_no_dry_run(error.text()) => (sent.clone(), Vec::new(), Some(error.text().to_owned())),
            Err(Error::Conflict(text)) => return self.look(number, Why::Conflict(text, reviewed)),
            Err(error) => return self.refused(number, &error, "nothing was saved"),
        };
        if let Some(mut review) = reviewed
            && diff::written(&review.would) == diff::written(&would)
        {
            (review.sent, review.would) = (sent, would);
            return self.store(number, review);
        }
        let Some(editor) = self.tabs.editor_mut(number) else { return NOTHING };
        let Some(stored) = editor.base.as_ref().map(|base| base.now.clone()) else { return NOTHING };
        editor.stage = Stage::Trying(sent.clone(), None);
        let ticket = self.waiting.expect(Then::Edit(number));
        vec![Effect::Work(Job::Review { ticket, stored, sent, would, warnings, local })]
    }

    /// Shows the difference.
    pub(super) fn compared(&mut self, ticket: Ticket, review: Box<Review>) {
        if let Some(editor) = self.editor_for(ticket).and_then(|number| self.tabs.editor_mut(number)) {
            editor.stage = Stage::Reviewing(review);
            self.display.dirty = true;
        }
    }

    /// Sends what was reviewed.
    pub fn write(&mut self) -> Vec<Effect> {
        let now = self.now;
        let changes = self.editor().and_then(Editor::review).is_some_and(Review::changes);
        if changes && !self.caution().is_some_and(|caution| caution.allows(now)) {
            self.tell_too_early("edit-write", "save");
            return NOTHING;
        }
        let Some(editor) = self.editor_mut() else { return NOTHING };
        let number = editor.number;
        let review = match std::mem::replace(&mut editor.stage, Stage::Typing) {
            Stage::Reviewing(review) => review,
            stage => {
                editor.stage = stage;
                return NOTHING;
            }
        };
        if !review.changes() {
            self.tell(Level::Info, "nothing would change: nothing was sent");
            return NOTHING;
        }
        self.store(number, review)
    }

    fn store(&mut self, number: EditorId, review: Box<Review>) -> Vec<Effect> {
        let Some(editor) = self.tabs.editor_mut(number) else { return NOTHING };
        let request = Request::new(editor.id.clone(), What::Replace(Box::new(review.sent.as_ref().clone())));
        let then = Then::Write { editor: editor.number, id: editor.id.clone(), draft: editor.draft };
        editor.stage = Stage::Writing(review);
        vec![self.send(then, request)]
    }

    fn written(&mut self, number: EditorId, review: Box<Review>, result: Result<Reply>) -> Vec<Effect> {
        match result {
            Ok(reply) => self.stored(number, &reply),
            Err(Error::Conflict(text)) => self.look(number, Why::Conflict(text, Some(review))),
            // The server may have written it before the reply was lost.
            Err(Error::Offline(why) | Error::Lost(why)) => self.look(number, Why::Lost { why, would: review.would }),
            Err(error) => self.refused(number, &error, "nothing was saved"),
        }
    }

    /// The change was written.
    fn stored(&mut self, number: EditorId, reply: &Reply) -> Vec<Effect> {
        let Some(editor) = self.tabs.editor(number) else { return NOTHING };
        let (id, draft) = (editor.id.clone(), self.draft_for(editor));
        self.tabs.remove_editor(number);
        self.tell_written(&id, reply);
        draft.and_then(|draft| self.forget(draft.id)).into_iter().collect()
    }

    fn tell_written(&mut self, id: &Id, reply: &Reply) {
        let words = words(id);
        match reply.warnings.first() {
            Some(warning) => self.tell(Level::Warn, format!("{words} is saved; the server warns: {warning}")),
            None => self.tell(Level::Info, format!("{words} is saved")),
        }
    }

    fn refused(&mut self, number: EditorId, error: &Error, lead: &str) -> Vec<Effect> {
        let Some(editor) = self.tabs.editor_mut(number) else { return NOTHING };
        let document = read::one(&editor.text()).unwrap_or_default();
        let lead = match error {
            Error::Offline(_) | Error::Lost(_) => format!("the connection was lost, {lead}"),
            Error::Login { .. } => format!("a login is needed, {lead}"),
            Error::Denied(_) => format!("refused, {lead}"),
            Error::Gone(_) | Error::Unserved(_) => format!("the object no longer exists, {lead}; your text is kept"),
            Error::Conflict(_) | Error::Invalid(_) | Error::Unsupported(_) => format!("refused, {lead}"),
        };
        editor.stop(Problem::refused(&lead, error, &document));
        NOTHING
    }

    /// Reads the object again, to find out what became of the change.
    fn look(&mut self, number: EditorId, why: Why) -> Vec<Effect> {
        let Some(editor) = self.tabs.editor_mut(number) else { return NOTHING };
        let id = editor.id.clone();
        editor.stage = Stage::Looking(why);
        vec![self.send(Then::Edit(number), Request::new(id, What::Get))]
    }

    fn looked(&mut self, number: EditorId, why: Why, result: Result<Reply>) -> Vec<Effect> {
        let Some(editor) = self.tabs.editor_mut(number) else { return NOTHING };
        if let (Why::Conflict(..), Ok(reply)) = (&why, &result)
            && editor.again < AGAIN
            && editor.follow(&reply.body)
        {
            editor.again += 1;
            return match editor.parse() {
                Ok(sent) => self.attempt(number, Arc::new(sent), why.into_review()),
                Err(problem) => {
                    editor.stop(problem);
                    NOTHING
                }
            };
        }
        let problem = match (why, result) {
            (Why::Lost { would, .. }, Ok(reply)) if diff::written(&reply.body) == diff::written(&would) => {
                editor.unsure = None;
                return self.stored(number, &reply);
            }
            (Why::Lost { why, .. }, Ok(reply)) if editor.follow(&reply.body) => {
                editor.unsure = None;
                Problem::new(format!(
                    "the connection was lost before the save arrived: the object is unchanged, and your text is kept ({why})"
                ))
            }
            (why, Ok(reply)) => {
                editor.unsure = None;
                editor.overtaken(&why, reply.body)
            }
            (Why::Lost { why, would }, Err(error)) => {
                editor.unsure = Some(would);
                Problem::new(format!(
                    "the connection was lost, and it is unknown whether the save arrived ({why}; then {error}). Your text is kept; review again to check"
                ))
            }
            (Why::Conflict(text, _), Err(Error::Gone(_) | Error::Unserved(_))) => {
                Problem::new(format!("the object was deleted meanwhile, nothing was saved; your text is kept ({text})"))
            }
            (Why::Conflict(text, _), Err(error)) => {
                Problem::new(format!("refused, nothing was saved: {text} ({error})"))
            }
        };
        if let Some(editor) = self.tabs.editor_mut(number) {
            editor.stop(problem);
        }
        NOTHING
    }

    /// Takes in the text from the user's own editor.
    pub(super) fn came_back(&mut self, ticket: Ticket, result: Result<Returned>) -> Vec<Effect> {
        let now = self.now;
        self.display.dirty = true;
        let Some(number) = self.editor_for(ticket) else { return NOTHING };
        let Some(editor) = self.tabs.editor_mut(number) else { return NOTHING };
        let is_straight = std::mem::take(&mut editor.is_straight);
        let Returned { text, failed } = match result {
            Ok(returned) => returned,
            Err(error) => {
                self.complain(&error);
                return NOTHING;
            }
        };
        if text != editor.text() {
            editor.replace(&text);
            editor.touch(true, now);
        }
        // A user who ended the editor with a failure may not want its text, so the text is shown first.
        if let Some(failed) = failed {
            self.tell(Level::Warn, format!("{failed}; what it wrote is here, and nothing was sent"));
            return NOTHING;
        }
        match (is_straight, editor.changed()) {
            (false, _) => NOTHING,
            // A user who came from the row, and did not see spyhop's editor, goes on to the review or back to the row.
            (true, true) => self.review(),
            (true, false) => {
                self.tabs.remove_editor(number);
                self.tell(Level::Info, "unchanged: nothing was sent");
                NOTHING
            }
        }
    }

    /// Merges the changes of the text into what somebody else made of the object.
    pub fn rebase(&mut self) -> Result<Vec<Effect>> {
        let now = self.now;
        let Some(editor) = self.editor_mut() else { return Ok(NOTHING) };
        let Some(theirs) = editor.theirs.clone() else {
            return Err(Error::Invalid("no change by others is known since it was read".to_owned()));
        };
        match editor.rebase(theirs) {
            Ok(said) => {
                editor.touch(true, now);
                editor.problem = Some(Problem::mild(said));
            }
            Err(problem) => editor.stop(problem),
        }
        Ok(NOTHING)
    }
}

/// `deployment shop/web`
pub fn words(id: &Id) -> String {
    let kind = id.kind.address.kind.to_lowercase();
    if id.namespace.is_empty() { format!("{kind} {}", id.name) } else { format!("{kind} {}/{}", id.namespace, id.name) }
}

/// Whether the object can be edited, or why not.
pub fn editable(id: &Id) -> Result<()> {
    if let Some(why) = id.kind.lacks("edit") {
        return Err(Error::Unsupported(why.to_owned()));
    }
    match id.kind.is_made() {
        true => Err(Error::Unsupported(format!("{} cannot be edited", id.kind.name))),
        false => Ok(()),
    }
}

/// The whole object of a row. Containers are edited as their pod.
fn whole(mut id: Id) -> Result<Id> {
    editable(&id)?;
    if let Some(whole) = id.kind.whole() {
        (id.kind, id.part) = (KindRef(whole), Default::default());
    }
    Ok(id)
}

/// Whether the server cannot try the write because of a webhook. The API server says so of a webhook with side effects
/// (apiserver, `NewDryRunUnsupportedErr`). A webhook may also refuse by itself, in its own words.
fn takes_no_dry_run(text: &str) -> bool {
    let text = text.to_lowercase();
    text.contains("admission webhook") && ["dry run", "dry-run", "dryrun"].iter().any(|words| text.contains(words))
}

/// Whether two bodies are equal apart from what every write changes.
fn same(a: &Value, b: &Value) -> bool {
    diff::steady(a) == diff::steady(b)
}
