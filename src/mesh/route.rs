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

/// The position of a rule: the object that holds it, and a JSON pointer in that object.
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

/// The clients that a row of the mesh answers, by their namespace.
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

/// Why a rule is attached nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Loose {
    /// The parent does not exist.
    Missing,
    /// The parent has no such section or port.
    Section,
    /// The parent does not accept this kind or namespace.
    Refused,
    /// None of the parent's hosts fits.
    Host,
    /// The parent belongs to another system, which does not accept such objects.
    Foreign,
    /// The parent has no port for rules of this sort: http, tls or tcp.
    Layer,
    /// The rule is for other clients than the gateway's own pods.
    Source,
    /// An earlier server has TLS settings for the same host, so the gateway leaves this server out.
    Repeated,
}

/// The place where requests meet the row.
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
        /// Rows of one scope, port and host are one list, even if they name different gateways.
        scope: String,
    },
    /// The mesh, at one service (a route whose parent is a Service).
    Service { service: Name, port: Option<u16>, clients: Clients },
    /// An Ingress controller, by class.
    Class(String),
    /// Nowhere: no request reaches the row.
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
    /// The position, from 1; 0 if the row is never tried.
    pub place: usize,
    /// Why the row comes after the one before it.
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
    /// The same VirtualService has an earlier catch-all.
    CatchAll,
    /// An earlier rule has the same match.
    Same,
    /// An earlier match covers this one.
    Covered,
    /// The match excludes what it requires.
    Itself,
    /// The VirtualService that has the host also has a rule for all clients and ports of this rule.
    Taken,
    /// The rule delegates to another object, which does not exist or is not exported to here.
    NoDelegate,
    /// No match that delegates to this rule contains one of the rule's own matches.
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

    /// The reason in words, with the name of the other rule.
    pub fn told(self, by: &str) -> String {
        match self {
            Self::Same => format!("the same match is already in {by}"),
            Self::Covered => format!("{by} already covers this match"),
            _ => format!("{}: {by}", self.text()),
        }
    }

    /// Whether the data plane never gets such a rule. It gets all other shadowed rules, but no request reaches them.
    pub fn is_left_out(self) -> bool {
        match self {
            Self::Nearer | Self::Older | Self::Named | Self::Kind | Self::CatchAll => true,
            Self::NoDelegate | Self::NoFit | Self::Taken => true,
            Self::Same | Self::Covered | Self::Itself | Self::Secured => false,
        }
    }

    /// Whether another object has the whole host.
    pub fn lost_host(self) -> bool {
        match self {
            Self::Nearer | Self::Older | Self::Named | Self::Kind => true,
            Self::CatchAll | Self::NoDelegate | Self::NoFit | Self::Taken => false,
            Self::Same | Self::Covered | Self::Itself | Self::Secured => false,
        }
    }
}

/// The action of a row that answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    Forward,
    /// The status and the target.
    Redirect(u16, String),
    Respond(u16),
    /// The service itself answers, as if there were no rules.
    Default,
    /// Leads to the rules of another object.
    Delegate(String),
    /// No backend can be reached: the status, and the reason.
    Fail(u16, &'static str),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ready {
    pub ready: u32,
    pub total: u32,
    /// Endpoints that still serve but are terminating. They are not counted in `total`.
    pub draining: u32,
}

/// The fault of a backend's target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The service does not exist.
    Missing,
    /// The host has dots but is no full name of anything.
    HalfName,
    /// No destination rule in effect defines the subset.
    Subset,
    /// The backend is in another namespace, which does not grant access.
    Forbidden,
    /// The kind cannot be a backend.
    Kind,
    /// The service has no such port.
    Port,
    /// The service has the port, but no pod has the port that it leads to.
    Target,
}

/// Selects pods by all labels that they must have: those of the service and those of the subset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pods {
    pub namespace: String,
    /// A label name may occur twice with different values. No pod has both.
    pub labels: Vec<(String, String)>,
}

impl Pods {
    /// The selector for the API server: `app=web,version=v2`.
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
    /// The service that answers, if it is one of the cluster.
    pub service: Option<Name>,
    pub port: Option<u16>,
    pub subset: String,
    /// The labels of the subset.
    pub selector: Option<Labels>,
    /// The pods behind the backend; `None` if they are unknown, or are not selected by labels.
    pub pods: Option<Pods>,
    pub weight: Option<i64>,
    /// The share in hundredths of a percent. The shares of all backends of an answering rule add up to 10,000.
    pub share: u32,
    /// `None` if it is unknown.
    pub ready: Option<Ready>,
    pub fault: Option<Fault>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteRow {
    pub mesh: Mesh,
    pub spot: Spot,
    /// The match of the other object that delegates to this rule.
    pub via: Option<Spot>,
    /// JSON pointer of the list of backends.
    pub list: String,
    pub attach: Attach,
    /// The full host.
    pub host: String,
    /// The host as written in the object; empty if it was left out.
    pub written: String,
    pub matching: Match,
    pub rank: Rank,
    pub shadow: Option<Shadow>,
    pub action: Action,
    /// Whether the rule is for connections (tls, tcp, udp), not for requests.
    pub stream: bool,
    pub backends: Vec<Backend>,
    /// Timeouts, retries, faults, mirrors, rewrites, in brief.
    pub badges: Vec<String>,
    /// The listener that has the host alone, if the gateway keeps its listeners apart.
    pub narrower: Option<String>,
}

impl RouteRow {
    /// The position of this row's rule without its match: the object, and where its backends are.
    pub fn rule(&self) -> Spot {
        let end = ["/match/", "/matches/"].iter().find_map(|word| self.spot.path.rfind(word));
        let path = self.spot.path[..end.unwrap_or(self.spot.path.len())].to_owned();
        Spot { owner: self.spot.owner.clone(), path }
    }

    /// The object that claims the host and names the gateways: the delegating object, if there is one.
    pub fn claimant(&self) -> &Owner {
        self.via.as_ref().map_or(&self.spot.owner, |via| &via.owner)
    }
}
