//! Turns the sections of a description into lines of text.

use super::store::{Answer, Phase};
use super::view::{Line, Passage};
use crate::kinds;
use crate::kinds::kube::events;
use crate::model::{
    Around, Arrived, Cell, Column, Fact, Health, KindRef, Listed, Object, Related, Section, Str, Time, Value, text,
};
use crate::theme::Role;

/// The most rows of a list that are shown. The table of its kind has all.
const MOST: usize = 500;

pub struct Described {
    pub passages: Vec<Passage>,
    /// The next moment at which an age in the text changes.
    pub wake: Option<Time>,
}

struct Writer {
    passages: Vec<Passage>,
    wake: Option<Time>,
    now: Time,
    unicode: bool,
}

/// The description of an object: its own sections, then the objects that belong to it.
pub fn passages(
    kind: KindRef,
    body: &Value,
    related: &[(Related, Option<&Answer>)],
    now: Time,
    unicode: bool,
) -> Described {
    let mut around = Around::default();
    for (what, answer) in related {
        around.add(body, listed(*what, *answer));
    }
    let mut writer = Writer { passages: Vec::new(), wake: None, now, unicode };
    for section in kinds::describe::describe(kind, body, &around) {
        writer.section(&section);
    }
    for list in around.iter().filter(|list| list.what.is_shown) {
        writer.list(list);
    }
    Described { passages: writer.passages, wake: writer.wake }
}

fn listed(what: Related, answer: Option<&Answer>) -> Listed<'_> {
    let Some(answer) = answer else {
        return Listed { what, objects: Vec::new(), columns: &[], arrived: Arrived::NotYet };
    };
    let objects: Vec<&Object> = answer.objects().collect();
    let kind = objects.first().map_or(&[][..], |object| object.id.kind.0.columns);
    let arrived = match &answer.phase {
        Phase::Stale(_, error) => Arrived::Failed(error),
        Phase::Live if answer.complete => Arrived::Whole,
        Phase::Live | Phase::Loading(_) => Arrived::NotYet,
    };
    Listed { what, objects, columns: answer.columns().map(AsRef::as_ref).unwrap_or(kind), arrived }
}

impl Writer {
    fn title(&mut self, title: &Str) {
        if !self.passages.is_empty() {
            self.passages.push(Passage::empty());
        }
        self.passages.push(Passage::hanging(Line::new(), vec![(clean(title), Role::Title)]));
    }

    fn line(&mut self, indent: usize, line: &str, role: Role) {
        self.passages
            .push(Passage::hanging(vec![(Str::from(" ".repeat(indent)), Role::Text)], vec![(clean(line), role)]));
    }

    /// Adds a list of other objects, and a remark if the list is empty or incomplete.
    fn list(&mut self, list: &Listed<'_>) {
        self.title(&list.what.title.into());
        if let Arrived::Failed(error) = list.arrived {
            self.line(2, error.text(), Role::Warn);
        }
        match (list.objects.first(), list.arrived) {
            (Some(first), _) if first.id.kind.shares_resource(&events::KIND) => self.events(list),
            (Some(first), _) => self.rows(list, first),
            (None, Arrived::NotYet) => self.line(2, "loading ...", Role::Muted),
            (None, Arrived::Whole) => self.line(2, "none", Role::Muted),
            (None, Arrived::Failed(_)) => {}
        }
        if list.objects.len() > MOST {
            self.line(2, &format!("and {} more", list.objects.len() - MOST), Role::Muted);
        }
        if !list.objects.is_empty() && list.arrived == Arrived::NotYet {
            self.line(2, "more is loading ...", Role::Muted);
        }
    }

    fn rows(&mut self, list: &Listed<'_>, first: &Object) {
        let kind = first.id.kind;
        let mut objects = list.objects.clone();
        let sorted = kind.presentation.sort.and_then(|(title, _)| kind.column(title));
        let order = |a: &&Object, b: &&Object| {
            (&a.id.namespace, &a.id.name, &a.id.part).cmp(&(&b.id.namespace, &b.id.name, &b.id.part))
        };
        match sorted {
            Some(i) => objects.sort_by(|a, b| a.cells[i].order(&b.cells[i]).then_with(|| order(a, b))),
            None => objects.sort_by(order),
        }
        let is_meant = |column: &Column| match list.what.columns {
            [] => !column.wide,
            named => named.contains(&&*column.title),
        };
        let shown: Vec<usize> = (0..list.columns.len()).filter(|i| is_meant(&list.columns[*i])).collect();
        let far = list.what.columns.contains(&NAMESPACE);
        let mut titles: Vec<String> = if far { vec![NAMESPACE.to_owned()] } else { Vec::new() };
        titles.extend(kind.naming.title.map(str::to_owned));
        titles.extend(shown.iter().map(|i| list.columns[*i].title.to_string()));
        let lead = titles.len() - shown.len();
        let ranks = (0..lead)
            .map(|_| 0)
            .chain(shown.iter().map(|i| if list.columns[*i].state { 0 } else { list.columns[*i].rank }));
        let ranks: Vec<u8> = ranks.collect();
        let mut table = vec![titles];
        for object in objects.iter().take(MOST) {
            let mut row = if far { vec![clean(&object.id.namespace).to_string()] } else { Vec::new() };
            row.extend(kind.naming.title.map(|_| clean(&object.id.name).to_string()));
            row.extend(shown.iter().map(|i| object.cells.get(*i).map(|cell| self.text(cell)).unwrap_or_default()));
            table.push(row);
        }
        let health: Vec<Health> = objects.iter().take(MOST).map(|object| object.health).collect();
        let role = |i: usize| match i.checked_sub(1).and_then(|i| health.get(i)) {
            None => Role::Muted,
            Some(health @ (Health::Bad | Health::Warn)) => Role::of(*health),
            Some(_) => Role::Text,
        };
        self.passages.extend(Passage::table(&table, ranks, role));
    }

    /// Adds events, the newest first, with their counts.
    fn events(&mut self, list: &Listed<'_>) {
        let mut objects = list.objects.clone();
        objects.sort_by(|a, b| a.cell(SEEN).order(b.cell(SEEN)).then_with(|| a.id.name.cmp(&b.id.name)));
        let mut table = vec![["AGE", "TYPE", "REASON", "FROM", "MESSAGE"].map(str::to_owned).to_vec()];
        let mut roles = vec![Role::Muted];
        for event in objects.into_iter().take(MOST) {
            let from = event.word("SOURCE").split(", ").next().unwrap_or_default();
            let words = [event.word("TYPE"), event.word("REASON"), from].map(|word| clean(word).to_string());
            let mut row = vec![self.when(event)];
            row.extend(words);
            row.push(self.text(event.cell("MESSAGE")));
            table.push(row);
            roles.push(if event.health == Health::Good { Role::Text } else { Role::of(event.health) });
        }
        self.passages.extend(Passage::table(&table, Vec::new(), |i| roles[i]));
    }

    /// The time of an event in kubectl's form: `2m (x12 over 1h)`.
    fn when(&mut self, event: &Object) -> String {
        let last = self.text(event.cell(SEEN));
        match event.cell("COUNT") {
            Cell::Count(count) if *count > 1 => {
                format!("{last} (x{count} over {})", self.text(event.cell("FIRST SEEN")))
            }
            _ => last,
        }
    }

    fn section(&mut self, section: &Section) {
        self.title(&section.title);
        let keys = section.facts.iter().filter_map(|fact| match fact {
            Fact::Pair(key, _) | Fact::State(key, ..) => Some(text::width(key)),
            Fact::Line(..) | Fact::Row(_) => None,
        });
        let key_width = keys.max().unwrap_or(0).min(32);
        let mut table: Vec<&[Cell]> = Vec::new();
        for fact in &section.facts {
            if let Fact::Row(cells) = fact {
                table.push(cells);
                continue;
            }
            self.table(&std::mem::take(&mut table));
            self.fact(fact, key_width);
        }
        self.table(&table);
    }

    fn fact(&mut self, fact: &Fact, key_width: usize) {
        match fact {
            Fact::Pair(key, cell) => self.pair(key, cell, key_width, Role::Text, None),
            Fact::State(key, cell, health) => self.pair(key, cell, key_width, Role::of(*health), Some(*health)),
            Fact::Line(depth, line) => {
                let indent = 2 * (usize::from(*depth) + 1);
                line.lines().for_each(|part| self.line(indent, part, Role::Text));
            }
            Fact::Row(_) => {}
        }
    }

    fn pair(&mut self, key: &Str, cell: &Cell, key_width: usize, role: Role, health: Option<Health>) {
        let (key, value) = (clean(key), self.text(cell));
        let shape = health.map(|health| format!("{} ", crate::theme::glyph(health, self.unicode))).unwrap_or_default();
        let pad = " ".repeat((key_width + 2).saturating_sub(text::width(&key)));
        let mut lines = value.lines();
        let first = lines.next().unwrap_or_default();
        let mut lead = vec![(arcstr::format!("  {key}{pad}"), Role::Muted)];
        let indent = Str::from(" ".repeat(key_width + 4 + text::width(&shape)));
        if !shape.is_empty() {
            lead.push((shape.into(), role));
        }
        self.passages.push(Passage::hanging(lead, vec![(first.into(), role)]));
        for line in lines {
            self.passages.push(Passage::hanging(vec![(indent.clone(), Role::Text)], vec![(line.into(), role)]));
        }
    }

    fn text(&mut self, cell: &Cell) -> String {
        self.wake = [self.wake, cell.wake(self.now)].into_iter().flatten().min();
        let written = cell.to_text(self.now);
        written.lines().map(|line| text::clean(line).into_owned()).collect::<Vec<_>>().join("\n")
    }

    /// Adds rows in columns that are as wide as needed. The first row is muted.
    fn table(&mut self, rows: &[&[Cell]]) {
        let texts: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|cell| self.text(cell)).collect()).collect();
        self.passages.extend(Passage::table(&texts, Vec::new(), |i| if i == 0 { Role::Muted } else { Role::Text }));
    }
}

/// The title of the column of namespaces, if a list covers several.
const NAMESPACE: &str = "NAMESPACE";
/// The title of the column with the time of an event.
const SEEN: &str = "LAST SEEN";

fn clean(line: &str) -> Str {
    Str::from(text::clean(line).as_ref())
}
