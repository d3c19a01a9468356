//! Questions to an API server: path, parameters, headers.

use http::{HeaderValue, Request, header};
use kube::client::Body;

use crate::model::{Door, Error, Id, Kind, Result, Scope, named};
use crate::source::uri::escaped;

/// Protobuf if the server has it. Custom resources and small servers answer with JSON.
pub const LENS: &str = "application/vnd.kubernetes.protobuf, application/json";
pub const TABLE: &str = "application/json;as=Table;v=v1;g=meta.k8s.io, application/json";
pub const JSON: &str = "application/json";

/// The form in which objects are requested, for lists and for watches.
#[derive(Clone, Copy, Debug)]
pub struct Form {
    pub list: &'static str,
    pub watch: &'static str,
}

impl Form {
    pub const LENS: Self = Self::whole(LENS);
    pub const JSON: Self = Self::whole(JSON);
    /// Only the metadata of objects, as JSON.
    pub const METADATA: Self = Self {
        list: "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1, application/json",
        watch: "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1, application/json",
    };

    const fn whole(accept: &'static str) -> Self {
        Self { list: accept, watch: accept }
    }
}

/// A request without a body. A bad name in it shows when it is sent, not when it is made.
#[derive(Clone, Debug)]
pub struct Ask {
    /// The path with parameters, or the error about a bad name.
    url: Result<String>,
    accept: &'static str,
    plain: bool,
    seen: Option<HeaderValue>,
}

impl Ask {
    pub fn new(path: impl Into<String>, accept: &'static str) -> Self {
        Self::at(Ok(path.into()), accept)
    }

    fn at(url: Result<String>, accept: &'static str) -> Self {
        Self { url, accept, plain: false, seen: None }
    }

    /// Asks for one object.
    pub fn object(id: &Id, accept: &'static str) -> Self {
        Self::at(object(id), accept)
    }

    /// Asks for a subresource of an object.
    pub fn part(id: &Id, part: &'static str, accept: &'static str) -> Self {
        Self::at(object(id).map(|path| format!("{path}/{part}")), accept)
    }

    /// Asks for the objects of a kind within a scope.
    pub fn list(kind: &Kind, scope: &Scope, accept: &'static str) -> Self {
        Self::at(place(kind, scope.namespace.as_deref().unwrap_or_default()), accept)
            .with_some("labelSelector", &scope.labels)
            .with_some("fieldSelector", &scope.fields)
    }

    #[must_use]
    pub fn with(mut self, key: &str, value: &str) -> Self {
        if let Ok(url) = &mut self.url {
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str(key);
            url.push('=');
            url.extend(escaped(value));
        }
        self
    }

    /// Adds the parameter unless its value is empty.
    #[must_use]
    pub fn with_some(self, key: &str, value: &str) -> Self {
        if value.is_empty() { self } else { self.with(key, value) }
    }

    /// Asks for an answer without compression. A compressed watch holds events back. Servers from 1.37 on write one
    /// gzip member for each event, and the client's decoder reads only the first member.
    #[must_use]
    pub fn plain(self) -> Self {
        Self { plain: true, ..self }
    }

    /// Whether the answer is a stream without an end. Such an answer is requested without compression.
    pub fn lasts(&self) -> bool {
        self.plain
    }

    /// Asks only for an answer that differs from the one with this tag.
    #[must_use]
    pub fn unless(self, seen: Option<HeaderValue>) -> Self {
        Self { seen, ..self }
    }

    pub fn request(&self) -> Result<Request<Body>> {
        let url = self.url.as_ref().map_err(Error::clone)?;
        let mut request = Request::get(url).header(header::ACCEPT, self.accept);
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

/// The path of the objects of a kind: `/api/v1/namespaces/shop/pods`. Without a namespace, those of the whole cluster.
pub fn place(kind: &Kind, namespace: &str) -> Result<String> {
    let address = &kind.address;
    let mut path = match address.group {
        "" => format!("/api/{}", address.version),
        group => format!("/apis/{group}/{}", address.version),
    };
    named("namespace", namespace)?;
    if address.namespaced && !namespace.is_empty() {
        path.push_str("/namespaces/");
        path.extend(escaped(namespace));
    }
    path.push('/');
    path.push_str(address.plural);
    Ok(path)
}

/// The path of one object. A name that could mean another object is refused here as well as at the gate.
pub fn object(id: &Id) -> Result<String> {
    if matches!(id.kind.door, Door::Own) {
        return Err(Error::Unsupported(format!("{} are not on a server", id.kind.name)));
    }
    id.check()?;
    let mut path = place(&id.kind, &id.namespace)?;
    path.push('/');
    path.extend(escaped(&id.name));
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds;
    use crate::model::SourceId;

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
        assert_eq!(place(&kind, "").unwrap(), "/apis/coordination.k8s.io/v1/leases");
    }

    #[test]
    fn what_could_mean_another_object_is_not_asked_for() {
        let kind = kinds::named("leases").unwrap();
        for bad in ["", ".", "..", "a/b", "a/", "/", "a%2Fb", "%2e%2e"] {
            for id in [Id::new(SourceId(0), kind, "shop", bad), Id::new(SourceId(0), kind, bad, "web")] {
                let asks = [Ask::object(&id, JSON), Ask::part(&id, "scale", JSON).with("a", "b")];
                asks.iter().for_each(|ask| assert!(matches!(ask.request(), Err(Error::Invalid(_))), "{id:?}"));
            }
            if !bad.is_empty() {
                assert!(Ask::list(&kind, &Scope::namespace(bad), LENS).request().is_err(), "{bad}");
            }
        }
        let strange = Id::new(SourceId(0), kind, "shop", "system:a b?c#d&e=é");
        let path = "/apis/coordination.k8s.io/v1/namespaces/shop/leases/system%3Aa%20b%3Fc%23d%26e%3D%C3%A9";
        assert_eq!(object(&strange).unwrap(), path);
    }
}
