use super::*;
use crate::config::Config;
use crate::kinds;
use crate::model::{KindRef, Patch, SessionId, Value};
use serde_json::json;

const AT: SourceId = SourceId(1);

fn kind(name: &str) -> KindRef {
    kinds::named(name).unwrap()
}

fn id(name: &str, namespace: &str) -> Id {
    let (word, name) = name.split_once('/').unwrap();
    Id::new(AT, kind(word), namespace, name)
}

fn policy(config: &str) -> Policy {
    let mut policy = Policy::default();
    policy.guard(AT, "prod-eu", Config::parse("config.toml", config).unwrap().guard("prod-eu"));
    policy
}

fn writes(id: &Id) -> Vec<What> {
    let body = || Box::new(json!({"metadata": {"name": id.name.as_str()}}));
    vec![
        What::Create(body()),
        What::Replace(body()),
        What::Apply { body: body(), force: true },
        What::Patch(Box::new(Patch::Merge(Value::Null))),
        What::Patch(Box::new(Patch::Strategic(Value::Null))),
        What::Patch(Box::new(Patch::Json(Value::Null))),
        What::Delete { grace: None, propagation: None },
    ]
}

/// Every write, dry or not, and every session.
fn refuses_all(policy: &Policy, id: &Id) -> bool {
    let refused = |result: Result<()>| matches!(result, Err(Error::Denied(_)));
    let forward = Reach::Forward { address: Str::new(), local: 1, remote: 1 };
    let sessions = [Reach::Shell, Reach::Attach, forward];
    let session = |reach| Query::Session { session: SessionId(1), id: id.clone(), container: Str::new(), reach };
    let results: Vec<bool> = writes(id)
        .into_iter()
        .flat_map(|what| [Request::new(id.clone(), what.clone()), Request::new(id.clone(), what).dry()])
        .chain(REACHING.iter().map(|sub| Request::new(id.clone(), What::Get).on(sub)))
        .map(|request| refused(policy.request(&request)))
        .chain(sessions.map(|reach| refused(policy.query(&session(reach)))))
        .collect();
    assert!(results.iter().all(|refused| *refused == results[0]), "some of {id:?} is refused, some is not");
    assert_eq!(policy.request(&Request::new(id.clone(), What::Get)), Ok(()));
    assert_eq!(policy.request(&Request::new(id.clone(), What::Get).on("scale")), Ok(()));
    assert_eq!(policy.query(&Query::One { id: id.clone() }), Ok(()));
    results[0]
}

#[test]
fn read_only_refuses_every_write_and_every_session_and_no_read() {
    let web = id("pods/web", "shop");
    assert!(refuses_all(&Policy { read_only: true, ..Policy::default() }, &web));
    assert!(refuses_all(&Policy { read_only: true, write: true, ..Policy::default() }, &web));
    assert!(!refuses_all(&Policy::default(), &web));
    let mut configured = policy("read_only = true");
    assert!(refuses_all(&configured, &web));
    configured.write = true;
    assert!(!refuses_all(&configured, &web));
}

#[test]
fn what_is_protected_is_its_namespaces_or_all_of_it() {
    let mut some = policy("[[context]]\nmatch = '*'\nprotected = ['kube-*', 'pay']");
    let mut all = policy("[[context]]\nmatch = '*'\nprotected = true");
    (some.write, all.write) = (true, true);
    for (name, namespace, protected) in [
        ("pods/web", "kube-system", true),
        ("pods/web", "pay", true),
        ("deployments/web", "shop", false),
        ("namespaces/pay", "", true),
        ("namespaces/shop", "", false),
        ("nodes/pay", "", false),
        ("customresourcedefinitions/a", "", false),
    ] {
        assert_eq!(refuses_all(&some, &id(name, namespace)), protected, "{name} {namespace}");
        assert!(refuses_all(&all, &id(name, namespace)), "{name} {namespace}");
    }
}

#[test]
fn a_protected_namespace_cannot_be_made_under_no_name() {
    let some = policy("[[context]]\nmatch = '*'\nprotected = ['pay']");
    let made = |name: &str, metadata: Value| {
        some.request(&Request::new(id(name, ""), What::Create(Box::new(json!({"metadata": metadata})))))
    };
    assert!(matches!(made("namespaces/", json!({"name": "pay"})), Err(Error::Invalid(_))));
    assert!(matches!(made("namespaces/", json!({"generateName": "pay"})), Err(Error::Denied(_))));
    assert_eq!(made("namespaces/", json!({"generateName": "shop-"})), Ok(()));
}

#[test]
fn what_is_judged_is_one_object_or_none() {
    let some = policy("[[context]]\nmatch = '*'\nprotected = ['pay']");
    for bad in ["", ".", "..", "pay/", "pay//", "pay/status", "/pay", "pay%2F", "%70ay"] {
        for what in writes(&id("pods/web", "shop")) {
            for id in [Id::new(AT, kind("namespaces"), "", bad), Id::new(AT, kind("pods"), bad, "web")] {
                assert!(matches!(some.request(&Request::new(id, what.clone())), Err(Error::Invalid(_))), "{bad}");
            }
        }
        let session = SessionId(1);
        let id = Id::new(AT, kind("pods"), bad, "web");
        let query = Query::Session { session, id, container: Str::new(), reach: Reach::Shell };
        assert!(matches!(some.query(&query), Err(Error::Invalid(_))), "{bad}");
    }
}

#[test]
fn another_source_is_another_matter() {
    let elsewhere = Id { at: SourceId(2), ..id("pods/web", "pay") };
    assert!(!refuses_all(&policy("read_only = true"), &elsewhere));
}

#[test]
fn refusals_name_the_object_the_rule_and_the_way_out() {
    let text = |policy: &Policy| policy.touch(&id("pods/web", "pay"), "delete").unwrap_err().text().to_owned();
    let said = text(&policy("[[context]]\nmatch = 'prod-*'\nprotected = ['pay']"));
    assert_eq!(said, "pay is protected: take it out of config.toml (prod-*) to delete pod web");
    let said = text(&policy("[[context]]\nmatch = 'prod-*'\nprotected = true"));
    assert_eq!(said, "prod-eu is protected: take it out of config.toml (prod-*) to delete pod web");
    let said = text(&policy("read_only = true"));
    assert_eq!(said, "prod-eu is read-only by config.toml: start with --write to delete pod web");
    let said = text(&Policy::new(true, false));
    assert_eq!(said, "read-only: start without --readonly to delete pod web");
    let mut broken = Policy { write: true, ..Policy::default() };
    let error = Config::parse("config.toml", "x = 1").unwrap_err();
    broken.guard(AT, "prod-eu", Config::broken(&error).guard("prod-eu"));
    assert!(text(&broken).contains("there is no key 'x'"), "{}", text(&broken));
}
