//! A recording of the demo: private, new, and without anything that is secret.

use std::os::unix::fs::PermissionsExt;

use crate::canaries::{Ground, search, walk};
use crate::place::Home;

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
