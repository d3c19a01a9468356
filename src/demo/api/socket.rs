//! Websockets with numbered channels (k8s.io/streaming, wsstream): the first byte of a message names its channel.

use bytes::Bytes;
use futures::{SinkExt, StreamExt};
use http::{HeaderValue, Response, StatusCode, header};
use http_body_util::{Either, Full};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role};

use super::ask::Ask;
use super::reply::Reply;
use crate::demo::refusal::Refusal;

/// A connection that is about to be one.
pub struct Coming(OnUpgrade);

pub struct Socket(WebSocketStream<TokioIo<Upgraded>>);

/// Agrees to speak the first of these protocols that the other side knows.
pub fn upgrade(ask: &mut Ask, known: &[&'static str]) -> Result<(Reply, Coming), Refusal> {
    let required = || Refusal::bad("Upgrade request required");
    if !ask.header(header::UPGRADE).eq_ignore_ascii_case("websocket") {
        return Err(required());
    }
    let key = ask.headers.get(header::SEC_WEBSOCKET_KEY).ok_or_else(required)?;
    let accept = derive_accept_key(key.as_bytes());
    let offered = ask.header(header::SEC_WEBSOCKET_PROTOCOL);
    let offers = |protocol: &str| offered.split(',').any(|one| one.trim() == protocol);
    let protocol = known.iter().find(|protocol| offers(protocol)).copied();
    let unknown = || Refusal::bad(format!("unable to upgrade: none of [{offered}] is spoken here"));
    let protocol = protocol.ok_or_else(unknown)?;
    let mut reply = Response::new(Either::Left(Full::default()));
    *reply.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = reply.headers_mut();
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(protocol));
    headers.insert(header::SEC_WEBSOCKET_ACCEPT, HeaderValue::from_str(&accept).map_err(|_| required())?);
    let coming = ask.upgrade.take().ok_or_else(required)?;
    Ok((reply, Coming(coming)))
}

impl Coming {
    /// The connection, once the other side has the answer.
    pub async fn open(self) -> Option<Socket> {
        let upgraded = self.0.await.ok()?;
        Some(Socket(WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, None).await))
    }
}

impl Socket {
    /// The next message and its channel. `None` when the other side is gone.
    pub async fn next(&mut self) -> Option<(u8, Bytes)> {
        loop {
            let message = match self.0.next().await?.ok()? {
                Message::Binary(message) => message,
                Message::Close(_) => return None,
                // Pings are answered below.
                Message::Text(_) | Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => continue,
            };
            if let Some(channel) = message.first() {
                return Some((*channel, message.slice(1..)));
            }
        }
    }

    /// False when nobody takes it any more.
    pub async fn send(&mut self, channel: u8, bytes: &[u8]) -> bool {
        let message: Vec<u8> = std::iter::once(channel).chain(bytes.iter().copied()).collect();
        self.0.send(Message::binary(message)).await.is_ok()
    }

    pub async fn close(mut self) {
        // Whoever is gone needs no farewell; who is not answers it.
        let well = CloseFrame { code: CloseCode::Normal, reason: "".into() };
        let _ = self.0.close(Some(well)).await;
        while let Some(Ok(_)) = self.0.next().await {}
    }
}
