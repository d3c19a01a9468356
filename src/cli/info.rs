//! `spyhop version` and `spyhop info`: what this is, where its files are, and which sources were found.

use std::io::{self, Write};
use std::path::PathBuf;

use super::print::written;
use crate::app::keymap;
use crate::config::Editing;
use crate::kinds::FAMILIES;
use crate::model::{Error, Family, Place, Result};
use crate::runtime::settings::{CONFIG, Wanted};
use crate::runtime::{columns, files, remembered};
use crate::source::{Connected, PROVIDERS};
use crate::theme;

pub fn version(out: &mut impl Write) -> Result<()> {
    written(writeln!(out, "spyhop {}", env!("CARGO_PKG_VERSION")))
}

pub fn info(wanted: &Wanted, connected: &Connected, out: &mut impl Write) -> Result<()> {
    written(print(wanted, connected, out))
}

fn print(wanted: &Wanted, connected: &Connected, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "spyhop {}\n\nfiles", env!("CARGO_PKG_VERSION"))?;
    let state = |name: &str| files::state_dir().map(|dir| dir.join(name));
    paths(
        &[
            ("configuration", wanted.dir(CONFIG)),
            ("themes", wanted.dir("themes")),
            ("key maps", wanted.dir("keymaps")),
            ("audit", state("audit.jsonl")),
            ("drafts", state("drafts")),
            ("rows", remembered::dir()),
            ("columns", columns::file()),
            ("saves", files::dump_dir()),
        ],
        out,
    )?;
    writeln!(out, "\nin effect")?;
    let settings = wanted.read();
    let theme = settings.theme.map_or_else(|| format!("{} (the default)", theme::DEFAULT), |theme| theme.name);
    let keymap = settings.keymap.map_or_else(|| format!("{} (the default)", keymap::DEFAULT), |keymap| keymap.name);
    let all = |names: Vec<&str>| names.join(", ");
    let themes = all(settings.themes.iter().map(|theme| theme.name.as_str()).collect());
    let keymaps = all(settings.keymaps.iter().map(|keymap| keymap.name.as_str()).collect());
    writeln!(out, "  {:<16} {theme:<20} of {themes}", "theme")?;
    writeln!(out, "  {:<16} {keymap:<20} of {keymaps}", "key map")?;
    let config = settings.config.as_ref();
    let editing = config.and_then(|config| config.editor);
    let editor = editing.map_or_else(|| "own (the default)".to_owned(), |editing| editing.word().to_owned());
    let mouse = match config.and_then(|config| config.mouse) {
        None => "on (the default)",
        Some(true) => "on",
        Some(false) => "off",
    };
    writeln!(out, "  {:<16} {editor:<20} of {}", "editor", all(Editing::ALL.map(|(_, word)| word).to_vec()))?;
    writeln!(out, "  {:<16} {mouse}", "mouse")?;
    problems(&settings.problems, wanted, out)?;
    writeln!(out, "\nlooked for")?;
    for looked in &connected.looked {
        writeln!(out, "  {:<34} {}", looked.what, looked.text)?;
    }
    let found = |family: &&&'static Family| PROVIDERS.iter().any(|provider| provider.family == **family);
    FAMILIES.iter().filter(found).try_for_each(|family| places(family, connected, out))
}

fn places(family: &'static Family, connected: &Connected, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "\n{}", family.sources.many)?;
    if connected.of(family).next().is_none() {
        writeln!(out, "  none")?;
    }
    for place in connected.of(family) {
        let Place { name, server, user, namespace, cluster, .. } = place;
        let current = if place.is_current { "*" } else { " " };
        let problem = place.problem.as_deref().map(|why| format!("  ({why})")).unwrap_or_default();
        let who = match (namespace.is_empty(), cluster.is_empty()) {
            (true, true) => String::new(),
            (true, false) => format!("by {cluster}"),
            (false, _) => format!("as {user}  in {namespace}"),
        };
        writeln!(out, "{current} {name:<24} {server}  {who}{problem}")?;
    }
    Ok(())
}

fn paths(all: &[(&str, Option<PathBuf>)], out: &mut impl Write) -> io::Result<()> {
    for (what, path) in all {
        let (shown, there) = match path {
            Some(path) if path.exists() => (path.display().to_string(), ""),
            Some(path) => (path.display().to_string(), "  (not found)"),
            None => ("no home directory".to_owned(), ""),
        };
        writeln!(out, "  {what:<16} {shown}{there}")?;
    }
    Ok(())
}

/// What is wrong with the files in use, and with those that could be chosen.
fn problems(told: &[Error], wanted: &Wanted, out: &mut impl Write) -> io::Result<()> {
    let themes = wanted.own("themes").into_iter().filter_map(|name| wanted.theme(&name).err());
    let keymaps = wanted.own("keymaps").into_iter().filter_map(|name| wanted.keymap(&name).err());
    let mut all: Vec<Error> = told.to_vec();
    for error in themes.chain(keymaps) {
        if !all.contains(&error) {
            all.push(error);
        }
    }
    if !all.is_empty() {
        writeln!(out, "\nproblems")?;
    }
    all.iter().try_for_each(|error| writeln!(out, "  {}", error.text().replace("; line", "\n    line")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Environment;
    use crate::theme::Depth;

    #[test]
    fn it_tells_what_is_there_what_is_in_effect_and_what_is_wrong() {
        let dir = std::env::temp_dir().join(format!("spyhop-info-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&dir);
        std::fs::create_dir_all(dir.join("themes")).unwrap();
        std::fs::write(dir.join("config.toml"), "theme = \"night\"\neditor = \"external\"\n").unwrap();
        std::fs::write(dir.join("themes/night.toml"), "name = \"night\"\ninherits = \"terminal\"\n").unwrap();
        std::fs::write(dir.join("themes/day.toml"), "name = \"day\"\ninherits = \"sun\"\nx = 1\n").unwrap();
        let wanted = Wanted { dir: Some(dir.clone()), theme: None, keymap: Some("vim".into()), depth: Depth::True };
        let connected =
            crate::source::connect(&Environment { flags: &Default::default(), env: &|_| None, prometheus: &|_| None });
        let mut out = Vec::new();
        print(&wanted, &connected, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        for words in [
            format!("configuration    {}\n", dir.join("config.toml").display()),
            format!("key maps         {}  (not found)", dir.join("keymaps").display()),
            "theme            night ".to_owned(),
            "key map          vim ".to_owned(),
            "editor           external             of own, external\n".to_owned(),
            "mouse            on (the default)\n".to_owned(),
            "theme themes/day.toml, line 2, column 12: no theme is called 'sun'".to_owned(),
            "    line 3, column 1: there is no 'x'".to_owned(),
        ] {
            assert!(text.contains(&words), "{words} is not in:\n{text}");
        }
        std::fs::remove_dir_all(&dir).unwrap();
    }
}
