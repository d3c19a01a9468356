//! A container's own process: what it says from now on. What is typed to it goes nowhere, as with most servers.

use std::pin::pin;
use std::sync::Arc;

use bytes::Bytes;
use futures::{Stream, StreamExt};

use super::Api;
use super::ask::Ask;
use super::exec::{self, PROTOCOLS, STDOUT};
use super::place::Place;
use super::reply::Answer;
use super::socket::{self, Socket};
use super::{log, pod};

pub fn open(api: &Arc<Api>, ask: &mut Ask, place: &Place, name: &str) -> Answer {
    let target = exec::reachable(api, ask, place, name, "attach to")?;
    let (running, container) = (pod::is_running(&target.pod, &target.container), target.container.clone());
    let (reply, coming) = socket::upgrade(ask, PROTOCOLS)?;
    let tty = ask.is("tty");
    let lines = log::live(api, place, target).map(move |text| if tty { returned(&text) } else { text });
    tokio::spawn(async move {
        let Some(mut socket) = coming.open().await else { return };
        let status = match running {
            true => listen(&mut socket, lines).await.map(exec::exited),
            false => Some(exec::absent(&container)),
        };
        exec::end(socket, status).await;
    });
    Ok(reply)
}

/// As a terminal writes lines.
fn returned(text: &Bytes) -> Bytes {
    String::from_utf8_lossy(text).replace('\n', "\r\n").into()
}

/// Until the container ends, or the other side leaves.
async fn listen(socket: &mut Socket, lines: impl Stream<Item = Bytes>) -> Option<i32> {
    let mut lines = pin!(lines);
    loop {
        tokio::select! {
            text = lines.next() => match text {
                Some(text) => {
                    if !socket.send(STDOUT, &text).await {
                        return None;
                    }
                }
                None => return Some(0),
            },
            // Typed bytes and sizes are taken, and nothing comes of them.
            message = socket.next() => drop(message?),
        }
    }
}
