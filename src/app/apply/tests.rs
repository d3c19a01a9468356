use serde_json::json;

use super::*;
use crate::kinds;
use crate::model::{KindRef, Patch, SourceId};

const TEXT: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {replicas: 3}
---
apiVersion: sea.example.com/v1
kind: Whale
metadata: {name: moby, namespace: sea}
---
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Namespace, metadata: {name: sea}}
- {apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: whales.sea.example.com},
   spec: {group: sea.example.com, scope: Namespaced, names: {kind: Whale, plural: whales}, versions: [{name: v1}]}}
---
apiVersion: nope.example.com/v1
kind: Nope
metadata: {name: x}
---
apiVersion: v1
kind: ConfigMap
metadata: {generateName: x-}
";

fn run() -> Run {
    let served: Vec<KindRef> = kinds::all().collect();
    let documents = documents(&[("all.yaml".into(), TEXT.into())]).unwrap();
    Run::new(Plan::new(documents, SourceId(1), &served, "shop"), false)
}

fn gone(text: &str) -> Result<Reply> {
    Err(Error::Gone(text.into()))
}

fn ok(body: Value) -> Result<Reply> {
    Ok(Reply { body, warnings: Vec::new() })
}

/// Answers each request until none is due; gives what was sent.
fn answer(run: &mut Run, reply: impl Fn(&Request) -> Result<Reply>) -> Vec<String> {
    let mut sent = Vec::new();
    while let Some(due) = run.due() {
        let request = match due {
            Due::Call(request) => *request,
            Due::Pause(pause) => {
                sent.push(format!("pause {}", pause.as_millis()));
                run.resume();
                continue;
            }
        };
        let dry = if request.dry { "try " } else { "" };
        sent.push(format!("{dry}{} {}/{}", request.what.verb(), request.id.namespace, request.id.name));
        run.take(reply(&request));
    }
    sent
}

#[test]
fn documents_go_in_the_order_in_which_they_need_each_other() {
    let run = run();
    let names: Vec<String> = run.items.iter().map(report::name).collect();
    assert_eq!(
        names,
        [
            "namespace sea",
            "customresourcedefinition whales.sea.example.com",
            "deployment shop/web",
            "whale sea/moby",
            "nope x",
            "configmap ?"
        ]
    );
    assert!(
        matches!(&run.items[4].verdict, Verdict::Unsent(why) if why.contains("no kind Nope in nope.example.com/v1"))
    );
    assert!(matches!(&run.items[5].verdict, Verdict::Unsent(why) if why.contains("metadata.name")));
}

#[test]
fn everything_is_tried_before_anything_is_written() {
    let mut run = run();
    let stored =
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {"replicas": 2}});
    let sent = answer(&mut run, |request| match (&request.what, request.id.name.as_str()) {
        (What::Get, "web") => ok(stored.clone()),
        (What::Get, _) => gone("not found"),
        (What::Apply { body, .. }, _) => ok(body.as_ref().clone()),
        other => panic!("{other:?}"),
    });
    assert_eq!(
        sent,
        [
            "get /sea",
            "try patch /sea",
            "get /whales.sea.example.com",
            "try patch /whales.sea.example.com",
            "get shop/web",
            "try patch shop/web",
            "get sea/moby",
        ]
    );
    assert!(run.asks() && run.goes() == 4 && run.failed() == 2);
    let told: String = lines(&run, true).iter().flatten().map(|(piece, _)| format!("{piece}\n")).collect();
    assert!(told.contains("spec.replicas"), "{told}");
    run.go();
    let looks = std::cell::Cell::new(0);
    let sent = answer(&mut run, |request| match &request.what {
        What::Get => {
            looks.set(looks.get() + 1);
            match looks.get() {
                0..3 => Err(Error::Unserved("the server could not find the requested resource".into())),
                _ => gone("whales \"moby\" not found"),
            }
        }
        What::Apply { body, .. } => ok(body.as_ref().clone()),
        other => panic!("{other:?}"),
    });
    assert_eq!(
        sent,
        [
            "patch /sea",
            "patch /whales.sea.example.com",
            "patch shop/web",
            "get sea/moby",
            "pause 50",
            "get sea/moby",
            "pause 100",
            "get sea/moby",
            "patch sea/moby",
        ]
    );
    assert!(run.is_done());
    let outcomes: Vec<bool> = run.items.iter().map(|item| matches!(item.verdict, Verdict::Applied(_))).collect();
    assert_eq!(outcomes, [true, true, true, true, false, false]);
}

#[test]
fn conflicts_name_managers_and_fields() {
    let mut run = run();
    let said = "Apply failed with 1 conflict: conflict with \"kubectl\" using apps/v1:\n- .spec.replicas";
    answer(&mut run, |request| match &request.what {
        What::Get => gone("not found"),
        _ => Err(Error::Conflict(said.into())),
    });
    let told: Vec<String> =
        lines(&run, true).iter().map(|line| line.iter().map(|(piece, _)| piece.as_str()).collect()).collect();
    let all = told.join("\n");
    assert!(
        all.contains("conflict with \"kubectl\"") && all.contains("spec.replicas") && all.contains("--force-conflicts"),
        "{all}"
    );
    assert_eq!(run.goes(), 1);
}

#[test]
fn what_is_no_object_is_refused_with_its_place() {
    for (text, words) in [("a: [", "f.yaml, line"), ("kind: Pod\n", "no apiVersion"), ("---\n---\n", "no object")] {
        let error = documents(&[("f.yaml".into(), text.into())]).unwrap_err();
        assert!(error.text().contains(words), "{error}");
    }
}

#[test]
fn secrets_are_masked_in_what_is_told() {
    let text = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {password: hunter2-canary}\n";
    let served: Vec<KindRef> = kinds::all().collect();
    let documents = documents(&[("-".into(), text.into())]).unwrap();
    let mut run = Run::new(Plan::new(documents, SourceId(1), &served, "shop"), false);
    answer(&mut run, |request| match &request.what {
        What::Get => gone("not found"),
        _ => ok(
            json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "data": {"password": "aHVudGVyMi1jYW5hcnk="}}),
        ),
    });
    let all = format!("{:?}", lines(&run, true));
    assert!(all.contains("password") && !all.contains("canary") && !all.contains("aHVu"), "{all}");
}

#[test]
fn a_kind_that_never_comes_is_not_asked_for_without_end() {
    let mut run = run();
    answer(&mut run, |request| match &request.what {
        What::Get => gone("not found"),
        What::Apply { body, .. } => ok(body.as_ref().clone()),
        other => panic!("{other:?}"),
    });
    run.go();
    let sent = answer(&mut run, |request| match (&request.what, request.id.name.as_str()) {
        (What::Apply { body, .. }, name) if name != "moby" => ok(body.as_ref().clone()),
        _ => Err(Error::Unserved("the server could not find the requested resource".into())),
    });
    let looks = sent.iter().filter(|line| line.starts_with("get")).count();
    let pauses: Vec<u64> = sent.iter().filter_map(|line| line.strip_prefix("pause ")?.parse().ok()).collect();
    assert_eq!((looks, pauses.len()), (21, 20), "{sent:?}");
    assert!(
        pauses.is_sorted() && pauses[19] == 1000 && (10_000..20_000).contains(&pauses.iter().sum::<u64>()),
        "{pauses:?}"
    );
    assert!(run.is_done() && run.failed() == 3);
}

const OWN: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {replicas: 3}
";

/// A deployment as `kubectl apply` left it, at a version.
fn kept(version: &str, paused: bool) -> Value {
    let copy = r#"{"spec":{"replicas":2,"minReadySeconds":5}}"#;
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {
            "name": "web", "namespace": "shop", "resourceVersion": version,
            "annotations": {crate::app::yaml::COPY: copy},
        },
        "spec": {"replicas": 2, "minReadySeconds": 5, "paused": paused},
    })
}

fn own_run() -> Run {
    let served: Vec<KindRef> = kinds::all().collect();
    let documents = documents(&[("own.yaml".into(), OWN.into())]).unwrap();
    Run::new(Plan::new(documents, SourceId(1), &served, "shop"), false)
}

/// What the server makes of a merge patch on [`kept`].
fn merged(patch: &Patch, paused: bool) -> Result<Reply> {
    let Patch::Kubectl(patch) = patch else { panic!("{patch:?}") };
    assert_eq!(patch["spec"], json!({"replicas": 3, "minReadySeconds": null}));
    let mut body = kept("9", paused);
    body["metadata"]["annotations"] = patch["metadata"]["annotations"].clone();
    body["spec"] = json!({"replicas": 3, "paused": paused});
    ok(body)
}

fn told(run: &Run) -> String {
    lines(run, true)
        .iter()
        .map(|line| line.iter().map(|(piece, _)| piece.as_str()).chain(["\n"]).collect::<String>())
        .collect()
}

#[test]
fn what_kubectl_made_is_changed_as_kubectl_does_and_shows_what_goes() {
    let mut run = own_run();
    let tries = std::cell::Cell::new(0);
    let sent = answer(&mut run, |request| match &request.what {
        What::Get => ok(kept("7", false)),
        What::Patch(patch) => {
            assert!(request.dry);
            tries.set(tries.get() + 1);
            if tries.get() == 1 { Err(Error::Conflict("modified".into())) } else { merged(patch, false) }
        }
        other => panic!("{other:?}"),
    });
    assert_eq!(sent, ["get shop/web", "try patch shop/web", "get shop/web", "try patch shop/web"]);
    let told = told(&run);
    for words in ["made with kubectl apply", "- spec.minReadySeconds", "the last document → this one"] {
        assert!(told.contains(words), "{words}: {told}");
    }
    // Others who write its status are no hindrance.
    run.go();
    let versions = std::cell::RefCell::new(Vec::new());
    let sent = answer(&mut run, |request| match &request.what {
        What::Get => ok(kept("8", false)),
        What::Patch(patch) => {
            let Patch::Kubectl(body) = patch.as_ref() else { panic!("{patch:?}") };
            versions.borrow_mut().push(body["metadata"]["resourceVersion"].clone());
            if versions.borrow().len() == 1 { Err(Error::Conflict("modified".into())) } else { merged(patch, false) }
        }
        other => panic!("{other:?}"),
    });
    assert_eq!(sent, ["patch shop/web", "get shop/web", "patch shop/web"]);
    assert_eq!(*versions.borrow(), ["7", "8"]);
    assert!(matches!(run.items[0].verdict, Verdict::Applied(Outcome::Configured)));
}

#[test]
fn what_would_become_something_else_than_shown_is_not_written() {
    let mut run = own_run();
    answer(&mut run, |request| match &request.what {
        What::Get => ok(kept("7", false)),
        What::Patch(patch) => merged(patch, false),
        other => panic!("{other:?}"),
    });
    run.go();
    let sent = answer(&mut run, |request| match &request.what {
        What::Get => {
            let mut other = kept("8", false);
            other["spec"]["replicas"] = json!(5);
            other["spec"]["minReadySeconds"] = json!(6);
            other["metadata"]["labels"] = json!({"a": "b"});
            other["metadata"]["annotations"][crate::app::yaml::COPY] = "{}".into();
            ok(other)
        }
        _ => Err(Error::Conflict("modified".into())),
    });
    assert_eq!(sent, ["patch shop/web", "get shop/web"]);
    assert!(
        run.is_done() && run.failed() == 1 && told(&run).contains("apply again to see a new one"),
        "{}",
        told(&run)
    );
}

#[test]
fn a_race_that_does_not_end_is_given_up() {
    let mut run = own_run();
    let sent = answer(&mut run, |request| match &request.what {
        What::Get => ok(kept("7", false)),
        _ => Err(Error::Conflict("modified".into())),
    });
    assert_eq!(sent.len(), 12);
    assert!(run.asks() && run.failed() == 1);
}
