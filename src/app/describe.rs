//! Sections of facts into lines of text.

use super::store::{Answer, Phase};
use super::view::Line;
use crate::kinds;
use crate::model::{Cell, Fact, Health, KindRef, Section, Str, Time, Value, text};
use crate::theme::Role;

pub struct Described {
    pub lines: Vec<Line>,
    /// When an age in it next changes.
    pub wake: Option<Time>,
}

struct Writer {
    lines: Vec<Line>,
    wake: Option<Time>,
    now: Time,
    unicode: bool,
}

/// The description of an object: its own sections, then what belongs to it.
pub fn lines<'a>(
    kind: KindRef,
    body: &Value,
    related: impl Iterator<Item = (&'static str, Option<&'a Answer>)>,
    now: Time,
    unicode: bool,
) -> Described {
    let mut writer = Writer { lines: Vec::new(), wake: None, now, unicode };
    for section in kinds::describe::describe(kind, body) {
        writer.section(&section);
    }
    for (title, answer) in related {
        writer.section(&list(title, answer));
    }
    Described { lines: writer.lines, wake: writer.wake }
}

/// Rows of another kind as a section; its columns follow those of that kind.
fn list(title: &'static str, answer: Option<&Answer>) -> Section {
    let mut section = Section::new(title);
    let Some(answer) = answer else { return section };
    if let Phase::Stale(_, error) = &answer.phase {
        section.line(0, error.text());
        return section;
    }
    let mut objects: Vec<_> = answer.objects().collect();
    let Some(kind) = objects.first().map(|object| object.id.kind) else {
        section.line(0, if answer.complete { "none" } else { "..." });
        return section;
    };
    let newest = kind.sort.and_then(|(title, _)| kind.column(title));
    match newest {
        Some(i) => objects.sort_by(|a, b| a.cells[i].order(&b.cells[i])),
        None => objects.sort_by(|a, b| (&a.id.name, &a.id.part).cmp(&(&b.id.name, &b.id.part))),
    }
    let shown: Vec<usize> = (0..kind.columns.len()).filter(|i| !kind.columns[*i].wide).collect();
    let name = kind.named.map(Cell::text);
    let titles = shown.iter().map(|i| Cell::text(kind.columns[*i].title));
    section.row(name.into_iter().chain(titles));
    const MOST: usize = 200;
    for object in objects.iter().take(MOST) {
        let name = kind.named.map(|_| Cell::Text(object.id.name.clone()));
        let cells = shown.iter().map(|i| object.cells.get(*i).cloned().unwrap_or_default());
        section.row(name.into_iter().chain(cells));
    }
    if objects.len() > MOST {
        section.line(0, format!("and {} more", objects.len() - MOST));
    }
    section
}

impl Writer {
    fn section(&mut self, section: &Section) {
        if !self.lines.is_empty() {
            self.lines.push(Line::new());
        }
        self.lines.push(vec![(section.title.clone(), Role::Title)]);
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
                let indent = "  ".repeat(usize::from(*depth) + 1);
                for part in line.lines().map(text::clean) {
                    self.lines.push(vec![(Str::from(indent.as_str()), Role::Text), (part.as_ref().into(), Role::Text)]);
                }
            }
            Fact::Row(_) => {}
        }
    }

    fn pair(&mut self, key: &Str, cell: &Cell, key_width: usize, role: Role, health: Option<Health>) {
        let value = self.text(cell);
        let shape = health.map(|health| format!("{} ", crate::theme::glyph(health, self.unicode))).unwrap_or_default();
        let pad = " ".repeat((key_width + 2).saturating_sub(text::width(key)));
        let mut lines = value.lines();
        let first = format!("{shape}{}", lines.next().unwrap_or_default());
        self.lines.push(vec![(arcstr::format!("  {key}{pad}"), Role::Muted), (first.into(), role)]);
        let indent = Str::from(" ".repeat(key_width + 4));
        for line in lines {
            self.lines.push(vec![(indent.clone(), Role::Text), (line.into(), role)]);
        }
    }

    fn text(&mut self, cell: &Cell) -> String {
        self.wake = [self.wake, cell.wake(self.now)].into_iter().flatten().min();
        let written = cell.to_text(self.now);
        written.lines().map(|line| text::clean(line).into_owned()).collect::<Vec<_>>().join("\n")
    }

    /// Rows in columns as wide as they need, the first row muted.
    fn table(&mut self, rows: &[&[Cell]]) {
        let texts: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|cell| self.text(cell)).collect()).collect();
        let columns = texts.iter().map(Vec::len).max().unwrap_or(0);
        let width =
            |i: usize| texts.iter().filter_map(|row| row.get(i)).map(|cell| text::width(cell)).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for (i, row) in texts.iter().enumerate() {
            let mut line = String::from("  ");
            for (cell, width) in row.iter().zip(&widths) {
                line.push_str(cell);
                line.push_str(&" ".repeat(width.saturating_sub(text::width(cell)) + 2));
            }
            let role = if i == 0 { Role::Muted } else { Role::Text };
            self.lines.push(vec![(line.trim_end().into(), role)]);
        }
    }
}
