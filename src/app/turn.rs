//! What the state does with a message, which streams should be open, and when the screen changes by itself.

use super::{Effect, Extracted, GRACE, Job, Level, Message, Notice, Outcome, Phase, REST, SLICE, State, View, own};
use crate::app::drafts::Due;
use crate::app::tabs::Pane;
use crate::app::view::{Face, Subject, Table, Text};
use crate::app::waiting::Then;
use crate::model::{Delta, Error, KindRef, Query, SourceId, Standing, Time};

/// How long the list on the screen is the only question to its server, in milliseconds. Discovery and rights are asked
/// after the list is complete, or after this time.
const PATIENCE: i64 = 500;

impl State {
    /// Takes in a batch of messages.
    #[must_use]
    pub fn turn(&mut self, messages: impl IntoIterator<Item = Message>) -> Vec<Effect> {
        let mut effects = Vec::new();
        for message in messages {
            effects.extend(self.take(message));
            effects.extend(self.keep_drafts(Due::Left));
            // The question and the tour are looked at after each message: one key among many may complete a step.
            effects.extend(self.follow_asked());
            self.follow_tour();
            self.keep_notice_in_place();
        }
        self.follow_input();
        self.pass_time();
        effects.extend(self.resume_apply());
        effects.extend(self.follow_asked());
        self.follow_twin();
        self.keep_notice_in_place();
        let leaves = self.display.done || effects.iter().any(|effect| matches!(effect, Effect::Quit));
        effects.extend(self.keep_drafts(if leaves { Due::All } else { Due::Now }));
        effects.extend(self.keep_wanted());
        self.list_sessions();
        self.list_sources();
        self.list_kinds();
        self.list_self();
        effects
    }

    fn take(&mut self, message: Message) -> Vec<Effect> {
        match message {
            Message::Key(key) => return self.key(key),
            Message::Mouse(mouse) => return self.mouse(mouse),
            Message::Paste(text) => return self.paste(&text),
            Message::Answer { query, deltas } => return self.arrived(&query, deltas),
            Message::Ended { query, error } => return self.ended(&query, error),
            Message::Replied(ticket, result) => return self.replied(ticket, result),
            Message::Leave => return self.last_drafts(),
            Message::Worked(Outcome::Read(ticket, texts)) => return self.was_read(ticket, texts),
            Message::Worked(Outcome::Edited(ticket, result)) => return self.came_back(ticket, result),
            Message::Worked(Outcome::Uncopied(clip)) => return vec![Effect::Emit(clip)],
            Message::Worked(outcome) => self.worked(outcome),
            Message::Resize(width, height) => self.resized(width, height),
            // The success of other work does not hide an error that is on the screen.
            Message::Told(Level::Info, _) if self.shows_error() => {}
            Message::Told(level, text) => self.tell(level, text),
            Message::Vitals(vitals) => self.take_vitals(*vitals),
            Message::Settings(settings) => self.adopt(*settings),
            Message::Drafts(found) => self.drafts.take_over(found),
            Message::Kept { id, error } => self.kept(id, error),
            Message::Unrecorded(why) => {
                self.display.recorded = None;
                self.tell(Level::Warn, why);
            }
        }
        Vec::new()
    }

    fn shows_error(&self) -> bool {
        self.display.notice.as_ref().is_some_and(|notice| notice.level == Level::Bad)
    }

    fn resized(&mut self, width: u16, height: u16) {
        self.display.size = (width, height);
        // The question stands elsewhere on the new screen, if there is still room for it.
        self.focus.dialog_mut().into_iter().for_each(|dialog| dialog.attention.unsee());
        self.display.dirty = true;
    }

    /// Takes in a part of an answer.
    fn arrived(&mut self, query: &Query, deltas: Vec<Delta>) -> Vec<Effect> {
        if let Some(session) = query.session() {
            self.display.dirty = true;
            self.tell_listening(session, &deltas);
            let effects = self.sessions.take(session, deltas);
            self.leave_shell(session);
            return effects;
        }
        let (shows, stirs) = (self.shows(query), self.stirs(query, &deltas));
        self.display.stirred |= shows && stirs;
        self.display.dirty |= shows && !stirs;
        let logins = self.logins_of_members(&deltas);
        self.store.apply(query, deltas, self.now);
        self.follow_acts();
        self.count_along(query);
        if matches!(query, Query::Rules { .. }) {
            self.review_question();
        }
        logins
    }

    fn ended(&mut self, query: &Query, error: Error) -> Vec<Effect> {
        self.display.dirty |= self.shows(query);
        if let Some(session) = query.session() {
            self.tell_failed(session, &error);
            self.sessions.failed(session, &error);
            self.display.dirty = true;
            return Vec::new();
        }
        let at = query.at();
        if let (Query::List { kind, .. }, Error::Denied(_)) = (query, &error) {
            self.places.refused.insert((at, *kind));
        }
        let login = self.asks_for_login(at, &error);
        self.store.fail(query, error, self.now);
        self.count_along(query);
        login.then(|| self.log_in(at)).flatten().into_iter().collect()
    }

    /// Whether an error needs a login that the source was not known to need. Each stream of a source meets this error,
    /// but the user is asked once.
    fn asks_for_login(&self, at: SourceId, error: &Error) -> bool {
        matches!(error, Error::Login { program, .. } if !program.is_empty()) && !self.store.wants_login(at)
    }

    /// Asks for the logins that are missing where several sources answer one query: their errors do not end the stream.
    fn logins_of_members(&mut self, deltas: &[Delta]) -> Vec<Effect> {
        let asks = |delta: &Delta| match delta {
            Delta::Member(at, standing) => match standing.as_ref() {
                Standing::Lost(error) if self.asks_for_login(*at, error) => Some(*at),
                Standing::Lost(_) | Standing::Listing | Standing::Live | Standing::Within(_) => None,
            },
            _ => None,
        };
        let mut all: Vec<SourceId> = deltas.iter().filter_map(asks).collect();
        all.sort_unstable();
        all.dedup();
        all.into_iter().filter_map(|at| self.log_in(at)).collect()
    }

    /// Allows the sources of a query to start a login, until the user presses the next key.
    pub(super) fn wait_for_login(&mut self, query: &Query) {
        for at in std::iter::once(query.at()).chain(query.others().iter().copied()) {
            self.waiting.expect(Then::Login(at));
        }
    }

    fn waits_for_login(&self, at: SourceId) -> bool {
        self.waiting.iter().any(|then| matches!(then, Then::Login(known) if *known == at))
    }

    /// Starts a login if the user waits for it: no key was pressed since the source was asked, and the user is not
    /// typing. Otherwise a notice names the key that starts the login.
    fn log_in(&mut self, at: SourceId) -> Option<Effect> {
        let types = self.top().is_some_and(|view| view.is_typed_into());
        if self.waits_for_login(at) && !types && self.focus.is_on_view() {
            return Some(Effect::Login(at));
        }
        let name = self.place(at).map(|place| place.name.clone()).unwrap_or_default();
        let starts = self.in_keys("{reload@global} in one of its views starts it");
        self.tell(Level::Warn, format!("{name} needs a login: {starts}"));
        None
    }

    fn worked(&mut self, outcome: Outcome) {
        let (query, revision, decoded, lines) = match outcome {
            Outcome::Yaml { query, revision, decoded, lines } => (query, revision, decoded, lines),
            Outcome::Extract(made) => return self.made(*made),
            Outcome::Review(ticket, review) => return self.compared(ticket, review),
            Outcome::Recalled(query, remembered) => return self.recalled(&query, *remembered),
            Outcome::Unrevealed(error) => {
                self.mask_values();
                return self.complain(&error.within("the values are not shown"));
            }
            Outcome::LooksInside(at, recorded) => return self.looks_inside(at, recorded),
            Outcome::Read(..) | Outcome::Edited(..) | Outcome::Uncopied(_) | Outcome::Forgot => return,
        };
        for page in self.tabs.views_mut().filter_map(View::page_mut) {
            let current = matches!(&page.subject, Subject::Yaml { decoded: d, .. } if *d == decoded);
            let is_newer = page.made_from.is_some_and(|(made, _)| made <= revision);
            if current && page.query().as_ref() == Some(&query) && is_newer {
                page.show(Text::Yaml(lines.clone()));
                self.display.dirty = true;
            }
        }
    }

    fn made(&mut self, made: Extracted) {
        for page in self.tabs.views_mut().filter_map(View::page_mut).filter(|page| page.awaits(&made)) {
            page.show(Text::Plain(made.lines.clone()));
            self.display.dirty = true;
        }
    }

    /// Whether the screen shows something that depends on a query.
    pub(super) fn shows(&self, query: &Query) -> bool {
        match query {
            Query::Kinds { at } => {
                let mut here = self.shown_panes().filter_map(|(_, pane, _)| self.here_in(pane));
                here.any(|place| place.id == *at) || self.asked_for_sources().contains(query)
            }
            Query::Rules { .. } => {
                let mut tables = self.shown_views().filter_map(View::table);
                tables.any(|table| self.rights_of(table).as_ref() == Some(query))
            }
            _ if self.acts.queries().chain(self.counted_along()).any(|followed| followed == query) => true,
            _ => self.is_shown(query),
        }
    }

    /// Whether all that an answer changes on the screen is rows that are about the same objects.
    fn stirs(&self, query: &Query, deltas: &[Delta]) -> bool {
        let followed = self.acts.queries().chain(self.counted_along()).any(|followed| followed == query);
        let of_rows = |delta: &Delta| matches!(delta, Delta::Upsert(_) | Delta::Remove(_) | Delta::Mark(_));
        // Other tables may show them as columns of their own rows.
        let lends = |view: &View| view.query().as_ref() != Some(query) && view.queries().contains(query);
        !followed && deltas.iter().all(of_rows) && !self.shown_views().any(lends)
    }

    /// Whether a view on the screen shows the answer to a query.
    pub(super) fn is_shown(&self, query: &Query) -> bool {
        self.shown_views().any(|view| view.queries().contains(query))
    }

    /// Tables of the program's own that are on the screen.
    pub(super) fn shown_tables(&self, is_meant: impl Fn(&Table) -> bool) -> Vec<(Query, KindRef, SourceId)> {
        let tables = self.shown_views().filter_map(View::table).filter(|table| is_meant(table));
        tables.map(|table| (table.query(), table.kind, table.at)).collect()
    }

    fn pass_time(&mut self) {
        if self.display.notice.as_ref().is_some_and(|notice| notice.until <= self.now) {
            self.display.notice = None;
            self.display.dirty = true;
        }
        self.offer_drafts();
        self.display.dirty |= self.next_change().is_some_and(|time| time <= self.now);
        self.mask_again();
        self.follow_acts();
    }

    /// Opens an answer for each query on the screen, and forgets the queries that left the screen a while ago.
    fn keep_wanted(&mut self) -> Vec<Effect> {
        let shown = self.shown();
        for query in &shown {
            if self.store.answer(query).is_none() {
                self.wait_for_login(query);
            }
            self.store.open(query, self.now);
            if let Some(left) = self.store.left.remove(query) {
                self.store.resume(query, left.plus_millis(GRACE));
            }
        }
        let mut forgotten = Vec::new();
        let mut absent: Vec<Query> = self.store.queries().filter(|query| !shown.contains(query)).cloned().collect();
        // The lists that rest share one limit, so the order decides which of them do.
        absent.sort_by_key(|query| self.store.answer(query).map(|answer| answer.revision));
        for query in absent {
            let since = *self.store.left.entry(query.clone()).or_insert(self.now);
            if own::is_meter(&query) || self.is_forgotten(&query, since) {
                self.store.left.remove(&query);
                forgotten.extend(self.store.forget(&query));
            }
        }
        // A small answer is dropped here: that takes no time.
        forgotten.retain(|answer| answer.len() > SLICE);
        let forgotten = forgotten.into_iter().map(|answer| Effect::Work(Job::Forget(Box::new(answer))));
        forgotten.chain(self.recall()).collect()
    }

    /// Whether a query that left the screen at `since` is to be forgotten. Its stream stays open for [`GRACE`]. After
    /// that its rows rest, unless they are too many.
    fn is_forgotten(&mut self, query: &Query, since: Time) -> bool {
        let gone = self.now.since(since);
        gone >= REST || gone >= GRACE && !self.store.rest(query)
    }

    fn shown(&self) -> Vec<Query> {
        let mut shown: Vec<Query> = self.shown_panes().flat_map(|(_, pane, _)| self.shown_in(pane)).collect();
        shown.extend(self.acts.queries().chain(self.counted_along()).cloned());
        shown.extend(self.waiting.queries().cloned());
        shown.extend(self.asked_for_sources());
        shown.extend(self.asked_for_self());
        shown
    }

    fn shown_in(&self, pane: &Pane) -> Vec<Query> {
        let mut shown = pane.top().map(|view| view.queries()).unwrap_or_default();
        // The rows come first. Discovery is asked when they are all there, or when they take long.
        let busy = shown
            .first()
            .and_then(|query| self.store.answer(query))
            .is_none_or(|answer| matches!(answer.phase, Phase::Loading(since) if self.now.since(since) < PATIENCE));
        let here = self.here_in(pane).map(|place| Query::Kinds { at: place.id });
        let known = here.as_ref().is_some_and(|query| self.store.answer(query).is_some());
        if known || !busy || shown.is_empty() {
            shown.extend(here);
        }
        if !busy {
            shown.extend(pane.top().and_then(View::table).and_then(|table| self.rights_of(table)));
        }
        shown
    }

    /// The streams that should be open.
    pub fn wanted(&self) -> Vec<Query> {
        let asked = |query: &&Query| !matches!(query, Query::List { kind, .. } if kind.is_of_program());
        let followed = |query: &&Query| !self.store.is_resting(query);
        self.store.queries().filter(asked).filter(followed).chain(self.sessions.queries()).cloned().collect()
    }

    /// The next moment at which the state changes without a message.
    pub fn wake(&self) -> Option<Time> {
        let kept = |query: &Query| if self.store.is_resting(query) { REST } else { GRACE };
        let forget = self.store.left.iter().map(|(query, left)| left.plus_millis(kept(query)));
        let discovery = self.shown_views().filter_map(|view| match self.answer_of(view)?.phase {
            Phase::Loading(since) if self.now.since(since) < PATIENCE => Some(since.plus_millis(PATIENCE)),
            _ => None,
        });
        forget
            .chain(self.vitals_due())
            .chain(self.next_change())
            .chain(discovery)
            .chain(self.acts_due())
            .chain(self.apply_due())
            .chain(self.drafts_due())
            .chain(self.recall_due())
            .chain(self.waiting.due())
            .min()
    }

    /// The next moment at which the screen changes without a message.
    fn next_change(&self) -> Option<Time> {
        let notice = self.display.notice.as_ref().map(|notice: &Notice| notice.until);
        let chord = self.focus.chord().and_then(|chord| chord.due(self.drawn_at()));
        let views = self.shown_views().filter_map(|view| self.next_change_in(view));
        views.chain([notice, chord, self.masked_due()].into_iter().flatten()).min()
    }

    fn next_change_in(&self, view: &View) -> Option<Time> {
        let ages = view.wake(&self.store, self.drawn_at());
        let answer = self.answer_of(view);
        let phase = answer.and_then(|answer| match &answer.phase {
            Phase::Loading(since) => self.progress_due(*since),
            Phase::Stale(since, _) if answer.complete => Some(since.next_change(self.drawn_at())),
            Phase::Stale(..) | Phase::Live => None,
        });
        let lost = answer.and_then(|answer| {
            let whole = answer.members().lost().filter(|(member, ..)| member.whole);
            whole.map(|(_, since, _)| since.next_change(self.drawn_at())).min()
        });
        let remembered = answer.and_then(|answer| Some(answer.remembered()?.next_change(self.drawn_at())));
        [ages, phase, lost, remembered].into_iter().flatten().min()
    }

    /// When the sign of a slow answer changes: a line appears after 150 ms, words after 500 ms.
    fn progress_due(&self, since: Time) -> Option<Time> {
        let due = [150, 500].into_iter().map(|wait| since.plus_millis(wait));
        due.into_iter().find(|time| *time > self.drawn_at())
    }

    /// When a query left the screen.
    pub(super) fn left_since(&self, query: &Query) -> Option<Time> {
        self.store.left.get(query).copied()
    }

    fn drawn_at(&self) -> Time {
        self.display.drawn.unwrap_or(self.now)
    }

    pub fn complain(&mut self, error: &Error) {
        self.tell(Level::Bad, error.text().to_owned());
    }
}
