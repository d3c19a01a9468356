//! The commands without a screen, against one demo cluster that lives as long as the test.

use serde_json::Value;
use spyhop::demo::Demo;
use spyhop::source::demo::options;
use tokio::runtime::Runtime;

use crate::place::Home;

/// A cluster, and a home whose kubeconfig leads to it.
struct Cluster {
    home: Home,
    kubeconfig: String,
    _demo: Demo,
    _runtime: Runtime,
}

impl Cluster {
    fn new(name: &str) -> Self {
        let home = Home::new(name);
        let runtime = Runtime::new().unwrap();
        let demo = runtime.block_on(Demo::start(options())).unwrap();
        let kubeconfig = home.file("kubeconfig", &demo.kubeconfig());
        Self { home, kubeconfig, _demo: demo, _runtime: runtime }
    }

    fn spyhop(&self, args: &[&str]) -> String {
        let mut all = vec!["--kubeconfig", &self.kubeconfig];
        all.extend(args);
        self.home.prints(&all)
    }

    fn get(&self, args: &[&str]) -> Vec<Value> {
        let mut all = vec!["get"];
        all.extend(args);
        all.extend(["-o", "json"]);
        serde_json::from_str(&self.spyhop(&all)).unwrap()
    }

    fn deployment(&self, name: &str) -> Value {
        let all = self.get(&["deployments", name, "-n", "shop"]);
        all.into_iter().next().unwrap()
    }
}

#[test]
fn a_table_is_printed_of_a_cluster_that_was_not_there() {
    let home = Home::new("get");
    let rows: Vec<Value> = serde_json::from_str(&home.prints(&["--demo", "get", "pods", "-A", "-o", "json"])).unwrap();
    assert!((150..300).contains(&rows.len()), "{} pods", rows.len());
    let healths: Vec<&str> = rows.iter().filter_map(|row| row["health"].as_str()).collect();
    for health in ["good", "bad", "done"] {
        assert!(healths.contains(&health), "{health} is not in {healths:?}");
    }
}

#[test]
fn the_planted_route_problem_is_told() {
    let home = Home::new("routes");
    let told = home.prints(&["--demo", "routes", "-A"]);
    assert!(told.contains("www.shop.example"), "{told}");
    let problems = home.prints(&["--demo", "get", "problems", "-A"]);
    assert!(problems.contains("checkout-canary has no ready endpoint"), "{problems}");
}

#[test]
fn verbs_change_what_is_read_afterwards() {
    let cluster = Cluster::new("verbs");
    let replicas = |cluster: &Cluster| cluster.spyhop(&["get", "deployments", "cart", "-n", "shop", "-o", "yaml"]);
    cluster.spyhop(&["scale", "deployment", "cart", "-n", "shop", "--replicas", "5", "--yes"]);
    assert!(replicas(&cluster).contains("replicas: 5"), "{}", replicas(&cluster));
    cluster.spyhop(&["label", "deployment", "cart", "-n", "shop", "team=sea", "--yes"]);
    assert!(replicas(&cluster).contains("team: sea"));
    cluster.spyhop(&["restart", "deployment", "cart", "-n", "shop", "--yes"]);
    assert!(replicas(&cluster).contains("kubectl.kubernetes.io/restartedAt"));
    assert_eq!(cluster.deployment("cart")["name"], "cart");
    cluster.spyhop(&["delete", "deployment", "cart", "-n", "shop", "--yes"]);
    assert!(cluster.get(&["deployments", "-n", "shop"]).iter().all(|row| row["name"] != "cart"));
}

#[test]
fn documents_are_applied() {
    let cluster = Cluster::new("apply");
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: whale, namespace: shop}\ndata: {depth: \"12\"}\n";
    let file = cluster.home.file("whale.yaml", text);
    cluster.spyhop(&["apply", "-f", &file, "--dry-run"]);
    assert!(cluster.get(&["configmaps", "-n", "shop"]).iter().all(|row| row["name"] != "whale"));
    cluster.spyhop(&["apply", "-f", &file, "--yes"]);
    assert!(cluster.spyhop(&["get", "configmaps", "whale", "-n", "shop", "-o", "yaml"]).contains("depth: \"12\""));
}

#[test]
fn logs_are_read_to_the_end() {
    let cluster = Cluster::new("logs");
    let lines = cluster.spyhop(&["logs", "deployment/web", "-n", "shop", "--tail", "5"]);
    assert!(lines.lines().count() >= 5, "{lines}");
}
