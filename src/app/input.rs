//! The prompt: the line for a command after `:`, or for a filter or a search after `/`.

use std::collections::HashMap;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::keymap::{Key, Lookup};
use super::{Effect, Focus, Level, Place, State, commands};
use crate::app::filter::Wrong;
use crate::app::filter::complete::{Rows, offer};
use crate::kinds::{self, verbs};
use crate::model::{Error, KindRef, text};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Command,
    Filter,
    Search,
}

/// The text in the prompt. `cursor` is a position in bytes, on a character boundary.
#[derive(Clone, Debug)]
pub struct Input {
    pub purpose: Purpose,
    pub text: String,
    pub cursor: usize,
    /// The suggestions: whole lines that the text may become.
    pub choices: Vec<String>,
    pub chosen: usize,
    /// The byte at which the part starts in which the suggestions differ.
    pub stem: usize,
    /// Why the text cannot be used as it is, and at which place.
    pub problem: Option<Wrong>,
    /// Whether the table is filtered without the last word: this word begins the name of a column and stands in no row.
    pub(super) eased: bool,
    /// Whether keys changed the text after the table and the suggestions last followed it.
    is_ahead: bool,
    /// The filter that Esc brings back.
    before: String,
    recalled: Option<usize>,
}

/// The longest line in bytes: no command and no filter needs more.
const LONGEST: usize = 4096;

impl Input {
    pub fn new(purpose: Purpose, text: &str) -> Self {
        Self {
            purpose,
            text: text.to_owned(),
            cursor: text.len(),
            choices: Vec::new(),
            chosen: 0,
            stem: 0,
            problem: None,
            eased: false,
            is_ahead: false,
            before: text.to_owned(),
            recalled: None,
        }
    }

    /// Inserts a text at the cursor. The result says whether there was room for it.
    pub fn insert(&mut self, text: &str) -> bool {
        let fits = self.text.len() + text.len() <= LONGEST;
        if fits {
            self.text.insert_str(self.cursor, text);
            self.cursor += text.len();
        }
        fits
    }

    fn set(&mut self, text: &str) {
        self.text = text.to_owned();
        self.cursor = self.text.len();
    }

    fn backspace(&mut self) {
        let Some(last) = self.text[..self.cursor].chars().next_back() else { return };
        self.cursor -= last.len_utf8();
        self.text.remove(self.cursor);
    }

    fn delete(&mut self) {
        if self.cursor < self.text.len() {
            self.text.remove(self.cursor);
        }
    }

    fn left(&mut self) {
        let step = self.text[..self.cursor].chars().next_back().map_or(0, char::len_utf8);
        self.cursor -= step;
    }

    fn right(&mut self) {
        let step = self.text[self.cursor..].chars().next().map_or(0, char::len_utf8);
        self.cursor += step;
    }

    /// The text together with the suggestion that is shown behind it.
    pub fn line(&self) -> String {
        format!("{}{}", self.text, self.ghost())
    }

    /// The filter without its last word, if this word begins the name of a column and nothing else.
    pub(super) fn without_column(&self) -> Option<&str> {
        let before = self.text.get(..self.stem)?;
        let begins = self.purpose == Purpose::Filter && self.problem.is_none() && !self.choices.is_empty();
        // The word behind an operator is a value.
        let begins = begins && !before.ends_with(['=', '~', '<', '>']) && self.stem < self.text.len();
        let mut rest = before.trim_end();
        let joins = |rest: &str| {
            let last = rest.rfind(|c: char| c.is_whitespace() || "(!".contains(c)).map_or(0, |at| at + 1);
            let cut = if last == rest.len() { rest.len().saturating_sub(1) } else { last };
            ["", "and", "or", "not"].contains(&rest[last..].to_ascii_lowercase().as_str()).then_some(cut)
        };
        while let Some(cut) = joins(rest).filter(|_| !rest.is_empty()) {
            rest = rest[..cut].trim_end();
        }
        begins.then_some(rest)
    }

    /// The text that the suggestion would add, if the cursor stands at the end.
    pub fn ghost(&self) -> &str {
        let rest = self.choices.get(self.chosen).and_then(|choice| choice.strip_prefix(self.text.as_str()));
        rest.filter(|_| self.cursor == self.text.len()).unwrap_or("")
    }
}

impl State {
    pub(super) fn open_input(&mut self, purpose: Purpose, text: &str) {
        self.focus = Focus::Prompt(Box::new(Input::new(purpose, text)));
        self.suggest();
    }

    pub(super) fn paste(&mut self, text: &str) -> Vec<Effect> {
        self.display.dirty = true;
        self.go_on();
        if self.focus.dialog().is_some() {
            self.paste_into_dialog(text);
            return Vec::new();
        }
        if self.focus.input().is_some() {
            self.type_text(&text::one_line(text));
            return Vec::new();
        }
        let heard = self.with_top(|view, state| view.paste(state, text));
        self.follow_heard(heard).unwrap_or_else(|| {
            let told = self.in_keys("what was pasted is not used here; {prompt@global} opens a line to paste into");
            self.tell(Level::Warn, told);
            Vec::new()
        })
    }

    /// Puts a text into the prompt, or says why it does not fit.
    fn type_text(&mut self, text: &str) {
        let Some(input) = self.focus.input_mut() else { return };
        if input.insert(text) {
            self.typed();
        } else {
            self.tell(Level::Warn, too_long(text, LONGEST));
        }
    }

    pub(super) fn input_key(&mut self, event: KeyEvent) -> Vec<Effect> {
        match self.keymap.lookup(&["prompt"], &[Key::from(event)]) {
            Lookup::Command(line) => {
                let line = line.to_owned();
                let effects = self.edit(&line);
                if self.focus.input().is_none_or(|input| !input.is_ahead) {
                    self.preview();
                }
                effects
            }
            Lookup::Waiting | Lookup::None => {
                self.type_key(event);
                Vec::new()
            }
        }
    }

    fn type_key(&mut self, event: KeyEvent) {
        let plain = event.modifiers.difference(KeyModifiers::SHIFT).is_empty();
        if let (KeyCode::Char(c), true) = (event.code, plain) {
            self.type_text(c.encode_utf8(&mut [0; 4]));
        }
    }

    /// Runs a command of the key map's scope `prompt`.
    fn edit(&mut self, command: &str) -> Vec<Effect> {
        if !COMMUTES.contains(&command) {
            self.follow_input();
        }
        let Some(input) = self.focus.input_mut() else { return Vec::new() };
        match command {
            "prompt-submit" => return self.submit(),
            "prompt-cancel" => return self.cancel(),
            "prompt-accept" => {
                let choice = input.choices.get(input.chosen).cloned();
                if let Some(choice) = choice {
                    input.set(&choice);
                    // Behind the choice of a filter stands an operator or a value. The choice itself ends with a space
                    // where its term ends.
                    if input.purpose == Purpose::Command {
                        input.insert(" ");
                    }
                }
            }
            "prompt-up" => return self.choose(-1),
            "prompt-down" => return self.choose(1),
            "prompt-clear" => input.set(""),
            "prompt-backspace" if input.text.is_empty() => return self.cancel(),
            "prompt-backspace" => input.backspace(),
            "prompt-delete" => input.delete(),
            "prompt-left" => input.left(),
            "prompt-right" if input.cursor < input.text.len() => input.right(),
            "prompt-right" => return self.edit("prompt-accept"),
            "prompt-home" => input.cursor = 0,
            "prompt-end" => input.cursor = input.text.len(),
            _ => return Vec::new(),
        }
        self.typed();
        Vec::new()
    }

    /// Goes to the next suggestion, or to the next older line where there are no suggestions.
    fn choose(&mut self, step: isize) -> Vec<Effect> {
        let Some(input) = self.focus.input_mut() else { return Vec::new() };
        let past = match input.purpose {
            Purpose::Command => &self.history.commands,
            Purpose::Filter | Purpose::Search => &self.history.filters,
        };
        let recalls = input.text.is_empty() || input.recalled.is_some() || input.choices.is_empty();
        if recalls && !past.is_empty() {
            let last = past.len() as isize - 1;
            let from = input.recalled.map_or(last + 1, |at| at as isize);
            let at = (from + step).clamp(0, last) as usize;
            input.set(&past[at].clone());
            self.typed();
            if let Some(input) = self.focus.input_mut() {
                input.recalled = Some(at);
            }
        } else if !input.choices.is_empty() {
            input.chosen = (input.chosen as isize + step).rem_euclid(input.choices.len() as isize) as usize;
        }
        Vec::new()
    }

    /// Call this after the text changed. The effects are worked out once for all keys of a burst: if each key did so,
    /// the time would grow with the square of the length of a line.
    fn typed(&mut self) {
        let Some(input) = self.focus.input_mut() else { return };
        (input.recalled, input.eased, input.is_ahead) = (None, false, true);
    }

    /// Applies what was typed: a filter narrows the table at once, and the suggestions follow the text.
    pub(super) fn follow_input(&mut self) {
        let Some(input) = self.focus.input_mut().filter(|input| input.is_ahead) else { return };
        input.is_ahead = false;
        if input.purpose == Purpose::Filter {
            let text = input.text.clone();
            let problem = self.filter(&text).err();
            if let Some(input) = self.focus.input_mut() {
                input.problem = problem;
            }
        }
        self.suggest();
        self.preview();
    }

    /// Filters the view on top. A text that is no filter leaves the filter as it was.
    pub(super) fn filter(&mut self, text: &str) -> Result<(), Wrong> {
        let State { tabs, store, .. } = self;
        tabs.top_mut().map_or(Ok(()), |view| view.filter(store, text))
    }

    fn submit(&mut self) -> Vec<Effect> {
        let Some(input) = self.focus.take_input() else { return Vec::new() };
        // Where a suggestion is tried on the screen, Enter takes it.
        let line = if self.end_preview() { input.line() } else { input.text.clone() };
        match input.purpose {
            Purpose::Command => self.command(&line),
            Purpose::Filter => {
                let problem = match input.eased {
                    true => self.filter(&input.text).err(),
                    false => input.problem,
                };
                // A filter that filters nothing is not kept in the history.
                if problem.is_some() || self.top().is_some_and(|view| view.is_narrowed()) {
                    remember(&mut self.history.filters, &input.text);
                }
                if let Some(problem) = problem {
                    self.tell(Level::Bad, problem.text);
                }
                Vec::new()
            }
            Purpose::Search => {
                remember(&mut self.history.filters, &input.text);
                commands::run(self, &format!("find {}", input.text))
            }
        }
    }

    fn cancel(&mut self) -> Vec<Effect> {
        let Some(input) = self.focus.take_input() else { return Vec::new() };
        if input.purpose == Purpose::Filter {
            let before = input.before.clone();
            let result = self.filter(&before);
            self.settle_result(result.map_err(Error::from));
        }
        Vec::new()
    }

    /// Runs a typed line and keeps it in the history.
    pub fn command(&mut self, line: &str) -> Vec<Effect> {
        let line = line.trim();
        if line.is_empty() {
            return Vec::new();
        }
        self.note_command(line);
        self.speak(line)
    }

    /// Keeps a line in the history, for `[`, `]`, `-` and the prompt.
    pub(super) fn note_command(&mut self, line: &str) {
        remember(&mut self.history.commands, line);
        self.history.at = self.history.commands.len().saturating_sub(1);
    }

    fn suggest(&mut self) {
        let (stem, choices) = match self.focus.input() {
            Some(input) if input.purpose == Purpose::Command => (0, self.choices(&input.text)),
            Some(input) if input.purpose == Purpose::Filter && input.cursor == input.text.len() => {
                self.completions(&input.text)
            }
            _ => (0, Vec::new()),
        };
        if let Some(input) = self.focus.input_mut() {
            (input.stem, input.choices, input.chosen) = (stem, choices, 0);
        }
    }

    /// The suggestions for a filter, and the byte at which they differ.
    fn completions(&self, text: &str) -> (usize, Vec<String>) {
        let Some(table) = self.table() else { return (0, Vec::new()) };
        let answer = self.store.answer(&table.query());
        let loans = table.loans(&self.store);
        let offer = offer(text, &table.titles, &Rows { answer, loans, contexts: &table.contexts });
        let stem = &text[..offer.from];
        (offer.from, offer.texts.iter().map(|end| format!("{stem}{end}")).collect())
    }

    /// The suggestions for a command: kinds and commands for the first word, namespaces and contexts after it.
    fn choices(&self, text: &str) -> Vec<String> {
        let Some((first, rest)) = text.split_once(' ') else { return self.first_words(text) };
        let word = rest.rsplit(' ').next().unwrap_or("");
        let stem = &text[..text.len() - word.len()];
        let full = |name: &str| format!("{stem}{name}");
        if word.starts_with('@') {
            return self.contexts_for(word).iter().map(|word| full(word)).collect();
        }
        let words = commands::arguments(self, first);
        let is_typed = |name: &&String| rest.split(' ').any(|typed| typed == *name);
        words.iter().filter(|name| name.starts_with(word) && !is_typed(name)).map(|name| full(name)).collect()
    }

    /// The suggestions for a word with contexts: `@e` may become `@eu`, and `@eu,@u` may become `@eu,@us`.
    fn contexts_for(&self, word: &str) -> Vec<String> {
        let last = word.rsplit(',').next().unwrap_or_default();
        let before = &word[..word.len() - last.len()];
        let named: Vec<&str> = before.split(',').map(|name| name.trim_start_matches('@')).collect();
        let first = self.places.iter().find(|place| named.contains(&place.name.as_str()));
        // Only sources of one family can stand together.
        let fits = |place: &&Place| first.is_none_or(|first| first.family == place.family);
        let others = self.places.iter().filter(fits).map(|place| place.name.as_str());
        let begun = last.strip_prefix('@').unwrap_or(last);
        let sign = if last.is_empty() || last.starts_with('@') { "@" } else { "" };
        let others = others.filter(|name| name.starts_with(begun) && !named.contains(name));
        // The name of a context may hold commas, or start with `@`.
        let is_meant = |name: &&str| {
            word.contains(',') && name.starts_with(&word[1..]) || word.len() > 1 && name.starts_with(word)
        };
        let whole = self.places.iter().map(|place| place.name.as_str()).filter(is_meant).map(|name| format!("@{name}"));
        others.map(|name| format!("{before}{sign}{name}")).chain(whole).collect()
    }

    fn first_words(&self, text: &str) -> Vec<String> {
        if text.is_empty() {
            return Vec::new();
        }
        let word = text.to_lowercase();
        let served = self.here().map(|place| self.served(place.id)).unwrap_or_default();
        let begins = |name: &str| name.starts_with(&word);
        let fits = |kind: &KindRef| begins(kind.name) || kind.aliases.contains(&word.as_str());
        let mut bearers: HashMap<&str, KindRef> = HashMap::new();
        // A name that several kinds have means the first of them. The others are suggested with their group.
        let mut word_for = |kind: KindRef| match *bearers.entry(kind.0.name).or_insert(kind) {
            bearer if bearer != kind && kind.family == bearer.family => kind.resource(),
            _ => kind.name.to_owned(),
        };
        let known = kinds::all().filter(|kind| kinds::is_offered(*kind, served));
        let kinds = served.iter().copied().chain(known).filter(fits).map(&mut word_for);
        let commands = commands::spoken().filter(|name| begins(name)).map(str::to_owned);
        let verbs = self.verbs().iter().map(|verb| verb.name).filter(|name| begins(name)).map(str::to_owned);
        let mut names: Vec<String> = kinds.chain(commands).chain(verbs).collect();
        // Kinds and commands come before verbs.
        let meant = self.find_kind(&word).map(|kind| kind.name);
        names.sort_by(|a, b| {
            let key = |name: &str| (meant != Some(name), verbs::named(name).is_some(), name.len());
            key(a).cmp(&key(b)).then_with(|| a.cmp(b))
        });
        names.dedup();
        names
    }
}

/// Commands of the prompt that do not depend on the suggestions.
const COMMUTES: &[&str] =
    &["prompt-clear", "prompt-backspace", "prompt-delete", "prompt-left", "prompt-home", "prompt-end"];

/// Says that a text is too long for a line.
pub(super) fn too_long(text: &str, most: usize) -> String {
    match text.chars().nth(1) {
        None => format!("the line is full: it holds {most} bytes"),
        Some(_) => format!("nothing was pasted: {} bytes are too many for a line, which holds {most}", text.len()),
    }
}

const REMEMBERED: usize = 100;

fn remember(lines: &mut Vec<String>, line: &str) {
    if line.is_empty() {
        return;
    }
    lines.retain(|known| known != line);
    lines.push(line.to_owned());
    let surplus = lines.len().saturating_sub(REMEMBERED);
    lines.drain(..surplus);
}
