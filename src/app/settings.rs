//! The user's files about looks, keys and safety. They are taken over at the start, and again whenever they change.

use serde::{Deserialize, Serialize};

use super::dialog::{Answered, Consent, Dialog, Field};
use super::keymap::Keymap;
use super::{Effect, Focus, Level, Place, Purpose, State};
use crate::config::Config;
use crate::model::{Error, Result, Str};
use crate::theme::Theme;

/// The content of all files at one moment. What could not be used is `None` or missing, and `problems` says why.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    pub config: Option<Config>,
    pub themes: Vec<Theme>,
    pub keymaps: Vec<Keymap>,
    /// The theme of the command line, otherwise of the configuration, otherwise the default.
    pub theme: Option<Theme>,
    pub keymap: Option<Keymap>,
    pub problems: Vec<Error>,
}

impl State {
    /// Takes over the present content of the files. A broken file changes nothing. Neither does a file that did not
    /// change, so that later choices of the user stay.
    pub fn adopt(&mut self, mut new: Settings) {
        let first = self.settings.themes.is_empty();
        self.end_preview();
        let mut told = Vec::new();
        if self.obey(&mut new) {
            told.push("the configuration".to_owned());
        }
        let mouse = |settings: &Settings| settings.config.as_ref().map(|config| config.mouse.unwrap_or(true));
        if let Some(wanted) = mouse(&new).filter(|wanted| mouse(&self.settings) != Some(*wanted)) {
            self.display.options.mouse = wanted;
        }
        let ended = self.sessions.end_forbidden(&self.policy);
        if let Some(theme) = new.theme.as_ref().filter(|theme| self.settings.theme.as_ref() != Some(theme)) {
            self.theme = theme.clone();
            told.push(format!("theme {}", theme.name));
        } else if self.settings.theme.as_ref() != Some(&self.theme)
            && let Some(theme) = changed(&new.themes, &self.theme, |theme| &theme.name)
        {
            told.push(format!("theme {}", theme.name));
            self.theme = theme;
        }
        if let Some(keymap) = new.keymap.as_ref().filter(|keymap| self.settings.keymap.as_ref() != Some(keymap)) {
            self.use_keymap(keymap.clone());
            told.push(format!("key map {}", keymap.name));
        } else if self.settings.keymap.as_ref() != Some(&self.keymap)
            && let Some(keymap) = changed(&new.keymaps, &self.keymap, |keymap| &keymap.name)
        {
            told.push(format!("key map {}", keymap.name));
            self.use_keymap(keymap);
        }
        self.tell_settings(&new.problems, &told, first);
        if let Some(why) = ended.first() {
            let more = if ended.len() > 1 { format!(" (and {} more)", ended.len() - 1) } else { String::new() };
            self.tell(Level::Warn, format!("{why}{more}"));
        }
        // The old value of a broken setting is kept, so that it counts as unchanged when it is repaired.
        let old = std::mem::take(&mut self.settings);
        self.settings = Settings {
            config: new.config.or(old.config),
            theme: new.theme.or(old.theme),
            keymap: new.keymap.or(old.keymap),
            ..new
        };
        self.display.dirty = true;
    }

    /// Passes the configuration to the policy. Returns whether its rules changed. While it cannot be read, nothing is
    /// written.
    fn obey(&mut self, new: &mut Settings) -> bool {
        let broken = new.problems.first().filter(|_| new.config.is_none()).cloned();
        self.keep_what_is_gone(new);
        match (&new.config, &broken) {
            (_, Some(error)) => self.policy.hold(error),
            (Some(config), None) if self.settings.config.as_ref() != Some(config) || self.policy.held().is_some() => {
                let places: Vec<Place> = self.places.iter().chain(&self.places.inside).cloned().collect();
                self.policy.regard(&places, config);
                self.show_inside();
                return true;
            }
            (Some(_) | None, None) => {}
        }
        false
    }

    /// Keeps the old settings if the file is gone. Editors remove a file for a moment, and that must not allow writes
    /// to what it protected.
    fn keep_what_is_gone(&mut self, new: &mut Settings) {
        let is = |config: &Option<Config>| config.as_ref().is_some_and(|config| !config.is_absent());
        let was = is(&self.settings.config) || self.policy.held().is_some();
        if was && !is(&new.config) && new.config.is_some() {
            (new.config, new.theme, new.keymap) = (None, None, None);
            let gone = "config.toml is gone or empty; its settings stay in effect until spyhop restarts";
            new.problems.insert(0, Error::Invalid(gone.to_owned()));
        }
    }

    fn tell_settings(&mut self, problems: &[Error], told: &[String], first: bool) {
        if let Some(error) = problems.first() {
            let more = problems.len() - 1;
            let more = if more > 0 { format!(" (and {more} more; spyhop info lists all)") } else { String::new() };
            self.tell(Level::Bad, format!("{}{more}", error.text()));
        } else if !first && !told.is_empty() {
            self.tell(Level::Info, format!("reloaded: {}", told.join(", ")));
        }
    }

    fn use_keymap(&mut self, keymap: Keymap) {
        self.keymap = keymap;
        // The keys of an incomplete chord may have another meaning now.
        if let Focus::View(_) = self.focus {
            self.focus = Focus::default();
        }
    }

    /// Chooses a theme by name. Without a name it opens a list that shows each theme while it is selected.
    pub(super) fn choose_theme(&mut self, name: &str) -> Result<Vec<Effect>> {
        if name.is_empty() {
            let names = self.settings.themes.iter().map(|theme| theme.name.as_str());
            let mut dialog = choice("theme", names, &self.theme.name, |state, dialog| {
                state.end_preview();
                state.choose_theme(&dialog.field("theme"))
            });
            dialog.spell = Some(|state, dialog| state.look_at_theme(&dialog.field("theme")));
            self.ask(dialog);
            return Ok(Vec::new());
        }
        let theme = pick(&self.settings.themes, name, "theme", |theme| &theme.name)?;
        self.tell(Level::Info, format!("theme {}", theme.name));
        self.theme = theme;
        Ok(Vec::new())
    }

    /// Chooses a key map by name. Without a name it opens a list.
    pub(super) fn choose_keymap(&mut self, name: &str) -> Result<Vec<Effect>> {
        if name.is_empty() {
            let names = self.settings.keymaps.iter().map(|keymap| keymap.name.as_str());
            let dialog = choice("key map", names, &self.keymap.name, |state, dialog| {
                state.choose_keymap(&dialog.field("key map"))
            });
            self.ask(dialog);
            return Ok(Vec::new());
        }
        let keymap = pick(&self.settings.keymaps, name, "key map", |keymap| &keymap.name)?;
        self.tell(Level::Info, format!("key map {}", keymap.name));
        self.use_keymap(keymap);
        Ok(Vec::new())
    }

    /// Shows a theme while `:theme NAME` is typed, and the former one otherwise.
    pub(super) fn preview(&mut self) {
        let line = self.focus.input().filter(|input| input.purpose == Purpose::Command).map(|input| input.line());
        let name = line.as_deref().and_then(|line| line.strip_prefix("theme ").or(line.strip_prefix("skin ")));
        self.look_at_theme(name.unwrap_or_default().trim());
    }

    /// Shows a theme that is not chosen yet. With an unknown name it shows the theme in effect.
    fn look_at_theme(&mut self, name: &str) {
        let Some(theme) = self.settings.themes.iter().find(|theme| theme.name == name).cloned() else {
            self.end_preview();
            return;
        };
        let before = std::mem::replace(&mut self.theme, theme);
        self.display.unpreviewed.get_or_insert(before);
    }

    /// Shows the theme in effect again. Returns whether another one was shown.
    pub(super) fn end_preview(&mut self) -> bool {
        let before = self.display.unpreviewed.take();
        let ends = before.is_some();
        self.theme = before.unwrap_or_else(|| self.theme.clone());
        ends
    }

    /// The name of the theme in effect, whatever theme is shown.
    pub(super) fn shown_theme(&self) -> &str {
        &self.display.unpreviewed.as_ref().unwrap_or(&self.theme).name
    }
}

/// The one with the same name, if it has changed.
fn changed<T: PartialEq + Clone>(all: &[T], present: &T, name: fn(&T) -> &String) -> Option<T> {
    all.iter().find(|one| name(one) == name(present)).filter(|one| *one != present).cloned()
}

fn pick<T: Clone>(all: &[T], wanted: &str, what: &str, name: fn(&T) -> &String) -> Result<T> {
    let found = all.iter().find(|one| name(one) == wanted);
    let names = || all.iter().map(|one| name(one).as_str()).collect::<Vec<_>>().join(", ");
    found.cloned().ok_or_else(|| Error::Invalid(format!("no {what} is called '{wanted}'; there are: {}", names())))
}

/// A list of names to choose from. The present one is selected.
fn choice<'a>(what: &'static str, names: impl Iterator<Item = &'a str>, present: &str, run: Answered) -> Dialog {
    let names: Vec<Str> = names.map(Str::from).collect();
    let here = names.iter().position(|name| name == present).unwrap_or(0);
    let mut dialog = Dialog::new(what, "Use", Vec::new(), run);
    dialog.fields.push(Field::choice(what, names, here));
    dialog.consent = Consent::Choice;
    dialog
}

#[cfg(test)]
mod tests;
