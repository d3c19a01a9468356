//! How often each step asks for memory: for a row, or for a whole frame.

use std::hint::black_box;

use allocation_counter::measure;
use ratatui::backend::TestBackend;
use spyhop::app::store::Answer;
use spyhop::app::view::SortBy;
use spyhop::model::{Delta, Door, Reading, Scope, SourceId, Strings, Time, Wire};
use spyhop::runtime::canvas::Canvas;
use spyhop::ui;

use super::ROWS;
use super::world::{self, World};

pub fn run() {
    println!("{:<24}{:>14}{:>14}", "step", "allocations", "bytes");
    decode();
    insert();
    table();
}

fn print(step: &str, of: f64, work: impl FnOnce()) {
    let counted = measure(work);
    println!("{step:<24}{:>14.2}{:>14.1}", counted.count_total as f64 / of, counted.bytes_total as f64 / of);
}

fn decode() {
    let items = world::recorded();
    let kind = world::pods();
    let Door::Lens(read) = kind.door else { panic!("pods have a lens") };
    let (scope, mut strings, mut rows) = (Scope::all(), Strings::default(), Vec::new());
    print("decode, a row", ROWS as f64, || {
        let mut reading = Reading { at: SourceId(1), kind, scope: &scope, strings: &mut strings };
        for i in 0..ROWS {
            rows.clear();
            read(&mut reading, Wire::Proto, &items[i % items.len()], &mut rows).unwrap();
        }
    });
}

fn insert() {
    let objects = world::objects(ROWS);
    let mut answer = Answer::new(Time(0));
    print("insert, a row", ROWS as f64, || {
        objects.into_iter().for_each(|object| answer.apply(Delta::Upsert(object), Time(0)));
    });
    black_box(answer.len());
}

fn table() {
    let mut world = World::new(ROWS);
    print("sort for the first time", 1.0, || world.settle());
    print("sort anew", 1.0, || {
        world.table().sort_by(SortBy::Path);
        world.settle();
    });
    print("filter: a text", 1.0, || {
        world.table().filter_by("web").unwrap();
        world.settle();
    });
    let mut canvas = Canvas::new(TestBackend::new(160, 45), (160, 45));
    canvas.draw(None, |_, buffer| ui::paint(&world.state, buffer)).unwrap();
    print("prepare, a frame", 1.0, || world.settle());
    print("draw, a frame", 1.0, || canvas.draw(None, |_, buffer| ui::paint(&world.state, buffer)).unwrap());
}
