//! Port-forwards: behind every port that a pod declares answers a small page.

use serde_json::Value;

use super::Api;
use super::ask::Ask;
use super::place::Place;
use super::pod;
use super::reply::Answer;
use super::socket::{self, Socket};
use crate::demo::refusal::Refusal;

/// One port: its bytes go over channel 0, its failure over channel 1. Both begin with its number.
const PROTOCOLS: &[&str] = &["v4.channel.k8s.io"];
const DATA: u8 = 0;
const ERROR: u8 = 1;

pub fn open(api: &Api, ask: &mut Ask, place: &Place, name: &str) -> Answer {
    let pod = pod::find(api, place, name)?;
    let (reply, coming) = socket::upgrade(ask, PROTOCOLS)?;
    let port = ask.param("ports").and_then(|ports| ports.split(',').next()?.parse::<u16>().ok());
    let port = port.ok_or_else(|| Refusal::bad("you must specify at least 1 port"))?;
    tokio::spawn(async move {
        if let Some(mut socket) = coming.open().await {
            talk(&mut socket, &pod, port).await;
            socket.close().await;
        }
    });
    Ok(reply)
}

async fn talk(socket: &mut Socket, pod: &Value, port: u16) {
    for channel in [DATA, ERROR] {
        if !socket.send(channel, &port.to_le_bytes()).await {
            return;
        }
    }
    if !listens(pod, port) {
        socket.send(ERROR, refused(pod, port).as_bytes()).await;
        return;
    }
    let mut request = Vec::new();
    while let Some((channel, bytes)) = socket.next().await {
        if channel == DATA {
            request.extend_from_slice(&bytes);
        }
        if let Some(end) = request.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&request[..end]).into_owned();
            socket.send(DATA, page(pod, port, &head).as_bytes()).await;
            return;
        }
    }
}

fn containers(pod: &Value) -> impl Iterator<Item = &Value> {
    pod["spec"]["containers"].as_array().into_iter().flatten()
}

fn listens(pod: &Value, port: u16) -> bool {
    let is = |one: &Value| one["containerPort"].as_u64() == Some(port.into());
    let runs = |container: &&Value| pod::is_running(pod, container["name"].as_str().unwrap_or_default());
    containers(pod)
        .filter(runs)
        .any(|container| container["ports"].as_array().is_some_and(|ports| ports.iter().any(is)))
}

/// In the words of a node.
fn refused(pod: &Value, port: u16) -> String {
    let uid = pod["metadata"]["uid"].as_str().unwrap_or_default();
    format!(
        "error forwarding port {port} to pod {uid}, uid : failed to execute portforward in network namespace: \
         failed to connect to localhost:{port} inside namespace \"{uid}\", IPv4: dial tcp4 127.0.0.1:{port}: \
         connect: connection refused IPv6 dial tcp6: address localhost: no suitable address found"
    )
}

fn page(pod: &Value, port: u16, head: &str) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (name, namespace) = (text(&pod["metadata"]["name"]), text(&pod["metadata"]["namespace"]));
    let labels = &pod["metadata"]["labels"];
    let service =
        [&labels["app"], &labels["app.kubernetes.io/name"]].into_iter().find_map(Value::as_str).unwrap_or(&name);
    let mut line = head.lines().next().unwrap_or_default().split(' ');
    let (method, path) = (line.next().unwrap_or_default(), line.next().unwrap_or("/"));
    let path = path.replace('&', "&amp;").replace('<', "&lt;");
    let body = format!(
        "<!doctype html>\n<title>{service}</title>\n<h1>{service}</h1>\n<p>{method} {path} was answered by pod {name} in \
         {namespace}, port {port}.</p>\n"
    );
    let length = body.len();
    let sent = if method == "HEAD" { "" } else { body.as_str() };
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{sent}"
    )
}
