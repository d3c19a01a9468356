//! cert-manager: certificates, who signs them, and how they are obtained (cert-manager/cert-manager, pkg/apis).

use super::state::{living, owned};
use super::{READY, custom};
use crate::kinds::kstatus::{condition, failing};
use crate::kinds::kube::facts::text;
use crate::model::{Address, Cell, Door, Health, Kind, Link, Property, Shape, Value};

pub static KINDS: &[&Kind] = &[&CERTIFICATE, &REQUEST, &ISSUER, &CLUSTER_ISSUER, &ORDER, &CHALLENGE];

const fn certs(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "cert-manager.io", version: "v1", kind, plural, namespaced: true }
}

const fn acme(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "acme.cert-manager.io", version: "v1", kind, plural, namespaced: true }
}

static CERTIFICATE_COLUMNS: [Property; 7] = [
    READY,
    Property::value("SECRET", 20, ".spec.secretName").rank(2),
    Property::value("ISSUER", 16, ".spec.issuerRef.name").rank(3),
    Property::made("RENEWAL", 10, |body| day(&body["status"]["renewalTime"])).rank(4),
    Property::made("EXPIRES", 10, |body| day(&body["status"]["notAfter"])).rank(5),
    Property::value("STATUS", 36, ".status.conditions[?(@.type==\"Ready\")].message").rank(6).wide(),
    Property::AGE,
];
static CERTIFICATE: Kind = Kind {
    name: "certificates",
    aliases: &["cert", "certs"],
    address: certs("Certificate", "certificates"),
    columns: &Property::columns(&CERTIFICATE_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".status.renewalTime", ".status.notAfter"],
        link: requests,
        ..Shape::of(&CERTIFICATE_COLUMNS, issued)
    }),
    ..custom()
};

static REQUEST_COLUMNS: [Property; 7] = [
    Property::value("APPROVED", 8, ".status.conditions[?(@.type==\"Approved\")].status"),
    Property::value("DENIED", 6, ".status.conditions[?(@.type==\"Denied\")].status").rank(2),
    READY,
    Property::value("ISSUER", 16, ".spec.issuerRef.name").rank(4),
    Property::value("REQUESTER", 30, ".spec.username").rank(5),
    Property::value("STATUS", 36, ".status.conditions[?(@.type==\"Ready\")].message").rank(6).wide(),
    Property::AGE,
];
static REQUEST: Kind = Kind {
    name: "certificaterequests",
    aliases: &["crs"],
    address: certs("CertificateRequest", "certificaterequests"),
    columns: &Property::columns(&REQUEST_COLUMNS),
    door: Door::Json(&Shape { link: orders, ..Shape::of(&REQUEST_COLUMNS, failing) }),
    ..custom()
};

static ISSUER_COLUMNS: [Property; 3] =
    [READY, Property::value("STATUS", 36, ".status.conditions[?(@.type==\"Ready\")].message").rank(2), Property::AGE];
static ISSUER: Kind = Kind {
    name: "issuers",
    aliases: &["iss"],
    address: certs("Issuer", "issuers"),
    columns: &Property::columns(&ISSUER_COLUMNS),
    door: Door::Json(&Shape::of(&ISSUER_COLUMNS, failing)),
    ..custom()
};

static CLUSTER_ISSUER: Kind = Kind {
    name: "clusterissuers",
    aliases: &["ciss"],
    address: Address { namespaced: false, ..certs("ClusterIssuer", "clusterissuers") },
    ..ISSUER
};

static ORDER_COLUMNS: [Property; 4] = [
    Property::value("STATE", 10, ".status.state").state(),
    Property::value("ISSUER", 16, ".spec.issuerRef.name").rank(2),
    Property::value("REASON", 36, ".status.reason").rank(3),
    Property::AGE,
];
static ORDER: Kind = Kind {
    name: "orders",
    address: acme("Order", "orders"),
    columns: &Property::columns(&ORDER_COLUMNS),
    door: Door::Json(&Shape { link: challenges, ..Shape::of(&ORDER_COLUMNS, answered) }),
    ..custom()
};

static CHALLENGE_COLUMNS: [Property; 5] = [
    Property::value("STATE", 10, ".status.state").state(),
    Property::value("TYPE", 8, ".spec.type").rank(2),
    Property::value("DOMAIN", 24, ".spec.dnsName").rank(3),
    Property::value("REASON", 36, ".status.reason").rank(4),
    Property::AGE,
];
static CHALLENGE: Kind = Kind {
    name: "challenges",
    address: acme("Challenge", "challenges"),
    columns: &Property::columns(&CHALLENGE_COLUMNS),
    door: Door::Json(&Shape::of(&CHALLENGE_COLUMNS, answered)),
    ..custom()
};

/// A certificate that is being issued for the first time is not ready, and has not failed.
fn issued(body: &Value) -> Health {
    let is_first = condition(body, "Issuing").is_some_and(|issuing| issuing["status"] == "True");
    match failing(body) {
        Health::Bad if is_first => Health::Progress,
        health => health,
    }
}

/// By the words of ACME (RFC 8555, section 7.1.6).
fn answered(body: &Value) -> Health {
    living(body, || match text(&body["status"], "state") {
        "valid" => Health::Good,
        "pending" | "processing" | "ready" => Health::Progress,
        "invalid" | "errored" | "expired" => Health::Bad,
        _ => Health::Unknown,
    })
}

/// The day of a moment that is still to come: `2027-01-30`.
fn day(moment: &Value) -> Cell {
    Cell::text(moment.as_str().and_then(|moment| moment.get(..10)).unwrap_or_default())
}

fn requests(certificate: &Value) -> Option<Link> {
    owned(certificate, &REQUEST)
}

/// Only issuers that speak ACME make orders.
fn orders(request: &Value) -> Option<Link> {
    owned(request, &ORDER)
}

fn challenges(order: &Value) -> Option<Link> {
    owned(order, &CHALLENGE)
}
