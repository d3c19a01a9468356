//! The texts of a table: what is drawn, what a filter finds, what goes to a file.

use super::Table;
use crate::app::store::{Answer, Store};
use crate::app::view::columns::{Field, Shown};
use crate::model::{Id, Object, Time};

impl Table {
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
}

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
