//! Arguments, and the commands that need no screen.

mod get;
mod info;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

pub use get::get;
pub use info::{info, version};

/// A terminal explorer for Kubernetes clusters, containers and service meshes.
#[derive(Debug, Parser)]
#[command(name = "spyhop", version, about, disable_version_flag = true)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Headless>,
    #[command(flatten)]
    pub kube: KubeFlags,
    /// What to open first, as typed after ':' (a kind, "pods shop", "ctx")
    #[arg(short, long = "command", value_name = "LINE")]
    pub open: Option<String>,
    /// Refuse everything that writes or reaches into workloads
    #[arg(long, conflicts_with = "write")]
    pub readonly: bool,
    /// Allow writing even where the configuration says read-only
    #[arg(long)]
    pub write: bool,
    /// A theme by name, or a theme file
    #[arg(long, value_name = "NAME|FILE")]
    pub theme: Option<String>,
    /// A key map by name, or a key map file laid over the default one
    #[arg(long, value_name = "NAME|FILE")]
    pub keymap: Option<String>,
}

/// Which cluster, as whom: kubectl's flags.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Cluster")]
pub struct KubeFlags {
    /// The kubeconfig file
    #[arg(long, global = true, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,
    /// The context of the kubeconfig
    #[arg(long, global = true, value_name = "NAME")]
    pub context: Option<String>,
    /// The cluster of the kubeconfig, in place of the context's
    #[arg(long, global = true, value_name = "NAME")]
    pub cluster: Option<String>,
    /// The user of the kubeconfig, in place of the context's
    #[arg(long, global = true, value_name = "NAME")]
    pub user: Option<String>,
    /// The namespace
    #[arg(short, long, global = true, value_name = "NAME")]
    pub namespace: Option<String>,
    /// All namespaces
    #[arg(short = 'A', long, global = true)]
    pub all_namespaces: bool,
    /// Act as this user
    #[arg(long = "as", global = true, value_name = "USER")]
    pub as_user: Option<String>,
    /// Act as a member of this group (may be repeated)
    #[arg(long = "as-group", global = true, value_name = "GROUP")]
    pub as_groups: Vec<String>,
    /// Act as this uid
    #[arg(long = "as-uid", global = true, value_name = "UID")]
    pub as_uid: Option<String>,
    /// A bearer token
    #[arg(long, global = true, value_name = "TOKEN")]
    pub token: Option<String>,
    /// The API server's address, in place of the kubeconfig's
    #[arg(short, long, global = true, value_name = "URL")]
    pub server: Option<String>,
    /// Do not check the server's certificate
    #[arg(long, global = true)]
    pub insecure_skip_tls_verify: bool,
    /// The certificate of the authority that signed the server's
    #[arg(long, global = true, value_name = "FILE")]
    pub certificate_authority: Option<PathBuf>,
    /// A client certificate
    #[arg(long, global = true, value_name = "FILE")]
    pub client_certificate: Option<PathBuf>,
    /// The key of the client certificate
    #[arg(long, global = true, value_name = "FILE")]
    pub client_key: Option<PathBuf>,
    /// How long one request may take before it is given up: 30, 30s, 1m; 0 for ever
    #[arg(long, global = true, value_name = "TIME", value_parser = timeout)]
    pub request_timeout: Option<Duration>,
}

fn timeout(text: &str) -> Result<Duration, String> {
    crate::source::kube::config::timeout(text).map_err(|error| error.text().to_owned())
}

#[derive(Debug, Subcommand)]
pub enum Headless {
    /// Print objects of a kind
    Get(GetArgs),
    /// Print the version
    Version,
    /// Print where files are and which sources were found
    Info,
    /// Print a completion script
    Completion { shell: Shell },
}

#[derive(Debug, Args)]
pub struct GetArgs {
    /// The kind: pods, po, deployments.apps, ...
    pub kind: String,
    /// One object's name
    pub name: Option<String>,
    /// Only objects with these labels
    #[arg(short = 'l', long, value_name = "SELECTOR")]
    pub selector: Option<String>,
    /// Only rows that pass this filter, as typed after '/'
    #[arg(long, value_name = "EXPR")]
    pub filter: Option<String>,
    /// Sort by this column; a leading '-' turns it round
    #[arg(long, value_name = "COLUMN", allow_hyphen_values = true)]
    pub sort: Option<String>,
    /// How to print
    #[arg(short, long, value_enum, default_value_t)]
    pub output: Output,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Output {
    #[default]
    Table,
    Wide,
    Json,
    Yaml,
    Csv,
    Name,
}
