//! The protocol, over real connections.

mod deletes;
mod discovery;
mod lists;
mod logs;
mod sessions;
mod watches;
mod writes;

use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request, header};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

use super::{Demo, Options};
use crate::model::Time;

const START: Time = Time::from_secs(1_800_000_000);
const JSON: &str = "application/json";
const MERGE: &str = "application/merge-patch+json";
const MAPS: &str = "/api/v1/namespaces/default/configmaps";

/// A cluster whose time stands still until it is told to pass.
async fn cluster() -> Demo {
    let clock = Arc::new(|| START);
    Demo::start(Options { seed: 1, clock, lives: false, token: Some("secret".to_owned()) }).await.unwrap()
}

async fn open(demo: &Demo, request: Request<Full<Bytes>>) -> http::Response<Incoming> {
    let stream = TcpStream::connect(demo.address()).await.unwrap();
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    sender.send_request(request).await.unwrap()
}

fn request(demo: &Demo, method: Method, path: &str) -> http::request::Builder {
    let token = format!("Bearer {}", demo.token());
    Request::builder().method(method).uri(path).header(header::HOST, "demo").header(header::AUTHORIZATION, token)
}

async fn answer(response: http::Response<Incoming>) -> (u16, Value) {
    let code = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (code, serde_json::from_slice(&body).unwrap_or_else(|_| String::from_utf8_lossy(&body).into()))
}

async fn accepting(demo: &Demo, path: &str, accept: &str) -> (u16, Value) {
    let request = request(demo, Method::GET, path).header(header::ACCEPT, accept).body(Full::default());
    answer(open(demo, request.unwrap()).await).await
}

async fn get(demo: &Demo, path: &str) -> (u16, Value) {
    accepting(demo, path, JSON).await
}

async fn send(demo: &Demo, method: Method, path: &str, kind: &str, body: Value) -> (u16, Value) {
    let request = request(demo, method, path).header(header::CONTENT_TYPE, kind);
    let body = if body.is_null() { String::new() } else { body.to_string() };
    answer(open(demo, request.body(Full::from(body)).unwrap()).await).await
}

async fn create(demo: &Demo, path: &str, body: Value) -> (u16, Value) {
    send(demo, Method::POST, path, JSON, body).await
}

async fn change(demo: &Demo, path: &str, kind: &str, patch: Value) -> (u16, Value) {
    send(demo, Method::PATCH, path, kind, patch).await
}

/// A pod of the shop that runs, with the name of its first container.
async fn running(demo: &Demo) -> (String, String) {
    let (_, pods) = get(demo, "/api/v1/namespaces/shop/pods").await;
    let runs = |pod: &&Value| pod["status"]["containerStatuses"][0]["state"]["running"].is_object();
    let pod = pods["items"].as_array().unwrap().iter().find(runs).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&pod["metadata"]["name"]), text(&pod["status"]["containerStatuses"][0]["name"]))
}
