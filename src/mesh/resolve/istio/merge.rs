//! Merges a delegate's rule into the rule that delegates to it, as `MergeHTTPRoutes` of Istio's
//! pilot/pkg/model/virtualservice.go does.

use std::collections::BTreeMap;

use crate::mesh::read::istio::{HttpMatch, HttpRule, Text};

/// The merged rule. Fields that the delegate leaves open come from the root.
pub fn rule(root: &HttpRule, own: &HttpRule) -> HttpRule {
    let mut out = own.clone();
    if out.timeout.is_empty() {
        out.timeout.clone_from(&root.timeout);
    }
    if out.mirrors.is_empty() {
        out.mirrors.clone_from(&root.mirrors);
    }
    out.retries = out.retries.or_else(|| root.retries.clone());
    out.fault = out.fault.or_else(|| root.fault.clone());
    out.mirror = out.mirror.or_else(|| root.mirror.clone());
    out.rewrite = out.rewrite.or_else(|| root.rewrite.clone());
    out.direct_response = out.direct_response.or_else(|| root.direct_response.clone());
    out
}

/// The match in which both matches must hold. `None` if the delegate's match does not lie within the root's.
pub fn matches(root: &HttpMatch, own: &HttpMatch) -> Option<HttpMatch> {
    if clash(root, own) {
        return None;
    }
    let mut out = own.clone();
    out.uri = out.uri.or_else(|| root.uri.clone());
    out.scheme = out.scheme.or_else(|| root.scheme.clone());
    out.method = out.method.or_else(|| root.method.clone());
    out.authority = out.authority.or_else(|| root.authority.clone());
    out.headers = both(&root.headers, &own.headers);
    out.without_headers = both(&root.without_headers, &own.without_headers);
    out.query_params = both(&root.query_params, &own.query_params);
    out.source_labels = both(&root.source_labels, &own.source_labels);
    out.port = set(own.port).or(root.port);
    if out.source_namespace.is_empty() {
        out.source_namespace.clone_from(&root.source_namespace);
    }
    if out.gateways.is_empty() {
        out.gateways.clone_from(&root.gateways);
    }
    Some(out)
}

fn both<T: Clone>(root: &BTreeMap<String, T>, own: &BTreeMap<String, T>) -> BTreeMap<String, T> {
    let mut out = root.clone();
    out.extend(own.iter().map(|(name, value)| (name.clone(), value.clone())));
    out
}

fn set(port: Option<u16>) -> Option<u16> {
    port.filter(|port| *port > 0)
}

/// Whether two matches conflict: `hasConflict` of the same file. A root that names a client namespace fits only a
/// delegate that names it too.
fn clash(root: &HttpMatch, own: &HttpMatch) -> bool {
    let texts = [
        (&root.uri, &own.uri),
        (&root.scheme, &own.scheme),
        (&root.method, &own.method),
        (&root.authority, &own.authority),
    ];
    let named = [
        (&root.headers, &own.headers),
        (&root.without_headers, &own.without_headers),
        (&root.query_params, &own.query_params),
    ];
    let ports = set(root.port).zip(set(own.port));
    texts.into_iter().any(|(root, own)| apart(root.as_ref(), own.as_ref()))
        || named.into_iter().any(|(root, own)| own.iter().any(|(name, text)| apart(root.get(name), Some(text))))
        || root.ignore_uri_case != own.ignore_uri_case
        || ports.is_some_and(|(root, own)| root != own)
        || (!root.source_namespace.is_empty() && own.source_namespace != root.source_namespace)
        || own
            .source_labels
            .iter()
            .any(|(name, value)| root.source_labels.get(name).is_some_and(|other| other != value))
        || (!root.gateways.is_empty() && own.gateways.iter().any(|gateway| !root.gateways.contains(gateway)))
}

/// Whether two texts conflict: `stringMatchConflict` of the same file. A regular expression, or a presence condition,
/// conflicts with any other condition. A prefix accepts longer prefixes and exact texts. An exact text accepts only
/// itself.
fn apart(root: Option<&Text>, own: Option<&Text>) -> bool {
    let (Some(root), Some(own)) = (root, own) else { return false };
    let told = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let of = |text: &Text| (told(&text.exact), told(&text.prefix), told(&text.regex));
    match (of(root), of(own)) {
        ((_, _, Some(_)), _) | (_, (_, _, Some(_))) => true,
        ((Some(root), ..), (Some(own), None, _)) => root != own,
        ((None, Some(root), _), (_, Some(own), _) | (Some(own), None, _)) => !own.starts_with(&root),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::Value;

    fn fits(root: Value, own: Value) -> bool {
        let read = |value| serde_json::from_value::<HttpMatch>(value).unwrap();
        matches(&read(root), &read(own)).is_some()
    }

    /// The pairs of `TestHasConflict` and `TestMergeHTTPMatchRequests` in Istio's virtualservice_test.go, by sort.
    #[test]
    fn a_delegates_match_lies_within_its_roots() {
        let header = |text: Value| json!({"headers": {"h": text}});
        let uri = |text: Value| json!({"uri": text});
        for (root, own, expected) in [
            (uri(json!({"prefix": "/a"})), uri(json!({"prefix": "/a/b"})), true),
            (uri(json!({"prefix": "/a/b"})), uri(json!({"prefix": "/a"})), false),
            (uri(json!({"prefix": "/a"})), uri(json!({"exact": "/a/b"})), true),
            (uri(json!({"exact": "/a"})), uri(json!({"prefix": "/a"})), false),
            (uri(json!({"exact": "/a"})), uri(json!({"exact": "/a"})), true),
            (uri(json!({"regex": "^/a"})), uri(json!({"regex": "^/a"})), false),
            (uri(json!({"prefix": "/a"})), uri(json!({"regex": "^/a"})), false),
            (uri(json!({"regex": "^/a"})), json!({"method": {"exact": "GET"}}), true),
            (uri(json!({"prefix": "/a"})), json!({}), true),
            (header(json!({"exact": "1"})), header(json!({})), false),
            (header(json!({})), header(json!({"exact": "1"})), false),
            (header(json!({})), json!({}), true),
            (json!({}), header(json!({})), true),
            (json!({"ignoreUriCase": true}), json!({}), false),
            (json!({}), json!({"ignoreUriCase": true}), false),
            (json!({"ignoreUriCase": true}), json!({"ignoreUriCase": true}), true),
            (json!({"port": 80}), json!({"port": 90}), false),
            (json!({"port": 80}), json!({}), true),
            (json!({"sourceNamespace": "a"}), json!({}), false),
            (json!({}), json!({"sourceNamespace": "a"}), true),
            (json!({"sourceNamespace": "a"}), json!({"sourceNamespace": "a"}), true),
            (json!({"sourceLabels": {"a": "1"}}), json!({"sourceLabels": {"a": "2"}}), false),
            (json!({"sourceLabels": {"a": "1"}}), json!({"sourceLabels": {"b": "2"}}), true),
            (json!({"gateways": ["mesh"]}), json!({"gateways": ["a/gw"]}), false),
            (json!({"gateways": ["mesh", "a/gw"]}), json!({"gateways": ["a/gw"]}), true),
            (json!({}), json!({"gateways": ["a/gw"]}), true),
        ] {
            assert_eq!(fits(root.clone(), own.clone()), expected, "{root} {own}");
        }
    }
}
