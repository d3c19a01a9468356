//! Keys lead where hands that know k9s expect it, say where else they work, and are refused before anything is asked.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Value, json};
use spyhop::app::settings::Settings;
use spyhop::app::{Effect, Message, Outcome, View};
use spyhop::config::{Config, Confirm};
use spyhop::kinds;
use spyhop::model::{Cell, Delta, End, Health, Id, KindRef, Object, Query, Reply, Str, Traffic, Uid};

use crate::editor::deployment;
use crate::screen::{HERE, Screen, kind, pod};
use crate::sessions::{pods, read, shell};

const SIZES: [(u16, u16); 2] = [(80, 24), (160, 45)];

fn picture(name: &str, make: impl Fn(Screen) -> Screen, base: fn() -> Screen) {
    for (width, height) in SIZES {
        let screen = make(base().sized(width, height));
        insta::assert_snapshot!(format!("{name}-{width}x{height}"), screen.text());
    }
}

fn configured(mut screen: Screen, config: &str) -> Screen {
    let config = Config::parse("config.toml", config).unwrap();
    screen.state.adopt(Settings { config: Some(config), ..Settings::default() });
    screen.state.display.notice = None;
    screen
}

fn secret() -> Value {
    json!({
        "apiVersion": "v1", "kind": "Secret", "type": "Opaque",
        "metadata": {"name": "db", "namespace": "shop", "uid": "u-2", "resourceVersion": "7"},
        "data": {"password": "aHVudGVyMi1jYW5hcnk=", "user": "d2Vi"},
    })
}

fn secrets() -> Screen {
    Screen::open("secrets").list(&[secret()])
}

fn services() -> Screen {
    let service = json!({"metadata": {"name": "web", "namespace": "shop", "uid": "web"},
        "spec": {"type": "ClusterIP", "clusterIP": "10.0.0.9", "selector": {"app": "web"}, "ports": [{"port": 80}]}});
    Screen::open("services").list(&[service])
}

fn containers() -> Screen {
    let mut body = pod("shop", "cart-2", "Running");
    body["spec"]["initContainers"] = json!([{"name": "a-setup", "image": "setup:1"}, {"name": "b-mesh", "image": "mesh:1", "restartPolicy": "Always"}]);
    body["spec"]["containers"] =
        json!([{"name": "web", "image": "shop/web:1.9.2"}, {"name": "exporter", "image": "exporter:3"}]);
    Screen::open("containers").list(&[body])
}

#[test]
fn pictures() {
    picture("containers", |screen| screen, containers);
    picture("stray-key", |screen| screen.keys("F"), services);
    picture(
        "forward-dialog-wide",
        |screen| screen.keys("ctrl-d"),
        || {
            let name = "a-rather-long-name-of-a-config-map-as-generators-make-them-7f8d9c6b5d";
            let map = json!({"metadata": {"name": name, "namespace": "shop", "uid": "m"}, "data": {"a": "1"}});
            Screen::open("configmaps").list(&[map])
        },
    );
}

#[test]
fn enter_on_a_container_opens_its_log() {
    let screen = containers();
    assert!(screen.has("enter logs"), "{}", screen.text());
    let screen = screen.keys("enter");
    let Some(View::Log(log)) = screen.state.top() else { panic!("no log:\n{}", screen.text()) };
    assert_eq!((log.pods.name.as_str(), log.container.as_str()), ("cart-2", "web"));
}

#[test]
fn containers_stand_in_the_order_of_their_pod_those_that_do_its_work_first() {
    let order = |screen: &Screen| -> Vec<String> {
        let names = ["web", "exporter", "b-mesh", "a-setup"];
        let text = screen.text();
        let lines = text.lines().filter_map(|line| names.iter().find(|name| line.contains(**name)));
        lines.map(|name| (*name).to_owned()).collect()
    };
    assert_eq!(order(&containers()), ["web", "exporter", "b-mesh", "a-setup"]);
    assert_eq!(order(&containers().keys("N")), ["a-setup", "b-mesh", "exporter", "web"], "by name when asked");
}

/// A row of a kind, whatever its cells say.
fn row_of(kind: KindRef) -> Object {
    let namespace = if kind.address.namespaced { "shop" } else { "" };
    let name = if kind.name == "namespaces" { "shop" } else { "thing" };
    let cells = vec![Cell::None; kind.columns.len()];
    let mut id = Id::new(HERE, kind, namespace, name);
    if kind.name == "containers" {
        id.part = "app".into();
    }
    let (labels, owner) = (Str::new(), Str::new());
    Object { id, uid: Uid::from("u"), health: Health::Good, cells: cells.into(), labels, owner, link: None }
}

fn one_row(kind: KindRef) -> Screen {
    let screen = Screen::open(kind.name);
    screen.answer(vec![Delta::Reset, Delta::Upsert(row_of(kind)), Delta::Ready])
}

/// Whatever the policy forbids is refused before a question or an editor is opened, for each key that may change something.
#[test]
fn what_the_policy_forbids_is_refused_before_anything_is_asked() {
    let protected = "[[context]]\nmatch = \"*\"\nprotected = true\n";
    let namespace = "[[context]]\nmatch = \"*\"\nprotected = [\"shop\"]\n";
    let mut tried = 0;
    let cluster = kinds::all().filter(|kind| kind.family == &kinds::kube::FAMILY && !kind.is_made());
    for kind in cluster {
        let reaches: &[&str] = match kind.name {
            "pods" | "containers" => &["edit", "shell", "attach", "forward"],
            "podmetrics" | "nodemetrics" => &[],
            _ => &["edit"],
        };
        let verbs = kind.0.verbs.iter().map(|verb| verb.name);
        for command in verbs.chain(reaches.iter().copied()) {
            for config in ["read_only = true\n", protected, namespace] {
                if config == namespace && !kind.address.namespaced && kind.name != "namespaces" {
                    continue;
                }
                let screen = configured(one_row(kind), config);
                let scope = format!("kind.{}", kind.name);
                let key = screen.state.keymap.key_for(&[&scope, "view.table", "global"], command).map(str::to_owned);
                let keys = key.unwrap_or_else(|| format!(": \"{command}\" enter"));
                let screen = screen.keys(&keys);
                let about = format!("{} {command} {config}:\n{}", kind.name, screen.text());
                assert!(screen.state.focus.dialog().is_none() && screen.state.editor().is_none(), "{about}");
                assert!(!screen.effects.iter().any(|effect| matches!(effect, Effect::Call(..))), "{about}");
                let told = screen.state.display.notice.as_ref().map(|notice| notice.text.as_str()).unwrap_or_default();
                assert!(told.contains("read-only") || told.contains("protected"), "{about}");
                tried += 1;
            }
        }
    }
    assert!(tried > 150, "{tried}");
}

#[test]
fn refusals_are_sentences() {
    let told = |screen: Screen| screen.state.display.notice.map(|notice| notice.text).unwrap_or_default();
    let read_only = |screen: Screen, keys: &str| told(configured(screen, "read_only = true\n").keys(keys));
    let image = read_only(Screen::open("pods").list(&[pod("shop", "cart-2", "Running")]), "i");
    assert_eq!(image, "prod-eu is read-only by config.toml: start with --write to set the image of pod cart-2");
    let edit = read_only(secrets(), "e");
    assert_eq!(edit, "prod-eu is read-only by config.toml: start with --write to edit secret db");
}

#[test]
fn a_key_that_means_nothing_here_says_where_it_works() {
    let told = |screen: Screen, key: &str| {
        let screen = screen.keys(key);
        screen.state.display.notice.map(|notice| notice.text).unwrap_or_default()
    };
    assert_eq!(told(services(), "F"), "F works on pods and containers (forward); enter leads there");
    assert_eq!(told(services(), "s"), "s works on pods and containers (shell); enter leads there");
    assert_eq!(told(secrets(), "t"), "t works on cronjobs (trigger), in logs (log-times)");
    assert_eq!(told(secrets(), "r"), "r works on deployments, statefulsets and daemonsets (restart)");
    assert_eq!(told(secrets(), "~"), "", "what means nothing anywhere is passed over");
    let typed = secrets().keys("/ \"F\"");
    assert!(typed.state.display.notice.is_none() && typed.has("/F"), "what is typed is text: {}", typed.text());
}

#[test]
fn w_in_one_namespace_says_why_nothing_changes() {
    let screen = pods().keys("w");
    assert!(screen.has("these are the pods of shop already; 0 shows all namespaces"), "{}", screen.text());
}

#[test]
fn what_one_looks_into_is_named_once() {
    let namespace = json!({"metadata": {"name": "batch-jobs", "uid": "n"}, "status": {"phase": "Active"}});
    let screen = Screen::open("namespaces").list(&[namespace]).keys("enter");
    assert!(screen.has("prod-eu › batch-jobs › pods"), "{}", screen.text());
}

fn clear(screen: &Screen) -> bool {
    screen.has("hunter2-canary")
}

#[test]
fn x_shows_the_values_of_a_secret_wherever_it_is_seen_and_for_a_while() {
    let body = || vec![Delta::Body(Some(Arc::new(secret())))];
    let listed = secrets().keys("x").answer(body());
    assert!(clear(&listed) && listed.has("values shown"), "{}", listed.text());
    let reveals = |screen: &Screen| screen.effects.iter().filter(|effect| matches!(effect, Effect::Reveal(_))).count();
    assert_eq!(reveals(&secrets().keys("x")), 1, "it is recorded");
    let described = secrets().keys("d").answer(body());
    assert!(!clear(&described));
    let shown = described.keys("x").answer(body());
    assert!(clear(&shown), "{}", shown.text());
    let masked = shown.keys("x");
    assert!(!clear(&masked) && reveals(&masked) == 0, "{}", masked.text());
    let later = listed.pass(30_000);
    assert!(!clear(&later) && later.has("the values are masked again"), "{}", later.text());
    let yaml = secrets().keys("y").answer(body());
    assert!(!clear(&yaml) && clear(&yaml.keys("x")));
}

#[test]
fn copied_text_of_a_secret_is_masked_as_the_screen_is() {
    let screen = secrets().keys("y").answer(vec![Delta::Body(Some(Arc::new(secret())))]).keys("c");
    let [Effect::Copy(clip)] = &screen.effects[..] else { panic!("nothing was copied") };
    assert!(!clip.text.contains("canary") && !clip.text.contains("aHVudGVyMi1jYW5hcnk="));
    assert!(!screen.has("copied"), "nobody knows yet whether it arrived");
}

#[test]
fn a_text_that_no_program_took_goes_to_the_terminal() {
    let clip = spyhop::app::Clip::new("cart-2", "cart-2");
    let screen = pods().take(vec![Message::Worked(Outcome::Uncopied(clip.clone()))]);
    assert!(matches!(&screen.effects[..], [.., Effect::Emit(sent)] if *sent == clip));
}

fn session(screen: &Screen) -> Query {
    screen.state.wanted().into_iter().find(Query::is_session).expect("a session")
}

#[test]
fn a_shell_that_its_user_ended_leads_back_at_once() {
    let screen = shell(pods());
    let query = session(&screen);
    let screen = screen.answer_to(query, vec![Delta::Done(End::Code(0))]);
    assert!(screen.has("cart-2") && !screen.has("/ #"), "{}", screen.text());
    assert!(!screen.state.wanted().iter().any(Query::is_session));
    // The key that ended it, pressed once too often, deletes nothing; moves count at once.
    let again = screen.keys("ctrl-d");
    assert!(
        again.state.focus.dialog().is_none() && again.has("the shell has just ended; press ctrl-d again"),
        "{}",
        again.text()
    );
    assert!(again.keys("ctrl-d").state.focus.dialog().is_some());
}

#[test]
fn an_attach_and_a_failed_shell_stay_to_be_read() {
    let ended = |screen: Screen, code: i32| {
        let query = session(&screen);
        let words = vec![Delta::Output(Bytes::from_static(b"last words")), Delta::Done(End::Code(code))];
        screen.answer_to(query, words)
    };
    assert!(ended(shell(pods()), 130).has("last words"));
    assert!(ended(read(pods().keys("a"), &["app"]), 0).has("last words"));
}

fn forwarded() -> Screen {
    let screen = read(pods().keys("F"), &["app"]).keys("enter enter");
    let query = session(&screen);
    let traffic = Traffic { local: 8080, open: 1, sent: 120, received: 4_321, failed: None };
    screen.answer_to(query, vec![Delta::Traffic(Box::new(traffic))])
}

#[test]
fn forwards_have_a_list_of_their_own_that_is_left_at_once() {
    let screen = shell(forwarded()).keys("ctrl-] : \"pf\" enter");
    assert!(screen.has("127.0.0.1:8080") && !screen.has("shell"), "{}", screen.text());
    let copied = screen.keys("c");
    assert!(matches!(&copied.effects[..], [Effect::Copy(clip)] if clip.text == "127.0.0.1:8080"));
    let inside = copied.keys("enter");
    let Query::List { kind, scope, .. } = inside.query() else { panic!("no list") };
    assert_eq!((kind.name, scope.fields.as_str()), ("pods", "metadata.name=cart-2"));
    let back = inside.keys("esc esc");
    assert!(back.has("cart-10"), "one key leads out of the list: {}", back.text());
    let question = back.keys(": \"pf\" enter ctrl-d");
    assert!(question.has("end the forward"), "{}", question.text());
}

#[test]
fn all_kinds_are_a_list_that_leads_into_each() {
    let claims = kinds::adopt(&kinds::Definition {
        group: "".into(),
        version: "v1".into(),
        kind: "PersistentVolumeClaim".into(),
        plural: "persistentvolumeclaims".into(),
        singular: "persistentvolumeclaim".into(),
        short: vec!["pvc".into()],
        categories: Vec::new(),
        namespaced: true,
        watch: true,
        verbs: vec!["delete".into(), "patch".into()],
        parts: Vec::new(),
    });
    let kinds = || pods().found(vec![kind("pods"), kind("deployments"), kind("nodes"), claims]);
    picture("kinds", |screen| screen.keys("ctrl-a"), || pods().found(vec![kind("pods"), kind("nodes")]));
    let screen = kinds().keys("ctrl-a / \"pvc\" enter");
    let selected = screen.selected();
    assert!(selected.contains("persistentvolumeclaims  pvc   "), "{}", screen.text());
    let inside = screen.keys("enter");
    let Query::List { kind, scope, .. } = inside.query() else { panic!("no list") };
    assert_eq!((kind, scope.namespace.as_deref()), (claims, Some("shop")));
    assert!(inside.keys("esc").has("persistentvolumeclaims"), "and back to the list");
    let own = kinds().keys(": \"kinds\" enter / \"sessions\" enter enter");
    assert!(own.has("sessions") && own.has("no sessions"), "{}", own.text());
}

fn mouse(screen: &Screen) -> bool {
    screen.state.display.options.mouse
}

#[test]
fn the_mouse_can_be_left_to_the_terminal() {
    let screen = pods();
    assert!(mouse(&screen));
    let off = configured(screen, "mouse = false\n");
    assert!(!mouse(&off));
    let toggled = off.keys(": \"mouse\" enter");
    assert!(mouse(&toggled) && toggled.has("clicks and the wheel are for spyhop"), "{}", toggled.text());
    // What did not change in the file keeps what was chosen since.
    let kept = configured(toggled, "mouse = false\nconfirm = \"name\"\n");
    assert!(mouse(&kept) && kept.state.policy.confirm(HERE) == Confirm::Name);
    assert!(pods().keys(": \"mouse_of\" enter").has("there is :mouse, :mouse on and :mouse off"));
}

fn lent(screen: &Screen) -> Option<(spyhop::app::Ticket, String)> {
    screen.effects.iter().rev().find_map(|effect| match effect {
        Effect::Lend { ticket, text, .. } => Some((*ticket, text.clone())),
        _ => None,
    })
}

fn external() -> Screen {
    let screen = configured(Screen::open("deploy").list(&[deployment()]), "editor = \"external\"\n");
    screen.keys("e").reply(Ok(Reply { body: deployment(), warnings: Vec::new() }))
}

#[test]
fn e_goes_straight_to_the_users_editor_where_that_is_chosen() {
    let screen = external();
    let (ticket, text) = lent(&screen).expect("nothing was lent");
    let changed = text.replace("replicas: 2", "replicas: 3");
    let same = external();
    let (other, _) = lent(&same).unwrap();
    let screen = screen.take(vec![Message::Worked(Outcome::Edited(ticket, Ok(changed.into())))]);
    let tried = screen.effects.iter().any(|effect| matches!(effect, Effect::Call(_, request) if request.dry));
    assert!(tried, "the review comes at once: {}", screen.text());
    let same = same.take(vec![Message::Worked(Outcome::Edited(other, Ok(text.clone().into())))]);
    assert!(same.state.editor().is_none() && same.has("unchanged: nothing was sent"), "{}", same.text());
    let broken = external();
    let (ticket, _) = lent(&broken).unwrap();
    let broken = broken.take(vec![Message::Worked(Outcome::Edited(ticket, Ok("a: [".to_owned().into())))]);
    assert!(broken.state.editor().is_some() && broken.has("a: ["), "{}", broken.text());
    // Whoever typed on meanwhile keeps the terminal.
    let typing = configured(Screen::open("deploy").list(&[deployment()]), "editor = \"external\"\n").keys("e :");
    let typing = typing.reply(Ok(Reply { body: deployment(), warnings: Vec::new() }));
    assert!(lent(&typing).is_none() && typing.state.focus.input().is_some());
    let own = Screen::open("deploy").list(&[deployment()]).keys("e");
    assert!(lent(&own.reply(Ok(Reply { body: deployment(), warnings: Vec::new() }))).is_none());
}

#[test]
fn lines_that_vi_would_take_are_answered_calmly() {
    let screen = crate::editor::edited().keys("\":wq\" enter");
    let told = ":wq is text here: ctrl-s saves, esc leaves, ctrl-o goes on in $EDITOR";
    assert!(screen.has(told), "{}", screen.text());
    let Some(View::Editor(editor)) = screen.state.top() else { panic!("no editor") };
    assert!(editor.text().starts_with(":wq\n"), "nothing is taken away");
    // Within a script it is a line like any other.
    let script = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "vim", "namespace": "shop", "uid": "c"},
        "data": {"script": "one\ntwo\n"}});
    let screen = Screen::open("configmaps").list(std::slice::from_ref(&script)).keys("e");
    let mut screen = screen.reply(Ok(Reply { body: script, warnings: Vec::new() }));
    let Some(View::Editor(editor)) = screen.state.top_mut() else { panic!("no editor") };
    let row = editor.text().lines().position(|line| line.contains("one")).unwrap();
    editor.go(row, 99);
    let screen = screen.keys("enter \":wq\" enter");
    assert!(!screen.has("is text here"), "{}", screen.text());
}
