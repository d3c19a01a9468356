//! Random expressions, against an evaluator that is too simple to be wrong.

use super::*;
use crate::random::Random;

/// Terms that can stand anywhere, and the objects that they admit: web, api, job.
const TERMS: &[(&str, [bool; 3])] = &[
    ("web", [true, false, false]),
    ("RUNNING", [true, true, false]),
    ("\"or\"", [true, true, false]),
    ("'job.x'", [false, false, true]),
    ("(web|job)-1", [true, false, false]),
    ("j.b", [false, false, true]),
    ("nothing", [false, false, false]),
    ("restarts>5", [true, false, false]),
    ("status=comp*", [false, false, true]),
    ("node-name=\"worker one\"", [true, false, false]),
    ("cpu<100m", [false, true, false]),
    ("age<1h", [true, false, false]),
    ("app!=web", [false, true, true]),
    ("app in (web, api)", [true, true, false]),
    ("-l tier=front,app", [true, false, false]),
    ("-f shopapi", [false, true, false]),
];

/// A line, and what it admits by the rules alone.
fn made(random: &mut Random, depth: usize) -> (String, [bool; 3]) {
    let both = |a: [bool; 3], b: [bool; 3], join: fn(bool, bool) -> bool| [0, 1, 2].map(|i| join(a[i], b[i]));
    if depth == 0 || random.below(4) == 0 {
        let (text, admits) = TERMS[random.below(TERMS.len())];
        return (text.to_owned(), admits);
    }
    let (left, a) = made(random, depth - 1);
    match random.below(3) {
        0 => {
            let sign = random.pick(&["not (", "!(", "NOT ( "]);
            (format!("{sign}{left})"), a.map(|admits| !admits))
        }
        1 => {
            let (right, b) = made(random, depth - 1);
            let between = random.pick(&[") and (", ") (", " ) AND ("]);
            (format!("({left}{between}{right})"), both(a, b, |a, b| a && b))
        }
        _ => {
            let (right, b) = made(random, depth - 1);
            let between = random.pick(&[" or ", ") or (", " OR "]);
            (format!("({left}{between}{right})"), both(a, b, |a, b| a || b))
        }
    }
}

#[test]
fn any_expression_means_what_its_parts_mean() {
    let mut random = Random(0x5eed);
    let objects = objects();
    for _ in 0..5_000 {
        let (line, expected) = made(&mut random, 5);
        let filter = parse(&line).unwrap_or_else(|wrong| panic!("{line}: {wrong:?}"));
        let found = [0, 1, 2].map(|i: usize| score(&filter, &objects[i]).is_some());
        assert_eq!(found, expected, "{line}");
    }
}

/// With figures that another kind lends, and without.
#[test]
fn what_an_excerpt_tells_is_so() {
    let mut random = Random(0xcafe);
    let [web, api, job] = &objects();
    let mut lent = Answer::new(NOW);
    objects().into_iter().for_each(|object| lent.apply(Delta::Upsert(object), NOW));
    for lends in [false, true] {
        let loans = if lends { Loans::of(&lent, SourceId(0)) } else { Loans::default() };
        let mut columns = columns();
        if lends {
            (columns[5].field, columns[6].field) = (Field::Lent(0, 3), Field::Lent(0, 4));
        }
        let excerpt = Excerpt::new([Some(web), None, Some(api), Some(job)].into_iter(), &columns);
        for _ in 0..800 {
            let (line, _) = match random.below(8) {
                0 => (random.pick(&["250m", "5", "Mi", "128", "not 1", "1.8"]).to_owned(), [false; 3]),
                _ => made(&mut random, 4),
            };
            let filter = parse(&line).unwrap_or_else(|wrong| panic!("{line}: {wrong:?}"));
            let guesses = filter.guess(&excerpt, lends);
            for (object, guess) in [(web, guesses[0]), (api, guesses[2]), (job, guesses[3])] {
                let score = filter.admit(object, &loans, &columns, NOW, &Memo::default());
                let so = match guess {
                    Guess::No => score.is_none(),
                    Guess::Maybe => true,
                    Guess::Yes => score == Some(0),
                };
                assert!(so, "{line}: {guess:?} of {}, but {score:?}", object.id.name);
            }
        }
    }
}

#[test]
fn an_excerpt_tells_all_of_texts() {
    let objects = objects();
    let excerpt = Excerpt::new(objects.iter().map(Some), &columns());
    for line in ["w", "WEB", "running", "ing worker", "1/2", "7", "j.b", "!running", "web or (not shop)", "128mi", "x*"]
    {
        let filter = parse(line).unwrap_or_else(|wrong| panic!("{line}: {wrong:?}"));
        let told = filter.guess(&excerpt, false);
        let expected = objects.iter().map(|object| match score(&filter, object) {
            Some(_) => Guess::Yes,
            None => Guess::No,
        });
        assert_eq!(told, expected.collect::<Vec<_>>(), "{line}");
    }
}

/// The same tree again, whatever it was typed as.
fn assert_written_again(line: &str) {
    let Ok(filter) = parse(line) else { return };
    let written = filter.to_string();
    let again = parse(&written).unwrap_or_else(|wrong| panic!("{line} is written as {written}: {wrong:?}"));
    assert_eq!(format!("{:?}", filter.expr), format!("{:?}", again.expr), "{line} is written as {written}");
}

#[test]
fn what_is_written_means_the_same() {
    let mut random = Random(0xfeed);
    for _ in 0..5_000 {
        assert_written_again(&made(&mut random, 5).0);
    }
    for line in
        ["or web", "web or or", "web (or)", "not", "web not", "\"a b", "status=\"a b", "-l a,", "(-l a,) b", "!a,b=c"]
    {
        assert_written_again(line);
    }
}

const PIECES: &[&str] = &[
    "(", ")", " ", "!", "not ", " or ", " and ", "\"", "'", "-l ", "-f ", "status", "=", "~", ">", "<", "web", "app",
    " in (", ",", "[", "]", "\\", "|", "*", "5", "1h", "\u{e9}", "\u{4e16}", "\u{200b}", "\t", "{", "}", "?", "^",
    "name", "/",
];

#[test]
fn no_line_is_too_strange() {
    let mut random = Random(0xbeef);
    let objects = objects();
    for round in 0..8_000 {
        let bytes: Vec<u8> = match round % 2 {
            0 => (0..random.below(40)).map(|_| random.below(256) as u8).collect(),
            _ => (0..random.below(20)).flat_map(|_| random.pick(PIECES).bytes()).collect(),
        };
        let line = String::from_utf8_lossy(&bytes);
        match parse(&line) {
            Ok(filter) => {
                score(&filter, &objects[0]);
                filter.highlights(Field::Name, &line);
                let again = parse(&filter.to_string()).unwrap_or_else(|wrong| panic!("{line:?} {filter}: {wrong:?}"));
                assert_eq!(score(&again, &objects[0]), score(&filter, &objects[0]), "{line:?} is written as {filter}");
            }
            Err(wrong) => assert!(line.get(wrong.range.clone()).is_some(), "{line:?}: {wrong:?}"),
        }
        offer(&line, &titles(), &Rows { answer: None, loans: Loans::default(), contexts: &Contexts::default() });
    }
}
