//! Texts that are not on the server yet: kept while they are typed, offered when the object is opened again.

use serde::{Deserialize, Serialize};

use super::dialog::{Dialog, Field};
use super::view::{DRAFT, Editor};
use super::yaml::cover::veil;
use super::{Effect, Level, State, View};
use crate::kinds::{self, Definition};
use crate::model::{Error, Id, KindRef, Result, Str, Time, human};
use crate::theme::Role;

/// One object's text, with all that is needed to go on with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// Milliseconds since the epoch.
    pub at: i64,
    pub context: String,
    pub server: String,
    pub group: String,
    pub version: String,
    pub kind: String,
    pub plural: String,
    pub namespaced: bool,
    pub namespace: String,
    pub name: String,
    pub uid: String,
    /// The version that the object was read at.
    pub read_at: String,
    /// The text before anything was typed, and now.
    pub base: String,
    pub text: String,
    /// Kept in memory only.
    #[serde(skip)]
    pub secret: bool,
}

impl Draft {
    /// Whether it is about the object of this name, in whichever cluster.
    pub fn is_of(&self, id: &Id) -> bool {
        let address = &id.kind.address;
        (self.plural.as_str(), self.group.as_str()) == (address.plural, address.group)
            && (self.namespace.as_str(), self.name.as_str()) == (id.namespace.as_str(), id.name.as_str())
    }

    /// What no two drafts share.
    pub fn key(&self) -> String {
        [&self.server, &self.group, &self.plural, &self.namespace, &self.name].map(String::as_str).join("|")
    }

    /// `deployments shop/web`
    pub fn words(&self) -> String {
        let slash = if self.namespace.is_empty() { "" } else { "/" };
        format!("{} {}{slash}{}", self.kind.to_lowercase(), self.namespace, self.name)
    }

    fn label(&self) -> String {
        format!("{} in {}", self.words(), self.context)
    }

    /// What may lie in a file. Long texts take a while.
    pub fn file(&self) -> serde_json::Result<String> {
        serde_json::to_string(&Self { text: veil(&self.text), ..self.clone() })
    }

    fn kind(&self) -> Option<KindRef> {
        let known = kinds::all().find(|kind| {
            (kind.address.group, kind.address.plural, kind.address.kind) == (&self.group, &self.plural, &self.kind)
        });
        known.or_else(|| kinds::served(&self.definition()).first().copied())
    }

    fn definition(&self) -> Definition {
        Definition {
            group: self.group.clone(),
            version: self.version.clone(),
            kind: self.kind.clone(),
            plural: self.plural.clone(),
            namespaced: self.namespaced,
            watch: true,
            ..Definition::default()
        }
    }
}

const OPEN: Str = arcstr::literal!("open it");
const DISCARD: Str = arcstr::literal!("discard it");
const LATER: Str = arcstr::literal!("later");

impl State {
    fn draft_of(&self, editor: &Editor) -> Option<Draft> {
        let (base, place, id) = (editor.base.as_ref()?, self.place(editor.id.at)?, &editor.id);
        let address = &id.kind.address;
        Some(Draft {
            at: self.now.0,
            context: place.name.to_string(),
            server: place.server.to_string(),
            group: address.group.to_owned(),
            version: address.version.to_owned(),
            kind: address.kind.to_owned(),
            plural: address.plural.to_owned(),
            namespaced: address.namespaced,
            namespace: id.namespace.to_string(),
            name: id.name.to_string(),
            uid: base.uid.to_string(),
            read_at: base.version.to_string(),
            base: base.text.clone(),
            text: editor.text(),
            secret: editor.is_secret(),
        })
    }

    /// Writes what was typed and is in no draft yet: what is due, or all of it.
    pub(super) fn keep_drafts(&mut self, all: bool) -> Vec<Effect> {
        let now = self.now;
        let mut out = Vec::new();
        for i in 0..self.stack.len() {
            let View::Editor(editor) = &mut self.stack[i] else { continue };
            let is_due = editor.unsaved.is_some_and(|since| all || now.since(since) >= DRAFT);
            if !is_due {
                continue;
            }
            editor.unsaved = None;
            editor.has_draft = editor.changed();
            editor.is_changed = editor.has_draft;
            let View::Editor(editor) = &self.stack[i] else { continue };
            let Some(draft) = self.draft_of(editor) else { continue };
            let changed = editor.has_draft;
            out.extend(if changed { self.keep(draft) } else { self.forget(&draft.key()) });
        }
        out
    }

    /// The next moment at which a draft is written.
    pub(super) fn drafts_due(&self) -> Option<Time> {
        let editors = self.stack.iter().filter_map(View::editor);
        editors.filter_map(|editor| editor.unsaved.map(|since| since.plus_millis(DRAFT))).min()
    }

    /// Everything that was typed, as the program ends.
    pub fn last_drafts(&mut self) -> Vec<Effect> {
        self.keep_drafts(true)
    }

    fn keep(&mut self, draft: Draft) -> Option<Effect> {
        let key = draft.key();
        let effect = (!draft.secret).then(|| Effect::Keep(Box::new(draft.clone())));
        self.drafts.retain(|known| known.key() != key);
        self.drafts.push(draft);
        effect
    }

    pub(super) fn forget(&mut self, key: &str) -> Option<Effect> {
        let at = self.drafts.iter().position(|known| known.key() == key)?;
        let draft = self.drafts.swap_remove(at);
        (!draft.secret).then(|| Effect::Forget(key.to_owned()))
    }

    /// The draft of an editor's object.
    pub(super) fn draft_for(&self, editor: &Editor) -> Option<Draft> {
        let key = self.draft_of(editor)?.key();
        self.drafts.iter().find(|draft| draft.key() == key).cloned()
    }

    /// Asks what is to become of the drafts of an earlier run.
    pub fn offer_drafts(&mut self) {
        if self.drafts.is_empty() {
            return;
        }
        let mut dialog = Dialog::new("texts that never reached the server", "Go on", Vec::new(), answer);
        for draft in &self.drafts {
            let mut age = String::new();
            human(self.now.since(Time(draft.at)), &mut age);
            let words = Str::from(draft.label());
            dialog.lines.push(vec![(words, Role::Text), (arcstr::format!("   {age} ago"), Role::Muted)]);
        }
        dialog.lines.push(Vec::new());
        if self.drafts.len() > 1 {
            let options = self.drafts.iter().map(|draft| Str::from(draft.label()));
            dialog.fields.push(Field::choice("text", options, 0));
        }
        dialog.fields.push(Field::choice("what", [OPEN, LATER, DISCARD], 0));
        self.ask(dialog);
    }

    fn open_draft(&mut self, draft: &Draft) -> Result<Vec<Effect>> {
        let place = self.places.iter().find(|place| place.name == draft.context && place.server == draft.server);
        let gone = || Error::Invalid(format!("there is no context {} on {} any more", draft.context, draft.server));
        let (at, kind) = (place.ok_or_else(gone)?.id, draft.kind().ok_or_else(gone)?);
        let (namespace, name) = (Str::from(draft.namespace.as_str()), Str::from(draft.name.as_str()));
        self.open_editor(Id::new(at, kind, namespace, name))
    }
}

fn answer(state: &mut State, dialog: &Dialog) -> Result<Vec<Effect>> {
    let chosen = dialog.field("text");
    let draft = state.drafts.iter().find(|draft| chosen.is_empty() || draft.label() == chosen.as_str()).cloned();
    let Some(draft) = draft else { return Ok(Vec::new()) };
    match dialog.field("what") {
        what if what == OPEN => state.open_draft(&draft),
        what if what == DISCARD => {
            let effect = state.forget(&draft.key());
            state.tell(Level::Info, format!("the draft of {} is gone", draft.words()));
            state.offer_drafts();
            Ok(effect.into_iter().collect())
        }
        _ => {
            state.tell(Level::Info, "drafts are kept: :drafts lists them");
            Ok(Vec::new())
        }
    }
}
