//! A door behind which the demo's world stands still: it answers everything and changes nothing.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Value, json};
use spyhop::demo::resources::{RESOURCES, Resource};
use spyhop::demo::store::Store;
use spyhop::demo::world::World;
use spyhop::kinds::{self, Definition};
use spyhop::mesh;
use spyhop::model::{
    Delta, Door as Way, Error, Found, Health, Id, KindRef, Object, Query, Reading, Reply, Request, Result, Rule, Rules,
    SourceId, Str, Strings, Time, Uid, What, Wire,
};
use spyhop::source::kube::routes::{Picture, draw, rows};

pub const DEMO: SourceId = SourceId(1);
pub const ENGINE: SourceId = SourceId(2);

pub struct Door {
    store: Store,
    picture: Picture,
    containers: Vec<Value>,
    pub kinds: Vec<KindRef>,
    told: HashMap<Query, Vec<Delta>>,
}

impl Door {
    pub fn new(now: Time) -> Self {
        let mut store = Store::new(now);
        let mut world = World::new(1, &mut store);
        store.now = now.plus_millis(60_000);
        world.tick(&mut store);
        let bodies: Vec<Value> = RESOURCES
            .iter()
            .flat_map(|resource| store.list(resource, None).map(|(_, body)| Value::clone(body)).collect::<Vec<_>>())
            .collect();
        let path = format!("{}/tests/fixtures/docker/containers.json", env!("CARGO_MANIFEST_DIR"));
        let containers: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let served: Vec<KindRef> = RESOURCES.iter().flat_map(|one| kinds::served(&definition(one))).collect();
        let own: Vec<KindRef> = kinds::all()
            .filter(|kind| {
                kind.family == &kinds::kube::FAMILY && RESOURCES.iter().all(|r| r.plural != kind.address.plural)
            })
            .filter(|kind| kinds::is_offered(*kind, &served))
            .collect();
        Self {
            picture: draw(&mesh::World::of(&bodies)),
            containers: containers.as_array().unwrap().clone(),
            kinds: [served, own].concat(),
            told: HashMap::new(),
            store,
        }
    }

    /// The whole answer to a query, as far as there is one.
    pub fn answer(&mut self, query: &Query) -> Vec<Delta> {
        if let Some(told) = self.told.get(query) {
            return told.clone();
        }
        let told = self.tell(query);
        self.told.insert(query.clone(), told.clone());
        told
    }

    fn tell(&self, query: &Query) -> Vec<Delta> {
        match query {
            Query::Kinds { at } => {
                let kinds = match *at == ENGINE {
                    true => kinds::docker::KINDS.iter().map(|kind| KindRef(kind)).collect(),
                    false => self.kinds.clone(),
                };
                vec![Delta::Found(Box::new(Found { version: "v1.36.2".into(), kinds, ..Found::default() }))]
            }
            Query::List { at, kind, scope } => {
                let rows = match mesh_kind(*kind) {
                    true => {
                        let is_meant = |row: &Object| {
                            scope.holds(&row.id.namespace) && (scope.owner.is_empty() || scope.owner == row.owner)
                        };
                        rows::rows(*at, *kind, &self.picture).into_iter().filter(is_meant).collect()
                    }
                    false => self.rows(*at, *kind, scope),
                };
                let rows = rows.into_iter().map(Delta::Upsert);
                [Delta::Reset].into_iter().chain(rows).chain([Delta::Ready]).collect()
            }
            Query::One { id } => vec![Delta::Body(self.body(id).map(Arc::new))],
            Query::Logs { .. } => vec![Delta::Reset, Delta::Ready],
            Query::Rules { .. } => {
                let all = || vec![Str::from("*")];
                let rule = Rule { verbs: all(), groups: all(), resources: all(), names: Vec::new() };
                vec![Delta::Rules(Box::new(Rules { rules: vec![rule], incomplete: false }))]
            }
            Query::Session { .. } => vec![Delta::Output("$ ".into())],
        }
    }

    fn rows(&self, at: SourceId, kind: KindRef, scope: &spyhop::model::Scope) -> Vec<Object> {
        let bodies = match at == ENGINE {
            true => self.containers.iter().filter(|_| kind.name == "containers").cloned().collect(),
            false => self.bodies(kind, scope),
        };
        let mut strings = Strings::default();
        let (Way::Lens(read) | Way::Poll(read, _)) = kind.door else {
            return bodies.iter().map(|body| plain(at, kind, body)).collect();
        };
        let (mut out, mut reading) = (Vec::new(), Reading { at, kind, scope, strings: &mut strings });
        for body in &bodies {
            read(&mut reading, Wire::Json, body.to_string().as_bytes(), &mut out).unwrap();
        }
        out
    }

    fn bodies(&self, kind: KindRef, scope: &spyhop::model::Scope) -> Vec<Value> {
        let Some(resource) = resource(kind) else { return Vec::new() };
        let all = self.store.list(resource, None);
        let here = all.filter(|(key, _)| key.namespace.is_empty() || scope.holds(&key.namespace));
        here.map(|(_, body)| Value::clone(body)).collect()
    }

    fn body(&self, id: &Id) -> Option<Value> {
        if mesh_kind(id.kind) {
            return rows::body(id, &self.picture);
        }
        if id.at == ENGINE {
            return self.containers.first().cloned();
        }
        let name = id.name.split('/').next().unwrap_or_default();
        self.store.find(resource(id.kind)?, &id.namespace, name).map(|body| Value::clone(body))
    }

    pub fn reply(&self, request: &Request) -> Result<Reply> {
        let gone = || Error::Gone(format!("{} is not there", request.id.name));
        let body = match &request.what {
            What::Get if request.sub == "scale" => json!({"spec": {"replicas": 3}}),
            What::Get => self.body(&request.id).ok_or_else(gone)?,
            What::Create(body) | What::Replace(body) | What::Apply { body, .. } => Value::clone(body),
            What::Patch(_) | What::Delete { .. } | What::Do { .. } => json!({}),
        };
        Ok(Reply { body, warnings: Vec::new() })
    }
}

fn mesh_kind(kind: KindRef) -> bool {
    kind.stands_for().is_some()
}

fn resource(kind: KindRef) -> Option<&'static Resource> {
    let fits = |resource: &&Resource| (resource.group, resource.plural) == (kind.address.group, kind.address.plural);
    RESOURCES.iter().find(fits)
}

fn definition(resource: &Resource) -> Definition {
    Definition {
        group: resource.group.into(),
        version: resource.version.into(),
        kind: resource.kind.into(),
        plural: resource.plural.into(),
        singular: resource.singular.into(),
        namespaced: resource.namespaced,
        watch: true,
        ..Definition::default()
    }
}

/// A row of a kind whose server makes the columns.
fn plain(at: SourceId, kind: KindRef, body: &Value) -> Object {
    let text = |field: &str| Str::from(body["metadata"][field].as_str().unwrap_or_default());
    let id = Id::new(at, kind, text("namespace"), text("name"));
    let (labels, owner) = (Str::new(), Str::new());
    Object { id, uid: Uid::None, health: Health::Unknown, cells: Box::default(), labels, owner, link: None }
}
