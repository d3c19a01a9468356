//! Mesh routes on the real API server, which has the real custom resources of Istio and the Gateway API; and the Gateway
//! API's own conformance suite as the judge of the order of rules.

use std::path::{Path, PathBuf};

use serde_json::Value;
use spyhop::app::yaml::read::documents;
use spyhop::mesh::answer::{Entrance, answer};
use spyhop::mesh::matching::Ask;
use spyhop::mesh::route::{Action, Name, RouteRow};
use spyhop::mesh::{World, patch, resolve};

use super::servers::{kubeconfig, kubectl, kubectl_fed, limited};
use super::terminal::Terminal;

const NAMESPACE: &str = "mesh-shift";

fn fixture() -> String {
    format!("{}/tests/live/mesh.yaml", env!("CARGO_MANIFEST_DIR"))
}

fn read(resource: &str) -> Value {
    let text = kubectl(&["-n", NAMESPACE, "get", resource, "canary", "-o", "json"]);
    serde_json::from_str(&text).unwrap()
}

fn apply(resource: &str, patch: &Value) -> Vec<String> {
    ["-n", NAMESPACE, "patch", resource, "canary", "--type=json", "-p", &patch.to_string()].map(str::to_owned).to_vec()
}

/// A shift is applied, read back and undone; the object is as it was, to the byte. Somebody else's change in between
/// stops it, and the object stays as they left it.
#[test]
#[ignore = "needs the real servers: tests/run"]
fn weights_shift_and_come_back() {
    kubectl(&["apply", "-f", &fixture()]);
    let cases = [
        ("virtualservices.networking.istio.io", "/spec/http/0/route"),
        ("httproutes.gateway.networking.k8s.io", "/spec/rules/0/backendRefs"),
        ("grpcroutes.gateway.networking.k8s.io", "/spec/rules/0/backendRefs"),
    ];
    for (resource, list) in cases {
        let before = read(resource);
        let change = patch::shift(&before, list, &[75, 25]).unwrap();
        let run = |patch: &Value| apply(resource, patch);
        let words = |args: &[String]| kubectl(&args.iter().map(String::as_str).collect::<Vec<_>>());
        words(&run(&change.patch));
        let after = read(resource);
        let weights = |body: &Value| -> Vec<Value> {
            body.pointer(list).unwrap().as_array().unwrap().iter().map(|one| one["weight"].clone()).collect()
        };
        assert_eq!(weights(&after), [75, 25], "{resource}");
        let shown = World::of([&after]);
        let shares: Vec<u32> = resolve(&shown, None)[0].backends.iter().map(|backend| backend.share).collect();
        assert_eq!(shares, [7500, 2500], "{resource}");
        // The version has moved on: the same patch is refused.
        let again = run(&change.patch);
        let refused = kubectl_fed(&again.iter().map(String::as_str).collect::<Vec<_>>(), "");
        let said = String::from_utf8_lossy(&refused.stderr);
        // The server does not say which test failed.
        assert!(!refused.status.success() && said.contains("The request is invalid"), "{said}");
        assert_eq!(read(resource), after, "{resource}");
        words(&run(&change.undo));
        assert_eq!(read(resource)["spec"].to_string(), before["spec"].to_string(), "{resource}");
    }
    kubectl(&["delete", "namespace", NAMESPACE, "--wait=false"]);
}

fn bodies(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    documents(&text).unwrap().into_iter().map(|document| document.value).collect()
}

/// The unpacked module, from the Go module proxy.
fn suite() -> PathBuf {
    let output = limited("go")
        .args(["mod", "download", "-json", "sigs.k8s.io/gateway-api/conformance@v1.6.1"])
        .current_dir(std::env::temp_dir())
        .output()
        .unwrap();
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    PathBuf::from(told["Dir"].as_str().unwrap())
}

fn ask(case: &Value, port: u16) -> Ask {
    let text = |field: &str| case[field].as_str().unwrap_or_default().to_owned();
    let path = text("path");
    let (path, query) = path.split_once('?').unwrap_or((&path, ""));
    let pair = |pair: &str| pair.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
    let headers = case["headers"].as_object().into_iter().flatten();
    let host = text("host");
    // Without a host the suite asks for the gateway's address.
    let host = if host.is_empty() { "192.0.2.1" } else { host.split(':').next().unwrap_or_default() };
    Ask {
        host: host.to_owned(),
        path: path.to_owned(),
        method: text("method"),
        port,
        headers: headers.map(|(name, value)| (name.to_lowercase(), value.as_str().unwrap().to_owned())).collect(),
        query: query.split('&').filter_map(pair).collect(),
        ..Ask::default()
    }
}

/// Whether the resolver says the same; `None` when the expectation is about something else (filters, timeouts).
fn agrees(case: &Value, row: Option<&RouteRow>) -> Option<bool> {
    let status = case["status"].as_u64();
    if let Some(backend) = case["backend"].as_str().filter(|name| !name.is_empty() && status.unwrap_or(200) == 200) {
        let to = Name::new(case["namespace"].as_str().unwrap_or("gateway-conformance-infra"), backend);
        let goes = |row: &RouteRow| {
            row.action == Action::Forward
                && row
                    .backends
                    .iter()
                    .any(|one| one.share > 0 && one.fault.is_none() && one.service.as_ref() == Some(&to))
        };
        return Some(row.is_some_and(goes));
    }
    match status {
        Some(404) => Some(row.is_none()),
        Some(500) => Some(row.is_some_and(|row| match row.action {
            Action::Fail(500, _) => true,
            _ => row.backends.iter().any(|one| one.share > 0 && one.fault.is_some()),
        })),
        Some(status @ 301..=308) => {
            Some(row.is_some_and(|row| matches!(row.action, Action::Redirect(to, _) if u64::from(to) == status)))
        }
        _ => None,
    }
}

#[test]
#[ignore = "downloads the conformance suite: tests/run"]
fn the_conformance_suite_agrees() {
    let suite = suite();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cluster/conformance.py");
    let output = limited("python3").arg(script).arg(&suite).output().unwrap();
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    let base = bodies(&suite.join("base/manifests.yaml"));
    let (mut same, mut judged, mut outside) = (0, 0, 0);
    for case in told["cases"].as_array().unwrap() {
        let mut all = base.clone();
        for file in case["manifests"].as_array().unwrap() {
            all.extend(bodies(&suite.join(file.as_str().unwrap())));
        }
        let world = World::of(&all);
        let at = &case["gateway"];
        let gateway = Name::new(
            at["namespace"].as_str().filter(|name| !name.is_empty()).unwrap_or("gateway-conformance-infra"),
            at["name"].as_str().unwrap(),
        );
        let listeners =
            world.gateway_api.gateways.get(&gateway).map(|found| found.spec.listeners.as_slice()).unwrap_or_default();
        let named = listeners.iter().find(|one| at["listener"].as_str() == Some(&one.name)).or(listeners.first());
        let port = named.map_or(80, |one| one.port);
        let (rows, ask) = (resolve(&world, None), ask(case, port));
        let row = answer(&rows, &Entrance::Gateway(gateway, port), &ask);
        match agrees(case, row) {
            None => outside += 1,
            Some(yes) => {
                judged += 1;
                same += usize::from(yes);
                if !yes {
                    let got = row.map(|row| format!("{} {:?}", row.spot, row.action));
                    println!(
                        "differs: {} {} {ask:?}: wanted {} {}, got {got:?}",
                        case["file"], at, case["backend"], case["status"]
                    );
                }
            }
        }
    }
    println!("conformance: {same} of {judged} the same; {outside} about something else; {} unclear", told["unclear"]);
    assert!(judged > 150 && same * 100 >= judged * 90, "{same} of {judged}");
}

const PLACE: &str = "mesh-live";

/// A service with two versions behind it, and a route that shares requests between them.
const LIVE: &str = r#"
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: mesh-live}
spec: {selector: {app: cart}, ports: [{port: 80}]}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: cart, namespace: mesh-live}
spec: {host: cart, subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: v2}}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: cart, namespace: mesh-live}
spec:
  hosts: [cart]
  http:
  - route:
    - {destination: {host: cart, subset: v1}, weight: 90}
    - {destination: {host: cart, subset: v2}, weight: 10}
---
apiVersion: v1
kind: Pod
metadata: {name: cart-v1, namespace: mesh-live, labels: {app: cart, version: v1}}
spec: {nodeName: rig-real, terminationGracePeriodSeconds: 0, containers: [{name: app, image: "rig.local/pause:1", imagePullPolicy: Never}]}
"#;

/// Of the same version, but of no service.
const OTHER: &str = r#"
apiVersion: v1
kind: Pod
metadata: {name: other-v1, namespace: mesh-live, labels: {app: other, version: v1}}
spec: {nodeName: rig-real, terminationGracePeriodSeconds: 0, containers: [{name: app, image: "rig.local/pause:1", imagePullPolicy: Never}]}
"#;

struct Gone;

impl Drop for Gone {
    fn drop(&mut self) {
        kubectl(&["delete", "namespace", PLACE, "--wait=false", "--ignore-not-found"]);
    }
}

fn weights() -> String {
    let path = "jsonpath={.spec.http[0].route[*].weight}";
    kubectl(&["-n", PLACE, "get", "virtualservice", "cart", "-o", path])
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn routes_are_live_and_weights_shift_by_key() {
    super::servers::namespace(PLACE);
    let gone = Gone;
    super::servers::apply(LIVE);
    super::servers::apply(OTHER);
    let args = ["-n", PLACE, "-c", "routes"];
    let mut terminal = Terminal::sized(&kubeconfig(), &args, 160, 45);
    terminal.shows("cart v1 90 %, cart v2 10 %", 30);
    terminal.shows("1/1", 60);
    // What others change shows at once.
    kubectl(&[
        "-n",
        PLACE,
        "patch",
        "virtualservice",
        "cart",
        "--type=json",
        "-p",
        r#"[{"op":"replace","path":"/spec/http/0/route/0/weight","value":80},{"op":"replace","path":"/spec/http/0/route/1/weight","value":20}]"#,
    ]);
    terminal.shows("cart v1 80 %, cart v2 20 %", 5);
    // By key: the preview, the write, what the server holds, and the way back.
    terminal.keys("s");
    terminal.shows("1 cart v1", 10);
    terminal.keys("\x1b");
    let closed = |text: &str| !text.contains("Cancel");
    terminal.until("no question any more", 5, closed);
    terminal.keys(":shift 60 40\r");
    terminal.shows("80 % → 60 %", 10);
    terminal.keys("\t\t\t\r");
    terminal.shows("cart v1 60 %, cart v2 40 %", 10);
    assert_eq!(weights(), "60 40");
    terminal.keys(":undo\r");
    terminal.shows("undo: shift virtualservice cart", 5);
    terminal.keys("\t\r");
    terminal.shows("cart v1 80 %, cart v2 20 %", 10);
    assert_eq!(weights(), "80 20");
    // A backend without pods is told before anything is sent there.
    terminal.keys(":shift 2=50\r");
    terminal.shows("has no ready pod: 50 % of the requests will fail", 10);
    terminal.keys("\x1b");
    terminal.until("no question any more", 5, closed);
    // What others write beside the rule is no reason to refuse.
    terminal.keys(":shift 2=40\r");
    terminal.shows("20 % → 40 %", 10);
    kubectl(&["-n", PLACE, "annotate", "virtualservice", "cart", "touched=yes"]);
    terminal.keys("\t\t\t\r");
    terminal.shows("cart v1 60 %, cart v2 40 %", 10);
    assert_eq!(weights(), "60 40");
    // Somebody else writes the rule while the question stands: the guard refuses, and what they wrote stays.
    terminal.keys(":shift 2=50\r");
    terminal.shows("40 % → 50 %", 10);
    let other = r#"[{"op":"add","path":"/spec/http/0/timeout","value":"3s"}]"#;
    kubectl(&["-n", PLACE, "patch", "virtualservice", "cart", "--type=json", "-p", other]);
    terminal.keys("\t\t\t\r");
    terminal.shows("somebody changed it meanwhile", 10);
    assert_eq!(weights(), "60 40");
    // On to the backends, to the pods behind one, and back; the owner is what is edited.
    terminal.keys("\r");
    terminal.until("the backends", 10, |text| text.contains("› backends") && text.contains("● 1/1"));
    terminal.answers("\r", "cart-v1");
    terminal.until("only the pods of the service", 10, |text| !text.contains("other-v1"));
    terminal.answers("\x1b", "mesh-live/cart");
    terminal.answers("\x1b", "cart v1 60 %");
    terminal.answers("e", "kind: VirtualService");
    // A key that comes with Esc would be one with Alt.
    terminal.answers("\x1b", "cart v1 60 %");
    assert_eq!(terminal.quit(), 0);
    drop(gone);
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn routes_are_printed_without_a_screen() {
    let print = |args: &[&str]| {
        let output = super::servers::spyhop(&kubeconfig(), args);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let live = print(&["-n", "real", "routes"]);
    assert!(live.contains("shop.example.com") && live.contains("VirtualService real/web"), "{live}");
    let told: Value = serde_json::from_str(&print(&["-n", "real", "routes", "-o", "json"])).unwrap();
    let hosts: Vec<&str> = told["rows"].as_array().unwrap().iter().filter_map(|row| row["host"].as_str()).collect();
    assert!(hosts.contains(&"shop.example.com"), "{hosts:?}");
    assert!(print(&["-n", "real", "get", "routes"]).contains("shop.example.com"));
}

/// What two namespaces say of each other: a gateway, a service and a delegate that are elsewhere, and a service that is
/// nowhere. Whoever may read one of them only sees no more than that.
const APART: &str = r#"
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader, namespace: mesh-own}
rules: [{apiGroups: ["*"], resources: ["*"], verbs: [get, list, watch]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: reader, namespace: mesh-own}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects: [{kind: ServiceAccount, name: reader, namespace: mesh-own}]
---
apiVersion: v1
kind: Service
metadata: {name: far, namespace: mesh-far}
spec: {selector: {app: far}, ports: [{port: 80}]}
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: edge, namespace: mesh-far}
spec: {selector: {app: edge}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["own.example.com"]}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: more, namespace: mesh-far}
spec: {http: [{match: [{uri: {prefix: /more}}], route: [{destination: {host: far.mesh-far.svc.cluster.local}}]}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: own, namespace: mesh-own}
spec:
  hosts: [own.example.com]
  gateways: [mesh-far/edge]
  http:
  - {match: [{uri: {prefix: /more}}], delegate: {name: more, namespace: mesh-far}}
  - {match: [{uri: {prefix: /far}}], route: [{destination: {host: far.mesh-far.svc.cluster.local}}]}
  - {match: [{uri: {prefix: /gone}}], route: [{destination: {host: gone}}]}
"#;

#[test]
#[ignore = "needs the real servers: tests/run"]
fn who_may_read_one_namespace_is_told_of_nothing_missing_elsewhere() {
    const PLACES: [&str; 2] = ["mesh-own", "mesh-far"];
    PLACES.iter().for_each(|place| super::servers::namespace(place));
    super::servers::apply(APART);
    let told = |more: &[&str]| -> Vec<String> {
        let args = [&["-n", "mesh-own", "routes", "-o", "json"], more].concat();
        let output = super::servers::spyhop(&kubeconfig(), &args);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let told: Value = serde_json::from_slice(&output.stdout).unwrap();
        let own = |one: &&Value| one["object"].as_str().is_some_and(|object| object.contains("mesh-own/"));
        let missing = |one: &&Value| one["code"] != "MR104";
        let found = told["problems"].as_array().unwrap().iter().filter(own).filter(missing);
        found.map(|one| format!("{} {}", one["code"].as_str().unwrap(), one["path"].as_str().unwrap())).collect()
    };
    let gone = ["MR101 /spec/http/2/route/0"];
    assert_eq!(told(&[]), gone, "who may read everything");
    assert_eq!(told(&["--as", "system:serviceaccount:mesh-own:reader"]), gone, "who may read one namespace");
    PLACES.iter().for_each(|place| drop(kubectl(&["delete", "namespace", place, "--wait=false"])));
}
