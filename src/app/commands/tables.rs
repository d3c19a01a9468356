//! Moving, sorting, marking; in pages moving means scrolling.

use crate::app::filter::same_title;
use crate::app::view::{Field, SortBy, Travel, View};
use crate::app::{Answer, Effect, Purpose, State};
use crate::model::{Error, Result};

const NOTHING: Result<Vec<Effect>> = Ok(Vec::new());

fn travel(state: &mut State, way: Travel) -> Result<Vec<Effect>> {
    let State { stack, store, .. } = state;
    match stack.last_mut() {
        Some(View::Table(table)) => table.travel(store, way),
        Some(View::Page(page)) => {
            let height = page.height.saturating_sub(1).max(1) as isize;
            match way {
                Travel::By(lines) => page.scroll(lines),
                Travel::Page(pages) => page.scroll(pages * height),
                Travel::Top => page.scroll_to(0),
                Travel::Bottom => page.scroll_to(usize::MAX),
                Travel::To(line) => page.scroll_to(line),
            }
        }
        Some(View::Log(log)) => {
            if let Some(book) = store.answer(&log.query()).and_then(Answer::book) {
                log.travel(book, way);
            }
        }
        Some(View::Start | View::Editor(_) | View::Terminal(_)) | None => {}
    }
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
    if let Some(page) = state.page_mut() {
        // What is broken to fit has nothing to the right.
        let steps = if page.rows.is_empty() { steps } else { 0 };
        page.left = page.left.saturating_add_signed(steps * 8).min(4096);
        return NOTHING;
    }
    if let Some(log) = state.top_mut().and_then(View::log_mut) {
        log.left = if log.wrap { 0 } else { log.left.saturating_add_signed(steps * 8).min(4096) };
        return NOTHING;
    }
    column(state, steps)
}

pub fn left(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    sideways(state, -1)
}

pub fn right(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    sideways(state, 1)
}

/// The column cursor moves over the columns that have room.
fn column(state: &mut State, step: isize) -> Result<Vec<Effect>> {
    let Some((table, _)) = state.table_mut() else { return NOTHING };
    let shown: Vec<usize> = (0..table.columns.len()).filter(|i| table.columns[*i].place.is_some()).collect();
    let here = shown.iter().position(|i| *i >= table.window.column).unwrap_or(0);
    let there = here.saturating_add_signed(step).min(shown.len().saturating_sub(1));
    table.window.column = shown.get(there).copied().unwrap_or(0);
    NOTHING
}

pub fn column_left(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    column(state, -1)
}

pub fn column_right(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    column(state, 1)
}

pub fn sort(state: &mut State, title: &str) -> Result<Vec<Effect>> {
    let Some((table, _)) = state.table_mut() else { return NOTHING };
    let found = table.columns.iter().position(|shown| same_title(&shown.column.title, title));
    let Some(found) = found else {
        let titles: Vec<&str> = table.columns.iter().map(|shown| &*shown.column.title).collect();
        let known = titles.join(", ");
        return Err(Error::Invalid(format!("no column is called '{title}'; there are: {known}")));
    };
    by_column(state, found)
}

fn by_column(state: &mut State, column: usize) -> Result<Vec<Effect>> {
    let Some((table, _)) = state.table_mut() else { return NOTHING };
    let Some(field) = table.columns.get(column).map(|shown| shown.field) else { return NOTHING };
    let first = table.columns.first().map(|shown| shown.field);
    // Sorted by name in one namespace, or by namespace in all, is the order that a table starts with; parts of objects
    // start in an order of their own.
    let path = first == Some(field) && matches!(field, Field::Name | Field::Namespace | Field::Context);
    let path = path && (field != Field::Name || table.kind.parts.is_none());
    table.sort_by(if path { SortBy::Path } else { SortBy::Field(field) });
    table.window.column = column;
    NOTHING
}

pub fn sort_here(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    let column = state.table().map_or(0, |table| table.window.column);
    by_column(state, column)
}

pub fn filter(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    match state.top() {
        Some(View::Table(table)) => {
            let text = table.filter.text().to_owned();
            state.open_input(Purpose::Filter, &text);
        }
        Some(View::Page(_)) => state.open_input(Purpose::Search, ""),
        Some(View::Log(log)) => {
            let text = log.sieve.as_ref().map(|sieve| sieve.text.clone()).unwrap_or_default();
            state.open_input(Purpose::Filter, &text);
        }
        Some(View::Start | View::Editor(_) | View::Terminal(_)) | None => {}
    }
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
    if !table.has_more() && !table.wide {
        return Err(Error::Unsupported(format!("{} have no more columns", table.kind.name)));
    }
    table.show_wide(!table.wide);
    NOTHING
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
    let State { stack, store, .. } = state;
    let Some(View::Table(table)) = stack.last_mut() else { return NOTHING };
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
