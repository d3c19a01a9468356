//! What a user can do to objects, as data: the question that a verb asks, and the request that it becomes.

use super::{Kind, Object, Patch, Request, Result, Rules, Str, Time, Value, What};

/// The answers to a verb's question, by the names of its parameters.
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

    /// The answer for a parameter; empty if none was given.
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

/// How the user fills in a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Text,
    /// A whole number from 0.
    Number,
    Choice(&'static [&'static str]),
    /// `true` or `false`.
    Toggle,
}

/// One parameter that a question asks for, with its first value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Param {
    pub name: Str,
    pub form: Form,
    pub value: Str,
    /// A hint what to type, shown while the field is empty.
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

/// A parameter that does not depend on the object, so that a command line can give it: `--replicas 3`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flag {
    /// The name of the parameter, and of the option.
    pub name: &'static str,
    /// A toggle is given without a value.
    pub form: Form,
    /// The word for the value in help: `SECONDS`.
    pub value: &'static str,
    pub help: &'static str,
    /// Whether the verb cannot be carried out without it.
    pub required: bool,
}

impl Flag {
    pub const fn new(name: &'static str, form: Form, value: &'static str, help: &'static str) -> Self {
        Self { name, form, value, help, required: false }
    }

    pub const fn toggle(name: &'static str, help: &'static str) -> Self {
        Self::new(name, Form::Toggle, "", help)
    }

    pub const fn required(self) -> Self {
        Self { required: true, ..self }
    }
}

/// The words of a command line that follow the names of the objects and say what is to change.
#[derive(Clone, Copy)]
pub struct Changes {
    /// The form of such a word, for help: `CONTAINER=IMAGE`.
    pub form: &'static str,
    /// Whether a word is one of them, and not a name.
    pub is: fn(&str) -> bool,
}

/// How a verb makes the request for one object. The functions are private, so that [`Act::request`] is the only way to
/// a request and none lacks the uid.
#[derive(Clone, Copy)]
pub struct Act {
    pub reads: Reads,
    make: Make,
}

/// Whether the body of the object is read before a request is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reads {
    /// No: the row is enough.
    Nothing,
    Once,
    /// The body is read again after the user has agreed, because others change such an object all the time.
    Again,
}

#[derive(Clone, Copy)]
enum Make {
    Row(fn(&Object, &Args, Time) -> Result<Request>),
    Body(fn(&Object, &Value, &Args, Time) -> Result<Request>),
}

impl Act {
    pub const fn row(make: fn(&Object, &Args, Time) -> Result<Request>) -> Self {
        Self { reads: Reads::Nothing, make: Make::Row(make) }
    }

    pub const fn body(make: fn(&Object, &Value, &Args, Time) -> Result<Request>) -> Self {
        Self { reads: Reads::Once, make: Make::Body(make) }
    }

    pub const fn fresh(make: fn(&Object, &Value, &Args, Time) -> Result<Request>) -> Self {
        Self { reads: Reads::Again, make: Make::Body(make) }
    }

    /// The request for one object. `body` is `Null` if the row alone decides. A request that changes the object gets
    /// the uid of the object that the user saw, so that it cannot reach a later object of the same name.
    pub fn request(self, object: &Object, body: &Value, args: &Args, now: Time) -> Result<Request> {
        let request = match self.make {
            Make::Row(make) => make(object, args, now),
            Make::Body(make) => make(object, body, args, now),
        }?;
        let changes = !matches!(request.what, What::Get | What::Create(_)) && request.id == object.id;
        Ok(if changes { request.of(seen(object, body)) } else { request })
    }
}

/// The uid of the object that the user saw. A row that stands for another object has no uid; then it is taken from the
/// body.
pub fn seen(object: &Object, body: &Value) -> Str {
    match object.uid.is_none() {
        true => body.pointer("/metadata/uid").and_then(Value::as_str).unwrap_or_default().into(),
        false => Str::from(&object.uid),
    }
}

/// When the effect of a verb is complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// As soon as the server accepted the request.
    Told,
    /// When the object no longer exists.
    Gone,
    /// When all pods that the object stands for run as they should.
    Ready,
    /// When the row has changed and its state begins with one of these words.
    Shows(&'static [&'static str]),
    /// When the row has changed and its cell in this column is empty.
    Empties(&'static str),
    /// When the cell in this column has changed and is one of these words. The words in `badly` mean that the verb
    /// failed.
    Ends { column: &'static str, well: &'static [&'static str], badly: &'static [&'static str] },
}

/// A right of RBAC: a verb on the kind itself, on a part of it, or on another resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Right {
    pub verb: &'static str,
    pub sub: &'static str,
    /// The group and plural of the other resource, if it is not the kind itself.
    pub of: Option<(&'static str, &'static str)>,
}

impl Right {
    pub const fn to(verb: &'static str) -> Self {
        Self { verb, sub: "", of: None }
    }
}

impl Rules {
    /// Whether the rules grant a right on an object of a kind. If the rules are incomplete, a right that they leave out
    /// may be granted.
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

/// How a verb is told in a question and in notices.
#[derive(Clone, Copy)]
pub struct Words {
    ask: Phrase,
    /// The words before the name while it is being done: `scaling`.
    pub doing: &'static str,
    done: Phrase,
}

/// Words that may depend on the answers.
#[derive(Clone, Copy)]
enum Phrase {
    Fixed(&'static str),
    Made(fn(&Args) -> String),
}

impl Phrase {
    fn of(self, args: &Args) -> String {
        match self {
            Self::Fixed(words) => words.to_owned(),
            Self::Made(make) => make(args),
        }
    }
}

impl Words {
    /// `scale`, `scaling`, `scaled`.
    pub const fn new(ask: &'static str, doing: &'static str, done: &'static str) -> Self {
        Self { ask: Phrase::Fixed(ask), doing, done: Phrase::Fixed(done) }
    }

    pub const fn asked_as(self, ask: fn(&Args) -> String) -> Self {
        Self { ask: Phrase::Made(ask), ..self }
    }

    pub const fn done_as(self, done: fn(&Args) -> String) -> Self {
        Self { done: Phrase::Made(done), ..self }
    }

    /// The words before the object in the question: `scale`.
    pub fn ask(&self, args: &Args) -> String {
        self.ask.of(args)
    }

    /// The words after the name when it is done: `scaled to 3`.
    pub fn done(&self, args: &Args) -> String {
        self.done.of(args)
    }
}

/// What is read of an object before a question about it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prefetch {
    Nothing,
    Object,
    Subresource(&'static str),
}

impl Prefetch {
    /// The part of the object that is read; empty for the object itself.
    pub fn part(self) -> Option<&'static str> {
        match self {
            Self::Nothing => None,
            Self::Object => Some(""),
            Self::Subresource(part) => Some(part),
        }
    }
}

pub struct Verb {
    /// The word that users type: `scale`. It is unique among the verbs of a kind.
    pub name: &'static str,
    pub help: &'static str,
    pub words: Words,
    /// Whether the act cannot be taken back. Its question starts on Cancel.
    pub risky: bool,
    pub right: Right,
    /// What has to be read of the first object before the question can be shown.
    pub prefetch: Prefetch,
    /// The parameters, computed from the first object's row and from what was read.
    pub params: fn(&Object, Option<&Value>) -> Vec<Param>,
    /// The answers that the words typed behind the verb mean.
    pub typed: fn(&str) -> Result<Args>,
    /// The options of its command, for those who have no screen.
    pub flags: &'static [Flag],
    /// The words that its command takes after the names of the objects, if it takes any.
    pub changes: Option<Changes>,
    pub act: Act,
    pub until: Until,
    /// Completes the answers that were typed before the object was known, by the names of its parameters.
    pub named: fn(&Object, &Value, &Args) -> Result<Args>,
    /// The lines of the preview, once the object was read.
    pub preview: fn(&Object, &Value, &Args) -> Vec<String>,
    /// The patch that takes the act back, if it can be known beforehand.
    pub undo: fn(&Object, &Value, &Args) -> Option<Patch>,
    /// The same act as commands of kubectl or docker, word by word, without namespace and context. Empty if the patch
    /// itself is to be shown.
    pub shell_lines: fn(&Kind, &[&str], &Args) -> Vec<Vec<String>>,
}

/// Verbs are compared by identity, because `restart` is one thing for a deployment and another for a container.
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
