//! The columns that the user chose: what tables of a kind show besides those of the kind, what they leave out, and in which
//! order. A choice holds for a kind in a context, and is kept for the next start.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::dialog::{Dialog, Field as Input};
use super::filter::complete::{labels_of, typed};
use super::filter::same_title;
use super::view::{Field, Table, View};
use super::{Answer, Effect, Level, State};
use crate::model::text::wrapped;
use crate::model::{Error, Extra, Home, KindRef, Origin, Result, SourceId, Title, extra_words};
use crate::theme::Role;

/// The columns of a kind in a context.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Choice {
    /// The extra columns, in the words of [`Extra::parse`].
    pub extras: Vec<String>,
    /// The titles of all columns that are shown, in their order. If there are none, all are shown as usual, and the extra
    /// ones behind them.
    pub shown: Vec<String>,
}

/// What the user chose, by context and by kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choices(BTreeMap<String, BTreeMap<String, Choice>>);

/// A choice, and what it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    pub context: String,
    pub kind: String,
    pub choice: Choice,
}

impl Choices {
    fn get(&self, context: &str, kind: &str) -> Option<&Choice> {
        self.0.get(context)?.get(kind)
    }

    /// Takes a choice in. One that chooses nothing takes the one before away.
    pub fn set(&mut self, chosen: Chosen) {
        let Chosen { context, kind, choice } = chosen;
        let kinds = self.0.entry(context).or_default();
        match choice == Choice::default() {
            true => drop(kinds.remove(&kind)),
            false => drop(kinds.insert(kind, choice)),
        }
        self.0.retain(|_, kinds| !kinds.is_empty());
    }
}

impl Choice {
    /// The extra columns. A word of another version that cannot be read is left out.
    fn extras(&self) -> Arc<[Extra]> {
        self.extras.iter().filter_map(|word| Extra::parse(word).ok()).collect()
    }
}

/// How a choice names a kind. The rows of some kinds are parts of a resource that has a kind of its own, as the containers
/// of pods are.
fn name_of(kind: KindRef) -> String {
    let (family, resource) = (kind.family.name, kind.resource());
    match kind.is_made() {
        true => format!("{family}/{}", kind.name),
        false if resource.split('.').next() == Some(kind.name) => format!("{family}/{resource}"),
        false => format!("{family}/{resource}/{}", kind.name),
    }
}

/// Why the objects of a kind have no such column, if so.
pub fn check(kind: KindRef, extra: &Extra) -> Result<()> {
    let title = &extra.title;
    if kind.home != Home::Server {
        return Err(Error::Unsupported(format!("spyhop makes the rows of {} itself: they have no labels", kind.name)));
    }
    if !kind.family.discovers && !matches!(extra.origin, Origin::Label(_)) {
        return Err(Error::Unsupported(format!("{} have columns for labels only", kind.name)));
    }
    let Origin::Path(path) = &extra.origin else { return Ok(()) };
    let is_value =
        |fields: &Vec<String>| fields.first().is_none_or(|first| ["data", "stringData"].contains(&first.as_str()));
    match kind.is_secret && path.needs().iter().any(is_value) {
        true => Err(Error::Denied(format!("the values of secrets are in no column: {title} would show them"))),
        false => Ok(()),
    }
}

/// A line of words for the columns of a table as the whole choice: those, in that order.
pub fn whole(line: &str, kind: KindRef, known: &[Title], extras: &[Extra]) -> Result<Choice> {
    let mut choice = Choice::default();
    let mut taken: Vec<&str> = known.iter().map(|title| &**title).collect();
    taken.retain(|title| extras.iter().all(|extra| extra.title != *title));
    for word in extra_words(line) {
        let is_shown = choice.shown.iter().any(|title| same_title(title, word));
        if is_shown || fixed(kind).any(|title| same_title(title, word)) {
            continue;
        }
        if let Some(title) = taken.iter().find(|title| same_title(title, word)) {
            choice.shown.push((*title).to_owned());
            continue;
        }
        // The word of an extra column that is there already is its title.
        let there = extras.iter().find(|extra| same_title(&extra.title, word));
        let extra = there.map_or_else(|| Extra::parse(word), |extra| Ok(extra.clone()))?;
        check(kind, &extra)?;
        let taken = taken.iter().copied().chain(fixed(kind)).chain(choice.shown.iter().map(String::as_str));
        let extra = untaken(extra, &taken.collect::<Vec<_>>())?;
        choice.shown.push(extra.title.to_string());
        choice.extras.push(extra.to_string());
    }
    Ok(choice)
}

/// The titles of the columns that say what a row is. They always stand in front.
pub fn fixed<'a>(kind: KindRef) -> impl Iterator<Item = &'a str> {
    ["CONTEXT", "NAMESPACE"].into_iter().chain(kind.naming.title)
}

/// An extra column whose title is none of those that are taken.
pub fn untaken(extra: Extra, taken: &[&str]) -> Result<Extra> {
    let is_taken = |title: &str| taken.iter().any(|other| same_title(other, title));
    if !is_taken(&extra.title) {
        return Ok(extra);
    }
    if let Origin::Label(key) | Origin::Annotation(key) = &extra.origin
        && !is_taken(&key.to_uppercase())
    {
        return Ok(Extra { title: key.to_uppercase().into(), ..extra });
    }
    let title = &extra.title;
    let other = Extra { title: "MINE".into(), origin: extra.origin.clone() };
    Err(Error::Invalid(format!("{title} is a column already; write another title, like {other}")))
}

impl State {
    /// Takes over what earlier runs kept. The tables that are open already follow it.
    pub fn recall_columns(&mut self, choices: Choices) {
        self.display.columns = choices;
        let mut tabs = std::mem::take(&mut self.tabs);
        tabs.views_mut().filter_map(View::table_mut).for_each(|table| self.choose_for(table));
        self.tabs = tabs;
    }

    /// Gives a table the columns that the user chose for its kind.
    pub(super) fn choose_for(&self, table: &mut Table) {
        let context = self.place(table.at).map(|place| place.name.as_str()).unwrap_or_default();
        let choice = self.display.columns.get(context, &name_of(table.kind)).cloned().unwrap_or_default();
        (table.choice.extras, table.choice.titles) = (choice.extras(), choice.shown);
    }

    /// `:columns`: asks for the whole list; with words it adds columns, and takes those away that a minus stands before.
    pub(super) fn columns(&mut self, line: &str) -> Result<Vec<Effect>> {
        let Some(table) = self.table() else { return Ok(Vec::new()) };
        let mut words = words_of(table);
        match line {
            "" => {
                let dialog = asked(table, &words);
                self.ask(dialog);
                return Ok(Vec::new());
            }
            "default" => return self.take_columns(Choice::default()),
            _ => {}
        }
        let mut added = Vec::new();
        for word in extra_words(line) {
            let Some(gone) = word.strip_prefix('-') else {
                words.push(word.to_owned());
                added.push(word);
                continue;
            };
            let title = table.choice.extras.iter().find(|extra| same_title(&extra.title, gone)).map(Extra::to_string);
            let at = words.iter().position(|word| same_title(word, gone) || title.as_ref() == Some(word));
            let no_column = || Error::Invalid(format!("no column '{gone}' is shown; there are: {}", words.join(", ")));
            words.remove(at.ok_or_else(no_column)?);
        }
        let effects = self.choose_columns(&words.join(","))?;
        self.tell_hidden(&added);
        Ok(effects)
    }

    /// Says which of the columns that were just asked for have no room.
    fn tell_hidden(&mut self, added: &[&str]) {
        self.prepare_columns();
        let Some(table) = self.table() else { return };
        let is_added = |title: &str| {
            let same =
                |word: &&str| same_title(title, word) || Extra::parse(word).is_ok_and(|extra| extra.title == title);
            added.iter().any(same)
        };
        let hidden = table.columns.iter().filter(|shown| shown.place.is_none() && is_added(&shown.column.title));
        let hidden: Vec<String> = hidden.map(|shown| shown.column.title.to_string()).collect();
        if !hidden.is_empty() {
            let told = format!("no room for {} here; :columns -NAME takes another column away", hidden.join(", "));
            self.tell(Level::Warn, told);
        }
    }

    /// What may follow `:columns`: columns to take away, hidden ones, and labels that rows have.
    pub(super) fn column_words(&self) -> Vec<String> {
        let Some(table) = self.table() else { return Vec::new() };
        let shown = words_of(table);
        let titles = table.titles.iter().filter(|(field, _)| is_free(*field)).map(|(_, title)| typed(title));
        let labels = labels_of(self.store.answer(&table.query()));
        let others: Vec<String> = titles.chain(labels).filter(|word| !shown.contains(word)).collect();
        others.into_iter().chain(shown.iter().map(|word| format!("-{word}"))).chain(["default".to_owned()]).collect()
    }

    fn choose_columns(&mut self, line: &str) -> Result<Vec<Effect>> {
        let Some(table) = self.table() else { return Ok(Vec::new()) };
        let answer = self.store.answer(&table.query());
        extra_words(line).into_iter().try_for_each(|word| check_word(word, names_of(table), answer))?;
        let titles = table.titles.iter().filter(|(field, _)| is_free(*field));
        let known: Vec<Title> = titles.map(|(_, title)| title.clone()).collect();
        let mut choice = whole(line, table.kind, &known, &table.choice.extras)?;
        if choice.shown == table.usual(&choice.extras()) {
            choice.shown.clear();
        }
        self.take_columns(choice)
    }

    fn take_columns(&mut self, choice: Choice) -> Result<Vec<Effect>> {
        let Some(table) = self.table() else { return Ok(Vec::new()) };
        let (at, kind) = (table.at, table.kind);
        let context = self.place(at).map(|place| place.name.to_string()).unwrap_or_default();
        let chosen = Chosen { context, kind: name_of(kind), choice };
        self.display.columns.set(chosen.clone());
        self.renew_tables(at, kind);
        Ok(vec![Effect::KeepColumns(Box::new(chosen))])
    }

    /// Lets all open tables of a kind follow the choice.
    fn renew_tables(&mut self, at: SourceId, kind: KindRef) {
        let mut tabs = std::mem::take(&mut self.tabs);
        let tables = tabs.views_mut().filter_map(View::table_mut);
        for table in tables.filter(|table| (table.at, table.kind) == (at, kind)) {
            let (query, extras) = (table.query(), table.choice.extras.clone());
            self.choose_for(table);
            // The cells of before stand in the same columns until the new rows are there.
            if table.choice.extras.len() > extras.len() && table.choice.extras.starts_with(&extras) {
                self.store.extend(&query, &table.query(), self.now);
            }
        }
        self.tabs = tabs;
        self.display.dirty = true;
    }
}

/// A bare word may be a typing error. It is taken for a label only if some row has that label. `known` are the names of the
/// columns that are there.
pub fn check_word<'a>(word: &str, known: impl IntoIterator<Item = &'a str>, answer: Option<&Answer>) -> Result<()> {
    let is_label = matches!(Extra::parse(word), Ok(Extra { origin: Origin::Label(_), .. }));
    let is_known = known.into_iter().any(|name| same_title(name, word));
    let has_rows = answer.is_some_and(|answer| !answer.is_empty());
    if word.contains(':') || !is_label || is_known || !has_rows || labels_of(answer).iter().any(|label| label == word) {
        return Ok(());
    }
    Err(Error::Invalid(format!("no column and no label is called '{word}'; label:{word} takes it anyway")))
}

/// Whether the user chooses about a column. The others say what a row is.
fn is_free(field: Field) -> bool {
    !matches!(field, Field::Context | Field::Namespace | Field::Name)
}

/// The titles of all columns, and the keys of the labels that are columns.
fn names_of(table: &Table) -> impl Iterator<Item = &str> {
    let titles = table.titles.iter().map(|(_, title)| &**title);
    titles.chain(table.choice.extras.iter().filter_map(|extra| match &extra.origin {
        Origin::Label(key) => Some(key.as_str()),
        Origin::Annotation(_) | Origin::Path(_) => None,
    }))
}

/// The columns that are shown, each by the word for it.
fn words_of(table: &Table) -> Vec<String> {
    let titles =
        if table.choice.titles.is_empty() { table.usual(&table.choice.extras) } else { table.choice.titles.clone() };
    let word = |title: String| {
        let extra = table.choice.extras.iter().find(|extra| extra.title == *title);
        extra.map_or_else(|| typed(&title), |extra| short(extra, table))
    };
    titles.into_iter().map(word).collect()
}

/// The word for an extra column; for a label its key, if that says the same.
fn short(extra: &Extra, table: &Table) -> String {
    let Origin::Label(key) = &extra.origin else { return extra.to_string() };
    let is_other = table.titles.iter().any(|(_, title)| same_title(title, key) && *title != *extra.title);
    let same = Extra::label(key).is_ok_and(|label| label == *extra);
    if same && !is_other { key.to_string() } else { extra.to_string() }
}

fn asked(table: &Table, words: &[String]) -> Dialog {
    let mut dialog = Dialog::new(format!("columns of {}", table.kind.name), "Show", Vec::new(), |state, dialog| {
        match dialog.field("columns").trim() {
            "" => state.take_columns(Choice::default()),
            line => state.choose_columns(line),
        }
    });
    let field = Input::text("columns", words.join(" ")).hinted("the usual ones");
    dialog.fields = vec![Input { untouched: false, ..field }];
    let is_hidden = |title: &&str| words.iter().all(|word| !same_title(title, word));
    let free = table.titles.iter().filter(|(field, _)| is_free(*field)).map(|(_, title)| &**title);
    let others = free.filter(|title| table.choice.extras.iter().all(|extra| extra.title != **title)).filter(is_hidden);
    let others: Vec<String> = others.map(typed).collect();
    let mut said = vec!["The columns after the name, in their order. Each is a title,".to_owned()];
    said.push("a label (app), annotation:KEY, .path or TITLE:.path.".to_owned());
    said.extend((!others.is_empty()).then(|| format!("Not shown: {}", others.join(" "))));
    let lines = said.iter().flat_map(|text| wrapped(text, WIDTH));
    dialog.lines = lines.map(|line| vec![(line.into(), Role::Muted)]).collect();
    dialog
}

/// Cells of a line of the question.
const WIDTH: usize = 60;
