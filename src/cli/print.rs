//! Everything that commands print goes through here. Standard output is what was asked for: a command whose output cannot be
//! written fails. Standard error is what is told beside it: where it cannot be written, nobody listens, and the command goes on.

use std::fmt::Display;
use std::io::{self, BufRead, IsTerminal, Stdout, Write};

use crate::model::{Error, Result, text};

pub fn output() -> Stdout {
    io::stdout()
}

/// Tells something on standard error. What servers say cannot steer the terminal.
pub fn note(told: impl Display) {
    let lines: String = told.to_string().lines().map(|line| format!("{}\n", text::clean(line))).collect();
    let _ = io::stderr().write_all(lines.as_bytes());
}

/// A line that the user types as the answer to a text. A question that cannot be shown is an error. Names of contexts
/// and objects cannot steer the terminal.
pub fn asked(question: &str) -> Result<String> {
    // What was typed before the question is not an answer to it.
    #[cfg(unix)]
    let _ = rustix::termios::tcflush(io::stdin(), rustix::termios::QueueSelector::IFlush);
    let mut answer = String::new();
    let shown = io::stderr().write_all(cleaned(question).as_bytes());
    let read = shown.and_then(|()| io::stdin().lock().read_line(&mut answer));
    read.map_err(|error| Error::Invalid(format!("could not ask: {error}")))?;
    Ok(answer.trim().to_owned())
}

/// A text as a terminal may get it. What is not for a terminal stays as it is.
pub fn harmless(text: String) -> String {
    match io::stdout().is_terminal() {
        true => cleaned(&text),
        false => text,
    }
}

/// The lines of a text without anything that steers a terminal.
fn cleaned(text: &str) -> String {
    text.split('\n').map(text::clean).collect::<Vec<_>>().join("\n")
}

/// The same JSON, in which no sign steers a terminal. JSON itself escapes only the first 32 signs.
pub fn escaped(json: &str) -> String {
    let steers = |sign: char| matches!(sign, '\u{7f}'..='\u{9f}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let mut out = String::with_capacity(json.len());
    for sign in json.chars() {
        match steers(sign) {
            true => out.push_str(&format!("\\u{:04x}", u32::from(sign))),
            false => out.push(sign),
        }
    }
    out
}

/// What came of writing the output. A reader such as `head` that has seen enough is no error.
pub fn written(result: io::Result<()>) -> Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result.map_err(|error| Error::Invalid(format!("could not write the output: {error}"))),
    }
}
