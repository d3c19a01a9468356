//! What can be done to objects: a row per verb. Kinds list theirs.

mod argo;
mod cron;
mod delete;
mod docker;
mod flux;
mod mesh;
mod metadata;
mod nodes;
mod suspend;
mod workloads;

use super::FAMILIES;
use crate::model::text;
use crate::model::{
    Args, Changes, Error, Family, Flag, Form, KindRef, Object, Param, Prefetch, Result, Right, Until, Value, Verb,
    Words,
};

pub use docker::{CONTAINERS, REMOVABLE, still_runs};

/// Those of clusters, in the order in which help lists them.
pub static ALL: &[&Verb] = &[
    &SCALE, &RESTART, &IMAGE, &SHIFT, &TRIGGER, &SUSPEND, &RESUME, &REFRESH, &SYNC, &TERMINATE, &RECONCILE, &CORDON,
    &UNCORDON, &LABEL, &ANNOTATE, &KILL, &DELETE,
];

/// Other words for them.
static ALIASES: &[(&str, &str)] = &[("remove", "delete"), ("rm", "delete"), ("rmi", "delete"), ("set-image", "image")];

/// The verbs of a kind: its own, and behind them those that nearly every kind has.
macro_rules! with_common {
    ($($own:ident),*) => {
        &[
            $(&$crate::kinds::verbs::$own,)*
            &$crate::kinds::verbs::LABEL,
            &$crate::kinds::verbs::ANNOTATE,
            &$crate::kinds::verbs::DELETE,
        ]
    };
}
pub(crate) use with_common;

/// Those of a kind that has none of its own.
pub static COMMON: &[&Verb] = with_common![];

/// What objects have that Flux reconciles.
pub static RECONCILED: &[&Verb] = with_common![RECONCILE, SUSPEND_OBJECT, RESUME_RECONCILED];
/// The same for a release of Helm that Flux makes.
pub static RELEASED: &[&Verb] = with_common![RECONCILE_RELEASE, SUSPEND_OBJECT, RESUME_RECONCILED];
/// What objects have whose controller leaves them alone while `spec.suspend` is set.
pub static SUSPENDED: &[&Verb] = with_common![SUSPEND_OBJECT, RESUME_OBJECT];
/// The same for `spec.paused`.
pub static PAUSED: &[&Verb] = with_common![PAUSE_OBJECT, UNPAUSE_OBJECT];
/// What objects have that can be scaled.
pub static SCALED: &[&Verb] = with_common![SCALE];
/// What objects have that can be scaled or paused.
pub static SCALED_OR_PAUSED: &[&Verb] = with_common![SCALE, PAUSE_OBJECT, UNPAUSE_OBJECT];
/// What experiments of Chaos Mesh have.
pub static DISTURBING: &[&Verb] = with_common![PAUSE_CHAOS, UNPAUSE_CHAOS];
/// What queues of Kueue have.
pub static QUEUED: &[&Verb] = with_common![HOLD_QUEUE, RELEASE_QUEUE];
/// What workloads of Kueue have.
pub static ADMITTED: &[&Verb] = with_common![DEACTIVATE, ACTIVATE];

/// Every verb with the family whose objects it is for, each once: those of the families, then those that only kinds have.
pub fn all() -> Vec<(&'static Family, &'static Verb)> {
    let of_families = FAMILIES.iter().flat_map(|family| family.verbs.iter().map(|verb| (*family, *verb)));
    let of_kinds = super::all().flat_map(|kind| kind.0.verbs.iter().map(move |verb| (kind.0.family, *verb)));
    let mut all: Vec<(&'static Family, &'static Verb)> = Vec::new();
    for (family, verb) in of_families.chain(of_kinds) {
        if all.iter().all(|(_, known)| *known != verb) {
            all.push((family, verb));
        }
    }
    all
}

/// Other words for verbs of this name.
pub fn aliases(name: &str) -> impl Iterator<Item = &'static str> {
    ALIASES.iter().filter(move |(_, known)| *known == name).map(|(alias, _)| *alias)
}

/// Some verb of this name; a kind may have its [`own`].
pub fn named(name: &str) -> Option<&'static Verb> {
    let name = ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, name)| name);
    FAMILIES.iter().flat_map(|family| family.verbs).find(|verb| verb.name == name).copied()
}

/// The families that have a verb of this name.
pub fn families(name: &str) -> impl Iterator<Item = &'static Family> {
    FAMILIES.iter().filter(move |family| family.verbs.iter().any(|verb| verb.name == name)).copied()
}

/// What a name means for a kind.
pub fn own(kind: KindRef, name: &str) -> Option<&'static Verb> {
    kind.0.verbs.iter().find(|verb| verb.name == name).copied()
}

/// What most verbs have in common.
const PLAIN: Verb = Verb {
    name: "",
    help: "",
    words: Words::new("", "", ""),
    risky: false,
    right: Right::to("patch"),
    prefetch: Prefetch::Nothing,
    params: nothing,
    typed: pairs,
    flags: &[],
    changes: None,
    act: delete::ACT,
    until: Until::Told,
    named: |_, _, typed| Ok(typed.clone()),
    preview: |_, _, _| Vec::new(),
    undo: |_, _, _| None,
    shell_lines: |_, _, _| Vec::new(),
};

pub static DELETE: Verb = Verb {
    name: "delete",
    help: "delete the object",
    words: Words::new("delete", "deleting", "deleted"),
    risky: true,
    right: Right::to("delete"),
    params: delete::params,
    flags: delete::FLAGS,
    act: delete::ACT,
    until: Until::Gone,
    shell_lines: delete::kubectl,
    ..PLAIN
};

pub static KILL: Verb = Verb {
    name: "kill",
    help: "delete the pod with 1 second of grace",
    words: Words::new("kill", "killing", "killed"),
    risky: true,
    right: Right::to("delete"),
    act: delete::KILL,
    until: Until::Gone,
    shell_lines: delete::kubectl_kill,
    ..PLAIN
};

pub static SCALE: Verb = Verb {
    name: "scale",
    help: "change the number of replicas",
    words: Words::new("scale", "scaling", "").done_as(|args| format!("scaled to {}", args.text("replicas"))),
    right: Right { verb: "patch", sub: "scale", of: None },
    prefetch: Prefetch::Subresource("scale"),
    params: workloads::replicas,
    typed: workloads::typed_replicas,
    flags: &[Flag::new("replicas", Form::Number, "N", "how many there should be").required()],
    act: workloads::SCALE,
    preview: workloads::preview_scale,
    until: Until::Ready,
    shell_lines: workloads::kubectl_scale,
    ..PLAIN
};

pub static RESTART: Verb = Verb {
    name: "restart",
    help: "replace all pods, with the rollout strategy",
    words: Words::new("restart", "restarting", "restarted"),
    act: workloads::RESTART,
    until: Until::Ready,
    shell_lines: workloads::kubectl_restart,
    ..PLAIN
};

pub static IMAGE: Verb = Verb {
    name: "image",
    help: "change the images of the containers",
    words: Words::new("set the image of", "changing the image of", "has a new image"),
    prefetch: Prefetch::Object,
    params: workloads::images,
    changes: Some(Changes { form: "CONTAINER=IMAGE", is: sets }),
    act: workloads::IMAGE,
    preview: workloads::preview_image,
    until: Until::Ready,
    shell_lines: workloads::kubectl_image,
    ..PLAIN
};

pub static SHIFT: Verb = Verb {
    name: "shift",
    help: "change the weights of the backends: 75 25, or 2=10 for one share",
    words: Words::new("shift the weights of", "shifting the weights of", "has new weights; :undo reverts them"),
    prefetch: Prefetch::Object,
    params: mesh::params,
    typed: mesh::typed,
    changes: Some(Changes { form: "WEIGHT|N=SHARE", is: mesh::is_weight }),
    named: mesh::named,
    act: mesh::SHIFT,
    preview: mesh::preview,
    undo: mesh::undo,
    ..PLAIN
};

pub static CORDON: Verb = Verb {
    name: "cordon",
    help: "mark the node unschedulable: no new pods",
    words: Words::new("cordon", "cordoning", "cordoned"),
    act: nodes::CORDON,
    shell_lines: |_, names, _| nodes::kubectl("cordon", names),
    ..PLAIN
};

pub static UNCORDON: Verb = Verb {
    name: "uncordon",
    help: "mark the node schedulable again",
    words: Words::new("uncordon", "uncordoning", "uncordoned"),
    act: nodes::UNCORDON,
    shell_lines: |_, names, _| nodes::kubectl("uncordon", names),
    ..PLAIN
};

pub static TRIGGER: Verb = Verb {
    name: "trigger",
    help: "run the job of the cron job now",
    words: Words::new("trigger", "triggering", "triggered"),
    right: Right { verb: "create", sub: "", of: Some(("batch", "jobs")) },
    act: cron::TRIGGER,
    shell_lines: cron::kubectl_trigger,
    ..PLAIN
};

pub static SUSPEND: Verb = Verb {
    name: "suspend",
    help: "suspend the cron job, or resume it",
    words: Words::new("", "changing", "").asked_as(cron::ask).done_as(cron::done),
    params: cron::params,
    typed: cron::typed,
    act: cron::SUSPEND,
    shell_lines: cron::kubectl_suspend,
    ..PLAIN
};

pub static RESUME: Verb = Verb {
    name: "resume",
    help: "resume the suspended cron job",
    words: Words::new("resume", "resuming", "resumed"),
    act: cron::RESUME,
    shell_lines: cron::kubectl_resume,
    ..PLAIN
};

pub static REFRESH: Verb = Verb {
    name: "refresh",
    help: "compare the application with its repository again",
    words: Words::new("refresh", "refreshing", "").done_as(argo::done),
    params: argo::depths,
    typed: argo::typed_depth,
    flags: argo::DEPTH,
    act: argo::REFRESH,
    until: Until::Empties("REFRESH"),
    shell_lines: argo::kubectl_refresh,
    ..PLAIN
};

pub static REFRESH_SET: Verb = Verb {
    name: "refresh",
    help: "generate the applications again",
    words: Words::new("refresh", "refreshing", "refreshed"),
    act: argo::REFRESH_SET,
    shell_lines: argo::kubectl_refresh_set,
    ..PLAIN
};

pub static SYNC: Verb = Verb {
    name: "sync",
    help: "make the cluster as the repository says",
    words: Words::new("sync", "syncing", "")
        .done_as(|args| if args.is_on("dry") { "would sync".to_owned() } else { "synced".to_owned() }),
    risky: true,
    prefetch: Prefetch::Object,
    params: argo::choices,
    typed: argo::typed_choices,
    flags: argo::CHOICES,
    act: argo::SYNC,
    preview: argo::preview_sync,
    until: Until::Ends { column: "OPERATION", well: &["Succeeded"], badly: &["Failed", "Error"] },
    ..PLAIN
};

pub static TERMINATE: Verb = Verb {
    name: "terminate",
    help: "end the operation of the application that runs",
    words: Words::new("terminate the operation of", "terminating the operation of", "has no operation any more"),
    act: argo::TERMINATE,
    until: Until::Ends { column: "OPERATION", well: &["Succeeded", "Failed", "Error"], badly: &[] },
    shell_lines: argo::kubectl_terminate,
    ..PLAIN
};

pub static RECONCILE: Verb = Verb {
    name: "reconcile",
    help: "let the controller of Flux look at it now",
    words: Words::new("reconcile", "reconciling", "reconciled"),
    act: flux::RECONCILE,
    until: RECONCILED_OR_FAILED,
    ..PLAIN
};

pub static RECONCILE_RELEASE: Verb = Verb {
    name: "reconcile",
    help: "let the controller of Flux look at the release now",
    words: Words::new("reconcile", "reconciling", "").done_as(flux::done),
    params: flux::params,
    typed: flux::typed,
    flags: flux::FLAGS,
    act: flux::RECONCILE_RELEASE,
    until: RECONCILED_OR_FAILED,
    ..PLAIN
};

/// The wide column of kinds of Flux that tells what became of the last request.
const RECONCILED_OR_FAILED: Until = Until::Ends { column: "RECONCILE", well: &["done"], badly: &["failed"] };

const SUSPENDING: Verb = Verb {
    name: "suspend",
    help: "let the controller leave it alone until it is resumed",
    words: Words::new("suspend", "suspending", "suspended"),
    act: suspend::SUSPEND,
    ..PLAIN
};
const RESUMING: Verb = Verb {
    name: "resume",
    help: "let the controller look after it again",
    words: Words::new("resume", "resuming", "resumed"),
    act: suspend::RESUME,
    ..PLAIN
};

pub static SUSPEND_OBJECT: Verb = SUSPENDING;
pub static RESUME_OBJECT: Verb = RESUMING;

pub static RESUME_RECONCILED: Verb = Verb { act: flux::RESUME, until: RECONCILED_OR_FAILED, ..RESUMING };

pub static PAUSE_OBJECT: Verb = Verb { act: suspend::PAUSE, ..SUSPENDING };
pub static UNPAUSE_OBJECT: Verb = Verb { act: suspend::UNPAUSE, ..RESUMING };

pub static PAUSE_CHAOS: Verb =
    Verb { help: "end the disturbance until it is resumed", act: suspend::PAUSE_CHAOS, ..SUSPENDING };
pub static UNPAUSE_CHAOS: Verb = Verb { help: "disturb again", act: suspend::UNPAUSE_CHAOS, ..RESUMING };

pub static HOLD_QUEUE: Verb =
    Verb { help: "admit no more workloads until the queue is resumed", act: suspend::HOLD, ..SUSPENDING };
pub static RELEASE_QUEUE: Verb = Verb { help: "admit workloads again", act: suspend::RELEASE, ..RESUMING };

pub static DEACTIVATE: Verb = Verb {
    help: "evict the workload and queue it no more until it is resumed",
    risky: true,
    act: suspend::DEACTIVATE,
    ..SUSPENDING
};
pub static ACTIVATE: Verb = Verb { help: "queue the workload again", act: suspend::ACTIVATE, ..RESUMING };

pub static LABEL: Verb = Verb {
    name: "label",
    help: "set labels (k=v) and remove them (k-)",
    words: Words::new("label", "labelling", "labelled"),
    params: metadata::params,
    typed: metadata::typed,
    changes: Some(metadata::CHANGES),
    act: metadata::LABEL,
    shell_lines: |kind, names, args| metadata::kubectl("label", kind, names, args),
    ..PLAIN
};

pub static ANNOTATE: Verb = Verb {
    name: "annotate",
    help: "set annotations (k=v) and remove them (k-)",
    words: Words::new("annotate", "annotating", "annotated"),
    params: metadata::params,
    typed: metadata::typed,
    changes: Some(metadata::CHANGES),
    act: metadata::ANNOTATE,
    shell_lines: |kind, names, args| metadata::kubectl("annotate", kind, names, args),
    ..PLAIN
};

fn nothing(_: &Object, _: Option<&Value>) -> Vec<Param> {
    Vec::new()
}

/// `web=nginx:1`
fn sets(word: &str) -> bool {
    word.find('=').is_some_and(|at| at > 0)
}

/// `grace=5 force`: a name and its value, or a name that is switched on.
fn pairs(words: &str) -> Result<Args> {
    let pair = |word: &str| match word.split_once('=') {
        Some((name, value)) => (name.to_owned(), value.to_owned()),
        None => (word.to_owned(), "true".to_owned()),
    };
    let words = text::words(words)?;
    Ok(words.iter().map(|word| pair(word)).fold(Args::default(), |args, (name, value)| args.with(name, value)))
}

/// `deployment/web`, as kubectl takes it.
fn full(kind: &crate::model::Kind, name: &str) -> String {
    format!("{}/{name}", kind.resource())
}

fn words<const N: usize>(words: [&str; N]) -> Vec<String> {
    words.map(str::to_owned).to_vec()
}

fn number(text: &str, what: &str) -> Result<u32> {
    let number = text.parse().ok().filter(|number| *number <= i32::MAX as u32);
    number.ok_or_else(|| Error::Invalid(format!("{what} must be a whole number from 0, not '{text}'")))
}

#[cfg(test)]
mod tests;
