//! Cilium: policies, endpoints and identities, and what leads traffic out of and into the cluster (cilium/cilium,
//! pkg/k8s/apis/cilium.io).

use super::custom;
use super::state::{is_condition, living};
use crate::kinds::kstatus::{condition, failing};
use crate::kinds::kube::facts::{items, selector, text};
use crate::kinds::kube::pods;
use crate::model::{Address, Cell, Door, Health, Kind, Link, Property, Scope, Shape, Value};

pub static KINDS: &[&Kind] = &[
    &POLICY,
    &WIDE_POLICY,
    &ENDPOINT,
    &IDENTITY,
    &NODE,
    &EGRESS_GATEWAY,
    &POOL,
    &REDIRECT,
    &ENVOY,
    &WIDE_ENVOY,
    &CIDR_GROUP,
    &BGP_CLUSTER,
    &BGP_PEER,
    &BGP_NODE,
    &BGP_OVERRIDE,
    &BGP_ADVERTISEMENT,
    &NODE_CONFIG,
    &SLICE,
    &GATEWAY_CLASS,
    &ANNOUNCEMENT,
    &POD_POOL,
];

const fn cilium(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "cilium.io", version: "v2", kind, plural, namespaced: false }
}

const fn early(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "cilium.io", version: "v2alpha1", kind, plural, namespaced: false }
}

const SELECTOR: Property = Property::made("SELECTOR", 30, chosen);
const NODES: Property = Property::made("NODES", 24, |body| Cell::text(selector(&body["spec"]["nodeSelector"])));

static POLICY_COLUMNS: [Property; 6] = [
    Property::value("VALID", 7, ".status.conditions[?(@.type==\"Valid\")].status").state(),
    SELECTOR,
    Property::made("INGRESS", 7, |body| rules(body, ["ingress", "ingressDeny"])).rank(3).number(),
    Property::made("EGRESS", 7, |body| rules(body, ["egress", "egressDeny"])).rank(4).number(),
    Property::value("MESSAGE", 30, ".status.conditions[?(@.type==\"Valid\")].message").rank(5).wide(),
    Property::AGE,
];
static POLICY: Kind = Kind {
    name: "ciliumnetworkpolicies",
    aliases: &["cnp", "ciliumnp"],
    address: Address { namespaced: true, ..cilium("CiliumNetworkPolicy", "ciliumnetworkpolicies") },
    columns: &Property::columns(&POLICY_COLUMNS),
    door: Door::Json(&Shape { needs: &[".spec", ".specs"], ..Shape::of(&POLICY_COLUMNS, valid) }),
    ..custom()
};

static WIDE_POLICY: Kind = Kind {
    name: "ciliumclusterwidenetworkpolicies",
    aliases: &["ccnp"],
    address: cilium("CiliumClusterwideNetworkPolicy", "ciliumclusterwidenetworkpolicies"),
    ..POLICY
};

static ENDPOINT_COLUMNS: [Property; 8] = [
    Property::value("IDENTITY", 8, ".status.identity.id"),
    Property::value("STATE", 12, ".status.state").state(),
    Property::value("INGRESS", 8, ".status.policy.ingress.state").rank(3).wide(),
    Property::value("EGRESS", 8, ".status.policy.egress.state").rank(4).wide(),
    Property::value("IPV4", 15, ".status.networking.addressing[0].ipv4").rank(5),
    Property::value("IPV6", 20, ".status.networking.addressing[0].ipv6").rank(6),
    Property::value("NODE", 15, ".status.networking.node").rank(7),
    Property::AGE,
];
static ENDPOINT: Kind = Kind {
    name: "ciliumendpoints",
    aliases: &["cep", "ciliumep"],
    address: Address { namespaced: true, ..cilium("CiliumEndpoint", "ciliumendpoints") },
    columns: &Property::columns(&ENDPOINT_COLUMNS),
    door: Door::Json(&Shape { link: pod, ..Shape::of(&ENDPOINT_COLUMNS, endpoint) }),
    ..custom()
};

static IDENTITY_COLUMNS: [Property; 3] = [
    Property::value("OF-NAMESPACE", 16, ".metadata.labels.io\\.kubernetes\\.pod\\.namespace"),
    Property::made("LABELS", 40, labels).rank(3),
    Property::AGE,
];
static IDENTITY: Kind = Kind {
    name: "ciliumidentities",
    aliases: &["ciliumid"],
    address: cilium("CiliumIdentity", "ciliumidentities"),
    columns: &Property::columns(&IDENTITY_COLUMNS),
    door: Door::Json(&Shape { needs: &[".security-labels"], ..Shape::of(&IDENTITY_COLUMNS, failing) }),
    ..custom()
};

static NODE_COLUMNS: [Property; 6] = [
    Property::value("CILIUM-IP", 15, ".spec.addresses[?(@.type==\"CiliumInternalIP\")].ip"),
    Property::value("INTERNAL-IP", 15, ".spec.addresses[?(@.type==\"InternalIP\")].ip").rank(2),
    Property::list("CIDRS", 20, ".spec.ipam.podCIDRs").rank(3),
    Property::count("USED", 5, ".status.ipam.used.*").rank(4),
    Property::value("ERROR", 30, ".status.ipam.operator-status.error").rank(0),
    Property::AGE,
];
static NODE: Kind = Kind {
    name: "ciliumnodes",
    aliases: &["cn", "ciliumn"],
    address: cilium("CiliumNode", "ciliumnodes"),
    columns: &Property::columns(&NODE_COLUMNS),
    door: Door::Json(&Shape::of(&NODE_COLUMNS, failing)),
    ..custom()
};

static EGRESS_GATEWAY_COLUMNS: [Property; 4] = [
    Property::list("DESTINATIONS", 24, ".spec.destinationCIDRs"),
    Property::value("EGRESS-IP", 15, ".spec.egressGateway.egressIP").rank(2),
    Property::value("INTERFACE", 10, ".spec.egressGateway.interface").rank(3),
    Property::AGE,
];
static EGRESS_GATEWAY: Kind = Kind {
    name: "ciliumegressgatewaypolicies",
    aliases: &["cegp"],
    address: cilium("CiliumEgressGatewayPolicy", "ciliumegressgatewaypolicies"),
    columns: &Property::columns(&EGRESS_GATEWAY_COLUMNS),
    door: Door::Json(&Shape::of(&EGRESS_GATEWAY_COLUMNS, failing)),
    ..custom()
};

static POOL_COLUMNS: [Property; 5] = [
    Property::value("DISABLED", 8, ".spec.disabled"),
    Property::value("CONFLICTING", 11, ".status.conditions[?(@.type==\"cilium.io/PoolConflict\")].status").state(),
    Property::value("AVAILABLE", 9, ".status.conditions[?(@.type==\"cilium.io/IPsAvailable\")].message").rank(3),
    Property::list("BLOCKS", 24, ".spec.blocks[*].cidr").rank(4),
    Property::AGE,
];
static POOL: Kind = Kind {
    name: "ciliumloadbalancerippools",
    aliases: &["ippools", "ippool", "lbippool", "lbippools"],
    address: cilium("CiliumLoadBalancerIPPool", "ciliumloadbalancerippools"),
    columns: &Property::columns(&POOL_COLUMNS),
    door: Door::Json(&Shape { needs: &[".spec.disabled"], older: &["v2alpha1"], ..Shape::of(&POOL_COLUMNS, pool) }),
    ..custom()
};

static REDIRECT_COLUMNS: [Property; 4] = [
    Property::value("FRONTEND", 20, ".spec.redirectFrontend.serviceMatcher.serviceName"),
    Property::value("ADDRESS", 15, ".spec.redirectFrontend.addressMatcher.ip").rank(2),
    Property::made("BACKEND", 30, |body| {
        Cell::text(selector(&body["spec"]["redirectBackend"]["localEndpointSelector"]))
    })
    .rank(3),
    Property::AGE,
];
static REDIRECT: Kind = Kind {
    name: "ciliumlocalredirectpolicies",
    aliases: &["clrp"],
    address: Address { namespaced: true, ..cilium("CiliumLocalRedirectPolicy", "ciliumlocalredirectpolicies") },
    columns: &Property::columns(&REDIRECT_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".status.ok", ".spec.redirectBackend.localEndpointSelector"],
        ..Shape::of(&REDIRECT_COLUMNS, redirect)
    }),
    ..custom()
};

static ENVOY_COLUMNS: [Property; 4] = [
    Property::list("SERVICES", 24, ".spec.services[*].name"),
    Property::list("BACKENDS", 24, ".spec.backendServices[*].name").rank(2),
    Property::count("RESOURCES", 9, ".spec.resources[*]").rank(3),
    Property::AGE,
];
static ENVOY: Kind = Kind {
    name: "ciliumenvoyconfigs",
    aliases: &["cec"],
    address: Address { namespaced: true, ..cilium("CiliumEnvoyConfig", "ciliumenvoyconfigs") },
    columns: &Property::columns(&ENVOY_COLUMNS),
    door: Door::Json(&Shape::of(&ENVOY_COLUMNS, failing)),
    ..custom()
};

static WIDE_ENVOY: Kind = Kind {
    name: "ciliumclusterwideenvoyconfigs",
    aliases: &["ccec"],
    address: cilium("CiliumClusterwideEnvoyConfig", "ciliumclusterwideenvoyconfigs"),
    ..ENVOY
};

static CIDR_GROUP_COLUMNS: [Property; 2] = [Property::list("CIDRS", 40, ".spec.externalCIDRs"), Property::AGE];
static CIDR_GROUP: Kind = Kind {
    name: "ciliumcidrgroups",
    aliases: &["ccg"],
    address: cilium("CiliumCIDRGroup", "ciliumcidrgroups"),
    columns: &Property::columns(&CIDR_GROUP_COLUMNS),
    door: Door::Json(&Shape { older: &["v2alpha1"], ..Shape::of(&CIDR_GROUP_COLUMNS, failing) }),
    ..custom()
};

static BGP_CLUSTER_COLUMNS: [Property; 4] = [
    NODES,
    Property::list("ASN", 12, ".spec.bgpInstances[*].localASN").rank(2),
    Property::list("PEERS", 24, ".spec.bgpInstances[*].peers[*].name").rank(3),
    Property::AGE,
];
static BGP_CLUSTER: Kind = Kind {
    name: "ciliumbgpclusterconfigs",
    aliases: &["cbgpcluster"],
    address: cilium("CiliumBGPClusterConfig", "ciliumbgpclusterconfigs"),
    columns: &Property::columns(&BGP_CLUSTER_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".spec.nodeSelector"],
        older: &["v2alpha1"],
        ..Shape::of(&BGP_CLUSTER_COLUMNS, bgp)
    }),
    ..custom()
};

static BGP_PEER_COLUMNS: [Property; 4] = [
    Property::list("FAMILIES", 16, ".spec.families[*].afi"),
    Property::value("HOLD", 5, ".spec.timers.holdTimeSeconds").rank(2).number(),
    Property::value("SECRET", 16, ".spec.authSecretRef").rank(3),
    Property::AGE,
];
static BGP_PEER: Kind = Kind {
    name: "ciliumbgppeerconfigs",
    aliases: &["cbgppeer"],
    address: cilium("CiliumBGPPeerConfig", "ciliumbgppeerconfigs"),
    columns: &Property::columns(&BGP_PEER_COLUMNS),
    door: Door::Json(&Shape { older: &["v2alpha1"], ..Shape::of(&BGP_PEER_COLUMNS, bgp) }),
    ..custom()
};

static BGP_NODE_COLUMNS: [Property; 4] = [
    Property::list("ASN", 12, ".spec.bgpInstances[*].localASN"),
    Property::list("PEERS", 24, ".spec.bgpInstances[*].peers[*].name").rank(2),
    Property::list("SESSIONS", 24, ".status.bgpInstances[*].peers[*].peeringState").rank(0),
    Property::AGE,
];
static BGP_NODE: Kind = Kind {
    name: "ciliumbgpnodeconfigs",
    aliases: &["cbgpnode"],
    address: cilium("CiliumBGPNodeConfig", "ciliumbgpnodeconfigs"),
    columns: &Property::columns(&BGP_NODE_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".status.bgpInstances"],
        older: &["v2alpha1"],
        ..Shape::of(&BGP_NODE_COLUMNS, peers)
    }),
    ..custom()
};

static BGP_OVERRIDE_COLUMNS: [Property; 3] = [
    Property::list("ROUTER-ID", 15, ".spec.bgpInstances[*].routerID"),
    Property::list("ASN", 12, ".spec.bgpInstances[*].localASN").rank(2),
    Property::AGE,
];
static BGP_OVERRIDE: Kind = Kind {
    name: "ciliumbgpnodeconfigoverrides",
    aliases: &["cbgpnodeoverride"],
    address: cilium("CiliumBGPNodeConfigOverride", "ciliumbgpnodeconfigoverrides"),
    columns: &Property::columns(&BGP_OVERRIDE_COLUMNS),
    door: Door::Json(&Shape { older: &["v2alpha1"], ..Shape::of(&BGP_OVERRIDE_COLUMNS, failing) }),
    ..custom()
};

static BGP_ADVERTISEMENT_COLUMNS: [Property; 2] =
    [Property::list("TYPES", 24, ".spec.advertisements[*].advertisementType"), Property::AGE];
static BGP_ADVERTISEMENT: Kind = Kind {
    name: "ciliumbgpadvertisements",
    aliases: &["cbgpadvert"],
    address: cilium("CiliumBGPAdvertisement", "ciliumbgpadvertisements"),
    columns: &Property::columns(&BGP_ADVERTISEMENT_COLUMNS),
    door: Door::Json(&Shape { older: &["v2alpha1"], ..Shape::of(&BGP_ADVERTISEMENT_COLUMNS, failing) }),
    ..custom()
};

static NODE_CONFIG_COLUMNS: [Property; 3] =
    [NODES, Property::count("SETTINGS", 8, ".spec.defaults.*").rank(2), Property::AGE];
static NODE_CONFIG: Kind = Kind {
    name: "ciliumnodeconfigs",
    address: Address { namespaced: true, ..cilium("CiliumNodeConfig", "ciliumnodeconfigs") },
    columns: &Property::columns(&NODE_CONFIG_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".spec.nodeSelector"],
        older: &["v2alpha1"],
        ..Shape::of(&NODE_CONFIG_COLUMNS, failing)
    }),
    ..custom()
};

static SLICE_COLUMNS: [Property; 3] = [
    Property::value("OF-NAMESPACE", 16, ".namespace"),
    Property::count("ENDPOINTS", 9, ".endpoints[*]").rank(2),
    Property::AGE,
];
static SLICE: Kind = Kind {
    name: "ciliumendpointslices",
    aliases: &["ces"],
    address: early("CiliumEndpointSlice", "ciliumendpointslices"),
    columns: &Property::columns(&SLICE_COLUMNS),
    door: Door::Json(&Shape::of(&SLICE_COLUMNS, failing)),
    ..custom()
};

static GATEWAY_CLASS_COLUMNS: [Property; 3] = [
    Property::value("ACCEPTED", 8, ".status.conditions[?(@.type==\"Accepted\")].status").state(),
    Property::value("DESCRIPTION", 30, ".spec.description").rank(2).wide(),
    Property::AGE,
];
static GATEWAY_CLASS: Kind = Kind {
    name: "ciliumgatewayclassconfigs",
    aliases: &["cgcc"],
    address: Address { namespaced: true, ..early("CiliumGatewayClassConfig", "ciliumgatewayclassconfigs") },
    columns: &Property::columns(&GATEWAY_CLASS_COLUMNS),
    door: Door::Json(&Shape::of(&GATEWAY_CLASS_COLUMNS, accepted)),
    ..custom()
};

static ANNOUNCEMENT_COLUMNS: [Property; 4] = [
    Property::made("SERVICES", 24, |body| Cell::text(selector(&body["spec"]["serviceSelector"]))),
    NODES,
    Property::list("INTERFACES", 16, ".spec.interfaces").rank(3),
    Property::AGE,
];
static ANNOUNCEMENT: Kind = Kind {
    name: "ciliuml2announcementpolicies",
    aliases: &["l2announcement"],
    address: early("CiliumL2AnnouncementPolicy", "ciliuml2announcementpolicies"),
    columns: &Property::columns(&ANNOUNCEMENT_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".spec.nodeSelector", ".spec.serviceSelector"],
        ..Shape::of(&ANNOUNCEMENT_COLUMNS, bgp)
    }),
    ..custom()
};

static POD_POOL_COLUMNS: [Property; 3] = [
    Property::list("IPV4", 24, ".spec.ipv4.cidrs"),
    Property::list("IPV6", 24, ".spec.ipv6.cidrs").rank(2),
    Property::AGE,
];
static POD_POOL: Kind = Kind {
    name: "ciliumpodippools",
    aliases: &["cpip"],
    address: early("CiliumPodIPPool", "ciliumpodippools"),
    columns: &Property::columns(&POD_POOL_COLUMNS),
    door: Door::Json(&Shape::of(&POD_POOL_COLUMNS, failing)),
    ..custom()
};

/// Older agents do not say whether a policy is valid.
fn valid(body: &Value) -> Health {
    is_condition(body, "Valid", Health::Bad)
}

fn accepted(body: &Value) -> Health {
    is_condition(body, "Accepted", Health::Bad)
}

fn endpoint(body: &Value) -> Health {
    living(body, || match text(&body["status"], "state") {
        "ready" => Health::Good,
        "disconnecting" | "disconnected" => Health::Leaving,
        "invalid" => Health::Bad,
        "" => Health::Unknown,
        _ => Health::Progress,
    })
}

fn pool(body: &Value) -> Health {
    let conflict = condition(body, "cilium.io/PoolConflict").map(|conflict| text(conflict, "status"));
    living(body, || match conflict {
        Some("True") => Health::Bad,
        _ if body["spec"]["disabled"] == true => Health::Done,
        Some(_) => Health::Good,
        None => Health::Unknown,
    })
}

fn redirect(body: &Value) -> Health {
    living(body, || match &body["status"]["ok"] {
        Value::Bool(true) => Health::Good,
        Value::Bool(false) => Health::Bad,
        _ => Health::Unknown,
    })
}

/// Their conditions name what is wrong: nothing is, unless one of them is true.
fn bgp(body: &Value) -> Health {
    let is_wrong = items(&body["status"], "conditions").iter().any(|one| text(one, "status") == "True");
    if failing(body) == Health::Good && is_wrong { Health::Bad } else { failing(body) }
}

/// By the sessions with its peers.
fn peers(body: &Value) -> Health {
    let instances = items(&body["status"], "bgpInstances").iter();
    let states: Vec<&str> =
        instances.flat_map(|instance| items(instance, "peers")).map(|peer| text(peer, "peeringState")).collect();
    living(body, || match states.as_slice() {
        [] => Health::Unknown,
        all if all.iter().all(|state| *state == "established") => Health::Good,
        _ => Health::Bad,
    })
}

/// One set of rules, or several in one object.
fn sets(body: &Value) -> impl Iterator<Item = &Value> {
    std::iter::once(&body["spec"]).filter(|spec| !spec.is_null()).chain(items(body, "specs"))
}

fn rules(body: &Value, keys: [&str; 2]) -> Cell {
    let each = sets(body).flat_map(|set| keys.map(|key| items(set, key).len() as i64));
    Cell::Count(each.sum())
}

fn chosen(body: &Value) -> Cell {
    let of = |set: &Value| match selector(&set["endpointSelector"]) {
        chosen if chosen.is_empty() => selector(&set["nodeSelector"]),
        chosen => chosen,
    };
    Cell::text(sets(body).map(of).filter(|chosen| !chosen.is_empty()).collect::<Vec<_>>().join(" or "))
}

/// The labels that make an identity, without the word for where they come from.
fn labels(body: &Value) -> Cell {
    let labels = body["security-labels"].as_object().into_iter().flatten();
    let word = |(key, value): (&String, &Value)| {
        let key = key.split_once(':').map_or(key.as_str(), |(_, key)| key);
        format!("{key}={}", value.as_str().unwrap_or_default())
    };
    Cell::text(labels.map(word).collect::<Vec<_>>().join(","))
}

/// An endpoint has the name of its pod.
fn pod(endpoint: &Value) -> Option<Link> {
    let meta = &endpoint["metadata"];
    Some(Link::to(&pods::KIND, Scope::namespace(text(meta, "namespace")).named(text(meta, "name"))))
}
