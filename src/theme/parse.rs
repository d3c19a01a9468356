//! Theme files into styles.

use std::collections::BTreeMap;

use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;

use super::{Role, Theme};
use crate::model::{Error, Result};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    inherits: Option<String>,
    #[serde(default)]
    palette: BTreeMap<String, String>,
    roles: BTreeMap<String, Entry>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Entry {
    Color(String),
    Full(Full),
}

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

pub fn theme(file: &str, text: &str) -> Result<Theme> {
    let broken = |why: String| Error::Invalid(format!("theme {file}: {why}"));
    let parsed: File = toml::from_str(text).map_err(|error| broken(error.to_string().trim().replace('\n', " ")))?;
    let base = parsed.inherits.as_deref().map(Theme::named).transpose()?;
    let mut given = [false; Role::ALL.len()];
    let mut styles = base.as_ref().map_or([Style::new(); Role::ALL.len()], |base| base.styles);
    for (name, entry) in parsed.roles {
        let role = Role::ALL.iter().find(|(_, known)| *known == name).map(|(role, _)| *role);
        let role = role.ok_or_else(|| broken(format!("there is no role '{name}'")))?;
        styles[role as usize] = style(entry, &parsed.palette).map_err(|why| broken(format!("{name}: {why}")))?;
        given[role as usize] = true;
    }
    if base.is_none() {
        let missing: Vec<&str> =
            Role::ALL.iter().filter(|(role, _)| !given[*role as usize]).map(|(_, name)| *name).collect();
        if !missing.is_empty() {
            return Err(broken(format!(
                "roles are missing ({}); inherits = \"spyhop-dark\" fills them",
                missing.join(", ")
            )));
        }
    }
    Ok(Theme { name: parsed.name, styles })
}

fn style(entry: Entry, palette: &BTreeMap<String, String>) -> Result<Style, String> {
    let full = match entry {
        Entry::Color(fg) => Full { fg: Some(fg), ..Full::default() },
        Entry::Full(full) => full,
    };
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
    ("bright-red", Color::LightRed),
    ("bright-green", Color::LightGreen),
    ("bright-yellow", Color::LightYellow),
    ("bright-blue", Color::LightBlue),
    ("bright-magenta", Color::LightMagenta),
    ("bright-cyan", Color::LightCyan),
];

fn color(name: &str, palette: &BTreeMap<String, String>) -> Result<Color, String> {
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
