//! `spyhop describe`: the page that describes an object, without a screen.

use clap::Args;

use super::aim::Aim;
use super::get::{GetArgs, Output, fill};
use crate::app::describe;
use crate::app::store::Store;
use crate::app::view::{Passage, flow_rows, related};
use crate::kinds;
use crate::model::{Id, Query, Related, Request, Result, Time, Value, What};

#[derive(Clone, Debug, Args)]
pub struct DescribeArgs {
    /// The kind: pods, po, deployments.apps, ...; several with commas between; or KIND/NAME
    pub kind: String,
    /// An object's name; all of the kind without one; @CONTEXT,@CONTEXT or @* for objects of several contexts
    pub name: Option<String>,
    /// More names, or KIND/NAME after KIND/NAME
    #[arg(value_name = "NAME")]
    pub more: Vec<String>,
    /// Only objects with these labels
    #[arg(short = 'l', long, value_name = "SELECTOR")]
    pub selector: Option<String>,
}

impl DescribeArgs {
    /// The same objects, found as `get` finds them.
    pub fn found(&self, is_terminal: bool) -> GetArgs {
        let Self { kind, name, more, selector } = self.clone();
        GetArgs {
            kind,
            name,
            more,
            selector,
            output: Output::Describe,
            width: width(is_terminal),
            ..GetArgs::default()
        }
    }
}

/// The descriptions of objects, an empty line between them. In so many cells, where a terminal shows them.
pub async fn pages(ids: Vec<Id>, aim: &Aim, width: Option<usize>, now: Time) -> Result<String> {
    let mut out = String::new();
    for id in ids {
        let body = aim.request(Request::new(id.clone(), What::Get)).await?.body;
        if !out.is_empty() {
            out.push_str("\n\n");
        }
        page(&id, &body, aim, width, now, &mut out).await;
    }
    Ok(out)
}

async fn page(id: &Id, body: &Value, aim: &Aim, width: Option<usize>, now: Time, out: &mut String) {
    let mut store = Store::default();
    let mut lists: Vec<(Related, Query)> = Vec::new();
    for (what, link) in related(id, body) {
        let query = Query::List { at: id.at, kind: kinds::in_detail(link.kind), scope: link.scope };
        // What cannot be had is said in its place.
        if let Err(error) = fill(&mut store, &query, aim, now).await {
            store.fail(&query, error, now);
        }
        lists.push((what, query));
    }
    let lists: Vec<_> = lists.iter().map(|(what, query)| (*what, store.answer(query))).collect();
    let described = describe::passages(id.kind, body, &lists, now, super::unicode());
    write(&described.passages, width, out);
}

fn write(passages: &[Passage], width: Option<usize>, out: &mut String) {
    let Some(width) = width else {
        for passage in passages {
            out.push_str(passage.text().trim_end());
            out.push('\n');
        }
        return;
    };
    for row in flow_rows(passages, width) {
        let start = out.len();
        for span in &row.spans {
            let here = crate::model::text::width(&out[start..]);
            out.push_str(&" ".repeat(span.x.saturating_sub(here)));
            out.extend(passages[row.passage].pieces(&span.bytes).map(|(piece, _)| piece));
        }
        out.truncate(start + out[start..].trim_end().len());
        out.push('\n');
    }
}

/// Cells of a line, where a terminal shows what is written.
fn width(is_terminal: bool) -> Option<usize> {
    let size = crossterm::terminal::size().ok().filter(|_| is_terminal);
    size.map(|(columns, _)| usize::from(columns)).filter(|columns| *columns > 0)
}
