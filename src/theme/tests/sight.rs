//! What people see of the themes: contrast after WCAG 2, and colours as protan, deutan and tritan eyes see them.

use super::*;

type Rgb = [f64; 3];

fn rgb(color: Option<Color>) -> Rgb {
    match color {
        Some(Color::Rgb(r, g, b)) => [r, g, b].map(|c| f64::from(c) / 255.0),
        other => panic!("not a true colour: {other:?}"),
    }
}

/// Themes with colours of their own; what the others look like is the terminal's affair.
fn coloured() -> Vec<Theme> {
    let all = Theme::all().unwrap();
    let has_ground = |theme: &Theme| matches!(theme.style(Role::Surface).bg, Some(Color::Rgb(..)));
    all.into_iter().filter(has_ground).collect()
}

fn linear(c: f64) -> f64 {
    if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
}

/// WCAG 2 relative luminance and contrast.
fn contrast(a: Rgb, b: Rgb) -> f64 {
    let luminance = |c: Rgb| 0.2126 * linear(c[0]) + 0.7152 * linear(c[1]) + 0.0722 * linear(c[2]);
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// A kind of colour blindness in full, after Machado, Oliveira and Fernandes (2009).
struct Eye {
    name: &'static str,
    matrix: [Rgb; 3],
}

const EYES: [Eye; 3] = [
    Eye { name: "deutan", matrix: [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]] },
    Eye { name: "protan", matrix: [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]] },
    Eye { name: "tritan", matrix: [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]] },
];

impl Eye {
    fn sees(&self, color: Rgb) -> Rgb {
        let color = color.map(linear);
        let encoded = |c: f64| if c <= 0.003_130_8 { 12.92 * c } else { 1.055 * c.powf(1.0 / 2.4) - 0.055 };
        self.matrix.map(|row| encoded(row.iter().zip(color).map(|(m, c)| m * c).sum::<f64>().clamp(0.0, 1.0)))
    }
}

fn apart(a: Rgb, b: Rgb) -> f64 {
    a.iter().zip(b).map(|(x, y)| (x - y).powi(2)).sum::<f64>().sqrt()
}

/// The grounds that text stands on.
const GROUNDS: [Role; 3] = [Role::Surface, Role::Raised, Role::Selection];
/// What stands in rows, pages and boxes and is to be read.
const READ: [Role; 14] = [
    Role::Muted,
    Role::Accent,
    Role::Title,
    Role::Key,
    Role::Good,
    Role::Progress,
    Role::Warn,
    Role::Bad,
    Role::Done,
    Role::Info,
    Role::Added,
    Role::Removed,
    Role::Changed,
    Role::Text,
];

#[test]
fn everything_can_be_read_on_every_ground() {
    let themes = coloured();
    assert!(themes.len() >= 5);
    for theme in themes {
        let name = &theme.name;
        for ground in GROUNDS {
            let on = rgb(theme.style(ground).bg);
            for role in READ {
                let least = if role == Role::Text { 7.0 } else { 4.5 };
                let found = contrast(rgb(theme.style(role).fg), on);
                assert!(found >= least, "{name}: {role:?} on {ground:?} is {found:.2}");
            }
        }
        // Hints that do not apply, line numbers: nothing is lost without them.
        let faint = contrast(rgb(theme.style(Role::Faint).fg), rgb(theme.style(Role::Surface).bg));
        assert!(faint >= 3.0, "{name}: faint {faint:.2}");
    }
}

#[test]
fn what_brings_its_own_ground_can_be_read_on_it() {
    for theme in coloured() {
        let name = &theme.name;
        let raised = theme.style(Role::Raised);
        let selected = (theme.style(Role::SelectionText).fg, theme.style(Role::Selection).bg);
        let badge = theme.style(Role::DangerBadge);
        for (what, (fg, bg), least) in [
            ("raised", (raised.fg, raised.bg), 7.0),
            ("selection", selected, 7.0),
            ("danger badge", (badge.fg, badge.bg), 4.5),
        ] {
            let found = contrast(rgb(fg), rgb(bg));
            assert!(found >= least, "{name}: {what} {found:.2}");
        }
    }
}

#[test]
fn a_high_contrast_is_one() {
    let theme = Theme::named("high-contrast").unwrap();
    let ground = rgb(theme.style(Role::Surface).bg);
    for role in READ {
        let found = contrast(rgb(theme.style(role).fg), ground);
        assert!(found >= 7.0, "{role:?} {found:.2}");
    }
}

/// The smallest distance of two of these roles, as an eye sees them.
fn closest(theme: &Theme, eye: &Eye, roles: &[Role]) -> (f64, String) {
    let seen = |role: &Role| eye.sees(rgb(theme.style(*role).fg));
    let pairs = roles.iter().enumerate().flat_map(|(i, a)| roles[i + 1..].iter().map(move |b| (a, b)));
    let far = pairs.map(|(a, b)| (apart(seen(a), seen(b)), format!("{a:?} and {b:?}")));
    far.min_by(|a, b| a.0.total_cmp(&b.0)).unwrap()
}

const STATES: [Role; 4] = [Role::Good, Role::Progress, Role::Warn, Role::Bad];

/// Most who confuse colours confuse red and green.
#[test]
fn states_differ_in_every_theme_for_those_who_see_no_red_or_green() {
    for theme in coloured() {
        for eye in &EYES[..2] {
            let (far, pair) = closest(&theme, eye, &STATES);
            assert!(far > 0.14, "{}, {}: {pair} are {far:.3} apart", theme.name, eye.name);
        }
    }
}

#[test]
fn the_colour_blind_theme_is_for_all_of_them() {
    let theme = Theme::named("colour-blind").unwrap();
    for eye in &EYES {
        // Grey lies between all colours: what is done is told apart by its shape first.
        let grey = [Role::Good, Role::Bad, Role::Done];
        for (roles, least) in [(&STATES[..], 0.3), (&[Role::Added, Role::Removed, Role::Changed], 0.3), (&grey, 0.2)] {
            let (far, pair) = closest(&theme, eye, roles);
            assert!(far > least, "{}: {pair} are {far:.3} apart", eye.name);
        }
    }
}
