//! Texts that objects hold: without a screen as they are, and for the screen with secrets masked.

use super::view::Line;
use super::{emit, highlight, mask, shown};
use crate::kinds::mask::{KnownSecrets, MASK, line as mask_line, urls};
use crate::model::text::clean;
use crate::model::{Extract, Fragment, Str, Value};
use crate::theme::Role;

/// The whole text as the family's own program prints it. Nothing is masked.
pub fn text(body: &Value, extract: &Extract) -> String {
    let written = |fragment: Fragment| match fragment {
        Fragment::Words(text) | Fragment::Document(text) => text,
        Fragment::Remark(_) => String::new(),
        Fragment::Values(value) => emit::document(&value).out,
    };
    (extract.make)(body).into_iter().map(written).collect()
}

/// The lines for the screen. Secrets are masked, unless `decoded`.
pub fn lines(body: &Value, extract: &Extract, decoded: bool) -> Vec<Line> {
    let secrets = Secrets { known: mask::known(body), decoded };
    let mut all: Vec<Line> = (extract.make)(body).into_iter().flat_map(|fragment| secrets.lines(fragment)).collect();
    while all.last().is_some_and(|line| line.iter().all(|(piece, _)| piece.trim().is_empty())) {
        all.pop();
    }
    all
}

/// What must not be shown.
struct Secrets {
    known: KnownSecrets,
    decoded: bool,
}

impl Secrets {
    fn lines(&self, fragment: Fragment) -> Vec<Line> {
        match fragment {
            Fragment::Words(text) => text.lines().map(|line| vec![(self.words(line), Role::Text)]).collect(),
            Fragment::Remark(text) => text.lines().map(|line| vec![(self.words(line), Role::Muted)]).collect(),
            Fragment::Values(mut value) => {
                if !self.decoded {
                    mask::hide(&mut value);
                }
                emitted(&value)
            }
            Fragment::Document(text) => self.document(&text),
        }
    }

    fn words(&self, line: &str) -> Str {
        let shown = if self.decoded { line.into() } else { mask_line(&self.known.hide(line)) };
        clean(&shown).as_ref().into()
    }

    /// The text itself if nothing of its object is masked. Otherwise the object is written anew, below the comments at
    /// the start of the text.
    fn document(&self, text: &str) -> Vec<Line> {
        let objects = mask::objects_in(text);
        let mut masked = objects.clone();
        mask::objects(&mut masked, self.decoded);
        if !self.decoded {
            self.known.hide_below(&mut masked);
        }
        if masked == objects {
            return self.as_it_is(text);
        }
        let head = text.lines().take_while(|line| line.starts_with("---") || line.starts_with('#'));
        let head = head.map(|line| highlight(&self.words(line), false));
        let body = match masked {
            Value::Array(objects) => objects.iter().flat_map(emitted).collect(),
            _ => vec![vec![(MASK.into(), Role::Text)]],
        };
        head.chain(body).collect()
    }

    fn as_it_is(&self, text: &str) -> Vec<Line> {
        let mut block = None;
        let line = |line: &str| {
            let is_inside = continues(&mut block, line);
            let hidden = if self.decoded { line.into() } else { self.known.hide(line) };
            let shown = if self.decoded { hidden.clone() } else { urls(&hidden) };
            highlight(&clean(&shown), is_inside)
        };
        text.lines().map(line).collect()
    }
}

fn emitted(value: &Value) -> Vec<Line> {
    shown(&emit::document(value)).iter().map(|(line, block)| highlight(line, *block)).collect()
}

/// Whether a line lies in a block scalar. `block` is the indentation of the key above the scalar.
fn continues(block: &mut Option<usize>, line: &str) -> bool {
    let bare = line.trim_start_matches(' ');
    let indent = line.len() - bare.len();
    if block.is_some_and(|key| bare.is_empty() || indent > key) {
        return true;
    }
    let header = line.rsplit(' ').next().unwrap_or_default();
    let is_header = header.starts_with(['|', '>']) && header.len() <= 3 && header.len() < bare.len();
    *block = is_header.then_some(indent);
    false
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds::helm::extracts::OF_HISTORY;

    fn body() -> Value {
        json!({"apiVersion": "helm.sh/release.v1", "values": {"password": "canary-one"},
            "computed": {"password": "canary-one", "replicas": 2}, "notes": "Use canary-one.",
            "manifest": "---\n# Source: web/a.yaml\nkind: Secret\nstringData: {x: canary-two}\n---\n# Source: web/b.yaml\n\
                         kind: ConfigMap # kept\ndata:\n  a: |\n    key: value\n  b: canary-two\n---\n# canary-two\nkind: Service\n",
            "hooks": [{"path": "web/h.yaml", "manifest": "kind: Job\nargs: [--x=canary-one]", "events": ["test"]}]})
    }

    fn told(name: &str, decoded: bool) -> String {
        let extract = OF_HISTORY.iter().find(|extract| extract.name == name).unwrap();
        let flat = |line: Line| line.iter().map(|(piece, _)| piece.as_str()).collect::<String>() + "\n";
        lines(&body(), extract, decoded).into_iter().map(flat).collect()
    }

    #[test]
    fn no_secret_is_in_a_text_unless_it_is_asked_for() {
        for name in ["values", "all-values", "manifest", "notes", "hooks"] {
            let masked = told(name, false);
            assert!(!masked.contains("canary") && masked.contains(MASK), "{name}: {masked}");
            assert!(told(name, true).contains("canary"), "{name}");
        }
        let masked = told("manifest", false);
        assert!(masked.contains("# Source: web/a.yaml\nkind: Secret\nstringData:\n  x: ••••••\n---"), "{masked}");
        assert!(masked.ends_with("# ••••••\nkind: Service\n"), "a comment: {masked}");
        assert_eq!(told("all-values", false), "password: ••••••\nreplicas: ••••••\n");
    }

    #[test]
    fn texts_without_a_screen_are_whole() {
        let written = |name: &str| text(&body(), OF_HISTORY.iter().find(|extract| extract.name == name).unwrap());
        assert_eq!(written("values"), "password: canary-one\n");
        assert_eq!(written("manifest"), format!("{}\n", body()["manifest"].as_str().unwrap()));
        assert_eq!(written("notes"), "NOTES:\nUse canary-one.\n");
        assert_eq!(written("hooks"), "---\n# Source: web/h.yaml\nkind: Job\nargs: [--x=canary-one]\n");
    }

    #[test]
    fn lines_of_block_scalars_are_told_apart() {
        let mut block = None;
        let inside = "a:\n  b: |\n    key: value\n\n    more\n  c: >-\n   x\nd: '|'\ne: 1"
            .lines()
            .map(|line| continues(&mut block, line));
        assert_eq!(inside.collect::<Vec<_>>(), [false, false, true, true, true, false, true, false, false]);
    }
}
