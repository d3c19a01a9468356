//! Engines as docker itself would find them.

use std::path::Path;

use crate::source::docker::endpoint::{Endpoint, Way, find};
use crate::source::kube::folder::Folder;

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
    assert!(matches!(&all[2].way, Way::Closed(why) if why.contains("ssh")));
    assert!(matches!(&all[3].way, Way::Closed(why) if why.contains("TLS")), "never dialled without its keys");
    let all = found(&[("DOCKER_CONFIG", &path), ("DOCKER_CONTEXT", "default")]);
    assert_eq!(names(&all)[0], "docker/default");
    let all = found(&[("DOCKER_CONFIG", &path), ("DOCKER_CONTEXT", "gone"), ("DOCKER_HOST", "unix:///tmp/x.sock")]);
    assert_eq!(names(&all)[..2], ["docker/host", "docker/gone"]);
    assert!(matches!(&all[1].way, Way::Closed(why) if why.contains("no entry")));
    // One socket is one engine.
    assert_eq!(names(&found(&[("DOCKER_HOST", "unix:///var/run/docker.sock")])), ["docker/host"]);
    let all = found(&[("DOCKER_HOST", "tcp://h:2376"), ("DOCKER_TLS_VERIFY", "1")]);
    assert!(matches!(all[0].way, Way::Closed(_)));
}

#[test]
fn what_is_no_address_is_said() {
    let closed = |host: &str| matches!(Endpoint::new("x", host, "").way, Way::Closed(_));
    assert!(closed("") && closed("/var/run/docker.sock") && closed("npipe:////./pipe/docker"));
    assert!(!closed("unix:///x") && !closed("tcp://h:1") && !closed("http://h:1/"));
    assert!(!Endpoint::new("x", "unix:///nonexistent.sock", "").is_there());
}
