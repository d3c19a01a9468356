//! What can be done to objects, as data: the question a verb asks, and the request it comes to.

use super::{Kind, Object, Patch, Request, Result, Rules, Str, Time, Value};

/// What was chosen in a verb's question, by the names of its parameters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Args(Vec<(Str, Str)>);

impl Args {
    #[must_use]
    pub fn with(mut self, name: impl Into<Str>, value: impl Into<Str>) -> Self {
        let (name, value) = (name.into(), value.into());
        self.0.retain(|(known, _)| *known != name);
        self.0.push((name, value));
        self
    }

    /// Empty when it was not given.
    pub fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.trim())
    }

    pub fn is_on(&self, name: &str) -> bool {
        self.text(name) == "true"
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// How a parameter is filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Text,
    Choice(&'static [&'static str]),
    /// `true` or `false`.
    Toggle,
}

/// One thing that a question asks for, and what stands there at first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Param {
    pub name: Str,
    pub form: Form,
    pub value: Str,
    /// What to write, shown while nothing stands there.
    pub hint: Str,
}

impl Param {
    pub fn new(name: impl Into<Str>, form: Form, value: impl Into<Str>) -> Self {
        Self { name: name.into(), form, value: value.into(), hint: Str::new() }
    }

    #[must_use]
    pub fn hinted(self, hint: impl Into<Str>) -> Self {
        Self { hint: hint.into(), ..self }
    }
}

/// What a verb sends for one object.
#[derive(Clone, Copy)]
pub enum Act {
    /// The row says enough.
    Row(fn(&Object, &Args, Time) -> Result<Request>),
    /// The object is read first.
    Body(fn(&Object, &Value, &Args, Time) -> Result<Request>),
}

/// When a verb has had its effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// As soon as the server agreed.
    Told,
    /// When the object is not there any more.
    Gone,
    /// When all that it stands for runs as it should.
    Ready,
    /// When its row has changed, and its state begins with one of these words.
    Shows(&'static [&'static str]),
}

/// A right of RBAC: a verb on the kind itself, on a part of it, or on another resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Right {
    pub verb: &'static str,
    pub sub: &'static str,
    /// Group and plural, where it is not the kind's own.
    pub of: Option<(&'static str, &'static str)>,
}

impl Right {
    pub const fn to(verb: &'static str) -> Self {
        Self { verb, sub: "", of: None }
    }
}

impl Rules {
    /// Whether a right is given for an object of a kind. What an incomplete review leaves out may be given.
    pub fn give(&self, right: &Right, kind: &Kind, name: &str) -> bool {
        let (group, plural) = right.of.unwrap_or((kind.address.group, kind.address.plural));
        let full = if right.sub.is_empty() { plural.to_owned() } else { format!("{plural}/{}", right.sub) };
        let parts = format!("*/{}", right.sub);
        let has = |all: &[Str], word: &str| all.iter().any(|known| known == word || known == "*");
        let given = self.rules.iter().any(|rule| {
            let named = rule.names.is_empty() || rule.names.iter().any(|known| known == name);
            let resource = has(&rule.resources, &full) || rule.resources.iter().any(|known| *known == parts);
            named && resource && has(&rule.verbs, right.verb) && has(&rule.groups, group)
        });
        given || self.incomplete
    }
}

pub struct Verb {
    /// What users type: `scale`. Unique among the verbs of a kind.
    pub name: &'static str,
    pub help: &'static str,
    /// `scale`, before the object in its question.
    pub ask: fn(&Args) -> &'static str,
    /// `scaling`: leads the name while it is done.
    pub doing: &'static str,
    /// `scaled to 3`: follows the name once it is.
    pub done: fn(&Args) -> String,
    /// Cannot be taken back: the question starts on Cancel.
    pub risky: bool,
    pub right: Right,
    /// What has to be read of the first object before the question is whole: a part, or all of it (`""`).
    pub reads: Option<&'static str>,
    /// What is asked for, given the first object's row and what was read.
    pub params: fn(&Object, Option<&Value>) -> Vec<Param>,
    /// What words typed behind the verb mean.
    pub typed: fn(&str) -> Result<Args>,
    pub act: Act,
    pub until: Until,
    /// What was typed before the object was known, by the names of its parameters.
    pub named: fn(&Object, &Value, &Args) -> Result<Args>,
    /// What would come of it, line by line, once the object was read.
    pub preview: fn(&Object, &Value, &Args) -> Vec<String>,
    /// What takes it back, where that can be said beforehand.
    pub undo: fn(&Object, &Value, &Args) -> Option<Patch>,
    /// The same as commands of kubectl, or of docker, word by word, without namespace and context. Nothing where the patch says it.
    pub kubectl: fn(&Kind, &[&str], &Args) -> Vec<Vec<String>>,
}

/// A verb by identity: `restart` is one thing for a deployment, and another for a container.
impl PartialEq for Verb {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl std::fmt::Debug for Verb {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}
