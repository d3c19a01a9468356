//! Columns of the user's, beside the same columns of kubectl.

use crate::servers::{apply, kubeconfig, kubectl, namespace, spyhop};

const NAMESPACE: &str = "own-columns";

/// Objects that come as protobuf, as JSON and as the server's table: each with a label and an annotation, and one without.
fn objects() {
    namespace(NAMESPACE);
    for kind in ["ConfigMap", "PodTemplate"] {
        for (name, meta) in [("a", "labels: {app: web}, annotations: {acme.io/owner: red}"), ("b", "labels: {}")] {
            let rest = match kind {
                "ConfigMap" => format!("data: {{text: of-{name}, x.y: dotted}}"),
                _ => format!(
                    "template: {{spec: {{containers: [{{name: {name}, image: first}}, {{name: more, image: second}}]}}}}"
                ),
            };
            apply(&format!(
                "apiVersion: v1\nkind: {kind}\nmetadata: {{name: {name}, namespace: {NAMESPACE}, {meta}}}\n{rest}\n"
            ));
        }
    }
}

/// The rows of `a` and `b`: the name, and the cells of the columns.
fn ours(kind: &str, columns: &str) -> Vec<Vec<String>> {
    let output = spyhop(&kubeconfig(), &["get", kind, "a", "b", "-n", NAMESPACE, "--columns", columns, "-o", "csv"]);
    assert!(output.status.success(), "{kind} {columns}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

fn theirs(kind: &str, paths: &[&str]) -> Vec<Vec<String>> {
    let columns: Vec<String> = paths.iter().enumerate().map(|(i, path)| format!("C{i}:{path}")).collect();
    let columns = format!("custom-columns=NAME:.metadata.name,{}", columns.join(","));
    let text = kubectl(&["get", kind, "a", "b", "-n", NAMESPACE, "--no-headers", "-o", &columns]);
    let cell = |word: &str| if word == "<none>" { String::new() } else { word.to_owned() };
    text.lines().map(|line| line.split_whitespace().map(cell).collect()).collect()
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn a_column_holds_what_kubectl_prints() {
    objects();
    let (label, annotation) = (".metadata.labels.app", ".metadata.annotations.acme\\.io/owner");
    for (kind, path) in [
        ("configmaps", ".data.text"),
        ("configmaps", ".data.x\\.y"),
        ("podtemplates", ".template.spec.containers[0].image"),
        ("podtemplates", ".template.spec.containers[?(@.name==\"more\")].image"),
        ("podtemplates", ".template.spec.containers[0].name"),
    ] {
        let columns = format!("app,annotation:acme.io/owner,PATH:{path}");
        assert_eq!(ours(kind, &columns), theirs(kind, &[label, annotation, path]), "{kind} {path}");
        // Nothing but the metadata is needed, so what comes may be protobuf.
        assert_eq!(ours(kind, "app,annotation:acme.io/owner"), theirs(kind, &[label, annotation]), "{kind}");
    }
    assert_eq!(ours("podtemplates", "IMAGES:.template.spec.containers[*].image")[0].len(), 3, "two images and a name");
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn the_values_of_a_secret_are_in_no_column() {
    namespace("own-columns-secret");
    apply(
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: own-columns-secret}\nstringData: {key: canary}\n",
    );
    for path in [".data.key", ".data", "ALL:..key", "WHOLE:$", ".metadata", ".metadata.managedFields"] {
        let words = ["get", "secrets", "-n", "own-columns-secret", "-o", "csv", "--columns", path];
        let output = spyhop(&kubeconfig(), &words);
        let told = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        // In base64 it begins so.
        assert!(!told.contains("canary") && !told.contains("Y2FuYXJ5"), "{path}: {told}");
    }
}
