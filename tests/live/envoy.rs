//! The order of Istio's routes, judged by a real Envoy: random objects become its configuration by Istio's own rules
//! (`envoy/istio.rs`), random requests are sent to it, and the resolver must name the same rule and the same backends.
//!
//! `SPYHOP_ENVOY_SEED` chooses the objects and requests. Weights are compared as they stand, not by sampling. Left out,
//! because the resolver does not tell: in the mesh, ports that a service does not have, names that are no services on
//! other ports than 80 or under a wildcard that has services, and half a name (`web.a`) as a host.

mod ask;
mod istio;
mod made;
mod proxy;
mod reduce;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::Value;
use spyhop::mesh::answer::{Entrance, answer};
use spyhop::mesh::matching;
use spyhop::mesh::route::{Action, Attach, Backend, Name, RouteRow};
use spyhop::mesh::{World, resolve};

use self::ask::Ask;
use self::istio::{Cluster, Does, NO_RULE, Place, Scope, Told};
use self::made::{CLIENTS, PODS};
use self::proxy::{Proxy, Reply};
use crate::random::Random;

const WORLDS: usize = 100;
const REQUESTS: usize = 100;

/// One request at one place of one set of objects.
#[derive(Clone, Debug)]
struct Trial {
    set: usize,
    place: Place,
    ask: Ask,
}

/// How a request went: what Envoy said, and what the resolver says that differs.
#[derive(Clone, Debug)]
struct Verdict {
    told: Option<Told>,
    merged: bool,
    /// The first VirtualService of the host has no rule for the client and port.
    passed_on: bool,
    difference: Option<String>,
}

fn program() -> Option<PathBuf> {
    let program = super::servers::program("envoy");
    if program.exists() {
        return Some(program);
    }
    let obtainable = cfg!(any(target_arch = "x86_64", target_arch = "aarch64"));
    let required = std::env::var("SPYHOP_LIVE").is_ok_and(|live| live == "required");
    assert!(!(required && obtainable), "there is no Envoy: tests/cluster/cluster envoy");
    println!("skipped: envoy::routes_answer_as_in_envoy: there is no Envoy (tests/cluster/cluster envoy)");
    None
}

#[test]
#[ignore = "needs Envoy: tests/run"]
fn routes_answer_as_in_envoy() {
    let Some(program) = program() else { return };
    let seed: u64 = std::env::var("SPYHOP_ENVOY_SEED").map_or(1, |seed| seed.parse().unwrap());
    println!("SPYHOP_ENVOY_SEED={seed}");
    let dice = &mut Random((seed + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let sets: Vec<Vec<Value>> = (0..WORLDS).map(|_| made::objects(dice)).collect();
    let mut trials = Vec::new();
    for (set, bodies) in sets.iter().enumerate() {
        trials.extend(trials_of(dice, set, bodies));
    }
    let verdicts = judge(&program, &sets, &trials);
    let differing: Vec<usize> = (0..trials.len()).filter(|index| verdicts[*index].difference.is_some()).collect();
    let seen = counted(&trials, &verdicts);
    println!("{} requests, {} of them answered differently; {seen:?}", trials.len(), differing.len());
    for index in differing.iter().take(40) {
        let said = verdicts[*index].difference.iter().flat_map(|said| said.lines());
        println!(
            "{index}: {:?}: {}: {}",
            trials[*index].place,
            trials[*index].ask,
            said.collect::<Vec<_>>().join("; ")
        );
    }
    for index in differing.iter().step_by(differing.len().div_ceil(5).max(1)) {
        let trial = &trials[*index];
        println!("\n{}", reduce::reduced(&program, &sets[trial.set], trial));
    }
    assert!(differing.is_empty(), "{} of {} requests are answered differently", differing.len(), trials.len());
    assert_eq!(trials.len(), WORLDS * REQUESTS);
    for what in WANTED {
        assert!(seen.get(what).is_some_and(|count| *count >= 20), "too few of {what}: {seen:?}");
    }
}

/// What must have decided requests, so that the comparison means something.
const WANTED: &[&str] = &[
    "gateway",
    "mesh",
    "merged",
    "delegated",
    "forward",
    "redirect",
    "respond",
    "exact",
    "prefix",
    "regex",
    "ignoreUriCase",
    "method",
    "authority",
    "headers",
    "withoutHeaders",
    "queryParams",
    "port",
    "sourceLabels",
    "gateways",
    "split",
    "subset",
    "no rule",
    "the next one",
    "default route",
    "a header twice",
];

fn counted(trials: &[Trial], verdicts: &[Verdict]) -> BTreeMap<&'static str, usize> {
    let mut seen: BTreeMap<&'static str, usize> = BTreeMap::new();
    for (trial, verdict) in trials.iter().zip(verdicts) {
        let mut count = |what| *seen.entry(what).or_default() += 1;
        if verdict.passed_on {
            count(if verdict.told.is_some() { "the next one" } else { "default route" });
        }
        let Some(told) = &verdict.told else {
            count("no rule");
            continue;
        };
        count(if matches!(trial.place, Place::Gateway { .. }) { "gateway" } else { "mesh" });
        let uri = |form: &str| told.matching["uri"].get(form).is_some();
        let split = |sent: &Vec<(Cluster, i64)>| sent.len() > 1;
        let subset = |sent: &Vec<(Cluster, i64)>| sent.iter().any(|(to, _)| !to.subset.is_empty());
        let does = &told.does;
        for what in WANTED {
            let counts = match *what {
                "gateway" | "mesh" | "no rule" | "the next one" | "default route" => false,
                "a header twice" => {
                    let asked =
                        ["headers", "withoutHeaders"].iter().filter_map(|field| told.matching[*field].as_object());
                    let sent = |name: &String| {
                        let same = trial.ask.headers.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name));
                        same.count() > 1
                    };
                    asked.flat_map(|all| all.keys()).any(sent)
                }
                "merged" => verdict.merged,
                "delegated" => told.root.is_some(),
                "forward" => matches!(does, Does::Forward(_)),
                "redirect" => *does == Does::Redirect,
                "respond" => matches!(does, Does::Respond(_)),
                "split" => matches!(does, Does::Forward(sent) if split(sent)),
                "subset" => matches!(does, Does::Forward(sent) if subset(sent)),
                "exact" | "prefix" | "regex" => uri(what),
                field => told.matching.get(field).is_some(),
            };
            if counts {
                count(what);
            }
        }
    }
    seen
}

/// Requests over all places of one set, most of them for hosts that have rules, near one of the rules.
fn trials_of(dice: &mut Random, set: usize, bodies: &[Value]) -> Vec<Trial> {
    let mut book = Vec::new();
    let scopes: Vec<(Place, Scope)> = istio::scopes(bodies, &mut book).into_iter().collect();
    let ruled: Vec<&(Place, Scope)> = scopes.iter().filter(|(_, scope)| !scope.hosts().is_empty()).collect();
    // Hosts of which a VirtualService has no rule there: the next one has them, or the service itself.
    let passed_on: Vec<(Place, &String)> = scopes
        .iter()
        .flat_map(|(place, scope)| scope.passed_on.iter().map(|host| (*place, host)))
        .filter(|(place, host)| names(*place, bodies).contains(host))
        .collect();
    let one = |dice: &mut Random| {
        if !passed_on.is_empty() && dice.below(6) == 0 {
            let (place, host) = passed_on[dice.below(passed_on.len())];
            return Trial { set, place, ask: ask::ask(dice, host, None, place.port()) };
        }
        if ruled.is_empty() || dice.below(10) == 0 {
            let (place, _) = &scopes[dice.below(scopes.len())];
            let names = names(*place, bodies);
            let name = names[dice.below(names.len())].clone();
            return Trial { set, place: *place, ask: ask::ask(dice, &name, None, place.port()) };
        }
        let (place, scope) = ruled[dice.below(ruled.len())];
        let hosts = scope.hosts();
        let (domains, rules) = &hosts[dice.below(hosts.len())];
        let wanted = domains[dice.below(domains.len())].trim_end_matches('.').replace('*', "z");
        let wanted = match wanted.as_str() {
            "z" => "nobody.org".to_owned(),
            // No service, but under a wildcard that may have some at another port.
            name if name.starts_with("z.") && name.ends_with("cluster.local") => "nowhere".to_owned(),
            _ => wanted,
        };
        let names = names(*place, bodies);
        let name = if asked_of(*place, &names, &wanted) { wanted } else { names[dice.below(names.len())].clone() };
        let matching = &book[rules[dice.below(rules.len())]].matching;
        Trial { set, place: *place, ask: ask::ask(dice, &name, Some(matching), place.port()) }
    };
    (0..REQUESTS).map(|_| one(dice)).collect()
}

/// Whether a name makes sense at a place: a client's DNS must know a short one, and away from port 80 the mesh answers
/// for its services alone.
fn asked_of(place: Place, names: &[String], name: &str) -> bool {
    let whole = name.split('.').count() > 3 || name.ends_with(".com");
    matches!(place, Place::Gateway { .. }) || (whole && place.port() == 80) || names.iter().any(|other| other == name)
}

/// Names to ask for at a place.
fn names(place: Place, bodies: &[Value]) -> Vec<String> {
    let services = bodies.iter().filter(|body| body["kind"] == "Service");
    let with_port = services.filter(|body| {
        body["spec"]["ports"].as_array().is_some_and(|ports| ports.iter().any(|port| port["port"] == place.port()))
    });
    let inner = ["ext.example.com", "www.example.com"];
    let outer = ["a.com", "z.a.com", "b.a.com", "c.b.a.com", "z.b.a.com", "nobody.org"];
    let fixed: Vec<&str> = match place {
        Place::Gateway { .. } => outer.into_iter().chain(inner).collect(),
        Place::Client { port: 80, .. } => inner.into(),
        Place::Client { .. } => Vec::new(),
    };
    let mut out: Vec<String> = fixed.into_iter().map(str::to_owned).collect();
    if let Place::Client { client, .. } = place {
        for body in with_port {
            let (name, of) =
                (body["metadata"]["name"].as_str().unwrap(), body["metadata"]["namespace"].as_str().unwrap());
            out.extend(["", ".svc", ".svc.cluster.local"].map(|tail| format!("{name}.{of}{tail}")));
            if of == CLIENTS[client].0 {
                out.push(name.to_owned());
            }
        }
    }
    out
}

/// All requests, over one Envoy.
fn judge(program: &std::path::Path, sets: &[Vec<Value>], trials: &[Trial]) -> Vec<Verdict> {
    let mut book = Vec::new();
    let scopes: Vec<BTreeMap<Place, Scope>> = sets.iter().map(|bodies| istio::scopes(bodies, &mut book)).collect();
    let asked: BTreeSet<(usize, Place)> = trials.iter().map(|trial| (trial.set, trial.place)).collect();
    let asked = asked.into_iter().filter_map(|(set, place)| Some(((set, place), &scopes[set].get(&place)?.config)));
    let (places, configs): (Vec<(usize, Place)>, Vec<&Value>) = asked.unzip();
    let numbers: BTreeMap<(usize, Place), usize> = places.into_iter().zip(0..).collect();
    let mut proxy = (!configs.is_empty()).then(|| Proxy::start(program, &configs));
    let worlds: Vec<World> = sets.iter().map(World::of).collect();
    let rows: Vec<Rows> = worlds.iter().map(Rows::of).collect();
    let mut one = |trial: &Trial| {
        let (Some(scope), Some(proxy)) = (scopes[trial.set].get(&trial.place), &mut proxy) else {
            return Verdict { told: None, merged: false, passed_on: false, difference: None };
        };
        let reply = proxy.ask(numbers[&(trial.set, trial.place)], &trial.ask);
        let told = match reply.rule.as_deref() {
            Some(NO_RULE) => None,
            Some(number) => Some(&book[number.parse::<usize>().unwrap()]),
            None => {
                assert!(reply.status == 404 || secured(&reply), "{trial:?} {reply:?}");
                None
            }
        };
        let difference = compared(&rows[trial.set], scope, trial, told, &reply);
        let merged = scope.merged.iter().any(|host| istio::subset(&trial.ask.name(), host));
        let passed_on = scope.passed_on.contains(&in_full_of(trial));
        Verdict { told: told.cloned(), merged, passed_on, difference }
    };
    trials.iter().map(&mut one).collect()
}

/// The rows of one set of objects: as everybody sees them, and as the clients of each namespace do.
struct Rows {
    all: Vec<RouteRow>,
    from: Vec<Vec<RouteRow>>,
}

impl Rows {
    fn of(world: &World) -> Self {
        let from = CLIENTS.iter().map(|(namespace, _)| resolve(world, Some(namespace))).collect();
        Self { all: resolve(world, None), from }
    }
}

/// What differs between the rule that Envoy told and those of the resolver.
fn compared(rows: &Rows, scope: &Scope, trial: &Trial, told: Option<&Told>, reply: &Reply) -> Option<String> {
    let answers: Vec<Option<&RouteRow>> = match trial.place {
        Place::Gateway { pod, port } => {
            let ask = asked(trial, PODS[pod]);
            let here = |name: &Name, row: &RouteRow| matches!(&row.attach, Attach::Gateway { gateway, port: at, .. } if gateway == name && *at == ask.port);
            let gateways = scope.gateways.iter().map(|(namespace, name)| Name::new(namespace, name));
            // A gateway without any row has nobody to answer for it.
            let known = gateways.filter(|name| rows.all.iter().any(|row| here(name, row)));
            known.map(|name| answer(&rows.all, &Entrance::Gateway(name, port as u16), &ask)).collect()
        }
        Place::Client { client, .. } => {
            let door = Entrance::Mesh(CLIENTS[client].0.to_owned());
            let ask = asked(trial, CLIENTS[client]);
            vec![answer(&rows.all, &door, &ask), answer(&rows.from[client], &door, &ask)]
        }
    };
    if answers.is_empty() {
        return told.map(|told| format!("Envoy: {} {}, resolver: no row at all", told.object, told.path));
    }
    answers.into_iter().find_map(|row| differs(row, told, reply, trial.place.port()))
}

/// The request as the resolver takes it: a name of the mesh is what the client's DNS makes of it.
fn asked(trial: &Trial, (namespace, labels): (&str, &[(&str, &str)])) -> matching::Ask {
    let ask = &trial.ask;
    let headers = ask.headers.iter().map(|(name, value)| (name.to_lowercase(), value.clone())).collect();
    matching::Ask {
        host: in_full_of(trial),
        authority: ask.authority.clone(),
        path: ask.path.clone(),
        method: ask.method.clone(),
        scheme: "http".to_owned(),
        port: trial.place.port() as u16,
        headers,
        query: ask.query.iter().map(|(name, value)| (name.clone(), value.clone().unwrap_or_default())).collect(),
        source_labels: labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        source_namespace: namespace.to_owned(),
    }
}

/// The host that is asked for, in full.
fn in_full_of(trial: &Trial) -> String {
    match trial.place {
        Place::Gateway { .. } => trial.ask.name(),
        Place::Client { client, .. } => in_full(&trial.ask, CLIENTS[client].0),
    }
}

fn in_full(ask: &Ask, namespace: &str) -> String {
    let name = ask.name();
    match name.split('.').collect::<Vec<_>>().as_slice() {
        [name] => format!("{name}.{namespace}.svc.cluster.local"),
        [name, of @ ("a" | "b" | "edge")] => format!("{name}.{of}.svc.cluster.local"),
        [name, of, "svc"] => format!("{name}.{of}.svc.cluster.local"),
        _ => name,
    }
}

/// The answer of a virtual host that takes no plain requests; no rule has a part in it.
fn secured(reply: &Reply) -> bool {
    reply.rule.is_none() && reply.status == 301 && reply.location.starts_with("https://")
}

fn differs(row: Option<&RouteRow>, told: Option<&Told>, reply: &Reply, port: u64) -> Option<String> {
    if secured(reply) {
        let ours = row.map(|row| (row.spot.owner.kind, &row.action));
        let same = matches!(ours, Some(("Gateway", Action::Redirect(301, to))) if to.starts_with("https://"));
        return (!same).then(|| format!("Envoy: to HTTPS, resolver: {ours:?}"));
    }
    let (ours, theirs) =
        (row.map(|row| row.spot.to_string()), told.map(|told| format!("{} {}", told.object, told.path)));
    let ours = ours.filter(|_| row.is_some_and(|row| row.action != Action::Default));
    if ours != theirs {
        return Some(format!("Envoy: {theirs:?} {told:?}\nresolver: {ours:?}"));
    }
    let (row, told) = (row.filter(|_| ours.is_some())?, told?);
    let notes: BTreeSet<String> = row
        .badges
        .iter()
        .filter(|badge| ["timeout", "retries", "mirror", "rewrite"].iter().any(|word| badge.starts_with(word)))
        .cloned()
        .collect();
    let same = match (&told.does, &row.action) {
        (Does::Forward(sent), Action::Forward) => same_backends(sent, row),
        (Does::Redirect, Action::Redirect(status, to)) => {
            u64::from(*status) == reply.status && same_target(to, &reply.location, port)
        }
        (Does::Respond(wanted), Action::Respond(status)) => u64::from(*status) == *wanted && *wanted == reply.status,
        _ => false,
    };
    if same && notes == told.besides {
        return None;
    }
    Some(format!(
        "{}: Envoy: {reply:?} {:?} {:?}\nresolver: {:?} {:?} {:?}",
        row.spot, told.does, told.besides, row.action, row.backends, row.badges
    ))
}

/// The same destinations with the same shares. A port that the rule leaves out is Istio's to choose.
fn same_backends(sent: &[(Cluster, i64)], row: &RouteRow) -> bool {
    let sum: i64 = sent.iter().map(|(_, weight)| weight).sum();
    let ours: Vec<&Backend> = row.backends.iter().filter(|backend| backend.share > 0).collect();
    let same = |(to, weight): &(Cluster, i64), ours: &Backend| {
        let namespace = &row.spot.owner.name.namespace;
        let host = if ours.host.contains('.') {
            ours.host.clone()
        } else {
            format!("{}.{namespace}.svc.cluster.local", ours.host)
        };
        let service = ours.service.as_ref().map(|name| format!("{}.{}.svc.cluster.local", name.name, name.namespace));
        host == to.host
            && service.is_none_or(|service| service == to.host)
            && ours.subset == to.subset
            && ours.port.is_none_or(|port| u64::from(port) == to.port)
            && (i64::from(ours.share) - weight * 10_000 / sum).abs() <= 1
    };
    ours.len() == sent.len() && sent.iter().zip(ours).all(|(sent, ours)| same(sent, ours))
}

/// What the resolver says of a redirect (`https://host:8443/path`, each part only where the rule has it) is so in the
/// answer. Istio leaves out a port that is usual; what the request had stays then, as its query always does.
fn same_target(told: &str, location: &str, asked: u64) -> bool {
    let (scheme, host, port, path) = target(told);
    let (to_scheme, to_host, to_port, to_path) = target(location);
    let port = if port == "(as asked)" { asked.to_string() } else { port };
    let usual = [("http", "80"), ("https", "443")].contains(&(to_scheme.as_str(), port.as_str()));
    (scheme.is_empty() || scheme == to_scheme)
        && (host.is_empty() || host == to_host)
        && (port.is_empty() || usual || port == to_port)
        && (path.is_empty() || Some(path.as_str()) == to_path.split('?').next())
}

/// Scheme, host, port and path.
fn target(text: &str) -> (String, String, String, String) {
    let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (host, port) = authority.split_once(':').unwrap_or((authority, ""));
    [scheme, host, port, path].map(str::to_owned).into()
}
