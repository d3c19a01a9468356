//! Argo CD: what it syncs from repositories, in which projects, and what makes applications.

mod applications;
mod applicationsets;
mod appprojects;
mod describe;
#[cfg(test)]
mod tests;

use crate::kinds::mask;
use crate::model::{Address, Value};

pub use applications::{KIND as APPLICATIONS, is_busy, operation};
pub use applicationsets::KIND as SETS;
pub use appprojects::KIND as PROJECTS;

const fn address(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "argoproj.io", version: "v1alpha1", kind, plural, namespaced: true }
}

/// The sources of an application: one, or several.
fn sources(spec: &Value) -> &[Value] {
    match (spec["sources"].as_array(), &spec["source"]) {
        (Some(several), _) if !several.is_empty() => several,
        (_, Value::Null) => &[],
        (_, one) => std::slice::from_ref(one),
    }
}

/// `github.com/shop/deploy web`, or `charts.example/stable redis@1.2`.
fn source(source: &Value) -> String {
    let word = |key: &str| source[key].as_str().unwrap_or_default();
    let url = mask::urls(word("repoURL"));
    let url = url.split_once("://").map_or(&*url, |(_, rest)| rest);
    let what = match word("chart") {
        "" => word("path").to_owned(),
        chart => format!("{chart}@{}", word("targetRevision")),
    };
    format!("{} {what}", url.trim_end_matches('/').trim_end_matches(".git")).trim_end().to_owned()
}

/// Whether an application of this spec syncs by itself.
pub fn is_automated(spec: &Value) -> bool {
    let automated = &spec["syncPolicy"]["automated"];
    !automated.is_null() && automated["enabled"] != false
}

/// `in-cluster/shop`
fn destination(destination: &Value) -> String {
    let word = |key: &str| destination[key].as_str().unwrap_or_default();
    let cluster = match (word("name"), word("server")) {
        ("", "https://kubernetes.default.svc") => "in-cluster",
        ("", server) => &mask::urls(server),
        (name, _) => name,
    };
    let cluster = cluster.split_once("://").map_or(cluster, |(_, rest)| rest);
    match word("namespace") {
        "" => cluster.to_owned(),
        namespace => format!("{cluster}/{namespace}"),
    }
}

/// Seven characters of a commit, and anything else whole.
fn revision(text: &str) -> &str {
    let is_commit = text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_commit { &text[..7] } else { text }
}

/// `one +2`: the first of several.
fn first(mut all: impl ExactSizeIterator<Item = String>) -> String {
    let first = all.next().unwrap_or_default();
    match all.len() {
        0 => first,
        more => format!("{first} +{more}"),
    }
}
