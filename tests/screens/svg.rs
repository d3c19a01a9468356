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
         <style>text{{font:{SIZE:.2}px ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace}}</style>\n\
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
    let mut at = 0;
    // Not everything that draws SVG keeps blanks: words that are apart are put apart.
    for words in text.split("  ") {
        let start = at + words.len() - words.trim_start().len();
        let drawn = words.trim();
        if !drawn.is_empty() {
            place(out, (left + start as f32 * WIDTH, top + BASELINE), drawn, look);
        }
        at += words.chars().count() + 2;
    }
}

fn place(out: &mut String, (x, y): (f32, f32), drawn: &str, look: &Look) {
    let long = drawn.chars().count() as f32 * WIDTH;
    let mut attributes = String::new();
    for (on, attribute) in [
        (look.bold, " font-weight=\"bold\""),
        (look.italic, " font-style=\"italic\""),
        (look.underlined, " text-decoration=\"underline\""),
    ] {
        attributes.push_str(if on { attribute } else { "" });
    }
    let text = drawn.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let fill = &look.fg;
    let _ = writeln!(out, "<text x=\"{x}\" y=\"{y}\" textLength=\"{long}\" fill=\"{fill}\"{attributes}>{text}</text>");
}

/// What programs in a shell call by number, in colours that suit the ground.
const ANSI: [&str; 8] = ["#0a1620", "#ff7d73", "#55d3b8", "#ffd166", "#74b4ff", "#c792ea", "#8fd6ec", "#dce8ee"];

fn hex(color: Color) -> String {
    let number = match color {
        Color::Rgb(r, g, b) => return format!("#{r:02x}{g:02x}{b:02x}"),
        Color::Indexed(number) => usize::from(number),
        Color::Black => 0,
        Color::Red | Color::LightRed => 1,
        Color::Green | Color::LightGreen => 2,
        Color::Yellow | Color::LightYellow => 3,
        Color::Blue | Color::LightBlue => 4,
        Color::Magenta | Color::LightMagenta => 5,
        Color::Cyan | Color::LightCyan => 6,
        Color::White | Color::Gray | Color::DarkGray | Color::Reset => 7,
    };
    ANSI[number % 8].to_owned()
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
