//! Backends of Gateway API rules. A faulty backend keeps its weight and answers 500.

use super::Route;
use crate::mesh::World;
use crate::mesh::read::GATEWAY_API;
use crate::mesh::read::gateway::{Grant, Ref};
use crate::mesh::resolve::endpoints::{Endpoints, share};
use crate::mesh::route::{Backend, Fault, Name};

pub fn backends(route: &Route, refs: &[Ref], list: &str, endpoints: &Endpoints) -> Vec<Backend> {
    let one = |(index, to): (usize, &Ref)| backend(route, to, format!("{list}/{index}"), endpoints);
    let mut out: Vec<Backend> = refs.iter().enumerate().map(one).collect();
    share(&mut out, 1);
    out
}

fn backend(route: &Route, to: &Ref, path: String, endpoints: &Endpoints) -> Backend {
    let namespace = to.namespace.as_deref().unwrap_or(&route.meta.namespace);
    let name = Name::new(namespace, &to.name);
    let (group, kind) = (to.group.as_deref().unwrap_or_default(), to.kind.as_deref().unwrap_or("Service"));
    let host = match (kind, namespace == route.meta.namespace) {
        ("Service", true) => to.name.clone(),
        ("Service", false) => name.to_string(),
        (kind, _) => format!("{kind} {}", to.name),
    };
    let plain = group.is_empty() && kind == "Service";
    let fault = match (group.is_empty(), plain) {
        (true, false) => Some(Fault::Kind),
        _ if !granted(endpoints.world, route, &name, group, kind) => Some(Fault::Forbidden),
        (_, true) => missing(endpoints.world, &name).or_else(|| endpoints.port_fault(&name, to.port)),
        (false, false) => None,
    };
    let ready = endpoints.ready_by_fault(&name, None, to.port, fault).filter(|_| plain);
    let pods = endpoints.selection(&name, None).filter(|_| plain);
    let service = plain.then_some(name);
    Backend { path, host, service, pods, port: to.port, weight: to.weight, ready, fault, ..Backend::default() }
}

fn missing(world: &World, name: &Name) -> Option<Fault> {
    (world.knows_services(&name.namespace) && !world.services.contains_key(name)).then_some(Fault::Missing)
}

/// Whether another namespace grants access to its backend. A namespace whose grants were not read is assumed to grant
/// it.
fn granted(world: &World, route: &Route, to: &Name, group: &str, kind: &str) -> bool {
    if to.namespace == route.meta.namespace {
        return true;
    }
    let told = world.is_known(GATEWAY_API, "ReferenceGrant", &to.namespace)
        || (world.services.contains_key(to) && !world.is_limited(GATEWAY_API, "ReferenceGrant"));
    let lets = |grant: &&Grant| {
        let from = |from: &crate::mesh::read::gateway::GrantFrom| {
            from.group == GATEWAY_API && from.kind == route.owner.kind && from.namespace == route.meta.namespace
        };
        let target = |target: &crate::mesh::read::gateway::GrantTo| {
            target.group == group && target.kind == kind && target.name.as_ref().is_none_or(|name| *name == to.name)
        };
        grant.metadata.namespace == to.namespace && grant.spec.from.iter().any(from) && grant.spec.to.iter().any(target)
    };
    !told || world.gateway_api.grants.values().any(|grant| lets(&grant))
}
