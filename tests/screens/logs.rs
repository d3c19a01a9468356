//! Logs: lines in, what is shown of them.

use serde_json::json;
use spyhop::app::{Effect, View};
use spyhop::model::{Delta, Error, LogLine, Pods, Query, Tail};

use crate::screen::{Screen, pod};

/// 2026-01-31T11:59:00Z in nanoseconds.
const START: i64 = 1_769_860_740_000_000_000;

fn line(from: &str, second: i64, text: &str) -> LogLine {
    LogLine { time: START + second * 1_000_000_000, from: from.into(), text: text.into(), mark: false }
}

fn mark(from: &str, text: &str) -> LogLine {
    LogLine { mark: true, ..line(from, 0, text) }
}

fn pods() -> Screen {
    Screen::open("pods").list(&[pod("shop", "web-1", "Running"), pod("shop", "web-2", "Running")])
}

fn numbered(count: i64) -> Vec<LogLine> {
    (1..=count).map(|i| line("web-1/app", i, &format!("request {i} took {} ms", i * 7 % 50))).collect()
}

fn opened(lines: Vec<LogLine>) -> Screen {
    pods().keys("l").answer(vec![Delta::Reset, Delta::Lines(lines), Delta::Ready])
}

fn asked(screen: &Screen) -> (Pods, String, Tail) {
    match screen.query() {
        Query::Logs { pods, container, tail, .. } => (pods, container.to_string(), tail),
        other => panic!("{other:?}"),
    }
}

/// The last row of text above the hints.
fn bottom(screen: &Screen) -> String {
    let text = screen.text();
    text.lines().rev().nth(1).unwrap_or_default().trim().to_owned()
}

fn two_pods() -> Vec<LogLine> {
    vec![
        line("web-1/app", 1, "\u{1b}[32mINFO\u{1b}[0m started"),
        line("web-2/app", 2, "\u{1b}[1;31mERROR\u{1b}[0m no route to \u{1b}]0;title\u{7}db"),
        mark("web-2/app", "restarted (exit 1)"),
        line("web-2/app", 4, "INFO a line that is so long that it does not fit into a narrow terminal, not at all"),
        line("web-1/app", 5, "INFO GET /cart 200"),
    ]
}

pub fn deployment() -> Screen {
    let web = json!({
        "metadata": {"name": "web", "namespace": "shop", "uid": "d", "creationTimestamp": "2026-01-28T08:00:00Z"},
        "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "web"}}},
        "status": {"readyReplicas": 2, "replicas": 2, "updatedReplicas": 2, "availableReplicas": 2},
    });
    Screen::open("deployments").list(&[web]).keys("l").answer(vec![
        Delta::Reset,
        Delta::Lines(two_pods()),
        Delta::Ready,
    ])
}

#[test]
fn logs_of_a_deployment_at_two_sizes() {
    insta::assert_snapshot!("logs_80", deployment().text());
    insta::assert_snapshot!("logs_160", deployment().sized(160, 45).keys("t").text());
    insta::assert_snapshot!("logs_wrapped", deployment().keys("w").text());
}

#[test]
fn a_pod_is_asked_by_name_and_a_deployment_by_its_selector() {
    let (of_pod, container, tail) = asked(&pods().keys("l"));
    assert_eq!((of_pod.name.as_str(), of_pod.labels.as_str(), container.as_str()), ("web-1", "", ""));
    assert_eq!((tail.lines, tail.previous), (Some(1000), false));
    let (of_web, _, _) = asked(&deployment());
    assert_eq!((of_web.namespace.as_str(), of_web.name.as_str(), of_web.labels.as_str()), ("shop", "", "app=web"));
    assert!(asked(&pods().keys("p")).2.previous);
}

#[test]
fn a_container_row_asks_for_itself_and_a_for_all() {
    let screen = pods().keys("enter").list(&[pod("shop", "web-1", "Running")]).keys("l");
    assert_eq!(asked(&screen).1, "app");
    let screen = screen.keys("a");
    assert_eq!(asked(&screen).1, "");
    assert_eq!(asked(&screen.keys("a")).1, "app");
}

#[test]
fn the_newest_line_is_followed_until_it_is_not() {
    let screen = opened(numbered(100));
    assert_eq!(bottom(&screen), "request 100 took 0 ms");
    let screen = screen.answer(vec![Delta::Lines(vec![line("web-1/app", 200, "newest")])]);
    assert_eq!(bottom(&screen), "newest");
    assert!(screen.has("following"));
    let screen = screen.keys("k k").answer(vec![Delta::Lines(vec![line("web-1/app", 201, "later")])]);
    assert_eq!(bottom(&screen), "request 99 took 43 ms");
    assert!(screen.has("paused"));
    let screen = screen.keys("G");
    assert_eq!(bottom(&screen), "later");
    assert!(screen.keys("g").has("request 1 took 7 ms"));
}

#[test]
fn keys_ask_for_other_parts() {
    let tail = |keys: &str| asked(&opened(numbered(3)).keys(keys)).2;
    assert_eq!(tail("2").since, Some(60));
    assert_eq!(tail("6").since, Some(3600));
    assert!(tail("1").head);
    assert_eq!(tail("2 0"), Tail { lines: Some(1000), ..Tail::default() });
    let screen = opened(numbered(3)).keys("3");
    assert!(!screen.has("request"), "lines of the other part are gone at once");
    let screen = screen.answer(vec![Delta::Reset, Delta::Ready]);
    assert!(screen.has("no lines in the last 5 min"));
}

#[test]
fn a_filter_works_with_each_key_and_goes_with_esc() {
    let screen = opened(numbered(100)).keys("/ \"request_9\"");
    assert!(screen.has("request 9 took") && screen.has("request 99 took") && !screen.has("request 89"));
    let screen = screen.keys("enter");
    assert!(screen.has("/reque") && screen.has("11 of 100"), "{}", screen.text());
    let screen =
        screen.answer(vec![Delta::Lines(vec![line("web-1/app", 300, "request 900"), line("web-1/app", 300, "no")])]);
    assert_eq!(bottom(&screen.sized(80, 15)), "request 900");
    let screen = opened(numbered(15)).keys("/ \"!took_1\" enter");
    assert!(screen.has("request 1 took 7 ms") && !screen.has("took 14 ms"));
    assert!(screen.keys("esc").has("took 14 ms"));
    assert!(opened(numbered(3)).keys("/ \"zzz\" enter").has("no line matches /zzz"));
}

#[test]
fn hits_are_gone_to_one_by_one_among_all_lines() {
    let screen = opened(numbered(100)).keys("/ \"request_5\" enter x g n");
    assert!(screen.has("request 5 took") && screen.has("request 6 took"));
    let screen = screen.keys("n");
    assert!(screen.has("request 50 took") && screen.has("request 49 took"));
    let screen = screen.keys("n n N N N");
    assert!(screen.has("request 5 took"));
    assert!(screen.keys("N").has("this is the first hit"));
}

/// The hit stands at the end of a line that is wider, and where lines wrap longer, than the screen.
#[test]
fn a_hit_beyond_the_edge_is_brought_into_view() {
    let wide = |i: i64| line("web-1/app", i, &format!("{} needle {i} {}", "x".repeat(300), "y".repeat(300)));
    let screen = opened((1..=30).map(wide).collect()).keys("/ \"needle\" enter g");
    assert!(!screen.has("needle 1"), "{}", screen.text());
    let screen = screen.keys("n");
    assert!(screen.has("xx needle 1 yy"), "{}", screen.text());
    let screen = screen.keys("n");
    assert!(screen.has("xx needle 2 yy"), "one that is seen moves nothing: {}", screen.text());
    let near = opened(vec![wide(1), line("web-1/app", 2, "a needle near the left")]).keys("/ \"needle\" enter g n");
    assert!(!near.has("near the left"), "{}", near.text());
    let near = near.keys("n");
    assert!(near.has("a needle near the left"), "back to the left: {}", near.text());
    let long = line("web-1/app", 1, &format!("{} needle", "x".repeat(5_000)));
    let wrapped = opened(vec![long, line("web-1/app", 2, "the next")]).keys("w / \"needle\" enter g");
    assert!(!wrapped.has("xx needle"), "{}", wrapped.text());
    let wrapped = wrapped.keys("n");
    assert!(wrapped.has("xx needle"), "{}", wrapped.text());
}

#[test]
fn of_a_line_that_was_written_over_the_last_is_shown() {
    let screen = opened(vec![line("web-1/app", 1, "load 10 %\rload 50 %\rload 100 %"), line("web-1/app", 2, "done")]);
    assert!(screen.has(" load 100 %") && !screen.has("10 %load") && !screen.has("50 %"), "{}", screen.text());
    assert!(screen.keys("/ \"50\" enter").has("no line matches"));
}

#[test]
fn nothing_to_see_says_why() {
    assert!(pods().keys("l").pass(600).has("asking the server"));
    assert!(pods().keys("l").answer(vec![Delta::Reset, Delta::Ready]).has("no lines yet"));
    let gone = pods().keys("l").fails(Error::Gone("there is no pod shop/web-1".into()));
    assert!(gone.has("there is no pod shop/web-1"));
    let waits = pods().keys("l").answer(vec![
        Delta::Reset,
        Delta::Lines(vec![mark("web-1/app", "waits: ContainerCreating")]),
        Delta::Ready,
    ]);
    assert!(waits.has("── waits: ContainerCreating"));
    assert!(opened(numbered(3)).keys("C").has("cleared"));
}

#[test]
fn a_mark_stands_between_old_and_new() {
    let screen = opened(numbered(3)).keys("m").answer(vec![Delta::Lines(vec![line("web-1/app", 99, "after")])]);
    let text = screen.text();
    let at = |words: &str| text.find(words).unwrap_or_else(|| panic!("no {words} in\n{text}"));
    assert!(at("request 3") < at("2026-01-31T12:00:00Z") && at("2026-01-31T12:00:00Z") < at("after"));
}

#[test]
fn copies_and_files_hold_what_is_shown_without_colours() {
    let screen = deployment().keys("c");
    let copied = screen.effects.iter().find_map(|effect| match effect {
        Effect::Copy(clip) => Some(clip.text.clone()),
        _ => None,
    });
    let copied = copied.unwrap();
    assert!(copied.starts_with("web-1 INFO started\nweb-2 ERROR no route to db\n"), "{copied}");
    let screen = screen.keys("/ \"cart\" enter ctrl-s");
    let saved = screen.effects.iter().find_map(|effect| match effect {
        Effect::Save { name, text, clear: None } => Some((name.clone(), text.clone())),
        _ => None,
    });
    assert_eq!(saved, Some(("shop-web.log".to_owned(), "web-1 INFO GET /cart 200\n".to_owned())));
}

#[test]
fn a_full_screen_has_lines_only() {
    let screen = opened(numbered(100)).keys("f");
    assert!(screen.text().lines().all(|line| line.contains("request")), "{}", screen.text());
    // What leaves lines out, what is typed and what must be told has a line nevertheless.
    let screen = screen.keys("/");
    assert!(screen.has(" /") && screen.has("100 of 100"), "{}", screen.text());
    let screen = screen.keys("\"7\" enter");
    assert!(screen.has("/7") && screen.has("28 of 100"), "{}", screen.text());
    let screen = screen.keys("esc").pass(0);
    assert!(screen.text().lines().all(|line| line.contains("request")), "{}", screen.text());
    let screen = screen.keys(": \"nosuch\" enter");
    assert!(screen.has("nosuch") && screen.has("request 100"), "{}", screen.text());
    assert!(screen.keys("f").has("following"));
}

#[test]
fn a_stream_that_broke_keeps_its_lines() {
    let screen = opened(numbered(3)).fails(Error::Offline("cannot reach https://here".into()));
    assert!(screen.has("request 3") && screen.has("stale"));
    let screen = screen.answer(vec![Delta::Ready]);
    assert!(screen.has("live") && matches!(screen.state.top(), Some(View::Log(_))));
}

#[test]
fn old_lines_are_dropped_and_counted() {
    let screen = opened(numbered(100)).keys("k");
    let many = |from: i64| Delta::Lines((from..from + 100_000).map(|i| line("web-1/app", i, "more")).collect());
    let screen = screen.answer(vec![many(0), many(1)]);
    assert!(screen.has("100 dropped") && screen.has("200,000"));
}

/// Whatever a container writes: around the lines nothing changes, and no byte of it commands the terminal.
#[test]
fn hostile_lines() {
    let mut random = crate::random::Random(0x1095);
    let around = |screen: &Screen| {
        let text = screen.text();
        let title = text.lines().next().unwrap().split("  ").next().unwrap().to_owned();
        (title, text.lines().last().unwrap().to_owned())
    };
    let mut screen = opened(numbered(3)).sized(160, 45);
    let calm = around(&screen);
    for round in 0..2500 {
        let hostile = |i: i64| line("web-1/app", i, &random.text());
        let lines: Vec<LogLine> = (0..40).map(hostile).collect();
        screen = screen.answer(vec![Delta::Lines(lines)]);
        if round % 5 == 0 {
            screen = screen.keys("w");
        }
        assert_eq!(around(&screen), calm, "{}", screen.text());
        crate::fuzz::assert_harmless(&screen);
    }
}
