//! Port-forwards. Each connection to a local port gets its own websocket to the port of the pod.

use std::io::ErrorKind;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use futures::FutureExt;
use futures::stream::{BoxStream, FuturesUnordered, StreamExt};
use k8s_openapi::api::core::v1::Pod;
use kube::api::Api;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::time::{MissedTickBehavior, interval, sleep};

use super::ask::{Ask, JSON};
use super::server::Server;
use crate::model::{Delta, End, Error, Id, Input, Result, Str, Traffic, Value};
use crate::source::out::{self, Out};

pub struct Ports {
    pub address: Str,
    pub local: u16,
    pub remote: u16,
}

/// The time between two reports while bytes flow.
const TELL: Duration = Duration::from_millis(500);
/// After so many reports the pod is looked up, to see whether it still exists.
const LOOK: u32 = 10;
/// The longest silence of the pod that is awaited after the local end has closed.
const QUIET: Duration = Duration::from_secs(30);
const CHUNK: usize = 16 << 10;

/// Listens and forwards until the session is closed or the pod is gone.
pub fn open(
    server: Arc<Server>,
    id: Id,
    ports: Ports,
    input: mpsc::Receiver<Input>,
) -> BoxStream<'static, Result<Delta>> {
    out::stream(move |out| run(server, id, ports, input, out).boxed())
}

/// A local connection, and whether its bytes have to wait.
struct Local {
    stream: TcpStream,
    held: watch::Receiver<bool>,
}

#[derive(Default)]
struct Counts {
    open: AtomicU32,
    sent: AtomicU64,
    received: AtomicU64,
}

async fn run(server: Arc<Server>, id: Id, ports: Ports, mut input: mpsc::Receiver<Input>, out: &mut Out) -> Result<()> {
    let uid = alive(&server, &id, None).await?;
    let listener = listen(&ports).await?;
    let local = listener.local_addr().map_or(ports.local, |address| address.port());
    let counts = Arc::new(Counts::default());
    let mut traffic = Traffic { local, ..Traffic::default() };
    out.say(Delta::Traffic(Box::new(traffic.clone())));
    out.flush().await;
    let mut connections = FuturesUnordered::new();
    let (hold, held) = watch::channel(false);
    let mut ticks = interval(TELL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut ticked = 0;
    loop {
        tokio::select! {
            accepted = listener.accept(), if !*held.borrow() => match accepted {
                Ok((stream, _)) => {
                    traffic.failed = None;
                    let local = Local { stream, held: held.clone() };
                    connections.push(carry(server.clone(), id.clone(), ports.remote, local, counts.clone()));
                }
                Err(error) => {
                    // If a resource is missing (file descriptors, for example), the next attempt would fail at once
                    // too, so there is a pause.
                    traffic.failed = Some(format!("could not accept a connection: {error}"));
                    sleep(TELL).await;
                }
            },
            Some(ended) = connections.next(), if !connections.is_empty() => {
                if let Err(error) = ended {
                    let error: Error = error;
                    traffic.failed = Some(error.text().to_owned());
                }
            }
            typed = input.recv() => match typed {
                None | Some(Input::Close) => {
                    out.say(Delta::Done(End::Closed("stopped".to_owned())));
                    out.flush().await;
                    return Ok(());
                }
                Some(Input::Hold(on)) => {
                    hold.send_replace(on);
                    traffic.failed = on.then(|| "waiting: nothing is sent to the pod for now".to_owned());
                }
                Some(Input::Bytes(_) | Input::Resize(..)) => {}
            },
            _ = ticks.tick() => {
                ticked += 1;
                if ticked % LOOK == 0 {
                    // If the server does not answer, the pod may still exist.
                    match alive(&server, &id, Some(&uid)).await {
                        Err(error @ (Error::Gone(_) | Error::Unserved(_))) => return Err(error),
                        Err(error) => traffic.failed = Some(error.text().to_owned()),
                        Ok(_) => {}
                    }
                }
                tell(&mut traffic, &counts, out).await;
            }
        }
    }
}

async fn tell(traffic: &mut Traffic, counts: &Counts, out: &mut Out) {
    let now = Traffic {
        open: counts.open.load(Ordering::Relaxed),
        sent: counts.sent.load(Ordering::Relaxed),
        received: counts.received.load(Ordering::Relaxed),
        ..traffic.clone()
    };
    if now != *traffic || traffic.failed.is_some() {
        *traffic = now;
        out.say(Delta::Traffic(Box::new(traffic.clone())));
        out.flush().await;
    }
}

/// The uid of the pod. An error if the pod is over, or is another one than `uid` says.
async fn alive(server: &Server, id: &Id, uid: Option<&str>) -> Result<String> {
    let name = &id.name;
    let pod: Value = server.read(&Ask::object(id, JSON)).await?;
    let found = pod["metadata"]["uid"].as_str().unwrap_or_default();
    if uid.is_some_and(|uid| uid != found) {
        return Err(Error::Gone(format!("{name} was replaced by another pod; start a new forward")));
    }
    match pod["status"]["phase"].as_str() {
        Some(phase @ ("Succeeded" | "Failed")) => {
            Err(Error::Gone(format!("{name} has ended ({phase}); forward to another pod")))
        }
        _ => Ok(found.to_owned()),
    }
}

async fn listen(ports: &Ports) -> Result<TcpListener> {
    let Ports { address, local, .. } = ports;
    let bad = |_| Error::Invalid(format!("'{address}' is not an IP address"));
    let ip: IpAddr = address.parse().map_err(bad)?;
    TcpListener::bind((ip, *local)).await.map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => Error::Invalid(format!(
            "{address}:{local} is in use by another program; choose another local port, or 0 for any free one"
        )),
        ErrorKind::PermissionDenied => {
            Error::Invalid(format!("no permission to listen on {address}:{local}; ports under 1024 need root"))
        }
        ErrorKind::AddrNotAvailable => Error::Invalid(format!("{address} is not an address of this machine")),
        _ => Error::Invalid(format!("cannot listen on {address}:{local}: {error}")),
    })
}

/// Forwards one connection until both sides are done.
async fn carry(server: Arc<Server>, id: Id, remote: u16, local: Local, counts: Arc<Counts>) -> Result<()> {
    counts.open.fetch_add(1, Ordering::Relaxed);
    let carried = through(&server, &id, remote, local, &counts).await;
    counts.open.fetch_sub(1, Ordering::Relaxed);
    carried
}

async fn through(server: &Server, id: &Id, remote: u16, local: Local, counts: &Counts) -> Result<()> {
    // The kube crate puts names into paths without checking them.
    id.check()?;
    let pods: Api<Pod> = Api::namespaced(server.client().await?, &id.namespace);
    let forwarded = pods.portforward(&id.name, &[remote]).await;
    let mut way = match forwarded {
        Ok(way) => way,
        Err(error) => return Err(refused(server, id, &error).await),
    };
    let lost = || Error::Offline("the connection to the pod was lost".to_owned());
    let failed = way.take_error(remote).ok_or_else(lost)?;
    let (from_pod, mut to_pod) = tokio::io::split(way.take_stream(remote).ok_or_else(lost)?);
    let (from_here, mut to_here) = local.stream.into_split();
    // The protocol cannot close one direction only. Closing the connection would cut off what the pod still has to
    // send.
    let up = async {
        copy(from_here, &mut to_pod, &counts.sent, Some(local.held)).await;
        quiet(&counts.received).await;
    };
    tokio::select! {
        () = copy(from_pod, &mut to_here, &counts.received, None) => {}
        () = up => {}
    }
    let _ = to_here.shutdown().await;
    way.abort();
    match failed.await {
        Some(why) => Err(Error::Invalid(format!("port {remote}: {}", first_line(&why)))),
        None => Ok(()),
    }
}

/// Asks again without an upgrade. The answer to that says why the request was refused.
async fn refused(server: &Server, id: &Id, error: &kube::Error) -> Error {
    let ask = Ask::part(id, "portforward", JSON);
    match (error, server.ask(&ask).await) {
        (kube::Error::UpgradeConnection(_), Err(why @ (Error::Denied(_) | Error::Gone(_)))) => why,
        _ => server.failure(error),
    }
}

fn first_line(text: &str) -> &str {
    text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("it cannot be reached in the pod")
}

/// Returns when nothing was counted for a while.
async fn quiet(count: &AtomicU64) {
    loop {
        let before = count.load(Ordering::Relaxed);
        sleep(QUIET).await;
        if count.load(Ordering::Relaxed) == before {
            return;
        }
    }
}

/// Copies to the end. It waits while the session is held.
async fn copy(
    mut from: impl AsyncRead + Unpin,
    to: &mut (impl AsyncWrite + Unpin),
    count: &AtomicU64,
    mut held: Option<watch::Receiver<bool>>,
) {
    let mut buffer = vec![0; CHUNK];
    while let Ok(n @ 1..) = from.read(&mut buffer).await {
        if let Some(held) = &mut held {
            let _ = held.wait_for(|held| !held).await;
        }
        if to.write_all(&buffer[..n]).await.is_err() {
            break;
        }
        count.fetch_add(n as u64, Ordering::Relaxed);
    }
}
