//! Arguments, configuration, sources, run.

use std::process::ExitCode;
use std::time::Duration;

use clap::{CommandFactory, Parser};
use spyhop::app::State;
use spyhop::cli::{self, Cli, Headless};
use spyhop::model::{Error, Result};
use spyhop::runtime::{self, Console, signals::Signals, terminal::Screen};
use spyhop::source::{self, Connected, Environment};
use tokio::runtime::Handle;

/// So long is waited for what is still under way when the program ends.
const LEAVING: Duration = Duration::from_millis(100);

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(&cli) {
        Ok(None) => ExitCode::SUCCESS,
        // As a shell says it of a program that a signal ended.
        Ok(Some(number)) => ExitCode::from(128 + u8::try_from(number).unwrap_or_default()),
        Err(error) => {
            eprintln!("spyhop: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The signal that ended it, if one did.
fn run(cli: &Cli) -> Result<Option<i32>> {
    match &cli.command {
        Some(Headless::Version) => return cli::version(&mut std::io::stdout()).map(|()| None),
        Some(Headless::Completion { shell }) => {
            clap_complete::generate(*shell, &mut Cli::command(), "spyhop", &mut std::io::stdout());
            return Ok(None);
        }
        Some(Headless::Routes(args)) if !args.files.is_empty() => {
            return cli::routes(args, cli.kube.namespace.as_deref(), &mut std::io::stdout()).map(|()| None);
        }
        Some(_) | None => {}
    }
    // Every TLS connection needs it, and it can be installed once only.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let docker_host = |name: &str| cli.docker_host.clone().filter(|_| name == "DOCKER_HOST");
    let env = |name: &str| docker_host(name).or_else(|| std::env::var(name).ok());
    let connected = match cli.demo {
        true => source::connect_demo(cli.kube.namespace.as_deref()),
        false => source::connect(&Environment { flags: &cli.kube.flags(), env: &env }),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.map_err(|error| Error::Invalid(format!("could not start: {error}")))?;
    let result = match &cli.command {
        Some(Headless::Info) => cli::info(&cli.wanted(), &connected, &mut std::io::stdout()),
        Some(Headless::Get(args)) => {
            runtime.block_on(cli::get_from(args, &cli.kube, &connected, &mut std::io::stdout()))
        }
        Some(Headless::Describe(args)) => {
            runtime.block_on(cli::describe_from(args, &cli.kube, &connected, &mut std::io::stdout()))
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
        None => {
            let ended = explore(cli, connected, runtime.handle());
            runtime.shutdown_timeout(LEAVING);
            return ended;
        }
    };
    runtime.shutdown_timeout(LEAVING);
    result.map(|()| None)
}

/// The terminal program.
fn explore(cli: &Cli, connected: Connected, workers: &Handle) -> Result<Option<i32>> {
    let mut state: State = cli::state(cli, &connected, runtime::now())?;
    let broken = |error| Error::Invalid(format!("this needs a terminal; spyhop get prints without one ({error})"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(broken)?;
    // Heard before the terminal is taken: there is no moment at which a signal would leave it so.
    let signals = runtime.block_on(async { Signals::new() }).map_err(broken)?;
    let screen = Screen::open().map_err(broken)?;
    state.display.size = screen.size();
    let console = Console { screen, signals };
    let result = runtime.block_on(runtime::run(state, connected.sources, console, cli.wanted(), workers.clone()));
    runtime.shutdown_timeout(LEAVING);
    result.map_err(|error| Error::Invalid(format!("the terminal failed: {error}")))
}
