//! The ports of a container, as `docker ps` writes them, but each once: for both families of addresses, for TCP and UDP
//! together, and those in a row as one range.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::kinds::docker::facts::said;

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Port {
    #[serde(rename = "IP", deserialize_with = "said")]
    address: String,
    #[serde(deserialize_with = "said")]
    private_port: Option<u16>,
    #[serde(deserialize_with = "said")]
    public_port: Option<u16>,
    #[serde(deserialize_with = "said")]
    r#type: String,
}

/// Ports in a row that are published alike.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Range<'a> {
    /// Published ones come first.
    hidden: bool,
    /// What leads the public port, empty for all addresses.
    place: String,
    protocols: Vec<&'a str>,
    private: Option<u16>,
    public: Option<u16>,
    /// How many more follow.
    more: u16,
}

impl Range<'_> {
    /// Whether a port continues this range.
    fn reaches(&self, next: &Self) -> bool {
        let follows = |last: Option<u16>, next: Option<u16>| match (last, next) {
            (Some(first), Some(next)) => {
                first.checked_add(self.more).and_then(|last| last.checked_add(1)) == Some(next)
            }
            (last, next) => last == next,
        };
        let alike = (self.hidden, &self.place, &self.protocols) == (next.hidden, &next.place, &next.protocols);
        alike && self.private.is_some() && follows(self.private, next.private) && follows(self.public, next.public)
    }

    /// `8080→80`, `127.0.0.1:8080→80/udp`, `[::1]:53→53/tcp+udp`, `8000-8005→8000-8005`, `80`.
    fn text(&self) -> String {
        let numbers = |first: Option<u16>| match (first, self.more) {
            (None, _) => "?".to_owned(),
            (Some(first), 0) => first.to_string(),
            (Some(first), more) => format!("{first}-{}", first.saturating_add(more)),
        };
        let protocols = match self.protocols.as_slice() {
            ["tcp"] => String::new(),
            others => format!("/{}", others.join("+")),
        };
        let inner = format!("{}{protocols}", numbers(self.private));
        match self.public {
            Some(_) => format!("{}{}→{inner}", self.place, numbers(self.public)),
            None => inner,
        }
    }
}

/// `127.0.0.1:` or `[::1]:`; nothing for all addresses of either family.
fn place(address: &str) -> String {
    match address {
        "" | "0.0.0.0" | "::" => String::new(),
        address => format!("{}:", host(address)),
    }
}

/// An address before a port: that of IPv6 stands in brackets.
pub fn host(address: &str) -> String {
    if address.contains(':') { format!("[{address}]") } else { address.to_owned() }
}

pub fn text(ports: &[Port]) -> String {
    let mut ranges = folded(ports);
    ranges.sort_by_key(|range| (range.hidden, range.private, range.public));
    ranges.iter().map(Range::text).collect::<Vec<_>>().join(" ")
}

fn folded(ports: &[Port]) -> Vec<Range<'_>> {
    let mut all: BTreeMap<_, BTreeSet<&str>> = BTreeMap::new();
    for port in ports {
        let place = if port.public_port.is_some() { place(&port.address) } else { String::new() };
        let protocol = if port.r#type.is_empty() { "tcp" } else { port.r#type.as_str() };
        all.entry((place, port.private_port, port.public_port)).or_default().insert(protocol);
    }
    let single = |((place, private, public), protocols): ((String, _, Option<u16>), BTreeSet<_>)| Range {
        hidden: public.is_none(),
        place,
        protocols: protocols.into_iter().collect(),
        private,
        public,
        more: 0,
    };
    let mut singles: Vec<Range> = all.into_iter().map(single).collect();
    singles.sort();
    let mut ranges: Vec<Range> = Vec::new();
    for single in singles {
        match ranges.last_mut().filter(|range| range.reaches(&single)) {
            Some(range) => range.more += 1,
            None => ranges.push(single),
        }
    }
    ranges
}
