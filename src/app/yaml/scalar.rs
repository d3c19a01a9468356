//! Decides what a YAML 1.1 reader takes a word for, and so how a string has to be written. The rules are those of the
//! library with which kubectl prints.

/// How a string is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Plain,
    Single,
    Double,
    Literal,
}

/// The style of a string. A `key` stays on one line.
pub fn style(text: &str, key: bool) -> Style {
    let found = Found::new(text);
    if text.contains('\n') {
        let literal = !key && !found.trailing_space && !found.space_break && !found.special;
        return if literal { Style::Literal } else { Style::Double };
    }
    if found.special || found.breaks || is_other(text) || is_sexagesimal(text) {
        return Style::Double;
    }
    match found.indicator || text.starts_with(' ') || found.trailing_space {
        true => Style::Single,
        false => Style::Plain,
    }
}

/// Whether a word without quotes would not be read as a string.
pub fn is_other(text: &str) -> bool {
    const WORDS: [&str; 39] = [
        "", "~", "null", "Null", "NULL", "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON", "n",
        "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF", ".nan", ".NaN", ".NAN", ".inf", ".Inf",
        ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF",
    ];
    if WORDS.contains(&text) {
        return true;
    }
    match text.as_bytes().first() {
        Some(b'.') => is_float(text),
        Some(b'0'..=b'9' | b'+' | b'-') => {
            let plain = text.replace('_', "");
            is_integer(&plain) || is_float(&plain) || is_time(text)
        }
        _ => false,
    }
}

fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let based = digits.get(..2).and_then(|prefix| match prefix {
        "0x" | "0X" => Some(16),
        "0o" | "0O" => Some(8),
        "0b" | "0B" => Some(2),
        _ => None,
    });
    let (digits, base) = based.map_or((digits, 10), |base| (&digits[2..], base));
    !digits.starts_with(['+', '-']) && u64::from_str_radix(digits, base).is_ok()
}

/// Digits with at most one point, and maybe an exponent.
fn is_float(text: &str) -> bool {
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = text.split_once(['e', 'E']).map_or((text, None), |(m, e)| (m, Some(e)));
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let number = all_digits(whole) && all_digits(part) && !(whole.is_empty() && part.is_empty());
    let power = |text: &str| {
        let text = text.strip_prefix(['+', '-']).unwrap_or(text);
        !text.is_empty() && all_digits(text)
    };
    number && exponent.is_none_or(power)
}

/// Whether it is a sexagesimal number of older YAML: `10:30`.
fn is_sexagesimal(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let mut parts = digits.split(':');
    let first = parts.next().unwrap_or_default();
    if !digits.contains(':') || !first.starts_with(|c: char| c.is_ascii_digit()) || !numeric(first) {
        return false;
    }
    let rest: Vec<&str> = parts.collect();
    rest.iter().enumerate().all(|(i, part)| {
        let (part, fraction) = match part.split_once('.') {
            Some((part, fraction)) if i + 1 == rest.len() => (part, fraction),
            _ => (*part, ""),
        };
        numeric(fraction) && part.len() <= 2 && part.parse::<u8>().is_ok_and(|n| n < 60) && !part.starts_with('+')
    })
}

fn numeric(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_')
}

/// Whether it is a date: `2006-1-2`, maybe followed by `T15:4:5Z` or ` 15:4:5`.
fn is_time(text: &str) -> bool {
    let (date, time) = text.split_once(['T', 't', ' ']).map_or((text, None), |(date, time)| (date, Some(time)));
    let spaced = text.as_bytes().get(date.len()) == Some(&b' ');
    is_date(date) && time.is_none_or(|time| is_clock(time, !spaced))
}

fn is_date(date: &str) -> bool {
    let mut parts = date.splitn(3, '-');
    let (year, month, day) = (parts.next(), parts.next().and_then(short), parts.next().and_then(short));
    let year = year.filter(|year| year.len() == 4 && numeric(year)).and_then(|year| year.parse::<i16>().ok());
    let (Some(year), Some(month), Some(day)) = (year, month, day) else { return false };
    jiff::civil::Date::new(year, month, day).is_ok()
}

fn is_clock(time: &str, zoned: bool) -> bool {
    let time = match (zoned, time.find(['Z', '+', '-'])) {
        (true, Some(at)) if is_zone(&time[at..]) => &time[..at],
        (false, None) => time,
        _ => return false,
    };
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let parts: Vec<Option<i8>> = time.split(':').map(short).collect();
    let [Some(hour), Some(minute), Some(second)] = parts[..] else { return false };
    let digits = !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit());
    digits && hour < 24 && minute < 60 && second < 60
}

fn is_zone(zone: &str) -> bool {
    let digits = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    zone == "Z" || zone[1..].split_once(':').is_some_and(|(hour, minute)| digits(hour) && digits(minute))
}

/// A number of one or two digits.
fn short(text: &str) -> Option<i8> {
    let fits = matches!(text.len(), 1 | 2) && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}

/// The properties of a string that decide how it is written.
#[derive(Default)]
struct Found {
    /// It has a character with a meaning in YAML.
    indicator: bool,
    /// It has a character that must be escaped.
    special: bool,
    breaks: bool,
    trailing_space: bool,
    /// It has a space before a line end.
    space_break: bool,
}

impl Found {
    fn new(text: &str) -> Self {
        let mut found = Self { trailing_space: text.ends_with(' '), ..Self::default() };
        found.indicator = text.starts_with("---") || text.starts_with("...");
        let mut before = None;
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            let ends = chars.peek().is_none_or(|next| is_blank(*next));
            found.indicator |= match before {
                None => is_first_indicator(c, ends),
                Some(before) => c == ':' && ends || c == '#' && is_blank(before),
            };
            found.special |= !is_printable(c);
            found.breaks |= is_break(c);
            found.space_break |= is_break(c) && before == Some(' ');
            before = Some(c);
        }
        found
    }
}

fn is_first_indicator(c: char, ends: bool) -> bool {
    match c {
        '?' | ':' | '-' => ends,
        c => "#,[]{}&*!|>'\"%@`".contains(c),
    }
}

fn is_blank(c: char) -> bool {
    c == ' ' || c == '\t' || is_break(c)
}

fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Whether kubectl writes the character as it is. It escapes all characters beyond the basic plane.
pub fn is_printable(c: char) -> bool {
    matches!(c, '\n' | ' '..='~' | '\u{a0}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}')
}
