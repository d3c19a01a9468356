//! Layers: who may know whom. Names are followed to where they come from, so that neither `super::super` nor another name
//! for an import leads past a rule.

use crate::facts::{ALL, Facts};

/// A module of the program, and what it must never name: paths from the crate, or from another crate, on.
struct Layer {
    name: &'static str,
    never: &'static [&'static str],
    rules: &'static [Rule],
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Rule {
    /// Knows nothing of tasks.
    Synchronous,
    /// Asks no clock: time is handed to it.
    Timeless,
    /// Never borrows the state to change it.
    ReadsState,
}

use Rule::{ReadsState, Synchronous, Timeless};

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
            "crate::mesh",
            "crate::demo",
            "ratatui",
            "kube",
            "bollard",
            "crossterm",
            "std::fs",
            "std::env",
            "std::net",
        ],
        rules: &[Synchronous, Timeless],
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
            "kube",
            "kube_client",
            "bollard",
            "crossterm",
            "std::fs",
            "std::env",
            "std::net",
        ],
        rules: &[Synchronous, Timeless],
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
            "kube",
            "bollard",
            "crossterm",
            "std::fs",
            "std::env",
            "std::net",
        ],
        rules: &[Synchronous, Timeless],
    },
    Layer {
        name: "source",
        never: &["crate::app", "crate::ui", "crate::runtime", "crate::cli", "crate::theme", "ratatui", "crossterm"],
        rules: &[],
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
        ],
        rules: &[Timeless],
    },
    Layer { name: "disk", never: &["crate", "ratatui", "tokio"], rules: &[Synchronous] },
    Layer {
        name: "lanes",
        never: &["crate", "ratatui", "tokio", "std::fs", "std::env", "std::net"],
        rules: &[Synchronous],
    },
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
        ],
        rules: &[Synchronous, Timeless],
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
        ],
        rules: &[Synchronous, Timeless],
    },
    Layer {
        name: "app",
        never: &[
            "crate::source",
            "crate::ui",
            "crate::runtime",
            "crate::cli",
            "kube",
            "kube_client",
            "bollard",
            "std::fs",
            "std::env",
            "std::net",
            "std::process",
            "std::thread",
        ],
        rules: &[Synchronous, Timeless],
    },
    Layer {
        name: "ui",
        never: &["crate::source", "crate::kinds", "crate::runtime", "crate::cli", "std::fs", "std::env", "crossterm"],
        rules: &[Synchronous, Timeless, ReadsState],
    },
    Layer { name: "runtime", never: &["crate::cli"], rules: &[] },
    Layer { name: "cli", never: &["crossterm::event"], rules: &[] },
];

const CLOCKS: &[&str] = &["Timestamp::now", "Instant::now", "SystemTime", "Zoned::now"];

/// The module at the top that a file is of: `app` of `src/app/keys.rs`.
fn module(file: &str) -> &str {
    let path = file.strip_prefix("src/").unwrap_or(file);
    path.split_once('/').map_or(path.strip_suffix(".rs").unwrap_or(path), |(module, _)| module)
}

/// Whether a path is that of a module or crate, or within it.
fn is_within(path: &str, whole: &str) -> bool {
    path.strip_prefix(whole).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// Whether a path ends with these words or goes through them.
fn goes_through(path: &str, words: &str) -> bool {
    format!("::{path}::").contains(&format!("::{words}::"))
}

fn breaches(facts: &Facts) -> Vec<String> {
    let Some(layer) = LAYERS.iter().find(|layer| layer.name == module(&facts.file)) else { return Vec::new() };
    let has = |rule: Rule| layer.rules.contains(&rule);
    let never = |path: &str| {
        let own = is_within(path, &format!("crate::{}", layer.name));
        let crossed = !own && layer.never.iter().any(|whole| is_within(path, whole));
        let tasks = has(Synchronous) && ["tokio", "futures"].iter().any(|whole| is_within(path, whole));
        // How long a task waits is no time of day, and tests hold it.
        let clock = has(Timeless) && !is_within(path, "tokio") && CLOCKS.iter().any(|words| goes_through(path, words));
        crossed || tasks || clock
    };
    let named = facts.paths.iter().filter(|seen| never(&seen.text));
    let waits = facts.awaits.iter().filter(|_| has(Synchronous));
    let writes = facts.changed.iter().filter(|seen| has(ReadsState) && seen.text == "State");
    named.chain(waits).chain(writes).map(|seen| format!("{}: {}", facts.at(seen.line), seen.text)).collect()
}

#[test]
fn no_layer_is_crossed() {
    let all: Vec<String> = ALL.iter().flat_map(breaches).collect();
    assert!(all.is_empty(), "layers are crossed:\n{}", all.join("\n"));
}

/// The families that a file of the sources leans on, without being of them.
fn leans(facts: &Facts) -> Vec<String> {
    const FAMILIES: &[&str] = &["kube", "docker", "prometheus"];
    const SHARED: &[&str] = &["fleet", "lines", "merging", "meter", "out", "pause", "poll", "program", "session"];
    let is_of = |name: &str| {
        let rest = facts.file.strip_prefix("src/source/").and_then(|path| path.strip_prefix(name));
        rest.is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
    };
    let Some(own) = FAMILIES.iter().chain(SHARED).find(|name| is_of(name)) else { return Vec::new() };
    let foreign = FAMILIES.iter().filter(|family| *family != own);
    let modules: Vec<String> =
        foreign.flat_map(|name| ["source", "kinds"].map(|part| format!("crate::{part}::{name}"))).collect();
    let named = facts.paths.iter().filter(|seen| modules.iter().any(|module| is_within(&seen.text, module)));
    named.map(|seen| format!("{}: {}", facts.at(seen.line), seen.text)).collect()
}

/// What sources share belongs to none of them, and no family of sources leans on another.
#[test]
fn sources_share_what_is_neutral_and_nothing_else() {
    let all: Vec<String> = ALL.iter().flat_map(leans).collect();
    assert!(all.is_empty(), "sources lean on each other:\n{}", all.join("\n"));
    let found = |file: &str, text: &str| leans(&Facts::of(file, text)).len();
    assert_eq!(found("src/source/docker/x.rs", "use super::super::kube::out::Out;"), 1);
    assert_eq!(found("src/source/meter.rs", "use crate::kinds::docker;"), 1);
    assert_eq!(found("src/source/kube/x.rs", "use super::out; use crate::kinds::kube;"), 0);
}

/// A module that no rule is about could know everybody.
#[test]
fn every_module_has_a_layer() {
    let whole = ["src/lib.rs", "src/main.rs"];
    for facts in ALL.iter().filter(|facts| !whole.contains(&facts.file.as_str())) {
        assert!(LAYERS.iter().any(|layer| layer.name == module(&facts.file)), "{} is in no layer", facts.file);
    }
    for layer in LAYERS {
        assert!(ALL.iter().any(|facts| module(&facts.file) == layer.name), "there is no {}", layer.name);
    }
}

#[test]
fn a_crossed_layer_is_noticed() {
    let found = |file: &str, text: &str| breaches(&Facts::of(file, text)).len();
    for (file, text) in [
        ("src/app/x.rs", "use crate::source::Source;"),
        ("src/app/x.rs", "use crate::{model::Id, source};"),
        ("src/app/x.rs", "fn f() { super::super::source::connect(); }"),
        ("src/app/x.rs", "fn f() { let t = tokio::spawn(x); }"),
        ("src/app/x.rs", "async fn f() {}"),
        ("src/app/x.rs", "fn f() { let t = select!{ a = b.await => 1 }; }"),
        ("src/app/x.rs", "fn f() { println!(\"{}\", std::fs::read(p)); }"),
        ("src/app/x.rs", "use std::time::Instant as Clock; fn f() { Clock::now(); }"),
        ("src/ui/x.rs", "fn draw(state: &mut State) {}"),
        ("src/model/x.rs", "use kube::Client;"),
        ("src/disk/x.rs", "use crate::model::Id;"),
    ] {
        assert_eq!(found(file, text), 1, "{file}: {text}");
    }
    for (file, text) in [
        ("src/kinds/x.rs", "mod kube; fn f() { kube::y(); }"),
        ("src/model/x.rs", "use crate::model::kube::x;"),
        ("src/ui/x.rs", "fn draw(state: &State) {}"),
        ("src/source/x.rs", "async fn f() { tokio::time::sleep(x).await }"),
        ("src/app/x.rs", "#[cfg(test)] mod tests { use std::fs; }"),
        ("src/app/x.rs", "fn f(now: Time) -> &'static str { \"std::fs\" } // std::fs"),
    ] {
        assert_eq!(found(file, text), 0, "{file}: {text}");
    }
}
