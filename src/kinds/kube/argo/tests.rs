//! Rows and pages of applications and what is around them.

use serde_json::{Value, json};

use super::{applications, applicationsets, appprojects};
use crate::kinds::kube::testing::{around, cell, named, row, section, titles};
use crate::model::{Around, Health};

fn application(rest: Value) -> crate::model::Object {
    row(&applications::KIND, rest)
}

fn status(sync: &str, health: &str) -> Value {
    json!({"sync": {"status": sync}, "health": {"status": health}})
}

fn with(mut status: Value, key: &str, value: Value) -> Value {
    status[key] = value;
    json!({"status": status})
}

#[test]
fn the_first_that_holds_decides_about_an_application() {
    let good = || status("Synced", "Healthy");
    let phase = |phase: &str| with(good(), "operationState", json!({"phase": phase}));
    let condition = |name: &str| with(good(), "conditions", json!([{"type": name}]));
    let both = |phase: &str, condition: &str| {
        let mut body = with(good(), "operationState", json!({"phase": phase}));
        body["status"]["conditions"] = json!([{"type": condition}]);
        body
    };
    for (body, state, health) in [
        (phase("Failed"), "SyncFailed", Health::Bad),
        (phase("Error"), "SyncError", Health::Bad),
        (both("Running", "ComparisonError"), "ComparisonError", Health::Bad),
        (phase("Running"), "Syncing", Health::Progress),
        (phase("Terminating"), "Terminating", Health::Progress),
        (json!({"operation": {"sync": {}}, "status": good()}), "Syncing", Health::Progress),
        (json!({"status": status("OutOfSync", "Degraded")}), "Degraded", Health::Bad),
        (json!({"status": status("OutOfSync", "Progressing")}), "Progressing", Health::Progress),
        (json!({"status": status("OutOfSync", "Suspended")}), "Suspended", Health::Done),
        (json!({"status": status("OutOfSync", "Unknown")}), "Unknown", Health::Unknown),
        (json!({"status": status("OutOfSync", "Missing")}), "Missing", Health::Warn),
        (json!({"status": status("OutOfSync", "Healthy")}), "OutOfSync", Health::Warn),
        (condition("OrphanedResourceWarning"), "OrphanedResourceWarning", Health::Warn),
        (phase("Succeeded"), "Healthy", Health::Good),
        (json!({"status": status("Unknown", "Healthy")}), "Unknown", Health::Unknown),
        (json!({}), "Unknown", Health::Unknown),
    ] {
        let row = application(body.clone());
        assert_eq!((cell(&row, "STATE").as_str(), row.health), (state, health), "{body}");
    }
}

#[test]
fn an_application_tells_where_it_comes_from_and_goes_to() {
    let row = application(json!({
        "spec": {"project": "shop", "source": {"repoURL": "https://u:canary@github.com/shop/deploy.git", "path": "web", "targetRevision": "main"},
            "destination": {"server": "https://kubernetes.default.svc", "namespace": "shop"},
            "syncPolicy": {"automated": {"selfHeal": true, "prune": true}}},
        "status": {"sync": {"status": "OutOfSync", "revision": "0123456789abcdef0123456789abcdef01234567"},
            "resources": [{"status": "OutOfSync"}, {"status": "Synced"}, {"status": "OutOfSync"}, {"kind": "Job", "hook": true}],
            "summary": {"images": ["web:1", "redis:7"]}, "operationState": {"phase": "Succeeded", "finishedAt": "2026-01-01T11:50:00Z"}},
    }));
    for (title, text) in [
        ("PROJECT", "shop"),
        ("SOURCE", "••••••@github.com/shop/deploy web"),
        ("TARGET", "main"),
        ("REVISION", "0123456"),
        ("DESTINATION", "in-cluster/shop"),
        ("AUTO", "ASP"),
        ("OUT-OF-SYNC", "2"),
        ("OPERATION", "Succeeded"),
        ("LAST-SYNC", "10m"),
        ("IMAGES", "web:1,redis:7"),
    ] {
        assert_eq!(cell(&row, title), text, "{title}");
    }
}

#[test]
fn several_sources_are_counted() {
    let row = application(json!({
        "spec": {"sources": [{"repoURL": "https://charts.example/stable/", "chart": "redis", "targetRevision": "1.2"}, {"repoURL": "https://x/y", "path": "z"}],
            "destination": {"name": "edge", "namespace": "shop"}, "syncPolicy": {"automated": {"enabled": false}}},
        "status": {"sync": {"revisions": ["1.2", "0123456789abcdef0123456789abcdef01234567"]}},
    }));
    let texts = ["SOURCE", "TARGET", "REVISION", "DESTINATION", "AUTO"].map(|title| cell(&row, title));
    assert_eq!(texts, ["charts.example/stable redis@1.2 +1", "1.2 +1", "1.2 +1", "edge/shop", ""]);
}

#[test]
fn the_page_of_an_application_tells_what_is_wrong_and_what_it_is_made_of() {
    let body = named(json!({
        "spec": {"project": "shop", "source": {"repoURL": "https://github.com/shop/deploy", "path": "web"}, "destination": {"name": "edge"}},
        "operation": {"initiatedBy": {"username": "spyhop"}},
        "status": {"sync": {"status": "OutOfSync"}, "health": {"status": "Degraded", "message": "one is down"},
            "conditions": [{"type": "SharedResourceWarning", "message": "also of cart"}],
            "resources": [
                {"kind": "Service", "namespace": "shop", "name": "web", "status": "Synced", "health": {"status": "Healthy"}},
                {"kind": "Deployment", "namespace": "shop", "name": "web", "status": "OutOfSync", "syncWave": 2, "requiresPruning": true,
                    "health": {"status": "Degraded", "message": "no image"}}],
            "operationState": {"phase": "Failed", "message": "one or more objects failed", "startedAt": "2026-01-01T11:49:00Z",
                "operation": {"initiatedBy": {"automated": true}},
                "syncResult": {"revision": "abc", "resources": [{"kind": "Job", "namespace": "shop", "name": "migrate", "hookPhase": "Failed", "syncPhase": "PreSync", "message": "exit 1"}]}},
            "history": [{"id": 0, "revision": "a", "deployedAt": "2026-01-01T10:00:00Z"}, {"id": 1, "revision": "b", "deployedAt": "2026-01-01T11:00:00Z"}]},
    }));
    let sections = super::describe::application(&body, &Around::default());
    assert_eq!(
        section(&sections, "Trouble"),
        [
            "Last operation: one or more objects failed (bad)",
            "Deployment shop/web: no image (bad)",
            "SharedResourceWarning: also of cart (warn)"
        ]
    );
    assert_eq!(
        section(&sections, "Resources"),
        [
            "KIND NAMESPACE NAME SYNC HEALTH WAVE NOTE",
            "Deployment shop web OutOfSync Degraded 2 to be pruned",
            "Service shop web Synced Healthy"
        ]
    );
    assert_eq!(
        section(&sections, "Operation"),
        [
            "Requested by: spyhop",
            "Phase: Failed",
            "Message: one or more objects failed",
            "Revision: abc",
            "Started: 11m",
            "By: Argo CD itself"
        ]
    );
    assert_eq!(
        section(&sections, "Last sync"),
        ["RESOURCE RESULT PHASE MESSAGE", "Job shop/migrate Failed PreSync exit 1"]
    );
    assert_eq!(section(&sections, "History"), ["ID REVISION DEPLOYED BY SOURCE", "1 b 60m", "0 a 120m"]);
    assert!(titles(&sections).contains(&"Application"));
}

#[test]
fn an_application_is_degraded_also_if_its_resources_have_no_health() {
    let told = |health: Value| {
        let resources = json!([{"kind": "Deployment", "namespace": "shop", "name": "web", "status": "Synced"}]);
        let body = named(json!({"status": {"health": health, "resources": resources}}));
        section(&super::describe::application(&body, &Around::default()), "Trouble")
    };
    assert_eq!(
        told(json!({"status": "Degraded"})),
        ["Health: Degraded: Argo CD does not say which of its resources (bad)"]
    );
    assert_eq!(told(json!({"status": "Degraded", "message": "no quorum"})), ["Health: no quorum (bad)"]);
}

#[test]
fn a_project_tells_its_windows_and_no_token() {
    let body = json!({
        "spec": {"sourceRepos": ["*"], "destinations": [{"server": "https://kubernetes.default.svc", "namespace": "shop"}, {"name": "edge", "namespace": "*"}],
            "roles": [{"name": "ci", "description": "deploys", "policies": ["p, a, b"], "jwtTokens": [{"iat": 1, "id": "canary"}]}],
            "syncWindows": [{"kind": "deny", "schedule": "* * * * *", "duration": "1h", "applications": ["held"], "manualSync": true}, {"kind": "allow"}, {"kind": "deny"}],
            "orphanedResources": {"warn": false}},
    });
    let row = row(&appprojects::KIND, body.clone());
    let texts = ["SOURCES", "DESTINATIONS", "ROLES", "WINDOWS", "ORPHANS"].map(|title| cell(&row, title));
    assert_eq!(texts, ["*", "in-cluster/shop,edge/*", "1", "1 allow, 2 deny", "watched"]);
    let describe = appprojects::KIND.description.sections.unwrap();
    let sections = describe(&body, &Around::default());
    assert_eq!(section(&sections, "Sync windows")[1], "deny * * * * * 1h  allowed held");
    assert_eq!(section(&sections, "Roles"), ["ci (1 tokens): deploys", "p, a, b"]);
    assert!(!format!("{sections:?}").contains("canary"));
}

#[test]
fn the_applications_of_a_project_are_found_by_its_name() {
    let of = |project: &str| application(json!({"spec": {"project": project}}));
    let all = [of("shop"), of("other")];
    let body = json!({"metadata": {"name": "shop"}});
    let around = around(&appprojects::KIND, &body, &[&all]);
    assert_eq!(around.objects("Applications").len(), 1);
}

#[test]
fn a_set_leads_to_its_applications() {
    let set = |conditions: Value| {
        row(
            &applicationsets::KIND,
            json!({"spec": {"generators": [{"git": {}}, {"selector": {}, "list": {}}]}, "status": {"resources": [{"name": "a"}, {"name": "b"}], "conditions": conditions}}),
        )
    };
    let of = |name: &str| json!([{"type": name, "status": "True", "message": "no such branch"}]);
    for (name, health) in [
        ("ErrorOccurred", Health::Bad),
        ("RolloutProgressing", Health::Progress),
        ("ResourcesUpToDate", Health::Good),
        ("Other", Health::Unknown),
    ] {
        assert_eq!(set(of(name)).health, health, "{name}");
    }
    let row = set(of("ErrorOccurred"));
    let texts = ["GENERATORS", "APPS", "ERROR", "MESSAGE"].map(|title| cell(&row, title));
    assert_eq!(texts, ["git,list", "2", "True", "no such branch"]);
    let link = applicationsets::KIND.link(&row).unwrap();
    assert_eq!((link.kind.name, link.scope.owner.as_str()), ("applications", "u1"));
}
