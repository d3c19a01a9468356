//! A text that an object holds, as a page of its own.

use super::{Id, Kind, KindRef, Value};

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
    /// The name of the body about two objects, from the names of both; `None` if there is none about these two.
    pub both: fn(&str, &str) -> Option<String>,
    /// Whether secrets are masked without a screen as well. So they are in a text that no other program prints.
    pub is_report: bool,
}

impl Extract {
    /// The id of the body that is about two objects; `None` if they cannot be compared.
    pub fn between(&self, from: &Id, to: &Id) -> Option<Id> {
        let home = |id: &Id| (id.at, id.kind, id.namespace.clone(), id.part.clone());
        let name = (self.both)(&from.name, &to.name).filter(|_| home(from) == home(to))?;
        Some(Id { kind: KindRef(self.of), name: name.into(), ..to.clone() })
    }
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
    /// Two versions of an object, of values or of words, which differ. A version that does not exist is null.
    Changed {
        title: String,
        old: Value,
        new: Value,
        /// Whether all that they hold may be secret.
        is_private: bool,
    },
}
