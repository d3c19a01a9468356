//! Finds engines in docker's own order: `DOCKER_HOST`, `DOCKER_CONTEXT`, the current context of config.json, the
//! default socket, the rootless socket. bollard 0.21 does not read contexts, so they are read here. No connection is
//! made.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;

use super::ssh;
use super::tls::Keys;
use crate::disk;
use crate::kinds::docker::{DOCKER, Program};
use crate::model::Str;
use crate::source::meter::Meter;
use crate::source::program;

/// How an engine is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    Unix(PathBuf),
    /// Host and port, without TLS.
    Tcp(String),
    /// Host and port, and the keys for TLS.
    Tls(String, Keys),
    /// A program whose output and input are the connection.
    Ssh(ssh::Command),
    /// Why it cannot be reached from here.
    Closed(String),
}

#[derive(Clone, Debug)]
pub struct Endpoint {
    /// What users type behind `@`: `docker/default`, `docker/CONTEXT`, `podman/root`.
    pub name: Str,
    /// The address as the user wrote it: `unix:///var/run/docker.sock`.
    pub host: Str,
    pub way: Way,
    /// Where it was found: `DOCKER_HOST`, `context prod`, `default`.
    pub origin: Str,
    /// Counts the requests of all who use this endpoint.
    pub meter: Arc<Meter>,
}

const DEFAULT: &str = "/var/run/docker.sock";

impl Endpoint {
    pub fn new(name: &str, host: &str, origin: impl Into<Str>) -> Self {
        Self::found(&DOCKER, name, host, origin, &|name| std::env::var(name).ok())
    }

    /// An engine of a program.
    pub fn found(program: &Program, name: &str, host: &str, origin: impl Into<Str>, env: &Env<'_>) -> Self {
        let way = way(program, host, env);
        Self {
            name: arcstr::format!("{}/{name}", program.name),
            host: host.into(),
            way,
            origin: origin.into(),
            meter: Arc::default(),
        }
    }

    /// Whether the socket belongs to root. Whoever may write to such a socket is root on the host.
    pub fn is_root(&self) -> bool {
        matches!(&self.way, Way::Unix(path) if owner(path) == Some(0))
    }

    /// Why it cannot be used, if that is known without connecting.
    pub fn absence(&self) -> Option<String> {
        match &self.way {
            Way::Closed(why) => Some(why.clone()),
            Way::Unix(path) if !path.exists() => Some("not found".to_owned()),
            Way::Unix(_) | Way::Tcp(_) | Way::Tls(..) | Way::Ssh(_) => None,
        }
    }
}

#[cfg(unix)]
fn owner(path: &Path) -> Option<u32> {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(path).ok().map(|meta| meta.uid())
}

#[cfg(not(unix))]
fn owner(_: &Path) -> Option<u32> {
    None
}

pub type Env<'a> = dyn Fn(&str) -> Option<String> + 'a;

fn way(of: &Program, host: &str, env: &Env<'_>) -> Way {
    match host.split_once("://") {
        Some(("unix", path)) => Way::Unix(path.into()),
        Some(("tcp" | "http", place)) => Way::Tcp(with_port(place, "2375")),
        Some(("https", place)) => Way::Tls(with_port(place, "2376"), Keys::default()),
        Some(("ssh", _)) => match program::find_in("ssh", env("PATH").as_deref()) {
            Some(program) => ssh::Command::new(program, of, host).map_or_else(Way::Closed, Way::Ssh),
            None => Way::Closed("ssh is not on PATH".to_owned()),
        },
        Some((scheme @ ("npipe" | "fd"), _)) => {
            Way::Closed(format!("{scheme}:// is not supported yet; unix://, tcp:// and ssh:// are"))
        }
        _ => Way::Closed(format!("'{host}' is not the address of an engine")),
    }
}

fn with_port(place: &str, port: &str) -> String {
    let place = place.trim_end_matches('/');
    let has = place.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    if has { place.to_owned() } else { format!("{place}:{port}") }
}

/// The way with TLS, if there are keys or TLS was asked for.
fn secured(way: Way, keys: Keys) -> Way {
    match way {
        Way::Tcp(place) | Way::Tls(place, _) => {
            Way::Tls(place.strip_suffix(":2375").map_or(place.clone(), |host| format!("{host}:2376")), keys)
        }
        way => way,
    }
}

/// All engines that the environment and docker's configuration name. The first one is docker's choice.
pub fn find(env: &dyn Fn(&str) -> Option<String>) -> Vec<Endpoint> {
    let env = |name: &str| env(name).filter(|value| !value.is_empty());
    let folder = env("DOCKER_CONFIG").map(PathBuf::from).or_else(|| Some(PathBuf::from(env("HOME")?).join(".docker")));
    let contexts = folder.as_deref().map(contexts).unwrap_or_default();
    let chosen = env("DOCKER_CONTEXT").or_else(|| current(folder.as_deref()?)).filter(|name| name != "default");
    let mut all = Vec::new();
    if let Some(host) = env("DOCKER_HOST") {
        let own = Endpoint::found(&DOCKER, "host", &host, "DOCKER_HOST", &env);
        all.push(Endpoint { way: by_environment(own.way, folder.as_deref(), &env), ..own });
    }
    let (first, others): (Vec<_>, Vec<_>) =
        contexts.into_iter().partition(|context| Some(&context.name) == chosen.as_ref());
    if let (Some(name), true) = (&chosen, first.is_empty()) {
        let why = format!("docker's current context '{name}' has no entry under contexts/meta");
        all.push(Endpoint { way: Way::Closed(why), ..Endpoint::new(name, "", "current context") });
    }
    all.extend(first.iter().map(|context| context.endpoint(&env)));
    let default = Endpoint::new("default", &format!("unix://{DEFAULT}"), "default");
    // The same socket may be in the list already, under another name.
    if all.iter().all(|known| known.way != default.way) {
        all.push(default);
    }
    all.extend(others.iter().map(|context| context.endpoint(&env)));
    if let Some(runtime) = env("XDG_RUNTIME_DIR") {
        let socket = Path::new(&runtime).join("docker.sock");
        // The socket of a user exists only if that user runs an engine.
        let host = format!("unix://{}", socket.display());
        if socket.exists() && all.iter().all(|known| known.host != host) {
            all.push(Endpoint::new("rootless", &host, "rootless"));
        }
    }
    all
}

/// The way that the environment asks for. If TLS is asked for, no connection is made without it. As in docker, keys are
/// required only if the engine is verified.
fn by_environment(way: Way, folder: Option<&Path>, env: &Env<'_>) -> Way {
    let keys = env("DOCKER_CERT_PATH").map(PathBuf::from).or_else(|| folder.map(Path::to_owned));
    match (&way, env("DOCKER_TLS_VERIFY"), env("DOCKER_TLS")) {
        (_, Some(_), _) | (Way::Tls(..), None, None) => secured(way, Keys { folder: keys, trusting: false }),
        (_, None, Some(_)) => secured(way, Keys { folder: keys, trusting: true }),
        (_, None, None) => way,
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Config {
    current_context: Option<String>,
}

fn current(folder: &Path) -> Option<String> {
    let text = disk::text(&folder.join("config.json"), disk::SMALL).ok()?;
    serde_json::from_str::<Config>(&text).ok()?.current_context.filter(|name| !name.is_empty())
}

/// `contexts/meta/<sha256 of the name>/meta.json`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Context {
    name: String,
    endpoints: Endpoints,
    /// The folder of its keys, if there are any.
    #[serde(skip)]
    keys: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Endpoints {
    docker: Option<Host>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Host {
    host: Option<String>,
    #[serde(default, rename = "SkipTLSVerify")]
    trusting: bool,
}

impl Context {
    fn endpoint(&self, env: &Env<'_>) -> Endpoint {
        let docker = self.endpoints.docker.as_ref();
        let host = docker.and_then(|docker| docker.host.as_deref()).unwrap_or_default();
        let endpoint = Endpoint::found(&DOCKER, &self.name, host, format!("context {}", self.name), env);
        let trusting = docker.is_some_and(|docker| docker.trusting);
        match trusting || self.keys.is_some() {
            true => Endpoint { way: secured(endpoint.way, Keys { folder: self.keys.clone(), trusting }), ..endpoint },
            false => endpoint,
        }
    }
}

/// The contexts, sorted by name. As in docker, contexts that cannot be read are left out.
fn contexts(folder: &Path) -> Vec<Context> {
    let entries = fs::read_dir(folder.join("contexts/meta")).into_iter().flatten().flatten();
    let read = |entry: fs::DirEntry| {
        let text = disk::text(&entry.path().join("meta.json"), disk::SMALL).ok()?;
        let mut context: Context = serde_json::from_str(&text).ok()?;
        let keys = folder.join("contexts/tls").join(entry.file_name()).join("docker");
        context.keys = Some(keys).filter(|keys| keys.exists());
        Some(context)
    };
    let mut all: Vec<Context> = entries.filter_map(read).collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}
