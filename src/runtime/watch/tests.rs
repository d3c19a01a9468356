use std::fs;

use super::*;
use crate::config::Config;
use crate::runtime::tasks::inbox::{self, Inbox};
use crate::theme::{Depth, Role};

/// A directory of its own for each test.
fn place(name: &str) -> Wanted {
    let dir = std::env::temp_dir().join(format!("spyhop-watch-{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&dir);
    Wanted { dir: Some(dir.join("spyhop")), theme: None, keymap: None, depth: Depth::True }
}

/// The next settings, which must arrive soon.
async fn next(inbox: &mut Inbox) -> Settings {
    match tokio::time::timeout(Duration::from_secs(5), inbox.recv()).await {
        Ok(Some(Message::Settings(settings))) => *settings,
        other => panic!("no settings came: {other:?}"),
    }
}

/// The settings that are as they should be. Who reads while a file is written may find it empty, and reads it again.
async fn until(inbox: &mut Inbox, is_it: impl Fn(&Settings) -> bool) -> Settings {
    loop {
        let settings = next(inbox).await;
        if is_it(&settings) {
            return settings;
        }
    }
}

fn start(wanted: &Wanted) -> Inbox {
    let (sender, inbox) = inbox::channel(4);
    tokio::spawn(follow(wanted.clone(), wanted.read(), sender));
    inbox
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_taken_over_as_they_change() {
    let wanted = place("change");
    let dir = wanted.dir.clone().unwrap();
    fs::create_dir_all(&dir).unwrap();
    fs::write(dir.join("config.toml"), "theme = \"spyhop-light\"\n").unwrap();
    let mut inbox = start(&wanted);
    // A file written between reading and watching is found too.
    fs::write(dir.join("config.toml"), "read_only = true\n").unwrap();
    let guard = |config: &Config| config.guard("any", crate::kinds::kube::FAMILY.read_only);
    until(&mut inbox, |new| new.config.as_ref().is_some_and(|config| guard(config).read_only.is_some())).await;
    // The themes directory is created only now, as an editor would do: beside its place, then moved there.
    fs::create_dir(dir.join("themes")).unwrap();
    let night = "name = \"night\"\ninherits = \"spyhop-dark\"\n[roles]\naccent = \"#ff8800\"\n";
    fs::write(dir.join("themes/.night.part"), night).unwrap();
    fs::rename(dir.join("themes/.night.part"), dir.join("themes/night.toml")).unwrap();
    until(&mut inbox, |new| new.themes.iter().any(|theme| theme.name == "night")).await;
    fs::write(dir.join("config.toml"), "theme = \"night\"\nkeymap = \"vim\"\n").unwrap();
    let settings = until(&mut inbox, |new| new.keymap.as_ref().is_some_and(|keymap| keymap.name == "vim")).await;
    assert_eq!(
        settings.theme.map(|theme| theme.style(Role::Accent)),
        Some(settings.themes.iter().find(|theme| theme.name == "night").unwrap().style(Role::Accent))
    );
    fs::write(dir.join("config.toml"), "theme = \"nihgt\"\n").unwrap();
    let settings = until(&mut inbox, |new| new.theme.is_none()).await;
    assert!(settings.config.is_some());
    assert!(settings.problems[0].text().starts_with("config.toml, line 1, column 9: no theme is called 'nihgt'"));
    fs::remove_dir_all(dir.parent().unwrap()).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_may_come_later_and_a_file_may_be_a_link() {
    let wanted = place("later");
    let dir = wanted.dir.clone().unwrap();
    let elsewhere = dir.parent().unwrap().join("dotfiles");
    fs::create_dir_all(&elsewhere).unwrap();
    let mut inbox = start(&wanted);
    fs::write(elsewhere.join("config.toml"), "read_only = true\n").unwrap();
    fs::create_dir(&dir).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(elsewhere.join("config.toml"), dir.join("config.toml")).unwrap();
    let guard = |config: &Config| config.guard("any", crate::kinds::kube::FAMILY.read_only);
    until(&mut inbox, |new| new.config.as_ref().is_some_and(|config| guard(config).read_only.is_some())).await;
    fs::write(elsewhere.join("config.toml"), "read_only = false\n").unwrap();
    let settings = next(&mut inbox).await;
    assert!(settings.config.unwrap().guard("any", crate::kinds::kube::FAMILY.read_only).read_only.is_none());
    fs::remove_dir_all(dir.parent().unwrap()).unwrap();
}
