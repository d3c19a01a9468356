//! From a key to a command: the input line first, then the key map's scopes, narrowest first.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::keymap::{Key, Lookup};
use super::{Effect, Focus, Level, State, View, commands};
use crate::model::Time;

/// Keys of a chord that waits for the next one.
#[derive(Debug, Default)]
pub struct Pending {
    pub keys: Vec<Key>,
    since: Option<Time>,
}

/// After this many milliseconds a waiting chord shows how it may go on.
const HINT: i64 = 300;

impl Pending {
    /// When the hint is to be shown that was not there yet when the screen was last drawn.
    pub(super) fn due(&self, drawn: Time) -> Option<Time> {
        self.since.map(|since| since.plus_millis(HINT)).filter(|due| *due > drawn)
    }

    /// Whether the chord has waited long enough to say how it may go on.
    pub fn is_slow(&self, now: Time) -> bool {
        self.since.is_some_and(|since| now.since(since) >= HINT)
    }

    fn is_begun(&self) -> bool {
        !self.keys.is_empty()
    }
}

impl State {
    pub(super) fn key(&mut self, event: KeyEvent) -> Vec<Effect> {
        if event.kind == KeyEventKind::Release {
            return Vec::new();
        }
        self.display.dirty = true;
        if let Some(second) = self.behind_esc(event) {
            return self.esc_and(second);
        }
        if self.holds_key(event) {
            return Vec::new();
        }
        self.go_on();
        match &self.focus {
            Focus::Question(_) => self.dialog_key(event),
            Focus::Prompt(_) => self.input_key(event),
            Focus::View(chord) => {
                let keys = chord.keys.iter().copied().chain([Key::from(event)]).collect();
                self.view_key(event, keys)
            }
            Focus::Waiting(_) => Vec::new(),
        }
    }

    /// A key that is for the view on top; with those of the chord before it these are pressed.
    fn view_key(&mut self, event: KeyEvent, pressed: Vec<Key>) -> Vec<Effect> {
        let scopes = self.key_scopes();
        match self.keymap.lookup(&borrowed(&scopes), &pressed) {
            Lookup::Command(line) => {
                let line = line.to_owned();
                self.focus = Focus::default();
                if self.shell_is_just_over() && commands::reaches(&line) {
                    self.sessions.over = None;
                    let key = self.keymap.written(Key::from(event)).unwrap_or("the key").to_owned();
                    self.tell(
                        Level::Info,
                        format!("the shell has just ended; press {key} again to {}", commands::name(&line)),
                    );
                    return Vec::new();
                }
                // A verb of other kinds: the key tells of those, and of what else it does.
                if self.is_in_vain(&line) && self.tell_where(Key::from(event)) {
                    return Vec::new();
                }
                self.settle_typed_ahead(&line);
                commands::run(self, &line)
            }
            Lookup::Waiting => {
                self.focus = Focus::View(Pending { keys: pressed, since: Some(self.now) });
                Vec::new()
            }
            Lookup::None => {
                self.focus = Focus::default();
                match pressed.len() {
                    ..=1 => self.type_into_view(event),
                    _ => self.break_chord(&pressed, event),
                }
            }
        }
    }

    /// The key that came in one piece with an Esc before it: terminals send both as they send Alt with that key, and what
    /// was typed must not depend on how it was packed. It is Alt where that means something, and where a program or a
    /// text takes it; the prompt is opened from anywhere.
    fn behind_esc(&self, event: KeyEvent) -> Option<KeyEvent> {
        let alone = KeyEvent { modifiers: event.modifiers.difference(KeyModifiers::ALT), ..event };
        let is_program = matches!(self.top(), Some(View::Terminal(_)));
        let is_text = !self.focus.is_on_view() || self.editor().is_some_and(|editor| editor.takes_keys());
        let is_chord = self.focus.chord().is_some_and(Pending::is_begun);
        let means = |scopes: &[String], event: KeyEvent| {
            self.keymap.lookup(&borrowed(scopes), &[Key::from(event)]) != Lookup::None
        };
        let (here, below) =
            (self.key_scopes(), self.stack.iter().nth_back(1).map(|view| view.scopes()).unwrap_or_default());
        let is_alt = alone == event || is_program || is_chord || means(&here, event);
        let is_alt = is_alt || self.prompt_line(event).is_some();
        let is_key = !is_text && (means(&here, alone) || means(&below, alone));
        (!is_alt && (is_key || self.prompt_line(alone).is_some())).then_some(alone)
    }

    /// Esc and the key behind it, which is not taken where it would change something: nobody saw what Esc led to.
    fn esc_and(&mut self, second: KeyEvent) -> Vec<Effect> {
        let mut effects = self.key(KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE));
        let scopes = self.key_scopes();
        let line = match self.keymap.lookup(&borrowed(&scopes), &[Key::from(second)]) {
            Lookup::Command(line) if commands::reaches(line) => Some(commands::name(line).to_owned()),
            Lookup::Command(_) | Lookup::Waiting | Lookup::None => None,
        };
        match line {
            Some(name) => {
                let key = Key::from(second);
                self.tell(
                    Level::Info,
                    format!("{key} came in one piece with the key before it; press it again to {name}"),
                );
            }
            None => effects.extend(self.key(second)),
        }
        effects
    }

    /// The scopes that the next key is looked up in.
    fn key_scopes(&self) -> Vec<String> {
        match &self.focus {
            Focus::Question(_) => vec!["dialog".to_owned()],
            Focus::Prompt(_) => vec!["prompt".to_owned()],
            Focus::View(_) | Focus::Waiting(_) => self.top().map(|view| view.scopes()).unwrap_or_default(),
        }
    }

    /// A key that does not go on with the chord that was begun: it is told how that goes on, and does nothing else. Esc
    /// leaves a chord, and the prompt is opened from anywhere.
    fn break_chord(&mut self, keys: &[Key], event: KeyEvent) -> Vec<Effect> {
        /// Ways on that are told.
        const MOST: usize = 4;
        let now = self.now;
        self.caution().into_iter().for_each(|caution| caution.stray(now));
        if let Some(line) = self.prompt_line(event) {
            return commands::run(self, &line);
        }
        let Some((last, begun)) = keys.split_last().filter(|(last, _)| **last != Key::ESC) else { return Vec::new() };
        let scopes = self.key_scopes();
        let ways = self.keymap.ways_on(&borrowed(&scopes), begun);
        let told: Vec<String> = ways.iter().take(MOST).map(|(rest, line)| format!("{rest} ({line})")).collect();
        let more = if ways.len() > MOST { " and others" } else { "" };
        let begun: Vec<String> = begun.iter().map(ToString::to_string).collect();
        let told = format!("{} goes on with {}{more}, not with {last}", begun.join(" "), told.join(" or "));
        self.tell(Level::Warn, told);
        Vec::new()
    }

    /// The text with the keys of what is on the screen in place of the commands in braces.
    pub fn in_keys(&self, text: &str) -> String {
        let scopes = self.top().map(|view| view.scopes()).unwrap_or_else(|| vec!["global".to_owned()]);
        self.keymap.spell(text, &borrowed(&scopes))
    }

    /// Keys that come in one burst mean the rows that the ones before them lead to: `/web⏎d` describes the first web. Many
    /// rows take a while; then only what may change something waits for them.
    fn settle_typed_ahead(&mut self, line: &str) {
        const FEW: usize = 1 << 16;
        let asked = self.table().is_some_and(|table| table.order.is_asked_anew());
        let few = self.answer().is_some_and(|answer| answer.len() <= FEW);
        if asked && (few || commands::reaches(line)) {
            self.prepare_now();
        }
    }

    /// A key that means nothing to the key map is text for an editor, and input for a session.
    fn type_into_view(&mut self, event: KeyEvent) -> Vec<Effect> {
        let heard = self.with_top(|view, state| view.press(state, event));
        self.follow_heard(heard).unwrap_or_else(|| self.stray_key(event))
    }

    /// A key that means nothing here: whoever types goes on with something else, perhaps with a command.
    fn stray_key(&mut self, event: KeyEvent) -> Vec<Effect> {
        let now = self.now;
        if let Some(line) = self.prompt_line(event) {
            return commands::run(self, &line);
        }
        if let Some(caution) = self.caution() {
            caution.stray(now);
        }
        self.tell_where(Key::from(event));
        Vec::new()
    }

    /// The command line of a key that opens the prompt, wherever it is pressed.
    pub(super) fn prompt_line(&self, event: KeyEvent) -> Option<String> {
        match self.keymap.lookup(&["global"], &[Key::from(event)]) {
            Lookup::Command(line) if commands::name(line) == "prompt" => Some(line.to_owned()),
            Lookup::Command(_) | Lookup::Waiting | Lookup::None => None,
        }
    }

    /// A key that writes was pressed before anybody can have read what.
    pub(super) fn tell_too_early(&mut self, command: &str, does: &str) {
        let key = self.in_keys(&format!("{{{command}}}"));
        match self.caution() {
            Some(_) => self.tell(Level::Warn, format!("press {key} again to {does}")),
            None => {
                self.tell(Level::Warn, format!("the window is too small to show what it would {does}: make it larger"))
            }
        }
    }
}

fn borrowed(scopes: &[String]) -> Vec<&str> {
    scopes.iter().map(String::as_str).collect()
}
