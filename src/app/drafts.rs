//! Drafts: edited texts that are on no server yet. They are kept while the user types, and offered when the object is
//! opened again.

use serde::{Deserialize, Serialize};

use super::dialog::{Consent, Dialog, Entry, Field};
use super::view::{DRAFT, Editor, EditorId};
use super::yaml::cover::veil;
use super::{Effect, Level, Place, State, View};
use crate::kinds::{self, Definition};
use crate::model::{Error, Id, KindRef, Result, Str, Time, human};
use crate::theme::Role;

/// The edited text of one object, with everything needed to continue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// When the text was kept, in milliseconds since 1970.
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
    /// The version at which the object was read.
    pub read_at: String,
    /// The text before the user changed it.
    pub base: String,
    pub text: String,
    /// The number of the draft in this run. Its file has another name.
    #[serde(skip)]
    pub id: u32,
    #[serde(skip)]
    pub storage: Storage,
}

/// Drafts in a recording: with what their files do not hold.
pub mod whole {
    use serde::{Deserialize, Deserializer, Serializer};

    use super::{Draft, Storage};

    pub fn serialize<S: Serializer>(drafts: &[Draft], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(drafts.iter().map(|draft| (draft.id, draft.storage, draft)))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Draft>, D::Error> {
        let drafts = Vec::<(u32, Storage, Draft)>::deserialize(deserializer)?.into_iter();
        Ok(drafts.map(|(id, storage, draft)| Draft { id, storage, ..draft }).collect())
    }
}

/// Where a draft is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Storage {
    #[default]
    Disk,
    /// In memory, because the disk did not take it.
    Refused,
    /// In memory only: it contains a secret, or its cluster ends with this run.
    Memory,
}

/// Which unsaved texts are written to drafts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// The first change of a text at once, later changes after a moment.
    Now,
    /// Texts of editors that were left.
    Left,
    All,
}

/// All drafts, and what is known about them.
#[derive(Debug, Default)]
pub struct Kept {
    /// The drafts of this run and of earlier runs.
    pub all: Vec<Draft>,
    /// The drafts that were removed in this run, the latest last, so that they can be restored.
    removed: Vec<Draft>,
    /// Whether the user has yet to be told about drafts of earlier runs, because something else had to be read first.
    untold: bool,
    last: u32,
    /// The number of editors that were opened so far.
    editors: u32,
}

impl Kept {
    /// Takes in the drafts of earlier runs.
    pub fn take_over(&mut self, found: Vec<Draft>) {
        self.last = found.iter().map(|draft| draft.id).max().unwrap_or(self.last);
        self.all = found;
        self.untold = true;
    }

    /// The number for the next editor.
    pub(super) fn next_editor(&mut self) -> EditorId {
        self.editors += 1;
        EditorId(self.editors)
    }

    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    pub fn len(&self) -> usize {
        self.all.len()
    }
}

impl Draft {
    /// The values that all drafts of one object share.
    pub fn key(&self) -> [&str; 5] {
        [&self.server, &self.group, &self.plural, &self.namespace, &self.name].map(String::as_str)
    }

    /// Whether it is about the object with this id, at this place.
    fn is_of(&self, id: &Id, place: &Place) -> bool {
        let address = &id.kind.address;
        self.key() == [place.server.as_str(), address.group, address.plural, &id.namespace, &id.name]
    }

    /// `deployment shop/web`
    pub fn words(&self) -> String {
        let slash = if self.namespace.is_empty() { "" } else { "/" };
        format!("{} {}{slash}{}", self.kind.to_lowercase(), self.namespace, self.name)
    }

    /// Whether it is never written to the disk.
    pub fn is_in_memory(&self) -> bool {
        self.storage == Storage::Memory
    }

    fn label(&self, now: Time) -> Str {
        let mut age = String::new();
        human(now.since(Time(self.at)), &mut age);
        arcstr::format!("{} in {}, {age} ago", self.words(), self.context)
    }

    /// The content of its file. Producing it takes a while for long texts.
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
const REMOVE: Str = arcstr::literal!("remove it");
/// How long the offer at the start is shown, in milliseconds.
const OFFERED: i64 = 10_000;

impl State {
    pub(super) fn draft_of(&self, editor: &Editor) -> Option<Draft> {
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
            id: editor.draft.unwrap_or_default(),
            storage: match self.drafts.all.iter().find(|draft| Some(draft.id) == editor.draft) {
                _ if editor.is_secret() || place.made_up => Storage::Memory,
                Some(draft) if draft.storage == Storage::Refused => Storage::Refused,
                Some(_) | None => Storage::Disk,
            },
        })
    }

    /// Writes texts that are in no draft yet.
    pub(super) fn keep_drafts(&mut self, which: Due) -> Vec<Effect> {
        let now = self.now;
        let typed_in = self.editor().map(|editor| editor.number).filter(|_| self.focus.is_on_view());
        let is_due = |editor: &&Editor| {
            editor.unsaved.is_some_and(|since| match which {
                Due::All => true,
                Due::Left => Some(editor.number) != typed_in,
                Due::Now => editor.draft.is_none() || now.since(since) >= DRAFT,
            })
        };
        let due = self.tabs.views().filter_map(View::editor).filter(is_due).map(|editor| editor.number);
        due.collect::<Vec<_>>().into_iter().filter_map(|editor| self.keep_editor(editor)).collect()
    }

    fn keep_editor(&mut self, number: EditorId) -> Option<Effect> {
        let editor = self.tabs.editor_mut(number)?;
        (editor.unsaved, editor.is_changed) = (None, editor.changed());
        if editor.is_changed { self.keep_text(number) } else { self.forget_text(number) }
    }

    fn keep_text(&mut self, number: EditorId) -> Option<Effect> {
        let last = self.drafts.last + 1;
        let id = *self.tabs.editor_mut(number)?.draft.get_or_insert(last);
        self.drafts.last = self.drafts.last.max(id);
        let draft = self.draft_of(self.tabs.editor(number)?)?;
        self.keep(draft)
    }

    fn forget_text(&mut self, number: EditorId) -> Option<Effect> {
        let id = self.tabs.editor_mut(number)?.draft.take()?;
        self.forget(id)
    }

    /// The next moment at which a draft is written.
    pub(super) fn drafts_due(&self) -> Option<Time> {
        let editors = self.tabs.views().filter_map(View::editor);
        editors.filter_map(|editor| editor.unsaved.map(|since| since.plus_millis(DRAFT))).min()
    }

    /// Writes all texts, because the program ends.
    pub fn last_drafts(&mut self) -> Vec<Effect> {
        self.keep_drafts(Due::All)
    }

    /// Takes in whether the disk accepts texts. It is reported when that changes.
    pub(super) fn kept(&mut self, id: u32, error: Option<String>) {
        let storage = if error.is_some() { Storage::Refused } else { Storage::Disk };
        self.drafts.all.iter_mut().filter(|draft| draft.id == id).for_each(|draft| draft.storage = storage);
        if let Some(error) = error {
            self.tell(Level::Bad, format!("your text could not be saved to disk: {error}"));
        }
    }

    /// The texts that are in no file and would be lost with this run. Texts about the demo cluster do not count,
    /// because the cluster ends too.
    pub(super) fn texts_in_memory(&self) -> impl Iterator<Item = &Draft> {
        let made_up = |draft: &Draft| self.place_of(draft).is_some_and(|place| place.made_up);
        self.drafts.all.iter().filter(move |draft| match draft.storage {
            Storage::Disk => false,
            Storage::Refused => true,
            Storage::Memory => !made_up(draft),
        })
    }

    fn keep(&mut self, draft: Draft) -> Option<Effect> {
        let effect = (!draft.is_in_memory()).then(|| Effect::Keep(Box::new(draft.clone())));
        self.drafts.all.retain(|known| known.id != draft.id);
        self.drafts.all.push(draft);
        effect
    }

    pub(super) fn forget(&mut self, id: u32) -> Option<Effect> {
        let at = self.drafts.all.iter().position(|known| known.id == id)?;
        let draft = self.drafts.all.swap_remove(at);
        (!draft.is_in_memory()).then_some(Effect::Forget(id))
    }

    /// The draft that an editor writes.
    pub(super) fn draft_for(&self, editor: &Editor) -> Option<Draft> {
        self.drafts.all.iter().find(|draft| Some(draft.id) == editor.draft).cloned()
    }

    /// The latest draft of an object that no open editor writes.
    pub(super) fn draft_left(&self, id: &Id) -> Option<&Draft> {
        let place = self.place(id.at)?;
        let drafts = self.drafts.all.iter().filter(|draft| draft.is_of(id, place) && !self.is_written(draft));
        drafts.max_by_key(|draft| draft.at)
    }

    fn is_written(&self, draft: &Draft) -> bool {
        self.tabs.views().filter_map(View::editor).any(|editor| editor.draft == Some(draft.id))
    }

    /// The place where a draft can be continued. It is never the demo cluster instead of a real one.
    fn place_of(&self, draft: &Draft) -> Option<&Place> {
        self.places.iter().find(|place| place.name == draft.context && place.server == draft.server)
    }

    /// The drafts that belong to the present place: those of the demo in the demo, all others elsewhere.
    fn drafts_here(&self) -> Vec<&Draft> {
        let made_up = self.here().is_some_and(|place| place.made_up);
        let fits = |draft: &&Draft| {
            self.place_of(draft).is_some_and(|place| place.made_up) == made_up && !self.is_written(draft)
        };
        self.drafts.all.iter().filter(fits).collect()
    }

    /// Tells the user at the start that there are drafts of earlier runs. A key that was typed ahead cannot mean them.
    /// If an error is shown, the offer follows it.
    pub fn offer_drafts(&mut self) {
        if !self.drafts.untold || self.display.notice.as_ref().is_some_and(|notice| notice.level == Level::Bad) {
            return;
        }
        self.drafts.untold = false;
        let count = self.drafts_here().iter().filter(|draft| self.place_of(draft).is_some()).count();
        let words = match count {
            0 => return,
            1 => "1 unsaved edit from an earlier run".to_owned(),
            _ => format!("{count} unsaved edits from earlier runs"),
        };
        self.tell(Level::Info, format!("{words}: {}", self.in_keys("{drafts@global} lists them")));
        let until = self.now.plus_millis(OFFERED);
        self.display.notice.iter_mut().for_each(|notice| notice.until = until);
    }

    /// Lists the drafts, to open one or to ask about removing it.
    pub(super) fn list_drafts(&mut self) {
        let drafts = self.drafts_here();
        if drafts.is_empty() {
            return self.tell(Level::Info, "there are no unsaved edits");
        }
        let ids: Vec<String> = drafts.iter().map(|draft| draft.id.to_string()).collect();
        let labels: Vec<Str> = drafts.iter().map(|draft| draft.label(self.now)).collect();
        let mut dialog = Dialog::new("unsaved edits", "Continue", Vec::new(), chosen);
        match labels.as_slice() {
            [only] => dialog.lines.push(vec![(only.clone(), Role::Text)]),
            _ => dialog.fields.push(Field::choice("edit", labels, 0)),
        }
        dialog.fields.push(Field::choice("what", [OPEN, REMOVE], 0));
        (dialog.word, dialog.consent) = (ids.join(",").into(), Consent::Choice);
        self.ask(dialog);
    }

    fn open_draft(&mut self, draft: &Draft) -> Result<Vec<Effect>> {
        let gone = || Error::Invalid(format!("context {} on {} no longer exists", draft.context, draft.server));
        let (at, kind) = (self.place_of(draft).ok_or_else(gone)?.id, draft.kind().ok_or_else(gone)?);
        let (namespace, name) = (Str::from(draft.namespace.as_str()), Str::from(draft.name.as_str()));
        let effects = self.open_editor(Id::new(at, kind, namespace, name))?;
        // This draft, even if the object has a later one.
        self.editor_mut().into_iter().for_each(|editor| editor.draft = Some(draft.id));
        Ok(effects)
    }

    /// Asks before a draft is removed. The name has to be typed, because the text may be hours of work.
    fn ask_removal(&mut self, draft: &Draft) {
        let title = format!("remove the unsaved edit of {}", draft.words());
        let mut dialog = Dialog::new(title, "Remove", Vec::new(), removed);
        let text = |text: String, role: Role| vec![(Str::from(text), role)];
        dialog.lines.push(vec![("to confirm, type ".into(), Role::Muted), (draft.name.as_str().into(), Role::Accent)]);
        dialog.lines.push(text(draft.label(self.now).to_string(), Role::Text));
        dialog.lines.push(text(":drafts back restores it until spyhop quits".to_owned(), Role::Muted));
        dialog.fields.push(Field::text("name", ""));
        (dialog.word, dialog.consent) = (arcstr::format!("{}", draft.id), Consent::Typed(draft.name.clone()));
        self.ask(dialog);
    }

    /// Restores the draft that was removed last.
    pub(super) fn restore_draft(&mut self) -> Result<Vec<Effect>> {
        let none = || Error::Invalid("no unsaved edit was removed in this run".to_owned());
        let draft = self.drafts.removed.pop().ok_or_else(none)?;
        self.tell(Level::Info, format!("restored the unsaved edit of {}", draft.words()));
        Ok(self.keep(draft).into_iter().collect())
    }
}

fn chosen(state: &mut State, dialog: &Dialog) -> Result<Vec<Effect>> {
    let at = dialog.fields.iter().find(|field| field.name == "edit").map_or(0, |field| match &field.entry {
        Entry::Choice { chosen, .. } => *chosen,
        Entry::Text { .. } | Entry::Toggle(_) => 0,
    });
    let id: Option<u32> = dialog.word.split(',').nth(at).and_then(|id| id.parse().ok());
    let draft = state.drafts.all.iter().find(|draft| Some(draft.id) == id).cloned();
    let draft = draft.ok_or_else(|| Error::Gone("this edit is no longer kept".to_owned()))?;
    if dialog.field("what") == REMOVE {
        state.ask_removal(&draft);
        return Ok(Vec::new());
    }
    state.open_draft(&draft)
}

fn removed(state: &mut State, dialog: &Dialog) -> Result<Vec<Effect>> {
    let id: Option<u32> = dialog.word.parse().ok();
    let Some(draft) = state.drafts.all.iter().find(|draft| Some(draft.id) == id).cloned() else {
        return Ok(Vec::new());
    };
    state.tell(Level::Info, format!("removed the unsaved edit of {}; :drafts back restores it", draft.words()));
    let effect = state.forget(draft.id);
    state.drafts.removed.push(draft);
    Ok(effect.into_iter().collect())
}
