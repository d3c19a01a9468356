//! What a container is, as far as the cluster can tell: its program by its image, its settings by its environment,
//! and what becomes of it.

use serde_json::Value;

use super::body::{list, namespace, text, the, uid};
use super::chance::hash;
use crate::demo::store::Store;
use crate::model::Time;

/// What becomes of a container that was started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    Serves,
    /// Ends after so many milliseconds, with an exit code and the last thing it says.
    Ends(i64, i64, String),
}

/// `registry.shop.example/shop/payment:2.3.1` is `payment`.
pub fn program(image: &str) -> &str {
    let last = image.rsplit('/').next().unwrap_or(image);
    last.split([':', '@']).next().unwrap_or(last)
}

/// Whether a pod takes settings from the ConfigMap or Secret of this name.
pub fn refers(pod: &Value, config: &str) -> bool {
    let of_container = |container: &Value| {
        let whole = list(container, "envFrom").iter().any(|from| is_from(from, config));
        let one = |variable: &Value| {
            [&variable["valueFrom"]["configMapKeyRef"], &variable["valueFrom"]["secretKeyRef"]]
                .iter()
                .any(|from| text(from, "name") == config)
        };
        whole || list(container, "env").iter().any(one)
    };
    list(pod, "spec.containers").iter().any(of_container)
}

fn is_from(from: &Value, config: &str) -> bool {
    text(from, "configMapRef.name") == config || text(from, "secretRef.name") == config
}

/// The environment of a container with everything it refers to; or what is missing.
pub fn environment(store: &Store, pod: &Value, container: &Value) -> Result<Vec<(String, String)>, String> {
    let home = namespace(pod);
    let mut out = Vec::new();
    for from in list(container, "envFrom") {
        let (kind, name) = match text(from, "configMapRef.name") {
            "" => ("secret", text(from, "secretRef.name")),
            name => ("configmap", name),
        };
        let found = store.find(the(if kind == "secret" { "secrets" } else { "configmaps" }), home, name);
        let found = found.ok_or_else(|| format!("{kind} {name:?} not found"))?;
        for (key, value) in found["data"].as_object().into_iter().flatten() {
            out.push((key.clone(), value.as_str().unwrap_or_default().to_owned()));
        }
    }
    for variable in list(container, "env") {
        let value = value(store, home, variable)?;
        out.push((text(variable, "name").to_owned(), value));
    }
    Ok(out)
}

fn value(store: &Store, home: &str, variable: &Value) -> Result<String, String> {
    let from = &variable["valueFrom"];
    for (field, resource, kind) in
        [("configMapKeyRef", "configmaps", "configmap"), ("secretKeyRef", "secrets", "secret")]
    {
        let reference = &from[field];
        let (name, key) = (text(reference, "name"), text(reference, "key"));
        if !reference.is_object() || reference["optional"] == true {
            continue;
        }
        let found = store.find(the(resource), home, name).ok_or_else(|| format!("{kind} {name:?} not found"))?;
        let value = found["data"][key].as_str();
        return value.map(str::to_owned).ok_or_else(|| {
            let title = if kind == "secret" { "Secret" } else { "ConfigMap" };
            format!("couldn't find key {key} in {title} {home}/{name}")
        });
    }
    Ok(text(variable, "value").to_owned())
}

pub fn fate(store: &Store, pod: &Value, settings: &[(String, String)]) -> Fate {
    let main = &pod["spec"]["containers"][0];
    if text(pod, "spec.restartPolicy") != "Always" && !text(pod, "spec.restartPolicy").is_empty() {
        return work(pod, program(text(main, "image")));
    }
    let database = settings.iter().rev().find(|(name, _)| name == "DATABASE_URL").map(|(_, url)| url.as_str());
    if let Some(missing) = database.and_then(|url| unknown_host(store, namespace(pod), url)) {
        let text = format!(
            "FATAL cannot reach the database: lookup {missing} on 10.96.0.10:53: no such host (from DATABASE_URL; is there a Service of that name?)"
        );
        return Fate::Ends(2_600, 1, text);
    }
    Fate::Serves
}

/// The host of a URL, when it means a service of the cluster that is not there.
fn unknown_host(store: &Store, home: &str, url: &str) -> Option<String> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest);
    let host = rest.split([':', '/', '?']).next().unwrap_or_default();
    let mut labels = host.split('.');
    let (name, place) = (labels.next().unwrap_or_default(), labels.next().unwrap_or(home));
    let inside = !host.contains('.')
        || host.ends_with(".svc")
        || host.ends_with(".svc.cluster.local")
        || host.matches('.').count() == 1;
    (inside && store.find(the("services"), place, name).is_none()).then(|| host.to_owned())
}

/// A task: most of them succeed; one of four invoice exports does not.
fn work(pod: &Value, program: &str) -> Fate {
    let bits = hash(uid(pod));
    let lasts = 5_000 + (bits % 14_000) as i64;
    match program {
        "invoice-export" if bits >> 32 & 3 == 0 => Fate::Ends(
            lasts,
            1,
            "ERROR export failed: upstream ledger answered 502 Bad Gateway after 3 attempts".to_owned(),
        ),
        "image-prune" if bits >> 32 & 7 == 0 => {
            Fate::Ends(lasts, 2, "ERROR registry refused DELETE: 405 Method Not Allowed".to_owned())
        }
        _ => Fate::Ends(lasts, 0, String::new()),
    }
}

/// How long a container takes until it is ready.
pub fn warm_up(pod: &Value) -> i64 {
    1_200 + (hash(uid(pod)) % 2_400) as i64
}

/// When the running instance of the main container began.
pub fn started(pod: &Value) -> Option<Time> {
    list(pod, "status.containerStatuses").first().and_then(|main| super::body::time(main, "state.running.startedAt"))
}
