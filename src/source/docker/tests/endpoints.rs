//! Engines as docker itself would find them.

use std::path::Path;

use crate::source::docker::endpoint::{Endpoint, Way, find};
use crate::source::docker::tls::Keys;
use crate::source::tests::folder::Folder;

fn found(pairs: &[(&str, &str)]) -> Vec<Endpoint> {
    let pairs: Vec<(String, String)> = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    find(&|name| pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()))
}

fn names(all: &[Endpoint]) -> Vec<&str> {
    all.iter().map(|endpoint| endpoint.name.as_str()).collect()
}

fn context(folder: &Path, hash: &str, name: &str, host: &str, tls: bool) {
    let meta = folder.join("contexts/meta").join(hash);
    std::fs::create_dir_all(&meta).unwrap();
    let text = serde_json::json!({"Name": name, "Metadata": {}, "Endpoints": {"docker": {"Host": host}}});
    std::fs::write(meta.join("meta.json"), text.to_string()).unwrap();
    if tls {
        std::fs::create_dir_all(folder.join("contexts/tls").join(hash).join("docker")).unwrap();
    }
}

#[test]
fn engines_come_in_docker_s_order() {
    let folder = Folder::new();
    let path = folder.path().display().to_string();
    assert_eq!(names(&found(&[("DOCKER_CONFIG", &path)])), ["docker/default"]);
    context(folder.path(), "1", "prod", "tcp://10.0.0.1:2376", true);
    context(folder.path(), "2", "lab", "tcp://10.0.0.2:2375", false);
    context(folder.path(), "3", "far", "ssh://me@host", false);
    std::fs::write(folder.path().join("config.json"), "{\"currentContext\": \"lab\"}").unwrap();
    let all = found(&[("DOCKER_CONFIG", &path)]);
    assert_eq!(names(&all), ["docker/lab", "docker/default", "docker/far", "docker/prod"]);
    assert_eq!(all[0].way, Way::Tcp("10.0.0.2:2375".into()));
    assert!(matches!(&all[2].way, Way::Closed(why) if why.contains("ssh is not on PATH")));
    let keys = Keys { folder: Some(folder.path().join("contexts/tls/1/docker")), trusting: false };
    assert_eq!(all[3].way, Way::Tls("10.0.0.1:2376".into(), keys), "never dialled without its keys");
    let all = found(&[("DOCKER_CONFIG", &path), ("DOCKER_CONTEXT", "default")]);
    assert_eq!(names(&all)[0], "docker/default");
    let all = found(&[("DOCKER_CONFIG", &path), ("DOCKER_CONTEXT", "gone"), ("DOCKER_HOST", "unix:///tmp/x.sock")]);
    assert_eq!(names(&all)[..2], ["docker/host", "docker/gone"]);
    assert!(matches!(&all[1].way, Way::Closed(why) if why.contains("no entry")));
    // One socket is one engine.
    assert_eq!(names(&found(&[("DOCKER_HOST", "unix:///var/run/docker.sock")])), ["docker/host"]);
}

#[test]
fn what_asks_for_tls_is_dialled_with_it_only() {
    let way = |pairs: &[(&str, &str)]| found(pairs).swap_remove(0).way;
    let keys = |folder: Option<&str>, trusting| Keys { folder: folder.map(Into::into), trusting };
    let verified = way(&[("DOCKER_HOST", "tcp://h"), ("DOCKER_TLS_VERIFY", "1"), ("DOCKER_CERT_PATH", "/c")]);
    assert_eq!(verified, Way::Tls("h:2376".into(), keys(Some("/c"), false)));
    let trusted = way(&[("DOCKER_HOST", "tcp://h:1"), ("DOCKER_TLS", "1"), ("HOME", "/nonexistent")]);
    assert_eq!(trusted, Way::Tls("h:1".into(), keys(Some("/nonexistent/.docker"), true)));
    assert_eq!(way(&[("DOCKER_HOST", "https://h:443/")]), Way::Tls("h:443".into(), keys(None, false)));
    assert_eq!(way(&[("DOCKER_HOST", "tcp://h")]), Way::Tcp("h:2375".into()));
}

#[test]
fn ssh_is_started_as_docker_starts_it() {
    let folder = Folder::new();
    let program = folder.path().join("ssh");
    std::fs::write(&program, "").unwrap();
    std::fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let path = folder.path().display().to_string();
    let way = |host: &str| found(&[("DOCKER_HOST", host), ("PATH", &path)]).swap_remove(0).way;
    let args = |host: &str| match way(host) {
        Way::Ssh(command) => {
            assert_eq!(command.program, program);
            command.args[5..].join(" ")
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(args("ssh://far"), "-- far docker system dial-stdio");
    assert_eq!(args("ssh://me@far:2222"), "-l me -p 2222 -- far docker system dial-stdio");
    assert_eq!(args("ssh://far/run/d.sock"), "-- far docker --host unix:///run/d.sock system dial-stdio");
    // What looks like an option is a host nevertheless.
    assert!(args("ssh://-oProxyCommand=x").starts_with("-- -o"));
    assert!(matches!(way("ssh://me:secret@far"), Way::Closed(why) if why.contains("password")));
    assert!(matches!(way("ssh://"), Way::Closed(_)));
}

#[test]
fn what_is_no_address_is_said() {
    let closed = |host: &str| matches!(Endpoint::new("x", host, "").way, Way::Closed(_));
    assert!(closed("") && closed("/var/run/docker.sock") && closed("npipe:////./pipe/docker"));
    assert!(!closed("https://h"));
    assert!(!closed("unix:///x") && !closed("tcp://h:1") && !closed("http://h:1/"));
    assert!(Endpoint::new("x", "unix:///nonexistent.sock", "").absence().is_some());
}
