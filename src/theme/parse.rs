//! Theme files into styles. Read key by key instead of by serde, which stops at the first problem.

use std::borrow::Cow;
use std::collections::BTreeMap;

use ratatui::style::{Color, Modifier, Style};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::depth::is_ansi;
use super::{Depth, Role, Theme};
use crate::config::problems::{self, Problems, Value, flag, text};
use crate::model::{Error, Result};

type Palette<'a> = BTreeMap<&'a str, &'a str>;

/// Where a theme that others inherit from is found.
type Find<'a> = &'a dyn Fn(&str) -> Result<Theme>;

const SECTIONS: &str = "name, inherits, [palette], [roles], [ansi]";
const MODIFIERS: &[(&str, Modifier)] = &[
    ("bold", Modifier::BOLD),
    ("dim", Modifier::DIM),
    ("italic", Modifier::ITALIC),
    ("underline", Modifier::UNDERLINED),
    ("reversed", Modifier::REVERSED),
];

pub fn theme(file: &str, source: &str, base: Find<'_>) -> Result<Theme> {
    problems::read(source, |table, problems| read(table, base, problems))
        .map_err(|problems| Error::Invalid(format!("theme {file}, {problems}")))
}

fn read(table: &DeTable<'_>, base: Find<'_>, problems: &mut Problems) -> Theme {
    for key in table.keys() {
        if !["name", "inherits", "palette", "roles", "ansi"].contains(&key.get_ref().as_ref()) {
            problems.add(key.span().start, format!("there is no '{}'; there are: {SECTIONS}", key.get_ref()));
        }
    }
    let palette = palette(table, problems);
    let mut theme = ground(table, base, problems);
    theme.name = match table.get("name") {
        Some(name) => string(name, "name", problems).unwrap_or_default().to_owned(),
        None => {
            problems.add(0, "name = \"NAME\" is missing");
            String::new()
        }
    };
    for (role, style, _) in styles(table, "roles", &palette, problems) {
        theme.styles[role as usize] = style;
    }
    for (role, style, at) in styles(table, "ansi", &palette, problems) {
        if !is_ansi(style) {
            problems.add(at, "[ansi] takes names of the 16 colours only");
        }
        theme.ansi[role as usize] = Some(style);
    }
    theme
}

fn string<'a>(value: &'a Value<'_>, name: &str, problems: &mut Problems) -> Option<&'a str> {
    problems.sort_out(value.span().start, text(value.get_ref()).map_err(|why| format!("{name} {why}")))
}

/// What the roles are laid over: the theme that this one inherits from, or nothing if they are all there.
fn ground(table: &DeTable<'_>, base: Find<'_>, problems: &mut Problems) -> Theme {
    if let Some(from) = table.get("inherits") {
        let name = string(from, "inherits", problems);
        let found = name.map(|name| base(name).map_err(|error| error.text().to_owned()));
        return found.and_then(|found| problems.sort_out(from.span().start, found)).unwrap_or_else(empty);
    }
    let given = section(table, "roles", &mut Problems::default());
    let given = |name: &&str| !given.is_some_and(|roles| roles.contains_key(*name));
    let missing: Vec<&str> = Role::ALL.iter().map(|(_, name)| *name).filter(given).collect();
    if !missing.is_empty() {
        let missing = missing.join(", ");
        problems.add(0, format!("roles are missing ({missing}); inherits = \"spyhop-dark\" fills them"));
    }
    empty()
}

fn empty() -> Theme {
    Theme { name: String::new(), styles: Default::default(), ansi: Default::default(), depth: Depth::True }
}

fn section<'a, 'b>(table: &'a DeTable<'b>, name: &str, problems: &mut Problems) -> Option<&'a DeTable<'b>> {
    let value = table.get(name)?;
    if let DeValue::Table(section) = value.get_ref() {
        return Some(section);
    }
    problems.add(value.span().start, format!("{name} must be a section, [{name}]"));
    None
}

fn palette<'a>(table: &'a DeTable<'_>, problems: &mut Problems) -> Palette<'a> {
    let entries = section(table, "palette", problems).into_iter().flatten();
    let read = |(name, value): (&'a Spanned<Cow<'_, str>>, &'a Value<'_>)| {
        Some((name.get_ref().as_ref(), string(value, name.get_ref(), problems)?))
    };
    entries.filter_map(read).collect()
}

/// The styles of a section, and where each stands.
fn styles(
    table: &DeTable<'_>,
    name: &str,
    palette: &Palette<'_>,
    problems: &mut Problems,
) -> Vec<(Role, Style, usize)> {
    let mut out = Vec::new();
    for (key, value) in section(table, name, problems).into_iter().flatten() {
        let word = key.get_ref().as_ref();
        match Role::ALL.iter().find(|(_, known)| *known == word) {
            Some((role, _)) => out.push((*role, style(value, palette, problems), value.span().start)),
            None => {
                let known = Role::ALL.map(|(_, name)| name).join(", ");
                problems.add(key.span().start, format!("there is no role '{word}'; there are: {known}"));
            }
        }
    }
    out
}

/// A colour, or a table of what is wanted.
fn style(value: &Value<'_>, palette: &Palette<'_>, problems: &mut Problems) -> Style {
    let at = value.span().start;
    match value.get_ref() {
        DeValue::String(name) => Style { fg: problems.sort_out(at, color(name, palette)), ..Style::new() },
        DeValue::Table(wanted) => {
            let mut style = Style::new();
            for (key, value) in wanted {
                attribute(&mut style, key, value, palette, problems);
            }
            style
        }
        _ => {
            problems.add(at, "must be a colour, or a table with fg, bg, bold, dim, italic, underline, reversed");
            Style::new()
        }
    }
}

fn attribute(
    style: &mut Style,
    key: &Spanned<Cow<'_, str>>,
    value: &Value<'_>,
    palette: &Palette<'_>,
    problems: &mut Problems,
) {
    let (name, at) = (key.get_ref().as_ref(), value.span().start);
    if let Some((_, modifier)) = MODIFIERS.iter().find(|(known, _)| *known == name) {
        let on = problems.sort_out(at, flag(value.get_ref()).map_err(|why| format!("{name} {why}")));
        *style = if on == Some(true) { style.add_modifier(*modifier) } else { *style };
        return;
    }
    if !["fg", "bg"].contains(&name) {
        let known = "fg, bg, bold, dim, italic, underline, reversed";
        return problems.add(key.span().start, format!("there is no '{name}'; there are: {known}"));
    }
    let color = string(value, name, problems).and_then(|word| problems.sort_out(at, color(word, palette)));
    match name {
        "fg" => style.fg = color,
        _ => style.bg = color,
    }
}

static ANSI: &[(&str, Color)] = &[
    ("default", Color::Reset),
    ("black", Color::Black),
    ("red", Color::Red),
    ("green", Color::Green),
    ("yellow", Color::Yellow),
    ("blue", Color::Blue),
    ("magenta", Color::Magenta),
    ("cyan", Color::Cyan),
    ("white", Color::White),
    ("grey", Color::DarkGray),
    ("bright-black", Color::DarkGray),
    ("bright-white", Color::White),
    ("bright-red", Color::LightRed),
    ("bright-green", Color::LightGreen),
    ("bright-yellow", Color::LightYellow),
    ("bright-blue", Color::LightBlue),
    ("bright-magenta", Color::LightMagenta),
    ("bright-cyan", Color::LightCyan),
];

fn color(name: &str, palette: &Palette<'_>) -> Result<Color, String> {
    let text = palette.get(name).copied().unwrap_or(name);
    if let Some((_, color)) = ANSI.iter().find(|(known, _)| *known == text) {
        return Ok(*color);
    }
    let unknown = || format!("'{text}' is not a colour; write #rrggbb, a name of the palette, or an ANSI name");
    let hex = text.strip_prefix('#').filter(|hex| hex.len() == 6).ok_or_else(unknown)?;
    let number = u32::from_str_radix(hex, 16).map_err(|_| unknown())?;
    let [_, r, g, b] = number.to_be_bytes();
    Ok(Color::Rgb(r, g, b))
}
