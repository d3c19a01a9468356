//! Fills keys into texts, so that users of another key map read their keys.

use super::Keymap;

/// Scopes that are never combined with others, because what is typed there is input.
const ALONE: [&str; 5] = ["prompt", "dialog", "view.editor", "view.review", "view.terminal"];

impl Keymap {
    /// Replaces each command in braces by its key: `{edit}` by the key in `scopes`, `{edit@view.yaml}` by the key in
    /// that scope. A command without a key is written as it is typed.
    pub fn spell(&self, text: &str, scopes: &[&str]) -> String {
        let mut out = String::new();
        for (i, piece) in text.split(['{', '}']).enumerate() {
            // Every second piece is within braces.
            if i % 2 == 0 {
                out.push_str(piece);
                continue;
            }
            let key = match piece.split_once('@') {
                None => self.key_for(scopes, piece),
                Some((command, scope)) if ALONE.contains(&scope) => self.key_for(&[scope], command),
                Some((command, scope)) => self.key_for(&[scope, "view.table", "global"], command),
            };
            match key {
                Some(key) => out.push_str(key),
                None => out.extend([":", piece.split('@').next().unwrap_or_default()]),
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Result;

    #[test]
    fn commands_become_the_keys_of_their_scope() -> Result<()> {
        let map = Keymap::parse(
            "t",
            "[global]\nq = 'back'\n[view.table]\ne = 'edit'\n[view.editor]\n'ctrl-s' = 'edit-review'",
        )?;
        let spelt = map.spell(
            "{edit} edits, {edit-review@view.editor} saves, {back@view.text} leaves, {save} saves",
            &["view.table"],
        );
        assert_eq!(spelt, "e edits, ctrl-s saves, q leaves, :save saves");
        Ok(())
    }
}
