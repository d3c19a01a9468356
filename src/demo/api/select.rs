//! Selectors: by labels (k8s.io/apimachinery, pkg/labels) and by the few fields that servers index.

mod fields;

use serde::Deserialize;
use serde_json::Value;

use self::fields::Field;
use super::ask::Ask;
use super::place::Place;
use crate::demo::refusal::Refusal;
use crate::kinds::lens;
use crate::model::Selector;

/// Which objects are meant.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Choice {
    labels: Selector,
    fields: Vec<Field>,
    /// One object by its name.
    name: Option<String>,
}

impl Choice {
    pub fn read(ask: &Ask, place: &Place) -> Result<Self, Refusal> {
        let labels = Selector::parse(ask.param("labelSelector").unwrap_or_default())
            .map_err(|wrong| Refusal::bad(format!("unable to parse requirement: '{}'", wrong.part)))?;
        let fields = fields::parse(place.resource, ask.param("fieldSelector").unwrap_or_default())?;
        Ok(Self { labels, fields, name: place.name.clone() })
    }

    /// The objects with these labels, as other objects say it (`matchLabels`, `matchExpressions`).
    pub fn of_selector(selector: &Value) -> Self {
        let selector = lens::Selector::deserialize(selector).unwrap_or_default();
        Self { labels: selector.selector(), ..Self::default() }
    }

    pub fn is_everything(&self) -> bool {
        *self == Self::default()
    }

    pub fn takes(&self, object: &Value) -> bool {
        self.name.as_ref().is_none_or(|name| object["metadata"]["name"] == name.as_str())
            && self.labels.admits(|key| object["metadata"]["labels"][key].as_str())
            && self.fields.iter().all(|field| field.takes(object))
    }
}
