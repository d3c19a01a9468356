//! What is asked of an API server: path, parameters, headers.

use http::{HeaderValue, Request, header};
use kube::client::Body;

use crate::model::{Error, Id, Kind, Result, Scope};

/// Protobuf where the server has it; custom resources and small servers answer JSON.
pub const LENS: &str = "application/vnd.kubernetes.protobuf, application/json";
pub const TABLE: &str = "application/json;as=Table;v=v1;g=meta.k8s.io, application/json";
pub const JSON: &str = "application/json";

/// A question without a body: building it cannot fail, sending it can.
#[derive(Clone, Debug)]
pub struct Ask {
    url: String,
    accept: &'static str,
    plain: bool,
    seen: Option<HeaderValue>,
}

impl Ask {
    pub fn new(path: impl Into<String>, accept: &'static str) -> Self {
        Self { url: path.into(), accept, plain: false, seen: None }
    }

    /// The objects of a kind within a scope.
    pub fn list(kind: &Kind, scope: &Scope, accept: &'static str) -> Self {
        Self::new(place(kind, scope.namespace.as_deref().unwrap_or_default()), accept)
            .with_some("labelSelector", &scope.labels)
            .with_some("fieldSelector", &scope.fields)
    }

    #[must_use]
    pub fn with(mut self, key: &str, value: &str) -> Self {
        self.url.push(if self.url.contains('?') { '&' } else { '?' });
        self.url.push_str(key);
        self.url.push('=');
        escape(value, &mut self.url);
        self
    }

    /// Nothing for an empty value.
    #[must_use]
    pub fn with_some(self, key: &str, value: &str) -> Self {
        if value.is_empty() { self } else { self.with(key, value) }
    }

    /// Without compression: a compressed watch would hold events back, and servers from 1.37 on write one gzip
    /// member for each event, of which the client's decoder reads only the first.
    #[must_use]
    pub fn plain(self) -> Self {
        Self { plain: true, ..self }
    }

    /// Whether the answer goes on: it is asked for without compression, as it comes.
    pub fn lasts(&self) -> bool {
        self.plain
    }

    /// Only if the answer is another than the one that this tag names.
    #[must_use]
    pub fn unless(self, seen: Option<HeaderValue>) -> Self {
        Self { seen, ..self }
    }

    pub fn request(&self) -> Result<Request<Body>> {
        let mut request = Request::get(&self.url).header(header::ACCEPT, self.accept);
        if self.plain {
            request = request.header(header::ACCEPT_ENCODING, "identity");
        }
        if let Some(tag) = &self.seen {
            request = request.header(header::IF_NONE_MATCH, tag);
        }
        request.body(Body::empty()).map_err(malformed)
    }
}

pub fn malformed(error: http::Error) -> Error {
    Error::Invalid(format!("this cannot be asked of a server: {error}"))
}

/// `/api/v1/namespaces/shop/pods`; without a namespace the whole cluster.
pub fn place(kind: &Kind, namespace: &str) -> String {
    let address = &kind.address;
    let mut path = match address.group {
        "" => format!("/api/{}", address.version),
        group => format!("/apis/{group}/{}", address.version),
    };
    if address.namespaced && !namespace.is_empty() {
        path.push_str("/namespaces/");
        escape(namespace, &mut path);
    }
    path.push('/');
    path.push_str(address.plural);
    path
}

/// The path of one object. A row of `containers` stands for its pod (`web/app`).
pub fn object(id: &Id) -> String {
    let mut path = place(&id.kind, &id.namespace);
    path.push('/');
    escape(name(id), &mut path);
    path
}

/// The name of the object that a row stands for.
pub fn name(id: &Id) -> &str {
    id.name.split_once('/').map_or(id.name.as_str(), |(object, _)| object)
}

/// Percent-encoding: everything but the unreserved characters of RFC 3986.
fn escape(text: &str, out: &mut String) {
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds;

    #[test]
    fn questions_are_spelled_as_the_api_wants_them() {
        let kind = kinds::named("leases").unwrap();
        let scope = Scope::namespace("shop").labels("a=1,b in (c)").fields("metadata.name=x");
        let ask = Ask::list(&kind, &scope, LENS).with("limit", "500").plain();
        let request = ask.request().unwrap();
        assert_eq!(
            request.uri(),
            "/apis/coordination.k8s.io/v1/namespaces/shop/leases\
             ?labelSelector=a%3D1%2Cb%20in%20%28c%29&fieldSelector=metadata.name%3Dx&limit=500"
        );
        assert_eq!(request.headers()["accept"], LENS);
        assert_eq!(request.headers()["accept-encoding"], "identity");
    }

    #[test]
    fn a_namespace_of_everything_is_no_namespace() {
        let kind = kinds::named("leases").unwrap();
        assert_eq!(place(&kind, ""), "/apis/coordination.k8s.io/v1/leases");
    }
}
