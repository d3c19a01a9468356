//! spyhop
pub mod kinds;
pub mod model;
pub mod source;
