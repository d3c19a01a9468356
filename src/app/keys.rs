//! Finds the command of a key. A question or the prompt gets the key first; otherwise the scopes of the key map are
//! searched, the narrowest first.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::keymap::{Key, Lookup};
use super::{Effect, Focus, Level, State, View, commands};
use crate::model::Time;

/// The keys of a chord that is not complete.
#[derive(Debug, Default)]
pub struct Pending {
    pub keys: Vec<Key>,
    since: Option<Time>,
}

/// The scope of the keys that go from pane to pane.
pub const PANES: &str = "panes";

/// How long the program waits for the next key of a chord before it shows the possible keys, in milliseconds.
const HINT: i64 = 300;

impl Pending {
    /// When the possible keys must be shown, if the last frame did not show them.
    pub(super) fn due(&self, drawn: Time) -> Option<Time> {
        self.since.map(|since| since.plus_millis(HINT)).filter(|due| *due > drawn)
    }

    /// Whether the chord has waited long enough that the possible keys are shown.
    pub fn is_slow(&self, now: Time) -> bool {
        self.since.is_some_and(|since| now.since(since) >= HINT)
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

    /// Takes a key for the view on top. `pressed` are the keys of the chord with this one at the end.
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
                // The key means a verb that this kind does not have: a notice names the kinds and the views in which
                // the key works.
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

    /// The key that was typed after Esc and came together with it. A terminal sends Esc and a key as it sends Alt with
    /// this key, and the way the bytes were packed must change nothing. The key counts as Alt where Alt with it has a
    /// meaning, and where a program or a text takes it. A key that opens the prompt opens it from anywhere. A chord that
    /// does not go on with Alt and the key is left by Esc.
    fn behind_esc(&self, event: KeyEvent) -> Option<KeyEvent> {
        let alone = KeyEvent { modifiers: event.modifiers.difference(KeyModifiers::ALT), ..event };
        let is_program = matches!(self.top(), Some(View::Terminal(_)));
        let is_text = !self.focus.is_on_view() || self.editor().is_some_and(|editor| editor.takes_keys());
        let begun = self.focus.chord().map(|chord| chord.keys.as_slice()).unwrap_or_default();
        let means = |scopes: &[String], event: KeyEvent| {
            self.keymap.lookup(&borrowed(scopes), &[Key::from(event)]) != Lookup::None
        };
        let (here, below) =
            (self.key_scopes(), self.tabs.stack().iter().nth_back(1).map(|view| view.scopes()).unwrap_or_default());
        let pressed: Vec<Key> = begun.iter().copied().chain([Key::from(event)]).collect();
        let goes_on = self.keymap.lookup(&borrowed(&here), &pressed) != Lookup::None;
        let is_alt = alone == event || is_program || goes_on || self.prompt_line(event).is_some();
        let is_key = !is_text && (means(&here, alone) || means(&below, alone));
        (!is_alt && (is_key || self.prompt_line(alone).is_some())).then_some(alone)
    }

    /// Takes Esc and the key behind it. The second key is not taken if it would change something, because nobody saw
    /// the screen to which Esc led.
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

    /// The scopes of the key map in which the next key is searched.
    fn key_scopes(&self) -> Vec<String> {
        match &self.focus {
            Focus::Question(_) => vec!["dialog".to_owned()],
            Focus::Prompt(_) => vec!["prompt".to_owned()],
            Focus::View(_) | Focus::Waiting(_) => self.view_scopes(),
        }
    }

    /// The scopes of the view that has the focus. If there is a second pane or tab, some keys lead there from any view,
    /// even from a text that is typed.
    pub fn view_scopes(&self) -> Vec<String> {
        let own = self.top().map(|view| view.scopes()).unwrap_or_default();
        own.into_iter().chain(self.tabs.are_several().then(|| PANES.to_owned())).collect()
    }

    /// Takes a key that is no part of the chord that was started. A notice names the possible keys, and nothing else
    /// happens. Esc only leaves the chord, and a key that opens the prompt opens it.
    fn break_chord(&mut self, keys: &[Key], event: KeyEvent) -> Vec<Effect> {
        /// The most continuations that the notice names.
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

    /// The text with the commands in braces replaced by their keys in the view on top.
    pub fn in_keys(&self, text: &str) -> String {
        let scopes = self.top().map(|view| view.scopes()).unwrap_or_else(|| vec!["global".to_owned()]);
        self.keymap.spell(text, &borrowed(&scopes))
    }

    /// Brings the rows up to date before a key that was typed in one burst with others: `/web⏎d` describes the first
    /// row with `web`. Where the rows are many, this takes a while, so only keys that may change something wait for it.
    fn settle_typed_ahead(&mut self, line: &str) {
        const FEW: usize = 1 << 16;
        let asked = self.table().is_some_and(|table| table.order.is_asked_anew());
        let few = self.answer().is_some_and(|answer| answer.len() <= FEW);
        if asked && (few || commands::reaches(line)) {
            self.prepare_now();
        }
    }

    /// Gives the view on top a key that the key map does not know: text for an editor, input for a session.
    fn type_into_view(&mut self, event: KeyEvent) -> Vec<Effect> {
        let heard = self.with_top(|view, state| view.press(state, event));
        self.follow_heard(heard).unwrap_or_else(|| self.stray_key(event))
    }

    /// Takes a key that has no meaning here. It may open the prompt. A key that writes is then blocked for a moment,
    /// because the user is typing something else.
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

    /// The command line of a key that opens the prompt from anywhere.
    pub(super) fn prompt_line(&self, event: KeyEvent) -> Option<String> {
        match self.keymap.lookup(&["global"], &[Key::from(event)]) {
            Lookup::Command(line) if commands::name(line) == "prompt" => Some(line.to_owned()),
            Lookup::Command(_) | Lookup::Waiting | Lookup::None => None,
        }
    }

    /// Tells the user that a key that writes was pressed before its text could be read.
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
