//! Files of the user: everything that is wrong with one is told at once, each with its line and column.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::model::text::place;

pub type Value<'a> = Spanned<DeValue<'a>>;

/// What is wrong so far, and where.
#[derive(Default)]
pub struct Problems {
    all: Vec<(usize, String)>,
}

impl Problems {
    /// `at` is a byte of the file.
    pub fn add(&mut self, at: usize, why: impl Into<String>) {
        self.all.push((at, why.into()));
    }

    /// The value, or nothing and a problem more.
    pub fn sort_out<T>(&mut self, at: usize, result: Result<T, String>) -> Option<T> {
        result.map_err(|why| self.add(at, why)).ok()
    }

    fn told(mut self, source: &str) -> String {
        self.all.sort();
        self.all.dedup();
        let told = self.all.into_iter().map(|(at, why)| {
            let (line, column) = place(source, at);
            format!("line {line}, column {column}: {why}")
        });
        told.collect::<Vec<_>>().join("; ")
    }
}

/// What `collect` makes of a file, or everything that is wrong with it, in words.
pub fn read<T>(source: &str, collect: impl FnOnce(&DeTable<'_>, &mut Problems) -> T) -> Result<T, String> {
    let (table, broken) = DeTable::parse_recoverable(source);
    let mut problems = Problems::default();
    for error in broken {
        problems.add(error.span().unwrap_or_default().start, error.message().replace('\n', " "));
    }
    // What could not be parsed is full of holes; looking into it would only invent problems.
    if !problems.all.is_empty() {
        return Err(problems.told(source));
    }
    let read = collect(table.get_ref(), &mut problems);
    if problems.all.is_empty() { Ok(read) } else { Err(problems.told(source)) }
}

pub fn flag(value: &DeValue<'_>) -> Result<bool, String> {
    if let DeValue::Boolean(flag) = value { Ok(*flag) } else { Err("must be true or false".to_owned()) }
}

pub fn text<'a>(value: &'a DeValue<'_>) -> Result<&'a str, String> {
    if let DeValue::String(text) = value { Ok(text) } else { Err("must be text in quotes".to_owned()) }
}
