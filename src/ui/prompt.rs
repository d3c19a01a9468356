//! Draws the prompt, in the place of the title.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::table::unseen;
use super::title::thousands;
use super::{put, put_right};
use crate::app::filter::complete::typed;
use crate::app::{Input, Purpose, State};
use crate::model::text;
use crate::theme::Role;

/// Draws the prompt and returns the position of the cursor.
pub fn draw(state: &State, input: &Input, area: Rect, buffer: &mut Buffer) -> Position {
    let theme = &state.theme;
    let sign = match input.purpose {
        Purpose::Command => ":",
        Purpose::Filter | Purpose::Search => "/",
    };
    let y = area.y;
    let x = put(buffer, area.x + 1, y, area.right(), sign, theme.style(Role::Accent));
    let before = text::width(&input.text[..input.cursor]) as u16;
    // A text that is longer than the line is shifted so that the cursor stays visible.
    let room = area.width.saturating_sub(4).max(1);
    let shift = before.saturating_sub(room);
    let skipped: usize =
        input.text.char_indices().map(|(i, _)| i).find(|i| text::width(&input.text[..*i]) as u16 >= shift).unwrap_or(0);
    let end = typed_text(state, input, skipped, Rect { x, width: area.right().saturating_sub(x), ..area }, buffer);
    let end = put(buffer, end, y, area.right(), input.ghost(), theme.style(Role::Faint));
    let rest = Rect { x: end + 3, width: area.right().saturating_sub(end + 4), ..area };
    aside(state, input, rest, area.width, buffer);
    Position::new((x + before - shift).min(area.right().saturating_sub(1)), y)
}

/// Draws the text with its mistake marked. Returns the column after it.
fn typed_text(state: &State, input: &Input, skipped: usize, area: Rect, buffer: &mut Buffer) -> u16 {
    let (plain, bad) = (state.theme.style(Role::Text), state.theme.style(Role::Bad));
    let all = input.text.len();
    let wrong = match &input.problem {
        Some(wrong) => wrong.range.start.min(all)..wrong.range.end.min(all),
        None if unknown(state, input) => 0..all,
        None => all..all,
    };
    let mut x = area.x;
    for (part, style) in [(0..wrong.start, plain), (wrong.clone(), bad), (wrong.end..all, plain)] {
        let shown = part.start.max(skipped)..part.end.max(skipped);
        x = put(buffer, x, area.y, area.right(), input.text.get(shown).unwrap_or_default(), style);
    }
    x
}

/// Draws the mistake and its position in the line below, if there is no room beside the text.
pub fn below(state: &State, input: &Input, area: Rect, buffer: &mut Buffer) {
    let Some(wrong) = input.problem.as_ref().filter(|_| !fits_beside(input, area.width)) else { return };
    let place = text::width(input.text.get(..wrong.range.start).unwrap_or_default()) as u16 + 2;
    let mark = if state.display.options.unicode { "╰ " } else { "^ " };
    let message = format!("{mark}{} ", wrong.text);
    let room = area.width.saturating_sub(text::width(&message) as u16 + 1);
    put(buffer, area.x + place.min(room).max(1), area.y, area.right(), &message, state.theme.style(Role::Bad));
}

fn fits_beside(input: &Input, width: u16) -> bool {
    let wrong = input.problem.as_ref().map_or(0, |wrong| text::width(&wrong.text));
    text::width(&input.text) + text::width(input.ghost()) + wrong + 8 <= usize::from(width)
}

fn unknown(state: &State, input: &Input) -> bool {
    let first = crate::app::commands::name(&input.text);
    let finished = input.text.contains(' ');
    input.purpose == Purpose::Command
        && finished
        && state.find_kind(first).is_none()
        && !crate::app::commands::is_spoken(first)
}

/// Draws the suggestions, or the number of rows that are left, or the mistake, at the end of a line that is `width` wide.
fn aside(state: &State, input: &Input, area: Rect, width: u16, buffer: &mut Buffer) {
    if area.width < 8 || area.height == 0 {
        return;
    }
    let theme = &state.theme;
    let (muted, faint) = (theme.style(Role::Muted), theme.style(Role::Faint));
    if let Some(wrong) = &input.problem {
        if fits_beside(input, width) {
            put_right(buffer, area.x, area.y, area.right(), &wrong.text, theme.style(Role::Bad));
        }
        return;
    }
    match input.purpose {
        Purpose::Command if !input.choices.is_empty() => {
            put(buffer, area.x, area.y, area.right(), &choices(input), faint);
        }
        Purpose::Command if input.text.is_empty() => {
            put(buffer, area.x, area.y, area.right(), "a kind, ctx, ns or command   ↑ history   ? help", faint);
        }
        Purpose::Filter => {
            let count = counted(state);
            put_right(buffer, area.x, area.y, area.right(), &count, muted);
            let end = area.right().saturating_sub(text::width(&count) as u16 + 2);
            if !input.choices.is_empty() {
                put(buffer, area.x, area.y, end, &choices(input), faint);
            } else if begins_a_term(input) {
                columns(state, Rect { width: end.saturating_sub(area.x), ..area }, buffer);
            }
        }
        Purpose::Command | Purpose::Search => {}
    }
}

/// Whether the next letter can begin the name of a column.
fn begins_a_term(input: &Input) -> bool {
    input.text.is_empty() || input.text.ends_with([' ', '(', '!'])
}

/// `23 of 10,007`, `by IP (no room)  23 of 10,007`
fn counted(state: &State) -> String {
    let count = |rows: usize, all: usize| format!("{} of {}", thousands(rows), thousands(all));
    if let Some((log, book)) = state.log() {
        return count(log.count(book), book.len());
    }
    let (Some(table), Some(answer)) = (state.table(), state.answer()) else { return count(0, 0) };
    let count = count(table.order.rows().len(), answer.len());
    unseen(state, table).map(|unseen| format!("{unseen}  ")).unwrap_or_default() + &count
}

/// The suggestion that Tab accepts, and the others.
fn choices(input: &Input) -> String {
    if input.choices.len() == 1 {
        return "⇥ accept".to_owned();
    }
    let first = input.choices.iter().cycle().skip(input.chosen).take(input.choices.len().min(12));
    let part = |line: &String| match input.purpose {
        Purpose::Filter => line.get(input.stem..).unwrap_or_default().trim_end().to_owned(),
        Purpose::Command | Purpose::Search => line.rsplit(' ').next().unwrap_or("").to_owned(),
    };
    format!("⇥ accept  ↑↓ {}", first.map(part).collect::<Vec<_>>().join(" · "))
}

/// Draws the columns that a filter can name, at the right end of the line, as many as fit.
fn columns(state: &State, area: Rect, buffer: &mut Buffer) {
    const NAMED: &str = "columns";
    let Some(table) = state.table() else { return };
    let mut hint = NAMED.to_owned();
    for (_, title) in &table.titles {
        let title = typed(title);
        if hint.len() + 1 + title.len() > usize::from(area.width) {
            break;
        }
        hint.push(' ');
        hint.push_str(&title);
    }
    if hint.len() > NAMED.len() {
        put_right(buffer, area.x, area.y, area.right(), &hint, state.theme.style(Role::Faint));
    }
}
