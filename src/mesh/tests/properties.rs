//! Properties that hold for every set of objects.

use std::collections::BTreeSet;

use super::made::{any_ask, barest, door, narrow_world, odd_world, plain_world, world};
use crate::mesh::answer::{Entrance, answer};
use crate::mesh::matching::Ask;
use crate::mesh::read::{READERS, Reader};
use crate::mesh::route::{Attach, Name, RouteRow, Why};
use crate::mesh::weight::WHOLE;
use crate::mesh::{World, check, resolve};
use crate::model::Value;
use crate::random::Random;

fn rounds(mut one: impl FnMut(&mut Random, u64)) {
    for seed in 1..=300 {
        one(&mut Random(seed * 0x9E37_79B9), seed);
    }
}

#[test]
fn the_order_of_input_does_not_matter() {
    rounds(|dice, seed| {
        let mut bodies = world(dice);
        let before = World::of(&bodies);
        let rows = resolve(&before, None);
        let found = |world: &World, rows: &[RouteRow]| -> Vec<String> {
            check::problems(world, rows, None)
                .iter()
                .map(|problem| format!("{} {}", problem.spot, problem.text))
                .collect()
        };
        dice.shuffle(&mut bodies);
        let after = World::of(&bodies);
        let again = resolve(&after, None);
        assert_eq!(rows, again, "seed {seed}");
        assert_eq!(found(&before, &rows), found(&after, &again), "seed {seed}");
    });
}

#[test]
fn shares_make_a_whole_or_the_rule_says_why_not() {
    let mut seen = 0;
    rounds(|dice, seed| {
        for row in resolve(&World::of(&world(dice)), None) {
            let sum: u32 = row.backends.iter().map(|backend| backend.share).sum();
            let answers = row.action == crate::mesh::route::Action::Forward;
            assert_eq!(sum, if answers { WHOLE } else { 0 }, "seed {seed}: {row:?}");
            seen += usize::from(answers && row.backends.len() > 1);
        }
    });
    assert!(seen > 1000, "{seen}");
}

/// The smallest request for a rule reaches it, or the rule names the one that takes its requests.
#[test]
fn every_rule_is_reached_or_names_what_shadows_it() {
    let (mut reached, mut shadowed) = (0, 0);
    rounds(|dice, seed| {
        let world = World::of(&plain_world(dice));
        let rows = resolve(&world, None);
        for row in &rows {
            match &row.shadow {
                Some(shadow) => {
                    shadowed += 1;
                    let named = match shadow.why.lost_host() {
                        true => world.istio.virtual_services.contains_key(&shadow.by.owner.name),
                        false => rows.iter().any(|other| other.spot == shadow.by),
                    };
                    assert!(named, "seed {seed}: {row:?}");
                }
                None if row.narrower.is_some() => {}
                None => {
                    let Some(door) = door(row) else { continue };
                    let ask = barest(row);
                    let answered = answer(&rows, &door, &ask);
                    assert_eq!(answered.map(|row| &row.spot), Some(&row.spot), "seed {seed}: {ask:?} at {door:?}");
                    reached += 1;
                }
            }
        }
    });
    assert!(reached > 3000 && shadowed > 1000, "{reached} {shadowed}");
}

/// A rule that is called dead never answers any request.
#[test]
fn a_shadowed_rule_never_answers() {
    let mut answered = 0;
    rounds(|dice, seed| {
        let made = if seed % 2 == 0 { world(dice) } else { narrow_world(dice) };
        let rows = resolve(&World::of(&made), None);
        let name = |namespace| Name::new(namespace, "gw");
        let doors = [
            Entrance::Gateway(name("a"), 80),
            Entrance::Gateway(name("b"), 80),
            Entrance::Mesh("a".to_owned()),
            Entrance::Mesh("z".to_owned()),
            Entrance::Class(String::new()),
        ];
        for _ in 0..60 {
            let mut ask = any_ask(dice);
            for door in &doors {
                if let Entrance::Mesh(client) = door {
                    ask.source_namespace.clone_from(client);
                }
                let Some(row) = answer(&rows, door, &ask) else { continue };
                answered += 1;
                assert_eq!(row.shadow, None, "seed {seed}: {ask:?} at {door:?}");
            }
        }
    });
    assert!(answered > 20_000, "{answered}");
}

/// The view from one namespace agrees with the view of all clients about that namespace.
#[test]
fn the_view_from_a_namespace_agrees_with_the_view_of_all() {
    let mut compared = 0;
    rounds(|dice, seed| {
        let made = if seed % 2 == 0 { world(dice) } else { narrow_world(dice) };
        let world = World::of(&made);
        let all = resolve(&world, None);
        for client in ["a", "b", "c", "elsewhere"] {
            let own = resolve(&world, Some(client));
            let door = Entrance::Mesh(client.to_owned());
            for _ in 0..20 {
                let ask = Ask { source_namespace: client.to_owned(), ..any_ask(dice) };
                let spot = |rows: &[RouteRow]| answer(rows, &door, &ask).map(|row| row.spot.clone());
                assert_eq!(spot(&all), spot(&own), "seed {seed}, from {client}: {ask:?}");
                compared += usize::from(spot(&all).is_some());
            }
        }
    });
    assert!(compared > 1000, "{compared}");
}

/// The problems that call something missing, wrong or unreachable, with their positions.
fn absences(world: &World) -> BTreeSet<(&'static str, String)> {
    let rows = resolve(world, None);
    // These problems depend on the order of rules, which depends on all objects.
    let order = ["MR104", "MR201", "MR202"];
    let found = check::problems(world, &rows, None).into_iter().filter(|problem| !order.contains(&problem.check.code));
    found.map(|problem| (problem.check.code, problem.spot.to_string())).collect()
}

/// A user who may list only some namespaces and kinds is never told that an existing object is missing. What was not
/// listed is unknown.
#[test]
fn what_was_not_listed_is_not_missing() {
    let (mut told, mut kept) = (0, 0);
    rounds(|dice, seed| {
        let bodies = odd_world(dice);
        let mut whole = World::of(&bodies);
        let closed: Vec<&Reader> = READERS.iter().filter(|_| dice.below(4) == 0).collect();
        let is_closed = |body: &Value| closed.iter().any(|reader| body["kind"] == reader.kind);
        let is_told = |body: &&Value| body["metadata"]["namespace"] == "a" && !is_closed(body);
        let mut part = World::of(bodies.iter().filter(is_told));
        for reader in READERS {
            let namespace = (!closed.iter().any(|other| other.kind == reader.kind)).then_some("a");
            whole.knows(reader.group, reader.kind);
            part.knows_only(reader.group, reader.kind, namespace);
        }
        let all = absences(&whole);
        let some = absences(&part);
        let made_up: Vec<_> = some.difference(&all).collect();
        assert!(made_up.is_empty(), "seed {seed}: {made_up:?}");
        told += all.len();
        kept += some.len();
    });
    assert!(told > 3000 && kept > 300, "{told} {kept}");
}

/// Each rule with a match or a backend has at least one row.
#[test]
fn no_rule_is_left_out() {
    rounds(|dice, seed| {
        let bodies = world(dice);
        let rows = resolve(&World::of(&bodies), None);
        for body in bodies.iter().filter(|body| body["kind"] == "VirtualService" || body["kind"] == "HTTPRoute") {
            let (field, kind) =
                if body["kind"] == "HTTPRoute" { ("rules", "HTTPRoute") } else { ("http", "VirtualService") };
            let name = body["metadata"]["name"].as_str().unwrap();
            for index in 0..body["spec"][field].as_array().map_or(0, Vec::len) {
                let path = format!("/spec/{field}/{index}");
                let here = |row: &&RouteRow| {
                    row.spot.owner.kind == kind && row.spot.owner.name.name == name && row.rule().path == path
                };
                assert!(rows.iter().any(|row| here(&row)), "seed {seed}: {kind} {name} {path}");
            }
        }
        let lost = rows.iter().filter(|row| row.rank.place == 0);
        for row in lost {
            let told =
                matches!(row.attach, Attach::Nowhere { .. }) || row.shadow.as_ref().is_some_and(|s| s.why != Why::Same);
            assert!(told || matches!(&row.attach, Attach::Mesh(_)), "seed {seed}: {row:?}");
        }
    });
}
