//! What the program does most, over 100,000 made-up pods: `cargo bench --bench micro`. The argument `typing` prints
//! how long after a key the filtered table is whole, for up to 1,000,000 rows; `allocations` how often each step asks
//! for memory.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "micro/allocations.rs"]
mod allocations;
#[path = "micro/typing.rs"]
mod typing;
#[path = "micro/world.rs"]
mod world;

use std::hint::black_box;
use std::time::Duration;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput};
use ratatui::backend::TestBackend;
use spyhop::app::store::Answer;
use spyhop::app::view::{Field, SortBy};
use spyhop::model::{Delta, Scope, SourceId, Strings, Time, Wire};
use spyhop::model::{Door, Reading};
use spyhop::runtime::canvas::Canvas;
use spyhop::ui;

use world::World;

const ROWS: usize = 100_000;

const FILTERS: &[(&str, &str)] = &[
    ("text", "web"),
    ("digit", "1"),
    ("nowhere", "zzz"),
    ("regex", "web-[0-3].*a$"),
    ("fuzzy", "-f shwb"),
    ("labels", "app=web,tier!=back"),
    ("field", "status!=Running"),
    ("nested", "(status!=Running or restarts>5) and not (node~fake-1 or age<1h)"),
];

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if args.iter().any(|arg| arg == "typing") {
        return typing::run();
    }
    if args.iter().any(|arg| arg == "allocations") {
        return allocations::run();
    }
    // Under `cargo test --benches` there is nothing to measure.
    if args.iter().any(|arg| arg == "--list" || arg == "--test") || !args.iter().any(|arg| arg == "--bench") {
        return;
    }
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3))
        .configure_from_args();
    decode(&mut criterion);
    insert(&mut criterion);
    sort(&mut criterion);
    filter(&mut criterion);
    draw(&mut criterion);
    criterion.final_summary();
}

/// Protobuf bytes of recorded pods to rows.
fn decode(criterion: &mut Criterion) {
    let items = world::recorded();
    let kind = world::pods();
    let Door::Lens(read) = kind.door else { panic!("pods have a lens") };
    let mut group = criterion.benchmark_group("decode");
    group.throughput(Throughput::Elements(ROWS as u64));
    group.bench_function("protobuf", |bench| {
        bench.iter(|| {
            let (scope, mut strings, mut rows) = (Scope::all(), Strings::default(), Vec::new());
            let mut reading = Reading { at: SourceId(1), kind, scope: &scope, strings: &mut strings };
            for i in 0..ROWS {
                rows.clear();
                read(&mut reading, Wire::Proto, &items[i % items.len()], &mut rows).unwrap();
            }
            black_box(rows.len())
        });
    });
    group.finish();
}

/// Rows into an answer.
fn insert(criterion: &mut Criterion) {
    let objects = world::objects(ROWS);
    let mut group = criterion.benchmark_group("insert");
    group.throughput(Throughput::Elements(ROWS as u64));
    let fill = |objects: Vec<_>| {
        let mut answer = Answer::new(Time(0));
        objects.into_iter().for_each(|object| answer.apply(Delta::Upsert(object), Time(0)));
        answer
    };
    group.bench_function("answer", |bench| bench.iter_batched(|| objects.clone(), fill, BatchSize::LargeInput));
    group.finish();
}

/// A table sorted anew.
fn sort(criterion: &mut Criterion) {
    let mut world = World::new(ROWS);
    world.settle();
    let mut group = criterion.benchmark_group("sort");
    for (name, by) in
        [("path", SortBy::Path), ("status", SortBy::Field(Field::Own(1))), ("age", SortBy::Field(Field::Own(3)))]
    {
        group.bench_function(name, |bench| {
            bench.iter(|| {
                world.table().sort_by(by);
                world.settle();
            });
        });
    }
    group.finish();
}

/// A filter over rows that are sorted already, as when it is typed.
fn filter(criterion: &mut Criterion) {
    let mut world = World::new(ROWS);
    world.settle();
    let mut group = criterion.benchmark_group("filter");
    group.throughput(Throughput::Elements(ROWS as u64));
    for (name, text) in FILTERS {
        group.bench_with_input(BenchmarkId::from_parameter(name), text, |bench, text| {
            bench.iter(|| {
                world.table().filter_by("").unwrap();
                world.settle();
                // Otherwise it would only be remembered.
                world.table().order.forget_filters();
                world.table().filter_by(text).unwrap();
                world.settle();
            });
        });
    }
    group.finish();
}

/// A frame of the table.
fn draw(criterion: &mut Criterion) {
    let mut world = World::new(ROWS);
    world.settle();
    let mut group = criterion.benchmark_group("draw");
    for (width, height) in [(80, 24), (200, 60)] {
        let mut canvas = Canvas::new(TestBackend::new(width, height), (width, height));
        world.state.display.size = (width, height);
        world.settle();
        for filter in ["", "web"] {
            world.table().filter_by(filter).unwrap();
            world.settle();
            let name = format!("{width}x{height}{}", if filter.is_empty() { "" } else { "-filtered" });
            group.bench_function(name, |bench| {
                bench.iter(|| canvas.draw(None, |_, buffer| ui::paint(&world.state, buffer)).unwrap());
            });
        }
    }
    group.finish();
}
