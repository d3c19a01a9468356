//! A large mesh: 5,000 services, 20,000 pods, 2,000 of each sort of route.

use std::time::Instant;

use serde_json::json;

use crate::mesh::{World, check, resolve};
use crate::model::Value;

fn large(services: usize, routes: usize) -> Vec<Value> {
    let mut out = vec![json!({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway",
        "metadata": {"name": "gw", "namespace": "ns0"},
        "spec": {"listeners": [{"name": "http", "port": 80, "protocol": "HTTP", "allowedRoutes": {"namespaces": {"from": "All"}}}]}})];
    for index in 0..services {
        let (name, place) = (format!("s{index}"), format!("ns{}", index % 50));
        out.push(json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": place},
            "spec": {"selector": {"app": name}, "ports": [{"port": 80}]}}));
        let pods: Vec<String> = (0..4).map(|pod| format!("{name}-{pod}")).collect();
        let endpoint = |pod: &String| json!({"addresses": ["10.0.0.1"], "targetRef": {"kind": "Pod", "name": pod, "namespace": place}});
        let endpoints: Vec<Value> = pods.iter().map(endpoint).collect();
        out.push(json!({"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
            "metadata": {"name": name, "namespace": place, "labels": {"kubernetes.io/service-name": name}}, "ports": [{"port": 80}], "endpoints": endpoints}));
        for (number, pod) in pods.iter().enumerate() {
            out.push(json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": pod, "namespace": place,
                "labels": {"app": name, "version": format!("v{}", number % 2)}}}));
        }
    }
    for index in 0..routes {
        let (name, place) = (format!("s{index}"), format!("ns{}", index % 50));
        out.push(json!({"apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": {"name": name, "namespace": place},
            "spec": {"hosts": [name], "http": [{"match": [{"uri": {"prefix": "/a"}}], "route": [{"destination": {"host": name, "subset": "v0"}}]},
                {"route": [{"destination": {"host": name, "subset": "v0"}, "weight": 9}, {"destination": {"host": name, "subset": "v1"}, "weight": 1}]}]}}));
        out.push(json!({"apiVersion": "networking.istio.io/v1", "kind": "DestinationRule", "metadata": {"name": name, "namespace": place},
            "spec": {"host": name, "subsets": [{"name": "v0", "labels": {"version": "v0"}}, {"name": "v1", "labels": {"version": "v1"}}]}}));
        out.push(json!({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": {"name": name, "namespace": place},
            "spec": {"parentRefs": [{"name": "gw", "namespace": "ns0"}], "hostnames": [format!("h{}.example.com", index / 4)],
                "rules": [{"matches": [{"path": {"value": format!("/{name}")}}], "backendRefs": [{"name": name, "port": 80}]}]}}));
    }
    out
}

/// The run time grows with the number of objects, not with its square. `--nocapture` prints the times.
#[test]
fn work_grows_with_the_objects() {
    let once = |world: &World, factor: usize| {
        let start = Instant::now();
        let rows = resolve(world, None);
        let resolved = start.elapsed();
        let problems = check::problems(world, &rows, None);
        println!(
            "{} rows in {resolved:?}, {} problems in {:?}",
            rows.len(),
            problems.len(),
            start.elapsed() - resolved
        );
        assert_eq!(rows.len(), 600 * factor);
        assert!(problems.is_empty(), "{}", problems[0].text);
        start.elapsed()
    };
    // The best of three runs counts, because other programs may use the machine.
    let best = |factor: usize| {
        let world = World::of(&large(500 * factor, 200 * factor));
        (0..3).map(|_| once(&world, factor)).min().unwrap()
    };
    let (small, large) = (best(1), best(10));
    assert!(large < small * 60, "{small:?} {large:?}");
}
