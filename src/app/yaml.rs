use crate::model::{Str, Value}; use crate::theme::Role; use super::view::Line;
pub fn lines(v: &Value, _m: bool, _d: bool) -> Vec<(Str, bool)> { serde_yaml::to_string(v).unwrap_or_default().lines().map(|l| (Str::from(l), false)).collect() }
pub fn highlight(line: &str, _b: bool) -> Line { vec![(line.into(), Role::Text)] }
pub fn text(v: &Value) -> String { serde_yaml::to_string(v).unwrap_or_default() }
