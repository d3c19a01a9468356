//! The kubeconfig format: one file read, several merged by kubectl's rules. Says nothing about what is in use.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::fs;
use std::io::{self, Read};
use std::path::{MAIN_SEPARATOR, Path};
use std::sync::Arc;

use serde::Deserialize;

use crate::model::Value;

/// More than any list of clusters needs; a device or a wrong path ends here.
const MOST_BYTES: u64 = 64 << 20;
/// Where a cluster keeps what it tells credential plugins (`provideClusterInfo`).
const EXEC_EXTENSION: &str = "client.authentication.k8s.io/exec";

/// Text that no `Debug` output shows.
#[derive(Clone, Default, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Cluster {
    pub server: Option<String>,
    pub insecure_skip_tls_verify: Option<bool>,
    pub certificate_authority: Option<String>,
    pub certificate_authority_data: Option<String>,
    pub proxy_url: Option<String>,
    pub disable_compression: Option<bool>,
    pub tls_server_name: Option<String>,
    pub extensions: Option<Vec<Extension>>,
}

#[derive(Clone, Deserialize)]
pub struct Extension {
    pub name: Option<String>,
    pub extension: Option<Value>,
}

#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct User {
    pub username: Option<String>,
    pub password: Option<Secret>,
    pub token: Option<Secret>,
    #[serde(rename = "tokenFile")]
    pub token_file: Option<String>,
    pub client_certificate: Option<String>,
    pub client_certificate_data: Option<String>,
    pub client_key: Option<String>,
    pub client_key_data: Option<Secret>,
    #[serde(rename = "as")]
    pub as_user: Option<String>,
    pub as_uid: Option<String>,
    pub as_groups: Option<Vec<String>>,
    pub as_user_extra: Option<HashMap<String, Vec<String>>>,
    pub auth_provider: Option<AuthProvider>,
    pub exec: Option<Exec>,
}

#[derive(Clone, Default, Deserialize)]
pub struct AuthProvider {
    pub name: Option<String>,
    pub config: Option<BTreeMap<String, Secret>>,
}

/// A credential plugin.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Exec {
    pub api_version: Option<String>,
    pub command: Option<String>,
    pub args: Option<Vec<String>>,
    pub env: Option<Vec<Variable>>,
    pub install_hint: Option<String>,
    pub interactive_mode: Option<String>,
    pub provide_cluster_info: Option<bool>,
}

#[derive(Clone, Deserialize)]
pub struct Variable {
    pub name: String,
    pub value: Option<String>,
}

#[derive(Clone, Default, Deserialize)]
pub struct Entry {
    pub cluster: Option<String>,
    pub user: Option<String>,
    pub namespace: Option<String>,
}

#[derive(Deserialize)]
struct Named<T> {
    name: Option<String>,
    #[serde(rename = "cluster", alias = "user", alias = "context")]
    body: Option<T>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct File {
    kind: Option<String>,
    current_context: Option<String>,
    clusters: Option<Vec<Named<Cluster>>>,
    users: Option<Vec<Named<User>>>,
    contexts: Option<Vec<Named<Entry>>>,
}

/// Why a file gives nothing.
pub enum Unread {
    Missing,
    Broken(String),
}

impl File {
    /// Reads a file; relative paths in it become absolute, seen from where it stands.
    pub fn read(path: &Path) -> Result<Self, Unread> {
        let bytes = read_bytes(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Unread::Missing,
            _ => Unread::Broken(format!("{}: {error}", path.display())),
        })?;
        let mut file = Self::parse(&plain(bytes)).map_err(|why| Unread::Broken(format!("{}{why}", path.display())))?;
        let place = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        if let Some(place) = place.parent() {
            file.resolve(place);
        }
        Ok(file)
    }

    /// The first document, as kubectl. The error starts with `:line:column: ` where they are known.
    fn parse(bytes: &[u8]) -> Result<Self, String> {
        let Some(document) = serde_yaml::Deserializer::from_slice(bytes).next() else {
            return Ok(Self::default());
        };
        let file = Option::<Self>::deserialize(document).map_err(|error| explain(&error))?.unwrap_or_default();
        match file.kind.as_deref() {
            None | Some("" | "Config") => Ok(file),
            Some(kind) => Err(format!(": this is no kubeconfig: its kind is {kind}, not Config")),
        }
    }

    fn resolve(&mut self, place: &Path) {
        for cluster in bodies(&mut self.clusters) {
            absolute(&mut cluster.certificate_authority, place);
        }
        for user in bodies(&mut self.users) {
            absolute(&mut user.client_certificate, place);
            absolute(&mut user.client_key, place);
            absolute(&mut user.token_file, place);
            // A bare name is looked up in PATH.
            if let Some(exec) = &mut user.exec
                && exec.command.as_ref().is_some_and(|command| command.contains(MAIN_SEPARATOR))
            {
                absolute(&mut exec.command, place);
            }
        }
    }
}

fn read_bytes(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > MOST_BYTES {
        true => Err(io::Error::other("larger than 64 MiB")),
        false => Ok(bytes),
    }
}

/// What PowerShell writes with `>` is UTF-16, and kubectl reads it.
fn plain(bytes: Vec<u8>) -> Vec<u8> {
    let unit: fn([u8; 2]) -> u16 = match bytes.as_slice() {
        [0xff, 0xfe, ..] => u16::from_le_bytes,
        [0xfe, 0xff, ..] => u16::from_be_bytes,
        _ => return bytes,
    };
    let units: Vec<u16> = bytes[2..].chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
    String::from_utf16_lossy(&units).into_bytes()
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

/// Leaves out what stands in quotes: a value in the wrong place may be a token.
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

/// Several files as one: the first that has a name, or a current context, wins as a whole.
#[derive(Default)]
pub struct Merged {
    pub current: Option<String>,
    pub clusters: HashMap<String, Arc<Cluster>>,
    pub users: HashMap<String, Arc<User>>,
    /// In the order of the files.
    pub contexts: Vec<(String, Entry)>,
}

impl Merged {
    pub fn add(&mut self, file: File) {
        self.current = self.current.take().or(filled(file.current_context));
        for (name, cluster) in named(file.clusters) {
            self.clusters.entry(name).or_insert_with(|| Arc::new(cluster));
        }
        for (name, user) in named(file.users) {
            self.users.entry(name).or_insert_with(|| Arc::new(user));
        }
        let mut known: std::collections::HashSet<String> = self.contexts.iter().map(|(name, _)| name.clone()).collect();
        self.contexts.extend(named(file.contexts).filter(|(name, _)| known.insert(name.clone())));
    }
}

fn named<T: Default>(list: Option<Vec<Named<T>>>) -> impl Iterator<Item = (String, T)> {
    list.into_iter().flatten().map(|named| (named.name.unwrap_or_default(), named.body.unwrap_or_default()))
}

/// An empty value means none, everywhere in a kubeconfig.
pub fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

impl Cluster {
    pub fn is_insecure(&self) -> bool {
        self.insecure_skip_tls_verify.unwrap_or(false)
    }

    pub fn has_authority(&self) -> bool {
        [&self.certificate_authority, &self.certificate_authority_data].into_iter().flatten().any(|text| !text.is_empty())
    }

    /// What the cluster tells credential plugins besides how to reach it.
    pub fn exec_config(&self) -> Option<&Value> {
        let mut extensions = self.extensions.iter().flatten();
        extensions.find(|known| known.name.as_deref() == Some(EXEC_EXTENSION))?.extension.as_ref()
    }
}

impl User {
    pub fn has_certificate(&self) -> bool {
        [&self.client_certificate, &self.client_certificate_data].into_iter().flatten().any(|text| !text.is_empty())
    }
}
