use serde_json::json;

use super::*;
use crate::kinds;
use crate::model::{KindRef, SourceId};

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
    while let Some(request) = run.due() {
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
            gone(if looks.get() < 3 {
                "the server could not find the requested resource"
            } else {
                "whales \"moby\" not found"
            })
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
            "get sea/moby",
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
