use futures::{SinkExt, StreamExt};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{WebSocketStream, client_async};

use super::*;

type Socket = WebSocketStream<TcpStream>;

async fn connect(demo: &Demo, path: &str) -> Socket {
    let mut request = format!("ws://{}{path}", demo.address()).into_client_request().unwrap();
    let headers = request.headers_mut();
    headers.insert(header::AUTHORIZATION, "Bearer secret".parse().unwrap());
    headers.insert(header::SEC_WEBSOCKET_PROTOCOL, "v5.channel.k8s.io, v4.channel.k8s.io".parse().unwrap());
    let stream = TcpStream::connect(demo.address()).await.unwrap();
    client_async(request, stream).await.unwrap().0
}

/// Everything that a channel says until the end, and the last word of channel 3.
async fn said(socket: &mut Socket, wanted: u8) -> (Vec<u8>, Value) {
    let (mut out, mut status) = (Vec::new(), Value::Null);
    while let Some(Ok(message)) = socket.next().await {
        let Message::Binary(bytes) = message else { continue };
        match bytes.split_first() {
            Some((channel, bytes)) if *channel == wanted => out.extend_from_slice(bytes),
            Some((3, bytes)) => status = serde_json::from_slice(bytes).unwrap(),
            _ => {}
        }
    }
    (out, status)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_says_its_part_and_how_it_ended() {
    let demo = cluster().await;
    let (name, container) = running(&demo).await;
    let exec = format!("/api/v1/namespaces/shop/pods/{name}/exec?container={container}&stdout=true");
    let mut socket = connect(&demo, &format!("{exec}&command=echo&command=hello")).await;
    let (out, status) = said(&mut socket, 1).await;
    assert!(String::from_utf8_lossy(&out).contains("hello"));
    assert_eq!(status["status"], "Success");
    let mut socket = connect(&demo, &format!("{exec}&command=sh&command=-c&command=exit+3")).await;
    let (_, status) = said(&mut socket, 1).await;
    assert_eq!(status["details"]["causes"][0], serde_json::json!({"reason": "ExitCode", "message": "3"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_reaches_the_shell() {
    let demo = cluster().await;
    let (name, container) = running(&demo).await;
    let path = format!(
        "/api/v1/namespaces/shop/pods/{name}/exec?container={container}&stdin=true&stdout=true&tty=true&command=sh"
    );
    let mut socket = connect(&demo, &path).await;
    socket.send(Message::binary(b"\x04{\"Width\":80,\"Height\":24}".to_vec())).await.unwrap();
    socket.send(Message::binary(b"\0echo typed\r".to_vec())).await.unwrap();
    socket.send(Message::binary(b"\0\x04".to_vec())).await.unwrap();
    let (out, status) = said(&mut socket, 1).await;
    assert!(String::from_utf8_lossy(&out).contains("typed"));
    assert_eq!(status["status"], "Success");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_cannot_speak_is_told_why() {
    let demo = cluster().await;
    let (name, container) = running(&demo).await;
    let pod = format!("/api/v1/namespaces/shop/pods/{name}");
    let (code, status) = get(&demo, &format!("{pod}/exec?container={container}&command=sh")).await;
    assert_eq!((code, status["message"].as_str()), (400, Some("Upgrade request required")));
    let (code, _) = get(&demo, "/api/v1/namespaces/shop/pods/none/exec?command=sh").await;
    assert_eq!(code, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attached_container_is_heard() {
    let demo = cluster().await;
    let (name, container) = running(&demo).await;
    let pod = format!("/api/v1/namespaces/shop/pods/{name}");
    let mut socket = connect(&demo, &format!("{pod}/attach?container={container}&stdout=true")).await;
    demo.advance(600_000);
    let Some(Ok(Message::Binary(first))) = socket.next().await else { panic!("nothing was heard") };
    assert_eq!(first[0], 1);
    send(&demo, Method::DELETE, &pod, JSON, serde_json::json!({"gracePeriodSeconds": 0})).await;
    let (_, status) = said(&mut socket, 1).await;
    assert_eq!(status["status"], "Success");
}

/// The first declared port of some pod of the shop.
async fn port(demo: &Demo) -> (String, u64) {
    let (_, pods) = get(demo, "/api/v1/namespaces/shop/pods").await;
    let port = |pod: &Value| {
        pod["status"]["containerStatuses"][0]["state"]["running"].as_object()?;
        let port = pod["spec"]["containers"][0]["ports"][0]["containerPort"].as_u64()?;
        Some((pod["metadata"]["name"].as_str()?.to_owned(), port))
    };
    pods["items"].as_array().unwrap().iter().find_map(port).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_declared_port_answers_a_page() {
    let demo = cluster().await;
    let (name, port) = port(&demo).await;
    let path = format!("/api/v1/namespaces/shop/pods/{name}/portforward?ports=");
    let mut socket = connect(&demo, &format!("{path}{port}")).await;
    socket.send(Message::binary(b"\0GET /x HTTP/1.1\r\nHost: shop\r\n\r\n".to_vec())).await.unwrap();
    let (out, _) = said(&mut socket, 0).await;
    let (number, page) = out.split_at(2);
    assert_eq!(u64::from(u16::from_le_bytes([number[0], number[1]])), port);
    assert!(page.starts_with(b"HTTP/1.1 200 OK\r\n"));
    let mut socket = connect(&demo, &format!("{path}1")).await;
    let (why, _) = said(&mut socket, 1).await;
    assert!(String::from_utf8_lossy(&why).contains("connection refused"));
}
