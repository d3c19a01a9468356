//! Reads one kubeconfig file and makes its paths absolute. Errors never repeat a secret.

use std::collections::HashSet;
use std::io;
use std::path::{MAIN_SEPARATOR, Path};

use serde::Deserialize;

use super::kubeconfig::{Cluster, Entry, User};
use super::loose::Loose;
use crate::disk;
use crate::model::text;

#[derive(Deserialize)]
pub struct Named<T> {
    name: Option<String>,
    #[serde(rename = "cluster", alias = "user", alias = "context")]
    body: Option<T>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct File {
    kind: Option<String>,
    pub current_context: Option<String>,
    pub clusters: Option<Vec<Named<Cluster>>>,
    pub users: Option<Vec<Named<User>>>,
    pub contexts: Option<Vec<Named<Entry>>>,
}

/// Why a file could not be used.
pub enum Unread {
    Missing,
    Broken(String),
}

impl File {
    /// Reads a file. Relative paths in it are relative to its directory.
    pub fn read(path: &Path) -> Result<Self, Unread> {
        let bytes = disk::bytes(path, disk::LARGE).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Unread::Missing,
            _ => Unread::Broken(format!("{}: {error}", path.display())),
        })?;
        let mut file =
            Self::parse(&text::utf8(bytes)).map_err(|why| Unread::Broken(format!("{}{why}", path.display())))?;
        let place = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        if let Some(place) = place.parent() {
            file.resolve(place);
        }
        Ok(file)
    }

    /// Reads the first document, as kubectl does. The error starts with `:line:column: ` if they are known.
    fn parse(bytes: &[u8]) -> Result<Self, String> {
        let file = Self::first(bytes).map_err(|error| explain(&error))?.unwrap_or_default();
        file.names_once()?;
        match file.kind.as_deref() {
            None | Some("" | "Config") => Ok(file),
            Some(kind) => Err(format!(": this is not a kubeconfig: its kind is {kind}, not Config")),
        }
    }

    /// Reads a document with repeated keys or `<<`, which kubectl accepts: the last of equal keys counts, and `<<` adds
    /// the entries that it names. Both are rare, so this is the second attempt, and its errors have no positions.
    fn first(bytes: &[u8]) -> Result<Option<Self>, serde_yaml::Error> {
        let first = || serde_yaml::Deserializer::from_slice(bytes).next();
        let Some(document) = first() else { return Ok(None) };
        let plain = Option::<Self>::deserialize(document);
        if plain.is_ok() && !bytes.windows(2).any(|pair| pair == b"<<") {
            return plain;
        }
        let loose = first().map(Loose::deserialize).and_then(Result::ok);
        let read = loose.and_then(|Loose(value)| serde_json::from_value(value).ok());
        read.map_or(plain, Ok)
    }

    /// Two entries with one name in one file are an error, as for kubectl.
    fn names_once(&self) -> Result<(), String> {
        once("cluster", &self.clusters)?;
        once("user", &self.users)?;
        once("context", &self.contexts)
    }

    fn resolve(&mut self, place: &Path) {
        for cluster in bodies(&mut self.clusters) {
            absolute(&mut cluster.certificate_authority, place);
        }
        for user in bodies(&mut self.users) {
            absolute(&mut user.client_certificate, place);
            absolute(&mut user.client_key, place);
            absolute(&mut user.token_file, place);
            // A name without a directory is looked up in PATH.
            if let Some(exec) = &mut user.exec
                && exec.command.as_ref().is_some_and(|command| command.contains(MAIN_SEPARATOR))
            {
                absolute(&mut exec.command, place);
            }
        }
    }
}

fn once<T>(what: &str, list: &Option<Vec<Named<T>>>) -> Result<(), String> {
    let mut known = HashSet::new();
    let names = list.iter().flatten().map(|named| named.name.as_deref().unwrap_or_default());
    match names.into_iter().find(|name| !known.insert(*name)) {
        Some(name) => Err(format!(": the {what} {name:?} is in it twice: remove or rename one")),
        None => Ok(()),
    }
}

fn bodies<T>(list: &mut Option<Vec<Named<T>>>) -> impl Iterator<Item = &mut T> {
    list.iter_mut().flatten().filter_map(|named| named.body.as_mut())
}

fn absolute(path: &mut Option<String>, place: &Path) {
    if let Some(text) = path.as_mut().filter(|text| !text.is_empty())
        && let Some(full) = place.join(&*text).to_str()
    {
        *text = full.to_owned();
    }
}

fn explain(error: &serde_yaml::Error) -> String {
    let text = error.to_string();
    let Some(at) = error.location() else { return format!(": {}", quiet(&text)) };
    let text = text.split(" at line ").next().unwrap_or(&text);
    format!(":{}:{}: {}", at.line(), at.column(), quiet(text))
}

/// Removes quoted parts, because a value in a wrong place may be a token.
fn quiet(text: &str) -> String {
    let mut out = String::new();
    let mut open = None;
    for c in text.chars() {
        match open {
            Some(quote) if c == quote => open = None,
            Some(_) => {}
            None if matches!(c, '`' | '"') => {
                open = Some(c);
                out.push('…');
            }
            None => out.push(c),
        }
    }
    out
}

/// The entries of a list by name. An entry without content counts as an empty one.
pub fn named<T: Default>(list: Option<Vec<Named<T>>>) -> impl Iterator<Item = (String, T)> {
    list.into_iter().flatten().map(|named| (named.name.unwrap_or_default(), named.body.unwrap_or_default()))
}
