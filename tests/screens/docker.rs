//! Container engines on the screen.

use std::sync::Arc;

use serde_json::{Value, json};
use spyhop::app::{Effect, Place};
use spyhop::config::Config;
use spyhop::kinds::{docker, named_in};
use spyhop::model::{
    Cell, Delta, Door, Error, Found, Health, Id, KindRef, Object, Part, Query, Reading, Reply, Request, Scope,
    SourceId, Str, Strings, Uid, Units, What, Wire,
};

use crate::screen::Screen;

const ENGINE: SourceId = SourceId(3);
const SIZES: [(u16, u16); 2] = [(80, 24), (160, 45)];
/// After everything in the recordings.
const RECORDED: &str = "2026-11-24T12:00:00Z";

fn kind(name: &str) -> KindRef {
    named_in(&docker::FAMILY, name).unwrap()
}

fn recorded(name: &str) -> Value {
    let path = format!("{}/tests/fixtures/docker/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Clusters, an engine, and a line that was typed.
fn open(line: &str, writes: bool) -> Screen {
    let mut screen = Screen::open("pods");
    for (id, name, badge) in [(ENGINE, "docker/default", Some("ROOT")), (SourceId(4), "docker/lab", None)] {
        screen.state.places.all.push(Place {
            cluster: "default".into(),
            server: "unix:///var/run/docker.sock".into(),
            badge: badge.map(Into::into),
            ..Place::new(id, name, &docker::FAMILY)
        });
        screen.state.policy.guard(id, name, Config::default().guard(name, docker::FAMILY.read_only));
    }
    screen.state.policy.write = writes;
    let _ = screen.state.command(line);
    screen.at(RECORDED)
}

fn list(screen: Screen, entries: &[Value]) -> Screen {
    let Query::List { kind, .. } = screen.query() else { panic!("no table") };
    let Door::Lens(read) = kind.door else { panic!("no lens") };
    let (mut strings, mut rows, scope) = (Strings::default(), Vec::new(), Scope::all());
    let mut reading = Reading { at: ENGINE, kind, scope: &scope, strings: &mut strings };
    entries.iter().for_each(|entry| read(&mut reading, Wire::Json, entry.to_string().as_bytes(), &mut rows).unwrap());
    let rows = rows.into_iter().map(Delta::Upsert);
    screen.answer([Delta::Reset].into_iter().chain(rows).chain([Delta::Ready]).collect())
}

fn containers(writes: bool) -> Screen {
    list(open("docker", writes), recorded("containers").as_array().unwrap())
}

fn found(screen: Screen) -> Screen {
    let kinds = docker::KINDS.iter().map(|kind| KindRef(kind)).collect();
    let found = Found { version: "docker 20.10.24".into(), kinds, ..Found::default() };
    screen.answer_to(Query::Kinds { at: ENGINE }, vec![Delta::Found(Box::new(found))])
}

fn measured(screen: Screen) -> Screen {
    let kind = kind("containerstats");
    let id = Id::new(ENGINE, kind, Str::new(), "web");
    let cells = vec![
        Cell::Percent(12.4),
        Cell::Size(40 << 20, Units::Binary),
        Cell::Size(1 << 30, Units::Binary),
        Cell::Size(5_242_880, Units::Thousands),
        Cell::Size(9216, Units::Thousands),
        Cell::None,
        Cell::None,
        Cell::Count(3),
    ];
    let (uid, labels, owner) = (Uid::None, Str::new(), Str::new());
    let row = Object { id, uid, health: Health::Unknown, cells: cells.into(), labels, owner, link: None };
    let query = screen.state.table().and_then(|table| table.lent(0)).expect("what containers use is measured");
    screen.answer_to(query, vec![Delta::Reset, Delta::Upsert(row), Delta::Ready])
}

fn picture(name: &str, make: impl Fn() -> Screen) {
    for (width, height) in SIZES {
        insta::assert_snapshot!(format!("docker-{name}-{width}x{height}"), make().sized(width, height).text());
    }
}

/// The containers of an engine, with what one of them uses.
pub fn used() -> Screen {
    measured(found(containers(false)).pass(0))
}

#[test]
fn tables() {
    picture("containers", used);
    picture("containers-wide", || used().keys("ctrl-w"));
    let entries = |name: &str| recorded(name).as_array().unwrap().clone();
    picture("images", || list(open("images", false), &entries("images")));
    picture("volumes", || list(open("volumes", false), recorded("volumes")["Volumes"].as_array().unwrap()));
    picture("networks", || list(open("networks", false), &entries("networks")));
}

/// A hundred containers that run, with names in the order of their numbers.
fn many() -> Screen {
    let entry = |i: usize| json!({"Id": format!("{i:064}"), "Names": [format!("/c{i:03}")], "State": "running"});
    found(list(open("docker", false), &(0..100).map(entry).collect::<Vec<_>>()).sized(80, 24)).pass(0)
}

/// The names that are measured, first and last; nothing when all are.
fn measured_names(screen: &Screen) -> Option<(String, String)> {
    let wanted = screen.state.wanted();
    let scopes = wanted.iter().filter_map(|query| match query {
        Query::List { kind, scope, .. } if kind.name == "containerstats" => Some(&scope.part),
        _ => None,
    });
    let parts: Vec<&Part> = scopes.collect();
    assert_eq!(parts.len(), 1, "{wanted:?}");
    match parts[0] {
        Part::Names(names) => Some((names[0].to_string(), names[names.len() - 1].to_string())),
        Part::All => None,
        Part::Namespaces(_) => panic!("engines have no namespaces"),
    }
}

fn pair(first: &str, last: &str) -> Option<(String, String)> {
    Some((first.to_owned(), last.to_owned()))
}

#[test]
fn only_the_rows_on_the_screen_are_measured_once_it_rests() {
    let screen = many();
    let rows = screen.state.table().unwrap().window.height;
    let last = |top: usize| format!("c{:03}", top + rows - 1);
    assert_eq!(measured_names(&screen), pair("c000", &last(0)));
    let screen = screen.keys("G");
    assert_eq!(measured_names(&screen), pair("c000", &last(0)), "it was scrolled just now");
    assert_eq!(screen.state.wake().unwrap().since(screen.state.now), 300);
    let screen = screen.pass(299);
    assert_eq!(measured_names(&screen), pair("c000", &last(0)));
    assert_eq!(measured_names(&screen.pass(1)), pair(&format!("c{:03}", 100 - rows), "c099"));
}

#[test]
fn what_was_measured_stays_until_the_next_round_is_whole() {
    let screen = many();
    let lent = screen.state.table().unwrap().lent(0).unwrap();
    let Query::List { kind, .. } = lent else { panic!("no list") };
    let id = Id::new(ENGINE, kind, Str::new(), "c005");
    let cells = vec![Cell::Percent(12.5)];
    let row = Object {
        id,
        uid: Uid::None,
        health: Health::Unknown,
        cells: cells.into(),
        labels: Str::new(),
        owner: Str::new(),
        link: None,
    };
    let screen = screen.answer_to(lent, vec![Delta::Reset, Delta::Upsert(row), Delta::Ready]);
    let shown = |screen: &Screen| screen.text().lines().any(|line| line.contains("c005") && line.contains("12"));
    assert!(shown(&screen), "{}", screen.text());
    let screen = screen.keys("pagedown up up up up up up up up up up up up up up up up up up up up").pass(300);
    assert!(shown(&screen), "{}", screen.text());
    let next = screen.state.table().unwrap().lent(0).unwrap();
    assert!(!shown(&screen.answer_to(next, vec![Delta::Reset, Delta::Ready])));
}

#[test]
fn a_sort_or_a_filter_by_what_is_measured_measures_all_and_says_so() {
    let screen = many().keys(": \"sort_cpu%\" enter");
    assert_eq!(measured_names(&screen), None);
    assert!(screen.text().contains("measuring all"), "{}", screen.text());
    let screen = screen.keys(": \"sort_name\" enter").pass(400);
    assert!(measured_names(&screen).is_some() && !screen.text().contains("measuring all"));
    let screen = screen.keys("/ \"mem>1Mi\" enter");
    assert_eq!(measured_names(&screen), None);
}

#[test]
fn pages() {
    let body = || vec![Delta::Body(Some(Arc::new(recorded("inspect"))))];
    picture("describe", || containers(false).keys("/ \"web\" enter d").answer(body()));
    let screen = containers(false).keys("/ \"web\" enter d").answer(body()).sized(120, 60);
    assert!(!screen.text().contains("canary"));
}

#[test]
fn sources_say_how_they_stand() {
    let asked = |screen: Screen| {
        let gone = Error::Offline("no engine: /run/lab.sock does not exist".into());
        let lab = Query::Kinds { at: SourceId(4) };
        found(screen).take(vec![spyhop::app::Message::Ended { query: lab, error: gone }]).pass(0)
    };
    picture("sources", || asked(open("sources", false)));
    let text = asked(open("sources", false)).sized(160, 24).text();
    assert!(
        text.contains("docker/default") && text.contains("docker 20.10.24") && text.contains("does not exist"),
        "{text}"
    );
    let screen = asked(open("sources", false)).keys("j enter");
    assert!(screen.text().contains("docker/lab › containers"), "{}", screen.text());
}

#[test]
fn a_bare_word_means_the_kind_of_the_source_on_the_screen() {
    let here = |screen: &Screen| {
        let Query::List { at, kind, .. } = screen.query() else { panic!("no table") };
        (at, kind.family.name, kind.name)
    };
    assert_eq!(here(&open("containers", false)), (SourceId(1), "kube", "containers"));
    assert_eq!(here(&open("docker/containers", false)), (ENGINE, "docker", "containers"));
    assert_eq!(here(&open("docker lab", false)), (SourceId(4), "docker", "containers"));
    assert_eq!(here(&containers(false).keys(": \"containers\" enter")), (ENGINE, "docker", "containers"));
    assert_eq!(here(&containers(false).keys(": \"volumes\" enter")), (ENGINE, "docker", "volumes"));
    let pods = containers(false).keys(": \"pods\" enter");
    assert_eq!(here(&pods), (SourceId(1), "kube", "pods"));
    assert!(pods.text().contains("prod-eu › shop"), "{}", pods.text());
}

#[test]
fn nothing_is_written_until_it_is_switched_on() {
    let screen = containers(false).sized(160, 24).keys("x");
    assert!(screen.effects.is_empty() && screen.text().contains("start with --write"), "{}", screen.text());
    assert!(screen.text().contains("ROOT") && screen.text().contains("RO"));
    let shell = containers(false).sized(160, 24).keys("s");
    assert!(shell.state.sessions.iter().next().is_none() && shell.text().contains("--write"), "{}", shell.text());
}

fn requests(screen: &Screen) -> Vec<&Request> {
    let calls = screen.effects.iter().filter_map(|effect| match effect {
        Effect::Call(_, request) => Some(request.as_ref()),
        _ => None,
    });
    calls.collect()
}

#[test]
fn stopping_asks_shows_docker_s_line_and_is_followed() {
    let entry = |state: &str| json!({"Id": "a1", "Names": ["/web"], "State": state, "Status": if state == "exited" { "Exited (137) 1s ago" } else { "Up" }});
    let screen = list(open("docker", true), &[entry("running")]).keys("x");
    assert!(screen.effects.is_empty());
    let text = screen.text();
    assert!(
        text.contains("stop container web") && text.contains("docker --host unix:///var/run/docker.sock stop web"),
        "{text}"
    );
    let screen = screen.keys("tab enter");
    assert_eq!(requests(&screen)[0].what, What::Do { name: "stop", args: Vec::new() });
    assert_eq!(requests(&screen)[0].uid, "a1");
    let screen = screen.reply(Ok(Reply::default()));
    assert!(screen.text().contains("stopping web"), "{}", screen.text());
    let screen = list(screen, &[entry("exited")]);
    assert!(screen.text().contains("web stopped"), "{}", screen.text());
}

#[test]
fn shells_need_no_choice_of_a_container() {
    let screen = containers(true).keys("/ \"web\" enter s");
    let wanted = screen.state.wanted();
    let session = wanted.iter().find(|query| query.is_session());
    assert!(matches!(session, Some(Query::Session { id, container, .. }) if id.name == "web" && container.is_empty()));
    let screen = screen.sized(120, 24);
    assert!(screen.text().contains("shell web"), "{}", screen.text());
    let forward = containers(true).keys("/ \"web\" enter F").sized(120, 24);
    assert!(forward.text().contains("published"), "{}", forward.text());
}

/// A pod's container as an engine lists it.
fn of_pod(uid: &str) -> Value {
    let labels = json!({"io.kubernetes.pod.name": "web-9a", "io.kubernetes.pod.namespace": "shop",
        "io.kubernetes.container.name": "app", "io.kubernetes.pod.uid": uid});
    json!({"Id": "a1", "Names": [format!("/k8s_app_web-9a_shop_{uid}_0")], "State": "running", "Labels": labels})
}

/// The rows of one body for a query, whole.
fn answered(screen: Screen, query: &Query, body: &[Value]) -> Screen {
    let Query::List { at, kind, scope } = query else { panic!("no list") };
    let Door::Lens(read) = kind.door else { panic!("no lens") };
    let (mut strings, mut rows) = (Strings::default(), Vec::new());
    let mut reading = Reading { at: *at, kind: *kind, scope, strings: &mut strings };
    body.iter().for_each(|body| read(&mut reading, Wire::Json, body.to_string().as_bytes(), &mut rows).unwrap());
    let rows = rows.into_iter().map(Delta::Upsert);
    screen.answer_to(query.clone(), [Delta::Reset].into_iter().chain(rows).chain([Delta::Ready]).collect())
}

/// What is asked for the twin: the queries of a kind and family that name it.
fn sought(screen: &Screen, family: &str) -> Vec<Query> {
    let mut asked = screen.state.wanted();
    let names_it = |scope: &Scope| scope.fields.contains("web-9a");
    asked.retain(
        |query| matches!(query, Query::List { kind, scope, .. } if kind.family.name == family && names_it(scope)),
    );
    asked.sort_by_key(Query::at);
    asked
}

fn place_of(screen: &Screen) -> (SourceId, &'static str) {
    let table = screen.state.table().unwrap();
    (table.at, table.kind.name)
}

#[test]
fn a_pod_leads_to_what_an_engine_runs_for_it_and_back() {
    let pods = || open("pods", false).list(&[crate::screen::pod("shop", "web-9a", "Running")]);
    let screen = pods().keys("B");
    assert!(screen.text().contains("looking for shop/web-9a on the other side"), "{}", screen.text());
    let asked = sought(&screen, "docker");
    assert_eq!(asked.iter().map(Query::at).collect::<Vec<_>>(), [ENGINE, SourceId(4)]);
    let screen = answered(screen, &asked[0], &[json!({"Id": "b", "Names": ["/other"], "State": "running"})]);
    assert_eq!(place_of(&screen), (SourceId(1), "pods"), "this engine has none");
    let screen = answered(screen, &asked[1], &[of_pod("web-9a")]);
    assert_eq!(place_of(&screen), (SourceId(4), "containers"));
    assert!(screen.text().contains("k8s_app_web-9a"), "{}", screen.text());
    // And from there to the pod again.
    let screen = screen.keys("B");
    let asked = sought(&screen, "kube");
    let screen = answered(screen, asked.last().unwrap(), &[crate::screen::pod("shop", "web-9a", "Running")]);
    assert_eq!(place_of(&screen), (SourceId(1), "pods"));
    assert_eq!(place_of(&screen.keys("esc")), (SourceId(4), "containers"));
}

#[test]
fn a_twin_of_the_same_name_only_is_said_to_be_one() {
    let screen = open("pods", false).list(&[crate::screen::pod("shop", "web-9a", "Running")]).keys("B");
    let asked = sought(&screen, "docker");
    let screen = answered(screen, &asked[0], &[of_pod("of-an-earlier-one")]);
    assert_eq!(place_of(&screen), (SourceId(1), "pods"), "another engine may have the very one");
    let screen = answered(screen, &asked[1], &[]);
    assert_eq!(place_of(&screen), (ENGINE, "containers"));
    assert!(screen.text().contains("has another uid"), "{}", screen.text());
}

#[test]
fn where_there_is_no_twin_it_is_said() {
    let pods = || open("pods", false).list(&[crate::screen::pod("shop", "web-9a", "Running")]).sized(120, 24);
    let late = pods().keys("B").pass(3_000);
    assert!(late.text().contains("shop/web-9a not found; asked: docker/default, docker/lab"), "{}", late.text());
    // Whoever does something else meanwhile is not led away.
    let screen = pods().keys("B");
    let asked = sought(&screen, "docker");
    assert_eq!(place_of(&answered(screen.keys("j"), &asked[0], &[of_pod("web-9a")])), (SourceId(1), "pods"));
    let alone = containers(false).sized(120, 24).keys("B");
    assert!(alone.text().contains("the kubelet did not create it"), "{}", alone.text());
}

#[test]
fn logs_of_a_project_are_those_of_its_containers() {
    let mut screen = open("projects", false);
    let id = Id::new(ENGINE, kind("projects"), Str::new(), "shop");
    let scope = Scope::all().labels("com.docker.compose.project=shop");
    let link = Some(Box::new(spyhop::model::Link::to(&docker::containers::KIND, scope)));
    let cells = vec![Cell::text("running"), Cell::Ratio(2, 2), Cell::text("db web"), Cell::None, Cell::None];
    let (uid, labels, owner) = (Uid::None, Str::new(), Str::new());
    let row = Object { id, uid, health: Health::Good, cells: cells.into(), labels, owner, link };
    screen = screen.answer(vec![Delta::Reset, Delta::Upsert(row), Delta::Ready]);
    let inside = |keys: &str, screen: Screen| screen.keys(keys).query();
    let Query::Logs { at, pods, .. } = inside("l", screen) else { panic!("no log") };
    assert_eq!((at, pods.labels.as_str()), (ENGINE, "com.docker.compose.project=shop"));
}

#[test]
fn who_is_unhealthy_is_said_on_narrow_screens() {
    let text = measured(found(containers(false)).pass(0)).sized(80, 24).text();
    let line = text.lines().find(|line| line.contains("sick")).unwrap();
    assert!(line.contains("running unhealthy"), "{text}");
}

#[test]
fn what_an_engine_can_never_answer_is_not_offered() {
    let hints = |screen: &Screen| screen.text().lines().last().unwrap_or_default().to_owned();
    let rows = containers(true).sized(160, 40);
    assert!(hints(&rows).contains("d describe") && !hints(&rows).contains("e edit"), "{}", hints(&rows));
    let help = containers(true).keys("?").sized(160, 60).text();
    for words in ["edit the object as YAML", "forward a local port", "the node of this pod", "all namespaces"] {
        assert!(!help.contains(words), "{words}: {help}");
    }
    assert!(help.contains("a shell in the container"), "{help}");
    for (keys, why) in [
        ("e", "cannot be edited"),
        ("F", "published when a container is created"),
        ("w", "no namespaces"),
        ("0", "no namespaces"),
    ] {
        let screen = containers(true).sized(160, 24).keys(keys);
        assert!(screen.text().contains(why) && screen.effects.is_empty(), "{keys}: {}", screen.text());
    }
    let project = Id::new(ENGINE, kind("projects"), Str::new(), "shop");
    let (cells, uid, labels, owner) = (Box::default(), Uid::None, Str::new(), Str::new());
    let row = Object { id: project, uid, health: Health::Good, cells, labels, owner, link: None };
    let projects = || open("projects", false).answer(vec![Delta::Reset, Delta::Upsert(row.clone()), Delta::Ready]);
    let bottom = hints(&projects().sized(160, 40));
    assert!(bottom.contains("l logs") && !bottom.contains("describe") && !bottom.contains("yaml"), "{bottom}");
    assert!(projects().sized(160, 40).keys("d").text().contains("enter lists them"));
}

#[test]
fn removing_what_runs_needs_force() {
    let entry = json!({"Id": "a1", "Names": ["/web"], "State": "running", "Status": "Up (unhealthy)"});
    let asked = || list(open("docker", true), std::slice::from_ref(&entry)).sized(120, 30).keys("ctrl-d");
    let refused = asked().keys("tab enter");
    assert!(refused.effects.is_empty(), "{:?}", refused.effects);
    assert!(
        refused.text().contains("web is still running: stop it first, or remove it with force"),
        "{}",
        refused.text()
    );
    let forced = asked().keys("up up space down down down enter");
    let removed = What::Do { name: "remove", args: vec![("force", "true".into())] };
    assert_eq!(requests(&forced)[0].what, removed, "{}", forced.text());
}

#[test]
fn sessions_are_listed_where_there_is_no_cluster() {
    let mut screen = open("docker", false);
    screen.state.places.all.retain(|place| place.family == &docker::FAMILY);
    screen.state.places.home = None;
    let screen = screen.keys(": \"sessions\" enter");
    assert!(screen.has("sessions"), "{}", screen.text());
    assert!(screen.state.display.notice.is_none(), "{:?}", screen.state.display.notice);
}
