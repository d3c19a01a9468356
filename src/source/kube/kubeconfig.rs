//! The content of a kubeconfig, and how several are merged by kubectl's rules. It does not decide what is used.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

use serde::Deserialize;

use super::file::{File, named};
use crate::model::Value;

/// The extension in which a cluster keeps its settings for credential plugins (`provideClusterInfo`).
const EXEC_EXTENSION: &str = "client.authentication.k8s.io/exec";

/// A text that `Debug` never prints.
#[derive(Clone, Default, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Cluster {
    pub server: Option<String>,
    pub insecure_skip_tls_verify: Option<bool>,
    pub certificate_authority: Option<String>,
    pub certificate_authority_data: Option<String>,
    pub proxy_url: Option<String>,
    pub disable_compression: Option<bool>,
    pub tls_server_name: Option<String>,
    pub extensions: Option<Vec<Extension>>,
}

#[derive(Clone, Deserialize)]
pub struct Extension {
    pub name: Option<String>,
    pub extension: Option<Value>,
}

#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct User {
    pub username: Option<String>,
    pub password: Option<Secret>,
    pub token: Option<Secret>,
    #[serde(rename = "tokenFile")]
    pub token_file: Option<String>,
    pub client_certificate: Option<String>,
    pub client_certificate_data: Option<String>,
    pub client_key: Option<String>,
    pub client_key_data: Option<Secret>,
    #[serde(rename = "as")]
    pub as_user: Option<String>,
    pub as_uid: Option<String>,
    pub as_groups: Option<Vec<String>>,
    pub as_user_extra: Option<HashMap<String, Vec<String>>>,
    pub auth_provider: Option<AuthProvider>,
    pub exec: Option<Exec>,
}

#[derive(Clone, Default, Deserialize)]
pub struct AuthProvider {
    pub name: Option<String>,
    pub config: Option<BTreeMap<String, Secret>>,
}

/// A credential plugin.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Exec {
    pub api_version: Option<String>,
    pub command: Option<String>,
    pub args: Option<Vec<String>>,
    pub env: Option<Vec<Variable>>,
    pub install_hint: Option<String>,
    pub interactive_mode: Option<String>,
    pub provide_cluster_info: Option<bool>,
}

#[derive(Clone, Deserialize)]
pub struct Variable {
    pub name: String,
    pub value: Option<String>,
}

#[derive(Clone, Default, Deserialize)]
pub struct Entry {
    pub cluster: Option<String>,
    pub user: Option<String>,
    pub namespace: Option<String>,
}

/// Several files merged. The first file that has a name, or a current context, decides about it.
#[derive(Default)]
pub struct Merged {
    pub current: Option<String>,
    pub clusters: HashMap<String, Arc<Cluster>>,
    pub users: HashMap<String, Arc<User>>,
    /// In the order of the files.
    pub contexts: Vec<(String, Entry)>,
}

impl Merged {
    pub fn add(&mut self, file: File) {
        self.current = self.current.take().or(filled(file.current_context));
        for (name, cluster) in named(file.clusters) {
            self.clusters.entry(name).or_insert_with(|| Arc::new(cluster));
        }
        for (name, user) in named(file.users) {
            self.users.entry(name).or_insert_with(|| Arc::new(user));
        }
        let mut known: HashSet<String> = self.contexts.iter().map(|(name, _)| name.clone()).collect();
        self.contexts.extend(named(file.contexts).filter(|(name, _)| known.insert(name.clone())));
    }
}

/// In a kubeconfig an empty value means that there is none.
pub fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

impl Cluster {
    pub fn is_insecure(&self) -> bool {
        self.insecure_skip_tls_verify.unwrap_or(false)
    }

    pub fn has_authority(&self) -> bool {
        [&self.certificate_authority, &self.certificate_authority_data]
            .into_iter()
            .flatten()
            .any(|text| !text.is_empty())
    }

    /// The settings of the cluster for credential plugins, besides how to reach it.
    pub fn exec_config(&self) -> Option<&Value> {
        let mut extensions = self.extensions.iter().flatten();
        extensions.find(|known| known.name.as_deref() == Some(EXEC_EXTENSION))?.extension.as_ref()
    }
}

impl User {
    pub fn has_certificate(&self) -> bool {
        [&self.client_certificate, &self.client_certificate_data].into_iter().flatten().any(|text| !text.is_empty())
    }
}
