//! One value of one row. A cell keeps its type until it is drawn, so it can be sorted by value, and ages count on
//! without new data.

use core::net::Ipv4Addr;
use std::cmp::Ordering;
use std::fmt::{self, Write};

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::text::{go_float, number};
use super::{Str, Time, Value, human, quantity};

/// At most 16 bytes, because a large cluster holds millions of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Cell {
    /// No value is known. The cell is drawn empty and sorts last.
    #[default]
    None,
    Text(Str),
    /// The IPv4 address of a pod. Hardly two pods have the same address, so sharing its text would not save memory.
    Address(Ipv4Addr),
    Count(i64),
    /// A number with a fraction, from a table of the server. It is written as Go writes it.
    Float(f64),
    Flag(bool),
    /// A part and its whole: `1/2`.
    Ratio(u32, u32),
    /// A count and when it last rose: `7 (2m ago)`.
    Tally(u32, Time),
    Bytes(u64),
    /// Thousandths of a core.
    Cpu(u64),
    Percent(f32),
    /// A rate per second.
    Rate(f32),
    /// A moment, drawn as how long ago it was.
    Since(Time),
    /// An age that a server gave as words: the age in seconds, and when the server said so. The age counts on, but the
    /// moment of its start is not known exactly.
    Aged(u32, Time),
    /// A length of time, in milliseconds.
    Span(i64),
    /// A number of bytes, written as docker writes it.
    Size(u64, Units),
}

/// The units in which docker writes a size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Units {
    /// Powers of 1000 and three digits, for images and traffic: `1.98MB`.
    Thousands,
    /// Powers of 1024 and four digits, for memory: `1.984MiB`.
    Binary,
}

const _: () = assert!(size_of::<Cell>() <= 16);

/// The meaning of a cell's text, as a role that a theme colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Plain,
    Faint,
    Warn,
    Bad,
}

impl Cell {
    pub fn text(text: impl Into<Str>) -> Self {
        let text = text.into();
        if text.is_empty() { Self::None } else { Self::Text(text) }
    }

    /// A cell from the text of an address. An IPv6 address stays a text.
    pub fn address(text: &str) -> Self {
        text.parse().map_or_else(|_| Self::text(text), Self::Address)
    }

    /// A cell for a moment; `Cell::None` if there is no moment.
    pub fn since(time: Option<Time>) -> Self {
        time.map_or(Self::None, Self::Since)
    }

    /// Appends the text that a person reads. `now` is needed to turn a moment into an age.
    pub fn write(&self, now: Time, out: &mut String) {
        match self {
            Self::None => {}
            Self::Text(text) => out.push_str(text),
            Self::Address(address) => write_address(*address, out),
            Self::Count(n) => {
                out.push_str(if *n < 0 { "-" } else { "" });
                number(n.unsigned_abs(), out);
            }
            Self::Float(n) => out.push_str(&go_float(*n)),
            Self::Flag(flag) => out.push_str(flag_word(*flag)),
            Self::Ratio(part, whole) => {
                number((*part).into(), out);
                out.push('/');
                number((*whole).into(), out);
            }
            Self::Tally(n, last) => {
                number((*n).into(), out);
                out.push_str(" (");
                human(now.since(*last), out);
                out.push_str(" ago)");
            }
            Self::Bytes(n) => write_bytes(*n, out),
            Self::Size(n, units) => write_size(*n, *units, out),
            Self::Cpu(milli) => {
                number(*milli, out);
                out.push('m');
            }
            Self::Percent(p) => write_figure(format_args!("{p:.0}"), out),
            Self::Rate(rate) if *rate > 0.0 && *rate < 9.95 => write_figure(format_args!("{rate:.1}"), out),
            Self::Rate(rate) => write_figure(format_args!("{rate:.0}"), out),
            Self::Since(_) | Self::Aged(..) => human(self.age(now).unwrap_or_default(), out),
            Self::Span(millis) => human(*millis, out),
        }
    }

    /// The age in milliseconds; `None` for cells that hold no age. `now` may be a little earlier than the moment at
    /// which a server told an age. The age is then the one that was told.
    pub fn age(&self, now: Time) -> Option<i64> {
        match self {
            Self::Since(time) => Some(now.since(*time)),
            Self::Aged(secs, told) => Some(i64::from(*secs) * 1000 + now.since(*told)),
            _ => None,
        }
    }

    /// The text of [`Cell::write`] as a new string.
    pub fn to_text(&self, now: Time) -> String {
        let mut out = String::new();
        self.write(now, &mut out);
        out
    }

    /// The value for programs: counts as numbers, CPU in cores, memory in bytes, moments as RFC 3339, spans in seconds.
    /// An age that a server gave as words stays those words.
    pub fn to_json(&self) -> Value {
        match self {
            Self::None => Value::Null,
            Self::Text(text) => json!(text.as_str()),
            Self::Address(address) => json!(address.to_string()),
            Self::Count(n) => json!(n),
            Self::Float(n) => json!(n),
            Self::Flag(flag) => json!(flag),
            Self::Ratio(part, whole) => json!(format!("{part}/{whole}")),
            Self::Tally(n, _) => json!(n),
            Self::Bytes(n) | Self::Size(n, _) => json!(n),
            Self::Cpu(milli) => json!(*milli as f64 / 1000.0),
            Self::Percent(p) => json!(p),
            Self::Rate(rate) => json!(rate),
            Self::Since(time) => json!(time.rfc3339()),
            Self::Aged(_, told) => json!(self.to_text(*told)),
            Self::Span(millis) => json!(millis / 1000),
        }
    }

    /// The next moment at which the text of the cell changes although the cell does not, if there is one.
    pub fn wake(&self, now: Time) -> Option<Time> {
        match self {
            Self::Since(time) | Self::Tally(_, time) => Some(time.next_change(now)),
            Self::Aged(secs, told) => Some(began(*secs, *told).next_change(now)),
            Self::None
            | Self::Text(_)
            | Self::Address(_)
            | Self::Count(_)
            | Self::Float(_)
            | Self::Flag(_)
            | Self::Ratio(..)
            | Self::Bytes(_)
            | Self::Size(..)
            | Self::Cpu(_)
            | Self::Percent(_)
            | Self::Rate(_)
            | Self::Span(_) => None,
        }
    }

    /// Appends the text that a filter searches. Ages are left out, because they change by themselves.
    pub fn write_searchable(&self, out: &mut String) {
        match self {
            Self::Since(_) | Self::Aged(..) => {}
            Self::Tally(n, _) => number((*n).into(), out),
            cell => cell.write(Time::default(), out),
        }
    }

    pub fn tone(&self) -> Tone {
        match self {
            Self::Ratio(part, whole) if part < whole => Tone::Warn,
            Self::Percent(p) if *p >= 90.0 => Tone::Bad,
            Self::Percent(p) if *p >= 70.0 => Tone::Warn,
            Self::Count(0) | Self::Cpu(0) | Self::Bytes(0) | Self::Size(0, _) => Tone::Faint,
            Self::Rate(rate) if *rate == 0.0 => Tone::Faint,
            _ => Tone::Plain,
        }
    }

    /// Whether the cell is a number, which is drawn at the right edge of its column.
    pub fn is_number(&self) -> bool {
        !matches!(self, Self::None | Self::Text(_) | Self::Address(_) | Self::Flag(_))
    }

    /// Whether the cell holds an amount. Users look for the highest amounts first, but for the lowest of the ratios.
    pub fn is_figure(&self) -> bool {
        self.is_number() && !matches!(self, Self::Ratio(..) | Self::Since(_) | Self::Aged(..) | Self::Span(_))
    }

    /// Ascending order within a column: numbers by value, ages youngest first, text by natural order
    /// (`web-2` before `web-10`), nothing last.
    pub fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Text(a), Self::Text(b)) => natural(a, b),
            (Self::Since(a), Self::Since(b)) => b.cmp(a),
            (Self::Ratio(a, x), Self::Ratio(b, y)) => {
                let (left, right) = (u64::from(*a) * u64::from(*y), u64::from(*b) * u64::from(*x));
                left.cmp(&right).then(x.cmp(y))
            }
            (Self::None, Self::None) => Ordering::Equal,
            (Self::None, _) => Ordering::Greater,
            (_, Self::None) => Ordering::Less,
            (a, b) => a.number().total_cmp(&b.number()),
        }
    }

    /// The order of [`Cell::order`] for texts that may be quantities (`10Gi` after `500Mi`): quantities by value, then
    /// all other texts.
    pub fn order_as_amount(&self, other: &Self) -> Ordering {
        let (Self::Text(a), Self::Text(b)) = (self, other) else { return self.order(other) };
        match (quantity::bytes(a), quantity::bytes(b)) {
            (Some(x), Some(y)) => x.cmp(&y).then_with(|| natural(a, b)),
            (None, None) => natural(a, b),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
        }
    }

    fn number(&self) -> f64 {
        match self {
            Self::None | Self::Text(_) => f64::INFINITY,
            Self::Address(address) => f64::from(address.to_bits()),
            Self::Count(n) => *n as f64,
            Self::Float(n) => *n,
            Self::Flag(flag) => f64::from(u8::from(*flag)),
            Self::Ratio(part, whole) => f64::from(*part) / f64::from((*whole).max(1)),
            Self::Tally(n, _) => f64::from(*n),
            Self::Bytes(n) | Self::Size(n, _) | Self::Cpu(n) => *n as f64,
            Self::Percent(p) | Self::Rate(p) => f64::from(*p),
            Self::Since(time) => -(time.0 as f64),
            Self::Aged(secs, told) => -(began(*secs, *told).0 as f64),
            Self::Span(millis) => *millis as f64,
        }
    }
}

fn began(secs: u32, told: Time) -> Time {
    told.plus_millis(-i64::from(secs) * 1000)
}

fn flag_word(flag: bool) -> &'static str {
    if flag { "true" } else { "false" }
}

fn write_address(address: Ipv4Addr, out: &mut String) {
    for (i, byte) in address.octets().into_iter().enumerate() {
        out.push_str(if i > 0 { "." } else { "" });
        number(byte.into(), out);
    }
}

fn write_bytes(n: u64, out: &mut String) {
    const MI: u64 = 1 << 20;
    let (n, unit) = match n {
        0 => (0, "Mi"),
        n if n < MI => (n.div_ceil(1024), "Ki"),
        n if n < 100_000 * MI => (n / MI, "Mi"),
        n => (n >> 30, "Gi"),
    };
    number(n, out);
    out.push_str(unit);
}

/// Writes a size as docker does (github.com/docker/go-units, `HumanSizeWithPrecision` with 3 and `BytesSize`). One case
/// differs: a value that rounds up to a whole step is `1MB`, where docker writes `1e+03kB`.
fn write_size(n: u64, units: Units, out: &mut String) {
    let (step, digits, names): (f64, usize, [&str; 7]) = match units {
        Units::Thousands => (1000.0, 3, ["B", "kB", "MB", "GB", "TB", "PB", "EB"]),
        Units::Binary => (1024.0, 4, ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]),
    };
    let (mut value, mut name) = (n as f64, 0);
    while value >= step {
        (value, name) = (value / step, name + 1);
    }
    let mut text = in_digits(value, digits);
    if text.parse::<f64>().is_ok_and(|rounded| rounded >= step) {
        (text, name) = ("1".to_owned(), name + 1);
    }
    out.push_str(&text);
    out.push_str(names.get(name).copied().unwrap_or_default());
}

/// A number with at most `digits` digits and without trailing zeros after the point.
fn in_digits(value: f64, digits: usize) -> String {
    let whole = format!("{value:.0}").len();
    let text = format!("{value:.0$}", digits.saturating_sub(whole));
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

fn write_figure(figure: fmt::Arguments<'_>, out: &mut String) {
    // Writing to a string cannot fail.
    let _ = out.write_fmt(figure);
}

/// The natural order of texts: runs of digits compare by value, all other bytes one by one.
pub fn natural(a: &str, b: &str) -> Ordering {
    natural_by(a, b, |byte| byte).then_with(|| a.cmp(b))
}

/// The natural order of texts in which upper and lower case ASCII letters are equal.
pub fn natural_ignoring_case(a: &str, b: &str) -> Ordering {
    natural_by(a, b, |byte| byte.to_ascii_lowercase())
}

fn natural_by(a: &str, b: &str, fold: impl Fn(u8) -> u8) -> Ordering {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let start = alike(a, b);
    let (mut i, mut j) = (start, start);
    while i < a.len() && j < b.len() {
        let (left, right) = (fold(a[i]), fold(b[j]));
        if left.is_ascii_digit() && right.is_ascii_digit() {
            let (x, y) = (digits(&a[i..]), digits(&b[j..]));
            let (left, right) = (significant(x), significant(y));
            let order = left.len().cmp(&right.len()).then_with(|| left.cmp(right));
            if order.is_ne() {
                return order;
            }
            (i, j) = (i + x.len(), j + y.len());
        } else if left == right {
            (i, j) = (i + 1, j + 1);
        } else {
            return left.cmp(&right);
        }
    }
    (a.len() - i).cmp(&(b.len() - j))
}

/// The length of the common start of both texts, without the digits at its end, because the number that they belong to
/// may differ further on.
fn alike(a: &[u8], b: &[u8]) -> usize {
    let same = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let number = a[..same].iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    same - number
}

fn digits(text: &[u8]) -> &[u8] {
    let end = text.iter().position(|c| !c.is_ascii_digit()).unwrap_or(text.len());
    &text[..end]
}

fn significant(digits: &[u8]) -> &[u8] {
    let start = digits.iter().position(|c| *c != b'0').unwrap_or(digits.len());
    &digits[start..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_read_as_people_write_them() {
        let now = Time::from_secs(1000);
        for (cell, text) in [
            (Cell::None, ""),
            (Cell::address("10.0.0.12"), "10.0.0.12"),
            (Cell::address("fd00::1"), "fd00::1"),
            (Cell::Count(-3), "-3"),
            (Cell::Ratio(1, 2), "1/2"),
            (Cell::Tally(7, Time::from_secs(880)), "7 (2m ago)"),
            (Cell::Bytes(64 << 20), "64Mi"),
            (Cell::Bytes(5000), "5Ki"),
            (Cell::Size(0, Units::Thousands), "0B"),
            (Cell::Size(999, Units::Thousands), "999B"),
            (Cell::Size(1_980_000, Units::Thousands), "1.98MB"),
            (Cell::Size(1_985_900, Units::Thousands), "1.99MB"),
            (Cell::Size(1_500_000, Units::Thousands), "1.5MB"),
            (Cell::Size(19_960_000, Units::Thousands), "20MB"),
            (Cell::Size(123_456_789, Units::Thousands), "123MB"),
            (Cell::Size(999_600, Units::Thousands), "1MB"),
            (Cell::Size(2_080_768, Units::Binary), "1.984MiB"),
            (Cell::Size(1 << 30, Units::Binary), "1GiB"),
            (Cell::Size(1_072_693_248, Units::Binary), "1023MiB"),
            (Cell::Size((1 << 20) - 1, Units::Binary), "1MiB"),
            (Cell::Size(u64::MAX, Units::Binary), "16EiB"),
            (Cell::Size(u64::MAX, Units::Thousands), "18.4EB"),
            (Cell::Rate(0.0), "0"),
            (Cell::Rate(0.3), "0.3"),
            (Cell::Rate(41.2), "41"),
            (Cell::Bytes(400 << 30), "400Gi"),
            (Cell::Cpu(12), "12m"),
            (Cell::Since(Time::from_secs(990)), "10s"),
            (Cell::Span(187_000), "3m7s"),
        ] {
            assert_eq!(cell.to_text(now), text);
        }
    }

    #[test]
    fn text_sorts_naturally() {
        let mut names = ["web-10", "web-9", "web-09", "api", "web-9a", "web"];
        names.sort_by(|a, b| natural(a, b));
        assert_eq!(names, ["api", "web", "web-09", "web-9", "web-9a", "web-10"]);
    }

    #[test]
    fn numbers_are_compared_whole() {
        for (a, b, order) in [
            ("web-19", "web-199", Ordering::Less),
            ("web-100", "web-99", Ordering::Greater),
            ("web-1a", "web-11", Ordering::Less),
            ("web-007", "web-07", Ordering::Less),
            ("web-007-b", "web-07-a", Ordering::Greater),
            ("web", "web", Ordering::Equal),
            ("12", "1", Ordering::Greater),
        ] {
            assert_eq!(natural(a, b), order, "{a} {b}");
            assert_eq!(natural(b, a), order.reverse(), "{b} {a}");
        }
    }

    #[test]
    fn nothing_sorts_last_and_the_youngest_first() {
        let (old, young) = (Cell::Since(Time(1)), Cell::Since(Time(2)));
        assert_eq!(young.order(&old), Ordering::Less);
        assert_eq!(Cell::None.order(&young), Ordering::Greater);
        assert_eq!(Cell::Ratio(1, 2).order(&Cell::Ratio(2, 2)), Ordering::Less);
        assert_eq!(Cell::address("10.0.0.2").order(&Cell::address("10.0.0.10")), Ordering::Less);
        assert_eq!(Cell::address("fd00::1").order(&Cell::address("10.0.0.10")), Ordering::Greater);
        assert_eq!(Cell::Count(2).order(&Cell::Tally(10, Time(0))), Ordering::Less);
    }

    #[test]
    fn amounts_sort_by_what_they_stand_for() {
        let mut texts = ["1Gi", "500Mi", "much", "2Ti", "1024Mi", "10Gi", "5", "10x"];
        texts.sort_by(|a, b| Cell::text(*a).order_as_amount(&Cell::text(*b)));
        assert_eq!(texts, ["5", "500Mi", "1Gi", "1024Mi", "10Gi", "2Ti", "10x", "much"]);
    }

    #[test]
    fn ages_told_in_words_sort_with_known_ones() {
        let now = Time::from_secs(1000);
        let told = Cell::Aged(90, now);
        assert_eq!(told.order(&Cell::Since(Time::from_secs(900))), Ordering::Less);
        assert_eq!(told.order(&Cell::Since(Time::from_secs(920))), Ordering::Greater);
        assert_eq!(told.order(&Cell::Aged(80, now)), Ordering::Greater);
        assert_eq!(told.order(&Cell::None), Ordering::Less);
    }
}
