//! Lines of a page broken into rows that fit the screen. The text itself stays whole: search and copy work on it.

use std::ops::Range;
use std::sync::Arc;

use unicode_segmentation::UnicodeSegmentation;

use super::page::Line;
use crate::model::{Str, text};
use crate::theme::Role;

/// Cells between the columns of a table, and in front of its first one.
const GAP: usize = 2;
/// A text in fewer cells than this is hard to read.
const LEAST: usize = 28;
/// Sentences in fewer cells than this run down like a staircase; they go below what they belong to.
const PROSE: usize = 40;
/// What has no room beside something else goes below it, so far in.
const BELOW: usize = 6;
/// No column of a table gets narrower.
const NARROW: usize = 8;
/// Columns are padded up to here; a longer text pushes what follows.
const PADDED: usize = 60;

/// One line of text, however long, and how it is broken.
#[derive(Clone, Debug)]
pub struct Passage {
    pub line: Line,
    shape: Shape,
}

#[derive(Clone, Debug)]
enum Shape {
    /// All after this byte is broken, and stands so many cells in.
    Hanging { from: usize, cells: usize },
    /// A row of a table: where its cells lie in the text. The first row is the header.
    Cells { grid: Arc<Grid>, cells: Box<[Range<usize>]>, is_header: bool },
}

/// The columns of a table.
#[derive(Debug)]
pub struct Grid {
    /// Cells that each needs to show everything.
    widths: Vec<usize>,
    /// What leaves first when there is no room: the higher, the sooner; 0 stays. None for a table whose columns all stay.
    ranks: Vec<u8>,
}

/// A row of the screen: parts of one passage.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FlowRow {
    pub passage: usize,
    pub spans: Vec<Span>,
}

/// Some bytes of a passage, drawn so many cells in.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    pub x: usize,
    pub bytes: Range<usize>,
}

impl Passage {
    /// A lead (a key, an indent) that stays in one piece, and what is broken beside it.
    pub fn hanging(lead: Line, rest: Line) -> Self {
        let from = lead.iter().map(|(piece, _)| piece.len()).sum();
        let cells = lead.iter().map(|(piece, _)| text::width(piece)).sum();
        Self { line: lead.into_iter().chain(rest).collect(), shape: Shape::Hanging { from, cells } }
    }

    pub fn empty() -> Self {
        Self::hanging(Line::new(), Line::new())
    }

    /// The rows of a table, the first of which is its header. `ranks` is empty where no column may leave.
    pub fn table(rows: &[Vec<String>], ranks: Vec<u8>, role: impl Fn(usize) -> Role) -> Vec<Self> {
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        let cells = |i: usize| rows.iter().filter_map(move |row| row.get(i));
        let widest = |cell: &String| cell.lines().map(text::width).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns).map(|i| cells(i).map(widest).max().unwrap_or(0)).collect();
        let grid = Arc::new(Grid { widths, ranks });
        rows.iter().enumerate().map(|(i, row)| grid.passage(row, role(i), i == 0)).collect()
    }

    pub fn text(&self) -> Str {
        self.line.iter().map(|(piece, _)| piece.as_str()).collect::<String>().into()
    }

    /// The pieces of some of its bytes.
    pub fn pieces(&self, bytes: &Range<usize>) -> impl Iterator<Item = (&str, Role)> {
        let mut start = 0;
        self.line.iter().filter_map(move |(piece, role)| {
            let here = start..start + piece.len();
            start = here.end;
            let from = bytes.start.max(here.start);
            let to = bytes.end.min(here.end);
            (from < to).then(|| (&piece[from - here.start..to - here.start], *role))
        })
    }
}

impl Grid {
    fn passage(self: &Arc<Self>, row: &[String], role: Role, is_header: bool) -> Passage {
        let mut text = " ".repeat(GAP);
        let mut cells = Vec::new();
        for (cell, width) in row.iter().zip(&self.widths) {
            cells.push(text.len()..text.len() + cell.len());
            text.push_str(cell);
            text.push_str(&" ".repeat((*width).min(PADDED).saturating_sub(text::width(cell)) + GAP));
        }
        text.truncate(cells.last().map_or(0, |last| last.end));
        text.truncate(text.trim_end_matches(' ').len());
        for cell in &mut cells {
            *cell = cell.start.min(text.len())..cell.end.min(text.len());
        }
        let shape = Shape::Cells { grid: self.clone(), cells: cells.into(), is_header };
        Passage { line: vec![(text.into(), role)], shape }
    }

    /// How the columns share so many cells.
    fn fit(&self, room: usize) -> Fit {
        let mut shown: Vec<usize> = (0..self.widths.len()).collect();
        loop {
            if let Some(fit) = self.try_fit(&shown, room) {
                return fit;
            }
            let rank = |i: &usize| self.ranks.get(*i).copied().unwrap_or(0);
            let leaving = shown.iter().copied().filter(|i| rank(i) > 0).max_by_key(|i| (rank(i), *i));
            match leaving {
                Some(column) => shown.retain(|i| *i != column),
                None => return self.squeezed(shown, room),
            }
        }
    }

    /// All that is shown beside one another; or the last column, where it holds sentences, broken in what is left to it,
    /// or below the others.
    fn try_fit(&self, shown: &[usize], room: usize) -> Option<Fit> {
        let needed = |columns: &[usize]| columns.iter().map(|i| self.widths[*i] + GAP).sum::<usize>();
        let as_needed = |columns: &[usize]| columns.iter().map(|i| (*i, self.widths[*i])).collect::<Vec<_>>();
        if needed(shown) <= room + GAP {
            return Some(Fit { columns: as_needed(shown), below: None });
        }
        let (last, others) = shown.split_last()?;
        let is_prose = self.widths[*last] > PROSE && *last + 1 == self.widths.len();
        let left = (room + GAP).saturating_sub(needed(others));
        if !is_prose || others.is_empty() || left == 0 {
            return None;
        }
        let mut columns = as_needed(others);
        if left >= PROSE + GAP {
            columns.push((*last, left - GAP));
            return Some(Fit { columns, below: None });
        }
        Some(Fit { columns, below: Some(*last) })
    }

    /// The widest give, all down to the same width, and their texts are broken.
    fn squeezed(&self, shown: Vec<usize>, room: usize) -> Fit {
        let room = room.saturating_sub(GAP * shown.len().saturating_sub(1));
        let taken = |most: usize| shown.iter().map(|i| self.widths[*i].min(most)).sum::<usize>();
        let most = (NARROW..=room.max(NARROW)).rev().find(|most| taken(*most) <= room).unwrap_or(NARROW);
        Fit { columns: shown.iter().map(|i| (*i, self.widths[*i].min(most))).collect(), below: None }
    }
}

/// Columns with their widths, and the one that stands below them.
struct Fit {
    columns: Vec<(usize, usize)>,
    below: Option<usize>,
}

/// The rows that passages take in so many cells.
pub fn rows(passages: &[Passage], width: usize) -> Vec<FlowRow> {
    let mut out = Vec::new();
    let mut fitted: Option<(*const Grid, Fit)> = None;
    for (i, passage) in passages.iter().enumerate() {
        let text = passage.text();
        let spans = match &passage.shape {
            Shape::Hanging { from, cells } => hanging(&text, *from, *cells, width),
            Shape::Cells { grid, cells, is_header } => {
                let room = width.saturating_sub(GAP);
                let known = fitted.take().filter(|(of, _)| *of == Arc::as_ptr(grid));
                let (_, fit) = fitted.insert(known.unwrap_or_else(|| (Arc::as_ptr(grid), grid.fit(room))));
                in_columns(&text, cells, fit, room, *is_header)
            }
        };
        out.extend(spans.into_iter().map(|spans| FlowRow { passage: i, spans }));
    }
    out
}

fn hanging(text: &str, from: usize, cells: usize, width: usize) -> Vec<Vec<Span>> {
    let lead = Span { x: 0, bytes: 0..from };
    let lead = || if from > 0 { vec![lead.clone()] } else { Vec::new() };
    let whole = text::width(&text[from..]) <= width.saturating_sub(cells) && !text.contains('\n');
    // A lead that leaves no room stands alone.
    let below = !whole && cells > BELOW && width < cells + LEAST;
    let x = if below { BELOW } else { cells };
    let mut rows: Vec<Vec<Span>> = if below { vec![lead()] } else { Vec::new() };
    for bytes in broken(text, from..text.len(), width.saturating_sub(x)) {
        let mut row = if rows.is_empty() { lead() } else { Vec::new() };
        row.push(Span { x, bytes });
        rows.push(row);
    }
    if rows.is_empty() {
        rows.push(lead());
    }
    rows
}

fn in_columns(text: &str, cells: &[Range<usize>], fit: &Fit, room: usize, is_header: bool) -> Vec<Vec<Span>> {
    let mut rows: Vec<Vec<Span>> = vec![Vec::new()];
    let mut x = GAP;
    for (column, width) in &fit.columns {
        let lines = cells.get(*column).map(|cell| broken(text, cell.clone(), *width)).unwrap_or_default();
        for (i, bytes) in lines.into_iter().enumerate() {
            if i == rows.len() {
                rows.push(Vec::new());
            }
            rows[i].push(Span { x, bytes });
        }
        x += width + GAP;
    }
    let below = fit.below.filter(|_| !is_header).and_then(|column| cells.get(column));
    let below = below.map(|cell| broken(text, cell.clone(), room.saturating_sub(BELOW - GAP))).unwrap_or_default();
    rows.extend(below.into_iter().map(|bytes| vec![Span { x: BELOW, bytes }]));
    rows
}

/// Some bytes of a text in rows of at most so many cells: broken at line ends, else between words, else after a sign that
/// divides long words, else anywhere. None for nothing.
fn broken(text: &str, bytes: Range<usize>, room: usize) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut start = bytes.start;
    for line in text[bytes].split('\n') {
        let end = start + line.len();
        break_line(text, start..end, room.max(1), &mut out);
        start = end + 1;
    }
    while out.last().is_some_and(Range::is_empty) {
        out.pop();
    }
    out
}

fn break_line(text: &str, line: Range<usize>, room: usize, out: &mut Vec<Range<usize>>) {
    let mut start = line.start;
    loop {
        let rest = &text[start..line.end];
        let Some(end) = first_row(rest, room) else {
            out.push(start..start + rest.trim_end().len());
            return;
        };
        out.push(start..start + rest[..end].trim_end().len());
        start += end;
        start += text[start..line.end].len() - text[start..line.end].trim_start_matches(' ').len();
        if start >= line.end {
            return;
        }
    }
}

/// Where the first row of a text ends; `None` when all of it fits.
fn first_row(text: &str, room: usize) -> Option<usize> {
    let (mut used, mut words, mut signs) = (0, 0, 0);
    for (at, grapheme) in text.grapheme_indices(true) {
        let is_space = grapheme == " ";
        used += text::width(grapheme);
        if used > room && !is_space {
            let cut = [words, signs].into_iter().find(|cut| *cut > 0);
            return Some(cut.unwrap_or(if at > 0 { at } else { grapheme.len() }));
        }
        match grapheme {
            " " if at > 0 => words = at + 1,
            "/" | "," | ";" | ":" | "=" | "&" | "?" | "-" | "_" | "." | "@" | ")" => signs = at + 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(passages: &[Passage], width: usize) -> Vec<String> {
        let draw = |row: &FlowRow| {
            let mut out = String::new();
            for span in &row.spans {
                assert!(text::width(&out) <= span.x, "{out:?} runs into {span:?}");
                out.push_str(&" ".repeat(span.x - text::width(&out)));
                out.extend(passages[row.passage].pieces(&span.bytes).map(|(piece, _)| piece));
            }
            out.trim_end().to_owned()
        };
        rows(passages, width).iter().map(draw).collect()
    }

    fn pair(key: &str, value: &str) -> Passage {
        Passage::hanging(vec![(key.into(), Role::Muted)], vec![(value.into(), Role::Text)])
    }

    fn table(rows: &[&[&str]], ranks: &[u8]) -> Vec<Passage> {
        let rows: Vec<Vec<String>> =
            rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect();
        Passage::table(&rows, ranks.to_vec(), |_| Role::Text)
    }

    #[test]
    fn a_value_hangs_beside_its_key() {
        let why = "exec: \"nosuch\": executable file not found in $PATH";
        let wide = [pair("  State  ", why)];
        assert_eq!(drawn(&wide, 80), [format!("  State  {why}")]);
        assert_eq!(drawn(&wide, 38), ["  State  exec: \"nosuch\": executable", "         file not found in $PATH"]);
        assert_eq!(
            drawn(&[pair("  a-key-that-is-rather-long  ", why)], 44)[..2],
            ["  a-key-that-is-rather-long", "      exec: \"nosuch\": executable file not"]
        );
        assert_eq!(drawn(&[pair("  k  ", "one\ntwo"), Passage::empty()], 44), ["  k  one", "     two", ""]);
    }

    #[test]
    fn long_words_are_broken_after_signs_and_wide_characters_are_not_split() {
        let image = pair("", "registry.example.com/shop/payments-api@sha256:0123456789abcdef");
        assert_eq!(drawn(&[image], 30), ["registry.example.com/shop/", "payments-api@sha256:", "0123456789abcdef"]);
        assert_eq!(drawn(&[pair("", "abcdefghij")], 4), ["abcd", "efgh", "ij"]);
        assert_eq!(drawn(&[pair("", "名前空間")], 5), ["名前", "空間"]);
    }

    #[test]
    fn the_last_column_is_broken_beside_the_others_or_below_them() {
        let message = "Some pods are not ready because their image cannot be pulled";
        let conditions =
            table(&[&["TYPE", "STATUS", "MESSAGE"], &["Available", "False", message], &["New", "True"]], &[]);
        assert_eq!(drawn(&conditions, 120)[1], format!("  Available  False   {message}"));
        assert_eq!(
            drawn(&conditions, 64),
            [
                "  TYPE       STATUS  MESSAGE",
                "  Available  False   Some pods are not ready because their image",
                "                     cannot be pulled",
                "  New        True",
            ]
        );
        assert_eq!(
            drawn(&conditions, 44),
            [
                "  TYPE       STATUS",
                "  Available  False",
                "      Some pods are not ready because their",
                "      image cannot be pulled",
                "  New        True",
            ]
        );
    }

    #[test]
    fn columns_leave_by_rank_and_then_all_give() {
        let pods = table(&[&["NAME", "READY", "NODE"], &["web-5c9f8-x2k9p", "1/1", "node-a-17"]], &[0, 0, 3]);
        assert_eq!(drawn(&pods, 40)[1], "  web-5c9f8-x2k9p  1/1    node-a-17");
        assert_eq!(drawn(&pods, 30)[1], "  web-5c9f8-x2k9p  1/1");
        assert_eq!(drawn(&pods, 20)[1..], ["  web-5c9f8-   1/1", "  x2k9p"]);
    }

    /// Rows hold every character but the spaces at which they were broken, in order, and none is too wide.
    #[test]
    fn nothing_is_lost_whatever_the_width() {
        let texts = [
            "",
            " ",
            "a",
            "two  spaces",
            "名前 空間/x",
            "e\u{301}e\u{301} e",
            "a\n\nb",
            "x-y_z:w=1&2?3.4@5)6",
            "trailing ",
        ];
        for whole in texts {
            for width in 1..30 {
                let passage = [pair("", whole)];
                let rows = rows(&passage, width);
                let mut at = 0;
                for span in rows.iter().flat_map(|row| &row.spans) {
                    assert!(whole[at..span.bytes.start].trim().is_empty(), "{whole:?} in {width}");
                    let row = &whole[span.bytes.clone()];
                    assert!(text::width(row) <= width || row.graphemes(true).count() == 1, "{row:?} in {width}");
                    at = span.bytes.end;
                }
                assert!(whole[at..].trim().is_empty(), "{whole:?} in {width}");
            }
        }
    }
}
