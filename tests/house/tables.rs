//! Tables, key maps, themes and files as they should be.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use spyhop::app::commands::{self, COMMANDS};
use spyhop::app::keymap::Keymap;
use spyhop::kinds;
use spyhop::model::Door;
use spyhop::theme::{Role, Theme};

use crate::facts::root;

fn rust_files(dir: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            rust_files(&path, out);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            out.push(path);
        }
    }
}

#[test]
fn no_unsafe_and_no_foreign_words() {
    assert!(fs::read_to_string(root().join("Cargo.toml")).unwrap().contains("unsafe_code = \"forbid\""));
    let mut files = Vec::new();
    rust_files(&root().join("src"), &mut files);
    for file in files {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        assert!(!["utils", "helpers", "common", "util", "helper"].contains(&name.as_str()), "{}", file.display());
    }
}

/// The files that a file declares by a path of their own.
fn paths(file: &Path) -> Vec<PathBuf> {
    let text = fs::read_to_string(file).unwrap();
    let named = text.lines().filter_map(|line| line.trim().strip_prefix("#[path = \"")?.strip_suffix("\"]"));
    named.map(|path| file.parent().unwrap().join(path)).collect()
}

/// rustfmt follows plain `mod` lines only: a file that a macro declares is never formatted, and nobody is told.
#[test]
fn every_file_is_declared_by_a_plain_line() {
    let src = root().join("src");
    let mut files = Vec::new();
    rust_files(&src, &mut files);
    files.retain(|file| {
        file.parent() != Some(src.as_path()) || !(file.ends_with("lib.rs") || file.ends_with("main.rs"))
    });
    assert!(!files.is_empty());
    let elsewhere: Vec<PathBuf> = files.iter().flat_map(|file| paths(file)).collect();
    for file in files.into_iter().filter(|file| !elsewhere.contains(file)) {
        let folder = file.parent().unwrap();
        let parents = match folder == src {
            true => vec![src.join("lib.rs"), src.join("main.rs")],
            false => vec![folder.with_extension("rs")],
        };
        let line = format!("mod {};", file.file_stem().unwrap().to_str().unwrap());
        let declares = |parent: &PathBuf| {
            let text = fs::read_to_string(parent).unwrap_or_default();
            text.lines().any(|text| text == line || text.starts_with("pub") && text.ends_with(&format!(" {line}")))
        };
        assert!(parents.iter().any(declares), "{}: no plain line declares it", file.display());
    }
}

#[test]
fn the_top_level_is_what_it_should_be() {
    let allowed = ["Cargo.toml", "Cargo.lock", "src", "themes", "keymaps", "tests", "assets", "README.md", "target"];
    for entry in fs::read_dir(root()).unwrap().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        assert!(name.starts_with('.') || allowed.contains(&name.as_str()), "{name} does not belong at the top");
    }
}

#[test]
fn kinds_have_names_of_their_own() {
    let mut words: HashMap<(&str, &str), &str> = HashMap::new();
    for kind in kinds::all() {
        for word in std::iter::once(&kind.name).chain(kind.aliases) {
            let other = words.insert((kind.family.name, word), kind.name);
            assert!(other.is_none(), "'{word}' means both {} and {}", other.unwrap_or_default(), kind.name);
        }
        let is_served = matches!(kind.door, Door::Table(_));
        assert!(
            !kind.name.is_empty() && kind.columns.is_empty() == is_served,
            "{}: servers tell their columns",
            kind.name
        );
        let titles: HashSet<&str> = kind.columns.iter().map(|column| &*column.title).collect();
        assert_eq!(titles.len(), kind.columns.len(), "{} has two columns of one title", kind.name);
        assert!(kind.columns.iter().filter(|column| column.state).count() <= 1, "{}", kind.name);
        for lender in kind.presentation.lenders {
            assert!(kind.column(lender.before).is_some(), "{}", kind.name);
        }
        if let Some((title, _)) = kind.presentation.sort {
            assert!(kind.column(title).is_some(), "{} sorts by {title}", kind.name);
        }
        for word in std::iter::once(&kind.name).chain(kind.aliases) {
            assert_eq!(kinds::find(word, &[]).map(|found| found.name), Some(kind.name), "{word}");
        }
    }
}

#[test]
fn commands_have_names_and_help() {
    let mut names = HashSet::new();
    for command in COMMANDS {
        assert!(names.insert(command.name), "{} is there twice", command.name);
        assert!(!command.help.is_empty() && command.help.len() < 60, "help of {}", command.name);
    }
}

#[test]
fn every_key_map_loads_and_means_something() {
    for name in Keymap::names() {
        let map = Keymap::named(name).unwrap();
        assert_eq!(map.name, name);
        assert_eq!(map.clashes(), "", "{name}");
        for (scope, key, line) in map.bindings() {
            assert!(commands::is_known(scope, line), "{name}: [{scope}] {key} = {line}");
            let kind = scope.strip_prefix("kind.").or(scope.strip_prefix("text."));
            assert!(kind.is_none_or(|kind| kinds::named(kind).is_some()), "{name}: [{scope}] is no kind");
        }
    }
}

/// The scopes that keys are looked up in together, narrowest first.
fn stacks() -> Vec<Vec<String>> {
    let tables = kinds::all().map(|kind| vec![format!("kind.{}", kind.name), "view.table".to_owned()]);
    let texts = ["view.describe", "view.yaml", "view.extract", "view.help", "view.log", "view.apply"];
    let texts = texts.map(|view| vec![view.to_owned(), "view.text".to_owned()]);
    let with_global = |own: Vec<String>| own.into_iter().chain(["global".to_owned()]).collect();
    let alone = ["view.editor", "view.review", "view.terminal", "prompt", "dialog"].map(|scope| vec![scope.to_owned()]);
    tables.chain(texts).map(with_global).chain(alone).collect()
}

/// A key of a narrow scope that begins a chord of a wider one would make the chord unreachable.
#[test]
fn no_key_cuts_off_a_chord() {
    for name in Keymap::names() {
        let map = Keymap::named(name).unwrap();
        for stack in stacks() {
            let rank = |scope: &str| stack.iter().position(|known| known == scope);
            let bound: Vec<_> = map.bindings().filter_map(|(scope, key, _)| Some((rank(scope)?, key))).collect();
            for (wide, chord) in bound.iter().filter(|(_, key)| key.contains(' ')) {
                let cuts = |(narrow, key): &&(usize, &str)| narrow < wide && chord.starts_with(&format!("{key} "));
                let cut = bound.iter().find(cuts);
                assert!(cut.is_none(), "{name}: {cut:?} hides '{chord}' in {stack:?}");
            }
        }
    }
}

#[test]
fn every_key_map_is_complete() {
    const EVERYWHERE: &[&str] =
        &["up", "down", "top", "bottom", "page-up", "page-down", "back", "help", "prompt", "quit"];
    const TABLE: &[&str] = &["enter", "describe", "yaml", "edit", "delete", "filter", "mark", "copy", "faults", "save"];
    const TEXT: &[&str] = &["copy", "save"];
    for name in Keymap::names() {
        let map = Keymap::named(name).unwrap();
        for stack in stacks() {
            let scopes: Vec<&str> = stack.iter().map(String::as_str).collect();
            if scopes.last() != Some(&"global") {
                continue;
            }
            let own = if scopes.contains(&"view.table") { TABLE } else { TEXT };
            // Some kinds give a key another meaning, as k9s does: c is cordon on nodes, nothing deletes a session.
            let kind = scopes[0].strip_prefix("kind.").and_then(kinds::named);
            let has = |verb: &str| kind.is_some_and(|kind| kind.verbs.iter().any(|known| known.name == verb));
            let meant = |command: &&&str| **command != "copy" && (**command != "delete" || has("delete"));
            for command in EVERYWHERE.iter().chain(own).filter(meant) {
                assert!(!map.keys_for(&scopes, command).is_empty(), "{name}: no key for {command} in {scopes:?}");
            }
        }
    }
}

/// A command that is neither a key nor spoken could never be given.
#[test]
fn every_command_can_be_given() {
    for name in Keymap::names() {
        let map = Keymap::named(name).unwrap();
        let bound: HashSet<&str> =
            map.bindings().map(|(_, _, line)| line.split(' ').next().unwrap_or_default()).collect();
        for command in COMMANDS.iter().filter(|command| !command.spoken && command.name != "find") {
            assert!(bound.contains(command.name), "{name}: {} has no key", command.name);
        }
    }
}

#[test]
fn every_theme_defines_every_role() {
    let themes = Theme::all().unwrap();
    assert!(themes.len() >= 6);
    for theme in themes {
        let states = [Role::Good, Role::Warn, Role::Bad, Role::Progress].map(|role| theme.style(role).fg);
        let different: HashSet<String> = states.iter().map(|color| format!("{color:?}")).collect();
        assert_eq!(different.len(), 4, "{}", theme.name);
    }
}
