//! Makes foreign text harmless: a text that reaches the terminal moves no cursor, sets no title and changes no
//! direction of writing.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::{Error, Result};

/// The text that is drawn for a tab. The width of a real tab would depend on the position of the text.
const TAB: &str = "    ";
/// The character that is drawn for a line end within one line.
const RETURN: char = '⏎';
/// The most code points of one drawn character. Longer stacks of marks would spill over the lines above and below, and
/// no honest text has them.
const PARTS: usize = 16;

const ESCAPE: char = '\u{1b}';
const BELL: char = '\u{7}';
const JOINER: char = '\u{200d}';
const NON_JOINER: char = '\u{200c}';

/// Converts the bytes of a text file to UTF-8 without a byte order mark. PowerShell writes UTF-16 with `>`, and kubectl
/// reads such files.
pub fn utf8(bytes: Vec<u8>) -> Vec<u8> {
    let unit: fn([u8; 2]) -> u16 = match bytes.as_slice() {
        [0xff, 0xfe, ..] => u16::from_le_bytes,
        [0xfe, 0xff, ..] => u16::from_be_bytes,
        [0xef, 0xbb, 0xbf, rest @ ..] => return rest.to_vec(),
        _ => return bytes,
    };
    let units: Vec<u16> = bytes[2..].chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
    String::from_utf16_lossy(&units).into_bytes()
}

/// A word in quotes that a POSIX shell and fish understand. A word that needs no quotes is left unchanged.
pub fn quoted(word: &str) -> Cow<'_, str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@,+%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return Cow::Borrowed(word);
    }
    // No word of a command line can hold a NUL.
    shlex::try_quote(word).unwrap_or_else(|_| Cow::Owned(word.replace('\0', "")))
}

/// Joins words to one line for a shell.
pub fn line(words: &[String]) -> String {
    words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
}

/// Splits a line into words as a shell does. A quote that is not closed is an error.
pub fn words(line: &str) -> Result<Vec<String>> {
    shlex::split(line).ok_or_else(|| Error::Invalid(format!("'{line}' has a quote that is not closed")))
}

/// Appends a number. A filter over a large table writes a million numbers for each typed key, and the formatting of the
/// standard library is too slow for that.
pub fn number(n: u64, out: &mut String) {
    if n > 9 {
        number(n / 10, out);
    }
    out.push(char::from(b'0' + (n % 10) as u8));
}

/// A value for a field selector (`metadata.name=VALUE`). A backslash is put before each of the three characters that
/// have a meaning there.
pub fn field_value(value: &str) -> Cow<'_, str> {
    const SPECIAL: [char; 3] = ['\\', '=', ','];
    if !value.contains(SPECIAL) {
        return Cow::Borrowed(value);
    }
    let mut out = String::with_capacity(value.len() + 4);
    for c in value.chars() {
        out.extend(SPECIAL.contains(&c).then_some('\\'));
        out.push(c);
    }
    Cow::Owned(out)
}

/// The number of screen cells that a text takes, counted by grapheme.
pub fn width(text: &str) -> usize {
    if is_plain(text) {
        return text.len();
    }
    text.graphemes(true).map(UnicodeWidthStr::width).sum()
}

/// The text without escape sequences, control characters, and characters that change the direction of others or hide
/// them.
pub fn clean(text: &str) -> Cow<'_, str> {
    if is_plain(text) || is_clean(text) {
        return Cow::Borrowed(text);
    }
    let kept = strip(text);
    if kept.graphemes(true).all(is_drawn) {
        return Cow::Owned(kept);
    }
    let mut out = String::with_capacity(kept.len());
    for grapheme in kept.graphemes(true).filter(|grapheme| grapheme.width() > 0) {
        out.extend(grapheme.chars().take(PARTS));
    }
    Cow::Owned(out)
}

/// The text cut to at most `room` cells. The cut falls between characters, and an ellipsis marks it.
pub fn fit(text: &str, room: usize) -> Cow<'_, str> {
    if (text.len() <= room && is_plain(text)) || width(text) <= room {
        return Cow::Borrowed(text);
    }
    if room == 0 {
        return Cow::Borrowed("");
    }
    let (mut end, mut used) = (0, 0);
    for grapheme in text.graphemes(true) {
        used += grapheme.width();
        if used >= room {
            break;
        }
        end += grapheme.len();
    }
    let mut out = String::with_capacity(end + '…'.len_utf8());
    out.push_str(&text[..end]);
    out.push('…');
    Cow::Owned(out)
}

/// The text cut to at most `room` cells in its middle, because long names often differ at their ends.
pub fn fit_ends(text: &str, room: usize) -> Cow<'_, str> {
    if width(text) <= room || room < 3 {
        return fit(text, room);
    }
    let (head, tail) = ((room - 1) / 2, room / 2);
    let start = fit(text, head + 1);
    let (mut from, mut used) = (text.len(), 0);
    for grapheme in text.graphemes(true).rev() {
        used += grapheme.width();
        if used > tail {
            break;
        }
        from -= grapheme.len();
    }
    Cow::Owned(format!("{start}{}", &text[from..]))
}

/// A count with its noun: `1 failure`, `3 failures`. `one` is the singular, and an s makes the plural.
pub fn counted(n: usize, one: &str) -> String {
    format!("{n} {one}{}", if n == 1 { "" } else { "s" })
}

/// The text with its first letter in upper case.
pub fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// Turns a pasted text into one line. Line ends and tabs within the text become blanks. Line ends at its start and end,
/// and all other control characters, are removed.
pub fn one_line(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let inner = text.trim_matches(['\n', '\r']).chars();
    let blank = |c| if matches!(c, '\n' | '\r' | '\t') { ' ' } else { c };
    inner.map(blank).filter(|c| !c.is_control()).collect()
}

/// The text broken between words into lines of at most `width` cells. A word that is longer is broken itself.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for (piece, begins) in text.split_whitespace().flat_map(|word| pieces(word, width)) {
        let Some(line) = lines.last_mut() else { break };
        let blank = usize::from(begins && !line.is_empty());
        if !line.is_empty() && self::width(line) + blank + self::width(piece) > width {
            lines.push(piece.to_owned());
            continue;
        }
        line.push_str(if blank > 0 { " " } else { "" });
        line.push_str(piece);
    }
    lines
}

/// A word in pieces of at most `width` cells, each with whether it begins the word.
fn pieces(word: &str, width: usize) -> impl Iterator<Item = (&str, bool)> {
    let mut rest = word;
    std::iter::from_fn(move || {
        let begins = rest.len() == word.len();
        let mut used = 0;
        let fitting = rest.grapheme_indices(true).find(|(at, grapheme)| {
            used += grapheme.width();
            used > width && *at > 0
        });
        let (piece, left) = rest.split_at(fitting.map_or(rest.len(), |(at, _)| at));
        rest = left;
        (!piece.is_empty()).then_some((piece, begins))
    })
}

/// The line and column of a byte in a file, as editors count them: from 1, in characters.
pub fn place(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    (before.matches('\n').count() + 1, before[start..].chars().count() + 1)
}

/// Whether the text is printable ASCII, in which one byte is one cell.
pub fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

fn is_clean(text: &str) -> bool {
    let harmless = |c: char| !c.is_control() && !is_hidden(c) && c != JOINER && c != NON_JOINER;
    text.chars().all(harmless) && text.graphemes(true).all(is_drawn)
}

fn is_drawn(grapheme: &str) -> bool {
    grapheme.width() > 0 && (grapheme.len() <= PARTS || grapheme.chars().count() <= PARTS)
}

/// Whether a character has no shape and changes the direction of text, hides in names, or means a line end.
fn is_hidden(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{feff}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fff9}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
    )
}

fn strip(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '\t' => out.push_str(TAB),
            '\r' if rest.starts_with('\n') => {}
            '\n' | '\u{85}' | '\u{2028}' | '\u{2029}' => out.push(RETURN),
            JOINER | NON_JOINER if joins(&out, rest) => out.push(c),
            JOINER | NON_JOINER => {}
            ESCAPE => rest = after_escape(rest),
            c if c.is_control() => rest = after_control(c, rest),
            c if is_hidden(c) => {}
            c => out.push(c),
        }
    }
    out
}

/// Whether a joiner belongs between two characters. Emoji and some scripts need joiners; anywhere else they only hide
/// something.
fn joins(before: &str, after: &str) -> bool {
    let hides = |c: char| c == JOINER || c == NON_JOINER || is_hidden(c);
    let foreign = |c: char| !c.is_ascii() && !c.is_whitespace() && !c.is_control() && !hides(c);
    before.chars().next_back().is_some_and(foreign) && after.chars().next().is_some_and(foreign)
}

/// The text after the sequence that an escape character begins.
fn after_escape(rest: &str) -> &str {
    match rest.chars().next() {
        Some('[') => after_parameters(&rest[1..]),
        Some(']' | 'P' | 'X' | '^' | '_') => after_string(&rest[1..]),
        Some(' '..='/') => {
            let end = rest.trim_start_matches(|c| matches!(c, ' '..='/'));
            end.strip_prefix(|c| matches!(c, '0'..='~')).unwrap_or(end)
        }
        Some('0'..='~') => &rest[1..],
        _ => rest,
    }
}

/// The text after a control character. An 8-bit control character may begin a sequence without an escape character.
fn after_control(c: char, rest: &str) -> &str {
    match c {
        '\u{9b}' => after_parameters(rest),
        '\u{90}' | '\u{98}' | '\u{9d}' | '\u{9e}' | '\u{9f}' => after_string(rest),
        _ => rest,
    }
}

fn after_parameters(rest: &str) -> &str {
    let rest = rest.trim_start_matches(|c| matches!(c, '0'..='?'));
    let rest = rest.trim_start_matches(|c| matches!(c, ' '..='/'));
    rest.strip_prefix(|c| matches!(c, '@'..='~')).unwrap_or(rest)
}

/// The text after a control string. If the string has no end, only its beginning is removed, because the text that
/// follows must not be hidden.
fn after_string(rest: &str) -> &str {
    let end = rest.find([BELL, '\u{9c}', ESCAPE]);
    let Some(end) = end else { return rest };
    match rest[end..].strip_prefix("\u{1b}\\") {
        Some(after) => after,
        None if rest[end..].starts_with(ESCAPE) => &rest[end..],
        None => rest[end..].strip_prefix([BELL, '\u{9c}']).unwrap_or_default(),
    }
}

/// A number as Go writes a float64 with `%v`: with an exponent below 1e-4 and from 1e21 on, which has a sign and two
/// digits.
pub fn go_float(number: f64) -> String {
    if number == 0.0 || (1e-4..1e21).contains(&number.abs()) {
        return number.to_string();
    }
    let text = format!("{number:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, digits) = exponent.strip_prefix('-').map_or(('+', exponent), |digits| ('-', digits));
    format!("{mantissa}e{sign}{digits:0>2}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_in_a_field_selector_is_escaped() {
        for (value, escaped) in [("web-1.x", "web-1.x"), ("a=b,c", r"a\=b\,c"), (r"a\b", r"a\\b"), ("", "")] {
            assert_eq!(field_value(value), escaped);
        }
    }

    #[test]
    fn words_that_are_longer_than_a_line_are_broken() {
        for (text, width, lines) in [
            ("a bc d", 4, vec!["a bc", "d"]),
            ("a abcdefghij k", 4, vec!["a", "abcd", "efgh", "ij k"]),
            ("{\"a\":\"名前の名前\"}", 6, vec!["{\"a\":\"", "名前の", "名前\"}"]),
            ("名前", 1, vec!["名", "前"]),
            ("", 4, vec![""]),
        ] {
            assert_eq!(wrapped(text, width), lines);
        }
    }

    #[test]
    fn long_names_keep_both_ends() {
        let arn = "arn:aws:eks:eu-central-1:123456789012:cluster/prod-eu";
        for (text, room, fitted) in [
            (arn, 60, arn),
            (arn, 20, "arn:aws:e…er/prod-eu"),
            (arn, 3, "a…u"),
            (arn, 2, "a…"),
            ("名前の名前", 6, "名…前"),
            ("short", 5, "short"),
        ] {
            assert_eq!(fit_ends(text, room), fitted);
            assert!(width(&fit_ends(text, room)) <= room);
        }
    }

    #[test]
    fn plain_text_is_lent() {
        for text in ["", "web-5c9f", "größe", "名前", "👩‍👩‍👧 ok", "e\u{301}"] {
            let cleaned = clean(text);
            assert_eq!(cleaned, text);
            if !text.contains(JOINER) {
                assert!(matches!(cleaned, Cow::Borrowed(_)), "{text}");
            }
            assert!(matches!(fit(text, 40), Cow::Borrowed(_)), "{text}");
        }
    }

    #[test]
    fn what_is_not_text_is_taken_out() {
        for (dirty, expected) in [
            ("a\tb", "a    b"),
            ("a\nb\r\nc", "a⏎b⏎c"),
            ("a\rb\0c\u{7f}", "abc"),
            ("\u{1b}[31mred\u{1b}[0m", "red"),
            ("\u{1b}[?25lx\u{1b}[1;2 qy", "xy"),
            ("\u{1b}]0;title\u{7}x", "x"),
            ("\u{1b}]8;;http://a\u{1b}\\link\u{1b}]8;;\u{1b}\\", "link"),
            ("\u{9b}31mred\u{9d}0;t\u{9c}x", "redx"),
            ("\u{1b}Pq#0\u{1b}\\x\u{1b}_G\u{1b}\\y", "xy"),
            ("\u{1b}cx\u{1b}(0y\u{1b}", "xy"),
            ("\u{1b}]0;endless", "0;endless"),
            ("a\u{202e}cod\u{202c}\u{2066}x\u{2069}\u{200e}\u{200f}\u{61c}", "acodx"),
            ("ad\u{200b}min\u{feff}\u{ad}\u{2060}", "admin"),
            ("web\u{200d}-1\u{200c}", "web-1"),
            ("\u{301}x", "x"),
            ("x\u{e0041}\u{2028}y", "x⏎y"),
        ] {
            assert_eq!(clean(dirty), expected, "{dirty:?}");
        }
    }

    #[test]
    fn places_are_counted_as_editors_do() {
        for (at, expected) in [(0, (1, 1)), (2, (1, 2)), (3, (1, 3)), (4, (2, 1)), (5, (2, 2)), (99, (2, 2))] {
            assert_eq!(place("éa\nb", at), expected, "{at}");
        }
    }

    #[test]
    fn stacked_marks_are_cut() {
        let tower = format!("a{}b", "\u{301}".repeat(200));
        assert_eq!(clean(&tower).chars().count(), PARTS + 1);
        assert_eq!(width(&clean(&tower)), 2);
    }

    #[test]
    fn texts_are_cut_between_characters() {
        for (text, room, expected) in [
            ("web-5c9f", 8, "web-5c9f"),
            ("web-5c9f", 5, "web-…"),
            ("web", 1, "…"),
            ("web", 0, ""),
            ("名前空間", 5, "名前…"),
            ("名前空間", 4, "名…"),
            ("👩‍👩‍👧👩‍👩‍👧", 3, "👩‍👩‍👧…"),
            ("e\u{301}e\u{301}e\u{301}", 2, "e\u{301}…"),
        ] {
            assert_eq!(fit(text, room), expected, "{text} in {room}");
        }
    }

    /// Bytes from a linear congruential generator: the same on every run.
    fn noise(seed: &mut u64, length: usize) -> String {
        const ODD: [char; 14] = [
            ESCAPE, '[', ']', BELL, '\u{9b}', '\u{9d}', JOINER, '\u{202e}', '名', '👩', '\u{301}', '\t', '\u{fe0f}',
            '1',
        ];
        let mut next = || {
            *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (*seed >> 33) as usize
        };
        let mut draw = || match next() % 3 {
            0 => ODD[next() % ODD.len()],
            1 => char::from((next() % 256) as u8),
            _ => char::from_u32((next() % 0x11_0000) as u32).unwrap_or('?'),
        };
        (0..length).map(|_| draw()).collect()
    }

    #[test]
    fn noise_comes_out_clean_and_fits() {
        let mut seed = 7;
        for round in 0..4000 {
            let text = noise(&mut seed, round % 40);
            let cleaned = clean(&text);
            assert!(!cleaned.chars().any(|c| c.is_control() || is_hidden(c)), "{text:?} gives {cleaned:?}");
            for room in 0..12 {
                assert!(width(&fit(&text, room)) <= room, "{text:?} in {room}");
                assert!(width(&fit(&cleaned, room)) <= room, "{cleaned:?} in {room}");
            }
        }
    }
}
