//! Routes: what the Gateway API lets in from outside, and what Istio does between the services.

use serde_json::{Value, json};

use super::{DAY, HOUR, put};
use crate::demo::store::Store;
use crate::demo::world::services::GATEWAYS;

const HTTP_ROUTES: &str = "httproutes.gateway.networking.k8s.io";
const VIRTUAL: &str = "virtualservices.networking.istio.io";
const RULES: &str = "destinationrules.networking.istio.io";

pub fn all(store: &mut Store) {
    gateways(store);
    http_routes(store);
    other_routes(store);
    virtual_services(store);
    destination_rules(store);
}

fn gateways(store: &mut Store) {
    let class = json!({"spec": {"controllerName": GATEWAYS, "description": "Envoy at the edge"}, "status": {"conditions": [
        {"type": "Accepted", "status": "True", "reason": "Accepted", "message": "Valid GatewayClass", "observedGeneration": 1, "lastTransitionTime": super::ago(store.now, 89 * DAY).rfc3339()}]}});
    put(store, "gatewayclasses.gateway.networking.k8s.io", "", "edge", 89 * DAY, class);
    let all = json!({"namespaces": {"from": "All"}});
    let tls =
        json!({"mode": "Terminate", "certificateRefs": [{"group": "", "kind": "Secret", "name": "shop-example-tls"}]});
    let spec = json!({"gatewayClassName": "edge", "listeners": [
        {"name": "http", "hostname": "*.shop.example", "port": 80, "protocol": "HTTP", "allowedRoutes": all},
        {"name": "https", "hostname": "*.shop.example", "port": 443, "protocol": "HTTPS", "tls": tls, "allowedRoutes": all}]});
    put(store, "gateways.gateway.networking.k8s.io", "platform", "shop", 88 * DAY, json!({"spec": spec}));
    let servers = json!([{"port": {"number": 443, "name": "https-partners", "protocol": "HTTPS"}, "hosts": ["partners.shop.example", "admin.shop.example"],
        "tls": {"mode": "SIMPLE", "credentialName": "shop-example-tls"}}]);
    put(
        store,
        "gateways.networking.istio.io",
        "platform",
        "partners",
        70 * DAY,
        json!({"spec": {"selector": {"app": "ingressgateway"}, "servers": servers}}),
    );
}

fn backend(name: &str, port: i64, weight: i64) -> Value {
    json!({"group": "", "kind": "Service", "name": name, "port": port, "weight": weight})
}

fn path(value: &str) -> Value {
    json!({"path": {"type": "PathPrefix", "value": value}})
}

fn parent(section: &str) -> Value {
    json!([{"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "shop", "namespace": "platform", "sectionName": section}])
}

fn http_routes(store: &mut Store) {
    let redirect = json!({"type": "RequestRedirect", "requestRedirect": {"scheme": "https", "statusCode": 301}});
    put(
        store,
        HTTP_ROUTES,
        "shop",
        "https-redirect",
        60 * DAY,
        json!({"spec": {"parentRefs": parent("http"), "hostnames": ["*.shop.example"],
        "rules": [{"matches": [path("/")], "filters": [redirect]}]}}),
    );
    let tester = json!({"path": {"type": "PathPrefix", "value": "/"}, "headers": [{"type": "Exact", "name": "x-tester", "value": "true"}]});
    put(
        store,
        HTTP_ROUTES,
        "shop",
        "web",
        58 * DAY,
        json!({"spec": {"parentRefs": parent("https"), "hostnames": ["www.shop.example"], "rules": [
        {"matches": [path("/")], "backendRefs": [backend("web", 80, 1)]},
        {"matches": [tester], "backendRefs": [backend("web-next", 80, 1)]},
        {"matches": [path("/cart")], "backendRefs": [backend("cart", 80, 1)], "timeouts": {"request": "5s"}},
        {"matches": [path("/api/catalog"), path("/api/products")], "backendRefs": [backend("catalog", 9080, 1)],
            "filters": [{"type": "URLRewrite", "urlRewrite": {"path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/"}}}]}]}}),
    );
    // Shadowed: the route above is older and asks for the same.
    put(
        store,
        HTTP_ROUTES,
        "shop",
        "cart-legacy",
        9 * DAY,
        json!({
        "metadata": {"annotations": {"note.shop.example/why": "cart of the old storefront, to be removed"}},
        "spec": {"parentRefs": parent("https"), "hostnames": ["www.shop.example"], "rules": [
            {"matches": [path("/cart")], "backendRefs": [backend("session", 80, 1)]}]}}),
    );
}

/// 90 to 10, as it was left when the canary was scaled down: the third of the planted problems.
pub fn canary(store: &mut Store) {
    put(
        store,
        HTTP_ROUTES,
        "shop",
        "checkout",
        32 * DAY,
        json!({
        "metadata": {"annotations": {"note.shop.example/rollout": "canary of checkout 5.3.0, 10 % since Tuesday"}},
        "spec": {"parentRefs": parent("https"), "hostnames": ["www.shop.example"], "rules": [
            {"matches": [path("/checkout")], "backendRefs": [backend("checkout", 80, 90), backend("checkout-canary", 80, 10)], "timeouts": {"request": "10s", "backendRequest": "4s"}}]}}),
    );
}

fn other_routes(store: &mut Store) {
    put(
        store,
        "grpcroutes.gateway.networking.k8s.io",
        "shop",
        "inventory",
        26 * DAY,
        json!({"spec": {"parentRefs": parent("https"), "hostnames": ["grpc.shop.example"],
        "rules": [{"matches": [{"method": {"type": "Exact", "service": "shop.inventory.v1.Inventory", "method": "Reserve"}}, {"method": {"type": "Exact", "service": "shop.inventory.v1.Inventory"}}],
            "backendRefs": [backend("inventory", 9090, 1)]}]}}),
    );
    put(
        store,
        HTTP_ROUTES,
        "platform",
        "auth",
        51 * DAY,
        json!({"spec": {"parentRefs": parent("https"), "hostnames": ["auth.shop.example"],
        "rules": [{"matches": [path("/")], "backendRefs": [backend("oauth2-proxy", 80, 1), json!({"group": "", "kind": "Service", "namespace": "shop", "name": "session", "port": 80, "weight": 0})]}]}}),
    );
    put(
        store,
        "referencegrants.gateway.networking.k8s.io",
        "shop",
        "auth-to-session",
        51 * DAY,
        json!({"spec": {
        "from": [{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "namespace": "platform"}], "to": [{"group": "", "kind": "Service", "name": "session"}]}}),
    );
}

fn to(host: &str, subset: &str, port: i64, weight: i64) -> Value {
    json!({"destination": {"host": host, "subset": subset, "port": {"number": port}}, "weight": weight})
}

fn only(host: &str, port: i64) -> Value {
    json!([{"destination": {"host": host, "port": {"number": port}}}])
}

fn virtual_services(store: &mut Store) {
    let retries = json!({"attempts": 2, "perTryTimeout": "1s", "retryOn": "5xx,connect-failure"});
    put(
        store,
        VIRTUAL,
        "shop",
        "catalog",
        41 * DAY,
        json!({"spec": {"hosts": ["catalog"], "http": [
        {"name": "testers", "match": [{"headers": {"end-user": {"exact": "tester"}}}], "route": [to("catalog", "v3", 9080, 100)]},
        {"name": "weighted", "route": [to("catalog", "v1", 9080, 80), to("catalog", "v2", 9080, 15), to("catalog", "v3", 9080, 5)], "timeout": "3s", "retries": retries}]}}),
    );
    put(
        store,
        VIRTUAL,
        "shop",
        "ratings",
        33 * DAY,
        json!({"spec": {"hosts": ["ratings"], "http": [
        {"name": "chaos", "match": [{"headers": {"x-chaos": {"exact": "delay"}}}], "fault": {"delay": {"percentage": {"value": 50.0}, "fixedDelay": "2s"}}, "route": only("ratings", 9080)},
        {"name": "plain", "route": only("ratings", 9080), "timeout": "2s"}]}}),
    );
    put(
        store,
        VIRTUAL,
        "shop",
        "pricing",
        21 * DAY,
        json!({"spec": {"hosts": ["pricing"], "http": [
        {"route": only("pricing", 80), "mirror": {"host": "pricing.shop-staging.svc.cluster.local", "port": {"number": 80}}, "mirrorPercentage": {"value": 10.0}}]}}),
    );
    put(
        store,
        VIRTUAL,
        "shop",
        "admin",
        47 * DAY,
        json!({"spec": {"hosts": ["admin.shop.example"], "gateways": ["platform/partners"], "http": [
        {"match": [{"uri": {"prefix": "/feeds"}}], "route": only("feed", 80), "rewrite": {"uri": "/"}},
        {"route": only("admin", 80)}]}}),
    );
    put(
        store,
        VIRTUAL,
        "shop",
        "payment-provider",
        36 * DAY,
        json!({"spec": {"hosts": ["api.pay.example"], "http": [
        {"route": only("api.pay.example", 443), "timeout": "8s", "retries": {"attempts": 3, "perTryTimeout": "2s"}}]}}),
    );
    put(
        store,
        "serviceentries.networking.istio.io",
        "shop",
        "payment-provider",
        36 * DAY,
        json!({"spec": {"hosts": ["api.pay.example"], "location": "MESH_EXTERNAL",
        "resolution": "DNS", "ports": [{"number": 443, "name": "https", "protocol": "TLS"}]}}),
    );
    put(
        store,
        "sidecars.networking.istio.io",
        "shop-staging",
        "default",
        30 * DAY + HOUR,
        json!({"spec": {"egress": [{"hosts": ["./*", "platform/*", "monitoring/*"]}]}}),
    );
}

fn destination_rules(store: &mut Store) {
    let subset = |version: &str| json!({"name": version, "labels": {"version": version}});
    let outliers = json!({"outlierDetection": {"consecutive5xxErrors": 5, "interval": "10s", "baseEjectionTime": "30s"}, "tls": {"mode": "ISTIO_MUTUAL"}});
    put(
        store,
        RULES,
        "shop",
        "catalog",
        41 * DAY,
        json!({"spec": {"host": "catalog", "trafficPolicy": outliers, "subsets": [subset("v1"), subset("v2"), subset("v3")]}}),
    );
    put(
        store,
        RULES,
        "shop",
        "ratings",
        33 * DAY,
        json!({"spec": {"host": "ratings", "trafficPolicy": {"loadBalancer": {"simple": "LEAST_REQUEST"}}, "subsets": [subset("v1")]}}),
    );
    put(
        store,
        RULES,
        "shop",
        "redis",
        33 * DAY,
        json!({"spec": {"host": "redis", "trafficPolicy": {"connectionPool": {"tcp": {"maxConnections": 200}}}}}),
    );
}
