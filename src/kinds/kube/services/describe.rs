//! A service as people read it: how to reach it, and what answers.

use crate::kinds::describe::conditions;
use crate::kinds::kube::endpointslices::{self, READY};
use crate::kinds::kube::facts::{Trouble, items, scalar, text};
use crate::kinds::kube::pods;
use crate::kinds::kube::pods::detail::{NAMED_PORTS, PHASE, PORTS};
use crate::kinds::kube::workload::describe::PODS;
use crate::model::{Around, Cell, Health, Link, Object, Scope, Section, Value};

/// The title under which the slices of a service are listed.
pub const SLICES: &str = "Endpoint slices";

pub fn describe(body: &Value, around: &Around<'_>) -> Vec<Section> {
    let (spec, status) = (&body["spec"], &body["status"]);
    let mut trouble = trouble(spec, around);
    if text(spec, "type") == "LoadBalancer" && entrances(&status["loadBalancer"]["ingress"]).is_empty() {
        trouble.add("Load balancer", "no address yet: nothing has made one for it", Health::Progress);
    }
    let trouble = trouble.section();
    let own = [service(spec, status), ports(spec, around)];
    trouble.into_iter().chain(own).chain(conditions(status)).collect()
}

/// What keeps requests from being answered, as far as the lists beside it are whole. Nothing of a service that picks no pods
/// itself: somebody else says where it leads.
fn trouble(spec: &Value, around: &Around<'_>) -> Trouble {
    let mut trouble = Trouble::default();
    let labels = selector(body_selector(spec));
    if labels.is_empty() || text(spec, "type") == "ExternalName" {
        return trouble;
    }
    // A name that leads nowhere for now is less than an address that refuses.
    let bad = if text(spec, "clusterIP") == "None" { Health::Warn } else { Health::Bad };
    let Some(pods) = around.whole(PODS) else { return trouble };
    let pods: Vec<&Object> = pods.iter().copied().filter(|pod| !is_over(pod)).collect();
    if pods.is_empty() {
        trouble.add("Selector", &format!("no pod has {}", labels.replace(',', " and ")), bad);
        return trouble;
    }
    items(spec, "ports").iter().for_each(|port| unnamed(&mut trouble, port, &pods, bad));
    if let Some(slices) = around.whole(SLICES) {
        let (ready, all) = endpoints(slices);
        match ready {
            0 if all == 0 => trouble.add("Endpoints", "none: no pod can be reached through it", bad),
            0 => trouble.add("Endpoints", &format!("none of {all} is ready: nothing answers"), bad),
            ready if ready < all => {
                trouble.add("Endpoints", &format!("{} of {all} not ready", all - ready), Health::Warn);
            }
            _ => {}
        }
    }
    trouble.pods(&pods);
    trouble
}

fn is_over(pod: &Object) -> bool {
    pod.health == Health::Leaving || matches!(pod.word(PHASE), "Succeeded" | "Failed")
}

/// Endpoints that take traffic, and all. One pod has an endpoint for each family of addresses.
fn endpoints(slices: &[&Object]) -> (u32, u32) {
    let counts = slices.iter().map(|slice| match slice.cell(READY) {
        Cell::Ratio(ready, all) => (*ready, *all),
        _ => (0, 0),
    });
    counts.fold((0, 0), |sum, of| (sum.0 + of.0, sum.1 + of.1))
}

fn protocol(port: &Value) -> &str {
    match text(port, "protocol") {
        "" => "TCP",
        protocol => protocol,
    }
}

/// A port that is sent on to a name leads only to pods that have a port of that name.
fn unnamed(trouble: &mut Trouble, port: &Value, pods: &[&Object], bad: Health) {
    let Some(name) = port["targetPort"].as_str() else { return };
    let wanted = format!("{name}/{}", protocol(port));
    let lacking = pods.iter().filter(|pod| !pod.word(NAMED_PORTS).split(',').any(|known| known == wanted)).count();
    let what = format!("Port {}", scalar(&port["port"]));
    let named = format!("a {} port called {name}", protocol(port));
    if lacking == pods.len() {
        let known = names(pods);
        let known =
            if known.is_empty() { "their ports have no names".to_owned() } else { format!("they have {known}") };
        trouble.add(&what, &format!("no container of its pods has {named}; {known}"), bad);
    } else if lacking > 0 {
        trouble.add(&what, &format!("{lacking} of {} pods have no container with {named}", pods.len()), Health::Warn);
    }
}

fn names(pods: &[&Object]) -> String {
    let mut names: Vec<&str> = pods.iter().flat_map(|pod| pod.word(NAMED_PORTS).split(',')).collect();
    names.retain(|name| !name.is_empty());
    names.sort_unstable();
    names.dedup();
    names.join(", ")
}

fn service(spec: &Value, status: &Value) -> Section {
    let mut section = Section::new("Service");
    let text = |key: &str| spec[key].as_str().unwrap_or_default();
    section.pair("type", text("type"));
    section.pair("selector", selector(body_selector(spec)).replace(',', "\n"));
    section.pair("cluster IPs", list(&spec["clusterIPs"]));
    section.pair("IP families", [text("ipFamilyPolicy").to_owned(), list(&spec["ipFamilies"])].join(" ").trim());
    section.pair("external IPs", list(&spec["externalIPs"]));
    section.pair("external name", text("externalName"));
    section.pair("load balancer class", text("loadBalancerClass"));
    section.pair("load balancer", entrances(&status["loadBalancer"]["ingress"]));
    section.pair("source ranges", list(&spec["loadBalancerSourceRanges"]));
    section.pair("external traffic", text("externalTrafficPolicy"));
    section.pair("internal traffic", text("internalTrafficPolicy"));
    section.pair("traffic distribution", text("trafficDistribution"));
    section.pair("session affinity", text("sessionAffinity"));
    if let Some(port) = spec["healthCheckNodePort"].as_i64() {
        section.cell("health check port", Cell::Count(port));
    }
    if spec["publishNotReadyAddresses"] == true {
        section.pair("unready addresses", "published");
    }
    section
}

fn ports(spec: &Value, around: &Around<'_>) -> Section {
    let mut section = Section::new("Ports");
    let ports = spec["ports"].as_array().map_or(&[][..], Vec::as_slice);
    let keys = ["name", "port", "targetPort", "nodePort", "protocol", "appProtocol"];
    let rows = ports.iter().map(|port| keys.map(|key| word(&port[key])));
    section.table(["NAME", "PORT", "TARGET", "NODE PORT", "PROTOCOL", "APP PROTOCOL"], rows);
    let pods = around.whole(PODS).unwrap_or_default();
    ports.iter().filter_map(|port| undeclared(port, pods)).for_each(|line| _ = section.line(0, line));
    section
}

/// Numbers need not be declared, so this is no more than a hint.
fn undeclared(port: &Value, pods: &[&Object]) -> Option<String> {
    let number = match &port["targetPort"] {
        Value::Null => &port["port"],
        target => target,
    };
    let wanted = format!("{}/{}", number.as_i64()?, protocol(port));
    let declared: Vec<&str> =
        pods.iter().flat_map(|pod| pod.word(PORTS).split(',')).filter(|port| !port.is_empty()).collect();
    let unknown = !declared.is_empty() && !declared.contains(&wanted.as_str());
    unknown.then(|| {
        format!("{wanted} is not a port that its pods declare; that is fine if they listen there nevertheless")
    })
}

fn word(value: &Value) -> Cell {
    match value.as_i64() {
        Some(number) => Cell::Count(number),
        None => Cell::text(value.as_str().unwrap_or_default()),
    }
}

fn list(words: &Value) -> String {
    words.as_array().into_iter().flatten().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
}

fn entrances(list: &Value) -> String {
    let address = |entrance: &Value| entrance["ip"].as_str().or(entrance["hostname"].as_str()).map(str::to_owned);
    list.as_array().into_iter().flatten().filter_map(address).collect::<Vec<_>>().join(", ")
}

fn body_selector(spec: &Value) -> impl Iterator<Item = (&str, &str)> {
    let labels = spec["selector"].as_object().into_iter().flatten();
    labels.filter_map(|(key, value)| Some((key.as_str(), value.as_str()?)))
}

fn selector<'a>(labels: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    labels.map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(",")
}

fn here(body: &Value) -> Option<Scope> {
    Some(Scope::namespace(body["metadata"]["namespace"].as_str()?))
}

/// The slices that controllers keep for it.
pub fn slices(body: &Value) -> Option<Link> {
    let name = body["metadata"]["name"].as_str()?;
    Some(Link::to(&endpointslices::KIND, here(body)?.labels(format!("kubernetes.io/service-name={name}"))))
}

/// The pods it selects; none when it selects nothing.
pub fn pods(body: &Value) -> Option<Link> {
    let labels = selector(body_selector(&body["spec"]));
    if labels.is_empty() {
        return None;
    }
    Some(Link::to(&pods::KIND, here(body)?.labels(labels)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds::kube::testing::{around, row, section};
    use crate::kinds::kube::{endpointslices, pods, services};
    use crate::model::{Arrived, Listed};

    fn pod(name: &str, ports: Value, ready: bool) -> Object {
        let status =
            json!({"phase": "Running", "containerStatuses": [{"name": "x", "ready": ready, "state": {"running": {}}}]});
        row(
            &pods::detail::KIND,
            json!({"metadata": {"name": name}, "spec": {"containers": [{"name": "x", "ports": ports}]}, "status": status}),
        )
    }

    fn slice(ready: &[bool]) -> Object {
        let ends: Vec<Value> =
            ready.iter().map(|ready| json!({"addresses": ["10.0.0.1"], "conditions": {"ready": ready}})).collect();
        row(&endpointslices::DETAIL, json!({"endpoints": ends}))
    }

    /// The trouble of a service of these pods and slices.
    fn told(body: &Value, slices: &[Object], pods: &[Object]) -> Vec<String> {
        let sections = describe(body, &around(&services::KIND, body, &[slices, pods]));
        let has = sections.iter().any(|section| section.title == "Trouble");
        if has { section(&sections, "Trouble") } else { Vec::new() }
    }

    #[test]
    fn a_service_that_leads_nowhere_says_why() {
        let web = || json!([{"name": "web", "containerPort": 80}]);
        assert_eq!(told(&body(), &[slice(&[true])], &[pod("a", web(), true)]), [""; 0]);
        assert_eq!(told(&body(), &[], &[]), ["Selector: no pod has app=web and tier=front (bad)"]);
        let other =
            json!([{"name": "http", "containerPort": 80}, {"name": "web", "containerPort": 80, "protocol": "UDP"}]);
        assert_eq!(
            told(&body(), &[slice(&[])], &[pod("a", other.clone(), true)]),
            [
                "Port 80: no container of its pods has a TCP port called web; they have http/TCP, web/UDP (bad)",
                "Endpoints: none: no pod can be reached through it (bad)",
            ]
        );
        assert_eq!(
            told(&body(), &[slice(&[true])], &[pod("a", web(), true), pod("b", other, true)]),
            ["Port 80: 1 of 2 pods have no container with a TCP port called web (warn)"]
        );
        assert_eq!(
            told(&body(), &[slice(&[false])], &[pod("a", web(), false)]),
            ["Endpoints: none of 1 is ready: nothing answers (bad)", "1 pod: running, but not ready (warn)"]
        );
        assert_eq!(
            told(&body(), &[slice(&[true, false])], &[pod("a", web(), true), pod("b", web(), true)]),
            ["Endpoints: 1 of 2 not ready (warn)"]
        );
    }

    #[test]
    fn what_picks_no_pods_itself_is_fine_and_numbers_are_only_hints() {
        for spec in [
            json!({"type": "ExternalName", "externalName": "x.example.com", "selector": {"app": "web"}}),
            json!({"type": "ClusterIP", "clusterIP": "10.0.0.1", "ports": [{"port": 80, "targetPort": "web"}]}),
        ] {
            let body = json!({"metadata": {"name": "web", "namespace": "shop"}, "spec": spec});
            assert_eq!(told(&body, &[], &[]), [""; 0], "{body}");
        }
        let mut numbered = body();
        numbered["spec"]["ports"][0]["targetPort"] = 8080.into();
        let declared = [pod("a", json!([{"containerPort": 80}]), true)];
        assert_eq!(told(&numbered, &[slice(&[true])], &declared), [""; 0]);
        let slices = [slice(&[true])];
        let sections = describe(&numbered, &around(&services::KIND, &numbered, &[&slices, &declared]));
        let hint = "8080/TCP is not a port that its pods declare; that is fine if they listen there nevertheless";
        assert_eq!(section(&sections, "Ports").last().map(String::as_str), Some(hint));
        let silent = [pod("a", json!([]), true)];
        let sections = describe(&numbered, &around(&services::KIND, &numbered, &[&slices, &silent]));
        assert_eq!(section(&sections, "Ports").len(), 2, "pods that declare nothing say nothing");
        let mut headless = body();
        headless["spec"]["clusterIP"] = "None".into();
        assert_eq!(told(&headless, &[], &[]), ["Selector: no pod has app=web and tier=front (warn)"]);
    }

    /// What has not come yet says nothing.
    #[test]
    fn a_list_that_still_comes_is_no_trouble() {
        let body = body();
        let mut around = Around::default();
        let what = services::KIND.description.related[1];
        around.add(&body, Listed { what, objects: Vec::new(), columns: &[], arrived: Arrived::NotYet });
        let sections = describe(&body, &around);
        assert!(sections.iter().all(|section| section.title != "Trouble"), "{sections:?}");
    }

    fn body() -> Value {
        json!({
            "metadata": {"name": "web", "namespace": "shop"},
            "spec": {"type": "LoadBalancer", "clusterIPs": ["10.0.0.1", "fd00::1"], "selector": {"app": "web", "tier": "front"},
                "ports": [{"name": "http", "port": 80, "targetPort": "web", "nodePort": 30080, "protocol": "TCP"}]},
            "status": {"loadBalancer": {"ingress": [{"ip": "9.9.9.9"}, {"hostname": "lb"}]},
                "conditions": [{"type": "Ready", "status": "True"}]}
        })
    }

    #[test]
    fn it_tells_how_to_reach_the_service() {
        let sections = describe(&body(), &Around::default());
        let titles: Vec<_> = sections.iter().map(|section| section.title.as_str()).collect();
        assert_eq!(titles, ["Service", "Ports", "Conditions"]);
        let mut expected = Section::new("Service");
        expected.pair("type", "LoadBalancer").pair("selector", "app=web\ntier=front");
        expected.pair("cluster IPs", "10.0.0.1, fd00::1").pair("load balancer", "9.9.9.9, lb");
        assert_eq!(sections[0], expected);
        let row =
            [Cell::text("http"), Cell::Count(80), Cell::text("web"), Cell::Count(30080), Cell::text("TCP"), Cell::None];
        assert_eq!(sections[1].facts[1], crate::model::Fact::Row(Box::new(row)));
    }

    #[test]
    fn slices_and_pods_are_found_by_labels() {
        let scope = |labels: &str| Scope::namespace("shop").labels(labels);
        let slices_link = Link::to(&endpointslices::KIND, scope("kubernetes.io/service-name=web"));
        assert_eq!(slices(&body()), Some(slices_link));
        assert_eq!(super::pods(&body()), Some(Link::to(&pods::KIND, scope("app=web,tier=front"))));
        assert_eq!(super::pods(&json!({"metadata": {"name": "x", "namespace": "y"}, "spec": {"selector": {}}})), None);
    }
}
