//! From a key to a command: the input line first, then the key map's scopes, narrowest first.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind};

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
}

impl State {
    pub(super) fn key(&mut self, event: KeyEvent) -> Vec<Effect> {
        if event.kind == KeyEventKind::Release {
            return Vec::new();
        }
        self.display.dirty = true;
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
        let scopes = self.top().map(View::scopes).unwrap_or_default();
        let names: Vec<&str> = scopes.iter().map(String::as_str).collect();
        match self.keymap.lookup(&names, &pressed) {
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
                self.type_into_view(event)
            }
        }
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
        let State { stack, sessions, now, .. } = self;
        match stack.last_mut() {
            Some(View::Editor(editor)) if editor.takes_keys() => {
                editor.key(event, *now);
                let vi = if event.code == KeyCode::Enter { editor.vi_line().map(str::to_owned) } else { None };
                vi.into_iter().for_each(|line| self.tell_no_vi(&line));
                Vec::new()
            }
            Some(View::Editor(_)) => self.stray_key(event),
            Some(View::Terminal(terminal)) => {
                let session = terminal.session;
                if sessions.find(session).is_some_and(super::session::Session::runs) {
                    return sessions.key(session, event);
                }
                // What is over has no use for keys; these close it.
                match (event.code, self.prompt_line(event)) {
                    (KeyCode::Enter | KeyCode::Esc | KeyCode::Char('q'), _) => commands::run(self, "session-leave"),
                    (_, Some(line)) => commands::run(self, &line),
                    (_, None) => self.sessions.key(session, event),
                }
            }
            Some(View::Start | View::Table(_) | View::Page(_) | View::Log(_)) | None => self.stray_key(event),
        }
    }

    /// What vi would do with a line is done by keys here.
    fn tell_no_vi(&mut self, line: &str) {
        let key = |command: &str| self.keymap.key_for(&["view.editor"], command).unwrap_or_default();
        let (save, leave, lend) = (key("edit-review"), key("edit-leave"), key("edit-external"));
        let told = format!("{line} is text here: {save} saves, {leave} leaves, {lend} goes on in $EDITOR");
        self.tell(Level::Warn, told);
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
        let scopes = self.top().map(View::scopes).unwrap_or_default();
        let names: Vec<&str> = scopes.iter().map(String::as_str).collect();
        let key = self.keymap.key_for(&names, command).unwrap_or("enter").to_owned();
        match self.caution() {
            Some(_) => self.tell(Level::Warn, format!("press {key} again to {does}")),
            None => {
                self.tell(Level::Warn, format!("the window is too small to show what it would {does}: make it larger"))
            }
        }
    }
}
