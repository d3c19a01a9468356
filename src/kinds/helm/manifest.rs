//! The objects of a manifest, and what names them.

use std::collections::HashMap;

use crate::kinds::kube::facts::text;
use crate::model::Value;
use crate::model::text::one_line;

/// An object of a manifest.
pub struct ManifestObject<'v> {
    /// Group, kind, namespace and name; how many of the same name stand before it, as charts may repeat one.
    key: (String, usize),
    /// `Deployment web`, with the namespace if that is not the one of the release.
    pub title: String,
    pub object: &'v Value,
}

/// The objects of a manifest in its order. `home` is the namespace of the release: objects without one are there. There
/// are none in a manifest that is a text.
pub fn objects<'v>(manifest: &'v Value, home: &str) -> Vec<ManifestObject<'v>> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let all = manifest.as_array().into_iter().flatten();
    all.map(|object| {
        let (kind, meta) = (text(object, "kind"), &object["metadata"]);
        let group = text(object, "apiVersion").rsplit_once('/').map_or("", |(group, _)| group);
        let namespace = Some(text(meta, "namespace")).filter(|name| !name.is_empty()).unwrap_or(home);
        let elsewhere = if namespace == home { String::new() } else { format!("{namespace}/") };
        let whole = format!("{kind}.{group} {namespace}/{}", text(meta, "name"));
        let before = seen.entry(whole.clone()).or_default();
        let key = (whole, *before);
        *before += 1;
        let title = one_line(&format!("{kind} {elsewhere}{}", text(meta, "name")));
        ManifestObject { key, title, object }
    })
    .collect()
}

impl ManifestObject<'_> {
    /// Whether an object of the same name stands before it.
    pub fn is_repeated(&self) -> bool {
        self.key.1 > 0
    }
}

/// Pairs the objects of two manifests: those of the second in their order, then those that only the first has.
pub fn paired<'o, 'v>(
    before: &'o [ManifestObject<'v>],
    after: &'o [ManifestObject<'v>],
) -> Vec<(Option<&'o ManifestObject<'v>>, Option<&'o ManifestObject<'v>>)> {
    let known: HashMap<&(String, usize), &ManifestObject<'v>> = before.iter().map(|one| (&one.key, one)).collect();
    let stays: HashMap<&(String, usize), ()> = after.iter().map(|one| (&one.key, ())).collect();
    let gone = before.iter().filter(|one| !stays.contains_key(&one.key)).map(|one| (Some(one), None));
    after.iter().map(|one| (known.get(&one.key).copied(), Some(one))).chain(gone).collect()
}
