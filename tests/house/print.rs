//! What the program prints leaves through one door. `println!` and its like panic where nobody reads any more, or where
//! the disk is full.

use crate::facts::{ALL, Facts};

/// The door of the commands, and the screen.
const DOORS: &[&str] = &["src/cli/print.rs", "src/runtime/terminal.rs"];
const MACROS: &[&str] = &["print!", "println!", "eprint!", "eprintln!", "dbg!"];
const STREAMS: &[&str] = &["std::io::stdout", "std::io::stderr"];

fn past(facts: &Facts) -> Vec<String> {
    let prints = |path: &str| MACROS.contains(&path.trim_start_matches("std::")) || STREAMS.contains(&path);
    let printed = facts.paths.iter().filter(|seen| prints(&seen.text));
    printed.map(|seen| format!("{}: {}", facts.at(seen.line), seen.text)).collect()
}

#[test]
fn nothing_is_printed_past_the_door() {
    let others = ALL.iter().filter(|facts| !DOORS.contains(&facts.file.as_str()));
    assert_eq!(others.flat_map(past).collect::<Vec<_>>(), Vec::<String>::new());
    for door in DOORS {
        assert!(ALL.iter().any(|facts| facts.file == *door && !past(facts).is_empty()), "{door} prints nothing");
    }
}

#[test]
fn what_is_printed_past_the_door_is_noticed() {
    let found = |text: &str| past(&Facts::of("src/cli/x.rs", text)).len();
    for text in [
        "fn f() { println!(); }",
        "fn f() { std::eprintln!(\"{x}\"); }",
        "fn f() { all.iter().for_each(|one| eprint!(\"{one}\")); }",
        "fn f() { tokio::select! { x = y => println!(\"{x}\") }; }",
        "use std::io; fn f() { writeln!(io::stderr(), \"x\"); }",
        "fn f() { std::io::stdout().flush(); }",
    ] {
        assert!(found(text) > 0, "{text}");
    }
    for text in ["fn f() { program.stdout(); }", "fn print() {} fn f() { writeln!(out, \"x\"); }"] {
        assert_eq!(found(text), 0, "{text}");
    }
}
