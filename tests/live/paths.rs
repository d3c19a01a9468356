//! Paths find what kubectl prints.

use crate::servers::kubectl_fed;

#[test]
#[ignore = "needs the real servers: tests/run"]
fn paths_mean_what_they_mean_to_kubectl() {
    let object = include_str!("../fixtures/paths.json");
    let lines = include_str!("../fixtures/paths.txt").lines();
    let recorded: Vec<(&str, &str)> = lines.map(|line| line.split_once(" =>").unwrap()).collect();
    let braced = |path: &str| match path.trim_start_matches('{').trim_end_matches('}') {
        inner if inner.starts_with(['.', '[', '$']) => format!("{{{inner}}}"),
        inner => format!("{{.{inner}}}"),
    };
    let template: String = recorded.iter().map(|(path, _)| braced(path) + "{\"\\n\"}").collect();
    let output = format!("jsonpath={template}");
    let printed = kubectl_fed(&["create", "--dry-run=client", "--validate=false", "-f", "-", "-o", &output], object);
    let printed = String::from_utf8(printed.stdout).unwrap();
    let printed: Vec<&str> = printed.lines().collect();
    assert_eq!(printed.len(), recorded.len());
    // kubectl visits the fields of an object in any order.
    let words = |text: &str| {
        let mut words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        words.sort();
        words
    };
    for ((path, wanted), printed) in recorded.iter().zip(printed) {
        match path.contains('*') || path.contains("..") {
            true => assert_eq!(words(printed), words(wanted), "{path}"),
            false => assert_eq!(printed, wanted.trim_start(), "{path}"),
        }
    }
}
