//! How many colours a terminal has, and the nearest ones when it has few.

use ratatui::style::{Color, Modifier, Style};
use serde::{Deserialize, Serialize};

use super::Role;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Depth {
    True,
    Palette256,
    Ansi16,
    /// NO_COLOR: attributes only.
    None,
}

impl Depth {
    /// From COLORTERM, TERM and NO_COLOR (<https://no-color.org>: set and not empty).
    pub fn detect(colorterm: &str, term: &str, no_color: &str) -> Self {
        if !no_color.is_empty() || term == "dumb" {
            return Self::None;
        }
        let direct = ["truecolor", "24bit"].contains(&colorterm) || term.ends_with("-direct");
        if direct || ["kitty", "ghostty", "alacritty", "wezterm"].iter().any(|name| term.contains(name)) {
            return Self::True;
        }
        if term.contains("256color") { Self::Palette256 } else { Self::Ansi16 }
    }
}

pub fn reduce(style: Style, role: Role, depth: Depth) -> Style {
    match depth {
        Depth::True => style,
        Depth::Palette256 => Style { fg: style.fg.map(indexed), bg: style.bg.map(indexed), ..style },
        Depth::Ansi16 => sixteen(style, role),
        Depth::None => plain(style, role),
    }
}

/// The same for colours that are no theme's: what a terminal lacks falls back to `base`.
pub fn foreign(style: Style, base: Style, depth: Depth) -> Style {
    let few = |color: Option<Color>, base| match color {
        Some(Color::Rgb(..) | Color::Indexed(16..)) => base,
        color => color,
    };
    match depth {
        Depth::True => style,
        Depth::Palette256 => Style { fg: style.fg.map(indexed), bg: style.bg.map(indexed), ..style },
        Depth::Ansi16 => Style { fg: few(style.fg, base.fg), bg: few(style.bg, base.bg), ..style },
        Depth::None => Style { fg: base.fg, bg: base.bg, ..style },
    }
}

/// The nearest of the 240 fixed colours: the cube of six levels, or the grey ramp.
fn indexed(color: Color) -> Color {
    let Color::Rgb(r, g, b) = color else { return color };
    const LEVELS: [i32; 6] = [0, 95, 135, 175, 215, 255];
    let wanted = [r, g, b].map(i32::from);
    let far = |c: [i32; 3]| c.iter().zip(wanted).map(|(a, b)| (a - b).pow(2)).sum::<i32>();
    let nearest = |c: i32| (0..6).min_by_key(|i| (LEVELS[*i] - c).abs()).unwrap_or(0);
    let cube = wanted.map(nearest);
    let grey = (wanted.iter().sum::<i32>() / 3 - 3).clamp(0, 230) / 10;
    let grey_value = 8 + 10 * grey;
    if far([grey_value; 3]) < far(cube.map(|i| LEVELS[i])) {
        return Color::Indexed(232 + grey as u8);
    }
    Color::Indexed((16 + 36 * cube[0] + 6 * cube[1] + cube[2]) as u8)
}

/// Whether a style gets along with the sixteen colours that every terminal has.
pub fn is_ansi(style: Style) -> bool {
    ![style.fg, style.bg].iter().any(|color| matches!(color, Some(Color::Rgb(..) | Color::Indexed(_))))
}

/// With sixteen colours, whose values are the user's, the roles speak rather than the nearest values: the ground
/// is left alone, states take the colours that terminals have for them, the selection is reversed. What a theme
/// chose among the sixteen stays.
fn sixteen(style: Style, role: Role) -> Style {
    if is_ansi(style) {
        return style;
    }
    let fg = match role {
        Role::Good | Role::Added => Color::Green,
        Role::Progress => Color::Blue,
        Role::Warn | Role::Changed | Role::Accent => Color::Yellow,
        Role::Bad | Role::Removed => Color::Red,
        Role::Key | Role::Info => Color::Cyan,
        Role::Muted | Role::Faint | Role::Done | Role::Border => return Style::new().add_modifier(Modifier::DIM),
        Role::Selection => return Style::new().add_modifier(Modifier::REVERSED),
        Role::SelectionText => return Style::new().add_modifier(Modifier::BOLD),
        Role::DangerBadge => return Style::new().fg(Color::White).bg(Color::Red).add_modifier(Modifier::BOLD),
        Role::Text | Role::Title | Role::Surface | Role::Raised => return Style { fg: None, bg: None, ..style },
    };
    Style { fg: Some(fg), bg: None, ..style }
}

fn plain(style: Style, role: Role) -> Style {
    let modifier = match role {
        Role::Selection | Role::DangerBadge => Modifier::REVERSED,
        Role::Bad | Role::Accent | Role::Key | Role::Removed => Modifier::BOLD,
        Role::Muted | Role::Faint | Role::Done | Role::Border => Modifier::DIM,
        _ => Modifier::empty(),
    };
    Style { fg: None, bg: None, ..style }.add_modifier(modifier)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminals_say_what_they_have() {
        assert_eq!(Depth::detect("truecolor", "xterm", ""), Depth::True);
        assert_eq!(Depth::detect("", "xterm-256color", ""), Depth::Palette256);
        assert_eq!(Depth::detect("", "linux", ""), Depth::Ansi16);
        assert_eq!(Depth::detect("truecolor", "xterm-256color", "1"), Depth::None);
    }

    #[test]
    fn colours_become_their_neighbours() {
        assert_eq!(indexed(Color::Rgb(255, 0, 0)), Color::Indexed(196));
        assert_eq!(indexed(Color::Rgb(128, 128, 128)), Color::Indexed(244));
        assert_eq!(indexed(Color::Rgb(95, 135, 175)), Color::Indexed(67));
        assert_eq!(indexed(Color::Red), Color::Red);
    }
}
