//! Compares a column with a value, by what the column holds.

use std::cmp::Ordering;
use std::fmt;
use std::ops::Range;

use regex::Regex;

use super::Titled;
use super::parse::ComparisonSpan;
use super::pattern::regex;
use super::wrong::Wrong;
use crate::app::view::Field;
use crate::model::{Cell, Time, Title, bytes, cores, natural_ignoring_case};

/// The operators. Longer ones come first.
pub const OPERATORS: [&str; 9] = ["!=", "!~", "<=", ">=", "==", "=", "<", ">", "~"];

#[derive(Clone, Debug)]
pub struct Comparison {
    /// The field of the left side.
    pub field: Field,
    title: Title,
    /// The position of the value in the line.
    place: Spot,
    test: Test,
    negative: bool,
    /// Whether a single word of the cell may match, as well as the whole text.
    by_word: bool,
    wanted: Wanted,
}

/// A part of the line. All spots are equal, so that comparisons with the same meaning are equal.
#[derive(Clone)]
struct Spot(Range<usize>);

impl fmt::Debug for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Spot")
    }
}

#[derive(Clone, Debug)]
enum Test {
    Equal,
    Like(Regex),
    Order { less: bool, equal: bool },
}

/// The right side, read in every possible way.
#[derive(Clone, Debug)]
struct Wanted {
    text: String,
    number: Option<f64>,
    bytes: Option<f64>,
    ratio: Option<(f64, f64)>,
    millis: Option<f64>,
}

/// What columns with these titles hold, for the case that no row shows it.
static USUAL: &[(&str, Cell)] = &[
    ("AGE", Cell::Span(0)),
    ("LAST SEEN", Cell::Span(0)),
    ("FIRST SEEN", Cell::Span(0)),
    ("RESTARTS", Cell::Count(0)),
    ("CPU", Cell::Cpu(0)),
    ("MEM", Cell::Bytes(0)),
];

/// Whether a typed word means a title: in any case, with `-` or `_` for spaces, and without a percent sign.
pub fn same_title(title: &str, typed: &str) -> bool {
    fn plain(text: &str) -> impl Iterator<Item = char> {
        let text = text.strip_suffix('%').unwrap_or(text);
        text.chars().map(|c| if c == '-' || c == '_' { ' ' } else { c.to_ascii_lowercase() })
    }
    plain(title).eq(plain(typed))
}

/// The column with the state of a row: a word, and sometimes a detail, as in `exited 137`.
const STATE: &str = "STATE";

impl Comparison {
    pub fn new((field, title): Titled, operator: &str, value: &str, place: &ComparisonSpan) -> Result<Self, Wrong> {
        let negative = operator.starts_with('!');
        let test = match operator {
            "~" | "!~" => Test::Like(regex(value).map_err(|wrong| wrong.from(place.value))?),
            "=" | "==" | "!=" if value.contains('*') => {
                let whole = |_| Wrong::new(place.value..place.value + value.len(), "this pattern is too long");
                Test::Like(regex(&glob(value)).map_err(whole)?)
            }
            "=" | "==" | "!=" => Test::Equal,
            _ if value.is_empty() => {
                let hint = "5, 1h, 100m, 64Mi";
                let why = format!("{title}{operator} needs a value: {hint}");
                return Err(Wrong::new(place.operator.clone(), why));
            }
            _ if value.starts_with(['<', '>', '=', '~', '!']) => {
                let why = format!("{title} cannot be compared with '{value}'; write for example {title}>3");
                return Err(Wrong::new(place.value..place.value + value.len(), why));
            }
            _ => Test::Order { less: operator.starts_with('<'), equal: operator.ends_with('=') },
        };
        let by_word = title == STATE && !value.contains(' ');
        let place = Spot(place.value..place.value + value.len());
        Ok(Self { field, title, place, test, negative, by_word, wanted: Wanted::new(value) })
    }

    /// The same comparison in a line in which it begins at `start`.
    #[must_use]
    pub fn from(self, start: usize) -> Self {
        Self { place: Spot(self.place.0.start + start..self.place.0.end + start), ..self }
    }

    /// Why no cell can fulfil it; `None` if a cell can, or if no cell shows what the column holds.
    pub fn misfit<'a>(&self, cells: impl IntoIterator<Item = &'a Cell>) -> Option<Wrong> {
        let mut wants = None;
        for cell in cells.into_iter().filter(|cell| **cell != Cell::None) {
            wants = Some(self.wants(cell)?);
        }
        // Without rows, the title says what the column holds.
        let usual = || USUAL.iter().find(|(title, _)| *title == self.title).map(|(_, cell)| self.wants(cell));
        let wants = match wants {
            Some(wants) => wants,
            None => usual()??,
        };
        let why = format!("{} needs {wants}, not '{}'", self.title, self.wanted.text);
        Some(Wrong::new(self.place.0.clone(), why))
    }

    /// What the cell has to be compared with; `None` if it can be compared with this value.
    fn wants(&self, cell: &Cell) -> Option<&'static str> {
        let Wanted { text, number, bytes, ratio, millis } = &self.wanted;
        // A text with a space is compared with the text of the cell.
        let as_text = matches!(self.test, Test::Like(_)) || text.is_empty() || text.contains(' ');
        let (fits, wants) = match cell {
            Cell::None | Cell::Text(_) | Cell::Address(_) | Cell::Flag(_) => return None,
            Cell::Count(_) | Cell::Float(_) | Cell::Tally(..) | Cell::Percent(_) | Cell::Rate(_) => {
                (number.is_some(), "numbers, such as 5")
            }
            Cell::Cpu(_) => (number.is_some(), "cores, such as 0.5 or 250m"),
            Cell::Bytes(_) | Cell::Size(..) => (bytes.is_some(), "sizes, such as 64Mi"),
            Cell::Ratio(..) => (number.is_some() || ratio.is_some(), "numbers, such as 1 or 1/2"),
            Cell::Since(_) | Cell::Aged(..) | Cell::Span(_) => (millis.is_some(), "times, such as 90s, 5m, 2h or 3d"),
        };
        (!fits && !as_text).then_some(wants)
    }

    /// Whether it may compare an age, which changes by itself.
    pub fn ages(&self) -> bool {
        self.wanted.millis.is_some() || matches!(self.test, Test::Like(_))
    }

    /// Whether a text, such as a name, fulfils it.
    pub fn admits_text(&self, text: &str) -> bool {
        let found = match &self.test {
            Test::Equal if self.by_word => text.split(' ').any(|word| self.wanted.text.eq_ignore_ascii_case(word)),
            Test::Equal => self.wanted.text.eq_ignore_ascii_case(text),
            Test::Like(pattern) => pattern.is_match(text),
            Test::Order { less, equal } => fits(self.wanted.order_text(text), *less, *equal),
        };
        found != self.negative
    }

    /// Whether a cell fulfils it. `buffer` is empty and receives the text of the cell if it is needed.
    pub fn admits(&self, cell: &Cell, now: Time, buffer: &mut String) -> bool {
        let order = match cell {
            Cell::Text(text) => return self.admits_text(text),
            Cell::None => return self.admits_nothing(),
            Cell::Address(_) => {
                cell.write_searchable(buffer);
                return self.admits_text(buffer);
            }
            cell => self.wanted.order(cell, now),
        };
        let found = match &self.test {
            Test::Order { less, equal } => fits(order, *less, *equal),
            Test::Equal if order == Some(Ordering::Equal) && !matches!(cell, Cell::Ratio(..)) => true,
            Test::Equal | Test::Like(_) => {
                match cell {
                    Cell::Since(_) | Cell::Aged(..) => cell.write(now, buffer),
                    cell => cell.write_searchable(buffer),
                }
                return self.admits_text(buffer);
            }
        };
        found != self.negative
    }

    /// An empty cell is neither more nor less than a value.
    fn admits_nothing(&self) -> bool {
        match self.test {
            Test::Order { .. } => false,
            Test::Equal | Test::Like(_) => self.admits_text(""),
        }
    }
}

fn fits(order: Option<Ordering>, less: bool, equal: bool) -> bool {
    match order {
        Some(Ordering::Less) => less,
        Some(Ordering::Greater) => !less,
        Some(Ordering::Equal) => equal,
        None => false,
    }
}

impl Wanted {
    fn new(text: &str) -> Self {
        let number = text.strip_suffix('%').unwrap_or(text);
        let ratio = text.split_once('/').and_then(|(part, whole)| Some((part.parse().ok()?, whole.parse().ok()?)));
        Self {
            number: cores(number),
            // Docker writes `1.98MB`, which is a quantity without its B.
            bytes: bytes(text.strip_suffix('B').unwrap_or(text)).map(|bytes| bytes as f64),
            millis: millis(text),
            ratio,
            text: text.to_owned(),
        }
    }

    /// The order of the cell and the value; `None` if they cannot be compared.
    fn order(&self, cell: &Cell, now: Time) -> Option<Ordering> {
        let (left, right) = match cell {
            // Addresses are compared as texts.
            Cell::None | Cell::Address(_) => return None,
            Cell::Text(text) => return self.order_text(text),
            Cell::Flag(_) => return self.order_text(&cell.to_text(now)),
            Cell::Count(n) => (*n as f64, self.number),
            Cell::Float(n) => (*n, self.number),
            Cell::Tally(n, _) => (f64::from(*n), self.number),
            Cell::Ratio(part, whole) => match self.ratio {
                Some((wanted, of)) => (f64::from(*part) * of, Some(wanted * f64::from(*whole))),
                None => (f64::from(*part), self.number),
            },
            Cell::Bytes(n) | Cell::Size(n, _) => (*n as f64, self.bytes),
            Cell::Cpu(milli) => (*milli as f64, self.number.map(|cores| cores * 1000.0)),
            Cell::Percent(p) | Cell::Rate(p) => (f64::from(*p), self.number),
            Cell::Since(_) | Cell::Aged(..) => (cell.age(now)? as f64, self.millis),
            Cell::Span(millis) => (*millis as f64, self.millis),
        };
        left.partial_cmp(&right?)
    }

    /// The order of two texts: by value if both are quantities or durations, otherwise by natural order.
    fn order_text(&self, text: &str) -> Option<Ordering> {
        if let (Some(left), Some(right)) = (cores(text), self.number) {
            return left.partial_cmp(&right);
        }
        if let (Some(left), Some(right)) = (millis(text), self.millis) {
            return left.partial_cmp(&right);
        }
        match self.number.or(self.millis) {
            Some(_) => None,
            None => Some(natural_ignoring_case(text, &self.text)),
        }
    }
}

/// A length of time in milliseconds: `90s`, `1h30m`, `5d`, `2w`, `1y`. A number without a unit is seconds.
fn millis(text: &str) -> Option<f64> {
    if let Ok(seconds) = text.parse::<u32>() {
        return Some(f64::from(seconds) * 1000.0);
    }
    let (mut sum, mut rest) = (0.0, text);
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..digits].parse().ok()?;
        let unit = rest[digits..].find(|c: char| c.is_ascii_digit()).map_or(rest.len(), |end| digits + end);
        let seconds = match &rest[digits..unit] {
            "ms" => 0.001,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            "d" => 86_400.0,
            "w" => 7.0 * 86_400.0,
            "y" => 365.0 * 86_400.0,
            _ => return None,
        };
        sum += number * seconds * 1000.0;
        rest = &rest[unit..];
    }
    (!text.is_empty()).then_some(sum)
}

fn glob(text: &str) -> String {
    let parts: Vec<String> = text.split('*').map(regex::escape).collect();
    format!("^{}$", parts.join(".*"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_meant_by_one_of_its_words() {
        let admits = |title: &'static str, operator: &str, value: &str, text: &str| {
            let place = ComparisonSpan { operator: 0..0, value: 0 };
            Comparison::new((Field::Own(0), title.into()), operator, value, &place).unwrap().admits_text(text)
        };
        for (title, operator, value, text, admitted) in [
            ("STATE", "=", "exited", "exited 137", true),
            ("STATE", "=", "Exited", "exited", true),
            ("STATE", "=", "exited 137", "exited 137", true),
            ("STATE", "=", "exited 1", "exited 137", false),
            ("STATE", "=", "unhealthy", "running unhealthy", true),
            ("STATE", "=", "exit", "exited 137", false),
            ("STATE", "!=", "exited", "exited 137", false),
            ("STATE", "!=", "running", "exited 137", true),
            ("IMAGE", "=", "a", "a b", false),
        ] {
            assert_eq!(admits(title, operator, value, text), admitted, "{title}{operator}{value} of {text}");
        }
    }

    #[test]
    fn titles_are_typed_as_is_easy() {
        for (title, typed) in [("CPU%", "cpu"), ("CPU%", "CPU%"), ("NET-IN", "net_in"), ("NODE NAME", "node-name")] {
            assert!(same_title(title, typed), "{typed}");
        }
        assert!(!same_title("CPU%", "cp") && !same_title("MEM", "mem2"));
    }

    #[test]
    fn sizes_are_compared_as_they_are_written() {
        let size = Cell::Size(1_984_512, crate::model::Units::Thousands);
        let admits = |operator: &str, value: &str| {
            let place = ComparisonSpan { operator: 0..0, value: 0 };
            let comparison = Comparison::new((Field::Own(0), "SIZE".into()), operator, value, &place).unwrap();
            comparison.admits(&size, Time::default(), &mut String::new())
        };
        for (operator, value, admitted) in [
            (">", "1MB", true),
            (">", "2MB", false),
            ("<", "1.99MB", true),
            (">", "1Mi", true),
            (">", "1MiB", true),
            ("=", "1.98MB", true),
            ("<", "1kB", false),
        ] {
            assert_eq!(admits(operator, value), admitted, "{operator}{value}");
        }
    }
}
