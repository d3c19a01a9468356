//! The user's own editor: a private file, argv without a shell, the whole terminal.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::files;
use super::terminal::Screen;
use crate::model::{Error, Result};

/// Who names the editor, first to last.
const NAMES: [&str; 4] = ["SPYHOP_EDITOR", "K9S_EDITOR", "KUBE_EDITOR", "EDITOR"];
const DEFAULT: &str = "vi";

/// Removed however the edit ends.
struct Private(PathBuf);

impl Drop for Private {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Lends the terminal to the editor and returns the text that it leaves.
pub async fn edit(screen: &mut Screen, name: &str, text: &str) -> Result<String> {
    let failed = |error: io::Error| Error::Invalid(format!("the editor failed: {error}; the text is as it was"));
    let file = write(name, text).map_err(failed)?;
    let mut argv = argv(&|name| std::env::var(name).ok())?;
    let program = argv.remove(0);
    let mut command = Command::new(&program);
    command.args(argv).arg(&file.0);
    let status = screen.lend_whole(command).await;
    let status = status.map_err(|error| Error::Invalid(format!("{program} could not be started: {error}")))?;
    if !status.success() {
        return Err(Error::Invalid(format!("{program} ended with {status}; the text is as it was")));
    }
    crate::disk::text(&file.0, crate::disk::LARGE).map_err(failed)
}

fn write(name: &str, text: &str) -> io::Result<Private> {
    let dir = files::state_dir().ok_or_else(|| io::Error::other("no home directory is set"))?.join("edit");
    files::private_dir(&dir)?;
    let safe: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' }).collect();
    let file = Private(dir.join(format!("{}-{safe}", std::process::id())));
    files::write_private(Path::new(&file.0), text)?;
    Ok(file)
}

/// The program and its arguments; quotes keep spaces together, nothing else means anything.
fn argv(env: &dyn Fn(&str) -> Option<String>) -> Result<Vec<String>> {
    let named = NAMES.iter().find_map(|name| env(name).filter(|line| !line.trim().is_empty()));
    let line = named.unwrap_or_else(|| DEFAULT.to_owned());
    let (mut out, mut quote, mut word) = (Vec::new(), None, None::<String>);
    for c in line.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, c) if c.is_whitespace() => out.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    out.extend(word);
    match quote {
        Some(_) => Err(Error::Invalid(format!("the editor '{line}' has a quote without an end"))),
        None => Ok(out),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn editors_are_words_not_shell() {
        for (line, expected) in [
            ("vim", vec!["vim"]),
            (" code --wait ", vec!["code", "--wait"]),
            ("'/opt/my editor/ed' -n \"a b\"''", vec!["/opt/my editor/ed", "-n", "a b"]),
            ("sh -c $(touch x);y", vec!["sh", "-c", "$(touch", "x);y"]),
        ] {
            let found = argv(&|name| (name == "EDITOR").then(|| line.to_owned())).unwrap();
            assert_eq!(found, expected);
        }
        assert!(argv(&|_| Some("vi 'x".to_owned())).is_err());
        assert_eq!(argv(&|_| None).unwrap(), ["vi"]);
        let first = argv(&|name| (name != "SPYHOP_EDITOR").then(|| name.to_owned())).unwrap();
        assert_eq!(first, ["K9S_EDITOR"]);
    }
}
