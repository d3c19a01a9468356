//! A run is its messages: given again to another state, they lead to the same screens.

use spyhop::app::{SLICE, State, View};

use crate::program::{Program, Turn, drawn};

/// Gives all turns again to a state that asks nobody, and compares the screens.
fn replay(mut state: State, tape: &[Turn]) {
    for (i, Turn { now, messages, screen }) in tape.iter().enumerate() {
        state.now = *now;
        drop(state.turn(messages.clone()));
        while !state.prepare(SLICE).0 {}
        state.was_seen();
        assert_eq!(&drawn(&state), screen, "turn {i} of {}", tape.len());
    }
}

fn press(program: &mut Program, keys: &str) {
    keys.split(' ').for_each(|key| assert!(program.press(key), "{key}"));
}

#[test]
fn a_recorded_run_leads_to_the_same_screens() {
    let (mut program, other) = Program::taped();
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
}
