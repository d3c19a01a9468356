//! `spyhop demo --serve`: the demo cluster for other programs.

use std::io::Write;

use clap::Args;

use super::print::{note, written};
use crate::demo::{Demo, Options};
use crate::model::Result;
use crate::source;

#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Print a kubeconfig and serve until Ctrl-C
    #[arg(long, required = true)]
    pub serve: bool,
    /// The same seed gives the same cluster
    #[arg(long, value_name = "N", default_value_t = source::demo::SEED)]
    pub seed: u64,
}

/// Serves until Ctrl-C. The kubeconfig is all that goes to `out`.
pub async fn demo(args: &DemoArgs, out: &mut impl Write) -> Result<()> {
    let options = Options { seed: args.seed, ..source::demo::options() };
    let demo = Demo::start(options).await?;
    written(out.write_all(demo.kubeconfig_for_kubectl().as_bytes()).and_then(|()| out.flush()))?;
    note(format_args!(
        "The demo cluster is at http://{} until Ctrl-C; its kubeconfig is on standard output.",
        demo.address()
    ));
    let _ = tokio::signal::ctrl_c().await;
    Ok(())
}
