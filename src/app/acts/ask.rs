//! Makes the question of a verb, and the deed of its answer.

use super::along::takes_along;
use super::{Asked, Deed, shell};
use crate::app::dialog::{Consent, Dialog, Field};
use crate::app::view::{Line, Table};
use crate::app::waiting::Then;
use crate::app::{Effect, State};
use crate::config::Confirm;
use crate::kinds::verbs;
use crate::model::text::capital;
use crate::model::{
    Args, Cell, Error, Health, Id, Object, Prefetch, Query, Reply, Request, Result, SourceId, Str, Uid, Verb, What,
};
use crate::theme::{Role, glyph};

/// The marked objects, or the one under the cursor, and how many of them the filter hides.
fn chosen(state: &State, table: &Table) -> (Vec<Object>, usize) {
    let Some(answer) = state.store.answer(&table.query()) else { return (Vec::new(), 0) };
    if table.marks.is_empty() {
        return (table.selected(&state.store).cloned().into_iter().collect(), 0);
    }
    let shown: Vec<Object> = table.chosen(&state.store).iter().filter_map(|id| answer.get(id)).cloned().collect();
    let is_shown = |id: &Id| shown.iter().any(|object| object.id == *id);
    let mut hidden: Vec<Object> =
        table.marks.iter().filter(|id| !is_shown(id)).filter_map(|id| answer.get(id)).cloned().collect();
    let place = |id: &Id| (table.contexts.rank(id.at), id.namespace.clone(), id.name.clone(), id.part.clone());
    hidden.sort_by_cached_key(|object| place(&object.id));
    let count = hidden.len();
    (shown.into_iter().chain(hidden).collect(), count)
}

/// `pod web`, or `3 pods`.
pub fn noun(objects: &[Object]) -> String {
    match objects {
        [one] => format!("{} {}", one.id.kind.address.kind.to_lowercase(), one.id.name),
        all => format!("{} {}", all.len(), all.first().map_or("", |object| object.id.kind.name)),
    }
}

/// The text that has to be typed, if the configuration requires more than a button.
pub fn must(confirm: Confirm, verb: &Verb, objects: &[Object], context: &str) -> Option<String> {
    let first = objects.first().filter(|_| verb.risky)?;
    match confirm {
        Confirm::Plain => None,
        Confirm::Name if objects.len() == 1 => Some(first.id.name.to_string()),
        Confirm::Name => Some(noun(objects)),
        Confirm::Phrase => Some(format!("{} {} in {context}", verb.name, noun(objects))),
    }
}

impl State {
    /// Asks the question of a verb. `words` are the arguments that were typed behind it.
    pub fn ask_verb(&mut self, verb: &'static Verb, words: &str) -> Result<Vec<Effect>> {
        let table = self.table().ok_or_else(|| Error::Invalid("this works in tables only".to_owned()))?;
        let own = verbs::own(table.kind, verb.name);
        let verb =
            own.ok_or_else(|| Error::Unsupported(format!("{} does not work on {}", verb.name, table.kind.name)))?;
        let typed = (verb.typed)(words)?;
        let (objects, hidden) = chosen(self, table);
        let query = table.query();
        self.refuse_remembered(&query, objects.iter().map(|object| &object.id))?;
        let objects = self.meant(objects)?;
        if objects.is_empty() {
            return Err(Error::Invalid("no object is selected".to_owned()));
        }
        for object in &objects {
            self.forbids(verb, &object.id)?;
        }
        let asks = objects.iter().any(|object| self.policy.asks_kill(object.id.at));
        let along = self.goes_along(verb, &objects);
        let mut asked = Asked { verb, query, objects, typed: None, reads: false, body: None, along };
        if verb.name == verbs::KILL.name && !asks && hidden == 0 {
            let requests = self.plan(&asked, &typed)?;
            return Ok(self.begin(asked, typed, requests));
        }
        let mut dialog = self.question(&asked, hidden);
        let mut effects = Vec::new();
        if let Some(part) = verb.prefetch.part() {
            let request = Request::new(asked.objects[0].id.clone(), What::Get).on(part);
            asked.reads = true;
            effects.push(self.send(Then::Question, request));
        }
        match verb == &verbs::SHIFT {
            true => asked.typed = (typed != Args::default()).then_some(typed),
            false => fill(&mut dialog, &typed),
        }
        dialog.asked = Some(Box::new(asked));
        self.ask(dialog);
        Ok(effects)
    }

    /// Replaces computed rows by the objects that they stand for. Each row is about another part of its object, so only
    /// one at a time is allowed.
    fn meant(&self, objects: Vec<Object>) -> Result<Vec<Object>> {
        let Some(first) = objects.first().filter(|first| first.id.kind.stands_for().is_some()) else {
            return Ok(objects);
        };
        if objects.len() > 1 {
            return Err(Error::Invalid("one rule at a time; clear the marks".to_owned()));
        }
        let id = self.owner_of(first)?;
        Ok(vec![Object { id, uid: Uid::None, cells: Box::default(), link: None, ..first.clone() }])
    }

    fn question(&self, asked: &Asked, hidden: usize) -> Dialog {
        let Asked { verb, objects, .. } = asked;
        let ids: Vec<Id> = objects.iter().map(|object| object.id.clone()).collect();
        let mut dialog = Dialog::new("", "", ids, answered);
        dialog.word = verb.name.into();
        dialog.spell = Some(|state, dialog| spell(state, dialog));
        dialog.lines = self.named(objects, hidden);
        // The strictest of the contexts decides for all objects.
        let confirm = objects.iter().map(|object| self.policy.confirm(object.id.at)).max().unwrap_or_default();
        let confirm = if takes_along(verb, objects) { confirm.max(Confirm::Name) } else { confirm };
        dialog.consent = match must(confirm, verb, objects, &self.contexts_of(objects).join(",")) {
            Some(must) => Consent::Typed(must),
            None if verb.risky => Consent::Risky,
            None => Consent::Button,
        };
        if let Some(must) = dialog.must() {
            let typed = vec![("to confirm, type ".into(), Role::Muted), (must.into(), Role::Accent)];
            dialog.lines.insert(0, typed);
        }
        let must = dialog.must().into_iter().map(|_| Field::text("confirm", ""));
        let params = objects.first().map(|first| (verb.params)(first, None)).unwrap_or_default();
        dialog.fields = must.chain(params.into_iter().map(Field::from)).collect();
        dialog
    }

    /// The names of the contexts of the objects, each once.
    fn contexts_of(&self, objects: &[Object]) -> Vec<Str> {
        let mut all: Vec<SourceId> = objects.iter().map(|object| object.id.at).collect();
        all.sort_unstable();
        all.dedup();
        all.into_iter().filter_map(|at| Some(self.place(at)?.name.clone())).collect()
    }

    /// ` in prod-eu / shop`
    fn whereabouts(&self, objects: &[Object]) -> String {
        let Some(first) = objects.first() else { return String::new() };
        let context = self.contexts_of(objects).join(",");
        let namespace = &first.id.namespace;
        let same = objects.iter().all(|object| object.id.namespace == *namespace);
        match (namespace.is_empty(), same) {
            (true, _) => format!(" in {context}"),
            (false, true) => format!(" in {context} / {namespace}"),
            (false, false) => format!(" in {context} / several namespaces"),
        }
    }

    /// The lines with the names and states of the objects. Objects that are easily overlooked come first.
    fn named(&self, objects: &[Object], hidden: usize) -> Vec<Line> {
        let namespaces = objects.iter().any(|object| object.id.namespace != objects[0].id.namespace);
        let contexts = objects.iter().any(|object| object.id.at != objects[0].id.at);
        let warning = (hidden > 0).then(|| {
            let shape = glyph(Health::Warn, self.display.options.unicode);
            let are = if hidden == 1 { "is" } else { "are" };
            vec![(arcstr::format!("{shape} {hidden} of them {are} hidden by the filter"), Role::Warn)]
        });
        let first_hidden = objects.len() - hidden;
        let names = objects.iter().enumerate().map(|(i, object)| {
            let mut line = self.line_of(object, namespaces);
            if let Some(place) = self.place(object.id.at).filter(|_| contexts) {
                line.insert(1, (arcstr::format!("{}  ", place.name), Role::Accent));
            }
            line.extend((i >= first_hidden).then(|| ("  hidden".into(), Role::Warn)));
            line
        });
        warning.into_iter().chain(names).collect()
    }

    fn line_of(&self, object: &Object, namespace: bool) -> Line {
        let shape = arcstr::format!("{} ", glyph(object.health, self.display.options.unicode));
        let name = match namespace {
            true => arcstr::format!("{}/{}", object.id.namespace, object.id.name),
            false => object.id.name.clone(),
        };
        let state = object.id.kind.columns.iter().position(|column| column.state);
        let state =
            state.and_then(|i| object.cells.get(i)).map(|cell: &Cell| cell.to_text(self.now)).unwrap_or_default();
        vec![(shape, Role::of(object.health)), (name, Role::Text), (arcstr::format!("  {state}"), Role::Muted)]
    }

    /// Rights that arrive while the question is open may show that the act is not allowed.
    pub(in crate::app) fn review_question(&mut self) {
        let Some(asked) = self.focus.dialog().and_then(|dialog| dialog.asked.as_ref()) else { return };
        let refused = asked.objects.iter().find_map(|object| self.forbids(asked.verb, &object.id).err());
        if let (Some(error), Some(dialog)) = (refused, self.focus.dialog_mut()) {
            dialog.problem = Some(error.text().to_owned());
            self.display.dirty = true;
        }
    }

    /// Counts the objects that are deleted along while the question is open. If that moves the buttons, they have to be
    /// drawn before a key counts.
    pub(in crate::app) fn count_along(&mut self, query: &Query) {
        if matches!(query, Query::Kinds { .. }) {
            self.count_what_is_served();
        } else if !self.counted_along().any(|counted| counted == query) {
            return;
        }
        let lines = self.focus.dialog().map(|dialog| dialog.preview.len());
        self.spell_dialog();
        if let Some(dialog) = self.focus.dialog_mut()
            && Some(dialog.preview.len()) != lines
        {
            dialog.attention.unsee();
        }
    }

    /// Discovery may report kinds that were unknown when the question was asked.
    fn count_what_is_served(&mut self) {
        let Some(asked) = self.focus.dialog().and_then(|dialog| dialog.asked.as_ref()) else { return };
        let along = self.goes_along(asked.verb, &asked.objects);
        let asked = self.focus.dialog_mut().and_then(|dialog| dialog.asked.as_mut());
        if let Some(asked) = asked {
            asked.along = along;
        }
    }

    /// Takes in what the question had to read. Fields that were not touched show it.
    pub(in crate::app) fn read_for_question(&mut self, result: Result<Reply>) {
        let Some(dialog) = self.focus.dialog_mut() else { return };
        let Some(mut asked) = dialog.asked.take() else { return };
        asked.reads = false;
        match result {
            Ok(reply) => {
                let params = asked.objects.first().map(|first| (asked.verb.params)(first, Some(&reply.body)));
                merge(dialog, params.unwrap_or_default().into_iter().map(Field::from));
                let typed = asked.objects.first().zip(asked.typed.take());
                match typed.map(|(first, typed)| (asked.verb.named)(first, &reply.body, &typed)).transpose() {
                    Ok(typed) => fill(dialog, &typed.unwrap_or_default()),
                    Err(error) => dialog.problem = Some(error.text().to_owned()),
                }
                asked.body = Some(reply.body);
            }
            Err(error) => dialog.problem = Some(format!("cannot be read: {}", error.text())),
        }
        dialog.asked = Some(asked);
        dialog.renew();
        self.spell_dialog();
    }
}

/// Replaces fields by name. Fields that were touched stay.
fn merge(dialog: &mut Dialog, fresh: impl Iterator<Item = Field>) {
    let was_empty = dialog.fields.is_empty();
    for field in fresh {
        match dialog.fields.iter_mut().find(|known| known.name == field.name) {
            Some(known) if known.untouched => *known = field,
            Some(_) => {}
            None => {
                // The buttons move down with each new field.
                dialog.focus += usize::from(dialog.focus >= dialog.fields.len());
                dialog.fields.push(field);
            }
        }
    }
    if was_empty && !dialog.is_risky() {
        dialog.focus = 0;
    }
}

/// Fills in the arguments that were typed behind the verb.
fn fill(dialog: &mut Dialog, typed: &Args) {
    for (name, value) in typed.iter() {
        let at = dialog.fields.iter().position(|field| field.name == name);
        let known = at.map(|at| dialog.fields.remove(at));
        let field = match known.map(|field| field.entry) {
            Some(crate::app::dialog::Entry::Toggle(_)) => Field::toggle(name, value == "true"),
            Some(crate::app::dialog::Entry::Choice { options, .. }) => {
                let chosen = options.iter().position(|option| option.eq_ignore_ascii_case(value)).unwrap_or(0);
                Field::choice(name, options, chosen)
            }
            Some(crate::app::dialog::Entry::Text { .. }) | None => Field::text(name, value),
        };
        dialog.fields.insert(at.unwrap_or(dialog.fields.len()), Field { untouched: false, ..field });
    }
}

fn args(dialog: &Dialog) -> Args {
    let own = dialog.fields.iter().skip(usize::from(dialog.must().is_some()));
    own.fold(Args::default(), |args, field| args.with(field.name.clone(), field.value()))
}

/// The arguments for the shell line, without values that were read and left unchanged.
fn meant(verb: &Verb, dialog: &Dialog) -> Args {
    let read = verb.prefetch == Prefetch::Object;
    let left = |name: &str| read && dialog.fields.iter().any(|f| f.name == name && f.untouched);
    let all = args(dialog);
    let named = all.iter().filter(|(name, _)| !left(name));
    named.fold(Args::default(), |args, (name, value)| args.with(name, value))
}

fn answered(state: &mut State, dialog: &Dialog) -> Result<Vec<Effect>> {
    let Some(asked) = &dialog.asked else { return Ok(Vec::new()) };
    let requests = state.plan(asked, &args(dialog))?;
    Ok(state.begin(asked.as_ref().clone(), args(dialog), requests))
}

fn spell(state: &State, dialog: &mut Dialog) {
    let Some(asked) = dialog.asked.take() else { return };
    let verb = asked.verb;
    let (ask, what) = (verb.words.ask(&args(dialog)), noun(&asked.objects));
    dialog.title = format!("{ask} {what}{}", state.whereabouts(&asked.objects));
    // The title names the objects. The number of several objects is repeated on the button.
    let doing = capital(ask.strip_suffix(" of").unwrap_or(&ask));
    dialog.confirm = if asked.objects.len() == 1 { doing } else { format!("{} {what}", capital(&ask)) };
    dialog.shell_lines = shell_lines(state, &asked, dialog);
    let preview = asked.body.as_ref().zip(asked.objects.first());
    let preview = preview.map(|(body, object)| (verb.preview)(object, body, &args(dialog))).unwrap_or_default();
    let preview = preview.into_iter().map(|line| vec![(Str::from(line), Role::Changed)]);
    dialog.preview = state.told_along(&asked.objects, &asked.along).into_iter().chain(preview).collect();
    dialog.asked = Some(asked);
}

fn shell_lines(state: &State, asked: &Asked, dialog: &Dialog) -> String {
    let request = || {
        let (body, [object]) = (asked.body.as_ref()?, asked.objects.as_slice()) else { return None };
        asked.verb.act.request(object, body, &args(dialog), state.now).ok()
    };
    shell::lines(asked.verb, &dialog.ids, &meant(asked.verb, dialog), request, |at| state.place(at)).join("\n")
}

impl Deed {
    /// `pod web`, `3 pods`.
    pub(super) fn noun(&self) -> String {
        let objects: Vec<Object> = self.steps.iter().map(|step| step.object.clone()).collect();
        noun(&objects)
    }
}
