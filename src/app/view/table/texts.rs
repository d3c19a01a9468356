//! The texts of a table: what is drawn, what a filter finds, what goes to a file.

use super::{Loans, Table};
use crate::app::store::{Answer, Store};
use crate::app::view::columns::{Field, Shown};
use crate::model::{Id, Object, Time, Title};

impl Table {
    /// Columns without room in which a row on the screen has what the filter looks for, and has it nowhere else.
    pub fn unseen(&self, answer: &Answer, loans: &Loans<'_>) -> Vec<Title> {
        if self.filter.is_empty() || self.columns.iter().all(|shown| shown.place.is_some()) {
            return Vec::new();
        }
        let mut found = vec![false; self.columns.len()];
        for object in self.visible(answer) {
            let cell = |shown: &Shown| {
                let mut text = String::new();
                write_searched(shown, object, loans, &mut text);
                (shown.field, text)
            };
            let row: Vec<_> = self.columns.iter().map(cell).collect();
            let in_sight = |i: &usize| self.columns[*i].place.is_some();
            let unseen = self.filter.places(&row).into_iter().filter(|places| !places.iter().any(in_sight));
            unseen.flatten().for_each(|i| found[i] = true);
        }
        let found = self.columns.iter().zip(found).filter(|(_, found)| *found);
        found.map(|(shown, _)| shown.column.title.clone()).collect()
    }

    /// All rows that pass the filter, with all columns, as CSV (RFC 4180).
    pub fn csv(&self, store: &Store, now: Time) -> String {
        let loans = self.loans(store);
        let titles: Vec<&str> = self.columns.iter().map(|shown| &*shown.column.title).collect();
        let mut out = csv_line(titles.into_iter());
        let Some(answer) = store.answer(&self.query()) else { return out };
        for object in self.order.rows().iter().filter_map(|slot| answer.at(*slot)) {
            let texts: Vec<String> = self.columns.iter().map(|shown| field_text(shown, object, &loans, now)).collect();
            out.push_str(&csv_line(texts.iter().map(String::as_str)));
        }
        out
    }
}

/// The text of one field of one row.
pub fn write_field(shown: &Shown, object: &Object, loans: &Loans<'_>, now: Time, out: &mut String) {
    match shown.field {
        Field::Context => out.push_str(shown.context(&object.id)),
        Field::Namespace => out.push_str(&object.id.namespace),
        Field::Name => out.push_str(short_name(&object.id)),
        Field::Own(_) | Field::Lent(..) => shown.cell(object, loans).write(now, out),
    }
}

/// What a filter finds in a field: of what is drawn the beginning, and nothing of ages.
pub fn write_searched(shown: &Shown, object: &Object, loans: &Loans<'_>, out: &mut String) {
    match shown.field {
        Field::Own(_) | Field::Lent(..) => shown.cell(object, loans).write_searchable(out),
        // They have the same text at all times.
        Field::Context | Field::Namespace | Field::Name => write_field(shown, object, loans, Time::default(), out),
    }
}

fn field_text(shown: &Shown, object: &Object, loans: &Loans<'_>, now: Time) -> String {
    let mut out = String::new();
    write_field(shown, object, loans, now, &mut out);
    out
}

/// One line; fields with commas, quotes or line ends are quoted.
fn csv_line<'a>(fields: impl Iterator<Item = &'a str>) -> String {
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
