//! spyhop: a terminal explorer for Kubernetes and container engines.
//!
//! State changes in one function ([`app::State::turn`]), streams are declared by another ([`app::State::wanted`]), the
//! screen is computed by a third ([`ui::draw`]), and one loop ([`runtime::run`]) connects them.
//!
//! | module | what it holds | what it never mentions |
//! |---|---|---|
//! | [`model`] | cells, objects, kinds, queries, requests, errors | I/O, the terminal |
//! | [`lanes`] | pure work over several threads | what it is about |
//! | [`kinds`] | the table of kinds: bytes to rows | anything asynchronous |
//! | [`mesh`] | routes: who answers what, in which order, what is wrong | anything asynchronous, the cluster |
//! | [`source`] | whoever answers queries: API servers, container engines, the kubeconfig | the screen |
//! | [`theme`] | roles and their colours | the state |
//! | [`config`] | the configuration file: guards of contexts | files, the state |
//! | [`disk`] | files, read whole: regular ones, up to a size | what is in them |
//! | [`demo`] | a Kubernetes API on loopback with a living cluster | the screen |
//! | [`app`] | state, views, commands, key maps, filters, policy | tasks, the clock, files |
//! | [`ui`] | drawing, one file per panel | writing to the state |
//! | [`runtime`] | the loop, tasks, the gate, the terminal, files | policy |
//! | [`cli`] | arguments and headless commands | |
//!
//! To add a kind: one file in `kinds/kube` or `kinds/docker` and one line in its table. A command: one function in `app/commands` and
//! one row in `COMMANDS`. A theme or a key map: one file.

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
