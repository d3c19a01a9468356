//! spyhop
pub mod app;
pub mod cli;
pub mod kinds;
pub mod model;
pub mod runtime;
pub mod source;
pub mod theme;
pub mod ui;
