//! Draws the title line: where you are, what is counted, how fresh it is.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::{Pieces, Site, fill, panel, put, put_right};
use crate::app::policy::Access;
use crate::app::view::Table;
use crate::app::{Phase, Place, Recorded, View};
use crate::model::{Time, human, text};
use crate::theme::Role;

pub fn draw(state: &Site<'_>, area: Rect, buffer: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let narrowed = state.top().map(|view| panel(view).narrowed(state)).unwrap_or_default();
    let path = path(state);
    let room = |right: &Pieces| usize::from(area.width).saturating_sub(length(right) + length(&narrowed) + 4);
    let mut right = right_side(state, area.width, Detail::All);
    if path_length(&path) > room(&right) + text::width(BETWEEN) {
        right = right_side(state, area.width, Detail::Most);
    }
    let mut fit = fitted(path.clone(), room(&right));
    if path_length(&fit) > room(&right) + text::width(BETWEEN) {
        right = right_side(state, area.width, Detail::Least);
        fit = fitted(path, room(&right));
    }
    let edge = area.right().saturating_sub(1);
    let mut x = edge.saturating_sub(length(&right) as u16).max(area.x);
    let end = x.saturating_sub(2);
    for (piece, style) in &right {
        x = put(buffer, x, area.y, edge.max(x), piece, *style);
    }
    let muted = state.theme.style(Role::Muted);
    if state.stands_out() {
        let sign = if state.display.options.unicode { "▶" } else { ">" };
        put(buffer, area.x, area.y, end.max(area.x), sign, state.theme.style(Role::Accent));
    }
    let mut x = area.x + 1;
    for (i, step) in fit.into_iter().enumerate() {
        if i > 0 {
            x = put(buffer, x, area.y, end.max(x), BETWEEN, muted);
        }
        x = put(buffer, x, area.y, end.max(x), &step.text, step.style);
    }
    for (piece, style) in narrowed {
        x = put(buffer, x, area.y, end.max(x), &piece, style);
    }
}

const BETWEEN: &str = " › ";

fn length(pieces: &Pieces) -> usize {
    pieces.iter().map(|(piece, _)| text::width(piece)).sum()
}

/// How much the right side of the title tells. The path is more important: it says what the rows are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Detail {
    /// With the facts about the cluster.
    All,
    Most,
    /// What no row tells: the count, what is out of date, what may be written.
    Least,
}

/// One step of the path to the view.
#[derive(Clone)]
struct Step {
    text: String,
    style: Style,
    part: CrumbKind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum CrumbKind {
    Context,
    Namespace,
    /// A view below the top one.
    Below,
    Top,
}

/// `prod-eu › shop › web › pods`
fn path(state: &Site<'_>) -> Vec<Step> {
    let theme = &state.theme;
    let mut steps: Vec<Step> = Vec::new();
    let mut push = |part: CrumbKind, text: String| {
        let role = if part == CrumbKind::Top && !state.is_dim { Role::Title } else { Role::Muted };
        steps.push(Step { text, style: theme.style(role), part });
    };
    match (state.table().map(|table| &table.contexts).filter(|contexts| !contexts.is_empty()), state.here()) {
        (Some(contexts), _) => push(CrumbKind::Context, contexts.text()),
        (None, Some(place)) => push(CrumbKind::Context, place.name.to_string()),
        (None, None) => {}
    }
    // A kept text may be taken up anywhere, so the views below do not say what it is of.
    let edited = state.top().and_then(View::editor).map(|editor| &editor.id);
    let namespace = match edited {
        Some(id) => id.namespace.as_str(),
        None => state.stack().iter().rev().find_map(View::table).map(Table::place).unwrap_or_default(),
    };
    if !namespace.is_empty() {
        push(CrumbKind::Namespace, namespace.to_owned());
    }
    match edited {
        Some(id) => push(CrumbKind::Below, id.kind.name.to_owned()),
        None if state.display.options.crumbs => {
            let below = state.stack().len().saturating_sub(1);
            let is_drill = below > 0 && matches!(state.top(), Some(View::Table(table)) if !table.origin.is_empty());
            let shown = if is_drill { below - 1 } else { below };
            state.stack().iter().take(shown).for_each(|view| push(CrumbKind::Below, view.crumb()));
        }
        None => {}
    }
    state.top().into_iter().for_each(|view| push(CrumbKind::Top, view.crumb()));
    steps
}

/// The length of the path, with the separators between the steps and after the last one.
fn path_length(steps: &[Step]) -> usize {
    steps.iter().map(|step| text::width(&step.text) + text::width(BETWEEN)).sum()
}

/// Shortens the path to `room` cells, as far as possible. First the middle of the context's name is cut out, then the
/// steps in between are left out, then the middle of the namespace is cut out. If that is not enough, both are cut
/// shorter, so that the kind stays whole: no row tells it.
fn fitted(mut steps: Vec<Step>, room: usize) -> Vec<Step> {
    /// The cells of a name that are enough to tell it from similar names, and those that are enough to recognise it.
    const ENOUGH: usize = 16;
    const LEAST: usize = 6;
    let excess = |steps: &[Step]| path_length(steps).saturating_sub(room + text::width(BETWEEN));
    let shorten = |steps: &mut [Step], part: CrumbKind, least: usize| {
        let over = excess(steps);
        for step in steps.iter_mut().filter(|step| step.part == part) {
            let width = text::width(&step.text);
            step.text = text::fit_ends(&step.text, width.saturating_sub(over).max(least.min(width))).into_owned();
        }
    };
    shorten(&mut steps, CrumbKind::Context, ENOUGH);
    let mut first = true;
    while excess(&steps) > 0
        && let Some(at) = steps.iter().position(|step| step.part == CrumbKind::Below && step.text != "…")
    {
        // One sign stands for all steps that are left out.
        if std::mem::take(&mut first) {
            steps[at].text = "…".to_owned();
        } else {
            steps.remove(at);
        }
    }
    shorten(&mut steps, CrumbKind::Namespace, ENOUGH);
    if excess(&steps) > 0 {
        steps.retain(|step| step.part != CrumbKind::Below);
    }
    shorten(&mut steps, CrumbKind::Context, LEAST);
    shorten(&mut steps, CrumbKind::Namespace, LEAST);
    steps
}

fn right_side(state: &Site<'_>, width: u16, detail: Detail) -> Pieces {
    let width = if detail == Detail::Least { 0 } else { width };
    let mut pieces = state.top().map(|view| panel(view).facts(state, width)).unwrap_or_default();
    if !state.areas().has_room {
        pieces.push(("1 of 2 panes  ".to_owned(), state.theme.style(Role::Warn)));
    }
    if let Some(place) = state.here() {
        let of_row = row_place(state);
        let facts = cluster(state, place, width).into_iter();
        pieces.extend(facts.filter(|_| detail == Detail::All && of_row.is_none()));
        let is_live =
            state.answer().is_some_and(|answer| matches!(answer.phase, Phase::Live) && answer.every.is_none());
        pieces.extend(freshness(state).into_iter().filter(|_| detail != Detail::Least || !is_live));
        pieces.extend(badges(state, of_row.unwrap_or(place)));
    }
    let recorded = state.display.recorded.filter(|_| !state.is_dim);
    pieces.extend(recorded.map(|recorded| recording(state, recorded)));
    pieces
}

fn recording(state: &Site<'_>, recorded: Recorded) -> (String, Style) {
    match recorded {
        Recorded::Outline => (" REC".to_owned(), state.theme.style(Role::Muted)),
        Recorded::Contents => (" REC ALL".to_owned(), state.theme.style(Role::Warn)),
    }
}

/// The context of the selected row, in a table over several contexts. Keys act in it.
fn row_place<'a>(state: &'a Site<'_>) -> Option<&'a Place> {
    let table = state.table().filter(|table| !table.contexts.is_empty())?;
    state.place(table.selected(&state.store)?.id.at)
}

/// The facts about the cluster, if there is room.
fn cluster(state: &Site<'_>, place: &Place, width: u16) -> Pieces {
    let answer = state.store.answer(&crate::model::Query::Kinds { at: place.id });
    let version = answer.and_then(|answer| answer.found()).map(|found| found.version.clone());
    match version {
        Some(version) if state.display.options.header && width >= 120 && !version.is_empty() => {
            vec![(format!(" {version}  "), state.theme.style(Role::Muted))]
        }
        _ => Pieces::new(),
    }
}

fn freshness(state: &Site<'_>) -> Pieces {
    let theme = &state.theme;
    let Some(answer) = state.answer() else { return Pieces::new() };
    if let Some(at) = answer.remembered() {
        let word = if let Phase::Stale(_, error) = &answer.phase { error.word() } else { "asking" };
        return vec![(format!(" as of {} ago · {word} ", age(at, state.now)), theme.style(Role::Warn))];
    }
    match &answer.phase {
        Phase::Live => vec![match answer.every {
            Some(secs) => (format!(" every {secs} s "), theme.style(Role::Muted)),
            None => (" live ".to_owned(), theme.style(Role::Faint)),
        }],
        Phase::Loading(since) if state.now.since(*since) >= 500 => {
            vec![(" loading ".to_owned(), theme.style(Role::Progress))]
        }
        Phase::Loading(_) => vec![("  ".to_owned(), theme.style(Role::Faint))],
        Phase::Stale(since, error) if answer.complete => {
            vec![(format!(" stale {} · {} ", age(*since, state.now), error.word()), theme.style(Role::Warn))]
        }
        Phase::Stale(_, error) => vec![(format!(" {} ", error.word()), theme.style(Role::Bad))],
    }
}

fn badges(state: &Site<'_>, place: &Place) -> Pieces {
    let style = match place.made_up {
        true => state.theme.style(Role::Accent).add_modifier(Modifier::REVERSED),
        false => state.theme.style(Role::DangerBadge),
    };
    let mut pieces: Pieces = place.badge.iter().map(|badge| (format!(" {badge} "), style)).collect();
    let namespace = match state.table() {
        Some(table) => table.scope.namespace.clone(),
        None => state.selected_id().map(|id| id.namespace),
    };
    let (access, role) = match state.policy.access(place.id, namespace.as_deref()) {
        Access::ReadOnly => ("RO", Role::Good),
        Access::Protected => ("PROTECTED", Role::Good),
        Access::Writable => ("RW", Role::Muted),
    };
    pieces.push((format!(" {access}"), state.theme.style(role)));
    pieces
}

/// Draws the line under the title. It shows when something is loading.
pub fn rule(state: &Site<'_>, area: Rect, buffer: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    // The line of the pane that keys are for is double, so that it is known without colours as well.
    let (line, role) = match (state.stands_out(), state.display.options.unicode) {
        (false, true) => ("─", Role::Border),
        (false, false) => ("-", Role::Border),
        (true, true) => ("═", Role::Accent),
        (true, false) => ("=", Role::Accent),
    };
    let edge = state.theme.style(role);
    let inner = area.width.saturating_sub(2);
    fill(buffer, area.x + 1, area.y, area.x + 1 + inner, line, edge);
    let Some(answer) = state.answer() else { return };
    let Phase::Loading(since) = answer.phase else { return };
    if state.now.since(since) < 150 {
        return;
    }
    let told = answer.told();
    let known = told as u64;
    let share = known.checked_mul(u64::from(inner)).and_then(|part| part.checked_div(known + answer.remaining()));
    let done = if answer.remaining() > 0 { share.unwrap_or(0) as u16 } else { inner / 4 };
    let bar = if state.display.options.unicode { "━" } else { "=" };
    fill(buffer, area.x + 1, area.y, area.x + 1 + done.min(inner), bar, state.theme.style(Role::Accent));
    if state.now.since(since) >= 500 {
        let words =
            if told > 0 { format!(" {} so far ", thousands(told)) } else { " waiting for the server ".to_owned() };
        put_right(buffer, area.x + 1, area.y, area.right().saturating_sub(3), &words, state.theme.style(Role::Muted));
    }
}

pub fn age(since: Time, now: Time) -> String {
    let mut out = String::new();
    human(now.since(since), &mut out);
    out
}

/// `10,007`
pub fn thousands(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::thousands;

    #[test]
    fn counts_have_commas() {
        assert_eq!(thousands(0), "0");
        assert_eq!(thousands(999), "999");
        assert_eq!(thousands(10_007), "10,007");
        assert_eq!(thousands(1_234_567), "1,234,567");
    }
}
