//! spyhop: a terminal explorer for Kubernetes and container engines.
//!
//! State changes in one function ([`app::State::turn`]), streams are declared by another ([`app::State::wanted`]), the
//! screen is computed by a third ([`ui::draw`]), and one loop ([`runtime::run`]) connects them.
//!
//! `src/ARCHITECTURE.md` has the map of the modules, what each of them never does, walks through the code, the words, and
//! how to add each thing. `tests/house` checks the rules.

pub mod app;
pub mod cli;
pub mod config;
pub mod demo;
pub mod disk;
pub mod kinds;
pub mod lanes;
pub mod mesh;
pub mod model;
#[cfg(test)]
mod random;
pub mod runtime;
pub mod source;
pub mod theme;
pub mod ui;
