//! A screen as SVG: text as text, in the colours of its theme.

use std::fmt::Write;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

/// Cells are so wide and high; a monospaced letter is 0.6 of its size wide.
const WIDTH: f32 = 8.0;
const HEIGHT: f32 = 18.0;
const SIZE: f32 = WIDTH / 0.6;
/// Around the screen, and how far below the top of a cell its letters stand.
const MARGIN: f32 = 10.0;
const BASELINE: f32 = 13.5;

#[derive(Clone, PartialEq)]
struct Look {
    fg: String,
    bg: String,
    bold: bool,
    italic: bool,
    underlined: bool,
    /// Letters that every font has keep apart from those that another font may lend.
    ascii: bool,
}

pub fn svg(buffer: &Buffer) -> String {
    let ground = hex(buffer[(0, 0)].bg);
    let (width, height) = (f32::from(buffer.area.width) * WIDTH, f32::from(buffer.area.height) * HEIGHT);
    let (whole, tall) = (width + 2.0 * MARGIN, height + 2.0 * MARGIN);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {whole} {tall}\" width=\"{whole}\" height=\"{tall}\">\n\
         <style>text{{font:{SIZE:.2}px ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace;white-space:pre}}</style>\n\
         <rect width=\"{whole}\" height=\"{tall}\" rx=\"8\" fill=\"{ground}\"/>\n"
    );
    for y in 0..buffer.area.height {
        for (x, text, look) in runs(buffer, y) {
            run(&mut out, (x, y), &text, &look, &ground);
        }
    }
    out.push_str("</svg>\n");
    out
}

/// Neighbours that look alike.
fn runs(buffer: &Buffer, y: u16) -> Vec<(u16, String, Look)> {
    let mut all: Vec<(u16, String, Look)> = Vec::new();
    for x in 0..buffer.area.width {
        let cell = &buffer[(x, y)];
        let look = look(cell);
        match all.last_mut() {
            Some((_, text, last)) if *last == look => text.push_str(cell.symbol()),
            _ => all.push((x, cell.symbol().to_owned(), look)),
        }
    }
    all
}

fn look(cell: &Cell) -> Look {
    let has = |modifier| cell.modifier.contains(modifier);
    let (mut fg, mut bg) = (hex(cell.fg), hex(cell.bg));
    if has(Modifier::REVERSED) {
        std::mem::swap(&mut fg, &mut bg);
    }
    Look {
        fg,
        bg,
        bold: has(Modifier::BOLD),
        italic: has(Modifier::ITALIC),
        underlined: has(Modifier::UNDERLINED),
        ascii: cell.symbol().is_ascii(),
    }
}

fn run(out: &mut String, (x, y): (u16, u16), text: &str, look: &Look, ground: &str) {
    let (left, top) = (MARGIN + f32::from(x) * WIDTH, MARGIN + f32::from(y) * HEIGHT);
    if look.bg != ground {
        let wide = text.chars().count() as f32 * WIDTH;
        let _ =
            writeln!(out, "<rect x=\"{left}\" y=\"{top}\" width=\"{wide}\" height=\"{HEIGHT}\" fill=\"{}\"/>", look.bg);
    }
    let drawn = text.trim_end();
    let start = drawn.chars().take_while(|c| *c == ' ').count();
    let drawn = drawn.trim_start();
    if drawn.is_empty() {
        return;
    }
    let (x, long) = (left + start as f32 * WIDTH, drawn.chars().count() as f32 * WIDTH);
    let mut attributes = String::new();
    for (on, attribute) in [
        (look.bold, " font-weight=\"bold\""),
        (look.italic, " font-style=\"italic\""),
        (look.underlined, " text-decoration=\"underline\""),
    ] {
        attributes.push_str(if on { attribute } else { "" });
    }
    let (y, text) = (top + BASELINE, drawn.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"));
    let _ = writeln!(
        out,
        "<text x=\"{x}\" y=\"{y}\" textLength=\"{long}\" lengthAdjust=\"spacingAndGlyphs\" fill=\"{}\"{attributes}>{text}</text>",
        look.fg
    );
}

/// The colours that a theme of the program names; others are the terminal's, which there is none.
fn hex(color: Color) -> String {
    match color {
        Color::Rgb(r, g, b) => format!("#{r:02x}{g:02x}{b:02x}"),
        Color::Green => "#55d3b8".to_owned(),
        Color::Red => "#ff7d73".to_owned(),
        Color::Blue => "#74b4ff".to_owned(),
        Color::Black => "#000000".to_owned(),
        Color::Reset => "#dce8ee".to_owned(),
        other => panic!("{other:?} has no value of its own"),
    }
}

#[test]
fn text_stays_text_and_styles_are_kept() {
    use ratatui::style::Style;
    let mut buffer = Buffer::empty(ratatui::layout::Rect::new(0, 0, 12, 1));
    buffer.set_style(buffer.area, Style::new().fg(Color::Rgb(1, 2, 3)).bg(Color::Rgb(9, 9, 9)));
    buffer.set_string(1, 0, "a < b", Style::new().add_modifier(Modifier::BOLD));
    buffer.set_string(8, 0, "●", Style::new().fg(Color::Rgb(255, 0, 0)).add_modifier(Modifier::REVERSED));
    let svg = svg(&buffer);
    assert!(svg.contains("font-weight=\"bold\">a &lt; b</text>") && svg.contains("fill=\"#010203\""), "{svg}");
    assert!(svg.contains("<rect x=\"74\" y=\"10\" width=\"8\" height=\"18\" fill=\"#ff0000\"/>"), "{svg}");
}
