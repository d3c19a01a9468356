//! A real Prometheus that scrapes the cluster, beside the metrics server and its own answers.

use std::process::Output;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::gate::{Home, log_lines, user};
use crate::servers::{apply, cluster, kubeconfig, kubectl, kubectl_fed, limited, viewer};

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

/// Somebody who sees pods and services, and has one more right in the namespace of Prometheus.
struct Reader {
    user: String,
    roles: String,
}

impl Reader {
    /// `right` is a resource and a verb: `services/proxy get`.
    fn new(right: &str) -> Self {
        cluster(&["prometheus"], &[]);
        let user = user("inside");
        let (resource, verb) = right.split_once(' ').unwrap();
        let roles = format!(
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {{name: {user}}}\nrules:\n\
             - {{apiGroups: [''], resources: [pods, services], verbs: [get, list, watch]}}\n\
             - {{apiGroups: [discovery.k8s.io], resources: [endpointslices], verbs: [list]}}\n---\n\
             apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {{name: {user}}}\n\
             roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: {user}}}\n\
             subjects: [{{kind: User, name: {user}}}]\n---\n\
             apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {{name: {user}, namespace: monitoring}}\n\
             rules: [{{apiGroups: [''], resources: [{resource}], verbs: [{verb}]}}]\n---\n\
             apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {{name: {user}, namespace: monitoring}}\n\
             roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: Role, name: {user}}}\n\
             subjects: [{{kind: User, name: {user}}}]\n"
        );
        apply(&roles);
        Self { user, roles }
    }

    /// `spyhop get ARGS -o json` under a configuration: what came out, and what was said.
    fn get(&self, config: &str, args: &[&str]) -> (Vec<Value>, String) {
        let home = Home::new(&self.user, config);
        let mut command = limited(env!("CARGO_BIN_EXE_spyhop"));
        command.env("KUBECONFIG", kubeconfig()).envs(home.env()).args(["get", "-o", "json", "--as", &self.user]);
        let output = command.args(args).output().unwrap();
        let rows = serde_json::from_slice(&output.stdout).unwrap_or_default();
        (rows, String::from_utf8_lossy(&output.stderr).into_owned())
    }

    /// What the API server was asked about the inside, and its answers. It writes them down a moment later.
    fn reached(&self, expected: &str) -> Vec<String> {
        let told = |event: &Value| {
            let uri = event["requestURI"].as_str().unwrap_or_default().split(['?', '&']).next().unwrap_or_default();
            let path = uri.rsplit_once("/monitoring/").map_or(uri, |(_, path)| path);
            format!("{} {path} {}", event["verb"].as_str().unwrap(), event["responseStatus"]["code"])
        };
        let end = Instant::now() + Duration::from_secs(10);
        loop {
            let lines: Vec<String> = log_lines(&self.user).iter().map(told).collect();
            let inside =
                |line: &&String| ["/proxy", "/portforward", "/services"].iter().any(|part| line.contains(part));
            let mut reached: Vec<String> = lines.iter().filter(inside).cloned().collect();
            reached.sort();
            reached.dedup();
            if reached.iter().any(|line| line.contains(expected)) || expected.is_empty() || Instant::now() > end {
                return reached;
            }
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let _ = kubectl_fed(&["delete", "--ignore-not-found", "-f", "-"], &self.roles);
    }
}

const LOOKS: &str = "look_inside = true\n";
const PODS: &[&str] = &["pods", "-n", "monitoring", "--columns", "cpu,mem"];

/// Until the role holds, which the API server learns a moment later.
fn measured_inside(reader: &Reader) -> Vec<Value> {
    let end = Instant::now() + Duration::from_secs(30);
    loop {
        let (pods, said) = reader.get(LOOKS, PODS);
        let is_whole = |pod: &Value| pod["CPU"].is_number() && pod["MEM"].is_u64();
        if !pods.is_empty() && pods.iter().all(is_whole) {
            return pods;
        }
        assert!(Instant::now() < end, "{said}: {pods:?}");
    }
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn it_is_found_in_the_cluster_and_asked_through_the_proxy() {
    let reader = Reader::new("services/proxy get");
    measured_inside(&reader);
    let (targets, said) = reader.get(&format!("read_only = true\n{LOOKS}"), &["targets"]);
    assert!(targets.iter().any(|target| text(target, "STATE") == "up"), "{said}");
    let reached = reader.reached("/targets");
    let proxy = "get services/prometheus-server:80/proxy";
    for path in ["/-/ready", "/api/v1/query", "/api/v1/targets"] {
        assert!(reached.contains(&format!("{proxy}{path} 200")), "{path}: {reached:?}");
    }
    assert!(!reached.iter().any(|line| line.contains("portforward")), "{reached:?}");
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn where_the_proxy_is_refused_a_forward_leads_to_it() {
    // The API server asks for `create` from 1.35 on, and before for `get`.
    let reader = Reader::new("pods/portforward get,create");
    measured_inside(&reader);
    let reached = reader.reached("/portforward 101");
    assert!(reached.iter().any(|line| line == "get services/prometheus-server:80/proxy/-/ready 403"), "{reached:?}");
    assert!(reached.iter().any(|line| line.ends_with("/portforward 101")), "{reached:?}");
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn what_is_missing_to_reach_it_is_told() {
    let reader = Reader::new("configmaps get");
    let (_, said) = reader.get(LOOKS, &["targets"]);
    assert!(said.contains("you need the right to get services/proxy in monitoring"), "{said}");
    assert!(said.contains("nor does a port-forward lead to it: "), "{said}");
}

/// Nothing of the cluster's inside is asked for, not even which services there are.
#[test]
#[ignore = "needs the real servers: tests/run"]
fn nothing_is_reached_in_a_cluster_unless_somebody_allowed_it() {
    let reader = Reader::new("services/proxy get");
    let protected = format!("{LOOKS}[[context]]\nmatch = \"*\"\nprotected = true\n");
    for config in ["", "look_inside = false\n", &protected] {
        let (pods, said) = reader.get(config, PODS);
        assert!(pods.is_empty() && said.contains("CPU"), "{config}: {said}");
        let (pods, said) = reader.get(config, &["pods", "-n", "monitoring"]);
        assert!(!pods.is_empty(), "{config}: {said}");
    }
    // The log was written: it tells of the pods, and later of a request that is inside.
    assert_eq!(reader.reached(""), Vec::<String>::new());
    measured_inside(&reader);
    assert!(!reader.reached("/proxy").is_empty());
}
