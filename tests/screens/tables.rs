//! Moving, filtering, sorting, marking; views that lead to views.

use serde_json::Value;
use spyhop::app::Effect;
use spyhop::model::{Delta, Part, Query, Time};

use crate::screen::{HERE, Screen, kind, pod, rows};

pub fn shop() -> Vec<Value> {
    vec![
        pod("shop", "cart-2", "Running"),
        pod("shop", "cart-10", "Running"),
        pod("shop", "mail-0", "ErrImagePull"),
        pod("shop", "web-7f", "CrashLoopBackOff"),
        pod("shop", "web-9a", "Running"),
        pod("shop", "zone-done", "Completed"),
    ]
}

fn pods() -> Screen {
    Screen::open("pods").list(&shop())
}

#[test]
fn names_sort_naturally_and_the_cursor_starts_on_top() {
    assert!(pods().selected().contains("cart-2"));
    assert!(pods().keys("j").selected().contains("cart-10"));
    assert!(pods().keys("G").selected().contains("zone-done"));
    assert!(pods().keys("G g").selected().contains("cart-2"));
}

#[test]
fn the_cursor_stays_on_its_object() {
    let screen = pods().keys("j j");
    assert!(screen.selected().contains("mail-0"));
    let more = ["aaa-1", "aaa-2", "bbb"].iter().flat_map(|name| rows(kind("pods"), &pod("shop", name, "Running")));
    let screen = screen.answer(more.map(Delta::Upsert).collect());
    assert!(screen.selected().contains("mail-0"));
    let gone = rows(kind("pods"), &pod("shop", "mail-0", "Running")).remove(0).id;
    let screen = screen.answer(vec![Delta::Remove(gone)]);
    assert!(screen.selected().contains("web-7f"), "{}", screen.text());
}

#[test]
fn an_untouched_cursor_stays_on_top() {
    let first = rows(kind("pods"), &pod("shop", "aaa", "Running")).into_iter().map(Delta::Upsert).collect();
    assert!(pods().answer(first).selected().contains("aaa"));
}

#[test]
fn a_relist_never_blinks_and_drops_what_is_gone() {
    let screen = pods().answer(vec![Delta::Reset]);
    assert!(screen.has("cart-2") && screen.has("web-9a"));
    let kept = rows(kind("pods"), &pod("shop", "web-9a", "Running")).remove(0);
    let screen = screen.answer(vec![Delta::Upsert(kept), Delta::Ready]);
    assert!(screen.has("web-9a") && !screen.has("cart-2"), "{}", screen.text());
}

#[test]
fn sorting_turns_round_and_says_so() {
    let screen = pods().keys("N");
    assert!(screen.has("NAME↓"), "{}", screen.text());
    assert!(screen.keys("g").selected().contains("zone-done"));
    let screen = pods().keys("S");
    assert!(screen.has("STATUS↑"));
    assert!(screen.keys("g").selected().contains("CrashLoopBackOff"), "the worst comes first");
}

#[test]
fn the_column_cursor_sorts_by_any_column() {
    let screen = pods().keys("shift-right shift-right shift-right O g");
    assert!(screen.has("RESTARTS↓"), "{}", screen.text());
    assert!(screen.selected().contains("mail-0"), "{}", screen.text());
}

#[test]
fn a_filter_shows_its_effect_with_each_key_and_esc_clears_it() {
    let screen = pods().keys("/ \"web\"");
    assert!(screen.has("web-7f") && !screen.has("cart-2"));
    assert!(screen.has("2 of 6"));
    let screen = screen.keys("enter");
    assert!(screen.has("/web") && screen.has("2 of 6"), "{}", screen.text());
    let screen = screen.keys("esc");
    assert!(screen.has("cart-2") && !screen.has("/web"));
}

#[test]
fn what_passes_by_a_column_without_room_says_by_which() {
    let screen = pods().sized(80, 24).keys("/ \"10.0\"");
    assert!(screen.has("by IP (no room)  6 of 6") && !screen.has("10.0.0.7"), "{}", screen.text());
    assert!(screen.keys("enter").has("/10.0  by IP (no room)"));
    // Where a row says it by itself, or the column has room, there is nothing to say.
    assert!(!pods().sized(80, 24).keys("/ \"cart\"").has("by "));
    let wide = pods().sized(200, 24).keys("/ \"10.0\"");
    assert!(wide.has("10.0.0.7") && !wide.has("no room"), "{}", wide.text());
}

#[test]
fn keys_behind_a_filter_in_one_burst_mean_its_rows() {
    let screen = pods().burst("/ \"mail\" enter d");
    assert!(screen.has("mail-0 › describe"), "{}", screen.text());
    let screen = pods().burst("/ \"mail\" enter ctrl-d");
    assert!(screen.has("delete pod mail-0"), "{}", screen.text());
    let screen = pods().burst("ctrl-z d");
    assert!(screen.has("mail-0 › describe") || screen.has("web-7f › describe"), "{}", screen.text());
}

#[test]
fn leaving_the_filter_line_restores_the_filter_before() {
    let screen = pods().keys("/ \"web\" enter / \"zzz\" esc");
    assert!(screen.has("web-7f") && screen.has("/web"), "{}", screen.text());
}

#[test]
fn filters_take_spaces_negation_labels_and_columns() {
    let shows = |filter: &str| {
        let screen = pods().keys(&format!("/ \"{filter}\" enter"));
        let text = screen.text();
        ["cart-2", "cart-10", "mail-0", "web-7f", "web-9a", "zone-done"]
            .into_iter()
            .filter(|n| text.contains(&format!(" {n} ")))
            .collect::<Vec<_>>()
    };
    assert_eq!(shows("web_running"), ["web-9a"]);
    assert_eq!(shows("!running"), ["mail-0", "web-7f", "zone-done"]);
    assert_eq!(shows("app=cart"), ["cart-2", "cart-10"]);
    assert_eq!(shows("-l_app=web"), ["web-7f", "web-9a"]);
    assert_eq!(shows("status!=Running"), ["mail-0", "web-7f", "zone-done"]);
    assert_eq!(shows("restarts>5"), ["mail-0", "web-7f"]);
    assert_eq!(shows("-f_w9"), ["web-9a"]);
    assert_eq!(shows("cart-[0-9]$"), ["cart-2"]);
}

#[test]
fn a_broken_filter_says_so_and_keeps_the_rows() {
    let screen = pods().keys("/ \"(web\"");
    assert!(screen.has("cart-2"), "{}", screen.text());
    assert!(screen.state.focus.input().unwrap().problem.is_some());
}

#[test]
fn a_filter_that_is_wrong_leaves_the_last_good_one_and_says_where() {
    let screen = pods().keys("/ \"web_(mail\"");
    assert!(screen.has("web-7f") && !screen.has("cart-2"), "{}", screen.text());
    let wrong = screen.state.focus.input().unwrap().problem.as_ref().unwrap();
    assert_eq!(wrong.range, 4..5);
    let bad = screen.state.theme.style(spyhop::theme::Role::Bad).fg;
    let buffer = screen.buffer();
    let style = |x: u16| buffer[(x, 0)].style().fg;
    assert_eq!((style(6) == bad, style(5) == bad, style(7) == bad), (true, false, false), "{}", screen.text());
    let screen = screen.keys("enter");
    assert!(screen.has("is not closed") && screen.has("/web"), "{}", screen.text());
}

#[test]
fn tab_completes_columns_operators_and_values() {
    let screen = pods().keys("/ \"stat\" tab");
    let text = |screen: &Screen| screen.state.focus.input().unwrap().text.clone();
    assert_eq!(text(&screen), "status");
    let screen = screen.keys("down tab");
    assert_eq!(text(&screen), "status!=");
    let screen = screen.keys("tab");
    assert_eq!(text(&screen), "status!=Running ");
    assert!(screen.has("3 of 6") && screen.has("mail-0") && !screen.has("cart-2"), "{}", screen.text());
    let screen = screen.keys("\"-l_\" \"a\" tab \"w\" tab enter");
    assert!(screen.has("1 of 6") && screen.selected().contains("web-7f"), "{}", screen.text());
}

#[test]
fn columns_that_are_not_shown_can_be_compared_at_once() {
    assert!(pods().keys(": \"po_/node=node-1\" enter").list(&shop()).has("6 of 6"));
    let screen = pods().keys("/ \"qos=nosuch\"");
    assert!(screen.has("0 of 6"), "{}", screen.text());
}

#[test]
fn faults_are_one_key_away() {
    let screen = pods().keys("ctrl-z");
    assert!(screen.has("faults") && screen.has("web-7f") && !screen.has("web-9a"), "{}", screen.text());
    assert!(screen.keys("ctrl-z").has("web-9a"));
}

#[test]
fn marks_are_counted_and_copied() {
    let screen = pods().keys("space j space");
    assert!(screen.has("2 marked") && screen.has("✓"), "{}", screen.text());
    let screen = screen.keys("c");
    assert!(
        matches!(&screen.effects[..], [Effect::Copy(clip)] if clip.text == "cart-2\ncart-10" && clip.what == "2 names")
    );
    assert!(!screen.keys("ctrl-\\").has("marked"));
}

#[test]
fn a_range_is_marked_from_the_nearest_mark() {
    assert!(pods().keys("space j j ctrl-space").has("3 marked"));
}

#[test]
fn a_click_selects_then_opens_and_a_title_sorts() {
    let screen = pods().click(10, 5);
    assert!(screen.selected().contains("mail-0"));
    let screen = pods().click(4, 2);
    assert!(screen.has("NAME↓"), "{}", screen.text());
}

#[test]
fn enter_leads_from_pod_to_containers_and_esc_back() {
    let screen = pods().keys("j enter");
    assert!(screen.has("cart-10 › containers"), "{}", screen.text());
    let Query::List { kind, scope, .. } = screen.query() else { panic!() };
    assert_eq!((kind.name, scope.fields.as_str()), ("containers", "metadata.name=cart-10"));
    assert!(screen.keys("esc").selected().contains("cart-10"));
}

#[test]
fn digits_choose_namespaces() {
    let Query::List { scope, .. } = pods().keys("0").query() else { panic!() };
    assert_eq!(scope.namespace, None);
    let Query::List { scope, .. } = pods().keys("0 1").query() else { panic!() };
    assert_eq!(scope.namespace.as_deref(), Some("shop"));
    assert!(pods().keys("7").has("used so far"), "{}", pods().keys("7").text());
}

#[test]
fn the_prompt_completes_and_opens() {
    let screen = pods().keys(": \"depl\"");
    assert!(screen.has(":deployments"), "{}", screen.text());
    let Query::List { kind, .. } = screen.keys("tab enter").query() else { panic!() };
    assert_eq!(kind.name, "deployments");
    let screen = pods().keys(": \"po_staging-ns_/web\" enter");
    let Query::List { scope, .. } = screen.query() else { panic!() };
    assert_eq!(scope.namespace.as_deref(), Some("staging-ns"));
    assert!(screen.has("/web"));
}

#[test]
fn the_prompt_switches_contexts() {
    let screen = pods().keys(": \"ctx_staging\" enter");
    assert!(screen.has("staging › shop › pods"), "{}", screen.text());
    let screen = pods().keys(": \"ctx_nowhere\" enter");
    assert!(screen.has("no context is called 'nowhere'"), "{}", screen.text());
    assert!(screen.has("prod-eu › shop › pods"));
}

#[test]
fn an_unknown_word_is_explained() {
    assert!(pods().keys(": \"gibberish\" enter").has("'gibberish'"));
}

#[test]
fn history_goes_back_and_forth() {
    let screen = pods().keys(": \"deploy\" enter : \"svc\" enter [");
    assert!(screen.has("› deployments"), "{}", screen.text());
    assert!(screen.keys("]").has("› services"));
}

#[test]
fn rows_that_lend_columns_are_joined_by_name() {
    let screen = pods().found(vec![kind("pods"), kind("podmetrics")]);
    let table = screen.state.table().unwrap();
    let lent = table.lent(0).expect("metrics are served");
    let metrics = serde_json::json!({
        "metadata": {"name": "web-9a", "namespace": "shop"},
        "containers": [{"name": "app", "usage": {"cpu": "12m", "memory": "64Mi"}}],
    });
    let objects = rows(kind("podmetrics"), &metrics).into_iter().map(Delta::Upsert);
    let screen = screen.answer_to(lent, [Delta::Reset].into_iter().chain(objects).chain([Delta::Ready]).collect());
    let line = screen.text().lines().find(|line| line.contains("web-9a")).unwrap().to_owned();
    assert!(line.contains("12m") && line.contains("64Mi"), "{}", screen.text());
}

#[test]
fn what_a_row_used_lately_is_drawn_beside_it_where_there_is_room() {
    let used = |screen: Screen, cpu: &str| {
        let lent = screen.state.table().unwrap().lent(0).expect("metrics are served");
        let metrics = serde_json::json!({
            "metadata": {"name": "web-9a", "namespace": "shop"},
            "containers": [{"name": "app", "usage": {"cpu": cpu, "memory": "64Mi"}}],
        });
        let objects = rows(kind("podmetrics"), &metrics).into_iter().map(Delta::Upsert);
        screen.answer_to(lent, [Delta::Reset].into_iter().chain(objects).chain([Delta::Ready]).collect())
    };
    let line = |screen: &Screen| screen.text().lines().find(|line| line.contains("web-9a")).unwrap().to_owned();
    let wide = pods().sized(160, 45).found(vec![kind("pods"), kind("podmetrics")]);
    let wide = ["100m", "500m", "50m"].into_iter().fold(wide, |screen, cpu| used(screen, cpu).pass(90_000));
    assert!(wide.has("CPU 15 min"), "{}", wide.text());
    assert!(line(&wide).contains("50m       ▂▆▂ "), "{}", wide.text());
    let more = wide.sized(200, 45).keys("ctrl-w");
    assert!(more.has("QOS") && more.has("CPU 15 min"), "more columns take no trend away: {}", more.text());
    let narrow = more.keys("ctrl-w").sized(80, 24);
    assert!(!narrow.has("15 min") && !line(&narrow).contains('▂'), "{}", narrow.text());
}

#[test]
fn metrics_of_a_large_cluster_are_those_of_the_namespaces_on_the_screen() {
    let part = |screen: &Screen| {
        let Some(Query::List { scope, .. }) = screen.state.table().unwrap().lent(0) else { panic!("no metrics") };
        scope.part
    };
    let pods: Vec<_> =
        (0..1100).map(|i| pod(&format!("ns-{:02}", i / 100), &format!("web-{i:04}"), "Running")).collect();
    let large = |namespace: &str| {
        Screen::open(&format!("pods {namespace}")).list(&pods).found(vec![kind("pods"), kind("podmetrics")])
    };
    assert_eq!(part(&large("all")), Part::Namespaces(["ns-00".into()].into_iter().collect()));
    let end = large("all").keys("G").pass(300);
    assert_eq!(part(&end), Part::Namespaces(["ns-10".into()].into_iter().collect()));
    assert_eq!(part(&large("ns-00")), Part::All);
    let sorted = end.keys(": \"sort_cpu\" enter");
    assert!(part(&sorted) == Part::All && sorted.has("measuring all"), "{}", sorted.text());
    let small = Screen::open("pods all").list(&pods[..900]).found(vec![kind("pods"), kind("podmetrics")]);
    assert_eq!(part(&small), Part::All);
}

#[test]
fn what_left_the_screen_is_forgotten_after_a_while() {
    let screen = pods().keys(": \"svc\" enter");
    let of = |screen: &Screen, name: &str| {
        screen.state.wanted().iter().any(|query| matches!(query, Query::List { kind, .. } if kind.name == name))
    };
    assert!(of(&screen, "pods") && of(&screen, "services"));
    let screen = screen.pass(61_000);
    assert!(!of(&screen, "pods") && of(&screen, "services"));
}

#[test]
fn the_program_sleeps_until_an_age_changes() {
    let screen = pods();
    let wake = screen.state.wake().unwrap();
    // Created 3 d 4 h ago: the next change is in an hour; restarts "2m ago" change in a second.
    assert_eq!(wake.since(screen.state.now), 1000);
    assert!(screen.state.wake() > Some(Time::parse(crate::screen::NOW).unwrap()));
    let quiet = Screen::open("pods").list(&[pod("shop", "cart-2", "Running")]);
    assert_eq!(quiet.state.wake().unwrap().since(quiet.state.now), 3_600_000);
    let _ = HERE;
}
