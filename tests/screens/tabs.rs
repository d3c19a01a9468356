//! Tabs and panes: each is alive by itself, one has the focus, and questions are about that one.

use crossterm::event::{MouseButton, MouseEventKind};
use ratatui::buffer::Cell;
use spyhop::app::Effect;
use spyhop::app::keymap::Keymap;
use spyhop::model::{End, Query};
use spyhop::theme::{Depth, Theme};

use crate::screen::{Screen, kind, pod};
use crate::tables::shop;
use crate::{editor, sessions};

fn pods() -> Screen {
    Screen::open("pods").list(&shop())
}

/// Types a line after `:`.
fn line(screen: Screen, line: &str) -> Screen {
    let screen = screen.keys(":");
    screen.paste(line).keys("enter")
}

/// The pods of shop beside those of pay.
fn beside() -> Screen {
    let screen = line(pods().sized(120, 36), "vsplit pods pay");
    screen.list(&[pod("pay", "bank-0", "Running"), pod("pay", "card-0", "ErrImagePull")])
}

fn lists(screen: &Screen) -> Vec<String> {
    let name = |query: &Query| match query {
        Query::List { kind, scope, .. } => Some(format!("{} {}", kind.name, scope.namespace.as_deref().unwrap_or("*"))),
        _ => None,
    };
    let mut lists: Vec<String> = screen.state.wanted().iter().filter_map(name).collect();
    lists.sort();
    lists
}

/// The lines with a cursor bar, wherever it stands.
fn cursors(screen: &Screen) -> usize {
    screen.text().matches('▌').count()
}

#[test]
fn pictures() {
    let cases: [(&str, &dyn Fn() -> Screen); 7] = [
        ("tabs", &|| line(line(pods(), "tab new pods pay"), "tab name payments")),
        ("tabs-contexts", &|| line(pods(), "tab new pods @staging")),
        ("panes-beside", &beside),
        ("panes-below", &|| line(pods(), "split pods pay").list(&[pod("pay", "bank-0", "Running")]).keys("W w")),
        ("panes-question", &|| beside().keys("j ctrl-d")),
        ("panes-described", &|| line(pods(), "vsplit").keys("d")),
        ("panes-in-tabs", &|| line(beside(), "tab new").keys("W p")),
    ];
    for (name, make) in cases {
        for (width, height) in [(80, 24), (120, 36), (160, 45)] {
            insta::assert_snapshot!(format!("{name}-{width}x{height}"), make().sized(width, height).text());
        }
    }
    insta::assert_snapshot!("panes-cramped-60x20", beside().sized(60, 20).text());
    let mut ascii = beside().sized(80, 24);
    ascii.state.display.options.unicode = false;
    insta::assert_snapshot!("panes-ascii-80x24", ascii.text());
}

#[test]
fn each_pane_has_its_own_filter_cursor_and_sort() {
    let screen = beside().keys("/ \"card\" enter");
    assert!(screen.has("card-0") && !screen.has("bank-0") && screen.has("cart-2"), "{}", screen.text());
    let screen = screen.keys("W w / \"mail\" enter");
    assert!(screen.has("mail-0") && !screen.has("cart-2") && screen.has("card-0"), "{}", screen.text());
    let screen = screen.keys("esc G");
    assert!(screen.selected().contains("zone-done") && !screen.has("bank-0"), "{}", screen.text());
    assert!(screen.keys("W w esc").has("bank-0"));
}

#[test]
fn a_second_pane_of_the_same_shares_the_stream_and_keeps_what_was_set() {
    let screen = line(pods().sized(120, 36).keys("/ \"web\" enter j"), "vsplit");
    assert_eq!(lists(&screen), ["pods shop"]);
    assert_eq!((screen.text().matches("web-7f").count(), cursors(&screen)), (2, 2), "{}", screen.text());
    assert!(!screen.has("cart-2"));
    let screen = screen.keys("esc");
    assert_eq!(screen.text().matches("cart-2").count(), 1, "{}", screen.text());
}

#[test]
fn what_is_on_the_screen_is_wanted_and_a_hidden_tab_is_dropped_after_a_while() {
    let screen = beside();
    assert_eq!(lists(&screen), ["pods pay", "pods shop"]);
    let screen = line(screen, "tab new deploy");
    assert_eq!(lists(&screen), ["deployments pay", "pods pay", "pods shop"], "it may come back at once");
    let screen = screen.pass(spyhop::app::GRACE).pass(1);
    assert_eq!(lists(&screen), ["deployments pay"]);
    assert_eq!(lists(&screen.keys("W p")), ["deployments pay", "pods pay", "pods shop"]);
}

#[test]
fn the_pane_with_the_focus_is_known_in_every_theme() {
    let row = |screen: &Screen, name: &str| {
        let text = screen.text();
        let (y, line) = text.lines().enumerate().find(|(_, line)| line.contains(name)).unwrap();
        let x = line[..line.find(name).unwrap()].chars().count();
        screen.buffer()[(x as u16, y as u16)].clone()
    };
    let differs = |a: &Cell, b: &Cell| (a.fg, a.bg, a.modifier) != (b.fg, b.bg, b.modifier);
    for theme in Theme::all().unwrap() {
        for depth in [Depth::True, Depth::Palette256, Depth::Ansi16, Depth::None] {
            let mut screen = beside();
            screen.state.theme = theme.reduced(depth);
            assert!(differs(&row(&screen, "bank-0"), &row(&screen, "cart-2")), "{} {depth:?}", theme.name);
            let text = screen.text();
            let title = text.lines().next().unwrap();
            assert!(title.matches('▶').count() == 1 && title.find('▶') > title.find("shop"), "{title}");
            let text = screen.keys("W w").text();
            assert!(text.lines().next().unwrap().starts_with('▶'), "{text}");
        }
    }
}

#[test]
fn a_question_is_about_the_pane_with_the_focus_and_has_the_whole_screen() {
    for (width, height) in [(80, 24), (120, 36)] {
        let screen = beside().sized(width, height).keys("ctrl-d");
        assert!(screen.has("bank-0") && screen.has("[ Cancel ]") && screen.has("prod-eu"), "{}", screen.text());
        // Neither keys nor clicks lead to another pane while it is asked.
        let screen = screen.keys("W w").click(2, 5);
        assert!(screen.state.focus.dialog().is_some());
        let screen = screen.keys("esc W w ctrl-d");
        let asked = screen.state.focus.dialog().unwrap();
        assert_eq!(asked.ids.iter().map(|id| id.name.as_str()).collect::<Vec<_>>(), ["cart-2"]);
        assert!(!screen.effects.iter().any(|effect| matches!(effect, Effect::Call(..))));
    }
}

#[test]
fn panes_and_tabs_are_closed_from_the_inside_out() {
    let screen = line(beside(), "tab new");
    assert_eq!((screen.state.tabs.len(), screen.state.tabs.at()), (2, 1));
    let screen = screen.keys("W c");
    assert_eq!((screen.state.tabs.len(), screen.state.tabs.tab().is_split()), (1, true));
    let screen = screen.keys("W c");
    assert!(!screen.state.tabs.tab().is_split() && screen.has("cart-2") && !screen.has("bank-0"), "{}", screen.text());
    let screen = screen.keys("W c");
    assert!(screen.state.tabs.len() == 1 && screen.has("this is the only tab"), "{}", screen.text());
    let screen = line(beside().keys("W w"), "only");
    assert!(!screen.state.tabs.tab().is_split() && screen.has("cart-2") && !screen.has("bank-0"), "{}", screen.text());
}

#[test]
fn tabs_are_gone_to_by_number_name_and_key() {
    let screen = line(line(pods(), "tab new pods pay"), "tab name payments");
    let screen = line(line(screen, "tab new deploy"), "tab pay");
    assert_eq!(screen.state.tabs.at(), 1);
    let at = |screen: Screen, keys: &str| screen.keys(keys).state.tabs.at();
    assert_eq!(at(line(screen, "tab 3"), "W n"), 0);
    let three = || line(line(pods(), "tab new"), "tab new");
    assert_eq!(at(three(), "W p"), 1);
    assert_eq!(at(three(), "W 1"), 0);
    assert_eq!(at(three(), "W 9"), 2, "there is no such tab");
    assert!(line(three(), "tab nowhere").has("there is no tab 'nowhere'"));
    assert!(line(three(), "tab close").state.tabs.len() == 2);
}

#[test]
fn a_line_that_means_nothing_opens_nothing() {
    let screen = line(pods().found(vec![kind("pods")]), "vsplit nosuch");
    assert!(!screen.state.tabs.tab().is_split() && screen.has("no kind or command 'nosuch'"), "{}", screen.text());
    let screen = line(pods(), "tab new pods @nowhere");
    assert!(screen.state.tabs.len() == 1 && screen.has("no context is called 'nowhere'"), "{}", screen.text());
    assert!(line(beside(), "split").has("at most two panes"));
}

#[test]
fn another_context_is_that_of_one_pane_alone() {
    let screen = line(line(pods().sized(120, 36), "vsplit"), "pods @staging");
    let text = screen.text();
    let title = text.lines().next().unwrap();
    assert!(title.contains("prod-eu › shop") && title.contains("staging › shop"), "{title}");
    assert_eq!(screen.state.here().unwrap().name, "staging");
    assert_eq!(screen.keys("W w").state.here().unwrap().name, "prod-eu");
}

#[test]
fn a_window_without_room_shows_the_pane_with_the_focus_and_says_so() {
    let screen = beside().sized(60, 20);
    assert!(screen.has("1 of 2 panes") && screen.has("bank-0") && !screen.has("cart-2"), "{}", screen.text());
    assert_eq!(lists(&screen.pass(spyhop::app::GRACE).pass(1)), ["pods pay"]);
    let screen = beside().sized(60, 20).keys("W w");
    assert!(screen.has("cart-2") && !screen.has("bank-0"), "{}", screen.text());
    assert!(!beside().has("1 of 2 panes"));
}

#[test]
fn the_mouse_goes_to_panes_and_tabs_and_drags_the_border() {
    let down = MouseEventKind::Down(MouseButton::Left);
    let screen = beside();
    assert_eq!(screen.state.tabs.tab().at(), 1);
    // The first click only goes there.
    let screen = screen.mouse(down, 10, 5);
    assert!(screen.state.tabs.tab().at() == 0 && screen.selected().contains("cart-2"), "{}", screen.text());
    assert!(screen.mouse(down, 10, 5).selected().contains("mail-0"));
    // What turns over the other pane moves there, and the focus stays.
    let screen = beside().mouse(MouseEventKind::ScrollDown, 10, 5);
    assert_eq!(screen.state.tabs.tab().at(), 1);
    assert!(screen.selected().contains("web-7f"), "{}", screen.text());
    let border = |screen: &Screen| screen.state.areas().border.x;
    let screen = beside();
    let x = border(&screen);
    let screen = screen.mouse(down, x, 9).mouse(MouseEventKind::Drag(MouseButton::Left), 80, 9);
    assert!(border(&screen).abs_diff(80) <= 1, "{}", border(&screen));
    let screen = screen.mouse(MouseEventKind::Up(MouseButton::Left), 80, 9).mouse(down, 100, 20);
    let screen = screen.mouse(MouseEventKind::Drag(MouseButton::Left), 50, 9);
    assert!(border(&screen).abs_diff(80) <= 1, "it was let go");
    let screen = line(pods(), "tab new pods pay");
    let second = screen.text().lines().next().unwrap().find(" 2 ").unwrap() as u16;
    let screen = screen.mouse(down, 2, 0);
    assert_eq!(screen.state.tabs.at(), 0);
    assert_eq!(screen.mouse(down, second + 1, 0).state.tabs.at(), 1);
}

#[test]
fn the_border_moves_with_keys() {
    let screen = beside();
    let before = screen.state.areas().border.x;
    let screen = screen.keys("W +");
    assert!(screen.state.areas().border.x < before, "the second pane has more");
    assert_eq!(screen.keys("W -").state.areas().border.x, before);
}

#[test]
fn a_shell_is_left_for_the_other_pane_and_goes_on() {
    let screen = sessions::shell(line(sessions::pods().sized(120, 36), "vsplit"));
    assert!(screen.has("bin") && screen.has("cart-10"), "{}", screen.text());
    let screen = screen.keys("f6");
    assert_eq!(screen.state.tabs.tab().at(), 0);
    assert!(screen.has("bin") && screen.state.sessions.running().count() == 1);
    // Alone on the screen, the program has the key.
    let screen = sessions::shell(sessions::pods()).keys("f6");
    assert!(screen.effects.iter().any(|effect| matches!(effect, Effect::Input(..))), "{:?}", screen.effects);
}

#[test]
fn the_shell_of_a_pane_that_is_closed_keeps_running_and_that_is_said() {
    let screen = line(sessions::shell(line(sessions::pods().sized(120, 36), "vsplit")).keys("f6"), "only");
    assert!(screen.has("its shell keeps running; :sessions lists it"), "{}", screen.text());
    assert_eq!(screen.state.sessions.running().count(), 1);
    let ended = sessions::ends(sessions::shell(line(sessions::pods().sized(120, 36), "vsplit")), End::Code(0));
    let screen = line(ended.keys("f6"), "only");
    assert!(!screen.has("keeps running"), "{}", screen.text());
    assert_eq!(screen.state.sessions.iter().count(), 0);
}

#[test]
fn the_other_pane_is_in_the_same_tab_however_many_tabs_there_are() {
    let screen = line(line(pods(), "tab"), "vsplit");
    let at = |screen: &Screen| (screen.state.tabs.at(), screen.state.tabs.tab().at());
    assert_eq!(at(&screen), (1, 1));
    let screen = screen.keys("f6");
    assert_eq!(at(&screen), (1, 0));
    let screen = line(screen.keys("W w"), "pane");
    assert_eq!(at(&screen), (1, 0));
    // A tab with one pane has no other.
    assert_eq!(at(&line(screen, "only").keys("f6")), (0, 0));
}

#[test]
fn the_kind_is_the_last_to_be_cut_from_the_title_of_a_narrow_pane() {
    let narrow = line(Screen::open("deployments").sized(80, 24), "vsplit");
    let title = narrow.text().lines().next().unwrap_or_default().to_owned();
    assert_eq!(title.matches("deployments").count(), 2, "{title}");
    // What the rows tell as well makes room for the path: how many are well, and that they are live.
    for (width, whole) in [(100, false), (160, true)] {
        let panes = line(Screen::open("pods").sized(width, 24).list(&shop()), "vsplit");
        let title = panes.text().lines().next().unwrap_or_default().to_owned();
        assert_eq!(title.matches("› pods").count(), 2, "{title}");
        assert_eq!(title.contains("live") && title.contains('●'), whole, "{title}");
    }
}

#[test]
fn a_text_in_a_pane_that_is_closed_is_kept() {
    let screen = line(editor::reviewed().sized(120, 36), "vsplit");
    assert!(screen.state.editor().is_none() && screen.has("what would be saved"), "{}", screen.text());
    let screen = line(screen, "only");
    assert!(!screen.has("what would be saved") && screen.has("your text is kept; E lists it"), "{}", screen.text());
    assert_eq!(screen.state.drafts.len(), 1);
}

#[test]
fn a_review_that_was_left_for_another_pane_has_to_be_seen_again() {
    let wrote = |screen: &Screen| screen.effects.iter().any(|effect| matches!(effect, Effect::Call(..)));
    let screen = line(editor::reviewed().sized(120, 36), "vsplit").pass(1_000).burst("f6 enter");
    assert!(!wrote(&screen) && screen.has("press enter again to save"), "{}", screen.text());
    assert!(wrote(&screen.pass(300).keys("enter")));
}

#[test]
fn every_key_map_leads_to_tabs_and_panes() {
    for name in Keymap::names() {
        let map = Keymap::named(name).unwrap();
        for command in ["tab", "tab-number", "split", "vsplit", "pane", "close", "only"] {
            let known = map.bindings().any(|(_, _, bound)| bound.split(' ').next() == Some(command));
            assert!(known, "{name}: {command}");
        }
    }
}
