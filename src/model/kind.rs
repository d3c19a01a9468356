//! A sort of thing, as data: name, address, columns, how bytes become rows, and where Enter leads.

use std::fmt;
use std::hash::{Hash, Hasher};

use super::{
    Around, Family, Id, Link, Naming, Object, Related, Result, Scope, Section, SourceId, Str, Strings, Value, Verb,
};

/// Where a kind lives in an API. `group` is empty for the core group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Address {
    pub group: &'static str,
    pub version: &'static str,
    /// The object's `kind`: `Pod`.
    pub kind: &'static str,
    /// The resource in paths: `pods`.
    pub plural: &'static str,
    pub namespaced: bool,
}

/// One column after the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    pub title: &'static str,
    /// The width to start with, in cells; it grows with what is shown.
    pub width: u16,
    /// What leaves first when there is no room: the higher, the sooner; 0 stays.
    pub rank: u8,
    /// Shown only in wide mode (and `-o wide`).
    pub wide: bool,
    /// Holds the object's state: drawn with its shape and colour.
    pub state: bool,
    /// What it was lately is drawn behind it, where there is room.
    pub trend: bool,
    /// Holds quantities as texts (`10Gi`), which are sorted by what they stand for.
    pub amount: bool,
    /// Holds figures and ages: they stand at the right, and so does the title before the first of them is there.
    pub number: bool,
}

pub type Columns = [Column];

impl Column {
    pub const fn new(title: &'static str, width: u16) -> Self {
        Self { title, width, rank: 1, wide: false, state: false, trend: false, amount: false, number: false }
    }

    pub const fn rank(self, rank: u8) -> Self {
        Self { rank, ..self }
    }

    pub const fn wide(self) -> Self {
        Self { wide: true, ..self }
    }

    pub const fn number(self) -> Self {
        Self { number: true, ..self }
    }

    pub const fn trend(self) -> Self {
        Self { trend: true, ..self }
    }

    pub const fn state(self) -> Self {
        Self { state: true, rank: 0, ..self }
    }

    /// One list after another; `N` is the length of both.
    pub const fn joined<const N: usize>(some: &[Self], more: &[Self]) -> [Self; N] {
        let mut all = [Self::new("", 0); N];
        let mut i = 0;
        while i < N {
            all[i] = if i < some.len() { some[i] } else { more[i - some.len()] };
            i += 1;
        }
        all
    }
}

/// How bytes of an object are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    Json,
    /// The message itself, without the envelope.
    Proto,
}

/// What reading an object needs besides its bytes.
pub struct Reading<'a> {
    pub at: SourceId,
    pub kind: KindRef,
    pub scope: &'a Scope,
    pub strings: &'a mut Strings,
}

/// Turns the bytes of one object into its rows (mostly one; a pod has one per container in `containers`).
pub type Read = fn(&mut Reading<'_>, Wire, &[u8], &mut Vec<Object>) -> Result<()>;

/// Finds the object that a row stands for, among the kinds that its source has.
pub type StandsFor = fn(&Object, &[KindRef]) -> Option<Id>;

/// How a kind is asked for.
#[derive(Clone, Copy)]
pub enum Door {
    /// Listed and watched as objects, reduced by a lens.
    Lens(Read),
    /// Listed and watched as the server's own table.
    Table,
    /// The same, listed every so many seconds, because the server has no watch for it.
    TablePoll(u16),
    /// Listed every so many seconds and reduced by a lens.
    Poll(Read, u16),
    /// Not from a server: its source makes the rows.
    Own,
}

/// Columns lent by the rows of another kind with the same namespace and name.
#[derive(Clone, Copy)]
pub struct Beside {
    pub kind: &'static Kind,
    /// Its columns start in front of this column of the borrowing kind.
    pub before: &'static str,
    pub narrow: Narrow,
}

/// What is asked of a lending kind while no sort and no filter needs all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Narrow {
    /// All: it is one cheap answer.
    Nothing,
    /// The rows on the screen: each costs a measurement.
    ToNames,
    /// The namespaces on the screen, in a table of all namespaces that has more rows than this.
    ToNamespaces { beyond: usize },
}

/// Where the rows of a kind come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Home {
    /// A server has the objects.
    Server,
    /// A source computes them of other objects.
    Computed,
    /// This program makes them, whatever is looked at.
    Program,
    /// This program makes them, about what is looked at: they stand beside it.
    Beside,
}

/// What Enter opens of an object that links nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enter {
    Description,
    Log,
    /// The source of that name.
    Source,
    /// The objects of the kind of that name.
    Kind,
    /// The session of that number.
    Session,
    /// What the forward of that number leads to.
    Forward,
    Nothing,
}

impl Enter {
    /// Whether the rows are sessions.
    pub fn is_session(self) -> bool {
        matches!(self, Self::Session | Self::Forward)
    }

    /// What it does, in a word; nothing for what needs none.
    pub fn word(self) -> Option<&'static str> {
        match self {
            Self::Description | Self::Nothing => None,
            Self::Log => Some("logs"),
            Self::Source => Some("switch"),
            Self::Kind => Some("open"),
            Self::Session => Some("look"),
            Self::Forward => Some("pods"),
        }
    }
}

/// Whose logs are those of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Logs {
    /// Its own.
    Own,
    /// Those of the objects that it links to, where labels select them.
    Linked,
}

/// How sessions get into an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reached {
    /// There is nothing to get into.
    Never,
    /// As one of its containers: the object says which there are, and which ports.
    ByPart,
    /// It is a container itself.
    Itself,
}

/// One thing as another family knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Twin {
    /// `shop/web-0/app`.
    pub path: String,
    /// What both sides bear; others may have the same path.
    pub uid: Str,
    /// Where it is found in sources of the other family.
    pub family: &'static Family,
    pub link: Link,
}

pub struct Kind {
    /// What users type: `pods`. Unique within a family.
    pub name: &'static str,
    /// Other words for it, shortest first: `po`, `pod`.
    pub aliases: &'static [&'static str],
    /// The landscape that it belongs to.
    pub family: &'static Family,
    pub address: Address,
    /// What its objects are called in requests.
    pub naming: Naming,
    /// Title of the column that holds the object's name; `None` when the name means nothing (events).
    pub named: Option<&'static str>,
    pub columns: &'static Columns,
    /// Column that sorts the table at first, and whether descending; the name when `None`.
    pub sort: Option<(&'static str, bool)>,
    pub door: Door,
    /// Where Enter goes; `None` opens something of the object itself.
    pub link: fn(&Object) -> Option<Link>,
    pub enter: Enter,
    pub home: Home,
    pub logs: Logs,
    /// Finds the object that a row stands for, where it is none itself.
    pub stands_for: Option<StandsFor>,
    /// What an object is called above what is opened from it.
    pub called: fn(&Object) -> Str,
    /// The kind of the whole objects, where the rows are parts of them.
    pub part_of: Option<&'static Kind>,
    /// Its values are masked until somebody asks for them.
    pub is_secret: bool,
    /// Lists of what is deleted together with an object, worst to lose first.
    pub along: fn(&Object) -> Vec<Link>,
    /// What is lost with objects of it that go along, where that is more than themselves.
    pub loss: Option<&'static str>,
    /// Whether the server itself makes an object wherever it lacks: then it is nobody's loss.
    pub is_given: fn(&Object) -> bool,
    /// How sessions get into its objects.
    pub reach: Reached,
    /// The same thing as another family knows it.
    pub twin: Option<fn(&Object) -> Result<Twin>>,
    /// The column that orders the parts of one object, where their names say less.
    pub parts: Option<&'static str>,
    pub beside: Option<Beside>,
    /// Its own sections, made of the body and of what belongs to the object; without it all that the body holds.
    pub describe: Option<fn(&Value, &Around<'_>) -> Vec<Section>>,
    pub related: &'static [Related],
    /// What can be done to its objects.
    pub verbs: &'static [&'static Verb],
}

impl Kind {
    /// What most kinds have in common. A function, because a constant may not lead back to itself through its family.
    pub const fn of(family: &'static Family) -> Self {
        Self {
            name: "",
            aliases: &[],
            family,
            address: Address { group: "", version: "v1", kind: "", plural: "", namespaced: true },
            naming: Naming::Segment,
            named: Some("NAME"),
            columns: &[],
            sort: None,
            door: Door::Table,
            link: |object| object.link.as_deref().cloned(),
            enter: Enter::Description,
            home: Home::Server,
            logs: Logs::Linked,
            stands_for: None,
            called: |object| object.id.title(),
            part_of: None,
            is_secret: false,
            along: |_| Vec::new(),
            loss: None,
            is_given: |_| false,
            reach: Reached::Never,
            twin: None,
            parts: None,
            beside: None,
            describe: None,
            related: &[],
            verbs: &[],
        }
    }

    /// Whether sources of a family have it, or what it is computed of.
    pub fn is_of(&self, family: &Family) -> bool {
        self.family == family || self.family.over == Some(family)
    }

    /// Why a command can never be answered about its objects, whoever asks.
    pub fn lacks(&self, command: &str) -> Option<&'static str> {
        (self.family.lacks)(self, command)
    }

    /// Whether its rows are made here: no server knows it under this name.
    pub fn is_made(&self) -> bool {
        self.home != Home::Server
    }

    /// Whether this program makes its rows, and asks no source for them.
    pub fn is_of_program(&self) -> bool {
        matches!(self.home, Home::Program | Home::Beside)
    }

    /// Whether both are about the same objects of an API, in whatever version.
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

/// A kind by identity: constants, or interned once per definition.
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
