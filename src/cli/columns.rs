//! The columns that `spyhop get` prints besides those of the kind, or in their place.

use std::sync::Arc;

use clap::Args;

use crate::app::columns::{check, check_word, fixed, untaken};
use crate::app::filter::same_title;
use crate::app::store::Answer;
use crate::app::view::Table;
use crate::model::{Column, Error, Extra, Home, KindRef, Origin, Result, extra_words};

#[derive(Clone, Debug, Default, Args)]
pub struct ColumnArgs {
    /// Labels as further columns, with commas between
    #[arg(short = 'L', long, value_name = "KEYS")]
    pub label_columns: Vec<String>,
    /// These columns after the name, with commas between: titles, labels, annotation:KEY, .path, TITLE:.path
    #[arg(long, value_name = "COLUMNS")]
    pub columns: Option<String>,
}

impl ColumnArgs {
    /// The extra columns that are asked for, and the titles of all columns, if the user named them all.
    pub fn chosen(&self, kind: KindRef) -> Result<(Arc<[Extra]>, Vec<String>)> {
        let taken: Vec<&str> = titles(kind.0.columns, kind).collect();
        let keys = self.label_columns.iter().flat_map(|keys| keys.split(',')).filter(|key| !key.is_empty());
        let (mut extras, mut shown) = (Vec::new(), Vec::new());
        for word in self.words() {
            if let Some(title) = taken.iter().find(|title| same_title(title, word)) {
                shown.push((*title).to_owned());
                continue;
            }
            if is_title_only(kind, word) {
                let known = taken.join(", ");
                return Err(Error::Invalid(format!("{} have no column '{word}'; they have {known}", kind.name)));
            }
            // A bare word may be a title that only the server knows. Such a column is found before a label of that name.
            shown.push(add(&mut extras, Extra::parse(word)?, &taken)?);
        }
        for key in keys {
            let title = add(&mut extras, Extra::label(key)?, &taken)?;
            shown.extend(self.columns.as_ref().map(|_| title));
        }
        extras.iter().try_for_each(|extra| check(kind, extra))?;
        Ok((extras.into(), shown))
    }

    /// A word for a column that is no title must be a label that some row has.
    pub fn check(&self, table: &Table, answer: Option<&Answer>) -> Result<()> {
        let own = answer.and_then(Answer::columns).map_or(table.kind.0.columns, |columns| {
            // The extra ones are the last.
            &columns[..columns.len().saturating_sub(table.choice.extras.len())]
        });
        self.words().try_for_each(|word| check_word(word, titles(own, table.kind), answer))
    }

    fn words(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().flat_map(|line| extra_words(line))
    }
}

/// Whether a word can be a title only, because spyhop makes the rows itself: they have no labels.
fn is_title_only(kind: KindRef, word: &str) -> bool {
    kind.home != Home::Server
        && !word.contains(':')
        && matches!(Extra::parse(word), Ok(Extra { origin: Origin::Label(_), .. }))
}

/// Puts a column behind the others, under a title that none of them has, and returns the title.
fn add(extras: &mut Vec<Extra>, extra: Extra, own: &[&str]) -> Result<String> {
    let taken: Vec<&str> = own.iter().copied().chain(extras.iter().map(|extra| extra.title.as_str())).collect();
    let extra = untaken(extra, &taken)?;
    let title = extra.title.to_string();
    extras.push(extra);
    Ok(title)
}

/// The titles of the columns of a kind with those that are lent to it.
fn titles(own: &[Column], kind: KindRef) -> impl Iterator<Item = &str> {
    let lent = kind.0.presentation.lenders.iter().flat_map(|lender| lender.kind.columns);
    own.iter().chain(lent).map(|column| &*column.title).chain(fixed(kind))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::named;

    #[test]
    fn columns_of_computed_tables_are_their_titles() {
        let chosen = |columns: &str| {
            let columns = ColumnArgs { columns: Some(columns.to_owned()), ..ColumnArgs::default() };
            columns.chosen(named("releases").unwrap()).map(|(extras, titles)| (extras.len(), titles))
        };
        assert_eq!(chosen("chart,app-version"), Ok((0, vec!["CHART".to_owned(), "APP-VERSION".to_owned()])));
        let told = chosen("chart,app").unwrap_err();
        assert!(
            told.text().starts_with("releases have no column 'app'; they have REVISION, STATUS, UPDATED, CHART"),
            "{told}"
        );
        assert!(chosen("label:app").unwrap_err().text().contains("have no labels"));
    }
}
