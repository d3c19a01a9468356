//! Selectors: by labels (k8s.io/apimachinery, pkg/labels) and by the few fields that servers index.

mod fields;
mod labels;

use serde_json::Value;

use self::fields::Field;
use self::labels::Requirement;
use super::ask::Ask;
use super::place::Place;
use crate::demo::refusal::Refusal;

/// Which objects are meant.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Choice {
    labels: Vec<Requirement>,
    fields: Vec<Field>,
    /// One object by its name.
    name: Option<String>,
}

impl Choice {
    pub fn read(ask: &Ask, place: &Place) -> Result<Self, Refusal> {
        let labels = labels::parse(ask.param("labelSelector").unwrap_or_default())
            .map_err(|why| Refusal::bad(format!("unable to parse requirement: {why}")))?;
        let fields = fields::parse(place.resource, ask.param("fieldSelector").unwrap_or_default())?;
        Ok(Self { labels, fields, name: place.name.clone() })
    }

    /// The objects with these labels, as other objects say it (`matchLabels`, `matchExpressions`).
    pub fn of_selector(selector: &Value) -> Self {
        Self { labels: labels::of_selector(selector), ..Self::default() }
    }

    pub fn is_everything(&self) -> bool {
        *self == Self::default()
    }

    pub fn takes(&self, object: &Value) -> bool {
        self.name.as_ref().is_none_or(|name| object["metadata"]["name"] == name.as_str())
            && self.labels.iter().all(|requirement| requirement.takes(&object["metadata"]["labels"]))
            && self.fields.iter().all(|field| field.takes(object))
    }
}
