//! What is typed and pasted: nothing of it is lost without a word, however it is packed.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use spyhop::app::keymap::Keymap;
use spyhop::app::{Message, View};

use crate::screen::{Screen, pod};

fn pods() -> Screen {
    Screen::open("pods").list(&[pod("shop", "web-7f", "Running"), pod("shop", "web-9a", "Running")])
}

fn line(screen: &Screen) -> &str {
    screen.state.focus.input().map_or("", |input| input.text.as_str())
}

/// Letters that come at once.
fn typed(screen: Screen, letters: usize) -> Screen {
    let key = |i: usize| Message::Key(KeyEvent::from(KeyCode::Char(if i % 7 == 6 { ' ' } else { 'w' })));
    screen.take((0..letters).map(key).collect())
}

/// A filter is read once for all letters of a burst: with each of them it would cost the square of its length.
#[test]
fn a_long_filter_that_comes_at_once_is_read_once() {
    let bytes = |letters: usize| {
        let (screen, mut after) = (pods().keys("/"), None);
        let used = allocation_counter::measure(|| after = Some(typed(screen, letters)));
        assert_eq!(after.map(|screen| line(&screen).len()), Some(letters));
        used.bytes_total
    };
    let (few, many) = (bytes(200), bytes(2_000));
    assert!(many < 20 * few, "ten times the letters take {many} bytes instead of {few}");
    // What came at once means what it means one by one.
    let screen = pods().burst("/ \"web-9\" enter");
    assert!(screen.has("web-9a") && !screen.has("web-7f"), "{}", screen.text());
    let screen = pods().burst(": \"svc\" tab backspace enter");
    assert!(screen.has("services"), "{}", screen.text());
}

#[test]
fn a_paste_that_is_too_long_is_told() {
    let screen = pods().keys("/").paste(&"x".repeat(20_000));
    assert!(
        line(&screen).is_empty() && screen.has("nothing was pasted: 20000 bytes are too many"),
        "{}",
        screen.text()
    );
    let full = pods().keys("/").paste(&"x".repeat(4_096)).keys("y");
    assert!(full.has("the line is full"), "{}", full.text());
    let question = pods().keys(": \"label\" enter").paste(&"x".repeat(70_000));
    assert!(question.has("nothing was pasted: 70000 bytes"), "{}", question.text());
    let button = pods().keys("ctrl-d").paste("yes");
    assert!(button.has("nothing was pasted: this is no field"), "{}", button.text());
    let nowhere = pods().paste("kubectl get pods");
    assert!(nowhere.has("what was pasted is not used here; : opens a line"), "{}", nowhere.text());
}

#[test]
fn a_paste_of_several_lines_keeps_them_apart() {
    let screen = pods().keys("/").paste("web\r\n9a\n");
    assert_eq!(line(&screen), "web 9a");
}

#[test]
fn a_filter_that_asks_for_nothing_is_none() {
    for typed in ["\"\"\"", "\"'\"", "\"-f_\"", "\"!\""] {
        let screen = pods().keys(&format!("/ {typed} enter"));
        let Some(View::Table(table)) = screen.state.top() else { panic!("no table") };
        assert!(table.filter.is_empty() && table.filter.text().is_empty(), "{typed}");
        let again = screen.keys("/");
        assert_eq!(line(&again), "", "{typed}");
        assert_eq!(line(&again.keys("up")), "", "{typed} is not worth to be remembered");
    }
    let kept = pods().keys("/ \"web\" enter /");
    assert_eq!((line(&kept), line(&pods().keys("/ \"web\" enter / ctrl-u up"))), ("web", "web"));
}

fn vim() -> Screen {
    let mut screen = pods();
    screen.state.keymap = Keymap::named("vim").unwrap();
    screen
}

#[test]
fn a_key_that_does_not_go_on_with_a_chord_is_told() {
    let screen = vim().keys("Z ?");
    assert!(screen.has("Z goes on with Q (quit) or Z (quit), not with ?"), "{}", screen.text());
    assert!(!screen.has("Everywhere") && !screen.state.display.done);
    // It begins nothing new, and the next key is itself again.
    assert!(screen.keys("?").has("Here"), "help");
    let many = vim().sized(120, 24).keys("g x");
    assert!(many.has("g goes on with") && many.has("not with x"), "{}", many.text());
    // Esc leaves a chord, and the prompt opens from anywhere.
    let left = vim().keys("Z esc");
    assert!(left.state.display.notice.is_none() && left.has("› pods"), "{}", left.text());
    assert!(vim().keys("Z :").state.focus.input().is_some());
}

/// As terminals send Esc and a key at once.
fn packed(screen: Screen, key: char) -> Screen {
    screen.take(vec![Message::Key(KeyEvent::new(KeyCode::Char(key), KeyModifiers::ALT))])
}

#[test]
fn esc_and_a_key_in_one_piece_are_both_taken() {
    let described = || pods().keys("d");
    let screen = packed(described(), ':');
    assert!(screen.state.focus.input().is_some() && screen.state.page().is_none(), "{}", screen.text());
    assert!(packed(described(), '/').state.focus.input().is_some());
    // The prompt opens from a text too; other letters are an editor's own.
    let editor = || crate::editor::edited().keys("x");
    let colon = packed(editor(), ':');
    assert!(colon.state.focus.input().is_some() && colon.state.editor().is_none() && colon.state.drafts.len() == 1);
    assert!(packed(editor(), 'd').state.editor().is_some());
    let prompt = packed(pods().keys("/ \"web\""), 'b');
    assert_eq!(line(&prompt), "web");
    // A key that means nothing is nothing, and Alt stays Alt where it means something.
    assert!(packed(described(), '%').state.page().is_some());
    let mut emacs = described();
    emacs.state.keymap = Keymap::named("emacs").unwrap();
    assert!(packed(emacs, 'w').state.page().is_some());
    // Esc leaves a chord, and the key is what it is without one; a chord that goes on with Alt does.
    let begun = |keys: &str| vim().keys(keys);
    assert!(packed(begun("Z"), ':').state.focus.input().is_some());
    let described = packed(begun("Z"), 'K');
    assert!(described.state.page().is_some(), "{}", described.text());
    let mut alt = begun("");
    alt.state.keymap.overlay(Keymap::parse("mine", "[global]\n'Z alt-:' = 'help'").unwrap());
    assert!(packed(alt.keys("Z"), ':').has("› help"));
}

#[test]
fn a_key_behind_esc_that_would_change_something_is_not_taken() {
    let described = pods().keys("d");
    let screen = packed(described, 's');
    assert!(screen.state.page().is_none() && screen.state.focus.dialog().is_none(), "{}", screen.text());
    assert!(screen.has("s came in one piece with the key before it; press it again to shell"), "{}", screen.text());
}

/// Texts name the keys of the key map in use.
#[test]
fn texts_follow_the_key_map() {
    let with = |mut screen: Screen, map: &str| {
        let own = Keymap::parse("mine", map).unwrap();
        screen.state.keymap.overlay(own);
        screen
    };
    let map = "[global]\n'esc' = ''\n'q' = ''\n'f4' = 'back'\n'ctrl-r' = ''\n'f5' = 'reload'\n[view.table]\n'0' = ''\n'f6' = 'namespace 0'";
    let none = with(pods().keys("/ \"nosuch\" enter"), map);
    assert!(none.has("f4 clears it") && !none.has("esc clears it"), "{}", none.text());
    let empty = with(Screen::open("pods").list(&[]), map);
    assert!(empty.has("f6 shows all namespaces"), "{}", empty.text());
    let lost = with(Screen::open("pods").fails(spyhop::model::Error::Offline("no route".into())), map);
    assert!(lost.has("f5 now"), "{}", lost.text());
    let search = with(pods().keys("d"), "[view.text]\n'/' = ''\n'f7' = 'search'").keys("n");
    assert!(search.has("there is no search yet; f7 starts one"), "{}", search.text());
}
