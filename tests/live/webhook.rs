//! An admission webhook: a small TLS server with the certificate of the rig's API server, which is good for loopback.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Value, json};

use crate::servers::{apply, kubeconfig, kubectl};

/// Why a request is denied, if it is.
type Judge = fn(&Value) -> Option<&'static str>;

/// Judges updates of deployments in one namespace for as long as it lives.
pub struct Webhook {
    name: String,
}

fn pki(name: &str) -> PathBuf {
    PathBuf::from(kubeconfig()).with_file_name(name)
}

impl Webhook {
    pub fn new(namespace: &str, judge: Judge) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let certificate = CertificateDer::from_pem_file(pki("apiserver.crt")).unwrap();
        let key = PrivateKeyDer::from_pem_file(pki("apiserver.key")).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let config = Arc::new(config.with_no_client_auth().with_single_cert(vec![certificate], key).unwrap());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let config = config.clone();
                std::thread::spawn(move || serve(stream, config, judge));
            }
        });
        let webhook = Self { name: format!("{namespace}.example.com") };
        webhook.register(namespace, port);
        webhook
    }

    fn register(&self, namespace: &str, port: u16) {
        let bundle = base64(&std::fs::read(pki("ca.crt")).unwrap());
        let webhook = json!({
            "name": self.name, "clientConfig": {"url": format!("https://127.0.0.1:{port}/"), "caBundle": bundle},
            "rules": [{"apiGroups": ["apps"], "apiVersions": ["v1"], "operations": ["UPDATE"], "resources": ["deployments"]}],
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
            "admissionReviewVersions": ["v1"], "sideEffects": "NoneOnDryRun", "failurePolicy": "Ignore", "timeoutSeconds": 5,
        });
        let all = json!({
            "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration",
            "metadata": {"name": self.name}, "webhooks": [webhook],
        });
        apply(&all.to_string());
    }
}

impl Drop for Webhook {
    fn drop(&mut self) {
        kubectl(&["delete", "validatingwebhookconfiguration", &self.name]);
    }
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// Requests of one connection, until it ends.
fn serve(stream: TcpStream, config: Arc<ServerConfig>, judge: Judge) {
    let mut stream = BufReader::new(StreamOwned::new(ServerConnection::new(config).unwrap(), stream));
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if !matches!(stream.read_line(&mut line), Ok(1..)) {
                return;
            }
            let line = line.trim().to_lowercase();
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            if line.is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body).unwrap();
        let review: Value = serde_json::from_slice(&body).unwrap();
        let denied = judge(&review["request"]);
        let mut response = json!({"uid": review["request"]["uid"], "allowed": denied.is_none()});
        if let Some(why) = denied {
            response["status"] = json!({"message": why});
        }
        let answer =
            json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": response}).to_string();
        let head =
            format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n", answer.len());
        let stream = stream.get_mut();
        stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(answer.as_bytes())).unwrap();
        stream.flush().unwrap();
    }
}
