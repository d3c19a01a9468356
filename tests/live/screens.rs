//! What a user does, on a real cluster.

use crate::servers::{kubeconfig, kubectl, viewer};
use crate::terminal::Terminal;

const ESC: &str = "\x1b";

#[test]
#[ignore = "needs the real servers: tests/run"]
fn pods_are_listed_and_change_while_one_looks() {
    let mut terminal = Terminal::start(&kubeconfig(), &["-n", "real"]);
    terminal.shows("OOMKilled", 10);
    terminal.shows("live", 5);
    kubectl(&["run", "fresh", "-n", "real", "--image=rig.local/none:1", "--image-pull-policy=Never"]);
    terminal.shows("fresh", 5);
    kubectl(&["delete", "pod", "fresh", "-n", "real", "--force", "--grace-period=0"]);
    terminal.until("fresh gone", 10, |text| !text.contains("fresh"));
    assert!(terminal.is_running());
    assert_eq!(terminal.quit(), 0);
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn one_walks_from_deployments_to_containers_and_back() {
    let mut terminal = Terminal::start(&kubeconfig(), &["-n", "real", "-c", "deploy"]);
    terminal.shows("› deployments", 5);
    terminal.shows("2/2", 10);
    terminal.answers("\r", "web › pods");
    terminal.shows("Running", 10);
    terminal.answers("\r", "› containers");
    terminal.shows("rig.local/busybox:1", 10);
    terminal.answers(ESC, "web › pods");
    terminal.answers(ESC, "› deployments");
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn yaml_and_describe_show_the_object_and_mask_secrets() {
    let mut terminal = Terminal::start(&kubeconfig(), &["-n", "real", "-c", "secrets /s1"]);
    terminal.shows("Opaque", 10);
    terminal.keys("y");
    terminal.shows("kind: Secret", 10);
    assert!(!terminal.text().contains("hunter2") && !terminal.text().contains("aHVudGVyMi1jYW5hcnk="));
    terminal.answers("d", "› describe");
    terminal.shows("password", 10);
    assert!(!terminal.text().contains("hunter2"));
    terminal.answers(ESC, "secrets  /s1");
    terminal.keys(":pods real /box\r");
    terminal.shows("2/2", 10);
    terminal.keys("d");
    terminal.shows("Init container init", 10);
    assert!(!terminal.text().contains("hunter2"));
    terminal.keys("G");
    terminal.shows("Events", 10);
    assert!(!terminal.text().contains("hunter2"));
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn custom_resources_show_up_with_their_definition_and_leave_with_it() {
    let crd = r#"{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"whales.sea.example.com"},
      "spec":{"group":"sea.example.com","scope":"Namespaced","names":{"plural":"whales","singular":"whale","kind":"Whale","shortNames":["wh"]},
      "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true}},
      "additionalPrinterColumns":[{"name":"Depth","type":"integer","jsonPath":".spec.depth"}]}]}}"#;
    let file = std::env::temp_dir().join(format!("whales-{}.json", std::process::id()));
    std::fs::write(&file, crd).unwrap();
    let file = file.to_str().unwrap();
    let mut terminal = Terminal::start(&kubeconfig(), &["-n", "real"]);
    terminal.shows("OOMKilled", 10);
    terminal.shows("v1.36", 10);
    kubectl(&["apply", "-f", file]);
    kubectl(&["wait", "--for=condition=Established", "crd/whales.sea.example.com", "--timeout=20s"]);
    // Discovery follows the definition: the word is known as soon as it is served.
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    loop {
        terminal.keys(":wh");
        terminal.shows(":wh", 5);
        terminal.keys("\r");
        let settled = std::cell::Cell::new(false);
        terminal.until("an answer", 5, |text| {
            settled.set(text.contains("› whales"));
            settled.get() || text.contains("'wh'") && !text.contains(":wh")
        });
        if settled.get() {
            break;
        }
        assert!(std::time::Instant::now() < deadline, "whales never came:\n{}", terminal.text());
    }
    terminal.shows("no whales in real", 10);
    kubectl(&["delete", "crd", "whales.sea.example.com"]);
    terminal.until("the kind gone", 40, |text| !text.contains("no whales in real"));
    assert!(terminal.is_running());
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn a_flood_of_keys_is_taken_in_to_the_last() {
    let mut terminal = Terminal::start(&kubeconfig(), &["-n", "real"]);
    terminal.shows("OOMKilled", 10);
    // More than any buffer between a terminal and a program holds.
    terminal.keys(&"jk".repeat(50_000));
    terminal.answers("?", "› help");
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn a_limited_viewer_sees_what_he_may_and_why_not_the_rest() {
    let mut terminal = Terminal::start(&viewer(), &["-n", "real"]);
    terminal.shows("OOMKilled", 10);
    terminal.keys(":secrets\r");
    terminal.shows("you may not list secrets here", 10);
    terminal.shows("forbidden", 5);
    terminal.keys(":nodes\r");
    terminal.shows("you may not list nodes here", 10);
    terminal.keys(":pods\r");
    terminal.shows("OOMKilled", 10);
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn the_terminal_is_given_back_when_it_hangs_up() {
    let mut terminal = Terminal::start(&kubeconfig(), &["-n", "real"]);
    terminal.shows("OOMKilled", 10);
    terminal.keys("?");
    terminal.shows("› help", 5);
    terminal.answers(ESC, "STATUS");
    terminal.keys(":q\r");
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(5);
    while terminal.is_running() {
        assert!(std::time::Instant::now() < deadline, "still running");
        std::thread::yield_now();
    }
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn a_terminal_that_vanishes_ends_the_program_within_a_second() {
    let mut terminal = Terminal::start(&kubeconfig(), &["-n", "real"]);
    terminal.shows("OOMKilled", 10);
    let gone = std::time::Instant::now();
    terminal.hang_up();
    while terminal.is_running() {
        assert!(gone.elapsed() < std::time::Duration::from_secs(2), "still running");
        std::thread::yield_now();
    }
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn a_resize_is_followed() {
    let mut terminal = Terminal::sized(&kubeconfig(), &["-n", "real"], 160, 45);
    terminal.shows("NODE", 10);
    terminal.resize(60, 20);
    terminal.until("fewer columns", 5, |text| text.contains("OOMKilled") && !text.contains("NODE"));
    terminal.resize(1, 1);
    terminal.resize(160, 45);
    terminal.shows("NODE", 5);
    assert!(terminal.is_running());
}
