//! What a screen of pods says: which row is selected, whether rows and all of them are there.

use vt100::{Color, Screen};

use crate::servers::Pods;
use crate::terminal::{COLS, Goal, ROWS};

/// The row with the selection: the bar that spyhop draws, else the one row on another ground than the rest.
pub fn selected(screen: &Screen) -> Option<u16> {
    let bar = (0..ROWS).find(|row| screen.cell(*row, 0).is_some_and(|cell| cell.contents() == "▌"));
    bar.or_else(|| {
        let grounds: Vec<Ground> = (2..ROWS - 1).map(|row| ground(screen, row)).collect();
        let usual = commonest(&grounds)?;
        let mut others = (2..).zip(&grounds).filter(|(_, ground)| **ground != usual);
        others.next().filter(|_| others.next().is_none()).map(|(row, _)| row)
    })
}

/// What stands behind a text, and whether the two are exchanged.
type Ground = (Color, bool);

/// The ground of most cells of a row; some programs paint all of the screen.
fn ground(screen: &Screen, row: u16) -> Ground {
    let cells: Vec<Ground> =
        (0..COLS).filter_map(|col| screen.cell(row, col)).map(|cell| (cell.bgcolor(), cell.inverse())).collect();
    commonest(&cells).unwrap_or((Color::Default, false))
}

fn commonest(grounds: &[Ground]) -> Option<Ground> {
    let count = |ground: &Ground| grounds.iter().filter(|other| *other == ground).count();
    // Mostly it is the first.
    let first = grounds.first()?;
    if count(first) * 2 > grounds.len() {
        return Some(*first);
    }
    grounds.iter().max_by_key(|ground| count(ground)).copied()
}

/// Namespace and name: other words of a row change without a key.
pub fn name(screen: &Screen, row: u16) -> Option<(String, String)> {
    let line = line(screen, row);
    let mut words = line.split_whitespace().map(bare).filter(|word| !word.is_empty()).map(str::to_owned);
    words.next().zip(words.next())
}

fn bare(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_ascii_alphanumeric())
}

pub fn line(screen: &Screen, row: u16) -> String {
    screen.rows(0, COLS).nth(row.into()).unwrap_or_default()
}

/// The selection is on another pod.
pub fn moved(screen: &Screen) -> Goal {
    let before = selected(screen).and_then(|row| name(screen, row));
    Box::new(move |screen| {
        let now = selected(screen).and_then(|row| name(screen, row));
        now.is_some() && now != before
    })
}

pub fn says(words: &'static str) -> Goal {
    Box::new(move |screen| line(screen, 0).contains(words))
}

/// Any other text than now.
pub fn differs(screen: &Screen) -> Goal {
    let before = screen.contents();
    Box::new(move |screen| screen.contents() != before)
}

/// A screen full of rows, or all that there are.
pub fn rows(pods: &Pods) -> Goal {
    const FULL: usize = 40;
    let (namespaces, full) = (pods.namespaces.clone(), FULL.min(pods.count));
    let is_row = move |screen: &Screen, row| name(screen, row).is_some_and(|(space, _)| namespaces.contains(&space));
    Box::new(move |screen| (1..ROWS).filter(|row| is_row(screen, *row)).count() >= full)
}

/// The restart count of the pod that sorts first, where it is on the screen.
pub fn restarts(screen: &Screen, pods: &Pods) -> Option<u32> {
    let (_, first) = &pods.first;
    let row = (1..ROWS).map(|row| line(screen, row)).find(|line| line.contains(first.as_str()))?;
    let words: Vec<&str> = row.split_whitespace().collect();
    let state = words.iter().position(|word| bare(word) == "Running")?;
    words.get(state + 1)?.parse().ok()
}

pub fn restarts_beyond(pods: &Pods, count: u32) -> Goal {
    let first = Pods { namespaces: Vec::new(), ..pods.clone() };
    Box::new(move |screen| restarts(screen, &first).is_some_and(|now| now > count))
}

/// A count of all pods above the table, and the pod that sorts first on top.
pub fn all(pods: &Pods) -> Goal {
    let (namespaces, top, least) = (pods.namespaces.clone(), pods.first.clone(), pods.count * 99 / 100);
    Box::new(move |screen| {
        let Some(row) = first(screen, &namespaces) else { return false };
        let counted = (0..row).any(|row| counts(&line(screen, row)).any(|count| count >= least));
        counted && name(screen, row).is_some_and(|name| name == top)
    })
}

/// The first row of a table: its first word is a namespace.
fn first(screen: &Screen, namespaces: &[String]) -> Option<u16> {
    (1..ROWS).find(|row| name(screen, *row).is_some_and(|(namespace, _)| namespaces.contains(&namespace)))
}

/// Whole numbers in a line, without those that are still growing (`500…`).
pub fn counts(line: &str) -> impl Iterator<Item = usize> {
    let words = line.split(|c: char| !(c.is_ascii_digit() || c == ',' || c == '…'));
    words.filter_map(|word| word.replace(',', "").parse().ok())
}
