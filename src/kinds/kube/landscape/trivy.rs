//! Trivy operator: what it found in images, configurations and rights (aquasecurity/trivy-operator,
//! pkg/apis/aquasecurity).

use super::custom;
use super::state::living;
use crate::kinds::kube::facts::text;
use crate::model::{Address, Cell, Door, Health, Kind, Property, Shape, Value};

pub static KINDS: &[&Kind] = &[
    &VULNERABILITY,
    &CLUSTER_VULNERABILITY,
    &CONFIG_AUDIT,
    &CLUSTER_CONFIG_AUDIT,
    &EXPOSED_SECRET,
    &RBAC,
    &CLUSTER_RBAC,
    &INFRA,
    &CLUSTER_INFRA,
    &SBOM,
    &CLUSTER_SBOM,
    &COMPLIANCE,
];

const fn trivy(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "aquasecurity.github.io", version: "v1alpha1", kind, plural, namespaced: true }
}

const OWNER: Property = Property::made("OWNER", 30, owner);
const SCANNER: Property = Property::value("SCANNER", 8, ".report.scanner.name");
const IMAGE: Property = Property::value("IMAGE", 34, ".report.artifact.repository");
const TAG: Property = Property::value("TAG", 12, ".report.artifact.tag");
const CRITICAL: Property = Property::value("CRITICAL", 8, ".report.summary.criticalCount").rank(0).number();
const HIGH: Property = Property::value("HIGH", 5, ".report.summary.highCount").rank(0).number();
const MEDIUM: Property = Property::value("MEDIUM", 6, ".report.summary.mediumCount").rank(2).number();
const LOW: Property = Property::value("LOW", 5, ".report.summary.lowCount").rank(3).number();
const SCANNED: Property = Property::age("SCANNED", 8, ".report.updateTimestamp");

static VULNERABILITY_COLUMNS: [Property; 10] = [
    IMAGE,
    TAG,
    CRITICAL,
    HIGH,
    MEDIUM,
    LOW,
    Property::value("EOSL", 5, ".report.os.eosl").rank(7),
    SCANNED,
    Property::value("DIGEST", 20, ".report.artifact.digest").rank(9).wide(),
    Property::AGE,
];
static VULNERABILITY: Kind = Kind {
    name: "vulnerabilityreports",
    aliases: &["vuln", "vulns"],
    address: trivy("VulnerabilityReport", "vulnerabilityreports"),
    columns: &Property::columns(&VULNERABILITY_COLUMNS),
    door: Door::Json(&Shape { needs: &[".report.summary"], ..Shape::of(&VULNERABILITY_COLUMNS, found) }),
    ..custom()
};

static CLUSTER_VULNERABILITY: Kind = Kind {
    name: "clustervulnerabilityreports",
    aliases: &["clustervuln"],
    address: Address { namespaced: false, ..trivy("ClusterVulnerabilityReport", "clustervulnerabilityreports") },
    ..VULNERABILITY
};

static CONFIG_AUDIT_COLUMNS: [Property; 7] = [OWNER, SCANNER, CRITICAL, HIGH, MEDIUM, LOW, Property::AGE];
static CONFIG_AUDIT: Kind = Kind {
    name: "configauditreports",
    aliases: &["configaudit", "configaudits"],
    address: trivy("ConfigAuditReport", "configauditreports"),
    columns: &Property::columns(&CONFIG_AUDIT_COLUMNS),
    door: Door::Json(&Shape { needs: &[".report.summary"], ..Shape::of(&CONFIG_AUDIT_COLUMNS, found) }),
    ..custom()
};

static CLUSTER_CONFIG_AUDIT: Kind = Kind {
    name: "clusterconfigauditreports",
    aliases: &["clusterconfigaudit"],
    address: Address { namespaced: false, ..trivy("ClusterConfigAuditReport", "clusterconfigauditreports") },
    ..CONFIG_AUDIT
};

static EXPOSED_SECRET_COLUMNS: [Property; 7] = [OWNER, IMAGE, CRITICAL, HIGH, MEDIUM, LOW, Property::AGE];
static EXPOSED_SECRET: Kind = Kind {
    name: "exposedsecretreports",
    aliases: &["exposedsecret", "exposedsecrets"],
    address: trivy("ExposedSecretReport", "exposedsecretreports"),
    columns: &Property::columns(&EXPOSED_SECRET_COLUMNS),
    door: Door::Json(&Shape { needs: &[".report.summary"], ..Shape::of(&EXPOSED_SECRET_COLUMNS, found) }),
    ..custom()
};

static RBAC: Kind = Kind {
    name: "rbacassessmentreports",
    aliases: &["rbacassessment", "rbacassessments"],
    address: trivy("RbacAssessmentReport", "rbacassessmentreports"),
    ..CONFIG_AUDIT
};

static CLUSTER_RBAC: Kind = Kind {
    name: "clusterrbacassessmentreports",
    aliases: &["clusterrbacassessmentreport"],
    address: Address { namespaced: false, ..trivy("ClusterRbacAssessmentReport", "clusterrbacassessmentreports") },
    ..CONFIG_AUDIT
};

static INFRA: Kind = Kind {
    name: "infraassessmentreports",
    aliases: &["infraassessment", "infraassessments"],
    address: trivy("InfraAssessmentReport", "infraassessmentreports"),
    ..CONFIG_AUDIT
};

static CLUSTER_INFRA: Kind = Kind {
    name: "clusterinfraassessmentreports",
    aliases: &["clusterinfraassessment"],
    address: Address { namespaced: false, ..trivy("ClusterInfraAssessmentReport", "clusterinfraassessmentreports") },
    ..CONFIG_AUDIT
};

static SBOM_COLUMNS: [Property; 5] = [
    IMAGE,
    TAG,
    Property::value("COMPONENTS", 10, ".report.summary.componentsCount").rank(3).number(),
    SCANNED,
    Property::AGE,
];
static SBOM: Kind = Kind {
    name: "sbomreports",
    aliases: &["sbom", "sboms"],
    address: trivy("SbomReport", "sbomreports"),
    columns: &Property::columns(&SBOM_COLUMNS),
    door: Door::Json(&Shape { needs: &[".report.summary"], ..Shape::of(&SBOM_COLUMNS, listed) }),
    ..custom()
};

static CLUSTER_SBOM: Kind = Kind {
    name: "clustersbomreports",
    aliases: &["clustersbom"],
    address: Address { namespaced: false, ..trivy("ClusterSbomReport", "clustersbomreports") },
    ..SBOM
};

static COMPLIANCE_COLUMNS: [Property; 4] = [
    Property::value("PASS", 5, ".status.summary.passCount").number(),
    Property::value("FAIL", 5, ".status.summary.failCount").rank(0).number(),
    Property::age("UPDATED", 8, ".status.updateTimestamp").rank(3),
    Property::AGE,
];
static COMPLIANCE: Kind = Kind {
    name: "clustercompliancereports",
    aliases: &["compliance"],
    address: Address { namespaced: false, ..trivy("ClusterComplianceReport", "clustercompliancereports") },
    columns: &Property::columns(&COMPLIANCE_COLUMNS),
    door: Door::Json(&Shape { needs: &[".status.summary"], ..Shape::of(&COMPLIANCE_COLUMNS, complies) }),
    ..custom()
};

/// By the worst that was found.
fn found(body: &Value) -> Health {
    let summary = &body["report"]["summary"];
    let some = |severity: &str| summary[severity].as_i64().is_some_and(|count| count > 0);
    living(body, || match () {
        () if summary.is_null() => Health::Unknown,
        () if some("criticalCount") => Health::Bad,
        () if some("highCount") => Health::Warn,
        () => Health::Good,
    })
}

fn listed(body: &Value) -> Health {
    living(body, || if body["report"]["summary"].is_null() { Health::Unknown } else { Health::Good })
}

fn complies(body: &Value) -> Health {
    living(body, || match body["status"]["summary"]["failCount"].as_i64() {
        None => Health::Unknown,
        Some(0) => Health::Good,
        Some(_) => Health::Warn,
    })
}

/// `ReplicaSet/web-5c9f`, and the container if the report is about one: the operator tells it in labels.
fn owner(body: &Value) -> Cell {
    let label = |key: &str| text(&body["metadata"]["labels"], key);
    let of =
        ["trivy-operator.resource.kind", "trivy-operator.resource.name", "trivy-operator.container.name"].map(label);
    Cell::text(of.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join("/"))
}
