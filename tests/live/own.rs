//! What the program says it asks for, beside what it asks for; and namespaces for those who may not see all.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::faults::Flags;
use crate::servers::{apply, kubeconfig, kubectl, namespace, program};
use crate::terminal::Terminal;

/// `kubectl proxy`, which speaks plain HTTP.
struct Proxy(Child, u16);

impl Proxy {
    fn start() -> Self {
        let mut command = Command::new(program("kubectl"));
        command.arg("--kubeconfig").arg(kubeconfig()).args(["proxy", "--port=0"]).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().rsplit(':').next().unwrap().parse().unwrap();
        Self(child, port)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Passes connections on to `to`, counts requests, and says where it listens. HTTP/1.1 clients send a request when the
/// answer before it is there, so each one begins a piece of its own.
fn counted(to: u16) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (port, count) = (listener.local_addr().unwrap().port(), Arc::new(AtomicUsize::new(0)));
    let counter = count.clone();
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let server = TcpStream::connect(("127.0.0.1", to)).unwrap();
            let (mut answers, mut back) = (server.try_clone().unwrap(), client.try_clone().unwrap());
            std::thread::spawn(move || std::io::copy(&mut answers, &mut back));
            let counter = counter.clone();
            std::thread::spawn(move || pass(client, server, &counter));
        }
    });
    (port, count)
}

fn pass(mut client: TcpStream, mut server: TcpStream, count: &AtomicUsize) {
    let mut buffer = [0; 16_384];
    while let Ok(n @ 1..) = client.read(&mut buffer) {
        let begins = [&b"GET "[..], b"POST ", b"PUT ", b"PATCH ", b"DELETE "];
        if begins.iter().any(|method| buffer[..n].starts_with(method)) {
            count.fetch_add(1, Ordering::SeqCst);
        }
        if server.write_all(&buffer[..n]).is_err() {
            break;
        }
    }
    let _ = server.shutdown(std::net::Shutdown::Both);
}

/// REQ/S, MINUTE, REQUESTS, WATCHES of the connected server.
fn figures(text: &str) -> Option<Vec<f64>> {
    let line = text.lines().find(|line| line.contains("connected"))?;
    let figures = line.split("connected").nth(1)?.split_whitespace().take(4);
    Some(figures.filter_map(|figure| figure.parse().ok()).collect())
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn as_many_requests_as_it_says_and_no_more_while_one_looks() {
    let proxy = Proxy::start();
    let (port, count) = counted(proxy.1);
    let server = format!("http://127.0.0.1:{port}");
    let args = ["--server", &server, "--namespace", "real", "-c", "pods all"];
    let mut terminal = Terminal::sized(&kubeconfig(), &args, 160, 45);
    terminal.shows("live", 20);
    terminal.shows("v1.36", 20);
    terminal.keys(":self\r");
    terminal.shows("memory", 5);
    terminal.shows("turns", 5);
    let agrees = |text: &str| {
        figures(text).is_some_and(|figures| figures.len() == 4 && figures[2] == count.load(Ordering::SeqCst) as f64)
    };
    terminal.until("the requests that were counted", 20, agrees);
    let text = terminal.text();
    let told = figures(&text).unwrap();
    assert!((1.0..=20.0).contains(&told[2]), "{text}");
    // Pods, metrics, and definitions of resources at most.
    assert!((1.0..=3.0).contains(&told[3]), "{text}");
    assert!(text.contains("pods all"), "{text}");
    // A meter that is read asks for nothing: what comes now comes from the tables.
    let before = count.load(Ordering::SeqCst);
    terminal.until("a rate that fell", 30, |text| figures(text).is_some_and(|figures| figures[0] < 1.0));
    assert!(count.load(Ordering::SeqCst) - before <= 4);
    terminal.until("the requests that were counted", 20, agrees);
    terminal.keys("\x1b");
    // Esc and the next key at once would be another key.
    terminal.until("the pods", 5, |text| !text.contains("› self"));
    assert_eq!(terminal.quit(), 0);
}

/// A server that was started after an object was written knows nothing of the object's own version.
#[test]
#[ignore = "needs the real servers: tests/run"]
fn an_object_older_than_all_that_the_server_remembers_is_followed_without_a_storm() {
    namespace("own-old");
    kubectl(&["create", "configmap", "old", "-n", "own-old", "--from-literal=step=first"]);
    let flags = Flags::set("--etcd-compaction-interval=3s");
    // Later versions of others, so that the old one is forgotten for certain.
    for n in 0..5 {
        kubectl(&["create", "configmap", &format!("other-{n}"), "-n", "own-old"]);
    }
    let proxy = Proxy::start();
    let (port, count) = counted(proxy.1);
    let server = format!("http://127.0.0.1:{port}");
    let args = ["--server", &server, "--namespace", "own-old", "-c", "configmaps own-old /old"];
    let mut terminal = Terminal::sized(&kubeconfig(), &args, 120, 40);
    terminal.shows("1 of", 20);
    for key in ["y", "d"] {
        terminal.keys(key);
        terminal.shows("step", 20);
        terminal.shows("live", 20);
        let (before, begun) = (count.load(Ordering::SeqCst), std::time::Instant::now());
        for step in ["second", "third", "fourth", "fifth", "sixth"] {
            let data = format!("{{\"data\":{{\"step\":\"{key}-{step}\"}}}}");
            kubectl(&["patch", "configmap", "old", "-n", "own-old", "-p", &data]);
            terminal.shows(&format!("{key}-{step}"), 10);
        }
        let asked = count.load(Ordering::SeqCst) - before;
        let most = 10 + 2 * begun.elapsed().as_secs() as usize;
        assert!(asked <= most, "{asked} requests in {:?}", begun.elapsed());
        terminal.keys("\x1b");
        terminal.shows("NAME", 10);
    }
    assert_eq!(terminal.quit(), 0);
    drop(flags);
    kubectl(&["delete", "namespace", "own-old", "--wait=false"]);
}

const BOUND: &str = r#"
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: jane, namespace: NAMESPACE }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view }
subjects: [{ apiGroup: rbac.authorization.k8s.io, kind: User, name: own-jane }]
"#;

const LISTS: &str = r#"
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: own-namespaces }
rules: [{ apiGroups: [""], resources: ["namespaces"], verbs: ["list"] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: own-namespaces }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: own-namespaces }
subjects: [{ apiGroup: rbac.authorization.k8s.io, kind: User, name: own-jane }]
"#;

#[test]
#[ignore = "needs the real servers: tests/run"]
fn who_may_see_two_namespaces_sees_both_at_once_and_is_told() {
    kubectl(&["delete", "clusterrolebinding,clusterrole", "own-namespaces", "--ignore-not-found"]);
    for name in ["own-a", "own-b", "own-c"] {
        namespace(name);
        kubectl(&["create", "configmap", &format!("of-{name}"), "-n", name]);
    }
    for name in ["own-a", "own-b"] {
        apply(&BOUND.replace("NAMESPACE", name));
    }
    let args = ["--as", "own-jane", "--namespace", "own-a", "-c", "configmaps all"];
    let mut terminal = Terminal::sized(&kubeconfig(), &args, 140, 40);
    terminal.shows("of-own-a", 20);
    terminal.shows("1 namespace", 5);
    // Nobody told him of the other one, so he goes there once.
    terminal.keys(":configmaps own-b\r");
    terminal.shows("of-own-b", 10);
    terminal.keys(":configmaps own-c\r");
    terminal.shows("you may not list configmaps here", 10);
    apply(LISTS);
    terminal.keys(":configmaps own-a,own-b\r");
    terminal.until("both", 10, |text| text.contains("of-own-a") && text.contains("of-own-b"));
    assert!(!terminal.text().contains(" of 2 namespaces"), "{}", terminal.text());
    terminal.keys(":configmaps all\r\x12");
    terminal.shows("2 of ", 10);
    terminal.until("both", 10, |text| text.contains("of-own-a") && text.contains("of-own-b"));
    // The table is alive in both.
    kubectl(&["create", "configmap", "later", "-n", "own-b"]);
    terminal.shows("later", 5);
    kubectl(&["delete", "configmap", "of-own-a", "-n", "own-a"]);
    terminal.until("one less", 5, |text| !text.contains("of-own-a"));
    assert!(terminal.text().contains("of-own-b"));
    terminal.keys("?");
    terminal.shows("Shown: own-a, own-b", 5);
    terminal.shows("forbidden", 5);
    assert_eq!(terminal.quit(), 0);
    kubectl(&["delete", "clusterrolebinding,clusterrole", "own-namespaces"]);
    kubectl(&["delete", "namespace", "own-a", "own-b", "own-c", "--wait=false"]);
}
