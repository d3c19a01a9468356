//! A text that an object holds, as a page of its own.

use super::{Kind, Value};

/// A text of the objects of a kind, as data: the manifest of a release.
#[derive(Clone, Copy)]
pub struct Extract {
    /// The command that shows it, and the word for it without a screen: `manifest`.
    pub name: &'static str,
    /// The kind of the bodies that it is made of. Its objects have the names of those whose text it is.
    pub of: &'static Kind,
    /// The ending of a file with this text: `yaml`.
    pub ending: &'static str,
    pub make: fn(&Value) -> Vec<Fragment>,
}

impl std::fmt::Debug for Extract {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// A part of such a text. The variants differ in how what is secret is masked.
#[derive(Clone, Debug, PartialEq)]
pub enum Fragment {
    /// Words for people, line by line.
    Words(String),
    /// A remark that stands on the screen only.
    Remark(String),
    /// A value to be written as YAML. All that it holds may be secret.
    Values(Value),
    /// YAML of one object, with its comments.
    Document(String),
}
