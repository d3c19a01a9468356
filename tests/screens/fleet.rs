//! One kind over several contexts: whose a row is, who does not answer, and where keys act.

use spyhop::app::{Effect, Message, Place};
use spyhop::config::Config;
use spyhop::kinds;
use spyhop::model::{Delta, Error, Object, Query, SourceId, Standing};

use crate::screen::{HERE, Screen, kind, pod, rows};

const STAGING: SourceId = SourceId(2);

fn row(at: SourceId, name: &str, state: &str) -> Object {
    let mut row = rows(kind("pods"), &pod("shop", name, state)).remove(0);
    row.id.at = at;
    row
}

fn stands(at: SourceId, standing: Standing) -> Delta {
    Delta::Member(at, Box::new(standing))
}

/// A whole list of one context.
fn list(at: SourceId, names: &[(&str, &str)]) -> Vec<Delta> {
    let rows = names.iter().map(|(name, state)| Delta::Upsert(row(at, name, state)));
    [stands(at, Standing::Listing)].into_iter().chain(rows).chain([stands(at, Standing::Live)]).collect()
}

fn opened(line: &str) -> Screen {
    let screen = Screen::open("pods").keys(":");
    screen.paste(line).keys("enter")
}

fn fleet() -> Screen {
    let prod = list(HERE, &[("cart-2", "Running"), ("web-7f", "CrashLoopBackOff"), ("web-9a", "Running")]);
    let staging = list(STAGING, &[("web-7f", "Running"), ("web-9a", "Running")]);
    opened("pods @prod-eu,@staging").answer(prod.into_iter().chain(staging).chain([Delta::Ready]).collect())
}

fn offline() -> Delta {
    let why = "https://10.0.0.9:6443 does not answer: connection refused".to_owned();
    stands(STAGING, Standing::Lost(Error::Offline(why)))
}

fn guarded(mut screen: Screen, at: SourceId, name: &str, config: &str) -> Screen {
    screen.state.policy.guard(
        at,
        name,
        Config::parse("config.toml", config).unwrap().guard(name, kinds::kube::FAMILY.read_only),
    );
    screen
}

/// Where requests went, and to what.
fn sent(screen: &Screen) -> Vec<(SourceId, String)> {
    let call = |effect: &Effect| match effect {
        Effect::Call(_, request) => Some((request.id.at, format!("{} {}", request.what.verb(), request.id.name))),
        _ => None,
    };
    screen.effects.iter().filter_map(call).collect()
}

#[test]
fn pictures() {
    let alone = || {
        opened("pods @prod-eu,@staging").answer(list(HERE, &[]).into_iter().chain([offline(), Delta::Ready]).collect())
    };
    let cases: [(&str, &dyn Fn() -> Screen); 5] = [
        ("fleet", &fleet),
        ("fleet-lost", &|| fleet().keys("G").answer(vec![offline()]).pass(180_000)),
        ("fleet-empty", &alone),
        ("fleet-delete", &|| fleet().keys("space G space ctrl-d")),
        ("fleet-help", &|| fleet().answer(vec![offline()]).keys("?")),
    ];
    for (name, make) in cases {
        for (width, height) in [(80, 24), (160, 45)] {
            insta::assert_snapshot!(format!("{name}-{width}x{height}"), make().sized(width, height).text());
        }
    }
}

#[test]
fn one_question_is_asked_of_all_whatever_their_order() {
    let others = |line: &str| match opened(line).query() {
        Query::List { at, scope, .. } => (at, scope.others.to_vec(), scope.namespace),
        _ => panic!("no table"),
    };
    assert_eq!(others("pods @prod-eu,@staging"), (HERE, vec![STAGING], Some("shop".into())));
    assert_eq!(others("pods @prod-eu,staging,prod-eu all"), (HERE, vec![STAGING], None));
    assert_eq!(others("pods @staging @prod-eu pay,shop"), (STAGING, vec![HERE], Some("pay,shop".into())));
    assert_eq!(others("pods @*"), (HERE, vec![STAGING], Some("shop".into())));
    assert_eq!(others("pods @staging"), (STAGING, vec![], Some("shop".into())));
    assert!(opened("pods @prod-eu,@nowhere").has("no context is called 'nowhere'"));
    assert!(opened("self @prod-eu,@staging").has("cannot be listed over several contexts"));
    assert!(opened("contexts @prod-eu,@staging").has("cannot be listed over several contexts"));
}

#[test]
fn rows_stand_by_context_and_the_column_can_be_named() {
    let lines = |screen: &Screen| -> Vec<String> {
        let text = screen.text();
        let rows = text.lines().filter(|line| line.contains("Running") || line.contains("Crash"));
        rows.map(|line| line.split_whitespace().filter(|word| *word != "▌").take(2).collect::<Vec<_>>().join(" "))
            .collect()
    };
    let all = ["prod-eu cart-2", "prod-eu web-7f", "prod-eu web-9a", "staging web-7f", "staging web-9a"];
    assert_eq!(lines(&fleet()), all);
    assert_eq!(lines(&fleet().keys("/ \"context=staging\" enter")), all[3..]);
    assert_eq!(lines(&fleet().keys("/ \"staging\" enter")), all[3..]);
    assert_eq!(lines(&fleet().keys("/ \"context!=staging_web\" enter")), all[1..3]);
    let turned = fleet().keys(": \"sort_context\" enter");
    assert_eq!(lines(&turned)[0], "staging web-9a");
    assert!(fleet().keys("/ \"context=s\"").has("context=staging"));
}

#[test]
fn a_context_that_is_lost_is_named_and_its_rows_stay() {
    let screen = fleet().answer(vec![offline()]);
    assert!(screen.has("staging stale 0s · offline") && screen.has("live"), "{}", screen.text());
    assert!(screen.has("staging    web-9a"), "{}", screen.text());
    let screen = screen.pass(65_000);
    assert!(screen.has("staging stale 65s"), "{}", screen.text());
    let back = screen.answer(vec![stands(STAGING, Standing::Live)]);
    assert!(!back.has("offline") && back.has("staging    web-9a"), "{}", back.text());
}

#[test]
fn a_namespace_is_that_of_all_contexts() {
    let screen = fleet().keys("0");
    let Query::List { scope, .. } = screen.query() else { panic!("no table") };
    assert_eq!((scope.others.to_vec(), scope.namespace), (vec![STAGING], None));
}

#[test]
fn enter_describe_yaml_and_logs_go_to_the_context_of_the_row() {
    let at = |key: &str| fleet().keys("G").keys(key).query().at();
    for key in ["enter", "d", "y", "l"] {
        assert_eq!(at(key), STAGING, "{key}");
        assert_eq!(fleet().keys(key).query().at(), HERE, "{key}");
    }
    let back = fleet().keys("G enter");
    assert!(back.has("staging") && !back.has("prod-eu"), "{}", back.text());
    assert!(back.keys("esc").query().others() == [STAGING]);
    let node = fleet().keys("G o");
    assert_eq!(node.query().at(), STAGING, "{}", node.text());
    assert_eq!(sent(&fleet().keys("G s")), [(STAGING, "get web-9a".to_owned())]);
    assert_eq!(sent(&fleet().keys("G e")).first().map(|(at, _)| *at), Some(STAGING));
}

#[test]
fn a_verb_goes_to_the_context_of_each_row() {
    let one = fleet().keys("G ctrl-d tab enter");
    assert_eq!(sent(&one), [(STAGING, "delete web-9a".to_owned())]);
    let asked = fleet().keys("space G space ctrl-d");
    assert!(asked.has("prod-eu,staging / shop") && asked.has("staging  web-9a"), "{}", asked.text());
    let both = asked.keys("tab enter");
    assert_eq!(sent(&both), [(HERE, "delete cart-2".to_owned()), (STAGING, "delete web-9a".to_owned())]);
    let page = both.keys(": \"acts\" enter");
    assert!(page.has("prod-eu  shop/cart-2") && page.has("staging  shop/web-9a"), "{}", page.text());
}

#[test]
fn a_read_only_context_refuses_its_own_rows_only() {
    let screen = || guarded(fleet(), STAGING, "staging", "read_only = true");
    assert_eq!(sent(&screen().keys("ctrl-d tab enter")), [(HERE, "delete cart-2".to_owned())]);
    let refused = screen().keys("G ctrl-d");
    assert!(refused.state.focus.dialog().is_none() && refused.has("staging is read-only"), "{}", refused.text());
    assert!(sent(&screen().keys("G s")).is_empty());
    // Among many, none is done by halves.
    let many = screen().keys("space G space ctrl-d");
    assert!(many.has("staging is read-only"), "{}", many.text());
    assert!(sent(&many.keys("tab enter")).is_empty());
    let badge = |screen: &Screen| screen.text().lines().next().unwrap().trim_end().ends_with("RO");
    assert!(badge(&screen().keys("G")) && !badge(&screen()));
}

#[test]
fn the_strictest_context_decides_what_has_to_be_typed() {
    let screen = guarded(fleet(), STAGING, "staging", "confirm = 'phrase'");
    let asked = screen.keys("space G space ctrl-d");
    assert!(asked.has("delete 2 pods in prod-eu,staging"), "{}", asked.text());
    assert!(sent(&asked.keys("tab enter")).is_empty());
}

#[test]
fn rights_are_asked_of_the_context_of_the_row() {
    let asks = |screen: &Screen, at| screen.state.wanted().contains(&Query::Rules { at, namespace: "shop".into() });
    let screen = fleet().pass(600);
    assert!(asks(&screen, HERE) && !asks(&screen, STAGING));
    assert!(asks(&screen.keys("G"), STAGING));
}

#[test]
fn contexts_are_completed_one_after_another() {
    let line = |typed: &str| Screen::open("pods").keys(":").paste(typed).state.focus.input().unwrap().line();
    assert_eq!(line("pods @st"), "pods @staging");
    assert_eq!(line("pods @staging,"), "pods @staging,@prod-eu");
    assert_eq!(line("pods @prod-eu,@"), "pods @prod-eu,@staging");
    assert_eq!(line("pods @prod-eu,s"), "pods @prod-eu,staging");
}

#[test]
fn an_engine_fits_into_no_table_of_clusters() {
    let mut screen = Screen::open("pods");
    let engine = Place {
        id: SourceId(9),
        name: "docker".into(),
        family: &kinds::docker::FAMILY,
        ..screen.state.places[0].clone()
    };
    screen.state.places.all.push(engine);
    let screen = screen.keys(":").paste("pods @prod-eu,@docker").keys("enter");
    assert!(screen.has("cannot share one table"), "{}", screen.text());
}

#[test]
fn a_login_of_one_is_started_once_and_again_when_it_is_asked_for() {
    let login = || Error::Login { program: vec!["aws".into()], why: "the token of staging has expired".into() };
    let lost = |screen: Screen, error: Error| {
        let query = screen.query();
        screen.take(vec![Message::Answer { query, deltas: vec![stands(STAGING, Standing::Lost(error))] }])
    };
    let logins = |screen: &Screen| {
        let all = screen.effects.iter().filter_map(|effect| match effect {
            Effect::Login(at) => Some(*at),
            _ => None,
        });
        all.collect::<Vec<_>>()
    };
    let screen = lost(fleet(), login());
    assert_eq!(logins(&screen), [STAGING]);
    assert!(screen.has("staging stale 0s · login needed"), "{}", screen.text());
    let screen = lost(screen, login());
    assert_eq!(logins(&screen), [STAGING], "each new try of the stream says it again; the user is asked once");
    let screen = lost(screen.keys("ctrl-r"), login());
    assert_eq!(logins(&screen), [STAGING]);
    let without_program = Error::Login { program: Vec::new(), why: "the server does not know who you are".into() };
    assert_eq!(logins(&lost(fleet(), without_program)), []);
}
