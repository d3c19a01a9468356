//! bollard over our own line: it spells requests and reads answers, and each request goes the way that all others go, with
//! TLS or ssh, a patience, the meter, and an ssh program's last words.

use std::io;
use std::time::Duration;

use bollard::errors::Error as Failure;
use bollard::{API_DEFAULT_VERSION, BollardRequest, Docker};
use http::header::HOST;
use http::{HeaderValue, Request, Response, Uri};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;

use super::error::broken;
use super::line::Line;
use super::wire;
use crate::model::{Error, Result};

/// A client whose requests are answered within `patience`, or not at all.
pub fn client(line: &Line, patience: Duration) -> Result<Docker> {
    let line = line.clone();
    let transport = move |request: BollardRequest| {
        let line = line.clone();
        async move { carry(&line, request, patience).await.map_err(theirs) }
    };
    // Its own patience is longer: ours says who did not answer.
    let most = patience.as_secs() * 2;
    Docker::connect_with_custom_transport(transport, Some("http://docker"), most, API_DEFAULT_VERSION).map_err(ours)
}

async fn carry(line: &Line, request: BollardRequest, patience: Duration) -> Result<Response<Incoming>> {
    let (mut head, body) = request.into_parts();
    // What is sent so far is short. An upload needs a line that takes streams.
    let body = body.collect().await.map_err(|error| broken(error.as_ref()))?.to_bytes();
    let path = head.uri.path_and_query().cloned().ok_or_else(|| Error::Invalid(format!("{} has no path", head.uri)))?;
    head.uri = Uri::from(path);
    head.headers.insert(HOST, HeaderValue::from_static("docker"));
    wire::send(line, Request::from_parts(head, Full::new(body)), patience).await
}

/// One of our errors on its way through bollard.
fn theirs(error: Error) -> Failure {
    io::Error::other(error).into()
}

/// What became of a call, in our words.
pub fn ours(failure: Failure) -> Error {
    match failure {
        Failure::IOError { err } => err.downcast().unwrap_or_else(|error| broken(&error)),
        Failure::HyperResponseError { err } => broken(&err),
        Failure::RequestTimeoutError => Error::Lost("the engine did not answer".to_owned()),
        other => Error::Invalid(format!("the engine's answer is unreadable: {other}")),
    }
}

/// An order that the engine has taken is done, whatever it says about it.
pub fn done<T>(told: std::result::Result<T, Failure>) -> Result<()> {
    match told {
        Ok(_) | Err(Failure::JsonDataError { .. } | Failure::JsonSerdeError { .. }) => Ok(()),
        Err(failure) => Err(ours(failure)),
    }
}
