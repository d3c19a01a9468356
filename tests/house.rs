//! The rules of the house: layers, tables, key maps, themes. An architecture rule that is not a test is a wish.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use spyhop::app::commands::{self, COMMANDS};
use spyhop::app::keymap::Keymap;
use spyhop::kinds;
use spyhop::model::Door;
use spyhop::theme::{Role, Theme};

/// A layer: its files, and words that none of their code lines may hold. `crate::x` are other layers, the rest
/// are crates and parts of the standard library.
struct Layer {
    name: &'static str,
    never: &'static [&'static str],
}

const ASYNC: &[&str] = &["tokio", "futures::", "async fn", ".await"];

const LAYERS: &[Layer] = &[
    Layer {
        name: "model",
        never: &[
            "crate::kinds",
            "crate::source",
            "crate::app",
            "crate::ui",
            "crate::runtime",
            "crate::cli",
            "crate::theme",
            "ratatui",
            "kube::",
            "bollard",
            "crossterm",
            "std::fs",
            "std::env",
            "std::net",
            "Timestamp::now",
        ],
    },
    Layer {
        name: "kinds",
        never: &[
            "crate::source",
            "crate::app",
            "crate::ui",
            "crate::runtime",
            "crate::cli",
            "crate::theme",
            "ratatui",
            "kube_client",
            "bollard",
            "crossterm",
            "std::fs",
            "std::env",
            "std::net",
            "Timestamp::now",
        ],
    },
    Layer {
        name: "mesh",
        never: &[
            "crate::kinds",
            "crate::source",
            "crate::app",
            "crate::ui",
            "crate::runtime",
            "crate::cli",
            "crate::theme",
            "crate::config",
            "ratatui",
            "kube::",
            "bollard",
            "crossterm",
            "std::fs",
            "std::env",
            "std::net",
            "Timestamp::now",
        ],
    },
    Layer {
        name: "source",
        never: &["crate::app", "crate::ui", "crate::runtime", "crate::cli", "crate::theme", "ratatui", "crossterm"],
    },
    Layer {
        name: "demo",
        never: &[
            "crate::source",
            "crate::app",
            "crate::ui",
            "crate::runtime",
            "crate::cli",
            "crate::theme",
            "crate::config",
            "ratatui",
            "crossterm",
            "SystemTime",
            "Timestamp::now",
        ],
    },
    Layer { name: "disk", never: &["crate::", "ratatui", "tokio"] },
    Layer {
        name: "theme",
        never: &[
            "crate::kinds",
            "crate::source",
            "crate::app",
            "crate::ui",
            "crate::runtime",
            "crate::cli",
            "crossterm",
            "std::fs",
            "std::env",
            "Timestamp::now",
        ],
    },
    Layer {
        name: "config",
        never: &[
            "crate::kinds",
            "crate::source",
            "crate::app",
            "crate::ui",
            "crate::runtime",
            "crate::cli",
            "crossterm",
            "std::fs",
            "std::env",
            "Timestamp::now",
        ],
    },
    Layer {
        name: "app",
        never: &[
            "crate::source",
            "crate::ui",
            "crate::runtime",
            "crate::cli",
            "kube_client",
            "bollard",
            "std::fs",
            "std::env",
            "std::net",
            "std::process",
            "Instant::now",
            "SystemTime",
            "Timestamp::now",
            "std::thread",
        ],
    },
    Layer {
        name: "ui",
        never: &[
            "&mut State",
            "crate::source",
            "crate::kinds",
            "crate::runtime",
            "crate::cli",
            "std::fs",
            "std::env",
            "Timestamp::now",
            "crossterm",
        ],
    },
];

/// Layers that know nothing of tasks.
const SYNCHRONOUS: &[&str] = &["model", "kinds", "mesh", "theme", "config", "app", "ui"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

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

fn files_of(layer: &str) -> Vec<PathBuf> {
    let mut files = vec![root().join(format!("src/{layer}.rs"))];
    rust_files(&root().join("src").join(layer), &mut files);
    files.retain(|file| file.is_file() && !file.components().any(|part| part.as_os_str() == "tests"));
    files
}

/// Code without comments, strings and the tests at the end of a file: what the layer rules are about.
fn code(path: &Path) -> Vec<(usize, String)> {
    let text = fs::read_to_string(path).unwrap();
    let body = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let mut out = Vec::new();
    for (i, line) in body.lines().enumerate() {
        let mut plain = String::new();
        let (mut in_string, mut before) = (false, ' ');
        for c in line.split("//").next().unwrap_or_default().chars() {
            match c {
                '"' if before != '\\' && before != '\'' => in_string = !in_string,
                c if !in_string => plain.push(c),
                _ => {}
            }
            before = c;
        }
        out.push((i + 1, plain));
    }
    out
}

fn breaches(layer: &str, lines: &[(usize, String)], never: &[&str]) -> Vec<String> {
    let found = |word: &&str, line: &str| line.match_indices(*word).any(|(at, _)| starts_word(line, at));
    let mut out = Vec::new();
    for (number, line) in lines {
        for word in never.iter().filter(|word| found(word, line)) {
            out.push(format!("{layer}, line {number}: {word} in `{}`", line.trim()));
        }
    }
    out
}

/// `kube::` must not be found within `crate::kinds::kube::`.
fn starts_word(line: &str, at: usize) -> bool {
    !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':') || line[at..].starts_with('.')
}

#[test]
fn no_layer_is_crossed() {
    let mut all = Vec::new();
    for layer in LAYERS {
        for file in files_of(layer.name) {
            let lines = code(&file);
            let mut never = layer.never.to_vec();
            if SYNCHRONOUS.contains(&layer.name) {
                never.extend(ASYNC);
            }
            let name = file.strip_prefix(root()).unwrap().display().to_string();
            all.extend(breaches(&name, &lines, &never));
        }
    }
    assert!(all.is_empty(), "layers are crossed:\n{}", all.join("\n"));
}

#[test]
fn a_crossed_layer_is_noticed() {
    let line = |text: &str| vec![(1, text.to_owned())];
    assert_eq!(breaches("app", &line("use crate::source::Source;"), &["crate::source"]).len(), 1);
    assert_eq!(breaches("ui", &line("fn draw(state: &mut State) {"), &["&mut State"]).len(), 1);
    assert_eq!(breaches("app", &line("let t = tokio::spawn(x);"), ASYNC).len(), 1);
    assert_eq!(breaches("app", &line("let t = x.await;"), ASYNC).len(), 1);
    assert!(breaches("model", &line("use crate::model::kube::x;"), &["kube::"]).is_empty());
}

/// What goes out passes the gate: nothing else of the runtime opens or calls a source.
#[test]
fn the_gate_is_the_only_door() {
    let mut outside = Vec::new();
    for file in files_of("runtime") {
        if file.ends_with("gate.rs") {
            continue;
        }
        for (number, line) in code(&file) {
            if ["source.open(", "source.call(", "source.session("].iter().any(|door| line.contains(door))
                && !line.contains("gate.")
            {
                outside.push(format!("{}:{number}", file.display()));
            }
        }
    }
    assert!(outside.is_empty(), "sources are reached past the gate: {outside:?}");
    let asked = fs::read_to_string(root().join("src/runtime/gate.rs")).unwrap();
    assert!(asked.contains("policy.query(") && asked.contains("policy.request("));
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
        let is_served = matches!(kind.door, Door::Table);
        assert!(
            !kind.name.is_empty() && kind.columns.is_empty() == is_served,
            "{}: servers tell their columns",
            kind.name
        );
        let titles: HashSet<&str> = kind.columns.iter().map(|column| column.title).collect();
        assert_eq!(titles.len(), kind.columns.len(), "{} has two columns of one title", kind.name);
        assert!(kind.columns.iter().filter(|column| column.state).count() <= 1, "{}", kind.name);
        if let Some(beside) = kind.beside {
            assert!(kind.column(beside.before).is_some(), "{}", kind.name);
        }
        if let Some((title, _)) = kind.sort {
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
    let texts = ["view.describe", "view.yaml", "view.help", "view.log", "view.apply"];
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

/// What sources share belongs to none of them, and no family of sources leans on another.
#[test]
fn sources_share_what_is_neutral_and_nothing_else() {
    const FAMILIES: &[&str] = &["kube", "docker"];
    const SHARED: &[&str] = &["fleet", "lines", "merging", "meter", "out", "pause", "poll", "program", "session"];
    let others = |own: &str| -> Vec<String> {
        let foreign = FAMILIES.iter().filter(|family| **family != own);
        let paths = |family: &&str| ["crate::source", "super", "crate::kinds"].map(|part| format!("{part}::{family}"));
        foreign.flat_map(paths).collect()
    };
    let mut all = Vec::new();
    for name in FAMILIES.iter().chain(SHARED) {
        let files = files_of(&format!("source/{name}"));
        assert!(!files.is_empty(), "there is no source/{name}");
        let foreign = others(name);
        let never: Vec<&str> = foreign.iter().map(String::as_str).collect();
        for file in files {
            all.extend(breaches(&file.display().to_string(), &code(&file), &never));
        }
    }
    assert!(all.is_empty(), "sources lean on each other:\n{}", all.join("\n"));
    assert_eq!(
        breaches("docker", &[(1, "use crate::source::kube::out::Out;".to_owned())], &["crate::source::kube"]).len(),
        1
    );
}

/// All files below a folder with this ending, without what git and cargo keep.
fn files_ending(dir: &Path, ending: &str, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap().flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        match path.is_dir() {
            true if name != ".git" && name != "target" => files_ending(&path, ending, out),
            true => {}
            false => out.extend(name.to_string_lossy().ends_with(ending).then_some(path)),
        }
    }
}

/// What the links and pictures of a document point to, other than pages of the web.
fn targets(text: &str) -> impl Iterator<Item = &str> {
    let ends = text.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    ends.map(|(target, _)| target).filter(|target| !target.contains("://"))
}

/// A heading as links name it.
fn anchor(heading: &str) -> String {
    let kept = heading.trim_start_matches('#').trim().to_lowercase();
    kept.chars().filter(|c| c.is_alphanumeric() || " -".contains(*c)).collect::<String>().replace(' ', "-")
}

#[test]
fn documents_link_to_what_is_there_and_show_every_picture() {
    let mut documents = Vec::new();
    files_ending(&root(), ".md", &mut documents);
    let (mut shown, mut dead) = (HashSet::new(), Vec::new());
    for document in &documents {
        let text = fs::read_to_string(document).unwrap();
        for target in targets(&text) {
            let (file, heading) = target.split_once('#').unwrap_or((target, ""));
            let path = if file.is_empty() { document.clone() } else { document.parent().unwrap().join(file) };
            let has_heading = |text: String| text.lines().any(|line| line.starts_with('#') && anchor(line) == heading);
            let is_there = match heading {
                "" => path.exists(),
                _ => fs::read_to_string(&path).is_ok_and(has_heading),
            };
            match path.canonicalize() {
                Ok(path) if is_there => _ = shown.insert(path),
                _ => dead.push(format!("{}: {target}", document.display())),
            }
        }
    }
    assert!(dead.is_empty(), "links that lead nowhere: {dead:#?}");
    let mut pictures = Vec::new();
    files_ending(&root().join("assets"), ".svg", &mut pictures);
    assert!(documents.len() > 5 && !pictures.is_empty());
    pictures.retain(|picture| !shown.contains(&picture.canonicalize().unwrap()));
    assert!(pictures.is_empty(), "no document shows these pictures: {pictures:?}");
}
