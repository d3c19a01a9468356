use super::*;

fn printed(file: &str, from: Option<&str>, output: RoutesOutput) -> String {
    let path = PathBuf::from(format!("{}/tests/fixtures/mesh/{file}.yaml", env!("CARGO_MANIFEST_DIR")));
    let args =
        RoutesArgs { files: vec![path], from: from.map(str::to_owned), domain: "cluster.local".to_owned(), output };
    let mut out = Vec::new();
    routes(&args, None, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn expect(name: &str, text: &str) {
    let settings = {
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("../../../tests/fixtures/mesh");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings
    };
    settings.bind(|| insta::assert_snapshot!(name, text));
}

#[test]
fn each_fixture_gives_its_table() {
    for file in ["bookinfo", "exports", "edge", "precedence", "attachment", "tls", "ingress"] {
        expect(file, &printed(file, None, RoutesOutput::Table));
    }
    for client in ["shop", "narrow", "billing"] {
        expect(&format!("exports-from-{client}"), &printed("exports", Some(client), RoutesOutput::Table));
    }
    expect("attachment-from-guest", &printed("attachment", Some("guest"), RoutesOutput::Table));
}

#[test]
fn json_says_the_same() {
    let value: Value = serde_json::from_str(&printed("bookinfo", None, RoutesOutput::Json)).unwrap();
    let rows = value["rows"].as_array().unwrap();
    let canary = rows.iter().find(|row| row["path"] == "/spec/http/2").unwrap();
    assert_eq!(canary["backends"][1]["percent"], 15.0);
    assert_eq!(canary["backends"][1]["ready"], serde_json::json!({"ready": 0, "total": 1, "draining": 0}));
    let dead = rows.iter().find(|row| row["path"] == "/spec/http/3/match/0").unwrap();
    assert_eq!(dead["shadowed_by"], "VirtualService bookinfo/reviews /spec/http/2");
    assert!(value["problems"].as_array().unwrap().iter().any(|problem| problem["code"] == "MR104"));
}

#[test]
fn a_broken_file_is_named_with_its_line() {
    let dir = std::env::temp_dir().join(format!("spyhop-routes-{}", std::process::id()));
    fs::create_dir_all(dir.join("deep")).unwrap();
    fs::write(dir.join("deep/bad.yaml"), "kind: Service\nmetadata: {name: [}\n").unwrap();
    fs::write(dir.join("ignored.txt"), "{{{").unwrap();
    let error = read(&dir, &mut Vec::new()).unwrap_err();
    fs::remove_dir_all(&dir).unwrap();
    assert!(error.text().contains("deep/bad.yaml:2"), "{error}");
}
