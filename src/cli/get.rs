//! `spyhop get`: the rows of a kind, from the same kinds and sources as on the screen.

use std::io::{self, Write};
use std::time::Duration;

use futures::{StreamExt, TryStreamExt, stream};
use serde_json::{Map, json};

use super::words::{self, Target};
use super::{GetArgs, Output, describe};
use crate::app::filter::same_title;
use crate::app::near::hint;
use crate::app::store::{Answer, Store};
use crate::app::trends::Trends;
use crate::app::view::{Contexts, Field, Frame, Loans, Sort, SortBy, Table, write_field};
use crate::kinds;
use crate::kinds::program::contexts;
use crate::model::{
    Delta, Error, Finds, Found, Home, Id, KindRef, Narrow, Object, Part, Query, Reply, Request, Result, Scope,
    SourceId, Str, Time, Value, What, text,
};
use crate::source::Source;

/// Where a command looks: a source, and the part of the kind.
#[derive(Clone)]
pub struct Aim<'a> {
    pub source: &'a dyn Source,
    pub at: SourceId,
    /// All of them, where the source stands for several.
    pub contexts: Contexts,
    /// `None` for all namespaces.
    pub namespace: Option<String>,
    /// No answer after so long is an error.
    pub patience: Duration,
}

/// Prints objects; the error says why there are none.
pub async fn get(args: &GetArgs, place: &Aim<'_>, now: Time, out: &mut impl Write) -> Result<()> {
    let targets = words::targets(&args.kind, args.name.iter().chain(&args.more))?;
    targets.iter().flat_map(|target| &target.names).try_for_each(|name| words::check_name(name))?;
    let several = targets.len() > 1;
    if several && args.output == Output::Csv {
        return Err(Error::Invalid("csv is one table: name one kind at a time".to_owned()));
    }
    let (mut sheets, mut failed) = (Vec::new(), None);
    for target in &targets {
        match sheet(target, args, place, now).await {
            Ok(sheet) => sheets.push(sheet),
            Err(error) if several => {
                eprintln!("spyhop: {}: {error}", target.word);
                failed = Some(Error::Invalid("not all of it could be printed".to_owned()));
            }
            Err(error) => return Err(error),
        }
    }
    print(&sheets, args, place, now, out).await?;
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
}

async fn sheet(target: &Target, args: &GetArgs, place: &Aim<'_>, now: Time) -> Result<Sheet> {
    let (kind, members) = kind_in(&target.word, place).await?;
    let scope = scope(args, &target.names, place, kind).others(members.get(1..).unwrap_or_default());
    // What is found may be called otherwise: it was named by its id.
    let by_id = kind.family.finds == Finds::NameOrId && !scope.fields.is_empty();
    let at = members.first().copied().unwrap_or(place.at);
    let mut table = Table::new(at, kind, scope).over(place.contexts.clone());
    table.wide = args.output != Output::Table;
    let mut store = Store::default();
    fill(&mut store, &table.query(), place, now).await?;
    if let Some(within) = store.answer(&table.query()).and_then(|answer| answer.within()) {
        eprintln!("only {}: {}", within.text(), within.why);
    }
    let missing = missing(&table, &store);
    if let (Some(error), true) = (&missing, store.answer(&table.query()).is_some_and(|answer| !answer.complete)) {
        return Err(error.clone());
    }
    // Names and bodies show nothing that is measured.
    let shows = !matches!(args.output, Output::Name | Output::Yaml | Output::Describe);
    if shows || args.filter.is_some() || args.sort.is_some() {
        lend(&mut table, &mut store, place, now).await;
    }
    let (names, absent) = match by_id && store.answer(&table.query()).is_some_and(|answer| !answer.is_empty()) {
        true => (Vec::new(), None),
        false => (target.names.clone(), absent(&table, &store, &target.names)),
    };
    shape(&mut table, args, &store, now)?;
    let missing = missing.or(absent);
    Ok(Sheet { table, store, names, missing })
}

/// A container is called by its pod as well as by both.
fn is_called(id: &Id, name: &str) -> bool {
    id.name == name || id.title() == name
}

/// The named objects that are not there.
fn absent(table: &Table, store: &Store, names: &[String]) -> Option<Error> {
    let answer = store.answer(&table.query())?;
    let is_there = |name: &str| answer.ids().any(|id| is_called(id, name));
    let gone = |name: &String| Error::Gone(format!("{} \"{name}\" not found", table.kind.resource()));
    let mut absent = names.iter().filter(|name| !is_there(name)).map(gone);
    let first = absent.next();
    absent.for_each(|error| eprintln!("spyhop: {error}"));
    first
}

async fn print(sheets: &[Sheet], args: &GetArgs, place: &Aim<'_>, now: Time, out: &mut impl Write) -> Result<()> {
    let several = sheets.len() > 1;
    for sheet in sheets.iter().filter(|sheet| sheet.names.is_empty() && sheet.objects().is_empty()) {
        if args.output != Output::Json {
            none(&sheet.table);
        }
    }
    let full = sheets.iter().filter(|sheet| !sheet.objects().is_empty());
    let printed = match args.output {
        Output::Table | Output::Wide => full.enumerate().try_for_each(|(i, sheet)| {
            let between = if i > 0 { writeln!(out) } else { Ok(()) };
            between.and_then(|()| columns(sheet, several, now, out))
        }),
        Output::Csv => {
            full.map(|sheet| sheet.table.csv(&sheet.store, now)).try_for_each(|text| out.write_all(text.as_bytes()))
        }
        Output::Name => full
            .flat_map(Sheet::objects)
            .try_for_each(|object| writeln!(out, "{}/{}", object.id.kind.resource(), object.id.title())),
        // Named ones that are not there are an error; an empty list is a list.
        Output::Json if sheets.iter().all(|sheet| sheet.objects().is_empty() && !sheet.names.is_empty()) => Ok(()),
        Output::Json => {
            let rows: Vec<Value> = full.flat_map(|sheet| rows(sheet, several)).collect();
            match rows.is_empty() {
                true => writeln!(out, "[]"),
                false => {
                    serde_json::to_writer_pretty(&mut *out, &rows).map_err(io::Error::from).and_then(|()| writeln!(out))
                }
            }
        }
        Output::Describe => {
            let ids: Vec<Id> = full.flat_map(Sheet::objects).map(|object| object.id.clone()).collect();
            out.write_all(describe::pages(ids, place, args.width, now).await?.as_bytes())
        }
        Output::Yaml => {
            let ids: Vec<Id> = full.flat_map(Sheet::objects).map(|object| object.id.clone()).collect();
            match ids.is_empty() {
                true => Ok(()),
                false => out.write_all(bodies(place.source, ids).await?.as_bytes()),
            }
        }
    };
    printed.or_else(unless_closed).map_err(unwritten)
}

/// Who of several did not answer. What the others said is printed nevertheless.
fn missing(table: &Table, store: &Store) -> Option<Error> {
    let lost = store.answer(&table.query())?.members().lost();
    let mut lost = lost.map(|(member, _, error)| error.clone().within(table.contexts.name(member.at)));
    let first = lost.next();
    lost.for_each(|error| eprintln!("{error}"));
    first
}

/// A reader such as `head` that has seen enough is no error.
pub(super) fn unless_closed(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::BrokenPipe { Ok(()) } else { Err(error) }
}

pub(super) fn unwritten(error: io::Error) -> Error {
    Error::Invalid(format!("could not write the output: {error}"))
}

/// The kind that a word means. The server is asked unless the word means one of ours whatever else it has: what it
/// calls its own kinds comes before what an engine has and before tables that are computed here.
pub async fn kind(word: &str, place: &Aim<'_>) -> Result<KindRef> {
    let ours = kinds::find(word, &[]);
    if let Some(kind) = ours.filter(|kind| is_certain(word, *kind)) {
        return Ok(kind);
    }
    match found(place).await {
        Ok(found) => kind_among(word, ours, &found),
        Err(error) => ours.ok_or(error),
    }
}

/// Whether nothing that a server has could be meant as well.
fn is_certain(word: &str, kind: KindRef) -> bool {
    word.contains('/') || kind.is(&contexts::KIND) || kind.is_of(kinds::USUAL) && !kind.is_made()
}

fn kind_among(word: &str, ours: Option<KindRef>, found: &Found) -> Result<KindRef> {
    let served = kinds::find_served(word, &found.kinds).or_else(|| kinds::find_served(word, &found.others));
    if let (Some(served), Some(ours)) = (served, ours.filter(|kind| kind.home == Home::Computed)) {
        eprintln!("{word}: {}; those that spyhop computes are {}/{}", served.resource(), ours.family.name, ours.name);
    }
    served.or(ours).ok_or_else(|| {
        let near = hint(word, kinds::words(&found.kinds));
        let broken = match found.broken.as_slice() {
            [] => String::new(),
            broken => format!(" (no answer from {})", broken.join(", ")),
        };
        Error::Invalid(format!(
            "the server has no kind called '{word}'{near}{broken}; :aliases on the screen lists all kinds"
        ))
    })
}

/// The same where several contexts are asked, and those of them that have it. Who has not is named.
async fn kind_in(word: &str, place: &Aim<'_>) -> Result<(KindRef, Vec<SourceId>)> {
    let ours = kinds::find(word, &[]);
    let others = place.contexts.iter().filter(|(at, _)| *at != place.at);
    let mut members: Vec<(SourceId, &str)> = others.map(|(at, name)| (*at, name.as_str())).collect();
    members.sort_unstable();
    members.insert(0, (place.at, place.contexts.name(place.at)));
    if members.len() == 1 || ours.is_some_and(|kind| is_certain(word, kind)) {
        return Ok((kind(word, place).await?, members.into_iter().map(|(at, _)| at).collect()));
    }
    let asked = members.iter().map(|(at, _)| async { found(&Aim { at: *at, ..place.clone() }).await });
    let told = futures::future::join_all(asked).await;
    let (mut kind, mut refused) = (None, None);
    for found in &told {
        match found.as_ref().map_err(Error::clone).and_then(|found| kind_among(word, ours, found)) {
            Ok(found) => kind = kind.or(Some(found)),
            Err(error) => refused = refused.or(Some(error)),
        }
    }
    let Some(kind) = kind else { return Err(refused.unwrap_or_else(|| unknown(word))) };
    let serves = |found: &Found| {
        let mut all = found.kinds.iter().chain(&found.others);
        kind.is_made() || all.any(|other| kind.shares_resource(other))
    };
    let (mut have, mut lack) = (Vec::new(), Vec::new());
    for ((at, name), found) in members.into_iter().zip(&told) {
        // Who did not answer is asked for the rows, and named if it does not answer again.
        if found.as_ref().map_or(true, serves) { have.push(at) } else { lack.push(name) }
    }
    if !lack.is_empty() {
        eprintln!("there are no {} in {}", kind.name, lack.join(", "));
    }
    Ok((kind, have))
}

fn unknown(word: &str) -> Error {
    Error::Invalid(format!("no context has a kind called '{word}'"))
}

/// What the source serves.
pub async fn found(place: &Aim<'_>) -> Result<Found> {
    let mut answers = place.source.open(Query::Kinds { at: place.at }, None);
    let first = async {
        while let Some(delta) = answers.next().await {
            if let Delta::Found(found) = delta? {
                return Ok(*found);
            }
        }
        Err(Error::Offline("the server did not list its kinds".to_owned()))
    };
    patiently(place, first).await
}

pub async fn patiently<T>(place: &Aim<'_>, answer: impl Future<Output = Result<T>>) -> Result<T> {
    let late = |_| {
        Error::Offline(format!(
            "no complete answer after {} s; --request-timeout allows more",
            place.patience.as_secs()
        ))
    };
    tokio::time::timeout(place.patience, answer).await.map_err(late)?
}

/// What is asked for. Named objects are read one by one, so that the right to list is not needed.
fn scope(args: &GetArgs, names: &[String], place: &Aim<'_>, kind: KindRef) -> Scope {
    let namespace = place.namespace.as_deref().filter(|_| kind.address.namespaced);
    let scope = Scope {
        namespace: namespace.map(Into::into),
        labels: args.selector.clone().unwrap_or_default().into(),
        ..Scope::default()
    };
    let served = kind.family.finds == Finds::Name && !kind.is_made();
    let in_one_place = namespace.is_some() || !kind.address.namespaced;
    match names {
        [] => scope,
        _ if served && in_one_place && args.selector.is_none() => {
            // Containers are read with their pods.
            let object = |name: &String| match name.split_once('/').filter(|_| kind.part_of.is_some()) {
                Some((whole, _)) => Str::from(whole),
                None => name.as_str().into(),
            };
            let mut names: Vec<Str> = names.iter().map(object).collect();
            names.sort_unstable();
            names.dedup();
            scope.part(Part::Names(names.into()))
        }
        [name] if served => scope.named(name),
        [name] if kind.family.finds == Finds::NameOrId => scope.fields(format!("metadata.name={name}")),
        _ => scope,
    }
}

/// Reads the answer until it is whole.
pub(super) async fn fill(store: &mut Store, query: &Query, place: &Aim<'_>, now: Time) -> Result<()> {
    store.open(query, now);
    let mut deltas = place.source.open(query.clone(), None);
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
    patiently(place, whole).await
}

/// One answer that is worth so much waiting.
const LENDING: Duration = Duration::from_secs(5);
/// Each row is measured twice by itself.
const MEASURING: Duration = Duration::from_secs(30);

/// Metrics, when they are there; silently without, when not.
async fn lend(table: &mut Table, store: &mut Store, place: &Aim<'_>, now: Time) {
    let ours = table.kind.family;
    table.serve_lenders(|kind, at| kind.is_of(ours).then_some(at));
    table.measure_all();
    let mut silent = Vec::new();
    for (lender, query) in table.kind.lenders.iter().zip(table.all_lent()) {
        let Some(query) = query else { continue };
        let most = if lender.narrow == Narrow::ToNames { MEASURING } else { LENDING };
        let brief = Aim { namespace: None, patience: place.patience.min(most), ..place.clone() };
        let lent = fill(store, &query, &brief, now).await;
        // What was measured until then is shown.
        if lent.is_err() && store.answer(&query).is_none_or(Answer::is_empty) {
            silent.push(KindRef(lender.kind));
        }
    }
    table.serve_lenders(|kind, at| (kind.is_of(ours) && !silent.contains(&KindRef(kind))).then_some(at));
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

fn none(table: &Table) {
    let place = table.scope.namespace.as_ref().map(|name| format!(" in {name} namespace")).unwrap_or_default();
    eprintln!("no {} found{place}", table.kind.name);
}

/// With several kinds, names are led by theirs.
fn columns(sheet: &Sheet, several: bool, now: Time, out: &mut impl Write) -> io::Result<()> {
    let Sheet { table, store, .. } = sheet;
    let lead = |shown: &crate::app::view::Shown| match several && shown.field == Field::Name {
        true => format!("{}/", table.kind.resource()),
        false => String::new(),
    };
    let mut lines: Vec<Vec<String>> = vec![table.columns.iter().map(|shown| shown.column.title.to_string()).collect()];
    let loans = table.loans(store);
    for object in sheet.objects() {
        let cell = |shown| format!("{}{}", lead(shown), cell(shown, object, &loans, now));
        lines.push(table.columns.iter().map(cell).collect());
    }
    let widths: Vec<usize> =
        (0..table.columns.len()).map(|i| lines.iter().map(|line| text::width(&line[i])).max().unwrap_or(0)).collect();
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

fn cell(shown: &crate::app::view::Shown, object: &Object, loans: &Loans<'_>, now: Time) -> String {
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

/// The server's objects as YAML; several as a List.
async fn bodies(source: &dyn Source, ids: Vec<Id>) -> Result<String> {
    let one = |id: Id| source.call(Request::new(id, What::Get));
    let replies: Vec<Reply> = stream::iter(ids).map(one).buffered(8).try_collect().await?;
    let bodies: Vec<Value> = replies.into_iter().map(|reply| reply.body).collect();
    let whole = match <[Value; 1]>::try_from(bodies) {
        Ok([body]) => body,
        Err(bodies) => {
            json!({"apiVersion": "v1", "items": bodies, "kind": "List", "metadata": {"resourceVersion": ""}})
        }
    };
    Ok(crate::app::yaml::text(&whole))
}
