//! Which columns of a table fit, and where they stand.

use std::sync::Arc;

use super::contexts::Contexts;
use super::table::Loans;
use crate::app::trends::BARS;
use crate::model::{Cell, Column, Id, KindRef, Object, Title, text};

/// Where the cells of a shown column come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// The name of the source that a row is of.
    Context,
    Namespace,
    Name,
    /// The kind's own column.
    Own(usize),
    /// A column of another kind: the place of that kind among the lenders, and of the column among its own.
    Lent(usize, usize),
}

/// A column of a table and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    pub field: Field,
    pub column: Column,
    /// The names that stand in it, in the column of contexts.
    pub contexts: Contexts,
    /// The widest text seen so far; never shrinks while the table is open.
    pub need: u16,
    /// The same, without the width that the kind guesses, as soon as there was a row.
    pub seen: u16,
    /// Numbers stand at the right.
    pub right: bool,
    /// Holds figures of which the highest matter most; sorting starts with those.
    pub high: bool,
    /// Left edge within the pane, and width; `None` when there is no room for it.
    pub place: Option<(u16, u16)>,
    /// Where its trend is drawn, if there is room for it.
    pub trend: Option<u16>,
}

/// Cells between two columns.
const GAP: u16 = 2;
/// What a trend takes, with the blank before it.
const TREND: u16 = BARS as u16 + 1;
/// Names shrink to this before columns leave, and to the lesser one after.
const NAME: u16 = 36;
const NARROW: u16 = 12;
/// A state that is longer is a sentence.
const SENTENCE: u16 = 60;
/// A title that is longer is cut where columns need the room.
const TITLE: u16 = 30;

impl Shown {
    fn new(field: Field, column: Column) -> Self {
        let need = column.width.max(text::width(&column.title) as u16);
        let right = column.number;
        Self {
            field,
            column,
            contexts: Contexts::default(),
            need,
            seen: need,
            right,
            high: false,
            place: None,
            trend: None,
        }
    }

    /// What it can be cut to and still be of use; numbers are never cut, and states only where they are sentences: one row
    /// with an odd word would hide the other columns of all rows.
    fn least(&self, name: u16) -> u16 {
        let title = (text::width(&self.column.title) as u16).min(TITLE);
        match self.field {
            Field::Name => self.need.min(name),
            Field::Context | Field::Namespace => self.need.min(NARROW),
            Field::Own(_) | Field::Lent(..) if self.right => self.need,
            Field::Own(_) | Field::Lent(..) if self.column.state => self.seen.min(SENTENCE),
            Field::Own(_) | Field::Lent(..) => self.seen.min(self.column.width.max(title)),
        }
    }

    /// The name of the context of an object.
    pub fn context(&self, id: &Id) -> &str {
        self.contexts.name(id.at)
    }

    pub fn cell<'a>(&self, object: &'a Object, loans: &Loans<'a>) -> &'a Cell {
        static NOTHING: Cell = Cell::None;
        let cell = match self.field {
            Field::Context | Field::Namespace | Field::Name => None,
            Field::Own(i) => object.cells.get(i),
            Field::Lent(lender, i) => loans.cell(&object.id, lender, i),
        };
        cell.unwrap_or(&NOTHING)
    }
}

/// How much of the world a table shows, and how much of each row.
pub struct Extent<'a> {
    pub contexts: &'a Contexts,
    /// The kinds that lend, by their place among the lenders.
    pub lenders: &'a [usize],
    pub everywhere: bool,
    pub wide: bool,
}

/// The columns of a table in order: context where there are several, namespace when `everywhere`, name, own ones with
/// the lent ones among them.
pub fn list(kind: KindRef, own: &Arc<[Column]>, extent: &Extent<'_>) -> Vec<Shown> {
    let Extent { contexts, lenders, everywhere, wide } = *extent;
    let mut all = Vec::new();
    if !contexts.is_empty() {
        let column = Shown::new(Field::Context, Column::new("CONTEXT", 9).rank(0));
        all.push(Shown { contexts: contexts.clone(), ..column });
    }
    if everywhere && kind.address.namespaced {
        all.push(Shown::new(Field::Namespace, Column::new("NAMESPACE", 9).rank(0)));
    }
    if let Some(title) = kind.naming.title {
        all.push(Shown::new(Field::Name, Column::new(title, 14).rank(0)));
    }
    for (i, column) in own.iter().enumerate() {
        for lender in lenders.iter().filter(|lender| lends_before(kind, **lender, own) == Some(i)) {
            let columns = lent(kind, lenders, *lender).filter(|(_, column)| wide || !column.wide);
            all.extend(columns.map(|(i, column)| Shown::new(Field::Lent(*lender, i), column.clone())));
        }
        if wide || !column.wide {
            all.push(Shown::new(Field::Own(i), column.clone()));
        }
    }
    all
}

/// Puts the columns after the name in the order that the user chose, if there is one. The others are left out, or stand
/// behind them in wide mode.
pub fn arranged(mut all: Vec<Shown>, chosen: &[String], wide: bool) -> Vec<Shown> {
    if chosen.is_empty() {
        return all;
    }
    let is_free = |shown: &mut Shown| matches!(shown.field, Field::Own(_) | Field::Lent(..));
    let mut others: Vec<Shown> = all.extract_if(.., is_free).collect();
    for title in chosen {
        let found = others.iter().position(|shown| shown.column.title == **title);
        all.extend(found.map(|at| others.remove(at)));
    }
    all.extend(others.into_iter().filter(|_| wide));
    all
}

/// The column before which those of a lender stand.
fn lends_before(kind: KindRef, lender: usize, own: &[Column]) -> Option<usize> {
    own.iter().position(|column| column.title == kind.presentation.lenders[lender].before)
}

/// The columns that a kind lends: those of a title that no lender before it lends.
pub fn lent(kind: KindRef, lenders: &[usize], lender: usize) -> impl Iterator<Item = (usize, &'static Column)> {
    let before = lenders.iter().filter(move |other| **other < lender);
    let taken: Vec<&str> =
        before.flat_map(|other| kind.presentation.lenders[*other].kind.columns).map(|column| &*column.title).collect();
    let columns = kind.0.presentation.lenders[lender].kind.columns.iter().enumerate();
    columns.filter(move |(_, column)| !taken.contains(&&*column.title))
}

/// Every column that a filter can name, in the order of [`list`].
pub fn titles(kind: KindRef, own: &Arc<[Column]>, lenders: &[usize], contexts: &Contexts) -> Vec<(Field, Title)> {
    let all = list(kind, own, &Extent { contexts, lenders, everywhere: true, wide: true });
    all.into_iter().map(|shown| (shown.field, shown.column.title)).collect()
}

/// Gives places from `left` on within `width` cells. Columns leave by rank until the least width of the others
/// fits, the last of equal rank first; then names grow to what they need, then the others from the left.
///
/// A trend that has room beside the columns of every day keeps it when there are more of them.
pub fn place(columns: &mut [Shown], left: u16, whole: u16) {
    let mut keep: Vec<usize> = (0..columns.len()).collect();
    let mut name = NAME;
    let every_day: Vec<usize> = keep.iter().copied().filter(|i| !columns[*i].column.wide).collect();
    let keeps_trend = every_day.iter().any(|i| columns[*i].column.trend)
        && total(&every_day, |i| columns[i].need).saturating_add(TREND) < whole;
    let width = if keeps_trend { whole - TREND } else { whole };
    while total(&keep, |i| columns[i].least(name)) > width {
        let leaving = keep.iter().copied().filter(|i| columns[*i].column.rank > 0);
        match leaving.max_by_key(|i| (columns[*i].column.rank, *i)) {
            Some(worst) => keep.retain(|i| *i != worst),
            None if name > NARROW => name = NARROW,
            None => break,
        }
    }
    let mut widths: Vec<(usize, u16)> = keep.iter().map(|i| (*i, columns[*i].least(name))).collect();
    let mut spare = width.saturating_sub(total(&keep, |i| columns[i].least(name)));
    let is_name = |shown: &Shown| matches!(shown.field, Field::Name | Field::Namespace | Field::Context);
    // Texts that are there come before room for texts that may come.
    let wanted: [fn(&Shown) -> u16; 2] = [|shown| shown.seen, |shown| shown.need];
    for (wanted, names) in wanted.into_iter().flat_map(|wanted| [(wanted, true), (wanted, false)]) {
        for (i, width) in widths.iter_mut().filter(|(i, _)| is_name(&columns[*i]) == names) {
            let more = spare.min(wanted(&columns[*i]).saturating_sub(*width));
            (*width, spare) = (*width + more, spare - more);
        }
    }
    columns.iter_mut().for_each(|column| (column.place, column.trend) = (None, None));
    let trend = keep.iter().copied().find(|i| columns[*i].column.trend && (keeps_trend || spare > TREND));
    let (mut x, end) = (left, left.saturating_add(whole));
    for (i, width) in widths {
        columns[i].place = (x < end).then(|| (x, width.min(end - x)));
        x = x.saturating_add(width + GAP);
        if trend == Some(i) {
            columns[i].trend = Some(x - 1);
            x = x.saturating_add(TREND);
        }
    }
}

fn total(keep: &[usize], width: impl Fn(usize) -> u16) -> u16 {
    let text: u32 = keep.iter().map(|i| u32::from(width(*i))).sum();
    let gaps = u32::from(GAP) * keep.len().saturating_sub(1) as u32;
    u16::try_from(text + gaps).unwrap_or(u16::MAX)
}
