//! A large table shows the same with excerpts and without.

use core::net::Ipv4Addr;

use super::*;
use crate::kinds;
use crate::model::{Cell, Delta, Health, Uid};

const FRAME: Frame = Frame { now: Time(0), width: 160, height: 45 };

fn object(kind: KindRef, name: &str, health: Health, cells: Vec<Cell>) -> Object {
    let id = Id::new(SourceId(0), kind, "shop", name);
    Object { id, uid: Uid::None, health, cells: cells.into(), labels: Str::new(), owner: Str::new(), link: None }
}

fn pod(i: u32, kind: KindRef) -> Object {
    let status = ["Running", "Pending", "CrashLoopBackOff"][i as usize % 3];
    let cells = vec![
        Cell::Ratio(i % 2, 1),
        Cell::text(status),
        Cell::Tally(i % 11, Time(0)),
        Cell::Since(Time(0)),
        Cell::Address(Ipv4Addr::from_bits(i)),
        if i.is_multiple_of(5) { Cell::None } else { Cell::text(format!("node-{}", i % 500)) },
    ];
    object(kind, &format!("web-{i:x}"), Health::ALL[i as usize % 7], cells)
}

/// Rows that stand in the table, and how many are well.
fn shown(table: &Table) -> (Vec<u32>, u32) {
    (table.order.rows().to_vec(), table.order.count(Health::Good))
}

#[test]
fn a_filter_shows_the_same_with_excerpts_and_without() {
    let (kind, lender) = (kinds::named("pods").unwrap(), kinds::named("podmetrics").unwrap());
    let (mut store, mut trends) = (Store::default(), Trends::default());
    let mut tables = [0, 1].map(|_| Table::new(SourceId(0), kind, Scope::default()));
    let mut prepare = |table: &mut Table, store: &Store| {
        while !table.prepare(store, &mut trends, FRAME, usize::MAX) {}
    };
    let query = tables[0].query();
    store.open(&query, Time(0));
    let pods = (0..MANY as u32 + 100).map(|i| Delta::Upsert(pod(i, kind)));
    store.apply(&query, pods.chain([Delta::Ready]).collect(), Time(0));
    for table in &mut tables {
        table.serve_lenders(|_, at| Some(at));
        prepare(table, &store);
    }
    let lent = tables[0].lent(0).unwrap();
    store.open(&lent, Time(0));
    let metrics = (0..3_000).map(|i| {
        let cells = vec![Cell::Cpu(i % 700), Cell::Bytes(i << 20)];
        Delta::Upsert(object(lender, &format!("web-{:x}", i * 3), Health::Good, cells))
    });
    store.apply(&lent, metrics.chain([Delta::Ready]).collect(), Time(0));
    let words = ["w", "7", "m", "77m", "0mi", "web-1 or 12m", "not 7", "node-77 !running", "-f w7", "status=Running 3"];
    for (i, word) in words.into_iter().cycle().take(2 * words.len()).enumerate() {
        let faults = i >= words.len();
        for table in &mut tables {
            table.faults = faults;
            table.filter_by("").unwrap();
            prepare(table, &store);
        }
        let [with, without] = &mut tables;
        // All of it first, and then the same with rows that changed since.
        if i % 3 == 0 {
            with.order.forget_excerpts();
            while !with.expect_filter(&store, Time(0), 1) {}
        }
        // They get what another row had.
        let changed = (0..40).map(|n| {
            let Object { cells, health, .. } = pod(n * 13 + i as u32, kind);
            Delta::Upsert(object(kind, &format!("web-{:x}", n * 700), health, cells.into_vec()))
        });
        let gone = Delta::Remove(pod(20_000 + i as u32, kind).id);
        store.apply(&query, changed.chain([gone]).collect(), Time(0));
        with.filter_by(word).unwrap();
        without.filter_by(word).unwrap();
        prepare(with, &store);
        prepare(without, &store);
        assert!(shown(with).0.len() < MANY || word == "w", "{word} leaves out nothing");
        assert_eq!(shown(with), shown(without), "{word} {faults}");
    }
}

/// Names in the order in which a table shows them.
fn names(table: &mut Table, store: &Store) -> Vec<String> {
    while !table.prepare(store, &mut Trends::default(), FRAME, usize::MAX) {}
    let answer = store.answer(&table.query()).unwrap();
    table.visible(answer).map(|object| object.id.name.to_string()).collect()
}

#[test]
fn what_matters_comes_first_and_rows_without_a_value_last() {
    let kind = kinds::named("pods").unwrap();
    let mut table = Table::new(SourceId(0), kind, Scope::default());
    let mut store = Store::default();
    store.open(&table.query(), Time(0));
    let pods = [
        ("quiet", Health::Good, "Running", Cell::Tally(0, Time(0))),
        ("angry", Health::Bad, "Error", Cell::Tally(7, Time(0))),
        ("young", Health::Progress, "Pending", Cell::None),
        ("weary", Health::Warn, "Running", Cell::Tally(40, Time(0))),
    ];
    let rows = pods.map(|(name, health, status, restarts)| {
        Delta::Upsert(object(kind, name, health, vec![Cell::Ratio(1, 1), Cell::text(status), restarts]))
    });
    store.apply(&table.query(), rows.into_iter().chain([Delta::Ready]).collect(), Time(0));
    assert_eq!(names(&mut table, &store), ["angry", "quiet", "weary", "young"]);
    let mut sorted = |title: &str| {
        let field = table.titled(title).unwrap().field;
        table.sort_by(SortBy::Field(field));
        names(&mut table, &store)
    };
    assert_eq!(sorted("RESTARTS"), ["weary", "angry", "quiet", "young"]);
    assert_eq!(sorted("RESTARTS"), ["quiet", "angry", "weary", "young"]);
    assert_eq!(sorted("STATUS"), ["angry", "weary", "young", "quiet"]);
    assert_eq!(sorted("STATUS"), ["quiet", "young", "weary", "angry"]);
    assert_eq!(sorted("NAME"), ["angry", "quiet", "weary", "young"]);
}

#[test]
fn cells_may_be_lent_by_rows_of_another_source() {
    let (kind, lender, away) = (kinds::named("pods").unwrap(), kinds::named("podmetrics").unwrap(), SourceId(7));
    let mut table = Table::new(SourceId(0), kind, Scope::default());
    let mut store = Store::default();
    table.serve_lenders(|_, _| Some(away));
    store.open(&table.query(), Time(0));
    let pods = ["a", "b", "c"].map(|name| Delta::Upsert(object(kind, name, Health::Good, Vec::new())));
    store.apply(&table.query(), pods.into_iter().chain([Delta::Ready]).collect(), Time(0));
    assert_eq!(names(&mut table, &store), ["a", "b", "c"]);
    let lent = table.lent(0).unwrap();
    assert_eq!((lent.at(), lent.others()), (away, [].as_slice()));
    store.open(&lent, Time(0));
    let used = [("a", 5), ("b", 700), ("c", 30)].map(|(name, milli)| {
        let row = object(lender, name, Health::Good, vec![Cell::Cpu(milli), Cell::Bytes(0)]);
        Delta::Upsert(Object { id: Id { at: away, ..row.id.clone() }, ..row })
    });
    store.apply(&lent, used.into_iter().chain([Delta::Ready]).collect(), Time(0));
    names(&mut table, &store);
    table.sort_by(SortBy::Field(table.titled("CPU").unwrap().field));
    assert_eq!(names(&mut table, &store), ["b", "c", "a"]);
    table.filter_by("cpu>20m").unwrap();
    assert_eq!(names(&mut table, &store), ["b", "c"]);
    table.filter_by("700m").unwrap();
    assert_eq!(names(&mut table, &store), ["b"]);
    table.serve_lenders(|_, _| None);
    assert_eq!(table.lent(0), None);
}
