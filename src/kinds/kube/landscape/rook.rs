//! Rook: Ceph as objects (rook/rook, pkg/apis/ceph.rook.io/v1), and the buckets that are claimed of it (kube-object-
//! storage/lib-bucket-provisioner).

use super::custom;
use super::state::living;
use crate::kinds::kube::facts::{scalar, text};
use crate::kinds::verbs;
use crate::model::{Address, Cell, Door, Health, Kind, Link, Property, Scope, Shape, Time, Value};

pub static KINDS: &[&Kind] = &[
    &CLUSTER,
    &POOL,
    &FILESYSTEM,
    &GROUP,
    &STORE,
    &USER,
    &ACCOUNT,
    &REALM,
    &ZONE_GROUP,
    &ZONE,
    &GATEWAY,
    &MIRROR,
    &FILESYSTEM_MIRROR,
    &CLIENT,
    &TOPIC,
    &NOTIFICATION,
    &RADOS_NAMESPACE,
    &NFS,
    &COSI,
    &CLAIM,
    &BUCKET,
];

const fn rook(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "ceph.rook.io", version: "v1", kind, plural, namespaced: true }
}

const fn bucket(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "objectbucket.io", version: "v1alpha1", kind, plural, namespaced: true }
}

const PHASE: Property = Property::value("PHASE", 11, ".status.phase").state();

static CLUSTER_COLUMNS: [Property; 10] = [
    PHASE,
    Property::value("HEALTH", 11, ".status.ceph.health").rank(0),
    Property::made("CAPACITY", 12, capacity).rank(3),
    Property::made("MONS", 5, |body| daemons(body, "mon")).rank(4),
    Property::made("OSDS", 5, |body| daemons(body, "osd")).rank(5),
    Property::value("VERSION", 10, ".status.version.version").rank(6),
    Property::value("EXTERNAL", 8, ".spec.external.enable").rank(7),
    Property::value("MESSAGE", 30, ".status.message").rank(8).wide(),
    Property::value("FSID", 36, ".status.ceph.fsid").rank(9).wide(),
    Property::AGE,
];
static CLUSTER: Kind = Kind {
    name: "cephclusters",
    aliases: &["ceph"],
    address: rook("CephCluster", "cephclusters"),
    columns: &Property::columns(&CLUSTER_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".status.ceph.capacity", ".status.ceph.versions"],
        ..Shape::of(&CLUSTER_COLUMNS, cluster)
    }),
    ..custom()
};

static POOL_COLUMNS: [Property; 8] = [
    PHASE,
    Property::value("TYPE", 12, ".status.info.type").rank(2),
    Property::value("FAILURE-DOMAIN", 14, ".status.info.failureDomain").rank(3),
    Property::value("REPLICAS", 8, ".spec.replicated.size").rank(4).number(),
    Property::made("EC", 5, coding).rank(5),
    Property::value("MIRRORING", 9, ".status.mirroringStatus.summary.health").rank(6),
    Property::value("POOL-ID", 7, ".status.poolID").rank(7).number().wide(),
    Property::AGE,
];
static POOL: Kind = Kind {
    name: "cephblockpools",
    aliases: &["cephbp"],
    address: rook("CephBlockPool", "cephblockpools"),
    columns: &Property::columns(&POOL_COLUMNS),
    door: Door::Json(&Shape { needs: &[".spec.erasureCoded"], ..Shape::of(&POOL_COLUMNS, pool) }),
    ..custom()
};

static FILESYSTEM_COLUMNS: [Property; 5] = [
    PHASE,
    Property::value("ACTIVE-MDS", 10, ".spec.metadataServer.activeCount").rank(2).number(),
    Property::value("STANDBY-MDS", 11, ".spec.metadataServer.activeStandby").rank(3),
    Property::count("DATA-POOLS", 10, ".spec.dataPools[*]").rank(4),
    Property::AGE,
];
static FILESYSTEM: Kind = Kind {
    name: "cephfilesystems",
    aliases: &["cephfs"],
    address: rook("CephFilesystem", "cephfilesystems"),
    columns: &Property::columns(&FILESYSTEM_COLUMNS),
    door: Door::Json(&Shape::of(&FILESYSTEM_COLUMNS, phase)),
    ..custom()
};

static GROUP_COLUMNS: [Property; 5] = [
    PHASE,
    Property::value("FILESYSTEM", 16, ".spec.filesystemName").rank(2),
    Property::value("QUOTA", 8, ".spec.quota").rank(3),
    Property::value("PINNING", 16, ".status.info.pinning").rank(4).wide(),
    Property::AGE,
];
static GROUP: Kind = Kind {
    name: "cephfilesystemsubvolumegroups",
    aliases: &["cephfssvg", "cephsvg"],
    address: rook("CephFilesystemSubVolumeGroup", "cephfilesystemsubvolumegroups"),
    columns: &Property::columns(&GROUP_COLUMNS),
    door: Door::Json(&Shape::of(&GROUP_COLUMNS, phase)),
    ..custom()
};

static STORE_COLUMNS: [Property; 5] = [
    PHASE,
    Property::value("ENDPOINT", 30, ".status.info.endpoint").rank(2),
    Property::value("SECURE-ENDPOINT", 30, ".status.info.secureEndpoint").rank(3),
    Property::value("REPLICAS", 8, ".status.replicas").rank(4).number(),
    Property::AGE,
];
static STORE: Kind = Kind {
    name: "cephobjectstores",
    aliases: &["cephos"],
    address: rook("CephObjectStore", "cephobjectstores"),
    columns: &Property::columns(&STORE_COLUMNS),
    door: Door::Json(&Shape::of(&STORE_COLUMNS, phase)),
    verbs: verbs::SCALED,
    ..custom()
};

static USER_COLUMNS: [Property; 5] = [
    PHASE,
    Property::value("STORE", 16, ".spec.store").rank(2),
    Property::value("DISPLAY-NAME", 20, ".spec.displayName").rank(3),
    Property::made("QUOTA", 24, quota).rank(4),
    Property::AGE,
];
static USER: Kind = Kind {
    name: "cephobjectstoreusers",
    aliases: &["cephosu", "rcou", "objectuser"],
    address: rook("CephObjectStoreUser", "cephobjectstoreusers"),
    columns: &Property::columns(&USER_COLUMNS),
    door: Door::Json(&Shape { needs: &[".spec.quotas"], ..Shape::of(&USER_COLUMNS, phase) }),
    ..custom()
};

static ACCOUNT_COLUMNS: [Property; 2] = [PHASE, Property::AGE];
static ACCOUNT: Kind = Kind {
    name: "cephobjectstoreaccounts",
    address: rook("CephObjectStoreAccount", "cephobjectstoreaccounts"),
    columns: &Property::columns(&ACCOUNT_COLUMNS),
    door: Door::Json(&Shape::of(&ACCOUNT_COLUMNS, phase)),
    ..custom()
};

static REALM: Kind = Kind {
    name: "cephobjectrealms",
    aliases: &["cephor"],
    address: rook("CephObjectRealm", "cephobjectrealms"),
    ..ACCOUNT
};

static ZONE_GROUP: Kind = Kind {
    name: "cephobjectzonegroups",
    aliases: &["cephozg"],
    address: rook("CephObjectZoneGroup", "cephobjectzonegroups"),
    ..ACCOUNT
};

static ZONE: Kind = Kind {
    name: "cephobjectzones",
    aliases: &["cephoz"],
    address: rook("CephObjectZone", "cephobjectzones"),
    ..ACCOUNT
};

static GATEWAY: Kind = Kind {
    name: "cephnvmeofgateways",
    aliases: &["nvmeof"],
    address: rook("CephNVMeOFGateway", "cephnvmeofgateways"),
    ..ACCOUNT
};

static MIRROR: Kind = Kind {
    name: "cephrbdmirrors",
    aliases: &["cephrbdm"],
    address: rook("CephRBDMirror", "cephrbdmirrors"),
    ..ACCOUNT
};

static FILESYSTEM_MIRROR: Kind = Kind {
    name: "cephfilesystemmirrors",
    aliases: &["cephfsm"],
    address: rook("CephFilesystemMirror", "cephfilesystemmirrors"),
    ..ACCOUNT
};

static CLIENT: Kind =
    Kind { name: "cephclients", aliases: &["cephcl"], address: rook("CephClient", "cephclients"), ..ACCOUNT };

static TOPIC: Kind = Kind {
    name: "cephbuckettopics",
    aliases: &["cephbt"],
    address: rook("CephBucketTopic", "cephbuckettopics"),
    ..ACCOUNT
};

static NOTIFICATION: Kind = Kind {
    name: "cephbucketnotifications",
    aliases: &["cephbn"],
    address: rook("CephBucketNotification", "cephbucketnotifications"),
    ..ACCOUNT
};

static RADOS_NAMESPACE_COLUMNS: [Property; 3] =
    [PHASE, Property::value("BLOCK-POOL", 16, ".spec.blockPoolName").rank(2), Property::AGE];
static RADOS_NAMESPACE: Kind = Kind {
    name: "cephblockpoolradosnamespaces",
    aliases: &["cephrns", "cephbprns"],
    address: rook("CephBlockPoolRadosNamespace", "cephblockpoolradosnamespaces"),
    columns: &Property::columns(&RADOS_NAMESPACE_COLUMNS),
    door: Door::Json(&Shape::of(&RADOS_NAMESPACE_COLUMNS, phase)),
    ..custom()
};

static NFS: Kind = Kind { name: "cephnfses", aliases: &["nfs"], address: rook("CephNFS", "cephnfses"), ..ACCOUNT };

static COSI_COLUMNS: [Property; 2] = [Property::value("STRATEGY", 10, ".spec.deploymentStrategy"), Property::AGE];
static COSI: Kind = Kind {
    name: "cephcosidrivers",
    aliases: &["cephcosi"],
    address: rook("CephCOSIDriver", "cephcosidrivers"),
    columns: &Property::columns(&COSI_COLUMNS),
    door: Door::Json(&Shape::of(&COSI_COLUMNS, phase)),
    ..custom()
};

static CLAIM_COLUMNS: [Property; 7] = [
    PHASE,
    Property::value("STORAGE-CLASS", 18, ".spec.storageClassName").rank(2),
    Property::value("BUCKET", 24, ".spec.bucketName").rank(3),
    Property::value("BOUND-TO", 24, ".spec.objectBucketName").rank(4),
    Property::made("CONFIGMAP", 16, handed).rank(5),
    Property::made("SECRET", 16, handed).rank(6),
    Property::AGE,
];
static CLAIM: Kind = Kind {
    name: "objectbucketclaims",
    aliases: &["obc", "obcs"],
    address: bucket("ObjectBucketClaim", "objectbucketclaims"),
    columns: &Property::columns(&CLAIM_COLUMNS),
    door: Door::Json(&Shape { link: bucket_of, ..Shape::of(&CLAIM_COLUMNS, bound) }),
    ..custom()
};

static BUCKET_COLUMNS: [Property; 5] = [
    PHASE,
    Property::value("STORAGE-CLASS", 18, ".spec.storageClassName").rank(2),
    Property::value("BUCKET", 24, ".spec.endpoint.bucketName").rank(3),
    Property::made("BOUND-TO", 24, |body| Cell::text(claim(&body["spec"]["claimRef"]))).rank(4),
    Property::AGE,
];
static BUCKET: Kind = Kind {
    name: "objectbuckets",
    aliases: &["ob", "obs"],
    address: Address { namespaced: false, ..bucket("ObjectBucket", "objectbuckets") },
    columns: &Property::columns(&BUCKET_COLUMNS),
    door: Door::Json(&Shape { needs: &[".spec.claimRef"], ..Shape::of(&BUCKET_COLUMNS, bound) }),
    ..custom()
};

/// By the phase that every controller of Rook writes.
fn phase(body: &Value) -> Health {
    living(body, || match text(&body["status"], "phase") {
        "Ready" | "Connected" => Health::Good,
        "Progressing" | "Connecting" | "Updating" | "Reconciling" => Health::Progress,
        "Failure" | "ReconcileFailed" => Health::Bad,
        "Deleting" => Health::Leaving,
        _ => Health::Unknown,
    })
}

/// What Ceph says of itself comes before a phase that is well. Daemons of several versions are in the middle of an upgrade
/// that may have stopped.
fn cluster(body: &Value) -> Health {
    let ceph = &body["status"]["ceph"];
    let versions = ceph["versions"]["overall"].as_object().map_or(0, serde_json::Map::len);
    match (phase(body), text(ceph, "health")) {
        (Health::Good, "HEALTH_ERR") => Health::Bad,
        (Health::Good, "HEALTH_WARN") => Health::Warn,
        (Health::Good, _) if versions > 1 => Health::Warn,
        (health, _) => health,
    }
}

/// `41% of 300Gi`
fn capacity(body: &Value) -> Cell {
    let capacity = &body["status"]["ceph"]["capacity"];
    let bytes = |key: &str| capacity[key].as_u64().unwrap_or(0);
    let (used, total) = (bytes("bytesUsed"), bytes("bytesTotal"));
    let percent = used.saturating_mul(100).checked_div(total);
    let whole = Cell::Bytes(total).to_text(Time::default());
    percent.map_or(Cell::None, |percent| Cell::text(format!("{percent}% of {whole}")))
}

/// The number of running daemons of a sort, whatever their versions.
fn daemons(body: &Value, sort: &str) -> Cell {
    let versions = body["status"]["ceph"]["versions"][sort].as_object();
    versions.map_or(Cell::None, |versions| Cell::Count(versions.values().filter_map(Value::as_i64).sum()))
}

/// A pool that is mirrored works, even while its mirror lags behind.
fn pool(body: &Value) -> Health {
    let mirroring = text(&body["status"]["mirroringStatus"]["summary"], "health");
    let is_behind = !matches!(mirroring, "" | "OK");
    if phase(body) == Health::Good && is_behind { Health::Warn } else { phase(body) }
}

/// `2+1`: chunks of data and of their code.
fn coding(body: &Value) -> Cell {
    let chunks = &body["spec"]["erasureCoded"];
    let chunk = |key: &str| chunks[key].as_i64().filter(|chunks| *chunks > 0);
    let both = chunk("dataChunks").zip(chunk("codingChunks"));
    both.map_or(Cell::None, |(data, code)| Cell::text(format!("{data}+{code}")))
}

/// `5 buckets, 10Gi, 1000 objects`
fn quota(body: &Value) -> Cell {
    let quotas = &body["spec"]["quotas"];
    let limits = [("maxBuckets", " buckets"), ("maxSize", ""), ("maxObjects", " objects")];
    let each = limits.map(|(key, unit)| (scalar(&quotas[key]), unit));
    let told = each.iter().filter(|(limit, _)| !limit.is_empty()).map(|(limit, unit)| format!("{limit}{unit}"));
    Cell::text(told.collect::<Vec<_>>().join(", "))
}

fn bound(body: &Value) -> Health {
    living(body, || match text(&body["status"], "phase") {
        "Bound" => Health::Good,
        "Pending" | "Released" => Health::Progress,
        "Failed" | "Lost" => Health::Bad,
        _ => Health::Unknown,
    })
}

/// The config map and the secret of a claim have its name, as soon as it is bound.
fn handed(body: &Value) -> Cell {
    let is_bound = text(&body["status"], "phase") == "Bound";
    if is_bound { Cell::text(text(&body["metadata"], "name")) } else { Cell::None }
}

fn bucket_of(claim: &Value) -> Option<Link> {
    let bucket = text(&claim["spec"], "objectBucketName");
    (!bucket.is_empty()).then(|| Link::to(&BUCKET, Scope::all().named(bucket)))
}

/// `shop/pictures`
fn claim(reference: &Value) -> String {
    match (text(reference, "namespace"), text(reference, "name")) {
        ("", name) => name.to_owned(),
        (namespace, name) => format!("{namespace}/{name}"),
    }
}
