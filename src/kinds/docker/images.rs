//! Images: a row for each name that leads to one, and one for each image without a name.

use serde::Deserialize;

use super::address;
use super::facts::{Labels, by_key, decode, each, fits, object, said, seconds, short};
use crate::kinds::verbs;
use crate::model::{
    Cell, Column, Door, Health, Kind, Link, NameSyntax, Naming, Object, Reading, Result, Scope, Units, Wire,
};

pub static KIND: Kind = Kind {
    name: "images",
    aliases: &["img", "image"],
    address: address("Image", "images"),
    naming: Naming { syntax: NameSyntax::Image, ..Naming::titled("REPO:TAG") },
    columns: &[
        Column::new("ID", 12).rank(2),
        Column::new("SIZE", 7),
        Column::new("IN USE", 6),
        Column::new("STATE", 8).state(),
        Column::new("CREATED", 7).rank(2),
    ],
    door: Door::Lens(read),
    verbs: verbs::REMOVABLE,
    ..Kind::docker()
};

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Image {
    #[serde(deserialize_with = "said")]
    id: String,
    #[serde(deserialize_with = "each")]
    repo_tags: Vec<String>,
    #[serde(deserialize_with = "each")]
    repo_digests: Vec<String>,
    #[serde(deserialize_with = "said")]
    created: i64,
    #[serde(deserialize_with = "said")]
    size: Option<u64>,
    #[serde(deserialize_with = "by_key")]
    labels: Labels,
    /// How many containers use it, counted by the source: engines say -1.
    #[serde(rename = "UsedBy", deserialize_with = "said")]
    used_by: u32,
}

const NONE: &str = "<none>";

impl Image {
    /// As `docker images` has them: names, else the names of digests, else none at all.
    fn names(&self) -> Vec<String> {
        let tags: Vec<String> = self.repo_tags.iter().filter(|tag| !tag.starts_with(NONE)).cloned().collect();
        if !tags.is_empty() {
            return tags;
        }
        let digest = self.repo_digests.iter().find(|digest| !digest.starts_with(NONE));
        let repo = digest.and_then(|digest| digest.split_once('@')).map_or(NONE, |(repo, _)| repo);
        vec![format!("{repo}@{}", short(&self.id))]
    }
}

fn read(reading: &mut Reading<'_>, wire: Wire, bytes: &[u8], rows: &mut Vec<Object>) -> Result<()> {
    let image: Image = decode(wire, bytes)?;
    if !fits(&reading.scope.labels, &image.labels) {
        return Ok(());
    }
    for name in image.names() {
        let (word, health) = match (image.used_by, name.starts_with(NONE)) {
            (0, true) => ("dangling", Health::Warn),
            (0, false) => ("unused", Health::Done),
            _ => ("in use", Health::Good),
        };
        let cells = vec![
            Cell::text(short(&image.id)),
            image.size.map_or(Cell::None, |size| Cell::Size(size, Units::Thousands)),
            Cell::Count(i64::from(image.used_by)),
            Cell::text(reading.strings.share(word)),
            seconds(image.created),
        ];
        let mut row = object(reading, &name, &image.id, &image.labels, (health, cells));
        let scope = Scope::all().fields(format!("image={}", image.id));
        row.link = (image.used_by > 0).then(|| Box::new(Link::to(&super::containers::KIND, scope)));
        rows.push(row);
    }
    Ok(())
}
