//! Whatever ends or stops the program, the terminal is as it was; whoever goes on finds the screen drawn anew.

use crate::place::Home;
use crate::terminal::{Terminal, signal};

fn pods(home: &Home) -> Terminal {
    let terminal = home.terminal(&["--demo", "-c", "pods"], 100, 30);
    terminal.shows("checkout-", 20);
    terminal
}

/// The number of a signal on this system.
fn number(name: &str) -> u32 {
    let told = std::process::Command::new("bash").args(["-c", &format!("kill -l {name}")]).output().unwrap();
    String::from_utf8(told.stdout).unwrap().trim().parse().unwrap()
}

#[test]
fn every_signal_that_ends_gives_the_terminal_back() {
    let home = Home::new("signals");
    for name in ["HUP", "INT", "QUIT", "USR1", "USR2", "ALRM", "TERM", "XCPU", "VTALRM", "PROF"] {
        let mut terminal = pods(&home);
        assert!(!terminal.is_given_back(), "{name}: the program has the terminal");
        signal(terminal.pid(), name);
        assert_eq!(terminal.ends(6), 128 + number(name), "{name}");
        terminal.given_back(5);
    }
}

/// The program under a shell that says what becomes of it.
fn under_a_shell(home: &Home) -> Terminal {
    let script = "set -m; \"$@\"; echo \"left: $?\"; read line; fg; echo \"then: $?\"; read line";
    let program = env!("CARGO_BIN_EXE_spyhop");
    let args = ["-c", script, "bash", program, "--demo", "--no-remember", "-c", "pods"];
    let terminal = home.other("bash", &args, 100, 30);
    terminal.shows("checkout-", 20);
    terminal
}

/// The program that runs in the shell.
fn child(shell: u32) -> u32 {
    let found = std::process::Command::new("pgrep").args(["-P", &shell.to_string()]).output().unwrap();
    String::from_utf8(found.stdout).unwrap().lines().next().unwrap().parse().unwrap()
}

#[test]
fn it_stops_and_goes_on_like_any_program() {
    let home = Home::new("stops");
    for by_key in [true, false] {
        let mut terminal = under_a_shell(&home);
        terminal.keys("?");
        terminal.shows("› help", 5);
        if by_key {
            terminal.keys("\x1a");
        } else {
            signal(child(terminal.pid()), "TSTP");
        }
        terminal.shows("left: 1", 10);
        terminal.given_back(5);
        terminal.keys("\r");
        terminal.shows("› help", 10);
        assert!(!terminal.is_given_back());
        // It hears keys again, and leaves as ever.
        terminal.keys("q");
        terminal.until("the pods", 5, |text| !text.contains("› help") && text.contains("checkout-"));
        terminal.keys("\x03");
        terminal.shows("then: 0", 10);
        terminal.given_back(5);
    }
}

#[test]
fn who_was_told_to_end_while_it_was_stopped_ends_when_it_goes_on() {
    let home = Home::new("ended");
    let mut terminal = under_a_shell(&home);
    let program = child(terminal.pid());
    signal(program, "TSTP");
    terminal.shows("left: 1", 10);
    signal(program, "TERM");
    terminal.keys("\r");
    terminal.shows(&format!("then: {}", 128 + number("TERM")), 10);
    terminal.given_back(5);
}

#[test]
fn who_was_stopped_by_force_draws_the_screen_anew() {
    let home = Home::new("forced");
    let mut terminal = under_a_shell(&home);
    let program = child(terminal.pid());
    signal(program, "STOP");
    terminal.shows("left: 1", 10);
    // The terminal is still as the program had it: what ends a line is the line feed itself.
    terminal.keys("\n");
    terminal.until("the screen", 10, |text| text.contains("checkout-") && !text.contains("left:"));
    terminal.keys("?");
    terminal.shows("› help", 5);
}

/// A program may be stopped by force while it writes a frame. The tests here must not depend on that.
#[test]
fn half_a_frame_that_nobody_finishes_is_shown() {
    let home = Home::new("half");
    let terminal = home.other("bash", &["-c", "printf 'whole\\033[?2026hhalf'; read line"], 40, 5);
    terminal.shows("whole", 5);
    terminal.shows("half", 5);
}
