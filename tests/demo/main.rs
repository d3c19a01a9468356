//! The whole program on the demo cluster, in a pseudo terminal and without one: no server is needed, and no network.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../live/canaries.rs"]
mod canaries;
mod copy;
mod everything;
mod headless;
#[path = "../screens/keys.rs"]
mod keys;
mod place;
mod program;
#[path = "../../src/random.rs"]
#[allow(dead_code, reason = "each of its users needs another part of it")]
mod random;
mod recording;
mod replay;
#[path = "../live/roam.rs"]
mod roam;
mod signals;
#[path = "../live/terminal.rs"]
mod terminal;
#[path = "../live/walk.rs"]
mod walk;

use place::Home;
use walk::Ground;

#[test]
fn a_stranger_finds_the_way() {
    let home = Home::new("walk");
    let ground = Ground {
        pod: "web-",
        said: "GET /",
        prompt: "$ ",
        deployment: "cart",
        replicas: 3,
        route: "checkout",
        backends: ["checkout", "checkout-canary"],
        shares: [90, 10],
    };
    walk::walk(home.terminal(&["--demo", "-c", "pods"], 120, 40), &ground);
}
