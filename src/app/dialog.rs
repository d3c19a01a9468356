//! A question in the middle of the screen: what it is about, what can be chosen, and its two buttons. After it was
//! seen, it gets all keys first. The focus starts in the first field or on Cancel, never on the button that acts: this
//! button counts only if the user goes to it.

mod placement;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Position;

use super::acts::Asked;
use super::input::too_long;
use super::keymap::{Key, Lookup};
use super::layout::Layout;
use super::view::{Caution, Line};
use super::waiting::Then;
use super::{Clip, Effect, Focus, State, commands};
use crate::model::{Error, Form, Id, Param, Result, Str, Time, text};

pub use placement::{Placement, labels, note};

/// The content of a field.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    /// `cursor` is a position in bytes, on a character boundary.
    Text {
        text: String,
        cursor: usize,
    },
    Choice {
        options: Vec<Str>,
        chosen: usize,
    },
    Toggle(bool),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    pub name: Str,
    pub entry: Entry,
    /// The text that is shown while the field is empty.
    pub hint: Str,
    /// Whether nothing was typed into the field so far. The first letter typed then replaces its text.
    pub untouched: bool,
}

impl Field {
    pub fn text(name: impl Into<Str>, text: impl Into<String>) -> Self {
        let text = text.into();
        Self::of(name, Entry::Text { cursor: text.len(), text })
    }

    fn of(name: impl Into<Str>, entry: Entry) -> Self {
        Self { name: name.into(), entry, hint: Str::new(), untouched: true }
    }

    #[must_use]
    pub fn hinted(self, hint: impl Into<Str>) -> Self {
        Self { hint: hint.into(), ..self }
    }

    pub fn choice(name: impl Into<Str>, options: impl IntoIterator<Item = Str>, chosen: usize) -> Self {
        Self::of(name, Entry::Choice { options: options.into_iter().collect(), chosen })
    }

    pub fn toggle(name: impl Into<Str>, on: bool) -> Self {
        Self::of(name, Entry::Toggle(on))
    }

    /// The content in words: the text, the chosen option, `true` or `false`.
    pub fn value(&self) -> Str {
        match &self.entry {
            Entry::Text { text, .. } => Str::from(text.as_str()),
            Entry::Choice { options, chosen } => options.get(*chosen).cloned().unwrap_or_default(),
            Entry::Toggle(on) => Str::from(if *on { "true" } else { "false" }),
        }
    }
}

/// The field for a parameter of a verb.
impl From<Param> for Field {
    fn from(param: Param) -> Self {
        let Param { name, form, value, hint } = param;
        let field = match form {
            Form::Text | Form::Number => Self::text(name, value.as_str()),
            Form::Toggle => Self::toggle(name, value == "true"),
            Form::Choice(options) => {
                let chosen = options.iter().position(|option| value.eq_ignore_ascii_case(option)).unwrap_or(0);
                Self::choice(name, options.iter().map(|option| Str::from(*option)), chosen)
            }
        };
        field.hinted(hint)
    }
}

/// The function that a confirmed question runs.
pub type Answered = fn(&mut State, &Dialog) -> Result<Vec<Effect>>;

#[derive(Clone, Debug)]
pub struct Dialog {
    pub title: String,
    pub lines: Vec<Line>,
    /// Lines below `lines`: what the act would change, with the fields as they are now.
    pub preview: Vec<Line>,
    pub fields: Vec<Field>,
    /// The word on the button that acts.
    pub confirm: String,
    pub consent: Consent,
    /// The part that has the focus: first the fields, then Cancel, then the button that acts.
    pub focus: usize,
    /// The objects that the question is about.
    pub ids: Vec<Id>,
    /// One more value for `run`.
    pub word: Str,
    /// The verb that the question is about, and its objects.
    pub asked: Option<Box<Asked>>,
    pub run: Answered,
    /// Why the answer was refused.
    pub problem: Option<String>,
    /// The act as commands for a shell, to be copied.
    pub shell_lines: String,
    /// Writes the words that depend on the fields. It runs after each key.
    pub spell: Option<fn(&mut State, &mut Dialog)>,
    pub attention: Attention,
}

/// What the user has seen of a question, and begun to answer.
#[derive(Clone, Debug, Default)]
pub struct Attention {
    /// Where the parts stand on the screen. `None` means that the question was not drawn as it is now.
    pub seen: Option<Placement>,
    /// Keys before this moment do not count: the user cannot have read the question. `None` means that it was never
    /// drawn.
    pub quiet: Option<Time>,
    /// The button on which the mouse was pressed and not released, by its focus.
    pressed: Option<usize>,
}

impl Attention {
    /// The next frame shows the question in another way: what was pressed is not what is released.
    pub fn unsee(&mut self) {
        (self.seen, self.pressed) = (None, None);
    }
}

/// How the user agrees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Consent {
    /// With the button that acts.
    Button,
    /// By choosing from a list. Enter in its field is the answer.
    Choice,
    /// With the button, which is red: the act cannot be taken back. The focus starts on Cancel.
    Risky,
    /// As with a risky act, after typing this text into the first field.
    Typed(String),
}

impl Dialog {
    pub fn new(title: impl Into<String>, confirm: impl Into<String>, ids: Vec<Id>, run: Answered) -> Self {
        Self {
            title: title.into(),
            lines: Vec::new(),
            preview: Vec::new(),
            fields: Vec::new(),
            confirm: confirm.into(),
            consent: Consent::Button,
            focus: 0,
            ids,
            word: Str::new(),
            asked: None,
            run,
            problem: None,
            shell_lines: String::new(),
            spell: None,
            attention: Attention::default(),
        }
    }

    pub fn field(&self, name: &str) -> Str {
        self.fields.iter().find(|field| field.name == name).map(Field::value).unwrap_or_default()
    }

    pub fn cancel_focus(&self) -> usize {
        self.fields.len()
    }

    pub fn confirm_focus(&self) -> usize {
        self.fields.len() + 1
    }

    pub fn is_risky(&self) -> bool {
        matches!(self.consent, Consent::Risky | Consent::Typed(_))
    }

    pub fn is_choice(&self) -> bool {
        self.consent == Consent::Choice
    }

    /// The text that the user must type into the first field.
    pub fn must(&self) -> Option<&str> {
        if let Consent::Typed(text) = &self.consent { Some(text) } else { None }
    }

    /// The part on which the focus starts: never the button that acts.
    fn start(&self) -> usize {
        // Where a name must be typed, the focus starts in its field.
        let cancels = self.consent == Consent::Risky || self.fields.is_empty();
        if cancels { self.cancel_focus() } else { 0 }
    }

    /// Call this when something other than a key changed the question. It must be drawn again before keys count, and
    /// the focus leaves the button that acts.
    pub(super) fn renew(&mut self) {
        self.attention.unsee();
        if self.focus == self.confirm_focus() {
            self.focus = self.start();
        }
    }

    /// Whether a key or a click came before anybody can have read the question. Such a key makes the wait longer,
    /// because a user who types on does not look. Lists to choose from do not wait.
    fn is_too_early(&mut self, now: Time) -> bool {
        let Attention { seen, quiet, .. } = &self.attention;
        let early = seen.is_none() || !self.is_choice() && quiet.is_none_or(|quiet| now < quiet);
        if early && quiet.is_some() {
            self.attention.quiet = Some(now.plus_millis(QUIET));
        }
        early
    }

    /// Whether a key is text for the field with the focus. No text starts with a colon: that key opens the prompt.
    fn types(&self, event: KeyEvent) -> bool {
        let Some(Field { entry: Entry::Text { text, .. }, untouched, .. }) = self.fields.get(self.focus) else {
            return false;
        };
        let plain = event.modifiers.difference(KeyModifiers::SHIFT).is_empty();
        let begun = !untouched && !text.is_empty();
        matches!(event.code, KeyCode::Char(c) if plain && (begun || c != ':'))
    }

    fn step(&mut self, by: isize) {
        let stops = self.confirm_focus() as isize + 1;
        self.focus = (self.focus as isize + by).rem_euclid(stops) as usize;
    }

    /// How many rows a field takes: several for a list to choose from, one for all others.
    pub fn rows(&self, field: &Field) -> usize {
        const MOST_ROWS: usize = 12;
        match &field.entry {
            Entry::Choice { options, .. } if self.is_choice() && options.len() > 1 => options.len().min(MOST_ROWS),
            Entry::Choice { .. } | Entry::Text { .. } | Entry::Toggle(_) => 1,
        }
    }

    /// Whether the focus stands in a list.
    pub fn is_in_list(&self) -> bool {
        self.fields.get(self.focus).is_some_and(|field| self.rows(field) > 1)
    }

    fn type_key(&mut self, event: KeyEvent) {
        let listed = self.is_in_list();
        let Some(field) = self.fields.get_mut(self.focus) else { return };
        self.problem = None;
        let replaces = field.untouched && matches!(event.code, KeyCode::Char(_) | KeyCode::Delete);
        field.untouched = false;
        match (&mut field.entry, event.code) {
            (Entry::Text { text, cursor }, code) => {
                if replaces && event.modifiers.difference(KeyModifiers::SHIFT).is_empty() {
                    (*cursor, *text) = (0, String::new());
                }
                edit(text, cursor, code, event.modifiers);
            }
            (Entry::Choice { chosen, .. }, KeyCode::Up | KeyCode::Char('k')) if listed => {
                *chosen = chosen.saturating_sub(1);
            }
            (Entry::Choice { options, chosen }, KeyCode::Down | KeyCode::Char('j')) if listed => {
                *chosen = (*chosen + 1).min(options.len().saturating_sub(1));
            }
            (Entry::Choice { chosen, .. }, KeyCode::Home) if listed => *chosen = 0,
            (Entry::Choice { options, chosen }, KeyCode::End) if listed => *chosen = options.len().saturating_sub(1),
            (Entry::Choice { options, chosen }, KeyCode::Left | KeyCode::Char('h')) => {
                *chosen = chosen.checked_sub(1).unwrap_or(options.len().saturating_sub(1));
            }
            (Entry::Choice { options, chosen }, KeyCode::Right | KeyCode::Char('l' | ' ')) => {
                *chosen = (*chosen + 1) % options.len().max(1);
            }
            (Entry::Toggle(on), KeyCode::Char(' ') | KeyCode::Left | KeyCode::Right) => *on = !*on,
            (Entry::Choice { .. } | Entry::Toggle(_), _) => {}
        }
    }

    /// Puts a pasted text into the field with the focus, or says why it does not.
    fn paste(&mut self, pasted: &str, now: Time) {
        self.problem = match self.is_too_early(now) {
            true => Some("nothing was pasted: the question came up just then; paste again".to_owned()),
            false => self.paste_into_field(&text::one_line(pasted)),
        };
    }

    fn paste_into_field(&mut self, pasted: &str) -> Option<String> {
        let field = self.fields.get_mut(self.focus);
        let Some(Field { entry: Entry::Text { text, cursor }, untouched, .. }) = field else {
            return Some("nothing was pasted: this is no field for a text".to_owned());
        };
        let kept = if *untouched { 0 } else { text.len() };
        if kept + pasted.len() > LONGEST {
            return Some(too_long(pasted, LONGEST));
        }
        if std::mem::take(untouched) {
            (*cursor, *text) = (0, String::new());
        }
        text.insert_str(*cursor, pasted);
        *cursor += pasted.len();
        None
    }

    /// Whether the focus stands in a field, and not on a button.
    pub fn is_filling(&self) -> bool {
        self.focus < self.cancel_focus()
    }

    /// Whether the question still reads something from the server. It cannot be confirmed meanwhile.
    pub fn reads(&self) -> bool {
        self.asked.as_ref().is_some_and(|asked| asked.reads)
    }

    /// All lines of the question.
    pub fn said(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().chain(&self.preview)
    }

    /// Why the question cannot be confirmed yet.
    fn lacks(&self) -> Option<String> {
        if self.reads() {
            return Some("still reading from the server".to_owned());
        }
        let must = self.must()?;
        let typed = self.fields.first().map(Field::value).unwrap_or_default();
        (typed.trim() != must).then(|| format!("type {must} to confirm"))
    }
}

/// How long a question takes no keys after its first frame, in milliseconds. Nobody reads faster, and a burst of keys
/// may reach the program in two pieces.
const QUIET: i64 = 200;

/// The first option that is shown of a list with room for `rows` of them: the chosen one stays in the middle.
pub fn first_shown(chosen: usize, rows: usize, options: usize) -> usize {
    chosen.saturating_sub(rows / 2).min(options.saturating_sub(rows))
}

/// The least height of the body, in lines, at which it shows something of what a key would write.
const LOWEST: u16 = 3;

/// The longest text that a field takes, in bytes: no label and no image needs more.
const LONGEST: usize = 64 << 10;

fn edit(text: &mut String, cursor: &mut usize, code: KeyCode, modifiers: KeyModifiers) {
    let before = text[..*cursor].chars().next_back().map_or(0, char::len_utf8);
    let after = text[*cursor..].chars().next().map_or(0, char::len_utf8);
    match code {
        KeyCode::Char('u') if modifiers.contains(KeyModifiers::CONTROL) => (*cursor, *text) = (0, String::new()),
        KeyCode::Char(c) if modifiers.difference(KeyModifiers::SHIFT).is_empty() => {
            text.insert(*cursor, c);
            *cursor += c.len_utf8();
        }
        KeyCode::Backspace => {
            *cursor -= before;
            text.drain(*cursor..*cursor + before);
        }
        KeyCode::Delete => drop(text.drain(*cursor..*cursor + after)),
        KeyCode::Left => *cursor -= before,
        KeyCode::Right => *cursor += after,
        KeyCode::Home => *cursor = 0,
        KeyCode::End => *cursor = text.len(),
        _ => {}
    }
}

impl State {
    pub fn ask(&mut self, mut dialog: Dialog) {
        dialog.focus = dialog.start();
        self.focus = Focus::Question(Box::new(dialog));
        self.spell_dialog();
    }

    /// Writes the words that depend on the fields.
    pub(super) fn spell_dialog(&mut self) {
        self.display.dirty = true;
        let Some(mut dialog) = self.focus.take_dialog() else { return };
        if let Some(spell) = dialog.spell {
            spell(self, &mut dialog);
        }
        self.focus = Focus::Question(dialog);
    }

    /// Takes a key while a question is asked.
    pub(super) fn dialog_key(&mut self, event: KeyEvent) -> Vec<Effect> {
        let line = match self.keymap.lookup(&["dialog"], &[Key::from(event)]) {
            Lookup::Command(line) => line.to_owned(),
            Lookup::Waiting | Lookup::None => String::new(),
        };
        let prompt = self.prompt_line(event);
        let ((width, height), now) = (self.display.size, self.now);
        let Some(dialog) = self.focus.dialog_mut() else { return Vec::new() };
        if let Some(prompt) = prompt.filter(|_| dialog.attention.seen.is_none() || !dialog.types(event)) {
            let mut effects = self.leave_dialog();
            effects.extend(commands::run(self, &prompt));
            return effects;
        }
        // A key that was typed before the question was seen is not meant for it. A question without room on the screen
        // can be left all the same.
        let is_hidden = Placement::of(dialog, width, height).is_none();
        let leaves = line == "dialog-cancel" && (is_hidden || dialog.attention.seen.is_some());
        if !leaves && dialog.is_too_early(now) {
            return Vec::new();
        }
        let moves = matches!(event.code, KeyCode::Up | KeyCode::Down) && dialog.is_in_list();
        match line.as_str() {
            _ if moves => dialog.type_key(event),
            "dialog-cancel" => return self.leave_dialog(),
            "dialog-next" => dialog.step(1),
            "dialog-previous" => dialog.step(-1),
            "dialog-confirm" => return self.enter_dialog(),
            "dialog-copy" => return self.copy_dialog(),
            _ => match event.code {
                KeyCode::Left | KeyCode::Right if !dialog.is_filling() => {
                    dialog.focus = dialog.cancel_focus() + dialog.confirm_focus() - dialog.focus;
                }
                _ => dialog.type_key(event),
            },
        }
        self.spell_dialog();
        Vec::new()
    }

    fn leave_dialog(&mut self) -> Vec<Effect> {
        self.focus = Focus::default();
        self.end_preview();
        self.waiting.cancel(|then| matches!(then, Then::Question));
        self.display.dirty = true;
        Vec::new()
    }

    /// Enter. In a field it only moves the focus: to the next stop where the act cannot be taken back, otherwise to the
    /// button that acts.
    fn enter_dialog(&mut self) -> Vec<Effect> {
        let Some(dialog) = self.focus.dialog_mut() else { return Vec::new() };
        if dialog.focus == dialog.cancel_focus() {
            return self.leave_dialog();
        }
        if dialog.is_filling() && !dialog.is_choice() {
            match dialog.is_risky() {
                true => dialog.step(1),
                false => dialog.focus = dialog.confirm_focus(),
            }
            return Vec::new();
        }
        self.confirm()
    }

    /// Call this after a frame was drawn: keys and clicks from now on may be meant for the question on it.
    pub fn was_seen(&mut self) {
        let ((width, height), now) = (self.display.size, self.now);
        if let Some(dialog) = self.focus.dialog_mut() {
            let seen = Placement::of(dialog, width, height);
            let attention = &mut dialog.attention;
            attention.quiet = attention.quiet.or(seen.as_ref().map(|_| now.plus_millis(QUIET)));
            attention.seen = seen;
        } else if let Some(caution) = self.caution() {
            caution.see(now);
        }
    }

    /// The guard of the view on top against keys that write before the user can have read what, if its view has a key
    /// that writes.
    pub(super) fn caution(&mut self) -> Option<&mut Caution> {
        if Layout::of(self).body.height < LOWEST {
            return None;
        }
        let State { tabs, acts, .. } = self;
        tabs.top_mut()?.caution(acts)
    }

    fn copy_dialog(&mut self) -> Vec<Effect> {
        let Some(text) = self.focus.dialog().map(|dialog| dialog.shell_lines.clone()) else { return Vec::new() };
        if text.is_empty() {
            return Vec::new();
        }
        let what = format!("the {} line", text.split(' ').next().unwrap_or_default());
        vec![Effect::Copy(Clip::new(text, what))]
    }

    pub(super) fn paste_into_dialog(&mut self, text: &str) {
        let now = self.now;
        self.focus.dialog_mut().into_iter().for_each(|dialog| dialog.paste(text, now));
        self.spell_dialog();
    }

    /// The left button of the mouse. A button of the question acts when it is released where it was pressed, as
    /// everywhere, so that a press can still be taken back. A press on a field moves the focus there.
    pub(super) fn click_dialog(&mut self, at: Position, is_released: bool) -> Vec<Effect> {
        let now = self.now;
        let Some(dialog) = self.focus.dialog_mut() else { return Vec::new() };
        self.display.dirty = true;
        let pressed = dialog.attention.pressed.take();
        // The click counts by the places of the frame that the user saw.
        let is_early = !is_released && dialog.is_too_early(now);
        let Some(places) = dialog.attention.seen.clone().filter(|_| !is_early) else { return Vec::new() };
        let confirm = dialog.confirm_focus();
        let button = match () {
            () if places.cancel.contains(at) => Some(confirm - 1),
            () if places.confirm.contains(at) => Some(confirm),
            () => None,
        };
        if is_released {
            return match button.filter(|_| button == pressed) {
                Some(button) if button == confirm => self.confirm(),
                Some(_) => self.leave_dialog(),
                None => Vec::new(),
            };
        }
        if let Some(button) = button {
            dialog.attention.pressed = Some(button);
            dialog.focus = button;
            return Vec::new();
        }
        let Some(field) = places.fields.iter().position(|row| row.contains(at)) else { return Vec::new() };
        dialog.focus = field;
        let rows = dialog.fields.get(field).map_or(1, |field| dialog.rows(field));
        if let Some(Field { entry: Entry::Choice { options, chosen }, .. }) = dialog.fields.get_mut(field)
            && rows > 1
        {
            let first = first_shown(*chosen, rows, options.len());
            *chosen = (first + usize::from(at.y - places.fields[field].y)).min(options.len().saturating_sub(1));
        }
        self.spell_dialog();
        Vec::new()
    }

    /// Does what was asked. If the answer is not valid, the question stays and says why.
    fn confirm(&mut self) -> Vec<Effect> {
        let Some(mut dialog) = self.focus.take_dialog() else { return Vec::new() };
        self.display.dirty = true;
        self.display.notice = None;
        let answered = match dialog.lacks() {
            Some(lack) => Err(Error::Invalid(lack)),
            None => (dialog.run)(self, &dialog),
        };
        match answered {
            Ok(effects) => effects,
            Err(Error::Invalid(problem)) => {
                dialog.problem = Some(problem);
                self.focus = Focus::Question(dialog);
                Vec::new()
            }
            Err(error) => {
                self.complain(&error);
                Vec::new()
            }
        }
    }
}
