//! The texts of a release: those that `helm get` prints, what changed since another revision, and what differs in
//! the cluster.

use crate::kinds::kube::facts::{items, strings, text};
use crate::model::{Address, Door, Extract, Fragment, Kind, Value};

/// The texts of the latest revisions of releases: the bodies that [`super::stored::texts`] makes.
pub static RELEASES: Kind = kind("releasetexts", "ReleaseText");
/// Those of all revisions.
pub static HISTORY: Kind = kind("revisiontexts", "RevisionText");

/// Two revisions of a release, one or both of which the name of a row says: a body with `before` and `after`, each made by
/// [`super::stored::body`]. Names are `web` for the latest revision, `web@5` for another, both compared with the one
/// before, and `web@3..5`.
pub static CHANGES: Kind = kind("revisionchanges", "RevisionChanges");
/// A revision and its objects as the cluster has them: a body for [`super::drift::drift`]. The name `web` is that of the
/// revision that is deployed, or of the latest if none is.
pub static DRIFT: Kind = kind("revisiondrift", "RevisionDrift");

pub static OF_RELEASES: [Extract; 7] = all(&RELEASES);
pub static OF_HISTORY: [Extract; 7] = all(&HISTORY);

const fn kind(plural: &'static str, kind: &'static str) -> Kind {
    let address = Address { group: "", version: "", kind, plural, namespaced: true };
    Kind { name: plural, address, door: Door::Own, is_secret: true, ..Kind::helm() }
}

const fn all(of: &'static Kind) -> [Extract; 7] {
    [
        of_helm("values", of, "yaml", |body| vec![Fragment::Values(body["values"].clone())]),
        of_helm("all-values", of, "yaml", |body| vec![Fragment::Values(body["computed"].clone())]),
        of_helm("manifest", of, "yaml", manifest),
        of_helm("notes", of, "txt", notes),
        of_helm("hooks", of, "yaml", hooks),
        report("diff", &CHANGES, super::changes::changes, range),
        report("drift", &DRIFT, super::drift::drift, |_, _| None),
    ]
}

/// A text that helm prints as well.
const fn of_helm(
    name: &'static str,
    of: &'static Kind,
    ending: &'static str,
    make: fn(&Value) -> Vec<Fragment>,
) -> Extract {
    Extract { name, of, ending, make, both: |_, _| None, is_report: false }
}

/// A text that only spyhop makes.
const fn report(
    name: &'static str,
    of: &'static Kind,
    make: fn(&Value) -> Vec<Fragment>,
    both: fn(&str, &str) -> Option<String>,
) -> Extract {
    Extract { name, of, ending: "diff", make, both, is_report: true }
}

/// `web@3..5` of the rows `web@3` and `web@5`.
fn range(from: &str, to: &str) -> Option<String> {
    let ((release, _), (other, number)) = from.split_once('@').zip(to.split_once('@'))?;
    (release == other).then(|| format!("{from}..{number}"))
}

/// `helm get manifest` ends the text with a line end of its own.
fn manifest(body: &Value) -> Vec<Fragment> {
    let documents = documents(text(body, "manifest")).into_iter().map(|one| Fragment::Document(one.to_owned()));
    documents.chain([Fragment::Words("\n".to_owned())]).collect()
}

fn notes(body: &Value) -> Vec<Fragment> {
    match text(body, "notes") {
        "" => vec![Fragment::Remark("This revision has no notes.".to_owned())],
        notes => vec![Fragment::Words(format!("NOTES:\n{notes}\n"))],
    }
}

fn hooks(body: &Value) -> Vec<Fragment> {
    let all = items(body, "hooks");
    if all.is_empty() {
        return vec![Fragment::Remark("This revision has no hooks.".to_owned())];
    }
    let hook = |hook: &Value| {
        let document = format!("---\n# Source: {}\n{}\n", text(hook, "path"), text(hook, "manifest"));
        [Fragment::Remark(format!("# {}", when(hook))), Fragment::Document(document)]
    };
    all.iter().flat_map(hook).collect()
}

/// When a hook runs, and how it ended the last time: `pre-upgrade, weight -5: Succeeded at 2026-01-26T00:01:00Z`.
fn when(hook: &Value) -> String {
    let run = &hook["last_run"];
    let ended = match (text(run, "phase"), text(run, "completed_at")) {
        ("" | "Unknown", "") => "has not run".to_owned(),
        (phase, "") => phase.to_owned(),
        (phase, at) => format!("{phase} at {at}"),
    };
    let weight = hook["weight"].as_i64().filter(|weight| *weight != 0);
    let weight = weight.map(|weight| format!(", weight {weight}")).unwrap_or_default();
    format!("{}{weight}: {ended}", strings(hook, "events").join(", "))
}

/// The documents of a manifest, each with the line of dashes above it. Together they are the whole text.
pub fn documents(text: &str) -> Vec<&str> {
    let lines = text.match_indices("---").map(|(at, _)| at);
    let starts = lines.filter(|at| *at > 0 && text.as_bytes()[at - 1] == b'\n');
    let mut all = Vec::new();
    let mut from = 0;
    for start in starts.chain([text.len()]) {
        all.push(&text[from..start]);
        from = start;
    }
    all.retain(|one| !one.is_empty());
    all
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_manifest_is_cut_at_lines_of_dashes() {
        let text = "---\n# Source: a\na: |\n  x\n  --- no\n---\nb: 1\n---\n";
        let all = documents(text);
        assert_eq!(all, ["---\n# Source: a\na: |\n  x\n  --- no\n", "---\nb: 1\n", "---\n"]);
        assert_eq!((all.concat().as_str(), documents("").len(), documents("a: 1").len()), (text, 0, 1));
    }

    #[test]
    fn hooks_tell_when_they_run_and_how_they_ended() {
        let hook = json!({"path": "web/templates/hook.yaml", "manifest": "kind: Job", "events": ["pre-install", "pre-upgrade"],
            "weight": -5, "last_run": {"started_at": "", "completed_at": "2026-01-26T00:01:00Z", "phase": "Succeeded"}});
        let told = hooks(&json!({"hooks": [hook]}));
        let remark = "# pre-install, pre-upgrade, weight -5: Succeeded at 2026-01-26T00:01:00Z".to_owned();
        let document = "---\n# Source: web/templates/hook.yaml\nkind: Job\n".to_owned();
        assert_eq!(told, [Fragment::Remark(remark), Fragment::Document(document)]);
        assert_eq!(when(&json!({"events": ["test"], "last_run": {"phase": ""}})), "test: has not run");
    }
}
