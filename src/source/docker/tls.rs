//! TLS to an engine. The certificates are in the folder that docker uses. They are read again for each connection.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::disk;
use crate::model::{Error, Result};

/// The settings for trusting an engine and being trusted by it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keys {
    /// The folder of `ca.pem`, `cert.pem` and `key.pem`. Any of them may be missing.
    pub folder: Option<PathBuf>,
    /// Whether the certificate of the engine is not checked.
    pub trusting: bool,
}

impl Keys {
    fn file(&self, name: &str) -> Option<PathBuf> {
        Some(self.folder.as_ref()?.join(name)).filter(|path| path.exists())
    }
}

pub async fn connect(stream: TcpStream, place: &str, keys: &Keys) -> Result<TlsStream<TcpStream>> {
    let host = place.rsplit_once(':').map_or(place, |(host, _)| host).trim_matches(['[', ']']);
    let name = ServerName::try_from(host.to_owned());
    let name = name.map_err(|_| Error::Invalid(format!("'{host}' is not a valid name for a certificate")))?;
    let config = Arc::new(config(keys)?);
    let refused = |error| Error::Offline(format!("{place}: no TLS connection: {error}"));
    TlsConnector::from(config).connect(name, stream).await.map_err(refused)
}

fn config(keys: &Keys) -> Result<ClientConfig> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions();
    let builder = builder.map_err(unusable)?;
    let builder = match keys.file("ca.pem") {
        _ if keys.trusting => builder.dangerous().with_custom_certificate_verifier(Arc::new(Trusting(provider))),
        Some(ca) => builder.with_root_certificates(roots(&ca)?),
        None => builder.with_platform_verifier().map_err(unusable)?,
    };
    match (keys.file("cert.pem"), keys.file("key.pem")) {
        (Some(cert), Some(key)) => {
            let pem = disk::bytes(&key, disk::SMALL).map_err(|error| unreadable(&key, &error))?;
            let key = PrivateKeyDer::from_pem_slice(&pem).map_err(|error| unreadable(&key, &error))?;
            builder.with_client_auth_cert(certificates(&cert)?, key).map_err(unusable)
        }
        (Some(_), None) => Err(Error::Invalid("there is a cert.pem without a key.pem".to_owned())),
        (None, _) => Ok(builder.with_no_client_auth()),
    }
}

fn roots(path: &Path) -> Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(path)? {
        roots.add(certificate).map_err(unusable)?;
    }
    Ok(roots)
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let pem = disk::bytes(path, disk::SMALL).map_err(|error| unreadable(path, &error))?;
    let all = CertificateDer::pem_slice_iter(&pem).collect::<std::result::Result<Vec<_>, _>>();
    all.map_err(|error| unreadable(path, &error))
}

fn unreadable(path: &Path, error: &dyn std::fmt::Display) -> Error {
    Error::Invalid(format!("{}: {error}", path.display()))
}

fn unusable(error: rustls::Error) -> Error {
    Error::Invalid(format!("TLS cannot be set up: {error}"))
}

/// Accepts any certificate, because the user's context says `SkipTLSVerify`. A badge on the screen says so.
#[derive(Debug)]
struct Trusting(Arc<CryptoProvider>);

impl ServerCertVerifier for Trusting {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> std::result::Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
