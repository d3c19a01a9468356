//! What must be up to date before the screen is drawn: order, cursor, widths, lines of text.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use ratatui::layout::Rect;

use super::describe;
use super::input::Purpose;
use super::layout::Layout;
use super::view::{Frame, Page, Subject, Text, View};
use super::{Answer, Effect, Job, State, acts, help};
use crate::model::Query;

impl State {
    /// Takes in what arrived since the last frame, at most about `budget` rows of it. True when all is in;
    /// otherwise the order shown stays, and this wants to be called again.
    #[must_use]
    pub fn prepare(&mut self, budget: usize) -> (bool, Vec<Effect>) {
        let body = Layout::of(self).body;
        self.display.drawn = Some(self.now);
        self.serve_lenders();
        if self.table().is_some() {
            let settled = self.prepare_table(body, budget);
            let settled = if settled && self.ease_filter() { self.prepare_table(body, budget) } else { settled };
            return (settled, Vec::new());
        }
        let State { stack, store, sessions, .. } = self;
        match stack.last_mut() {
            Some(View::Page(_)) => (true, self.prepare_page(usize::from(body.width), usize::from(body.height))),
            Some(View::Editor(editor)) => {
                editor.prepare(body.width, body.height);
                (true, Vec::new())
            }
            Some(View::Log(log)) => {
                let book = store.answer(&log.query()).and_then(Answer::book);
                let settled = book.is_none_or(|book| log.prepare(book, body.width, body.height, budget));
                (settled, Vec::new())
            }
            Some(View::Terminal(terminal)) => (true, sessions.fit(terminal.session, (body.width, body.height))),
            Some(View::Table(_) | View::Start) | None => (true, Vec::new()),
        }
    }

    /// Takes all in that was asked for, whatever it costs.
    pub(super) fn prepare_now(&mut self) {
        let body = Layout::of(self).body;
        // A second time where the order had to begin anew.
        let _ = self.prepare_table(body, usize::MAX / 2) || self.prepare_table(body, usize::MAX / 2);
    }

    fn prepare_table(&mut self, body: Rect, budget: usize) -> bool {
        let State { stack, store, display, now, .. } = self;
        let Some(View::Table(table)) = stack.last_mut() else { return true };
        let lent = table.all_lent();
        let frame = Frame { now: *now, width: body.width, height: body.height };
        let settled = table.prepare(store, &mut display.trends, frame, budget);
        for (before, query) in lent.iter().zip(table.all_lent()) {
            query.iter().for_each(|query| store.replace(before.as_ref(), query, *now));
        }
        settled
    }

    /// While the name of a column is typed, for `restarts>5`, no row holds that word: the rows stay as the words before
    /// it left them. Whether they do now.
    fn ease_filter(&mut self) -> bool {
        let empty = self.table().is_some_and(|table| table.order.rows().is_empty());
        let any = self.answer().is_some_and(|answer| !answer.is_empty());
        let Some(input) = self.focus.input_mut().filter(|input| empty && any && !input.eased) else { return false };
        let Some(rest) = input.without_column().map(str::to_owned) else { return false };
        input.eased = true;
        self.table_mut().is_some_and(|(table, _)| table.filter_by(&rest).is_ok())
    }

    /// Makes ready for what will be asked next, with about `budget` rows at a time; nothing of it is seen. True when
    /// nothing was left to do.
    #[must_use]
    pub fn prepare_ahead(&mut self, budget: usize) -> bool {
        let filters = self.types_filter();
        let State { stack, store, now, .. } = self;
        let (top, beneath) = match stack.split_last_mut() {
            Some((View::Table(table), beneath)) if filters => (Some(table), beneath),
            _ => (None, stack.as_mut_slice()),
        };
        for view in beneath {
            if let View::Table(table) = view {
                table.order.forget_excerpts();
            }
        }
        top.is_none_or(|table| table.expect_filter(store, *now, budget))
    }

    /// Whether there may be something to do ahead.
    pub fn looks_ahead(&self) -> bool {
        let is_held = |view: &View| matches!(view, View::Table(table) if table.order.has_excerpts());
        self.types_filter() || self.stack.iter().any(is_held)
    }

    fn types_filter(&self) -> bool {
        self.focus.input().is_some_and(|input| input.purpose == Purpose::Filter)
    }

    /// Metrics show up once discovery has told that they are served.
    fn serve_lenders(&mut self) {
        let Some(at) = self.table().map(|table| table.at) else { return };
        if self.store.answer(&Query::Kinds { at }).and_then(Answer::found).is_none() {
            return;
        }
        let Some(View::Table(mut table)) = self.stack.pop_if(|view| matches!(view, View::Table(_))) else { return };
        table.serve_lenders(|kind, at| self.lender(kind, at));
        self.stack.push(View::Table(table));
    }

    fn prepare_page(&mut self, width: usize, height: usize) -> Vec<Effect> {
        /// Cells that stay empty at the left and at the right.
        const EDGES: usize = 2;
        let Some(View::Page(mut page)) = self.stack.pop() else { return Vec::new() };
        page.fit(width.saturating_sub(EDGES), height);
        let effects = match page.subject {
            Subject::Help => self.help_page(&mut page),
            Subject::Apply => self.apply_page(&mut page),
            Subject::Describe(_) => self.describe_page(&mut page),
            Subject::Yaml { .. } => self.yaml_page(&mut page),
        };
        page.scroll_to(page.top);
        self.stack.push(View::Page(page));
        effects
    }

    fn help_page(&self, page: &mut Page) -> Vec<Effect> {
        if page.about == [acts::PAGE] {
            page.show(Text::Plain(acts::lines(self)));
        } else {
            // Made anew for each frame: the width of the screen and the rights of the user may change.
            page.show(Text::Plain(help::here(self, &page.about)));
        }
        Vec::new()
    }

    fn apply_page(&self, page: &mut Page) -> Vec<Effect> {
        let Some(applying) = &self.acts.applying else { return Vec::new() };
        let made = Some((applying.revision, true));
        if page.made_from != made || page.text.is_none() {
            page.made_from = made;
            let applies = self.keymap.spell("{apply-write} applies", &["view.apply"]);
            page.show(Text::Plain(applying.lines(self.display.options.unicode, &applies)));
        }
        Vec::new()
    }

    fn yaml_page(&self, page: &mut Page) -> Vec<Effect> {
        let (Some(query), Subject::Yaml { managed_fields, decoded, .. }) = (page.query(), &page.subject) else {
            return Vec::new();
        };
        let Some(answer) = self.store.answer(&query) else { return Vec::new() };
        let (revision, Some(body)) = (answer.revision, answer.body().cloned()) else { return Vec::new() };
        if page.made_from.is_some_and(|(made, _)| made == revision) {
            return Vec::new();
        }
        page.made_from = Some((revision, true));
        let (managed_fields, decoded) = (*managed_fields, *decoded);
        vec![Effect::Work(Job::Yaml { query, revision, body, managed_fields, decoded })]
    }

    /// Made anew when something that it tells has changed, and when an age in it counts on.
    fn describe_page(&self, page: &mut Page) -> Vec<Effect> {
        let (Some(query), Some(id)) = (page.query(), page.id().cloned()) else { return Vec::new() };
        let Some(answer) = self.store.answer(&query) else { return Vec::new() };
        let (revision, Some(body)) = (answer.revision, answer.body().cloned()) else { return Vec::new() };
        page.relate(&body, |link| self.query_in_detail(id.at, link));
        let related: Vec<_> = page.related.iter().map(|(what, query)| (*what, self.store.answer(query))).collect();
        let told: Vec<_> =
            related.iter().map(|(what, answer)| (what.title, answer.map(|answer| answer.revision))).collect();
        let made_from = Some((
            BuildHasherDefault::<DefaultHasher>::default().hash_one((revision, told)),
            self.display.options.unicode,
        ));
        let is_due = page.wake.is_some_and(|wake| wake <= self.now);
        if page.text.is_some() && page.made_from == made_from && !is_due {
            return Vec::new();
        }
        page.made_from = made_from;
        let described = describe::passages(id.kind, &body, &related, self.now, self.display.options.unicode);
        page.wake = described.wake;
        page.show(Text::Flowing(described.passages));
        Vec::new()
    }
}
