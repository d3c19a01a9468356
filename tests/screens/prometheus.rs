//! Prometheus servers on the screen.

use spyhop::app::settings::Settings;
use spyhop::app::{Effect, Message, Outcome, Place};
use spyhop::config::Config;
use spyhop::kinds::prometheus::{self, podusage, targets};
use spyhop::model::{Cell, Delta, Error, Health, Id, KindRef, Object, Query, SourceId};

use crate::screen::{HERE, Screen, kind};
use crate::tables::shop;

const SERVER: SourceId = SourceId(3);

/// A cluster that a Prometheus server measures, and a line that was typed there.
fn open(line: &str) -> Screen {
    let mut screen = Screen::open("pods");
    let place = Place::new(SERVER, "prometheus:9090", &prometheus::FAMILY);
    screen.state.places.all.push(Place {
        server: "http://••••••@prometheus:9090".into(),
        measures: vec![HERE],
        ..place
    });
    let guard = Config::default().guard("prometheus:9090", prometheus::FAMILY.read_only);
    screen.state.policy.guard(SERVER, "prometheus:9090", guard);
    let _ = screen.state.command(line);
    screen.take(Vec::new())
}

/// The sources that are asked what pods use.
fn asked(screen: &Screen) -> Vec<SourceId> {
    screen.state.table().unwrap().all_lent().iter().flatten().map(Query::at).collect()
}

fn usage(screen: Screen) -> Screen {
    let lent = screen.state.table().unwrap().all_lent().into_iter().flatten().next().expect("somebody measures");
    let row = |name: &str, cpu, memory| {
        let id = Id::new(SERVER, KindRef(&podusage::KIND), "shop", name);
        Delta::Upsert(Object::made(id, Health::Good, [Cell::Cpu(cpu), Cell::Bytes(memory)]))
    };
    let rows = vec![Delta::Reset, row("cart-2", 1_500, 64 << 20), row("web-7f", 3, 5 << 20), Delta::Ready];
    screen.answer_to(lent, rows)
}

#[test]
fn it_lends_to_pods_where_no_metrics_server_does() {
    let screen = open("pods").list(&shop());
    assert_eq!(asked(&screen), [], "whether there is a metrics server is not known yet");
    let measured = usage(screen.found(vec![kind("pods")]));
    assert_eq!(asked(&measured), [SERVER]);
    assert!(measured.has("1500m") && measured.has("64Mi"), "{}", measured.text());
    let sorted = measured.keys(": \"sort_cpu\" enter g");
    assert!(sorted.selected().contains("cart-2"), "{}", sorted.text());
    let both = open("pods").list(&shop()).found(vec![kind("pods"), kind("podmetrics")]);
    assert_eq!(asked(&both), [HERE], "a metrics server comes first");
    let lent = both.state.table().unwrap().all_lent().into_iter().flatten().next().unwrap();
    let ended = Message::Ended { query: lent, error: Error::Denied("you may not list podmetrics".to_owned()) };
    assert_eq!(asked(&both.take(vec![ended])), [SERVER], "the user may not ask the metrics server");
    let elsewhere = open("pods @staging");
    assert_eq!(asked(&elsewhere), [], "it measures one context");
}

/// A cluster in which Prometheus may be found.
fn closed() -> Screen {
    let mut screen = Screen::open("pods");
    let place = Place::new(SERVER, "prod-eu/prometheus", &prometheus::FAMILY);
    screen.state.places.inside.push(Place {
        server: "inside of prod-eu".into(),
        measures: vec![HERE],
        within: Some(HERE),
        ..place
    });
    screen.list(&shop()).found(vec![kind("pods")])
}

fn recorded(screen: Screen, result: Result<(), Error>) -> Screen {
    screen.take(vec![Message::Worked(Outcome::LooksInside(HERE, result))])
}

#[test]
fn it_is_looked_for_in_a_cluster_after_a_question_that_is_recorded() {
    let screen = closed();
    assert_eq!(asked(&screen), [], "nobody allowed it");
    let asking = screen.keys(": \"look-inside\" enter");
    insta::assert_snapshot!("prometheus-look-inside-80x24", asking.text());
    let agreed = asking.keys("tab enter");
    let [Effect::LookInside { id, server, on: true }] = agreed.effects.as_slice() else {
        panic!("{:?}", agreed.effects)
    };
    assert_eq!((id.at, id.name.as_str(), server.as_str()), (HERE, "prod-eu", "https://10.0.0.1:6443"));
    assert_eq!(asked(&agreed), [], "it is not recorded yet");
    let failed = recorded(agreed, Err(Error::Denied("the audit file cannot be written".to_owned())));
    assert!(failed.has("services are not read: the audit file cannot be written"), "{}", failed.text());
    assert_eq!(asked(&failed), []);
    let open = recorded(failed, Ok(()));
    assert!(open.has("services in prod-eu are read"), "{}", open.text());
    assert_eq!(asked(&open), [SERVER]);
    assert!(usage(open).has("1500m"));
}

#[test]
fn it_is_looked_for_no_longer_once_it_is_switched_off() {
    let ended = recorded(closed(), Ok(())).keys(": \"look-inside\" enter");
    assert!(matches!(ended.effects.as_slice(), [Effect::LookInside { on: false, .. }]), "{:?}", ended.effects);
    assert_eq!(asked(&ended), []);
    assert!(ended.state.places.iter().all(|place| place.id != SERVER), "it is listed no longer");
}

#[test]
fn the_configuration_has_the_last_word() {
    let under = |config: &str| {
        let mut screen = recorded(closed(), Ok(()));
        let config = Some(Config::parse("config.toml", config).unwrap());
        screen.state.adopt(Settings { config, ..screen.state.settings.clone() });
        screen.take(Vec::new())
    };
    for closed in ["look_inside = false\n", "read_only = true\n", "[[context]]\nmatch = \"*\"\nprotected = true\n"] {
        assert_eq!(asked(&under(closed)), [], "{closed}");
    }
    let read_only = under("read_only = true\nlook_inside = true\n");
    assert_eq!(asked(&read_only), [SERVER]);
    let told = read_only.keys(": \"look-inside\" enter");
    assert!(told.has("config.toml says look_inside = true"), "{}", told.text());
    let refused = under("read_only = true\n").keys(": \"look-inside\" enter");
    assert!(refused.has("only look_inside = true in config.toml allows"), "{}", refused.text());
}

#[test]
fn targets_are_those_of_the_cluster_on_the_screen() {
    let mut screen = closed();
    let other = Place::new(SourceId(4), "prometheus:9090", &prometheus::FAMILY);
    screen.state.places.all.push(Place { measures: vec![SourceId(2)], ..other });
    let targets = recorded(screen, Ok(())).keys(": \"targets\" enter");
    assert_eq!(targets.query().at(), SERVER);
}

fn scraped() -> Screen {
    let target = |pool: &str, health: &str, error: &str| {
        let text = serde_json::json!({"labels": {"instance": "10.0.0.1:80"}, "scrapePool": pool, "health": health,
            "scrapeUrl": "http://10.0.0.1:80/metrics", "lastError": error, "lastScrape": "2026-01-31T11:59:50Z",
            "lastScrapeDuration": 0.0123, "scrapeInterval": "15s"});
        let target: targets::Target = serde_json::from_value(text).unwrap();
        Delta::Upsert(target.row(SERVER))
    };
    let rows = [target("kubelet", "up", ""), target("shop", "down", "connection refused")];
    open("targets").answer([Delta::Reset].into_iter().chain(rows).chain([Delta::Ready]).collect())
}

#[test]
fn pictures() {
    for (width, height) in [(80, 24), (160, 45)] {
        let name = |what: &str| format!("prometheus-{what}-{width}x{height}");
        insta::assert_snapshot!(name("targets"), scraped().sized(width, height).text());
        let failed = open("targets").sized(width, height);
        let failed = failed.fails(Error::Offline("cannot reach http://••••••@prometheus:9090: refused".to_owned()));
        insta::assert_snapshot!(name("offline"), failed.text());
    }
}
