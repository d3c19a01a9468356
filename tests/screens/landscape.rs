//! Tables of the systems that extend a cluster: their objects as `tests/cluster/landscape` has them, at the sizes of terminals.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};
use spyhop::kinds::custom::Reader;
use spyhop::kinds::kube::landscape::SYSTEMS;
use spyhop::kinds::kube::landscape::overview::{MEMBER, SYSTEM};
use spyhop::kinds::{self, Definition};
use spyhop::model::{Cell, Delta, Door, Health, Id, Kind, KindRef, Link, Object, Reading, Scope, Strings};

use crate::pictures::picture;
use crate::screen::{HERE, Screen};

static OBJECTS: include_dir::Dir<'_> = include_dir::include_dir!("$CARGO_MANIFEST_DIR/tests/cluster/landscape");

/// The objects of a system, without what its tests expect of them.
fn objects(system: &str) -> Vec<Value> {
    let file = OBJECTS.get_file(format!("{system}.yaml")).unwrap();
    let documents = serde_yaml::Deserializer::from_str(file.contents_utf8().unwrap());
    let all = documents.map(|one| Value::deserialize(one).unwrap()).filter(|one| !one.is_null());
    all.map(|mut body| {
        let meta = &mut body["metadata"];
        for (key, value) in
            [("uid", json!("u1")), ("generation", json!(1)), ("creationTimestamp", json!("2026-01-29T11:00:00Z"))]
        {
            if meta[key].is_null() {
                meta[key] = value;
            }
        }
        body
    })
    .collect()
}

/// The kind of an object as a server has it: that of the system, or one that is read as all of its group.
fn kind_of(body: &Value, known: &'static [&'static Kind]) -> KindRef {
    let (group, version) = body["apiVersion"].as_str().unwrap().rsplit_once('/').unwrap_or_default();
    let name = body["kind"].as_str().unwrap();
    let own = known.iter().find(|kind| kind.address.group == group && kind.address.kind == name);
    own.map_or_else(
        || {
            let plural = name.to_lowercase();
            kinds::adopt(&Definition { namespaced: false, ..Definition::plain(group, version, name, &plural) })
        },
        |kind| KindRef(kind),
    )
}

fn row(kind: KindRef, mut body: Value) -> Object {
    if kind.address.namespaced && body["metadata"]["namespace"].is_null() {
        body["metadata"]["namespace"] = json!("landscape");
    }
    let Door::Json(shape) = kind.door else { panic!("{} has no shape", kind.name) };
    let (scope, mut strings, mut rows) = (Scope::all(), Strings::default(), Vec::new());
    let mut reading = Reading { at: HERE, kind, scope: &scope, strings: &mut strings };
    Reader::new(shape).read(&mut reading, body.to_string().as_bytes(), &mut rows).unwrap();
    rows.remove(0)
}

/// The tables of a system, each with all of its objects.
fn tables(system: &str, known: &'static [&'static Kind]) -> Vec<(KindRef, Vec<Object>)> {
    let mut all: BTreeMap<&str, (KindRef, Vec<Object>)> = BTreeMap::new();
    for body in objects(system) {
        let kind = kind_of(&body, known);
        all.entry(kind.0.name).or_insert_with(|| (kind, Vec::new())).1.push(row(kind, body));
    }
    all.into_values().collect()
}

fn table(kind: KindRef, rows: &[Object]) -> Screen {
    let rows = rows.iter().cloned().map(Delta::Upsert);
    let deltas = [Delta::Reset].into_iter().chain(rows).chain([Delta::Ready]).collect();
    let id = Id::new(HERE, KindRef(&MEMBER), "", kind.0.name);
    let row = Object::made(id, Health::Good, vec![Cell::None; MEMBER.columns.len()]);
    let row = Object { link: Some(Box::new(Link { kind, scope: Scope::all() })), ..row };
    let members = Screen::open("kinds.landscape").answer(vec![Delta::Reset, Delta::Upsert(row), Delta::Ready]);
    let screen = members.keys("enter");
    assert_eq!(screen.query().kind(), Some(kind), "{}", kind.resource());
    screen.answer(deltas)
}

/// Title, header and rows. The lines below them are the same everywhere.
fn head(text: &str) -> String {
    let lines = text.lines().enumerate().filter(|(line, text)| *line < 3 || !text.trim().is_empty());
    let all: Vec<&str> = lines.map(|(_, line)| line).collect();
    all[..all.len().saturating_sub(1)].join("\n")
}

fn pages(all: &[(KindRef, Vec<Object>)], (width, height): (u16, u16)) -> String {
    let page = |(kind, rows): &(KindRef, Vec<Object>)| head(&table(*kind, rows).sized(width, height).text());
    all.iter().map(page).collect::<Vec<_>>().join("\n\n")
}

#[test]
fn every_kind_of_every_system_has_a_table_that_fits() {
    for system in SYSTEMS {
        let all = tables(system.name, system.kinds);
        for kind in system.kinds.iter().filter(|kind| !kind.address.plural.is_empty()) {
            assert!(all.iter().any(|(known, _)| known.is(kind)), "{} has no object", kind.name);
        }
        insta::assert_snapshot!(format!("landscape-{}-160x45", system.name), pages(&all, (160, 45)));
    }
}

/// What most people look at, on small terminals.
const USED: &[(&str, &[&str])] = &[
    ("flux", &["gitrepositories", "helmreleases", "kustomizations"]),
    ("knative", &["ksvc", "revisions", "triggers"]),
    ("cert-manager", &["certificates", "issuers"]),
    ("prometheus-operator", &["prometheuses", "prometheusrules", "servicemonitors"]),
    ("gatekeeper", &["constrainttemplates", "k8srequiredlabels"]),
    ("kyverno", &["clusterpolicies", "policies"]),
    ("policy-reports", &["policyreports"]),
    ("cilium", &["ciliumendpoints", "ciliumnetworkpolicies"]),
    ("rook", &["cephblockpools", "cephclusters"]),
    ("cluster-api", &["clusters", "machinedeployments", "machines"]),
    ("kueue", &["clusterqueues", "kwl"]),
    ("rollouts", &["rollouts"]),
    ("workflows", &["workflows"]),
    ("olm", &["clusterserviceversions", "subscriptions"]),
];

#[test]
fn tables_give_way_on_narrow_terminals() {
    for (width, height) in [(80, 24), (120, 36)] {
        for (name, wanted) in USED {
            let system = SYSTEMS.iter().find(|system| system.name == *name).unwrap();
            let mut all = tables(name, system.kinds);
            all.retain(|(kind, _)| wanted.contains(&kind.0.name));
            insta::assert_snapshot!(format!("landscape-{name}-{width}x{height}"), pages(&all, (width, height)));
        }
    }
}

fn system(name: &str, health: Health, cells: (&str, i64, i64, &str, &str, &str)) -> Object {
    let (words, objects, kinds, version, api, evidence) = cells;
    let counts = [Cell::Count(objects), Cell::Count(kinds)];
    let cells = [Cell::text(words)].into_iter().chain(counts).chain([version, api, evidence].map(Cell::text));
    let link = Link::to(&MEMBER, Scope::all().owner(name));
    let row = Object::made(Id::new(HERE, KindRef(&SYSTEM), "", name), health, cells.collect::<Vec<_>>());
    Object { link: Some(Box::new(link)), ..row }
}

fn systems() -> Screen {
    let rows = [
        system("argocd", Health::Warn, ("2 with a warning", 14, 3, "", "v1alpha1", "argoproj.io")),
        system("cert-manager", Health::Good, ("well", 61, 6, "v1.21.2", "v1", "acme.cert-manager.io,cert-manager.io")),
        system(
            "flux",
            Health::Bad,
            (
                "1 failed",
                48,
                11,
                "v2.9.0",
                "v1,v1beta3,v2",
                "helm.toolkit.fluxcd.io,kustomize.toolkit.fluxcd.io,source.toolkit.fluxcd.io",
            ),
        ),
        system("policy-reports", Health::Bad, ("31 failed (200 read)", 104_211, 2, "", "v1alpha2", "wgpolicyk8s.io")),
        system("tetragon", Health::Done, ("no objects", 0, 3, "", "v1alpha1", "cilium.io")),
    ];
    let rows = rows.into_iter().map(Delta::Upsert);
    Screen::open("landscape")
        .found(Vec::new())
        .answer([Delta::Reset].into_iter().chain(rows).chain([Delta::Ready]).collect())
}

#[test]
fn the_landscape() {
    picture("landscape", systems);
    picture("landscape-none", || Screen::open("landscape").found(Vec::new()).answer(vec![Delta::Reset, Delta::Ready]));
}

#[test]
fn enter_leads_from_a_system_to_its_kinds() {
    let screen = systems().keys("j j enter");
    let spyhop::model::Query::List { kind, scope, .. } = screen.query() else { panic!("not a table") };
    assert!(kind.is(&MEMBER) && scope.owner == "flux", "{}", screen.text());
}
