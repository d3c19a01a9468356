//! Bodies cut anywhere, and servers that misbehave.

mod bodies;
mod cuts;
