//! Makes the settings of a client from a context and its credential. It reads certificate and token files, and nothing
//! else.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderValue, header};
use kube::config::{AuthInfo, AuthProviderConfig};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde_json::json;

use super::config::{Context, Flags};
use super::credential::Credential;
use super::exec::Plugin;
use super::kubeconfig::{AuthProvider, Cluster, Secret, User, filled};
use super::proxy::is_loopback;
use super::way::Way;
use crate::model::{Error, Result, Value};

const CONNECT: Duration = Duration::from_secs(10);

/// The settings of a client, and the files from which they were read.
pub struct Plan {
    pub config: kube::Config,
    pub files: Files,
}

/// The plugin that has to run before a plan can be made.
pub fn plugin(context: &Context) -> Result<Option<Plugin>> {
    let Way { cluster, user, .. } = &*context.way;
    let Some(exec) = user.exec.as_ref().filter(|_| !is_exposed(context) && !has_authorization(user)) else {
        return Ok(None);
    };
    let info = match exec.provide_cluster_info.unwrap_or(false) {
        true => cluster_info(context, cluster)?,
        false => Value::Null,
    };
    Ok(Some(Plugin::new(Arc::new(exec.clone()), info)))
}

/// The settings for the client of a context.
pub fn plan(context: &Context, flags: &Flags, credential: Option<&Credential>) -> Result<Plan> {
    let Way { server, cluster, user, proxies } = &*context.way;
    let invalid = |why: String| Error::Invalid(format!("context {:?}: {why}", context.name));
    let mut files = Files::default();
    let mut config = kube::Config::new(server.clone());
    config.default_namespace = context.namespace.to_string();
    config.default_retry = false;
    config.read_timeout = None;
    config.connect_timeout = Some(flags.request_timeout.filter(|limit| !limit.is_zero()).unwrap_or(CONNECT));
    config.disable_compression = cluster.disable_compression.unwrap_or(false);
    config.tls_server_name = filled(cluster.tls_server_name.clone());
    config.accept_invalid_certs = context.insecure;
    config.headers.push((header::USER_AGENT, HeaderValue::from_static(concat!("spyhop/", env!("CARGO_PKG_VERSION")))));
    config.proxy_url = proxies.pick(cluster.proxy_url.as_deref(), server).map_err(invalid)?;
    config.root_cert = match context.insecure || context.plain_http {
        // No root certificates, because they would not be used, and reading those of the system takes 10 ms or more.
        true => Some(Vec::new()),
        false => {
            authority(cluster, &mut files).map_err(invalid)?.map(|pem| roots(&pem)).transpose().map_err(invalid)?
        }
    };
    if !is_exposed(context) {
        config.auth_info = credentials(user, credential, &mut files)?;
    }
    impersonate(user, flags, &mut config.auth_info).map_err(invalid)?;
    Ok(Plan { config, files })
}

/// Whether credentials would be sent unencrypted over a network. They are not sent then, as in kubectl.
fn is_exposed(context: &Context) -> bool {
    context.plain_http && !is_loopback(context.way.server.host().unwrap_or_default())
}

fn has_authorization(user: &User) -> bool {
    let token = user.token.as_ref().is_some_and(|token| !token.0.is_empty());
    token || [&user.token_file, &user.username].into_iter().flatten().any(|text| !text.is_empty())
}

fn credentials(user: &User, credential: Option<&Credential>, files: &mut Files) -> Result<AuthInfo> {
    let mut auth = AuthInfo::default();
    let (mut certificate, mut key) = identity(user, files).map_err(Error::Invalid)?;
    if let Some((own_certificate, own_key)) = credential.and_then(|credential| credential.identity.clone()) {
        (certificate, key) = (Some(own_certificate.0.into_bytes()), Some(own_key.0.into_bytes()));
    }
    auth.client_certificate_data = certificate.map(|pem| STANDARD.encode(lined(pem)));
    auth.client_key_data = key.map(|pem| STANDARD.encode(lined(pem)).into());
    let token = token(user, files).map_err(Error::Invalid)?;
    if let Some(token) = token.or_else(|| credential.and_then(|credential| credential.token.clone())) {
        auth.token = Some(token.0.into());
        return Ok(auth);
    }
    if let Some(name) = filled(user.username.clone()) {
        auth.username = Some(name);
        auth.password = Some(user.password.clone().unwrap_or_default().0.into());
        return Ok(auth);
    }
    auth.auth_provider = provider(user)?;
    Ok(auth)
}

/// The token. As in client-go, one in a file comes first. A file that cannot be read is an error only if there is no
/// other token.
fn token(user: &User, files: &mut Files) -> Result<Option<Secret>, String> {
    let own = user.token.as_ref().map(|token| token.0.trim()).filter(|token| !token.is_empty());
    let own = own.map(|token| Secret(token.to_owned()));
    let Some(path) = filled(user.token_file.clone()) else { return Ok(own) };
    match (files.read(&path, "tokenFile"), own) {
        (Ok(bytes), _) => Ok(Some(Secret(String::from_utf8_lossy(&bytes).trim().to_owned()))),
        (Err(_), Some(own)) => Ok(Some(own)),
        (Err(why), None) => Err(why),
    }
}

type Pem = Option<Vec<u8>>;

fn identity(user: &User, files: &mut Files) -> Result<(Pem, Pem), String> {
    let key_data = user.client_key_data.as_ref().map(|key| key.0.as_str());
    let certificate = files.material(
        user.client_certificate_data.as_deref(),
        user.client_certificate.as_deref(),
        "client-certificate",
    )?;
    let key = files.material(key_data, user.client_key.as_deref(), "client-key")?;
    match (&certificate, &key) {
        (Some(_), None) => Err("the kubeconfig has a client-certificate without its client-key".to_owned()),
        (None, Some(_)) => Err("the kubeconfig has a client-key without its client-certificate".to_owned()),
        (Some(_), Some(_)) | (None, None) => Ok((certificate, key)),
    }
}

fn provider(user: &User) -> Result<Option<AuthProviderConfig>> {
    let Some(provider) = &user.auth_provider else { return Ok(None) };
    let instead = match provider.name.as_deref().unwrap_or_default() {
        "oidc" => return oidc(provider).map(Some),
        "gcp" => "run `gcloud container clusters get-credentials`, which sets up gke-gcloud-auth-plugin",
        "azure" => "run `kubelogin convert-kubeconfig`",
        _ => "use a credential plugin (exec) instead",
    };
    let name = provider.name.as_deref().unwrap_or_default();
    Err(Error::Unsupported(format!("auth-provider {name:?} was removed from Kubernetes clients: {instead}")))
}

/// The kube crate sends the `id-token` and renews it with the `refresh-token`, in memory only.
fn oidc(provider: &AuthProvider) -> Result<AuthProviderConfig> {
    /// A token that has expired. The kube crate renews a token only if there is one.
    const PAST: &str = "e30.eyJleHAiOjB9.e30";
    let filled = provider.config.iter().flatten().filter(|(_, value)| !value.0.is_empty());
    let mut config: HashMap<String, String> = filled.map(|(key, value)| (key.clone(), value.0.clone())).collect();
    if !config.contains_key("id-token") && !config.contains_key("refresh-token") {
        let why = "auth-provider oidc has no token left: log in with the program that wrote the kubeconfig".to_owned();
        return Err(Error::Login { program: Vec::new(), why });
    }
    config.entry("id-token".to_owned()).or_insert_with(|| PAST.to_owned());
    config.entry("client-secret".to_owned()).or_default();
    Ok(AuthProviderConfig { name: "oidc".to_owned(), config, ..AuthProviderConfig::default() })
}

fn impersonate(user: &User, flags: &Flags, auth: &mut AuthInfo) -> Result<(), String> {
    let groups = if flags.as_groups.is_empty() { user.as_groups.clone() } else { Some(flags.as_groups.clone()) };
    auth.impersonate = filled(flags.as_user.clone()).or_else(|| filled(user.as_user.clone()));
    auth.impersonate_uid = filled(flags.as_uid.clone()).or_else(|| filled(user.as_uid.clone()));
    auth.impersonate_groups = groups.filter(|groups| !groups.is_empty());
    auth.impersonate_user_extra = user.as_user_extra.clone().filter(|extra| !extra.is_empty());
    let more =
        auth.impersonate_uid.is_some() || auth.impersonate_groups.is_some() || auth.impersonate_user_extra.is_some();
    match auth.impersonate.is_none() && more {
        true => Err("impersonating a group, uid or extra needs a user too: add --as".to_owned()),
        false => Ok(()),
    }
}

fn authority(cluster: &Cluster, files: &mut Files) -> Result<Pem, String> {
    files.material(
        cluster.certificate_authority_data.as_deref(),
        cluster.certificate_authority.as_deref(),
        "certificate-authority",
    )
}

fn roots(pem: &[u8]) -> Result<Vec<Vec<u8>>, String> {
    let roots: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).map(|der| der.map(|der| der.to_vec())).collect();
    let roots = roots.map_err(|error| format!("certificate-authority is not PEM: {error}"))?;
    if roots.is_empty() { Err("certificate-authority has no certificate".to_owned()) } else { Ok(roots) }
}

/// The `spec.cluster` of an ExecCredential.
fn cluster_info(context: &Context, cluster: &Cluster) -> Result<Value> {
    let authority = match context.insecure {
        true => None,
        false => authority(cluster, &mut Files::default()).map_err(Error::Invalid)?,
    };
    let mut info = json!({ "server": context.way.server.to_string().trim_end_matches('/') });
    let mut put = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            info[key] = value;
        }
    };
    put("tls-server-name", filled(cluster.tls_server_name.clone()).map(Value::from));
    put("insecure-skip-tls-verify", context.insecure.then_some(Value::Bool(true)));
    put("certificate-authority-data", authority.map(|pem| Value::from(STANDARD.encode(pem))));
    put("proxy-url", filled(cluster.proxy_url.clone()).map(Value::from));
    put("disable-compression", cluster.disable_compression.filter(|on| *on).map(Value::Bool));
    put("config", cluster.exec_config().cloned());
    Ok(info)
}

/// The files that were read, with their state at that time. A token or certificate that was replaced leads to a new
/// client.
#[derive(Clone, Default)]
pub struct Files(Vec<(PathBuf, Option<Stamp>)>);

type Stamp = (SystemTime, u64);

impl Files {
    pub fn changed(&self) -> bool {
        self.0.iter().any(|(path, seen)| stamp(path) != *seen)
    }

    fn read(&mut self, path: &str, what: &str) -> Result<Vec<u8>, String> {
        let path = Path::new(path);
        self.0.push((path.to_owned(), stamp(path)));
        crate::disk::bytes(path, crate::disk::SMALL)
            .map_err(|error| format!("cannot read the {what} {}: {error}", path.display()))
    }

    /// A certificate or key: from base64 in the kubeconfig, or from a file.
    fn material(&mut self, data: Option<&str>, path: Option<&str>, what: &str) -> Result<Pem, String> {
        if let Some(data) = data.filter(|data| !data.is_empty()) {
            let packed: String = data.split_whitespace().collect();
            return STANDARD.decode(packed).map(Some).map_err(|error| format!("{what}-data is not base64: {error}"));
        }
        path.filter(|path| !path.is_empty()).map(|path| self.read(path, what)).transpose()
    }
}

fn stamp(path: &Path) -> Option<Stamp> {
    let meta = path.metadata().ok()?;
    Some((meta.modified().ok()?, meta.len()))
}

/// Makes sure that the text ends with a line end, because a key and a certificate are joined to one text.
fn lined(mut pem: Vec<u8>) -> Vec<u8> {
    if pem.last().is_some_and(|last| *last != b'\n') {
        pem.push(b'\n');
    }
    pem
}
