//! Helm releases on the screen: the table, the revisions of one, its page, and nothing private.

use std::sync::Arc;

use serde_json::json;
use spyhop::kinds::helm::{self, charts, extracts, history};
use spyhop::model::{Cell, Delta, Error, Id, Kind, KindRef, Link, Object, Query, Scope, Time};

use crate::screen::{HERE, Screen, kind};

const NOW: &str = "2026-01-31T12:00:00Z";
/// Namespace, name, revision, status, when it was made, chart, version of the app, and what helm says of it.
type Release = (&'static str, &'static str, u32, &'static str, &'static str, [&'static str; 4]);

const RELEASES: &[Release] = &[
    (
        "monitoring",
        "grafana",
        2,
        "deployed",
        "2026-01-10T00:00:00Z",
        ["grafana", "10.2.0", "12.3.0", "Upgrade complete"],
    ),
    ("platform", "oauth2-proxy", 4, "failed", "2026-01-29T00:00:00Z", ["oauth2-proxy", "8.5.0", "7.13.0", "timed out"]),
    ("shop", "search", 3, "deployed", "2026-01-26T00:00:00Z", ["opensearch", "3.2.0", "3.3.1", "Rollback to 1"]),
    (
        "shop",
        "web",
        1,
        "pending-install",
        "2026-01-31T11:58:00Z",
        ["nginx", "20.0.1", "1.29", "Initial install underway"],
    ),
    ("staging", "search", 2, "pending-upgrade", "2026-01-31T09:00:00Z", ["opensearch", "3.3.0", "3.3.1", "Preparing"]),
];

fn row(name: &str, release: &Release, id: String) -> Object {
    let (namespace, of, revision, status, made, _) = release;
    let made = Time::parse(made);
    let health = helm::health(status, made, Time::parse(NOW).unwrap()).0;
    let own = helm::cells(*revision, status, made);
    let lead = (name == "history").then(|| Cell::text(*of));
    let cells: Vec<Cell> = lead.into_iter().chain(own).collect();
    let link = Link::to(&history::KIND, Scope::namespace(*namespace).owner(*of));
    Object {
        link: (name == "releases").then(|| Box::new(link)),
        ..Object::made(Id::new(HERE, kind(name), *namespace, id), health, cells)
    }
}

fn whole(rows: impl Iterator<Item = Object>) -> Vec<Delta> {
    [Delta::Reset].into_iter().chain(rows.map(Delta::Upsert)).chain([Delta::Ready]).collect()
}

/// Answers the question for what the bodies of the rows on the screen tell.
fn lend(screen: Screen, lender: &'static Kind, all: &[(String, &Release)]) -> Screen {
    let is_asked = |query: &Query| matches!(query, Query::List { kind, .. } if kind.is(lender));
    let query = screen.state.wanted().into_iter().find(is_asked).unwrap();
    let rows = all.iter().map(|(id, (namespace, .., [chart, version, app, said]))| {
        let cells = charts::cells(chart, version, app, said);
        Object::made(Id::new(HERE, KindRef(lender), *namespace, id.as_str()), Default::default(), cells)
    });
    screen.answer_to(query, whole(rows)).pass(600)
}

fn releases() -> Screen {
    let rows = RELEASES.iter().map(|release| row("releases", release, release.1.to_owned()));
    let all: Vec<_> = RELEASES.iter().map(|release| (release.1.to_owned(), release)).collect();
    let screen = Screen::open("helm all").found(Vec::new()).answer(whole(rows)).pass(600);
    lend(screen, &charts::RELEASES, &all)
}

fn revisions() -> Screen {
    let all: Vec<Release> = (1..=3)
        .map(|number| {
            let status = if number == 3 { "deployed" } else { "superseded" };
            let made = ["2026-01-01T00:00:00Z", "2026-01-25T00:00:00Z", "2026-01-26T00:00:00Z"][number as usize - 1];
            let version = if number == 2 { "3.3.0" } else { "3.2.0" };
            let said = ["Install complete", "Upgrade complete", "Rollback to 1"][number as usize - 1];
            ("shop", "search", number, status, made, ["opensearch", version, "3.3.1", said])
        })
        .collect();
    let rows = all.iter().map(|release| row("history", release, format!("search@{}", release.2)));
    let lent: Vec<_> = all.iter().map(|release| (format!("search@{}", release.2), release)).collect();
    let screen = releases().keys("j j enter").answer(whole(rows)).pass(600);
    lend(screen, &charts::HISTORY, &lent)
}

fn page(keys: &str) -> Screen {
    let secret =
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "search"}, "data": {"password": "Y2FuYXJ5"}});
    let body = json!({
        "apiVersion": "helm.sh/release.v1", "kind": "Release", "metadata": {"name": "search", "namespace": "shop"}, "revision": 3,
        "info": {"status": "deployed", "description": "Rollback to 1", "first_deployed": "2026-01-01T00:00:00Z",
            "last_deployed": "2026-01-26T00:00:00Z", "deleted": ""},
        "chart": {"name": "opensearch", "version": "3.2.0", "appVersion": "3.3.1"}, "applyMethod": "ssa",
        "values": {"adminPassword": "canary", "resources": {"limits": {"memory": "2Gi"}}},
        "notes": "Search runs in namespace shop.\nLog in with --password=canary.",
        "manifest": [secret, {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "search"}}],
        "hooks": [{"name": "search-migrate", "kind": "Job", "events": ["pre-upgrade", "pre-rollback"], "manifest": [],
            "last_run": {"completed_at": "2026-01-26T00:01:00Z", "phase": "Succeeded"}}],
    });
    releases().keys("j j").keys(keys).answer(vec![Delta::Body(Some(Arc::new(body)))])
}

/// A text of the release, as a page.
fn extract(keys: &str) -> Screen {
    let manifest = "---\n# Source: opensearch/templates/secret.yaml\napiVersion: v1\nkind: Secret\nmetadata:\n  name: search\n\
                    stringData:\n  password: canary-1\n---\n# Source: opensearch/templates/config.yaml\napiVersion: v1\n\
                    kind: ConfigMap # kept as it is\nmetadata:\n  name: search\ndata:\n  run.sh: |\n    if: [ -n \"$HOME\" ]\n";
    let hook = "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: search-migrate\n  annotations:\n    helm.sh/hook: pre-upgrade";
    let body = json!({
        "apiVersion": "helm.sh/release.v1", "kind": "ReleaseText", "metadata": {"name": "search", "namespace": "shop"},
        "revision": 3, "values": {"adminPassword": "canary-1", "resources": {"limits": {"memory": "2Gi"}}},
        "computed": {"adminPassword": "canary-1", "image": {"tag": "canary-2"}, "resources": {"limits": {"memory": "2Gi"}}},
        "notes": "Search runs in namespace shop.\nLog in with --password=canary-1.", "manifest": manifest,
        "hooks": [{"path": "opensearch/templates/migrate.yaml", "manifest": hook, "events": ["pre-upgrade", "pre-rollback"],
            "weight": -5, "last_run": {"completed_at": "2026-01-26T00:01:00Z", "phase": "Succeeded"}}],
    });
    releases().keys("j j").keys(keys).answer(vec![Delta::Body(Some(Arc::new(body)))])
}

/// Two revisions, as a page that compares them.
fn changes(keys: &str) -> Screen {
    let revision = |number: u32, version: &str, password: &str, replicas: u32| {
        let object = |kind: &str, key: &str, value: serde_json::Value| json!({"apiVersion": "v1", "kind": kind, "metadata": {"name": "search"}, key: value});
        let set = json!({"replicas": replicas, "serviceName": "search", "template": {"spec": {"containers": [
            {"name": "search", "image": format!("opensearchproject/opensearch:{version}"), "env": [{"name": "API_TOKEN", "value": password}]}]}}});
        json!({"metadata": {"name": "search", "namespace": "shop"}, "revision": number,
            "info": {"status": if number == 3 { "deployed" } else { "superseded" }},
            "chart": {"name": "opensearch", "version": version, "appVersion": "3.3.1"},
            "values": {"adminPassword": password, "resources": {"limits": {"memory": "2Gi"}}},
            "manifest": [object("Secret", "stringData", json!({"password": password})), object("StatefulSet", "spec", set),
                object("ServiceAccount", "automountServiceAccountToken", json!(false))],
            "notes": format!("Search runs in namespace shop.\nLog in with --password={password}.")})
    };
    let (before, after) = (revision(2, "3.3.0", "canary-2", 3), revision(3, "3.2.0", "canary-3", 2));
    let body = json!({"apiVersion": "helm.sh/release.v1", "kind": "RevisionChanges", "before": before, "after": after});
    revisions().keys(keys).answer(vec![Delta::Body(Some(Arc::new(body)))])
}

/// A revision and the cluster, as a page that compares them.
fn drift(keys: &str, replicas: u32, password: &str) -> Screen {
    let object = |kind: &str, key: &str, value: serde_json::Value| json!({"apiVersion": "v1", "kind": kind, "metadata": {"name": "search"}, key: value});
    let set = |replicas: u32| json!({"replicas": replicas, "serviceName": "search"});
    let manifest = json!([
        object("Secret", "stringData", json!({"password": "canary-1"})),
        object("StatefulSet", "spec", set(2)),
        object("Service", "spec", json!({"ports": [{"port": 80}]}))
    ]);
    let hidden = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, password);
    let live = json!([
        object("Secret", "data", json!({"password": hidden})),
        object("StatefulSet", "spec", set(replicas)),
        if replicas == 2 {
            object("Service", "spec", json!({"ports": [{"port": 80, "protocol": "TCP"}]}))
        } else {
            json!(null)
        }
    ]);
    let revision = json!({"metadata": {"name": "search", "namespace": "shop"}, "revision": 3, "info": {"status": "deployed"},
        "chart": {"name": "opensearch", "version": "3.2.0"}, "values": {}, "manifest": manifest});
    let body = json!({"apiVersion": "helm.sh/release.v1", "kind": "RevisionDrift", "before": revision,
        "after": {"manifest": live}, "unread": [null, null, null]});
    releases().keys("j j").keys(keys).answer(vec![Delta::Body(Some(Arc::new(body)))])
}

#[test]
fn drift_of_a_release_is_told_with_secrets_masked() {
    snapshots("helm-drift", || drift("L", 5, "canary-2"));
    snapshots("helm-no-drift", || drift("L", 2, "canary-1"));
    let masked = drift("L", 5, "canary-2").sized(160, 80).text();
    assert!(!masked.contains("canary") && masked.contains("Service search is missing in the cluster."), "{masked}");
    let clear = drift("L x", 5, "canary-2").sized(160, 80).text();
    assert!(clear.contains("password: canary-2"), "{clear}");
}

/// The name of the body that the page wants.
fn wanted(screen: &Screen) -> String {
    let names = screen.state.wanted().into_iter().filter_map(|query| match query {
        Query::One { id } if id.kind.is(&extracts::CHANGES) => Some(id.name.to_string()),
        _ => None,
    });
    names.collect()
}

#[test]
fn revisions_are_compared_with_secrets_masked() {
    snapshots("helm-diff", || changes("D"));
    let masked = changes("D").sized(160, 80).text();
    assert!(!masked.contains("canary"), "{masked}");
    let clear = changes("D x").sized(160, 80).text();
    assert!(clear.contains("password: canary-2") && clear.contains("password: canary-3"), "{clear}");
    assert!(!changes("D x").pass(31_000).sized(160, 80).text().contains("canary"));
}

#[test]
fn a_revision_is_compared_with_the_one_before_or_two_marked_ones_with_each_other() {
    assert_eq!(wanted(&changes("D")), "search@3", "the first row, whatever it is called");
    let marked = revisions().keys("space j j space D");
    assert_eq!(wanted(&marked), "search@1..3");
    assert!(marked.text().contains("search@3 › diff from search@1"), "{}", marked.text());
    assert_eq!(wanted(&revisions().keys("space j j D")), "search@1", "one mark is no pair");
    let refused = revisions().keys("space j space j space D").text();
    assert!(refused.contains("mark these two"), "{refused}");
    let releases = releases().keys("space j space D").text();
    assert!(releases.contains("only two revisions of one release"), "{releases}");
}

fn snapshots(name: &str, make: impl Fn() -> Screen) {
    for (width, height) in [(80, 24), (160, 45)] {
        insta::assert_snapshot!(format!("{name}-{width}x{height}"), make().sized(width, height).text());
    }
}

#[test]
fn tables() {
    snapshots("helm", releases);
    snapshots("helm-wide", || releases().keys("ctrl-w"));
    snapshots("helm-history", revisions);
    snapshots("helm-none", || Screen::open("charts").answer(vec![Delta::Reset, Delta::Ready]));
    let denied = Error::Denied("helm keeps releases in Secrets: secrets is forbidden: jane cannot list it".into());
    snapshots("helm-denied", || Screen::open("hm all").fails(denied.clone()));
}

#[test]
fn texts_of_a_release_are_pages_that_mask_what_is_private() {
    for (name, key) in [("values", "v"), ("all-values", "V"), ("manifest", "m"), ("notes", "o"), ("hooks", "H")] {
        snapshots(&format!("helm-{name}"), || extract(key));
        let text = extract(key).sized(160, 80).text();
        assert!(!text.contains("canary"), "{name}: {text}");
        // From a text to another, and back to the table in one step.
        let back = extract(key).keys("m esc").text();
        assert!(back.contains("oauth2-proxy"), "{name}: {back}");
    }
    for key in ["v", "V", "m", "o"] {
        let clear = extract(key).keys("x").sized(160, 80).text();
        assert!(clear.contains("canary-1"), "{key}: {clear}");
        let again = extract(key).keys("x").pass(31_000).sized(160, 80).text();
        assert!(!again.contains("canary"), "{key}: {again}");
    }
}

#[test]
fn pages_hide_what_may_be_private() {
    snapshots("helm-page", || page("d"));
    for keys in ["d", "y"] {
        let text = page(keys).sized(160, 80).text();
        assert!(!text.contains("canary") && !text.contains("Y2FuYXJ5"), "{keys}: {text}");
    }
    let masked = page("y").sized(160, 80).text();
    assert!(masked.contains("adminPassword: ••••••") && masked.contains("kind: StatefulSet"), "{masked}");
    let clear = page("y").keys("x").sized(160, 80).text();
    assert!(clear.contains("adminPassword: canary") && clear.contains("password: canary"), "{clear}");
    let again = page("y").keys("x").pass(31_000).sized(160, 80).text();
    assert!(!again.contains("adminPassword: canary"), "{again}");
}
