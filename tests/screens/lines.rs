//! Typed lines: each is resolved whole before anything changes, and names mean what they say.

use serde_json::{Value, json};
use spyhop::app::Effect;
use spyhop::kinds::{Definition, adopt};
use spyhop::model::{Delta, Error, Found, KindRef, Query, Scope, SourceId};

use crate::screen::{HERE, Screen, kind, pod, rows};

const OTHER: SourceId = SourceId(2);

fn start() -> Screen {
    let screen = Screen::open("pods").list(&[pod("shop", "web-1", "Running"), pod("shop", "cart-1", "Running")]);
    screen.found(vec![kind("pods")])
}

/// A kind of custom resources.
fn custom(group: &str, name: &str, plural: &str, short: &[&str]) -> KindRef {
    adopt(&Definition {
        group: group.to_owned(),
        version: "v1".to_owned(),
        kind: name.to_owned(),
        plural: plural.to_owned(),
        singular: name.to_lowercase(),
        short: short.iter().map(|word| (*word).to_owned()).collect(),
        namespaced: true,
        watch: true,
        ..Definition::default()
    })
}

/// A line is typed and entered.
fn say(screen: Screen, line: &str) -> Screen {
    let line = line.replace(' ', "_");
    screen.keys(&format!("esc : \"{line}\" enter"))
}

fn tells_kinds(screen: Screen, at: SourceId, kinds: Vec<KindRef>) -> Screen {
    let found = Found { version: "v1".into(), kinds, ..Found::default() };
    screen.answer_to(Query::Kinds { at }, vec![Delta::Found(Box::new(found))])
}

fn namespaces(at: SourceId) -> Query {
    Query::List { at, kind: kind("namespaces"), scope: Scope::default() }
}

fn tells_namespaces(screen: Screen, names: &[&str]) -> Screen {
    let body =
        |name: &&str| -> Value { json!({"metadata": {"name": name, "uid": name}, "status": {"phase": "Active"}}) };
    let all = names.iter().flat_map(|name| rows(kind("namespaces"), &body(name))).map(Delta::Upsert);
    screen.answer_to(namespaces(HERE), [Delta::Reset].into_iter().chain(all).chain([Delta::Ready]).collect())
}

fn refuses_namespaces(screen: Screen, error: Error) -> Screen {
    screen.take(vec![spyhop::app::Message::Ended { query: namespaces(HERE), error }])
}

/// Context, kind, namespace and labels of what is shown.
fn shown(screen: &Screen) -> String {
    let table = screen.state.table().unwrap();
    let here = screen.state.here().unwrap();
    format!("{} {} {} {}", here.name, table.kind.name, table.place(), table.scope.labels).trim_end().to_owned()
}

fn notice(screen: &Screen) -> String {
    screen.state.display.notice.as_ref().map(|notice| notice.text.clone()).unwrap_or_default()
}

#[test]
fn a_line_that_fails_changes_nothing() {
    for (line, why) in [
        ("pods @nowhere", "no context is called 'nowhere'"),
        ("pods @stagin", "did you mean staging?"),
        ("ctx stagin", "did you mean staging?"),
        ("pods @prod-eu,@nowhere", "no context is called"),
        ("contexts @prod-eu,@staging", "cannot be listed over several contexts"),
        ("pods -x", "unknown option -x"),
        ("pods -l", "-l needs a value"),
        ("pods -n", "-n needs a value"),
        ("pods Shop", "'Shop' cannot be a namespace"),
        ("pods @staging a/b", "cannot be a namespace"),
        ("pods @staging -l a=b=c", "not a label selector"),
        ("pods @staging /restarts>>3", "RESTARTS cannot be compared with"),
        ("pods @staging /(web", "not closed"),
        ("self @prod-eu,@staging", "cannot be listed over several contexts"),
        ("pods,svc", "a table shows one kind: type :pods or :svc; spyhop get pods,svc prints them all"),
        ("nosuch/web", "there is no kind or command 'nosuch'"),
        ("staging/pods", "staging is a context, not a kind: type :KIND @staging for what it has"),
    ] {
        let screen = say(start(), line);
        assert_eq!(shown(&screen), "prod-eu pods shop", "{line}");
        assert!(notice(&screen).contains(why), "{line}: {}", notice(&screen));
        assert_eq!(screen.state.favourites(), ["shop"], "{line}");
        assert_eq!(screen.state.places.home, Some(HERE), "{line}");
    }
}

#[test]
fn a_category_names_its_kinds() {
    let kinds = vec![kind("pods"), kind("services")];
    let categories = vec![("all".into(), kinds.clone())];
    let found = Found { version: "v1".into(), kinds, categories, ..Found::default() };
    let screen = start().answer_to(Query::Kinds { at: HERE }, vec![Delta::Found(Box::new(found))]);
    let told = notice(&say(screen, "all"));
    assert!(told.contains("type :pods or :services; spyhop get all prints them all"), "{told}");
}

#[test]
fn a_kind_with_a_name_opens_the_rows_of_that_name() {
    for (line, opened, filter) in [
        ("pod/web-1", "prod-eu pods shop", "web-1"),
        ("deployments.apps/web", "prod-eu deployments shop", "web"),
        ("v1/pods/web-1", "prod-eu pods shop", "web-1"),
    ] {
        let screen = say(start().found(vec![kind("pods"), kind("deployments")]), line);
        let table = screen.state.table().unwrap();
        assert_eq!((shown(&screen).as_str(), table.filter.text()), (opened, filter), "{line}");
    }
}

#[test]
fn a_kind_of_another_context_is_asked_for_while_the_old_view_stays() {
    let vessels = custom("acme.io", "Vessel", "vessels", &["vs"]);
    let asked = || {
        tells_kinds(say(tells_kinds(start(), HERE, vec![kind("pods")]), "vessels @staging"), HERE, vec![kind("pods")])
    };
    let screen = asked();
    assert_eq!(shown(&screen), "prod-eu pods shop");
    assert!(notice(&screen).contains("asking staging about 'vessels'"), "{}", notice(&screen));
    assert!(screen.state.wanted().contains(&Query::Kinds { at: OTHER }));
    // It is there.
    assert_eq!(shown(&tells_kinds(asked(), OTHER, vec![kind("pods"), vessels])), "staging vessels shop");
    // It is not.
    let screen = tells_kinds(asked(), OTHER, vec![kind("pods")]);
    assert_eq!(shown(&screen), "prod-eu pods shop");
    assert!(notice(&screen).contains("there is no kind or command 'vessels'"), "{}", notice(&screen));
    // Nobody can tell.
    let error = Error::Offline("no answer".to_owned());
    let screen = asked().take(vec![spyhop::app::Message::Ended { query: Query::Kinds { at: OTHER }, error }]);
    assert_eq!(shown(&screen), "prod-eu pods shop");
    assert!(notice(&screen).contains("staging did not list its kinds: no answer"), "{}", notice(&screen));
    // A later key cancels.
    let screen = tells_kinds(asked().keys("j"), OTHER, vec![kind("pods"), vessels]);
    assert_eq!(shown(&screen), "prod-eu pods shop");
    assert!(screen.selected().contains("web-1"), "{}", screen.text());
}

#[test]
fn of_several_contexts_those_that_have_a_kind_are_shown() {
    let vessels = custom("acme.io", "Vessel", "vessels", &["vs"]);
    let screen = say(tells_kinds(start(), HERE, vec![kind("pods")]), "vessels @prod-eu,@staging");
    let screen = tells_kinds(screen, OTHER, vec![kind("pods"), vessels]);
    assert_eq!(shown(&screen), "staging vessels shop");
    assert_eq!(notice(&screen), "there are no vessels in prod-eu");
}

#[test]
fn a_namespace_that_is_not_there_is_not_entered() {
    let screen = say(start(), "pods web");
    assert_eq!(shown(&screen), "prod-eu pods shop");
    assert!(screen.state.wanted().contains(&namespaces(HERE)));
    let screen = tells_namespaces(screen, &["shop", "webs", "pay"]);
    assert_eq!(shown(&screen), "prod-eu pods shop");
    assert_eq!(notice(&screen), "there is no namespace called 'web' (did you mean webs?)");
    // Now they are known, and nothing is waited for.
    let screen = say(screen, "pods shopp");
    assert_eq!(notice(&screen), "there is no namespace called 'shopp' (did you mean shop?)");
    let screen = say(screen, "ns shpo");
    assert_eq!(notice(&screen), "there is no namespace called 'shpo' (did you mean shop?)");
    let screen = say(screen, "pods pay,shopp");
    assert_eq!(notice(&screen), "there is no namespace called 'shopp' (did you mean shop?)");
    assert_eq!(shown(&screen), "prod-eu pods shop");
    assert_eq!(screen.state.favourites(), ["shop"]);
    let screen = say(screen, "pods pay");
    assert_eq!(shown(&screen), "prod-eu pods pay");
    assert_eq!(shown(&say(screen, "nodes nowhere")), "prod-eu nodes");
}

#[test]
fn keys_typed_ahead_reach_the_view_that_the_line_opens() {
    let screen = say(start(), "pods pay").keys("/ \"x\" enter");
    assert_eq!(shown(&screen), "prod-eu pods shop");
    assert!(screen.state.table().unwrap().filter.is_empty());
    let there = tells_namespaces(screen, &["shop", "pay"]);
    assert_eq!(shown(&there), "prod-eu pods pay");
    assert_eq!(there.state.table().unwrap().filter.text(), "x");
    // Where there is no such view, they are meant for nothing: they never reach the old one.
    let gone = tells_namespaces(say(start(), "pods pay").keys("ctrl-k ctrl-d"), &["shop"]);
    assert_eq!(shown(&gone), "prod-eu pods shop");
    assert!(gone.state.focus.dialog().is_none());
    let cancelled = tells_namespaces(say(start(), "pods pay").keys("esc"), &["shop", "pay"]);
    assert_eq!(shown(&cancelled), "prod-eu pods shop");
}

#[test]
fn a_namespace_that_nobody_can_tell_of_is_entered() {
    let denied = Error::Denied("namespaces is forbidden".to_owned());
    let screen = refuses_namespaces(say(start(), "pods pay"), denied);
    assert_eq!(shown(&screen), "prod-eu pods pay");
    assert_eq!(notice(&screen), "namespace pay may not exist: namespaces is forbidden");
    let late = say(start(), "pods pay").pass(999);
    assert_eq!(shown(&late), "prod-eu pods shop");
    let late = late.pass(1);
    assert_eq!(shown(&late), "prod-eu pods pay");
    assert!(notice(&late).contains("namespace pay may not exist"), "{}", notice(&late));
}

#[test]
fn options_are_no_namespaces() {
    let screen = say(start(), "pods -l app=cart");
    assert_eq!(shown(&screen), "prod-eu pods shop app=cart");
    let screen = tells_namespaces(say(screen, "pods -n pay -l app=cart -fweb"), &["shop", "pay"]);
    assert_eq!(shown(&screen), "prod-eu pods pay app=cart");
    assert_eq!(screen.state.table().unwrap().filter.text(), "-f web");
    assert_eq!(shown(&say(screen, "pods -A")), "prod-eu pods all");
}

#[test]
fn a_namespace_that_is_used_moves_to_the_front() {
    let screen = tells_namespaces(say(start(), "pods pay"), &["shop", "pay", "ops", "web"]);
    let screen = say(say(screen, "pods ops"), "pods web");
    assert_eq!(screen.state.favourites(), ["shop", "web", "ops", "pay"]);
    let screen = say(screen, "pods pay");
    assert_eq!(screen.state.favourites(), ["shop", "pay", "web", "ops"]);
    assert_eq!(shown(&screen.keys("3")), "prod-eu pods web");
}

#[test]
fn no_custom_resource_takes_a_table_or_a_command_of_ours() {
    let theirs = [
        custom("acme.io", "Route", "routes", &[]),
        custom("acme.io", "Quota", "quotas", &["q"]),
        custom("acme.io", "Image", "images", &[]),
        custom("acme.io", "Service", "services", &[]),
    ];
    let served: Vec<KindRef> = [kind("pods"), kind("services")].into_iter().chain(theirs).collect();
    let screen = || tells_kinds(start(), HERE, served.clone());
    let routes = say(screen(), "routes");
    assert_eq!(routes.state.table().unwrap().kind, kind("routes"));
    assert_eq!(notice(&routes), "the cluster's own routes are :routes.acme.io");
    assert_eq!(shown(&say(screen(), "routes.acme.io")), "prod-eu routes.acme.io shop");
    assert_eq!(shown(&say(screen(), "services")), "prod-eu services shop");
    assert_eq!(shown(&say(screen(), "quotas")), "prod-eu quotas shop");
    for quits in ["q", "Q"] {
        let screen = say(screen(), quits);
        assert!(screen.effects.iter().any(|effect| matches!(effect, Effect::Quit)), ":{quits}");
    }
    assert_eq!(shown(&say(screen(), "image app=x")), "prod-eu pods shop");
    assert_eq!(shown(&say(screen(), "images")), "prod-eu images.acme.io shop");
    // What the name means no longer can still be completed.
    let typed = screen().keys("esc : \"rout\"");
    let choices = typed.state.focus.input().map(|input| input.choices.clone()).unwrap_or_default();
    assert!(
        choices.iter().any(|choice| choice == "routes") && choices.iter().any(|choice| choice == "routes.acme.io"),
        "{choices:?}"
    );
}

#[test]
fn words_of_k9s_are_known() {
    let rbac = |name: &str, plural: &str| custom("rbac.authorization.k8s.io", name, plural, &[]);
    let policies = custom("networking.k8s.io", "NetworkPolicy", "networkpolicies", &["netpol"]);
    let all = [
        rbac("ClusterRole", "clusterroles"),
        rbac("ClusterRoleBinding", "clusterrolebindings"),
        rbac("Role", "roles"),
        rbac("RoleBinding", "rolebindings"),
        policies,
    ];
    for (word, kind) in ["cr", "crb", "ro", "rb", "np"].into_iter().zip(all) {
        let screen = say(tells_kinds(start(), HERE, all.to_vec()), word);
        assert_eq!(screen.state.table().unwrap().kind, kind, ":{word}");
    }
}

#[test]
fn an_owner_keeps_its_group() {
    let volcano = custom("batch.volcano.sh", "Job", "jobs", &[]);
    let served = vec![kind("pods"), kind("jobs"), volcano];
    let owned = |api: &str| {
        let mut body = pod("shop", "web-1", "Running");
        let name = r"train=1,\a";
        body["metadata"]["ownerReferences"] =
            json!([{"apiVersion": api, "kind": "Job", "name": name, "uid": "u", "controller": true}]);
        tells_kinds(Screen::open("pods").list(&[body]), HERE, served.clone()).keys("shift-J")
    };
    let table = |screen: &Screen| screen.state.table().map(|table| (table.kind, table.scope.fields.clone())).unwrap();
    let fields = r"metadata.name=train\=1\,\\a";
    assert_eq!(table(&owned("batch.volcano.sh/v1")), (volcano, fields.into()));
    assert_eq!(table(&owned("batch/v1")), (kind("jobs"), fields.into()));
    assert!(notice(&owned("acme.io/v1")).contains("the server has no Job.acme.io"));
}
