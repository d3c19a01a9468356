//! Kinds that only a server knows, interned once per definition.

use std::collections::{HashMap, HashSet};
use std::sync::{LazyLock, Mutex, MutexGuard};

use serde::{Deserialize, Serialize};

use super::verbs;
use crate::model::{Address, Digest, Door, Kind, KindRef, Verb};

/// A kind as discovery tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Definition {
    pub group: String,
    pub version: String,
    pub kind: String,
    pub plural: String,
    pub singular: String,
    pub short: Vec<String>,
    /// Words that mean several kinds: `all`.
    pub categories: Vec<String>,
    pub namespaced: bool,
    /// False for kinds that can be listed but not watched (metrics); they are asked again and again.
    pub watch: bool,
    /// RBAC's verbs that it knows: `delete`, `patch`; and its parts with paths of their own: `scale`.
    pub verbs: Vec<String>,
    pub parts: Vec<String>,
}

impl Definition {
    /// A kind within namespaces that can be watched, of which nothing more is known.
    pub fn plain(group: &str, version: &str, kind: &str, plural: &str) -> Self {
        let [group, version, kind, plural] = [group, version, kind, plural].map(str::to_owned);
        Self { group, version, kind, plural, namespaced: true, watch: true, ..Self::default() }
    }

    /// A word that hardly two definitions share.
    fn word(&self) -> String {
        let whole = Digest::of(format!("{self:?}").as_bytes());
        format!("{}.{}#{:016x}", self.plural, self.group, whole.value())
    }
}

/// The only statics that grow: definitions are few, live as long as the program, and are compared by address.
static INTERNED: LazyLock<Mutex<Interned>> = LazyLock::new(Mutex::default);

#[derive(Default)]
struct Interned {
    kinds: HashMap<Definition, KindRef>,
    /// The definitions in the order in which they came.
    order: Vec<Definition>,
    /// The words for them in recordings.
    words: HashMap<KindRef, String>,
    by_word: HashMap<String, KindRef>,
}

impl Interned {
    fn insert(&mut self, definition: &Definition, kind: KindRef) {
        self.kinds.insert(definition.clone(), kind);
        self.order.push(definition.clone());
        let word = definition.word();
        self.words.insert(kind, word.clone());
        self.by_word.insert(word, kind);
    }
}

static WORDS: LazyLock<Mutex<HashSet<&'static str>>> = LazyLock::new(Mutex::default);

/// A word of a definition (a title, a group), kept for the life of the program, once.
pub fn intern(word: &str) -> &'static str {
    let mut words = WORDS.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(known) = words.get(word) {
        return known;
    }
    let fresh: &'static str = Box::leak(word.to_owned().into_boxed_str());
    words.insert(fresh);
    fresh
}

/// The kind for a definition: a built-in one when group and plural are known, otherwise one that shows the
/// server's own table.
pub fn adopt(definition: &Definition) -> KindRef {
    let known = built_in(definition).or_else(|| of_group(definition));
    known.unwrap_or_else(|| interned(definition, || kind(definition)))
}

/// All kinds that a definition serves: pods also hold what `containers` shows.
pub fn served(definition: &Definition) -> Vec<KindRef> {
    let adopted = adopt(definition);
    let others = super::all().filter(|kind| kind.address == adopted.address && *kind != adopted);
    std::iter::once(adopted).chain(others).collect()
}

/// The place of its version among those that a kind of ours reads, the newest first.
pub fn known(definition: &Definition) -> Option<usize> {
    rank(&*ours(definition)?, &definition.version)
}

fn rank(kind: &Kind, version: &str) -> Option<usize> {
    let older = if let Door::Json(shape) = kind.door { shape.older } else { &[] };
    let mut versions = std::iter::once(&kind.address.version).chain(older);
    versions.position(|known| *known == version)
}

fn built_in(definition: &Definition) -> Option<KindRef> {
    let kind = ours(definition)?;
    match known(definition)? {
        0 => Some(kind),
        _ => Some(interned(definition, || older(&kind, &definition.version))),
    }
}

/// A kind that only a server knows, of a group whose kinds are all read alike.
fn of_group(definition: &Definition) -> Option<KindRef> {
    let alike = super::FAMILIES.iter().find_map(|family| family.of_group(&definition.group))?;
    rank(alike, &definition.version)?;
    let Kind { door, columns, description, .. } = *alike;
    Some(interned(definition, || Kind { door, columns, description, ..kind(definition) }))
}

/// The kind of ours for its resource, in whatever version.
fn ours(definition: &Definition) -> Option<KindRef> {
    super::all().find(|kind| {
        let address = &kind.address;
        kind.whole().is_none()
            && !kind.is_made()
            && address.group == definition.group
            && address.plural == definition.plural
    })
}

fn older(kind: &Kind, version: &str) -> Kind {
    Kind { address: Address { version: intern(version), ..kind.address }, ..*kind }
}

fn interned(definition: &Definition, kind: impl FnOnce() -> Kind) -> KindRef {
    let mut interned = all_interned();
    if let Some(known) = interned.kinds.get(definition) {
        return *known;
    }
    let fresh = KindRef(Box::leak(Box::new(kind())));
    interned.insert(definition, fresh);
    fresh
}

fn all_interned() -> MutexGuard<'static, Interned> {
    INTERNED.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// The definitions that were adopted after the first `count` ones.
pub fn adopted_after(count: usize) -> Vec<Definition> {
    all_interned().order.get(count..).unwrap_or_default().to_vec()
}

/// The word of an adopted kind in recordings.
pub(super) fn word_of(kind: KindRef) -> Option<String> {
    all_interned().words.get(&kind).cloned()
}

/// The adopted kind of such a word. Its definition has to be adopted first.
pub(super) fn by_word(word: &str) -> Option<KindRef> {
    all_interned().by_word.get(word).copied()
}

fn kind(definition: &Definition) -> Kind {
    let mut aliases: Vec<&'static str> = definition.short.iter().map(|name| intern(name)).collect();
    if !definition.singular.is_empty() {
        aliases.push(intern(&definition.singular));
    }
    let address = Address {
        group: intern(&definition.group),
        version: intern(&definition.version),
        kind: intern(&definition.kind),
        plural: intern(&definition.plural),
        namespaced: definition.namespaced,
    };
    let name = match is_taken(address.plural) && !address.group.is_empty() {
        true => intern(&format!("{}.{}", definition.plural, definition.group)),
        false => address.plural,
    };
    let door = if definition.watch { Door::Table(None) } else { Door::TablePoll(15) };
    let verbs = Box::leak(verbs(definition).into_boxed_slice());
    Kind { name, aliases: Box::leak(aliases.into_boxed_slice()), address, door, verbs, ..Kind::kube() }
}

/// What the server can do to its objects.
fn verbs(definition: &Definition) -> Vec<&'static Verb> {
    let can = |verb: &&&Verb| match verb.right.sub {
        "" => definition.verbs.iter().any(|known| known == verb.right.verb),
        part => definition.parts.iter().any(|known| known == part),
    };
    verbs::SCALED.iter().filter(can).copied().collect()
}

/// Names of kinds of ours are theirs alone, in all families: keys and tables go by them.
fn is_taken(plural: &str) -> bool {
    super::all().any(|kind| kind.name == plural)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Health, Shape};

    #[test]
    fn older_versions_are_read_as_the_newest_that_is_known() {
        let address = Address { group: "acme.io", version: "v2", kind: "Thing", plural: "things", namespaced: true };
        static SHAPE: Shape = Shape { older: &["v1", "v1beta1"], ..Shape::of(&[], |_| Health::Good) };
        let kind = Kind { name: "things", address, door: Door::Json(&SHAPE), ..Kind::kube() };
        let rank = |version: &str| rank(&kind, version);
        assert_eq!((rank("v2"), rank("v1"), rank("v1beta1"), rank("v3")), (Some(0), Some(1), Some(2), None));
        let old = older(&kind, "v1");
        assert_eq!((old.address, old.name), (Address { version: "v1", ..address }, "things"));
    }

    #[test]
    fn a_version_that_is_not_known_shows_the_columns_of_the_server() {
        let served = |version: &str| adopt(&Definition::plain("argoproj.io", version, "Application", "applications"));
        assert!(matches!(served("v1alpha1").door, Door::Json(_)));
        let newer = served("v1");
        assert!(matches!(newer.door, Door::Table(_)) && newer.name == "applications.argoproj.io", "{newer:?}");
    }

    #[test]
    fn kinds_of_a_group_that_are_read_alike_have_its_columns_and_their_own_names() {
        let group = "constraints.gatekeeper.sh";
        let of = |version: &str| adopt(&Definition::plain(group, version, "K8sRequiredLabels", "k8srequiredlabels"));
        let [newest, older, unknown] = ["v1beta1", "v1alpha1", "v9"].map(of);
        assert!(newest.column("VIOLATIONS").is_some() && older.column("VIOLATIONS").is_some());
        assert_eq!(
            (newest.name, newest.address.version, older.address.version),
            ("k8srequiredlabels", "v1beta1", "v1alpha1")
        );
        assert!(matches!(unknown.door, Door::Table(_)), "a version that is not known shows the columns of the server");
        assert!(
            super::super::all().all(|kind| kind.address.group != group),
            "no kind is offered before a server has it"
        );
    }

    #[test]
    fn applications_of_another_group_keep_their_address() {
        let other = adopt(&Definition::plain("app.k8s.io", "v1beta1", "Application", "applications"));
        assert_eq!(crate::kinds::find("applications.app.k8s.io", &[other]), Some(other));
        assert_eq!(crate::kinds::find("applications", &[other]), Some(other), "there is no other one");
        let ours = crate::kinds::named("applications").unwrap();
        assert_eq!(crate::kinds::find("app", &[other, ours]), Some(ours));
    }
}
