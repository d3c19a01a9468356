//! The language of filters: what can be typed after `/`.

use super::words::told;
use super::{KEY, Section, row};
use crate::app::State;
use crate::app::filter::complete::typed;

type Forms = &'static [(&'static str, &'static str)];

const SECTIONS: &[(&str, Forms)] =
    &[("A term", TERMS), ("Combined terms", JOINED), ("Comparing columns", COMPARED), ("While you type", TYPED)];

const TERMS: Forms = &[
    ("/web", "rows that contain web in any column, in any case"),
    ("/web-[0-3]", "a regular expression, if it contains one of . * + ? ^ $ | ( [ { \\"),
    ("/\"a b\"", "quotes take a text literally, with its spaces"),
    ("/-f wbx", "fuzzy match on namespace and name, best first; ends at and, or, )"),
    (
        "/-l app=web,tier!=x",
        "labels, as kubectl's -l:  a=b  a!=b  a in (x,y)  a notin (x)  a  !a ; a bare app=web works too",
    ),
];

const JOINED: Forms = &[
    ("/web running", "both; the same as web and running"),
    ("/web or mail", "either; and binds before or"),
    ("/!web", "rows without it; the same as not web"),
    ("/not (web or mail)", "parentheses, up to 64 within each other; (a|b)-c in one word is a regular expression"),
];

const COMPARED: Forms = &[
    ("/status!=Running", "=  !=  in any case, * matches any text;  ~  !~  a regular expression"),
    ("/restarts>5", ">  <  >=  <=  numbers by their value, words in natural order"),
    ("/age<1h", "ages and spans:  90s  1h30m  5d  2w  1y"),
    ("/cpu>500m", "quantities:  500m  0.5  64Mi  1Gi ; percentages with or without %"),
    ("/ready<1/1", "fractions; ready=1/2 finds exactly 1/2"),
    ("/node=\"a b\"", "quotes keep spaces; in a title, type - or _ for a space"),
];

const TYPED: Forms = &[
    ("{prompt-accept}", "accept the suggestion: a column, an operator or a value from the rows"),
    ("{prompt-up} {prompt-down}", "choose a suggestion; in an empty line, earlier filters"),
    ("{prompt-cancel}", "cancel, and keep the filter from before"),
];

pub fn sections(state: &State, width: usize) -> Vec<Section> {
    let room = width.saturating_sub(KEY + 4).max(20);
    let told = |(form, help): &(&str, &str)| told(&state.keymap.spell(form, &["prompt"]), help, room);
    let section = |(title, forms): &(&str, Forms)| Section {
        title: (*title).to_owned(),
        lines: forms.iter().flat_map(told).collect(),
    };
    let mut sections: Vec<Section> = SECTIONS.iter().map(section).collect();
    if let Some(table) = state.below() {
        let titles: Vec<String> = table.titles.iter().map(|(_, title)| typed(title)).collect();
        let lines = crate::model::text::wrapped(&titles.join("  "), room + KEY);
        sections.push(Section {
            title: format!("Columns of {}", table.kind.name),
            lines: lines.iter().map(|line| row(line, "")).collect(),
        });
    }
    sections
}
