//! The slow half of keeping drafts: files that survive the death of the machine, and removals, in the order of the
//! requests. A disk that is busy takes seconds for one of them.

use std::io;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use super::held::Locked;
use crate::runtime::files;

enum Order {
    Write(PathBuf, String),
    Remove(Locked),
}

impl Order {
    fn path(&self) -> &std::path::Path {
        match self {
            Self::Write(path, _) => path,
            Self::Remove(locked) => locked.path(),
        }
    }
}

pub struct Lasting {
    orders: Sender<Order>,
    thread: JoinHandle<()>,
}

impl Lasting {
    pub fn new(failed: impl Fn(io::Error) + Send + 'static) -> Self {
        let (orders, waiting) = channel();
        Self { orders, thread: std::thread::spawn(move || work(&waiting, failed)) }
    }

    /// The thread lives as long as the sender, so that no order is lost.
    pub fn write(&self, path: PathBuf, text: String) {
        let _ = self.orders.send(Order::Write(path, text));
    }

    pub fn remove(&self, locked: Locked) {
        let _ = self.orders.send(Order::Remove(locked));
    }

    /// Waits until all orders are done.
    pub fn finish(self) {
        drop(self.orders);
        let _ = self.thread.join();
    }
}

fn work(waiting: &Receiver<Order>, failed: impl Fn(io::Error)) {
    while let Ok(first) = waiting.recv() {
        for order in latest([first].into_iter().chain(waiting.try_iter())) {
            let done = match order {
                Order::Write(path, text) => files::write_private(&path, &text),
                Order::Remove(locked) => locked.remove(),
            };
            done.unwrap_or_else(&failed);
        }
    }
}

/// The last order for each file. The ones before it were overtaken while the disk was busy.
fn latest(orders: impl Iterator<Item = Order>) -> Vec<Order> {
    let mut left: Vec<Order> = Vec::new();
    for order in orders {
        left.retain(|before| before.path() != order.path());
        left.push(order);
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::drafts::Held;
    use crate::runtime::drafts::testing::draft;

    #[test]
    fn of_many_texts_the_last_one_is_written_and_a_removal_is_the_end() {
        let dir = std::env::temp_dir().join(format!("spyhop-lasting-{}", std::process::id()));
        let (_, mut held) = Held::take(Some(dir.clone()));
        let mut orders = Vec::new();
        for text in ["replicas: 2\n", "replicas: 3\n"] {
            let (path, text) = held.keep(&draft(1, text)).unwrap();
            orders.push(Order::Write(path, text));
        }
        let (other, text) = held.keep(&draft(2, "replicas: 4\n")).unwrap();
        orders.push(Order::Write(other.clone(), text));
        orders.push(Order::Remove(held.forget(2).unwrap()));
        let left = latest(orders.into_iter());
        assert!(matches!(&left[..], [Order::Write(_, text), Order::Remove(_)] if text.contains("replicas: 3")));

        let lasting = Lasting::new(|error| panic!("{error}"));
        for order in left {
            match order {
                Order::Write(path, text) => lasting.write(path, text),
                Order::Remove(locked) => lasting.remove(locked),
            }
        }
        lasting.finish();
        drop(held);
        assert!(!other.exists());
        let (found, held) = Held::take(Some(dir.clone()));
        assert_eq!(found.iter().map(|draft| draft.text.as_str()).collect::<Vec<_>>(), ["replicas: 3\n"]);
        drop(held);
        std::fs::remove_dir_all(dir).unwrap();
    }
}
