//! The contexts of the kubeconfig, each a source.

use std::sync::Arc;

use super::Kube;
use super::config::{self, Context, Look};
use super::dial::Dial;
use crate::kinds::kube::FAMILY;
use crate::model::{Looked, Place, SourceId};
use crate::source::{Connected, Environment, Provider};

pub static PROVIDER: Provider = Provider { family: &FAMILY, find };

fn find(environment: &Environment<'_>, all: &mut Connected) {
    let config::Loaded { contexts, current, looked, problems } = config::load(environment.flags, environment.env);
    let flags = Arc::new(environment.flags.clone());
    for (index, context) in contexts.into_iter().enumerate() {
        let mut place = Place { is_current: current == Some(index), ..place(&context) };
        if let Some(other) = &flags.as_user {
            place.user = arcstr::format!("{} as {other}", context.user);
        }
        let dial = Dial::new(context, flags.clone());
        all.add(place, |at| Arc::new(Kube::new(at, dial)));
    }
    all.looked.extend(looked.iter().map(told));
    all.problems.extend(problems);
}

/// A context as its user knows it.
pub fn place(context: &Context) -> Place {
    let badge = match (context.plain_http, context.insecure) {
        (true, _) => Some("PLAIN HTTP"),
        (false, true) => Some("INSECURE TLS"),
        (false, false) => None,
    };
    Place {
        cluster: context.cluster.clone(),
        user: context.user.clone(),
        namespace: context.namespace.clone(),
        server: context.server.clone(),
        badge: badge.map(Into::into),
        problem: context.problem.as_deref().map(Into::into),
        ..Place::new(SourceId::PROGRAM, context.name.clone(), &FAMILY)
    }
}

fn told(looked: &config::Looked) -> Looked {
    let (found, text) = match &looked.what {
        Look::Found => (true, "found".to_owned()),
        Look::Missing => (false, "not found".to_owned()),
        Look::Broken(why) => (false, why.clone()),
    };
    Looked { what: looked.path.display().to_string(), found, text }
}
