//! Settings, secrets, accounts, rights, quotas, policies.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::apps::{APPS, CANARY, PAYMENT, SEARCH};
use super::{DAY, HOUR, put};
use crate::demo::store::Store;

const RBAC: &str = "rbac.authorization.k8s.io";

pub fn all(store: &mut Store) {
    settings(store);
    secrets(store);
    accounts(store);
    rights(store);
    limits(store);
}

fn settings(store: &mut Store) {
    for home in ["shop", "shop-staging"] {
        let data = json!({"data": {"SHOP_ENVIRONMENT": if home == "shop" { "production" } else { "staging" }, "SHOP_REGION": "eu-west-1",
            "OTEL_EXPORTER_OTLP_ENDPOINT": "http://otel-collector.monitoring.svc.cluster.local:80", "FEATURE_REVIEWS": "true"}});
        put(store, "configmaps", home, "shop-common", 60 * DAY, data);
    }
    let web = "server {\n  listen 8080;\n  location / { try_files $uri /index.html; }\n  location /healthz { return 200 'ok'; }\n}\n";
    put(store, "configmaps", "shop", "web-nginx", 40 * DAY, json!({"data": {"default.conf": web}}));
    let rules = "groups:\n- name: shop\n  rules:\n  - alert: CheckoutErrors\n    expr: rate(http_requests_total{app=\"checkout\",code=~\"5..\"}[5m]) > 0.05\n    for: 5m\n";
    put(store, "configmaps", "monitoring", "prometheus-rules", 50 * DAY, json!({"data": {"shop.yaml": rules}}));
    let corefile = ".:53 {\n    errors\n    health\n    ready\n    kubernetes cluster.local in-addr.arpa ip6.arpa\n    forward . /etc/resolv.conf\n    cache 30\n}\n";
    put(store, "configmaps", "kube-system", "coredns", 92 * DAY, json!({"data": {"Corefile": corefile}}));
    put(
        store,
        "configmaps",
        "platform",
        "istio",
        80 * DAY,
        json!({"data": {"mesh": "accessLogFile: /dev/stdout\nenableTracing: true\n"}}),
    );
}

/// Values that nobody could take for real ones.
fn secrets(store: &mut Store) {
    const FAKE: &str = "bm90LWEtcmVhbC1zZWNyZXQ=";
    for (home, name, kind, keys) in [
        ("shop", "postgres-credentials", "Opaque", vec!["username", "password"]),
        ("shop", "payment-provider", "Opaque", vec!["api-key"]),
        ("shop", "shop-example-tls", "kubernetes.io/tls", vec!["tls.crt", "tls.key"]),
        ("shop", "registry-pull", "kubernetes.io/dockerconfigjson", vec![".dockerconfigjson"]),
        ("shop-staging", "postgres-credentials", "Opaque", vec!["username", "password"]),
        ("platform", "shop-example-tls", "kubernetes.io/tls", vec!["tls.crt", "tls.key"]),
        ("platform", "oauth2-proxy", "Opaque", vec!["client-id", "client-secret", "cookie-secret"]),
        ("monitoring", "grafana-admin", "Opaque", vec!["admin-user", "admin-password"]),
        ("batch-jobs", "ledger-token", "Opaque", vec!["token"]),
    ] {
        let mut data = json!({});
        for key in keys {
            data[key] = json!(FAKE);
        }
        put(store, "secrets", home, name, 55 * DAY, json!({"type": kind, "data": data}));
    }
}

fn accounts(store: &mut Store) {
    let apps = APPS.iter().chain([&PAYMENT, &SEARCH, &CANARY]);
    let mut all: BTreeSet<(&str, &str)> = apps.map(|app| (app.home, app.app)).collect();
    all.extend(["invoice-export", "db-backup", "sitemap"].map(|name| ("batch-jobs", name)));
    for (home, name) in all {
        put(store, "serviceaccounts", home, name, 58 * DAY, json!({"automountServiceAccountToken": true}));
    }
}

fn rights(store: &mut Store) {
    let rule = |groups: &[&str], resources: &[&str], verbs: &[&str]| json!({"apiGroups": groups, "resources": resources, "verbs": verbs});
    let read = ["get", "list", "watch"];
    let clustered: &[(&str, Value)] = &[
        ("cluster-admin", json!([{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}])),
        ("view", json!([rule(&["", "apps", "batch"], &["*"], &read)])),
        (
            "edit",
            json!([rule(
                &["", "apps", "batch"],
                &["*"],
                &["get", "list", "watch", "create", "update", "patch", "delete"]
            )]),
        ),
        ("prometheus", json!([rule(&[""], &["nodes", "services", "endpoints", "pods"], &read)])),
        (
            "istiod",
            json!([rule(
                &["networking.istio.io", "gateway.networking.k8s.io"],
                &["*"],
                &["get", "list", "watch", "update"]
            )]),
        ),
    ];
    for (name, rules) in clustered {
        put(store, "clusterroles.rbac.authorization.k8s.io", "", name, 90 * DAY, json!({"rules": rules}));
    }
    let reference = |kind: &str, name: &str| json!({"apiGroup": RBAC, "kind": kind, "name": name});
    let account = |home: &str, name: &str| json!([{"kind": "ServiceAccount", "namespace": home, "name": name}]);
    for (name, home) in [("prometheus", "monitoring"), ("istiod", "platform")] {
        let body = json!({"roleRef": reference("ClusterRole", name), "subjects": account(home, name)});
        put(store, "clusterrolebindings.rbac.authorization.k8s.io", "", name, 90 * DAY, body);
    }
    let admins = json!({"roleRef": reference("ClusterRole", "cluster-admin"), "subjects": [{"apiGroup": RBAC, "kind": "Group", "name": "platform-team"}]});
    put(store, "clusterrolebindings.rbac.authorization.k8s.io", "", "platform-team", 90 * DAY, admins);
    let role = json!({"rules": [rule(&[""], &["configmaps"], &read), rule(&["batch"], &["jobs"], &["create", "get", "list"])]});
    put(store, "roles.rbac.authorization.k8s.io", "batch-jobs", "job-starter", 60 * DAY, role);
    let body = json!({"roleRef": reference("Role", "job-starter"), "subjects": account("batch-jobs", "report-api")});
    put(store, "rolebindings.rbac.authorization.k8s.io", "batch-jobs", "job-starter", 60 * DAY, body);
    let developers = json!({"roleRef": reference("ClusterRole", "edit"), "subjects": [{"apiGroup": RBAC, "kind": "Group", "name": "shop-developers"}]});
    put(store, "rolebindings.rbac.authorization.k8s.io", "shop-staging", "developers", 60 * DAY, developers);
}

fn limits(store: &mut Store) {
    let hard = json!({"spec": {"hard": {"pods": "20", "requests.cpu": "4", "requests.memory": "8Gi"}}});
    put(store, "resourcequotas", "shop-staging", "staging", 60 * DAY, hard);
    let container = json!({"type": "Container", "defaultRequest": {"cpu": "50m", "memory": "64Mi"}, "max": {"cpu": "1", "memory": "1Gi"}});
    let range = json!({"spec": {"limits": [container]}});
    put(store, "limitranges", "shop-staging", "staging", 60 * DAY, range);
    for (name, least, most) in [("web", 3, 6), ("recommendation", 2, 5)] {
        let metric = json!({"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": if name == "web" { 70 } else { 90 }}}});
        let body = json!({"spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}, "minReplicas": least, "maxReplicas": most, "metrics": [metric]},
            "status": {"currentReplicas": least, "desiredReplicas": least, "conditions": []}});
        put(store, "horizontalpodautoscalers.autoscaling", "shop", name, 30 * DAY, body);
    }
    for (home, app, least) in [
        ("shop", "checkout", json!(2)),
        ("shop", "postgres", json!(2)),
        ("shop", "web", json!("50%")),
        ("platform", "istiod", json!(1)),
    ] {
        let body = json!({"spec": {"minAvailable": least, "selector": {"matchLabels": {"app": app}}}});
        put(store, "poddisruptionbudgets.policy", home, app, 44 * DAY, body);
    }
    let selector = |app: &str| json!({"podSelector": {"matchLabels": {"app": app}}});
    for (app, from, port) in [
        ("postgres", vec!["payment", "checkout", "inventory", "catalog"], 5432),
        ("redis", vec!["cart", "session"], 6379),
    ] {
        let from: Vec<Value> = from.into_iter().map(selector).collect();
        let mut spec = selector(app);
        spec["policyTypes"] = json!(["Ingress"]);
        spec["ingress"] = json!([{"from": from, "ports": [{"protocol": "TCP", "port": port}]}]);
        put(store, "networkpolicies.networking.k8s.io", "shop", app, 44 * DAY, json!({"spec": spec}));
    }
    let path = |path: &str, name: &str, port: i64| json!({"path": path, "pathType": "Prefix", "backend": {"service": {"name": name, "port": {"number": port}}}});
    let ingress = json!({"spec": {"ingressClassName": "edge", "tls": [{"hosts": ["grafana.shop.example"], "secretName": "grafana-tls"}],
        "rules": [{"host": "grafana.shop.example", "http": {"paths": [path("/", "grafana", 80)]}}]}, "status": {"loadBalancer": {"ingress": [{"ip": "203.0.113.18"}]}}});
    put(store, "ingresses.networking.k8s.io", "monitoring", "grafana", 40 * DAY - HOUR, ingress);
}
