//! The Prometheus servers that the configuration names, each a source that measures the pods of some contexts.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Prometheus;
use super::client::{Client, shown};
use crate::kinds::USUAL;
use crate::kinds::mask::MASK;
use crate::kinds::prometheus::FAMILY;
use crate::model::{Looked, Place, SourceId};
use crate::source::{Connected, Environment, Provider};

pub static PROVIDER: Provider = Provider { family: &FAMILY, find };

fn find(environment: &Environment<'_>, all: &mut Connected) {
    let mut found: BTreeMap<String, Vec<SourceId>> = BTreeMap::new();
    for place in all.places.iter().filter(|place| place.family == USUAL && !place.made_up) {
        if let Some(url) = (environment.prometheus)(&place.name) {
            found.entry(url).or_default().push(place.id);
        }
    }
    for (url, measures) in found {
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

fn place(url: &str) -> Place {
    let server = shown(url);
    let host = server.split("://").last().unwrap_or_default();
    let name = host.trim_start_matches(MASK).trim_start_matches('@').trim_end_matches('/');
    // Who reads along learns the password.
    let badge = (server != url && url.starts_with("http://")).then(|| "PLAIN HTTP".into());
    Place { badge, server: server.as_str().into(), ..Place::new(SourceId::PROGRAM, name, &FAMILY) }
}
