//! The program as a whole: prompt, help, looks, files, leaving.

use super::logs;
use crate::app::store::path;
use crate::app::view::{Subject, Text, View};
use crate::app::{Answer, Effect, Level, Opening, Purpose, State, help};
use crate::model::{Error, Query, Result, SourceId};

const NOTHING: Result<Vec<Effect>> = Ok(Vec::new());

pub fn prompt(state: &mut State, text: &str) -> Result<Vec<Effect>> {
    state.open_input(Purpose::Command, text);
    NOTHING
}

pub fn help(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    if !state.page().is_some_and(|page| page.subject == Subject::Help) {
        state.show(Subject::Help);
    }
    NOTHING
}

/// To the next part of the page, or from the last to the first.
pub fn help_part(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    let Some(page) = state.page_mut().filter(|page| page.subject == Subject::Help) else { return NOTHING };
    let starts = page.text.as_ref().map(|text| help::parts(text)).unwrap_or_default();
    let next = starts.iter().copied().find(|start| *start > page.top);
    let at_end = page.top + page.height >= page.lines();
    page.scroll_to(next.filter(|_| !at_end).unwrap_or(0));
    NOTHING
}

pub fn aliases(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    let lines = help::kinds(state);
    state.show(Subject::Help);
    if let Some(page) = state.page_mut() {
        page.about = vec![help::KINDS.to_owned()];
        page.show(Text::Plain(lines));
    }
    NOTHING
}

/// What the program itself does.
pub fn own(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    state.open(&Opening { kind: crate::app::own::KIND.into(), ..Opening::default() }).and(NOTHING)
}

pub fn header(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    state.options.header = !state.options.header;
    NOTHING
}

pub fn crumbs(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    state.options.crumbs = !state.options.crumbs;
    NOTHING
}

pub fn theme(state: &mut State, name: &str) -> Result<Vec<Effect>> {
    state.choose_theme(name)
}

pub fn keymap(state: &mut State, name: &str) -> Result<Vec<Effect>> {
    state.choose_keymap(name)
}

pub fn tour(state: &mut State, word: &str) -> Result<Vec<Effect>> {
    state.tour_command(word)
}

pub fn tour_end(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    state.tour_command("end")
}

/// Shapes of ASCII for fonts that lack the others, and back.
pub fn shapes(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    state.options.unicode = !state.options.unicode;
    NOTHING
}

/// Lists again; the rows stay until the new ones are there.
pub fn reload(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    let queries = state.top().map(View::queries).unwrap_or_default();
    state.tell(Level::Info, "listing again");
    let mut asked: Vec<SourceId> = state.top().and_then(View::at).into_iter().collect();
    asked.extend(queries.iter().flat_map(Query::others));
    asked.into_iter().for_each(|at| state.store.retry(at, state.now));
    Ok(queries.into_iter().map(Effect::Reopen).collect())
}

pub fn quit(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    if super::sessions::ask_before_quitting(state) {
        return NOTHING;
    }
    state.done = true;
    Ok(vec![Effect::Quit])
}

pub fn copy(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    let (text, what) = match state.top() {
        Some(View::Table(table)) => {
            let ids = table.chosen(&state.store);
            let names: Vec<String> = ids.iter().map(|id| id.title().to_string()).collect();
            (names.join("\n"), if ids.len() == 1 { names[0].clone() } else { format!("{} names", ids.len()) })
        }
        Some(View::Page(page)) => {
            let text = page.text.as_ref().map(|text| text.whole()).unwrap_or_default();
            (text, format!("{} lines", page.lines()))
        }
        Some(View::Log(_)) => {
            let (text, count) = state.log().map(|(log, book)| logs::text(log, book)).unwrap_or_default();
            (text, format!("{count} lines"))
        }
        Some(View::Start | View::Editor(_) | View::Terminal(_)) | None => return NOTHING,
    };
    if text.is_empty() {
        return Err(Error::Invalid("there is nothing to copy".to_owned()));
    }
    state.tell(Level::Info, format!("copied {what}"));
    Ok(vec![Effect::Copy(text)])
}

pub fn copy_namespace(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    let Some(table) = state.table() else { return NOTHING };
    let mut names: Vec<String> = table.chosen(&state.store).iter().map(|id| id.namespace.to_string()).collect();
    names.sort();
    names.dedup();
    let text = names.join("\n");
    state.tell(Level::Info, format!("copied {text}"));
    Ok(vec![Effect::Copy(text)])
}

pub fn save(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    let (name, text) = match state.top() {
        Some(View::Table(table)) => {
            // A file does not say that its rows are old.
            let query = table.query();
            state.refuse_remembered(&query, state.store.answer(&query).into_iter().flat_map(Answer::ids))?;
            (format!("{}.csv", table.kind.name), table.csv(&state.store, state.now))
        }
        Some(View::Page(page)) => {
            let subject = page.id().map_or_else(|| "help".into(), path);
            let ending = if matches!(page.subject, Subject::Yaml { .. }) { "yaml" } else { "txt" };
            (format!("{subject}.{ending}"), page.text.as_ref().map(|text| text.whole()).unwrap_or_default())
        }
        Some(View::Log(log)) => {
            let (text, _) = state.log().map(|(log, book)| logs::text(log, book)).unwrap_or_default();
            (logs::file(log), text)
        }
        Some(View::Start | View::Editor(_) | View::Terminal(_)) | None => return NOTHING,
    };
    Ok(vec![Effect::Save { name, text }])
}
