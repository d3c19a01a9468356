//! A real Prometheus that scrapes the cluster, beside the metrics server and its own answers.

use std::process::Output;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::gate::{Home, user};
use crate::servers::{cluster, kubectl, limited, viewer};

/// The address of the server, which is a pod.
fn address() -> String {
    cluster(&["prometheus"], &[]);
    let path = "jsonpath={.items[0].status.podIP}";
    let host = kubectl(&["get", "pods", "-n", "monitoring", "-l", "app.kubernetes.io/name=prometheus", "-o", path]);
    format!("http://{host}:9090")
}

fn asked(url: &str, args: &[&str]) -> Output {
    let home = Home::new(&user("prometheus"), &format!("prometheus = '{url}'\n"));
    let mut command = limited(env!("CARGO_BIN_EXE_spyhop"));
    command.env("KUBECONFIG", viewer()).envs(home.env()).arg("get").args(args).args(["-o", "json"]).output().unwrap()
}

/// `spyhop get ARGS -o json` of somebody who may not ask the metrics server, with Prometheus in the configuration.
fn get(url: &str, args: &[&str]) -> Vec<Value> {
    let output = asked(url, args);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn text<'a>(row: &'a Value, key: &str) -> &'a str {
    row[key].as_str().unwrap_or_default()
}

/// What the metrics server says that a pod holds, in bytes.
fn measured(namespace: &str, name: &str) -> u64 {
    let path = format!("/apis/metrics.k8s.io/v1beta1/namespaces/{namespace}/pods/{name}");
    let body: Value = serde_json::from_str(&kubectl(&["get", "--raw", &path])).unwrap();
    let memory = |container: &Value| spyhop::model::bytes(container["usage"]["memory"].as_str().unwrap()).unwrap();
    body["containers"].as_array().unwrap().iter().map(memory).sum()
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn it_lends_what_the_metrics_server_would() {
    let url = address();
    // It grows while it is young, both measure in their own time, and a rate wants two measurements.
    let end = Instant::now() + Duration::from_secs(90);
    loop {
        let pods = get(&url, &["pods", "-n", "monitoring"]);
        let pod = pods.iter().find(|pod| text(pod, "name").starts_with("prometheus-server")).expect("its own pod");
        let other = measured("monitoring", text(pod, "name"));
        let near = pod["MEM"].as_u64().is_some_and(|memory| memory / 2 < other && other < memory * 2);
        if near && pod["CPU"].is_number() {
            break;
        }
        assert!(Instant::now() < end, "{other}: {pod}");
    }
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn a_column_that_nobody_measures_is_an_error() {
    let silent = "http://u:hunter2/canary@127.0.0.1:1";
    let output = asked(silent, &["pods", "-n", "real", "--columns", "cpu,mem"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && output.stdout.is_empty(), "{said}");
    assert!(said.contains("CPU") && said.contains("127.0.0.1:1") && !said.contains("hunter2"), "{said}");
    // What was not asked for by name may be missing.
    assert!(!get(silent, &["pods", "-n", "real"]).is_empty());
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn its_targets_are_told() {
    let url = address();
    let targets = get(&url, &["prometheus/targets"]);
    let of =
        |pool: &str| targets.iter().find(|target| text(target, "POOL") == pool).unwrap_or_else(|| panic!("{pool}"));
    assert_eq!(text(of("kubelet"), "STATE"), "up");
    assert_eq!(text(of("absent"), "STATE"), "down");
    assert!(text(of("absent"), "ERROR").contains("refused"), "{}", of("absent"));
}
