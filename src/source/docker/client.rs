//! bollard over the connections of [`Line`]: bollard makes requests and reads answers, but each request goes through
//! the same connections as all others, with TLS or ssh, patience, the meter, and the last words of an ssh program.

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

/// A client whose requests fail after `patience`.
pub fn client(line: &Line, patience: Duration) -> Result<Docker> {
    let line = line.clone();
    let transport = move |request: BollardRequest| {
        let line = line.clone();
        async move { carry(&line, request, patience).await.map_err(theirs) }
    };
    // bollard's own patience is longer, so that the error is ours, which says who did not answer.
    let most = patience.as_secs() * 2;
    Docker::connect_with_custom_transport(transport, Some("http://docker"), most, API_DEFAULT_VERSION).map_err(ours)
}

async fn carry(line: &Line, request: BollardRequest, patience: Duration) -> Result<Response<Incoming>> {
    let (mut head, body) = request.into_parts();
    // All bodies so far are short, so they are collected. An upload would need a line that accepts streams.
    let body = body.collect().await.map_err(|error| broken(error.as_ref()))?.to_bytes();
    let path = head.uri.path_and_query().cloned().ok_or_else(|| Error::Invalid(format!("{} has no path", head.uri)))?;
    head.uri = Uri::from(path);
    head.headers.insert(HOST, HeaderValue::from_static("docker"));
    wire::send(line, Request::from_parts(head, Full::new(body)), patience).await
}

/// Wraps an error so that it can pass through bollard.
fn theirs(error: Error) -> Failure {
    io::Error::other(error).into()
}

/// The error of a call as one of ours.
pub fn ours(failure: Failure) -> Error {
    match failure {
        Failure::IOError { err } => err.downcast().unwrap_or_else(|error| broken(&error)),
        Failure::HyperResponseError { err } => broken(&err),
        Failure::RequestTimeoutError => Error::Lost("the engine did not answer".to_owned()),
        other => Error::Invalid(format!("the engine's answer is unreadable: {other}")),
    }
}

/// The result of an order. An order that the engine accepted is done, even if its answer cannot be read.
pub fn done<T>(told: std::result::Result<T, Failure>) -> Result<()> {
    match told {
        Ok(_) | Err(Failure::JsonDataError { .. } | Failure::JsonSerdeError { .. }) => Ok(()),
        Err(failure) => Err(ours(failure)),
    }
}
