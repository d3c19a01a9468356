//! What was asked: path, parameters, headers, body.

use bytes::Bytes;
use http::{HeaderMap, Method, header};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::upgrade::OnUpgrade;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::demo::refusal::Refusal;

const MOST: usize = 4 << 20;

pub struct Ask {
    pub method: Method,
    pub path: String,
    params: Vec<(String, String)>,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// The connection, for whoever goes on with another protocol.
    pub upgrade: Option<OnUpgrade>,
}

/// In which form objects are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Whole,
    Table(Include),
    Metadata,
}

/// What comes with the rows of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Include {
    Nothing,
    Metadata,
    Object,
}

impl Ask {
    /// Reads a request of somebody who knows the token: in a header, or as the first part of the path, because kubectl
    /// sends no credentials over plain HTTP.
    pub async fn read(mut request: http::Request<Incoming>, token: &str) -> Result<Self, Refusal> {
        let upgrade = request.headers().contains_key(header::UPGRADE).then(|| hyper::upgrade::on(&mut request));
        let (parts, body) = request.into_parts();
        let path = parts.uri.path();
        let within = path.strip_prefix('/').and_then(|path| path.strip_prefix(token));
        let within = within.filter(|rest| rest.is_empty() || rest.starts_with('/'));
        if within.is_none() && bearer(&parts.headers) != Some(token) {
            return Err(Refusal::unauthorized());
        }
        let body =
            body.collect().await.map_err(|error| Refusal::bad(format!("the body broke off: {error}")))?.to_bytes();
        if body.len() > MOST {
            return Err(Refusal::new(
                413,
                "RequestEntityTooLarge",
                format!("Request entity too large: limit is {MOST}"),
            ));
        }
        Ok(Self {
            method: parts.method,
            path: within.unwrap_or(path).to_owned(),
            params: parts.uri.query().map(params).unwrap_or_default(),
            headers: parts.headers,
            body,
            upgrade,
        })
    }

    pub fn param(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        let name = name.to_owned();
        self.params.iter().filter(move |(key, _)| *key == name).map(|(_, value)| value.as_str())
    }

    pub fn is(&self, name: &str) -> bool {
        matches!(self.param(name), Some("true" | "1" | ""))
    }

    /// A whole number.
    pub fn number(&self, name: &str) -> Result<Option<i64>, Refusal> {
        let wrong = |text: &str| {
            Refusal::bad(format!("strconv.ParseInt: parsing {text:?}: invalid syntax in parameter {name}"))
        };
        self.param(name).map(|text| text.parse().map_err(|_| wrong(text))).transpose()
    }

    pub fn dry(&self) -> bool {
        self.all("dryRun").any(|stage| stage == "All")
    }

    pub fn header(&self, name: header::HeaderName) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The media type of the body, without parameters.
    pub fn content(&self) -> &str {
        self.header(header::CONTENT_TYPE).split(';').next().unwrap_or_default().trim()
    }

    /// The body as an object. YAML is read where it is said to be, and JSON is YAML.
    pub fn object(&self) -> Result<Value, Refusal> {
        match self.content() {
            "" | "application/json" | "*/*" => serde_json::from_slice(&self.body).map_err(unreadable),
            "application/yaml" | "application/apply-patch+yaml" => {
                serde_yaml::from_slice(&self.body).map_err(unreadable)
            }
            _ => Err(Refusal::media("application/json, application/yaml")),
        }
    }

    /// The first form in the Accept header that is served.
    pub fn shape(&self) -> Result<Shape, Refusal> {
        let accept = self.header(header::ACCEPT);
        if accept.is_empty() {
            return Ok(Shape::Whole);
        }
        accept.split(',').find_map(|one| self.one(one)).ok_or_else(|| {
            let message = "only the following media types are accepted: application/json";
            Refusal::new(406, "NotAcceptable", message)
        })
    }

    fn one(&self, media: &str) -> Option<Shape> {
        let mut parts = media.split(';').map(str::trim);
        let kind = parts.next()?;
        let form = parts.find_map(|part| part.strip_prefix("as="));
        match (kind, form) {
            ("application/json" | "application/*" | "*/*", None) => Some(Shape::Whole),
            ("application/json", Some("Table")) => Some(Shape::Table(self.include())),
            ("application/json", Some("PartialObjectMetadata" | "PartialObjectMetadataList")) => Some(Shape::Metadata),
            _ => None,
        }
    }

    fn include(&self) -> Include {
        match self.param("includeObject") {
            Some("Object") => Include::Object,
            Some("None") => Include::Nothing,
            Some(_) | None => Include::Metadata,
        }
    }
}

fn unreadable(error: impl std::fmt::Display) -> Refusal {
    Refusal::bad(format!("the object provided is unrecognized (must be of type json or yaml): {error}"))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

fn params(query: &str) -> Vec<(String, String)> {
    let pair = |pair: &str| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(key), decoded(value))
    };
    query.split('&').filter(|pair| !pair.is_empty()).map(pair).collect()
}

/// Without percent-encoding; a plus is a space.
pub fn decoded(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}
