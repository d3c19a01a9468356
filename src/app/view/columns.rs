//! Which columns of a table fit, and where they stand.

use std::sync::Arc;

use crate::model::{Cell, Column, KindRef, Object};

/// Where the cells of a shown column come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    Namespace,
    Name,
    /// The kind's own column.
    Own(usize),
    /// A column lent by the kind beside.
    Lent(usize),
}

/// A column of a table and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    pub field: Field,
    pub column: Column,
    /// The widest text seen so far; never shrinks while the table is open.
    pub need: u16,
    /// Numbers stand at the right.
    pub right: bool,
    /// Left edge and width on the screen; `None` when there is no room for it.
    pub place: Option<(u16, u16)>,
}

/// Cells between two columns.
const GAP: u16 = 2;
/// Names may shrink to this.
const NARROW: u16 = 16;

impl Shown {
    fn new(field: Field, column: Column) -> Self {
        let need = column.width.max(column.title.len() as u16);
        Self { field, column, need, right: false, place: None }
    }

    pub fn cell<'a>(&self, object: &'a Object, lent: Option<&'a Object>) -> &'a Cell {
        static NOTHING: Cell = Cell::None;
        let cell = match self.field {
            Field::Namespace | Field::Name => None,
            Field::Own(i) => object.cells.get(i),
            Field::Lent(i) => lent.and_then(|object| object.cells.get(i)),
        };
        cell.unwrap_or(&NOTHING)
    }
}

/// The columns of a table in order: namespace when `everywhere`, name, own ones with the lent ones among them.
pub fn list(kind: KindRef, own: &Arc<[Column]>, lent: Option<KindRef>, everywhere: bool, wide: bool) -> Vec<Shown> {
    let mut all = Vec::new();
    if everywhere && kind.address.namespaced {
        all.push(Shown::new(Field::Namespace, Column::new("NAMESPACE", 9).rank(2)));
    }
    if let Some(title) = kind.named {
        all.push(Shown::new(Field::Name, Column::new(title, 20).rank(0)));
    }
    let mut lenders = kind.beside.zip(lent);
    for (i, column) in own.iter().enumerate() {
        if let Some((beside, lender)) = lenders.take_if(|(beside, _)| beside.before == column.title) {
            debug_assert_eq!(beside.before, column.title);
            let columns = lender.columns.iter().enumerate().filter(|(_, column)| wide || !column.wide);
            all.extend(columns.map(|(i, column)| Shown::new(Field::Lent(i), *column)));
        }
        if wide || !column.wide {
            all.push(Shown::new(Field::Own(i), *column));
        }
    }
    all
}

/// Gives places from `left` on within `width` cells: columns leave by rank, the last of equal rank first; what is
/// still too wide shrinks, names first.
pub fn place(columns: &mut [Shown], left: u16, width: u16) {
    let mut keep: Vec<usize> = (0..columns.len()).collect();
    while total(columns, &keep) > width && keep.len() > 1 {
        let worst = keep.iter().copied().filter(|i| columns[*i].column.rank > 0);
        let Some(worst) = worst.max_by_key(|i| (columns[*i].column.rank, *i)) else { break };
        let over = total(columns, &keep) - width;
        // A long last text (an event's message) is cut rather than left out.
        if Some(&worst) == keep.last() && !columns[worst].right && columns[worst].need > over + NARROW {
            break;
        }
        keep.retain(|i| *i != worst);
    }
    let mut over = total(columns, &keep).saturating_sub(width);
    columns.iter_mut().for_each(|column| column.place = None);
    let last = keep.last().copied();
    let mut widths: Vec<(usize, u16)> = keep.iter().map(|i| (*i, columns[*i].need)).collect();
    let mut shrink = |wanted: &dyn Fn(usize) -> bool, floor: u16| {
        for (i, width) in widths.iter_mut().filter(|(i, _)| wanted(*i)) {
            let cut = over.min(width.saturating_sub(floor));
            (*width, over) = (*width - cut, over - cut);
            let _ = i;
        }
    };
    shrink(&|i| Some(i) == last && !columns[i].right, NARROW);
    shrink(&|i| columns[i].field == Field::Name, NARROW);
    shrink(&|i| columns[i].field == Field::Namespace, 6);
    shrink(&|_| true, 3);
    let mut x = left;
    for (i, width) in widths {
        columns[i].place = Some((x, width));
        x += width + GAP;
    }
}

fn total(columns: &[Shown], keep: &[usize]) -> u16 {
    let text: u32 = keep.iter().map(|i| u32::from(columns[*i].need)).sum();
    let gaps = u32::from(GAP) * keep.len().saturating_sub(1) as u32;
    u16::try_from(text + gaps).unwrap_or(u16::MAX)
}
