//! Sources, tasks and state against servers that misbehave: without a terminal, a network or a clock, so that hours of
//! waiting take no time and nothing depends on it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../mock/mock.rs"]
mod mock;

mod client;
mod events;
mod inside;
mod lists;
mod names;
mod refusals;
mod slow;
