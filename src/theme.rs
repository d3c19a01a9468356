//! Themes: about twenty roles and their styles, from `themes/*.toml`. Colours appear nowhere else.

mod depth;
mod parse;
mod sgr;
mod written;

use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};

use ratatui::style::{Color, Modifier, Style};
use serde::{Deserialize, Serialize};

use crate::model::{Error, Health, Result};

pub use depth::Depth;

static EMBEDDED: include_dir::Dir<'_> = include_dir::include_dir!("$CARGO_MANIFEST_DIR/themes");

/// The embedded themes by name, each parsed when it is first asked for: the start of the program waits for it.
static PARSED: LazyLock<BTreeMap<&str, OnceLock<Result<Theme>>>> =
    LazyLock::new(|| names().map(|name| (name, OnceLock::new())).collect());

/// What a piece of the screen means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Role {
    Text,
    Muted,
    Faint,
    Accent,
    Title,
    Key,
    Surface,
    Raised,
    Selection,
    SelectionText,
    Border,
    Good,
    Progress,
    Warn,
    Bad,
    Done,
    Info,
    Added,
    Removed,
    Changed,
    DangerBadge,
}

impl Role {
    /// Each role and its name in files.
    pub const ALL: [(Self, &'static str); 21] = [
        (Self::Text, "text"),
        (Self::Muted, "muted"),
        (Self::Faint, "faint"),
        (Self::Accent, "accent"),
        (Self::Title, "title"),
        (Self::Key, "key"),
        (Self::Surface, "surface"),
        (Self::Raised, "raised"),
        (Self::Selection, "selection"),
        (Self::SelectionText, "selection_text"),
        (Self::Border, "border"),
        (Self::Good, "good"),
        (Self::Progress, "progress"),
        (Self::Warn, "warn"),
        (Self::Bad, "bad"),
        (Self::Done, "done"),
        (Self::Info, "info"),
        (Self::Added, "added"),
        (Self::Removed, "removed"),
        (Self::Changed, "changed"),
        (Self::DangerBadge, "danger_badge"),
    ];

    /// The role of a state.
    pub fn of(health: Health) -> Self {
        match health {
            Health::Good => Self::Good,
            Health::Progress => Self::Progress,
            Health::Warn => Self::Warn,
            Health::Bad => Self::Bad,
            Health::Done => Self::Done,
            Health::Leaving | Health::Unknown => Self::Muted,
        }
    }
}

/// The shape of a state, so that it reads without colour.
pub fn glyph(health: Health, unicode: bool) -> &'static str {
    let (shape, plain) = match health {
        Health::Good => ("●", "o"),
        Health::Progress => ("◐", "~"),
        Health::Warn => ("▲", "!"),
        Health::Bad => ("✖", "x"),
        Health::Done => ("○", "-"),
        Health::Leaving => ("⊘", "%"),
        Health::Unknown => ("◌", "?"),
    };
    if unicode { shape } else { plain }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "written::Written", into = "written::Written")]
pub struct Theme {
    pub name: String,
    styles: [Style; Role::ALL.len()],
    /// What a theme wants instead where there are sixteen colours.
    ansi: [Option<Style>; Role::ALL.len()],
    /// The colours that the terminal has.
    depth: Depth,
}

impl Theme {
    /// The style of a role: colours and attributes that lie over those of the surface.
    pub fn style(&self, role: Role) -> Style {
        self.styles[role as usize]
    }

    /// A line of a program that colours its output, in pieces.
    pub fn colored(&self, line: &str, base: Style) -> Vec<(String, Style)> {
        let mut pieces = sgr::pieces(line, base, self.depth);
        if !matches!(self.style(Role::Surface).bg, None | Some(Color::Reset)) {
            pieces.iter_mut().for_each(|(_, style)| *style = self.adopted(*style, base));
        }
        pieces
    }

    /// The six plain colours are made for the terminal's own ground; on a ground of ours those of the theme stand in.
    fn adopted(&self, style: Style, base: Style) -> Style {
        let role = match style.fg {
            Some(Color::Indexed(1 | 9)) => Role::Bad,
            Some(Color::Indexed(2 | 10)) => Role::Good,
            Some(Color::Indexed(3 | 11)) => Role::Warn,
            Some(Color::Indexed(4 | 12)) => Role::Progress,
            Some(Color::Indexed(5 | 13)) => Role::Accent,
            Some(Color::Indexed(6 | 14)) => Role::Info,
            _ => return style,
        };
        let own_ground = style.bg != base.bg || style.add_modifier.contains(Modifier::REVERSED);
        if own_ground { style } else { Style { fg: self.style(role).fg, ..style } }
    }

    /// A colour that a program chose for itself, as the terminal can show it.
    pub fn foreign(&self, style: Style) -> Style {
        depth::foreign(style, self.style(Role::Text), self.depth)
    }

    /// The embedded themes, the default one first.
    pub fn all() -> Result<Vec<Self>> {
        let mut names: Vec<&str> = names().collect();
        names.sort_by_key(|name| (*name != DEFAULT, *name));
        names.into_iter().map(Self::named).collect()
    }

    /// An embedded theme.
    pub fn named(name: &str) -> Result<Self> {
        let parse = || embedded(name, &|base| embedded(base, &|_| Err(too_deep())));
        PARSED.get(name).map_or_else(parse, |parsed| parsed.get_or_init(parse).clone())
    }

    /// Reads a theme; `file` is for errors. A theme that inherits starts from an embedded one.
    pub fn parse(file: &str, text: &str) -> Result<Self> {
        Self::parse_over(file, text, &Self::named)
    }

    /// The same, and what it inherits from is found by `base`.
    pub fn parse_over(file: &str, text: &str, base: &dyn Fn(&str) -> Result<Self>) -> Result<Self> {
        parse::theme(file, text, base)
    }

    /// The same theme in the colours that a terminal has.
    #[must_use]
    pub fn reduced(&self, depth: Depth) -> Self {
        if depth == Depth::True {
            return self.clone();
        }
        let mut styles = self.styles;
        for ((role, _), style) in Role::ALL.into_iter().zip(&mut styles) {
            let own = self.ansi[role as usize].filter(|_| depth == Depth::Ansi16);
            *style = own.unwrap_or_else(|| depth::reduce(*style, role, depth));
        }
        Self { name: self.name.clone(), styles, ansi: self.ansi, depth }
    }
}

/// The theme that is used unless another is chosen.
pub const DEFAULT: &str = "spyhop-dark";

/// Names of the embedded themes.
pub fn names() -> impl Iterator<Item = &'static str> {
    EMBEDDED.files().filter_map(|file| file.path().file_stem()?.to_str())
}

/// Bases are found by `base`, so that no two files can inherit from each other.
fn embedded(name: &str, base: &dyn Fn(&str) -> Result<Theme>) -> Result<Theme> {
    let file = format!("{name}.toml");
    let Some(text) = EMBEDDED.get_file(&file).and_then(include_dir::File::contents_utf8) else {
        let mut names: Vec<&str> = names().collect();
        names.sort_unstable();
        let names = names.join(", ");
        return Err(Error::Gone(format!("no theme is called '{name}'; there are: {names}, or give a file")));
    };
    parse::theme(&file, text, base)
}

fn too_deep() -> Error {
    Error::Invalid("a theme can inherit only from a theme that inherits from none".to_owned())
}

#[cfg(test)]
mod tests;
