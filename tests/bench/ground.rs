//! What is looked at: the pods of the real servers, or those of a mock server in a process of its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use tokio::net::TcpListener;

use crate::mock::{Mock, churn};
use crate::servers::{self, Churn, Pods};

/// One server with its pods.
pub struct Ground {
    pub name: String,
    pub kubeconfig: String,
    pub pods: Pods,
    /// Of the mock server; the real ones have none.
    mock: Option<Process>,
}

struct Process {
    child: Child,
    port: u16,
    kubeconfig: PathBuf,
}

impl Ground {
    /// All pods of the real servers.
    pub fn real() -> Self {
        let pods = servers::pods();
        Self { name: format!("{} pods", pods.count), kubeconfig: servers::kubeconfig(), pods, mock: None }
    }

    /// The same, by another way to the server.
    pub fn real_by(kubeconfig: String) -> Self {
        Self { kubeconfig, ..Self::real() }
    }

    /// This program once more, as a mock server.
    pub fn mock(count: u32) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        let mut child = command.args(["mock", &count.to_string()]).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().parse().unwrap();
        let kubeconfig = std::env::temp_dir().join(format!("spyhop-bench-{port}.kubeconfig"));
        std::fs::write(&kubeconfig, config(port)).unwrap();
        let mock = Process { child, port, kubeconfig };
        let pods = Mock::new(count).world().census();
        let mut namespaces: Vec<String> =
            (0..count).step_by(1000).filter_map(|n| Some(pods.pod(n)?.namespace())).collect();
        namespaces.dedup();
        let first = pods.pod(0).map(|pod| (pod.namespace(), pod.name())).unwrap();
        Self {
            name: format!("{count} pods of the mock server"),
            kubeconfig: mock.kubeconfig.display().to_string(),
            pods: Pods { count: count as usize, namespaces, first },
            mock: Some(mock),
        }
    }

    pub fn is_real(&self) -> bool {
        self.mock.is_none()
    }

    /// So many changes a second, until it is dropped or, on the real servers, for so many seconds.
    pub fn churn(&self, rate: u32, seconds: u64) -> Changes<'_> {
        let mock = self.mock.as_ref();
        if let Some(mock) = mock {
            mock.ask(&format!("/mock/rate/{rate}"));
        }
        let real = mock.is_none().then(|| Churn::start(seconds));
        Changes { mock, _real: real }
    }

    /// When which restart count of the first pod was sent, in microseconds since 1970. Only the mock server knows.
    pub fn probes(&self) -> Option<Vec<(u32, u64)>> {
        Some(serde_json::from_str(&self.mock.as_ref()?.ask("/mock/probes")).unwrap())
    }

    /// How many requests there were so far. Only the mock server knows.
    pub fn requests(&self) -> Option<usize> {
        self.mock.as_ref()?.ask("/mock/requests").trim().parse().ok()
    }
}

/// Ends when dropped.
pub struct Changes<'a> {
    mock: Option<&'a Process>,
    _real: Option<Churn>,
}

impl Drop for Changes<'_> {
    fn drop(&mut self) {
        if let Some(mock) = self.mock {
            mock.ask("/mock/rate/0");
        }
    }
}

impl Process {
    fn ask(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nconnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let body = answer.split_once("\r\n\r\n").map(|(_, body)| body).unwrap_or_default();
        dechunked(body)
    }
}

fn dechunked(mut body: &str) -> String {
    let mut out = String::new();
    while let Some((size, rest)) = body.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).unwrap_or_default();
        out.push_str(&rest[..size]);
        body = rest[size..].trim_start_matches("\r\n");
    }
    out
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_file(&self.kubeconfig);
    }
}

fn config(port: u16) -> String {
    format!(
        "apiVersion: v1
kind: Config
current-context: mock
clusters: [{{name: mock, cluster: {{server: 'http://127.0.0.1:{port}'}}}}]
users: [{{name: nobody, user: {{}}}}]
contexts: [{{name: mock, context: {{cluster: mock, user: nobody}}}}]
"
    )
}

/// The mock server itself: says its port, then answers until it is killed.
pub fn serve(count: u32) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("{}", listener.local_addr().unwrap().port());
        let mock = Mock::new(count);
        tokio::spawn(churn(mock.clone()));
        mock.serve(listener).await;
    });
}
