//! Applications of Argo CD: compared anew, synced, and no longer synced. Its controller does the work; what is written here
//! is what its own server writes (argo-cd, util/argo, `SetAppOperation`).

use serde_json::{Map, json};

use super::{full, metadata, pairs, words};
use crate::kinds::kube::argo;
use crate::kinds::kube::facts::{items, text};
use crate::model::{Act, Args, Error, Flag, Form, Kind, Object, Param, Patch, Request, Result, Time, Value, What};

pub const REFRESH: Act = Act::fresh(refresh);
pub const REFRESH_SET: Act = Act::fresh(refresh_set);
pub const SYNC: Act = Act::fresh(sync);
pub const TERMINATE: Act = Act::fresh(terminate);

/// From the cache of the repository, or from the repository itself.
const DEPTHS: &[&str] = &["normal", "hard"];

pub const DEPTH: &[Flag] = &[Flag::new(
    "mode",
    Form::Choice(DEPTHS),
    "MODE",
    "from the cache of the repository, or from the repository itself",
)];

pub const CHOICES: &[Flag] = &[
    Flag::toggle("prune", "delete what is no longer in the repository"),
    Flag::toggle("dry", "let Argo CD try it without changing anything"),
    Flag::new("revision", Form::Text, "REVISION", "a revision other than the target"),
    Flag::new("only", Form::Text, "KIND/NAME,...", "only these resources of the application"),
];

pub fn depths(_: &Object, _: Option<&Value>) -> Vec<Param> {
    vec![Param::new("mode", Form::Choice(DEPTHS), DEPTHS[0])]
}

pub fn typed_depth(words: &str) -> Result<Args> {
    match words.trim() {
        "" => Ok(Args::default()),
        word => {
            let depth = DEPTHS.iter().find(|depth| **depth == word.trim_start_matches("mode="));
            let depth =
                depth.ok_or_else(|| Error::Invalid(format!("'{word}' is no way to refresh; write normal or hard")))?;
            Ok(Args::default().with("mode", *depth))
        }
    }
}

/// `prune only=Deployment/web`: what is not understood is refused, since `dry=yes` would not be dry.
pub fn typed_choices(words: &str) -> Result<Args> {
    let args = pairs(words)?;
    for (name, value) in args.iter() {
        let why = match name {
            "prune" | "dry" if ["true", "false"].contains(&value) => continue,
            "revision" | "only" if !value.is_empty() => continue,
            "prune" | "dry" => format!("{name} is true or false, not '{value}'"),
            "revision" | "only" => format!("{name}= needs a value"),
            _ => {
                format!("'{name}' means nothing here; sync takes prune, dry, revision=REVISION and only=KIND/NAME,...")
            }
        };
        return Err(Error::Invalid(why));
    }
    Ok(args)
}

pub fn done(args: &Args) -> String {
    if args.text("mode") == "hard" { "refreshed from its repository".to_owned() } else { "refreshed".to_owned() }
}

/// Spec, status and what is asked for are one object without parts: a change that was read of an older version would undo
/// what the controller wrote since. Another object of this name is not meant.
fn versioned(object: &Object, body: &Value, mut patch: Value) -> Request {
    patch["metadata"]["resourceVersion"] = body["metadata"]["resourceVersion"].clone();
    Request::new(object.id.clone(), What::Patch(Box::new(Patch::Merge(patch))))
}

/// The annotations that ask for it: `AnnotationKeyRefresh` (pkg/apis/application/v1alpha1), and
/// `AnnotationApplicationSetRefresh` (applicationset/common).
const REFRESHES: &str = "argocd.argoproj.io/refresh";
const REFRESHES_SET: &str = "argocd.argoproj.io/application-set-refresh";

fn depth(args: &Args) -> &'static str {
    if args.text("mode") == "hard" { "hard" } else { "normal" }
}

fn refresh(object: &Object, body: &Value, args: &Args, _: Time) -> Result<Request> {
    Ok(versioned(object, body, json!({"metadata": {"annotations": {REFRESHES: depth(args)}}})))
}

fn refresh_set(object: &Object, body: &Value, _: &Args, _: Time) -> Result<Request> {
    Ok(versioned(object, body, json!({"metadata": {"annotations": {REFRESHES_SET: "true"}}})))
}

pub fn kubectl_refresh(kind: &Kind, names: &[&str], args: &Args) -> Vec<Vec<String>> {
    metadata::kubectl_with("annotate", kind, names, vec![format!("{REFRESHES}={}", depth(args))])
}

pub fn kubectl_refresh_set(kind: &Kind, names: &[&str], _: &Args) -> Vec<Vec<String>> {
    metadata::kubectl_with("annotate", kind, names, vec![format!("{REFRESHES_SET}=true")])
}

pub fn choices(_: &Object, body: Option<&Value>) -> Vec<Param> {
    let target = body.map(|body| text(&body["spec"]["source"], "targetRevision")).unwrap_or_default();
    let target = if target.is_empty() { "the target of the application" } else { target };
    vec![
        Param::new("prune", Form::Toggle, "false"),
        Param::new("dry", Form::Toggle, "false"),
        Param::new("revision", Form::Text, "").hinted(target),
        Param::new("only", Form::Text, "").hinted("KIND/NAME,...   empty: everything"),
    ]
}

fn sync(object: &Object, body: &Value, args: &Args, _: Time) -> Result<Request> {
    let name = &object.id.name;
    let refused = |why: String| Err(Error::Invalid(why));
    if !body["metadata"]["deletionTimestamp"].is_null() {
        return refused(format!("{name} is being deleted"));
    }
    if argo::is_busy(body) {
        return refused(format!("{name} has an operation already ({}); wait, or terminate it", argo::operation(body)));
    }
    let spec = &body["spec"];
    let revision = args.text("revision");
    allowed(spec, revision, args.is_on("dry")).map_err(Error::Invalid)?;
    let policy = &spec["syncPolicy"];
    let mut sync = Map::from_iter([
        ("revision".to_owned(), json!(revision)),
        ("prune".to_owned(), json!(args.is_on("prune"))),
        ("dryRun".to_owned(), json!(args.is_on("dry"))),
        ("syncStrategy".to_owned(), json!({"hook": {}})),
    ]);
    let own = if has_several(spec) { "sources" } else { "source" };
    copied(&mut sync, own, &spec[own]);
    copied(&mut sync, "syncOptions", &policy["syncOptions"]);
    let chosen = chosen(body, args.text("only"))?;
    copied(&mut sync, "resources", &chosen);
    let mut operation = Map::from_iter([
        ("initiatedBy".to_owned(), json!({"username": "spyhop"})),
        ("info".to_owned(), json!([{"name": "via", "value": "spyhop"}])),
        ("sync".to_owned(), Value::Object(sync)),
    ]);
    copied(&mut operation, "retry", &policy["retry"]);
    // What is left of the last operation would become a part of this one.
    Ok(versioned(object, body, json!({"operation": operation, "status": {"operationState": null}})))
}

fn copied(to: &mut Map<String, Value>, key: &str, value: &Value) {
    if !value.is_null() {
        to.insert(key.to_owned(), value.clone());
    }
}

fn has_several(spec: &Value) -> bool {
    !items(spec, "sources").is_empty()
}

/// Another revision than the target, as far as Argo CD's own server allows it.
fn allowed(spec: &Value, revision: &str, dry: bool) -> Result<(), String> {
    let target = match text(&spec["source"], "targetRevision") {
        "" => "HEAD",
        target => target,
    };
    match () {
        () if revision.is_empty() || revision == target => Ok(()),
        () if has_several(spec) => Err("an application of several sources has no single revision".to_owned()),
        () if argo::is_automated(spec) && !dry => {
            Err(format!("it syncs to {target} by itself; another revision would not last"))
        }
        () => Ok(()),
    }
}

/// `Deployment/web,Service/web` among the resources of the application; null for all.
fn chosen(body: &Value, words: &str) -> Result<Value> {
    let mut all = Vec::new();
    for word in words.split([',', ' ']).filter(|word| !word.is_empty()) {
        let before = all.len();
        let resources = items(&body["status"], "resources").iter();
        all.extend(resources.filter(|resource| is_called(resource, word)).map(|resource| {
            let field = |key: &str| text(resource, key);
            json!({"group": field("group"), "kind": field("kind"), "namespace": field("namespace"), "name": field("name")})
        }));
        if all.len() == before {
            return Err(Error::Invalid(format!(
                "'{word}' is no resource of it; write KIND/NAME as describe lists them"
            )));
        }
    }
    match () {
        () if words.is_empty() => Ok(Value::Null),
        () if all.is_empty() => Err(Error::Invalid(format!("'{words}' names no resource; write KIND/NAME,..."))),
        () => Ok(Value::Array(all)),
    }
}

fn is_called(resource: &Value, word: &str) -> bool {
    let (kind, name) = word.split_once('/').unwrap_or(("", word));
    text(resource, "name") == name && (kind.is_empty() || text(resource, "kind").eq_ignore_ascii_case(kind))
}

/// What will happen, and what speaks against it.
pub fn preview_sync(_: &Object, body: &Value, args: &Args) -> Vec<String> {
    let (spec, all) = (&body["spec"], items(&body["status"], "resources"));
    let count = |fits: fn(&&Value) -> bool| all.iter().filter(fits).count();
    let outside = count(|resource| resource["status"] == "OutOfSync");
    let gone = count(|resource| resource["requiresPruning"] == true);
    let mut lines = vec![format!("{outside} of {} resources are out of sync", all.len())];
    if gone > 0 {
        let (are, stay, them) = if gone == 1 { ("is", "stays", "it") } else { ("are", "stay", "them") };
        let left = format!("{stay}; prune would delete {them}");
        let what = if args.is_on("prune") { "will be deleted" } else { &left };
        lines.push(format!("{gone} {are} no longer in the repository and {what}"));
    }
    if argo::is_busy(body) {
        lines.push(format!("an operation is there already: {}", argo::operation(body)));
    }
    let project = text(spec, "project");
    lines.push(format!("a sync window of project {project} may hold it up until it closes"));
    lines.push("Argo CD's own access rules are not asked; those of the cluster are".to_owned());
    lines
}

fn terminate(object: &Object, body: &Value, _: &Args, _: Time) -> Result<Request> {
    let state = &body["status"]["operationState"];
    if body["operation"].is_null() || state.is_null() {
        return Err(Error::Invalid(format!("{} has no operation that runs", object.id.name)));
    }
    Ok(versioned(object, body, terminating()))
}

fn terminating() -> Value {
    json!({"status": {"operationState": {"phase": "Terminating"}}})
}

/// An application has no subresource for its status.
pub fn kubectl_terminate(kind: &Kind, names: &[&str], _: &Args) -> Vec<Vec<String>> {
    let patch = terminating().to_string();
    names.iter().map(|name| words(["patch", &full(kind, name), "--type=merge", "-p", &patch])).collect()
}
