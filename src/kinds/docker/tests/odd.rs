//! Every field of every recorded body made odd, one at a time: no row is lost, nothing panics, and what else is known
//! of the row stays.

use serde_json::{Value, json};

use super::{list, recorded, rows_in, sample};
use crate::kinds::describe::describe;
use crate::kinds::docker::{containers, images, networks, volumes};
use crate::model::{Around, Cell, Fact, Kind, KindRef, Object, Scope, Time};

/// What an engine may say in the place of anything.
pub fn oddities() -> Vec<Value> {
    let huge = "340282366920938463463374607431768211456";
    let words = [
        "null",
        "\"dreaming\"",
        "\"\"",
        "true",
        "-1",
        "7",
        "1e30",
        huge,
        "0.5",
        "[]",
        "{}",
        "[null]",
        "{\"odd\":null}",
    ];
    words.iter().map(|word| serde_json::from_str(word).unwrap()).collect()
}

/// The places of all values in a body, as JSON pointers.
pub fn places(body: &Value) -> Vec<String> {
    fn walk(value: &Value, at: &str, out: &mut Vec<String>) {
        let step = |key: &str| format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
        match value {
            Value::Object(all) => all.iter().for_each(|(key, inner)| walk(inner, &step(key), out)),
            Value::Array(all) => all.iter().enumerate().for_each(|(i, inner)| walk(inner, &step(&i.to_string()), out)),
            _ => {}
        }
        if !at.is_empty() {
            out.push(at.to_owned());
        }
    }
    let mut out = Vec::new();
    walk(body, "", &mut out);
    out
}

/// The body with one value made odd, in all ways, and once without it.
pub fn made_odd(body: &Value, at: &str) -> Vec<Value> {
    let put = |value: Value| {
        let mut odd = body.clone();
        *odd.pointer_mut(at).unwrap() = value;
        odd
    };
    let mut all: Vec<Value> = oddities().into_iter().map(put).collect();
    let (parent, key) = at.rsplit_once('/').unwrap();
    let mut without = body.clone();
    if let Some(Value::Object(fields)) = without.pointer_mut(parent) {
        fields.shift_remove(&key.replace("~1", "/").replace("~0", "~"));
        all.push(without);
    }
    all
}

fn is_leaf(body: &Value, at: &str) -> bool {
    !matches!(body.pointer(at), Some(Value::Object(_) | Value::Array(_)))
}

/// Draws and prints all that a row has, as the screen and the command line do.
fn drawn(row: &Object) {
    let now = Time::parse("2026-11-24T12:00:00Z").unwrap();
    row.cells.iter().for_each(|cell| {
        assert!(cell.to_text(now).len() < 4096, "{cell:?}");
        cell.to_json();
        cell.wake(now);
    });
}

fn other_cells(before: &Object, after: &Object) -> usize {
    before.cells.iter().zip(&after.cells).filter(|(a, b)| a != b).count()
}

#[test]
fn an_odd_field_leaves_the_row_and_its_other_cells() {
    let mut tried = 0;
    let bodies: [(&'static Kind, Value); 4] = [
        (&containers::KIND, recorded("containers")),
        (&images::KIND, recorded("images")),
        (&volumes::KIND, recorded("volumes")["Volumes"].clone()),
        (&networks::KIND, recorded("networks")),
    ];
    for (kind, entries) in &bodies {
        for entry in entries.as_array().unwrap() {
            let before = rows_in(kind, entry, Scope::all());
            for at in places(entry) {
                for odd in made_odd(entry, &at) {
                    tried += 1;
                    let rows = rows_in(kind, &odd, Scope::all());
                    assert!(!rows.is_empty(), "{} lost by {at}: {odd}", kind.name);
                    rows.iter().for_each(drawn);
                    if is_leaf(entry, &at) && rows.len() == before.len() {
                        let others = other_cells(&before[0], &rows[0]);
                        assert!(others <= 2, "{others} cells of {} changed by {at}: {odd}", kind.name);
                    }
                }
            }
        }
    }
    assert!(tried > 3_000, "{tried}");
}

#[test]
fn an_odd_body_beside_an_entry_leaves_what_the_list_says() {
    let all = recorded("containers");
    let entry = all.as_array().unwrap().iter().find(|entry| entry["Names"][0] == "/web").unwrap();
    let listed = rows_in(&containers::KIND, entry, Scope::all()).remove(0);
    let body = recorded("inspect");
    for at in places(&body) {
        for odd in made_odd(&body, &at).into_iter().chain(oddities()) {
            let mut entry = entry.clone();
            entry["Inspected"] = odd;
            let rows = rows_in(&containers::KIND, &entry, Scope::all());
            let [row] = rows.as_slice() else { panic!("{at}: {entry}") };
            drawn(row);
            assert_eq!((&row.id, &row.uid, &row.labels), (&listed.id, &listed.uid, &listed.labels), "{at}");
            for title in ["IMAGE", "PORTS", "PROJECT", "AGE", "ID", "COMMAND"] {
                let i = containers::KIND.column(title).unwrap();
                assert_eq!(row.cells[i], listed.cells[i], "{title} changed by {at}");
            }
        }
    }
}

fn facts(body: &Value) -> Vec<Fact> {
    describe(KindRef(&containers::KIND), body, &Around::default())
        .into_iter()
        .flat_map(|section| section.facts)
        .collect()
}

#[test]
fn an_odd_field_of_a_body_takes_few_facts_with_it() {
    let mut body = recorded("inspect");
    body["State"]["Health"] =
        json!({"Status": "healthy", "Log": [{"Start": "2026-01-31T12:00:00Z", "ExitCode": 0, "Output": "fine"}]});
    body["Config"]["Healthcheck"] = json!({"Test": ["CMD", "true"], "Interval": 1_000_000_000, "Retries": 3});
    body["HostConfig"]["Ulimits"] = json!([{"Name": "nofile", "Soft": 10, "Hard": 20}]);
    body["HostConfig"]["Memory"] = json!(1 << 26);
    body["HostConfig"]["PortBindings"] = json!({"80/tcp": [{"HostIp": "", "HostPort": "8080"}]});
    let before = facts(&body);
    for at in places(&body) {
        for odd in made_odd(&body, &at) {
            let after = facts(&odd);
            if is_leaf(&body, &at) {
                let lost = before.iter().filter(|fact| !after.contains(fact)).count();
                assert!(lost <= 2, "{lost} facts lost by {at}");
            }
        }
    }
}

#[test]
fn an_odd_measurement_says_less_and_nothing_wrong() {
    let (first, second) = (recorded("stats-1"), recorded("stats-2"));
    let cells = |first: &Value, second: &Value| sample(second).cells(Some(&sample(first)));
    let before = cells(&first, &second);
    let Cell::Percent(_) = before[0] else { panic!("no CPU") };
    for at in places(&second) {
        for odd in made_odd(&second, &at) {
            let after = cells(&first, &odd);
            assert_eq!(after.len(), before.len());
            after.iter().for_each(|cell| drop(cell.to_text(Time::default())));
            // Where a share is said, it is that of the host's CPUs that the engine named.
            let named = at.starts_with("/cpu_stats");
            assert!(named || after[0] == before[0], "{at}: {:?}", after[0]);
            if is_leaf(&second, &at) {
                let others = before.iter().zip(&after).filter(|(a, b)| a != b).count();
                assert!(others <= 1, "{others} cells changed by {at}: {odd}");
            }
        }
    }
}

#[test]
fn an_odd_entry_takes_no_other_with_it() {
    let all = recorded("containers");
    let before = list(&containers::KIND, &all);
    for odd in oddities() {
        let mut entry = all.as_array().unwrap()[0].clone();
        entry["Mounts"] = json!([odd, {"Type": "volume", "Name": "data"}]);
        entry["Ports"] = json!([odd, {"PrivatePort": 80, "Type": "tcp"}]);
        entry["Labels"] = json!({"odd": odd, "team": "shop"});
        let volume = rows_in(&containers::KIND, &entry, Scope::all().fields("volume=data").labels("team=shop"));
        assert_eq!(volume.len(), 1, "{odd}");
        let ports = volume[0].cells[containers::KIND.column("PORTS").unwrap()].to_text(Time::default());
        assert!(ports.split(' ').any(|port| port == "80"), "{odd}: {ports}");
        assert_eq!((&volume[0].id.name, before[0].cells.len()), (&before[0].id.name, volume[0].cells.len()));
    }
}
