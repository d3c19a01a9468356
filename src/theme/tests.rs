use ratatui::style::Color;

use super::*;

fn rgb(color: Option<Color>) -> [f64; 3] {
    match color {
        Some(Color::Rgb(r, g, b)) => [r, g, b].map(|c| f64::from(c) / 255.0),
        other => panic!("not a true colour: {other:?}"),
    }
}

fn linear(c: f64) -> f64 {
    if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
}

/// WCAG 2 relative luminance and contrast.
fn contrast(a: [f64; 3], b: [f64; 3]) -> f64 {
    let luminance = |c: [f64; 3]| 0.2126 * linear(c[0]) + 0.7152 * linear(c[1]) + 0.0722 * linear(c[2]);
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// Full deuteranopia after Machado, Oliveira and Fernandes (2009).
fn deuteranopic(c: [f64; 3]) -> [f64; 3] {
    const M: [[f64; 3]; 3] = [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]];
    let c = c.map(linear);
    let encoded = |c: f64| if c <= 0.003_130_8 { 12.92 * c } else { 1.055 * c.powf(1.0 / 2.4) - 0.055 };
    M.map(|row| encoded(row.iter().zip(c).map(|(m, c)| m * c).sum::<f64>().clamp(0.0, 1.0)))
}

#[test]
fn true_colour_themes_are_readable() -> Result<()> {
    for name in ["spyhop-dark", "spyhop-light"] {
        let theme = Theme::named(name)?;
        let ground = rgb(theme.style(Role::Surface).bg);
        let on = |role: Role| contrast(rgb(theme.style(role).fg), ground);
        assert!(on(Role::Text) >= 7.0, "{name} text {}", on(Role::Text));
        for role in
            [Role::Muted, Role::Good, Role::Progress, Role::Warn, Role::Bad, Role::Key, Role::Accent, Role::Info]
        {
            assert!(on(role) >= 4.5, "{name} {role:?} {}", on(role));
        }
        let selected = contrast(rgb(theme.style(Role::SelectionText).fg), rgb(theme.style(Role::Selection).bg));
        assert!(selected >= 7.0, "{name} selection {selected}");
    }
    Ok(())
}

#[test]
fn states_differ_for_those_who_see_no_green() -> Result<()> {
    for name in ["spyhop-dark", "spyhop-light"] {
        let theme = Theme::named(name)?;
        let seen = |role| deuteranopic(rgb(theme.style(role).fg));
        let states = [Role::Good, Role::Progress, Role::Warn, Role::Bad];
        for (i, a) in states.iter().enumerate() {
            for b in &states[i + 1..] {
                let far: f64 = seen(*a).iter().zip(seen(*b)).map(|(x, y)| (x - y).powi(2)).sum::<f64>().sqrt();
                assert!(far > 0.14, "{name}: {a:?} and {b:?} are {far:.3} apart");
            }
        }
    }
    Ok(())
}

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
fn states_are_readable_where_the_cursor_is() -> Result<()> {
    for name in ["spyhop-dark", "spyhop-light"] {
        let theme = Theme::named(name)?;
        let ground = rgb(theme.style(Role::Selection).bg);
        for role in [Role::Muted, Role::Good, Role::Progress, Role::Warn, Role::Bad, Role::Done] {
            let contrast = contrast(rgb(theme.style(role).fg), ground);
            assert!(contrast >= 4.5, "{name} {role:?} {contrast}");
        }
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
        ("[roles]\ntext = \"#12\"", "line 4, column 8", "'#12' is no colour"),
        ("[palette]\nsea = \"#12\"\n[roles]\ntext = \"sea\"", "line 6, column 8", "'#12' is no colour"),
        ("[roles]\nheadline = \"red\"", "line 4, column 1", "no role 'headline'"),
        ("[roles]\ntext = { fg = \"red\", blink = true }", "line 4, column 22", "blink"),
        ("[roles]\ntext = 7", "line 4, column 8", "a colour or a table"),
        ("[ansi]\ntext = \"#123456\"", "line 4, column 8", "16 colours"),
        ("[rolls]\ntext = \"red\"", "line 3, column 2", "rolls"),
    ] {
        let error = Theme::parse("mine.toml", &format!("{dark}{text}")).err();
        let error = error.as_ref().map(Error::text).unwrap_or_default();
        assert!(error.starts_with(&format!("theme mine.toml, {place}: ")), "{text}: {error}");
        assert!(error.contains(word) && !error.contains('\n'), "{error}");
    }
    for (text, word) in [
        ("name = \"x\"\n[roles]\ntext = \"red\"", "muted"),
        ("name = ", "line 1, column"),
        ("name = \"x\"\ninherits = \"nobody\"", "line 2, column 12: no theme is called 'nobody'"),
    ] {
        let error = Theme::parse("mine.toml", text).err();
        assert!(error.as_ref().is_some_and(|error| error.text().contains(word)), "{error:?}");
    }
}

#[test]
fn plain_colours_of_programs_are_readable_on_our_ground() -> Result<()> {
    let theme = Theme::named("spyhop-light")?;
    let fg = |line: &str| theme.colored(line, theme.style(Role::Text))[0].1.fg;
    assert_eq!(fg("\u{1b}[33mwarning"), theme.style(Role::Warn).fg);
    assert_eq!(fg("\u{1b}[91mfailed"), theme.style(Role::Bad).fg);
    assert_eq!(fg("\u{1b}[38;5;200mits own"), Some(Color::Indexed(200)));
    assert_eq!(fg("\u{1b}[33;44mon its own ground"), Some(Color::Indexed(3)));
    let plain = Theme::named("terminal")?;
    assert_eq!(plain.colored("\u{1b}[33mwarning", plain.style(Role::Text))[0].1.fg, Some(Color::Indexed(3)));
    Ok(())
}
