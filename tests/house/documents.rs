//! Documents link to what is there, every picture is in one of them, and what the map of the code names exists.

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

#[test]
fn the_guide_names_every_verb() {
    let guide = fs::read_to_string(root().join("assets/guide/headless.md")).unwrap();
    let mut names: Vec<&str> = spyhop::kinds::verbs::all().into_iter().map(|(_, verb)| verb.name).collect();
    names.dedup();
    assert!(names.len() > 15);
    names.retain(|name| !guide.contains(&format!("`{name}`")));
    assert!(names.is_empty(), "assets/guide/headless.md does not name these verbs: {names:?}");
}

/// The pieces of a text that stand in backticks, without those of more than one word.
fn spans(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2).filter(|span| !span.is_empty() && !span.contains([' ', '\n']))
}

/// The files and functions that a text names, but that do not exist. `code` is the text of all files of the program.
fn missing<'a>(text: &'a str, code: &str) -> Vec<&'a str> {
    let is_path = |span: &str| {
        let is_plain = span.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c));
        is_plain && (span.contains('/') || [".rs", ".toml", ".sh"].iter().any(|ending| span.ends_with(ending)))
    };
    let is_there = |span: &str| match span.split_once("::") {
        _ if is_path(span) => ["src", "."].iter().any(|folder| root().join(folder).join(span).exists()),
        Some((_, name)) if name.starts_with(char::is_uppercase) => code.contains(span),
        Some((owner, name)) => {
            code.contains(owner) && ["(", "<"].iter().any(|end| code.contains(&format!("fn {name}{end}")))
        }
        None => true,
    };
    spans(text).filter(|span| !is_there(span)).collect()
}

#[test]
fn the_map_of_the_code_names_what_is_there() {
    let (src, mut files) = (root().join("src"), Vec::new());
    files_ending(&src, ".rs", &mut files);
    let code: String = files.iter().map(|file| fs::read_to_string(file).unwrap()).collect();
    let text = fs::read_to_string(src.join("ARCHITECTURE.md")).unwrap();
    assert_eq!(missing(&text, &code), Vec::<&str>::new(), "src/ARCHITECTURE.md names what does not exist");
    let modules = fs::read_to_string(src.join("lib.rs")).unwrap();
    for module in modules.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')) {
        assert!(text.contains(&format!("| `{module}` |")), "src/ARCHITECTURE.md has no row for {module}");
    }
    let wrong =
        "`app/turn.rs` `app/none.rs` `Keeper::keep` `Keeper::swims` `Door::Own` `Door::None` `themes/` `a word/`";
    assert_eq!(missing(wrong, &code), ["app/none.rs", "Keeper::swims", "Door::None"]);
}
