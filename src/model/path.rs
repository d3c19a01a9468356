//! A path into an object, as kubectl writes it in `-o jsonpath`, in custom columns and in `additionalPrinterColumns`. It is
//! translated into JSONPath (RFC 9535), which a library evaluates. Templates (`{range ...}`) are refused.

mod parse;

use std::hash::{Hash, Hasher};

use jsonpath_rust::parser::model::JpQuery;
use jsonpath_rust::parser::parse_json_path;
use jsonpath_rust::query::js_path_process;
use serde::{Deserialize, Serialize};

use super::{Error, Result, Str, Value};
use parse::Segment;

/// Paths are equal if their texts are.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "Str", into = "Str")]
pub struct JsonPath {
    text: Str,
    /// The plain fields at the start of the path.
    fields: Vec<String>,
    /// The remaining path, evaluated at the value to which the fields lead.
    rest: Option<JpQuery>,
    needs: Vec<Vec<String>>,
}

impl JsonPath {
    pub fn parse(text: &str) -> Result<Self> {
        let invalid = |why: String| Error::Invalid(format!("the path '{text}': {why}"));
        let mut segments = parse::path(text).map_err(invalid)?;
        let needs = needs(&segments);
        let plain = segments.iter().position(|segment| !matches!(segment, Segment::Field(_)));
        let rest = segments.split_off(plain.unwrap_or(segments.len()));
        let fields = segments.into_iter().filter_map(Segment::into_field).collect();
        let rest = (!rest.is_empty()).then(|| query(&rest)).transpose().map_err(invalid)?;
        Ok(Self { text: text.into(), fields, rest, needs })
    }

    pub fn text(&self) -> &Str {
        &self.text
    }

    /// The values at the path, in their order; none where a field or an item is missing.
    pub fn find<'a>(&self, value: &'a Value) -> Vec<&'a Value> {
        let Some(start) = self.fields.iter().try_fold(value, |value, field| value.get(field)) else {
            return Vec::new();
        };
        let Some(rest) = &self.rest else { return vec![start] };
        let found = js_path_process(rest, start).unwrap_or_default();
        found.into_iter().map(|found| found.val).collect()
    }

    /// The first value at the path. API servers show no other in a column.
    pub fn first<'a>(&self, value: &'a Value) -> Option<&'a Value> {
        self.find(value).into_iter().next()
    }

    /// What a reader must keep of an object so that the path finds the same: chains of fields. Items of lists do not
    /// count as steps. Everything below the end of a chain is needed.
    pub fn needs(&self) -> &[Vec<String>] {
        &self.needs
    }
}

impl TryFrom<Str> for JsonPath {
    type Error = Error;

    fn try_from(text: Str) -> Result<Self> {
        Self::parse(&text)
    }
}

impl From<JsonPath> for Str {
    fn from(path: JsonPath) -> Self {
        path.text
    }
}

impl PartialEq for JsonPath {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for JsonPath {}

impl Hash for JsonPath {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

fn query(segments: &[Segment]) -> Result<JpQuery, String> {
    let text = format!("${}", parse::rfc(segments));
    parse_json_path(&text).map_err(|_| "a filter compares the field of an item with a value".to_owned())
}

fn needs(segments: &[Segment]) -> Vec<Vec<String>> {
    let (mut all, mut chain) = (Vec::new(), Vec::new());
    for segment in segments {
        match segment {
            Segment::Field(name) => chain.push(name.clone()),
            Segment::Item(_) => {}
            Segment::Filter(filter) => {
                let read = filter.reads().flat_map(needs);
                all.extend(read.map(|fields| chain.iter().cloned().chain(fields).collect()));
            }
            Segment::Every | Segment::Below | Segment::Several(_) => break,
        }
    }
    all.push(chain);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An object, and what kubectl prints of it with each path. A live test asks kubectl again.
    const OBJECT: &str = include_str!("../../tests/fixtures/paths.json");
    const PRINTED: &str = include_str!("../../tests/fixtures/paths.txt");

    fn printed(text: &str, object: &Value) -> String {
        let path = JsonPath::parse(text).unwrap_or_else(|error| panic!("{error}"));
        let word = |value: &&Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        path.find(object).iter().map(word).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn paths_find_what_kubectl_finds() {
        let object: Value = serde_json::from_str(OBJECT).unwrap();
        for line in PRINTED.lines() {
            let (path, wanted) = line.split_once(" =>").unwrap();
            assert_eq!(printed(path, &object), wanted.trim_start(), "{path}");
        }
        assert!(PRINTED.lines().count() > 40);
    }

    #[test]
    fn what_is_not_there_is_nothing() {
        let object: Value = serde_json::from_str(OBJECT).unwrap();
        for path in [".spec.empty[0]", ".spec.ports[7].port", ".metadata.name.more", ".kind[0]", ".kind[?(@.a)]"] {
            assert_eq!(printed(path, &object), "", "{path}");
        }
        assert_eq!(JsonPath::parse(".metadata.name").unwrap().first(&object).unwrap(), "paths");
        assert_eq!(JsonPath::parse(".spec.ports[*].name").unwrap().first(&object).unwrap(), "http");
        assert_eq!(JsonPath::parse(".absent").unwrap().first(&object), None);
        assert_eq!(
            printed(".metadata.labels['app.kubernetes.io/name']", &object),
            "web",
            "dots need no escape in quotes"
        );
    }

    #[test]
    fn an_error_says_what_to_write() {
        for (path, why) in [
            ("", "it is empty; write one like .metadata.name"),
            ("{.metadata.name", "a closing '}' is missing"),
            ("{.a}{.b}", "a template is no path; write one like .metadata.name"),
            ("{range .items[*]}{.a}{end}", "a template is no path; write one like .metadata.name"),
            (".metadata.", "the name of a field is missing after '.'"),
            (".metadata..", "the name of a field is missing after '..'"),
            (".metadata name", "' ' does not belong here; write a field with it as ['a field']"),
            (".spec.ports[", "a closing ']' is missing"),
            (".spec.ports[0]name", "'n' does not belong here; write '.' or '[' after ']'"),
            (".spec.ports[x]", "'x' chooses nothing; write [0], [*], ['name'] or [?(@.type==\"Ready\")]"),
            (".spec.ports[?(@.name==\"a\"]", "a filter ends with ')]'"),
            (".spec.ports[?(@.name=\"a\")]", "'=' compares nothing; write ==, !=, <, <=, > or >="),
            (".spec.ports[?(@.name==a)]", "'a' is no value; write it as \"a\""),
            (".a[?(@.b==\"x\" && @.c==1)]", "a filter compares once; '&&' and '||' are not known to kubectl"),
            (".a[?(@.b[*]==1)]", "a filter compares the field of an item with a value"),
        ] {
            let told = JsonPath::parse(path).map(|_| ()).map_err(|error| error.text().to_owned());
            assert_eq!(told, Err(format!("the path '{path}': {why}")));
        }
    }

    #[test]
    fn a_path_says_which_fields_it_needs() {
        for (path, needs) in [
            (".metadata.name", vec!["metadata.name"]),
            (".spec.ports[0].port", vec!["spec.ports.port"]),
            (
                ".status.conditions[?(@.type==\"Ready\")].status",
                vec!["status.conditions.type", "status.conditions.status"],
            ),
            (".spec.hosts[*].name", vec!["spec.hosts"]),
            (".spec..name", vec!["spec"]),
            ("..name", vec![""]),
        ] {
            let path = JsonPath::parse(path).unwrap();
            assert_eq!(path.needs().iter().map(|chain| chain.join(".")).collect::<Vec<_>>(), needs, "{path:?}");
        }
    }
}
