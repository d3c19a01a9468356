//! The Prometheus servers that the configuration names, each a source that measures the pods of some contexts. For each
//! other context there is one that is found in its cluster, if the user looks inside.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Prometheus;
use super::client::Client;
use crate::kinds::USUAL;
use crate::kinds::mask::MASK;
use crate::kinds::prometheus::FAMILY;
use crate::model::{Looked, Place, SourceId, Str};
use crate::source::endpoint::direct::shown;
use crate::source::{Connected, Environment, Provider};

pub static PROVIDER: Provider = Provider { family: &FAMILY, find };

fn find(environment: &Environment<'_>, all: &mut Connected) {
    let mut told: BTreeMap<String, Vec<SourceId>> = BTreeMap::new();
    let mut untold = Vec::new();
    for place in all.places.iter().filter(|place| place.family == USUAL && !place.made_up) {
        match (environment.prometheus)(&place.name) {
            Some(url) => told.entry(url).or_default().push(place.id),
            None => untold.push((place.id, place.name.clone())),
        }
    }
    for (cluster, name) in untold {
        add_inside(cluster, &name, all);
    }
    for (url, measures) in told {
        let what = format!("prometheus {}", shown(&url));
        match Client::new(&url) {
            Ok(client) => {
                all.looked.push(Looked { what, found: true, text: "in the configuration".to_owned() });
                let place = Place { measures, ..place(&url) };
                all.add(place, |at| Arc::new(Prometheus::new(at, client)));
            }
            Err(error) => {
                all.looked.push(Looked { what, found: false, text: error.text().to_owned() });
                all.problems.push(error);
            }
        }
    }
}

/// The server that may be inside of a cluster. Nothing is asked before the user looks inside.
fn add_inside(cluster: SourceId, name: &Str, all: &mut Connected) {
    let Some(source) = all.sources.get(cluster).cloned() else { return };
    let permit = all.sources.permit.clone();
    let place = Place {
        server: arcstr::format!("inside of {name}"),
        measures: vec![cluster],
        within: Some(cluster),
        ..Place::new(SourceId::PROGRAM, arcstr::format!("{name}/prometheus"), &FAMILY)
    };
    all.add_inside(place, |at| Some(Arc::new(Prometheus::inside(at, name, source.as_ref(), &permit)?)));
}

fn place(url: &str) -> Place {
    let server = shown(url);
    let host = server.split("://").last().unwrap_or_default();
    let name = host.trim_start_matches(MASK).trim_start_matches('@').trim_end_matches('/');
    // Who reads along learns the password.
    let badge = (server != url && url.starts_with("http://")).then(|| "PLAIN HTTP".into());
    Place { badge, server: server.as_str().into(), ..Place::new(SourceId::PROGRAM, name, &FAMILY) }
}
