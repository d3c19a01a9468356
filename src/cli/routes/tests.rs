use std::collections::HashMap;

use super::*;
use crate::kinds;
use crate::mesh::tests::made::odd_world;
use crate::model::{Cell, Object, SourceId, Time, text};
use crate::random::Random;
use crate::source::kube::routes::{Picture, draw, rows};

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
    for file in [
        "bookinfo",
        "exports",
        "edge",
        "precedence",
        "attachment",
        "tls",
        "ingress",
        "gateways",
        "delegates",
        "order",
        "ports",
        "clients",
    ] {
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
    let args = RoutesArgs {
        files: vec![dir.clone()],
        from: None,
        domain: "cluster.local".to_owned(),
        output: RoutesOutput::Table,
    };
    let mut out = Vec::new();
    let alone = routes(&args, None, &mut out).unwrap_err();
    assert!(alone.text().contains("deep/bad.yaml:2"), "{alone}");
    assert!(out.is_empty());
    // The others are told, and it still counts as a failure.
    let good = format!("{}/tests/fixtures/mesh/ingress.yaml", env!("CARGO_MANIFEST_DIR"));
    fs::copy(good, dir.join("good.yaml")).unwrap();
    let error = routes(&args, None, &mut out).unwrap_err();
    fs::remove_dir_all(&dir).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(error.text().contains("deep/bad.yaml:2"), "{error}");
    assert!(text.contains("Ingress") && text.contains("could not read") && text.contains("deep/bad.yaml:2"), "{text}");
}

/// The rows that a table of the screen ends up with: one of each identity.
fn on_screen(name: &str, picture: &Picture) -> Vec<Object> {
    let kind = kinds::named(name).unwrap();
    let all = rows::rows(SourceId(1), kind, picture);
    let mut out: Vec<Object> =
        all.into_iter().map(|row| (row.id.clone(), row)).collect::<HashMap<_, _>>().into_values().collect();
    let order = |row: &Object| match row.cells.last() {
        Some(Cell::Count(order)) => *order,
        _ => 0,
    };
    out.sort_by_key(order);
    out
}

fn cells(row: &Object, columns: &[usize]) -> Vec<String> {
    columns.iter().map(|column| row.cells[*column].to_text(Time(0))).collect()
}

/// Whatever there is in a mesh, no row hides another: the screen holds all that is printed. `SPYHOP_TEST_SEED` picks the
/// first of the meshes.
#[test]
fn the_screen_and_the_command_line_have_the_same_rows() {
    let seed = std::env::var("SPYHOP_TEST_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(1_u64);
    println!("SPYHOP_TEST_SEED={seed}");
    let (mut routes, mut backends, mut problems) = (0, 0, 0);
    for seed in seed..seed + 200 {
        let bodies = odd_world(&mut Random(seed.wrapping_mul(0x9E37_79B9) | 1));
        let args = RoutesArgs {
            files: Vec::new(),
            from: None,
            domain: "cluster.local".to_owned(),
            output: RoutesOutput::Json,
        };
        let mut out = Vec::new();
        write(World::of(&bodies), &args, None, &mut out).unwrap();
        let told: Value = serde_json::from_slice(&out).unwrap();
        let text = |value: &Value| text::clean(value.as_str().unwrap_or_default()).into_owned();
        let printed: Vec<Vec<String>> = told["rows"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| vec![text(&row["host"]), text(&row["match"]), text(&row["attach"]), text(&row["mesh"])])
            .collect();
        let picture = draw(&World::of(&bodies));
        let shown: Vec<Vec<String>> =
            on_screen("routes", &picture).iter().map(|row| cells(row, &[0, 2, 7, 9])).collect();
        assert_eq!(shown, printed, "seed {seed}");
        let count = |field: &str| {
            told["rows"].as_array().unwrap().iter().map(|row| row[field].as_array().unwrap().len()).sum::<usize>()
        };
        assert_eq!(on_screen("backends", &picture).len(), count("backends"), "seed {seed}");
        assert_eq!(on_screen("problems", &picture).len(), told["problems"].as_array().unwrap().len(), "seed {seed}");
        for row in on_screen("routes", &picture) {
            let body = rows::body(&row.id, &picture).unwrap();
            assert_eq!(text(&body["match"]), row.cells[2].to_text(Time(0)), "seed {seed}: {:?}", row.id);
        }
        routes += shown.len();
        backends += count("backends");
        problems += told["problems"].as_array().unwrap().len();
    }
    assert!(routes > 5000 && backends > 5000 && problems > 1000, "{routes} {backends} {problems}");
}
