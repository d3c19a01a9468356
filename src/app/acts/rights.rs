//! The rights of the user, as the server's review tells them. Hints and help use them, and no question is asked that
//! the server would refuse.

use crate::app::State;
use crate::app::view::Table;
use crate::model::{Args, Error, Id, Query, Result, Right, Verb};

/// The rights that commands need which are no verbs. All of them except those for logs change something or reach into a
/// container.
const RIGHTS: &[(&str, &str, Right)] = &[
    ("edit", "edit", Right::to("update")),
    ("logs", "read the logs of", Right { sub: "log", of: PODS, ..Right::to("get") }),
    ("logs-previous", "read the logs of", Right { sub: "log", of: PODS, ..Right::to("get") }),
    ("shell", "open a shell in", Right { sub: "exec", of: PODS, ..Right::to("create") }),
    ("attach", "attach to", Right { sub: "attach", of: PODS, ..Right::to("create") }),
    ("forward", "forward ports of", Right { sub: "portforward", of: PODS, ..Right::to("create") }),
];
const PODS: Option<(&str, &str)> = Some(("", "pods"));

impl State {
    /// The query for the rights that a table needs: those in its namespace, or in the context's own namespace for kinds
    /// without one. Where the table shows several contexts, it is the context of the row under the cursor.
    pub fn rights_of(&self, table: &Table) -> Option<Query> {
        let row = table.selected(&self.store).filter(|_| !table.contexts.is_empty());
        let at = row.map_or(table.at, |row| row.id.at);
        let namespace = match table.kind.address.namespaced {
            true => table.scope.namespace.clone().filter(|_| !table.scope.is_wide())?,
            false => self.place(at)?.namespace.clone(),
        };
        let has_verbs = !table.kind.verbs.is_empty() && self.place(at).is_some();
        has_verbs.then_some(Query::Rules { at, namespace })
    }

    /// Why a verb cannot be used on an object, by what is known without asking.
    pub fn forbids(&self, verb: &Verb, id: &Id) -> Result<()> {
        let does = verb.words.ask(&Args::default());
        self.policy.touch(id, &does)?;
        self.may(&does, &verb.right, id)
    }

    /// Why a command that is no verb cannot be used on an object, by what is known without asking.
    pub fn bars(&self, command: &str, id: &Id) -> Result<()> {
        let Some((_, does, right)) = RIGHTS.iter().find(|(name, ..)| *name == command) else { return Ok(()) };
        if right.sub != "log" {
            self.policy.touch(id, does)?;
        }
        self.may(does, right, id)
    }

    fn may(&self, does: &str, right: &Right, id: &Id) -> Result<()> {
        let Id { at, kind, namespace, name, .. } = id;
        let reviewed = match namespace.is_empty() {
            true => self.place(*at).map(|place| place.namespace.clone()).unwrap_or_default(),
            false => namespace.clone(),
        };
        let answer = self.store.answer(&Query::Rules { at: *at, namespace: reviewed });
        let Some(rules) = answer.and_then(|answer| answer.rules()) else { return Ok(()) };
        if rules.give(right, kind, name) {
            return Ok(());
        }
        let plural = right.of.map_or(kind.address.plural, |(_, plural)| plural);
        let what = if right.sub.is_empty() { plural.to_owned() } else { format!("{plural}/{}", right.sub) };
        let place = if namespace.is_empty() { String::new() } else { format!(" in {namespace}") };
        Err(Error::Denied(format!(
            "you may not {does} {}{place}: no RBAC rule lets you {} {what}",
            kind.name, right.verb
        )))
    }

    /// Why a verb or another command cannot be used on the selected row of a table, if it cannot.
    pub fn refusal(&self, table: &Table, command: &str) -> Option<Error> {
        let id = self.real(table.selected(&self.store)?.id.clone()).ok()?;
        let verb = table.kind.verbs.iter().find(|verb| verb.name == command);
        verb.map_or_else(|| self.bars(command, &id), |verb| self.forbids(verb, &id)).err()
    }

    /// Why a command never works on the kind on the screen, whatever the rights of the user.
    pub fn lacks(&self, command: &str) -> Option<&'static str> {
        self.top()?.kind()?.lacks(command)
    }

    /// The verbs of the kind on the screen.
    pub fn verbs(&self) -> &'static [&'static Verb] {
        self.table().map_or(&[], |table| table.kind.0.verbs)
    }

    /// Says why a verb or another command cannot be used on the selected row, if it cannot.
    pub fn can(&self, command: &str) -> Result<()> {
        let id = self.selected_id().ok_or_else(|| Error::Invalid("no object is selected".to_owned()))?;
        let verb = self.verbs().iter().any(|verb| verb.name == command);
        // A command that only looks needs no right of its own.
        if !verb && !RIGHTS.iter().any(|(name, ..)| *name == command) {
            return Ok(());
        }
        let id = self.real(id)?;
        match self.verbs().iter().find(|verb| verb.name == command) {
            Some(verb) => self.forbids(verb, &id),
            None => self.bars(command, &id),
        }
    }
}
