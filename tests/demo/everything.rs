//! Every kind, every command and every key of the demo: none of them comes to an error.

use spyhop::app::commands;
use spyhop::app::keymap::Keymap;
use spyhop::demo::resources::RESOURCES;
use spyhop::kinds;

use crate::place::Home;
use crate::terminal::Terminal;

const ESC: &str = "\x1b";

/// What a refusal begins with, in the last line.
fn refusal(terminal: &Terminal) -> Option<String> {
    let text = terminal.text();
    text.lines()
        .rev()
        .find(|line| !line.trim().is_empty())
        .filter(|line| line.trim_start().starts_with('✖'))
        .map(str::to_owned)
}

fn fine(terminal: &Terminal, after: &str) {
    assert_eq!(refusal(terminal), None, "after {after}:\n{}", terminal.text());
}

/// Waits until everything before is taken in: what is typed into the prompt shows.
fn settled(terminal: &mut Terminal) {
    terminal.keys(":barrier");
    terminal.shows(":barrier", 10);
    terminal.keys(ESC);
    terminal.until("the prompt gone", 10, |text| !text.contains(":barrier"));
}

fn open(terminal: &mut Terminal, kind: &str, shown: &str) {
    terminal.keys(&format!(":{kind} all\r"));
    terminal.until(&format!("{shown}, live"), 20, |text| {
        let title = text.lines().next().unwrap_or_default();
        title.contains(&format!("› {shown}")) && !title.contains("loading") && text.lines().count() > 3
    });
    settled(terminal);
    fine(terminal, kind);
}

#[test]
fn every_kind_opens_and_can_be_looked_at() {
    let home = Home::new("kinds");
    let mut terminal = home.terminal(&["--demo", "-c", "pods"], 160, 45);
    terminal.shows("live", 20);
    let own = kinds::all().filter(|kind| matches!(kind.family, "kube" | "mesh")).map(|kind| (kind.name, kind.name));
    let served = RESOURCES.iter().filter(|resource| kinds::find(resource.id, &[]).is_none());
    let all: Vec<(&str, &str)> = own.chain(served.map(|resource| (resource.id, resource.plural))).collect();
    assert!(all.len() > 40, "{all:?}");
    for (word, shown) in all {
        open(&mut terminal, word, shown);
        for key in ["d", "y"] {
            terminal.keys(key);
            settled(&mut terminal);
            fine(&terminal, &format!("{key} on {word}"));
            terminal.keys(ESC);
            settled(&mut terminal);
        }
    }
    assert_eq!(terminal.quit(), 0);
}

#[test]
fn every_word_can_be_said() {
    let home = Home::new("words");
    let mut terminal = home.terminal(&["--demo", "-c", "pods"], 120, 40);
    terminal.shows("live", 20);
    // Those need more than a word, lead out of the demo, or leave.
    let others = ["quit", "docker", "apply", "undo"];
    for word in commands::spoken().filter(|word| !others.contains(word)) {
        open(&mut terminal, "pods", "pods");
        terminal.keys(&format!(":{word}\r"));
        settled(&mut terminal);
        fine(&terminal, word);
        terminal.keys(ESC);
    }
    assert_eq!(terminal.quit(), 0);
}

/// The bytes of a key as a terminal sends it; `None` for those that need a terminal of a special sort.
fn bytes(key: &str) -> Option<String> {
    Some(match key {
        "enter" => "\r".to_owned(),
        "tab" => "\t".to_owned(),
        "space" => " ".to_owned(),
        "up" => "\x1b[A".to_owned(),
        "down" => "\x1b[B".to_owned(),
        "right" => "\x1b[C".to_owned(),
        "left" => "\x1b[D".to_owned(),
        "shift-right" => "\x1b[1;2C".to_owned(),
        "shift-left" => "\x1b[1;2D".to_owned(),
        "home" => "\x1b[H".to_owned(),
        "end" => "\x1b[F".to_owned(),
        "pagedown" => "\x1b[6~".to_owned(),
        "pageup" => "\x1b[5~".to_owned(),
        "ctrl-space" => "\0".to_owned(),
        "ctrl-\\" => "\x1c".to_owned(),
        "ctrl-]" => "\x1d".to_owned(),
        _ => match key.strip_prefix("ctrl-").map(str::as_bytes) {
            Some([letter @ b'a'..=b'z']) => char::from(letter - b'a' + 1).to_string(),
            Some(_) => return None,
            None if key.chars().count() == 1 => key.to_owned(),
            None => return None,
        },
    })
}

/// Keys that leave, that copy to a terminal without a clipboard, or that go on in a program of the user's.
fn skipped(command: &str) -> bool {
    ["quit", "session-send", "prompt", "namespace", "edit-external"].iter().any(|word| command.starts_with(word))
}

#[test]
fn every_key_does_something_or_says_nothing_bad() {
    let home = Home::new("keys");
    let mut terminal = home.terminal(&["--demo", "-c", "pods"], 140, 40);
    terminal.shows("live", 20);
    let keymap = Keymap::named("k9s").unwrap();
    let mut pressed = 0;
    for kind in
        ["pods", "containers", "deployments", "statefulsets", "cronjobs", "nodes", "namespaces", "services", "routes"]
    {
        let scopes = [format!("kind.{kind}"), "view.table".to_owned(), "global".to_owned()];
        let names: Vec<&str> = scopes.iter().map(String::as_str).collect();
        for (_, keys, command) in keymap.bindings().filter(|(scope, ..)| names.contains(scope)) {
            let Some(bytes) = bytes(keys).filter(|_| !skipped(command)) else { continue };
            open(&mut terminal, kind, kind);
            terminal.keys(&bytes);
            pressed += 1;
            leave(&mut terminal, command);
            fine(&terminal, &format!("{keys} ({command}) on {kind}"));
        }
    }
    assert!(pressed > 100, "only {pressed} keys were pressed");
    assert_eq!(terminal.quit(), 0);
}

/// Back to a view in which one can go on, from wherever a key led.
fn leave(terminal: &mut Terminal, command: &str) {
    match command {
        "shell" | "attach" => {
            terminal.shows("leaves it", 15);
            terminal.keys("\x1d");
        }
        "edit" => {
            terminal.shows("as read", 15);
            terminal.keys(ESC);
        }
        _ => terminal.keys(ESC),
    }
    settled(terminal);
}
