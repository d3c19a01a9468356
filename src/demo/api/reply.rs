//! Answers: a body that is there, or one that comes bit by bit.

use std::convert::Infallible;

use bytes::Bytes;
use futures::StreamExt;
use futures::stream::{BoxStream, Stream};
use http::{HeaderValue, Response, StatusCode, header};
use http_body_util::{Either, Full, StreamBody};
use hyper::body::Frame;
use serde_json::Value;

use crate::demo::refusal::Refusal;

pub const JSON: HeaderValue = HeaderValue::from_static("application/json");
pub const TEXT: HeaderValue = HeaderValue::from_static("text/plain");

pub type Body = Either<Full<Bytes>, StreamBody<BoxStream<'static, Result<Frame<Bytes>, Infallible>>>>;
pub type Reply = Response<Body>;
pub type Answer = Result<Reply, Refusal>;

/// A body of this type.
pub fn bytes(kind: HeaderValue, bytes: impl Into<Bytes>) -> Reply {
    let mut reply = Response::new(Either::Left(Full::new(bytes.into())));
    reply.headers_mut().insert(header::CONTENT_TYPE, kind);
    reply
}

pub fn json(value: &Value) -> Reply {
    bytes(JSON, value.to_string())
}

pub fn created(value: &Value) -> Reply {
    with_status(json(value), StatusCode::CREATED)
}

pub fn with_status(mut reply: Reply, status: StatusCode) -> Reply {
    *reply.status_mut() = status;
    reply
}

pub fn refused(refusal: &Refusal) -> Reply {
    let status = StatusCode::from_u16(refusal.code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut reply = with_status(json(&refusal.status()), status);
    if refusal.code == 429 {
        reply.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("10"));
    }
    reply
}

/// A body that comes bit by bit.
pub fn stream(kind: HeaderValue, stream: impl Stream<Item = Bytes> + Send + 'static) -> Reply {
    let frames = stream.map(|bytes| Ok(Frame::data(bytes)));
    let mut reply = Response::new(Either::Right(StreamBody::new(frames.boxed())));
    reply.headers_mut().insert(header::CONTENT_TYPE, kind);
    reply
}

/// What the cluster says to a write that it takes (RFC 7234, `Warning: 299`).
pub fn warned(mut reply: Reply, warnings: &[String]) -> Reply {
    for text in warnings {
        let text = text.replace('\\', "\\\\").replace('"', "\\\"");
        if let Ok(value) = HeaderValue::from_str(&format!("299 - \"{text}\"")) {
            reply.headers_mut().append(header::WARNING, value);
        }
    }
    reply
}
