//! The object that an edit began with.

use std::sync::Arc;

use crate::app::diff;
use crate::app::yaml::cover::{self, Masks};
use crate::app::yaml::{self, read};
use crate::model::{Str, Value};

/// The object as it was read, and as it was shown.
#[derive(Clone, Debug)]
pub struct Base {
    pub body: Arc<Value>,
    /// As the server has it now, as far as is known: the same but for what no user writes.
    pub now: Arc<Value>,
    pub version: Str,
    pub uid: Str,
    pub masks: Masks,
    /// The masked object as text.
    pub text: String,
}

impl Base {
    pub fn new(body: Value) -> Self {
        let (covered, masks) = cover::cover(&body);
        let meta = |name: &str| body["metadata"][name].as_str().map(Str::from).unwrap_or_default();
        let (version, uid, body) = (meta("resourceVersion"), meta("uid"), Arc::new(body));
        Self { version, uid, masks, text: yaml::text(&covered), now: body.clone(), body }
    }
}

impl Base {
    /// Follows a writer who changed nothing that a user writes; false when he changed more.
    pub fn follow(&mut self, theirs: &Value) -> bool {
        let harmless = diff::written(&self.now) == diff::written(theirs);
        let version = theirs["metadata"]["resourceVersion"].as_str();
        if let Some(version) = version.filter(|_| harmless) {
            (self.version, self.now) = (version.into(), Arc::new(theirs.clone()));
        }
        harmless
    }

    /// The same object as a draft read it earlier. Masks whose value may have changed meanwhile mean nothing any more.
    pub fn earlier(&self, text: &str, version: &str) -> Self {
        let shown = read::one(text).map(|document| document.value).unwrap_or_default();
        let mut body = shown.clone();
        let masks = self.masks.only_of(&shown, &self.covered());
        masks.uncover_known(&mut body);
        let uid = shown["metadata"]["uid"].as_str().map(Str::from).unwrap_or_default();
        let body = Arc::new(body);
        Self { now: body.clone(), body, version: version.into(), uid, masks, text: text.to_owned() }
    }

    fn covered(&self) -> Value {
        self.masks.cover_again(&self.body)
    }
}
