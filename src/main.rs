//! Arguments, configuration, sources, run.

use std::process::ExitCode;
use std::time::Duration;

use clap::{CommandFactory, Parser};
use spyhop::app::State;
use spyhop::cli::{self, Cli, Headless};
use spyhop::model::{Error, Result};
use spyhop::runtime::{self, terminal::Screen};
use spyhop::source::{self, Connected};
use tokio::runtime::Handle;

/// So long is waited for what is still under way when the program ends.
const LEAVING: Duration = Duration::from_millis(100);

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("spyhop: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> Result<()> {
    match &cli.command {
        Some(Headless::Version) => return cli::version(&mut std::io::stdout()),
        Some(Headless::Completion { shell }) => {
            clap_complete::generate(*shell, &mut Cli::command(), "spyhop", &mut std::io::stdout());
            return Ok(());
        }
        Some(Headless::Routes(args)) if !args.files.is_empty() => {
            return cli::routes(args, cli.kube.namespace.as_deref(), &mut std::io::stdout());
        }
        Some(_) | None => {}
    }
    // Every TLS connection needs it, and it can be installed once only.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let docker_host = |name: &str| cli.docker_host.clone().filter(|_| name == "DOCKER_HOST");
    let env = |name: &str| docker_host(name).or_else(|| std::env::var(name).ok());
    let connected = match cli.demo {
        true => source::connect_demo(),
        false => source::connect(&cli.kube.flags(), &env),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.map_err(|error| Error::Invalid(format!("could not start: {error}")))?;
    let result = match &cli.command {
        Some(Headless::Info) => cli::info(&cli.wanted(), &connected, &mut std::io::stdout()),
        Some(Headless::Get(args)) => {
            runtime.block_on(cli::get_from(args, &cli.kube, &connected, &mut std::io::stdout()))
        }
        Some(Headless::Logs(args)) => {
            runtime.block_on(cli::logs_from(args, &cli.kube, &connected, &mut std::io::stdout()))
        }
        Some(Headless::Routes(args)) => {
            runtime.block_on(cli::routes_from(args, cli, &connected, &mut std::io::stdout()))
        }
        Some(Headless::Demo(args)) => runtime.block_on(cli::demo(args, &mut std::io::stdout())),
        Some(Headless::Apply(args)) => runtime.block_on(cli::apply_from(args, cli, &connected, &mut std::io::stdout())),
        Some(_) => runtime.block_on(cli::act_from(cli, &connected, &mut std::io::stdout())).unwrap_or(Ok(())),
        None => explore(cli, connected, runtime.handle()),
    };
    runtime.shutdown_timeout(LEAVING);
    result
}

/// The terminal program.
fn explore(cli: &Cli, connected: Connected, workers: &Handle) -> Result<()> {
    let mut state: State = cli::state(cli, &connected, runtime::now())?;
    let broken = |error| Error::Invalid(format!("this needs a terminal; spyhop get prints without one ({error})"));
    let screen = Screen::open().map_err(broken)?;
    state.size = screen.size();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(broken)?;
    let result = runtime.block_on(runtime::run(state, connected.sources, screen, cli.wanted(), workers.clone()));
    runtime.shutdown_timeout(LEAVING);
    result.map_err(|error| Error::Invalid(format!("the terminal failed: {error}")))
}
