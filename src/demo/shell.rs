//! A shell with a handful of commands.
