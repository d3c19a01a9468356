use crate::model::{KindRef, Section, Value};
pub fn describe(kind: KindRef, body: &Value) -> Vec<Section> { kind.describe.map(|d| d(body)).unwrap_or_default() }
