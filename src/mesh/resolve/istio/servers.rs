//! The servers of Istio's gateways: which rules each of them accepts, and for which hosts.

use std::collections::BTreeSet;

use super::rules::Layer;
use super::seats::Seats;
use crate::mesh::read::istio::{Gateway, Server, VirtualService};
use crate::mesh::route::Name;
use crate::mesh::{World, host};

/// The layer of rules that a server accepts; `None` if it accepts none (`buildGatewayTCPBasedFilterChains` and
/// `createGatewayTCPFilterChainOpts` of Istio's pilot/pkg/networking/core/gateway.go).
pub fn layer(server: &Server) -> Option<Layer> {
    let mode = server.tls.as_ref().map(|tls| tls.mode.as_str());
    match (server.port.protocol.to_uppercase().as_str(), mode) {
        ("HTTP" | "HTTP2" | "GRPC" | "GRPC-WEB" | "HTTP_PROXY", _) | ("HTTPS", None) => Some(Layer::Http),
        (_, Some("AUTO_PASSTHROUGH")) => None,
        (_, Some("" | "PASSTHROUGH")) => Some(Layer::Tls),
        ("HTTPS", Some(_)) => Some(Layer::Http),
        _ => Some(Layer::Tcp),
    }
}

/// A host that both a server and a VirtualService name.
pub struct Meeting<'a> {
    /// The host in lower case. Istio changes the case only after it has compared the hosts.
    pub host: String,
    /// The host pattern of the server.
    pub pattern: String,
    /// The hosts of the VirtualService, as written, that lead to this host.
    pub written: Vec<&'a str>,
}

/// The narrower host of each two that overlap (`Names.Intersection` of Istio's pkg/config/host). A host of a server may
/// have a namespace in front: that of the VirtualServices that it accepts (`NamesForNamespace`).
pub fn meetings<'a>(
    world: &World,
    server: &Server,
    gateway: &Gateway,
    service: &'a VirtualService,
) -> Vec<Meeting<'a>> {
    let own = &service.metadata.namespace;
    let mut out: Vec<Meeting> = Vec::new();
    for entry in &server.hosts {
        let (place, pattern) = entry.split_once('/').unwrap_or(("*", entry));
        let here = match place {
            "*" => true,
            "." => *own == gateway.metadata.namespace,
            place => place == own,
        };
        for written in service.spec.hosts.iter().filter(|_| here) {
            let full = world.full_as_written(written, own);
            let Some(met) = host::meet(&full, pattern) else { continue };
            let met = met.to_lowercase();
            match out.iter_mut().find(|other| other.host == met) {
                Some(other) => {
                    if host::narrowness(pattern) > host::narrowness(&other.pattern) {
                        other.pattern = pattern.to_lowercase();
                    }
                    if !other.written.contains(&written.as_str()) {
                        other.written.push(written);
                    }
                }
                None => out.push(Meeting { host: met, pattern: pattern.to_lowercase(), written: vec![written] }),
            }
        }
    }
    out
}

/// A host of a server in Istio's form: with a namespace in front only if it accepts only that namespace
/// (`sanitizeServerHostNamespace` of Istio's pilot/pkg/model/gateway.go).
pub fn sanitized(host: &str, gateway: &Gateway) -> String {
    match host.split_once('/') {
        Some(("*", host)) => host.to_owned(),
        Some((".", host)) => format!("{}/{host}", gateway.metadata.namespace),
        Some(_) | None => host.to_owned(),
    }
}

/// The servers with TLS settings that repeat a host of an earlier server on the same port of the same pods. Istio
/// leaves out such a server completely (`CheckDuplicates` of the same file).
pub fn repeated<'a>(world: &'a World, seats: &Seats) -> BTreeSet<(&'a Name, usize)> {
    let mut gateways: Vec<(&Name, &Gateway)> = world.istio.gateways.iter().collect();
    gateways.sort_by_key(|(name, gateway)| (gateway.metadata.born(), &name.name, &name.namespace));
    let (mut known, mut out) = (BTreeSet::new(), BTreeSet::new());
    for (name, gateway) in gateways {
        let Some(seat) = seats.of(name) else { continue };
        for (index, server) in gateway.spec.servers.iter().enumerate().filter(|(_, server)| server.tls.is_some()) {
            let place =
                |host: &String| (seat.pods.clone(), server.port.number, server.bind.clone(), sanitized(host, gateway));
            let own: Vec<_> = server.hosts.iter().map(place).collect();
            if own.iter().any(|host| known.contains(host)) {
                out.insert((name, index));
            } else {
                known.extend(own);
            }
        }
    }
    out
}
