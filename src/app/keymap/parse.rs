//! Key map files into entries, in the order of the file.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde::{Deserialize, de};
use toml::Spanned;

/// What is wrong, and at which byte of the file.
type Wrong = (usize, String);

pub struct Entry {
    /// Where the key stands.
    pub at: usize,
    pub scope: String,
    pub text: String,
    pub command: String,
}

type Table = BTreeMap<Spanned<String>, Node>;

/// A key's command, or a scope within a scope (`[view.table]`). Read by hand, because an untagged enum forgets
/// where an error is.
enum Node {
    Command(String),
    Scope(Table),
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Node;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a command in quotes")
            }

            fn visit_str<E: de::Error>(self, command: &str) -> Result<Node, E> {
                Ok(Node::Command(command.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Node, A::Error> {
                Table::deserialize(MapAccessDeserializer::new(map)).map(Node::Scope)
            }
        }
        from.deserialize_any(Either)
    }
}

pub fn entries(text: &str) -> Result<Vec<Entry>, Wrong> {
    let table: Table = toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        (at, error.message().replace('\n', " "))
    })?;
    let mut out = Vec::new();
    collect("", table, &mut out)?;
    out.sort_by_key(|entry| entry.at);
    Ok(out)
}

fn collect(scope: &str, table: Table, out: &mut Vec<Entry>) -> Result<(), Wrong> {
    for (name, node) in table {
        let (at, text) = (name.span().start, name.into_inner());
        match node {
            Node::Command(_) if scope.is_empty() => {
                return Err((at, format!("'{text}' stands in no scope; write [global] above it")));
            }
            Node::Command(command) => out.push(Entry { at, scope: scope.to_owned(), text, command }),
            Node::Scope(inner) if scope.is_empty() => collect(&text, inner, out)?,
            Node::Scope(inner) => collect(&format!("{scope}.{text}"), inner, out)?,
        }
    }
    Ok(())
}
