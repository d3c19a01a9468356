//! Key maps: which key means which command, by scope. Data from `keymaps/*.toml`; the narrowest scope wins.

mod key;
mod parse;
mod spell;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{LazyLock, OnceLock};

use serde::{Deserialize, Serialize};

use super::commands;
use crate::config::problems;
use crate::model::{Error, Result};

pub use key::Key;

use parse::Entry;

static EMBEDDED: include_dir::Dir<'_> = include_dir::include_dir!("$CARGO_MANIFEST_DIR/keymaps");

/// The embedded files by name, each parsed when it is first asked for: the start of the program waits for it.
static PARSED: LazyLock<BTreeMap<&str, OnceLock<Result<Keymap>>>> =
    LazyLock::new(|| Keymap::names().map(|name| (name, OnceLock::new())).collect());

/// The key map over which all others are laid.
pub const DEFAULT: &str = "k9s";

/// The meaning of a sequence of keys.
#[derive(Debug, PartialEq, Eq)]
pub enum Lookup<'a> {
    /// A command line.
    Command(&'a str),
    /// The beginning of a chord.
    Waiting,
    None,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Binding {
    keys: Vec<Key>,
    /// The keys as the file has them, for help.
    text: String,
    command: String,
}

impl Binding {
    /// Whether one binding hides the other: their keys are equal, or one begins with the other.
    fn clashes(&self, other: &Self) -> bool {
        self.keys.starts_with(&other.keys) || other.keys.starts_with(&self.keys)
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keymap {
    pub name: String,
    scopes: BTreeMap<String, Vec<Binding>>,
}

impl Keymap {
    /// Names of the embedded key maps.
    pub fn names() -> impl Iterator<Item = &'static str> {
        EMBEDDED.files().filter_map(|file| file.path().file_stem()?.to_str())
    }

    /// An embedded key map: the default one, or another laid over it.
    pub fn named(name: &str) -> Result<Self> {
        let own = Self::embedded(name)?;
        if name == DEFAULT {
            return Ok(own);
        }
        let mut map = Self::embedded(DEFAULT)?;
        map.overlay(own);
        Ok(map)
    }

    /// The content of an embedded file alone.
    fn embedded(name: &str) -> Result<Self> {
        let Some((name, parsed)) = PARSED.get_key_value(name) else {
            let names = PARSED.keys().copied().collect::<Vec<_>>().join(", ");
            return Err(Error::Gone(format!("no key map is called '{name}'; there are: {names}, or give a file")));
        };
        let parse = || {
            let file = format!("{name}.toml");
            let text = EMBEDDED.get_file(&file).and_then(include_dir::File::contents_utf8).unwrap_or_default();
            Ok(Self { name: (*name).to_owned(), ..Self::parse(&file, text)? })
        };
        parsed.get_or_init(parse).clone()
    }

    /// Reads a key map; `name` is for errors.
    pub fn parse(name: &str, text: &str) -> Result<Self> {
        Self::checked(name, text, |_, _| Ok(()))
    }

    /// The same, but each scope and command must pass `check`, whose error says why it does not.
    pub fn checked(name: &str, text: &str, check: impl Fn(&str, &str) -> Result<(), String>) -> Result<Self> {
        let keymap = problems::read(text, |table, problems| {
            let mut keymap = Self::default();
            for entry in parse::entries(table, problems) {
                let at = entry.at;
                problems.sort_out(at, keymap.add(entry, &check));
            }
            keymap.scopes.values_mut().for_each(|bindings| bindings.sort_by(|a, b| a.text.cmp(&b.text)));
            keymap
        });
        keymap.map_err(|problems| Error::Invalid(format!("key map {name}, {problems}")))
    }

    fn add(&mut self, entry: Entry, check: impl Fn(&str, &str) -> Result<(), String>) -> Result<(), String> {
        let Entry { scope, text, command, .. } = entry;
        let keys: Option<Vec<Key>> = text.split_whitespace().map(Key::parse).collect();
        let keys = keys.filter(|keys| !keys.is_empty());
        let keys = keys
            .ok_or_else(|| format!("'{text}' in [{scope}] is not a key; write it like 'ctrl-d', 'G', 'f1' or 'g g'"))?;
        check(&scope, &command)?;
        let binding = Binding { keys, text, command };
        let bindings = self.scopes.entry(scope).or_default();
        if let Some(other) = bindings.iter().find(|known| known.clashes(&binding)) {
            return Err(format!("'{}' and '{}' begin with the same keys", other.text, binding.text));
        }
        bindings.push(binding);
        Ok(())
    }

    /// Lays another key map over this one. Its keys win, also over chords that begin with them and over keys that begin
    /// its chords. An empty command frees a key.
    pub fn overlay(&mut self, over: Self) {
        self.name = over.name;
        for (scope, bindings) in over.scopes {
            let own = self.scopes.entry(scope).or_default();
            for binding in bindings {
                own.retain(|known| !known.clashes(&binding));
                own.push(binding);
            }
        }
    }

    /// The meaning of `pressed` in the first of `scopes` that knows it.
    pub fn lookup(&self, scopes: &[&str], pressed: &[Key]) -> Lookup<'_> {
        for scope in scopes {
            let bindings = self.scopes.get(*scope).map(Vec::as_slice).unwrap_or_default();
            if let Some(binding) = bindings.iter().find(|binding| binding.keys == pressed) {
                return if binding.command.is_empty() { Lookup::None } else { Lookup::Command(&binding.command) };
            }
            if bindings.iter().any(|binding| binding.keys.starts_with(pressed)) {
                return Lookup::Waiting;
            }
        }
        Lookup::None
    }

    /// The keys that can continue a chord, as people write them, each with its command. They stand in the order of the table
    /// of commands, letters first.
    pub fn ways_on(&self, scopes: &[&str], pressed: &[Key]) -> Vec<(String, &str)> {
        let bindings = scopes.iter().filter_map(|scope| self.scopes.get(*scope)).flatten();
        let mut ways: Vec<(String, &str)> = Vec::new();
        for binding in bindings.filter(|binding| binding.keys.len() > pressed.len()) {
            // A narrower scope may hide the chord.
            let meant = self.lookup(scopes, &binding.keys) == Lookup::Command(&binding.command);
            let rest: Vec<&str> = binding.text.split_whitespace().skip(pressed.len()).collect();
            if meant && binding.keys.starts_with(pressed) && !ways.iter().any(|(known, _)| *known == rest.join(" ")) {
                ways.push((rest.join(" "), &binding.command));
            }
        }
        ways.sort_by_key(|(rest, line)| (commands::place(line), !rest.starts_with(char::is_alphabetic)));
        ways
    }

    /// The keys for a command in these scopes, as people write them. Keys that a narrower scope hides are left out.
    pub fn keys_for(&self, scopes: &[&str], command: &str) -> Vec<String> {
        let mut keys: Vec<&str> = self.texts_for(scopes, command).collect();
        keys.sort_by_key(|key| length(key));
        keys.dedup();
        keys.into_iter().map(str::to_owned).collect()
    }

    /// The first of them.
    pub fn key_for(&self, scopes: &[&str], command: &str) -> Option<&str> {
        self.texts_for(scopes, command).min_by_key(|key| length(key))
    }

    fn texts_for(&self, scopes: &[&str], command: &str) -> impl Iterator<Item = &str> {
        let means = move |binding: &&Binding| {
            let more = binding.command.strip_prefix(command);
            let same = more.is_some_and(|more| more.is_empty() || more.starts_with(' ') && !command.contains(' '));
            same && self.lookup(scopes, &binding.keys) == Lookup::Command(&binding.command)
        };
        let bindings = scopes.iter().filter_map(|scope| self.scopes.get(*scope)).flatten();
        bindings.filter(means).map(|binding| binding.text.as_str())
    }

    /// The key as the file writes it, if it means something alone.
    pub fn written(&self, key: Key) -> Option<&str> {
        let own = self.scopes.values().flatten().find(|binding| binding.keys == [key] && !binding.command.is_empty());
        own.map(|binding| binding.text.as_str())
    }

    /// Every scope, key and command.
    pub fn bindings(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.scopes.iter().flat_map(|(scope, bindings)| {
            bindings.iter().map(move |binding| (scope.as_str(), binding.text.as_str(), binding.command.as_str()))
        })
    }

    /// The keys that have two meanings in one scope, or that a shorter binding hides.
    pub fn clashes(&self) -> String {
        let mut out = String::new();
        for (scope, bindings) in &self.scopes {
            for (i, a) in bindings.iter().enumerate() {
                for b in bindings.iter().skip(i + 1) {
                    if a.clashes(b) {
                        let _ = writeln!(out, "[{scope}] '{}' and '{}'", a.text, b.text);
                    }
                }
            }
        }
        out
    }
}

/// Sorts letters before chords and arrows, because users of k9s press letters.
fn length(key: &str) -> usize {
    key.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str) -> Vec<Key> {
        text.split(' ').filter_map(Key::parse).collect()
    }

    #[test]
    fn the_narrowest_scope_wins() -> Result<()> {
        let map = Keymap::parse("t", "[global]\ns = 'save'\nx = 'quit'\n[kind.pods]\ns = 'shell'\n'g g' = 'top'")?;
        let scopes = ["kind.pods", "global"];
        assert_eq!(map.lookup(&scopes, &keys("s")), Lookup::Command("shell"));
        assert_eq!(map.lookup(&["kind.nodes", "global"], &keys("s")), Lookup::Command("save"));
        assert_eq!(map.lookup(&scopes, &keys("g")), Lookup::Waiting);
        assert_eq!(map.lookup(&scopes, &keys("g g")), Lookup::Command("top"));
        assert_eq!(map.ways_on(&scopes, &keys("g")), [("g".to_owned(), "top")]);
        assert_eq!(map.ways_on(&["global"], &keys("g")), []);
        assert_eq!(map.lookup(&scopes, &keys("z")), Lookup::None);
        assert_eq!(map.keys_for(&scopes, "save"), Vec::<String>::new());
        assert_eq!(map.keys_for(&scopes, "quit"), ["x"]);
        Ok(())
    }

    #[test]
    fn a_user_map_is_laid_over() -> Result<()> {
        let mut map = Keymap::parse("t", "[global]\ns = 'save'\nq = 'quit'")?;
        map.overlay(Keymap::parse("u", "[global]\ns = 'sort NAME'\nq = ''")?);
        assert_eq!(map.lookup(&["global"], &keys("s")), Lookup::Command("sort NAME"));
        assert_eq!(map.lookup(&["global"], &keys("q")), Lookup::None);
        Ok(())
    }

    #[test]
    fn a_chord_of_the_user_can_be_reached() -> Result<()> {
        let mut map = Keymap::parse("t", "[global]\ng = 'top'\n'z z' = 'wide'")?;
        map.overlay(Keymap::parse("u", "[global]\n'g g' = 'top'\nz = 'faults'")?);
        assert_eq!(map.lookup(&["global"], &keys("g")), Lookup::Waiting);
        assert_eq!(map.lookup(&["global"], &keys("g g")), Lookup::Command("top"));
        assert_eq!(map.lookup(&["global"], &keys("z")), Lookup::Command("faults"));
        assert_eq!(map.clashes(), "");
        Ok(())
    }

    #[test]
    fn broken_maps_say_where() {
        let known = |scope: &str, command: &str| match (scope, command) {
            ("global" | "view.table", "quit" | "") => Ok(()),
            _ => Err(format!("[{scope}] knows no '{command}'")),
        };
        for (text, place, word) in [
            ("[global]\n'ctrl-nothing' = 'quit'", "line 2, column 1", "ctrl-nothing"),
            ("[global]\nx = 'quit'\ny = 7", "line 3, column 5", "a command"),
            ("[global]\nX = 'quit'\nshift-x = 'quit'", "line 3, column 1", "'X' and 'shift-x'"),
            ("[view.table]\n'g g' = 'quit'\ng = ''", "line 3, column 1", "'g g' and 'g'"),
            ("[global]\nx = 'quti'", "line 2, column 1", "quti"),
            ("[veiw.table]\nx = 'quit'", "line 2, column 1", "[veiw.table]"),
            ("[global\n", "line 1, column", ""),
        ] {
            let error = Keymap::checked("mine.toml", text, known).err();
            let error = error.as_ref().map(Error::text).unwrap_or_default();
            assert!(error.starts_with(&format!("key map mine.toml, {place}")), "{text}: {error}");
            assert!(error.contains(word) && !error.contains('\n'), "{error}");
        }
        let error = Keymap::checked("mine.toml", "x = 1\n[global]\nx = 'quti'\nctrl-no = 'quit'\ny = 7", known).err();
        let error = error.as_ref().map(Error::text).unwrap_or_default();
        for line in ["line 1, column 1", "line 3, column 1", "line 4, column 1", "line 5, column 5"] {
            assert!(error.contains(line), "{line} is not in: {error}");
        }
        assert!(Keymap::checked("mine.toml", "[view.table]\nx = 'quit'\n[global]\nx = ''", known).is_ok());
    }
}
