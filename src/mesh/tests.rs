//! Rules that hold for whatever is resolved, weight shifts on real objects, and how long it takes.

pub mod made;
mod properties;
mod scale;
mod shifts;
