//! A page of text: the YAML of an object, its description, or help. It scrolls, searches and copies.

mod face;

use std::sync::Arc;

use regex::Regex;

use super::flow::{self, FlowRow, Passage};
use crate::app::yaml;
use crate::kinds::kube::events;
use crate::kinds::mask::MASK;
use crate::model::{Id, Link, Query, Related, Str, Time, Value};
use crate::theme::Role;

/// What a page is about.
#[derive(Clone, Debug, PartialEq)]
pub enum Subject {
    Describe(Id),
    Yaml {
        id: Id,
        managed_fields: bool,
        decoded: bool,
    },
    /// A text that an object holds, by the name of the extract; compared with another object, if that is named.
    Extract {
        id: Id,
        against: Option<Id>,
        name: &'static str,
        decoded: bool,
    },
    Help,
    /// What documents would change.
    Apply,
}

/// A line as it is drawn: pieces and their roles.
pub type Line = Vec<(Str, Role)>;

/// The lines of a page.
#[derive(Clone, Debug)]
pub enum Text {
    Plain(Vec<Line>),
    /// Lines that are broken into rows where they are longer than the screen is wide.
    Flowing(Vec<Passage>),
    /// YAML is coloured line by line as it is drawn; the flag says that a line lies in a block scalar.
    Yaml(Vec<(Str, bool)>),
}

impl Text {
    pub fn len(&self) -> usize {
        match self {
            Self::Plain(lines) => lines.len(),
            Self::Flowing(passages) => passages.len(),
            Self::Yaml(lines) => lines.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn line(&self, i: usize) -> Line {
        match self {
            Self::Plain(lines) => lines.get(i).cloned().unwrap_or_default(),
            Self::Flowing(passages) => passages.get(i).map(|passage| passage.line.clone()).unwrap_or_default(),
            Self::Yaml(lines) => lines.get(i).map(|(line, block)| yaml::highlight(line, *block)).unwrap_or_default(),
        }
    }

    pub fn plain(&self, i: usize) -> Str {
        match self {
            Self::Plain(lines) => lines.get(i).map(flat).unwrap_or_default(),
            Self::Flowing(passages) => passages.get(i).map(Passage::text).unwrap_or_default(),
            Self::Yaml(lines) => lines.get(i).map(|(line, _)| line.clone()).unwrap_or_default(),
        }
    }

    pub fn whole(&self) -> String {
        (0..self.len()).fold(String::new(), |mut all, i| {
            all.push_str(&self.plain(i));
            all.push('\n');
            all
        })
    }
}

fn flat(line: &Line) -> Str {
    line.iter().map(|(text, _)| text.as_str()).collect::<String>().into()
}

#[derive(Clone, Debug)]
pub struct Search {
    pub text: String,
    pub regex: Regex,
    /// Lines that match, or the rows in which what matches begins.
    pub hits: Vec<usize>,
    /// The hit that the page stands at.
    pub here: usize,
}

#[derive(Debug)]
pub struct Page {
    pub subject: Subject,
    /// The key map's scopes of the view below: what help is about.
    pub about: Vec<String>,
    pub text: Option<Arc<Text>>,
    /// The rows of a text that is broken, in so many cells.
    pub rows: Vec<FlowRow>,
    pub width: usize,
    /// The revisions of everything the text was made from.
    pub made_from: Option<(u64, bool)>,
    pub top: usize,
    pub left: usize,
    pub height: usize,
    pub search: Option<Search>,
    pub full: bool,
    /// Other objects to show beside it, known once the body is.
    pub related: Vec<(Related, Query)>,
    pub wake: Option<Time>,
    /// Some of its values are masked.
    masked: bool,
}

impl Page {
    pub fn new(subject: Subject) -> Self {
        Self {
            subject,
            about: Vec::new(),
            text: None,
            rows: Vec::new(),
            width: 80,
            made_from: None,
            top: 0,
            left: 0,
            height: 1,
            search: None,
            full: false,
            related: Vec::new(),
            wake: None,
            masked: false,
        }
    }

    /// Whether it shows masks in place of values.
    pub fn is_masked(&self) -> bool {
        self.masked
    }

    /// Whether it shows values that are masked elsewhere.
    pub fn is_clear(&self) -> bool {
        self.decoded() == Some(true)
    }

    /// Whether masked values are shown, if the page can show them.
    pub fn decoded(&self) -> Option<bool> {
        match self.subject {
            Subject::Yaml { decoded, .. } | Subject::Extract { decoded, .. } => Some(decoded),
            Subject::Describe(_) | Subject::Help | Subject::Apply => None,
        }
    }

    /// Shows masked values, or masks them again. The text is made again.
    pub fn decode(&mut self, shows: bool) {
        if let Subject::Yaml { decoded, .. } | Subject::Extract { decoded, .. } = &mut self.subject {
            (*decoded, self.made_from) = (shows, None);
        }
    }

    pub fn id(&self) -> Option<&Id> {
        match &self.subject {
            Subject::Describe(id) | Subject::Yaml { id, .. } | Subject::Extract { id, .. } => Some(id),
            Subject::Help | Subject::Apply => None,
        }
    }

    /// Whether this is the help of a view, not another page that is made the same way.
    pub fn shows_keys(&self) -> bool {
        self.subject == Subject::Help && self.about.iter().any(|scope| scope.contains('.'))
    }

    /// Rows of the screen that all of it takes.
    pub fn lines(&self) -> usize {
        match self.text.as_deref() {
            Some(Text::Flowing(_)) => self.rows.len(),
            Some(text) => text.len(),
            None => 0,
        }
    }

    pub fn show(&mut self, text: Text) {
        // Of a secret's values not even a mask is shown in its description.
        let hides = |id: &Id| id.kind.is_secret || (0..text.len()).any(|i| text.plain(i).contains(MASK));
        self.masked = self.id().is_some_and(hides);
        self.text = Some(Arc::new(text));
        self.flow();
        self.scroll_to(self.top);
    }

    /// Takes the size that there is for it; what stood at the top stays there.
    pub fn fit(&mut self, width: usize, height: usize) {
        self.height = height.max(1);
        if self.width != width {
            self.width = width;
            let top =
                self.rows.get(self.top).map(|row| (row.passage, row.spans.first().map_or(0, |span| span.bytes.start)));
            self.flow();
            if let Some((passage, byte)) = top {
                self.top = self.row_of(passage, byte);
            }
        }
        self.scroll_to(self.top);
    }

    fn flow(&mut self) {
        self.rows = match self.text.as_deref() {
            Some(Text::Flowing(passages)) => flow::rows(passages, self.width),
            Some(Text::Plain(_) | Text::Yaml(_)) | None => Vec::new(),
        };
        self.find_hits();
    }

    /// The row that shows a byte of a passage; its first one where no row does.
    fn row_of(&self, passage: usize, byte: usize) -> usize {
        let first = self.rows.partition_point(|row| row.passage < passage);
        let own = self.rows[first..].iter().take_while(|row| row.passage == passage);
        let shows = |row: &FlowRow| row.spans.iter().any(|span| span.bytes.contains(&byte));
        first + own.into_iter().position(shows).unwrap_or(0)
    }

    pub fn scroll(&mut self, lines: isize) {
        self.scroll_to(self.top.saturating_add_signed(lines));
    }

    pub fn scroll_to(&mut self, line: usize) {
        self.top = line.min(self.lines().saturating_sub(self.height));
    }

    /// Starts a search and goes to the first hit at or below the top.
    pub fn search(&mut self, text: &str, regex: Regex) {
        self.search = Some(Search { text: text.to_owned(), regex, hits: Vec::new(), here: 0 });
        self.find_hits();
        let top = self.top;
        if let Some(search) = &mut self.search {
            search.here = search.hits.iter().position(|line| *line >= top).unwrap_or(0);
        }
        self.reveal();
    }

    /// Goes on by so many hits, round at the ends.
    pub fn next_hit(&mut self, steps: isize) {
        let Some(search) = &mut self.search else { return };
        if search.hits.is_empty() {
            return;
        }
        let count = search.hits.len() as isize;
        search.here = (search.here as isize + steps).rem_euclid(count) as usize;
        self.reveal();
    }

    fn reveal(&mut self) {
        let line = self.search.as_ref().and_then(|search| search.hits.get(search.here).copied());
        let Some(line) = line else { return };
        if line < self.top || line >= self.top + self.height {
            self.scroll_to(line.saturating_sub(self.height / 3));
        }
    }

    fn find_hits(&mut self) {
        let (Some(search), Some(text)) = (&self.search, &self.text) else { return };
        let hits: Vec<usize> = match &**text {
            Text::Flowing(passages) => self.hits_in(passages, &search.regex),
            Text::Plain(_) | Text::Yaml(_) => {
                (0..text.len()).filter(|i| search.regex.is_match(&text.plain(*i))).collect()
            }
        };
        if let Some(search) = &mut self.search {
            search.hits = hits;
            search.here = search.here.min(search.hits.len().saturating_sub(1));
        }
    }

    /// The rows in which what matches begins: a match may go on in the next row.
    fn hits_in(&self, passages: &[Passage], regex: &Regex) -> Vec<usize> {
        let mut hits = Vec::new();
        for (i, passage) in passages.iter().enumerate() {
            let text = passage.text();
            hits.extend(regex.find_iter(&text).map(|found| self.row_of(i, found.start())));
        }
        hits.sort_unstable();
        hits.dedup();
        hits
    }

    /// Learns from the body which other objects belong to it, and that its events do.
    pub fn relate(&mut self, body: &Value, find: impl Fn(&Link) -> Option<Query>) {
        let Subject::Describe(id) = &self.subject else { return };
        self.related = related(id, body).into_iter().filter_map(|(what, link)| Some((what, find(&link)?))).collect();
    }
}

/// What belongs to an object, and where it is found: what its kind says, then its events.
pub fn related(id: &Id, body: &Value) -> Vec<(Related, Link)> {
    let own = id.kind.description.related.iter().filter_map(|related| Some((*related, (related.find)(body)?)));
    own.chain(events::about(id, body).map(|link| (events::RELATED, link))).collect()
}
