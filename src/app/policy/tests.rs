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
    policy.guard(
        AT,
        "prod-eu",
        Config::parse("config.toml", config).unwrap().guard("prod-eu", kinds::kube::FAMILY.read_only),
    );
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

/// What holds without a file.
fn open() -> Policy {
    policy("")
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
    assert!(!refuses_all(&open(), &web));
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
    let mut both = policy("read_only = true");
    both.guard(SourceId(2), "lab", Guard::default());
    assert!(!refuses_all(&both, &elsewhere) && refuses_all(&both, &id("pods/web", "pay")));
    assert!(refuses_all(&open(), &elsewhere), "a place without rules is not written to");
    assert_eq!(open().access(SourceId(2), None), Access::ReadOnly);
}

#[test]
fn refusals_name_the_object_the_rule_and_the_way_out() {
    let text = |policy: &Policy| policy.touch(&id("pods/web", "pay"), "delete").unwrap_err().text().to_owned();
    let said = text(&policy("[[context]]\nmatch = 'prod-*'\nprotected = ['pay']"));
    assert_eq!(said, "pay is protected: remove it from config.toml (prod-*) to delete pod web");
    let said = text(&policy("[[context]]\nmatch = 'prod-*'\nprotected = true"));
    assert_eq!(said, "prod-eu is protected: remove it from config.toml (prod-*) to delete pod web");
    let said = text(&policy("read_only = true"));
    assert_eq!(said, "prod-eu is read-only by config.toml: start with --write to delete pod web");
    let said = text(&Policy::new(true, false));
    assert_eq!(said, "read-only: start without --readonly to delete pod web");
    let mut broken = Policy { write: true, ..open() };
    broken.hold(&Config::parse("config.toml", "x = 1").unwrap_err());
    assert!(refuses_all(&broken, &id("pods/web", "shop")));
    assert!(text(&broken).contains("there is no key 'x'"), "{}", text(&broken));
}

/// Every state of the configuration, the user's choice and the flags: what is inside is read only if somebody allowed
/// it, and nothing closes it against a protected namespace.
#[test]
fn what_is_inside_is_closed_until_somebody_allows_it() {
    let protected = "[[context]]\nmatch = 'prod-*'\nprotected = ['pay']\n";
    for said in [None, Some(true), Some(false)] {
        let words = said.map(|said| format!("look_inside = {said}\n")).unwrap_or_default();
        for chosen in [false, true] {
            for (config, flag, read_only) in [("", false, false), ("", true, true), ("read_only = true\n", false, true)]
            {
                let mut policy = Policy { read_only: flag, ..policy(&format!("{words}{config}{protected}")) };
                policy.look_inside(AT, chosen);
                let expected = said.unwrap_or(chosen && !read_only);
                let told = format!("{said:?} {chosen} {config} {flag}");
                assert_eq!(policy.looks_inside(AT), expected, "{told}");
                assert_eq!(policy.inside(AT, Some("shop")).is_ok(), expected, "{told}");
                assert!(matches!(policy.inside(AT, Some("pay")), Err(Error::Denied(_))), "{told}");
                assert!(policy.inside(SourceId(2), Some("shop")).is_err(), "{told}: no rules for this place");
                assert_eq!(policy.may_look_inside(AT).is_ok(), said.is_none() && !read_only, "{told}");
                policy.look_inside(AT, false);
                assert_eq!(policy.looks_inside(AT), said == Some(true), "{told}");
                policy.hold(&Error::Invalid("x".into()));
                assert!(!policy.looks_inside(AT), "{told}");
            }
        }
    }
    let all = policy("look_inside = true\n[[context]]\nmatch = 'prod-*'\nprotected = true\n");
    assert!(!all.looks_inside(AT));
}

#[test]
fn each_place_has_a_guard_and_no_other_has() {
    let (kube, docker) = (&kinds::kube::FAMILY, &kinds::docker::FAMILY);
    let places = [(1, "prod-eu", kube), (2, "docker/default", docker), (3, "demo", kube)];
    let places = places.map(|(at, name, family)| Place::new(SourceId(at), name, family));
    let mut policy = Policy::default();
    let access = |policy: &Policy| [1, 2, 3, 4].map(|at| policy.access(SourceId(at), None));
    use Access::{Protected, ReadOnly, Writable};
    assert_eq!(access(&policy), [ReadOnly; 4]);
    policy.regard(&places, &Config::default());
    assert_eq!(access(&policy), [Writable, ReadOnly, Writable, ReadOnly]);
    let config = Config::parse("c", "[[context]]\nmatch = 'docker/*'\nread_only = false\nprotected = true\n").unwrap();
    policy.regard(&places, &config);
    assert_eq!(access(&policy), [Writable, Protected, Writable, ReadOnly]);
    policy.hold(&Error::Invalid("line 1".into()));
    assert_eq!(access(&policy), [ReadOnly; 4]);
    policy.regard(&places[..1], &Config::default());
    assert_eq!(access(&policy), [Writable, ReadOnly, ReadOnly, ReadOnly]);
}

#[test]
fn the_badge_is_what_the_policy_would_answer() {
    let config = "[[context]]\nmatch = 'prod-*'\nprotected = ['pay']";
    let mut all = vec![open(), policy("read_only = true"), policy(config), Policy::new(true, true), Policy::default()];
    let mut held = open();
    held.hold(&Error::Invalid("x".into()));
    all.push(held);
    for policy in all {
        for namespace in ["shop", "pay"] {
            let writes = policy.touch(&id("pods/web", namespace), "delete").is_ok();
            assert_eq!(policy.access(AT, Some(namespace)) == Access::Writable, writes, "{policy:?} {namespace}");
        }
    }
}

#[test]
fn only_what_could_be_read_ends_a_session() {
    let session = SessionId(1);
    let query = Query::Session { session, id: id("pods/web", "pay"), container: Str::new(), reach: Reach::Shell };
    assert_eq!(open().ends(&query), None);
    assert!(policy("read_only = true").ends(&query).is_some());
    assert!(policy("[[context]]\nmatch = 'prod-*'\nprotected = ['pay']").ends(&query).is_some());
    let mut held = policy("read_only = true");
    held.hold(&Error::Invalid("x".into()));
    assert_eq!(held.ends(&query), None);
}
