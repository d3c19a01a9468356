//! What the title says of a table: how many rows there are, how they are, and what is left out.

use crate::app::view::Table;
use crate::app::{Answer, State};
use crate::model::{Health, Time};
use crate::theme::{Role, glyph};
use crate::ui::title::{age, thousands};
use crate::ui::{Pieces, Site};

pub fn narrowed(state: &Site<'_>, table: &Table) -> Pieces {
    let accent = state.theme.style(Role::Accent);
    let mut pieces = Pieces::new();
    if !table.scope.labels.is_empty() && table.origin.is_empty() {
        pieces.push((format!("  {}", table.scope.labels), accent));
    }
    if !table.filter.is_empty() {
        pieces.push((format!("  /{}", table.filter.text()), accent));
    }
    if table.faults {
        pieces.push(("  faults".to_owned(), state.theme.style(Role::Warn)));
    }
    if table.measures_more() {
        pieces.push(("  measuring all".to_owned(), state.theme.style(Role::Warn)));
    }
    if !table.marks.is_empty() {
        pieces.push((format!("  {} marked", table.marks.len()), accent));
    }
    let unseen = unseen(state, table).map(|unseen| (format!("  {unseen}"), state.theme.style(Role::Muted)));
    pieces.extend(unseen);
    pieces
}

/// `23 of 10,007  9,981● 14◐`
pub fn counts(state: &Site<'_>, table: &Table, width: u16) -> Pieces {
    let Some(answer) = state.store.answer(&table.query()) else { return Pieces::new() };
    let theme = &state.theme;
    let shown = table.order.rows().len();
    let narrowed = !table.filter.is_empty() || table.faults;
    let mut pieces = Pieces::new();
    if !answer.complete && answer.is_empty() {
        return pieces;
    }
    let all = thousands(answer.len());
    let more = if answer.complete { "" } else { "…" };
    let text = if narrowed { format!("{} of {all}{more}", thousands(shown)) } else { format!("{all}{more}") };
    pieces.push((format!("{text}  "), theme.style(Role::Text)));
    if let Some(within) = answer.within() {
        pieces.push((format!("{}  ", within.text()), theme.style(Role::Warn)));
    }
    pieces.extend(missing(table, answer, state.now).map(|text| (format!("{text}  "), theme.style(Role::Warn))));
    let kinds: Vec<Health> = Health::ALL.into_iter().filter(|health| table.order.count(*health) > 0).collect();
    let telling = answer.remembered().is_none() && kinds.iter().any(|health| *health != Health::Unknown);
    for health in kinds.iter().filter(|_| telling && width >= 60) {
        let count = thousands(table.order.count(*health) as usize);
        pieces.push((
            format!("{count} {} ", glyph(*health, state.display.options.unicode)),
            theme.style(Role::of(*health)),
        ));
    }
    pieces
}

/// The columns without room that made rows match: `by IP (no room)`.
pub fn unseen(state: &State, table: &Table) -> Option<String> {
    let answer = state.store.answer(&table.query())?;
    let titles = table.unseen(answer, &table.loans(&state.store));
    (!titles.is_empty()).then(|| format!("by {} (no room)", titles.join(", ")))
}

/// The contexts that do not answer, in a table over several: `staging offline`, `staging stale 3m · offline`, `2 of 5
/// contexts lost`.
fn missing(table: &Table, answer: &Answer, now: Time) -> Option<String> {
    let lost: Vec<_> = answer.members().lost().collect();
    match lost.as_slice() {
        [] => answer.members().iter().find_map(|member| {
            let within = member.within.as_ref()?;
            Some(format!("{} {}", table.contexts.name(member.at), within.text()))
        }),
        [(member, since, error)] => {
            let stale = if member.whole { format!("stale {} · ", age(*since, now)) } else { String::new() };
            Some(format!("{} {stale}{}", table.contexts.name(member.at), error.word()))
        }
        several => Some(format!("{} of {} contexts lost", several.len(), table.contexts.iter().count())),
    }
}
