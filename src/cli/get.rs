//! `spyhop get`: the rows of a kind, from the same kinds and sources as on the screen.

use std::io::{self, Write};
use std::time::Duration;

use futures::{StreamExt, TryStreamExt, stream};
use serde_json::{Map, json};

use super::{GetArgs, Output};
use crate::app::filter::same_title;
use crate::app::store::{Answer, Store};
use crate::app::trends::Trends;
use crate::app::view::{Contexts, Field, Sight, Sort, SortBy, Table, write_field};
use crate::kinds;
use crate::model::{
    Delta, Error, Found, Id, KindRef, Narrow, Object, Query, Reply, Request, Result, Scope, SourceId, Time, Value,
    What, text,
};
use crate::source::Source;

/// Where to look: a source, and the part of the kind.
#[derive(Clone)]
pub struct Place<'a> {
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
pub async fn get(args: &GetArgs, place: &Place<'_>, now: Time, out: &mut impl Write) -> Result<()> {
    let kind = kind(&args.kind, place).await?;
    let mut table = Table::new(place.at, kind, scope(args, place, kind)).over(place.contexts.clone());
    table.wide = args.output != Output::Table;
    let mut store = Store::default();
    fill(&mut store, &table.query(), place, now).await?;
    if let Some(within) = store.answer(&table.query()).and_then(|answer| answer.within.as_ref()) {
        eprintln!("only {}: {}", within.text(), within.why);
    }
    let missing = missing(&table, &store);
    if let (Some(error), true) = (&missing, store.answer(&table.query()).is_some_and(|answer| !answer.complete)) {
        return Err(error.clone());
    }
    // Names and bodies show nothing that is measured.
    let shows = !matches!(args.output, Output::Name | Output::Yaml);
    if shows || args.filter.is_some() || args.sort.is_some() {
        lend(&mut table, &mut store, place, now).await;
    }
    shape(&mut table, args, &store, now)?;
    let query = table.query();
    let objects: Vec<&Object> = store.answer(&query).into_iter().flat_map(|answer| table.visible(answer)).collect();
    if objects.is_empty() {
        return none(args, &table, out).and(missing.map_or(Ok(()), Err));
    }
    let printed = match args.output {
        Output::Table | Output::Wide => columns(&table, &store, &objects, now, out),
        Output::Csv => out.write_all(table.csv(&store, now).as_bytes()),
        Output::Name => {
            objects.iter().try_for_each(|object| writeln!(out, "{}/{}", kind.resource(), object.id.title()))
        }
        Output::Json => rows(&table, &store, &objects, out),
        Output::Yaml => {
            let ids: Vec<Id> = objects.iter().map(|object| object.id.clone()).collect();
            let text = bodies(place.source, ids).await?;
            out.write_all(text.as_bytes())
        }
    };
    printed.or_else(unless_closed).map_err(unwritten)?;
    missing.map_or(Ok(()), Err)
}

/// Who of several did not answer. What the others said is printed nevertheless.
fn missing(table: &Table, store: &Store) -> Option<Error> {
    let lost = store.answer(&table.query())?.members.lost();
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

/// The kind that a word means; the server is asked only when no kind of ours has that name.
pub async fn kind(word: &str, place: &Place<'_>) -> Result<KindRef> {
    if let Some(kind) = kinds::find(word, &[]) {
        return Ok(kind);
    }
    let found = found(place).await?;
    kinds::find(word, &found.kinds).ok_or_else(|| {
        let broken = if found.broken.is_empty() {
            String::new()
        } else {
            format!(" (no answer from {})", found.broken.join(", "))
        };
        Error::Invalid(format!("the server has no kind called '{}'{broken}; :aliases lists what there is", word))
    })
}

/// What the source serves.
pub async fn found(place: &Place<'_>) -> Result<Found> {
    let mut answers = place.source.open(Query::Kinds { at: place.at }, None);
    let first = async {
        while let Some(delta) = answers.next().await {
            if let Delta::Found(found) = delta? {
                return Ok(*found);
            }
        }
        Err(Error::Offline("the server told nothing about its kinds".to_owned()))
    };
    patiently(place, first).await
}

pub async fn patiently<T>(place: &Place<'_>, answer: impl Future<Output = Result<T>>) -> Result<T> {
    let late = |_| {
        Error::Offline(format!("no whole answer after {} s; --request-timeout allows more", place.patience.as_secs()))
    };
    tokio::time::timeout(place.patience, answer).await.map_err(late)?
}

fn scope(args: &GetArgs, place: &Place<'_>, kind: KindRef) -> Scope {
    let namespace = place.namespace.as_deref().filter(|_| kind.address.namespaced);
    let fields = args.name.as_ref().map(|name| format!("metadata.name={name}")).unwrap_or_default();
    let mut others: Vec<SourceId> = place.contexts.iter().map(|(at, _)| *at).filter(|at| *at != place.at).collect();
    others.sort_unstable();
    Scope {
        namespace: namespace.map(Into::into),
        labels: args.selector.clone().unwrap_or_default().into(),
        fields: fields.into(),
        others: others.into(),
        ..Scope::default()
    }
}

/// Reads the answer until it is whole.
async fn fill(store: &mut Store, query: &Query, place: &Place<'_>, now: Time) -> Result<()> {
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
async fn lend(table: &mut Table, store: &mut Store, place: &Place<'_>, now: Time) {
    let Some(narrow) = table.kind.beside.map(|beside| beside.narrow) else { return };
    let Some(lender) = table.kind.beside.and_then(|beside| kinds::named(beside.kind)) else { return };
    table.serve_lender(&[lender]);
    table.sight = Sight::whole();
    let Some(query) = table.lent() else { return };
    let most = if narrow == Narrow::ToNames { MEASURING } else { LENDING };
    let brief = Place { namespace: None, patience: place.patience.min(most), ..place.clone() };
    let lent = fill(store, &query, &brief, now).await;
    // What was measured until then is shown.
    if lent.is_err() && store.answer(&query).is_none_or(Answer::is_empty) {
        table.serve_lender(&[]);
    }
}

fn shape(table: &mut Table, args: &GetArgs, store: &Store, now: Time) -> Result<()> {
    let all = usize::MAX / 2;
    table.prepare(store, &mut Trends::default(), now, u16::MAX, u16::MAX, all);
    if let Some(wanted) = &args.sort {
        let (title, descending) = wanted.strip_prefix('-').map_or((wanted.as_str(), false), |title| (title, true));
        let shown = table.columns.iter().find(|shown| same_title(shown.column.title, title));
        let titles = || table.columns.iter().map(|shown| shown.column.title).collect::<Vec<_>>().join(", ");
        let field = shown.map(|shown| shown.field);
        let field =
            field.ok_or_else(|| Error::Invalid(format!("no column is called '{title}'; there are: {}", titles())))?;
        table.sort = Sort { by: SortBy::Field(field), descending };
        table.order.restart();
    }
    if let Some(text) = &args.filter {
        table.filter_by(text).map_err(|wrong| wrong.pointed(text))?;
    }
    table.prepare(store, &mut Trends::default(), now, u16::MAX, u16::MAX, all);
    table.window.height = usize::MAX;
    Ok(())
}

fn none(args: &GetArgs, table: &Table, out: &mut impl Write) -> Result<()> {
    if let Some(name) = &args.name {
        return Err(Error::Gone(format!("{} \"{name}\" not found", table.kind.resource())));
    }
    match args.output {
        Output::Json => writeln!(out, "[]").map_err(unwritten),
        _ => {
            let place = table.scope.namespace.as_ref().map(|name| format!(" in {name} namespace")).unwrap_or_default();
            eprintln!("no {} found{place}", table.kind.name);
            Ok(())
        }
    }
}

fn columns(table: &Table, store: &Store, objects: &[&Object], now: Time, out: &mut impl Write) -> io::Result<()> {
    let mut lines: Vec<Vec<String>> = vec![table.columns.iter().map(|shown| shown.column.title.to_owned()).collect()];
    for object in objects {
        let beside = beside(table, store, object);
        lines.push(table.columns.iter().map(|shown| cell(shown, object, beside, now)).collect());
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

fn cell(shown: &crate::app::view::Shown, object: &Object, beside: Option<&Object>, now: Time) -> String {
    let mut written = String::new();
    write_field(shown, object, beside, now, &mut written);
    text::clean(&written).into_owned()
}

fn beside<'a>(table: &Table, store: &'a Store, object: &Object) -> Option<&'a Object> {
    store.answer(&table.lent()?)?.get(&object.id)
}

/// A list of objects: one key per column as in the header, plus `namespace`, `name` and `health`.
fn rows(table: &Table, store: &Store, objects: &[&Object], out: &mut impl Write) -> io::Result<()> {
    let row = |object: &&Object| {
        let beside = beside(table, store, object);
        let mut row = Map::new();
        row.insert("namespace".into(), json!(object.id.namespace.as_str()));
        row.insert("name".into(), json!(object.id.title().as_str()));
        row.insert("health".into(), json!(object.health.word()));
        for shown in &table.columns {
            let value = match shown.field {
                Field::Context => json!(shown.context(&object.id)),
                Field::Namespace => json!(object.id.namespace.as_str()),
                Field::Name => json!(crate::app::view::short_name(&object.id)),
                Field::Own(_) | Field::Lent(_) => shown.cell(object, beside).to_json(),
            };
            row.insert(shown.column.title.to_owned(), value);
        }
        Value::Object(row)
    };
    let rows: Vec<Value> = objects.iter().map(row).collect();
    serde_json::to_writer_pretty(&mut *out, &rows)?;
    writeln!(out)
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
