//! Mesh routes, computed from objects alone: who claims a host, which rule answers first and why, which rules never
//! answer, and where requests go. It is pure: no cluster, no clock, no screen. Each function names the rule that it
//! follows and the source of that rule.

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
pub use route::{Attach, Backend, Mesh, Name, Owner, RouteRow};
pub use world::{Coverage, World};
