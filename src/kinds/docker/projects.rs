//! Compose projects: no engine knows them, the labels of its containers tell.

use super::address;
use super::facts::Labels;
use crate::model::{Column, Door, Home, Kind};

pub static KIND: Kind = Kind {
    name: "projects",
    aliases: &["compose", "project"],
    address: address("Project", "projects"),
    columns: &[
        Column::new("STATE", 10).state(),
        Column::new("RUNNING", 7),
        Column::new("SERVICES", 24).rank(2),
        Column::new("CONFIG FILE", 30).rank(3),
        Column::new("DIRECTORY", 20).rank(4).wide(),
    ],
    door: Door::Own,
    home: Home::Computed,
    ..Kind::docker()
};

/// Podman's own compose puts its labels beside those of docker.
pub const PROJECT: [&str; 2] = ["com.docker.compose.project", "io.podman.compose.project"];
pub const SERVICE: &str = "com.docker.compose.service";
pub const FILES: &str = "com.docker.compose.project.config_files";
pub const DIRECTORY: &str = "com.docker.compose.project.working_dir";

/// Whether a container was made by `docker compose run`, which is no part of what a project consists of.
pub fn is_one_off(labels: &Labels) -> bool {
    labels.get("com.docker.compose.oneoff").is_some_and(|value| value.eq_ignore_ascii_case("true"))
}

pub fn project(labels: &Labels) -> Option<(&'static str, &str)> {
    PROJECT.iter().find_map(|key| Some((*key, labels.get(*key)?.as_str())))
}

/// `shop/web`, or nothing.
pub fn place(labels: &Labels) -> String {
    match (project(labels), labels.get(SERVICE)) {
        (Some((_, project)), Some(service)) => format!("{project}/{service}"),
        (Some((_, project)), None) => project.to_owned(),
        (None, _) => String::new(),
    }
}
