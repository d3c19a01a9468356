//! `spyhop version` and `spyhop info`: what this is, where its files are, and which sources were found.

use std::io::{self, Write};

use crate::app::Looked;
use crate::model::{Error, Result, SourceId};
use crate::runtime::files;
use crate::source::Connected;
use crate::source::docker::endpoint::{Endpoint, Way};
use crate::source::kube::config::Look;

pub fn version(out: &mut impl Write) -> Result<()> {
    writeln!(out, "spyhop {}", env!("CARGO_PKG_VERSION")).map_err(unwritten)
}

fn unwritten(error: io::Error) -> Error {
    Error::Invalid(format!("could not write the output: {error}"))
}

pub fn info(connected: &Connected, out: &mut impl Write) -> Result<()> {
    print(connected, out).map_err(unwritten)
}

fn print(connected: &Connected, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "spyhop {}\n\nfiles", env!("CARGO_PKG_VERSION"))?;
    let dirs = [("configuration", files::config_dir()), ("state", files::state_dir()), ("saves", files::dump_dir())];
    for (what, dir) in dirs {
        let shown = dir.map_or_else(|| "no home directory".to_owned(), |dir| dir.display().to_string());
        writeln!(out, "  {what:<16} {shown}")?;
    }
    writeln!(out, "\nlooked for")?;
    for looked in looked(connected) {
        writeln!(out, "  {:<34} {}", looked.what, looked.text)?;
    }
    writeln!(out, "\ncontexts")?;
    let loaded = &connected.loaded;
    if loaded.contexts.is_empty() {
        writeln!(out, "  none")?;
    }
    for (index, context) in loaded.contexts.iter().enumerate() {
        let current = if loaded.current == Some(index) { "*" } else { " " };
        let problem = context.problem.as_deref().map(|why| format!("  ({why})")).unwrap_or_default();
        writeln!(
            out,
            "{current} {:<24} {}  as {}  in {}{problem}",
            context.name, context.server, context.user, context.namespace
        )?;
    }
    writeln!(out, "\nengines")?;
    for (_, endpoint) in &connected.engines {
        let problem = absence(endpoint).map(|why| format!("  ({why})")).unwrap_or_default();
        writeln!(out, "  {:<24} {}  by {}{problem}", endpoint.name, endpoint.host, endpoint.origin)?;
    }
    Ok(())
}

/// Why nothing answers there, as far as that can be seen without asking.
fn absence(endpoint: &Endpoint) -> Option<String> {
    match &endpoint.way {
        Way::Closed(why) => Some(why.clone()),
        Way::Unix(_) if !endpoint.is_there() => Some("not there".to_owned()),
        Way::Unix(_) | Way::Tcp(_) => None,
    }
}

/// What was looked for, for the start screen.
pub fn looked(connected: &Connected) -> Vec<Looked> {
    let entry = |looked: &crate::source::kube::config::Looked| {
        let (found, text) = match &looked.what {
            Look::Found => (true, "found".to_owned()),
            Look::Missing => (false, "not there".to_owned()),
            Look::Broken(why) => (false, why.clone()),
        };
        Looked { what: looked.path.display().to_string(), found, text }
    };
    let engine = |(_, endpoint): &(SourceId, Endpoint)| {
        let why = absence(endpoint);
        let text = why.clone().unwrap_or_else(|| "found".to_owned());
        Looked { what: endpoint.host.to_string(), found: why.is_none(), text }
    };
    connected.loaded.looked.iter().map(entry).chain(connected.engines.iter().map(engine)).collect()
}
