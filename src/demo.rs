//! A Kubernetes API of our own on loopback, with a living cluster behind it: what `--demo` looks at and what tests ask
//! when no server is at hand. It speaks the protocol as far as spyhop and a few words of kubectl need it, and no further.

pub mod resources;
pub mod shell;
pub mod store;
pub mod world;
