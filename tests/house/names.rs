//! A family, and a kind, is named in a folder of its own and nowhere else: what it needs elsewhere is data that it carries.

mod excuses;

use std::collections::BTreeSet;

use spyhop::kinds;

use crate::facts::{ALL, Facts};
use excuses::EXCUSES;

/// A family and the folders that are about it. Meshes and releases are computed of Kubernetes objects, the demo is a Kubernetes API.
struct Family {
    name: &'static str,
    folders: &'static [&'static str],
    /// What is a module of the family.
    modules: &'static [&'static str],
}

const FAMILIES: &[Family] = &[
    Family {
        name: "kube",
        folders: &[
            "src/kinds/kube",
            "src/kinds/verbs/argo",
            "src/kinds/verbs/cron",
            "src/kinds/verbs/nodes",
            "src/kinds/verbs/workloads",
            "src/source/kube",
            "src/source/demo",
            "src/demo",
            "src/mesh",
            "src/kinds/mesh",
            "src/kinds/helm",
        ],
        modules: &["crate::kinds::kube", "crate::source::kube"],
    },
    Family {
        name: "docker",
        folders: &["src/kinds/docker", "src/source/docker", "src/kinds/verbs/docker"],
        modules: &["crate::kinds::docker", "crate::source::docker"],
    },
    // Pods name who lends them columns, and in the cluster of the demo there is one.
    Family {
        name: "prometheus",
        folders: &["src/kinds/prometheus", "src/source/prometheus", "src/kinds/kube/pods", "src/demo"],
        modules: &["crate::kinds::prometheus", "crate::source::prometheus"],
    },
    Family {
        name: "mesh",
        folders: &["src/mesh", "src/kinds/mesh", "src/kinds/verbs/mesh", "src/source/kube", "src/demo"],
        modules: &["crate::kinds::mesh"],
    },
    Family {
        name: "helm",
        folders: &["src/kinds/helm", "src/source/kube", "src/demo"],
        modules: &["crate::kinds::helm"],
    },
];

/// A file that names families or kinds of others, which ones, and why. It may only get shorter: a word that is not named any
/// more fails as well as one that is not listed.
struct Excuse {
    file: &'static str,
    words: &'static [&'static str],
    why: &'static str,
}

fn is_in(file: &str, folder: &str) -> bool {
    file.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/') || rest == ".rs")
}

/// The words of families and kinds that a file names without being about them. In a folder of a family a word for kinds of
/// another is mostly a field of an object: there, only the families themselves count.
fn named(facts: &Facts, kinds: &BTreeSet<&str>) -> BTreeSet<String> {
    let is_about = |family: &Family| family.folders.iter().any(|folder| is_in(&facts.file, folder));
    let is_named = |family: &Family| {
        let is_path = |path: &str| family.modules.iter().any(|module| is_within(path, module));
        facts.paths.iter().any(|seen| is_path(&seen.text)) || facts.texts.iter().any(|seen| seen.text == family.name)
    };
    let families = FAMILIES.iter().filter(|family| !is_about(family) && is_named(family));
    let mut out: BTreeSet<String> = families.map(|family| family.name.to_owned()).collect();
    if !FAMILIES.iter().any(is_about) {
        // Also `docker/containers`.
        let words =
            facts.texts.iter().flat_map(|seen| [seen.text.as_str(), seen.text.rsplit('/').next().unwrap_or_default()]);
        out.extend(words.filter(|word| kinds.contains(word)).map(str::to_owned));
    }
    out
}

fn is_within(path: &str, module: &str) -> bool {
    path.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// The names of kinds that a server has. The tables that the program makes itself are its own.
fn served() -> BTreeSet<&'static str> {
    kinds::all().filter(|kind| !kind.is_of_program()).map(|kind| kind.0.name).collect()
}

#[test]
fn families_and_kinds_are_named_in_their_own_folders() {
    let (kinds, mut wrong) = (served(), Vec::new());
    for facts in ALL.iter() {
        let named = named(facts, &kinds);
        let excuse = EXCUSES.iter().find(|excuse| excuse.file == facts.file);
        let excused: BTreeSet<String> =
            excuse.into_iter().flat_map(|excuse| excuse.words).map(|word| (*word).to_owned()).collect();
        wrong.extend(named.difference(&excused).map(|word| format!("{} names {word}", facts.file)));
        let over = excused.difference(&named);
        wrong.extend(over.map(|word| format!("{} does not name {word} any more: take it off the list", facts.file)));
    }
    let gone = EXCUSES.iter().filter(|excuse| !ALL.iter().any(|facts| facts.file == excuse.file));
    wrong.extend(gone.map(|excuse| format!("there is no {}: take it off the list", excuse.file)));
    assert!(
        wrong.is_empty(),
        "{}\nCode elsewhere asks the row of the kind, not its name. The folders of a family are in FAMILIES \
        (tests/house/names.rs), exceptions with their reasons in tests/house/names/excuses.rs.",
        wrong.join("\n")
    );
    assert!(EXCUSES.iter().all(|excuse| !excuse.why.is_empty() && !excuse.words.is_empty()));
}

#[test]
fn a_family_and_a_kind_named_elsewhere_are_noticed() {
    let kinds = served();
    let found =
        |file: &str, text: &str| named(&Facts::of(file, text), &kinds).into_iter().collect::<Vec<_>>().join(" ");
    for (file, text, words) in [
        ("src/app/x.rs", "fn f() -> bool { id.kind.name == \"pods\" }", "pods"),
        ("src/app/x.rs", "fn f() { match name { \"images\" | \"volumes\" => 1, _ => 2 } }", "images volumes"),
        ("src/app/x.rs", "fn f() { assert!(matches!(name, \"pods\" if x)); }", "pods"),
        ("src/app/x.rs", "fn f() -> bool { place.family == \"docker\" }", "docker"),
        ("src/app/x.rs", "use crate::kinds::docker; fn f() { docker::FAMILY; }", "docker"),
        ("src/app/x.rs", "use crate::kinds; fn f() { kinds::kube::pods::KIND; }", "kube"),
        ("src/cli/x.rs", "fn f() { open(\"docker/containers\"); }", "containers"),
        ("src/kinds/docker/x.rs", "use crate::kinds::kube::facts;", "kube"),
        ("src/source/docker/x.rs", "use crate::source::kube::logs;", "kube"),
    ] {
        assert_eq!(found(file, text), words, "{file}: {text}");
    }
    for (file, text) in [
        ("src/kinds/kube/x.rs", "fn f() { named(\"pods\"); super::super::kube::FAMILY; }"),
        ("src/kinds/docker/x.rs", "fn f() { named(\"images\"); }"),
        ("src/app/x.rs", "fn f() { \"no pods here\"; named(\"sessions\"); }"),
        ("src/app/x.rs", "#[cfg(test)] mod tests { fn f() { named(\"pods\"); } }"),
    ] {
        assert_eq!(found(file, text), "", "{file}: {text}");
    }
}
