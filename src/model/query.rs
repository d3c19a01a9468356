//! Standing questions and the pieces of their answers.

use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::{
    Column, End, Error, Extra, Id, KindRef, LogLine, Object, Pods, Reach, SessionId, SourceId, Str, Tail, Traffic,
    Value, text, written,
};

/// The version of a collection. Only the server knows what the text means.
pub type Version = Str;

/// The part of a kind that a query asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Scope {
    /// The namespaces: `None` for all of them. Several are divided by commas, because no name holds a comma.
    pub namespace: Option<Str>,
    /// A label selector for the server, `a=1,b in (c,d)`; empty for all.
    pub labels: Str,
    /// A field selector for the server, `spec.nodeName=n1`; empty for all.
    pub fields: Str,
    /// The uid of the controller that owns the objects; empty for any.
    pub owner: Str,
    /// A further limit to the objects that are on the screen.
    pub part: Part,
    /// Further sources that receive the same question (usually none), sorted. Every row carries the id of its source.
    pub others: Arc<[SourceId]>,
    /// Columns that each row carries besides those of its kind (usually none).
    pub extras: Arc<[Extra]>,
}

/// Limits a list to part of its scope when listing everything would be expensive. The names are sorted, so that the
/// same rows in another order are an equal query.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Part {
    #[default]
    All,
    /// Only the objects with these names.
    Names(Arc<[Str]>),
    /// Only the objects in these namespaces.
    Namespaces(Arc<[Str]>),
}

impl Scope {
    pub fn all() -> Self {
        Self::default()
    }

    pub fn namespace(name: impl Into<Str>) -> Self {
        Self { namespace: Some(name.into()), ..Self::default() }
    }

    /// The namespaces of the scope; empty for all of them.
    pub fn namespaces(&self) -> impl Iterator<Item = &str> {
        self.namespace.iter().flat_map(|names| names.split(','))
    }

    /// Whether the scope may hold objects of more than one namespace.
    pub fn is_wide(&self) -> bool {
        self.namespace.as_deref().is_none_or(|names| names.contains(','))
    }

    /// Whether the scope admits objects of a namespace. Labels, fields and owner are not considered.
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

    /// Limits the scope to the object of this name, whatever characters the name has.
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

/// A standing question. Equal queries share one stream.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Query {
    /// The kinds that a source serves, and its version.
    Kinds { at: SourceId },
    /// The rows of one kind, kept up to date.
    List { at: SourceId, kind: KindRef, scope: Scope },
    /// The whole body of one object, kept up to date.
    One { id: Id },
    /// The log lines of a container, of a pod, or of all pods that match a selector. Pods that start later are followed
    /// too. An empty `container` means all containers.
    Logs { at: SourceId, pods: Pods, container: Str, tail: Tail },
    /// The rights of the user in a namespace.
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

    /// The kind whose objects it is about, if it is about objects of one kind.
    pub fn kind(&self) -> Option<KindRef> {
        match self {
            Self::List { kind, .. } => Some(*kind),
            Self::One { id } | Self::Session { id, .. } => Some(id.kind),
            Self::Kinds { .. } | Self::Logs { .. } | Self::Rules { .. } => None,
        }
    }

    /// The sources that receive the same question, besides [`Query::at`].
    pub fn others(&self) -> &[SourceId] {
        match self {
            Self::List { scope, .. } => &scope.others,
            Self::Kinds { .. } | Self::One { .. } | Self::Logs { .. } | Self::Rules { .. } | Self::Session { .. } => {
                &[]
            }
        }
    }

    /// Whether a source receives this query.
    pub fn asks(&self, at: SourceId) -> bool {
        self.at() == at || self.others().contains(&at)
    }

    /// The query that each source receives, if there are several sources.
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

    /// Whether the query is a session. A session starts something on the server, so it needs the gate's consent.
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

/// The verbs that a user may use on some resources; `*` stands for all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    pub verbs: Vec<Str>,
    pub groups: Vec<Str>,
    /// `pods`, `pods/log`, `*/scale`.
    pub resources: Vec<Str>,
    /// The names of the objects that the rule is limited to; empty for all.
    pub names: Vec<Str>,
}

/// The rights of a user in one namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    pub rules: Vec<Rule>,
    /// Whether the server could not list all rights. A right that is missing may exist nevertheless.
    pub incomplete: bool,
}

/// What a source reported about itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// The server's version, `v1.36.2`.
    pub version: Str,
    pub kinds: Vec<KindRef>,
    /// Kinds in versions that the server serves but does not prefer. Only an address that names the version means one
    /// of them.
    pub others: Vec<KindRef>,
    /// Words that mean several kinds, as the server has them: `all`.
    pub categories: Vec<(Str, Vec<KindRef>)>,
    /// The API groups that did not answer, each with the reason.
    pub broken: Vec<String>,
}

/// The namespaces that an answer covers, if it does not cover all that were requested.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Within {
    pub namespaces: Vec<Str>,
    /// The number of all namespaces; `None` if it cannot be known.
    pub of: Option<usize>,
    /// The server's refusal of the list over all namespaces.
    pub why: Str,
}

impl Within {
    /// `3 of 41 namespaces`
    pub fn text(&self) -> String {
        let count = self.namespaces.len();
        match self.of {
            Some(all) => format!("{count} of {}", text::counted(all, "namespace")),
            None => text::counted(count, "namespace"),
        }
    }
}

/// The state of one source of a query that several sources answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Standing {
    /// The source sends its list again. Rows that are not in it are dropped once the source is live.
    Listing,
    /// The rows of the source are complete and kept up to date.
    Live,
    /// The source answers only for some of the namespaces.
    Within(Within),
    /// The source was interrupted or never reached, with the reason. Its rows stay.
    Lost(Error),
}

/// One piece of an answer. A list starts with `Reset` and is complete at `Ready`. Only then are the objects dropped
/// that did not appear since `Reset`, so a list that is read again never blinks. Changes follow after `Ready`.
///
/// The items of answers are rows. The lists that computed tables read have other items: `T` is what each object
/// becomes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Delta<T = Object> {
    Reset,
    /// The columns of the rows, if they are not those of the kind: the server decides them, or the query asks for extra
    /// ones.
    Columns(Box<[Column]>),
    Upsert(T),
    Remove(Id),
    /// The approximate number of objects that are still to come, if the server says so.
    Remaining(u64),
    Ready,
    /// Number of seconds after which the list is read again, because the server reports no changes. `None` means that
    /// changes are reported again.
    Every(Option<u16>),
    /// The answer is complete up to this version. A later `open` may resume from it.
    Mark(Version),
    /// The whole object, or `None` if it was deleted.
    Body(#[serde(with = "written::some_body")] Option<Arc<Value>>),
    Found(Box<Found>),
    Rules(Box<Rules>),
    /// The namespaces that the answer covers. It is sent between `Reset` and `Ready`, and again when it changes.
    Within(Box<Within>),
    /// The state of one source of several that answer together. It takes the place of `Reset`, of `Within` and of the
    /// end of the stream.
    Member(SourceId, Box<Standing>),
    /// Log lines, oldest first.
    Lines(Vec<LogLine>),
    /// Bytes that the program of a session wrote.
    Output(#[serde(with = "written::octets")] Bytes),
    Traffic(Box<Traffic>),
    /// The end of a session. For logs: nothing more comes, and, if no line came at all, the reason.
    Done(End),
}
