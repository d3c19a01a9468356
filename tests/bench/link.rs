//! Ten thousand pods over a bad link: how soon they show, and how many bytes that takes. The link is a relay on
//! loopback in front of the real API server.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, sleep_until};

use crate::ground::Ground;
use crate::plan::Plan;
use crate::proc;
use crate::sample::Sample;
use crate::screens::{self, Explorer};
use crate::servers;

/// There and back.
pub const ROUND_TRIP: Duration = Duration::from_millis(300);
/// Bits a second, each way.
pub const RATE: u64 = 2_000_000;
/// About one packet. Connections share the link packet by packet.
const PACKET: usize = 1_448;
/// Who shows nothing within this time counts as never.
pub const LIMIT: Duration = Duration::from_secs(90);

pub struct Link {
    pub pods: usize,
    pub runs: Vec<(&'static str, Vec<Sample>)>,
    /// Megabytes that each program had received when it was done, or when it was given up.
    pub received: Vec<Vec<f64>>,
    pub absent: Vec<&'static str>,
}

pub fn measure(plan: &Plan) -> Link {
    let relay = Relay::start();
    let ground = Ground::real_by(relay.kubeconfig.display().to_string());
    let (peers, absent) = screens::peers();
    let explorers: Vec<Explorer> = std::iter::once(screens::spyhop()).chain(peers).collect();
    let runs = explorers.iter().map(|explorer| (explorer.name, Vec::new())).collect();
    let received = vec![Vec::new(); explorers.len()];
    let mut link = Link { pods: ground.pods.count, runs, received, absent };
    for _ in 0..plan.rounds {
        for (i, explorer) in explorers.iter().enumerate() {
            let before = relay.received.load(Ordering::Relaxed);
            link.runs[i].1.push(look(explorer, &ground));
            let bytes = relay.received.load(Ordering::Relaxed) - before;
            link.received[i].push(bytes as f64 / 1e6);
            // What is still on its way belongs to nobody.
            std::thread::sleep(2 * ROUND_TRIP);
        }
    }
    link
}

fn look(explorer: &Explorer, ground: &Ground) -> Sample {
    let terminal = screens::start(&explorer.path, explorer.args, ground);
    let pid = terminal.pid();
    let all = terminal.reached(1, LIMIT);
    let first = terminal.reached(0, Duration::ZERO);
    let since = |at: std::time::Instant| at.duration_since(terminal.started).as_secs_f64();
    let cpu_to_all = proc::cpu(pid).filter(|_| all.is_some());
    Sample { first: first.map(since), all: all.map(since), cpu_to_all, peak: proc::peak(pid), ..Sample::default() }
}

/// The link, with a kubeconfig that leads over it.
struct Relay {
    kubeconfig: PathBuf,
    received: Arc<AtomicU64>,
}

impl Relay {
    fn start() -> Self {
        let text = std::fs::read_to_string(servers::kubeconfig()).unwrap();
        let (_, rest) = text.split_once("https://").expect("the server has an address");
        let is_of_address = |sign: char| sign.is_ascii_digit() || sign == '.' || sign == ':';
        let end = rest.find(|sign| !is_of_address(sign)).unwrap_or(rest.len());
        let server: SocketAddr = rest[..end].parse().unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let here = listener.local_addr().unwrap();
        let kubeconfig = std::env::temp_dir().join(format!("spyhop-link-{}.kubeconfig", here.port()));
        std::fs::write(&kubeconfig, text.replace(&server.to_string(), &here.to_string())).unwrap();
        let received = Arc::new(AtomicU64::new(0));
        let counted = received.clone();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(serve(listener, server, counted));
        });
        Self { kubeconfig, received }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.kubeconfig);
    }
}

async fn serve(listener: std::net::TcpListener, server: SocketAddr, received: Arc<AtomicU64>) {
    let listener = TcpListener::from_std(listener).unwrap();
    let (up, down) = (Line::new(Arc::default()), Line::new(received));
    while let Ok((client, _)) = listener.accept().await {
        let (up, down) = (up.clone(), down.clone());
        tokio::spawn(async move {
            // A connection opens after one round trip.
            sleep(ROUND_TRIP).await;
            let server = TcpStream::connect(server).await?;
            let (from_client, to_client) = client.into_split();
            let (from_server, to_server) = server.into_split();
            tokio::select! {
                ended = up.carry(from_client, to_server) => ended,
                ended = down.carry(from_server, to_client) => ended,
            }
        });
    }
}

/// One direction of the link, which all connections share.
#[derive(Clone)]
struct Line {
    free: Arc<Mutex<Instant>>,
    bytes: Arc<AtomicU64>,
}

impl Line {
    fn new(bytes: Arc<AtomicU64>) -> Self {
        Self { free: Arc::new(Mutex::new(Instant::now())), bytes }
    }

    /// Carries everything from one end to the other. A packet waits for the line, then travels.
    async fn carry(&self, from: impl AsyncRead + Unpin, to: impl AsyncWrite + Unpin) -> io::Result<()> {
        let (sender, travelling) = mpsc::unbounded_channel();
        let (taken, delivered) = tokio::join!(self.take(from, sender), self.deliver(travelling, to));
        taken.and(delivered)
    }

    async fn take(
        &self,
        mut from: impl AsyncRead + Unpin,
        sender: mpsc::UnboundedSender<(Instant, Vec<u8>)>,
    ) -> io::Result<()> {
        let mut packet = [0; PACKET];
        loop {
            let n = from.read(&mut packet).await?;
            let free = self.claim(n);
            if n == 0 || sender.send((free + ROUND_TRIP / 2, packet[..n].to_vec())).is_err() {
                return Ok(());
            }
            sleep_until(free).await;
        }
    }

    /// Claims the line for so many bytes, and tells when the last of them has left.
    fn claim(&self, bytes: usize) -> Instant {
        let mut free = self.free.lock().unwrap();
        *free = (*free).max(Instant::now()) + Duration::from_micros(bytes as u64 * 8_000_000 / RATE);
        *free
    }

    async fn deliver(
        &self,
        mut travelling: mpsc::UnboundedReceiver<(Instant, Vec<u8>)>,
        mut to: impl AsyncWrite + Unpin,
    ) -> io::Result<()> {
        while let Some((due, packet)) = travelling.recv().await {
            sleep_until(due).await;
            to.write_all(&packet).await?;
            self.bytes.fetch_add(packet.len() as u64, Ordering::Relaxed);
        }
        to.shutdown().await
    }
}
