//! Refusals in the words of the real server: `meta.v1.Status` (k8s.io/apimachinery, pkg/api/errors).

use serde_json::{Map, Value, json};

use super::resources::Resource;
use super::world;

/// Why something is not done, as the server tells it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Refusal {
    pub code: u16,
    pub reason: &'static str,
    pub message: String,
    /// What it is about: name, group, kind, causes.
    pub details: Map<String, Value>,
}

/// One of several reasons: a field, and what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cause {
    pub reason: String,
    pub message: String,
    pub field: String,
}

impl Cause {
    pub fn new(reason: &str, field: &str, message: impl Into<String>) -> Self {
        Self { reason: reason.to_owned(), message: message.into(), field: field.to_owned() }
    }

    fn value(&self) -> Value {
        let mut value = json!({"reason": self.reason, "message": self.message});
        if !self.field.is_empty() {
            value["field"] = json!(self.field);
        }
        value
    }
}

impl Refusal {
    pub fn new(code: u16, reason: &'static str, message: impl Into<String>) -> Self {
        Self { code, reason, message: message.into(), details: Map::new() }
    }

    /// About this object.
    #[must_use]
    fn about(self, resource: &Resource, name: &str) -> Self {
        self.named(resource.group, resource.plural, name)
    }

    #[must_use]
    fn named(mut self, group: &str, kind: &str, name: &str) -> Self {
        for (field, text) in [("name", name), ("group", group), ("kind", kind)] {
            if !text.is_empty() {
                self.details.insert(field.to_owned(), json!(text));
            }
        }
        self
    }

    #[must_use]
    pub fn because(mut self, causes: &[Cause]) -> Self {
        if !causes.is_empty() {
            self.details.insert("causes".to_owned(), causes.iter().map(Cause::value).collect());
        }
        self
    }

    pub fn bad(message: impl Into<String>) -> Self {
        Self::new(400, "BadRequest", message)
    }

    pub fn unauthorized() -> Self {
        Self::new(401, "Unauthorized", "Unauthorized")
    }

    /// For a place of the API where nothing is.
    pub fn no_such_place() -> Self {
        Self::new(404, "NotFound", "the server could not find the requested resource")
    }

    pub fn not_found(resource: &Resource, name: &str) -> Self {
        Self::new(404, "NotFound", format!("{} \"{name}\" not found", resource.id)).about(resource, name)
    }

    pub fn forbidden(resource: &Resource, name: &str, why: &str) -> Self {
        Self::new(403, "Forbidden", format!("{} \"{name}\" is forbidden: {why}", resource.id)).about(resource, name)
    }

    pub fn method() -> Self {
        Self::new(405, "MethodNotAllowed", "the server does not allow this method on the requested resource")
    }

    pub fn exists(resource: &Resource, name: &str) -> Self {
        Self::new(409, "AlreadyExists", format!("{} \"{name}\" already exists", resource.id)).about(resource, name)
    }

    pub fn conflict(resource: &Resource, name: &str, why: &str) -> Self {
        let message = format!("Operation cannot be fulfilled on {} \"{name}\": {why}", resource.id);
        Self::new(409, "Conflict", message).about(resource, name)
    }

    /// The object is no longer what the writer read.
    pub fn modified(resource: &Resource, name: &str) -> Self {
        let why = "the object has been modified; please apply your changes to the latest version and try again";
        Self::conflict(resource, name, why)
    }

    pub fn expired(message: impl Into<String>) -> Self {
        Self::new(410, "Expired", message)
    }

    pub fn media(accepted: &str) -> Self {
        let message =
            format!("the body of the request was in an unknown format - accepted media types include: {accepted}");
        Self::new(415, "UnsupportedMediaType", message)
    }

    pub fn invalid(resource: &Resource, name: &str, causes: &[Cause]) -> Self {
        let kind = match resource.group {
            "" => resource.kind.to_owned(),
            group => format!("{}.{group}", resource.kind),
        };
        let told: Vec<String> = causes.iter().map(|cause| format!("{}: {}", cause.field, cause.message)).collect();
        let told = if told.len() == 1 { told.concat() } else { format!("[{}]", told.join(", ")) };
        let refusal = Self::new(422, "Invalid", format!("{kind} \"{name}\" is invalid: {told}"));
        refusal.named(resource.group, resource.kind, name).because(causes)
    }

    /// What the cluster itself refused.
    pub fn of_world(resource: &Resource, name: &str, refusal: world::Refusal) -> Self {
        let world::Refusal { code, reason, message, causes } = refusal;
        let word = match reason {
            "Invalid" if message.contains("Required value") => "FieldValueRequired",
            "Invalid" => "FieldValueInvalid",
            other => other,
        };
        let kind = if reason == "Invalid" { resource.kind } else { resource.plural };
        let causes: Vec<Cause> = causes.iter().map(|(field, text)| Cause::new(word, field, text)).collect();
        Self::new(code, reason, message).named(resource.group, kind, name).because(&causes)
    }

    /// The `Status` itself.
    pub fn status(&self) -> Value {
        let mut status = json!({
            "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": self.message,
        });
        if !self.reason.is_empty() {
            status["reason"] = json!(self.reason);
        }
        if !self.details.is_empty() {
            status["details"] = Value::Object(self.details.clone());
        }
        status["code"] = json!(self.code);
        status
    }
}
