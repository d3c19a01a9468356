//! Themes and key maps while the program runs: choosing, looking at them first, and files that change.

use spyhop::app::Message;
use spyhop::app::keymap::Keymap;
use spyhop::app::settings::Settings;
use spyhop::config::Config;
use spyhop::theme::Theme;

use crate::screen::Screen;
use crate::tables::shop;

fn pods() -> Screen {
    let mut screen = Screen::open("pods").list(&shop());
    screen.state.settings.keymaps = Keymap::names().map(|name| Keymap::named(name).unwrap()).collect();
    screen
}

fn theme(screen: &Screen) -> &str {
    &screen.state.theme.name
}

#[test]
fn a_theme_is_looked_at_before_it_is_chosen() {
    let screen = pods().keys(": \"theme_\"");
    assert_eq!(theme(&screen), "spyhop-dark", "what is shown comes first");
    let screen = screen.keys("down");
    assert_eq!(theme(&screen), "catppuccin-mocha");
    let screen = screen.keys("\"high\"");
    assert_eq!(theme(&screen), "high-contrast");
    assert_eq!(theme(&screen.keys("esc")), "spyhop-dark");
    let screen = pods().keys(": \"theme_col\" enter");
    assert_eq!(theme(&screen), "colour-blind", "what is looked at is chosen");
    let screen = screen.keys(": \"theme_term\" backspace backspace backspace backspace");
    assert_eq!(theme(&screen), "colour-blind");
    assert_eq!(theme(&screen.keys("\"xyz\" enter")), "colour-blind");
}

#[test]
fn themes_and_key_maps_are_lists_to_choose_from() {
    let screen = pods().keys(": \"theme\" enter");
    assert_eq!(theme(&screen), "spyhop-dark");
    assert!(screen.has("› spyhop-dark") && screen.has("  high-contrast"), "{}", screen.text());
    let names: Vec<String> = screen.state.settings.themes.iter().map(|theme| theme.name.clone()).collect();
    let here = names.iter().position(|name| name == "spyhop-dark").unwrap();
    let next = &names[(here + 1).min(names.len() - 1)];
    let screen = screen.keys("down");
    assert_eq!(theme(&screen), next, "it is looked at");
    assert_eq!(theme(&pods().keys(": \"theme\" enter down esc")), "spyhop-dark");
    assert_eq!(theme(&pods().keys(": \"theme\" enter down down : \"pods\" enter")), "spyhop-dark");
    let screen = screen.keys("enter");
    assert!(theme(&screen) == next && screen.has(&format!("theme {next}")), "{}", screen.text());
    let screen = pods().keys(": \"keymap\" enter");
    assert!(screen.has("› k9s"), "{}", screen.text());
    assert!(screen.keys("up up up enter").has("key map "));
}

#[test]
fn a_list_is_clicked_and_scrolled() {
    let mut screen = pods();
    let theme = Theme::named("spyhop-dark").unwrap();
    let named = |n: usize| {
        let mut theme = theme.clone();
        theme.name = format!("theme-{n:02}");
        theme
    };
    screen.state.settings.themes = (0..40).map(named).collect();
    let screen = screen.keys(": \"theme\" enter");
    assert!(screen.has("› theme-00") && screen.has("↓ theme-11") && !screen.has("theme-12"), "{}", screen.text());
    let screen = screen.keys(&"down ".repeat(20));
    assert!(screen.has("› theme-20") && screen.has("↑ theme-14"), "{}", screen.text());
    let row = screen.text().lines().position(|line| line.contains("theme-23")).unwrap();
    let screen = screen.click(40, row as u16);
    assert!(screen.has("› theme-23"), "{}", screen.text());
    assert_eq!(screen.keys("enter").state.theme.name, "theme-23");
}

#[test]
fn keys_change_with_the_key_map() {
    let screen = pods().keys(": \"keymap_vim\" enter");
    assert!(screen.has("key map vim"), "{}", screen.text());
    let screen = screen.keys("j j g g").pass(10_000);
    assert!(screen.selected().contains("cart-2"), "{}", screen.text());
    assert!(screen.keys("K").has("› describe"));
}

#[test]
fn emacs_moves_with_control() {
    let screen = pods().keys(": \"keymap_emacs\" enter ctrl-n ctrl-n ctrl-p");
    assert!(screen.selected().contains("cart-10"), "{}", screen.text());
    assert!(screen.keys("ctrl-s \"mail\" enter").selected().contains("mail-0"));
}

#[test]
fn a_file_that_changes_is_taken_over_and_told() {
    let config = |text: &str| Some(Config::parse("config.toml", text).unwrap());
    let now = |config, theme: &str| Settings {
        config,
        themes: Theme::all().unwrap(),
        theme: Some(Theme::named(theme).unwrap()),
        ..Settings::default()
    };
    let mut screen = pods();
    let settings = now(config("read_only = true\n"), "spyhop-light");
    screen.state.turn([Message::Settings(Box::new(settings))]).clear();
    assert_eq!(theme(&screen), "spyhop-light");
    assert!(screen.has("reloaded: the configuration, theme spyhop-light") && screen.has("RO"), "{}", screen.text());
    let error = Config::parse("config.toml", "read_only = tru\n").unwrap_err();
    let broken = Settings { themes: Theme::all().unwrap(), problems: vec![error], ..Settings::default() };
    screen.state.turn([Message::Settings(Box::new(broken))]).clear();
    assert_eq!(theme(&screen), "spyhop-light");
    assert!(screen.has("config.toml, line 1, column 13: ") && screen.has("RO"), "{}", screen.text());
}
