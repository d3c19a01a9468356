mod sight;

use ratatui::style::Color;

use super::*;

#[test]
fn without_colours_the_selection_still_shows() -> Result<()> {
    for theme in Theme::all()? {
        let plain = theme.reduced(Depth::None);
        for (role, _) in Role::ALL {
            let style = plain.style(role);
            assert!(style.fg.is_none() && style.bg.is_none(), "{} {role:?}", theme.name);
        }
        assert_ne!(plain.style(Role::Selection), plain.style(Role::Text));
    }
    Ok(())
}

#[test]
fn files_are_called_what_their_themes_are() -> Result<()> {
    for name in names() {
        assert_eq!(Theme::named(name)?.name, name);
    }
    Ok(())
}

#[test]
fn sixteen_colours_are_as_the_theme_chose_them() -> Result<()> {
    let terminal = Theme::named("terminal")?;
    assert_eq!(terminal.reduced(Depth::Ansi16).styles, terminal.styles);
    let text = "name = \"x\"\ninherits = \"spyhop-dark\"\n[ansi]\nbad = { fg = \"bright-red\", bold = true }";
    let mine = Theme::parse("mine.toml", text)?;
    assert_eq!(mine.style(Role::Bad), Theme::named("spyhop-dark")?.style(Role::Bad));
    let reduced = mine.reduced(Depth::Ansi16);
    assert_eq!(reduced.style(Role::Bad).fg, Some(Color::LightRed));
    assert_eq!(reduced.style(Role::Good).fg, Some(Color::Green));
    assert_eq!(mine.reduced(Depth::None).style(Role::Bad).fg, None);
    Ok(())
}

#[test]
fn broken_themes_say_where() {
    let dark = "name = \"x\"\ninherits = \"spyhop-dark\"\n";
    for (text, place, word) in [
        ("[roles]\ntext = \"#12\"", "line 4, column 8", "'#12' is not a colour"),
        ("[palette]\nsea = \"#12\"\n[roles]\ntext = \"sea\"", "line 6, column 8", "'#12' is not a colour"),
        ("[roles]\nheadline = \"red\"", "line 4, column 1", "no role 'headline'"),
        ("[roles]\ntext = { fg = \"red\", blink = true }", "line 4, column 22", "blink"),
        ("[roles]\ntext = { bold = 1 }", "line 4, column 17", "bold must be true or false"),
        ("[roles]\ntext = 7", "line 4, column 8", "a colour, or a table"),
        ("[ansi]\ntext = \"#123456\"", "line 4, column 8", "16 colours"),
        ("[rolls]\ntext = \"red\"", "line 3, column 2", "rolls"),
        ("roles = 3", "line 3, column 9", "a section"),
    ] {
        let error = wrong(&format!("{dark}{text}"));
        assert!(error.starts_with(&format!("theme mine.toml, {place}: ")), "{text}: {error}");
        assert!(error.contains(word) && !error.contains('\n'), "{error}");
    }
    for (text, word) in [
        ("name = \"x\"\n[roles]\ntext = \"red\"", "muted"),
        ("inherits = \"spyhop-dark\"", "line 1, column 1: name"),
        ("name = ", "line 1, column"),
        ("name = \"x\"\ninherits = \"nobody\"", "line 2, column 12: no theme is called 'nobody'"),
    ] {
        assert!(wrong(text).contains(word), "{}", wrong(text));
    }
}

#[test]
fn all_that_is_wrong_with_a_theme_is_told_at_once() {
    let text =
        "name = \"x\"\ninherits = \"nobody\"\ncolor = 1\n[roles]\ntext = \"sea\"\nsky = \"red\"\nbad = { fg = 3 }\n";
    let error = wrong(text);
    for part in [
        "line 2, column 12: no theme is called 'nobody'",
        "line 3, column 1: there is no 'color'",
        "line 5, column 8: 'sea' is not a colour",
        "line 6, column 1: there is no role 'sky'",
        "line 7, column 14: fg must be text",
    ] {
        assert!(error.contains(part), "{part} is not in: {error}");
    }
}

fn wrong(text: &str) -> String {
    Theme::parse("mine.toml", text).err().map(|error| error.text().to_owned()).unwrap_or_default()
}
