//! Random keys through every view and dialog of the demo's world. Nothing is written that was not asked about in a
//! question that could be seen, and that a key answered which was pressed for it. The judge keeps its own book: it looks
//! at the state, and asks nothing of the code that it judges. Half of the lives are spent in a cluster that is not made up:
//! there nothing that was typed may be lost, whenever the program is killed.
//!
//! `SPYHOP_WALK_SEED` sets the seed, `SPYHOP_WALK_KEYS` the number of keys.

mod door;
mod ledger;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::layout::Position;
use spyhop::app::dialog::{Dialog, Entry, Placement};
use spyhop::app::keymap::{Key, Keymap, Lookup};
use spyhop::app::layout::Layout;
use spyhop::app::view::{Stage, Subject};
use spyhop::app::{Effect, Message, Opening, Outcome, Phase, Place, State, Ticket, View, commands};
use spyhop::config::Config;
use spyhop::kinds;
use spyhop::model::{Id, Query, Reach, Request, Str, Time};
use spyhop::theme::Theme;
use spyhop::ui;

use crate::keys::named;
use crate::random::Random;
use crate::screen::NOW;
use door::{DEMO, Door, ENGINE};
use ledger::Ledger;

const KEYS: usize = 120_000;
/// After so many keys the program is started anew, with other keys and another size.
const LIFE: usize = 2_000;
const WALKERS: usize = 4;
/// One of so many questions is drawn, to see that it can be read.
const DRAWN: usize = 10;

/// Documents for `:apply`.
const DOCUMENTS: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: walk, namespace: shop}\ndata: {a: \"1\"}\n---\n\
                         apiVersion: v1\nkind: ConfigMap\nmetadata: {name: two, namespace: shop}\ndata: {a: \"2\"}\n";

#[derive(Debug, Default)]
struct Counts {
    keys: usize,
    opened: usize,
    seen: usize,
    answered: usize,
    left: usize,
    reviews: usize,
    stored: usize,
    applied: usize,
    late: usize,
    requests: usize,
    drafts: [usize; 3],
    /// Verbs that were asked about, and those that were done.
    asked: BTreeMap<String, usize>,
    done: BTreeSet<String>,
    views: BTreeSet<String>,
    /// Most tabs, and frames with two panes.
    tabs: usize,
    panes: usize,
}

impl Counts {
    fn add(&mut self, other: Self) {
        self.keys += other.keys;
        self.opened += other.opened;
        self.seen += other.seen;
        self.answered += other.answered;
        self.left += other.left;
        self.reviews += other.reviews;
        self.stored += other.stored;
        self.applied += other.applied;
        self.late += other.late;
        self.requests += other.requests;
        (0..3).for_each(|i| self.drafts[i] += other.drafts[i]);
        other.asked.into_iter().for_each(|(verb, count)| *self.asked.entry(verb).or_default() += count);
        self.done.extend(other.done);
        self.views.extend(other.views);
        self.tabs = self.tabs.max(other.tabs);
        self.panes += other.panes;
    }
}

/// A question on the screen, as the judge knows it.
struct Question {
    /// What tells it from others.
    is: (Vec<Id>, Str, usize),
    seen: bool,
    /// A key or a click went to its button since it was opened or changed by itself.
    moved: bool,
}

/// What one key writes: a review, or documents that were tried.
#[derive(Default)]
struct Offer {
    seen: Option<Time>,
    stray: Option<Time>,
}

/// What there was to be judged before a message.
struct Before {
    dialog: Option<Dialog>,
    offer: Option<usize>,
    sent: Option<(Id, usize)>,
    /// The question was seen, and its button was gone to.
    seen: bool,
    moved: bool,
    typing: bool,
    forwards: usize,
    /// Objects in editors whose texts are as they were read.
    unchanged: Vec<Id>,
}

enum Cause {
    Key(KeyEvent),
    /// The left button of the mouse, and whether it was released.
    Click(Position, bool),
    /// It changes what stands in a field, and answers nothing.
    Paste,
    Reply(Ticket),
    Other,
}

struct Walk<'a> {
    random: Random,
    state: State,
    door: &'a mut Door,
    ledger: &'a mut Ledger,
    /// What was asked, and how many keys there were then.
    replies: VecDeque<(Ticket, Request, usize)>,
    pending: VecDeque<Message>,
    question: Option<Question>,
    offers: HashMap<usize, Offer>,
    /// Calls that belong to what was answered: their replies may lead to writes.
    approved: HashSet<Ticket>,
    counts: Counts,
    trail: VecDeque<String>,
    seed: u64,
}

fn start(random: &mut Random) -> State {
    let now = Time::parse(NOW).unwrap();
    let keymap = ["k9s", "k9s", "vim", "emacs"][random.below(4)];
    let size = [(80, 24), (80, 24), (120, 40), (60, 16), (34, 9), (20, 5)][random.below(6)];
    let mut state = State::new(now, size, Keymap::named(keymap).unwrap(), Theme::named("spyhop-dark").unwrap());
    state.settings.themes = Theme::all().unwrap();
    let made_up = random.below(2) == 0;
    for (id, name, family) in [(DEMO, "demo", &kinds::kube::FAMILY), (ENGINE, "docker/default", &kinds::docker::FAMILY)]
    {
        state.places.all.push(Place {
            cluster: "default".into(),
            user: "you".into(),
            namespace: if id == DEMO { "shop".into() } else { Str::new() },
            server: "within this program".into(),
            made_up: id == DEMO && made_up,
            ..Place::new(id, name, family)
        });
        state.policy.guard(id, name, Config::default().guard(name, kinds::kube::FAMILY.read_only));
    }
    state.places.home = Some(DEMO);
    state.open(&Opening::parse("pods")).unwrap();
    state
}

fn identity(dialog: &Dialog) -> (Vec<Id>, Str, usize) {
    (dialog.ids.clone(), dialog.word.clone(), dialog.run as usize)
}

/// What could be written with one key now, by a number that tells it from the next.
fn offered(state: &State) -> Option<usize> {
    if state.focus.dialog().is_some() {
        return None;
    }
    offer_of(state, state.top()?)
}

fn offer_of(state: &State, view: &View) -> Option<usize> {
    match view {
        View::Editor(editor) => match &editor.stage {
            Stage::Reviewing(review) => Some(Arc::as_ptr(&review.sent) as usize),
            _ => None,
        },
        View::Page(page) if page.subject == Subject::Apply => state.acts.applying.as_ref().map(|a| a.revision as usize),
        _ => None,
    }
}

fn reviewed(state: &State) -> Option<(Id, usize)> {
    let Some(View::Editor(editor)) = state.top() else { return None };
    let Stage::Reviewing(review) = &editor.stage else { return None };
    Some((editor.id.clone(), Arc::as_ptr(&review.sent) as usize))
}

fn forwards(state: &State) -> usize {
    let is_forward = |query: &&Query| matches!(query, Query::Session { reach: Reach::Forward { .. }, .. });
    state.sessions.queries().filter(is_forward).count()
}

impl<'a> Walk<'a> {
    fn new(random: Random, state: State, door: &'a mut Door, ledger: &'a mut Ledger, seed: u64) -> Self {
        Self {
            random,
            state,
            door,
            ledger,
            replies: VecDeque::new(),
            pending: VecDeque::new(),
            question: None,
            offers: HashMap::new(),
            approved: HashSet::new(),
            counts: Counts::default(),
            trail: VecDeque::new(),
            seed,
        }
    }

    fn fail(&self, why: &str) -> ! {
        let trail: Vec<&str> = self.trail.iter().map(String::as_str).collect();
        panic!(
            "{why}\nSPYHOP_WALK_SEED={} after {} keys; the last ones: {}",
            self.seed,
            self.counts.keys,
            trail.join(" ")
        );
    }

    fn check(&self, holds: bool, why: &str) {
        if !holds {
            self.fail(why);
        }
    }

    fn before(&self) -> Before {
        Before {
            dialog: self.state.focus.dialog().cloned(),
            offer: offered(&self.state),
            sent: reviewed(&self.state),
            seen: self.question.as_ref().is_some_and(|question| question.seen),
            moved: self.question.as_ref().is_some_and(|question| question.moved),
            typing: self.state.focus.input().is_some(),
            forwards: forwards(&self.state),
            unchanged: ledger::unchanged(&self.state),
        }
    }

    fn give(&mut self, message: Message) {
        self.take(Some(message));
    }

    /// Gives the program a message, or lets time pass, and judges what comes of it.
    fn take(&mut self, message: Option<Message>) {
        let before = self.before();
        let cause = match &message {
            Some(Message::Key(key)) => Cause::Key(*key),
            Some(Message::Mouse(mouse)) => {
                let is_released = matches!(mouse.kind, MouseEventKind::Up(_));
                Cause::Click(Position::new(mouse.column, mouse.row), is_released)
            }
            Some(Message::Paste(_)) => Cause::Paste,
            Some(Message::Replied(ticket, _)) => Cause::Reply(*ticket),
            _ => Cause::Other,
        };
        if let Cause::Key(key) = &cause {
            self.note_stray(key, &before);
        }
        let effects = self.state.turn(message);
        self.follow_question(&before, &cause);
        let wrote = matches!(cause, Cause::Reply(ticket) if self.approved.contains(&ticket));
        let answered = before.dialog.is_some() && self.state.focus.dialog().is_none();
        let followed = self.ledger.follow(&self.state, &effects, wrote || answered, &before.unchanged);
        followed.unwrap_or_else(|why| self.fail(&why));
        self.judge(&before, &cause, &effects);
        self.check(self.has_focus(), "no pane has the focus");
        self.perform(effects);
    }

    /// A pane that is there has the focus, it has a view, and it is on the screen.
    fn has_focus(&self) -> bool {
        let (tabs, tab) = (&self.state.tabs, self.state.tabs.tab());
        let is_there = tabs.at() < tabs.len() && tab.at() < tab.panes().count();
        is_there && self.state.top().is_some() && self.state.shown_panes().any(|(pane, ..)| pane == tab.at())
    }

    /// A key that the review does not know starts its wait again.
    fn note_stray(&mut self, key: &KeyEvent, before: &Before) {
        let Some(is) = before.offer.filter(|_| !before.typing) else { return };
        let scopes = self.state.view_scopes();
        let names: Vec<&str> = scopes.iter().map(String::as_str).collect();
        let pressed: Vec<Key> =
            self.state.focus.chord().iter().flat_map(|chord| &chord.keys).copied().chain([Key::from(*key)]).collect();
        let keymap = &self.state.keymap;
        let prompts = keymap.lookup(&["global"], &[Key::from(*key)]) == Lookup::Command("prompt");
        if keymap.lookup(&names, &pressed) == Lookup::None && !prompts {
            self.offers.entry(is).or_default().stray = Some(self.state.now);
        }
    }

    fn follow_question(&mut self, before: &Before, cause: &Cause) {
        let known = before.dialog.as_ref().map(identity);
        let now = self.state.focus.dialog().map(identity);
        let Some(dialog) = self.state.focus.dialog() else {
            self.counts.left += usize::from(known.is_some());
            self.question = None;
            return;
        };
        if self.question.as_ref().map(|question| &question.is) != now.as_ref() {
            self.counts.opened += 1;
            if !dialog.word.is_empty() {
                *self.counts.asked.entry(dialog.word.to_string()).or_default() += 1;
            }
            let is = identity(dialog);
            self.question = Some(Question { is, seen: false, moved: false });
        }
        let (focus, confirm) = (dialog.focus, dialog.confirm_focus());
        let changed = before.dialog.as_ref().is_some_and(|old| old.fields != dialog.fields);
        let was = before.dialog.as_ref().filter(|old| Some(identity(old)) == now).map(|old| old.focus);
        let moves = matches!(cause, Cause::Key(_) | Cause::Click(..) | Cause::Paste);
        let Some(question) = &mut self.question else { return };
        if moves && was.is_some_and(|was| was != focus) && focus == confirm && question.seen {
            question.moved = true;
        }
        if !moves && changed {
            (question.seen, question.moved) = (false, false);
        }
        let moved = question.moved;
        self.check(focus != confirm || moved, "the focus stands on a button to which nobody went");
    }

    fn judge(&mut self, before: &Before, cause: &Cause, effects: &[Effect]) {
        let calls = effects.iter().filter_map(|effect| match effect {
            Effect::Call(ticket, request) => Some((*ticket, request.as_ref())),
            _ => None,
        });
        let writes = |request: &Request| request.what.writes() && !request.dry;
        let answers = before.dialog.is_some() && self.state.focus.dialog().is_none();
        let (mut count, mut wrote) = (0, false);
        for (ticket, request) in calls {
            count += 1;
            let approved = match cause {
                Cause::Key(_) | Cause::Click(..) if before.dialog.is_some() => {
                    if writes(request) {
                        self.judge_answer(before, cause, request);
                    }
                    true
                }
                Cause::Key(key) if writes(request) => self.judge_offer(before, key, request),
                Cause::Reply(known) => {
                    let approved = self.approved.contains(known);
                    self.check(!writes(request) || approved, &format!("a reply wrote by itself: {request:?}"));
                    approved
                }
                Cause::Key(_) | Cause::Click(..) | Cause::Paste | Cause::Other => {
                    self.check(!writes(request), &format!("this was never asked: {request:?}"));
                    false
                }
            };
            wrote |= writes(request);
            if approved {
                self.approved.insert(ticket);
            }
        }
        self.counts.requests += count;
        let destroys = |effect: &Effect| matches!(effect, Effect::Save { .. } | Effect::Forget(_));
        if answers && (wrote || effects.iter().any(destroys) || forwards(&self.state) > before.forwards) {
            self.judge_press(before, cause);
            self.counts.answered += 1;
        }
        if answers && wrote {
            self.counts.done.extend(before.dialog.as_ref().map(|dialog| dialog.word.to_string()));
        }
        let begun = forwards(&self.state) > before.forwards;
        self.check(!begun || answers, "a forward began without a question");
    }

    /// The button was pressed on purpose.
    fn judge_press(&self, before: &Before, cause: &Cause) {
        let Some(dialog) = &before.dialog else { self.fail("a question was answered that was not there") };
        match cause {
            Cause::Key(key) => {
                let known = self.state.keymap.lookup(&["dialog"], &[Key::from(*key)]);
                self.check(known == Lookup::Command("dialog-confirm"), "a key answered that is not the one for it");
                self.check(dialog.focus == dialog.confirm_focus(), "the focus was elsewhere");
                self.check(before.seen, "it was answered before it could be seen");
                self.check(before.moved, "it was answered by a button that nobody went to");
            }
            Cause::Click(at, is_released) => {
                let seen = dialog.attention.seen.as_ref();
                let hit = seen.is_some_and(|places| places.confirm.contains(*at));
                self.check(hit && before.seen, "a click answered that was not on the button, or came before it");
                self.check(*is_released, "a press answered that could not be taken back");
                self.check(dialog.focus == dialog.confirm_focus(), "a release answered that was no click");
            }
            Cause::Paste | Cause::Reply(_) | Cause::Other => self.fail("something answered that was no key"),
        }
    }

    fn judge_answer(&self, before: &Before, cause: &Cause, request: &Request) {
        self.judge_press(before, cause);
        let Some(dialog) = &before.dialog else { return };
        let same =
            |id: &Id| (id.at, &id.namespace, &id.name) == (request.id.at, &request.id.namespace, &request.id.name);
        self.check(dialog.ids.iter().any(same), &format!("this was not asked about: {request:?}"));
    }

    /// A review, or documents: Enter, long enough after the first frame and the last stray key.
    fn judge_offer(&mut self, before: &Before, key: &KeyEvent, request: &Request) -> bool {
        let Some(offer) = before.offer.and_then(|is| self.offers.get(&is)) else {
            self.fail(&format!("nothing on the screen asked for this: {request:?}"))
        };
        let past = |time: Time| self.state.now.since(time) >= 300;
        self.check(!before.typing, "this was typed into the prompt");
        self.check(offer.seen.is_some_and(past), "it was written before anybody can have read it");
        self.check(offer.stray.is_none_or(past), "it was written by somebody who typed something else");
        let enter = key.code == KeyCode::Enter || key.modifiers == KeyModifiers::CONTROL;
        self.check(enter, "a key wrote that is not the one for it");
        match &before.sent {
            Some((id, _)) => {
                self.check(*id == request.id, &format!("the review was of {id:?}, and this is {request:?}"));
                self.counts.stored += 1;
            }
            None => self.counts.applied += 1,
        }
        true
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Call(ticket, request) => self.replies.push_back((ticket, *request, self.counts.keys)),
                Effect::Work(job) => self.pending.push_back(Message::Worked(job.run())),
                Effect::Read { ticket, .. } => {
                    let texts = vec![("walk.yaml".to_owned(), DOCUMENTS.to_owned())];
                    self.pending.push_back(Message::Worked(Outcome::Read(ticket, Ok(texts))));
                }
                Effect::Lend { ticket, text, .. } => {
                    self.pending
                        .push_back(Message::Worked(Outcome::Edited(ticket, Ok(format!("{text}# seen\n").into()))));
                }
                Effect::Input(..)
                | Effect::Reopen(_)
                | Effect::Login(_)
                | Effect::Copy(_)
                | Effect::Emit(_)
                | Effect::Reveal(_)
                | Effect::Save { .. }
                | Effect::Keep(_)
                | Effect::Forget(_)
                | Effect::LookInside { .. }
                | Effect::KeepColumns(_)
                | Effect::Recall(..)
                | Effect::Pause
                | Effect::Quit => {}
            }
        }
    }

    /// What the program is waiting for comes, or some of it.
    fn deliver(&mut self) {
        while let Some(message) = self.pending.pop_front() {
            self.give(message);
        }
        while !self.replies.is_empty() && self.random.below(3) > 0 {
            let (ticket, request, asked) = self.replies.pop_front().unwrap();
            let (stack, asks, types) = (
                self.state.tabs.views().count(),
                self.state.focus.dialog().is_some(),
                self.state.focus.input().is_some(),
            );
            let reply = self.door.reply(&request);
            self.give(Message::Replied(ticket, reply));
            if asked < self.counts.keys {
                self.counts.late += 1;
                self.check(self.state.tabs.views().count() <= stack, "a late reply opened a view");
                self.check(asks || self.state.focus.dialog().is_none(), "a late reply opened a question");
                self.check(types == self.state.focus.input().is_some(), "a late reply took what was typed");
            }
        }
        for query in self.state.wanted() {
            let waits = match &query {
                Query::Session { session, .. } => self.state.sessions.find(*session).is_some_and(|s| s.written == 0),
                query => self
                    .state
                    .store
                    .answer(query)
                    .is_some_and(|a| matches!(a.phase, Phase::Loading(_)) && a.body().is_none()),
            };
            let is_known = |found: &spyhop::app::Answer| found.found().is_some() || found.rules().is_some();
            if waits && !self.state.store.answer(&query).is_some_and(is_known) {
                let deltas = self.door.answer(&query);
                self.give(Message::Answer { query, deltas });
            }
        }
    }

    /// The screen is drawn: from now on it can be seen.
    fn frame(&mut self) {
        loop {
            let (settled, effects) = self.state.prepare(usize::MAX / 2);
            self.perform(effects);
            if settled {
                break;
            }
        }
        let (width, height) = self.state.display.size;
        self.state.was_seen();
        if let (Some(question), Some(dialog)) = (&mut self.question, self.state.focus.dialog()) {
            let fits = Placement::of(dialog, width, height).is_some();
            let first = fits && !question.seen;
            question.seen |= fits;
            if first {
                self.counts.seen += 1;
                if self.counts.seen % DRAWN == 1 {
                    self.see_question();
                }
            }
        }
        self.see_offer();
        let scope = self.state.top().map(|view| view.scopes()).unwrap_or_default();
        self.counts.views.extend(scope.into_iter().next());
        self.counts.tabs = self.counts.tabs.max(self.state.tabs.len());
        self.counts.panes += usize::from(self.state.shown_panes().count() == 2);
    }

    fn see_offer(&mut self) {
        let kept: Vec<usize> = self.state.tabs.views().filter_map(|view| offer_of(&self.state, view)).collect();
        self.offers.retain(|is, _| kept.contains(is));
        let Some(is) = offered(&self.state).filter(|_| Layout::of(&self.state).body.height >= 3) else { return };
        let offer = self.offers.entry(is).or_default();
        if offer.seen.is_none() {
            offer.seen = Some(self.state.now);
            self.counts.reviews += usize::from(reviewed(&self.state).is_some());
        }
    }

    /// What the judge takes for seen stands on the screen.
    fn see_question(&self) {
        let text = drawn(&self.state).concat();
        let title: String =
            self.state.focus.dialog().into_iter().flat_map(|dialog| dialog.title.chars()).take(8).collect();
        self.check(
            text.contains("[ Cancel ]") && text.contains(&title),
            &format!("the question cannot be read: {text}"),
        );
    }

    fn key(&mut self, event: KeyEvent) {
        self.counts.keys += 1;
        let scope =
            self.state.top().map(|view| view.scopes()).unwrap_or_default().into_iter().next().unwrap_or_default();
        let at = if self.state.focus.dialog().is_some() { "dialog".to_owned() } else { scope };
        self.trail.push_back(format!("{:?}+{:?}@{at}", event.code, event.modifiers));
        if self.trail.len() > 25 {
            self.trail.pop_front();
        }
        self.give(Message::Key(event));
    }

    /// Keys one by one, with a frame after each, or all at once as they are read when somebody types ahead.
    fn keys(&mut self, events: &[KeyEvent]) {
        let ahead = self.random.below(3) == 0;
        for event in events {
            self.key(*event);
            if !ahead {
                self.rest();
            }
        }
        self.rest();
    }

    fn rest(&mut self) {
        self.frame();
        self.deliver();
        self.frame();
        let pause = [0, 0, 5, 40, 120, 310][self.random.below(6)];
        self.state.now = self.state.now.plus_millis(pause);
        self.take(None);
        self.frame();
        self.ledger.is_kept(&self.state).unwrap_or_else(|why| self.fail(&why));
    }

    fn step(&mut self) {
        if self.state.focus.dialog().is_some() {
            return self.step_in_question();
        }
        if self.state.focus.input().is_some() && self.random.below(3) > 0 {
            let text = ["pods\n", "deploy all\n", "web", "status=Running\n", "\n"][self.random.below(5)];
            return self.type_text(text);
        }
        match self.state.top() {
            Some(View::Editor(editor)) if editor.takes_keys() => self.step_in_text(),
            Some(View::Editor(_)) => self.step_in_review(),
            Some(View::Terminal(_)) => {
                let key = [ctrl(']'), letter('l'), letter(':'), enter()][self.random.below(4)];
                self.keys(&[key]);
            }
            _ => self.step_in_view(),
        }
    }

    fn step_in_question(&mut self) {
        match self.random.below(20) {
            0..=4 => self.keys(&[KeyEvent::from(KeyCode::Tab)]),
            5..=6 => self.keys(&[enter()]),
            7 => self.keys(&[KeyEvent::from(KeyCode::Esc)]),
            8 => self.type_line(),
            9..=10 => self.any_letter(),
            11 => self.keys(&[enter(), enter()]),
            12 => {
                let code =
                    [KeyCode::Left, KeyCode::Right, KeyCode::Up, KeyCode::Down, KeyCode::BackTab][self.random.below(5)];
                self.keys(&[KeyEvent::from(code)]);
            }
            13 => self.click(),
            14 => self.give(Message::Paste("pods\n".to_owned())),
            _ => self.answer(),
        }
    }

    /// As somebody who means it: what is asked for, then the button.
    fn answer(&mut self) {
        for _ in 0..12 {
            let Some(dialog) = self.state.focus.dialog() else { return };
            let (focus, confirm, must) = (dialog.focus, dialog.confirm_focus(), dialog.must().map(str::to_owned));
            let empty = match dialog.fields.get(focus).map(|field| &field.entry) {
                Some(Entry::Text { text, .. }) => text.is_empty(),
                _ => false,
            };
            if focus == 0
                && empty
                && let Some(must) = must
            {
                self.type_text(&must);
            } else if focus == 0 && empty {
                self.type_text("a=b");
            }
            if focus == confirm {
                return self.keys(&[enter()]);
            }
            self.keys(&[KeyEvent::from(KeyCode::Tab)]);
        }
    }

    fn click(&mut self) {
        let (width, height) = self.state.display.size;
        let button = self.state.focus.dialog().and_then(|dialog| Placement::of(dialog, width, height));
        let mut place = || match button.as_ref().filter(|_| self.random.below(4) > 0) {
            Some(places) => Position::new(places.confirm.x + 1, places.confirm.y),
            None => Position::new(self.random.below(width.into()) as u16, self.random.below(height.into()) as u16),
        };
        let (pressed, other) = (place(), place());
        let released = if self.random.below(3) > 0 { pressed } else { other };
        self.counts.keys += 1;
        self.mouse(MouseEventKind::Down(MouseButton::Left), pressed);
        if self.random.below(4) == 0 {
            self.rest();
        }
        self.mouse(MouseEventKind::Up(MouseButton::Left), released);
        self.rest();
    }

    fn mouse(&mut self, kind: MouseEventKind, at: Position) {
        self.give(Message::Mouse(MouseEvent { kind, column: at.x, row: at.y, modifiers: KeyModifiers::NONE }));
    }

    fn step_in_text(&mut self) {
        match self.random.below(10) {
            0..=2 => self.any_letter(),
            3..=4 => {
                // A change that is one, then the review.
                let end = KeyEvent::new(KeyCode::End, KeyModifiers::CONTROL);
                self.keys(&[end, enter(), letter('#'), letter('x')]);
                self.label();
                self.run("edit-review");
            }
            5 => self.type_line(),
            6..=7 => self.run("edit-review"),
            _ => self.bound(),
        }
    }

    /// Changes the object: a comment alone is no change.
    fn label(&mut self) {
        let now = self.state.now;
        let Some(View::Editor(editor)) = self.state.top_mut() else { return };
        let text = editor.text();
        let changed = text.replacen("metadata:\n", "metadata:\n  generateName: walk-\n", 1);
        if changed != text && !text.contains("generateName: walk-") {
            editor.replace(&changed);
            editor.touch(true, now);
        }
    }

    fn step_in_review(&mut self) {
        match self.random.below(10) {
            0..=3 => self.keys(&[enter()]),
            4 => self.keys(&[enter(), enter(), enter()]),
            5..=6 => self.any_letter(),
            7 => self.type_line(),
            _ => self.bound(),
        }
    }

    fn step_in_view(&mut self) {
        match self.random.below(20) {
            0..=8 => self.bound(),
            9..=10 => self.any_letter(),
            11..=14 => self.type_line(),
            15 => self.keys(&[enter()]),
            16 => self.keys(&[enter(), enter()]),
            17 => self.click(),
            18 => self.resize(),
            _ => self.keys(&[KeyEvent::from(KeyCode::Esc)]),
        }
    }

    fn resize(&mut self) {
        let (width, height) = [(80, 24), (120, 40), (60, 16), (30, 8), (12, 3)][self.random.below(5)];
        self.give(Message::Resize(width, height));
        self.rest();
        self.give(Message::Resize(80, 24));
        self.rest();
    }

    fn any_letter(&mut self) {
        let c = char::from(b' ' + self.random.below(95) as u8);
        let key = letter(c);
        self.keys(&[key]);
    }

    /// A key that means something here.
    fn bound(&mut self) {
        let scopes = self.state.view_scopes();
        let here: Vec<String> = self
            .state
            .keymap
            .bindings()
            .filter(|(scope, _, line)| scopes.iter().any(|own| own == scope) && !line.starts_with("tab-number"))
            .map(|(_, text, _)| text.to_owned())
            .collect();
        if !here.is_empty() {
            let text = here[self.random.below(here.len())].clone();
            self.press(&text);
        }
    }

    fn run(&mut self, command: &str) {
        let scopes = self.state.view_scopes();
        let names: Vec<&str> = scopes.iter().map(String::as_str).collect();
        if let Some(text) = self.state.keymap.key_for(&names, command).map(str::to_owned) {
            self.press(&text);
        }
    }

    fn press(&mut self, text: &str) {
        let events: Vec<KeyEvent> = text.split(' ').filter_map(named).collect();
        self.keys(&events);
    }

    fn type_text(&mut self, text: &str) {
        let key = |c: char| if c == '\n' { enter() } else { letter(c) };
        let events: Vec<KeyEvent> = text.chars().map(key).collect();
        self.keys(&events);
    }

    /// A command, as it is typed by somebody who knows it.
    fn type_line(&mut self) {
        let verbs: Vec<&str> = self.state.verbs().iter().map(|verb| verb.name).collect();
        let line = match self.random.below(11) {
            0..=3 if !verbs.is_empty() => {
                let verb = verbs[self.random.below(verbs.len())];
                match verb {
                    "scale" => "scale 4".to_owned(),
                    "label" | "annotate" => format!("{verb} walk=on"),
                    other => other.to_owned(),
                }
            }
            0..=5 => {
                let kinds = &self.door.kinds;
                format!("{} all", kinds[self.random.below(kinds.len())].name)
            }
            6 => WORKLOADS[self.random.below(WORKLOADS.len())].to_owned(),
            7 => {
                let names: Vec<&str> = commands::spoken().collect();
                names[self.random.below(names.len())].to_owned()
            }
            8 => "apply walk.yaml".to_owned(),
            9 => ["split", "vsplit", "vsplit deploy all", "tab", "tab next", "pane", "close", "only", "tab close"]
                [self.random.below(9)]
            .to_owned(),
            _ => ["pods shop", "docker/containers", "drafts", "deploy @demo", "routes all", "nosuch"]
                [self.random.below(6)]
            .to_owned(),
        };
        self.type_text(&format!(":{line}\n"));
    }
}

/// Kinds with verbs of their own come more often than the others.
const WORKLOADS: &[&str] = &[
    "deploy all",
    "statefulsets all",
    "cronjobs all",
    "nodes",
    "routes all",
    "backends all",
    "daemonsets all",
    "secrets all",
    "applications all",
    "kustomizations all",
    "cronjobs all",
    "docker/containers @docker/default",
];

fn enter() -> KeyEvent {
    KeyEvent::from(KeyCode::Enter)
}

fn letter(c: char) -> KeyEvent {
    KeyEvent::from(KeyCode::Char(c))
}

fn ctrl(c: char) -> KeyEvent {
    KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL)
}

fn walk(seed: u64, keys: usize) -> Counts {
    let mut door = Door::new(Time::parse(NOW).unwrap());
    let (mut random, mut ledger) = (Random(seed | 1), Ledger::default());
    let mut counts = Counts::default();
    while counts.keys < keys {
        let mut state = start(&mut random);
        ledger.start(&mut state);
        let mut walk = Walk::new(Random(random.next() | 1), state, &mut door, &mut ledger, seed);
        walk.rest();
        while walk.counts.keys < LIFE && !walk.state.display.done {
            walk.step();
        }
        counts.add(walk.counts);
    }
    counts.drafts = [ledger.kept, ledger.removed, ledger.taken_over];
    counts
}

#[test]
fn nothing_is_written_unseen_and_no_text_is_lost() {
    let set = |name: &str| std::env::var(name).ok().and_then(|value| value.parse().ok());
    let seed: u64 = set("SPYHOP_WALK_SEED").unwrap_or(20_261_129);
    let keys = set("SPYHOP_WALK_KEYS").map_or(KEYS, |keys| keys as usize);
    println!("SPYHOP_WALK_SEED={seed}");
    let mut all = Counts::default();
    let walkers = if set("SPYHOP_WALK_ONE").is_some() { 1 } else { WALKERS as u64 };
    // A new kind, verb or key changes every later step, so a walk that tried too little goes on.
    for round in 0..ROUNDS {
        std::thread::scope(|scope| {
            let begin = |number: u64| scope.spawn(move || walk(seed + round * WALKERS as u64 + number, keys / WALKERS));
            let running: Vec<_> = (0..walkers).map(begin).collect();
            running.into_iter().for_each(|walker| all.add(walker.join().unwrap()));
        });
        if keys < KEYS || lacking(&all).is_empty() {
            break;
        }
    }
    println!("{all:#?}");
    let lacking = if keys < KEYS { Vec::new() } else { lacking(&all) };
    assert!(lacking.is_empty(), "SPYHOP_WALK_SEED={seed}: in {ROUNDS} rounds too little was tried: {lacking:#?}");
}

/// The most rounds of a walk.
const ROUNDS: u64 = 3;

/// What a walk has not tried often enough to mean anything.
fn lacking(all: &Counts) -> Vec<String> {
    // About half of what most seeds give.
    let floors = [
        ("keys", all.keys, 100_000),
        ("questions opened", all.opened, 500),
        ("questions seen", all.seen, 500),
        ("questions answered", all.answered, 200),
        ("questions left", all.left, 500),
        ("reviews", all.reviews, 20),
        ("texts stored", all.stored, 8),
        ("files applied", all.applied, 20),
        ("tabs", all.tabs, 3),
        ("panes", all.panes, 1_000),
        ("late replies", all.late, 200),
        ("drafts kept", all.drafts[0], 20),
        ("drafts removed", all.drafts[1], 20),
        ("drafts taken over", all.drafts[2], 20),
    ];
    let few = floors.into_iter().filter(|(_, count, least)| count < least);
    let few = few.map(|(what, count, least)| format!("{what}: {count} of at least {least}"));
    let verbs = kinds::verbs::ALL.iter().map(|verb| verb.name).filter(|verb| !all.asked.contains_key(*verb));
    let views = ["kind.pods", "view.editor", "view.review", "view.terminal", "view.log", "view.apply", "view.help"];
    let unseen = views.into_iter().filter(|view| !all.views.contains(*view));
    let verbs = verbs.map(|verb| format!("never asked about: {verb}"));
    few.chain(verbs).chain(unseen.map(|view| format!("never seen: {view}"))).collect()
}

/// `^k` as `ctrl-k`; the hints of the bottom line, as far as there is room: `enter containers  d describe`.
fn hinted(line: &str) -> Vec<String> {
    let keys = line.split("  ").filter_map(|hint| hint.trim().split(' ').next()).filter(|key| !key.is_empty());
    keys.map(|key| key.strip_prefix('^').map_or_else(|| key.to_owned(), |key| format!("ctrl-{key}"))).collect()
}

fn drawn(state: &State) -> Vec<String> {
    let (width, height) = state.display.size;
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| ui::draw(state, frame)).unwrap();
    let cells = terminal.backend().buffer().content();
    cells.chunks(width.into()).map(|row| row.iter().map(|cell| cell.symbol()).collect()).collect()
}

/// What the bottom line offers does something, or says why not, on every kind and on the pages of its rows.
#[test]
fn every_hint_does_something() {
    let (mut door, mut ledger) = (Door::new(Time::parse(NOW).unwrap()), Ledger::default());
    let mut idle = BTreeSet::new();
    let kinds: BTreeSet<String> = door.kinds.iter().map(|kind| format!("{} all", kind.resource())).collect();
    let own = ["contexts", "sources", "sessions", "self", "docker/containers @docker/default"].map(str::to_owned);
    for line in kinds.into_iter().chain(own) {
        for first in ["", "d", "y"] {
            let mut tried: VecDeque<Option<String>> = VecDeque::from([None]);
            while let Some(key) = tried.pop_front() {
                let mut state = start(&mut Random(1));
                (state.display.size, state.keymap) = ((240, 40), Keymap::named("k9s").unwrap());
                let mut walk = Walk::new(Random(7), state, &mut door, &mut ledger, 0);
                walk.rest();
                walk.type_text(&format!(":{line}\n"));
                walk.press(first);
                walk.rest();
                walk.state.display.notice = None;
                let before = drawn(&walk.state);
                let Some(key) = key else {
                    tried.extend(hinted(before.last().unwrap()).into_iter().map(Some));
                    continue;
                };
                let effects = walk.state.turn(named(&key).map(Message::Key));
                walk.frame();
                if effects.is_empty() && walk.state.display.notice.is_none() && drawn(&walk.state) == before {
                    idle.insert(format!("{line} {first}: {key}"));
                }
            }
        }
    }
    assert!(idle.is_empty(), "these keys are offered and do nothing: {idle:#?}");
}
