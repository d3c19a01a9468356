//! The policy: a pure judgement about what may be sent and what may run on. The gate asks it before every write and
//! every session.

use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use super::Place;
use crate::config::{Config, Confirm, Guard, Protected};
use crate::model::{Error, Id, Query, Reach, Request, Result, SourceId, Str, Value, What};

/// The rules of each source. Nothing is written to a source without a guard.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    /// Set by `--readonly`: nothing is written, whoever asks.
    pub read_only: bool,
    /// Set by `--write`: allows writes where the configuration says read-only, but not where it protects.
    pub write: bool,
    /// Set by `--no-remember`: no rows are kept for the next start, and no rows of an earlier run are shown.
    pub forgets: bool,
    /// Why the configuration cannot be read. Until it can be read, it is unknown what it forbids, so nothing is
    /// written.
    held: Option<String>,
    guards: HashMap<SourceId, (Str, Guard)>,
    /// The clusters into which the user chose to look.
    #[serde(default)]
    inside: BTreeSet<SourceId>,
}

/// What may be done in a place, as one word for the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    ReadOnly,
    Protected,
    Writable,
}

/// The subresources whose reading is a session, or leads through the object to another server.
const REACHING: &[&str] = &["exec", "attach", "portforward", "proxy"];

impl Policy {
    /// A policy with the flags `--readonly` and `--write`.
    pub fn new(read_only: bool, write: bool) -> Self {
        Self { read_only, write, ..Self::default() }
    }

    /// Sets the rules of a source. `name` is the name for refusals.
    pub fn guard(&mut self, at: SourceId, name: impl Into<Str>, guard: Guard) {
        self.guards.insert(at, (name.into(), guard));
    }

    /// Takes over a configuration that could be read: one guard for each place, and no others. The flags stay as they
    /// are.
    pub fn regard(&mut self, places: &[Place], config: &Config) {
        self.held = None;
        self.guards.clear();
        for place in places {
            self.guard(place.id, place.name.clone(), config.guard(&place.name, place.family.read_only));
        }
    }

    /// Notes that the configuration cannot be read. The former rules stay, and nothing is written until it is repaired.
    pub fn hold(&mut self, why: &Error) {
        self.held = Some(why.text().to_owned());
    }

    /// Why nothing is written and sessions take no input for now, if so.
    pub fn held(&self) -> Option<&str> {
        self.held.as_deref()
    }

    /// Why a running session has to end. A configuration that cannot be read ends no session; only its input waits.
    pub fn ends(&self, query: &Query) -> Option<Error> {
        match self.held {
            Some(_) => None,
            None => self.query(query).err(),
        }
    }

    /// Whether a request may be sent.
    pub fn request(&self, request: &Request) -> Result<()> {
        request.check()?;
        if !request.what.writes() && !REACHING.contains(&request.sub) {
            return Ok(());
        }
        let id = &request.id;
        match &request.what {
            // The server completes the name, so its beginning is judged.
            What::Create(body) if id.name.is_empty() => {
                let begins = body.pointer("/metadata/generateName").and_then(Value::as_str).unwrap_or_default();
                self.touch(&Id { name: begins.into(), ..id.clone() }, "create")
            }
            what => self.touch(id, what.verb()),
        }
    }

    /// Whether a query may be opened. Only sessions can be refused, because they reach into workloads.
    pub fn query(&self, query: &Query) -> Result<()> {
        query.check()?;
        match query {
            Query::Session { id, reach, .. } => self.touch(id, deed(reach)),
            Query::Kinds { .. } | Query::List { .. } | Query::One { .. } | Query::Logs { .. } | Query::Rules { .. } => {
                Ok(())
            }
        }
    }

    /// Whether an object may be changed or reached into. `deed` is the word for the refusal.
    pub fn touch(&self, id: &Id, deed: &str) -> Result<()> {
        let object = match id.name.is_empty() {
            true => id.kind.name.to_owned(),
            false => format!("{} {}", id.kind.address.kind.to_lowercase(), id.name),
        };
        self.writable(id.at, &format!("{deed} {object}"))?;
        let is_namespace = id.kind.family.namespaces.is_some_and(|kind| kind.shares_resource(&id.kind));
        let namespace = if is_namespace { &id.name } else { &id.namespace };
        match self.shield(id.at, Some(namespace.as_str()).filter(|name| !name.is_empty())) {
            None => Ok(()),
            Some((context, protected)) => {
                let what = if protected.namespaces.is_none() { context } else { namespace };
                let by = &protected.by;
                Err(Error::Denied(format!("{what} is protected: remove it from {by} to {deed} {object}")))
            }
        }
    }

    /// Switches looking into a cluster on or off, as the user chose.
    pub fn look_inside(&mut self, at: SourceId, on: bool) {
        match on {
            true => self.inside.insert(at),
            false => self.inside.remove(&at),
        };
    }

    /// Whether the user may choose it.
    pub fn may_look_inside(&self, at: SourceId) -> Result<()> {
        let said = self.guards.get(&at).and_then(|(name, guard)| Some((name, guard.look_inside?)));
        match said {
            Some((name, true)) => Err(Error::Invalid(format!("config.toml says look_inside = true for {name}"))),
            Some((name, false)) => Err(Error::Denied(format!("config.toml says look_inside = false for {name}"))),
            None => match self.writable(at, "look inside") {
                Err(error) if self.held.is_none() => {
                    Err(error.within("only look_inside = true in config.toml allows to look inside here"))
                }
                judged => judged,
            },
        }
    }

    /// Whether the services inside of a cluster are read.
    pub fn looks_inside(&self, at: SourceId) -> bool {
        self.inside(at, None).is_ok()
    }

    /// Whether a service in a namespace may be read, or with `None` some service of the cluster. In a cluster that is
    /// read-only, only the configuration can allow it.
    pub fn inside(&self, at: SourceId, namespace: Option<&str>) -> Result<()> {
        let allowed = self.guards.get(&at).and_then(|(_, guard)| guard.look_inside);
        match (allowed, &self.held) {
            (Some(true), None) => {}
            (Some(true), Some(why)) => return Err(Error::Denied(format!("cannot look inside: fix this first: {why}"))),
            (None, _) if self.inside.contains(&at) => self.writable(at, "look inside")?,
            (Some(false) | None, _) => {
                let how = ":look-inside, or look_inside = true in config.toml";
                return Err(Error::Denied(format!("services inside of the cluster are not read; {how} allows it")));
            }
        }
        match self.shield(at, namespace) {
            None => Ok(()),
            Some((context, protected)) => {
                let what = namespace.filter(|_| protected.namespaces.is_some()).unwrap_or(context);
                Err(Error::Denied(format!("{what} is protected by {}: its services are not read", protected.by)))
            }
        }
    }

    fn writable(&self, at: SourceId, deed: &str) -> Result<()> {
        if self.read_only {
            return Err(Error::Denied(format!("read-only: start without --readonly to {deed}")));
        }
        if let Some(why) = &self.held {
            return Err(Error::Denied(format!("cannot {deed}: fix this first: {why}")));
        }
        match self.guards.get(&at) {
            None => Err(Error::Denied(format!("cannot {deed}: spyhop has no rules for this place"))),
            Some((context, Guard { read_only: Some(by), .. })) if !self.write => {
                Err(Error::Denied(format!("{context} is read-only by {by}: start with --write to {deed}")))
            }
            Some(_) => Ok(()),
        }
    }

    /// The rule that protects a namespace (or with `None` the whole source), and the name of the source.
    fn shield(&self, at: SourceId, namespace: Option<&str>) -> Option<(&Str, &Protected)> {
        let (context, guard) = self.guards.get(&at)?;
        let covers = |protected: &&Protected| match &protected.namespaces {
            None => true,
            Some(pattern) => namespace.is_some_and(|name| pattern.fits(name)),
        };
        guard.protected.iter().find(covers).map(|protected| (context, protected))
    }

    /// What may be done in these namespaces, which are separated by commas, or with `None` in all of a source.
    pub fn access(&self, at: SourceId, namespaces: Option<&str>) -> Access {
        let shielded = match namespaces {
            Some(names) => names.split(',').any(|name| self.shield(at, Some(name)).is_some()),
            None => self.shield(at, None).is_some(),
        };
        match self.writable(at, "") {
            Err(_) => Access::ReadOnly,
            Ok(()) if shielded => Access::Protected,
            Ok(()) => Access::Writable,
        }
    }

    /// The confirmation that a destructive act needs.
    pub fn confirm(&self, at: SourceId) -> Confirm {
        self.guards.get(&at).map(|(_, guard)| guard.confirm).unwrap_or_default()
    }

    /// Whether rows are kept for the next start.
    pub fn remembers(&self, at: SourceId) -> bool {
        !self.forgets && self.held.is_none() && self.may_remember(at)
    }

    /// Whether the configuration allows this.
    pub fn may_remember(&self, at: SourceId) -> bool {
        self.guards.get(&at).is_none_or(|(_, guard)| guard.remember)
    }

    /// Whether killing a pod asks first.
    pub fn asks_kill(&self, at: SourceId) -> bool {
        self.guards.get(&at).is_none_or(|(_, guard)| guard.ask_kill)
    }
}

fn deed(reach: &Reach) -> &'static str {
    match reach {
        Reach::Shell => "open a shell in",
        Reach::Attach => "attach to",
        Reach::Forward { .. } => "forward ports to",
    }
}

#[cfg(test)]
mod tests;
