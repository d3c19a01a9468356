//! Requests: one object, once. What the server refuses is never tried again here.

use std::sync::Arc;

use http::{Method, Request as Http, header};
use kube::client::Body;

use super::ask::{self, JSON};
use super::server::Server;
use super::wire::unreadable;
use crate::model::{Patch, Reply, Request, Result, Value, What};

const MERGE: &str = "application/merge-patch+json";
const STRATEGIC: &str = "application/strategic-merge-patch+json";
const OPERATIONS: &str = "application/json-patch+json";
const APPLY: &str = "application/apply-patch+yaml";

pub async fn call(server: Arc<Server>, request: Request) -> Result<Reply> {
    let mut reply = server.send(http(&request)?).await?;
    let body = server.collect(&mut reply).await?;
    let body = serde_json::from_slice(&body).map_err(unreadable)?;
    Ok(Reply { body, warnings: Vec::new() })
}

fn http(request: &Request) -> Result<Http<Body>> {
    let id = &request.id;
    let object = || ask::object(id);
    let (method, url, kind, body) = match &request.what {
        What::Get => (Method::GET, object(), JSON, None),
        What::Create(body) => (Method::POST, ask::place(&id.kind, &id.namespace), JSON, Some(body.as_ref())),
        What::Replace(body) => (Method::PUT, object(), JSON, Some(body.as_ref())),
        What::Apply { body, .. } => (Method::PATCH, object(), APPLY, Some(body.as_ref())),
        What::Patch(patch) => {
            let (kind, body) = written(patch);
            (Method::PATCH, object(), kind, Some(body))
        }
        What::Delete { .. } => (Method::DELETE, object(), JSON, None),
    };
    let url = if request.dry && request.what.writes() { format!("{url}?dryRun=All") } else { url };
    let builder =
        Http::builder().method(method).uri(url).header(header::ACCEPT, JSON).header(header::CONTENT_TYPE, kind);
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string().into_bytes()));
    builder.body(body).map_err(ask::malformed)
}

fn written(patch: &Patch) -> (&'static str, &Value) {
    match patch {
        Patch::Merge(body) => (MERGE, body),
        Patch::Strategic(body) => (STRATEGIC, body),
        Patch::Json(body) => (OPERATIONS, body),
    }
}
