//! Properties that hold for all inputs, weight shifts on real objects, and how run time grows.

pub mod made;
mod properties;
mod scale;
mod shifts;
