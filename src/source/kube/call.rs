//! Carries out requests: one object, once. A request that the server refuses is not repeated.

use std::sync::Arc;

use http::{HeaderMap, Method, Request as Http, header};
use kube::client::Body;
use serde_json::{Map, json};

use super::ask::{self, JSON};
use super::server::Server;
use super::wire::unreadable;
use crate::model::{Error, Patch, Reply, Request, Result, Value, What};

const MERGE: &str = "application/merge-patch+json";
const STRATEGIC: &str = "application/strategic-merge-patch+json";
const OPERATIONS: &str = "application/json-patch+json";
const APPLY: &str = "application/apply-patch+yaml";

/// The names under which the server records who set a field: the first for apply, the second for all other writes.
const MANAGER: &str = "spyhop";
const EDITOR: &str = "spyhop-edit";
/// The name that `kubectl apply` uses.
const KUBECTL: &str = "kubectl-client-side-apply";

pub async fn call(server: Arc<Server>, request: Request) -> Result<Reply> {
    if let What::Do { name, .. } = request.what {
        return Err(Error::Unsupported(format!("a Kubernetes API server cannot do '{name}'")));
    }
    let sent = server.send(http(&request)?).await;
    let mut reply = sent.map_err(|error| untold(&request, error))?;
    let warnings = warnings(&reply.head.headers);
    let body = server.collect(&mut reply).await?;
    let body = serde_json::from_slice(&body).map_err(unreadable)?;
    Ok(Reply { body, warnings })
}

/// The whole answer of a server if a `test` in a JSON patch fails (apimachinery's `NewGenericServerResponse`). Its
/// reason is Invalid, as for a wrong field, but it has no kind, no name and no cause.
const UNTOLD: &str = "the server rejected our request due to an error in our request";

/// The answers of a server if the object has another uid than the request: for a patch of a subresource, for a
/// deletion, and for a patch of the object itself.
const ANOTHER: [&str; 3] = ["UID in precondition", "the UID in the precondition", "metadata.uid: Invalid value"];

/// Explains the refusal if the object has changed or is another one.
fn untold(request: &Request, error: Error) -> Error {
    let text = error.text();
    let json = matches!(&request.what, What::Patch(patch) if matches!(**patch, Patch::Json(_)));
    if json && matches!(error, Error::Invalid(_)) && text.starts_with(UNTOLD) {
        return Error::Conflict("somebody changed it meanwhile: nothing was saved; reload and try again".into());
    }
    if !request.uid.is_empty() && ANOTHER.iter().any(|said| text.contains(said)) {
        let words = "it is another one now: the one that you saw was deleted, and one of its name was made since";
        return Error::Conflict(format!("{words}; nothing was changed"));
    }
    error
}

/// A request as HTTP.
struct Wire {
    method: Method,
    body: Option<(&'static str, Vec<u8>)>,
    /// The parameters that all requests of this sort have.
    params: &'static [(&'static str, &'static str)],
}

const READ: &[(&str, &str)] = &[];
/// Strict, because a field that the server does not know is a mistake of the user.
const WHOLE: &[(&str, &str)] = &[("fieldManager", EDITOR), ("fieldValidation", "Strict")];
const PART: &[(&str, &str)] = &[("fieldManager", EDITOR)];
const APPLIED: &[(&str, &str)] = &[("fieldManager", MANAGER), ("fieldValidation", "Strict")];
const KEPT: &[(&str, &str)] = &[("fieldManager", KUBECTL), ("fieldValidation", "Strict")];
const FORCED: &[(&str, &str)] = &[("fieldManager", MANAGER), ("fieldValidation", "Strict"), ("force", "true")];

fn wire(request: &Request) -> Wire {
    let new = |method, body, params| Wire { method, body, params };
    let json = |kind, body: &Value| Some((kind, body.to_string().into_bytes()));
    match &request.what {
        What::Get => new(Method::GET, None, READ),
        What::Create(body) => new(Method::POST, json(JSON, body), WHOLE),
        What::Replace(body) => new(Method::PUT, json(JSON, body), WHOLE),
        What::Apply { body, force } => new(Method::PATCH, json(APPLY, body), if *force { FORCED } else { APPLIED }),
        What::Patch(patch) => {
            let (kind, body) = written(patch, &request.uid);
            let params = if matches!(**patch, Patch::Kubectl(_)) { KEPT } else { PART };
            new(Method::PATCH, json(kind, &body), params)
        }
        What::Delete { .. } => new(Method::DELETE, json(JSON, &options(request)), READ),
        // `call` has refused these already.
        What::Do { .. } => new(Method::GET, None, READ),
    }
}

/// The body of a deletion: `DeleteOptions` with the fields that were asked for. A server that gets a body ignores the
/// parameters, so `dryRun` has to be in the body.
fn options(request: &Request) -> Value {
    let mut options =
        Map::from_iter([("kind".to_owned(), json!("DeleteOptions")), ("apiVersion".to_owned(), json!("v1"))]);
    let What::Delete { grace, propagation } = &request.what else { return Value::Object(options) };
    if request.dry {
        options.insert("dryRun".to_owned(), json!(["All"]));
    }
    if !request.uid.is_empty() {
        options.insert("preconditions".to_owned(), json!({"uid": request.uid.as_str()}));
    }
    if let Some(secs) = grace {
        options.insert("gracePeriodSeconds".to_owned(), json!(secs));
    }
    if let Some(propagation) = propagation {
        options.insert("propagationPolicy".to_owned(), json!(propagation.word()));
    }
    Value::Object(options)
}

/// The content type and body of a patch. The uid is added as a precondition: the server refuses to change it.
fn written(patch: &Patch, uid: &str) -> (&'static str, Value) {
    let merged = |body: &Value| {
        let mut body = body.clone();
        if let Some(body) = body.as_object_mut().filter(|_| !uid.is_empty()) {
            let metadata = body.entry("metadata").or_insert_with(|| json!({}));
            metadata.as_object_mut().into_iter().for_each(|metadata| drop(metadata.insert("uid".into(), json!(uid))));
        }
        body
    };
    match patch {
        Patch::Merge(body) | Patch::Kubectl(body) => (MERGE, merged(body)),
        Patch::Strategic(body) => (STRATEGIC, merged(body)),
        Patch::Json(body) => {
            let test = json!({"op": "test", "path": "/metadata/uid", "value": uid});
            let tests = (!uid.is_empty()).then_some(test);
            let operations = body.as_array().into_iter().flatten().cloned();
            (OPERATIONS, Value::Array(tests.into_iter().chain(operations).collect()))
        }
    }
}

fn http(request: &Request) -> Result<Http<Body>> {
    let id = &request.id;
    request.check()?;
    let whole = matches!(request.what, What::Create(_)) && request.sub.is_empty();
    let mut url = if whole { ask::place(&id.kind, &id.namespace) } else { ask::object(id) }?;
    if !request.sub.is_empty() {
        url.push('/');
        url.push_str(request.sub);
    }
    let Wire { method, body, params } = wire(request);
    let dry = (request.dry && request.what.writes()).then_some(&("dryRun", "All"));
    for (i, (key, value)) in params.iter().chain(dry).enumerate() {
        url.push(if i == 0 { '?' } else { '&' });
        url.push_str(&format!("{key}={value}"));
    }
    let mut builder = Http::builder().method(method).uri(url).header(header::ACCEPT, JSON);
    if let Some((kind, _)) = &body {
        builder = builder.header(header::CONTENT_TYPE, *kind);
    }
    builder.body(body.map_or_else(Body::empty, |(_, bytes)| Body::from(bytes))).map_err(ask::malformed)
}

/// The texts of the headers `Warning: 299 - "text"` (RFC 7234), each once.
fn warnings(headers: &HeaderMap) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for value in headers.get_all(header::WARNING) {
        let text = String::from_utf8_lossy(value.as_bytes());
        let quoted = text.splitn(3, ' ').nth(2).unwrap_or(&text).trim();
        let inner = quoted.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(quoted);
        let plain = inner.replace("\\\"", "\"").replace("\\\\", "\\");
        if !all.contains(&plain) {
            all.push(plain);
        }
    }
    all
}

#[cfg(test)]
#[path = "tests/calls.rs"]
mod tests;
