mod properties;

use super::complete::{Rows, offer};
use super::*;
use crate::app::store::Answer;
use crate::app::view::{Contexts, Field, Loans};
use crate::model::{Cell, Column, Delta, Health, Id, Kind, SourceId, Str, Uid, Units};

static KIND: Kind = Kind { name: "things", ..Kind::kube() };
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
        contexts: Contexts::default(),
        need: 5,
        seen: 5,
        right: false,
        place: None,
        trend: None,
        high: false,
    };
    TITLES.into_iter().enumerate().map(shown).collect()
}

fn object(namespace: &str, name: &str, labels: &str, cells: [Cell; 7]) -> Object {
    Object {
        id: Id::new(SourceId(0), (&KIND).into(), namespace, name),
        uid: Uid::None,
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

fn titles() -> Vec<Titled> {
    columns().iter().map(|shown| (shown.field, shown.column.title.clone())).collect()
}

fn parse(text: &str) -> Result<Filter, Wrong> {
    Filter::parse(text, &titles())
}

fn score(filter: &Filter, object: &Object) -> Option<u16> {
    filter.admit(object, &Loans::default(), &columns(), NOW, &Memo::default())
}

/// Names that a filter admits.
fn admitted(text: &str) -> String {
    let filter = parse(text).unwrap();
    let objects = objects();
    let found = objects.iter().filter(|object| score(&filter, object).is_some());
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
    let filter = parse(&format!("{}web", "!".repeat(4_001))).unwrap();
    let [web, api, _] = objects();
    assert_eq!(score(&filter, &web), None);
    assert_eq!(score(&filter, &api), Some(0));
}

#[test]
fn no_cell_is_passed_over_that_holds_the_text() {
    let cells = [
        Cell::text("Running"),
        Cell::Tally(17, NOW),
        Cell::Count(-250),
        Cell::Percent(99.6),
        Cell::Percent(f32::NAN),
        Cell::Percent(f32::NEG_INFINITY),
        Cell::Rate(0.3),
        Cell::Rate(f32::NAN),
        Cell::Ratio(1, 20),
        Cell::Bytes(1536),
        Cell::Bytes(10 << 30),
        Cell::Size(1_984_512, Units::Thousands),
        Cell::Size(9 << 60, Units::Thousands),
        Cell::Size(2_080_768, Units::Binary),
        Cell::Size(7 << 50, Units::Binary),
        Cell::Cpu(1250),
        Cell::Span(93_784_000),
        Cell::Span(-5_000),
        Cell::Span(340),
    ];
    for cell in cells {
        let mut text = String::new();
        cell.write_searchable(&mut text);
        for (from, to) in (0..text.len()).flat_map(|from| (from + 1..=text.len()).map(move |to| (from, to))) {
            let needle = needle::Needle::new(&text[from..to]);
            assert!(needle.may_be_in(&cell) && needle.find(&text, 0).is_some(), "{cell:?}: {}", &text[from..to]);
        }
    }
}

#[test]
fn a_line_that_is_too_long_is_refused_at_once() {
    let begun = std::time::Instant::now();
    assert!(parse(&"[".repeat(4096)).is_err());
    assert!(parse(&format!("{}{}", "(".repeat(64), "[".repeat(4032))).is_err());
    assert!(parse(&"[a]".repeat(1365)).is_ok());
    assert!(parse(&"a, ".repeat(1365)).is_ok());
    assert!(begun.elapsed().as_secs() < 5, "{:?}", begun.elapsed());
    let long = format!("{}é", "a".repeat(4095));
    let wrong = parse(&long).map(|_| ()).unwrap_err();
    assert_eq!(wrong.range, 4095..4097);
    let said = wrong.pointed(&long);
    assert!(said.text().contains("4096") && said.text().contains("4097") && said.text().len() < 80, "{said}");
    assert!(parse(&"a".repeat(4096)).is_ok() && offered(&long).is_empty());
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
        let error = parse(text).map(|_| ()).unwrap_err();
        assert!(parts.iter().all(|part| error.text.contains(part)), "{text}: {error:?}");
        assert!(!error.text.contains('\n'));
    }
}

#[test]
fn better_fuzzy_matches_score_higher() {
    let filter = parse("-f web").unwrap();
    let [web, api, _] = objects();
    let far = object("shop", "wide-even-blue", "", api.cells.to_vec().try_into().unwrap());
    assert!(score(&filter, &web) > score(&filter, &far) && score(&filter, &far).is_some());
    assert_eq!(score(&filter, &api), None);
    assert_eq!(score(&parse("web").unwrap(), &web), Some(0));
}

#[test]
#[allow(clippy::single_range_in_vec_init)]
fn found_parts_are_highlighted() {
    let parts = |text: &str| parse(text).unwrap().highlights(Field::Name, "Web-web-1");
    assert_eq!(parts("web"), [0..3, 4..7]);
    assert_eq!(parts("web eb-"), vec![0..8]);
    assert_eq!(parts("\\d$"), vec![8..9]);
    assert_eq!(parts("-f w1"), [4..5, 8..9]);
    assert!(parts("!web x*").is_empty());
    assert!(parts("app=web").is_empty());
    let elsewhere = |text: &str| parse(text).unwrap().highlights(Field::Own(1), "web-1");
    assert_eq!((elsewhere("eb"), elsewhere("-f eb")), (vec![1..3], vec![]));
}

#[test]
fn what_a_row_has_is_told_by_column() {
    let row = [(Field::Name, "web-1"), (Field::Own(0), "Running"), (Field::Own(1), "10.0.0.1")];
    let row = row.map(|(field, text)| (field, text.to_owned()));
    let places = |text: &str| parse(text).unwrap().places(&row);
    assert_eq!(places("1"), [vec![0, 2]]);
    assert_eq!(places("web 10 and nosuch"), [vec![0], vec![2], vec![]]);
    assert_eq!(places("run.* or -f w1"), [vec![1], vec![0]]);
    assert!(places("not web").is_empty() && places("").is_empty());
    assert_eq!(places("app=web"), [Vec::<usize>::new()]);
}

#[test]
fn a_text_that_is_a_title_is_known_as_such() {
    let named = |text: &str| parse(text).unwrap().named_column(&titles());
    assert_eq!((named("restarts"), named("web or Restarts")), (Some("RESTARTS".into()), Some("RESTARTS".into())));
    assert_eq!([named("restart"), named("restarts>5"), named("not restarts"), named("")], [const { None }; 4]);
}

#[test]
fn terms_are_joined_with_words_and_parentheses() {
    for (text, expected) in [
        ("not running", "job"),
        ("NOT running", "job"),
        ("not not web", "web"),
        ("not !web", "web"),
        ("not web and running", "api"),
        ("not (web or job)", "api"),
        ("!(web or job)", "api"),
        ("!(web|job)", "api"),
        ("(web or job) shop", "web"),
        ("shop and (web or job)", "web"),
        ("web or api and completed", "web"),
        ("(web or api) and completed", ""),
        ("((web) or ((api)))", "web api"),
        ("( web )or( job )", "web job"),
        ("not(web or job)", "api"),
        ("web OR(job) and(completed)", "web job"),
        ("-f wb or(job)", "web job"),
        ("batch or(k|x)er", ""),
        ("(status=running and restarts>5) or completed", "web job"),
        ("(app in (web,api)) not restarts>5", "api"),
        ("(-l app=web) or (-f jbx)", "web job"),
        ("(-f wb and restarts>5) or job", "web job"),
        ("-f w and restarts>5", "web"),
        ("not app=web,tier=front", "api job"),
        ("(web|api)-1", "web"),
        ("web-(1|2)", "web"),
        ("(web-(1|2)) or job", "web job"),
        ("(web|api)-(1|2) or job", "web api job"),
        ("(?:web|api)", "web api"),
        ("(name~^[(w)]eb)", "web"),
        ("(\"worker one\")", "web"),
        ("()", "web api job"),
        ("web ()", "web"),
        ("not", ""),
        ("\"not\"", ""),
        ("(!)", "web api job"),
    ] {
        assert_eq!(admitted(text), expected, "{text}");
    }
}

#[test]
fn an_error_has_its_place() {
    for (text, place) in [
        ("web (api or", "("),
        ("web )", ")"),
        ("(web))", ")"),
        ("running size>5 web", "size"),
        ("running restarts> web", ">"),
        ("status~ab(", "("),
        ("status~\"x[\"", "["),
        ("name=x web[ y", "["),
        ("web x=\"a or", "\""),
        ("-l a=b, c=d=e", "c=d=e"),
        ("not (web and -l a$)", "a$"),
    ] {
        let wrong = parse(text).map(|_| ()).unwrap_err();
        assert_eq!(&text[wrong.range.clone()], place, "{text}: {wrong:?}");
    }
    let pointed = parse("é size>5").map(|_| ()).unwrap_err().pointed("é size>5");
    assert!(pointed.text().ends_with("\n  é size>5\n    ^^^^"), "{pointed}");
}

#[test]
fn parentheses_go_so_deep_and_no_deeper() {
    let nested = |depth: usize| format!("{}web{}", "(".repeat(depth), ")".repeat(depth));
    assert_eq!(admitted(&nested(64)), "web");
    let wrong = parse(&nested(2_000)).map(|_| ()).unwrap_err();
    assert_eq!((wrong.range, wrong.text.contains("64")), (64..65, true));
}

/// What may follow, as it would stand in the line.
fn offered(text: &str) -> Vec<String> {
    let mut answer = Answer::new(NOW);
    objects().into_iter().for_each(|object| answer.apply(Delta::Upsert(object), NOW));
    let offer = offer(
        text,
        &titles(),
        &Rows { answer: Some(&answer), loans: Loans::default(), contexts: &Contexts::default() },
    );
    offer.texts.iter().map(|end| format!("{}{end}", &text[..offer.from])).collect()
}

#[test]
fn columns_operators_and_values_are_offered() {
    assert_eq!(offered("st"), ["status"]);
    assert_eq!(offered("web or (Re"), ["web or (Ready", "web or (Restarts"]);
    assert_eq!(offered("web or(st"), ["web or(status"]);
    assert_eq!(offered("no"), ["node-name"]);
    assert_eq!(offered("status"), ["status=", "status!=", "status~", "status!~"]);
    assert_eq!(offered("cpu"), ["cpu>", "cpu<", "cpu=", "cpu!="]);
    assert_eq!(offered("status="), ["status=Running ", "status=Completed "]);
    assert_eq!(offered("not status!=c"), ["not status!=completed "]);
    assert_eq!(offered("node-name=w"), ["node-name=\"worker one\" ", "node-name=worker-two "]);
    assert_eq!(offered("ns="), ["ns=shop ", "ns=batch "]);
    assert_eq!(offered("-l t"), ["-l tier="]);
    assert_eq!(offered("-l app=web,tier="), ["-l app=web,tier=back ", "-l app=web,tier=front "]);
    assert_eq!(offered("tier=f"), ["tier=front "]);
    for nothing in ["", "web ", "-f st", "restarts>", "\"st", "zzz", "age="] {
        assert!(offered(nothing).is_empty(), "{nothing}: {:?}", offered(nothing));
    }
}

#[test]
fn a_filter_that_narrows_is_known_as_such() {
    let narrows = |new: &str, old: &str| parse(new).unwrap().narrows(&parse(old).unwrap());
    for (new, old) in
        [("we", "w"), ("web", ""), ("xweb", "we"), ("web run", "web"), ("web run", "we r"), ("a or b", "a or b")]
    {
        assert!(narrows(new, old), "{old} to {new}");
    }
    for (new, old) in [
        ("w", "we"),
        ("!web", "!we"),
        ("status=x", "status="),
        ("a or b", "a"),
        ("-f web", "web"),
        ("web", "-f w"),
        ("w.b", "w."),
    ] {
        assert!(!narrows(new, old), "{old} to {new}");
    }
}

#[test]
fn a_comparison_that_can_hold_for_no_row_is_refused() {
    let titles = [(Field::Own(0), "AGE"), (Field::Own(1), "RESTARTS"), (Field::Own(2), "CPU"), (Field::Own(3), "NOTE")]
        .map(|(field, title)| (field, title.into()));
    let rows = [
        [Cell::Since(Time(0)), Cell::Tally(3, Time(0)), Cell::Cpu(20), Cell::text("v1.2")],
        [Cell::None, Cell::Count(0), Cell::None, Cell::None],
    ];
    let refused = |line: &str| -> Option<String> {
        let filter = match Filter::parse(line, &titles) {
            Ok(filter) => filter,
            Err(wrong) => return Some(line[wrong.range].to_owned()),
        };
        let column = |field: Field| if let Field::Own(i) = field { i } else { 0 };
        filter.misfit(|field| rows.iter().map(move |row| &row[column(field)])).map(|wrong| line[wrong.range].to_owned())
    };
    for (line, wrong) in [
        ("restarts>>3", ">3"),
        ("restarts<>3", ">3"),
        ("age<1x", "1x"),
        ("cpu>abc", "abc"),
        ("cpu=abc", "abc"),
        ("web and (age>1h or not restarts>many)", "many"),
        ("age>\"1 x\"", ""),
        ("age<1h", ""),
        ("age=5d", ""),
        ("restarts=", ""),
        ("restarts!=0", ""),
        ("cpu>250m", ""),
        ("note>v1", ""),
        ("note=abc", ""),
        ("age~x", ""),
        ("restarts=3*", ""),
    ] {
        assert_eq!(refused(line).unwrap_or_default(), wrong, "{line}");
    }
    // Without rows, some titles say what they hold.
    let none = |line: &str| Filter::parse(line, &titles).unwrap().misfit(|_| std::iter::empty());
    assert!(none("age<1x").is_some_and(|wrong| wrong.text.contains("times")));
    assert!(none("note>abc").is_none());
}

#[test]
fn a_fuzzy_text_may_stand_at_once_behind_its_sign() {
    assert_eq!(Filter::parse("-fwb", &[]).unwrap().to_string(), Filter::parse("-f wb", &[]).unwrap().to_string());
    assert_eq!(
        Filter::parse("-lapp=web", &[]).unwrap().to_string(),
        Filter::parse("-l app=web", &[]).unwrap().to_string()
    );
    assert!(Filter::parse("-fwb or x", &[]).unwrap().to_string().contains(" or "));
}
