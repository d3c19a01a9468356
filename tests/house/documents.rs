//! Documents link to what is there, and every picture is in one of them.

use std::collections::HashSet;
use std::fs;
use std::path::PathBuf;

use crate::facts::root;

/// All files below a folder with this ending, without what git and cargo keep.
fn files_ending(dir: &std::path::Path, ending: &str, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap().flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        match path.is_dir() {
            true if name != ".git" && name != "target" => files_ending(&path, ending, out),
            true => {}
            false => out.extend(name.to_string_lossy().ends_with(ending).then_some(path)),
        }
    }
}

/// What the links and pictures of a document point to, other than pages of the web.
fn targets(text: &str) -> impl Iterator<Item = &str> {
    let ends = text.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    ends.map(|(target, _)| target).filter(|target| !target.contains("://"))
}

/// A heading as links name it.
fn anchor(heading: &str) -> String {
    let kept = heading.trim_start_matches('#').trim().to_lowercase();
    kept.chars().filter(|c| c.is_alphanumeric() || " -".contains(*c)).collect::<String>().replace(' ', "-")
}

#[test]
fn documents_link_to_what_is_there_and_show_every_picture() {
    let mut documents = Vec::new();
    files_ending(&root(), ".md", &mut documents);
    let (mut shown, mut dead) = (HashSet::new(), Vec::new());
    for document in &documents {
        let text = fs::read_to_string(document).unwrap();
        for target in targets(&text) {
            let (file, heading) = target.split_once('#').unwrap_or((target, ""));
            let path = if file.is_empty() { document.clone() } else { document.parent().unwrap().join(file) };
            let has_heading = |text: String| text.lines().any(|line| line.starts_with('#') && anchor(line) == heading);
            let is_there = match heading {
                "" => path.exists(),
                _ => fs::read_to_string(&path).is_ok_and(has_heading),
            };
            match path.canonicalize() {
                Ok(path) if is_there => _ = shown.insert(path),
                _ => dead.push(format!("{}: {target}", document.display())),
            }
        }
    }
    assert!(dead.is_empty(), "links that lead nowhere: {dead:#?}");
    let mut pictures = Vec::new();
    files_ending(&root().join("assets"), ".svg", &mut pictures);
    assert!(documents.len() > 5 && !pictures.is_empty());
    pictures.retain(|picture| !shown.contains(&picture.canonicalize().unwrap()));
    assert!(pictures.is_empty(), "no document shows these pictures: {pictures:?}");
}
