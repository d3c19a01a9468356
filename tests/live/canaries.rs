//! A run that meets secrets of every sort while it is recorded for sharing: of servers, of programs, and typed by the
//! user. None of them may be found in the recording, in whatever form.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde_json::Value;

use crate::terminal::Terminal;

/// Where the run leads. All names are secret, too.
pub struct Ground<'a> {
    pub namespace: &'a str,
    /// Begins the name of a running pod that writes a log and has a shell.
    pub pod: &'a str,
    pub said: &'a str,
    pub prompt: &'a str,
    /// A Secret, and the value of it that is shown.
    pub secret: &'a str,
    pub value: &'a str,
    /// An object that can be edited, and a text in it.
    pub config: &'a str,
    pub text: &'a str,
}

/// Begins everything that is typed and must not be found.
const TYPED: &str = "hunter2";

/// Types each key alone, as a person does.
fn typed(terminal: &mut Terminal, text: &str) {
    for key in text.chars() {
        terminal.keys(&key.to_string());
        terminal.until("a moment", 1, |_| true);
    }
}

/// Opens a table and waits until its cursor is on the row.
fn opens(terminal: &mut Terminal, kind: &str, namespace: &str, name: &str) {
    terminal.keys(&format!(":{kind} {namespace} /{name}\r"));
    terminal.until(name, 20, |text| {
        let mut lines = text.lines();
        let is_kind = lines.next().is_some_and(|title| title.contains(&format!("› {kind}")));
        is_kind && lines.nth(2).is_some_and(|row| row.contains(name))
    });
}

/// The keys that are commands, in their order, are the only ones that may be told.
const COMMANDS: &str = "/::x:ls:e:";

pub fn walk(terminal: &mut Terminal, ground: &Ground<'_>) {
    let Ground { namespace, pod, .. } = *ground;
    terminal.shows(pod, 20);
    // A filter that finds nothing, typed at once and key by key.
    typed(terminal, "/hunter2filter");
    terminal.shows("hunter2filter", 5);
    terminal.keys("\x1b");
    terminal.until("the rows", 5, |text| !text.contains("hunter2") && text.contains(pod));
    // A line that is wrong: the notice quotes it.
    typed(terminal, ":hunter2line");
    terminal.keys("\r");
    terminal.shows("hunter2line", 5);
    opens(terminal, "secrets", namespace, ground.secret);
    terminal.keys("x");
    terminal.shows(ground.value, 10);
    terminal.keys("\x1b");
    terminal.until("the secrets", 5, |text| !text.contains(ground.value));
    opens(terminal, "pods", namespace, pod);
    terminal.keys("l");
    terminal.shows(ground.said, 20);
    terminal.keys("\x1b");
    terminal.until("the pods", 5, |text| text.contains("STATUS"));
    shell(terminal, ground);
    edit(terminal, ground);
    question(terminal, ground);
}

fn shell(terminal: &mut Terminal, ground: &Ground<'_>) {
    terminal.keys("s");
    terminal.shows(ground.prompt, 20);
    typed(terminal, "echo hunter2'password'");
    terminal.keys("\r");
    terminal.shows("\nhunter2password", 10);
    // Keys come while the shell ends. They are still a text to whoever types them, until another key.
    terminal.keys("exit\rzzz");
    terminal.until("the pods", 10, |text| text.contains("STATUS"));
    terminal.keys("\x1b");
    terminal.until("no filter", 5, |text| !text.contains(&format!("/{}", ground.pod)));
}

fn edit(terminal: &mut Terminal, ground: &Ground<'_>) {
    opens(terminal, "configmaps", ground.namespace, ground.config);
    terminal.keys("e");
    terminal.shows(ground.text, 10);
    typed(terminal, "hunter2editor");
    terminal.shows("hunter2editor", 5);
    terminal.keys("\x04");
    terminal.shows("[ Discard ]", 5);
    terminal.keys("\t\r");
    terminal.until("the old text", 5, |text| !text.contains("hunter2editor"));
    terminal.keys("\x1b");
    terminal.until("the table", 5, |text| !text.contains("› edit"));
}

/// Types into a question, and answers it with no.
fn question(terminal: &mut Terminal, ground: &Ground<'_>) {
    terminal.keys(&format!(":namespaces /{}\r", ground.namespace));
    terminal.until("the namespace", 20, |text| text.lines().nth(3).is_some_and(|row| row.contains(ground.namespace)));
    // A key that writes counts only once the rows were on the screen for a while.
    terminal.typed("\x04", "[ Cancel ]");
    typed(terminal, "hunter2form");
    terminal.shows("hunter2form", 5);
    terminal.keys("\x1b");
    terminal.until("the namespace", 5, |text| !text.contains("hunter2form"));
}

/// The forms in which a word can stand in a file.
fn forms(word: &str) -> Vec<String> {
    let hex = word.bytes().map(|byte| format!("{byte:02x}")).collect();
    let numbers = word.bytes().map(|byte| byte.to_string()).collect::<Vec<_>>().join(",");
    let backwards = word.chars().rev().collect();
    let escaped = word.chars().map(|c| format!("\\u{:04x}", c as u32)).collect();
    // In base64 a word looks different for each place at which it can begin. The signs at its ends depend on what
    // stands beside it.
    let coded = (0..3).map(|before| {
        let all = STANDARD_NO_PAD.encode([vec![0; before], word.as_bytes().to_vec()].concat());
        let (start, end) =
            (before.div_ceil(3) + before, all.len() - usize::from(!(before + word.len()).is_multiple_of(3)));
        all[start..end].to_owned()
    });
    coded.chain([word.to_lowercase(), hex, numbers, backwards, escaped]).collect()
}

/// The characters that a recording tells, in their order, without those with control.
fn told(recording: &str) -> String {
    let mut all = String::new();
    for line in recording.lines().skip(1) {
        let turn: Value = serde_json::from_str(line).unwrap();
        let pressed = turn["heard"].as_array().into_iter().flatten().map(|heard| &heard["key"]);
        let alone = pressed.filter(|pressed| pressed["with"] == 0);
        all.extend(alone.filter_map(|pressed| pressed["key"]["character"].as_str()));
    }
    all
}

/// Fails if a recording holds a word, or a key that is no command.
pub fn search(path: &str, words: &[&str]) {
    let recording = std::fs::read_to_string(path).unwrap();
    let plain = recording.to_lowercase();
    for word in words.iter().chain(&[TYPED]) {
        for form in forms(word) {
            assert!(!recording.contains(&form) && !plain.contains(&form), "{word} as {form} in\n{recording}");
        }
    }
    // Of keys that come together only the first is told, so a command may be missing.
    let (told, mut left) = (told(&recording), COMMANDS.chars());
    let are_commands = told.chars().all(|key| left.any(|command| command == key));
    assert!(are_commands && told.len() > COMMANDS.len() / 2, "{told} of {COMMANDS} in\n{recording}");
    // It tells what it is for, nevertheless.
    for word in ["[\"kube\",\"secrets\"]", "\"lines\"", "\"terminal\"", "\"output\"", "\"typed\"", "\"question\""] {
        assert!(recording.contains(word), "no {word} in\n{recording}");
    }
}

#[test]
fn words_are_found_in_every_form() {
    for text in ["xhunter2", "hunter2", "yyhunter2zz", "yyyhunter2z"] {
        let coded = STANDARD_NO_PAD.encode(text);
        assert!(forms("hunter2").iter().any(|form| coded.contains(form)), "{coded}");
    }
    assert!(forms("hi").contains(&"104,105".to_owned()) && forms("hi").contains(&"6869".to_owned()));
}
