//! Keys are looked up in the key map, never written in a text: whoever has another key map would be told the wrong one.

use crate::facts::{ALL, Facts};

/// Where names of keys stand as what they are, and why.
const EXCEPT: &[(&str, &str)] = &[
    ("src/app/keymap.rs", "says how keys are written in a key map"),
    ("src/app/keymap/key.rs", "has the names of all keys"),
    ("src/cli/demo.rs", "there the terminal takes the key, and no key map"),
];

/// Places whose texts are no words of the program: what a made-up cluster holds and prints.
const FOREIGN: &[&str] = &["src/demo/"];

const NAMED: &[&str] = &["esc", "Esc", "enter", "Enter", "Tab", "backtab", "backspace", "pageup", "pagedown"];

/// Words for commands that are spelt like keys.
const COMMANDS: &[&str] = &["enter"];

/// What a key does, behind it: `y shows it`.
const DOES: &[&str] = &[
    "accepts", "applies", "back", "cancels", "clears", "closes", "comes", "ends", "goes", "keeps", "leads", "leaves",
    "lists", "opens", "quits", "restores", "saves", "shows", "starts", "stops",
];

fn is_key(word: &str) -> bool {
    let with = |modifier: &str| word.strip_prefix(modifier).is_some_and(|key| !key.is_empty() && !key.starts_with('-'));
    let caret =
        word.strip_prefix('^').is_some_and(|key| key.len() == 1 && key.chars().all(|c| c.is_ascii_alphabetic()));
    let function = word.strip_prefix('f').is_some_and(|n| n.parse::<u8>().is_ok_and(|n| (1..=12).contains(&n)));
    NAMED.contains(&word) || ["ctrl-", "alt-", "shift-", "Ctrl-", "Alt-"].iter().any(|m| with(m)) || caret || function
}

/// The keys that a text names.
fn keys(text: &str) -> Vec<&str> {
    let bare = |word: &str| word.trim_matches(|c: char| ",.;:()'\"`".contains(c)).len();
    let words: Vec<&str> = text.split_whitespace().collect();
    if let [alone] = words.as_slice() {
        return if is_key(alone) && !COMMANDS.contains(alone) { vec![alone] } else { Vec::new() };
    }
    let trimmed = |word: &&'_ str| word.trim_matches(|c: char| ",.;:()'\"`".contains(c)).to_owned();
    let does = |i: usize| words.get(i + 1).is_some_and(|next| DOES.contains(&trimmed(next).as_str()));
    // A tab is also what holds panes.
    let letter = |word: &str| {
        ["space", "tab"].contains(&word) || word.chars().count() == 1 && !["a", "I", "{", "}"].contains(&word)
    };
    let single = |i: usize| letter(words[i]) && does(i);
    let found = words.iter().enumerate().filter(|(i, word)| is_key(&trimmed(word)) && bare(word) > 0 || single(*i));
    found.map(|(_, word)| *word).collect()
}

fn written(facts: &Facts) -> Vec<String> {
    let found = |text: &str| keys(text).join(" ");
    let texts = facts.texts.iter().filter(|seen| !keys(&seen.text).is_empty());
    texts.map(|seen| format!("{}: {} in {:?}", facts.at(seen.line), found(&seen.text), seen.text)).collect()
}

#[test]
fn no_key_is_written_in_a_text() {
    let ours = |facts: &&Facts| !FOREIGN.iter().any(|place| facts.file.starts_with(place));
    let mut all = Vec::new();
    for facts in ALL.iter().filter(ours) {
        let found = written(facts);
        match EXCEPT.iter().find(|(file, _)| *file == facts.file) {
            None => all.extend(found),
            Some((file, _)) => assert!(!found.is_empty(), "{file} names no key any more: take it off the list"),
        }
    }
    assert!(all.is_empty(), "keys in texts:\n{}", all.join("\n"));
}

#[test]
fn a_key_in_a_text_is_noticed() {
    let found = |text: &str| written(&Facts::of("src/ui/x.rs", text)).len();
    for text in [
        "const X: &str = \"esc back   :ctx other contexts   ^r again\";",
        "fn f() { format!(\"{n} lines; y shows it\"); }",
        "fn f() { key.unwrap_or(\"esc\"); }",
        "const X: &str = \"there is no search yet; / starts one\";",
        "const X: &str = \"press ctrl-d to delete\";",
        "const X: &str = \"tab accepts it\";",
        "const X: &str = \"Type a name and Enter.\";",
    ] {
        assert_eq!(found(text), 1, "{text}");
    }
    for text in [
        "const X: &str = \"{back} back, {reload} again\";",
        "fn f() { commands::run(state, \"enter\"); }",
        "const X: &str = \"the server has no ingresses\";",
        "const X: &str = \"the last pane closes the tab\";",
        "/// Esc leaves.\nfn f() {}",
    ] {
        assert_eq!(found(text), 0, "{text}");
    }
}
