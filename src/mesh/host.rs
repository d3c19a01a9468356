//! Host patterns: `shop.example.com`, `*.example.com` (any number of labels on the left), `*`.

/// Whether `pattern` covers every name that `host` covers.
pub fn covers(pattern: &str, host: &str) -> bool {
    let Some(tail) = pattern.strip_prefix('*') else { return pattern == host };
    match host.strip_prefix('*') {
        Some(other) => other.ends_with(tail),
        None => host.len() > tail.len() && host.ends_with(tail),
    }
}

/// The names that both patterns cover: the narrower pattern, if the other covers it.
pub fn meet<'a>(one: &'a str, other: &'a str) -> Option<&'a str> {
    match (covers(one, other), covers(other, one)) {
        (true, _) => Some(other),
        (_, true) => Some(one),
        (false, false) => None,
    }
}

/// The sort key of a host: exact names first, then long patterns before short ones, `*` last.
pub fn narrowness(host: &str) -> (bool, usize) {
    (!host.starts_with('*'), host.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_number_of_labels_but_not_for_none() {
        for (pattern, host, expected) in [
            ("*", "a.com", true),
            ("*", "*.a.com", true),
            ("*.a.com", "b.a.com", true),
            ("*.a.com", "c.b.a.com", true),
            ("*.a.com", "a.com", false),
            ("*.a.com", "ba.com", false),
            ("*.a.com", "*.b.a.com", true),
            ("*.b.a.com", "*.a.com", false),
            ("a.com", "*.a.com", false),
            ("a.com", "a.com", true),
        ] {
            assert_eq!(covers(pattern, host), expected, "{pattern} {host}");
        }
        assert_eq!(meet("*.a.com", "*"), Some("*.a.com"));
        assert_eq!(meet("b.a.com", "*.a.com"), Some("b.a.com"));
        assert_eq!(meet("a.com", "b.com"), None);
        assert!(narrowness("a.b") > narrowness("*.long.example.com"));
        assert!(narrowness("*.b.a.com") > narrowness("*.a.com"));
    }
}
