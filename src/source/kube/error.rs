//! Translates failed connections and refusals of a server into errors that say what the user can do.

use std::error::Error as Cause;

use http::{HeaderMap, StatusCode, header};
use rustls::CertificateError;
use serde::Deserialize;

use super::proto;
use crate::model::Error;

/// The fields of `meta.v1.Status` that are meant for people.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Status {
    pub code: u16,
    pub message: String,
    pub reason: String,
    /// The object that it is about; `None` if the server does not tell.
    pub details: Option<Details>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Details {
    pub name: String,
    pub kind: String,
}

/// The error for the refusal of a server.
pub fn refusal(path: &str, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Error {
    // The answer to a request for protobuf is protobuf, also if it is a refusal.
    let said: Option<Status> = match proto::unwrap(body) {
        Ok(object) => Some(proto::status(object)),
        Err(_) => serde_json::from_slice(body).ok(),
    };
    let unserved = status == StatusCode::NOT_FOUND && said.as_ref().is_none_or(|said| said.is_about_a_place(path));
    let mut said = said.unwrap_or_default();
    if said.message.is_empty() {
        said.message = plain(status, body);
    }
    if let Some(secs) = retry_after(headers) {
        said.message.push_str(&format!(" (retry after {secs} s)"));
    }
    if unserved { Error::Unserved(said.message) } else { by_code(status.as_u16(), said.message) }
}

impl Status {
    /// Whether the missing thing is not the object at `path`: the server names no object, or it names the namespace of
    /// the object.
    fn is_about_a_place(&self, path: &str) -> bool {
        let named = |details: &Details| match details.kind.as_str() {
            "namespaces" => path.ends_with(&format!("/namespaces/{}", details.name)),
            _ => !details.name.is_empty(),
        };
        self.reason == "NotFound" && !self.details.as_ref().is_some_and(named)
    }
}

/// The number of seconds for which a busy server asks us to wait.
pub fn retry_after(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()
}

/// The error for a `Status` that came in a watch.
pub fn by_code(code: u16, message: String) -> Error {
    match code {
        401 => Error::Login { program: Vec::new(), why: format!("the server does not know who you are: {message}") },
        403 => Error::Denied(message),
        404 | 410 => Error::Gone(message),
        409 => Error::Conflict(message),
        405 | 406 | 415 | 501 => Error::Unsupported(message),
        429 => Error::Offline(format!("the server is busy: {message}")),
        code if code >= 500 => Error::Lost(format!("the server failed ({code}): {message}")),
        _ => Error::Invalid(message),
    }
}

/// The first line of a body that is not a `Status` (from proxies and old servers), or the meaning of the code.
fn plain(status: StatusCode, body: &[u8]) -> String {
    let text = String::from_utf8_lossy(&body[..body.len().min(300)]);
    let line = text.lines().next().unwrap_or_default().trim();
    if line.is_empty() || line.starts_with(['<', '{']) || line.contains(char::is_control) {
        return status.to_string();
    }
    line.to_owned()
}

/// The error for a failed connection to `server`.
pub fn failure(error: &kube::Error, server: &str) -> Error {
    if let Some(why) = causes(error).find_map(certificate) {
        return Error::Offline(format!("the certificate of {server} {}", distrust(why)));
    }
    let text = format!("cannot reach {server}: {}", chain(error));
    if is_unsent(error) { Error::Offline(text) } else { Error::Lost(text) }
}

/// Whether no connection was made, so that the request cannot have arrived.
fn is_unsent(error: &kube::Error) -> bool {
    let refused = |error: &std::io::Error| {
        use std::io::ErrorKind::{AddrNotAvailable, ConnectionRefused, HostUnreachable, NetworkUnreachable};
        [AddrNotAvailable, ConnectionRefused, HostUnreachable, NetworkUnreachable].contains(&error.kind())
    };
    causes(error).any(|error| {
        error.downcast_ref::<hyper_util::client::legacy::Error>().is_some_and(|error| error.is_connect())
            || error.downcast_ref::<std::io::Error>().is_some_and(refused)
    })
}

/// An error and its causes, from the outermost to the innermost.
fn causes<'a>(error: &'a (dyn Cause + 'static)) -> impl Iterator<Item = &'a (dyn Cause + 'static)> {
    let mut next = Some(error);
    std::iter::from_fn(move || {
        let error = next?;
        next = error.source();
        Some(error)
    })
}

/// Why TLS refused a certificate. An I/O error hides the error from which it was made.
fn certificate<'a>(error: &'a (dyn Cause + 'static)) -> Option<&'a CertificateError> {
    let io = error.downcast_ref::<std::io::Error>();
    let inner = io.and_then(std::io::Error::get_ref).map(|inner| inner as &(dyn Cause + 'static));
    let of = |error: &'a (dyn Cause + 'static)| match error.downcast_ref::<rustls::Error>() {
        Some(rustls::Error::InvalidCertificate(why)) => Some(why),
        _ => None,
    };
    of(error).or_else(|| of(inner?))
}

fn distrust(why: &CertificateError) -> String {
    use CertificateError as Why;
    match why {
        Why::UnknownIssuer => "is not trusted: the kubeconfig does not name the authority that signed it".to_owned(),
        Why::Expired | Why::ExpiredContext { .. } => "has expired".to_owned(),
        Why::NotValidYet | Why::NotValidYetContext { .. } => "is not valid yet: are the clocks right?".to_owned(),
        Why::NotValidForName | Why::NotValidForNameContext { .. } => "is for another name".to_owned(),
        // rustls has no variant for this case, so only the text of webpki tells it.
        Why::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => {
            "is an authority's, not a server's".to_owned()
        }
        other => format!("is not trusted: {other}"),
    }
}

/// The texts of an error and its causes, without repetition.
pub fn chain(error: &dyn Cause) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let text = words(&error.to_string());
        let said = parts.iter().any(|part| part.contains(&text));
        if !said && !text.is_empty() {
            parts.retain(|part| !text.contains(part.as_str()));
            parts.push(text);
        }
        next = error.source();
    }
    parts.join(": ")
}

/// The text as one line, without the names of libraries and the numbers of errors.
fn words(text: &str) -> String {
    let mut text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for layer in ["ServiceError: ", "HyperError: ", "client error (Connect)", "client error (SendRequest)"] {
        text = text.replace(layer, "");
    }
    match text.split_once(" (os error ") {
        Some((words, number)) if number.ends_with(')') => words.to_owned(),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_without_a_status_still_says_something() {
        let none = HeaderMap::new();
        let said = |code: u16, body: &[u8]| refusal("/api/v1/pods", StatusCode::from_u16(code).unwrap(), &none, body);
        assert_eq!(said(502, b"<html>"), Error::Lost("the server failed (502): 502 Bad Gateway".into()));
        assert_eq!(said(403, b"no entry\nfor you"), Error::Denied("no entry".into()));
        assert_eq!(said(418, b"\x1b[31m"), Error::Invalid("418 I'm a teapot".into()));
        assert_eq!(said(404, br#"{"message":"pods \"x\" not found"}"#), Error::Gone("pods \"x\" not found".into()));
    }

    #[test]
    fn what_is_not_found_is_an_object_or_the_place_for_it() {
        let none = HeaderMap::new();
        let said = |path: &str, body: &str| refusal(path, StatusCode::NOT_FOUND, &none, body.as_bytes());
        let status = |details: &str| format!(r#"{{"reason":"NotFound","message":"m","details":{details}}}"#);
        let object = r#"{"name":"web","group":"sea.example.com","kind":"whales"}"#;
        let namespace = r#"{"name":"shop","kind":"namespaces"}"#;
        let whale = "/apis/sea.example.com/v1/namespaces/shop/whales/web";
        assert_eq!(said(whale, &status(object)), Error::Gone("m".into()));
        assert_eq!(said(whale, &status(namespace)), Error::Unserved("m".into()));
        assert_eq!(said("/api/v1/namespaces/shop", &status(namespace)), Error::Gone("m".into()));
        assert_eq!(said(whale, &status("{}")), Error::Unserved("m".into()));
        assert_eq!(said(whale, "404 page not found"), Error::Unserved("404 page not found".into()));
    }

    #[test]
    fn causes_are_told_once_and_in_words() {
        let io = std::io::Error::from_raw_os_error(111);
        let error = kube::Error::Service(Box::new(io));
        let text = "cannot reach https://here: Connection refused";
        assert_eq!(failure(&error, "https://here"), Error::Offline(text.into()));
    }

    /// As hyper and rustls hand it over: an error of I/O around the one of TLS.
    #[test]
    fn what_is_wrong_with_a_certificate_is_decided_by_its_type() {
        let said = |why: CertificateError| {
            let inner = rustls::Error::InvalidCertificate(why);
            let io = std::io::Error::new(std::io::ErrorKind::InvalidData, inner);
            failure(&kube::Error::Service(Box::new(io)), "https://here").text().to_owned()
        };
        for (why, words) in [
            (CertificateError::UnknownIssuer, "is not trusted: the kubeconfig does not name"),
            (CertificateError::Expired, "has expired"),
            (CertificateError::NotValidYet, "is not valid yet"),
            (CertificateError::NotValidForName, "is for another name"),
            (CertificateError::Revoked, "is not trusted: "),
        ] {
            let told = said(why.clone());
            assert!(told.starts_with(&format!("the certificate of https://here {words}")), "{why:?}: {told}");
        }
        let words = kube::Error::Service("a proxy says: invalid peer certificate: UnknownIssuer".into());
        assert!(failure(&words, "https://here").text().starts_with("cannot reach https://here: a proxy says"));
    }
}
