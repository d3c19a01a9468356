//! Routes at Istio gateways: VirtualServices of one host are merged, the oldest first; catch-alls move to the end. The
//! rules are those of `buildGatewayHTTPRouteConfig` in Istio's pilot/pkg/networking/core/gateway.go.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::rules::{Layer, ServiceMatch, gateways, parts};
use super::seats::{Seat, Seats};
use super::servers::{self, layer};
use super::{MESH, narrowest, row};
use crate::mesh::from::{exported, nearness};
use crate::mesh::host;
use crate::mesh::matching::Match;
use crate::mesh::read::ISTIO;
use crate::mesh::read::istio::{Gateway, Server, VirtualService};
use crate::mesh::resolve::Drafts;
use crate::mesh::resolve::endpoints::Endpoints;
use crate::mesh::route::{Action, Attach, Loose, Mesh, Name, Owner, Rank, RouteRow, Shadow, Spot, Why};
use crate::model::Time;

/// The sort key; its fields are in the order of precedence. The servers of one port are tried by the age of their
/// gateway. For each server the VirtualServices are tried: the nearest first (`VirtualServicesForGateway` of Istio's
/// pilot/pkg/model/push_context.go), then by age.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    /// False for the gateway's own answer, which comes before all rules.
    rule: bool,
    catch_all: bool,
    narrow: Reverse<(bool, usize)>,
    gateway: (Time, String, String),
    server: usize,
    near: u8,
    born: Time,
    name: (String, String),
    place: usize,
}

fn reason(before: &Key, key: &Key) -> String {
    let text = match () {
        () if before.rule != key.rule => "after the gateway's own answer",
        () if before.catch_all != key.catch_all => "catch-alls last",
        () if before.narrow != key.narrow => "a wider server name",
        () if before.gateway.0 != key.gateway.0 => "on a younger Gateway",
        () if before.gateway != key.gateway => "on a Gateway with a later name",
        () if before.server != key.server => "on a later server of the Gateway",
        () if before.near != key.near => "a VirtualService exported to more namespaces",
        () if before.born != key.born => "a younger VirtualService",
        () if before.name != key.name => "a VirtualService with a later name",
        () => "the next in the list",
    };
    text.to_owned()
}

pub fn rows(endpoints: &Endpoints) -> Vec<RouteRow> {
    let world = endpoints.world;
    let seats = Seats::new(world);
    let repeated = servers::repeated(world, &seats);
    let mut edge = Edge { endpoints, seats, repeated, drafts: Drafts::new(), loose: Vec::new() };
    for service in world.istio.virtual_services.values() {
        edge.place(service);
    }
    for (name, gateway) in &world.istio.gateways {
        edge.secure(name, gateway);
    }
    let mut rows = edge.drafts.ranked("the first of the oldest", reason);
    rows.extend(edge.loose);
    rows
}

struct Edge<'a> {
    endpoints: &'a Endpoints<'a>,
    seats: Seats<'a>,
    /// The servers that Istio leaves out, as the gateway and the server's number.
    repeated: BTreeSet<(&'a Name, usize)>,
    drafts: Drafts<Key>,
    loose: Vec<RouteRow>,
}

/// The result for one VirtualService.
#[derive(Default)]
struct Fate<'a> {
    /// The hosts, as written, that one of the gateways accepts.
    met: Vec<&'a str>,
    /// The parts that have a place.
    placed: BTreeSet<usize>,
    /// The reasons why parts have no place, by the number of the part.
    why: Vec<(usize, Loose)>,
    /// The last gateway that accepts the VirtualService.
    tried: Option<Name>,
}

impl Edge<'_> {
    fn place(&mut self, service: &VirtualService) {
        let world = self.endpoints.world;
        let all = gateways(service);
        let parts = parts(world, service);
        let mut fate = Fate::default();
        for gateway in all.iter().filter(|gateway| *gateway != MESH) {
            let meant: Vec<(usize, &ServiceMatch)> =
                parts.iter().enumerate().filter(|(_, part)| part.meant_for(gateway)).collect();
            self.at(service, &name(gateway), &meant, &mut fate);
        }
        // A host that fits no gateway may be meant for the mesh.
        let mesh = all.iter().any(|gateway| gateway == MESH);
        let Some(name) = fate.tried.filter(|_| !mesh) else { return };
        let (met, missed): (Vec<&str>, Vec<&str>) =
            service.spec.hosts.iter().map(String::as_str).partition(|host| fate.met.contains(host));
        let everything: Vec<&ServiceMatch> = parts.iter().collect();
        self.leave(service, &everything, &missed, &name, Loose::Host);
        for (index, part) in parts.iter().enumerate().filter(|(index, _)| !fate.placed.contains(index)) {
            if let Some((_, why)) = fate.why.iter().find(|(other, _)| *other == index) {
                self.leave(service, &[part], &met, &name, *why);
            }
        }
    }

    fn at<'s>(
        &mut self,
        service: &'s VirtualService,
        name: &Name,
        meant: &[(usize, &ServiceMatch)],
        fate: &mut Fate<'s>,
    ) {
        let world = self.endpoints.world;
        let hosts: Vec<&str> = service.spec.hosts.iter().map(String::as_str).collect();
        let parts: Vec<&ServiceMatch> = meant.iter().map(|(_, part)| *part).collect();
        let own = &service.metadata.namespace;
        match world.istio.gateways.get(name) {
            None if world.gateway_api.gateways.contains_key(name) => self.at_foreign(service, name, &parts, &hosts),
            None if world.knows_istio_gateways(&name.namespace) => {
                self.leave(service, &parts, &hosts, name, Loose::Missing);
            }
            None => {
                fate.met.extend(hosts);
                fate.placed.extend(meant.iter().map(|(index, _)| *index));
                self.assume(service, name, &parts);
            }
            Some(gateway) => {
                let Some(seat) = self.seats.of(name) else { return };
                if !exported(&service.spec.export_to, own, &seat.namespace) {
                    return self.leave(service, &parts, &hosts, name, Loose::Refused);
                }
                fate.tried = Some(name.clone());
                for (index, server) in gateway.spec.servers.iter().enumerate() {
                    self.at_server(service, &At { gateway, server, index, seat: &seat }, meant, fate);
                }
            }
        }
    }

    fn at_server<'s>(
        &mut self,
        service: &'s VirtualService,
        at: &At,
        meant: &[(usize, &ServiceMatch)],
        fate: &mut Fate<'s>,
    ) {
        let world = self.endpoints.world;
        for meeting in servers::meetings(world, at.server, at.gateway, service) {
            fate.met.extend(&meeting.written);
            if self.repeated.contains(&(&at.gateway.metadata.key(), at.index)) {
                fate.why.extend(meant.iter().map(|(index, _)| (*index, Loose::Repeated)));
                continue;
            }
            let mut all: Option<Spot> = None;
            for (index, part) in meant {
                let matching = match fits(part, at) {
                    Ok(matching) => matching,
                    Err(why) => {
                        fate.why.push((*index, why));
                        continue;
                    }
                };
                fate.placed.insert(*index);
                let catch_all = part.layer == Layer::Http && matching.is_everything() && part.lost.is_none();
                let key = Key { catch_all, ..at.key(service, *index, narrowest(part)) };
                let part = ServiceMatch { matching, ..(*part).clone() };
                let attach = at.attach(&meeting.pattern);
                let written = meeting.written.join(", ");
                let mut row = row(&part, attach, &meeting.host, &written, &at.seat.namespace, self.endpoints);
                // Istio makes nothing of rules behind a catch-all in the same object.
                if let Some(by) = all.clone().filter(|_| part.layer == Layer::Http) {
                    row.shadow.get_or_insert(Shadow { by, why: Why::CatchAll });
                } else if catch_all {
                    all = Some(row.spot.clone());
                }
                self.drafts.push(at.list(), key, row);
            }
        }
    }

    /// Adds the answer of a server that redirects everything to HTTPS. It answers for all hosts of the server, whatever
    /// rules there are for them (`RequireTls` of the virtual host).
    fn secure(&mut self, name: &Name, gateway: &Gateway) {
        let Some(seat) = self.seats.of(name) else { return };
        let secured = |server: &&Server| server.tls.as_ref().is_some_and(|tls| tls.https_redirect);
        for (index, server) in gateway.spec.servers.iter().enumerate().filter(|(_, server)| secured(server)) {
            let at = At { gateway, server, index, seat: &seat };
            if layer(server) != Some(Layer::Http) || self.repeated.contains(&(name, index)) {
                continue;
            }
            let world = self.endpoints.world;
            // No client asks for a host that has a namespace in front.
            let own = server.hosts.iter().map(|host| servers::sanitized(host, gateway).to_lowercase());
            let mut hosts: BTreeSet<String> = own.filter(|host| !host.contains('/')).collect();
            // A VirtualService without a rule for this server adds no host.
            let ruled = |part: &ServiceMatch| {
                part.lost.is_none() && part.meant_for(&name.to_string()) && fits(part, &at).is_ok()
            };
            let here = |service: &&VirtualService| {
                gateways(service).contains(&name.to_string())
                    && exported(&service.spec.export_to, &service.metadata.namespace, &seat.namespace)
                    && parts(world, service).iter().any(ruled)
            };
            for service in world.istio.virtual_services.values().filter(here) {
                hosts.extend(servers::meetings(world, server, gateway, service).into_iter().map(|one| one.host));
            }
            for host in hosts {
                let row = answer(name, index, at.attach(&host), &host);
                let key = Key { rule: false, ..at.key(&VirtualService::default(), 0, (false, 0)) };
                self.drafts.push(at.list(), key, row);
            }
        }
    }

    /// Handles a VirtualService that names a Gateway of the Gateway API. Istio checks its hosts (`GatewayAnalyzer` of
    /// Istio's pkg/config/analysis/analyzers/virtualservice), but gives it no rules of VirtualServices, because Istio
    /// knows its listeners by names of its own (`InternalGatewayName`).
    fn at_foreign(&mut self, service: &VirtualService, name: &Name, parts: &[&ServiceMatch], hosts: &[&str]) {
        let Some(gateway) = self.endpoints.world.gateway_api.gateways.get(name) else { return };
        let takes = |host: &&str| {
            let listeners = &gateway.spec.listeners;
            listeners.iter().any(|one| one.hostname.is_empty() || host::meet(host, &one.hostname).is_some())
        };
        let (met, missed): (Vec<&str>, Vec<&str>) = hosts.iter().copied().partition(takes);
        self.leave(service, parts, &met, name, Loose::Foreign);
        self.leave(service, parts, &missed, name, Loose::Host);
    }

    /// Handles a gateway that was not read. It is assumed to fit.
    fn assume(&mut self, service: &VirtualService, name: &Name, parts: &[&ServiceMatch]) {
        let attach = Attach::Gateway {
            gateway: name.clone(),
            listener: "(not read)".to_owned(),
            port: 0,
            protocol: String::new(),
            host: "*".to_owned(),
            scope: name.to_string(),
        };
        for written in &service.spec.hosts {
            let host = self.endpoints.world.full(written, &service.metadata.namespace);
            for (place, part) in parts.iter().enumerate() {
                let meta = &service.metadata;
                let key = Key {
                    rule: true,
                    catch_all: part.layer == Layer::Http && part.matching.is_everything() && part.lost.is_none(),
                    narrow: Reverse(narrowest(part)),
                    gateway: (Time(0), String::new(), String::new()),
                    server: 0,
                    near: nearness(&service.spec.export_to, &meta.namespace, &name.namespace),
                    born: meta.born(),
                    name: (meta.name.clone(), meta.namespace.clone()),
                    place,
                };
                let row = row(part, attach.clone(), &host, written, &name.namespace, self.endpoints);
                self.drafts.push(format!("{name} {}", part.layer.word()), key, row);
            }
        }
    }

    fn leave(&mut self, service: &VirtualService, parts: &[&ServiceMatch], hosts: &[&str], gateway: &Name, why: Loose) {
        let more =
            if why == Loose::Foreign { " of the Gateway API, which does not accept VirtualServices" } else { "" };
        let attach = Attach::Nowhere { wanted: format!("Gateway {gateway}{more}"), why };
        let own = &service.metadata.namespace;
        for host in hosts {
            let full = self.endpoints.world.full(host, own);
            let one = |part: &&ServiceMatch| row(part, attach.clone(), &full, host, own, self.endpoints);
            self.loose.extend(parts.iter().map(one));
        }
    }
}

fn name(gateway: &str) -> Name {
    let (namespace, name) = gateway.split_once('/').unwrap_or(("", gateway));
    Name::new(namespace, name)
}

/// One server of a gateway, on its pods.
struct At<'a> {
    gateway: &'a Gateway,
    server: &'a Server,
    index: usize,
    seat: &'a Seat,
}

impl At<'_> {
    /// The scope of the server's routes. Plain servers of one port on the same pods share their routes, and so do
    /// servers that pass TLS through. A server that terminates TLS has routes of its own.
    fn scope(&self) -> String {
        let plain = !self.server.port.protocol.eq_ignore_ascii_case("HTTPS");
        match layer(self.server) {
            Some(Layer::Http) if plain => self.seat.pods.clone(),
            Some(Layer::Tls) => self.seat.pods.clone(),
            _ => format!("{} {}", self.gateway.metadata.key(), self.index),
        }
    }

    fn list(&self) -> String {
        let layer = layer(self.server).map_or("nothing", Layer::word);
        format!("{} {} {layer}", self.scope(), self.server.port.number)
    }

    /// The attachment of a host. Servers that share their routes do not own a host: the narrowest host of all their
    /// routes counts.
    fn attach(&self, pattern: &str) -> Attach {
        let shared = self.scope() == self.seat.pods;
        Attach::Gateway {
            gateway: self.gateway.metadata.key(),
            listener: self.server.port.name.clone(),
            port: self.server.port.number,
            protocol: self.server.port.protocol.to_uppercase(),
            host: if shared { "*".to_owned() } else { pattern.to_owned() },
            scope: self.scope(),
        }
    }

    fn key(&self, service: &VirtualService, place: usize, narrow: (bool, usize)) -> Key {
        let (gateway, meta) = (&self.gateway.metadata, &service.metadata);
        Key {
            rule: true,
            catch_all: false,
            narrow: Reverse(narrow),
            gateway: (gateway.born(), gateway.name.clone(), gateway.namespace.clone()),
            server: self.index,
            near: nearness(&service.spec.export_to, &meta.namespace, &self.seat.namespace),
            born: meta.born(),
            name: (meta.name.clone(), meta.namespace.clone()),
            place,
        }
    }
}

/// The conditions of a part that remain at a server, or the reason why the part has no place there. A rule for a port
/// applies at that port only. The clients that a rule names are the pods of the gateway here (`TranslateRoute` of
/// Istio's route.go; for tls and tcp `l4SingleMatch` of gateway.go, which checks only the port).
fn fits(part: &ServiceMatch, at: &At) -> Result<Match, Loose> {
    let from = &part.matching;
    if layer(at.server) != Some(part.layer) {
        return Err(Loose::Layer);
    }
    if from.port.is_some_and(|port| port != at.server.port.number) {
        return Err(Loose::Section);
    }
    let here = from.source_namespace.is_empty() || from.source_namespace == at.seat.namespace;
    match (part.layer, here, at.seat.has(&from.source_labels)) {
        (Layer::Tls | Layer::Tcp, ..) | (Layer::Http, true, Some(true)) => {
            Ok(Match { port: None, source_labels: Default::default(), source_namespace: String::new(), ..from.clone() })
        }
        (Layer::Http, true, None) => Ok(Match { port: None, source_namespace: String::new(), ..from.clone() }),
        (Layer::Http, false, _) | (Layer::Http, _, Some(false)) => Err(Loose::Source),
    }
}

/// The gateway's own answer to plain requests.
fn answer(gateway: &Name, server: usize, attach: Attach, host: &str) -> RouteRow {
    let owner = Owner { group: ISTIO, kind: "Gateway", name: gateway.clone() };
    RouteRow {
        mesh: Mesh::Istio,
        spot: Spot { owner, path: format!("/spec/servers/{server}") },
        via: None,
        list: String::new(),
        attach,
        host: host.to_owned(),
        written: host.to_owned(),
        matching: Match::default(),
        rank: Rank::default(),
        shadow: None,
        action: Action::Redirect(301, "https://".to_owned()),
        stream: false,
        backends: Vec::new(),
        badges: Vec::new(),
        narrower: None,
    }
}
