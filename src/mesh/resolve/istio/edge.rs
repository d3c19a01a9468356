//! Routes at Istio gateways: VirtualServices of one host are merged, the oldest first; catch-alls move to the end.

use std::collections::BTreeMap;

use super::rules::{Layer, Part, gateways, parts};
use super::{MESH, row};
use crate::mesh::from::exported;
use crate::mesh::read::istio::{Gateway, Server, VirtualService};
use crate::mesh::resolve::Drafts;
use crate::mesh::resolve::endpoints::{Endpoints, contains};
use crate::mesh::route::{Attach, Loose, Name, Row, Shadow, Spot, Why};
use crate::mesh::{World, host};
use crate::model::Time;

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    catch_all: bool,
    born: Time,
    name: (String, String),
    place: usize,
}

fn reason(before: &Key, key: &Key) -> String {
    let text = match () {
        () if before.catch_all != key.catch_all => "catch-alls last",
        () if before.born != key.born => "of a younger VirtualService",
        () if before.name != key.name => "of a VirtualService of a later name",
        () => "the next in the list",
    };
    text.to_owned()
}

pub fn rows(world: &World, endpoints: &Endpoints) -> Vec<Row> {
    let mut drafts = Drafts::new();
    let mut loose = Vec::new();
    let seats = world.istio_gateways.iter().map(|(name, gateway)| (name, seat(world, gateway))).collect();
    for service in world.virtual_services.values() {
        at_gateways(service, endpoints, &seats, &mut drafts, &mut loose);
    }
    let mut rows = drafts.ranked("the first of the oldest", reason);
    rows.extend(loose);
    rows
}

/// `name` is next to the object, `./name` too; `ns/name`; the old `name.ns`.
fn named(gateway: &str, namespace: &str) -> Name {
    match (gateway.split_once('/'), gateway.split_once('.')) {
        (Some((".", name)), _) => Name::new(namespace, name),
        (Some((place, name)), _) => Name::new(place, name),
        (None, Some((name, rest))) => Name::new(rest.split('.').next().unwrap_or_default(), name),
        (None, None) => Name::new(namespace, gateway),
    }
}

/// The namespace whose destination rules and exports count at a gateway.
type Seats<'a> = BTreeMap<&'a Name, String>;

fn at_gateways(
    service: &VirtualService,
    endpoints: &Endpoints,
    seats: &Seats,
    drafts: &mut Drafts<Key>,
    loose: &mut Vec<Row>,
) {
    let world = endpoints.world;
    let own = &service.metadata.namespace;
    let parts = parts(world, service);
    let mut met: Vec<&str> = Vec::new();
    let mut tried: Option<Name> = None;
    let wanted: Vec<&str> = gateways(service).into_iter().filter(|gateway| *gateway != MESH).collect();
    for gateway in &wanted {
        let name = named(gateway, own);
        let parts: Vec<&Part> = parts.iter().filter(|part| part.meant_for(gateway)).collect();
        let mut nowhere = |why| loose.extend(nowhere(service, &parts, &service.spec.hosts, &name, why, endpoints));
        match world.istio_gateways.get(&name) {
            None if world.knows_istio_gateways() => nowhere(Loose::Missing),
            None => {
                met.extend(service.spec.hosts.iter().map(String::as_str));
                assumed(world, service, &name, &parts, endpoints, drafts);
            }
            Some(_) if !exported(&service.spec.export_to, own, &seats[&name]) => nowhere(Loose::Refused),
            Some(found) => {
                tried = Some(name.clone());
                met.extend(at_gateway(service, found, &seats[&name], &parts, endpoints, drafts));
            }
        }
    }
    // Hosts that meet no gateway may be there for the mesh.
    let Some(name) = tried.filter(|_| !gateways(service).contains(&MESH)) else { return };
    let missed: Vec<String> = service.spec.hosts.iter().filter(|host| !met.contains(&host.as_str())).cloned().collect();
    let parts: Vec<&Part> = parts.iter().collect();
    loose.extend(nowhere(service, &parts, &missed, &name, Loose::Host, endpoints));
}

/// The namespace of the pods that a gateway selects; its own, if they are not known.
fn seat(world: &World, gateway: &Gateway) -> String {
    let selected = world.pods.values().find(|pod| contains(&pod.metadata.labels, &gateway.spec.selector));
    let selected = selected.filter(|_| !gateway.spec.selector.is_empty());
    selected.map_or(&gateway.metadata.namespace, |pod| &pod.metadata.namespace).clone()
}

/// The hosts (as written) that one of the gateway's servers takes.
fn at_gateway<'a>(
    service: &'a VirtualService,
    gateway: &Gateway,
    seat: &str,
    parts: &[&Part],
    endpoints: &Endpoints,
    drafts: &mut Drafts<Key>,
) -> Vec<&'a str> {
    let mut met = Vec::new();
    for server in &gateway.spec.servers {
        for written in &service.spec.hosts {
            let full = endpoints.world.full(written, &service.metadata.namespace);
            let Some((host, pattern)) = meeting(server, gateway, service, &full) else { continue };
            met.push(written.as_str());
            let attach = Attach::Gateway {
                gateway: gateway.metadata.key(),
                listener: server.port.name.clone(),
                port: server.port.number,
                protocol: server.port.protocol.to_uppercase(),
                host: pattern,
                scope: scope(gateway, server),
            };
            let at = Meeting { attach, host, written, client: seat };
            place(service, parts, &at, endpoints, drafts);
        }
    }
    met
}

/// Plain servers of one port on the same pods share their routes, others are on their own.
fn scope(gateway: &Gateway, server: &Server) -> String {
    match server.port.protocol.to_uppercase().as_str() {
        "HTTP" | "HTTP2" | "GRPC" => {
            let pods: Vec<String> =
                gateway.spec.selector.iter().map(|(name, value)| format!("{name}={value}")).collect();
            pods.join(",")
        }
        _ => format!("{} {}", gateway.metadata.key(), server.port.name),
    }
}

/// The host that both want, and the server's pattern for it. A server's host may be led by the namespace of the
/// VirtualServices it is for.
fn meeting(server: &Server, gateway: &Gateway, service: &VirtualService, full: &str) -> Option<(String, String)> {
    let own = &service.metadata.namespace;
    let fits = |entry: &String| {
        let (place, pattern) = entry.split_once('/').unwrap_or(("*", entry));
        let here = match place {
            "*" => true,
            "." => *own == gateway.metadata.namespace,
            place => place == own,
        };
        let met = host::meet(full, pattern).filter(|_| here)?;
        Some((met.to_owned(), pattern.to_owned()))
    };
    server.hosts.iter().filter_map(fits).max_by_key(|(host, pattern)| {
        let ((exact, length), narrow) = (host::narrowness(host), host::narrowness(pattern));
        (exact, length, narrow)
    })
}

/// Where one host of a VirtualService is met; `client` is whose destination rules apply.
struct Meeting<'a> {
    attach: Attach,
    host: String,
    written: &'a str,
    client: &'a str,
}

fn place(service: &VirtualService, parts: &[&Part], at: &Meeting, endpoints: &Endpoints, drafts: &mut Drafts<Key>) {
    let Attach::Gateway { scope, port, .. } = &at.attach else { return };
    let mut all: Option<Spot> = None;
    for (index, part) in parts.iter().enumerate() {
        let meta = &service.metadata;
        let catch_all = part.layer == Layer::Http && part.matching.is_everything();
        let key = Key { catch_all, born: meta.born(), name: (meta.name.clone(), meta.namespace.clone()), place: index };
        let mut row = row(part, at.attach.clone(), &at.host, at.written, at.client, endpoints);
        // Behind a catch-all nothing is made from the same object.
        if let Some(by) = all.clone().filter(|_| part.layer == Layer::Http) {
            row.shadow = Some(Shadow { by, why: Why::CatchAll });
        } else if catch_all {
            all = Some(row.spot.clone());
        }
        let layer = if part.layer == Layer::Http { "http" } else { "stream" };
        drafts.push(format!("{scope} {port} {layer}"), key, row);
    }
}

/// The gateway was not among what was read: it is taken to fit.
fn assumed(
    world: &World,
    service: &VirtualService,
    name: &Name,
    parts: &[&Part],
    endpoints: &Endpoints,
    drafts: &mut Drafts<Key>,
) {
    let attach = Attach::Gateway {
        gateway: name.clone(),
        listener: "(not read)".to_owned(),
        port: 0,
        protocol: String::new(),
        host: "*".to_owned(),
        scope: name.to_string(),
    };
    for written in &service.spec.hosts {
        let host = world.full(written, &service.metadata.namespace);
        let at = Meeting { attach: attach.clone(), host, written, client: &name.namespace };
        place(service, parts, &at, endpoints, drafts);
    }
}

fn nowhere(
    service: &VirtualService,
    parts: &[&Part],
    hosts: &[String],
    gateway: &Name,
    why: Loose,
    endpoints: &Endpoints,
) -> Vec<Row> {
    let attach = Attach::Nowhere { wanted: format!("Gateway {gateway}"), why };
    let own = &service.metadata.namespace;
    let one = |host: &String, part: &&Part| {
        let full = endpoints.world.full(host, own);
        row(part, attach.clone(), &full, host, own, endpoints)
    };
    hosts.iter().flat_map(|host| parts.iter().map(|part| one(host, part)).collect::<Vec<_>>()).collect()
}
