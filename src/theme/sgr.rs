//! Colours that a program gave its own lines: those of an allow-list become styles, all other sequences go.

use ratatui::style::{Color, Modifier, Style};

use super::depth::{self, Depth};
use crate::model::text;

/// The text in pieces, cleaned, each with its style. A text that says nothing of colours is in `base`.
pub fn pieces(line: &str, base: Style, depth: Depth) -> Vec<(String, Style)> {
    let (mut out, mut style, mut rest) = (Vec::new(), base, line);
    while let Some((before, codes, after)) = next(rest) {
        push(&mut out, before, style);
        style = apply(style, base, codes, depth);
        rest = after;
    }
    push(&mut out, rest, style);
    out
}

fn push(out: &mut Vec<(String, Style)>, piece: &str, style: Style) {
    let clean = text::clean(piece);
    if !clean.is_empty() {
        out.push((clean.into_owned(), style));
    }
}

/// What stands before the first sequence that sets colours, its codes, and the rest.
fn next(line: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    while let Some(at) = line[from..].find("\u{1b}[").map(|at| from + at) {
        let codes = &line[at + 2..];
        let end = codes.find(|c: char| !matches!(c, '0'..='9' | ';' | ':')).unwrap_or(codes.len());
        if let Some(after) = codes[end..].strip_prefix('m') {
            return Some((&line[..at], &codes[..end], after));
        }
        from = at + 2;
    }
    None
}

fn apply(mut style: Style, base: Style, codes: &str, depth: Depth) -> Style {
    let mut codes = codes.split([';', ':']).map(|code| code.parse::<u16>().unwrap_or(0));
    while let Some(code) = codes.next() {
        style = match code {
            0 => base,
            22 => style.remove_modifier(Modifier::BOLD | Modifier::DIM),
            38 => color(&mut codes).map_or(style, |color| style.fg(color)),
            48 => color(&mut codes).map_or(style, |color| style.bg(color)),
            39 => Style { fg: base.fg, ..style },
            49 => Style { bg: base.bg, ..style },
            30..=37 => style.fg(Color::Indexed(code as u8 - 30)),
            40..=47 => style.bg(Color::Indexed(code as u8 - 40)),
            90..=97 => style.fg(Color::Indexed(code as u8 - 82)),
            100..=107 => style.bg(Color::Indexed(code as u8 - 92)),
            _ => attribute(style, code),
        };
    }
    depth::foreign(style, base, depth)
}

/// Blinking and hidden text are not among them.
const ATTRIBUTES: [(u16, u16, Modifier); 6] = [
    (1, 21, Modifier::BOLD),
    (2, 22, Modifier::DIM),
    (3, 23, Modifier::ITALIC),
    (4, 24, Modifier::UNDERLINED),
    (7, 27, Modifier::REVERSED),
    (9, 29, Modifier::CROSSED_OUT),
];

fn attribute(style: Style, code: u16) -> Style {
    let found = ATTRIBUTES.iter().find(|(on, off, _)| code == *on || code == *off);
    match found {
        Some((on, _, modifier)) if code == *on => style.add_modifier(*modifier),
        Some((_, _, modifier)) => style.remove_modifier(*modifier),
        None => style,
    }
}

fn color(codes: &mut impl Iterator<Item = u16>) -> Option<Color> {
    let mut byte = || codes.next().and_then(|code| u8::try_from(code).ok());
    match byte()? {
        5 => byte().map(Color::Indexed),
        2 => Some(Color::Rgb(byte()?, byte()?, byte()?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(line: &str, depth: Depth) -> Vec<(String, Style)> {
        pieces(line, Style::new(), depth)
    }

    #[test]
    fn colours_become_styles_and_the_rest_goes() {
        let line = "a\u{1b}[1;31mb\u{1b}[0mc\u{1b}[2Jd\u{1b}]0;title\u{7}e\u{1b}[5;8mf\u{1b}[m";
        let red = Style::new().fg(Color::Indexed(1)).add_modifier(Modifier::BOLD);
        let plain = Style::new();
        let expected = [("a", plain), ("b", red), ("cde", plain), ("f", plain)];
        assert_eq!(parts(line, Depth::True), expected.map(|(text, style)| (text.to_owned(), style)));
    }

    #[test]
    fn colours_of_every_length_are_read() {
        let fg = |line: &str, depth| parts(line, depth)[0].1.fg;
        assert_eq!(fg("\u{1b}[38;5;200mx", Depth::True), Some(Color::Indexed(200)));
        assert_eq!(fg("\u{1b}[38;2;1;2;3mx", Depth::True), Some(Color::Rgb(1, 2, 3)));
        assert_eq!(fg("\u{1b}[97mx", Depth::True), Some(Color::Indexed(15)));
        assert_eq!(fg("\u{1b}[38;2;255;0;0mx", Depth::Palette256), Some(Color::Indexed(196)));
        assert_eq!(fg("\u{1b}[31mx", Depth::None), None);
        assert_eq!(fg("\u{1b}[38;2;1mx", Depth::True), None);
    }
}
