//! Bodies cut anywhere, and servers that misbehave.

mod bodies;
mod canned;
mod computed;
mod cuts;
mod extras;
mod kinds;
mod landscape;
mod lists;
mod logs;
mod ones;
mod releases;
mod several;
mod tables;
