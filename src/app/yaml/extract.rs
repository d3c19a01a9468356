//! Texts that objects hold: without a screen as they are, and for the screen with secrets masked.

use super::cover::pair_as;
use super::view::Line;
use super::{emit, highlight, mask, shown};
use crate::app::diff::unified;
use crate::kinds::mask::{KnownSecrets, MASK, line as mask_line, urls};
use crate::model::text::clean;
use crate::model::{Extract, Fragment, Str, Value};
use crate::theme::Role;

/// The whole text without a screen. Nothing is masked in what the family's own program prints as well.
pub fn text(body: &Value, extract: &Extract) -> String {
    if extract.is_report {
        let flat = |line: Line| line.iter().map(|(piece, _)| piece.as_str()).collect::<String>() + "\n";
        return lines(body, extract, false).into_iter().map(flat).collect();
    }
    let written = |fragment: Fragment| match fragment {
        Fragment::Words(text) | Fragment::Document(text) => text,
        Fragment::Remark(_) | Fragment::Changed { .. } => String::new(),
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
            Fragment::Changed { title, old, new, is_private } => self.changed(&title, [&old, &new], is_private),
        }
    }

    /// What differs between two versions, below its title. Masks differ where the secrets do.
    fn changed(&self, title: &str, versions: [&Value; 2], is_private: bool) -> Vec<Line> {
        let [old, new] = versions.map(|version| if is_private { version.clone() } else { by_line(version) });
        let [mut hidden_old, mut hidden_new] = [&old, &new].map(|version| self.hidden(version, is_private));
        // Lines of a text have no counterparts.
        if !self.decoded && !old.is_array() && !new.is_array() {
            hide_alike([&old, &new], [&mut hidden_old, &mut hidden_new]);
        }
        let (old, new) = match self.decoded {
            true => (hidden_old, hidden_new),
            false => pair_as((&old, &hidden_old), (&new, &hidden_new)),
        };
        let head: Line = vec![(clean(title).as_ref().into(), Role::Title)];
        [head].into_iter().chain(unified(&written(&old), &written(&new))).chain([Line::new()]).collect()
    }

    /// A version with masks; with the values of Secrets in the clear if they are to be shown.
    fn hidden(&self, version: &Value, is_private: bool) -> Value {
        let mut hidden = version.clone();
        match &mut hidden {
            Value::Array(lines) if !is_private => {
                let words = |line: &Value| Value::from(self.words(line.as_str().unwrap_or_default()).as_str());
                *lines = lines.iter().map(words).collect();
            }
            version if self.decoded => mask::apply(version, true),
            version if is_private => mask::hide(version),
            version => {
                mask::apply(version, false);
                self.known.hide_below(version);
            }
        }
        hidden
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

/// Masks the whole of a text whose counterpart in the other version holds a secret: it may hold another one, which nobody
/// knows. Items of lists are counterparts by their positions.
fn hide_alike([old, new]: [&Value; 2], [hidden_old, hidden_new]: [&mut Value; 2]) {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            for (key, old) in old {
                let both = hidden_old.get_mut(key).zip(hidden_new.get_mut(key));
                if let Some((new, (hidden_old, hidden_new))) = new.get(key).zip(both) {
                    hide_alike([old, new], [hidden_old, hidden_new]);
                }
            }
        }
        (Value::Array(old), Value::Array(new)) => {
            let items = |hidden| Value::as_array_mut(hidden).into_iter().flatten();
            for ((old, new), (hidden_old, hidden_new)) in
                old.iter().zip(new).zip(items(hidden_old).zip(items(hidden_new)))
            {
                hide_alike([old, new], [hidden_old, hidden_new]);
            }
        }
        (old, new) if *hidden_old != *old && *hidden_new == *new && new.is_string() => *hidden_new = MASK.into(),
        (old, new) if *hidden_new != *new && *hidden_old == *old && old.is_string() => *hidden_old = MASK.into(),
        _ => {}
    }
}

/// A text as its lines, so that each is masked by itself; any other value as it is.
fn by_line(version: &Value) -> Value {
    match version {
        Value::String(text) => text.lines().map(|line| Value::from(clean(line).as_ref())).collect(),
        version => version.clone(),
    }
}

/// A version as the text that is compared.
fn written(version: &Value) -> String {
    match version {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(lines) => lines.iter().filter_map(Value::as_str).map(|line| format!("{line}\n")).collect(),
        version => emit::document(version).out,
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

    /// Two revisions, the password of which changed.
    fn two() -> Value {
        let revision = |number: u32, password: &str, replicas: u32| {
            let secret = json!({"kind": "Secret", "metadata": {"name": "web"}, "stringData": {"password": password}});
            let config =
                json!({"kind": "ConfigMap", "metadata": {"name": "web"}, "data": {"run": format!("login {password}")}});
            json!({"revision": number, "info": {"status": "superseded"}, "chart": {"name": "web", "version": "1.0"},
                "values": {"password": password, "replicas": replicas}, "manifest": [secret, config],
                "notes": format!("Welcome.\nUse {password}, not canary-1.\tIt is new.")})
        };
        json!({"apiVersion": "helm.sh/release.v1", "before": revision(1, "canary-1", 1), "after": revision(2, "canary-2", 1)})
    }

    fn changes(body: &Value, decoded: bool) -> String {
        let extract = OF_HISTORY.iter().find(|extract| extract.name == "diff").unwrap();
        let flat = |line: Line| line.iter().map(|(piece, _)| piece.as_str()).collect::<String>() + "\n";
        lines(body, extract, decoded).into_iter().map(flat).collect()
    }

    #[test]
    fn a_secret_that_changed_is_seen_as_changed_but_not_shown() {
        let masked = changes(&two(), false);
        assert!(!masked.contains("canary") && !masked.contains("Chart"), "{masked}");
        for title in ["Values", "Secret web", "ConfigMap web", "Notes"] {
            let part = masked.split_once(&format!("\n{title}\n")).unwrap().1.split("\n\n").next().unwrap();
            let signed = |sign: char| part.lines().find(|line| line.starts_with(sign)).unwrap().to_owned();
            let (old, new) = (signed('-'), signed('+'));
            assert!(old.contains("•••") && new.contains("•••") && old[1..] != new[1..], "{title}: {part}");
        }
        assert!(masked.contains("\n  replicas: •••"), "an equal value has an equal mask: {masked}");
        assert!(masked.contains("\n  Welcome.\n"), "{masked}");
        assert_eq!(text(&two(), OF_HISTORY.iter().find(|one| one.name == "diff").unwrap()), masked, "no screen");
        let clear = changes(&two(), true);
        assert!(clear.contains("-   password: canary-1\n+   password: canary-2\n"), "{clear}");
    }

    #[test]
    fn what_took_the_place_of_a_secret_is_masked_as_well() {
        let config = |password: &str| {
            json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "web"},
            "data": {"run": format!("login {password}"), "plain": "open"}})
        };
        let revision = json!({"metadata": {"namespace": "shop"}, "revision": 1, "info": {"status": "superseded"},
            "chart": {"name": "web", "version": "1.0"}, "values": {"password": "canary-1"}, "manifest": [config("canary-1")]});
        let body = json!({"apiVersion": "helm.sh/release.v1", "before": revision, "after": {"manifest": [config("canary-2")]},
            "unread": [null]});
        let extract = OF_HISTORY.iter().find(|extract| extract.name == "drift").unwrap();
        let flat = |line: Line| line.iter().map(|(piece, _)| piece.as_str()).collect::<String>() + "\n";
        let masked: String = lines(&body, extract, false).into_iter().map(flat).collect();
        assert!(
            !masked.contains("canary") && masked.contains("-   run: login •••") && masked.contains("+   run: •••"),
            "{masked}"
        );
        let clear: String = lines(&body, extract, true).into_iter().map(flat).collect();
        assert!(clear.contains("+   run: login canary-2"), "{clear}");
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
