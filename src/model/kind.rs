//! A sort of thing, as data: name, address, columns, how bytes become rows, and where Enter leads.

use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize};

use super::{
    Around, Extract, Family, Health, Id, Link, NameSyntax, Object, Related, Result, Scope, Section, Shape, SourceId,
    Str, Strings, Value, Verb,
};

/// The address of a kind in an API. `group` is empty for the core group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Address {
    pub group: &'static str,
    pub version: &'static str,
    /// The `kind` field of its objects: `Pod`.
    pub kind: &'static str,
    /// The name of the resource in paths: `pods`.
    pub plural: &'static str,
    pub namespaced: bool,
}

/// The title of a column. It is a constant for columns of a kind, and a text for columns of a server or of the user.
pub type Title = Cow<'static, str>;

/// One column after the name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    pub title: Title,
    /// The first width, in cells. The column grows with the cells that are shown.
    pub width: u16,
    /// The order in which columns are left out when the screen is too narrow: the highest rank first. A column of rank
    /// 0 always stays.
    pub rank: u8,
    /// Shown only in wide mode (and `-o wide`).
    pub wide: bool,
    /// Shown on the screen where there is room, but printed only with `-o wide`, as kubectl does.
    pub roomy: bool,
    /// Holds the object's state: drawn with its shape and colour.
    pub state: bool,
    /// Bars of recent values are drawn behind the value, if there is room.
    pub trend: bool,
    /// Holds quantities as texts (`10Gi`), which are sorted by their value.
    pub amount: bool,
    /// Holds figures or ages. They are right-aligned, and the title is so too, even before the first value arrives.
    pub number: bool,
}

pub type Columns = [Column];

impl Column {
    pub const fn new(title: &'static str, width: u16) -> Self {
        Self::titled(Cow::Borrowed(title), width)
    }

    pub const fn titled(title: Title, width: u16) -> Self {
        Self {
            title,
            width,
            rank: 1,
            wide: false,
            roomy: false,
            state: false,
            trend: false,
            amount: false,
            number: false,
        }
    }

    pub const fn rank(mut self, rank: u8) -> Self {
        self.rank = rank;
        self
    }

    pub const fn wide(mut self) -> Self {
        self.wide = true;
        self
    }

    pub const fn roomy(mut self) -> Self {
        self.roomy = true;
        self
    }

    pub const fn number(mut self) -> Self {
        self.number = true;
        self
    }

    pub const fn trend(mut self) -> Self {
        self.trend = true;
        self
    }

    pub const fn state(mut self) -> Self {
        (self.state, self.rank) = (true, 0);
        self
    }

    /// Both lists in one. `N` must be the sum of their lengths, and all titles must be constants.
    pub const fn joined<const N: usize>(some: &[Self], more: &[Self]) -> [Self; N] {
        let mut all = [const { Self::new("", 0) }; N];
        let mut i = 0;
        while i < N {
            let next = if i < some.len() { &some[i] } else { &more[i - some.len()] };
            // `forget`, because a constant cannot run a destructor. Nothing leaks: the empty column that is replaced
            // owns no memory.
            std::mem::forget(std::mem::replace(&mut all[i], next.constant()));
            i += 1;
        }
        all
    }

    /// A copy that can be made in a constant. A title that is not a constant becomes empty.
    pub(super) const fn constant(&self) -> Self {
        let title = match &self.title {
            Cow::Borrowed(title) => *title,
            Cow::Owned(_) => "",
        };
        let Self { width, rank, wide, roomy, state, trend, amount, number, .. } = *self;
        Self { title: Cow::Borrowed(title), width, rank, wide, roomy, state, trend, amount, number }
    }
}

/// The encoding of the bytes of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    Json,
    /// The protobuf message itself, without the `k8s\0` envelope.
    Proto,
}

/// What is needed to read an object besides its bytes.
pub struct Reading<'a> {
    pub at: SourceId,
    pub kind: KindRef,
    pub scope: &'a Scope,
    pub strings: &'a mut Strings,
}

/// Turns the bytes of one object into its rows (mostly one; a pod has one per container in `containers`).
pub type Read<T = Object> = fn(&mut Reading<'_>, Wire, &[u8], &mut Vec<T>) -> Result<()>;

/// Finds the object that a row stands for, among the kinds that its source has.
pub type StandsFor = fn(&Object, &[KindRef]) -> Option<Id>;

/// The health of an object, computed from its status.
pub type Judge = fn(&Value) -> Health;

/// How the rows of a kind are obtained.
#[derive(Clone, Copy)]
pub enum Door {
    /// Objects are listed and watched, and a lens reduces each to its rows.
    Lens(Read),
    /// Objects are listed and watched as JSON, and a shape says what becomes of each.
    Json(&'static Shape),
    /// The server's own table is listed and watched. Without a judge, the health is computed from the fields that most
    /// kinds have.
    Table(Option<Judge>),
    /// The server's own table is listed again every so many seconds, because the server has no watch for it.
    TablePoll(u16),
    /// Objects are listed again every so many seconds, and a lens reduces each to its rows.
    Poll(Read, u16),
    /// The rows come from no server. The source of the kind makes them itself.
    Own,
}

/// A kind that lends its columns to another kind: the row with the same namespace and name lends its cells. Its rows may
/// come from another source.
#[derive(Clone, Copy)]
pub struct Lender {
    pub kind: &'static Kind,
    /// The column of the borrowing kind before which the borrowed columns stand.
    pub before: &'static str,
    pub narrow: Narrow,
}

/// The part of the lending kind that is requested while no sort and no filter needs all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Narrow {
    /// All of it: the answer is one, and cheap.
    Nothing,
    /// Only the rows on the screen, because each row costs a measurement.
    ToNames,
    /// Only the namespaces on the screen, if the table shows all namespaces and has more rows than `beyond`.
    ToNamespaces { beyond: usize },
}

/// The origin of the rows of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Home {
    /// A server holds the objects.
    Server,
    /// A source computes them from other objects.
    Computed,
    /// spyhop makes them, independent of the view.
    Program,
    /// spyhop makes them about the place in view, and shows them beside it.
    Beside,
}

/// What Enter opens.
#[derive(Clone, Copy)]
pub enum Enter {
    /// What the object links to, or its description if it links to nothing.
    Link(fn(&Object) -> Option<Link>),
    Log,
    /// The source with the name of the row.
    Source,
    /// The objects of the kind with the name of the row.
    Kind,
    /// The session with the number of the row.
    Session,
    /// The pods to which the port-forward with the number of the row leads.
    Forward,
    Nothing,
}

impl Enter {
    /// Whether the rows are sessions.
    pub fn is_session(self) -> bool {
        matches!(self, Self::Session | Self::Forward)
    }

    /// The word for what Enter does, if one is needed.
    pub fn word(self) -> Option<&'static str> {
        match self {
            Self::Link(_) | Self::Nothing => None,
            Self::Log => Some("logs"),
            Self::Source => Some("switch"),
            Self::Kind => Some("open"),
            Self::Session => Some("look"),
            Self::Forward => Some("pods"),
        }
    }
}

/// The logs that belong to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Logs {
    /// Its own logs.
    Own,
    /// The logs of the objects that it links to, if labels select them.
    Linked,
}

/// How a session reaches into an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reached {
    /// It cannot: there is nothing to reach into.
    Never,
    /// Through one of its containers. The object says which containers and ports there are.
    ByPart,
    /// Directly: the object is a container.
    Itself,
}

/// What runs in an object, so that it has logs and sessions.
#[derive(Clone, Copy)]
pub struct Process {
    pub logs: Logs,
    pub reach: Reached,
    /// The same thing as another family knows it.
    pub twin: Option<fn(&Object) -> Result<Twin>>,
}

impl Process {
    pub const NONE: Self = Self { logs: Logs::Linked, reach: Reached::Never, twin: None };

    /// Several containers run in the object.
    pub const fn within(twin: fn(&Object) -> Result<Twin>) -> Self {
        Self { logs: Logs::Own, reach: Reached::ByPart, twin: Some(twin) }
    }

    /// The object is a container.
    pub const fn itself(twin: fn(&Object) -> Result<Twin>) -> Self {
        Self { reach: Reached::Itself, ..Self::within(twin) }
    }
}

/// What a row represents.
#[derive(Clone, Copy)]
pub enum Represents {
    Object,
    /// A part of an object of the kind `of`. The parts of one object are sorted by the column `order`.
    Part {
        of: &'static Kind,
        order: &'static str,
    },
    /// Something that was computed from another object. No request can be sent about the row itself.
    Another(StandsFor),
}

/// The names of objects.
#[derive(Clone, Copy)]
pub struct Naming {
    /// The title of the column that holds the name; `None` if the name means nothing to a user (events).
    pub title: Option<&'static str>,
    pub syntax: NameSyntax,
    /// The name of an object in the titles of views that were opened from it.
    pub called: fn(&Object) -> Str,
}

impl Naming {
    pub const UNTITLED: Self = Self { title: None, syntax: NameSyntax::Segment, called: |object| object.id.title() };

    /// The title of most kinds.
    pub const NAME: &str = "NAME";

    pub const fn titled(title: &'static str) -> Self {
        Self { title: Some(title), ..Self::UNTITLED }
    }

    /// Whether what stands in the column of the name is called otherwise than a name: then it is what users know.
    pub fn has_own_title(&self) -> bool {
        self.title.is_some_and(|title| title != Self::NAME)
    }
}

/// How a table looks at first.
#[derive(Clone, Copy)]
pub struct Presentation {
    /// The column by which the table is sorted, and whether descending. `None` sorts by name.
    pub sort: Option<(&'static str, bool)>,
    /// The kinds that lend their columns. If several lend a column of the same title, the first that is served does.
    pub lenders: &'static [Lender],
    /// Why the table may have no rows, if that is hard to guess.
    pub absent: Option<&'static str>,
}

impl Presentation {
    pub const PLAIN: Self = Self { sort: None, lenders: &[], absent: None };

    pub const fn sorted(self, title: &'static str, descending: bool) -> Self {
        Self { sort: Some((title, descending)), ..self }
    }

    pub const fn lent(self, lenders: &'static [Lender]) -> Self {
        Self { lenders, ..self }
    }

    pub const fn absent(self, why: &'static str) -> Self {
        Self { absent: Some(why), ..self }
    }
}

/// What else happens if an object is deleted.
#[derive(Clone, Copy)]
pub struct Deletion {
    /// The lists of objects that are deleted together with the object. The list that would be the worst loss comes
    /// first.
    pub along: fn(&Object) -> Vec<Link>,
    /// What a user loses besides the objects themselves if objects of this kind are deleted along with another.
    pub loss: Option<&'static str>,
    /// Whether the server itself creates the object wherever it is missing. Deleting such an object is no loss.
    pub is_given: fn(&Object) -> bool,
}

impl Deletion {
    /// Only the object itself goes.
    pub const PLAIN: Self = Self { along: |_| Vec::new(), loss: None, is_given: |_| false };
}

/// The describe page.
#[derive(Clone, Copy)]
pub struct Description {
    /// The sections, made from the body and from the objects that belong to it. `None` shows the whole body.
    pub sections: Option<fn(&Value, &Around<'_>) -> Vec<Section>>,
    pub related: &'static [Related],
    /// The texts of an object that have pages of their own.
    pub extracts: &'static [Extract],
}

impl Description {
    /// The whole body.
    pub const BODY: Self = Self { sections: None, related: &[], extracts: &[] };

    pub const fn of(sections: fn(&Value, &Around<'_>) -> Vec<Section>) -> Self {
        Self { sections: Some(sections), ..Self::BODY }
    }

    pub const fn extracts(self, extracts: &'static [Extract]) -> Self {
        Self { extracts, ..self }
    }

    /// The text of this name.
    pub fn extract(&self, name: &str) -> Option<&'static Extract> {
        self.extracts.iter().find(|extract| extract.name == name)
    }

    pub const fn with(self, related: &'static [Related]) -> Self {
        Self { related, ..self }
    }
}

/// One object as another family knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Twin {
    /// `shop/web-0/app`.
    pub path: String,
    /// The uid that both sides know. Another object may have the same path, but not the same uid.
    pub uid: Str,
    /// The family in whose sources it is looked for.
    pub family: &'static Family,
    pub link: Link,
}

pub struct Kind {
    /// What users type: `pods`. Unique within a family.
    pub name: &'static str,
    /// Other words for it, shortest first: `po`, `pod`.
    pub aliases: &'static [&'static str],
    /// The family that it belongs to.
    pub family: &'static Family,
    pub address: Address,
    pub naming: Naming,
    pub columns: &'static Columns,
    pub presentation: Presentation,
    pub door: Door,
    pub home: Home,
    pub represents: Represents,
    pub enter: Enter,
    pub description: Description,
    pub process: Process,
    /// The verbs that work on its objects.
    pub verbs: &'static [&'static Verb],
    pub deletion: Deletion,
    /// Whether the values of its objects are masked until somebody asks for them.
    pub is_secret: bool,
}

impl Kind {
    /// The properties that most kinds have in common. This is a function, because a constant must not refer to itself,
    /// which it would through its family.
    pub const fn of(family: &'static Family) -> Self {
        Self {
            name: "",
            aliases: &[],
            family,
            address: Address { group: "", version: "v1", kind: "", plural: "", namespaced: true },
            naming: Naming::titled(Naming::NAME),
            columns: &[],
            presentation: Presentation::PLAIN,
            door: Door::Table(None),
            home: Home::Server,
            represents: Represents::Object,
            enter: Enter::Link(|object| object.link.as_deref().cloned()),
            description: Description::BODY,
            process: Process::NONE,
            verbs: &[],
            deletion: Deletion::PLAIN,
            is_secret: false,
        }
    }

    /// Where Enter leads from an object, if that is another table.
    pub fn link(&self, object: &Object) -> Option<Link> {
        if let Enter::Link(link) = self.enter { link(object) } else { None }
    }

    /// The kind of the whole objects, if the rows are parts of objects.
    pub fn whole(&self) -> Option<&'static Self> {
        if let Represents::Part { of, .. } = self.represents { Some(of) } else { None }
    }

    /// The column by which the parts of one object are sorted, if the rows are parts.
    pub fn part_order(&self) -> Option<&'static str> {
        if let Represents::Part { order, .. } = self.represents { Some(order) } else { None }
    }

    /// Finds the object that a row stands for, if the row is not an object itself.
    pub fn stands_for(&self) -> Option<StandsFor> {
        if let Represents::Another(find) = self.represents { Some(find) } else { None }
    }

    /// Whether sources of a family serve the kind, or the objects from which it is computed.
    pub fn is_of(&self, family: &Family) -> bool {
        self.family == family || self.family.over == Some(family)
    }

    /// Why a command can never be answered about its objects, whoever asks.
    pub fn lacks(&self, command: &str) -> Option<&'static str> {
        (self.family.lacks)(self, command)
    }

    /// Whether spyhop itself makes the rows. No server knows such a kind under its name.
    pub fn is_made(&self) -> bool {
        self.home != Home::Server
    }

    /// Whether spyhop makes its rows without asking a source.
    pub fn is_of_program(&self) -> bool {
        matches!(self.home, Home::Program | Home::Beside)
    }

    /// Whether both kinds mean the same objects of an API, in whatever version.
    pub fn shares_resource(&self, other: &Self) -> bool {
        (self.address.group, self.address.plural) == (other.address.group, other.address.plural)
    }

    /// `deployments.apps`, or the bare plural in the core group.
    pub fn resource(&self) -> String {
        match self.address.group {
            "" => self.address.plural.to_owned(),
            group => format!("{}.{group}", self.address.plural),
        }
    }

    pub fn column(&self, title: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.title == title)
    }
}

/// A kind, compared by identity. The pointer leads to a constant, or to a definition that was interned once.
#[derive(Clone, Copy)]
pub struct KindRef(pub &'static Kind);

impl KindRef {
    pub fn is(self, kind: &Kind) -> bool {
        std::ptr::eq(self.0, kind)
    }
}

impl std::ops::Deref for KindRef {
    type Target = Kind;

    fn deref(&self) -> &Kind {
        self.0
    }
}

impl PartialEq for KindRef {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

impl Eq for KindRef {}

impl Hash for KindRef {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::ptr::from_ref(self.0).hash(state);
    }
}

impl fmt::Debug for KindRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name)
    }
}

impl From<&'static Kind> for KindRef {
    fn from(kind: &'static Kind) -> Self {
        Self(kind)
    }
}
