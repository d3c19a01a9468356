use super::*;
use crate::app::view::Field;
use crate::model::{Cell, Column, Health, Id, Kind, SourceId, Str};

static KIND: Kind = Kind { name: "things", ..Kind::KUBE };
const TITLES: [&str; 9] = ["NAMESPACE", "NAME", "READY", "STATUS", "RESTARTS", "CPU", "MEM", "NODE NAME", "AGE"];
const NOW: Time = Time::from_secs(1_000_000);

fn columns() -> Vec<Shown> {
    let shown = |(i, title)| Shown {
        field: match i {
            0 => Field::Namespace,
            1 => Field::Name,
            i => Field::Own(i - 2),
        },
        column: Column::new(title, 5),
        need: 5,
        right: false,
        place: None,
    };
    TITLES.into_iter().enumerate().map(shown).collect()
}

fn object(namespace: &str, name: &str, labels: &str, cells: [Cell; 7]) -> Object {
    Object {
        id: Id { at: SourceId(0), kind: (&KIND).into(), namespace: namespace.into(), name: name.into() },
        uid: Str::new(),
        health: Health::Good,
        cells: Box::new(cells),
        labels: labels.into(),
        owner: Str::new(),
        link: None,
    }
}

fn objects() -> [Object; 3] {
    let ago = |secs: i64| Time::from_secs(1_000_000 - secs);
    let web = [
        Cell::Ratio(1, 2),
        Cell::text("Running"),
        Cell::Tally(7, ago(60)),
        Cell::Cpu(250),
        Cell::Bytes(128 << 20),
        Cell::text("worker one"),
        Cell::Since(ago(1800)),
    ];
    let api = [
        Cell::Ratio(2, 2),
        Cell::text("Running"),
        Cell::Count(0),
        Cell::Cpu(5),
        Cell::Bytes(10 << 20),
        Cell::text("worker-two"),
        Cell::Since(ago(90_000)),
    ];
    let job =
        [Cell::Ratio(0, 1), Cell::text("Completed"), Cell::Count(0), Cell::None, Cell::None, Cell::None, Cell::None];
    [
        object("shop", "web-1", "app=web,tier=front", web),
        object("shop", "api-2", "app=api,app.kubernetes.io/name=api,tier=back", api),
        object("batch", "job.x", "", job),
    ]
}

/// Names that a filter admits.
fn admitted(text: &str) -> String {
    let filter = Filter::parse(text, &TITLES).unwrap();
    let (columns, objects) = (columns(), objects());
    let found = objects.iter().filter(|object| filter.admit(object, None, &columns, NOW).is_some());
    found.map(|object| &object.id.name[..3]).collect::<Vec<_>>().join(" ")
}

#[test]
fn every_form_of_a_term_works() {
    for (text, expected) in [
        ("", "web api job"),
        ("   ", "web api job"),
        ("WEB", "web"),
        ("running", "web api"),
        ("shop", "web api"),
        ("running web", "web"),
        ("run web nothing", ""),
        ("worker one", "web"),
        ("\"worker one\"", "web"),
        ("\"one worker\"", ""),
        ("'job.x'", "job"),
        ("\"j.b\"", ""),
        ("j.b", "job"),
        ("^(web|api)-", "web api"),
        ("web|job", "web job"),
        ("!running", "job"),
        ("!web shop", "api"),
        ("!!web", "web"),
        ("!!!web", "api job"),
        ("!! web", "web"),
        ("!", "web api job"),
        ("!\"worker one\"", "api job"),
        ("128mi", "web"),
        ("30m", ""),
        ("web or job", "web job"),
        ("shop web or job", "web job"),
        ("web and running", "web"),
        ("web or ", "web"),
        ("\"or\"", "web api"),
        ("-f sw1", "web"),
        ("-f", "web api job"),
        ("-f wb or job", "web job"),
    ] {
        assert_eq!(admitted(text), expected, "{text}");
    }
}

#[test]
fn a_pasted_run_of_negations_is_no_depth() {
    let filter = Filter::parse(&format!("{}web", "!".repeat(200_001)), &TITLES).unwrap();
    let [web, api, _] = objects();
    assert_eq!(filter.admit(&web, None, &columns(), NOW), None);
    assert_eq!(filter.admit(&api, None, &columns(), NOW), Some(0));
}

#[test]
fn labels_are_selected() {
    for (text, expected) in [
        ("app=web", "web"),
        ("app!=web", "api job"),
        ("app=web,tier!=back", "web"),
        ("app=web, tier=front running", "web"),
        ("app in (web,api)", "web api"),
        ("app in (web, api),tier notin (back) web", "web"),
        ("app notin (web)", "api job"),
        ("tier=front,!other,app", "web"),
        ("!other,app=api", "api"),
        ("!app=web", "api job"),
        ("app.kubernetes.io/name=api", "api"),
        ("-l tier", "web api"),
        ("-l !tier", "job"),
        ("-l tier,app==api", "api"),
        ("-l", "web api job"),
    ] {
        assert_eq!(admitted(text), expected, "{text}");
    }
}

#[test]
fn columns_are_compared() {
    for (text, expected) in [
        ("status=running", "web api"),
        ("status!=Running", "job"),
        ("Status=Comp*", "job"),
        ("status!=Comp*", "web api"),
        ("status~^run", "web api"),
        ("status!~^run", "job"),
        ("restarts>5", "web"),
        ("restarts=7", "web"),
        ("restarts<=0", "api job"),
        ("ready=1/2", "web"),
        ("ready!=1/2", "api job"),
        ("ready<1/1", "web job"),
        ("cpu>=100m", "web"),
        ("cpu<0.1", "api"),
        ("mem>64Mi", "web"),
        ("mem=10Mi", "api"),
        ("age<1h", "web"),
        ("age>1d", "api"),
        ("age>=25h", "api"),
        ("name=web*", "web"),
        ("name=web", ""),
        ("ns=batch", "job"),
        ("namespace!=batch", "web api"),
        ("node-name=\"worker one\"", "web"),
        ("node_name=worker-two", "api"),
        ("node_name=", "job"),
        ("status=running !restarts>5", "api"),
        ("restarts>5 or status=completed", "web job"),
    ] {
        assert_eq!(admitted(text), expected, "{text}");
    }
}

#[test]
fn what_cannot_be_understood_is_said_in_words() {
    for (text, parts) in [
        ("[", ["'['", "regular expression"]),
        ("status~(", ["'('", "regular expression"]),
        ("a{999}{999}", ["a{999}", "regular expression"]),
        ("size>5", ["'size'", "RESTARTS"]),
        ("restarts>", ["RESTARTS>", "64Mi"]),
        ("-l a=b=c", ["'a=b=c'", "e in (x,y)"]),
    ] {
        let error = Filter::parse(text, &TITLES).map(|_| ()).unwrap_err();
        assert!(parts.iter().all(|part| error.text().contains(part)), "{text}: {error}");
        assert!(!error.text().contains('\n'));
    }
}

#[test]
fn better_fuzzy_matches_score_higher() {
    let filter = Filter::parse("-f web", &TITLES).unwrap();
    let [web, api, _] = objects();
    let far = object("shop", "wide-even-blue", "", api.cells.to_vec().try_into().unwrap());
    let score = |object| filter.admit(object, None, &columns(), NOW);
    assert!(score(&web) > score(&far) && score(&far).is_some());
    assert_eq!(score(&api), None);
    assert_eq!(Filter::parse("web", &TITLES).unwrap().admit(&web, None, &columns(), NOW), Some(0));
}

#[test]
#[allow(clippy::single_range_in_vec_init)]
fn found_parts_are_highlighted() {
    let parts = |text: &str| Filter::parse(text, &TITLES).unwrap().highlights("Web-web-1");
    assert_eq!(parts("web"), [0..3, 4..7]);
    assert_eq!(parts("web eb-"), vec![0..8]);
    assert_eq!(parts("\\d$"), vec![8..9]);
    assert_eq!(parts("-f w1"), [4..5, 8..9]);
    assert!(parts("!web x*").is_empty());
    assert!(parts("app=web").is_empty());
}
