//! What differs between two revisions of a release: chart, values, objects, hooks and notes.

use super::manifest::{ManifestObject, objects, paired};
use crate::kinds::kube::facts::{items, text};
use crate::model::text::counted;
use crate::model::{Fragment, Value};

/// The text of a body with two revisions. One that has none before it has nothing to compare.
pub fn changes(body: &Value) -> Vec<Fragment> {
    let (before, after) = (&body["before"], &body["after"]);
    if before.is_null() {
        let told = format!("There is no revision before {} to compare it with.", named(after));
        return vec![Fragment::Remark(told)];
    }
    let home = text(&after["metadata"], "namespace");
    let part = |title: &str, key: &str, is_private| changed(title, &before[key], &after[key], is_private);
    let (old, new) = (objects(&before["manifest"], home), objects(&after["manifest"], home));
    let (manifest, equal) = compared("", &old, &new);
    let (hooks, _) = in_hooks(before, after, home);
    let whole = if old.is_empty() || new.is_empty() { part_of_text(before, after) } else { None };
    let mut all: Vec<Fragment> = vec![Fragment::Remark(format!("From {} to {}.\n\n", named(before), named(after)))];
    let parts = part("Chart", "chart", false).into_iter().chain(part("Values", "values", true));
    all.extend(parts.chain(whole).chain(manifest).chain(hooks).chain(part("Notes", "notes", false)));
    all.push(Fragment::Remark(match all.len() {
        1 => "Both have equal charts, values, objects, hooks and notes.".to_owned(),
        _ => unchanged(equal),
    }));
    all
}

/// `revision 3 (deployed, web-0.2.0)`.
pub fn named(revision: &Value) -> String {
    let chart = &revision["chart"];
    let chart = format!("{}-{}", text(chart, "name"), text(chart, "version"));
    format!("revision {} ({}, {chart})", revision["revision"], text(&revision["info"], "status"))
}

fn unchanged(equal: usize) -> String {
    match equal {
        0 => String::new(),
        1 => "1 object is equal in both.".to_owned(),
        equal => format!("{} are equal in both.", counted(equal, "object")),
    }
}

fn changed(title: &str, old: &Value, new: &Value, is_private: bool) -> Option<Fragment> {
    let (title, old, new) = (title.to_owned(), old.clone(), new.clone());
    (old != new).then_some(Fragment::Changed { title, old, new, is_private })
}

/// A manifest that holds no objects that can be read is compared as a text.
fn part_of_text(before: &Value, after: &Value) -> Option<Fragment> {
    let is_text = |revision: &Value| revision["manifest"].is_string();
    let (old, new) = (&before["manifest"], &after["manifest"]);
    changed("Manifest", old, new, true).filter(|_| is_text(before) || is_text(after))
}

/// What differs between the objects of two manifests, and how many are equal. `lead` stands before each title.
fn compared(lead: &str, old: &[ManifestObject<'_>], new: &[ManifestObject<'_>]) -> (Vec<Fragment>, usize) {
    let mut equal = 0;
    let mut all = Vec::new();
    for pair in paired(old, new) {
        let (title, old, new) = match pair {
            (Some(old), Some(new)) => (format!("{lead}{}", new.title), old.object, new.object),
            (None, Some(new)) => (format!("{lead}{} is new", new.title), &Value::Null, new.object),
            (Some(old), None) => (format!("{lead}{} is gone", old.title), old.object, &Value::Null),
            (None, None) => continue,
        };
        match changed(&title, old, new, false) {
            Some(fragment) => all.push(fragment),
            None => equal += 1,
        }
    }
    (all, equal)
}

/// What differs between the objects of hooks. When a hook runs is among their annotations.
fn in_hooks(before: &Value, after: &Value, home: &str) -> (Vec<Fragment>, usize) {
    let (old, new) = (manifests(before), manifests(after));
    compared("Hook ", &objects(&old, home), &objects(&new, home))
}

/// The objects of all hooks of a revision.
fn manifests(revision: &Value) -> Value {
    let all = items(revision, "hooks").iter().flat_map(|hook| items(hook, "manifest").to_vec());
    all.collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(kind: &str, name: &str, more: Value) -> Value {
        json!({"apiVersion": "v1", "kind": kind, "metadata": {"name": name}, "data": more})
    }

    fn revision(number: u32, manifest: Value, notes: &str) -> Value {
        json!({"metadata": {"namespace": "shop"}, "revision": number, "info": {"status": "deployed"},
            "chart": {"name": "web", "version": "0.1.0"}, "values": {"a": 1}, "manifest": manifest, "notes": notes})
    }

    fn titles(before: Value, after: Value) -> Vec<String> {
        let body = json!({"before": before, "after": after});
        let told = changes(&body).into_iter().map(|fragment| match fragment {
            Fragment::Changed { title, .. } => title,
            Fragment::Remark(text) => text.trim().to_owned(),
            other => panic!("{other:?}"),
        });
        told.filter(|title| !title.is_empty()).collect()
    }

    #[test]
    fn objects_are_paired_by_what_names_them_not_by_their_order() {
        let (a, b) = (object("ConfigMap", "a", json!(1)), object("ConfigMap", "b", json!(1)));
        let old = json!([a, b, object("Secret", "a", json!(1))]);
        let new = json!([object("Service", "new", json!(1)), b, object("ConfigMap", "a", json!(2))]);
        let head = "From revision 1 (deployed, web-0.1.0) to revision 2 (deployed, web-0.1.0).";
        assert_eq!(
            titles(revision(1, old, ""), revision(2, new, "")),
            [head, "Service new is new", "ConfigMap a", "Secret a is gone", "1 object is equal in both."]
        );
    }

    #[test]
    fn equal_revisions_say_so() {
        // The namespace of the release is that of objects without one.
        let all = json!([object("ConfigMap", "a", json!(1))]);
        let mut other = all.clone();
        let told = titles(revision(1, all.clone(), "x"), revision(2, other.clone(), "x"));
        assert_eq!(told.last().unwrap(), "Both have equal charts, values, objects, hooks and notes.");
        other[0]["metadata"]["namespace"] = json!("mail");
        let told = titles(revision(1, all, "x"), revision(2, other, "x"));
        assert_eq!(told[1..], ["ConfigMap mail/a is new", "ConfigMap a is gone"]);
    }

    #[test]
    fn the_first_revision_has_none_before_it() {
        let told = titles(Value::Null, revision(1, json!([]), ""));
        assert_eq!(told, ["There is no revision before revision 1 (deployed, web-0.1.0) to compare it with."]);
    }

    #[test]
    fn notes_hooks_and_what_is_no_yaml_are_compared_as_well() {
        let (mut old, mut new) = (revision(1, json!("{{"), "a"), revision(2, json!([]), "b"));
        old["hooks"] = json!([{"manifest": [object("Job", "prepare", json!(1))]}]);
        new["hooks"] = json!([{"manifest": [object("Job", "prepare", json!(2))]}]);
        new["values"] = Value::Null;
        assert_eq!(titles(old, new)[1..], ["Values", "Manifest", "Hook Job prepare", "Notes"]);
    }
}
