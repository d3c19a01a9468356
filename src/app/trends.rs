//! The recent usage of rows: samples of the last 15 minutes, for rows that were on the screen.

use std::collections::{HashMap, VecDeque};

use crate::model::{Cell, Id, Time};

/// The length of a trend in milliseconds, and the number of its bars.
const SPAN: i64 = 15 * 60_000;
pub const BARS: usize = 10;
const BAR: i64 = SPAN / BARS as i64;
/// The most rows that are remembered. The row that was not seen for the longest time is forgotten first.
const MOST: usize = 1000;
/// The least full height of a trend, in thousandths of a core, so that tiny values do not look large.
const LOW: u32 = 10;

/// The bars. The highest one leaves a gap to the row above.
const BLOCKS: [char; 6] = ['▁', '▂', '▃', '▄', '▅', '▆'];
const SIGNS: [char; 6] = ['.', '-', '=', '+', '*', '#'];

#[derive(Debug, Default)]
pub struct Trends(HashMap<Id, VecDeque<Sample>>);

/// The highest value, in thousandths of a core, within the bar that begins at this moment.
#[derive(Clone, Copy, Debug)]
struct Sample {
    bar: i64,
    most: u32,
}

impl Trends {
    /// Takes in the value of a cell.
    pub fn see(&mut self, id: &Id, cell: &Cell, now: Time) {
        match cell {
            Cell::Cpu(milli) => self.note(id, *milli, now),
            Cell::Percent(percent) => self.note(id, (percent * 10.0) as u64, now),
            _ => {}
        }
    }

    fn note(&mut self, id: &Id, value: u64, now: Time) {
        if !self.0.contains_key(id) {
            self.make_room();
        }
        let (bar, value) = (now.0 / BAR, u32::try_from(value).unwrap_or(u32::MAX));
        let track = self.0.entry(id.clone()).or_default();
        match track.back_mut() {
            Some(last) if last.bar == bar => last.most = last.most.max(value),
            _ => track.push_back(Sample { bar, most: value }),
        }
        while track.len() > BARS {
            track.pop_front();
        }
    }

    fn make_room(&mut self) {
        if self.0.len() < MOST {
            return;
        }
        let last = |track: &VecDeque<Sample>| track.back().map_or(0, |sample| sample.bar);
        let mut ends: Vec<i64> = self.0.values().map(last).collect();
        ends.sort_unstable();
        let oldest = ends[MOST / 4];
        self.0.retain(|_, track| last(track) > oldest);
        // If all were seen at the same moment, it does not matter which ones go, but equal runs drop the same ones.
        let mut known: Vec<Id> = self.0.keys().cloned().collect();
        known.sort_by(|a, b| [&a.namespace, &a.name, &a.part].cmp(&[&b.namespace, &b.name, &b.part]));
        known.iter().skip(MOST / 4 * 3).for_each(|id| drop(self.0.remove(id)));
    }

    /// Appends a bar for each stretch of time, the latest last, and a space where nothing is known. The full height is
    /// the most that this row used.
    pub fn write(&self, id: &Id, now: Time, unicode: bool, out: &mut String) {
        let Some(track) = self.0.get(id) else { return };
        let last = now.0 / BAR;
        let bars = (last + 1 - BARS as i64)..=last;
        let most = track.iter().filter(|sample| bars.contains(&sample.bar)).map(|sample| sample.most).max();
        let Some(most) = most.map(|most| most.max(LOW)) else { return };
        let signs = if unicode { BLOCKS } else { SIGNS };
        for bar in bars {
            let sample = track.iter().find(|sample| sample.bar == bar);
            let height = |sample: &Sample| (u64::from(sample.most) * 5).div_ceil(u64::from(most)) as usize;
            out.push(sample.map_or(' ', |sample| signs[height(sample).min(5)]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds;
    use crate::model::{SourceId, Str};

    fn id(name: &str) -> Id {
        let Some(kind) = kinds::all().next() else { panic!("no kinds") };
        Id::new(SourceId(0), kind, Str::new(), name)
    }

    fn at(bar: i64, millis: i64) -> Time {
        Time(bar * BAR + millis)
    }

    fn line(trends: &Trends, name: &str, now: Time) -> String {
        let mut out = String::new();
        trends.write(&id(name), now, true, &mut out);
        out
    }

    #[test]
    fn bars_stand_where_their_time_was_and_as_high_as_the_most_in_it() {
        let mut trends = Trends::default();
        for (bar, value) in [(100, 0), (101, 700), (101, 100), (104, 350), (105, 1)] {
            trends.note(&id("web"), value, at(bar, 5));
        }
        assert_eq!(line(&trends, "web", at(105, 9)), "    ▁▆  ▄▂");
        assert_eq!(line(&trends, "web", at(106, 0)), "   ▁▆  ▄▂ ");
        assert_eq!(line(&trends, "web", at(112, 0)), " ▆▂       ");
        assert_eq!(line(&trends, "web", at(120, 0)), "");
        assert_eq!(line(&trends, "other", at(105, 0)), "");
    }

    #[test]
    fn next_to_nothing_is_low() {
        let mut trends = Trends::default();
        trends.note(&id("idle"), 1, at(7, 0));
        trends.note(&id("idle"), 2, at(8, 0));
        assert_eq!(line(&trends, "idle", at(8, 0)), "        ▂▂");
    }

    #[test]
    fn only_so_many_rows_are_remembered() {
        let mut trends = Trends::default();
        (0..5000).for_each(|i| trends.note(&id(&format!("web-{i}")), 5, at(7, 0)));
        assert!(trends.0.len() <= MOST, "{}", trends.0.len());
        (0..5000).for_each(|i| trends.note(&id("one"), 5, at(i, 0)));
        assert_eq!(trends.0[&id("one")].len(), BARS);
    }
}
