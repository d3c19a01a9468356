use super::*;

const FILE: &str = r#"
read_only = true
confirm = "name"

[[context]]
match = "prod-*"
protected = ["kube-system", "pay-*"]
confirm = "phrase"

[[context]]
match = "*-eu"
read_only = false
ask_kill = false

[[context]]
match = "vault"
protected = true
prometheus = "http://vault:9090"
"#;

/// Why nothing is written to engines.
const ENGINES: Option<&str> = Some("default, as all container engines");

fn guard(context: &str) -> Guard {
    Config::parse("config.toml", FILE).unwrap().guard(context, None)
}

#[test]
fn later_rules_win_and_protection_adds_up() {
    assert_eq!(guard("other").read_only.as_deref(), Some("config.toml"));
    assert_eq!(guard("other").confirm, Confirm::Name);
    let eu = guard("prod-eu");
    assert_eq!((eu.read_only, eu.confirm, eu.ask_kill), (None, Confirm::Phrase, false));
    let names: Vec<&str> =
        eu.protected.iter().filter_map(|protected| protected.namespaces.as_ref()).map(Pattern::text).collect();
    assert_eq!(names, ["kube-system", "pay-*"]);
    assert!(eu.protected[0].by.contains("prod-*"));
    assert_eq!(guard("vault").protected[0].namespaces, None);
    assert_eq!(Config::default().guard("any", None), Guard::default());
}

#[test]
fn the_last_rule_names_the_prometheus_of_a_context() {
    let of = |text: &str, name: &str| Config::parse("config.toml", text).unwrap().prometheus(name).map(str::to_owned);
    assert_eq!((of(FILE, "vault").as_deref(), of(FILE, "prod-eu")), (Some("http://vault:9090"), None));
    let general = format!("prometheus = \"http://all:9090\"\n{FILE}");
    assert_eq!(of(&general, "prod-eu").as_deref(), Some("http://all:9090"));
    assert_eq!(of(&general, "vault").as_deref(), Some("http://vault:9090"));
}

#[test]
fn all_problems_are_told_at_once_with_their_places() {
    let text = "raed_only = true\nconfirm = \"loud\"\n[[context]]\nmatch = \"a\"\nprotected = 3\n\n[[context]]\nread_only = 1\n";
    let error = Config::parse("config.toml", text).unwrap_err();
    for part in [
        "line 1, column 1: there is no key 'raed_only'",
        "line 2, column 11: confirm must be",
        "line 5, column 13: protected must be true, or a list",
        "line 7, column 1: this [[context]] has no match",
        "line 8, column 13: read_only must be true or false",
    ] {
        assert!(error.text().contains(part), "{part} is not in: {error}");
    }
    let error = Config::parse("config.toml", "read_only = yes\nconfirm = \n").unwrap_err();
    assert!(error.text().contains("line 1, column") && error.text().contains("line 2, column"), "{error}");
}

#[test]
fn engines_are_read_only_until_somebody_says_otherwise() {
    let by_default = Config::default().guard("docker/default", ENGINES);
    assert!(by_default.read_only.is_some_and(|by| by.starts_with("default")));
    let rule = "[[context]]\nmatch = \"docker/*\"\nread_only = false\n";
    assert_eq!(Config::parse("config.toml", rule).unwrap().guard("docker/default", ENGINES).read_only, None);
    assert_eq!(
        Config::parse("config.toml", FILE).unwrap().guard("lab", ENGINES).read_only.as_deref(),
        Some("config.toml")
    );
}

#[test]
fn an_address_that_is_none_is_told_with_its_place_and_without_its_password() {
    for bad in ["prometheus:9090", "ftp://me:canary@a", "http://", "http:///x", "http://a b", "http://a/?canary=1"] {
        let error = Config::parse("config.toml", &format!("\nprometheus = '{bad}'")).unwrap_err();
        let told = "config.toml, line 2, column 14: prometheus must be an address like \"http://prometheus:9090\"";
        assert!(error.text().starts_with(told) && !error.text().contains("canary"), "{bad}: {error}");
    }
    assert!(Config::parse("config.toml", "prometheus = 'https://me:canary@a/prefix/'").is_ok());
}
