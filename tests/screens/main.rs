//! Key scripts and the screens they lead to.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod acts;
mod docker;
mod editor;
mod fuzz;
mod logs;
mod pages;
mod pictures;
mod screen;
mod sessions;
mod states;
mod tables;
