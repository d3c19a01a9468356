//! Which texts may be names in a request. A bad name is refused rather than encoded: servers decode a path before they
//! look at it. To a server, `pay%2F` is `pay/`, so no encoding keeps a name from meaning another object.

use super::{Door, Error, Id, Query, Request, Result, Value, What};

/// How the objects of a kind are named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameSyntax {
    /// The name is one segment of a path.
    Segment,
    /// The name is that of an image, `registry:5000/team/app:1.2@sha256:...`, or the first characters of its id.
    Image,
}

/// Whether a text may be one segment of a path. The rule is that of API servers and kubectl (apimachinery,
/// `IsValidPathSegmentName`). `what` is the word for the error: "name", "namespace".
pub fn segment(what: &str, text: &str) -> Result<()> {
    match text {
        "" => Err(Error::Invalid(format!("the {what} is empty"))),
        "." | ".." => Err(Error::Invalid(format!("'{text}' cannot be a {what}"))),
        _ => match text.chars().find(|c| matches!(c, '/' | '%')) {
            Some(c) => Err(Error::Invalid(format!("'{text}' cannot be a {what}: it contains {c}"))),
            None => Ok(()),
        },
    }
}

/// Whether a text is empty or may be one segment of a path.
pub fn named(what: &str, text: &str) -> Result<()> {
    if text.is_empty() { Ok(()) } else { segment(what, text) }
}

/// Whether a text may name an image: it has only the characters of references and ids, and no segment leads to another
/// path.
fn image(text: &str) -> Result<()> {
    let wrong = |why: &str| Err(Error::Invalid(format!("'{text}' cannot be the name of an image{why}")));
    let rest = text.strip_prefix("<none>").unwrap_or(text);
    let known = |c: char| c.is_ascii_alphanumeric() || "._-:@/+[]".contains(c);
    match rest.chars().find(|c| !known(*c)) {
        _ if text.is_empty() => segment("name", text),
        Some(c) => wrong(&format!(": it contains {c}")),
        None if rest.split('/').any(|part| matches!(part, "" | "." | "..")) => wrong(""),
        None => Ok(()),
    }
}

impl Id {
    /// Whether the id names exactly one object: the one that the policy judges, that the audit file records, and that
    /// the server acts on.
    pub fn check(&self) -> Result<()> {
        self.check_place()?;
        // spyhop makes these rows itself, and no request is sent about them.
        if matches!(self.kind.door, Door::Own) && !self.name.is_empty() {
            return Ok(());
        }
        named("container name", &self.part)?;
        match self.kind.naming.syntax {
            NameSyntax::Image => image(&self.name),
            NameSyntax::Segment => segment("name", &self.name),
        }
    }

    /// Whether the id has a namespace exactly if its kind is namespaced. Rows that spyhop makes may go without one.
    fn check_place(&self) -> Result<()> {
        match (self.kind.address.namespaced, self.kind.door, self.namespace.as_str()) {
            (_, Door::Own, "") | (false, _, "") => Ok(()),
            (true, ..) => segment("namespace", &self.namespace),
            (false, _, namespace) => {
                Err(Error::Invalid(format!("{} have no namespace, so they are not in '{namespace}'", self.kind.name)))
            }
        }
    }
}

impl Request {
    /// Whether the request is about exactly one object, and its body about the same one. Only a request that creates an
    /// object may leave the name to the server.
    pub fn check(&self) -> Result<()> {
        let generated = match &self.what {
            What::Create(body) if self.sub.is_empty() => is_generated(body),
            _ => false,
        };
        if generated && self.id.name.is_empty() { self.id.check_place() } else { self.id.check() }?;
        match &self.what {
            What::Create(body) if self.sub.is_empty() && !generated => self.agrees(body, self.id.name.as_str()),
            What::Create(body) | What::Replace(body) | What::Apply { body, .. } => self.agrees(body, ""),
            What::Get | What::Patch(_) | What::Delete { .. } | What::Do { .. } => Ok(()),
        }
    }

    /// Whether the name and namespace in a body agree with those of the request. Either may be missing in the body.
    /// `name` is the expected name.
    fn agrees(&self, body: &Value, name: &str) -> Result<()> {
        let own = said(body, "name");
        if own != name && own != self.id.name {
            return Err(self.differs("name", own, &self.id.name));
        }
        match said(body, "namespace") {
            own if own.is_empty() || !self.id.kind.address.namespaced || own == self.id.namespace => Ok(()),
            own => Err(self.differs("namespace", own, &self.id.namespace)),
        }
    }

    fn differs(&self, what: &str, said: &str, meant: &str) -> Error {
        let kind = self.id.kind.address.kind;
        Error::Invalid(format!("this {kind} has the {what} '{said}', but '{meant}' was expected"))
    }
}

fn said<'a>(body: &'a Value, key: &str) -> &'a str {
    body.get("metadata").and_then(|metadata| metadata.get(key)?.as_str()).unwrap_or_default()
}

fn is_generated(body: &Value) -> bool {
    said(body, "name").is_empty() && !said(body, "generateName").is_empty()
}

impl Query {
    /// Whether each name in the query is a valid name.
    pub fn check(&self) -> Result<()> {
        match self {
            Self::One { id } | Self::Session { id, .. } => id.check(),
            Self::List { scope, .. } => scope.namespaces().try_for_each(|name| named("namespace", name)),
            Self::Logs { pods, .. } => named("namespace", &pods.namespace).and(named("name", &pods.name)),
            Self::Kinds { .. } | Self::Rules { .. } => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds;
    use crate::model::{SourceId, Str};

    const BAD: &[&str] = &["", ".", "..", "a/b", "a/", "/a", "a//b", "a%2Fb", "%"];

    fn id(kind: &str, namespace: &str, name: &str) -> Id {
        Id::new(SourceId(1), kinds::find(kind, &[]).unwrap(), namespace, name)
    }

    #[test]
    fn a_name_is_one_segment_and_an_object_is_in_its_place() {
        for bad in BAD {
            assert!(id("pods", "shop", bad).check().is_err() && id("pods", bad, "web").check().is_err(), "{bad}");
            assert!(id("nodes", "", bad).check().is_err() && id("docker/volumes", "", bad).check().is_err(), "{bad}");
            assert!(bad.is_empty() || id("pods", "shop", "web").part(*bad).check().is_err(), "{bad}");
        }
        for good in ["web", "a..b", "...", "system:node", "a b", "é?#&"] {
            assert_eq!(id("nodes", "", good).check(), Ok(()), "{good}");
        }
        assert!(id("nodes", "shop", "n1").check().is_err());
        assert_eq!(id("pods", "shop", "web").part("app").check(), Ok(()));
        assert_eq!(id("pods", "shop", "web").part("app").title(), "web/app");
    }

    #[test]
    fn images_have_names_of_their_own() {
        for good in
            ["nginx", "localhost:5000/team/app:1.2", "a/b/c@sha256:0f", "<none>@0123456789ab", "[::1]:5000/a", "0f12"]
        {
            assert_eq!(id("docker/images", "", good).check(), Ok(()), "{good}");
        }
        for bad in ["", ".", "..", "a/..", "../containers/web", "a//b", "/a", "a/", "a%2Fb", "a b", "a?b", "<none>"] {
            assert!(id("docker/images", "", bad).check().is_err(), "{bad}");
        }
    }

    #[test]
    fn only_what_is_made_may_leave_its_name_to_the_server() {
        let made =
            |name: &str, body: Value| Request::new(id("pods", "shop", name), What::Create(Box::new(body))).check();
        assert_eq!(made("web", json!({"metadata": {"name": "web"}})), Ok(()));
        assert_eq!(made("", json!({"metadata": {"generateName": "web-"}})), Ok(()));
        assert!(made("", json!({"metadata": {"name": "web"}})).is_err());
        assert!(made("", json!({})).is_err());
        assert!(made("web", json!({})).is_err());
        assert!(made("web", json!({"metadata": {"name": "other"}})).is_err());
        assert!(made("", json!({"metadata": {"name": "web", "generateName": "web-"}})).is_err());
        let evicted = Request::new(id("pods", "shop", ""), What::Create(Box::default())).on("eviction");
        assert!(evicted.check().is_err());
    }

    #[test]
    fn a_body_is_about_the_object_that_was_judged() {
        let written = |body: Value| Request::new(id("pods", "shop", "web"), What::Replace(Box::new(body))).check();
        assert_eq!(written(json!({"metadata": {"name": "web", "namespace": "shop"}})), Ok(()));
        assert_eq!(written(json!({})), Ok(()));
        assert!(written(json!({"metadata": {"name": "web", "namespace": "pay"}})).is_err());
        assert!(written(json!({"metadata": {"name": "db"}})).is_err());
        let node = Request::new(
            id("nodes", "", "n1"),
            What::Apply { body: Box::new(json!({"metadata": {"name": "n1", "namespace": "shop"}})), force: false },
        );
        assert_eq!(node.check(), Ok(()), "a server leaves that out");
    }

    #[test]
    fn queries_are_checked_as_well() {
        let kind = kinds::named("pods").unwrap();
        for bad in BAD.iter().filter(|bad| !bad.is_empty()) {
            let scope = crate::model::Scope::namespace(*bad);
            assert!(Query::List { at: SourceId(1), kind, scope }.check().is_err(), "{bad}");
            let pods = crate::model::Pods { namespace: "shop".into(), name: (*bad).into(), labels: Str::new() };
            let tail = crate::model::Tail::default();
            assert!(Query::Logs { at: SourceId(1), pods, container: Str::new(), tail }.check().is_err(), "{bad}");
            assert!(Query::One { id: id("pods", "shop", bad) }.check().is_err(), "{bad}");
        }
        let scope = crate::model::Scope::namespace("shop,pay");
        assert_eq!(Query::List { at: SourceId(1), kind, scope }.check(), Ok(()));
    }
}
