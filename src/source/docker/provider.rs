//! Finds the container engines that the environment and docker's own configuration name. Docker's choice is the first.

use std::sync::Arc;

use super::Docker;
use super::endpoint::{self, Endpoint, Way};
use super::tls::Keys;
use crate::kinds::docker::FAMILY;
use crate::model::{Looked, Place, SourceId};
use crate::source::{Connected, Environment, Provider};

pub static PROVIDER: Provider = Provider { family: &FAMILY, find };

fn find(environment: &Environment<'_>, all: &mut Connected) {
    endpoint::find(environment.env).into_iter().for_each(|endpoint| add(endpoint, all));
}

/// Adds an engine as a source.
pub fn add(endpoint: Endpoint, all: &mut Connected) {
    let place = place(&endpoint);
    let (found, text) = (place.problem.is_none(), place.problem.as_deref().unwrap_or("found").to_owned());
    all.looked.push(Looked { what: endpoint.host.to_string(), found, text });
    all.add(place, |at| Arc::new(Docker::new(at, endpoint)));
}

fn place(endpoint: &Endpoint) -> Place {
    let badge = match endpoint.way {
        Way::Unix(_) if endpoint.is_root() => Some("ROOT"),
        Way::Tcp(_) => Some("PLAIN HTTP"),
        Way::Tls(_, Keys { trusting: true, .. }) => Some("INSECURE TLS"),
        // Whoever can connect to an engine is root on its host.
        Way::Tls(..) | Way::Ssh(_) => Some("ROOT"),
        Way::Unix(_) | Way::Closed(_) => None,
    };
    Place {
        cluster: endpoint.origin.clone(),
        server: endpoint.host.clone(),
        badge: badge.map(Into::into),
        problem: endpoint.absence().map(Into::into),
        ..Place::new(SourceId::PROGRAM, endpoint.name.clone(), &FAMILY)
    }
}
