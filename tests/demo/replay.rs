//! A run is its messages: given again to another state, they lead to the same screens.

use std::io::Cursor;
use std::path::PathBuf;

use spyhop::app::{SLICE, State, View};
use spyhop::runtime::replay::{self, End, Replayed};

use crate::program::{Program, Turn, drawn};
use crate::random::Random;

/// Gives all turns again to a state that asks nobody, and compares the screens.
fn replay(mut state: State, tape: &[Turn]) {
    for (i, Turn { now, messages, screen }) in tape.iter().enumerate() {
        state.now = *now;
        drop(state.turn(messages.clone()));
        while !state.prepare(SLICE).0 {}
        state.display.was_drawn();
        state.was_seen();
        assert_eq!(&drawn(&state), screen, "turn {i} of {}", tape.len());
    }
}

fn press(program: &mut Program, keys: &str) {
    keys.split(' ').for_each(|key| assert!(program.press(key), "{key}"));
}

#[test]
fn a_recorded_run_leads_to_the_same_screens() {
    let file = File::new();
    let (mut program, other) = Program::taped(&file.0);
    let whole = |state: &State| state.answer().is_some_and(|answer| answer.complete && !answer.is_empty());
    program.until("pods", whole);
    // Nothing happens to these pods by itself; others crash, move or are scaled while the test looks at them.
    press(&mut program, "/ p o s t g r e s enter j j k space d");
    program.until("a description", |state| state.page().is_some_and(|page| page.text.is_some()));
    press(&mut program, "j j esc y");
    program.until("yaml", |state| state.page().is_some_and(|page| page.text.is_some()));
    press(&mut program, "esc l");
    program.until("a log", |state| matches!(state.top(), Some(View::Log(_))));
    press(&mut program, "esc s");
    program.until("a shell", |state| state.sessions.iter().any(|session| session.written > 0));
    press(&mut program, "l s enter");
    program.until("its answer", |state| state.sessions.iter().any(|session| session.written > 40));
    press(&mut program, "ctrl-]");
    program.say("deployments all");
    program.until("deployments", whole);
    press(&mut program, "s");
    program.until("a question", |state| state.focus.dialog().is_some());
    press(&mut program, "esc e");
    program.until("a text", |state| state.editor().is_some_and(|editor| editor.base.is_some()));
    press(&mut program, "a b c esc");
    let tape = program.tape.take().unwrap_or_default();
    assert!(tape.len() > 60, "{} turns", tape.len());
    replay(other, &tape);
    // The file is whole once the program has ended.
    drop(program);
    let bytes = std::fs::read(&file.0).unwrap();
    let again = |bytes: &[u8]| replay::replay(Cursor::new(bytes));
    assert_eq!(again(&bytes), Ok(Replayed { turns: tape.len(), frames: tape.len(), end: End::Whole }));
    let mut random = Random(5);
    for _ in 0..6 {
        let cut = bytes.len() - 1 - random.below(bytes.len() / 2);
        let Replayed { turns, end, .. } = again(&bytes[..cut]).unwrap();
        assert!(end == End::CutOff && turns <= tape.len(), "cut at {cut}: {turns} turns, {end:?}");
        // Whatever is damaged is noticed before it reaches the state.
        let mut damaged = bytes.clone();
        let at = random.below(bytes.len());
        damaged[at] ^= 1 << random.below(8);
        let found = again(&damaged).map(|replayed| replayed.end);
        assert!(!matches!(found, Ok(End::Other(_) | End::Early(_))), "damaged at {at}: {found:?}");
    }
}

/// The file of a recording; it goes with the test.
struct File(PathBuf);

impl File {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("spyhop-tape-{}.spyhop", std::process::id()));
        let _ = std::fs::remove_file(&path);
        Self(path)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
