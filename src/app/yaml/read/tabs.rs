//! Replaces tabs between a key and its value, which YAML allows but the parser does not always accept.

use saphyr_parser::{Event, Parser};

/// Whether the parser's error is about such a tab.
pub fn are_meant(error: &str) -> bool {
    error.contains("':' must be followed by a valid YAML whitespace")
}

/// The text with spaces instead of such tabs. Tabs within texts stay: first all tabs are tried as spaces, which moves
/// no position, and those within scalars are restored.
pub fn spaced(text: &str) -> String {
    let tabs = candidates(text);
    let tried = replaced(text, &tabs);
    let mut scalars = Vec::new();
    for event in Parser::new_from_str(&tried) {
        let Ok((event, span)) = event else { break };
        if matches!(event, Event::Scalar(..)) {
            scalars.push(span.start.index()..span.end.index());
        }
    }
    let within = |at: usize| {
        let next = scalars.partition_point(|scalar| scalar.end <= at);
        scalars.get(next).is_some_and(|scalar| scalar.start <= at)
    };
    let outside: Vec<usize> = tabs.into_iter().filter(|at| !within(*at)).collect();
    replaced(text, &outside)
}

/// The position, in characters, of the last tab of each run after a colon.
fn candidates(text: &str) -> Vec<usize> {
    let mut out = Vec::new();
    let mut run = false;
    let mut chars = text.chars().enumerate().peekable();
    while let Some((at, c)) = chars.next() {
        run = c == ':' || run && c == '\t';
        if run && c == '\t' && chars.peek().is_some_and(|(_, next)| *next != '\t') {
            out.push(at);
        }
    }
    out
}

fn replaced(text: &str, tabs: &[usize]) -> String {
    let mut tabs = tabs.iter().peekable();
    let char_of = |(at, c)| if tabs.next_if(|tab| **tab == at).is_some() { ' ' } else { c };
    text.chars().enumerate().map(char_of).collect()
}
