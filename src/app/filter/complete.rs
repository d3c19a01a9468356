//! Completes the last word of a filter line: a column, an operator, or a value of the rows.

use std::collections::HashMap;

use super::Titled;
use super::parse::column;
use super::word::{is_quote, keyword, split, word};
use super::wrong::refuse_long;
use crate::app::store::Answer;
use crate::app::view::{Contexts, Field, Loans, short_name};
use crate::model::{Cell, Object, natural};

/// The number of rows that are searched for values, spread over all rows: enough for the usual values, and few enough
/// to take no noticeable time.
const LOOKED_AT: usize = 2_000;
/// The most values that are offered.
const MOST: usize = 50;

/// The rows whose values are offered.
pub struct Rows<'a> {
    pub answer: Option<&'a Answer>,
    pub loans: Loans<'a>,
    pub contexts: &'a Contexts,
}

/// The words that the text from `from` on may become, best first.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Offer {
    pub from: usize,
    pub texts: Vec<String>,
}

/// The last word: where it begins, and what its place in the line makes of it.
#[derive(Clone, Copy)]
enum Last<'a> {
    Term(usize, &'a str),
    /// After `-l`.
    Labels(usize, &'a str),
    Fuzzy,
}

pub fn offer(text: &str, titles: &[Titled], rows: &Rows<'_>) -> Offer {
    if refuse_long(text).is_err() {
        return Offer::default();
    }
    let mut offer = match last(text) {
        Last::Fuzzy => Offer::default(),
        Last::Labels(from, word) => labels(from, word, rows),
        Last::Term(from, word) => term(from, word, titles, rows),
    };
    offer.texts.retain(|choice| *choice != text[offer.from..]);
    offer.texts.truncate(MOST);
    offer
}

fn last(text: &str) -> Last<'_> {
    let (mut at, mut before) = (0, "");
    loop {
        let rest = text[at..].trim_start_matches(|c: char| c.is_whitespace() || c == '(' || c == ')' || c == '!');
        at = text.len() - rest.len();
        let joined = ["and", "or", "not"].iter().find_map(|name| keyword(rest, name, true).map(|after| (name, after)));
        let (found, after) = joined.map_or_else(|| word(rest, true), |(name, after)| (&rest[..name.len()], after));
        if found.len() == rest.len() {
            return match before {
                "-f" => Last::Fuzzy,
                "-l" => Last::Labels(at, found),
                _ => Last::Term(at, found),
            };
        }
        before = match (before, found) {
            _ if after.starts_with(')') => "",
            ("-f", "or" | "OR" | "and" | "AND") => "",
            ("-f", _) | (_, "-f") => "-f",
            (_, found) => found,
        };
        at = text.len() - after.len();
    }
}

fn term(from: usize, word: &str, titles: &[Titled], rows: &Rows<'_>) -> Offer {
    if word.is_empty() || word.starts_with(is_quote) {
        return Offer::default();
    }
    match split(word) {
        Some((left, "=" | "==" | "!=" | "~" | "!~", value)) => {
            let from = from + word.len() - value.len();
            match column(left, titles) {
                Some((field, _)) => Offer { from, texts: values(value, &rows.values(field)) },
                None => labels(from - (word.len() - value.len()), word, rows),
            }
        }
        Some(_) => Offer::default(),
        None => Offer { from, texts: columns(word, titles, rows) },
    }
}

/// Operators after a complete title, and titles that begin with the word.
fn columns(word: &str, titles: &[Titled], rows: &Rows<'_>) -> Vec<String> {
    let mut out = Vec::new();
    if let Some((field, _)) = column(word, titles) {
        let operators: &[&str] = if rows.are_figures(field) { &[">", "<", "=", "!="] } else { &["=", "!=", "~", "!~"] };
        out.extend(operators.iter().map(|operator| format!("{word}{operator}")));
    }
    let titles = titles.iter().map(|(_, title)| &**title);
    for title in titles.chain(["NAME", "NAMESPACE"]) {
        let title = typed(title);
        let begins = title.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
        let whole = format!("{word}{}", title.get(word.len()..).unwrap_or_default());
        if begins && title.len() > word.len() && !out.contains(&whole) {
            out.push(whole);
        }
    }
    out
}

/// A title as users type it: `node-name`.
pub fn typed(title: &str) -> String {
    title.to_ascii_lowercase().replace(' ', "-")
}

/// Values that begin with the typed text, in quotes if needed. A space follows, because the next term comes then.
fn values(typed: &str, known: &[String]) -> Vec<String> {
    let open = typed.strip_prefix(is_quote);
    let start = open.unwrap_or(typed);
    let fits = |value: &&String| value.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start));
    let write = |value: &String| {
        let blank = value.contains(|c: char| c.is_whitespace() || is_quote(c) || matches!(c, '(' | ')' | '!'));
        match (open.is_some() || blank, value.contains('"')) {
            (false, _) => format!("{typed}{} ", &value[start.len()..]),
            (true, false) => format!("\"{value}\" "),
            (true, true) => format!("'{value}' "),
        }
    };
    known.iter().filter(fits).map(write).collect()
}

/// Completes a label key, or a value after a key. A selector may have several, with commas between them.
fn labels(from: usize, word: &str, rows: &Rows<'_>) -> Offer {
    let part = word.rsplit(',').next().unwrap_or_default();
    let from = from + word.len() - part.len();
    let bare = part.trim_start_matches('!');
    match part.find('=') {
        Some(at) => {
            let key = part[..at].trim_end_matches('!');
            let value = part[at..].trim_start_matches('=');
            let known = rows.counted(|object, out| out.extend(pairs(object).filter(|pair| pair.0 == key).map(|p| p.1)));
            let texts = known.iter().filter(|known| known.starts_with(value)).map(|known| format!("{known} "));
            Offer { from: from + part.len() - value.len(), texts: texts.collect() }
        }
        None => {
            let keys = rows.counted(|object, out| out.extend(pairs(object).map(|pair| pair.0)));
            let texts = keys.into_iter().filter(|key| key.starts_with(bare)).map(|key| format!("{key}="));
            Offer { from: from + part.len() - bare.len(), texts: texts.collect() }
        }
    }
}

/// The keys of the labels that rows have, the most frequent first.
pub fn labels_of(answer: Option<&Answer>) -> Vec<String> {
    let rows = Rows { answer, loans: Loans::default(), contexts: &Contexts::default() };
    rows.counted(|object, out| out.extend(pairs(object).map(|pair| pair.0)))
}

fn pairs(object: &Object) -> impl Iterator<Item = (&str, &str)> {
    object.labels.split(',').filter_map(|pair| pair.split_once('='))
}

impl<'a> Rows<'a> {
    fn sample(&self) -> impl Iterator<Item = &'a Object> + use<'a> {
        let answer = self.answer;
        let slots = answer.map_or(0, Answer::slots) as usize;
        let step = slots.div_ceil(LOOKED_AT).max(1);
        (0..slots).step_by(step).filter_map(move |slot| answer?.at(slot as u32))
    }

    fn cell(&self, object: &'a Object, field: Field) -> Option<&'a Cell> {
        match field {
            Field::Context | Field::Namespace | Field::Name => None,
            Field::Own(i) => object.cells.get(i),
            Field::Lent(lender, i) => self.loans.cell(&object.id, lender, i),
        }
    }

    fn are_figures(&self, field: Field) -> bool {
        const FEW: usize = 100;
        matches!(field, Field::Lent(..))
            || self.sample().take(FEW).any(|object| self.cell(object, field).is_some_and(Cell::is_number))
    }

    /// The values of a column, the most frequent first. Ages are left out, because they change by themselves.
    fn values(&self, field: Field) -> Vec<String> {
        match field {
            Field::Context => self.contexts.iter().map(|(_, name)| name.to_string()).collect(),
            Field::Namespace => self.counted(|object, out| out.push(&object.id.namespace)),
            Field::Name => self.counted(|object, out| out.push(short_name(&object.id))),
            Field::Own(_) | Field::Lent(..) => self.written(field),
        }
    }

    fn written(&self, field: Field) -> Vec<String> {
        let mut counts: HashMap<String, u32> = HashMap::new();
        let mut text = String::new();
        for cell in self.sample().filter_map(|object| self.cell(object, field)) {
            text.clear();
            cell.write_searchable(&mut text);
            match counts.get_mut(&text) {
                _ if text.is_empty() => {}
                Some(count) => *count += 1,
                None => drop(counts.insert(text.clone(), 1)),
            }
        }
        frequent(counts)
    }

    fn counted(&self, texts: impl Fn(&'a Object, &mut Vec<&'a str>)) -> Vec<String> {
        let (mut counts, mut found): (HashMap<&str, u32>, _) = (HashMap::new(), Vec::new());
        for object in self.sample() {
            texts(object, &mut found);
            found.drain(..).for_each(|text| *counts.entry(text).or_default() += 1);
        }
        frequent(counts).into_iter().map(str::to_owned).collect()
    }
}

fn frequent<T: AsRef<str>>(counts: HashMap<T, u32>) -> Vec<T> {
    let mut all: Vec<(T, u32)> = counts.into_iter().collect();
    all.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| natural(a.0.as_ref(), b.0.as_ref())));
    all.into_iter().map(|(text, _)| text).collect()
}
