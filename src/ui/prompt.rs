//! The line that is typed into, in the place of the title.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::{put, put_right};
use crate::app::{Input, Purpose, State};
use crate::model::text;
use crate::theme::Role;

/// Draws it and returns where the cursor stands.
pub fn draw(state: &State, input: &Input, area: Rect, buffer: &mut Buffer) -> Position {
    let theme = &state.theme;
    let sign = match input.purpose {
        Purpose::Command => ":",
        Purpose::Filter | Purpose::Search => "/",
    };
    let y = area.y;
    let x = put(buffer, area.x + 1, y, area.right(), sign, theme.style(Role::Accent));
    let before = text::width(&input.text[..input.cursor]) as u16;
    // A text longer than the line is shifted so that the cursor stays in sight.
    let room = area.width.saturating_sub(4).max(1);
    let shift = before.saturating_sub(room);
    let skipped: usize =
        input.text.char_indices().map(|(i, _)| i).find(|i| text::width(&input.text[..*i]) as u16 >= shift).unwrap_or(0);
    let known = unknown(state, input);
    let style = theme.style(if input.problem.is_some() || known { Role::Bad } else { Role::Text });
    let end = put(buffer, x, y, area.right(), &input.text[skipped..], style);
    let end = put(buffer, end, y, area.right(), input.ghost(), theme.style(Role::Faint));
    aside(state, input, Rect { x: end + 3, width: area.right().saturating_sub(end + 4), ..area }, buffer);
    Position::new((x + before - shift).min(area.right().saturating_sub(1)), y)
}

fn unknown(state: &State, input: &Input) -> bool {
    let first = input.text.split(' ').next().unwrap_or("");
    let finished = input.text.contains(' ');
    input.purpose == Purpose::Command
        && finished
        && state.find_kind(first).is_none()
        && !crate::app::commands::is_spoken(first)
}

/// What may come next, or how many rows are left, or what is wrong.
fn aside(state: &State, input: &Input, area: Rect, buffer: &mut Buffer) {
    if area.width < 8 || area.height == 0 {
        return;
    }
    let theme = &state.theme;
    let (muted, faint) = (theme.style(Role::Muted), theme.style(Role::Faint));
    if let Some(problem) = &input.problem {
        put_right(buffer, area.x, area.y, area.right(), problem, theme.style(Role::Bad));
        return;
    }
    match input.purpose {
        Purpose::Command if input.choices.len() > 1 => {
            let first = input.choices.iter().cycle().skip(input.chosen).take(input.choices.len().min(12));
            let last_word = |line: &String| line.rsplit(' ').next().unwrap_or("").to_owned();
            let names: Vec<String> = first.map(last_word).collect();
            put(buffer, area.x, area.y, area.right(), &format!("⇥ accept  ↑↓ {}", names.join(" · ")), faint);
        }
        Purpose::Command if input.choices.len() == 1 => {
            put(buffer, area.x, area.y, area.right(), "⇥ accept", faint);
        }
        Purpose::Command if input.text.is_empty() => {
            put(buffer, area.x, area.y, area.right(), "a kind, ctx, ns, a command   ↑ earlier ones   ? help", faint);
        }
        Purpose::Filter => {
            let (rows, all) = match state.log() {
                Some((log, book)) => (log.count(book), book.len()),
                None => {
                    let rows = state.table().map_or(0, |table| table.order.rows().len());
                    (rows, state.answer().map_or(0, |answer| answer.len()))
                }
            };
            let text = format!("{} of {}", super::title::thousands(rows), super::title::thousands(all));
            put_right(buffer, area.x, area.y, area.right(), &text, muted);
        }
        Purpose::Command | Purpose::Search => {}
    }
}
