//! spyhop
pub mod app;
pub mod kinds;
pub mod model;
pub mod runtime;
pub mod source;
pub mod theme;
pub mod ui;
