//! The user's files: their places and their content.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::files;
use crate::app::commands;
use crate::app::keymap::{self, Keymap};
use crate::app::settings::Settings;
use crate::config::{Choice, Config};
use crate::disk;
use crate::model::{Error, Result};
use crate::theme::{self, Depth, Theme};

pub const CONFIG: &str = "config.toml";

/// The choices of the command line, which win over the file, and the number of colours.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub dir: Option<PathBuf>,
    pub theme: Option<String>,
    pub keymap: Option<String>,
    pub depth: Depth,
}

impl Wanted {
    pub fn new(theme: Option<String>, keymap: Option<String>) -> Self {
        let env = |name| std::env::var(name).unwrap_or_default();
        let depth = Depth::detect(&env("COLORTERM"), &env("TERM"), &env("NO_COLOR"));
        Self { dir: files::config_dir(), theme, keymap, depth }
    }

    /// The directory of the user's files of one sort: `themes`, `keymaps`.
    pub fn dir(&self, sort: &str) -> Option<PathBuf> {
        self.dir.as_ref().map(|dir| dir.join(sort))
    }

    /// The directories in which a relevant file may change.
    pub fn dirs(&self) -> Vec<PathBuf> {
        let own = [self.dir.clone(), self.dir("themes"), self.dir("keymaps")].into_iter().flatten();
        let flags = [&self.theme, &self.keymap].into_iter().flatten().filter(|name| is_path(name));
        let flags = flags.filter_map(|name| Some(std::path::absolute(name).ok()?.parent()?.to_owned()));
        let mut dirs: Vec<PathBuf> = own.chain(flags).collect();
        // A file may be a link, so the directory of its target is included.
        let links = dirs.iter().filter_map(|dir| std::fs::read_dir(dir).ok()).flatten().flatten();
        let links = links.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_symlink()));
        let real: Vec<PathBuf> =
            links.filter_map(|entry| Some(entry.path().canonicalize().ok()?.parent()?.to_owned())).collect();
        dirs.extend(real);
        dirs.sort();
        dirs.dedup();
        dirs
    }

    /// Reads all files. Mistakes go to the `problems` of the result.
    pub fn read(&self) -> Settings {
        self.settings(self.config())
    }

    /// The same with a configuration that was read already.
    pub fn settings(&self, config: Result<Config>) -> Settings {
        let mut problems = Vec::new();
        let config = or_told(config, &mut problems);
        let choice = |of: fn(&Config) -> &Option<Choice>| config.as_ref().map(|config| of(config).as_ref());
        let theme = chosen(&self.theme, choice(|config| &config.theme), theme::DEFAULT, |name| self.theme(name));
        let keymap = chosen(&self.keymap, choice(|config| &config.keymap), keymap::DEFAULT, |name| self.keymap(name));
        let theme = theme.and_then(|theme| or_told(theme, &mut problems));
        let keymap = keymap.and_then(|keymap| or_told(keymap, &mut problems));
        let themes = self.all("themes", theme::names(), |name| self.theme(name));
        let keymaps = self.all("keymaps", Keymap::names(), |name| self.keymap(name));
        Settings { config, themes, keymaps, theme, keymap, problems }
    }

    /// The content of the configuration file, or the default if there is no file. A file that cannot be read is an
    /// error, because it may forbid anything.
    pub fn config(&self) -> Result<Config> {
        let Some(path) = self.dir(CONFIG) else { return Ok(Config::default()) };
        match disk::text(&path, disk::SMALL) {
            // An empty file is one that an editor is just writing.
            Ok(text) if text.trim().is_empty() => Ok(Config::default()),
            Ok(text) => Config::parse(CONFIG, &text),
            Err(error) if error.kind() == ErrorKind::NotFound && !self.is_cut_off(&path) => Ok(Config::default()),
            Err(error) => Err(unread(&path, &error)),
        }
    }

    /// Whether a missing file is meant to exist: it, or its directory, is a link whose target is missing.
    fn is_cut_off(&self, path: &Path) -> bool {
        let link = |path: &Path| path.symlink_metadata().is_ok_and(|meta| meta.is_symlink());
        link(path) || self.dir.as_deref().is_some_and(|dir| link(dir) && !dir.exists())
    }

    /// A theme by name, first from the user's directory, then from the built-in ones; or a theme file.
    pub fn theme(&self, name: &str) -> Result<Theme> {
        let theme = match self.file("themes", name)? {
            Some((path, text)) => Theme::parse_over(&path, &text, &|base| self.base(name, base))?,
            None => Theme::named(name)?,
        };
        let mut theme = theme.reduced(self.depth);
        // The theme has the name by which it is chosen.
        theme.name = if is_path(name) { theme.name } else { name.to_owned() };
        Ok(theme)
    }

    /// The theme that a theme inherits from: one of the user's, or a built-in one. If the name is the theme's own, the
    /// built-in one is meant.
    fn base(&self, name: &str, base: &str) -> Result<Theme> {
        let own = if base == name || is_path(base) { None } else { self.file("themes", base)? };
        match own {
            Some((path, text)) => Theme::parse(&path, &text),
            None => Theme::named(base),
        }
    }

    /// A key map by name. The user's file is laid over the built-in key map of that name, or over the default one.
    pub fn keymap(&self, name: &str) -> Result<Keymap> {
        let Some((path, text)) = self.file("keymaps", name)? else { return Keymap::named(name) };
        let under = if Keymap::names().any(|known| known == name) { name } else { keymap::DEFAULT };
        let mut keymap = Keymap::named(under)?;
        keymap.overlay(Keymap::checked(&path, &text, known)?);
        keymap.name = stem(name);
        Ok(keymap)
    }

    /// A file given by its path, or the file of that name in the user's directory.
    fn file(&self, sort: &str, name: &str) -> Result<Option<(String, String)>> {
        let own = || {
            self.dir(sort).map(|dir| dir.join(format!("{name}.toml"))).filter(|path| path.symlink_metadata().is_ok())
        };
        let Some(path) = is_path(name).then(|| PathBuf::from(name)).or_else(own) else { return Ok(None) };
        let text = disk::text(&path, disk::SMALL).map_err(|error| unread(&path, &error))?;
        Ok(Some((self.shown(&path), text)))
    }

    /// The path for messages, relative to the user's directory if it is inside.
    fn shown(&self, path: &Path) -> String {
        let within = self.dir.as_ref().and_then(|dir| path.strip_prefix(dir).ok());
        within.unwrap_or(path).display().to_string()
    }

    /// Everything that can be chosen by name. A broken file is left out; choosing it reports the mistake.
    fn all<T>(
        &self,
        sort: &str,
        known: impl Iterator<Item = &'static str>,
        read: impl Fn(&str) -> Result<T>,
    ) -> Vec<T> {
        let mut names: Vec<String> = known.map(str::to_owned).collect();
        names.extend(self.own(sort));
        names.sort();
        names.dedup();
        names.iter().filter_map(|name| read(name).ok()).collect()
    }

    /// The names of the user's files of one sort.
    pub fn own(&self, sort: &str) -> Vec<String> {
        let entries = self.dir(sort).and_then(|dir| std::fs::read_dir(dir).ok()).into_iter().flatten().flatten();
        let files = entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|end| end == "toml"));
        let mut names: Vec<String> = files.map(|path| stem(&path.to_string_lossy())).collect();
        names.sort();
        names
    }
}

/// The choice of the flag, else of the file, else the default. A mistake in the file's choice is reported with its
/// position. A file that cannot be read (`None`) chooses nothing.
fn chosen<T>(
    flag: &Option<String>,
    choice: Option<Option<&Choice>>,
    default: &str,
    find: impl Fn(&str) -> Result<T>,
) -> Option<Result<T>> {
    if let Some(name) = flag {
        return Some(find(name));
    }
    Some(match choice? {
        // If the chosen file exists, its own mistakes are reported.
        Some(Choice { name, place }) => find(name).map_err(|error| match error {
            Error::Gone(text) => Error::Invalid(format!("{place}: {text}")),
            error => error,
        }),
        None => find(default),
    })
}

fn or_told<T>(result: Result<T>, problems: &mut Vec<Error>) -> Option<T> {
    result.map_err(|error| problems.push(error)).ok()
}

fn unread(path: &Path, error: &std::io::Error) -> Error {
    Error::Invalid(format!("could not read {}: {error}", path.display()))
}

fn is_path(name: &str) -> bool {
    name.contains(['/', '\\']) || name.ends_with(".toml")
}

fn stem(path: &str) -> String {
    Path::new(path).file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// Checks that a key names a command. An empty command frees the key.
fn known(scope: &str, line: &str) -> std::result::Result<(), String> {
    let command = line.split(' ').next().unwrap_or_default();
    match commands::is_known(scope, line) {
        true => Ok(()),
        false => Err(format!("there is no command '{command}'; :help lists them")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theme::Role;

    #[test]
    fn the_users_files_come_first_and_may_build_on_each_other() {
        let dir = std::env::temp_dir().join(format!("spyhop-settings-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&dir);
        for sort in ["themes", "keymaps"] {
            std::fs::create_dir_all(dir.join(sort)).unwrap();
        }
        let write = |path: &str, text: &str| std::fs::write(dir.join(path), text).unwrap();
        write(
            "themes/spyhop-dark.toml",
            "name = \"mine\"\ninherits = \"spyhop-dark\"\n[roles]\naccent = \"#010203\"\n",
        );
        write("themes/night.toml", "name = \"night\"\ninherits = \"spyhop-dark\"\n[roles]\nkey = \"#040506\"\n");
        write("keymaps/vim.toml", "[view.table]\n\"K\" = \"yaml\"\n");
        write("keymaps/mine.toml", "[global]\n\"ctrl-q\" = \"quit\"\n");
        let wanted = Wanted { dir: Some(dir.clone()), theme: None, keymap: None, depth: Depth::True };
        let settings = wanted.read();
        assert!(settings.problems.is_empty(), "{:?}", settings.problems);
        let theme = settings.theme.unwrap();
        assert_eq!(theme.name, "spyhop-dark", "it is called as it is chosen");
        assert_ne!(theme.style(Role::Accent), Theme::named("spyhop-dark").unwrap().style(Role::Accent));
        assert_eq!(wanted.theme("night").unwrap().style(Role::Accent), theme.style(Role::Accent));
        let key = |name: &str, command: &str| wanted.keymap(name).unwrap().keys_for(&["view.table", "global"], command);
        assert_eq!(key("vim", "yaml"), ["K", "g y"]);
        assert_eq!(key("mine", "quit"), ["ctrl-c", "ctrl-q"]);
        assert!(settings.keymaps.iter().any(|keymap| keymap.name == "mine"));
        write("config.toml", "theme = \"nihgt\"\nkeymap = \"vmi\"\n");
        let told: Vec<String> = wanted.read().problems.iter().map(|error| error.text().to_owned()).collect();
        assert!(told[0].starts_with("config.toml, line 1, column 9: no theme is called 'nihgt'"), "{told:?}");
        assert!(told[1].starts_with("config.toml, line 2, column 10: no key map is called 'vmi'"), "{told:?}");
        std::fs::remove_dir_all(&dir).unwrap();
    }

    /// A directory of its own for each test.
    fn place(name: &str) -> Wanted {
        let dir = std::env::temp_dir().join(format!("spyhop-settings-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&dir);
        std::fs::create_dir_all(dir.join("themes")).unwrap();
        Wanted { dir: Some(dir), theme: None, keymap: None, depth: Depth::True }
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_cannot_be_read_is_not_taken_for_none() {
        let wanted = place("links");
        let dir = wanted.dir.clone().unwrap();
        assert!(wanted.config().unwrap().is_absent());
        std::os::unix::fs::symlink(dir.join("gone.toml"), dir.join(CONFIG)).unwrap();
        assert!(wanted.config().unwrap_err().text().contains(CONFIG));
        std::fs::remove_file(dir.join(CONFIG)).unwrap();
        let away = Wanted { dir: Some(dir.join("away")), ..wanted.clone() };
        assert!(away.config().unwrap().is_absent(), "there is nothing at all");
        std::os::unix::fs::symlink(dir.join("gone"), dir.join("away")).unwrap();
        assert!(away.config().is_err());
        std::fs::remove_dir_all(&dir).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn nobody_waits_for_a_pipe_in_the_place_of_a_file() {
        let wanted = place("pipes");
        let dir = wanted.dir.clone().unwrap();
        for name in [CONFIG, "themes/night.toml"] {
            let made = std::process::Command::new("mkfifo").arg(dir.join(name)).status();
            assert!(made.unwrap().success());
        }
        let told = |error: Error| error.text().to_owned();
        assert!(told(wanted.config().unwrap_err()).ends_with("it is a pipe, not a regular file"));
        assert!(told(wanted.theme("night").unwrap_err()).ends_with("it is a pipe, not a regular file"));
        let read = wanted.read();
        assert!(read.config.is_none() && !read.problems.is_empty());
        std::fs::remove_dir_all(&dir).unwrap();
    }
}
