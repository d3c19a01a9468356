//! Knative: services that scale to nothing, and events that are brought to them (knative.dev/serving, networking, eventing).

use super::{READY, REASON, custom, reference, target};
use crate::kinds::kstatus::{condition, failing};
use crate::kinds::kube::facts::{items, pods_of, text};
use crate::model::{Address, Cell, Description, Door, Health, Kind, Link, Property, Related, Scope, Shape, Value};

pub static KINDS: &[&Kind] = &[
    &SERVICE,
    &CONFIGURATION,
    &REVISION,
    &ROUTE,
    &MAPPING,
    &AUTOSCALER,
    &METRIC,
    &INGRESS,
    &SERVERLESS,
    &CERTIFICATE,
    &CLAIM,
    &BROKER,
    &TRIGGER,
    &CHANNEL,
    &MEMORY,
    &SUBSCRIPTION,
    &API_SOURCE,
    &PING,
    &CONTAINER,
    &BINDING,
    &INTEGRATION,
    &INTEGRATION_SINK,
    &JOB_SINK,
    &EVENT_TYPE,
    &EVENT_POLICY,
    &TRANSFORM,
    &REQUEST_REPLY,
    &SEQUENCE,
    &PARALLEL,
];

const fn serving(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "serving.knative.dev", version: "v1", kind, plural, namespaced: true }
}

const fn autoscaling(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "autoscaling.internal.knative.dev", version: "v1alpha1", kind, plural, namespaced: true }
}

const fn networking(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "networking.internal.knative.dev", version: "v1alpha1", kind, plural, namespaced: true }
}

const fn eventing(version: &'static str, kind: &'static str, plural: &'static str) -> Address {
    Address { group: "eventing.knative.dev", version, kind, plural, namespaced: true }
}

const fn messaging(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "messaging.knative.dev", version: "v1", kind, plural, namespaced: true }
}

const fn sources(version: &'static str, kind: &'static str, plural: &'static str) -> Address {
    Address { group: "sources.knative.dev", version, kind, plural, namespaced: true }
}

const fn sinks(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "sinks.knative.dev", version: "v1alpha1", kind, plural, namespaced: true }
}

const fn flows(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "flows.knative.dev", version: "v1", kind, plural, namespaced: true }
}

const URL: Property = Property::value("URL", 34, ".status.url").rank(4);
const ADDRESS: Property = Property::value("URL", 34, ".status.address.url").rank(4);
const TRAFFIC: Property = Property::made("TRAFFIC", 24, |body| Cell::text(traffic(&body["status"]))).rank(2);
const CREATED: Property = Property::value("LATEST-CREATED", 14, ".status.latestCreatedRevisionName").rank(5);
const LATEST: Property = Property::value("LATEST-READY", 14, ".status.latestReadyRevisionName").rank(3);
const ACTIVE: Property = Property::value("ACTIVE", 7, ".status.conditions[?(@.type==\"Active\")].status").rank(3);
const DEAD: Property = Property::value("DEAD-LETTER", 20, ".status.deadLetterSinkUri").rank(6);
const SUBSCRIBER: Property =
    Property::made("SUBSCRIBER", 22, |body| Cell::text(place(body, &body["spec"]["subscriber"]))).rank(2);
const SINK: Property = Property::value("SINK", 34, ".status.sinkUri").rank(3);

// Serving.

static SERVICE_COLUMNS: [Property; 9] = [
    URL,
    TRAFFIC,
    LATEST,
    CREATED,
    READY,
    REASON,
    Property::made("SCALE", 7, |body| Cell::text(bounds(&body["spec"]["template"]["metadata"]["annotations"]))).rank(5),
    Property::made("VISIBILITY", 13, |body| Cell::text(visibility(body))).rank(6),
    Property::AGE,
];
static SERVICE: Kind = Kind {
    name: "ksvc",
    aliases: &["kservice"],
    address: serving("Service", "services"),
    columns: &Property::columns(&SERVICE_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".status.traffic", ".spec.template.metadata.annotations"],
        link: |body| revisions(body, "serving.knative.dev/service"),
        ..Shape::of(&SERVICE_COLUMNS, failing)
    }),
    ..custom()
};

static CONFIGURATION_COLUMNS: [Property; 5] = [CREATED, LATEST, READY, REASON, Property::AGE];
static CONFIGURATION: Kind = Kind {
    name: "configurations",
    aliases: &["cfg", "config"],
    address: serving("Configuration", "configurations"),
    columns: &Property::columns(&CONFIGURATION_COLUMNS),
    door: Door::Json(&Shape {
        link: |body| revisions(body, "serving.knative.dev/configuration"),
        ..Shape::of(&CONFIGURATION_COLUMNS, failing)
    }),
    ..custom()
};

static REVISION_COLUMNS: [Property; 11] = [
    Property::value("CONFIG", 14, ".metadata.labels.serving\\.knative\\.dev/configuration").rank(3),
    Property::value("GENERATION", 10, ".metadata.labels.serving\\.knative\\.dev/configurationGeneration")
        .number()
        .rank(4),
    Property::value("ROUTING", 8, ".metadata.labels.serving\\.knative\\.dev/routingState").rank(3),
    READY,
    REASON,
    ACTIVE,
    Property::value("ACTUAL", 6, ".status.actualReplicas").number().rank(2),
    Property::value("DESIRED", 7, ".status.desiredReplicas").number().rank(2),
    Property::value("IMAGE", 40, ".status.containerStatuses[0].imageDigest").wide(),
    Property::value("PINNED", 6, ".metadata.annotations.serving\\.knative\\.dev/no-gc").wide(),
    Property::AGE,
];
static REVISION: Kind = Kind {
    name: "revisions",
    aliases: &["rev"],
    address: serving("Revision", "revisions"),
    columns: &Property::columns(&REVISION_COLUMNS),
    door: Door::Json(&Shape { link: pods, ..Shape::of(&REVISION_COLUMNS, unless_idle) }),
    ..custom()
};

static ROUTE_COLUMNS: [Property; 5] = [URL, TRAFFIC, READY, REASON, Property::AGE];
// The routes of meshes have the plural and `rt`.
static ROUTE: Kind = Kind {
    name: "kroute",
    aliases: &["kroutes"],
    address: serving("Route", "routes"),
    columns: &Property::columns(&ROUTE_COLUMNS),
    door: Door::Json(&Shape { needs: &[".status.traffic"], link: routed, ..Shape::of(&ROUTE_COLUMNS, failing) }),
    ..custom()
};

static MAPPING_COLUMNS: [Property; 5] = [
    URL,
    Property::made("REF", 24, |body| Cell::text(reference(body, &body["spec"]["ref"]))).rank(2),
    READY,
    REASON,
    Property::AGE,
];
static MAPPING: Kind = Kind {
    name: "domainmappings",
    aliases: &["dm"],
    address: Address { version: "v1beta1", ..serving("DomainMapping", "domainmappings") },
    columns: &Property::columns(&MAPPING_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".spec.ref"],
        link: |body| target(body, &body["spec"]["ref"]),
        ..Shape::of(&MAPPING_COLUMNS, failing)
    }),
    ..custom()
};

static AUTOSCALER_COLUMNS: [Property; 7] = [
    Property::value("DESIRED", 7, ".status.desiredScale").number().rank(2),
    Property::value("ACTUAL", 6, ".status.actualScale").number().rank(2),
    READY,
    REASON,
    ACTIVE,
    Property::value("REACHABILITY", 12, ".spec.reachability").rank(4),
    Property::AGE,
];
static AUTOSCALER: Kind = Kind {
    name: "podautoscalers",
    aliases: &["pa", "kpa"],
    address: autoscaling("PodAutoscaler", "podautoscalers"),
    columns: &Property::columns(&AUTOSCALER_COLUMNS),
    door: Door::Json(&Shape { link: pods, ..Shape::of(&AUTOSCALER_COLUMNS, unless_idle) }),
    ..custom()
};

static PLAIN_COLUMNS: [Property; 3] = [READY, REASON, Property::AGE];
static METRIC: Kind = Kind {
    name: "metrics",
    address: autoscaling("Metric", "metrics"),
    columns: &Property::columns(&PLAIN_COLUMNS),
    door: Door::Json(&Shape { link: pods, ..Shape::of(&PLAIN_COLUMNS, failing) }),
    ..custom()
};

// What networks are made of.

static INGRESS: Kind = Kind {
    name: "kingress",
    aliases: &["king"],
    address: networking("Ingress", "ingresses"),
    columns: &Property::columns(&PLAIN_COLUMNS),
    door: Door::Json(&Shape::of(&PLAIN_COLUMNS, failing)),
    ..custom()
};

static SERVERLESS_COLUMNS: [Property; 7] = [
    Property::value("MODE", 6, ".spec.mode").rank(2),
    Property::value("ACTIVATORS", 10, ".spec.numActivators").number().rank(3),
    Property::value("SERVICE", 20, ".status.serviceName").rank(4),
    Property::value("PRIVATE-SERVICE", 20, ".status.privateServiceName").rank(5),
    READY,
    REASON,
    Property::AGE,
];
static SERVERLESS: Kind = Kind {
    name: "serverlessservices",
    aliases: &["sks"],
    address: networking("ServerlessService", "serverlessservices"),
    columns: &Property::columns(&SERVERLESS_COLUMNS),
    door: Door::Json(&Shape::of(&SERVERLESS_COLUMNS, unless_idle)),
    ..custom()
};

static CERTIFICATE: Kind =
    Kind { name: "kcert", address: networking("Certificate", "certificates"), aliases: &[], ..INGRESS };

static CLAIM_COLUMNS: [Property; 2] = [Property::value("CLAIMED-BY", 20, ".spec.namespace"), Property::AGE];
static CLAIM: Kind = Kind {
    name: "clusterdomainclaims",
    aliases: &["cdc"],
    address: Address { namespaced: false, ..networking("ClusterDomainClaim", "clusterdomainclaims") },
    columns: &Property::columns(&CLAIM_COLUMNS),
    door: Door::Json(&Shape::of(&CLAIM_COLUMNS, failing)),
    ..custom()
};

// Eventing.

static BROKER_COLUMNS: [Property; 6] = [
    ADDRESS,
    Property::value("CLASS", 16, ".metadata.annotations.eventing\\.knative\\.dev/broker\\.class").rank(3),
    READY,
    REASON,
    DEAD,
    Property::AGE,
];
static BROKER: Kind = Kind {
    name: "brokers",
    address: eventing("v1", "Broker", "brokers"),
    columns: &Property::columns(&BROKER_COLUMNS),
    door: Door::Json(&Shape { link: triggers, ..Shape::of(&BROKER_COLUMNS, failing) }),
    ..custom()
};

static TRIGGER_COLUMNS: [Property; 7] = [
    Property::made("BROKER", 14, |body| Cell::text(broker(&body["spec"]))).rank(2),
    SUBSCRIBER,
    Property::made("FILTER", 24, |body| Cell::text(filter(&body["spec"]))).rank(3),
    READY,
    REASON,
    DEAD,
    Property::AGE,
];
static TRIGGER: Kind = Kind {
    name: "triggers",
    address: eventing("v1", "Trigger", "triggers"),
    columns: &Property::columns(&TRIGGER_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".spec.broker", ".spec.brokerRef.name", ".spec.subscriber", ".spec.filter", ".spec.filters"],
        link: |body| target(body, &body["spec"]["subscriber"]["ref"]),
        ..Shape::of(&TRIGGER_COLUMNS, failing)
    }),
    ..custom()
};

static CHANNEL_COLUMNS: [Property; 5] =
    [ADDRESS, READY, REASON, Property::count("SUBSCRIBERS", 11, ".status.subscribers[*].uid").rank(2), Property::AGE];
static CHANNEL: Kind = Kind {
    name: "channels",
    aliases: &["ch"],
    address: messaging("Channel", "channels"),
    columns: &Property::columns(&CHANNEL_COLUMNS),
    door: Door::Json(&Shape::of(&CHANNEL_COLUMNS, failing)),
    description: SUBSCRIBED,
    ..custom()
};
static MEMORY: Kind = Kind {
    name: "inmemorychannels",
    aliases: &["imc"],
    address: messaging("InMemoryChannel", "inmemorychannels"),
    ..CHANNEL
};

/// The page of a channel: who subscribes to it.
const SUBSCRIBED: Description = Description::BODY.with(&[Related::new("Subscriptions", |channel| {
    Some(Link::to(&SUBSCRIPTION, Scope::namespace(text(&channel["metadata"], "namespace"))))
})
.keep(|channel, _, subscription| {
    let (kind, name) = (text(channel, "kind"), text(&channel["metadata"], "name"));
    subscription.word("CHANNEL").split_once('/') == Some((kind, name))
})
.columns(&["READY", "SUBSCRIBER", "REPLY"])]);

static SUBSCRIPTION_COLUMNS: [Property; 7] = [
    Property::made("CHANNEL", 22, |body| Cell::text(reference(body, &body["spec"]["channel"]))).rank(2),
    SUBSCRIBER,
    Property::made("REPLY", 20, |body| Cell::text(place(body, &body["spec"]["reply"]))).rank(4),
    Property::value("DEAD-LETTER", 20, ".status.physicalSubscription.deadLetterSinkUri").rank(6),
    READY,
    REASON,
    Property::AGE,
];
static SUBSCRIPTION: Kind = Kind {
    name: "subscriptions.messaging.knative.dev",
    aliases: &["ksub"],
    address: messaging("Subscription", "subscriptions"),
    columns: &Property::columns(&SUBSCRIPTION_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".spec.channel", ".spec.subscriber", ".spec.reply"],
        link: |body| target(body, &body["spec"]["subscriber"]["ref"]),
        ..Shape::of(&SUBSCRIPTION_COLUMNS, failing)
    }),
    ..custom()
};

// Where events come from, and where they end.

static SOURCE_COLUMNS: [Property; 4] = [SINK, READY, REASON, Property::AGE];
const SOURCE: Shape = Shape {
    needs: &[".spec.sink.ref"],
    link: |body| target(body, &body["spec"]["sink"]["ref"]),
    ..Shape::of(&SOURCE_COLUMNS, failing)
};
static API_SOURCE: Kind = Kind {
    name: "apiserversources",
    address: sources("v1", "ApiServerSource", "apiserversources"),
    columns: &Property::columns(&SOURCE_COLUMNS),
    door: Door::Json(&SOURCE),
    ..custom()
};
static CONTAINER: Kind =
    Kind { name: "containersources", address: sources("v1", "ContainerSource", "containersources"), ..API_SOURCE };
static BINDING: Kind =
    Kind { name: "sinkbindings", address: sources("v1", "SinkBinding", "sinkbindings"), ..API_SOURCE };
static INTEGRATION: Kind = Kind {
    name: "integrationsources",
    address: sources("v1alpha1", "IntegrationSource", "integrationsources"),
    ..API_SOURCE
};

static PING_COLUMNS: [Property; 5] =
    [SINK, Property::value("SCHEDULE", 14, ".spec.schedule").rank(2), READY, REASON, Property::AGE];
static PING: Kind = Kind {
    name: "pingsources",
    address: sources("v1", "PingSource", "pingsources"),
    columns: &Property::columns(&PING_COLUMNS),
    door: Door::Json(&Shape { properties: &PING_COLUMNS, older: &["v1beta2"], ..SOURCE }),
    ..custom()
};

static ADDRESSED_COLUMNS: [Property; 4] = [ADDRESS, READY, REASON, Property::AGE];
static INTEGRATION_SINK: Kind = Kind {
    name: "integrationsinks",
    address: sinks("IntegrationSink", "integrationsinks"),
    columns: &Property::columns(&ADDRESSED_COLUMNS),
    door: Door::Json(&Shape::of(&ADDRESSED_COLUMNS, failing)),
    ..custom()
};
static JOB_SINK: Kind = Kind { name: "jobsinks", address: sinks("JobSink", "jobsinks"), ..INTEGRATION_SINK };

static EVENT_TYPE_COLUMNS: [Property; 7] = [
    Property::made("TYPE", 26, |body| Cell::text(attribute(&body["spec"], "type"))).rank(2),
    Property::made("SOURCE", 24, |body| Cell::text(attribute(&body["spec"], "source"))).rank(4),
    Property::made("SCHEMA", 20, |body| Cell::text(schema(&body["spec"]))).rank(5),
    Property::made("REFERENCE", 20, |body| Cell::text(reference(body, &body["spec"]["reference"]))).rank(3),
    Property::value("DESCRIPTION", 24, ".spec.description").rank(6),
    READY,
    Property::AGE,
];
static EVENT_TYPE: Kind = Kind {
    name: "eventtypes",
    address: eventing("v1beta3", "EventType", "eventtypes"),
    columns: &Property::columns(&EVENT_TYPE_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".spec.attributes", ".spec.type", ".spec.source", ".spec.schema", ".spec.reference"],
        older: &["v1beta2", "v1beta1"],
        ..Shape::of(&EVENT_TYPE_COLUMNS, failing)
    }),
    ..custom()
};

static EVENT_POLICY: Kind = Kind {
    name: "eventpolicies",
    address: eventing("v1alpha1", "EventPolicy", "eventpolicies"),
    aliases: &[],
    ..INGRESS
};
static TRANSFORM: Kind = Kind {
    name: "eventtransforms",
    address: eventing("v1alpha1", "EventTransform", "eventtransforms"),
    ..INTEGRATION_SINK
};
static REQUEST_REPLY: Kind = Kind {
    name: "requestreplies",
    aliases: &["rr"],
    address: eventing("v1alpha1", "RequestReply", "requestreplies"),
    ..INTEGRATION_SINK
};

static SEQUENCE_COLUMNS: [Property; 5] =
    [ADDRESS, Property::count("STEPS", 5, ".spec.steps[*]").rank(2), READY, REASON, Property::AGE];
static SEQUENCE: Kind = Kind {
    name: "sequences",
    address: flows("Sequence", "sequences"),
    columns: &Property::columns(&SEQUENCE_COLUMNS),
    door: Door::Json(&Shape::of(&SEQUENCE_COLUMNS, failing)),
    ..custom()
};
static PARALLEL_COLUMNS: [Property; 5] =
    [ADDRESS, Property::count("STEPS", 5, ".spec.branches[*]").rank(2), READY, REASON, Property::AGE];
static PARALLEL: Kind = Kind {
    name: "parallels",
    address: flows("Parallel", "parallels"),
    columns: &Property::columns(&PARALLEL_COLUMNS),
    door: Door::Json(&Shape::of(&PARALLEL_COLUMNS, failing)),
    ..custom()
};

/// What gets no requests runs nowhere, which is no failure: it starts with the next request. Autoscalers are then not
/// ready for that reason.
fn unless_idle(body: &Value) -> Health {
    let of = |name: &str| condition(body, name).map(|told| (text(told, "status"), text(told, "reason")));
    let health = failing(body);
    match (of("Active"), of("Ready")) {
        _ if health == Health::Leaving => health,
        (Some(("False", "NoTraffic")), Some(("True", _) | ("False", "NoTraffic"))) => Health::Done,
        _ => health,
    }
}

fn revisions(body: &Value, label: &str) -> Option<Link> {
    let meta = &body["metadata"];
    Some(Link::to(
        &REVISION,
        Scope::namespace(text(meta, "namespace")).labels(format!("{label}={}", text(meta, "name"))),
    ))
}

/// The revisions of a service to which its route leads.
fn routed(route: &Value) -> Option<Link> {
    let meta = &route["metadata"];
    let service = text(&meta["labels"], "serving.knative.dev/service");
    let labels = format!("serving.knative.dev/service={service},serving.knative.dev/routingState=active");
    (!service.is_empty()).then(|| Link::to(&REVISION, Scope::namespace(text(meta, "namespace")).labels(labels)))
}

/// The pods of a revision, and of what is named after one.
fn pods(body: &Value) -> Option<Link> {
    Some(pods_of(body, format!("serving.knative.dev/revision={}", text(&body["metadata"], "name"))))
}

/// Triggers bear the name of their broker (eventing, `trigger_defaults.go`).
fn triggers(broker: &Value) -> Option<Link> {
    let meta = &broker["metadata"];
    let labels = format!("eventing.knative.dev/broker={}", text(meta, "name"));
    Some(Link::to(&TRIGGER, Scope::namespace(text(meta, "namespace")).labels(labels)))
}

/// `90% web-00002, 10% web-00001 #old`: who gets how much, and the names under which parts are reached alone.
fn traffic(status: &Value) -> String {
    let one = |target: &Value| {
        let share = target["percent"].as_i64().filter(|share| *share > 0).map(|share| format!("{share}% "));
        let tag = Some(text(target, "tag")).filter(|tag| !tag.is_empty()).map(|tag| format!(" #{tag}"));
        format!("{}{}{}", share.unwrap_or_default(), text(target, "revisionName"), tag.unwrap_or_default())
    };
    items(status, "traffic").iter().map(one).collect::<Vec<_>>().join(", ")
}

/// `1-5`: from how many to how many copies. Without an upper bound `1-`.
fn bounds(annotations: &Value) -> String {
    let [low, high] =
        ["min", "max"].map(|bound| match text(annotations, &format!("autoscaling.knative.dev/{bound}-scale")) {
            // Elder names of the same annotations.
            "" => text(annotations, &format!("autoscaling.knative.dev/{bound}Scale")),
            scale => scale,
        });
    if low.is_empty() && high.is_empty() {
        String::new()
    } else {
        format!("{}-{high}", if low.is_empty() { "0" } else { low })
    }
}

/// Who reaches it.
fn visibility(body: &Value) -> &'static str {
    match text(&body["metadata"]["labels"], "networking.knative.dev/visibility") {
        "cluster-local" => "cluster-local",
        _ => "external",
    }
}

fn broker(spec: &Value) -> &str {
    let all = [text(spec, "broker"), text(&spec["brokerRef"], "name")];
    all.into_iter().find(|name| !name.is_empty()).unwrap_or_default()
}

/// Where events go: an object, an address, or the path of an object.
fn place(body: &Value, destination: &Value) -> String {
    format!("{}{}", reference(body, &destination["ref"]), text(destination, "uri"))
}

/// `type=order.created`, or how many filters there are of other sorts.
fn filter(spec: &Value) -> String {
    let attributes = spec["filter"]["attributes"].as_object().into_iter().flatten();
    let pairs: Vec<String> =
        attributes.map(|(name, value)| format!("{name}={}", value.as_str().unwrap_or_default())).collect();
    match items(spec, "filters") {
        [] => pairs.join(","),
        [one] => one.as_object().and_then(|one| one.keys().next()).cloned().unwrap_or_default(),
        several => format!("{} filters", several.len()),
    }
}

/// An attribute of a type of events: an item of a list since v1beta3, a field before.
fn attribute<'a>(spec: &'a Value, name: &str) -> &'a str {
    let listed = items(spec, "attributes").iter().find(|attribute| text(attribute, "name") == name);
    listed.map_or_else(|| text(spec, name), |attribute| text(attribute, "value"))
}

fn schema(spec: &Value) -> &str {
    let all = [attribute(spec, "dataschema"), text(spec, "schema")];
    all.into_iter().find(|schema| !schema.is_empty()).unwrap_or_default()
}
