//! Discovery of servers before 1.26, and of small servers: a list of groups, and a list of resources for each version
//! of a group.

use serde::Deserialize;

use crate::kinds::{Definition, lens::or_default};

/// `APIVersions` of the core group, or `APIGroupList`.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct OldGroups {
    versions: Vec<String>,
    groups: Vec<OldGroup>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct OldGroup {
    versions: Vec<OldVersion>,
    preferred_version: OldVersion,
}

#[derive(Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct OldVersion {
    group_version: String,
}

impl OldGroups {
    /// The versions, such as `v1` or `apps/v1`. The preferred version of each group comes first.
    pub fn versions(self) -> Vec<String> {
        let groups = self.groups.into_iter().flat_map(|mut group| {
            group.versions.sort_by_key(|version| *version != group.preferred_version);
            group.versions.into_iter().map(|version| version.group_version)
        });
        self.versions.into_iter().chain(groups).collect()
    }
}

/// `APIResourceList`.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct OldList {
    #[serde(deserialize_with = "or_default")]
    resources: Vec<OldResource>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct OldResource {
    name: String,
    singular_name: String,
    namespaced: bool,
    kind: String,
    #[serde(deserialize_with = "or_default")]
    verbs: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    short_names: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    categories: Vec<String>,
}

impl OldResource {
    /// Splits `deployments/scale` in two.
    fn part(&self) -> Option<(String, String)> {
        self.name.split_once('/').map(|(whole, part)| (whole.to_owned(), part.to_owned()))
    }
}

impl OldList {
    pub fn definitions(self, place: &str) -> impl Iterator<Item = Definition> {
        let (group, version) = place.split_once('/').unwrap_or(("", place));
        let (group, version) = (group.to_owned(), version.to_owned());
        let listable = |r: &OldResource| r.verbs.iter().any(|verb| verb == "list") && !r.name.contains('/');
        let parts: Vec<(String, String)> = self.resources.iter().filter_map(OldResource::part).collect();
        self.resources.into_iter().filter(listable).map(move |resource| Definition {
            group: group.clone(),
            version: version.clone(),
            kind: resource.kind,
            parts: parts.iter().filter(|(whole, _)| *whole == resource.name).map(|(_, part)| part.clone()).collect(),
            plural: resource.name,
            singular: resource.singular_name,
            short: resource.short_names,
            categories: resource.categories,
            namespaced: resource.namespaced,
            watch: resource.verbs.iter().any(|verb| verb == "watch"),
            verbs: resource.verbs,
        })
    }
}
