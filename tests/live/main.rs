//! The whole program against real servers. Run by `tests/run`, which brings them up; without them each test is
//! ignored, and says so.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod apply;
mod argocd;
mod canaries;
mod columns;
mod compare;
mod describe;
mod docker;
mod edit;
mod envoy;
mod faults;
mod fleet;
mod gate;
mod get;
mod helm;
mod landscape;
mod logs;
mod mesh;
mod names;
mod own;
mod panes;
mod paths;
mod podman;
mod prometheus;
#[path = "../../src/random.rs"]
mod random;
mod recording;
mod roam;
mod screens;
mod servers;
mod shell;
mod stranger;
mod terminal;
mod verbs;
mod walk;
mod webhook;
mod wire;
mod words;
