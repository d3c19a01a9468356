//! Makes the rows of the tables of routes.

use serde_json::json;

use super::Picture;
use crate::kinds::kube::pods;
use crate::kinds::mesh::{LIST, OWNER, READY, backends, problems, routes};
use crate::mesh::check::{Severity, percent};
use crate::mesh::read::resource;
use crate::mesh::route::{Action, Backend, RouteRow, Spot};
use crate::mesh::{Problem, told};
use crate::model::{Cell, Health, Id, Kind, KindRef, Link, Object, Scope, SourceId, Str, Value, text};

/// How the rows of one kind are made, and the body of one row by its name.
struct Made {
    kind: &'static Kind,
    rows: fn(&Maker<'_>) -> Vec<Object>,
    body: fn(&Picture, &str) -> Option<Value>,
}

static ALL: &[Made] = &[
    Made { kind: &routes::KIND, rows: |maker| maker.routes(), body: route_body },
    Made { kind: &backends::KIND, rows: |maker| maker.backends(), body: backend_body },
    Made { kind: &problems::KIND, rows: |maker| maker.problems(), body: problem_body },
];

fn made(kind: KindRef) -> Option<&'static Made> {
    ALL.iter().find(|made| kind.is(made.kind))
}

/// The rows of a kind.
pub fn rows(at: SourceId, kind: KindRef, picture: &Picture) -> Vec<Object> {
    made(kind).map(|made| (made.rows)(&Maker { at, kind, picture })).unwrap_or_default()
}

/// The whole body of one row.
pub fn body(id: &Id, picture: &Picture) -> Option<Value> {
    let mut body = (made(id.kind)?.body)(picture, &id.name)?;
    body["kind"] = json!(id.kind.address.kind);
    body["metadata"] = json!({"name": id.name.as_str(), "namespace": id.namespace.as_str()});
    Some(body)
}

fn route_body(picture: &Picture, name: &str) -> Option<Value> {
    let (_, row) = picture.routes().find(|(key, _)| *key == name)?;
    Some(row_body(picture, row))
}

fn backend_body(picture: &Picture, name: &str) -> Option<Value> {
    let (.., row, to) = picture.backends().find(|(key, ..)| key == name)?;
    let mut body = row_body(picture, row);
    body["backend"] = json!(to.path);
    Some(body)
}

fn problem_body(picture: &Picture, name: &str) -> Option<Value> {
    picture.found().find(|(key, _)| *key == name).map(|(_, problem)| told::problem_json(problem))
}

fn row_body(picture: &Picture, row: &RouteRow) -> Value {
    let problems = picture.problems.iter().filter(|problem| told::concerns(problem, row));
    let mut body = told::row_json(row);
    body["problems"] = problems.map(told::problem_json).collect();
    body
}

struct Maker<'a> {
    at: SourceId,
    kind: KindRef,
    picture: &'a Picture,
}

impl Maker<'_> {
    fn routes(&self) -> Vec<Object> {
        self.picture.routes().enumerate().map(|(order, (key, row))| self.route(order, key, row)).collect()
    }

    fn backends(&self) -> Vec<Object> {
        self.picture.backends().map(|(key, route, row, to)| self.backend(&key, route, row, to)).collect()
    }

    fn problems(&self) -> Vec<Object> {
        self.picture.found().map(|(key, problem)| self.problem(key, problem)).collect()
    }

    fn object(&self, spot: &Spot, name: &str, health: Health, cells: Vec<Cell>) -> Object {
        let id = Id::new(self.at, self.kind, spot.owner.name.namespace.as_str(), name);
        let owner = format!("{OWNER}={}/{}", resource(&spot.owner), spot.owner.name.name);
        Object {
            id,
            uid: name.into(),
            health,
            cells: cells.into(),
            labels: owner.into(),
            owner: Str::new(),
            link: None,
        }
    }

    fn route(&self, order: usize, key: &str, row: &RouteRow) -> Object {
        let problems: Vec<&Problem> =
            self.picture.problems.iter().filter(|problem| told::concerns(problem, row)).collect();
        let mut codes: Vec<&str> = problems.iter().map(|problem| problem.check.code).collect();
        codes.sort_unstable();
        codes.dedup();
        let ready = row.backends.iter().filter_map(|to| to.ready).fold(None, |sum: Option<(u32, u32)>, ready| {
            let (some, all) = sum.unwrap_or_default();
            Some((some + ready.ready, all + ready.total))
        });
        let place = if row.rank.place == 0 { Cell::None } else { Cell::Count(row.rank.place as i64) };
        let cells = vec![
            cell(&row.host),
            place,
            cell(&row.matching.to_string()),
            cell(&leads(row)),
            ready.map_or(Cell::None, |(some, all)| Cell::Ratio(some, all)),
            cell(&codes.join(",")),
            cell(&told::rule(&row.spot)),
            cell(&row.attach.to_string()),
            cell(&told::notes(row, &[])),
            cell(row.mesh.word()),
            Cell::Count(order as i64),
        ];
        let mut object = self.object(&row.spot, key, health(row, &problems), cells);
        object.labels = labels(row, &object.labels);
        let scope = Scope { owner: key.into(), namespace: Some(object.id.namespace.clone()), ..Scope::default() };
        object.link = (!row.backends.is_empty()).then(|| Box::new(Link::to(&backends::KIND, scope)));
        object
    }

    fn backend(&self, key: &str, route: &str, row: &RouteRow, to: &Backend) -> Object {
        let health = match (to.fault, to.ready) {
            (Some(_), _) => Health::Bad,
            (None, None) => Health::Unknown,
            (None, Some(ready)) if ready.ready == 0 && to.share > 0 => Health::Bad,
            (None, Some(ready)) if ready.ready == 0 => Health::Done,
            (None, Some(ready)) if ready.ready < ready.total => Health::Warn,
            (None, Some(_)) => Health::Good,
        };
        let service = to.service.as_ref().map_or_else(|| to.host.clone(), ToString::to_string);
        let cells = vec![
            cell(&service),
            cell(&to.subset),
            to.port.map_or(Cell::None, |port| Cell::Count(port.into())),
            to.weight.map_or(Cell::None, Cell::Count),
            cell(&percent(to.share)),
            cell(&told::readiness(to)),
            cell(&row.host),
            cell(&row.matching.to_string()),
            cell(&told::rule(&row.spot)),
        ];
        let mut object = self.object(&row.spot, key, health, cells);
        object.labels = labels(row, &object.labels);
        object.owner = route.into();
        object.link = to.pods.as_ref().map(|pods| {
            let scope = Scope::namespace(pods.namespace.as_str()).labels(pods.selector());
            Box::new(Link::to(&pods::KIND, scope))
        });
        object
    }

    fn problem(&self, key: &str, problem: &Problem) -> Object {
        let (check, spot) = (problem.check, &problem.spot);
        let health = match check.severity {
            Severity::Error => Health::Bad,
            Severity::Warning => Health::Warn,
        };
        let cells = vec![
            cell(check.code),
            cell(check.severity.word()),
            cell(&spot.owner.to_string()),
            cell(&problem.text),
            cell(check.advice),
            cell(spot.path.strip_prefix("/spec/").unwrap_or(&spot.path)),
            cell(&check.same.join(",")),
        ];
        self.object(spot, key, health, cells)
    }
}

fn labels(row: &RouteRow, owner: &str) -> Str {
    let of = |to: &Backend| to.ready.map_or_else(|| "?".to_owned(), |ready| format!("{}/{}", ready.ready, ready.total));
    let ready = row.backends.iter().map(of).collect::<Vec<_>>().join(":");
    arcstr::format!("{LIST}={},{READY}={ready},{owner}", row.list)
}

fn cell(text: &str) -> Cell {
    if text.is_empty() { Cell::None } else { Cell::text(text::clean(text).into_owned()) }
}

/// The backends with their shares, `cart 90 %, cart-next 10 %`, or what the rule does instead.
fn leads(row: &RouteRow) -> String {
    let action = told::action(&row.action);
    if row.action != Action::Forward || row.backends.is_empty() {
        return action;
    }
    let one = |to: &Backend| {
        let host = to.host.split('.').next().filter(|_| to.service.is_some()).unwrap_or(&to.host);
        let subset = if to.subset.is_empty() { String::new() } else { format!(" {}", to.subset) };
        format!(
            "{host}{subset}{}",
            if row.backends.len() > 1 { format!(" {}", percent(to.share)) } else { String::new() }
        )
    };
    row.backends.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn health(row: &RouteRow, problems: &[&Problem]) -> Health {
    let severity = problems.iter().map(|problem| problem.check.severity).min();
    match (severity, &row.shadow) {
        (Some(Severity::Error), _) => Health::Bad,
        (_, Some(_)) => Health::Leaving,
        (Some(Severity::Warning), None) => Health::Warn,
        (None, None) if matches!(row.action, Action::Fail(..)) => Health::Bad,
        (None, None) if row.backends.iter().any(|to| to.ready.is_some_and(|ready| ready.ready < ready.total)) => {
            Health::Warn
        }
        (None, None) => Health::Good,
    }
}
