//! How a context is reached: its cluster and user, changed by the flags of the command line.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use http::Uri;

use super::config::{Env, Flags};
use super::kubeconfig::{Cluster, Entry, Merged, Secret, User, filled};
use super::proxy;
use crate::model::Str;

/// A context of the kubeconfig, ready to use.
#[derive(Clone)]
pub struct Context {
    pub name: Str,
    pub cluster: Str,
    pub user: Str,
    pub namespace: Str,
    /// The address in a form that may be shown: a password is masked.
    pub server: Str,
    /// Whether the server's certificate is not checked.
    pub insecure: bool,
    pub plain_http: bool,
    /// Why it cannot be used, if that is known without trying.
    pub problem: Option<String>,
    pub(super) way: Arc<Way>,
}

pub struct Way {
    pub server: Uri,
    pub cluster: Arc<Cluster>,
    pub user: Arc<User>,
    pub proxies: proxy::Environment,
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, cluster, user, namespace, server, problem, .. } = self;
        write!(f, "{name} ({cluster} {user} {namespace} {server} {problem:?})")
    }
}

/// The clusters and users in which the parts of a context are looked up.
pub struct Book<'a> {
    merged: &'a Merged,
    proxies: proxy::Environment,
}

impl<'a> Book<'a> {
    pub fn new(merged: &'a Merged, env: Env<'_>) -> Self {
        Self { merged, proxies: proxy::Environment::read(env) }
    }

    /// The context `name`, changed by `flags` if they are meant for it.
    pub fn context(&self, name: &str, entry: &Entry, flags: Option<&Flags>) -> Context {
        let over = |pick: fn(&Flags) -> &Option<String>, own: &Option<String>| {
            filled(flags.and_then(|flags| pick(flags).clone())).or_else(|| filled(own.clone()))
        };
        let cluster_name = over(|flags| &flags.cluster, &entry.cluster);
        let user_name = over(|flags| &flags.user, &entry.user).unwrap_or_default();
        let namespace = over(|flags| &flags.namespace, &entry.namespace);
        let mut problem = None;
        let mut cluster = self.cluster(name, cluster_name.as_deref(), flags, &mut problem);
        let mut user = self.user(&user_name, flags, &mut problem);
        if let Some(flags) = flags {
            lay_over(flags, &mut cluster, &mut user);
        }
        let server = match server(&cluster, &user) {
            Ok(server) => server,
            Err(why) => {
                let cluster = cluster_name.as_deref().unwrap_or(name);
                problem.get_or_insert_with(|| format!("cluster {cluster:?} {why}"));
                Uri::default()
            }
        };
        let plain_http = server.scheme_str() == Some("http");
        if cluster.is_insecure() && cluster.has_authority() && !plain_http {
            problem.get_or_insert_with(|| {
                "a certificate authority and insecure-skip-tls-verify exclude each other: remove one".to_owned()
            });
        }
        Context {
            name: name.into(),
            cluster: cluster_name.unwrap_or_default().into(),
            user: user_name.into(),
            namespace: namespace.unwrap_or_else(|| "default".to_owned()).into(),
            server: shown(cluster.server.as_deref().unwrap_or_default()).into(),
            insecure: cluster.is_insecure() && !plain_http,
            plain_http,
            problem,
            way: Arc::new(Way { server, cluster, user, proxies: self.proxies.clone() }),
        }
    }

    fn cluster(
        &self,
        context: &str,
        name: Option<&str>,
        flags: Option<&Flags>,
        problem: &mut Option<String>,
    ) -> Arc<Cluster> {
        let found = name.and_then(|name| self.merged.clusters.get(name));
        if found.is_none() && (name.is_some() || flags.is_none_or(|flags| flags.server.is_none())) {
            *problem = Some(match name {
                Some(name) => format!("cluster {name:?} is not in the kubeconfig"),
                None => format!("context {context:?} has no cluster"),
            });
        }
        found.cloned().unwrap_or_default()
    }

    /// The user of a context. If the kubeconfig does not have it, there are no credentials, as in kubectl.
    fn user(&self, name: &str, flags: Option<&Flags>, problem: &mut Option<String>) -> Arc<User> {
        let found = self.merged.users.get(name);
        if found.is_none() && flags.is_some_and(|flags| flags.user.is_some()) {
            problem.get_or_insert_with(|| format!("user {name:?} is not in the kubeconfig"));
        }
        found.cloned().unwrap_or_default()
    }
}

fn lay_over(flags: &Flags, cluster: &mut Arc<Cluster>, user: &mut Arc<User>) {
    let text = |path: &Path| Some(std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).display().to_string());
    if let Some(server) = filled(flags.server.clone()) {
        Arc::make_mut(cluster).server = Some(server);
    }
    if flags.insecure_skip_tls_verify {
        let cluster = Arc::make_mut(cluster);
        cluster.insecure_skip_tls_verify = Some(true);
        (cluster.certificate_authority, cluster.certificate_authority_data) = (None, None);
    }
    if let Some(path) = &flags.certificate_authority {
        let cluster = Arc::make_mut(cluster);
        (cluster.certificate_authority, cluster.certificate_authority_data) = (text(path), None);
    }
    if let Some(path) = &flags.client_certificate {
        let user = Arc::make_mut(user);
        (user.client_certificate, user.client_certificate_data) = (text(path), None);
    }
    if let Some(path) = &flags.client_key {
        let user = Arc::make_mut(user);
        (user.client_key, user.client_key_data) = (text(path), None);
    }
    if let Some(token) = filled(flags.token.clone()) {
        // As in kubectl, the client certificate of the kubeconfig is still sent.
        let user = Arc::make_mut(user);
        user.token = Some(Secret(token));
        (user.token_file, user.username, user.password, user.auth_provider, user.exec) = (None, None, None, None, None);
    }
}

/// The address of the server. Without a scheme it is https if anything mentions TLS, as in client-go.
fn server(cluster: &Cluster, user: &User) -> Result<Uri, String> {
    let Some(text) = cluster.server.as_deref().map(str::trim).filter(|text| !text.is_empty()) else {
        return Err("has no server".to_owned());
    };
    let tls = cluster.has_authority() || cluster.is_insecure() || user.has_certificate();
    let full = match (text.contains("://"), tls) {
        (true, _) => text.to_owned(),
        (false, true) => format!("https://{text}"),
        (false, false) => format!("http://{text}"),
    };
    let uri: Uri =
        full.parse().map_err(|error| format!("has a server that is not an address ({error}): {}", shown(text)))?;
    match uri.scheme_str() {
        Some("http" | "https") => Ok(uri),
        _ => Err(format!("has a server that is neither http nor https: {}", shown(text))),
    }
}

/// An address in a form that may be shown: `https://me:secret@host` without the secret.
fn shown(server: &str) -> String {
    let (scheme, rest) = server.split_once("://").map_or(("", server), |(scheme, rest)| (scheme, rest));
    let host = rest.split('/').next().unwrap_or_default();
    match host.rsplit_once('@') {
        None => server.to_owned(),
        Some((login, host)) => {
            let path = &rest[login.len() + 1 + host.len()..];
            format!("{scheme}://***@{host}{path}")
        }
    }
}
