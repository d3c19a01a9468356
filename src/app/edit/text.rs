//! Reads the text of an editor: as the object that is sent, and against what somebody else made of the object.

use std::sync::Arc;

use crate::app::diff;
use crate::app::view::{Base, Editor, Problem, Why};
use crate::app::yaml::{self, cover, read};
use crate::model::{Result, Value};

/// The most changes that are named. The others are counted.
const NAMED: usize = 4;

/// `spec.replicas 2 → 3, metadata.labels.x removed and 2 more`
fn told(old: &Value, new: &Value) -> String {
    let (before, after) = cover::pair(&diff::steady(old), &diff::steady(new));
    let changes = diff::changes(&before, &after);
    let short = |value: &Value| {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        crate::model::text::fit(&text, 40).into_owned()
    };
    let one = |change: &diff::Change| match (&change.old, &change.new) {
        (Some(old), Some(new)) => format!("{} {} → {}", change.path, short(old), short(new)),
        (None, Some(new)) => format!("{} {} added", change.path, short(new)),
        _ => format!("{} removed", change.path),
    };
    let named: Vec<String> = changes.iter().take(NAMED).map(one).collect();
    let more = if changes.len() > NAMED { format!(" and {} more", changes.len() - NAMED) } else { String::new() };
    if named.is_empty() { "only its version".to_owned() } else { format!("{}{more}", named.join(", ")) }
}

impl Editor {
    /// The object that the text describes, as it is sent.
    pub fn parse(&self) -> Result<Value, Problem> {
        let Some(base) = &self.base else { return Err(Problem::new("the object is still being read")) };
        let document = read::one(&self.text()).map_err(|trouble| Problem::at(trouble.spot, trouble.text))?;
        let mut sent = document.value.clone();
        let place = |path: &[String]| document.spot(path).unwrap_or_default();
        base.masks.uncover(&mut sent).map_err(|stray| Problem::at(place(&stray.path), stray.text))?;
        if let Some((path, text)) = stranger(&base.body, &sent) {
            return Err(Problem::at(place(&path), text));
        }
        if !Arc::ptr_eq(&base.body, &base.now) {
            // The present object differs only in fields that no user writes, so both sides can have changed a field
            // only if the user typed into one of those.
            sent = diff::merge(&base.body, &sent, &base.now).0;
        }
        if let Some(Value::Object(metadata)) = sent.get_mut("metadata") {
            metadata.shift_remove("managedFields");
            metadata.insert("resourceVersion".to_owned(), base.version.as_str().into());
            metadata.insert("uid".to_owned(), base.uid.as_str().into());
        }
        Ok(sent)
    }

    /// See [`Base::follow`].
    pub fn follow(&mut self, theirs: &Value) -> bool {
        self.base.as_mut().is_some_and(|base| base.follow(theirs))
    }

    /// Continues with a text that was typed earlier.
    pub fn resume(&mut self, text: &str, before: &str, version: &str) {
        let Some(base) = &mut self.base else { return };
        let mut said = "this is your unsaved text, not what the server has";
        if base.version != version {
            let fresh = base.now.as_ref().clone();
            *base = base.earlier(before, version);
            if !base.follow(&fresh) {
                said = "this is your unsaved text; the object changed on the server since you started";
                self.theirs = Some(fresh);
            }
        }
        self.replace(text);
        self.problem = Some(Problem::mild(said));
    }

    /// Reports what somebody else changed, and keeps the object so that the user's changes can be merged into it.
    pub fn overtaken(&mut self, why: &Why, theirs: Value) -> Problem {
        let changed = self.base.as_ref().map(|base| told(&base.now, &theirs)).unwrap_or_default();
        let by = theirs.pointer("/metadata/managedFields").and_then(last_writer).unwrap_or_default();
        let lead = match why {
            Why::Conflict(..) => "somebody else changed this object since you read it, nothing was saved",
            Why::Lost { .. } => "the connection was lost; the object changed, but not to what you sent",
        };
        let anew = self.base.as_ref().is_some_and(|base| theirs["metadata"]["uid"].as_str() != Some(&base.uid));
        if anew {
            return Problem::new(
                "the object was deleted and created again meanwhile, nothing was saved; your text is kept",
            );
        }
        self.theirs = Some(theirs);
        Problem::new(format!("{lead}{by}: {changed}. Your text is kept; rebase puts your changes on top of theirs"))
    }

    /// Merges, and returns the message about it.
    pub fn rebase(&mut self, theirs: Value) -> Result<String, Problem> {
        let mine = self.parse()?;
        let Some(base) = &self.base else { return Err(Problem::new("the object is still being read")) };
        let (mut merged, mut both) = diff::merge(&base.body, &mine, &theirs);
        if let (Some(Value::Object(metadata)), Some(fresh)) = (merged.get_mut("metadata"), theirs.get("metadata")) {
            for name in SERVERS {
                fresh.get(name).map(|value| metadata.insert(name.to_owned(), value.clone()));
            }
        }
        let servers = SERVERS.map(|name| format!("metadata.{name}"));
        both.retain(|path| servers.iter().all(|field| !path.to_string().starts_with(field)));
        let fresh = Base::new(theirs);
        let text = yaml::text(&fresh.masks.cover_again(&merged));
        let commented = self.area.lines().iter().any(|line| line.trim_start().starts_with('#'));
        self.replace(&text);
        (self.base, self.theirs) = (Some(fresh), None);
        self.is_changed = self.changed();
        let mut said = match both.is_empty() {
            true => "your changes are now on top of the server's object".to_owned(),
            false => {
                let paths: Vec<String> = both.iter().map(ToString::to_string).collect();
                format!(
                    "your changes are now on top of the server's object; both changed {}: the text has yours",
                    paths.join(", ")
                )
            }
        };
        if commented {
            said.push_str("; comments are gone, undo restores the text");
        }
        Ok(said)
    }
}

/// Fields of the metadata that the server alone writes, so that nobody else can have changed them.
const SERVERS: [&str; 4] = ["resourceVersion", "generation", "managedFields", "uid"];

/// Who wrote last, from the newest entry of managedFields: `, kubectl-scale did`.
fn last_writer(fields: &Value) -> Option<String> {
    let newest = fields.as_array()?.iter().max_by_key(|entry| entry["time"].as_str().unwrap_or_default().to_owned())?;
    Some(format!(" (last by {})", newest["manager"].as_str()?))
}

/// A field that must not change because it would make it another object: its path, and the reason.
fn stranger(base: &Value, sent: &Value) -> Option<(Vec<String>, String)> {
    if !sent.is_object() {
        return Some((Vec::new(), "this is not an object".to_owned()));
    }
    for path in
        [&["apiVersion"][..], &["kind"], &["metadata", "name"], &["metadata", "namespace"], &["metadata", "uid"]]
    {
        let get = |value: &Value| path.iter().try_fold(value, |value, step| value.get(*step)).cloned();
        let (was, is) = (get(base), get(sent));
        let left_out = is.is_none() && path.last() == Some(&"uid");
        if was == is || left_out {
            continue;
        }
        let was = was.as_ref().and_then(Value::as_str).unwrap_or("absent").to_owned();
        let place = path.iter().map(|step| (*step).to_owned()).collect();
        let text = format!("{} must stay {was}: an edit cannot turn this object into another one", path.join("."));
        return Some((place, text));
    }
    None
}
