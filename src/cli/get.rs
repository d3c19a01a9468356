//! `spyhop get`: the rows of a kind, from the same kinds and sources as on the screen.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, ValueEnum};
use futures::{StreamExt, TryStreamExt, stream};
use serde_json::{Map, json};

use super::aim::Aim;
use super::columns::ColumnArgs;
use super::fleet::chosen;
use super::made::Made;
use super::print::{escaped, harmless, note, written};
use super::words::{self, Target, called};
use super::{Setup, beside, describe, kinds};
use crate::app::commands::names;
use crate::app::filter::same_title;
use crate::app::store::{Answer, Store};
use crate::app::trends::Trends;
use crate::app::view::{Field, Frame, Loans, Shown, Sort, SortBy, Table, write_field};
use crate::app::yaml::extract::text as extract_text;
use crate::kinds::USUAL;
use crate::kinds::program::contexts;
use crate::model::{
    Delta, Error, Extract, Finds, Id, KindRef, Narrow, Object, Part, Place, Query, Reply, Request, Result, Scope,
    SourceId, Str, Time, Value, What, text,
};
use crate::source::Connected;

#[derive(Clone, Debug, Default, Args)]
pub struct GetArgs {
    /// The kind: pods, po, deployments.apps, ..., or all; several with commas between; or KIND/NAME
    pub kind: String,
    /// An object's name; @CONTEXT,@CONTEXT or @* for the rows of several contexts
    pub name: Option<String>,
    /// More names, or KIND/NAME after KIND/NAME
    #[arg(value_name = "NAME")]
    pub more: Vec<String>,
    /// Only objects with these labels
    #[arg(short = 'l', long, value_name = "SELECTOR")]
    pub selector: Option<String>,
    /// Only objects with these fields: status.phase=Running
    #[arg(long, value_name = "SELECTOR")]
    pub field_selector: Option<String>,
    /// Only rows that pass this filter, as typed after '/'
    #[arg(long, value_name = "EXPR")]
    pub filter: Option<String>,
    /// Sort by this column; a leading '-' reverses it
    #[arg(long, value_name = "COLUMN", allow_hyphen_values = true)]
    pub sort: Option<String>,
    #[command(flatten)]
    pub columns: ColumnArgs,
    /// How to print
    #[arg(short, long, value_enum, default_value_t)]
    pub output: Output,
    /// Cells of a line, where a terminal shows it
    #[arg(skip)]
    pub width: Option<usize>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Output {
    #[default]
    Table,
    Wide,
    Json,
    Yaml,
    Csv,
    Name,
    /// The values of a release that the user set
    Values,
    /// All values of a release, those of its chart too
    AllValues,
    /// The manifest of a release
    Manifest,
    /// The notes of a release
    Notes,
    /// The hooks of a release
    Hooks,
    /// What changed in a release since the revision before, or between two revisions that are named
    Diff,
    /// What the cluster has in place of what the manifest of a release says; only reads are sent
    Drift,
    #[value(skip)]
    Describe,
}

impl Output {
    /// The text that objects hold, if this prints one.
    fn extract(self) -> Option<&'static str> {
        match self {
            Self::Values => Some("values"),
            Self::AllValues => Some("all-values"),
            Self::Manifest => Some("manifest"),
            Self::Notes => Some("notes"),
            Self::Hooks => Some("hooks"),
            Self::Diff => Some("diff"),
            Self::Drift => Some("drift"),
            Self::Table | Self::Wide | Self::Json | Self::Yaml | Self::Csv | Self::Name | Self::Describe => None,
        }
    }
}

/// `get` on the current context, or on those that are named.
pub async fn get_from(args: &GetArgs, setup: Setup<'_>, out: &mut impl Write) -> Result<()> {
    let now = crate::runtime::now();
    if let Some(kind) = kinds::table_of_program(&args.kind)? {
        return get(args, &of_program(kind, setup).await?, now, out).await;
    }
    let names = args.name.as_deref().and_then(|name| name.strip_prefix('@'));
    let family = beside::family(&args.kind, setup).await;
    let aim = match (family, names) {
        (None, None) => Aim::current(setup)?,
        (family, names) => Aim::over(&chosen(names, family.unwrap_or(USUAL), setup.connected)?, setup)?,
    };
    if let Some(word) = args.more.iter().find(|word| word.starts_with('@')) {
        return Err(Error::Invalid(format!("{word} among the names would be a context: write it before them")));
    }
    let mut more = args.more.iter().cloned();
    let moved = names.map(|_| GetArgs { name: more.next(), more: more.collect(), ..args.clone() });
    let got = get(moved.as_ref().unwrap_or(args), &aim, now, out).await;
    got.map_err(|error| in_context(&args.kind, setup.connected).filter(|_| is_misread(&error)).unwrap_or(error))
}

/// Whether words could not be understood.
fn is_misread(error: &Error) -> bool {
    matches!(error, Error::Invalid(_))
}

/// What is said of `podman/images`, where `podman` is a context and no kind.
fn in_context(typed: &str, connected: &Connected) -> Option<Error> {
    let (context, kind) = typed.split_once('/')?;
    connected.places.iter().find(|place| place.name == context)?;
    Some(Error::Invalid(format!("{context} is a context, not a kind: write get {kind} @{context}")))
}

/// The rows that the program knows or makes itself.
async fn of_program(kind: KindRef, setup: Setup<'_>) -> Result<Aim> {
    let rows = match kind.is(&contexts::KIND) {
        // Contexts are known without asking, even when none of them can be used.
        true => setup.connected.of(USUAL).map(contexts::row).collect(),
        false => {
            let aim = Aim::current(setup)?;
            names::rows(SourceId::PROGRAM, aim.place.family, &aim.found().await?.kinds)
        }
    };
    let place = Place::new(SourceId::PROGRAM, kind.family.name, USUAL);
    Ok(Aim::new(&place, Arc::new(Made(rows)), USUAL.patience))
}

/// Prints objects; the error says why there are none.
pub async fn get(args: &GetArgs, aim: &Aim, now: Time, out: &mut impl Write) -> Result<()> {
    let targets = words::targets(&args.kind, args.name.iter().chain(&args.more))?;
    targets.iter().flat_map(|target| &target.names).try_for_each(|name| words::check_name(name))?;
    let is_one = matches!(targets.as_slice(), [Target { names, .. }] if names.len() == 1);
    let targets = kinds::spread(targets, aim).await?;
    let several = targets.len() > 1;
    if several && args.output == Output::Csv {
        return Err(Error::Invalid("csv is one table: name one kind at a time".to_owned()));
    }
    let (mut sheets, mut failed) = (Vec::new(), None);
    for target in &targets {
        match sheet(target, args, aim, now).await {
            Ok(sheet) => sheets.push(sheet),
            Err(error) if several => {
                note(format_args!("spyhop: {}: {error}", target.word));
                failed = Some(Error::Invalid("not all of it could be printed".to_owned()));
            }
            Err(error) => return Err(error),
        }
    }
    print(&sheets, is_one && !several, args, aim, now, out).await?;
    let missing = sheets.into_iter().find_map(|sheet| sheet.missing);
    missing.or(failed).map_or(Ok(()), Err)
}

/// The rows of one kind.
struct Sheet {
    table: Table,
    store: Store,
    /// Only these, where some are named.
    names: Vec<String>,
    /// Who did not answer, or what is not there.
    missing: Option<Error>,
}

impl Sheet {
    fn objects(&self) -> Vec<&Object> {
        let answer = self.store.answer(&self.table.query());
        let rows = answer.into_iter().flat_map(|answer| self.table.visible(answer));
        rows.filter(|object| self.names.is_empty() || self.names.iter().any(|name| is_called(&object.id, name)))
            .collect()
    }

    /// The bodies of which a text is made: one for each object, or one for two that are named and compared.
    fn bodies(&self, name: &str) -> Result<Vec<(Id, &'static Extract)>> {
        let kind = self.table.kind;
        let none = || Error::Unsupported(format!("{} have no {}", kind.name, name.replace('-', " ")));
        let extract = kind.description.extract(name).ok_or_else(none)?;
        let ids: Vec<Id> = self.objects().into_iter().map(|object| object.id.clone()).collect();
        let named = |name: &String| ids.iter().find(|id| is_called(id, name));
        if let [Some(from), Some(to)] = *self.names.iter().map(named).collect::<Vec<_>>()
            && let Some(both) = extract.between(from, to)
        {
            return Ok(vec![(both, extract)]);
        }
        Ok(ids.into_iter().map(|id| (Id { kind: KindRef(extract.of), ..id }, extract)).collect())
    }

    /// The columns that are printed. Without `-o wide` and without a choice of the user's they are those of kubectl.
    fn columns(&self) -> Vec<&Shown> {
        let all = self.table.choice.wide || !self.table.choice.titles.is_empty();
        self.table.columns.iter().filter(|shown| all || !shown.column.roomy).collect()
    }

    /// The table as lines. With several kinds, names are led by theirs.
    fn write(&self, several: bool, now: Time, out: &mut impl Write) -> io::Result<()> {
        let (columns, loans) = (self.columns(), self.table.loans(&self.store));
        let mut lines: Vec<Vec<String>> =
            vec![columns.iter().map(|shown| text::clean(&shown.column.title).into_owned()).collect()];
        for object in self.objects() {
            let cell = |shown: &&Shown| match several && shown.field == Field::Name {
                true => called(&object.id),
                false => cell(shown, object, &loans, now),
            };
            lines.push(columns.iter().map(cell).collect());
        }
        let widths: Vec<usize> =
            (0..columns.len()).map(|i| lines.iter().map(|line| text::width(&line[i])).max().unwrap_or(0)).collect();
        for line in &lines {
            let mut row = String::new();
            for (cell, width) in line.iter().zip(&widths) {
                row.push_str(cell);
                row.push_str(&" ".repeat(width - text::width(cell) + 3));
            }
            writeln!(out, "{}", row.trim_end())?;
        }
        Ok(())
    }
}

async fn sheet(target: &Target, args: &GetArgs, aim: &Aim, now: Time) -> Result<Sheet> {
    let (kind, members) = kinds::kind_in(&target.word, aim).await?;
    if args.field_selector.is_some() && !is_served(kind) {
        return Err(Error::Unsupported(format!("{} have no fields to select by; --filter takes columns", kind.name)));
    }
    let scope = scope(args, &target.names, aim, kind).others(members.get(1..).unwrap_or_default());
    // What is found may be called otherwise: it was named by its id.
    let by_id = kind.family.finds == Finds::NameOrId && !scope.fields.is_empty();
    let at = members.first().copied().unwrap_or(aim.at);
    let mut table = Table::new(at, kind, scope).over(aim.contexts.clone());
    table.choice.wide = args.output != Output::Table && args.columns.columns.is_none();
    (table.choice.extras, table.choice.titles) = args.columns.chosen(kind)?;
    let mut store = Store::default();
    fill(&mut store, &table.query(), aim, now).await?;
    if let Some(within) = store.answer(&table.query()).and_then(|answer| answer.within()) {
        note(format_args!("only {}: {}", within.text(), within.why));
    }
    args.columns.check(&table, store.answer(&table.query()))?;
    let missing = missing(&table, &store);
    if let (Some(error), true) = (&missing, store.answer(&table.query()).is_some_and(|answer| !answer.complete)) {
        return Err(error.clone());
    }
    // Names and bodies show nothing that is measured.
    let shows = matches!(args.output, Output::Table | Output::Wide | Output::Json | Output::Csv);
    let refused = match shows || args.filter.is_some() || args.sort.is_some() {
        true => lend(&mut table, &mut store, aim, now).await,
        false => Vec::new(),
    };
    let (names, absent) = match by_id && store.answer(&table.query()).is_some_and(|answer| !answer.is_empty()) {
        true => (Vec::new(), None),
        false => (target.names.clone(), absent(&table, &store, &target.names)),
    };
    shape(&mut table, args, &store, now)?;
    if shows {
        unlent(&table, &refused)?;
    }
    let missing = missing.or(absent);
    Ok(Sheet { table, store, names, missing })
}

/// A container is called by its pod as well as by both, and a row with a title of its own, as a target, as it is printed.
fn is_called(id: &Id, name: &str) -> bool {
    id.name == name || id.title() == name || id.kind.naming.has_own_title() && id.part == name
}

/// The named objects that are not there.
fn absent(table: &Table, store: &Store, names: &[String]) -> Option<Error> {
    let answer = store.answer(&table.query())?;
    let is_there = |name: &str| answer.ids().any(|id| is_called(id, name));
    let gone = |name: &String| Error::Gone(format!("{} \"{name}\" not found", table.kind.resource()));
    let mut absent = names.iter().filter(|name| !is_there(name)).map(gone);
    let first = absent.next();
    absent.for_each(|error| note(format_args!("spyhop: {error}")));
    first
}

/// `is_one`: one object is asked for, by name.
async fn print(
    sheets: &[Sheet],
    is_one: bool,
    args: &GetArgs,
    aim: &Aim,
    now: Time,
    out: &mut impl Write,
) -> Result<()> {
    // A kind does not count if none of its named objects is there. kubectl does the same.
    let several = sheets.iter().filter(|sheet| sheet.names.is_empty() || !sheet.objects().is_empty()).count() > 1;
    let is_empty = |sheet: &Sheet| sheet.objects().is_empty();
    if !matches!(args.output, Output::Json | Output::Yaml) && sheets.iter().all(is_empty) {
        none(sheets);
    }
    let full = sheets.iter().filter(|sheet| !sheet.objects().is_empty());
    let printed = match args.output {
        Output::Table | Output::Wide => full.enumerate().try_for_each(|(i, sheet)| {
            let between = if i > 0 { writeln!(out) } else { Ok(()) };
            between.and_then(|()| sheet.write(several, now, out))
        }),
        Output::Csv => full
            .map(|sheet| harmless(sheet.table.csv(&sheet.store, now)))
            .try_for_each(|text| out.write_all(text.as_bytes())),
        Output::Name => {
            full.flat_map(Sheet::objects).try_for_each(|object| writeln!(out, "{}", text::clean(&called(&object.id))))
        }
        // Named ones that are not there are an error; an empty list is a list.
        Output::Json | Output::Yaml if sheets.iter().all(|sheet| is_empty(sheet) && !sheet.names.is_empty()) => Ok(()),
        Output::Json => {
            let rows: Vec<Value> = full.flat_map(|sheet| rows(sheet, sheets.len() > 1)).collect();
            match rows.is_empty() {
                true => writeln!(out, "[]"),
                false => {
                    let text = serde_json::to_string_pretty(&rows).map_err(io::Error::from);
                    text.and_then(|text| writeln!(out, "{}", escaped(&text)))
                }
            }
        }
        Output::Describe => {
            let ids: Vec<Id> = full.flat_map(Sheet::objects).map(|object| object.id.clone()).collect();
            out.write_all(describe::pages(ids, aim, args.width, now).await?.as_bytes())
        }
        Output::Yaml => {
            let ids: Vec<Id> = full.flat_map(Sheet::objects).map(|object| object.id.clone()).collect();
            out.write_all(bodies(aim, ids, is_one).await?.as_bytes())
        }
        Output::Values
        | Output::AllValues
        | Output::Manifest
        | Output::Notes
        | Output::Hooks
        | Output::Diff
        | Output::Drift => {
            let name = args.output.extract().unwrap_or_default();
            let bodies = full.map(|sheet| sheet.bodies(name)).collect::<Result<Vec<_>>>()?.concat();
            out.write_all(harmless(extracts(aim, bodies).await?).as_bytes())
        }
    };
    written(printed)
}

/// Who of several did not answer. What the others said is printed nevertheless.
fn missing(table: &Table, store: &Store) -> Option<Error> {
    let lost = store.answer(&table.query())?.members().lost();
    let mut lost = lost.map(|(member, _, error)| error.clone().within(table.contexts.name(member.at)));
    let first = lost.next();
    lost.for_each(note);
    first
}

/// Whether an API server has it, which selects by fields and reads an object by its name.
fn is_served(kind: KindRef) -> bool {
    kind.family.finds == Finds::Name && !kind.is_made()
}

/// What is asked for. Named objects are read one by one, so that the right to list is not needed.
fn scope(args: &GetArgs, names: &[String], aim: &Aim, kind: KindRef) -> Scope {
    let namespace = aim.namespace.as_deref().filter(|_| kind.address.namespaced);
    let text = |selector: &Option<String>| Str::from(selector.as_deref().unwrap_or_default());
    let scope = Scope {
        namespace: namespace.map(Into::into),
        labels: text(&args.selector),
        fields: text(&args.field_selector),
        ..Scope::default()
    };
    let served = is_served(kind);
    let in_one_place = namespace.is_some() || !kind.address.namespaced;
    match names {
        [] => scope,
        _ if served && in_one_place && args.selector.is_none() && args.field_selector.is_none() => {
            // Containers are read with their pods.
            let object = |name: &String| match name.split_once('/').filter(|_| kind.whole().is_some()) {
                Some((whole, _)) => Str::from(whole),
                None => name.as_str().into(),
            };
            let mut names: Vec<Str> = names.iter().map(object).collect();
            names.sort_unstable();
            names.dedup();
            scope.part(Part::Names(names.into()))
        }
        [name] if served && args.field_selector.is_none() => scope.named(name),
        [name] if kind.family.finds == Finds::NameOrId => scope.fields(format!("metadata.name={name}")),
        _ => scope,
    }
}

/// Reads the answer until it is whole.
pub(super) async fn fill(store: &mut Store, query: &Query, aim: &Aim, now: Time) -> Result<()> {
    store.open(query, now);
    let mut deltas = aim.open(query.clone());
    let whole = async {
        while let Some(delta) = deltas.next().await {
            let delta = delta?;
            let ready = matches!(delta, Delta::Ready);
            store.apply(query, vec![delta], now);
            if ready {
                break;
            }
        }
        Ok(())
    };
    aim.patiently(whole).await
}

/// One answer that is worth so much waiting.
const LENDING: Duration = Duration::from_secs(5);
/// Each row is measured twice by itself.
const MEASURING: Duration = Duration::from_secs(30);

/// Metrics, from the first who has them; without, when nobody does. Returns why those who were asked gave nothing.
async fn lend(table: &mut Table, store: &mut Store, aim: &Aim, now: Time) -> Vec<Error> {
    let mut refused = Vec::new();
    let mut silent: Vec<KindRef> = Vec::new();
    let serve = |table: &mut Table, silent: &[KindRef]| {
        let from = |kind, at| aim.lender(kind).map(|by| if by.at == aim.at { at } else { by.at });
        table.serve_lenders(|kind, at| from(kind, at).filter(|_| !silent.contains(&KindRef(kind))));
    };
    table.measure_all();
    for (i, lender) in table.kind.presentation.lenders.iter().enumerate() {
        serve(table, &silent);
        let (Some(query), Some(by)) = (table.lent(i), aim.lender(lender.kind)) else { continue };
        let most = if lender.narrow == Narrow::ToNames { MEASURING } else { LENDING };
        let Err(error) = fill(store, &query, &by.briefly(most), now).await else { continue };
        if store.answer(&query).is_none_or(Answer::is_empty) {
            silent.push(KindRef(lender.kind));
            refused.push(error);
            continue;
        }
        // What was measured until then is shown.
        let titles: Vec<&str> = lender.kind.columns.iter().map(|column| &*column.title).collect();
        note(format_args!("{} of some rows could not be read: {error}", titles.join(", ")));
    }
    serve(table, &silent);
    refused
}

/// A column that was asked for by its title must be there: who reads the output by program would miss it silently.
fn unlent(table: &Table, refused: &[Error]) -> Result<()> {
    let is_there = |title: &str| table.columns.iter().any(|shown| same_title(&shown.column.title, title));
    let Some(title) = table.choice.titles.iter().find(|title| !is_there(title)) else { return Ok(()) };
    Err(match refused {
        [] => Error::Unsupported(format!("nothing here measures {title} of {}", table.kind.name)),
        [why] => why.clone().within(title),
        several => {
            let why: Vec<&str> = several.iter().map(Error::text).collect();
            Error::Unsupported(format!("{title}: {}", why.join("; ")))
        }
    })
}

fn shape(table: &mut Table, args: &GetArgs, store: &Store, now: Time) -> Result<()> {
    let (all, frame) = (usize::MAX / 2, Frame { now, width: u16::MAX, height: u16::MAX });
    table.prepare(store, &mut Trends::default(), frame, all);
    if let Some(wanted) = &args.sort {
        let (title, descending) = wanted.strip_prefix('-').map_or((wanted.as_str(), false), |title| (title, true));
        let shown = table.columns.iter().find(|shown| same_title(&shown.column.title, title));
        let titles = || table.columns.iter().map(|shown| &*shown.column.title).collect::<Vec<_>>().join(", ");
        let field = shown.map(|shown| shown.field);
        let field =
            field.ok_or_else(|| Error::Invalid(format!("no column is called '{title}'; there are: {}", titles())))?;
        table.sort = Sort { by: SortBy::Field(field), descending };
        table.order.restart();
    }
    if let Some(text) = &args.filter {
        table.filter_rows(store, text).map_err(|wrong| wrong.pointed(text))?;
    }
    table.prepare(store, &mut Trends::default(), frame, all);
    table.window.height = usize::MAX;
    Ok(())
}

/// Says that there is nothing, unless it is said that something is missing.
fn none(sheets: &[Sheet]) {
    let namespace = sheets.iter().find_map(|sheet| sheet.table.scope.namespace.as_ref());
    let place = namespace.map(|name| format!(" in {name} namespace")).unwrap_or_default();
    match sheets {
        [] => {}
        all if all.iter().any(|sheet| !sheet.names.is_empty()) => {}
        [sheet] => note(format_args!("no {} found{place}", sheet.table.kind.name)),
        _ => note(format_args!("no objects found{place}")),
    }
}

fn cell(shown: &Shown, object: &Object, loans: &Loans<'_>, now: Time) -> String {
    let mut written = String::new();
    write_field(shown, object, loans, now, &mut written);
    text::clean(&written).into_owned()
}

/// Objects as values: one key per column as in the header, plus `namespace`, `name` and `health`, and `kind` with several.
fn rows(sheet: &Sheet, several: bool) -> Vec<Value> {
    let Sheet { table, store, .. } = sheet;
    let loans = table.loans(store);
    let row = |object: &Object| {
        let mut row = Map::new();
        if several {
            row.insert("kind".into(), json!(table.kind.resource()));
        }
        row.insert("namespace".into(), json!(object.id.namespace.as_str()));
        row.insert("name".into(), json!(object.id.title().as_str()));
        row.insert("health".into(), json!(object.health.word()));
        for shown in &table.columns {
            let value = match shown.field {
                Field::Context => json!(shown.context(&object.id)),
                Field::Namespace => json!(object.id.namespace.as_str()),
                Field::Name => json!(crate::app::view::short_name(&object.id)),
                Field::Own(_) | Field::Lent(..) => shown.cell(object, &loans).to_json(),
            };
            row.insert(shown.column.title.to_string(), value);
        }
        Value::Object(row)
    };
    sheet.objects().into_iter().map(row).collect()
}

/// Texts as the family's own program prints them, one after the other as documents.
async fn extracts(aim: &Aim, bodies: Vec<(Id, &'static Extract)>) -> Result<String> {
    let one = async |(id, extract): (Id, &Extract)| -> Result<String> {
        let body = aim.request(Request::new(id, What::Get)).await?.body;
        Ok(extract_text(&body, extract))
    };
    let texts: Vec<String> = stream::iter(bodies).map(one).buffered(8).try_collect().await?;
    Ok(texts
        .into_iter()
        .reduce(|all, text| all + if text.starts_with("---") { "" } else { "---\n" } + &text)
        .unwrap_or_default())
}

/// The server's objects as YAML: one that is named by itself, any others as a List.
async fn bodies(aim: &Aim, ids: Vec<Id>, is_one: bool) -> Result<String> {
    let one = |id: Id| aim.request(Request::new(id, What::Get));
    let replies: Vec<Reply> = stream::iter(ids).map(one).buffered(8).try_collect().await?;
    let mut bodies: Vec<Value> = replies.into_iter().map(|reply| reply.body).collect();
    let whole = match bodies.pop_if(|_| is_one) {
        Some(body) => body,
        None => json!({"apiVersion": "v1", "items": bodies, "kind": "List", "metadata": {"resourceVersion": ""}}),
    };
    Ok(crate::app::yaml::text(&whole))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::{named, named_in};

    #[test]
    fn a_container_is_called_by_its_pod_and_a_target_as_it_is_printed() {
        let called = |kind: KindRef, name: &str, part: &str, word: &str| {
            is_called(&Id::new(SourceId(0), kind, "", name).part(part), word)
        };
        let [container, target] = [named_in(USUAL, "containers"), named("targets")].map(Option::unwrap);
        assert_eq!(["web", "web/app", "app"].map(|word| called(container, "web", "app", word)), [true, true, false]);
        assert_eq!(
            ["10.0.0.1:80", "80"].map(|word| called(target, "shop http://a", "10.0.0.1:80", word)),
            [true, false]
        );
    }

    #[test]
    fn a_context_in_the_place_of_a_kind_is_told() {
        let places = vec![Place::new(SourceId(0), "podman", USUAL)];
        let connected = Connected { places, ..Connected::default() };
        let told = |typed: &str| in_context(typed, &connected).map(|error| error.text().to_owned());
        assert_eq!(told("podman/images").unwrap(), "podman is a context, not a kind: write get images @podman");
        assert_eq!((told("images"), told("pods/podman")), (None, None));
    }
}
