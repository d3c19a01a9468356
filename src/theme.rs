//! Themes: about twenty roles and their styles, from `themes/*.toml`. Colours appear nowhere else.

mod depth;
mod parse;

use ratatui::style::Style;

use crate::model::{Error, Health, Result};

pub use depth::Depth;

static EMBEDDED: include_dir::Dir<'_> = include_dir::include_dir!("$CARGO_MANIFEST_DIR/themes");

/// What a piece of the screen means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

#[derive(Clone, Debug, PartialEq)]
pub struct Theme {
    pub name: String,
    styles: [Style; Role::ALL.len()],
}

impl Theme {
    /// The style of a role: colours and attributes that lie over those of the surface.
    pub fn style(&self, role: Role) -> Style {
        self.styles[role as usize]
    }

    /// The embedded themes, the default one first.
    pub fn all() -> Result<Vec<Self>> {
        let mut files: Vec<_> = EMBEDDED.files().collect();
        files.sort_by_key(|file| (!file.path().ends_with("spyhop-dark.toml"), file.path().to_owned()));
        files
            .iter()
            .map(|file| Self::parse(&file.path().to_string_lossy(), file.contents_utf8().unwrap_or_default()))
            .collect()
    }

    pub fn named(name: &str) -> Result<Self> {
        let all = Self::all()?;
        let names = all.iter().map(|theme| theme.name.as_str()).collect::<Vec<_>>().join(", ");
        let found = all.iter().find(|theme| theme.name == name).cloned();
        found.ok_or_else(|| Error::Invalid(format!("no theme is called '{name}'; there are: {names}, or give a file")))
    }

    /// Reads a theme; `file` is for errors. A theme that inherits starts from an embedded one.
    pub fn parse(file: &str, text: &str) -> Result<Self> {
        parse::theme(file, text)
    }

    /// The same theme in the colours that a terminal has.
    #[must_use]
    pub fn reduced(&self, depth: Depth) -> Self {
        if depth == Depth::True {
            return self.clone();
        }
        let mut styles = self.styles;
        for ((role, _), style) in Role::ALL.into_iter().zip(&mut styles) {
            *style = depth::reduce(*style, role, depth);
        }
        Self { name: self.name.clone(), styles }
    }
}

#[cfg(test)]
mod tests {
    use ratatui::style::Color;

    use super::*;

    fn rgb(color: Option<Color>) -> [f64; 3] {
        match color {
            Some(Color::Rgb(r, g, b)) => [r, g, b].map(|c| f64::from(c) / 255.0),
            other => panic!("not a true colour: {other:?}"),
        }
    }

    fn linear(c: f64) -> f64 {
        if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    }

    /// WCAG 2 relative luminance and contrast.
    fn contrast(a: [f64; 3], b: [f64; 3]) -> f64 {
        let luminance = |c: [f64; 3]| 0.2126 * linear(c[0]) + 0.7152 * linear(c[1]) + 0.0722 * linear(c[2]);
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// Full deuteranopia after Machado, Oliveira and Fernandes (2009).
    fn deuteranopic(c: [f64; 3]) -> [f64; 3] {
        const M: [[f64; 3]; 3] = [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]];
        let c = c.map(linear);
        let encoded = |c: f64| if c <= 0.003_130_8 { 12.92 * c } else { 1.055 * c.powf(1.0 / 2.4) - 0.055 };
        M.map(|row| encoded(row.iter().zip(c).map(|(m, c)| m * c).sum::<f64>().clamp(0.0, 1.0)))
    }

    #[test]
    fn true_colour_themes_are_readable() -> Result<()> {
        for name in ["spyhop-dark", "spyhop-light"] {
            let theme = Theme::named(name)?;
            let ground = rgb(theme.style(Role::Surface).bg);
            let on = |role: Role| contrast(rgb(theme.style(role).fg), ground);
            assert!(on(Role::Text) >= 7.0, "{name} text {}", on(Role::Text));
            for role in
                [Role::Muted, Role::Good, Role::Progress, Role::Warn, Role::Bad, Role::Key, Role::Accent, Role::Info]
            {
                assert!(on(role) >= 4.5, "{name} {role:?} {}", on(role));
            }
            let selected = contrast(rgb(theme.style(Role::SelectionText).fg), rgb(theme.style(Role::Selection).bg));
            assert!(selected >= 7.0, "{name} selection {selected}");
        }
        Ok(())
    }

    #[test]
    fn states_differ_for_those_who_see_no_green() -> Result<()> {
        for name in ["spyhop-dark", "spyhop-light"] {
            let theme = Theme::named(name)?;
            let seen = |role| deuteranopic(rgb(theme.style(role).fg));
            let states = [Role::Good, Role::Progress, Role::Warn, Role::Bad];
            for (i, a) in states.iter().enumerate() {
                for b in &states[i + 1..] {
                    let far: f64 = seen(*a).iter().zip(seen(*b)).map(|(x, y)| (x - y).powi(2)).sum::<f64>().sqrt();
                    assert!(far > 0.14, "{name}: {a:?} and {b:?} are {far:.3} apart");
                }
            }
        }
        Ok(())
    }

    #[test]
    fn without_colours_the_selection_still_shows() -> Result<()> {
        for theme in Theme::all()? {
            let plain = theme.reduced(Depth::None);
            for (role, _) in Role::ALL {
                let style = plain.style(role);
                assert!(style.fg.is_none() && style.bg.is_none(), "{} {role:?}", theme.name);
            }
            assert_ne!(plain.style(Role::Selection), plain.style(Role::Text));
        }
        Ok(())
    }

    #[test]
    fn broken_themes_say_where() {
        for (text, word) in [
            ("name = \"x\"\ninherits = \"spyhop-dark\"\n[roles]\ntext = \"#12\"", "#12"),
            ("name = \"x\"\ninherits = \"spyhop-dark\"\n[roles]\nheadline = \"red\"", "headline"),
            ("name = \"x\"\n[roles]\ntext = \"red\"", "muted"),
            ("name = ", "mine.toml"),
        ] {
            let error = Theme::parse("mine.toml", text).err();
            assert!(error.as_ref().is_some_and(|error| error.text().contains(word)), "{error:?}");
        }
    }
}
