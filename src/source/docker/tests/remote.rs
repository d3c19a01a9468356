//! Engines that are not here: through TLS, and through a program that is started as ssh.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::StreamExt;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::model::{Delta, Error, Query, Result, SourceId};
use crate::source::Source;
use crate::source::docker::Docker;
use crate::source::docker::endpoint::find;
use crate::source::tests::folder::Folder;

const AT: SourceId = SourceId(9);

/// What the first engine of an environment says about itself.
async fn asked(env: &[(&str, &str)]) -> Result<String> {
    told(&docker(env)).await
}

fn docker(env: &[(&str, &str)]) -> Docker {
    let endpoint =
        find(&|name| env.iter().find(|(known, _)| *known == name).map(|(_, v)| (*v).to_owned())).swap_remove(0);
    Docker::new(AT, endpoint)
}

async fn told(source: &Docker) -> Result<String> {
    let mut kinds = source.open(Query::Kinds { at: AT }, None);
    let next = tokio::time::timeout(Duration::from_secs(10), kinds.next()).await;
    match next.expect("nothing came").expect("the stream ended")? {
        Delta::Found(found) => Ok(found.version.to_string()),
        other => panic!("{other:?}"),
    }
}

fn openssl(folder: &Path, args: &str) {
    let output = Command::new("openssl").current_dir(folder).args(args.split(' ')).output().expect("openssl is needed");
    assert!(output.status.success(), "openssl {args}: {}", String::from_utf8_lossy(&output.stderr));
}

/// An authority, an engine's certificate for 127.0.0.1 and a client's.
fn certificates() -> Folder {
    let folder = Folder::new();
    let path = folder.path();
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2";
    openssl(path, &format!("req -x509 {key} -subj /CN=authority -keyout ca.key -out ca.pem"));
    std::fs::write(path.join("names"), "subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n")
        .unwrap();
    for name in ["server", "client"] {
        let own = key.replace(" -days 2", "");
        openssl(path, &format!("req -new {own} -subj /CN={name} -keyout {name}.key -out {name}.csr"));
        let sign = "-CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names";
        openssl(path, &format!("x509 -req -in {name}.csr {sign} -out {name}.pem"));
    }
    std::fs::create_dir(path.join("mine")).unwrap();
    for (from, to) in [("ca.pem", "ca.pem"), ("client.pem", "cert.pem"), ("client.key", "key.pem")] {
        std::fs::copy(path.join(from), path.join("mine").join(to)).unwrap();
    }
    folder
}

fn server(folder: &Path) -> ServerConfig {
    let chain = |name: &str| vec![CertificateDer::from_pem_file(folder.join(name)).unwrap()];
    let key = PrivateKeyDer::from_pem_file(folder.join("server.key")).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(chain("ca.pem").remove(0)).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone()).build().unwrap();
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    builder.with_client_cert_verifier(verifier).with_single_cert(chain("server.pem"), key).unwrap()
}

/// Answers whatever is asked, on connections that last; how many there were is counted.
async fn engine(folder: &Path) -> (u16, Arc<AtomicUsize>) {
    let acceptor = TlsAcceptor::from(Arc::new(server(folder)));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (port, count) = (listener.local_addr().unwrap().port(), Arc::new(AtomicUsize::new(0)));
    let counted = count.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, counted) = (acceptor.clone(), counted.clone());
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                counted.fetch_add(1, Ordering::Relaxed);
                let mut head = Vec::new();
                while let Ok(byte) = stream.read_u8().await {
                    head.push(byte);
                    if head.ends_with(b"\r\n\r\n") {
                        head.clear();
                        let body = "{\"Version\":\"29.1\"}";
                        let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
                        let _ = stream.write_all(answer.as_bytes()).await;
                        let _ = stream.flush().await;
                    }
                }
            });
        }
    });
    (port, count)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_behind_tls_knows_us_and_we_know_it() {
    let folder = certificates();
    let (port, connections) = engine(folder.path()).await;
    let (host, mine) = (format!("tcp://127.0.0.1:{port}"), folder.path().join("mine").display().to_string());
    let env = [("DOCKER_HOST", host.as_str()), ("DOCKER_TLS_VERIFY", "1"), ("DOCKER_CERT_PATH", &mine)];
    let (source, mut questions) = (docker(&env), 0);
    // A connection is free a moment after its answer. Sooner or later a question goes over one that is there.
    while connections.load(Ordering::Relaxed) == questions {
        assert!(questions < 100, "no connection is used again");
        assert_eq!(told(&source).await, Ok("docker 29.1".to_owned()));
        questions += 1;
    }

    // Without a certificate of ours it refuses us.
    std::fs::remove_file(folder.path().join("mine/cert.pem")).unwrap();
    let Err(Error::Offline(text) | Error::Lost(text)) = asked(&env).await else { panic!("it answered") };
    assert!(text.to_lowercase().contains("certificate"), "{text}");
    // Another authority than its own is not believed.
    openssl(
        &folder.path().join("mine"),
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=other -keyout other.key -out ca.pem",
    );
    let Err(Error::Offline(text) | Error::Lost(text)) = asked(&env).await else { panic!("it answered") };
    assert!(text.contains("UnknownIssuer") || text.contains("BadSignature"), "{text}");
    // What is no certificate is named.
    std::fs::write(folder.path().join("mine/ca.pem"), "-----BEGIN CERTIFICATE-----\n!\n").unwrap();
    assert!(matches!(asked(&env).await, Err(Error::Invalid(text)) if text.contains("ca.pem")));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_behind_ssh_answers_through_it() {
    let folder = Folder::new();
    let path = folder.path();
    let answer = "{\"Version\":\"20.10\"}";
    let speaks = format!(
        "#!/bin/sh\necho \"$@\" >>'{}/args'\nwhile IFS= read -r line; do [ ${{#line}} -le 1 ] && \
         printf 'HTTP/1.1 200 OK\\r\\ncontent-length: {}\\r\\n\\r\\n%s' '{answer}'; done\n",
        path.display(),
        answer.len()
    );
    let program = |text: &str| {
        std::fs::write(path.join("ssh.new"), text).unwrap();
        std::fs::set_permissions(path.join("ssh.new"), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        std::fs::rename(path.join("ssh.new"), path.join("ssh")).unwrap();
    };
    program(&speaks);
    let place = path.display().to_string();
    let env = [("DOCKER_HOST", "ssh://me@far"), ("PATH", place.as_str())];
    assert_eq!(asked(&env).await, Ok("docker 20.10".to_owned()));
    let args = std::fs::read_to_string(path.join("args")).unwrap();
    assert_eq!(
        args, "-o BatchMode=yes -o ConnectTimeout=10 -T -l me -- far docker system dial-stdio\n",
        "started once"
    );

    program("#!/bin/sh\necho 'me@far: Permission denied (publickey).' >&2\nexit 255\n");
    let Err(Error::Offline(text) | Error::Lost(text)) = asked(&env).await else { panic!("it answered") };
    assert_eq!(text, "ssh://me@far: me@far: Permission denied (publickey).");
}
