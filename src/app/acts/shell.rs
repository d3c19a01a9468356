//! What a verb does, as lines for a shell: a question shows them, and the user can copy them.

use crate::kinds::describe::mask::masked;
use crate::model::{Args, Id, Patch, Place, Request, SourceId, Str, Verb, What};

/// One line for each context, namespace and command. A verb that has no command of kubectl or docker is the patch that it
/// requests, if that is known.
pub fn lines<'a>(
    verb: &Verb,
    ids: &[Id],
    args: &Args,
    request: impl FnOnce() -> Option<Request>,
    place: impl Fn(SourceId) -> Option<&'a Place>,
) -> Vec<String> {
    let mut groups: Vec<(SourceId, &Str, Vec<&Id>)> = Vec::new();
    for id in ids {
        match groups.iter_mut().find(|(at, namespace, _)| (*at, *namespace) == (id.at, &id.namespace)) {
            Some((_, _, here)) => here.push(id),
            None => groups.push((id.at, &id.namespace, vec![id])),
        }
    }
    let mut lines = Vec::new();
    for (at, namespace, here) in groups {
        let (Some(first), Some(place)) = (here.first(), place(at)) else { continue };
        let names: Vec<&str> = here.iter().map(|id| id.name.as_str()).collect();
        let all = (verb.shell_lines)(&first.kind, &names, args);
        lines.extend(all.iter().map(|words| (place.family.shell_line)(place, namespace, words)));
    }
    if lines.is_empty() {
        lines.extend(request().and_then(|request| patch(&request, place(request.id.at)?)));
    }
    lines
}

/// What a line begins with in which something is masked. It is a comment for the shell, so that nobody sends the mask by
/// pasting it.
pub const MASKED: &str = "# masked: ";

/// The line for a request that is a patch.
fn patch(request: &Request, place: &Place) -> Option<String> {
    let Request { id, what: What::Patch(patch), .. } = request else { return None };
    let (sort, body) = match patch.as_ref() {
        Patch::Json(body) => ("json", body),
        Patch::Merge(body) | Patch::Kubectl(body) => ("merge", body),
        Patch::Strategic(body) => ("strategic", body),
    };
    // A patch may repeat parts of the object, with passwords in them.
    let shown = masked(id.kind, body);
    let before = if shown == *body { "" } else { MASKED };
    let words = [format!("--type={sort}"), "-p".to_owned(), shown.to_string()];
    let words = ["patch".to_owned(), id.kind.resource(), id.name.to_string()].into_iter().chain(words);
    Some(format!("{before}{}", (place.family.shell_line)(place, &id.namespace, &words.collect::<Vec<_>>())))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds;

    #[test]
    fn objects_of_a_namespace_are_in_one_line_wherever_they_stand() {
        let place = Place::new(SourceId(1), "prod", &kinds::kube::FAMILY);
        let id = |namespace: &str, name: &str| Id::new(place.id, kinds::named("pods").unwrap(), namespace, name);
        let ids = [id("a", "x"), id("b", "y"), id("a", "z")];
        let lines = lines(&crate::kinds::verbs::DELETE, &ids, &Args::default(), || None, |_| Some(&place));
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines[0].contains("x z") && lines[1].contains(" y "), "{lines:?}");
    }

    #[test]
    fn a_patch_with_a_password_is_masked_and_does_nothing_when_it_is_pasted() {
        let place = Place::new(SourceId(1), "prod", &kinds::kube::FAMILY);
        let line = |url: &str| {
            let id = Id::new(place.id, kinds::named("applications").unwrap(), "argocd", "web");
            let body = json!({"operation": {"sync": {"source": {"repoURL": url}}}});
            patch(&Request::new(id, What::Patch(Box::new(Patch::Merge(body)))), &place).unwrap()
        };
        assert!(line("https://git.example.com/x").starts_with("kubectl patch "));
        let masked = line("https://git:hunter2@git.example.com/x");
        assert!(masked.starts_with("# masked: kubectl patch ") && !masked.contains("hunter2"), "{masked}");
    }
}
