use super::*;
use crate::app::Place;
use crate::app::policy::Access;
use crate::kinds;
use crate::model::{Id, Reach, SourceId, Str, Time};

const AT: SourceId = SourceId(1);

fn state() -> State {
    let mut state = State::new(Time(0), (80, 24), Keymap::named("k9s").unwrap(), Theme::named("spyhop-dark").unwrap());
    let text = |text: &str| Str::from(text);
    let place = Place::new(AT, "prod-eu", &kinds::kube::FAMILY);
    state.places.all = vec![Place { namespace: text("shop"), server: text("https://x"), ..place }];
    state.adopt(read("read_only = true\n"));
    state.display.notice = None;
    state
}

/// As the runtime would read it.
fn read(config: &str) -> Settings {
    let mut settings = Settings {
        themes: Theme::all().unwrap(),
        keymaps: Keymap::names().map(|name| Keymap::named(name).unwrap()).collect(),
        ..Settings::default()
    };
    match Config::parse("config.toml", config) {
        Ok(config) => {
            let name = config.theme.as_ref().map_or("spyhop-dark", |choice| &choice.name);
            settings.theme = Some(Theme::named(name).unwrap());
            let name = config.keymap.as_ref().map_or("k9s", |choice| &choice.name);
            settings.keymap = Some(Keymap::named(name).unwrap());
            settings.config = Some(config);
        }
        Err(error) => settings.problems.push(error),
    }
    settings
}

fn is_read_only(state: &State) -> bool {
    state.policy.access(AT, None) == Access::ReadOnly
}

fn said(state: &State) -> &str {
    state.display.notice.as_ref().map(|notice| notice.text.as_str()).unwrap_or_default()
}

#[test]
fn what_changes_is_taken_over_and_told() {
    let mut state = state();
    assert!(is_read_only(&state));
    state.adopt(read("read_only = true\ntheme = \"terminal\"\nkeymap = \"vim\"\n"));
    assert_eq!((state.theme.name.as_str(), state.keymap.name.as_str()), ("terminal", "vim"));
    assert_eq!(said(&state), "reloaded: the configuration, theme terminal, key map vim");
    state.adopt(read("read_only = false\n"));
    assert!(!is_read_only(&state));
}

#[test]
fn what_the_user_chose_since_stays() {
    let mut state = state();
    state.choose_theme("terminal").unwrap();
    state.choose_keymap("emacs").unwrap();
    state.adopt(read("read_only = false\n"));
    assert_eq!((state.theme.name.as_str(), state.keymap.name.as_str()), ("terminal", "emacs"));
}

#[test]
fn a_broken_file_leaves_what_was() {
    let mut state = state();
    state.adopt(read("theme = \"terminal\"\nread_only = false\n"));
    assert!(!is_read_only(&state));
    state.adopt(read("theme = \"terminal\"\nraed_only = false\n"));
    assert!(is_read_only(&state), "nobody knows what it would say");
    assert_eq!(state.theme.name, "terminal");
    assert!(said(&state).starts_with("config.toml, line 2, column 1: there is no key 'raed_only'"));
    let mut gone = read("");
    gone.config = Some(Config::default());
    state.adopt(gone);
    assert!(is_read_only(&state), "it was not put right");
    state.adopt(read("theme = \"terminal\"\nread_only = false\n"));
    assert!(!is_read_only(&state));
    assert_eq!(said(&state), "reloaded: the configuration");
}

#[test]
fn a_session_is_ended_by_what_could_be_read_alone() {
    let mut state = state();
    state.adopt(read("read_only = false\n"));
    let id = Id::new(AT, crate::kinds::named("pods").unwrap(), "shop", "web");
    let session = state.sessions.start(id, Str::new(), Reach::Shell, Time(0));
    state.adopt(read("raed_only = true\n"));
    assert!(state.sessions.find(session).unwrap().runs() && state.sessions.queries().count() == 1);
    state.adopt(read("read_only = true\n"));
    assert!(!state.sessions.find(session).unwrap().runs());
    assert_eq!(state.sessions.queries().count(), 0, "its stream is wanted no more");
    assert!(
        said(&state).starts_with("the shell of web was ended: prod-eu is read-only by config.toml"),
        "{}",
        said(&state)
    );
}

#[test]
fn a_guard_of_an_engine_follows_the_file() {
    let mut state = state();
    let (at, engine) = (SourceId(2), "docker/default");
    let here = state.places[0].clone();
    state.places.all.push(Place { id: at, name: engine.into(), family: &kinds::docker::FAMILY, ..here });
    state.adopt(read("[[context]]\nmatch = \"docker/*\"\nread_only = false\n"));
    assert_eq!(state.policy.access(at, None), Access::Writable);
    state.adopt(read("[[context]]\nmatch = \"docker/*\"\nprotected = true\n"));
    assert_eq!(state.policy.access(at, None), Access::ReadOnly);
    state.policy.write = true;
    assert_eq!(state.policy.access(at, None), Access::Protected);
}

#[test]
fn a_file_that_is_gone_loosens_nothing() {
    let mut state = state();
    let mut gone = read("");
    gone.config = Some(Config::default());
    state.adopt(gone.clone());
    assert!(is_read_only(&state));
    assert!(said(&state).starts_with("config.toml is gone"));
    state.adopt(gone);
    assert!(is_read_only(&state));
    state.adopt(read("ask_kill = false\n"));
    assert!(!is_read_only(&state) && !state.policy.asks_kill(AT));
}

#[test]
fn flags_win_over_every_file() {
    let mut state = state();
    state.policy.read_only = true;
    state.adopt(read("read_only = false\n"));
    assert!(is_read_only(&state));
    let mut state = self::state();
    state.policy.write = true;
    state.adopt(read("read_only = true\n[[context]]\nmatch = \"prod-*\"\nprotected = true\n"));
    assert!(!is_read_only(&state), "--write lifts what is read-only");
    assert!((state.policy.access(AT, None) == Access::Protected), "and never what is protected");
}
