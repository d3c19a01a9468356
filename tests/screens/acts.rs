//! Verbs: their questions, what they send, and what is said of it.

use crossterm::event::{MouseButton, MouseEventKind};
use serde_json::{Value, json};
use spyhop::app::{Effect, GRACE, Message};
use spyhop::config::Config;
use spyhop::kinds;
use spyhop::model::{
    Delta, Error, Id, KindRef, Object, Patch, Propagation, Query, Reply, Request, Rule, Rules, Scope, What,
};

use crate::screen::{HERE, Screen, kind, pod, rows};
use crate::tables::shop;

const SIZES: [(u16, u16); 2] = [(80, 24), (160, 45)];

fn picture(name: &str, make: impl Fn(Screen) -> Screen, base: fn() -> Screen) {
    for (width, height) in SIZES {
        let screen = make(base().sized(width, height));
        insta::assert_snapshot!(format!("{name}-{width}x{height}"), screen.text());
    }
}

fn pods() -> Screen {
    Screen::open("pods").list(&shop()).found(vec![kind("pods")])
}

fn workload(name: &str, ready: u32, updated: u32, wanted: u32) -> Value {
    json!({"metadata": {"name": name, "namespace": "shop", "uid": name, "creationTimestamp": "2026-01-28T08:00:00Z"},
        "spec": {"replicas": wanted, "selector": {"matchLabels": {"app": name}}},
        "status": {"readyReplicas": ready, "updatedReplicas": updated, "availableReplicas": ready,
            "conditions": [{"type": "Progressing", "status": "True", "reason": "ReplicaSetUpdated"}]}})
}

fn deployments() -> Screen {
    Screen::open("deploy").list(&[workload("api", 2, 2, 2), workload("web", 3, 3, 3)]).found(vec![kind("deployments")])
}

fn cron_jobs() -> Screen {
    let cron = |name: &str, suspend: bool| {
        json!({"metadata": {"name": name, "namespace": "shop", "uid": name, "creationTimestamp": "2026-01-28T08:00:00Z"},
            "spec": {"schedule": "0 3 * * *", "suspend": suspend, "jobTemplate": {"spec": {}}}})
    };
    Screen::open("cronjobs").list(&[cron("backup", false), cron("clean", true)])
}

fn configured(mut screen: Screen, config: &str) -> Screen {
    screen.state.policy.guard(
        HERE,
        "prod-eu",
        Config::parse("config.toml", config).unwrap().guard("prod-eu", kinds::kube::FAMILY.read_only),
    );
    screen
}

fn agreed(body: Value) -> Result<Reply, Error> {
    Ok(Reply { body, warnings: Vec::new() })
}

fn requests(screen: &Screen) -> Vec<&Request> {
    let mut all = Vec::new();
    for effect in &screen.effects {
        if let Effect::Call(_, request) = effect {
            all.push(request.as_ref());
        }
    }
    all
}

/// `delete web (uid)`
fn sent(screen: &Screen) -> Vec<String> {
    let told = |request: &&Request| format!("{} {} ({})", request.what.verb(), request.id.name, request.uid);
    requests(screen).iter().map(told).collect()
}

fn rules(verbs: &[&str], incomplete: bool) -> Delta {
    let all = |words: &[&str]| words.iter().map(|word| (*word).into()).collect();
    let rule = Rule { verbs: all(verbs), groups: all(&["*"]), resources: all(&["*"]), names: Vec::new() };
    Delta::Rules(Box::new(Rules { rules: vec![rule], incomplete }))
}

fn reviewed(screen: Screen, verbs: &[&str], incomplete: bool) -> Screen {
    let query = Query::Rules { at: HERE, namespace: "shop".into() };
    screen.pass(600).answer_to(query, vec![rules(verbs, incomplete)])
}

#[test]
fn questions() {
    picture("delete", |screen| screen.keys("ctrl-d"), pods);
    picture("delete-marked", |screen| screen.keys("space j space j j space ctrl-d"), pods);
    picture("delete-hidden", |screen| screen.keys("space j space / \"web\" enter space ctrl-d"), pods);
    picture("delete-name", |s| configured(s, "confirm = 'name'").keys("ctrl-d \"x\""), pods);
    picture("delete-phrase", |s| configured(s, "confirm = 'phrase'").keys("space j space ctrl-d"), pods);
    picture("kill", |screen| screen.keys("ctrl-k tab"), pods);
    picture(
        "scale",
        |screen| screen.keys("s").reply(agreed(json!({"spec": {"replicas": 3}}))).keys("\"5\""),
        deployments,
    );
    picture("scale-reading", |screen| screen.keys("s"), deployments);
    picture("scale-wrong", |s| s.keys("s").reply(agreed(json!({}))).keys("\"many\" enter enter"), deployments);
    let body = json!({"spec": {"template": {"spec": {
        "initContainers": [{"name": "setup", "image": "registry.example.com/shop/setup:1"}],
        "containers": [{"name": "app", "image": "registry.example.com/shop/web:1.9.2"}]}}}});
    picture("image", move |screen| screen.keys("i").reply(agreed(body.clone())).keys("tab"), deployments);
    picture("restart", |screen| screen.keys("j r"), deployments);
    picture("suspend", |screen| screen.keys("s"), cron_jobs);
    picture("resume", |screen| screen.keys("j s"), cron_jobs);
    picture("label", |screen| screen.keys(": \"label_tier=a_old-\" enter"), pods);
    picture("annotate", |screen| screen.keys(": \"annotate\" enter"), pods);
}

fn namespaces() -> Screen {
    let space = |name: &str| json!({"metadata": {"name": name, "uid": name, "creationTimestamp": "2026-01-28T08:00:00Z"}, "status": {"phase": "Active"}});
    Screen::open("namespaces").list(&[space("shop"), space("web")])
}

fn claims() -> KindRef {
    kinds::adopt(&kinds::Definition {
        version: "v1".to_owned(),
        kind: "PersistentVolumeClaim".to_owned(),
        plural: "persistentvolumeclaims".to_owned(),
        namespaced: true,
        watch: true,
        ..kinds::Definition::default()
    })
}

/// What is in namespace shop.
fn counted(screen: Screen, kind: KindRef, rows: Vec<Object>) -> Screen {
    let query = Query::List { at: HERE, kind, scope: Scope::namespace("shop") };
    let rows = rows.into_iter().map(Delta::Upsert);
    screen.answer_to(query, [Delta::Reset].into_iter().chain(rows).chain([Delta::Ready]).collect())
}

fn six_pods() -> Vec<Object> {
    shop().iter().flat_map(|body| rows(kind("pods"), body)).collect()
}

#[test]
fn a_namespace_says_what_goes_with_it_and_wants_its_name() {
    let screen = namespaces().keys("ctrl-d");
    assert!(screen.has("to confirm, type shop") && screen.has("counting what goes with it"), "{}", screen.text());
    let screen = counted(screen, kind("pods"), six_pods());
    assert!(screen.has("this also deletes 6 pods ... (still counting)"), "{}", screen.text());
    // A kind that only discovery tells of is counted as well.
    let screen = screen.found(kinds::all().chain([claims()]).collect());
    let claim = six_pods().remove(0);
    let claim = Object { id: Id { kind: claims(), ..claim.id.clone() }, ..claim };
    let screen = counted(screen, claims(), vec![claim]);
    assert!(
        screen.has("1 persistentvolumeclaim, 6 pods") && screen.has("the data of its volumes"),
        "{}",
        screen.text()
    );
    let query = Query::List { at: HERE, kind: kind("secrets"), scope: Scope::namespace("shop") };
    let screen = screen.take(vec![Message::Ended { query, error: Error::Denied("no".into()) }]);
    assert!(screen.has("not counted, you may not list them: secrets"), "{}", screen.text());
    // A button is not enough, and the name is.
    let wrong = namespaces().keys("ctrl-d up enter");
    assert!(sent(&wrong).is_empty() && wrong.has("type shop to confirm"), "{}", wrong.text());
    assert_eq!(sent(&namespaces().keys("ctrl-d \"shop\" up enter")), ["delete shop (shop)"]);
    // Once it is answered, nothing is counted any more.
    let left = namespaces().keys("ctrl-d esc").pass(GRACE + 1);
    assert!(left.state.wanted().len() < namespaces().keys("ctrl-d").state.wanted().len());
    picture("delete-namespace", |screen| counted(screen.keys("ctrl-d"), kind("pods"), six_pods()), namespaces);
}

#[test]
fn the_second_half_of_a_burst_answers_nothing() {
    // The first half opened the question, and it was drawn before the second half arrived.
    let asked = || namespaces().keys("ctrl-d");
    let screen = asked().burst("\"shop\" up enter");
    assert!(sent(&screen).is_empty() && screen.state.focus.dialog().is_some(), "{}", screen.text());
    assert!(!screen.has("│  confirm  shop"), "{}", screen.text());
    // Whoever types on does not look.
    let screen = pods().keys("ctrl-d").pass(150).burst("tab").pass(150).burst("tab enter");
    assert!(sent(&screen).is_empty(), "{}", screen.text());
    assert_eq!(sent(&screen.pass(200).burst("tab enter")), ["delete cart-2 (cart-2)"]);
    // Leaving needs no reading.
    assert!(asked().burst("esc").state.focus.dialog().is_none());
}

#[test]
fn what_would_be_lost_is_readable_or_there_is_no_question() {
    let screen = counted(namespaces().sized(60, 14).keys("ctrl-d"), kind("pods"), six_pods());
    let readable = screen.has("to confirm, type shop") && screen.has("this also deletes");
    assert!(readable || screen.has("make the window larger"), "{}", screen.text());
    let screen = counted(namespaces().sized(60, 12).keys("ctrl-d"), kind("pods"), six_pods());
    let readable = screen.has("to confirm, type shop") && screen.has("this also deletes");
    assert!(readable || screen.has("make the window larger"), "{}", screen.text());
}

#[test]
fn who_has_the_last_word_is_said() {
    let owner =
        json!([{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web-5c9", "uid": "u", "controller": true}]);
    let body = json!({"metadata": {"name": "web", "ownerReferences": owner}, "spec": {"containers": [{"name": "app", "image": "web:1"}]}});
    let screen = pods().keys("i").reply(agreed(body.clone()));
    assert!(screen.has("replicaset web-5c9 keeps the old image: new pods run that one"), "{}", screen.text());
    let alone = json!({"metadata": {"name": "web"}, "spec": {"containers": [{"name": "app", "image": "web:1"}]}});
    assert!(!pods().keys("i").reply(agreed(alone)).has("keeps the old image"));
}

#[test]
fn refusals() {
    let protected = "[[context]]\nmatch = 'prod-*'\nprotected = ['shop']";
    picture("refused-protected", move |screen| configured(screen, protected).keys("ctrl-d"), pods);
    picture("refused-read-only", |screen| configured(screen, "read_only = true").keys("ctrl-d"), pods);
    picture("forbidden", |screen| reviewed(screen, &["get", "list"], false).keys("ctrl-d"), pods);
    picture("forbidden-help", |screen| reviewed(screen, &["get", "patch"], false).keys("?"), pods);
    picture("forbidden-hints", |screen| reviewed(screen, &["get"], false), deployments);
}

#[test]
fn doors_that_are_closed_say_why() {
    let screen = reviewed(pods(), &["get"], false);
    for (key, words) in
        [("e", "may not edit pods in shop"), ("s", "may not open a shell in pods"), ("a", "may not attach to pods")]
    {
        let screen = reviewed(pods(), &["get"], false).keys(key);
        assert!(screen.text().contains(words), "{key}: {}", screen.text());
        assert!(requests(&screen).is_empty());
    }
    assert!(screen.keys("l").text().contains("logs"), "get on everything gives pods/log");
}

#[test]
fn outcomes() {
    let forbidden = || Err(Error::Denied("pods \"mail-0\" is forbidden".into()));
    let half = |screen: Screen| screen.keys("space j space ctrl-d tab enter");
    picture("acts-running", half, pods);
    picture("acts-page", move |screen| half(screen).reply(forbidden()).keys(": \"acts\" enter"), pods);
    picture("acts-failed", move |screen| screen.keys("ctrl-d tab enter").reply(forbidden()), pods);
    let rolling = |screen: Screen| {
        let body = json!({"spec": {}});
        let screen = screen.keys("j r tab enter").reply(agreed(body)).reply(agreed(json!({})));
        let row = rows(kind("deployments"), &workload("web", 2, 1, 3)).remove(0);
        screen.answer(vec![Delta::Upsert(row)])
    };
    picture("restarting", rolling, deployments);
}

#[test]
fn deleting_asks_first_and_starts_on_cancel() {
    let screen = pods().keys("ctrl-d");
    assert!(screen.effects.is_empty());
    let cancelled = screen.keys("enter");
    assert!(cancelled.effects.is_empty() && cancelled.state.focus.dialog().is_none());
    let screen = cancelled.keys("ctrl-d tab enter");
    assert_eq!(sent(&screen), ["delete cart-2 (cart-2)"]);
    let background = Some(Propagation::Background);
    assert_eq!(requests(&screen)[0].what, What::Delete { grace: None, propagation: background });
}

#[test]
fn what_is_typed_ahead_answers_no_question() {
    for (base, script) in [
        (deployments as fn() -> Screen, "r : \"nodes\" enter"),
        (deployments, "r tab enter"),
        (deployments, "s : \"nodes\" enter"),
        (deployments, "s \"9\" enter enter"),
        (pods, "ctrl-d tab enter"),
        (pods, "ctrl-k tab enter"),
        (cron_jobs, "s tab enter enter"),
    ] {
        let screen = base().burst(script);
        assert!(requests(&screen).iter().all(|request| !request.what.writes()), "{script}: {:?}", screen.effects);
        let goes = script.contains(':');
        assert_eq!(screen.state.focus.dialog().is_none(), goes, "{script}: {}", screen.text());
        assert_eq!(screen.has("› nodes"), goes, "{script}: {}", screen.text());
    }
}

#[test]
fn a_colon_opens_the_prompt_wherever_it_is_no_text() {
    for (base, script) in
        [(deployments as fn() -> Screen, "r"), (deployments, "s"), (deployments, "i"), (pods, "ctrl-d")]
    {
        let screen = base().keys(script).keys(": \"nodes\" enter");
        assert!(screen.state.focus.dialog().is_none() && screen.has("› nodes"), "{script}: {}", screen.text());
    }
    // Where something was typed, it is text: images have colons.
    let body = json!({"spec": {"template": {"spec": {"containers": [{"name": "app", "image": "web:1"}]}}}});
    let screen = deployments().keys("i").reply(agreed(body)).keys("\"web:2\"");
    assert!(screen.state.focus.dialog().is_some() && screen.has("web:2"), "{}", screen.text());
}

#[test]
fn enter_goes_on_from_a_field_and_writes_from_the_button_only() {
    let screen = deployments().keys("s").reply(agreed(json!({"spec": {"replicas": 3}}))).keys("\"5\" enter");
    assert!(requests(&screen).is_empty(), "{:?}", screen.effects);
    assert_eq!(requests(&screen.keys("enter")).len(), 1);
    // Without a field it starts on Cancel.
    let left = deployments().keys("r enter");
    assert!(left.state.focus.dialog().is_none() && requests(&left).is_empty());
}

#[test]
fn what_a_reply_changes_must_be_seen_before_it_is_answered() {
    let mut screen = deployments().keys("s \"7\" tab tab");
    screen.effects = deployments().keys("s").effects;
    let screen = screen.reply(agreed(json!({"spec": {"replicas": 3}}))).keys("enter");
    assert!(requests(&screen).iter().all(|request| !request.what.writes()), "{}", screen.text());
    assert!(screen.state.focus.dialog().is_some());
}

#[test]
fn a_question_without_room_cannot_be_answered() {
    let screen = pods().keys("ctrl-d tab").sized(40, 6).keys("enter tab enter");
    assert!(requests(&screen).is_empty() && screen.has("make the window larger"), "{}", screen.text());
    assert!(screen.keys("esc").state.focus.dialog().is_none());
}

#[test]
fn wishes_of_a_deletion_are_sent_and_nonsense_is_not() {
    let screen = pods().sized(120, 30).keys("ctrl-d tab tab right tab \"30\" tab space");
    assert!(screen.has("--cascade=foreground --force --grace-period=0"), "{}", screen.text());
    let screen = screen.keys("tab tab enter");
    let foreground = Some(Propagation::Foreground);
    assert_eq!(requests(&screen)[0].what, What::Delete { grace: Some(0), propagation: foreground });
    let screen = pods().keys("ctrl-d tab tab tab \"soon\" tab tab tab enter");
    assert!(screen.effects.is_empty() && screen.has("not 'soon'"), "{}", screen.text());
}

#[test]
fn marks_are_acted_on_even_where_the_filter_hides_them() {
    let screen = pods().keys("space j space / \"web\" enter space ctrl-d");
    assert!(screen.has("2 of them are hidden by the filter"), "{}", screen.text());
    let screen = screen.keys("tab enter");
    assert_eq!(requests(&screen).len(), 3);
    assert!(!screen.has("marked"));
}

#[test]
fn a_question_is_about_the_objects_that_it_was_asked_of() {
    let screen = pods().keys("ctrl-d");
    let mut other = pod("shop", "cart-2", "Running");
    other["metadata"]["uid"] = "another".into();
    let row = rows(kind("pods"), &other).remove(0);
    let screen = screen.answer(vec![Delta::Upsert(row)]).keys("tab enter");
    assert_eq!(sent(&screen), ["delete cart-2 (cart-2)"]);
}

#[test]
fn more_than_a_button_is_asked_for_where_the_configuration_says_so() {
    let screen = configured(pods(), "confirm = 'name'").keys("ctrl-d up enter");
    assert!(screen.effects.is_empty() && screen.has("type cart-2 to confirm"), "{}", screen.text());
    let screen = screen.keys("tab \"cart-2\" up enter");
    assert_eq!(sent(&screen), ["delete cart-2 (cart-2)"]);
    // What only changes and can be changed back does not.
    let screen = configured(deployments(), "confirm = 'phrase'").keys("r tab enter");
    assert_eq!(sent(&screen), ["get api ()"]);
}

#[test]
fn killing_asks_unless_the_configuration_says_otherwise() {
    assert!(pods().keys("ctrl-k").effects.is_empty());
    let screen = configured(pods(), "ask_kill = false").keys("ctrl-k");
    assert!(matches!(requests(&screen)[0].what, What::Delete { grace: Some(1), .. }));
}

#[test]
fn what_was_typed_is_kept_when_the_number_arrives_late() {
    let screen = deployments().keys("s \"7\"");
    let early = screen.keys("enter enter");
    assert!(requests(&early).is_empty() && early.has("still reading"), "{}", early.text());
    let screen = deployments().keys("s").keys("\"7\"");
    let mut screen = screen;
    screen.effects = deployments().keys("s").effects;
    let screen = screen.reply(agreed(json!({"spec": {"replicas": 3}}))).keys("enter enter");
    let patch = What::Patch(Box::new(Patch::Merge(json!({"spec": {"replicas": 7}}))));
    assert_eq!((requests(&screen)[0].sub, &requests(&screen)[0].what), ("scale", &patch));
}

#[test]
fn scaling_is_followed_until_all_replicas_are_there() {
    let screen = deployments().keys("s").reply(agreed(json!({"spec": {"replicas": 2}}))).keys("\"3\" enter enter");
    let screen = screen.reply(agreed(json!({})));
    let row = |ready, wanted| {
        vec![Delta::Upsert(rows(kind("deployments"), &workload("api", ready, ready, wanted)).remove(0))]
    };
    let screen = screen.answer(row(2, 3));
    assert!(screen.has("scaling api 2/3"), "{}", screen.text());
    let screen = screen.answer(row(3, 3));
    assert!(screen.has("api scaled to 3"), "{}", screen.text());
}

#[test]
fn a_restart_is_done_when_the_new_pods_run_and_not_before_it_began() {
    let row =
        |ready, updated| vec![Delta::Upsert(rows(kind("deployments"), &workload("web", ready, updated, 3)).remove(0))];
    let screen = deployments().keys("j r tab enter").reply(agreed(json!({"spec": {}}))).reply(agreed(json!({})));
    assert!(screen.has("restarting web"), "{}", screen.text());
    let screen = screen.answer(row(3, 3));
    assert!(screen.has("restarting web"), "{}", screen.text());
    let screen = screen.answer(row(3, 1));
    assert!(screen.has("restarting web 1/3"), "{}", screen.text());
    // The last new pod is on its way, and an old one still stands in for it.
    let mut surging = workload("web", 3, 3, 3);
    surging["status"]["replicas"] = 4.into();
    let surging = rows(kind("deployments"), &surging).remove(0);
    let screen = screen.answer(vec![Delta::Upsert(surging)]);
    assert!(screen.has("restarting web"), "{}", screen.text());
    let screen = screen.answer(row(3, 3));
    assert!(screen.has("web restarted"), "{}", screen.text());
}

#[test]
fn deletions_are_followed_from_whatever_view() {
    let screen = pods().keys("ctrl-d tab enter").reply(agreed(json!({"kind": "Status"})));
    assert!(screen.has("deleting cart-2"), "{}", screen.text());
    let query = screen.query();
    let gone = rows(kind("pods"), &pod("shop", "cart-2", "Running")).remove(0).id;
    let screen = screen.keys(": \"nodes\" enter").pass(120_000);
    assert!(screen.state.wanted().contains(&query));
    let screen = screen.answer_to(query.clone(), vec![Delta::Remove(gone)]);
    assert!(screen.has("cart-2 deleted"), "{}", screen.text());
    assert!(!screen.pass(120_000).state.wanted().contains(&query));
}

#[test]
fn failures_among_many_are_named() {
    let mut screen = pods().keys("space j space ctrl-d tab enter");
    let calls = std::mem::take(&mut screen.effects);
    let mut calls = calls.into_iter();
    screen.effects = calls.next().into_iter().collect();
    let screen = screen.reply(Err(Error::Denied("no such right".into())));
    let mut screen = screen;
    screen.effects = calls.collect();
    let screen = screen.reply(Err(Error::Conflict("another one".into())));
    assert!(
        screen.has("0 of 2 pods deleted; cart-2: no such right (and 1 more, :acts lists them)"),
        "{}",
        screen.text()
    );
    let screen = screen.keys(": \"acts\" enter");
    assert!(screen.has("no such right") && screen.has("another one"), "{}", screen.text());
}

#[test]
fn what_is_forbidden_is_said_without_asking() {
    let screen = reviewed(pods(), &["get"], false).keys("ctrl-d");
    assert!(screen.state.focus.dialog().is_none());
    assert!(screen.has("you may not delete pods in shop"), "{}", screen.text());
    // Rights that come later are said in the question.
    let asked = reviewed(pods().keys("ctrl-d"), &["get"], false);
    assert!(asked.state.focus.dialog().is_some() && asked.has("you may not delete pods"), "{}", asked.text());
    // An incomplete review forbids nothing.
    assert!(reviewed(pods(), &["get"], true).keys("ctrl-d").state.focus.dialog().is_some());
}

#[test]
fn what_a_kind_cannot_do_is_said() {
    assert!(pods().keys(": \"scale_3\" enter").has("scale does not work on pods"));
    assert!(deployments().keys(": \"scale_many\" enter").has("whole number"));
}

#[test]
fn the_line_for_a_shell_is_copied() {
    let mut screen = pods().keys("ctrl-d ctrl-y");
    let copied = screen.effects.pop();
    let Some(Effect::Copy(clip)) = copied else { panic!("nothing was copied") };
    assert_eq!(clip.text, "kubectl delete pods cart-2 -n shop --context=prod-eu");
    assert_eq!(clip.what, "the kubectl line");
    assert!(screen.state.focus.dialog().is_some());
}

#[test]
fn the_mouse_presses_buttons_and_nothing_behind_the_question() {
    let screen = pods().keys("ctrl-d");
    let text = screen.text();
    let (row, line) = text.lines().enumerate().find(|(_, line)| line.contains("[ Cancel ]")).unwrap();
    let column = line.find("[ Cancel ]").map(|at| line[..at].chars().count()).unwrap() as u16;
    let before = screen.selected();
    let screen = screen.click(2, 5);
    assert!(screen.state.focus.dialog().is_some() && screen.selected() == before);
    let cancelled = screen.click(column + 3, row as u16);
    assert!(cancelled.state.focus.dialog().is_none() && cancelled.effects.is_empty());
    // A press is taken back by releasing it elsewhere, and one from elsewhere is none.
    let [press, release] = [MouseEventKind::Down, MouseEventKind::Up].map(|kind| kind(MouseButton::Left));
    let asked = cancelled.keys("ctrl-d").mouse(press, column + 20, row as u16).mouse(release, column + 3, row as u16);
    let asked = asked.mouse(press, 2, 5).mouse(release, column + 20, row as u16);
    assert!(asked.state.focus.dialog().is_some() && sent(&asked).is_empty(), "{}", asked.text());
    let screen = asked.click(column + 20, row as u16);
    assert_eq!(sent(&screen), ["delete cart-2 (cart-2)"]);
}

#[test]
fn pasting_goes_into_the_question() {
    let screen = pods().keys(": \"label\" enter").paste("tier=a\nold-");
    assert!(screen.has("tier=a old-"), "{}", screen.text());
}
