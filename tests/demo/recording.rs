//! A recording of the demo: private, new, and without anything that is secret.

use std::os::unix::fs::PermissionsExt;

use std::time::Duration;

use crate::canaries::{Ground, search, walk};
use crate::place::Home;
use crate::roam;

#[test]
fn a_recording_for_sharing_holds_no_secrets() {
    let home = Home::new("recording");
    let file = home.path("run.jsonl");
    let mut terminal =
        home.terminal(&["--demo", "--no-remember", "--record", &file, "-c", "pods shop /postgres"], 120, 40);
    terminal.shows(" REC", 20);
    let ground = Ground {
        namespace: "shop",
        pod: "postgres-0",
        said: "checkpoint",
        prompt: "$ ",
        secret: "postgres-credentials",
        value: "not-a-real-secret",
        config: "web-nginx",
        text: "default.conf",
    };
    walk(&mut terminal, &ground);
    assert_eq!(terminal.quit(), 0);
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let words = ["shop", "postgres", "credentials", "not-a-real-secret", "nginx", "checkpoint", "127.0.0.1"];
    search(&file, &words);
    // The same name again is refused before the terminal is taken, and the recording stays.
    let before = std::fs::read(&file).unwrap();
    let refused = home.run(&["--demo", "--record", &file]);
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && told.contains("a recording never replaces a file"), "{told}");
    assert_eq!(std::fs::read(&file).unwrap(), before);
}

#[test]
fn what_cannot_be_recorded_is_told() {
    let home = Home::new("unrecorded");
    let file = home.path("run.jsonl");
    for (args, words) in [
        (vec!["--demo", "--record", &file, "get", "pods"], "this command has none"),
        (vec!["--demo", "--record", "/none/at/all"], "cannot record to /none/at/all: No such file or directory"),
        // Without a terminal nothing begins, and no file is left.
        (vec!["--demo", "--record", &file], "this needs a terminal"),
    ] {
        let output = home.run(&args);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && told.contains(words), "{args:?}: {told}");
        assert!(!std::path::Path::new(&file).exists(), "{args:?}");
    }
    // A disk without room costs the recording, and nothing else.
}

#[test]
fn a_recording_with_contents_leads_to_the_same_screens() {
    let home = Home::new("replay");
    let file = home.path("run.spyhop");
    let mut terminal = home.terminal(&["--demo", "--no-remember", "--record-all", &file, "-c", "pods"], 120, 40);
    terminal.shows(" REC ALL", 20);
    let ground =
        roam::Ground { namespace: "shop", pod: "postgres", said: "checkpoint", prompt: "$ ", deployment: "checkout" };
    // More seconds can be asked for by hand.
    let seconds = std::env::var("SPYHOP_RECORD_SECONDS").ok().and_then(|seconds| seconds.parse().ok()).unwrap_or(0);
    roam::roam(&mut terminal, &ground, Duration::from_secs(seconds));
    assert_eq!(terminal.quit(), 0);
    let data = std::fs::metadata(&file).unwrap();
    assert_eq!(data.permissions().mode() & 0o777, 0o600);
    let begun = std::time::Instant::now();
    let output = home.run(&["replay", &file, "--screen"]);
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let wrong = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && told.ends_with("turns, the same screens\n"), "{told}{wrong}");
    assert_eq!(wrong, "");
    let took = begun.elapsed().as_secs_f32();
    println!("{} bytes of {seconds} s, replayed in {took:.1} s: {told}", data.len());
    // The program was killed.
    let cut = home.path("cut.spyhop");
    let bytes = std::fs::read(&file).unwrap();
    std::fs::write(&cut, &bytes[..bytes.len() * 2 / 3]).unwrap();
    let output = home.run(&["replay", &cut]);
    let (told, wrong) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && told.contains("the same screens"), "{told}{wrong}");
    assert!(wrong.contains("the recording is cut off"), "{wrong}");
}

#[test]
fn what_cannot_be_replayed_is_told() {
    let home = Home::new("unreplayed");
    let outline = home.file(
        "outline.jsonl",
        &format!("{{\"recording\":\"spyhop\",\"version\":\"{}\",\"holds\":\"outline\"}}\n", env!("CARGO_PKG_VERSION")),
    );
    let dir = home.path("");
    for (args, words) in [
        (vec!["replay", &outline], "it holds no contents, so it cannot be replayed"),
        (vec!["replay", "/none/at/all"], "cannot replay /none/at/all: No such file"),
        (vec!["replay", &dir], "it is a directory"),
        (vec!["--demo", "--record", "a", "--record-all", "b"], "cannot be used with"),
        (vec!["--demo", "--record-all", "a", "get", "pods"], "this command has none"),
    ] {
        let output = home.run(&args);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && told.contains(words), "{args:?}: {told}");
    }
}
