//! How wide things may become, and how many meanings a name may have.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::{ALL, Facts};

/// A struct with more fields is several things.
const WIDEST: usize = 16;

/// Words that have one meaning in the whole program. A second one needs a word of its own.
const UNIQUE: &[&str] = &[
    "Place", "Part", "Pace", "Sight", "Guard", "Engine", "Door", "Reach", "Row", "Source", "Kind", "Verb", "Family",
    "Query", "Delta", "Request",
];

/// Programs within the program, and the form of recordings.
const SEPARATE: &[&str] = &["src/demo", "src/runtime/recording/outline.rs"];

fn too_wide(facts: &Facts) -> Vec<String> {
    let wide = facts.types.iter().filter(|defined| defined.fields > WIDEST);
    wide.map(|defined| format!("{} {}: {} fields", facts.at(defined.line), defined.name, defined.fields)).collect()
}

/// The files that define each name. A recording has the names of what it is a reduction of.
fn meanings<'a>(all: impl IntoIterator<Item = &'a Facts>) -> BTreeMap<&'a str, BTreeSet<&'a str>> {
    let mut out: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for facts in all.into_iter().filter(|facts| !SEPARATE.iter().any(|part| facts.file.starts_with(part))) {
        for defined in &facts.types {
            out.entry(&defined.name).or_default().insert(&facts.file);
        }
    }
    out
}

#[test]
fn no_struct_is_wide() {
    assert_eq!(ALL.iter().flat_map(too_wide).collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn a_wide_struct_is_noticed() {
    let of = |fields: usize| {
        let fields: String = (0..fields).map(|i| format!("pub a{i}: u8, ")).collect();
        too_wide(&Facts::of("src/x.rs", &format!("mod inner {{ struct Wide {{ {fields} }} }}"))).len()
    };
    assert_eq!((of(WIDEST), of(WIDEST + 1)), (0, 1));
}

#[test]
fn words_that_all_share_have_one_meaning() {
    let all = meanings(ALL.iter());
    let several: Vec<_> =
        UNIQUE.iter().filter_map(|word| all.get_key_value(word)).filter(|(_, at)| at.len() != 1).collect();
    assert!(several.is_empty(), "{several:?}");
    let unknown: Vec<_> = UNIQUE.iter().filter(|word| !all.contains_key(**word)).collect();
    assert!(unknown.is_empty(), "{unknown:?} mean nothing");
}

#[test]
fn a_second_meaning_is_noticed() {
    let (one, other) = (Facts::of("src/a.rs", "enum Place { A }"), Facts::of("src/b.rs", "type Place = u8;"));
    assert_eq!(meanings([&one, &other])["Place"].len(), 2);
}
