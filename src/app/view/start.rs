//! The view of a program without a source: it shows where sources were looked for and what was found.

use super::Face;

#[derive(Debug, Default)]
pub struct Start;

impl Face for Start {
    fn crumb(&self) -> String {
        "start".to_owned()
    }

    fn scopes(&self) -> Vec<String> {
        ["view.start", "global"].map(str::to_owned).to_vec()
    }
}
