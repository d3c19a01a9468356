//! What the user may do, as the server's review tells it: for hints and help, and so that nobody is asked in vain.

use crate::app::State;
use crate::app::view::Table;
use crate::model::{Error, Id, KindRef, Query, Result, SourceId, Str, Verb};

impl State {
    /// The review that a table needs: that of its namespace, or for what lives in none of the context's own.
    pub fn rights_of(&self, table: &Table) -> Option<Query> {
        let namespace = match table.kind.address.namespaced {
            true => table.scope.namespace.clone()?,
            false => self.place(table.at)?.namespace.clone(),
        };
        let has_verbs = !table.kind.verbs.is_empty() && self.place(table.at).is_some();
        has_verbs.then_some(Query::Rules { at: table.at, namespace })
    }

    /// Why a verb cannot be done to an object, as far as that is known without asking.
    pub fn forbids(&self, verb: &Verb, id: &Id) -> Result<()> {
        self.policy.touch(id, verb.name)?;
        self.may(verb, id.at, id.kind, &id.namespace, &id.name)
    }

    fn may(&self, verb: &Verb, at: SourceId, kind: KindRef, namespace: &Str, name: &str) -> Result<()> {
        let reviewed = match namespace.is_empty() {
            true => self.place(at).map(|place| place.namespace.clone()).unwrap_or_default(),
            false => namespace.clone(),
        };
        let answer = self.store.answer(&Query::Rules { at, namespace: reviewed });
        let Some(rules) = answer.and_then(|answer| answer.rules.as_ref()) else { return Ok(()) };
        if rules.give(&verb.right, &kind, name) {
            return Ok(());
        }
        let what = match (verb.right.of, verb.right.sub) {
            (Some((_, plural)), _) => plural.to_owned(),
            (None, "") => kind.address.plural.to_owned(),
            (None, sub) => format!("{}/{sub}", kind.address.plural),
        };
        let place = if namespace.is_empty() { String::new() } else { format!(" in {namespace}") };
        Err(Error::Denied(format!(
            "you may not {} {}{place}: no rule of RBAC gives you {} on {what}",
            verb.name, kind.name, verb.right.verb
        )))
    }

    /// What can be done to the kind on the screen.
    pub fn verbs(&self) -> &'static [&'static Verb] {
        self.table().map_or(&[], |table| table.kind.0.verbs)
    }

    /// Whether a verb can be done to the selected row, or why not.
    pub fn can(&self, verb: &Verb) -> Result<()> {
        let id = self.selected_id().ok_or_else(|| Error::Invalid("no object is selected".to_owned()))?;
        self.forbids(verb, &id)
    }
}
