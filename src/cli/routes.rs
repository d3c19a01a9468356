//! `spyhop routes`: mesh routes of the cluster, or of files without one.

mod print;
#[cfg(test)]
mod tests;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::Setup;
use super::aim::Aim;
use super::print::written;
use crate::app::yaml::read::documents;
use crate::mesh::{World, check, resolve};
use crate::model::{Error, Result, Value};

#[derive(Debug, Args)]
pub struct RoutesArgs {
    /// Objects as YAML or JSON instead of the cluster: a file, a directory (with all below), or - for standard input
    #[arg(short, long = "filename", value_name = "FILE|DIR", num_args = 1..)]
    pub files: Vec<PathBuf>,
    /// Show routes as a client in this namespace sees them
    #[arg(long, value_name = "NS")]
    pub from: Option<String>,
    /// The DNS domain of the cluster
    #[arg(long, value_name = "NAME", default_value = "cluster.local")]
    pub domain: String,
    /// How to print
    #[arg(short, long, value_enum, default_value_t)]
    pub output: RoutesOutput,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum RoutesOutput {
    #[default]
    Table,
    Json,
}

/// Prints the routes of all files together; `namespace` keeps rows of objects there.
pub fn routes(args: &RoutesArgs, namespace: Option<&str>, out: &mut impl Write) -> Result<()> {
    let (mut bodies, mut unread) = (Vec::new(), Vec::new());
    for path in &args.files {
        read(path, &mut bodies, &mut unread);
    }
    let failed = match unread.as_slice() {
        [] => None,
        [one] => Some(Error::Invalid(format!("could not read {one}"))),
        [one, rest @ ..] => Some(Error::Invalid(format!("could not read {one} (and {} more)", rest.len()))),
    };
    // What could be read is told all the same.
    if let (true, Some(error)) = (bodies.is_empty(), &failed) {
        return Err(error.clone());
    }
    let mut world = World::of(&bodies);
    world.unread.extend(unread);
    write(world, args, namespace, out)?;
    failed.map_or(Ok(()), Err)
}

/// Prints the routes of the current context.
pub async fn routes_from(args: &RoutesArgs, setup: Setup<'_>, out: &mut impl Write) -> Result<()> {
    let aim = Aim::current(setup)?;
    write(aim.world().await?, args, aim.namespace.as_deref(), out)
}

fn write(mut world: World, args: &RoutesArgs, namespace: Option<&str>, out: &mut impl Write) -> Result<()> {
    world.domain.clone_from(&args.domain);
    let text = text(&world, args, namespace);
    written(out.write_all(text.as_bytes()))
}

fn text(world: &World, args: &RoutesArgs, namespace: Option<&str>) -> String {
    let from = args.from.as_deref();
    let rows = resolve(world, from);
    let problems = check::problems(world, &rows, from);
    let here = |place: &str| namespace.is_none_or(|wanted| wanted == place);
    let rows: Vec<_> = rows.iter().filter(|row| here(&row.spot.owner.name.namespace)).collect();
    let problems: Vec<_> = problems.iter().filter(|problem| here(&problem.spot.owner.name.namespace)).collect();
    match args.output {
        RoutesOutput::Table => print::table(&rows, &problems, &world.unread),
        RoutesOutput::Json => print::json(&rows, &problems, &world.unread),
    }
}

/// Takes in what a file or directory holds; in `unread` which file could not be read, and why.
fn read(path: &Path, out: &mut Vec<Value>, unread: &mut Vec<String>) {
    let mut broken = |error: io::Error| unread.push(format!("{}: {error}", path.display()));
    if path.is_dir() {
        match fs::read_dir(path) {
            Ok(inside) => {
                let mut inside: Vec<PathBuf> = inside.flatten().map(|entry| entry.path()).collect();
                inside.sort();
                let wanted = inside.iter().filter(|path| path.is_dir() || is_text(path));
                wanted.for_each(|path| read(path, out, unread));
            }
            Err(error) => broken(error),
        }
        return;
    }
    let text = match path.as_os_str() == "-" {
        true => io::read_to_string(io::stdin()),
        false => crate::disk::text(path, crate::disk::LARGE),
    };
    match text.map(|text| documents(&text)) {
        Ok(Ok(all)) => out.extend(all.into_iter().map(|document| document.value)),
        Ok(Err(trouble)) => unread.push(format!("{}:{}: {}", path.display(), trouble.spot.line, trouble.text)),
        Err(error) => broken(error),
    }
}

fn is_text(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ["yaml", "yml", "json"].iter().any(|known| ending == *known))
}
