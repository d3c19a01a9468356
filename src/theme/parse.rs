//! Theme files into styles.

use std::collections::BTreeMap;
use std::fmt;

use ratatui::style::{Color, Modifier, Style};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde::{Deserialize, de};
use toml::Spanned;

use super::depth::is_ansi;
use super::{Role, Theme};
use crate::model::{Error, Result, text};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    inherits: Option<Spanned<String>>,
    #[serde(default)]
    palette: Palette,
    #[serde(default)]
    roles: Roles,
    #[serde(default)]
    ansi: Roles,
}

type Palette = BTreeMap<String, String>;
type Roles = BTreeMap<Spanned<String>, Spanned<Entry>>;

/// A colour, or a table of what is wanted. Read by hand, because an untagged enum forgets where an error is.
struct Entry(Full);

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Full {
    fg: Option<String>,
    bg: Option<String>,
    bold: bool,
    dim: bool,
    italic: bool,
    underline: bool,
    reversed: bool,
}

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Entry;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a colour or a table with fg, bg, bold, dim, italic, underline, reversed")
            }

            fn visit_str<E: de::Error>(self, fg: &str) -> Result<Entry, E> {
                Ok(Entry(Full { fg: Some(fg.to_owned()), ..Full::default() }))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Entry, A::Error> {
                Full::deserialize(MapAccessDeserializer::new(map)).map(Entry)
            }
        }
        from.deserialize_any(Either)
    }
}

/// What is wrong, and at which byte of the file.
type Wrong = (usize, String);

/// Where a theme that others inherit from is found.
type Find = fn(&str) -> Result<Theme>;

pub fn theme(file: &str, text: &str, base: Find) -> Result<Theme> {
    read(text, base).map_err(|(at, why)| {
        let (line, column) = text::place(text, at);
        Error::Invalid(format!("theme {file}, line {line}, column {column}: {why}"))
    })
}

fn read(text: &str, base: Find) -> Result<Theme, Wrong> {
    let File { name, inherits, palette, roles, ansi } = toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        (at, error.message().replace('\n', " "))
    })?;
    let mut theme = match &inherits {
        Some(from) => base(from.as_ref()).map_err(|error| (from.span().start, error.text().to_owned()))?,
        None => complete(&roles)?,
    };
    theme.name = name;
    for (role, style, _) in styles(roles, &palette)? {
        theme.styles[role as usize] = style;
    }
    for (role, style, at) in styles(ansi, &palette)? {
        if !is_ansi(style) {
            return Err((at, "[ansi] takes names of the 16 colours only".to_owned()));
        }
        theme.ansi[role as usize] = Some(style);
    }
    Ok(theme)
}

/// A theme to fill, if `roles` are all that there are.
fn complete(roles: &Roles) -> Result<Theme, Wrong> {
    let given = |name: &str| roles.keys().any(|key| key.as_ref() == name);
    let missing: Vec<&str> = Role::ALL.iter().map(|(_, name)| *name).filter(|name| !given(name)).collect();
    if missing.is_empty() {
        return Ok(Theme {
            name: String::new(),
            styles: Default::default(),
            ansi: Default::default(),
            depth: super::Depth::True,
        });
    }
    let missing = missing.join(", ");
    Err((0, format!("roles are missing ({missing}); inherits = \"spyhop-dark\" fills them")))
}

/// In the order of the file, so that the first mistake is told first.
fn styles(roles: Roles, palette: &Palette) -> Result<Vec<(Role, Style, usize)>, Wrong> {
    let mut roles: Vec<_> = roles.into_iter().collect();
    roles.sort_by_key(|(name, _)| name.span().start);
    let read = |(name, entry): (Spanned<String>, Spanned<Entry>)| {
        let role = Role::ALL.iter().find(|(_, known)| known == name.as_ref()).map(|(role, _)| *role);
        let role = role.ok_or_else(|| (name.span().start, format!("there is no role '{}'", name.as_ref())))?;
        let at = entry.span().start;
        let style = style(entry.into_inner().0, palette).map_err(|why| (at, why))?;
        Ok((role, style, at))
    };
    roles.into_iter().map(read).collect()
}

fn style(full: Full, palette: &Palette) -> Result<Style, String> {
    let mut style = Style::new();
    style.fg = full.fg.map(|name| color(&name, palette)).transpose()?;
    style.bg = full.bg.map(|name| color(&name, palette)).transpose()?;
    for (on, modifier) in [
        (full.bold, Modifier::BOLD),
        (full.dim, Modifier::DIM),
        (full.italic, Modifier::ITALIC),
        (full.underline, Modifier::UNDERLINED),
        (full.reversed, Modifier::REVERSED),
    ] {
        if on {
            style = style.add_modifier(modifier);
        }
    }
    Ok(style)
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

fn color(name: &str, palette: &Palette) -> Result<Color, String> {
    let text = palette.get(name).map_or(name, String::as_str);
    if let Some((_, color)) = ANSI.iter().find(|(known, _)| *known == text) {
        return Ok(*color);
    }
    let unknown = || format!("'{text}' is no colour; write #rrggbb, a name of the palette, or an ANSI name");
    let hex = text.strip_prefix('#').filter(|hex| hex.len() == 6).ok_or_else(unknown)?;
    let number = u32::from_str_radix(hex, 16).map_err(|_| unknown())?;
    let [_, r, g, b] = number.to_be_bytes();
    Ok(Color::Rgb(r, g, b))
}
