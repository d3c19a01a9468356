//! A page of text: the YAML of an object, its description, or help. It scrolls, searches and copies.

use std::sync::Arc;

use regex::Regex;

use crate::app::yaml;
use crate::model::{Id, Link, Query, Scope, SourceId, Str, Time, Value};
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
    /// YAML is coloured line by line as it is drawn; the flag says that a line lies in a block scalar.
    Yaml(Vec<(Str, bool)>),
}

impl Text {
    pub fn len(&self) -> usize {
        match self {
            Self::Plain(lines) => lines.len(),
            Self::Yaml(lines) => lines.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn line(&self, i: usize) -> Line {
        match self {
            Self::Plain(lines) => lines.get(i).cloned().unwrap_or_default(),
            Self::Yaml(lines) => lines.get(i).map(|(line, block)| yaml::highlight(line, *block)).unwrap_or_default(),
        }
    }

    pub fn plain(&self, i: usize) -> Str {
        match self {
            Self::Plain(lines) => lines.get(i).map(flat).unwrap_or_default(),
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
    /// Lines that match.
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
    /// The revisions of everything the text was made from.
    pub made_from: Option<(u64, bool)>,
    pub top: usize,
    pub left: usize,
    pub height: usize,
    pub search: Option<Search>,
    pub full: bool,
    /// Other objects to show beside it, known once the body is.
    pub related: Vec<(&'static str, Query)>,
    pub wake: Option<Time>,
}

impl Page {
    pub fn new(subject: Subject) -> Self {
        Self {
            subject,
            about: Vec::new(),
            text: None,
            made_from: None,
            top: 0,
            left: 0,
            height: 1,
            search: None,
            full: false,
            related: Vec::new(),
            wake: None,
        }
    }

    pub fn id(&self) -> Option<&Id> {
        match &self.subject {
            Subject::Describe(id) | Subject::Yaml { id, .. } => Some(id),
            Subject::Help | Subject::Apply => None,
        }
    }

    pub fn at(&self) -> Option<SourceId> {
        self.id().map(|id| id.at)
    }

    pub fn query(&self) -> Option<Query> {
        self.id().map(|id| Query::One { id: id.clone() })
    }

    pub fn queries(&self) -> Vec<Query> {
        self.query().into_iter().chain(self.related.iter().map(|(_, query)| query.clone())).collect()
    }

    pub fn scopes(&self) -> Vec<String> {
        let kind = self.id().map(|id| format!("text.{}", id.kind.name));
        let page = match self.subject {
            Subject::Describe(_) => "view.describe",
            Subject::Yaml { .. } => "view.yaml",
            Subject::Help => "view.help",
            Subject::Apply => "view.apply",
        };
        kind.into_iter().chain([page.to_owned(), "view.text".to_owned()]).collect()
    }

    pub fn crumb(&self) -> String {
        match &self.subject {
            Subject::Describe(id) => format!("{} › describe", id.title()),
            Subject::Yaml { id, .. } => format!("{} › yaml", id.title()),
            // Help about something else than a view's keys is named after it.
            Subject::Help => match self.about.as_slice() {
                [about] if !about.contains('.') => about.clone(),
                _ => "help".to_owned(),
            },
            Subject::Apply => "apply".to_owned(),
        }
    }

    /// Whether this is the help of a view, not another page that is made the same way.
    pub fn shows_keys(&self) -> bool {
        self.subject == Subject::Help && self.about.iter().any(|scope| scope.contains('.'))
    }

    pub fn lines(&self) -> usize {
        self.text.as_ref().map_or(0, |text| text.len())
    }

    pub fn show(&mut self, text: Text) {
        self.text = Some(Arc::new(text));
        self.find_hits();
        self.scroll_to(self.top);
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
        let (Some(search), Some(text)) = (&mut self.search, &self.text) else { return };
        search.hits = (0..text.len()).filter(|i| search.regex.is_match(&text.plain(*i))).collect();
        search.here = search.here.min(search.hits.len().saturating_sub(1));
    }

    /// Learns from the body which other objects belong to it, and that its events do.
    pub fn relate(&mut self, body: &Value, find: impl Fn(&Link) -> Option<Query>) {
        let Subject::Describe(id) = &self.subject else { return };
        let links = id.kind.related.iter().filter_map(|related| Some((related.title, (related.find)(body)?)));
        let events = events_of(id, body).map(|link| ("Events", link));
        self.related = links.chain(events).filter_map(|(title, link)| Some((title, find(&link)?))).collect();
    }
}

/// The events about an object: the API server selects them by the uid of what is involved.
fn events_of(id: &Id, body: &Value) -> Option<Link> {
    let uid = body.pointer("/metadata/uid")?.as_str()?;
    let namespace = if id.namespace.is_empty() { None } else { Some(id.namespace.clone()) };
    // Events about a node carry the node's name in place of its uid.
    let selector = match id.kind.address.kind {
        "Node" => format!("involvedObject.kind=Node,involvedObject.name={}", id.name),
        _ => format!("involvedObject.uid={uid}"),
    };
    Some(Link { kind: "events", scope: Scope { namespace, fields: selector.into(), ..Scope::default() } })
}
