//! What may go out, and stay: a pure judgement that the gate asks before every write and every session.

use std::collections::HashMap;

use super::Place;
use crate::config::{Config, Confirm, Guard};
use crate::model::{Error, Id, Query, Reach, Request, Result, SourceId, Str, Value, What};

#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// Set by `--readonly`: nothing is written, whatever asks for it.
    pub read_only: bool,
    /// Set by `--write`: lifts what the configuration calls read-only, never what it protects.
    pub write: bool,
    /// Set by `--no-remember`: no rows are kept for the next start, and none are shown of the last.
    pub forgets: bool,
    guards: HashMap<SourceId, (Str, Guard)>,
}

/// Parts of an object whose reading is a session, or goes through it to somewhere else.
const REACHING: &[&str] = &["exec", "attach", "portforward", "proxy"];

impl Policy {
    /// `--readonly` and `--write`.
    pub fn new(read_only: bool, write: bool) -> Self {
        Self { read_only, write, ..Self::default() }
    }

    /// What the configuration says about a source, under the name that its user knows.
    pub fn guard(&mut self, at: SourceId, name: impl Into<Str>, guard: Guard) {
        self.guards.insert(at, (name.into(), guard));
    }

    /// What the configuration says about each cluster; the flags stay as they are and win as they did. The guards
    /// of other sources are not touched: they may have defaults of their own.
    pub fn regard(&mut self, places: &[Place], config: &Config) {
        for place in places.iter().filter(|place| place.family == "kube") {
            self.guard(place.id, place.name.clone(), config.guard(&place.name));
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
            // The server makes the name, which begins so.
            What::Create(body) if id.name.is_empty() => {
                let begins = body.pointer("/metadata/generateName").and_then(Value::as_str).unwrap_or_default();
                self.touch(&Id { name: begins.into(), ..id.clone() }, "create")
            }
            what => self.touch(id, what.verb()),
        }
    }

    /// Whether a query may be opened: sessions reach into workloads.
    pub fn query(&self, query: &Query) -> Result<()> {
        query.check()?;
        match query {
            Query::Session { id, reach, .. } => self.touch(id, deed(reach)),
            Query::Kinds { .. } | Query::List { .. } | Query::One { .. } | Query::Logs { .. } | Query::Rules { .. } => {
                Ok(())
            }
        }
    }

    /// Whether an object may be changed, or reached into; `deed` is for the refusal.
    pub fn touch(&self, id: &Id, deed: &str) -> Result<()> {
        let object = match id.name.is_empty() {
            true => id.kind.name.to_owned(),
            false => format!("{} {}", id.kind.address.kind.to_lowercase(), id.name),
        };
        self.writable(id.at, &format!("{deed} {object}"))?;
        let Some((context, guard)) = self.guards.get(&id.at) else { return Ok(()) };
        let is_namespace = id.kind.address.kind == "Namespace" && id.kind.address.group.is_empty();
        let namespace = if is_namespace { &id.name } else { &id.namespace };
        for protected in &guard.protected {
            let what = match &protected.namespaces {
                None => context,
                Some(pattern) if !namespace.is_empty() && pattern.fits(namespace) => namespace,
                Some(_) => continue,
            };
            let by = &protected.by;
            return Err(Error::Denied(format!("{what} is protected: take it out of {by} to {deed} {object}")));
        }
        Ok(())
    }

    fn writable(&self, at: SourceId, deed: &str) -> Result<()> {
        if self.read_only {
            return Err(Error::Denied(format!("read-only: start without --readonly to {deed}")));
        }
        let Some((context, guard)) = self.guards.get(&at) else { return Ok(()) };
        match &guard.read_only {
            Some(why) if !guard.lifts => Err(Error::Denied(format!("cannot {deed}: nothing is written until {why}"))),
            Some(by) if !self.write => {
                Err(Error::Denied(format!("{context} is read-only by {by}: start with --write to {deed}")))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Whether nothing of a source may be written.
    pub fn is_read_only(&self, at: SourceId) -> bool {
        self.writable(at, "").is_err()
    }

    /// Whether a namespace, or with `None` the whole source, is protected.
    pub fn is_protected(&self, at: SourceId, namespace: Option<&str>) -> bool {
        let protected = self.guards.get(&at).map(|(_, guard)| guard.protected.as_slice()).unwrap_or_default();
        protected.iter().any(|protected| {
            protected.namespaces.as_ref().is_none_or(|pattern| namespace.is_some_and(|name| pattern.fits(name)))
        })
    }

    /// What a destructive act asks for.
    pub fn confirm(&self, at: SourceId) -> Confirm {
        self.guards.get(&at).map(|(_, guard)| guard.confirm).unwrap_or_default()
    }

    /// Whether rows are kept for the next start.
    pub fn remembers(&self, at: SourceId) -> bool {
        !self.forgets && self.may_remember(at)
    }

    /// What the configuration says about that.
    pub fn may_remember(&self, at: SourceId) -> bool {
        self.guards.get(&at).is_none_or(|(_, guard)| guard.remember)
    }

    /// Whether killing asks first.
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
