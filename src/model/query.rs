//! Standing questions and the pieces of their answers.

use std::sync::Arc;

use bytes::Bytes;

use super::{
    Column, End, Error, Id, KindRef, LogLine, Object, Pods, Reach, SessionId, SourceId, Str, Tail, Traffic, Value, text,
};

/// A version of a collection, as the server names it; opaque.
pub type Version = Str;

/// Which part of a kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Scope {
    /// `None` is every namespace; commas divide several, which no name holds.
    pub namespace: Option<Str>,
    /// A label selector for the server, `a=1,b in (c,d)`; empty for all.
    pub labels: Str,
    /// A field selector for the server, `spec.nodeName=n1`; empty for all.
    pub fields: Str,
    /// The uid of the controller that owns the objects; empty for any.
    pub owner: Str,
    /// What of all this is looked at.
    pub part: Part,
    /// Sources that are asked the same besides the query's own, sorted; none mostly. The rows say whose they are.
    pub others: Arc<[SourceId]>,
}

/// What of a scope is looked at, where asking for all of it is dear. The names are sorted: the same rows in another
/// order are the same question.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Part {
    #[default]
    All,
    /// The objects of these names.
    Names(Arc<[Str]>),
    /// The objects in these namespaces.
    Namespaces(Arc<[Str]>),
}

impl Scope {
    pub fn all() -> Self {
        Self::default()
    }

    pub fn namespace(name: impl Into<Str>) -> Self {
        Self { namespace: Some(name.into()), ..Self::default() }
    }

    /// The namespaces that it names; none for all of them.
    pub fn namespaces(&self) -> impl Iterator<Item = &str> {
        self.namespace.iter().flat_map(|names| names.split(','))
    }

    /// Whether objects of more than one namespace may be in it.
    pub fn is_wide(&self) -> bool {
        self.namespace.as_deref().is_none_or(|names| names.contains(','))
    }

    /// Whether objects of a namespace are in it, as far as that decides.
    pub fn holds(&self, namespace: &str) -> bool {
        self.namespace.is_none() || self.namespaces().any(|name| name == namespace)
    }

    #[must_use]
    pub fn labels(self, selector: impl Into<Str>) -> Self {
        Self { labels: selector.into(), ..self }
    }

    #[must_use]
    pub fn fields(self, selector: impl Into<Str>) -> Self {
        Self { fields: selector.into(), ..self }
    }

    /// Only the object of this name, whatever characters are in it.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        self.fields(arcstr::format!("metadata.name={}", text::field_value(name)))
    }

    #[must_use]
    pub fn owner(self, uid: impl Into<Str>) -> Self {
        Self { owner: uid.into(), ..self }
    }

    #[must_use]
    pub fn part(self, part: Part) -> Self {
        Self { part, ..self }
    }

    #[must_use]
    pub fn others(self, others: impl Into<Arc<[SourceId]>>) -> Self {
        Self { others: others.into(), ..self }
    }
}

/// A standing question. Two equal ones share a stream.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Query {
    /// The kinds that a source serves, and what it is.
    Kinds { at: SourceId },
    /// The rows of one kind, kept up to date.
    List { at: SourceId, kind: KindRef, scope: Scope },
    /// The whole body of one object, kept up to date.
    One { id: Id },
    /// The log lines of a container, a pod or the pods of a selector; those that join are followed too. All
    /// containers when `container` is empty.
    Logs { at: SourceId, pods: Pods, container: Str, tail: Tail },
    /// What the user may do in a namespace.
    Rules { at: SourceId, namespace: Str },
    /// A shell, an attach or a forward in a container of the pod `id`.
    Session { session: SessionId, id: Id, container: Str, reach: Reach },
}

impl Query {
    pub fn at(&self) -> SourceId {
        match self {
            Self::Kinds { at } | Self::List { at, .. } | Self::Logs { at, .. } | Self::Rules { at, .. } => *at,
            Self::One { id } | Self::Session { id, .. } => id.at,
        }
    }

    /// Sources that are asked the same besides [`Query::at`].
    pub fn others(&self) -> &[SourceId] {
        match self {
            Self::List { scope, .. } => &scope.others,
            Self::Kinds { .. } | Self::One { .. } | Self::Logs { .. } | Self::Rules { .. } | Self::Session { .. } => {
                &[]
            }
        }
    }

    /// Whether a source is asked.
    pub fn asks(&self, at: SourceId) -> bool {
        self.at() == at || self.others().contains(&at)
    }

    /// What each source is asked, where it is more than one.
    pub fn members(&self) -> Vec<Self> {
        match self {
            Self::List { at, kind, scope } if !scope.others.is_empty() => {
                let own = Scope { others: Arc::default(), ..scope.clone() };
                let all = std::iter::once(at).chain(scope.others.iter());
                all.map(|at| Self::List { at: *at, kind: *kind, scope: own.clone() }).collect()
            }
            one => vec![one.clone()],
        }
    }

    /// Sessions start something on the other side, so they need the gate's consent.
    pub fn is_session(&self) -> bool {
        self.session().is_some()
    }

    pub fn session(&self) -> Option<SessionId> {
        match self {
            Self::Session { session, .. } => Some(*session),
            Self::Kinds { .. } | Self::List { .. } | Self::One { .. } | Self::Logs { .. } | Self::Rules { .. } => None,
        }
    }
}

/// What a user may do with some resources; `*` stands for all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rule {
    pub verbs: Vec<Str>,
    pub groups: Vec<Str>,
    /// `pods`, `pods/log`, `*/scale`.
    pub resources: Vec<Str>,
    /// Only objects of these names; empty for all.
    pub names: Vec<Str>,
}

/// The rights of a user in one namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    pub rules: Vec<Rule>,
    /// The server could not tell all: what is missing may be allowed nevertheless.
    pub incomplete: bool,
}

/// What a source said about itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// The server's version, `v1.36.2`.
    pub version: Str,
    pub kinds: Vec<KindRef>,
    /// Kinds in versions that the server also serves and likes less: only an address that names the version means them.
    pub others: Vec<KindRef>,
    /// API groups that did not answer, and why.
    pub broken: Vec<String>,
}

/// Which namespaces an answer covers, where it does not cover all that were asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Within {
    pub namespaces: Vec<Str>,
    /// How many there are; `None` when that cannot be known.
    pub of: Option<usize>,
    /// What the server said to the whole.
    pub why: Str,
}

impl Within {
    /// `3 of 41 namespaces`
    pub fn text(&self) -> String {
        let count = self.namespaces.len();
        match self.of {
            Some(all) => format!("{count} of {all} namespaces"),
            None if count == 1 => "1 namespace".to_owned(),
            None => format!("{count} namespaces"),
        }
    }
}

/// How one of several sources that answer together stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// It lists anew; what it is not going to name is dropped once it is live.
    Listing,
    /// Its rows are whole and kept up to date.
    Live,
    /// Not all that was asked for.
    Within(Within),
    /// It was interrupted, or never reached, and why. Its rows stay.
    Lost(Error),
}

/// One piece of an answer. A list starts with `Reset`, is whole at `Ready` (objects not seen in between are
/// dropped then, so a relist never blinks), and goes on with changes.
#[derive(Clone, Debug, PartialEq)]
pub enum Delta {
    Reset,
    /// The columns of a kind whose server decides them.
    Columns(Box<[Column]>),
    Upsert(Object),
    Remove(Id),
    /// About how many more objects will come, when the server says so.
    Remaining(u64),
    Ready,
    /// It is asked for again every so many seconds, because nothing tells of changes; 0 where it is told of them again.
    Every(u16),
    /// Up to here the answer is complete: a later `open` may resume from it.
    Mark(Version),
    /// The object, whole, or `None` when it was deleted.
    Body(Option<Box<Value>>),
    Found(Box<Found>),
    Rules(Box<Rules>),
    /// Said between `Reset` and `Ready`, and again when it changes.
    Within(Box<Within>),
    /// Said in the place of `Reset`, `Within` and of the end where several sources answer together.
    Member(SourceId, Box<Standing>),
    /// Log lines, oldest first.
    Lines(Vec<LogLine>),
    /// What a session's program wrote.
    Output(Bytes),
    Traffic(Box<Traffic>),
    /// A session is over. Of logs: nothing more comes, and why nothing came at all, if so.
    Done(End),
}
