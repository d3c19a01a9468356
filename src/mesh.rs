//! Mesh routes, from objects alone: who claims a host, which rule answers first and why, what never answers, and where
//! requests go. Pure: no cluster, no clock, no screen. Rules and their sources stand with each function.

pub mod answer;
pub mod check;
pub mod from;
pub mod host;
pub mod matching;
pub mod patch;
pub mod read;
pub mod resolve;
pub mod route;
pub mod told;
pub mod weight;
mod world;

#[cfg(test)]
pub mod tests;

pub use check::{CHECKS, Check, Problem, Severity};
pub use resolve::resolve;
pub use route::{Attach, Backend, Mesh, Name, Owner, Row};
pub use world::{Reach, World};
