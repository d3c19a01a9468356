//! Puts sections beside each other if there is room for two.

use super::{KEY, Section};
use crate::app::view::Line;
use crate::model::text;
use crate::theme::Role;

/// The least width of a column, in cells. A narrower one would cut most lines.
const NARROW: usize = 60;

/// A part of the page: a heading that keys can go to, and its sections.
pub fn part(lines: &mut Vec<Line>, title: &str, sections: Vec<Section>, width: usize, beside: bool) {
    if !lines.is_empty() {
        lines.push(Line::new());
    }
    let rule = "─".repeat(width.saturating_sub(text::width(title) + 6));
    lines.push(vec![
        ("── ".into(), Role::Border),
        (title.into(), Role::Accent),
        (arcstr::format!(" {rule}"), Role::Border),
    ]);
    let room = width.saturating_sub(2) / 2;
    if !beside || room < NARROW || sections.len() < 2 {
        return lines.extend(stacked(sections));
    }
    let (left, right) = halves(sections);
    let (left, right) = (stacked(left), stacked(right));
    for at in 0..left.len().max(right.len()) {
        let mut line = left.get(at).cloned().unwrap_or_default();
        if let Some(beside) = right.get(at).filter(|beside| !beside.is_empty()) {
            line = fitted(line, room - 2);
            line.extend(beside.iter().cloned());
        }
        lines.push(line);
    }
}

fn stacked(sections: Vec<Section>) -> Vec<Line> {
    let mut lines = Vec::new();
    for Section { title, lines: own } in sections {
        if !lines.is_empty() {
            lines.push(Line::new());
        }
        lines.push(vec![(title.into(), Role::Title)]);
        lines.extend(own);
    }
    lines
}

/// Divides the sections, in their order, so that the longer column is as short as possible.
fn halves(mut sections: Vec<Section>) -> (Vec<Section>, Vec<Section>) {
    let tall = |sections: &[Section]| sections.iter().map(|section| section.lines.len() + 2).sum::<usize>();
    let longer = |at: &usize| tall(&sections[..*at]).max(tall(&sections[*at..]));
    let at = (1..sections.len()).min_by_key(longer).unwrap_or(0);
    let right = sections.split_off(at);
    (sections, right)
}

/// A line that is cut or padded to `room` cells, with a gap of two.
fn fitted(line: Line, room: usize) -> Line {
    let mut left = room;
    let mut out = Line::new();
    for (piece, role) in line {
        let piece = text::fit(&piece, left);
        left -= text::width(&piece).min(left);
        out.push((piece.as_ref().into(), role));
    }
    out.push((" ".repeat(left + 2).into(), Role::Text));
    out
}

const _: () = assert!(KEY < NARROW);
