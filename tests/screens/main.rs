//! Key scripts and the screens they lead to.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod acts;
mod assets;
mod columns;
mod docker;
mod editor;
mod fleet;
mod fuzz;
mod helm;
mod keys;
mod landscape;
mod lines;
mod logs;
mod looks;
mod notices;
mod own;
mod pages;
mod pictures;
mod prometheus;
#[path = "../../src/random.rs"]
#[allow(dead_code, reason = "each of its users needs another part of it")]
mod random;
mod reach;
mod remembered;
mod repaint;
mod routes;
mod screen;
mod sessions;
mod states;
mod svg;
mod tables;
mod tabs;
mod tour;
mod typed;
mod walk;
