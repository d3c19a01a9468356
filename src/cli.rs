//! Arguments, and the commands that need no screen.

mod act;
mod apply;
mod beside;
mod demo;
mod describe;
mod fleet;
mod get;
mod info;
mod logs;
mod made;
mod routes;
mod wait;
mod words;

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::app::keymap::{self, Keymap};
use crate::app::policy::Policy;
use crate::app::view::Contexts;
use crate::app::{Opening, State, View};
use crate::config::Config;
use crate::kinds::program::contexts;
use crate::kinds::{self, verbs};
use crate::model::{self, Error, Place, Result, SourceId, Time};
use crate::runtime::audit::Audit;
use crate::runtime::gate::Gate;
use crate::runtime::settings::Wanted;
use crate::source::Connected;
use crate::source::kube::config::Flags;
use crate::theme::{self, Depth, Theme};

use made::Made;

pub use act::{ActArgs, DeleteArgs, Door, Order, ScaleArgs};
pub use apply::ApplyArgs;
pub use demo::{DemoArgs, demo};
pub use get::{Aim, get};
pub use info::{info, version};
pub use routes::{RoutesArgs, routes};

/// A terminal explorer for Kubernetes clusters, containers and service meshes.
#[derive(Debug, Parser)]
#[command(name = "spyhop", version, about, disable_version_flag = true)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Headless>,
    #[command(flatten)]
    pub kube: KubeFlags,
    /// The container engine, instead of DOCKER_HOST: unix:///PATH or tcp://HOST:PORT
    #[arg(long, global = true, value_name = "URL")]
    pub docker_host: Option<String>,
    /// A built-in demo cluster: nothing real is touched
    #[arg(long, global = true, conflicts_with_all = CLUSTER_FLAGS)]
    pub demo: bool,
    /// What to open first, as typed after ':' (a kind, "pods shop", "ctx")
    #[arg(short = 'c', long = "command", value_name = "LINE")]
    pub open: Option<String>,
    /// Refuse all writes and sessions (shell, attach, port-forward)
    #[arg(long, global = true, conflicts_with = "write")]
    pub readonly: bool,
    /// Allow writing even where the configuration says read-only
    #[arg(long, global = true)]
    pub write: bool,
    /// Do not keep rows for the next start, and show none from the last
    #[arg(long)]
    pub no_remember: bool,
    /// A theme by name, or a theme file
    #[arg(long, value_name = "NAME|FILE")]
    pub theme: Option<String>,
    /// A key map by name, or a key map file to add to the default one
    #[arg(long, value_name = "NAME|FILE")]
    pub keymap: Option<String>,
}

/// What chooses a real cluster or engine.
const CLUSTER_FLAGS: [&str; 8] =
    ["kubeconfig", "context", "cluster", "user", "server", "token", "client_certificate", "docker_host"];

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
    /// The cluster of the kubeconfig, instead of the context's
    #[arg(long, global = true, value_name = "NAME")]
    pub cluster: Option<String>,
    /// The user of the kubeconfig, instead of the context's
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
    /// The API server's address, instead of the kubeconfig's
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
    /// Timeout for one request: 30, 30s, 1m; 0 for none
    #[arg(long, global = true, value_name = "TIME", value_parser = timeout)]
    pub request_timeout: Option<Duration>,
}

fn timeout(text: &str) -> std::result::Result<Duration, String> {
    crate::source::kube::config::timeout(text)
}

#[derive(Debug, Subcommand)]
pub enum Headless {
    /// Print objects of a kind
    Get(GetArgs),
    /// Tell about objects: what is wrong, what they are, what belongs to them and what happened to them
    Describe(DescribeArgs),
    /// Print the logs of a pod, or of all pods of something: POD or KIND/NAME; of an engine docker/CONTAINER
    Logs(LogsArgs),
    /// Apply documents: show what would change, then ask
    Apply(ApplyArgs),
    /// Delete objects
    Delete(DeleteArgs),
    /// Delete pods with 1 second of grace; send a signal to containers of an engine (signal=HUP)
    Kill(ActArgs),
    /// Change the number of replicas
    Scale(ScaleArgs),
    /// Replace all pods of workloads; restart containers of an engine
    Restart(ActArgs),
    /// Start containers of an engine
    Start(ActArgs),
    /// Stop containers of an engine: a signal, then a kill (grace=SECONDS)
    Stop(ActArgs),
    /// Pause containers of an engine
    Pause(ActArgs),
    /// Unpause containers of an engine
    Unpause(ActArgs),
    /// Change images: KIND NAME... CONTAINER=IMAGE...
    SetImage(ActArgs),
    /// Mark nodes as unschedulable: no new pods
    Cordon(ActArgs),
    /// Mark nodes as schedulable again
    Uncordon(ActArgs),
    /// Run the jobs of cron jobs now
    Trigger(ActArgs),
    /// Suspend cron jobs
    Suspend(ActArgs),
    /// Resume suspended cron jobs
    Resume(ActArgs),
    /// Set and remove labels: KIND NAME... KEY=VALUE... KEY-...
    Label(ActArgs),
    /// Set and remove annotations: KIND NAME... KEY=VALUE... KEY-...
    Annotate(ActArgs),
    /// Print mesh routes of the cluster or of files, with their problems
    Routes(RoutesArgs),
    /// Serve the demo cluster to other programs
    Demo(DemoArgs),
    /// Print the version
    Version,
    /// Print where files are and which sources were found
    Info,
    /// Print a completion script
    Completion { shell: Shell },
}

impl Headless {
    /// The verb that it is, if it is one.
    fn order(&self) -> Option<Order<'_>> {
        let plain = |verb, act| Some(Order { verb, args: model::Args::default(), act });
        let switch = |state: &str, act| {
            Some(Order { verb: &verbs::SUSPEND, args: model::Args::default().with("state", state), act })
        };
        match self {
            Self::Delete(args) => Some(args.order()),
            Self::Scale(args) => Some(args.order()),
            Self::Kill(act) => plain(&verbs::KILL, act),
            Self::Restart(act) => plain(&verbs::RESTART, act),
            Self::Start(act) => plain(&verbs::START, act),
            Self::Stop(act) => plain(&verbs::STOP, act),
            Self::Pause(act) => plain(&verbs::PAUSE, act),
            Self::Unpause(act) => plain(&verbs::UNPAUSE, act),
            Self::SetImage(act) => plain(&verbs::IMAGE, act),
            Self::Cordon(act) => plain(&verbs::CORDON, act),
            Self::Uncordon(act) => plain(&verbs::UNCORDON, act),
            Self::Trigger(act) => plain(&verbs::TRIGGER, act),
            Self::Suspend(act) => switch("suspend", act),
            Self::Resume(act) => switch("resume", act),
            Self::Label(act) => plain(&verbs::LABEL, act),
            Self::Annotate(act) => plain(&verbs::ANNOTATE, act),
            Self::Get(_)
            | Self::Describe(_)
            | Self::Logs(_)
            | Self::Apply(_)
            | Self::Routes(_)
            | Self::Demo(_)
            | Self::Version
            | Self::Info
            | Self::Completion { .. } => None,
        }
    }
}

#[derive(Clone, Debug, Args)]
pub struct GetArgs {
    /// The kind: pods, po, deployments.apps, ...; several with commas between; or KIND/NAME
    pub kind: String,
    /// An object's name; @CONTEXT,@CONTEXT or @* for the rows of several contexts
    pub name: Option<String>,
    /// More names, or KIND/NAME after KIND/NAME
    #[arg(value_name = "NAME")]
    pub more: Vec<String>,
    /// Only objects with these labels
    #[arg(short = 'l', long, value_name = "SELECTOR")]
    pub selector: Option<String>,
    /// Only rows that pass this filter, as typed after '/'
    #[arg(long, value_name = "EXPR")]
    pub filter: Option<String>,
    /// Sort by this column; a leading '-' reverses it
    #[arg(long, value_name = "COLUMN", allow_hyphen_values = true)]
    pub sort: Option<String>,
    /// How to print
    #[arg(short, long, value_enum, default_value_t)]
    pub output: Output,
    /// Cells of a line, where a terminal shows it
    #[arg(skip)]
    pub width: Option<usize>,
}

#[derive(Clone, Debug, Args)]
pub struct DescribeArgs {
    /// The kind: pods, po, deployments.apps, ...; several with commas between; or KIND/NAME
    pub kind: String,
    /// An object's name; all of the kind without one; @CONTEXT,@CONTEXT or @* for objects of several contexts
    pub name: Option<String>,
    /// More names, or KIND/NAME after KIND/NAME
    #[arg(value_name = "NAME")]
    pub more: Vec<String>,
    /// Only objects with these labels
    #[arg(short = 'l', long, value_name = "SELECTOR")]
    pub selector: Option<String>,
}

impl DescribeArgs {
    /// The same objects, found as `get` finds them.
    fn found(&self, width: Option<usize>) -> GetArgs {
        let Self { kind, name, more, selector } = self.clone();
        GetArgs { kind, name, more, selector, filter: None, sort: None, output: Output::Describe, width }
    }
}

#[derive(Debug, Args)]
pub struct LogsArgs {
    /// A pod, or KIND/NAME of something that selects pods
    #[arg(value_name = "POD|KIND/NAME")]
    pub subject: String,
    /// Which engine, for docker/CONTAINER and projects/NAME
    #[arg(value_name = "@ENGINE")]
    pub engine: Option<String>,
    /// Only this container
    #[arg(short, long, value_name = "NAME")]
    pub container: Option<String>,
    /// Follow new lines and new pods
    #[arg(short, long)]
    pub follow: bool,
    /// Only the last N lines of each container
    #[arg(long, value_name = "N")]
    pub tail: Option<u32>,
    /// Only lines from the last 30s, 5m, 1h
    #[arg(long, value_name = "TIME", value_parser = timeout)]
    pub since: Option<Duration>,
    /// The logs from before the last restart
    #[arg(short, long)]
    pub previous: bool,
    /// Print timestamps, in UTC
    #[arg(long)]
    pub timestamps: bool,
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
    #[value(skip)]
    Describe,
}

impl Cli {
    /// Looks and keys, and where the user's files are.
    pub fn wanted(&self) -> Wanted {
        Wanted::new(self.theme.clone(), self.keymap.clone())
    }
}

impl KubeFlags {
    /// Whether somebody else, or another cluster, may answer under the name of a context.
    fn stands_in(&self) -> bool {
        let Self { cluster, user, as_user, as_groups, as_uid, token, server, client_certificate, .. } = self;
        let names = [cluster, user, as_user, as_uid, token, server].into_iter().any(Option::is_some);
        names || !as_groups.is_empty() || client_certificate.is_some()
    }

    /// How long an answer may take, where that was said; zero is no limit.
    fn patience(&self) -> Option<Duration> {
        self.request_timeout.filter(|time| !time.is_zero())
    }

    /// For the sources.
    pub fn flags(&self) -> Flags {
        Flags {
            kubeconfig: self.kubeconfig.clone(),
            context: self.context.clone(),
            cluster: self.cluster.clone(),
            user: self.user.clone(),
            namespace: self.namespace.clone(),
            as_user: self.as_user.clone(),
            as_groups: self.as_groups.clone(),
            as_uid: self.as_uid.clone(),
            token: self.token.clone(),
            insecure_skip_tls_verify: self.insecure_skip_tls_verify,
            request_timeout: self.request_timeout,
            certificate_authority: self.certificate_authority.clone(),
            client_certificate: self.client_certificate.clone(),
            client_key: self.client_key.clone(),
            server: self.server.clone(),
        }
    }
}

/// `get` on the current context.
pub async fn get_from(args: &GetArgs, flags: &KubeFlags, connected: &Connected, out: &mut impl Write) -> Result<()> {
    // Contexts are known without asking, even when none of them can be used.
    if kinds::find(&args.kind, &[]).is_some_and(|kind| kind.is(&contexts::KIND)) {
        let made = Made(connected.of(kinds::USUAL).map(contexts::row).collect());
        let (at, contexts) = (SourceId::PROGRAM, Contexts::default());
        let aim = Aim { source: &made, at, contexts, namespace: None, patience: kinds::USUAL.patience };
        return get(args, &aim, crate::runtime::now(), out).await;
    }
    if let Some(subject) = beside::subject(&args.kind, connected)
        && !is_of_cluster(&args.kind, connected).await
    {
        return beside::get_from(args, subject, flags, connected, out).await;
    }
    if let Some(names) = args.name.as_deref().and_then(|name| name.strip_prefix('@')) {
        let mut more = args.more.iter().cloned();
        let args = GetArgs { name: more.next(), more: more.collect(), ..args.clone() };
        return fleet::get_over(&args, Some(names), kinds::USUAL, flags, connected, out).await;
    }
    get(args, &aim(current(connected)?, flags, connected)?, crate::runtime::now(), out).await
}

/// `describe` on the current context.
pub async fn describe_from(
    args: &DescribeArgs,
    flags: &KubeFlags,
    connected: &Connected,
    out: &mut (impl Write + std::io::IsTerminal),
) -> Result<()> {
    get_from(&args.found(describe::width(out)), flags, connected, out).await
}

/// Whether the current cluster has a kind of its own under a word that else means one of another family.
async fn is_of_cluster(word: &str, connected: &Connected) -> bool {
    /// A cluster that does not answer must not keep anybody from the others.
    const MOST: Duration = Duration::from_secs(3);
    let word = word.split('/').next().unwrap_or_default();
    let is_beside = kinds::find(word, &[]).is_some_and(beside::is_beside);
    let Some(place) = connected.home().filter(|_| is_beside) else { return false };
    let Ok(aim) = aim(place, &KubeFlags::default(), connected) else { return false };
    let found = get::found(&Aim { patience: MOST, ..aim }).await;
    found.is_ok_and(|found| kinds::find_served(word, &found.kinds).is_some())
}

/// `logs` on the current context.
pub async fn logs_from(args: &LogsArgs, flags: &KubeFlags, connected: &Connected, out: &mut impl Write) -> Result<()> {
    if let Some(subject) = beside::logged(&args.subject, connected) {
        return beside::logs_from(args, &subject, flags, connected, out).await;
    }
    if let Some(word) = &args.engine {
        return Err(Error::Invalid(format!("logs need one POD or KIND/NAME, not '{word}'")));
    }
    let place = current(connected)?;
    let namespace = Some(place.namespace.to_string());
    logs::logs(args, &Aim { namespace, ..aim(place, flags, connected)? }, out).await
}

/// `routes` of the current context.
pub async fn routes_from(args: &RoutesArgs, cli: &Cli, connected: &Connected, out: &mut impl Write) -> Result<()> {
    let place = current(connected)?;
    let Aim { source, namespace, patience, .. } = aim(place, &cli.kube, connected)?;
    let reading = source.world(namespace.as_deref().map(Into::into));
    let late = |_| Error::Offline(format!("{} has not answered within {} s", place.name, patience.as_secs()));
    let world = tokio::time::timeout(patience, reading).await.map_err(late)??;
    routes::write(world, args, namespace.as_deref(), out)
}

/// A verb on the current context; `None` when the command is something else.
pub async fn act_from(cli: &Cli, connected: &Connected, out: &mut impl Write) -> Option<Result<()>> {
    let order = cli.command.as_ref()?.order()?;
    if let Some(subject) = beside::subject_of(order.verb.name, &order.act.kind, connected)
        && !is_of_cluster(&order.act.kind, connected).await
    {
        return Some(beside::act_from(order, subject, cli, connected, out).await);
    }
    Some(match current(connected).and_then(|place| door(place, cli, connected)) {
        Ok(door) => act::act(order, &door, out).await,
        Err(error) => Err(error),
    })
}

/// `apply` on the current context.
pub async fn apply_from(
    args: &ApplyArgs,
    cli: &Cli,
    connected: &Connected,
    out: &mut (impl Write + std::io::IsTerminal),
) -> Result<()> {
    let wanted = cli.wanted();
    let coloured = out.is_terminal() && !matches!(wanted.depth, Depth::None);
    let name = cli.theme.as_deref();
    let theme = match (coloured, name) {
        (false, _) => None,
        (true, Some(name)) => Some(wanted.theme(name)?),
        (true, None) => Some(wanted.read().theme.map_or_else(|| wanted.theme(theme::DEFAULT), Ok)?),
    };
    apply::apply(args, &door(current(connected)?, cli, connected)?, theme.as_ref(), out).await
}

/// Where a command looks in a place.
fn aim<'a>(place: &Place, flags: &KubeFlags, connected: &'a Connected) -> Result<Aim<'a>> {
    let source = connected.sources.get(place.id).ok_or_else(none)?.as_ref();
    let namespace = (!flags.all_namespaces && !place.namespace.is_empty()).then(|| place.namespace.to_string());
    let patience = flags.patience().unwrap_or(PATIENCE);
    Ok(Aim { source, at: place.id, contexts: Contexts::default(), namespace, patience })
}

/// Where something is done, and by whose leave.
fn door(place: &Place, cli: &Cli, connected: &Connected) -> Result<Door> {
    let source = connected.sources.get(place.id).ok_or_else(none)?.clone();
    let policy = policy(cli, &connected.places, cli.wanted().config());
    let gate = Gate::new(Audit::standard(), &connected.places);
    gate.obey(&policy);
    let Aim { at, namespace, .. } = aim(place, &cli.kube, connected)?;
    let patience = cli.kube.patience().unwrap_or(place.family.patience);
    Ok(Door { source, at, namespace, patience, context: place.name.clone(), policy, gate })
}

fn none() -> Error {
    Error::Invalid("there is no such context".to_owned())
}

/// A whole answer of the largest clusters arrives within seconds; a server that says nothing for so long is down.
const PATIENCE: Duration = Duration::from_secs(60);

fn current(connected: &Connected) -> Result<&Place> {
    let none = || connected.problems.first().cloned().unwrap_or_else(|| fleet::nothing(kinds::USUAL));
    connected.home().ok_or_else(none)
}

/// The state that the terminal program starts with.
pub fn state(cli: &Cli, connected: &Connected, now: Time) -> Result<State> {
    let wanted = cli.wanted();
    // What the command line names must be right; a broken file of the configuration is reported, and not used.
    cli.theme.as_deref().map_or(Ok(()), |name| wanted.theme(name).map(drop))?;
    cli.keymap.as_deref().map_or(Ok(()), |name| wanted.keymap(name).map(drop))?;
    let keymap = Keymap::named(keymap::DEFAULT)?;
    let mut state = State::new(now, (80, 24), keymap, Theme::named(theme::DEFAULT)?.reduced(wanted.depth));
    state.display.options.unicode = unicode();
    state.places.looked = connected.looked.clone();
    state.places.all = connected.places.clone();
    state.places.home = connected.home().map(|place| place.id);
    state.policy = policy(cli, &state.places, wanted.config());
    state.policy.forgets = cli.no_remember || cli.kube.stands_in();
    let opened = first_view(cli, connected, &mut state);
    if cli.demo && cli.open.is_none() {
        state.start_tour();
    }
    let clusters = connected.of(kinds::USUAL).next().is_some();
    // Who has an engine and no cluster misses nothing.
    let lacks = state.stack.iter().all(|view| matches!(view, View::Start)) || clusters;
    // The start screen says by itself that there is nothing.
    let empty = !clusters && cli.kube.context.is_none();
    let problem = connected.problems.first().filter(|_| lacks && !empty).cloned();
    if let Err(error) = opened.and_then(|()| problem.map_or(Ok(()), Err)) {
        state.complain(&error);
    }
    // Last, so that nothing hides why nothing may be written.
    state.adopt(wanted.read());
    Ok(state)
}

/// What may be written where: the command line over the configuration. Where that cannot be read, the policy refuses and
/// says why.
pub fn policy(cli: &Cli, places: &[Place], config: Result<Config>) -> Policy {
    let mut policy = Policy::new(cli.readonly, cli.write);
    match config {
        Ok(config) => policy.regard(places, &config),
        Err(error) => {
            policy.regard(places, &Config::default());
            policy.hold(&error);
        }
    }
    policy
}

fn first_view(cli: &Cli, connected: &Connected, state: &mut State) -> Result<()> {
    let plain = |kind: &str| Opening { kind: kind.to_owned(), ..Opening::default() };
    if connected.home().is_none() {
        let near = connected.places.iter().find(|place| !place.family.is_home && place.problem.is_none());
        let opened = match (connected.of(kinds::USUAL).next(), near) {
            (Some(_), _) => state.open(&plain(contexts::KIND.name)),
            (None, Some(near)) => {
                let first = connected.of(near.family).next().map_or(&near.name, |place| &place.name);
                state.switch(first)
            }
            (None, None) => Ok(()),
        };
        if let Some(line) = &cli.open {
            let _ = state.start_with(line);
        }
        return opened;
    }
    let namespace = cli.kube.all_namespaces.then(|| "all".to_owned());
    state.open(&Opening { namespace, ..plain(kinds::USUAL.first.name) })?;
    if let Some(line) = &cli.open {
        let _ = state.start_with(line);
    }
    Ok(())
}

/// Shapes outside ASCII need a UTF-8 locale; the Linux console's font lacks most of them.
fn unicode() -> bool {
    let env = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let locale = env("LC_ALL").or_else(|| env("LC_CTYPE")).or_else(|| env("LANG")).unwrap_or_default().to_lowercase();
    (locale.contains("utf-8") || locale.contains("utf8")) && env("TERM").as_deref() != Some("linux")
}
