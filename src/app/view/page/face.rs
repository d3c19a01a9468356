//! A page as a view, and the making of its text.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use super::{Page, Subject, Text};
use crate::app::acts::{self, Acts};
use crate::app::store::{Store, path};
use crate::app::view::{Caution, Face, Frame, Travel, View};
use crate::app::{Effect, Extracted, Job, Purpose, State, describe, help, yaml};
use crate::model::text::counted;
use crate::model::{Error, Extract, Id, KindRef, Query, Result, SourceId, Time, Value};

impl Face for Page {
    fn crumb(&self) -> String {
        match &self.subject {
            Subject::Describe(id) => format!("{} › describe", id.title()),
            Subject::Yaml { id, .. } => format!("{} › yaml", id.title()),
            Subject::Extract { id, against: Some(other), name, .. } => {
                format!("{} › {name} from {}", id.title(), other.title())
            }
            Subject::Extract { id, name, .. } => format!("{} › {name}", id.title()),
            // A help page about something other than the keys of a view has the name of this subject.
            Subject::Help => match self.about.as_slice() {
                [about] if !about.contains('.') => about.clone(),
                _ => "help".to_owned(),
            },
            Subject::Apply => "apply".to_owned(),
        }
    }

    fn scopes(&self) -> Vec<String> {
        let kind = self.id().map(|id| format!("text.{}", id.kind.name));
        let page = match self.subject {
            Subject::Describe(_) => "view.describe",
            Subject::Yaml { .. } => "view.yaml",
            Subject::Extract { .. } => "view.extract",
            Subject::Help => "view.help",
            Subject::Apply => "view.apply",
        };
        kind.into_iter().chain([page, "view.text", "global"].map(str::to_owned)).collect()
    }

    fn at(&self) -> Option<SourceId> {
        self.id().map(|id| id.at)
    }

    fn query(&self) -> Option<Query> {
        let id = self.id()?.clone();
        let extract = self.extract();
        let two = match &self.subject {
            Subject::Extract { against: Some(other), .. } => extract.and_then(|extract| extract.between(other, &id)),
            _ => None,
        };
        let kind = extract.map_or(id.kind, |extract| KindRef(extract.of));
        Some(Query::One { id: two.unwrap_or(Id { kind, ..id }) })
    }

    fn queries(&self) -> Vec<Query> {
        self.query().into_iter().chain(self.related.iter().map(|(_, query)| query.clone())).collect()
    }

    fn another(&self) -> Option<View> {
        self.id()?;
        let mut page = Self { about: self.about.clone(), ..Self::new(self.subject.clone()) };
        page.decode(false);
        Some(View::Page(Box::new(page)))
    }

    fn kind(&self) -> Option<KindRef> {
        self.id().map(|id| id.kind)
    }

    fn object(&self, _: &Store) -> Option<Id> {
        self.id().cloned()
    }

    fn wake(&self, _: &Store, _: Time) -> Option<Time> {
        self.wake
    }

    fn is_full(&self) -> bool {
        self.full
    }

    fn tells_strays(&self) -> bool {
        self.subject != Subject::Apply
    }

    fn way_to_rows(&self) -> &'static str {
        "{back@view.text} comes back to the rows first."
    }

    fn caution<'a>(&'a mut self, acts: &'a mut Acts) -> Option<&'a mut Caution> {
        let applying = acts.applying.as_mut().filter(|_| self.subject == Subject::Apply);
        applying.and_then(|applying| applying.caution_mut())
    }

    fn search(&self) -> Option<(Purpose, String)> {
        Some((Purpose::Search, String::new()))
    }

    fn is_narrowed(&self) -> bool {
        self.search.is_some()
    }

    fn widen(&mut self) -> Result<()> {
        self.search = None;
        Ok(())
    }

    fn travel(&mut self, _: &Store, way: Travel) {
        let height = self.height.saturating_sub(1).max(1) as isize;
        match way {
            Travel::By(lines) => self.scroll(lines),
            Travel::Page(pages) => self.scroll(pages * height),
            Travel::Top => self.scroll_to(0),
            Travel::Bottom => self.scroll_to(usize::MAX),
            Travel::To(line) => self.scroll_to(line),
        }
    }

    fn shift(&mut self, steps: isize) {
        // Lines that are wrapped have nothing to the right.
        let steps = if self.rows.is_empty() { steps } else { 0 };
        self.left = self.left.saturating_add_signed(steps * 8).min(4096);
    }

    fn copied(&self, _: &State) -> Option<(String, String)> {
        let text = self.text.as_ref().map(|text| text.whole()).unwrap_or_default();
        Some((text, counted(self.text.as_ref().map_or(0, |text| text.len()), "line")))
    }

    fn saved(&self, _: &State) -> Result<Option<(String, String)>> {
        let unread = || Error::Invalid("this is still being read; nothing was saved".to_owned());
        let text = self.text.as_ref().map(|text| text.whole()).ok_or_else(unread)?;
        Ok(Some((self.file(), text)))
    }

    fn prepare(&mut self, state: &mut State, frame: Frame, _: usize) -> (bool, Vec<Effect>) {
        /// The cells that stay empty at the left and at the right together.
        const EDGES: u16 = 2;
        self.fit(frame.width.saturating_sub(EDGES).into(), frame.height.into());
        let effect = match self.subject {
            Subject::Help => self.make_help(state, frame.width.into()),
            Subject::Apply => self.make_apply(state),
            Subject::Describe(_) => self.make_description(state),
            Subject::Yaml { .. } => self.make_yaml(state),
            Subject::Extract { .. } => self.make_extract(state),
        };
        self.scroll_to(self.top);
        (true, effect.into_iter().collect())
    }
}

impl Page {
    fn extract(&self) -> Option<&'static Extract> {
        let Subject::Extract { id, name, .. } = &self.subject else { return None };
        id.kind.description.extract(name)
    }

    /// The name of a file with its text.
    pub fn file(&self) -> String {
        let about = self.id().map_or_else(|| "help".into(), path);
        match (&self.subject, self.extract()) {
            (_, Some(Extract { name, ending, .. })) => format!("{about}.{name}.{ending}"),
            (Subject::Yaml { .. }, None) => format!("{about}.yaml"),
            _ => format!("{about}.txt"),
        }
    }

    /// Its text made of a body, with or without masks; `None` if it masks nothing.
    pub fn written(&self, body: &Value, decoded: bool) -> Option<String> {
        let text = match (&self.subject, self.extract()) {
            (_, Some(extract)) => Text::Plain(yaml::extract::lines(body, extract, decoded)),
            (Subject::Yaml { managed_fields, .. }, None) => Text::Yaml(yaml::lines(body, *managed_fields, decoded)),
            _ => return None,
        };
        Some(text.whole())
    }

    fn make_extract(&mut self, state: &State) -> Option<Effect> {
        let (extract, decoded, query) = (self.extract()?, self.decoded()?, self.query()?);
        let answer = state.store.answer(&query)?;
        let (revision, body) = (answer.revision, answer.body().cloned()?);
        let made_from = Some((revision, decoded));
        if self.made_from == made_from {
            return None;
        }
        self.made_from = made_from;
        Some(Effect::Work(Job::Extract { query, revision, body, extract, decoded }))
    }

    /// Whether this is the text that it waits for.
    pub fn awaits(&self, made: &Extracted) -> bool {
        let name = self.extract().map(|extract| extract.name);
        let is_current = self.made_from == Some((made.revision, made.decoded));
        is_current && name == Some(made.name.as_str()) && self.query().as_ref() == Some(&made.query)
    }

    fn make_help(&mut self, state: &State, width: usize) -> Option<Effect> {
        // The text is made for each frame, because the width of the screen and the rights of the user may change.
        let lines = match self.about == [acts::PAGE] {
            true => acts::lines(state),
            false => help::here(state, &self.about, width),
        };
        self.show(Text::Plain(lines));
        None
    }

    fn make_apply(&mut self, state: &State) -> Option<Effect> {
        let applying = state.acts.applying.as_ref()?;
        let made = Some((applying.revision, true));
        if self.made_from != made || self.text.is_none() {
            self.made_from = made;
            let applies = state.keymap.spell("{apply-write} applies", &["view.apply"]);
            self.show(Text::Plain(applying.lines(state.display.options.unicode, &applies)));
        }
        None
    }

    fn make_yaml(&mut self, state: &State) -> Option<Effect> {
        let (Some(query), Subject::Yaml { managed_fields, decoded, .. }) = (self.query(), &self.subject) else {
            return None;
        };
        let answer = state.store.answer(&query)?;
        let (revision, body) = (answer.revision, answer.body().cloned()?);
        if self.made_from.is_some_and(|(made, _)| made == revision) {
            return None;
        }
        self.made_from = Some((revision, true));
        let (managed_fields, decoded) = (*managed_fields, *decoded);
        Some(Effect::Work(Job::Yaml { query, revision, body, managed_fields, decoded }))
    }

    /// Makes the description again when something in it has changed, or when an age in it has grown.
    fn make_description(&mut self, state: &State) -> Option<Effect> {
        let (query, id) = (self.query()?, self.id().cloned()?);
        let answer = state.store.answer(&query)?;
        let (revision, body) = (answer.revision, answer.body().cloned()?);
        self.relate(&body, |link| state.query_in_detail(id.at, link));
        let related: Vec<_> = self.related.iter().map(|(what, query)| (*what, state.store.answer(query))).collect();
        let told: Vec<_> =
            related.iter().map(|(what, answer)| (what.title, answer.map(|answer| answer.revision))).collect();
        let unicode = state.display.options.unicode;
        let made_from = Some((BuildHasherDefault::<DefaultHasher>::default().hash_one((revision, told)), unicode));
        let is_due = self.wake.is_some_and(|wake| wake <= state.now);
        if self.text.is_some() && self.made_from == made_from && !is_due {
            return None;
        }
        let described = describe::passages(id.kind, &body, &related, state.now, unicode);
        (self.made_from, self.wake) = (made_from, described.wake);
        self.show(Text::Flowing(described.passages));
        None
    }
}
