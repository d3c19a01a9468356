//! The start screen: what was looked for, what was found, and what to do.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::put;
use crate::app::State;
use crate::model::Health;
use crate::theme::{Role, glyph};

pub fn draw(state: &State, area: Rect, buffer: &mut Buffer) {
    let theme = &state.theme;
    let (text, muted, title) = (theme.style(Role::Text), theme.style(Role::Muted), theme.style(Role::Title));
    let left = area.x + 3;
    let mut y = area.y + u16::from(area.height > 12);
    let mut line = |pieces: &[(&str, ratatui::style::Style)]| {
        let mut x = left;
        if y < area.bottom() {
            for (piece, style) in pieces {
                x = put(buffer, x, y, area.right(), piece, *style);
            }
        }
        y += 1;
    };
    line(&[
        ("spyhop", title.add_modifier(Modifier::BOLD)),
        ("   looks out over clusters, containers and meshes", muted),
    ]);
    line(&[]);
    line(&[("There is nothing to connect to yet. This was looked for:", text)]);
    line(&[]);
    for looked in &state.looked {
        let health = if looked.found { Health::Good } else { Health::Unknown };
        let shape = glyph(health, state.options.unicode);
        let what = format!(" {:<34} ", looked.what);
        line(&[(shape, theme.style(Role::of(health))), (&what, text), (&looked.text, muted)]);
    }
    line(&[]);
    line(&[("What to do", title)]);
    line(&[("  --kubeconfig FILE", theme.style(Role::Key)), ("   or KUBECONFIG=FILE names a kubeconfig", muted)]);
    line(&[("  --context NAME", theme.style(Role::Key)), ("      picks one of its contexts", muted)]);
    line(&[("  spyhop info", theme.style(Role::Key)), ("         prints all of this", muted)]);
    line(&[("  :q", theme.style(Role::Key)), ("                  leaves", muted)]);
}
