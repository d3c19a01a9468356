//! One table over two ways to the same servers: what one shows the other shows, and the loss of one is its own.

use std::fs;
use std::path::PathBuf;

use crate::servers::{kubeconfig, kubectl};
use crate::terminal::Terminal;
use crate::wire::Wire;

/// The context `far` beside the usual one, through a wire.
fn both(wire: &Wire, dir: &PathBuf) -> String {
    fs::create_dir_all(dir).unwrap();
    let text = fs::read_to_string(wire.kubeconfig(dir)).unwrap();
    let far = [("name: rig", "name: far"), ("cluster: rig", "cluster: far"), ("current-context: rig", "")];
    let text = far.iter().fold(text, |text, (from, to)| text.replace(from, to));
    let path = dir.join("far.kubeconfig");
    fs::write(&path, text).unwrap();
    format!("{}:{}", kubeconfig(), path.display())
}

/// The names of the rows of a context.
fn rows(text: &str, context: &str) -> Vec<String> {
    let row = |line: &str| {
        let mut words = line.trim_start_matches(['▌', ' ']).split_whitespace();
        (words.next() == Some(context)).then(|| words.next().unwrap_or_default().to_owned())
    };
    text.lines().filter_map(row).collect()
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn a_context_that_is_lost_leaves_the_others_alone_and_comes_back() {
    let dir = std::env::temp_dir().join(format!("spyhop-fleet-{}", std::process::id()));
    let wire = Wire::new();
    let config = both(&wire, &dir);
    let mut terminal = Terminal::with_env(&config, &["-c", "pods real @rig,@far"], 160, 60, &[]);
    let alike = |text: &str| !rows(text, "rig").is_empty() && rows(text, "rig") == rows(text, "far");
    terminal.until("the same rows of both", 30, alike);
    wire.cut();
    terminal.until("the loss of one, by name", 30, |text| text.contains("far stale"));
    kubectl(&["run", "a-newcomer", "-n", "real", "--image=rig.local/none:1", "--image-pull-policy=Never"]);
    let seen = |text: &str, context: &str| rows(text, context).contains(&"a-newcomer".to_owned());
    terminal.until("what happens in the other", 20, |text| seen(text, "rig") && !seen(text, "far"));
    wire.mend();
    terminal.until("what was missed", 60, |text| seen(text, "far") && !text.contains("far stale"));
    // A row's own context answers for it.
    terminal.keys("/context=far newcomer\r");
    terminal.until("one row", 10, |text| rows(text, "rig").is_empty() && rows(text, "far").len() == 1);
    terminal.answers("y", "name: a-newcomer");
    kubectl(&["delete", "pod", "a-newcomer", "-n", "real", "--force", "--grace-period=0"]);
    assert_eq!(terminal.quit(), 0);
    let _ = fs::remove_dir_all(dir);
}
