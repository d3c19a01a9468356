//! Finds the clusters and how to reach them: from kubeconfig files, the flags of the command line, and the pod in which
//! spyhop runs. It reads files and never uses the network. A file or context that is broken leaves the others usable.

use std::collections::HashSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::file::{File, Unread};
use super::kubeconfig::{Cluster, Entry, Merged, User};
use super::way::Book;
use crate::disk;
use crate::model::Error;

pub use super::way::Context;

const SERVICE_ACCOUNT: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

/// Which cluster, as whom: kubectl's flags, with kubectl's meanings.
#[derive(Clone, Default, clap::Args)]
#[command(next_help_heading = "Cluster")]
pub struct Flags {
    /// The kubeconfig file
    #[arg(long, global = true, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,
    /// The context of the kubeconfig
    #[arg(long, global = true, value_name = "NAME")]
    pub context: Option<String>,
    /// The cluster of the kubeconfig, instead of the context's
    #[arg(long, global = true, value_name = "NAME")]
    pub cluster: Option<String>,
    /// The user of the kubeconfig, instead of the context's
    #[arg(long, global = true, value_name = "NAME")]
    pub user: Option<String>,
    /// The namespace
    #[arg(short, long, global = true, value_name = "NAME")]
    pub namespace: Option<String>,
    /// All namespaces
    #[arg(short = 'A', long, global = true)]
    pub all_namespaces: bool,
    /// Act as this user
    #[arg(long = "as", global = true, value_name = "USER")]
    pub as_user: Option<String>,
    /// Act as a member of this group (may be repeated)
    #[arg(long = "as-group", global = true, value_name = "GROUP")]
    pub as_groups: Vec<String>,
    /// Act as this uid
    #[arg(long = "as-uid", global = true, value_name = "UID")]
    pub as_uid: Option<String>,
    /// A bearer token
    #[arg(long, global = true, value_name = "TOKEN")]
    pub token: Option<String>,
    /// The API server's address, instead of the kubeconfig's
    #[arg(short, long, global = true, value_name = "URL")]
    pub server: Option<String>,
    /// Do not check the server's certificate
    #[arg(long, global = true)]
    pub insecure_skip_tls_verify: bool,
    /// The certificate of the authority that signed the server's
    #[arg(long, global = true, value_name = "FILE")]
    pub certificate_authority: Option<PathBuf>,
    /// A client certificate
    #[arg(long, global = true, value_name = "FILE")]
    pub client_certificate: Option<PathBuf>,
    /// The key of the client certificate
    #[arg(long, global = true, value_name = "FILE")]
    pub client_key: Option<PathBuf>,
    /// Timeout for one request: 30, 30s, 1m; 0 for none
    #[arg(long, global = true, value_name = "TIME", value_parser = timeout)]
    pub request_timeout: Option<Duration>,
}

impl Flags {
    /// Whether the flags replace the user or the cluster of a context. Then rows that were remembered for the context
    /// may not be shown.
    pub fn stand_in(&self) -> bool {
        let Self { cluster, user, as_user, as_groups, as_uid, token, server, client_certificate, .. } = self;
        let names = [cluster, user, as_user, as_uid, token, server].into_iter().any(Option::is_some);
        names || !as_groups.is_empty() || client_certificate.is_some()
    }

    /// The longest time for an answer, if the user set one. Zero means no limit.
    pub fn patience(&self) -> Option<Duration> {
        self.request_timeout.filter(|time| !time.is_zero())
    }
}

/// Leaves out the token.
impl fmt::Debug for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Flags").field("kubeconfig", &self.kubeconfig).field("context", &self.context).finish()
    }
}

/// Reads `--request-timeout`: seconds, or Go's durations (`30s`, `1m30s`, `1.5h`).
pub fn timeout(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text:?} is not a duration: write seconds, or 30s, 2m, 1h");
    if let Ok(seconds) = text.parse::<u32>() {
        return Ok(Duration::from_secs(seconds.into()));
    }
    let mut rest = text;
    let mut total = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(wrong)?;
        let (number, tail) = rest.split_at(digits);
        let end = tail.find(|c: char| !c.is_alphabetic()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(end);
        total += number.parse::<f64>().map_err(|_| wrong())? * seconds(unit).ok_or_else(wrong)?;
        rest = tail;
    }
    Duration::try_from_secs_f64(total).ok().filter(|_| !text.is_empty()).ok_or_else(wrong)
}

fn seconds(unit: &str) -> Option<f64> {
    match unit {
        "ns" => Some(1e-9),
        "us" | "µs" => Some(1e-6),
        "ms" => Some(1e-3),
        "s" => Some(1.0),
        "m" => Some(60.0),
        "h" => Some(3600.0),
        _ => None,
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Look {
    Found,
    Missing,
    Broken(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Looked {
    pub path: PathBuf,
    pub what: Look,
}

#[derive(Clone, Debug, Default)]
pub struct Loaded {
    pub contexts: Vec<Context>,
    pub current: Option<usize>,
    /// The files that were looked for, in order.
    pub looked: Vec<Looked>,
    pub problems: Vec<Error>,
}

/// Gives the value of an environment variable.
pub(super) type Env<'a> = &'a dyn Fn(&str) -> Option<String>;

/// All contexts. Files that do not exist are skipped unless the command line names them.
pub fn load(flags: &Flags, env: Env<'_>) -> Loaded {
    load_from(flags, env, Path::new(SERVICE_ACCOUNT))
}

pub(super) fn load_from(flags: &Flags, env: Env<'_>, service_account: &Path) -> Loaded {
    let mut loaded = Loaded::default();
    let mut merged = read_all(flags, env, &mut loaded);
    if merged.contexts.is_empty() && flags.server.is_none() {
        add_own_pod(&mut merged, env, service_account);
    }
    loaded.current = pick(flags, &mut merged, &mut loaded);
    let book = Book::new(&merged, env);
    let context = |(index, (name, entry)): (usize, &(String, Entry))| {
        // The flags count for the current context only. A token for one cluster must not reach another one after a
        // switch.
        let flags = (loaded.current == Some(index)).then_some(flags);
        book.context(name, entry, flags)
    };
    loaded.contexts = merged.contexts.iter().enumerate().map(context).collect();
    loaded
}

/// A context that is in no file: all of it comes from `flags`.
pub fn made(flags: &Flags) -> Context {
    let mut merged = Merged::default();
    flags.cluster.iter().for_each(|name| drop(merged.clusters.insert(name.clone(), Arc::default())));
    flags.user.iter().for_each(|name| drop(merged.users.insert(name.clone(), Arc::default())));
    let name = flags.context.as_deref().unwrap_or_default();
    Book::new(&merged, &|_| None).context(name, &Entry::default(), Some(flags))
}

fn read_all(flags: &Flags, env: Env<'_>, loaded: &mut Loaded) -> Merged {
    let mut merged = Merged::default();
    let named = flags.kubeconfig.as_ref().filter(|path| !path.as_os_str().is_empty());
    for path in named.map_or_else(|| usual_paths(env), |path| vec![path.clone()]) {
        let what = match File::read(&path) {
            Ok(file) => {
                merged.add(file);
                Look::Found
            }
            Err(Unread::Missing) => Look::Missing,
            Err(Unread::Broken(why)) => Look::Broken(why),
        };
        match &what {
            Look::Broken(why) => loaded.problems.push(Error::Invalid(why.clone())),
            Look::Missing if named.is_some() => {
                loaded.problems.push(Error::Invalid(format!("--kubeconfig: {} does not exist", path.display())));
            }
            Look::Missing | Look::Found => {}
        }
        loaded.looked.push(Looked { path, what });
    }
    merged
}

fn usual_paths(env: Env<'_>) -> Vec<PathBuf> {
    if let Some(list) = env("KUBECONFIG").filter(|list| !list.is_empty()) {
        let mut seen = HashSet::new();
        return std::env::split_paths(&list).filter(|p| !p.as_os_str().is_empty() && seen.insert(p.clone())).collect();
    }
    let home = ["HOME", "USERPROFILE"].into_iter().find_map(|name| env(name).filter(|home| !home.is_empty()));
    home.map(|home| Path::new(&home).join(".kube").join("config")).into_iter().collect()
}

/// Adds the cluster in whose pod spyhop runs, as client-go finds it.
fn add_own_pod(merged: &mut Merged, env: Env<'_>, place: &Path) {
    let (Some(host), Some(port)) = (env("KUBERNETES_SERVICE_HOST"), env("KUBERNETES_SERVICE_PORT")) else { return };
    let path = |name: &str| place.join(name).to_str().map(str::to_owned);
    if host.is_empty() || port.is_empty() || !place.join("token").is_file() {
        return;
    }
    let host = if host.contains(':') { format!("[{host}]") } else { host };
    let server = Some(format!("https://{host}:{port}"));
    let namespace = env("POD_NAMESPACE").or_else(|| disk::text(&place.join("namespace"), disk::SMALL).ok());
    let namespace = namespace.map(|text| text.trim().to_owned());
    let name = || "in-cluster".to_owned();
    let cluster = Cluster { server, certificate_authority: path("ca.crt"), ..Cluster::default() };
    let user = User { token_file: path("token"), ..User::default() };
    merged.clusters.insert(name(), cluster.into());
    merged.users.insert(name(), user.into());
    merged.contexts.push((name(), Entry { cluster: Some(name()), user: Some(name()), namespace }));
    merged.current = Some(name());
}

/// The context to start with. Flags alone are enough to make one.
fn pick(flags: &Flags, merged: &mut Merged, loaded: &mut Loaded) -> Option<usize> {
    if let Some(name) = flags.context.as_ref().or(merged.current.as_ref()) {
        let found = merged.contexts.iter().position(|(known, _)| known == name);
        if found.is_none() {
            loaded.problems.push(Error::Invalid(missing(name, merged, loaded)));
        }
        return found;
    }
    if let Some(name) = flags.cluster.as_ref().or(flags.server.as_ref()) {
        let name = name.rsplit_once("://").map_or(name.as_str(), |(_, host)| host);
        merged.contexts.push((name.to_owned(), Entry::default()));
        return Some(merged.contexts.len() - 1);
    }
    if merged.contexts.is_empty() && loaded.problems.is_empty() {
        let text = format!(
            "no cluster is known: {} has none; set KUBECONFIG or name a file with --kubeconfig",
            places(loaded)
        );
        loaded.problems.push(Error::Invalid(text));
    }
    None
}

fn missing(name: &str, merged: &Merged, loaded: &Loaded) -> String {
    let mut names: Vec<&str> = merged.contexts.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    let more = names.len().saturating_sub(12);
    names.truncate(12);
    let known = match (names.as_slice(), more) {
        ([], _) => "it has no context".to_owned(),
        (names, 0) => format!("there are: {}", names.join(", ")),
        (names, more) => format!("there are: {} and {more} more", names.join(", ")),
    };
    format!("context {name:?} is not in {}; {known}", places(loaded))
}

fn places(loaded: &Loaded) -> String {
    let found = |looked: &&Looked| looked.what == Look::Found;
    let mut paths: Vec<String> = loaded.looked.iter().filter(found).map(|l| l.path.display().to_string()).collect();
    if paths.is_empty() {
        paths = loaded.looked.iter().map(|looked| looked.path.display().to_string()).collect();
    }
    if paths.is_empty() { "KUBECONFIG".to_owned() } else { paths.join(", ") }
}

#[cfg(test)]
#[path = "tests/config.rs"]
mod tests;
