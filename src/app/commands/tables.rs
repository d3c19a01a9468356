//! Commands that move, sort and mark. In pages they scroll.

use crate::app::filter::complete::typed;
use crate::app::filter::same_title;
use crate::app::view::{Field, SortBy, Table, Travel};
use crate::app::{Effect, State};
use crate::model::{Error, Result};

const NOTHING: Result<Vec<Effect>> = Ok(Vec::new());

fn travel(state: &mut State, way: Travel) -> Result<Vec<Effect>> {
    let State { tabs, store, .. } = state;
    tabs.top_mut().into_iter().for_each(|view| view.travel(store, way));
    NOTHING
}

pub fn up(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    travel(state, Travel::By(-1))
}

pub fn down(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    travel(state, Travel::By(1))
}

pub fn page_up(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    travel(state, Travel::Page(-1))
}

pub fn page_down(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    travel(state, Travel::Page(1))
}

pub fn top(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    travel(state, Travel::Top)
}

pub fn bottom(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    travel(state, Travel::Bottom)
}

fn sideways(state: &mut State, steps: isize) -> Result<Vec<Effect>> {
    state.top_mut().into_iter().for_each(|view| view.shift(steps));
    NOTHING
}

pub fn left(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    sideways(state, -1)
}

pub fn right(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    sideways(state, 1)
}

pub fn column_left(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    sideways(state, -1)
}

pub fn column_right(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    sideways(state, 1)
}

pub fn sort(state: &mut State, title: &str) -> Result<Vec<Effect>> {
    let Some((table, store)) = state.table_mut() else { return NOTHING };
    let found = table.columns.iter().position(|shown| same_title(&shown.column.title, title));
    let found = match found {
        None if same_title("AGE", title) => table.times(store),
        found => found,
    };
    let found = found.ok_or_else(|| no_column(table, title))?;
    by_column(state, found)
}

fn no_column(table: &Table, title: &str) -> Error {
    if let Some((_, hidden)) = table.titles.iter().find(|(_, known)| same_title(known, title)) {
        let word = typed(hidden);
        return Error::Invalid(format!("the column {hidden} is not shown; :columns {word} shows it"));
    }
    let titles: Vec<&str> = table.columns.iter().map(|shown| &*shown.column.title).collect();
    Error::Invalid(format!("no column is called '{title}'; there are: {}", titles.join(", ")))
}

fn by_column(state: &mut State, column: usize) -> Result<Vec<Effect>> {
    let Some((table, _)) = state.table_mut() else { return NOTHING };
    let Some(field) = table.columns.get(column).map(|shown| shown.field) else { return NOTHING };
    let first = table.columns.first().map(|shown| shown.field);
    // A sort by the first column, a name or a namespace, is the order with which a table starts. Parts of objects start
    // in an order of their own.
    let path = first == Some(field) && matches!(field, Field::Name | Field::Namespace | Field::Context);
    let path = path && (field != Field::Name || table.kind.part_order().is_none());
    table.sort_by(if path { SortBy::Path } else { SortBy::Field(field) });
    table.window.column = column;
    NOTHING
}

pub fn sort_here(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    let column = state.table().map_or(0, |table| table.window.column);
    by_column(state, column)
}

pub fn filter(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    let search = state.top().and_then(|view| view.search());
    search.into_iter().for_each(|(purpose, text)| state.open_input(purpose, &text));
    NOTHING
}

pub fn faults(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    if let Some((table, _)) = state.table_mut() {
        table.show_faults(!table.faults);
    }
    NOTHING
}

pub fn wide(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    let Some((table, _)) = state.table_mut() else { return NOTHING };
    if !table.has_more() && !table.choice.wide {
        return Err(Error::Unsupported(no_more(table)));
    }
    table.show_wide(!table.choice.wide);
    NOTHING
}

/// Why there are no more columns, and what can be done.
fn no_more(table: &Table) -> String {
    let without_room = table.columns.iter().filter(|shown| shown.place.is_none());
    let titles: Vec<&str> = without_room.map(|shown| &*shown.column.title).collect();
    match titles.is_empty() {
        true => format!("no more columns for {}; :columns chooses which are shown", table.kind.name),
        false => format!("there is no room for {}; :columns chooses which are shown", titles.join(", ")),
    }
}

pub fn columns(state: &mut State, line: &str) -> Result<Vec<Effect>> {
    state.columns(line)
}

pub fn mark(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    let Some(id) = state.selected_id() else { return NOTHING };
    if let Some((table, _)) = state.table_mut()
        && !table.marks.remove(&id)
    {
        table.marks.insert(id);
    }
    NOTHING
}

pub fn mark_range(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    let Some((table, store)) = state.table_mut() else { return NOTHING };
    let Some(answer) = store.answer(&table.query()) else { return NOTHING };
    let ids: Vec<_> = table.order.rows().iter().filter_map(|slot| answer.at(*slot)).map(|o| &o.id).collect();
    let here = table.window.row;
    let marked = (0..ids.len()).filter(|row| table.marks.contains(ids[*row]));
    let nearest = marked.min_by_key(|row| row.abs_diff(here)).unwrap_or(here);
    let (from, to) = (nearest.min(here), nearest.max(here));
    let range: Vec<_> = ids.iter().take(to + 1).skip(from).map(|id| (*id).clone()).collect();
    table.marks.extend(range);
    NOTHING
}

pub fn clear_marks(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    if let Some((table, _)) = state.table_mut() {
        table.marks.clear();
    }
    NOTHING
}
