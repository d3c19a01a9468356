//! The rules of the house: layers, the gate, names, keys, tables, themes, documents. An architecture rule that is not a test is a
//! wish.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod documents;
mod facts;
mod gate;
mod keys;
mod layers;
mod names;
mod print;
mod recording;
mod sizes;
mod tables;
