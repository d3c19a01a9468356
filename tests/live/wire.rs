//! A wire between spyhop and the API server that can be cut, and that can swallow answers.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use crate::servers::kubeconfig;

#[derive(Default)]
struct Shared {
    /// New connections are refused.
    cut: AtomicBool,
    /// What the server says goes nowhere.
    deaf: AtomicBool,
    open: Mutex<Vec<TcpStream>>,
}

pub struct Wire {
    shared: Arc<Shared>,
    port: u16,
}

impl Wire {
    pub fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared::default());
        let theirs = shared.clone();
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if theirs.cut.load(Ordering::SeqCst) {
                    let _ = client.shutdown(Shutdown::Both);
                    continue;
                }
                let server = TcpStream::connect(server()).unwrap();
                let mut open = theirs.open.lock().unwrap();
                open.extend([client.try_clone().unwrap(), server.try_clone().unwrap()]);
                pass(client.try_clone().unwrap(), server.try_clone().unwrap(), None);
                pass(server, client, Some(theirs.clone()));
            }
        });
        Self { shared, port }
    }

    /// A kubeconfig that goes through the wire.
    pub fn kubeconfig(&self, dir: &std::path::Path) -> String {
        let text = std::fs::read_to_string(kubeconfig()).unwrap();
        let path = dir.join("wire.kubeconfig");
        std::fs::write(&path, text.replace(&server(), &format!("127.0.0.1:{}", self.port))).unwrap();
        path.to_str().unwrap().to_owned()
    }

    pub fn cut(&self) {
        self.shared.cut.store(true, Ordering::SeqCst);
        for stream in self.shared.open.lock().unwrap().drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    pub fn swallow_answers(&self) {
        self.shared.deaf.store(true, Ordering::SeqCst);
    }

    pub fn mend(&self) {
        self.shared.deaf.store(false, Ordering::SeqCst);
        self.shared.cut.store(false, Ordering::SeqCst);
    }
}

/// The address of the API server in the kubeconfig.
fn server() -> String {
    let text = std::fs::read_to_string(kubeconfig()).unwrap();
    let rest = text.split("https://").nth(1).unwrap();
    rest.split(['"', ',', '\n', '}']).next().unwrap().trim().to_owned()
}

fn pass(mut from: TcpStream, mut to: TcpStream, answers: Option<Arc<Shared>>) {
    std::thread::spawn(move || {
        let mut buffer = [0; 16_384];
        while let Ok(n @ 1..) = from.read(&mut buffer) {
            let swallowed = answers.as_ref().is_some_and(|shared| shared.deaf.load(Ordering::SeqCst));
            if !swallowed && to.write_all(&buffer[..n]).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Both);
    });
}
