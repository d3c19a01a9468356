//! Takes a typed line apart: `KIND [NS] [/FILTER] [k=v] [@CTX]`. The parts behind the kind stand in any order, or
//! behind `-n`, `-l` and `-f`; `-A` means all namespaces.

use crate::kinds;

/// The parts of a line that opens a kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opening {
    pub kind: String,
    /// The namespaces, with commas between them. `all` and `*` mean all namespaces.
    pub namespace: Option<String>,
    pub filter: Option<String>,
    pub labels: Option<String>,
    /// The contexts, with commas between them, each with or without its `@`. `*` means all contexts.
    pub context: Option<String>,
    /// The text between the kind and the filter, as it was typed.
    pub rest: String,
    /// Why the line makes no sense.
    pub wrong: Option<String>,
}

/// The meaning of an option's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OptionKind {
    Namespace,
    Labels,
    Filter,
    AllNamespaces,
}

/// The options in their short and long forms. The value of a short option may follow at once, without a space.
const OPTIONS: &[(&str, &str, OptionKind)] = &[
    ("-n", "--namespace", OptionKind::Namespace),
    ("-l", "--selector", OptionKind::Labels),
    ("-f", "--filter", OptionKind::Filter),
    ("-A", "--all-namespaces", OptionKind::AllNamespaces),
];

impl Opening {
    /// Takes a line apart. Quotes keep a word with spaces together.
    pub fn parse(line: &str) -> Self {
        let mut opening = Self::default();
        let (line, filter) = match line.find(" /") {
            Some(at) => (&line[..at], Some(line[at + 2..].trim().to_owned())),
            None => (line, None),
        };
        opening.filter = filter;
        opening.rest = line.trim().split_once(' ').map_or("", |(_, rest)| rest).trim().to_owned();
        let mut words = words(line).into_iter();
        opening.kind = words.next().unwrap_or_default();
        while let Some(word) = words.next() {
            match option(&word) {
                Some((part, value)) => {
                    let wants = part != OptionKind::AllNamespaces;
                    let value = value.or_else(|| wants.then(|| words.next()).flatten());
                    opening.set(part, &word, value);
                }
                None => opening.add(word),
            }
        }
        opening
    }

    /// The line as a filter by name, if the kind is written with a name: `pod/web`.
    pub fn of_name(&self) -> Option<Self> {
        match (kinds::split(&self.kind), &self.filter) {
            ((kind, Some(name)), None) => Some(Self { kind, filter: Some(name), ..self.clone() }),
            _ => None,
        }
    }

    fn set(&mut self, part: OptionKind, option: &str, value: Option<String>) {
        match (part, value) {
            (OptionKind::AllNamespaces, _) => self.namespace = Some("all".to_owned()),
            (_, None) => self.refuse(format!("{option} needs a value")),
            (OptionKind::Namespace, Some(names)) => self.namespace = Some(names),
            (OptionKind::Labels, Some(labels)) => self.select(labels),
            (OptionKind::Filter, Some(text)) => self.filter = Some(format!("-f {text}")),
        }
    }

    /// Takes a word without an option: its form says what it means.
    fn add(&mut self, word: String) {
        match word.strip_prefix('@') {
            Some(context) => {
                let before = self.context.take().map(|before| format!("{before},")).unwrap_or_default();
                self.context = Some(before + context);
            }
            None if word.starts_with('-') => {
                self.refuse(format!("unknown option {word}; use -n NAMESPACE, -l LABELS, -f TEXT or -A"));
            }
            None if names_several(&word) => self.namespace = Some(word),
            None if word.contains(['=', '(', '!', ',']) => self.select(word),
            None => self.namespace = Some(word),
        }
    }

    /// Adds a selector to those before: rows must match all of them.
    fn select(&mut self, labels: String) {
        self.labels = Some(match self.labels.take() {
            Some(before) => format!("{before},{labels}"),
            None => labels,
        });
    }

    fn refuse(&mut self, why: String) {
        self.wrong.get_or_insert(why);
    }

    /// The namespaces that the line names one by one.
    pub fn namespaces(&self) -> impl Iterator<Item = &str> {
        let named = self.namespace.as_deref().filter(|names| !matches!(*names, "all" | "*"));
        named.into_iter().flat_map(|names| names.split(',')).filter(|name| !name.is_empty())
    }
}

/// The option that a word is, and the value that stands in the same word.
fn option(word: &str) -> Option<(OptionKind, Option<String>)> {
    OPTIONS.iter().find_map(|(short, long, part)| {
        if word == *short || word == *long {
            return Some((*part, None));
        }
        let value = match word.strip_prefix(long) {
            Some(value) => value.strip_prefix('=')?,
            None => word.strip_prefix(short).filter(|_| *part != OptionKind::AllNamespaces)?,
        };
        Some((*part, Some(value.to_owned())))
    })
}

/// Whether a word names several namespaces, as `shop,platform` does, and no keys of labels.
fn names_several(word: &str) -> bool {
    let is_name = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    word.contains(',') && word.split(',').all(is_name)
}

fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for c in line.chars() {
        match (c, quote) {
            ('\'' | '"', None) => quote = Some(c),
            (c, Some(q)) if c == q => quote = None,
            (' ', None) => words.push(String::new()),
            (c, _) => words.last_mut().into_iter().for_each(|word| word.push(c)),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_open_views_as_in_k9s() {
        let parse = Opening::parse;
        assert_eq!(parse("po").kind, "po");
        assert_eq!(parse("po shop").namespace.as_deref(), Some("shop"));
        assert_eq!(parse("po -n shop").namespace.as_deref(), Some("shop"));
        let all = parse("deploy app=web,tier!=x @prod shop /web 1");
        assert_eq!(all.labels.as_deref(), Some("app=web,tier!=x"));
        assert_eq!(all.context.as_deref(), Some("prod"));
        assert_eq!(all.rest, "app=web,tier!=x @prod shop");
        assert_eq!(parse("po @eu,@us shop").context.as_deref(), Some("eu,@us"));
        assert_eq!(parse("po @eu @us").context.as_deref(), Some("eu,us"));
        assert_eq!(parse("po all @*").context.as_deref(), Some("*"));
        assert_eq!(all.namespace.as_deref(), Some("shop"));
        assert_eq!(all.filter.as_deref(), Some("web 1"));
        assert_eq!(parse("po shop,platform").namespace.as_deref(), Some("shop,platform"));
        assert_eq!(parse("po shop,platform").labels, None);
        assert_eq!(parse("po a,b.io/c").labels.as_deref(), Some("a,b.io/c"));
        assert_eq!(parse("po 'k in (a, b)'").labels.as_deref(), Some("k in (a, b)"));
        assert_eq!(parse("po -f wb").filter.as_deref(), Some("-f wb"));
        assert_eq!(parse("po -fwb").filter.as_deref(), Some("-f wb"));
    }

    #[test]
    fn options_take_what_stands_behind_them() {
        let parts = |line: &str| {
            let Opening { namespace, labels, filter, wrong, .. } = Opening::parse(line);
            let text = |part: Option<String>| part.unwrap_or_default();
            (text(namespace), text(labels), text(filter), wrong.is_some())
        };
        let right = |namespace: &str, labels: &str, filter: &str| {
            (namespace.to_owned(), labels.to_owned(), filter.to_owned(), false)
        };
        for (line, expected) in [
            ("po -l app=cart", right("", "app=cart", "")),
            ("po -lapp=cart", right("", "app=cart", "")),
            ("po --selector=app=cart", right("", "app=cart", "")),
            ("po -l app", right("", "app", "")),
            ("po -l app=cart tier=db", right("", "app=cart,tier=db", "")),
            ("po -n shop -l app=cart", right("shop", "app=cart", "")),
            ("po -nshop", right("shop", "", "")),
            ("po --namespace shop", right("shop", "", "")),
            ("po -A", right("all", "", "")),
            ("po -A -f web", right("all", "", "-f web")),
            ("po -l 'k in (a, b)' shop", right("shop", "k in (a, b)", "")),
        ] {
            assert_eq!(parts(line), expected, "{line}");
        }
        for line in ["po -n", "po -l", "po -x", "po --sort AGE", "po -Ax", "po -l app=a -"] {
            assert!(parts(line).3, "{line}");
        }
        assert_eq!(Opening::parse("po -n").namespace, None);
        assert_eq!(Opening::parse("po a,b").namespaces().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(Opening::parse("po all").namespaces().count(), 0);
    }
}
