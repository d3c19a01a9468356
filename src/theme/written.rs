//! A theme in a recording: colours in the words of ratatui, attributes as their bits.

use ratatui::style::{Color, Modifier, Style};
use serde::{Deserialize, Serialize};

use super::{Depth, Theme};

#[derive(Serialize, Deserialize)]
pub struct Written {
    name: String,
    styles: Vec<Look>,
    ansi: Vec<Option<Look>>,
    depth: Depth,
}

/// The colours of the text and of the ground, and the attributes that are set and taken away.
#[derive(Default, Serialize, Deserialize)]
struct Look(Option<String>, Option<String>, u16, u16);

impl From<Theme> for Written {
    fn from(Theme { name, styles, ansi, depth }: Theme) -> Self {
        let ansi = ansi.into_iter().map(|style| style.map(Look::from)).collect();
        Self { name, styles: styles.into_iter().map(Look::from).collect(), ansi, depth }
    }
}

impl From<Written> for Theme {
    fn from(Written { name, styles, ansi, depth }: Written) -> Self {
        let (mut styles, mut ansi) = (styles.into_iter(), ansi.into_iter());
        let styles = std::array::from_fn(|_| styles.next().unwrap_or_default().into());
        let ansi = std::array::from_fn(|_| ansi.next().flatten().map(Style::from));
        Self { name, styles, ansi, depth }
    }
}

impl From<Style> for Look {
    fn from(style: Style) -> Self {
        let word = |color: Option<Color>| color.map(|color| color.to_string());
        Self(word(style.fg), word(style.bg), style.add_modifier.bits(), style.sub_modifier.bits())
    }
}

impl From<Look> for Style {
    fn from(Look(fg, bg, adds, removes): Look) -> Self {
        let color = |word: Option<String>| word.and_then(|word| word.parse().ok());
        let [add_modifier, sub_modifier] = [adds, removes].map(Modifier::from_bits_truncate);
        Self { fg: color(fg), bg: color(bg), add_modifier, sub_modifier, ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_theme_reads_the_same_again() {
        for theme in Theme::all().unwrap() {
            for depth in [Depth::True, Depth::Palette256, Depth::Ansi16, Depth::None] {
                let theme = theme.reduced(depth);
                let text = serde_json::to_string(&theme).unwrap();
                assert_eq!(serde_json::from_str::<Theme>(&text).unwrap(), theme, "{text}");
            }
        }
    }
}
