//! Podman: an engine that answers as docker's does, on sockets of its own. Where these are is all that differs: the
//! connections of `podman system connection`, `CONTAINER_HOST`, the socket of the user and that of root.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::endpoint::{Endpoint, Env, Way};
use super::provider;
use crate::disk;
use crate::kinds::docker::{FAMILY, PODMAN};
use crate::source::{Connected, Environment, Provider};

pub static PROVIDER: Provider = Provider { family: &FAMILY, find };

const ROOT: &str = "/run/podman/podman.sock";

fn find(environment: &Environment<'_>, all: &mut Connected) {
    for endpoint in endpoints(environment.env) {
        // Docker's variable or socket often leads to podman.
        if !all.places.iter().any(|place| is_same(&place.server, &endpoint.host)) {
            provider::add(endpoint, all);
        }
    }
}

/// Whether two addresses are one, links between sockets included.
fn is_same(one: &str, other: &str) -> bool {
    let socket = |host: &str| fs::canonicalize(host.strip_prefix("unix://")?).ok();
    one == other || socket(one).is_some_and(|path| Some(path) == socket(other))
}

/// The engines that the environment and podman's own configuration name, podman's choice first. A socket counts if it is
/// there: hardly anybody without podman wants to read of it.
pub fn endpoints(env: &Env<'_>) -> Vec<Endpoint> {
    let env = |name: &str| env(name).filter(|value| !value.is_empty());
    let found = |name: &str, host: &str, origin: String| Endpoint::found(&PODMAN, name, host, origin, &env);
    let mut all: Vec<Endpoint> = Vec::new();
    all.extend(env("CONTAINER_HOST").map(|host| found("host", &host, "CONTAINER_HOST".to_owned())));
    for (name, Connection { uri, identity }) in connections(&env) {
        let endpoint = found(&name, &uri, format!("connection {name}"));
        all.push(match (endpoint.way, identity.as_str()) {
            (Way::Ssh(command), key) if !key.is_empty() => Endpoint { way: Way::Ssh(command.by(key)), ..endpoint },
            (way, _) => Endpoint { way, ..endpoint },
        });
    }
    let user = env("XDG_RUNTIME_DIR").map(|folder| Path::new(&folder).join("podman/podman.sock"));
    for (name, socket) in [("user", user), ("root", Some(PathBuf::from(ROOT)))] {
        let Some(socket) = socket.filter(|socket| socket.exists()) else { continue };
        let host = format!("unix://{}", socket.display());
        if !all.iter().any(|known| is_same(&known.host, &host)) {
            all.push(found(name, &host, format!("socket of {name}")));
        }
    }
    all
}

/// As both files write it: `URI` in JSON, `uri` in TOML.
#[derive(Deserialize)]
struct Connection {
    #[serde(alias = "URI")]
    uri: String,
    #[serde(alias = "Identity", default)]
    identity: String,
}

/// `podman-connections.json` (podman 5).
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Connections {
    connection: Named,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Named {
    default: String,
    connections: BTreeMap<String, Connection>,
}

/// `containers.conf` (podman 4).
#[derive(Deserialize)]
struct Settings {
    engine: EngineSection,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct EngineSection {
    active_service: String,
    service_destinations: BTreeMap<String, Connection>,
}

/// Connections by their names; the one that podman takes by itself stands first. Files that cannot be read count as none,
/// as docker's contexts do.
fn connections(env: &Env<'_>) -> Vec<(String, Connection)> {
    let folder = env("XDG_CONFIG_HOME").map(PathBuf::from).or_else(|| Some(Path::new(&env("HOME")?).join(".config")));
    let Some(folder) = folder.map(|folder| folder.join("containers")) else { return Vec::new() };
    let settings = |path: PathBuf| -> Option<EngineSection> {
        Some(toml::from_str::<Settings>(&disk::text(&path, disk::SMALL).ok()?).ok()?.engine)
    };
    let older = settings(env("CONTAINERS_CONF").map_or_else(|| folder.join("containers.conf"), PathBuf::from));
    let newer = json::<Connections>(&folder.join("podman-connections.json")).map(|file| file.connection);
    let EngineSection { active_service, service_destinations } = older.unwrap_or_default();
    let Named { default, connections } = newer.unwrap_or_default();
    let chosen = if default.is_empty() { active_service } else { default };
    let mut all = service_destinations;
    all.extend(connections);
    let (mut first, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|(name, _)| *name == chosen);
    first.extend(others);
    first
}

fn json<T: DeserializeOwned>(path: &Path) -> Option<T> {
    serde_json::from_str(&disk::text(path, disk::SMALL).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::tests::folder::Folder;

    /// The engines that are found with these files below the home folder.
    fn found(files: &[(&str, &str)], env: &[(&str, &str)]) -> Vec<Endpoint> {
        let home = Folder::new();
        files.iter().for_each(|(path, text)| drop(home.write(path, text)));
        let value = |name: &str| env.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        let value = |name: &str| match name {
            "HOME" => Some(home.path().display().to_string()),
            "XDG_RUNTIME_DIR" => Some(home.path().join("run").display().to_string()),
            "PATH" => std::env::var("PATH").ok(),
            name => value(name),
        };
        endpoints(&value).into_iter().filter(|endpoint| endpoint.name != "podman/root").collect()
    }

    fn names(all: &[Endpoint]) -> Vec<&str> {
        all.iter().map(|endpoint| endpoint.name.as_str()).collect()
    }

    #[test]
    fn the_choice_of_podman_stands_first() {
        let newer = r#"{"Connection": {"Default": "lab", "Connections": {
            "far": {"URI": "ssh://core@far:2222/run/user/1000/podman/podman.sock", "Identity": "/keys/far", "IsMachine": true},
            "lab": {"URI": "unix:///run/lab.sock"}}}, "Farm": {}}"#;
        let older = "[engine]\nactive_service = \"old\"\n[engine.service_destinations.old]\nuri = \"tcp://old:8080\"\n";
        let files =
            [(".config/containers/podman-connections.json", newer), (".config/containers/containers.conf", older)];
        assert_eq!(names(&found(&files, &[])), ["podman/lab", "podman/far", "podman/old"]);
        assert_eq!(names(&found(&files[1..], &[])), ["podman/old"]);
        let all = found(&files, &[("CONTAINER_HOST", "unix:///run/own.sock")]);
        assert_eq!(names(&all)[0], "podman/host");
        assert_eq!(all[1].origin, "connection lab");
    }

    #[test]
    fn far_engines_are_reached_through_the_podman_there() {
        let file =
            r#"{"Connection": {"Connections": {"far": {"URI": "ssh://core@far:22/p.sock", "Identity": "/keys/far"}}}}"#;
        let all = found(&[(".config/containers/podman-connections.json", file)], &[]);
        match &all[0].way {
            Way::Ssh(command) => {
                let line = command.args.join(" ");
                assert!(line.starts_with("-i /keys/far "), "{line}");
                assert!(line.ends_with("-- far podman --url unix:///p.sock system dial-stdio"), "{line}");
            }
            // Without ssh on this machine it is closed.
            way => assert!(matches!(way, Way::Closed(why) if why.contains("ssh")), "{way:?}"),
        }
    }

    #[test]
    fn sockets_count_if_they_are_there_and_once() {
        assert_eq!(names(&found(&[], &[])), [""; 0]);
        assert_eq!(names(&found(&[("run/podman/podman.sock", "")], &[])), ["podman/user"]);
        for broken in ["{", "[]", "{\"Connection\": 7}", ""] {
            assert_eq!(
                names(&found(&[(".config/containers/podman-connections.json", broken)], &[])),
                [""; 0],
                "{broken}"
            );
        }
    }
}
