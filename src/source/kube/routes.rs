//! Mesh routes, computed from all kinds that decide them.

mod picture;
pub mod rows;

use std::time::Duration;

pub use self::picture::Picture;
use super::ask::Form;
use super::computed::{Computation, Compute, Computed, Input, News, gathered};
use super::json;
use super::lists::{Instead, Lists};
use crate::kinds::{self, Definition, mesh};
use crate::mesh::read::{READERS, Reader};
use crate::mesh::route::Name;
use crate::mesh::{World, check, resolve};
use crate::model::{Id, Identified, KindRef, Object, Reading, Result, Scope, SourceId, Str, Time, Value, Wire, Within};

pub static COMPUTATION: Computation = Computation { kinds: mesh::KINDS, start: Computed::<World>::start };

/// An object whose body is kept for the routes.
#[derive(Clone)]
pub struct Body {
    id: Id,
    value: Value,
}

impl Identified for Body {
    fn id(&self) -> &Id {
        &self.id
    }
}

impl Compute for World {
    type Item = Body;
    type Picture = Picture;

    /// One of two dozen kinds may be slow. The routes that do not need it are shown meanwhile.
    const PATIENCE: Option<Duration> = Some(Duration::from_secs(3));

    /// Reads the whole cluster, if the user may, because routes lead into other namespaces.
    fn inputs(scope: &Scope) -> Vec<Input<Body>> {
        let namespaces: Vec<Str> = scope.namespaces().map(Str::from).collect();
        READERS.iter().map(|reader| input(reader, namespaces.clone())).collect()
    }

    fn take(&mut self, input: usize, news: News<Body>) {
        let reader = &READERS[input];
        let none = Within::default();
        match news {
            News::Put(body) => self.put(reader, body.value),
            News::Gone(id) => self.remove(reader, &Name::new(&id.namespace, &id.name)),
            News::Whole(None) => self.knows(reader.group, reader.kind),
            News::Whole(Some(within)) => self.knows_only(reader.group, reader.kind, names(&within)),
            News::Denied(_) => self.knows_only(reader.group, reader.kind, names(&none)),
        }
    }

    fn draw(&mut self, _: Time) -> Result<Picture> {
        Ok(draw(self))
    }

    fn rows(picture: &Picture, at: SourceId, kind: KindRef, _: &Scope) -> Vec<Object> {
        rows::rows(at, kind, picture)
    }

    fn body(picture: &Picture, id: &Id) -> Option<Value> {
        rows::body(id, picture)
    }
}

fn names(within: &Within) -> impl Iterator<Item = &str> {
    within.namespaces.iter().map(Str::as_str)
}

fn input(reader: &Reader, namespaces: Vec<Str>) -> Input<Body> {
    let kind = |version: &&str| kinds::adopt(&Definition::plain(reader.group, version, reader.kind, reader.plural));
    Input {
        kinds: reader.versions.iter().map(kind).collect(),
        scope: Scope::all(),
        instead: Instead::These(namespaces),
        form: if reader.bare { Form::METADATA } else { Form::JSON },
        read,
    }
}

fn read(reading: &mut Reading<'_>, _: Wire, bytes: &[u8], out: &mut Vec<Body>) -> Result<()> {
    let value: Value = json::parse(bytes)?;
    let text = |field: &str| value["metadata"][field].as_str().unwrap_or_default();
    let namespace = if reading.kind.address.namespaced { text("namespace") } else { "" };
    let id = Id::new(reading.at, reading.kind, reading.strings.share(namespace), text("name"));
    out.push(Body { id, value });
    Ok(())
}

/// Reads everything that decides routes once.
pub async fn world(lists: &Lists, namespace: Option<Str>) -> Result<World> {
    gathered(lists, &Scope { namespace, ..Scope::default() }).await
}

/// Resolves the routes of a world, and their problems.
pub fn draw(world: &World) -> Picture {
    let rows = resolve(world, None);
    let problems = check::problems(world, &rows, None);
    Picture::new(rows, problems)
}
