//! Rows of one kind: filtered, sorted, marked, with a cursor that stays on its object.

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use super::Sight;
use super::columns::{self, Extent, Field, Shown};
use super::contexts::Contexts;
use crate::app::filter::{Excerpt, Filter, Guess, Memo, Titled, Wrong};
use crate::app::order::{Lent, Order, Ranking};
use crate::app::store::{Answer, Phase, Store};
use crate::app::trends::Trends;
use crate::kinds;
use crate::model::{
    Cell, Column, Health, Id, KindRef, Narrow, Object, Part, Query, Scope, SourceId, Str, Time, natural, text,
};

/// What sorts a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortBy {
    /// Context, then namespace, then name.
    Path,
    Field(Field),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    pub by: SortBy,
    pub descending: bool,
}

/// A way for the cursor to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Travel {
    By(isize),
    Page(isize),
    Top,
    Bottom,
    To(usize),
}

#[derive(Debug)]
pub struct Table {
    pub at: SourceId,
    pub kind: KindRef,
    pub scope: Scope,
    /// The sources that it is about, where they are several.
    pub contexts: Contexts,
    /// What led here (`web` for the pods of deployment web); empty for a plain list.
    pub origin: Str,
    pub filter: Filter,
    pub sort: Sort,
    /// Only what is not well.
    pub faults: bool,
    pub wide: bool,
    pub marks: HashSet<Id>,
    /// The column under the column cursor.
    pub column: usize,
    pub columns: Vec<Shown>,
    listed: Option<Listed>,
    /// Every column that a filter can name, shown or not.
    pub titles: Vec<Titled>,
    pub order: Order,
    pub window: Window,
    /// Which rows the kind beside is asked about.
    pub sight: Sight,
    lender_is_served: bool,
    lent_revision: u64,
    measured: Measured,
}

/// The rows that were measured last.
#[derive(Debug, Default)]
struct Measured {
    rows: Vec<u32>,
    /// Position in the answer's log up to which changes are in.
    seen: u64,
    lent: Option<u64>,
    /// When one of them next ages.
    wake: Option<Time>,
}

/// What the list of columns was made of.
#[derive(Clone, Debug, PartialEq)]
struct Listed {
    /// Columns that the server decided.
    served: Option<Arc<[Column]>>,
    lender: Option<KindRef>,
    everywhere: bool,
    wide: bool,
}

/// Which rows are on the screen.
#[derive(Debug, Default)]
pub struct Window {
    /// The object under the cursor; `None` is the first row, whichever it is.
    pub cursor: Option<Id>,
    pub row: usize,
    pub top: usize,
    pub height: usize,
    /// When an age on the screen next changes.
    pub wake: Option<Time>,
    /// True once everything that arrived is in.
    pub settled: bool,
}

impl Table {
    pub fn new(at: SourceId, kind: KindRef, scope: Scope) -> Self {
        Self {
            at,
            kind,
            scope,
            contexts: Contexts::default(),
            origin: Str::new(),
            filter: Filter::default(),
            sort: Sort { by: SortBy::Path, descending: false },
            faults: false,
            wide: false,
            marks: HashSet::new(),
            column: 0,
            columns: Vec::new(),
            listed: None,
            titles: columns::titles(kind, &kind.columns.into(), None, &Contexts::default()),
            order: Order::default(),
            window: Window::default(),
            sight: Sight::default(),
            lender_is_served: false,
            lent_revision: 0,
            measured: Measured::default(),
        }
        .sorted_by_default()
    }

    /// The same about several sources; the scope says which, and these are their names.
    #[must_use]
    pub fn over(self, contexts: Contexts) -> Self {
        let titles = columns::titles(self.kind, &self.kind.columns.into(), None, &contexts);
        Self { contexts, titles, ..self }
    }

    /// Whether rows of a source may stand in it.
    pub fn spans(&self, at: SourceId) -> bool {
        self.at == at || self.scope.others.contains(&at)
    }

    fn sorted_by_default(mut self) -> Self {
        if let Some((title, descending)) = self.kind.sort
            && let Some(i) = self.kind.column(title)
        {
            self.sort = Sort { by: SortBy::Field(Field::Own(i)), descending };
        }
        self
    }

    pub fn query(&self) -> Query {
        Query::List { at: self.at, kind: self.kind, scope: self.scope.clone() }
    }

    /// The query for the rows that lend their columns, when their kind is served and there is something to see.
    pub fn lent(&self) -> Option<Query> {
        let (kind, part) = (self.lender()?, self.sight.part()?.clone());
        let Scope { namespace, others, .. } = self.scope.clone();
        let scope = Scope { namespace, part, others, ..Scope::default() };
        Some(Query::List { at: self.at, kind, scope })
    }

    fn lender(&self) -> Option<KindRef> {
        kinds::named(self.kind.beside?.kind).filter(|_| self.lender_is_served)
    }

    pub fn queries(&self) -> Vec<Query> {
        std::iter::once(self.query()).chain(self.lent()).collect()
    }

    pub fn crumb(&self) -> String {
        match self.origin.is_empty() {
            true => self.kind.name.to_owned(),
            // What one looks into stands before it already.
            false if self.place() == self.origin => self.kind.name.to_owned(),
            false => format!("{} › {}", self.origin, self.kind.name),
        }
    }

    /// Which part of the kind this is, in a word or two.
    pub fn place(&self) -> &str {
        match &self.scope.namespace {
            Some(namespace) => namespace,
            None if self.kind.address.namespaced => "all",
            None => "",
        }
    }

    /// Tells whether the source serves the kind beside (metrics).
    pub fn serve_lender(&mut self, served: &[KindRef]) {
        let lender = self.kind.beside.and_then(|beside| kinds::named(beside.kind));
        self.lender_is_served = lender.is_some_and(|kind| served.contains(&kind));
    }

    /// A text that is no filter leaves the one before.
    pub fn filter_by(&mut self, text: &str) -> Result<(), Wrong> {
        let filter = Filter::parse(text, &self.titles)?;
        let narrower = filter.narrows(&self.filter);
        self.filter = filter;
        self.order.refilter(narrower, self.filter_name());
        Ok(())
    }

    /// The same; a comparison that can hold for none of the rows is no filter either.
    pub fn filter_rows(&mut self, store: &Store, text: &str) -> Result<(), Wrong> {
        let filter = Filter::parse(text, &self.titles)?;
        let answer = store.answer(&self.query());
        let lent = self.lent().and_then(|query| store.answer(&query));
        let cells = |field: Field| {
            let (answer, column) = match field {
                Field::Own(i) => (answer, i),
                Field::Lent(i) => (lent, i),
                Field::Context | Field::Namespace | Field::Name => (None, 0),
            };
            answer.into_iter().flat_map(|answer| answer.objects()).filter_map(move |object| object.cells.get(column))
        };
        match filter.misfit(cells) {
            Some(wrong) => Err(wrong),
            None => self.filter_by(text),
        }
    }

    pub fn show_faults(&mut self, faults: bool) {
        self.faults = faults;
        let narrower = faults && self.filter.narrows(&self.filter);
        self.order.refilter(narrower, self.filter_name());
    }

    /// Says the same for what admits the same, whatever the time, and ranks nothing.
    fn filter_name(&self) -> Option<String> {
        (!self.filter.ages() && !self.filter.is_fuzzy()).then(|| format!("{} {}", self.faults, self.filter))
    }

    /// Whether there are columns that are shown only in wide mode.
    pub fn has_more(&self) -> bool {
        let served = self.listed.as_ref().and_then(|listed| listed.served.clone());
        let own = served.unwrap_or_else(|| self.kind.columns.into());
        let lent = self.lender().map(|kind| kind.columns).unwrap_or_default();
        own.iter().chain(lent).any(|column| column.wide)
    }

    /// Shows the columns that are there only in wide mode, or hides them; texts are looked for in what is shown.
    pub fn show_wide(&mut self, wide: bool) {
        self.wide = wide;
        self.look_again();
    }

    /// Sorts by a column; the same column again turns the order round.
    /// Sorts by something; the second time in a row the other way round. What matters comes first at once: the highest
    /// number, the worst state, the youngest, the first name.
    pub fn sort_by(&mut self, by: SortBy) {
        let descending = if self.sort.by == by { !self.sort.descending } else { self.starts_high(by) };
        self.sort = Sort { by, descending };
        self.order.restart();
    }

    fn starts_high(&self, by: SortBy) -> bool {
        let SortBy::Field(field) = by else { return false };
        self.shown(field).is_some_and(|shown| shown.high || shown.column.amount)
    }

    fn shown(&self, field: Field) -> Option<&Shown> {
        self.columns.iter().find(|shown| shown.field == field)
    }

    pub fn titled(&self, title: &str) -> Option<&Shown> {
        self.columns.iter().find(|shown| shown.column.title == title)
    }

    /// The object under the cursor, as the user sees it.
    pub fn selected<'a>(&self, store: &'a Store) -> Option<&'a Object> {
        let answer = store.answer(&self.query())?;
        match &self.window.cursor {
            Some(id) => answer.get(id),
            None => answer.at(*self.order.rows().get(self.window.row)?),
        }
    }

    /// The marked objects, or the one under the cursor.
    pub fn chosen(&self, store: &Store) -> Vec<Id> {
        if self.marks.is_empty() {
            return self.selected(store).map(|object| object.id.clone()).into_iter().collect();
        }
        let Some(answer) = store.answer(&self.query()) else { return Vec::new() };
        let rows = self.order.rows().iter().filter_map(|slot| answer.at(*slot));
        rows.map(|object| &object.id).filter(|id| self.marks.contains(*id)).cloned().collect()
    }

    pub fn travel(&mut self, store: &Store, way: Travel) {
        let rows = self.order.rows();
        let Some(last) = rows.len().checked_sub(1) else { return };
        let page = self.window.height.saturating_sub(1).max(1) as isize;
        let row = match way {
            Travel::By(steps) => self.window.row.saturating_add_signed(steps),
            Travel::Page(pages) => self.window.row.saturating_add_signed(pages * page),
            Travel::Top => 0,
            Travel::Bottom => last,
            Travel::To(row) => row,
        };
        self.window.row = row.min(last);
        let answer = store.answer(&self.query());
        let slot = rows[self.window.row];
        self.window.cursor = answer.and_then(|answer| answer.at(slot)).map(|object| object.id.clone());
    }

    /// Takes in what arrived, at most about `budget` rows of it, and finds the cursor again. True when all is in.
    pub fn prepare(
        &mut self,
        store: &Store,
        trends: &mut Trends,
        now: Time,
        width: u16,
        height: u16,
        budget: usize,
    ) -> bool {
        let query = self.query();
        let Some(answer) = store.answer(&query) else { return true };
        let lent_query = self.lent();
        let lent = lent_query.as_ref().and_then(|query| store.answer(query));
        self.list_columns(answer);
        let told = self.follow_lent(lent);
        let mut order = std::mem::take(&mut self.order);
        let ranking = Ranked::new(self, lent, now);
        self.window.settled = order.settle(answer, &ranking, budget);
        self.order = order;
        self.window.height = usize::from(height);
        self.find_cursor(answer);
        self.look(answer, now);
        self.measure(answer, lent, now);
        if told {
            self.follow_trends(answer, lent, trends, now);
        }
        columns::place(&mut self.columns, GUTTER, width.saturating_sub(GUTTER + 1));
        self.window.settled
    }

    /// Makes ready for letters of a filter, with about `budget` rows at a time. True when nothing was left to do.
    pub fn expect_filter(&mut self, store: &Store, now: Time, budget: usize) -> bool {
        let query = self.query();
        let Some(answer) = store.answer(&query).filter(|answer| answer.len() >= MANY) else { return true };
        let mut order = std::mem::take(&mut self.order);
        let done = order.expect_filter(answer, &Ranked::new(self, None, now), budget);
        self.order = order;
        done
    }

    fn list_columns(&mut self, answer: &Answer) {
        let served = answer.columns.clone();
        let listed = Listed { served, lender: self.lender(), everywhere: self.scope.is_wide(), wide: self.wide };
        if self.listed.as_ref() == Some(&listed) {
            return;
        }
        let Listed { served, lender, everywhere, wide } = self.listed.insert(listed).clone();
        let own = served.unwrap_or_else(|| self.kind.columns.into());
        let extent = Extent { contexts: &self.contexts, everywhere, wide };
        let mut fresh = columns::list(self.kind, &own, lender, &extent);
        for column in &mut fresh {
            let known = self.columns.iter().find(|old| old.field == column.field && old.column == column.column);
            if let Some(known) = known {
                (column.need, column.right, column.high) = (known.need, known.right, known.high);
            }
        }
        self.columns = fresh;
        self.order.forget_excerpts();
        self.measured = Measured::default();
        let titles = columns::titles(self.kind, &own, lender, &self.contexts);
        if titles != self.titles {
            self.titles = titles;
            self.name_columns_anew();
        }
        self.column = self.column.min(self.columns.len().saturating_sub(1));
    }

    /// Columns came or went since the filter was typed.
    fn name_columns_anew(&mut self) {
        if let Ok(filter) = Filter::parse(self.filter.text(), &self.titles) {
            self.filter = filter;
        }
        self.look_again();
    }

    /// What the filter looks at changed.
    fn look_again(&mut self) {
        match self.filter.is_empty() {
            true => self.order.forget_filters(),
            false => self.order.look_again(),
        }
    }

    /// A sort by a lent column starts again when the lender's rows changed. True when they did.
    fn follow_lent(&mut self, lent: Option<&Answer>) -> bool {
        let revision = lent.map_or(0, |answer| answer.revision);
        let changed = std::mem::replace(&mut self.lent_revision, revision) != revision;
        if !changed || lent.is_none() {
            return false;
        }
        if matches!(self.sort.by, SortBy::Field(Field::Lent(_))) {
            self.order.restart();
        } else {
            self.look_again();
        }
        true
    }

    /// Turns to the rows on the screen, or to all where a sort or a filter compares what is lent.
    fn look(&mut self, answer: &Answer, now: Time) {
        let Some(beside) = self.kind.beside else { return };
        let seen = self.seen(beside.narrow, answer);
        let sorts = matches!(self.sort.by, SortBy::Field(Field::Lent(_)));
        self.sight.see(seen, sorts || self.filter.compares_lent(), now);
    }

    /// Nothing while no row is there, or while it is not known how many there are.
    fn seen(&self, narrow: Narrow, answer: &Answer) -> Option<Part> {
        let sorted = |name: fn(&Id) -> &Str| {
            let names: BTreeSet<&Str> = self.visible(answer).map(|object| name(&object.id)).collect();
            Some(names.into_iter().cloned().collect()).filter(|names: &Arc<[Str]>| !names.is_empty())
        };
        match narrow {
            Narrow::ToNames => sorted(|id| &id.name).map(Part::Names),
            Narrow::ToNamespaces { beyond } if self.scope.namespace.is_none() => {
                match (answer.complete, answer.len() > beyond) {
                    (false, _) => None,
                    (true, false) => Some(Part::All),
                    (true, true) => sorted(|id| &id.namespace).map(Part::Namespaces),
                }
            }
            Narrow::ToNamespaces { .. } | Narrow::Nothing => Some(Part::All),
        }
    }

    fn find_cursor(&mut self, answer: &Answer) {
        let rows = self.order.rows();
        let last = rows.len().saturating_sub(1);
        let found = self.window.cursor.as_ref().and_then(|id| answer.slot(id)).and_then(|slot| {
            let near = rows.get(self.window.row) == Some(&slot);
            if near { Some(self.window.row) } else { self.order.position(slot) }
        });
        match found {
            Some(row) => self.window.row = row,
            None if self.window.cursor.is_some() && !rows.is_empty() && self.window.settled => {
                self.window.row = self.window.row.min(last);
                self.window.cursor = answer.at(rows[self.window.row]).map(|object| object.id.clone());
            }
            None => self.window.row = self.window.row.min(last),
        }
        let Window { row, top, height, .. } = &mut self.window;
        let height = (*height).max(1);
        *top = (*top).min(rows.len().saturating_sub(height)).min(*row).max((*row + 1).saturating_sub(height));
    }

    /// Objects on the screen, top to bottom.
    pub fn visible<'a>(&self, answer: &'a Answer) -> impl Iterator<Item = &'a Object> {
        self.shown_slots().filter_map(|slot| answer.at(slot))
    }

    fn shown_slots(&self) -> impl Iterator<Item = u32> {
        self.order.rows().iter().skip(self.window.top).take(self.window.height).copied()
    }

    /// Columns without room in which a row on the screen has what the filter looks for, and has it nowhere else.
    pub fn unseen(&self, answer: &Answer, lent: Option<&Answer>) -> Vec<&'static str> {
        if self.filter.is_empty() || self.columns.iter().all(|shown| shown.place.is_some()) {
            return Vec::new();
        }
        let mut found = vec![false; self.columns.len()];
        for object in self.visible(answer) {
            let beside = lent.and_then(|lent| lent.get(&object.id));
            let cell = |shown: &Shown| {
                let mut text = String::new();
                write_searched(shown, object, beside, &mut text);
                (shown.field, text)
            };
            let row: Vec<_> = self.columns.iter().map(cell).collect();
            let in_sight = |i: &usize| self.columns[*i].place.is_some();
            let unseen = self.filter.places(&row).into_iter().filter(|places| !places.iter().any(in_sight));
            unseen.flatten().for_each(|i| found[i] = true);
        }
        let found = self.columns.iter().zip(found).filter(|(_, found)| *found);
        found.map(|(shown, _)| shown.column.title).collect()
    }

    /// All rows that pass the filter, with all columns, as CSV (RFC 4180).
    pub fn csv(&self, store: &Store, now: Time) -> String {
        let lent_query = self.lent();
        let lent = lent_query.as_ref().and_then(|query| store.answer(query));
        let titles: Vec<&str> = self.columns.iter().map(|shown| shown.column.title).collect();
        let mut out = csv_line(titles.into_iter());
        let Some(answer) = store.answer(&self.query()) else { return out };
        for object in self.order.rows().iter().filter_map(|slot| answer.at(*slot)) {
            let beside = lent.and_then(|lent| lent.get(&object.id));
            let texts: Vec<String> = self.columns.iter().map(|shown| field_text(shown, object, beside, now)).collect();
            out.push_str(&csv_line(texts.iter().map(String::as_str)));
        }
        out
    }

    /// Only what is current says what is used now.
    fn follow_trends(&self, answer: &Answer, lent: Option<&Answer>, trends: &mut Trends, now: Time) {
        let Some(lent) = lent.filter(|lent| lent.phase == Phase::Live) else { return };
        let Some(shown) = self.columns.iter().find(|shown| shown.column.trend) else { return };
        for object in self.visible(answer) {
            let beside = lent.get(&object.id);
            trends.see(&object.id, shown.cell(object, beside), now);
        }
    }

    /// Finds how wide the rows on the screen are, and when they next age: of all when others came on it or a text aged,
    /// otherwise of those that changed.
    fn measure(&mut self, answer: &Answer, lent: Option<&Answer>, now: Time) {
        let rows: Vec<u32> = self.shown_slots().collect();
        let measured = std::mem::take(&mut self.measured);
        let revision = lent.map(|answer| answer.revision);
        let same = measured.rows == rows && measured.lent == revision && measured.wake.is_none_or(|wake| wake > now);
        // To look for the rows among more changes than that takes longer than to measure them.
        let changed = answer.changed_since(measured.seen).filter(|changed| same && changed.len() <= rows.len());
        let due = |slot: &&u32| changed.is_none_or(|changed| changed.contains(slot));
        let mut wake = measured.wake.filter(|_| changed.is_some());
        let mut buffer = String::new();
        for object in rows.iter().filter(due).filter_map(|slot| answer.at(*slot)) {
            let beside = lent.and_then(|lent| lent.get(&object.id));
            for shown in &mut self.columns {
                buffer.clear();
                write_field(shown, object, beside, now, &mut buffer);
                let glyph = if shown.column.state { 2 } else { 0 };
                shown.need = shown.need.max((text::width(&buffer) as u16).saturating_add(glyph).min(WIDEST));
                let cell = shown.cell(object, beside);
                shown.right |= cell.is_number() && !shown.column.state;
                shown.high |= cell.is_figure() && !shown.column.state;
                wake = [wake, cell.wake(now)].into_iter().flatten().min();
            }
        }
        self.window.wake = [wake, self.sight.due()].into_iter().flatten().min();
        self.measured = Measured { rows, seen: answer.log_end(), lent: revision, wake };
    }
}

/// Fewer rows are filtered within a frame without help.
const MANY: usize = 1 << 15;
/// Room for the cursor bar and the mark.
pub const GUTTER: u16 = 3;
const WIDEST: u16 = 200;

/// The text of one field of one row.
pub fn write_field(shown: &Shown, object: &Object, lent: Option<&Object>, now: Time, out: &mut String) {
    match shown.field {
        Field::Context => out.push_str(shown.context(&object.id)),
        Field::Namespace => out.push_str(&object.id.namespace),
        Field::Name => out.push_str(short_name(&object.id)),
        Field::Own(_) | Field::Lent(_) => shown.cell(object, lent).write(now, out),
    }
}

/// What a filter finds in a field: of what is drawn the beginning, and nothing of ages.
pub fn write_searched(shown: &Shown, object: &Object, lent: Option<&Object>, out: &mut String) {
    match shown.field {
        Field::Own(_) | Field::Lent(_) => shown.cell(object, lent).write_searchable(out),
        // They have the same text at all times.
        Field::Context | Field::Namespace | Field::Name => write_field(shown, object, lent, Time::default(), out),
    }
}

fn field_text(shown: &Shown, object: &Object, lent: Option<&Object>, now: Time) -> String {
    let mut out = String::new();
    write_field(shown, object, lent, now, &mut out);
    out
}

/// One line; fields with commas, quotes or line ends are quoted.
pub fn csv_line<'a>(fields: impl Iterator<Item = &'a str>) -> String {
    let quoted = fields.map(|field| match field.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", field.replace('"', "\"\"")),
        false => field.to_owned(),
    });
    let mut line = quoted.collect::<Vec<_>>().join(",");
    line.push('\n');
    line
}

/// What stands in the column of names: of a part of an object the part.
pub fn short_name(id: &Id) -> &str {
    if id.part.is_empty() { &id.name } else { &id.part }
}

struct Ranked<'a> {
    table: &'a Table,
    lent: Option<&'a Answer>,
    now: Time,
    by: By,
    /// The column that orders the parts of an object.
    parts: Option<usize>,
}

/// What of a column sorts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Cell,
    /// Health first: a word says little about how bad it is.
    State,
    Amount,
}

impl<'a> Ranked<'a> {
    fn new(table: &'a Table, lent: Option<&'a Answer>, now: Time) -> Self {
        let column = match table.sort.by {
            SortBy::Path => None,
            SortBy::Field(field) => table.shown(field).map(|shown| shown.column),
        };
        let by = match column {
            Some(column) if column.state => By::State,
            Some(column) if column.amount => By::Amount,
            Some(_) | None => By::Cell,
        };
        let parts = table.kind.parts.and_then(|title| table.kind.column(title));
        Self { table, lent, now, by, parts }
    }

    fn beside(&self, object: &Object) -> Option<&'a Object> {
        self.lent?.get(&object.id)
    }

    fn contexts(&self, a: &Object, b: &Object) -> Ordering {
        let rank = |object: &Object| self.table.contexts.rank(object.id.at);
        if a.id.at == b.id.at { Ordering::Equal } else { rank(a).cmp(&rank(b)) }
    }

    /// The order of a field, turned round where the sort is; rows without a value are last both ways.
    fn fields(&self, field: Field, a: &Object, b: &Object) -> Ordering {
        match field {
            Field::Context => self.turned(self.contexts(a, b)),
            Field::Namespace => self.turned(a.id.namespace.cmp(&b.id.namespace)),
            Field::Name => self.turned(natural(short_name(&a.id), short_name(&b.id))),
            Field::Own(i) if self.by == By::State => {
                self.turned(a.health.cmp(&b.health)).then_with(|| self.cells(a.cells.get(i), b.cells.get(i)))
            }
            Field::Own(i) => self.cells(a.cells.get(i), b.cells.get(i)),
            Field::Lent(i) => {
                let cell = |object| self.beside(object).and_then(|lent| lent.cells.get(i));
                self.cells(cell(a), cell(b))
            }
        }
    }

    fn cells(&self, a: Option<&Cell>, b: Option<&Cell>) -> Ordering {
        let (a, b) = (a.unwrap_or(&Cell::None), b.unwrap_or(&Cell::None));
        let order = if self.by == By::Amount { a.order_as_amount(b) } else { a.order(b) };
        if matches!((a, b), (Cell::None, _) | (_, Cell::None)) { order } else { self.turned(order) }
    }

    /// Parts of one object have an order of their own where their kind says so.
    fn parts(&self, a: &Object, b: &Object) -> Ordering {
        let number = |object: &Object| object.cells.get(self.parts?).cloned();
        number(a).unwrap_or_default().order(&number(b).unwrap_or_default())
    }

    fn turned(&self, order: Ordering) -> Ordering {
        if self.table.sort.descending { order.reverse() } else { order }
    }
}

fn is_well(health: Health) -> bool {
    matches!(health, Health::Good | Health::Done | Health::Unknown)
}

impl Ranking for Ranked<'_> {
    fn filters(&self) -> bool {
        self.table.faults || !self.table.filter.is_empty()
    }

    fn admit<'a>(&'a self, object: &'a Object, memo: &Memo<'a>) -> Option<u16> {
        if self.table.faults && is_well(object.health) {
            return None;
        }
        self.table.filter.admit(object, &|| self.beside(object), &self.table.columns, self.now, memo)
    }

    fn excerpt<'a>(&self, rows: impl Iterator<Item = Option<&'a Object>>) -> Excerpt {
        Excerpt::new(rows, &self.table.columns)
    }

    fn guess(&self, excerpt: &Excerpt, lent: bool) -> Vec<Guess> {
        let mut guesses = self.table.filter.guess(excerpt, lent);
        if self.table.faults {
            let well = |health: &Option<Health>| health.is_none_or(is_well);
            let both = guesses.iter_mut().zip(&excerpt.health);
            both.filter(|(_, health)| well(health)).for_each(|(guess, _)| *guess = Guess::No);
        }
        guesses
    }

    fn lent(&self, answer: &Answer) -> Lent {
        /// To look for more would take longer than a slice.
        const MOST: usize = 4096;
        match self.lent {
            Some(lent) if lent.len() > MOST => Lent::Anywhere,
            lent => {
                let objects = lent.into_iter().flat_map(Answer::objects);
                let mut slots: Vec<u32> = objects.filter_map(|object| answer.slot(&object.id)).collect();
                slots.sort_unstable();
                Lent::To(slots)
            }
        }
    }

    fn compare(&self, a: &Object, b: &Object) -> Ordering {
        let part = || self.parts(a, b).then_with(|| natural(&a.id.part, &b.id.part));
        let own = || natural(&a.id.name, &b.id.name).then_with(part);
        let named = || a.id.namespace.cmp(&b.id.namespace).then_with(own);
        let path = || self.contexts(a, b).then_with(named);
        match self.table.sort.by {
            SortBy::Path => self.turned(path()),
            SortBy::Field(field) => self.fields(field, a, b).then_with(path),
        }
    }
}

#[cfg(test)]
mod tests;
