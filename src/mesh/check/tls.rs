//! Compares what clients send with what servers accept.

use super::Scene;
use super::backends::{backends, effect, is_reached};
use crate::mesh::read::Meta;
use crate::mesh::read::core::Pod;
use crate::mesh::read::istio::{PeerAuthentication, TrafficPolicy};
use crate::mesh::resolve::istio::destination::{Effective, in_effect, knows_rules};
use crate::mesh::route::{Attach, Backend, Mesh, Name, RouteRow, Spot};

pub fn conflict(scene: &Scene) -> Vec<(Spot, String)> {
    let ours = |row: &RouteRow, to: &Backend| row.mesh == Mesh::Istio && is_reached(row) && to.fault.is_none();
    let text = |(spot, (to, rows)): (Spot, (&Backend, Vec<&RouteRow>))| {
        let what = rows.iter().find_map(|row| clash(scene, row, to))?;
        Some((spot, format!("{}: {what}", effect(503, &rows, to))))
    };
    backends(scene, ours).into_iter().filter_map(text).collect()
}

fn clash(scene: &Scene, row: &RouteRow, backend: &Backend) -> Option<String> {
    let service = backend.service.as_ref()?;
    let client = match &row.attach {
        Attach::Gateway { gateway, .. } => &gateway.namespace,
        _ => scene.from.unwrap_or(&row.spot.owner.name.namespace),
    };
    let full = scene.world.fqdn(service);
    let rule = in_effect(scene.endpoints, client, &full).filter(|_| knows_rules(scene.world, client, &full))?;
    let sent = sent(&rule, backend)?;
    let pods = scene.endpoints.pods(service, backend.selector.as_ref());
    let meshed = pods.is_empty() || pods.iter().any(|pod| in_mesh(pod));
    let port = scene.endpoints.target(service, backend.port);
    let (accepted, by) = accepted(scene, service, &pods, port);
    let what = match (sent.as_str(), accepted.as_str(), meshed) {
        ("ISTIO_MUTUAL", _, false) => "the pods have no proxy",
        ("ISTIO_MUTUAL" | "MUTUAL", "DISABLE", true) => "mTLS is disabled there",
        ("SIMPLE", "STRICT", true) => "only mTLS is accepted there",
        ("DISABLE", "STRICT", true) => "plain text is refused there",
        _ => return None,
    };
    let names: Vec<String> = rule.names.iter().map(ToString::to_string).collect();
    let by = by.map(|name| format!(" (PeerAuthentication {name})")).unwrap_or_default();
    Some(format!("DestinationRule {} sends {sent} to {service}, but {what}{by}", names.join(" + ")))
}

/// The TLS mode that clients use: the setting of the port, else of the subset, else of the rule.
fn sent(rule: &Effective, backend: &Backend) -> Option<String> {
    let of = |policy: &TrafficPolicy| {
        let port =
            policy.port_level_settings.iter().find(|own| own.port.number.is_some() && own.port.number == backend.port);
        port.map_or(policy.tls.as_ref(), |own| own.tls.as_ref()).map(|mode| mode.mode.clone())
    };
    let subset = rule.subsets.iter().find(|subset| subset.name == backend.subset);
    subset.and_then(|subset| of(&subset.traffic_policy)).or_else(|| of(&rule.policy))
}

fn in_mesh(pod: &Pod) -> bool {
    let Meta { labels, annotations, .. } = &pod.metadata;
    labels.get("security.istio.io/tlsMode").is_some_and(|mode| mode == "istio")
        || annotations.contains_key("sidecar.istio.io/status")
        || annotations.get("ambient.istio.io/redirection").is_some_and(|state| state == "enabled")
}

/// The mode that a server accepts. The settings of the mesh, the namespace, the workload and a port of the workload are
/// applied in this order. Each replaces the one before, unless it leaves the mode open.
fn accepted(scene: &Scene, service: &Name, pods: &[&Pod], port: Option<u16>) -> (String, Option<Name>) {
    let root = &scene.world.root;
    let at = |namespace: &str, fits: &dyn Fn(&PeerAuthentication) -> bool| {
        let all =
            scene.world.istio.peer_authentications.values().filter(|policy| policy.metadata.namespace == namespace);
        let policy =
            all.filter(|policy| fits(policy)).min_by_key(|policy| (policy.metadata.born(), &policy.metadata.name))?;
        // Settings of ports are ignored if the policy has no selector.
        let ported = port.filter(|_| !policy.spec.selector.match_labels.is_empty());
        let ported = ported.and_then(|port| policy.spec.port_level_mtls.get(&port.to_string()));
        let mut modes = ported.into_iter().chain([&policy.spec.mtls]).map(|mode| mode.mode.clone());
        let mode = modes.find(|mode| !mode.is_empty() && mode != "UNSET")?;
        Some((mode, Some(policy.metadata.key())))
    };
    let general = |policy: &PeerAuthentication| policy.spec.selector.match_labels.is_empty();
    let selects = |policy: &PeerAuthentication| {
        let labels = &policy.spec.selector.match_labels;
        !labels.is_empty()
            && pods.iter().any(|pod| labels.iter().all(|(name, value)| pod.metadata.labels.get(name) == Some(value)))
    };
    let workload = if service.namespace == *root { None } else { at(&service.namespace, &selects) };
    let found = workload.or_else(|| at(&service.namespace, &general)).or_else(|| at(root, &general));
    found.unwrap_or_else(|| ("PERMISSIVE".to_owned(), None))
}
