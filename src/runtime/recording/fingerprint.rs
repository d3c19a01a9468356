//! A number for what a screen shows. Screens that differ have different numbers.

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Position;
use ratatui::style::Color;

use crate::model::Digest;

/// The fingerprint of a frame, with the place of its cursor.
pub fn fingerprint(buffer: &Buffer, cursor: Option<Position>) -> u64 {
    let mut digest = Digest::default();
    digest.add(u64::from(buffer.area.width));
    buffer.content.iter().for_each(|cell| add(cell, &mut digest));
    digest.add(cursor.map_or(u64::MAX, |at| u64::from(at.x) << 16 | u64::from(at.y)));
    digest.value()
}

fn add(cell: &Cell, digest: &mut Digest) {
    let symbol = cell.symbol().as_bytes();
    for part in symbol.chunks(8) {
        digest.add(part.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)));
    }
    digest.add(u64::from(number(cell.fg)) << 32 | u64::from(number(cell.bg)));
    digest.add(u64::from(cell.modifier.bits()));
}

/// A number of at most 25 bits for a colour.
fn number(color: Color) -> u32 {
    match color {
        Color::Reset => 0,
        Color::Black => 1,
        Color::Red => 2,
        Color::Green => 3,
        Color::Yellow => 4,
        Color::Blue => 5,
        Color::Magenta => 6,
        Color::Cyan => 7,
        Color::Gray => 8,
        Color::DarkGray => 9,
        Color::LightRed => 10,
        Color::LightGreen => 11,
        Color::LightYellow => 12,
        Color::LightBlue => 13,
        Color::LightMagenta => 14,
        Color::LightCyan => 15,
        Color::White => 16,
        Color::Indexed(index) => 1 << 8 | u32::from(index),
        Color::Rgb(red, green, blue) => 1 << 24 | u32::from_be_bytes([0, red, green, blue]),
    }
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;
    use ratatui::style::{Modifier, Style};

    use super::*;

    #[test]
    fn whatever_is_seen_changes_the_fingerprint() {
        let screen = |text: &str, style: Style| {
            let mut buffer = Buffer::empty(Rect::new(0, 0, 6, 2));
            buffer.set_string(0, 0, text, style);
            buffer
        };
        let plain = Style::new();
        let looks = [plain, plain.fg(Color::Red), plain.bg(Color::Red), plain.fg(Color::Rgb(0, 0, 1))];
        let mut screens: Vec<(Buffer, Option<Position>)> = looks.map(|style| (screen("ab", style), None)).into();
        screens.push((screen("ab", plain.add_modifier(Modifier::BOLD)), None));
        screens.push((screen("ab", plain.add_modifier(Modifier::DIM)), None));
        screens.extend(["ba", "abc", "日", "👨‍👩‍👧‍👦", ""].map(|text| (screen(text, plain), None)));
        screens.extend([(0, 0), (1, 0), (0, 1)].map(|at| (screen("ab", plain), Some(at.into()))));
        screens.push((Buffer::empty(Rect::new(0, 0, 12, 1)), None));
        let mut prints: Vec<u64> = screens.iter().map(|(buffer, cursor)| fingerprint(buffer, *cursor)).collect();
        assert_eq!(prints[0], fingerprint(&screen("ab", plain), None));
        prints.sort_unstable();
        prints.dedup();
        assert_eq!(prints.len(), screens.len());
    }
}
