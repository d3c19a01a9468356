//! One row: attachment × host × rule × match, with its backends.

use std::fmt;

use super::matching::Match;
use super::read::Labels;

#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name {
    pub namespace: String,
    pub name: String,
}

impl Name {
    pub fn new(namespace: &str, name: &str) -> Self {
        Self { namespace: namespace.to_owned(), name: name.to_owned() }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}

/// The object that a row comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Owner {
    pub group: &'static str,
    pub kind: &'static str,
    pub name: Name,
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.name)
    }
}

/// A rule, by the object that holds it and its JSON pointer there.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Spot {
    pub owner: Owner,
    pub path: String,
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.owner, self.path)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mesh {
    Istio,
    GatewayApi,
    Ingress,
}

impl Mesh {
    pub fn word(self) -> &'static str {
        match self {
            Self::Istio => "istio",
            Self::GatewayApi => "gateway-api",
            Self::Ingress => "ingress",
        }
    }
}

/// Which clients a row of the mesh answers, by their namespace.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Clients {
    All,
    Only(Vec<String>),
    Except(Vec<String>),
}

impl Clients {
    pub fn hold(&self, namespace: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(names) => names.iter().any(|name| name == namespace),
            Self::Except(names) => !names.iter().any(|name| name == namespace),
        }
    }
}

/// Why something is attached nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Loose {
    /// The parent does not exist.
    Missing,
    /// It has no such section or port.
    Section,
    /// It does not let this kind or namespace in.
    Refused,
    /// None of its hosts fits.
    Host,
    /// It belongs to another system, which takes no such objects.
    Foreign,
    /// It has no port for rules of this sort: http, tls or tcp.
    Layer,
    /// The rule is for other clients than the gateway's own pods.
    Source,
    /// A server before it has TLS settings for the same host, so that the gateway leaves this one out.
    Repeated,
}

/// Where requests meet the row.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Attach {
    /// Proxies beside the clients (Istio's `mesh`).
    Mesh(Clients),
    Gateway {
        gateway: Name,
        listener: String,
        port: u16,
        protocol: String,
        /// The listener's own host pattern.
        host: String,
        /// Rows of one scope, port and host are one list, whichever gateway they name.
        scope: String,
    },
    /// The mesh, at one service (a route whose parent is a Service).
    Service { service: Name, port: Option<u16>, clients: Clients },
    /// An Ingress controller, by class.
    Class(String),
    /// Nothing: requests never get there.
    Nowhere { wanted: String, why: Loose },
}

impl fmt::Display for Attach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mesh(clients) => write!(f, "mesh{clients}"),
            Self::Gateway { gateway, listener, port: 0, .. } => write!(f, "{gateway} {listener}"),
            Self::Gateway { gateway, listener, port, .. } => write!(f, "{gateway} {listener}:{port}"),
            Self::Service { service, port, clients } => {
                write!(f, "svc {service}")?;
                port.map_or(Ok(()), |port| write!(f, ":{port}"))?;
                write!(f, "{clients}")
            }
            Self::Class(class) if class.is_empty() => f.write_str("default class"),
            Self::Class(class) => write!(f, "class {class}"),
            Self::Nowhere { wanted, .. } => write!(f, "nowhere ({wanted})"),
        }
    }
}

impl fmt::Display for Clients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => Ok(()),
            Self::Only(names) if names.is_empty() => f.write_str(" for nobody"),
            Self::Only(names) => write!(f, " for {}", names.join(",")),
            Self::Except(names) => write!(f, " not for {}", names.join(",")),
        }
    }
}

/// The place in the order in which the data plane tries the rows of one attachment and host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rank {
    /// From 1; 0 when the row is never tried.
    pub place: usize,
    /// Why it stands behind the one before it.
    pub reason: String,
}

/// Another rule takes every request of this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shadow {
    pub by: Spot,
    pub why: Why,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// A VirtualService that is private to the clients, or names them, has the host.
    Nearer,
    /// An older VirtualService has the host.
    Older,
    /// A VirtualService of the same age has the host: its name comes first.
    Named,
    /// A route of another kind, which is older, has the host.
    Kind,
    /// A catch-all stands earlier in the same VirtualService.
    CatchAll,
    /// The same match stands earlier.
    Same,
    /// An earlier match covers this one.
    Covered,
    /// What the match asks for it also excludes.
    Itself,
    /// The VirtualService that has the host has a rule for all clients and ports of this one.
    Taken,
    /// The rule leads to another object, which is not there or not exported to here.
    NoDelegate,
    /// None of the matches that delegate to this rule takes one of its own in.
    NoFit,
    /// The gateway sends plain requests to HTTPS, whatever they are.
    Secured,
}

impl Why {
    pub fn text(self) -> &'static str {
        match self {
            Self::Nearer => "a more specific VirtualService has the host",
            Self::Older => "an older VirtualService has the host",
            Self::Named => "a VirtualService with an earlier name has the host",
            Self::Kind => "an older route of another kind has the host",
            Self::CatchAll => "an earlier catch-all of the same VirtualService takes everything",
            Self::Same => "the same match is already in an earlier rule",
            Self::Covered => "an earlier match covers it",
            Self::Itself => "its conditions exclude each other",
            Self::Taken => "for these clients and this port another VirtualService has the host",
            Self::NoDelegate => "its delegate is missing, empty, or not exported to here",
            Self::NoFit => "its match is outside the rule that delegates to it",
            Self::Secured => "the gateway redirects all plain HTTP requests to HTTPS",
        }
    }

    /// The same with the rule that is meant.
    pub fn told(self, by: &str) -> String {
        match self {
            Self::Same => format!("the same match is already in {by}"),
            Self::Covered => format!("{by} already covers this match"),
            _ => format!("{}: {by}", self.text()),
        }
    }

    /// The data plane never sees such a rule; the others it has, but nothing gets as far as them.
    pub fn is_left_out(self) -> bool {
        match self {
            Self::Nearer | Self::Older | Self::Named | Self::Kind | Self::CatchAll => true,
            Self::NoDelegate | Self::NoFit | Self::Taken => true,
            Self::Same | Self::Covered | Self::Itself | Self::Secured => false,
        }
    }

    /// The whole host went to another object.
    pub fn lost_host(self) -> bool {
        match self {
            Self::Nearer | Self::Older | Self::Named | Self::Kind => true,
            Self::CatchAll | Self::NoDelegate | Self::NoFit | Self::Taken => false,
            Self::Same | Self::Covered | Self::Itself | Self::Secured => false,
        }
    }
}

/// What an answering row does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    Forward,
    /// The status, and where to.
    Redirect(u16, String),
    Respond(u16),
    /// The service itself answers, as if there were no rules.
    Default,
    /// Leads to the rules of another object.
    Delegate(String),
    /// Nothing can be reached: the status, and why.
    Fail(u16, &'static str),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ready {
    pub ready: u32,
    pub total: u32,
    /// Still serving, but on the way out; not counted in `total`.
    pub draining: u32,
}

/// What is wrong with where a backend leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// No such service.
    Missing,
    /// A host with dots that is no full name of anything.
    HalfName,
    /// A subset that no rule in effect defines.
    Subset,
    /// Another namespace, and no grant.
    Forbidden,
    /// A kind that is no backend.
    Kind,
    /// The service has no such port.
    Port,
    /// It has, but no pod has the one that it leads to.
    Target,
}

/// Pods by all the labels that they must have: the service's own, and those of the subset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pods {
    pub namespace: String,
    /// A name may stand twice, with two values: no pod has both.
    pub labels: Vec<(String, String)>,
}

impl Pods {
    /// As a selector for the API server: `app=web,version=v2`.
    pub fn selector(&self) -> String {
        self.labels.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(",")
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Backend {
    /// JSON pointer within the owner.
    pub path: String,
    /// As written.
    pub host: String,
    /// Who answers, when it is a service of the cluster.
    pub service: Option<Name>,
    pub port: Option<u16>,
    pub subset: String,
    /// The labels of the subset.
    pub selector: Option<Labels>,
    /// The pods behind it; `None` where nobody knows them, or where something else than labels says which they are.
    pub pods: Option<Pods>,
    pub weight: Option<i64>,
    /// Hundredths of a percent; all backends of a rule that answers make 10,000.
    pub share: u32,
    /// `None`: not known.
    pub ready: Option<Ready>,
    pub fault: Option<Fault>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub mesh: Mesh,
    pub spot: Spot,
    /// The match of another object that delegates to this rule.
    pub via: Option<Spot>,
    /// JSON pointer of the list of backends.
    pub list: String,
    pub attach: Attach,
    /// In full.
    pub host: String,
    /// As written in the object; empty when it was left out.
    pub written: String,
    pub matching: Match,
    pub rank: Rank,
    pub shadow: Option<Shadow>,
    pub action: Action,
    /// A rule for connections (tls, tcp, udp), not for requests.
    pub stream: bool,
    pub backends: Vec<Backend>,
    /// Timeouts, retries, faults, mirrors, rewrites, in brief.
    pub badges: Vec<String>,
    /// A listener that has the host alone, where the gateway keeps its listeners apart.
    pub narrower: Option<String>,
}

impl Row {
    /// The rule of this row, whatever its matches: where its backends stand, in which object.
    pub fn rule(&self) -> Spot {
        let end = ["/match/", "/matches/"].iter().find_map(|word| self.spot.path.rfind(word));
        let path = self.spot.path[..end.unwrap_or(self.spot.path.len())].to_owned();
        Spot { owner: self.spot.owner.clone(), path }
    }

    /// The object that claims the host and names the gateways: the one that delegates, if one does.
    pub fn claimant(&self) -> &Owner {
        self.via.as_ref().map_or(&self.spot.owner, |via| &via.owner)
    }
}
