use ratatui::style::{Color, Modifier, Style};
use crate::model::Health;
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role { Text, Muted, Faint, Accent, Title, Key, Surface, Raised, Selection, SelectionText, Border, Good, Progress, Warn, Bad, Done, Info, Added, Removed, Changed, DangerBadge, Number, Comment }
impl Role { pub fn of(h: Health) -> Self { match h { Health::Good => Self::Good, Health::Progress => Self::Progress, Health::Warn => Self::Warn, Health::Bad => Self::Bad, Health::Done => Self::Done, Health::Leaving => Self::Muted, Health::Unknown => Self::Muted } } }
#[derive(Clone, Debug)]
pub struct Theme { pub name: String }
impl Theme { pub fn style(&self, role: Role) -> Style { match role { Role::Text => Style::new().fg(Color::Gray), Role::Surface => Style::new().bg(Color::Black), Role::Muted => Style::new().fg(Color::DarkGray), Role::Selection => Style::new().bg(Color::DarkGray), Role::Good => Style::new().fg(Color::Green), Role::Bad => Style::new().fg(Color::Red), Role::Warn=>Style::new().fg(Color::Yellow), Role::Title => Style::new().add_modifier(Modifier::BOLD), _ => Style::new() } } }
pub fn glyph(h: Health, _unicode: bool) -> &'static str { match h { Health::Good => "●", Health::Progress => "◐", Health::Warn => "▲", Health::Bad => "✖", Health::Done => "○", Health::Leaving => "⊘", Health::Unknown => "◌" } }
