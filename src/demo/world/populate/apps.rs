//! The programs of the cluster, one a row.

/// What keeps the pods of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    Deployment,
    Stateful,
    Daemon,
}

#[derive(Clone, Copy, Debug)]
pub struct App {
    pub home: &'static str,
    pub name: &'static str,
    /// The label `app`; services select by it.
    pub app: &'static str,
    pub version: &'static str,
    pub image: &'static str,
    /// The tag of the revision before; empty without one.
    pub before: &'static str,
    pub replicas: i64,
    pub port: i64,
    /// Millicores and MiB asked for; the limits are four and two times as much.
    pub cpu: i64,
    pub memory: i64,
    /// A proxy of the mesh stands beside it.
    pub mesh: bool,
    pub kept: Kept,
}

const PLAIN: App = App {
    home: "",
    name: "",
    app: "",
    version: "v1",
    image: "",
    before: "",
    replicas: 1,
    port: 8080,
    cpu: 100,
    memory: 128,
    mesh: false,
    kept: Kept::Deployment,
};

macro_rules! app {
    ($home:literal, $name:literal, $image:literal, $replicas:literal $(, $field:ident: $value:expr)*) => {
        App { home: $home, name: $name, app: $name, image: $image, replicas: $replicas, $($field: $value,)* ..PLAIN }
    };
}

macro_rules! shop {
    ($name:literal, $tag:literal, $before:literal, $replicas:literal $(, $field:ident: $value:expr)*) => {
        App { home: "shop", name: $name, app: $name, image: concat!("registry.shop.example/shop/", $name, ":", $tag), before: $before,
            replicas: $replicas, mesh: true, $($field: $value,)* ..PLAIN }
    };
}

macro_rules! catalog {
    ($version:literal, $tag:literal, $replicas:literal) => {
        App {
            home: "shop",
            name: concat!("catalog-", $version),
            app: "catalog",
            version: $version,
            image: concat!("registry.shop.example/shop/catalog:", $tag),
            replicas: $replicas,
            port: 9080,
            mesh: true,
            ..PLAIN
        }
    };
}

macro_rules! staging {
    ($name:literal, $tag:literal) => {
        App {
            home: "shop-staging",
            name: $name,
            app: $name,
            image: concat!("registry.shop.example/shop/", $name, ":", $tag),
            replicas: 1,
            cpu: 50,
            ..PLAIN
        }
    };
}

pub static APPS: &[App] = &[
    shop!("web", "2.14.3", "2.14.2", 4, cpu: 200, memory: 192),
    shop!("web-next", "3.0.0-rc.2", "3.0.0-rc.1", 1, version: "next"),
    shop!("cart", "1.9.0", "1.8.7", 3),
    catalog!("v1", "1.22.4", 4),
    catalog!("v2", "2.3.0", 2),
    catalog!("v3", "3.0.1", 1),
    shop!("ratings", "1.4.2", "", 3, port: 9080),
    shop!("checkout", "5.2.1", "5.2.0", 4, memory: 256),
    shop!("inventory", "0.31.0", "0.30.2", 3, port: 9090),
    shop!("mail", "1.1.8", "", 2),
    shop!("recommendation", "0.9.4", "0.9.3", 3, cpu: 300, memory: 512),
    shop!("image-resizer", "2.0.5", "", 4, cpu: 250, memory: 256),
    shop!("notifier", "1.3.1", "1.3.0", 3),
    shop!("pricing", "4.7.2", "4.7.1", 3),
    shop!("promo", "1.0.12", "", 2),
    shop!("shipping", "2.2.0", "2.1.9", 3),
    shop!("tax", "1.15.0", "", 2),
    shop!("currency", "0.8.3", "", 2),
    shop!("session", "1.6.1", "1.6.0", 3, memory: 192),
    shop!("wishlist", "1.2.2", "", 2),
    shop!("loyalty", "0.4.9", "", 2),
    shop!("returns", "1.0.3", "", 2),
    shop!("admin", "1.8.0", "1.7.4", 2, port: 8000),
    shop!("feed", "0.5.6", "", 2),
    app!("shop", "redis", "redis:7.4.1", 3, port: 6379, kept: Kept::Stateful, memory: 256),
    app!("shop", "postgres", "postgres:17.2", 3, port: 5432, kept: Kept::Stateful, cpu: 500, memory: 1024),
    staging!("web", "2.15.0-rc.1"),
    staging!("cart", "1.10.0-rc.3"),
    staging!("catalog", "3.1.0-rc.1"),
    staging!("ratings", "1.5.0-rc.1"),
    staging!("checkout", "5.3.0-rc.2"),
    staging!("payment", "2.4.0-rc.1"),
    staging!("search", "3.5.0-rc.1"),
    staging!("inventory", "0.32.0-rc.1"),
    staging!("pricing", "4.8.0-rc.1"),
    staging!("shipping", "2.3.0-rc.2"),
    staging!("mail", "1.2.0-rc.1"),
    app!("shop-staging", "redis", "redis:7.4.1", 1, port: 6379, kept: Kept::Stateful),
    app!("shop-staging", "postgres", "postgres:17.2", 1, port: 5432, kept: Kept::Stateful, memory: 512),
    app!("platform", "istiod", "docker.io/istio/pilot:1.27.3", 2, port: 15012, cpu: 500, memory: 1024, before: "1.27.1"),
    app!("platform", "ingressgateway", "docker.io/istio/proxyv2:1.27.3", 3, port: 8443, memory: 256),
    app!("platform", "shop-gateway", "docker.io/envoyproxy/envoy:v1.36.2", 3, port: 8443, memory: 256),
    app!("platform", "gateway-controller", "docker.io/envoyproxy/gateway:v1.6.0", 1, port: 18000),
    app!("platform", "cert-manager", "quay.io/jetstack/cert-manager-controller:v1.19.1", 1, port: 9402),
    app!("platform", "cert-manager-webhook", "quay.io/jetstack/cert-manager-webhook:v1.19.1", 1, port: 10250),
    app!("platform", "cert-manager-cainjector", "quay.io/jetstack/cert-manager-cainjector:v1.19.1", 1, port: 9402),
    app!("platform", "external-dns", "registry.k8s.io/external-dns/external-dns:v0.20.0", 1, port: 7979),
    app!("platform", "gitops-controller", "ghcr.io/example/gitops-controller:v2.7.0", 1),
    app!("platform", "gitops-server", "ghcr.io/example/gitops-server:v2.7.0", 2),
    app!("platform", "oauth2-proxy", "quay.io/oauth2-proxy/oauth2-proxy:v7.13.0", 3, port: 4180),
    app!("platform", "descheduler", "registry.k8s.io/descheduler/descheduler:v0.34.0", 1, port: 10258),
    app!("platform", "vault", "hashicorp/vault:1.21.0", 3, port: 8200, kept: Kept::Stateful, memory: 256),
    app!("monitoring", "prometheus", "quay.io/prometheus/prometheus:v3.7.3", 2, port: 9090, kept: Kept::Stateful, cpu: 500, memory: 2048),
    app!("monitoring", "alertmanager", "quay.io/prometheus/alertmanager:v0.29.0", 3, port: 9093, kept: Kept::Stateful),
    app!("monitoring", "loki", "grafana/loki:3.6.0", 3, port: 3100, kept: Kept::Stateful, memory: 512),
    app!("monitoring", "grafana", "grafana/grafana:12.2.1", 2, port: 3000, memory: 256, before: "12.2.0"),
    app!("monitoring", "kube-state-metrics", "registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.17.0", 1),
    app!("monitoring", "otel-collector", "otel/opentelemetry-collector-contrib:0.139.0", 3, port: 4317, memory: 256),
    app!("monitoring", "blackbox-exporter", "quay.io/prometheus/blackbox-exporter:v0.27.0", 1, port: 9115),
    app!("monitoring", "node-exporter", "quay.io/prometheus/node-exporter:v1.10.2", 0, port: 9100, kept: Kept::Daemon, cpu: 50, memory: 64),
    app!("monitoring", "promtail", "grafana/promtail:3.5.8", 0, port: 3101, kept: Kept::Daemon, cpu: 50),
    app!("kube-system", "coredns", "registry.k8s.io/coredns/coredns:v1.12.4", 2, port: 53, memory: 70),
    app!("kube-system", "metrics-server", "registry.k8s.io/metrics-server/metrics-server:v0.8.0", 2, port: 10250),
    app!("kube-system", "csi-controller", "registry.k8s.io/sig-storage/csi-provisioner:v6.0.0", 2, port: 9808),
    app!("kube-system", "snapshot-controller", "registry.k8s.io/sig-storage/snapshot-controller:v8.4.0", 1),
    app!("kube-system", "kube-proxy", "registry.k8s.io/kube-proxy:v1.35.0", 0, port: 10256, kept: Kept::Daemon, cpu: 50, memory: 64),
    app!("kube-system", "cilium", "quay.io/cilium/cilium:v1.18.4", 0, port: 4240, kept: Kept::Daemon, memory: 256),
    app!("kube-system", "csi-node", "registry.k8s.io/sig-storage/csi-node-driver-registrar:v2.15.0", 0, port: 9809, kept: Kept::Daemon, cpu: 20, memory: 32),
    app!("kube-system", "node-local-dns", "registry.k8s.io/dns/k8s-dns-node-cache:1.26.7", 0, port: 53, kept: Kept::Daemon, cpu: 25, memory: 32),
    app!("batch-jobs", "queue-consumer", "registry.shop.example/batch/queue-consumer:1.7.3", 4, before: "1.7.2"),
    app!("batch-jobs", "etl-worker", "registry.shop.example/batch/etl-worker:2.1.0", 3, cpu: 400, memory: 512),
    app!("batch-jobs", "report-api", "registry.shop.example/batch/report-api:1.0.9", 2),
];

/// The two that are planted are set up apart.
pub static PAYMENT: App = shop!("payment", "2.3.1", "2.3.0", 3);
pub static SEARCH: App = shop!("search", "3.4.l", "3.4.0", 3, cpu: 250, memory: 384);
pub static CANARY: App = App {
    name: "checkout-canary",
    app: "checkout-canary",
    version: "canary",
    image: "registry.shop.example/shop/checkout:5.3.0",
    replicas: 0,
    ..CHECKOUT
};
const CHECKOUT: App = App { home: "shop", mesh: true, memory: 256, ..PLAIN };
