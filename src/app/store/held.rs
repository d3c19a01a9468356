//! The memory that an answer takes: an estimate, from a sample of the rows if there are many.

use std::mem::size_of;

use super::rows::Slot;
use super::{Answer, Content, Rows};
use crate::model::{Cell, Link, Object, Str, Uid, Value};

/// The number of rows in the sample.
const SAMPLE: usize = 1024;
/// The bytes that an allocation takes besides its content: the allocator's own words, and for shared strings the two
/// counters.
const FRAME: usize = 16;

impl Answer {
    /// The approximate number of bytes that the answer holds.
    pub(super) fn held(&self) -> usize {
        match &self.content {
            Content::Rows(rows) => rows.held(),
            Content::Log(book) => book.held(),
            Content::One(body) => body.as_deref().map_or(0, value),
            Content::Rules(_) | Content::Kinds(_) => 0,
        }
    }
}

impl Rows {
    fn held(&self) -> usize {
        let step = self.slots.len().div_ceil(SAMPLE).max(1);
        let sample = self.slots.iter().step_by(step);
        let (rows, bytes) = sample.fold((0, 0), |(rows, bytes), slot: &Slot| match &slot.object {
            Some(object) => (rows + 1, bytes + row(object)),
            None => (rows, bytes),
        });
        let rows = bytes * self.count / rows.max(1);
        let places = self.slots.capacity() * size_of::<Slot>() + self.index.capacity() * 2 * size_of::<u32>();
        rows + places + (self.free.capacity() + self.log.capacity()) * size_of::<u32>()
    }
}

/// The heap memory of a row.
fn row(object: &Object) -> usize {
    let texts = [&object.id.namespace, &object.id.name, &object.id.part, &object.labels, &object.owner];
    let uid = match &object.uid {
        Uid::Text(text) => string(text),
        Uid::None | Uid::Uuid(_) => 0,
    };
    let cells = object.cells.iter().map(|cell| match cell {
        Cell::Text(text) => string(text),
        Cell::None
        | Cell::Address(_)
        | Cell::Count(_)
        | Cell::Float(_)
        | Cell::Flag(_)
        | Cell::Ratio(..)
        | Cell::Tally(..)
        | Cell::Bytes(_)
        | Cell::Size(..)
        | Cell::Cpu(_)
        | Cell::Percent(_)
        | Cell::Rate(_)
        | Cell::Since(_)
        | Cell::Aged(..)
        | Cell::Span(_) => 0,
    });
    let link = object.link.as_ref().map_or(0, |link| {
        let scope = &link.scope;
        let texts = [&scope.labels, &scope.fields, &scope.owner].into_iter().chain(&scope.namespace);
        size_of::<Link>() + FRAME + texts.map(string).sum::<usize>()
    });
    let own = uid + texts.into_iter().map(string).sum::<usize>() + cells.sum::<usize>();
    own + link + object.cells.len() * size_of::<Cell>() + FRAME
}

/// The share of a string's memory that is charged to one of its holders. Constants are charged to nobody.
fn string(text: &Str) -> usize {
    let holders = Str::strong_count(text);
    holders.filter(|_| !text.is_empty()).map_or(0, |holders| (text.len() + FRAME) / holders.max(1))
}

fn value(value: &Value) -> usize {
    let inner = match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        Value::String(text) => text.capacity(),
        Value::Array(all) => all.iter().map(self::value).sum(),
        Value::Object(all) => all.iter().map(|(key, value)| key.capacity() + FRAME + self::value(value)).sum(),
    };
    size_of::<Value>() + inner
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Delta, Health, Id, KindRef, SourceId, Time};

    fn object(kind: KindRef, name: &str, node: &Str) -> Object {
        let id = Id::new(SourceId(1), kind, Str::new(), name);
        let cells = [Cell::Text(node.clone()), Cell::Count(1)].into();
        let (uid, labels, owner) = (Uid::None, Str::new(), Str::new());
        Object { id, uid, health: Health::Good, cells, labels, owner, link: None }
    }

    #[test]
    fn a_shared_string_is_counted_once() {
        let node = Str::from("a-node-with-a-long-name-that-is-said-by-each-of-them");
        let kind = crate::kinds::named("pods").unwrap();
        let mut answer = Answer::new(Time(0));
        assert_eq!(answer.held(), 0);
        for i in 0..10_000 {
            answer.apply(Delta::Upsert(object(kind, &format!("pod-{i:05}"), &node)), Time(0));
        }
        let places = answer.rows().unwrap().slots.capacity() * size_of::<Slot>();
        let each = (answer.held() - places) / 10_000;
        // The name, two cells, what their allocations take, and a share of the index.
        assert!((60..140).contains(&each), "{each}");
    }
}
