//! Draws a table: the header, the rows, and the reason if there are none.

mod facts;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};

use super::{Hint, Panel, Pieces, Site, centred, fill, put, put_right};
use crate::app::filter::complete::typed;
use crate::app::layout::Layout;
use crate::app::view::{Field, Loans, Shown, SortBy, Table, write_field, write_searched};
use crate::app::{Answer, Phase, State};
use crate::model::text::{self, wrapped};
use crate::model::{Error, Object, Tone};
use crate::theme::{Role, glyph};

pub use facts::unseen;

impl Panel for Table {
    fn draw(&self, state: &Site<'_>, layout: Layout, buffer: &mut Buffer) -> Option<Position> {
        draw(state, self, layout, buffer);
        None
    }

    fn facts(&self, state: &Site<'_>, width: u16) -> Pieces {
        facts::counts(state, self, width)
    }

    fn narrowed(&self, state: &Site<'_>) -> Pieces {
        facts::narrowed(state, self)
    }

    fn hints(&self) -> Vec<Hint> {
        let narrow = !self.choice.wide && !self.has_more();
        HINTS.iter().filter(|(command, _)| !(narrow && *command == "wide")).copied().collect()
    }
}

const HINTS: &[Hint] = &[
    ("describe", "describe"),
    ("yaml", "yaml"),
    ("values", "values"),
    ("manifest", "manifest"),
    ("notes", "notes"),
    ("hooks", "hooks"),
    ("logs", "logs"),
    ("shell", "shell"),
    ("edit", "edit"),
    ("session-end", "end"),
    ("filter", "filter"),
    ("prompt", "kinds"),
    ("diff", "diff"),
    ("drift", "drift"),
    ("sort-here", "sort"),
    ("wide", "wide"),
    ("faults", "faults"),
    ("mark", "mark"),
    ("copy", "copy"),
];

fn draw(state: &Site<'_>, table: &Table, layout: Layout, buffer: &mut Buffer) {
    header(state, table, layout.header, buffer);
    let Some(answer) = state.store.answer(&table.query()) else { return };
    if table.order.rows().is_empty() && table.window.settled {
        empty(state, table, answer, layout.body, buffer);
        return;
    }
    rows(state, table, layout.body, |_| true, buffer);
}

/// Draws the rows whose lines are wanted.
pub fn rows(state: &Site<'_>, table: &Table, area: Rect, wanted: impl Fn(u16) -> bool, buffer: &mut Buffer) {
    let Some(answer) = state.store.answer(&table.query()) else { return };
    // Usage values are of the present, so remembered rows get none.
    let (loans, none) = (table.loans(&state.store), Loans::default());
    let rows = (table.window.top..).zip(table.visible(answer));
    for (y, (row, object)) in (area.y..area.bottom()).zip(rows).filter(|(y, _)| wanted(*y)) {
        let is_remembered = answer.is_remembered(&object.id);
        let loans = if is_remembered { &none } else { &loans };
        let selected = row == table.window.row;
        let is_lost = answer.members().is_lost(object.id.at);
        RowPainter { state, table, object, loans, selected, is_lost, is_remembered }
            .draw(Rect { y, height: 1, ..area }, buffer);
    }
}

fn header(state: &Site<'_>, table: &Table, area: Rect, buffer: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let style = state.theme.style(Role::Muted).add_modifier(Modifier::BOLD);
    let here = state.theme.style(Role::Accent).add_modifier(Modifier::BOLD);
    for (i, shown) in table.columns.iter().enumerate() {
        let Some((left, width)) = shown.place else { continue };
        let x = area.x + left;
        let arrow = arrow(state, table, i);
        let title = format!("{}{arrow}", text::fit(&shown.column.title, width.into()));
        let style = if arrow.is_empty() && i != table.window.column { style } else { here };
        let style = if i == table.window.column { style.add_modifier(Modifier::UNDERLINED) } else { style };
        // The arrow may be drawn in the gap between columns, so that it cuts no title.
        if shown.right {
            put_right(buffer, x.saturating_sub(1), area.y, x + width, &title, style);
        } else {
            put(buffer, x, area.y, x + width + 1, &title, style);
        }
        if let Some(left) = shown.trend {
            put(buffer, area.x + left, area.y, area.right(), "15 min", state.theme.style(Role::Faint));
        }
    }
}

fn arrow(state: &Site<'_>, table: &Table, column: usize) -> &'static str {
    let by = match table.sort.by {
        SortBy::Field(field) => table.columns.iter().position(|shown| shown.field == field),
        SortBy::Path => Some(0).filter(|_| {
            table.kind.part_order().is_none() || table.columns.first().is_some_and(|first| first.field != Field::Name)
        }),
    };
    match (by == Some(column), table.sort.descending, state.display.options.unicode) {
        (false, _, _) => "",
        (true, false, true) => "↑",
        (true, true, true) => "↓",
        (true, false, false) => "^",
        (true, true, false) => "v",
    }
}

struct RowPainter<'a> {
    state: &'a Site<'a>,
    table: &'a Table,
    object: &'a Object,
    loans: &'a Loans<'a>,
    selected: bool,
    /// Whether the source of the row does not answer. The row is as it was in its last answer.
    is_lost: bool,
    /// Whether the row comes from a previous run.
    is_remembered: bool,
}

impl RowPainter<'_> {
    fn draw(&self, area: Rect, buffer: &mut Buffer) {
        let theme = &self.state.theme;
        if self.selected {
            let bar = if self.state.display.options.unicode { "▌" } else { ">" };
            let style = match self.state.is_dim {
                true => theme.style(Role::Muted),
                false => theme.style(Role::Accent).patch(theme.style(Role::Selection)),
            };
            if !self.state.is_dim {
                buffer.set_style(area, theme.style(Role::Selection));
            }
            put(buffer, area.x, area.y, area.right(), bar, style);
        }
        if self.table.marks.contains(&self.object.id) {
            let mark = if self.state.display.options.unicode { "✓" } else { "*" };
            put(buffer, area.x + 1, area.y, area.right(), mark, self.over(theme.style(Role::Accent)));
        }
        let mut text = String::new();
        for shown in &self.table.columns {
            if let Some((left, width)) = shown.place {
                text.clear();
                write_field(shown, self.object, self.loans, self.state.now, &mut text);
                self.cell(shown, &text, Rect::new(area.x + left, area.y, width, 1), buffer);
            }
            if let Some(left) = shown.trend {
                self.trend(area.x + left, area, buffer);
            }
        }
    }

    fn trend(&self, x: u16, area: Rect, buffer: &mut Buffer) {
        let mut bars = String::new();
        let State { display, now, theme, .. } = &**self.state;
        display.trends.write(&self.object.id, *now, display.options.unicode, &mut bars);
        put(buffer, x, area.y, area.right(), &bars, self.over(theme.style(Role::Faint)));
    }

    fn cell(&self, shown: &Shown, text: &str, area: Rect, buffer: &mut Buffer) {
        let style = self.over(self.style(shown));
        let end = area.right();
        if shown.column.state {
            let health = self.object.health;
            let role = if self.is_remembered { Role::Muted } else { Role::of(health) };
            let state = self.over(self.state.theme.style(role));
            let glyph = glyph(health, self.state.display.options.unicode);
            let x = fill(buffer, area.x, area.y, end.min(area.x + 1), glyph, state);
            put(buffer, x + 1, area.y, end, text, state);
            // The colour shows the state.
            self.highlight(shown, Rect { x: x + 1, width: end.saturating_sub(x + 1), ..area }, state, buffer);
        } else if shown.right {
            put_right(buffer, area.x, area.y, end, text, style);
            let width = (text::width(text) as u16).min(area.width);
            self.highlight(shown, Rect { x: end - width, width, ..area }, self.hit(style), buffer);
        } else {
            put(buffer, area.x, area.y, end, text, style);
            self.highlight(shown, area, self.hit(style), buffer);
        }
    }

    fn hit(&self, style: Style) -> Style {
        self.over(style.patch(self.state.theme.style(Role::Accent)))
    }

    /// Highlights the parts of the text that the filter matched.
    fn highlight(&self, shown: &Shown, area: Rect, style: Style, buffer: &mut Buffer) {
        if self.table.filter.is_empty() {
            return;
        }
        let mut searched = String::new();
        write_searched(shown, self.object, self.loans, &mut searched);
        for range in self.table.filter.highlights(shown.field, &searched) {
            let x = area.x + text::width(&searched[..range.start]) as u16;
            if x < area.right() {
                put(buffer, x, area.y, area.right(), &searched[range], style.add_modifier(Modifier::UNDERLINED));
            }
        }
    }

    fn style(&self, shown: &Shown) -> Style {
        let theme = &self.state.theme;
        let role = match shown.field {
            Field::Name => Role::Text,
            Field::Context if self.is_lost => Role::Warn,
            Field::Context | Field::Namespace => Role::Muted,
            Field::Own(_) | Field::Lent(..) => match shown.cell(self.object, self.loans).tone() {
                Tone::Plain => Role::Text,
                Tone::Faint => Role::Faint,
                Tone::Warn => Role::Warn,
                Tone::Bad => Role::Bad,
            },
        };
        if self.is_remembered {
            return theme.style(Role::Muted);
        }
        let finished = matches!(self.object.health, crate::model::Health::Done | crate::model::Health::Leaving);
        theme.style(if finished && role != Role::Bad { Role::Muted } else { role })
    }

    /// A style on the background of the row. Selected rows keep the colours of states if they stay readable.
    fn over(&self, style: Style) -> Style {
        if !self.selected || self.state.is_dim {
            return style;
        }
        let theme = &self.state.theme;
        let plain = theme.style(Role::Text);
        let ground = theme.style(Role::Selection);
        // On a reversed row a foreground colour would become a background.
        let reversed = ground.add_modifier.contains(Modifier::REVERSED);
        if style.fg == plain.fg || reversed {
            theme.style(Role::SelectionText).patch(ground)
        } else {
            style.patch(ground)
        }
    }
}

/// Draws the reason why there are no rows, and what to do.
fn empty(state: &Site<'_>, table: &Table, answer: &Answer, area: Rect, buffer: &mut Buffer) {
    let theme = &state.theme;
    let (text, muted) = (theme.style(Role::Text), theme.style(Role::Muted));
    let room = usize::from(area.width.saturating_sub(8).clamp(20, 100));
    let lines = match &answer.phase {
        Phase::Stale(_, error) if answer.is_empty() => {
            let bad = theme.style(Role::Bad);
            let what = format!(
                "{} {}",
                glyph(crate::model::Health::Bad, state.display.options.unicode),
                headline(table, error)
            );
            let mut lines = vec![(what, bad), (String::new(), text)];
            lines.extend(wrapped(error.text(), room).into_iter().map(|line| (line, text)));
            lines.push((String::new(), text));
            lines.push((state.in_keys(advice(error)), muted));
            lines
        }
        Phase::Loading(since) if state.now.since(*since) < 500 => return,
        Phase::Loading(_) => vec![(format!("asking for {} ...", table.kind.name), muted)],
        _ if !table.filter.is_empty() || table.faults => {
            let old = if answer.remembered().is_some() { "remembered " } else { "" };
            let all = super::title::thousands(answer.len());
            let column = table.filter.named_column(&table.titles).map(|title| {
                let name = typed(&title);
                (format!("{name} is a column: {name}= {name}> {name}~ compare it with a value"), muted)
            });
            let none = (format!("none of {all} {old}{} match the filter", table.kind.name), text);
            [none].into_iter().chain(column).chain([(state.in_keys("{back} clears it"), muted)]).collect()
        }
        _ => {
            let whereabouts = match (&table.scope.namespace, table.origin.is_empty()) {
                (_, false) => format!("{} has no {}", table.origin, table.kind.name),
                (Some(namespace), true) => format!("no {} in {namespace}", table.kind.name),
                (None, true) => format!("no {}", table.kind.name),
            };
            let hint = match table.scope.namespace {
                Some(_) => "{namespace 0} shows all namespaces",
                None => "new ones will appear here",
            };
            let why =
                table.kind.presentation.absent.into_iter().flat_map(|why| wrapped(why, room)).map(|line| (line, muted));
            [(whereabouts, text)].into_iter().chain(why).chain([(state.in_keys(hint), muted)]).collect()
        }
    };
    let warn = theme.style(Role::Warn);
    let lost = answer.members().lost().filter(|_| answer.complete);
    let lost = lost.map(|(member, _, error)| format!("{}: {}", table.contexts.name(member.at), error.text()));
    let lost: Vec<_> = lost.flat_map(|told| wrapped(&told, room)).map(|line| (line, warn)).collect();
    let gap = (!lost.is_empty()).then(|| (String::new(), text));
    let lines: Vec<_> = lines.into_iter().chain(gap).chain(lost).collect();
    centred(buffer, area, &lines);
}

fn headline(table: &Table, error: &Error) -> String {
    let kind = table.kind.name;
    match error {
        Error::Offline(_) | Error::Lost(_) => "the server does not answer".to_owned(),
        Error::Login { .. } => "a login is needed".to_owned(),
        Error::Denied(_) => format!("you may not list {kind} here"),
        Error::Gone(_) => format!("{kind} no longer exist"),
        Error::Conflict(_) | Error::Invalid(_) => format!("{kind} cannot be listed"),
        Error::Unserved(_) | Error::Unsupported(_) => format!("this server has no {kind}"),
    }
}

fn advice(error: &Error) -> &'static str {
    match error {
        Error::Offline(_) | Error::Lost(_) => "retrying   :ctx other contexts   {reload} now",
        Error::Login { .. } => "log in, then {reload}   :ctx other contexts",
        Error::Denied(_) => "another namespace may be allowed: :pods NAMESPACE   :ctx other contexts",
        _ => "{back} back   :ctx other contexts   {reload} again",
    }
}
