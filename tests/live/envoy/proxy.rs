//! One real Envoy on loopback with many route configurations: a header of the request says which of them is asked.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use super::ask::Ask;
use super::istio::TELLS;

/// Names the route configuration; no rule asks for it.
const SCOPE: &str = "x-scope";

pub struct Proxy {
    process: Child,
    home: PathBuf,
    stream: BufReader<TcpStream>,
}

/// What the proxy said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    pub status: u64,
    /// The header that every route of a rule sets.
    pub rule: Option<String>,
    pub location: String,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.home);
    }
}

impl Proxy {
    /// A proxy with these route configurations, known by their place in the list.
    pub fn start(program: &Path, configs: &[&Value]) -> Self {
        let home = std::env::temp_dir().join(format!("spyhop-envoy-{}-{}", std::process::id(), configs.len()));
        std::fs::create_dir_all(&home).unwrap();
        let file = home.join("envoy.json");
        std::fs::write(&file, bootstrap(configs).to_string()).unwrap();
        let mut command = Command::new(program);
        command.args(["--config-path"]).arg(&file).args(["--log-format", "%v", "--disable-hot-restart"]);
        command.args(["--concurrency", "1"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let mut log = BufReader::new(process.stderr.take().unwrap());
        let admin = ready(&mut log);
        // What it logs from now on must go somewhere.
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        let port = listening(&admin);
        let stream = BufReader::new(TcpStream::connect(("127.0.0.1", port)).unwrap());
        Self { process, home, stream }
    }

    pub fn ask(&mut self, scope: usize, ask: &Ask) -> Reply {
        let mut text =
            format!("{} {} HTTP/1.1\r\nHost: {}\r\n{SCOPE}: {scope}\r\n", ask.method, ask.target(), ask.authority);
        ask.headers.iter().for_each(|(name, value)| text += &format!("{name}: {value}\r\n"));
        text += "content-length: 0\r\n\r\n";
        self.stream.get_mut().write_all(text.as_bytes()).unwrap();
        reply(&mut self.stream).unwrap_or_else(|| panic!("the proxy hung up on {ask}"))
    }
}

fn reply(stream: &mut impl BufRead) -> Option<Reply> {
    let mut line = String::new();
    stream.read_line(&mut line).unwrap();
    let mut out = Reply { status: line.split(' ').nth(1)?.parse().ok()?, ..Reply::default() };
    let mut length = 0;
    loop {
        line.clear();
        stream.read_line(&mut line).unwrap();
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        match name {
            "content-length" => length = value.parse().unwrap(),
            "location" => out.location = value.to_owned(),
            TELLS => out.rule = Some(value.to_owned()),
            _ => {}
        }
    }
    std::io::copy(&mut stream.take(length), &mut std::io::sink()).unwrap();
    Some(out)
}

/// Waits until it serves; answers the address of its own interface.
fn ready(log: &mut impl BufRead) -> String {
    let (mut admin, mut said) = (String::new(), String::new());
    loop {
        let mut line = String::new();
        if log.read_line(&mut line).unwrap() == 0 {
            let end: Vec<&str> = said.lines().rev().take(20).collect();
            panic!("envoy ended at once:\n{}", end.into_iter().rev().collect::<Vec<_>>().join("\n"));
        }
        if let Some(address) = line.trim_end().strip_prefix("admin address: ") {
            admin = address.to_owned();
        }
        if line.contains("starting workers") {
            return admin;
        }
        said += &line;
    }
}

/// The port that the kernel chose for its listener.
fn listening(admin: &str) -> u16 {
    let mut stream = TcpStream::connect(admin).unwrap();
    stream.write_all(b"GET /listeners?format=json HTTP/1.1\r\nHost: admin\r\nConnection: close\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (_, port) = text.split_once("\"port_value\": ").unwrap();
    port.split(|c: char| !c.is_ascii_digit()).next().unwrap().parse().unwrap()
}

/// What Istio sets for its proxies and routes depend on: paths in their normal form.
fn bootstrap(configs: &[&Value]) -> Value {
    let scoped = |(index, config): (usize, &&Value)| {
        let mut config = (*config).clone();
        config["name"] = index.to_string().into();
        json!({"name": index.to_string(), "key": {"fragments": [{"string_key": index.to_string()}]}, "route_configuration": config})
    };
    let scopes: Vec<Value> = configs.iter().enumerate().map(scoped).collect();
    let kind = |name: &str| format!("type.googleapis.com/envoy.extensions.filters.{name}");
    let address = json!({"socket_address": {"address": "127.0.0.1", "port_value": 0}});
    let manager = json!({
        "@type": kind("network.http_connection_manager.v3.HttpConnectionManager"),
        "stat_prefix": "in", "normalize_path": true, "use_remote_address": true,
        "scoped_routes": {"name": "scopes",
            "scope_key_builder": {"fragments": [{"header_value_extractor": {"name": SCOPE, "index": 0}}]},
            "scoped_route_configurations_list": {"scoped_route_configurations": scopes}},
        "http_filters": [{"name": "router", "typed_config": {"@type": kind("http.router.v3.Router")}}]
    });
    json!({"admin": {"address": address}, "static_resources": {"listeners": [{"name": "in", "address": address,
        "filter_chains": [{"filters": [{"name": "manager", "typed_config": manager}]}]}]}})
}
