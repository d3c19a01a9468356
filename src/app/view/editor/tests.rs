use crossterm::event::KeyEvent;
use serde_json::json;

use super::*;
use crate::kinds;
use crate::model::SourceId;

fn editor(text: &str) -> Editor {
    let kind = kinds::named("configmaps").unwrap();
    let id = Id::new(SourceId(1), kind, "shop", "x");
    let mut editor = Editor::new(EditorId(1), id);
    editor.base = Some(Base::new(json!({"kind": "ConfigMap"})));
    editor.stage = Stage::Typing;
    editor.start(text);
    editor
}

#[test]
fn new_lines_keep_the_indentation() {
    let mut editor = editor("a:\n  b: 1\n");
    editor.go(1, 6);
    editor.key(KeyEvent::from(KeyCode::Enter), Time(0));
    editor.key(KeyEvent::from(KeyCode::Char('c')), Time(0));
    assert_eq!(editor.text(), "a:\n  b: 1\n  c\n");
    assert_eq!(editor.unsaved, Some(Time(0)));
}

#[test]
fn a_replaced_text_comes_back() {
    let mut editor = editor("a: 1\n");
    editor.replace("b: 2\nc: 3\n");
    assert_eq!(editor.text(), "b: 2\nc: 3\n");
    while editor.area.undo() {}
    assert_eq!(editor.text(), "a: 1\n");
}

#[test]
fn the_cursor_stays_on_the_screen() {
    let long = "x".repeat(300);
    let mut editor = editor(&format!("{}\n{long}\n", "a: 1\n".repeat(50)));
    editor.go(51, 300);
    editor.prepare(80, 20);
    assert!(editor.viewport.top <= 51 && editor.viewport.top + editor.viewport.height > 51);
    assert!(editor.viewport.left <= 300 && editor.viewport.left + editor.viewport.width > 300);
    editor.go(0, 0);
    editor.prepare(80, 20);
    assert_eq!((editor.viewport.top, editor.viewport.left), (0, 0));
}

#[test]
fn a_click_puts_the_cursor_there() {
    let mut editor = editor("a: 1\nbb: 名2\nc: 3\n");
    editor.prepare(80, 10);
    let (gutter, last) = (editor.gutter(), editor.viewport.height - 1);
    for (x, y, at) in [(0, 1, (1, 0)), (4, 1, (1, 4)), (5, 1, (1, 4)), (6, 1, (1, 5)), (40, 1, (1, 6)), (2, 9, (2, 2))]
    {
        editor.click(gutter + x, last - y);
        let cursor = editor.area.cursor();
        assert_eq!((cursor.0, cursor.1), at, "{x} {y}");
    }
}
