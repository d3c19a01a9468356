//! Arguments, configuration, sources, run.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::time::Duration;

use spyhop::app::launch::Launch;
use spyhop::cli::{self, Cli, Setup};
use spyhop::model::{Error, Result};
use spyhop::runtime::{self, Console, recording::Recording, signals::Signals, terminal::Screen};
use spyhop::source::{self, Environment, Sources};
use tokio::runtime::Handle;

/// So long is waited for what is still under way when the program ends.
const LEAVING: Duration = Duration::from_millis(100);

fn main() -> ExitCode {
    let cli = match Cli::read(std::env::args_os()) {
        Ok(cli) => cli::meant(cli),
        Err(told) => return told_by_clap(&told),
    };
    match run(&cli) {
        Ok(None) => ExitCode::SUCCESS,
        // As a shell says it of a program that a signal ended.
        Ok(Some(number)) => ExitCode::from(128 + u8::try_from(number).unwrap_or_default()),
        Err(error) => failed(&error),
    }
}

fn failed(error: &Error) -> ExitCode {
    cli::note(format_args!("spyhop: {error}"));
    ExitCode::FAILURE
}

/// Help, or what is wrong with the arguments.
fn told_by_clap(told: &clap::Error) -> ExitCode {
    let shown = told.print();
    match cli::written(shown) {
        Err(error) if !told.use_stderr() => failed(&error),
        Ok(()) | Err(_) => ExitCode::from(u8::try_from(told.exit_code()).unwrap_or(1)),
    }
}

/// The signal that ended it, if one did.
fn run(cli: &Cli) -> Result<Option<i32>> {
    if let Some(result) = cli::offline(cli, &mut cli::output()) {
        return result.map(|()| None);
    }
    // Every TLS connection needs it, and it can be installed once only.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let docker_host = |name: &str| cli.docker_host.clone().filter(|_| name == "DOCKER_HOST");
    let env = |name: &str| docker_host(name).or_else(|| std::env::var(name).ok());
    let config = cli.wanted().config();
    let prometheus = |context: &str| config.as_ref().ok()?.prometheus(context).map(str::to_owned);
    let mut connected = match cli.demo {
        true => source::connect_demo(cli.kube.namespace.as_deref()),
        false => source::connect(&Environment { flags: &cli.kube, env: &env, prometheus: &prometheus }),
    };
    let policy = cli::policy(cli, &connected, config.as_ref());
    connected.show_inside(|at| policy.looks_inside(at));
    let setup = Setup { cli, connected: &connected, policy: &policy };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(workers()).enable_all().build();
    let runtime = runtime.map_err(|error| Error::Invalid(format!("could not start: {error}")))?;
    let result = match &cli.command {
        Some(_) if cli.recording().is_some() => {
            Err(Error::Invalid("a recording tells what happens on the screen; this command has none".to_owned()))
        }
        Some(command) => {
            let out = &mut cli::output();
            let is_terminal = out.is_terminal();
            let result = runtime.block_on(cli::run(command, setup, is_terminal, out));
            result.and_then(|()| cli::written(out.flush()))
        }
        None => {
            let launch = cli::launch(setup, config, runtime::now());
            let ended = launch.and_then(|launch| explore(cli, launch, connected.sources, runtime.handle()));
            runtime.shutdown_timeout(LEAVING);
            return ended;
        }
    };
    runtime.shutdown_timeout(LEAVING);
    result.map(|()| None)
}

/// The number of threads for everything that is no drawing. One is enough, because servers are what is waited for.
/// Tokio's own variable asks for more: the tests run with one thread and with four.
fn workers() -> usize {
    let asked = std::env::var("TOKIO_WORKER_THREADS").ok().and_then(|count| count.parse().ok());
    asked.filter(|count| (1..=64).contains(count)).unwrap_or(1)
}

/// The terminal program.
fn explore(cli: &Cli, mut launch: Launch, sources: Sources, workers: &Handle) -> Result<Option<i32>> {
    launch.columns = runtime::columns::load();
    let broken = |error| Error::Invalid(format!("this needs a terminal; spyhop get prints without one ({error})"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(broken)?;
    // Heard before the terminal is taken: there is no moment at which a signal would leave it so.
    let signals = runtime.block_on(async { Signals::new() }).map_err(broken)?;
    let recording = cli.recording().map(|(file, holds)| Recording::create(file, holds)).transpose()?;
    launch.recorded = recording.as_ref().map(Recording::holds);
    let screen = match Screen::open() {
        Ok(screen) => screen,
        Err(error) => {
            recording.into_iter().for_each(Recording::drop);
            return Err(broken(error));
        }
    };
    launch.size = screen.size();
    let console = Console { screen, signals };
    let result = runtime.block_on(runtime::run(launch, sources, console, cli.wanted(), recording, workers.clone()));
    runtime.shutdown_timeout(LEAVING);
    result.map_err(|error| Error::Invalid(format!("the terminal failed: {error}")))
}
