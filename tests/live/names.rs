//! What the policy judged is what the API server touched, by its own audit log, whatever stands as a name.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use spyhop::app::policy::Policy;
use spyhop::config::Config;
use spyhop::kinds;
use spyhop::model::{Id, Patch, Request, SourceId, What};

use crate::gate::{Door, Home, events, headless, log_lines, recorded, user};
use crate::random::Random;
use crate::servers::{kubectl, namespace};

const OPEN: &str = "names-open";
const SHIELDED: &str = "names-shielded";
const ROUNDS: usize = 600;

/// Names that are there, and what could turn them into others.
const PIECES: &[&str] = &[
    "names-open",
    "names-shielded",
    "web",
    "status",
    "/",
    "/",
    "%2F",
    "%2f",
    "%",
    ".",
    "..",
    "//",
    "?",
    "#",
    ";",
    "\\",
    " ",
    "é",
    "\u{0}",
    "\n",
    "&a=b",
    ":",
    "@",
    "*",
    "",
];

impl Random {
    /// One piece mostly, or some in a row.
    fn name(&mut self) -> String {
        let count = if self.below(3) == 0 { 1 + self.below(4) } else { 1 };
        (0..count).map(|_| PIECES[self.below(PIECES.len())]).collect()
    }
}

fn seed() -> u64 {
    let given = std::env::var("SPYHOP_SEED").ok().and_then(|seed| seed.parse().ok());
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos() as u64;
    let seed = given.unwrap_or(now) | 1;
    println!("SPYHOP_SEED={seed}");
    seed
}

fn shielding(at: SourceId) -> Policy {
    let config = format!("[[context]]\nmatch = '*'\nprotected = ['{SHIELDED}']\n");
    let mut policy = Policy::new(false, true);
    policy.guard(at, "rig", Config::parse("config.toml", &config).unwrap().guard("rig", kinds::kube::FAMILY.read_only));
    policy
}

/// Verb, resource, part, namespace and name.
type Touched = (String, String, String, String, String);

/// What the API server says that a user touched.
fn touched(user: &str) -> BTreeSet<Touched> {
    let word = |event: &Value, path: &str| event.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
    let all = log_lines(user).into_iter().map(|event| {
        let [resource, part, mut namespace, name] =
            ["resource", "subresource", "namespace", "name"].map(|key| word(&event, &format!("/objectRef/{key}")));
        // The server puts a namespace into itself.
        if resource == "namespaces" {
            namespace.clear();
        }
        (word(&event, "/verb"), resource, part, namespace, name)
    });
    all.collect()
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn the_server_touches_what_the_policy_judged_and_nothing_else() {
    let user = user("judged");
    for name in [OPEN, SHIELDED] {
        namespace(name);
        kubectl(&["create", "configmap", "web", "-n", name]);
    }
    let door = Door::new(&user);
    let policy = shielding(door.at);
    let (mut random, mut judged, mut sent) = (Random(seed()), BTreeSet::new(), 0);
    for _ in 0..ROUNDS {
        let kind =
            kinds::named(["configmaps", "secrets", "pods", "namespaces", "deployments"][random.below(5)]).unwrap();
        let place = if kind.address.namespaced { random.name() } else { String::new() };
        let id = Id::new(door.at, kind, place, random.name());
        let version = match kind.address.group {
            "" => kind.address.version.to_owned(),
            group => format!("{group}/{}", kind.address.version),
        };
        let body = json!({"apiVersion": version, "kind": kind.address.kind,
            "metadata": {"name": id.name.as_str(), "resourceVersion": "1"}});
        let note = json!({"metadata": {"annotations": {"names": "judged"}}});
        let what = match random.below(6) {
            0 => What::Create(Box::new(body)),
            1 => What::Replace(Box::new(body)),
            2 => What::Apply { body: Box::new(body), force: true },
            3 | 4 => What::Patch(Box::new(Patch::Merge(note))),
            _ => What::Delete { grace: None, propagation: None },
        };
        let scales = kind.name == "deployments" && matches!(what, What::Patch(_)) && random.below(2) == 0;
        let request = Request::new(id.clone(), what).on(if scales { "scale" } else { "" });
        // Only what is noted on an object is really written.
        let request = if matches!(request.what, What::Patch(_)) { request } else { request.dry() };
        let allowed = policy.request(&request).is_ok();
        let touches = [request.what.verb(), kind.address.plural, request.sub, id.namespace.as_str(), id.name.as_str()];
        let answer = door.call(&policy, request.clone());
        if allowed {
            sent += 1;
            judged.insert(touches.map(str::to_owned).into());
        } else {
            assert!(answer.is_err(), "{request:?}");
        }
    }
    assert!(sent > ROUNDS / 10, "only {sent} of {ROUNDS} may be sent");
    assert!(!recorded(&user).is_empty());
    let touched = touched(&user);
    let unjudged: Vec<_> = touched.difference(&judged).collect();
    assert!(unjudged.is_empty(), "the server touched what nobody judged: {unjudged:?}");
    assert!(touched.len() > 20, "only {} objects were touched", touched.len());
    for (verb, resource, _, place, name) in &touched {
        assert_ne!(verb, "deletecollection");
        assert!(
            place != SHIELDED && (resource != "namespaces" || name != SHIELDED),
            "{verb} {resource} {place} {name}"
        );
        assert!(!name.is_empty(), "{verb} {resource} in {place} without a name");
    }
    let note =
        |name: &str| kubectl(&["get", "configmap", "web", "-n", name, "-o", "jsonpath={.metadata.annotations.names}"]);
    assert_eq!(note(SHIELDED), "");
    println!("{sent} requests were allowed, {} objects were touched", touched.len());
    kubectl(&["delete", "namespace", OPEN, SHIELDED, "--wait=false"]);
}

/// Lines that once deleted a whole collection, or wrote past the guard.
#[test]
#[ignore = "needs the real servers: tests/run"]
fn a_crooked_name_on_the_command_line_reaches_nothing() {
    let user = user("crooked");
    let place = "names-crooked";
    namespace(place);
    for name in ["one", "two"] {
        kubectl(&["create", "configmap", name, "-n", place]);
    }
    let home = Home::new(&user, &format!("confirm = 'name'\n[[context]]\nmatch = '*'\nprotected = ['{place}']\n"));
    let open = Home::new(&format!("{user}-open"), "confirm = 'name'\n");
    for bad in ["", "/", "names-crooked/", "names-crooked//", "names-crooked/status", "names-crooked%2F", "..", "."] {
        for line in [
            vec!["delete", "cm", bad],
            vec!["delete", "secrets", bad],
            vec!["kill", "pods", bad],
            vec!["delete", "nodes", bad],
            vec!["delete", "ns", bad],
            vec!["label", "ns", bad, "x=y"],
            vec!["annotate", "cm", bad, "x=y"],
            vec!["scale", "deploy", bad, "--replicas", "3"],
            vec!["restart", "deploy", bad],
            vec!["set-image", "deploy", bad, "a=b"],
            vec!["trigger", "cronjob", bad],
        ] {
            let rest = ["-n", place, "--yes", "--confirm", bad];
            for home in [&home, &open] {
                let (done, said) = headless(&user, home, &[line.as_slice(), &rest].concat());
                assert!(!done, "{line:?}: {said}");
            }
        }
        let (done, said) = headless(&user, &open, &["delete", "cm", "one", "-n", bad, "--yes", "--confirm", "one"]);
        assert!(!done, "-n '{bad}': {said}");
    }
    assert_eq!(events(&user), Vec::<String>::new());
    let left = kubectl(&["get", "configmaps", "-n", place, "-o", "name"]);
    assert!(left.contains("configmap/one") && left.contains("configmap/two"), "{left}");
    kubectl(&["delete", "namespace", place, "--wait=false"]);
}
