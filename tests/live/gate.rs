//! What read-only and protection promise, counted in the API server's own audit log: no write and no session leaves,
//! whichever way it is asked for.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use futures::StreamExt;
use serde_json::{Value, json};
use spyhop::app::policy::Policy;
use spyhop::config::Config;
use spyhop::kinds::{self, verbs};
use spyhop::model::{
    Args, Delta, Error, Health, Id, KindRef, Object, Patch, Query, Reach, Reply, Request, Result, SessionId, SourceId,
    Str, Time, Uid, Verb, What,
};
use spyhop::runtime::audit::Audit;
use spyhop::runtime::gate::Gate;
use spyhop::source::kube::config::Flags;
use spyhop::source::{Connected, Environment, Source, connect};

use crate::servers::{kubeconfig, kubectl, limited};
use crate::terminal::Terminal;

/// Nobody else acts under this name.
pub fn user(test: &str) -> String {
    static TESTS: AtomicU32 = AtomicU32::new(0);
    format!("gate-{test}-{}-{}", std::process::id(), TESTS.fetch_add(1, Ordering::Relaxed))
}

/// What the API server recorded of a user: writes, and sessions however they are asked for. Reviews of one's own rights
/// are written as objects and change nothing.
pub fn recorded(user: &str) -> Vec<String> {
    let control = format!("{user}-control");
    let asked =
        ["create", "configmap", "gate-control", "-n", "default", "--dry-run=server", "--as-group=system:masters"];
    kubectl(&[asked.as_slice(), &["--as", &control]].concat());
    assert!(!events(&control).is_empty(), "the API server keeps no audit log: start it anew");
    events(user)
}

pub fn events(user: &str) -> Vec<String> {
    let word = |event: &Value, key: &str| event[key].as_str().unwrap_or_default().to_owned();
    let lines = log_lines(user).into_iter();
    let mut all: Vec<String> =
        lines.map(|event| format!("{} {}", word(&event, "verb"), word(&event, "requestURI"))).collect();
    all.dedup();
    all
}

/// The lines of the API server's audit log about a user, without reviews of one's own rights.
pub fn log_lines(user: &str) -> Vec<Value> {
    let log = PathBuf::from(kubeconfig()).ancestors().nth(2).unwrap().join("log/audit.jsonl");
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines = text.lines().filter(|line| line.contains(user));
    let lines = lines.map(|line| serde_json::from_str::<Value>(line).unwrap());
    let is_of = |event: &Value| {
        let word = |path: &str| event.pointer(path).and_then(Value::as_str).unwrap_or_default();
        let review = word("/objectRef/resource").starts_with("selfsubject");
        word("/impersonatedUser/username") == user && !review
    };
    lines.filter(is_of).collect()
}

/// The API server as `user` sees it.
pub struct Door {
    pub at: SourceId,
    source: Arc<dyn Source>,
    gate: Gate,
    runtime: tokio::runtime::Runtime,
    _connected: Connected,
}

impl Door {
    pub fn new(user: &str) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let flags = Flags {
            kubeconfig: Some(kubeconfig().into()),
            as_user: Some(user.to_owned()),
            as_groups: vec!["system:masters".to_owned()],
            ..Flags::default()
        };
        let connected = connect(&Environment { flags: &flags, env: &|_| None, prometheus: &|_| None });
        let at = connected.home().unwrap().id;
        let source = connected.sources.get(at).unwrap().clone();
        let path = std::env::temp_dir().join(format!("spyhop-{user}")).join("audit.jsonl");
        let gate = Gate::new(Audit::new(Some(path)), &[]);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { at, source, gate, runtime, _connected: connected }
    }

    pub fn call(&self, policy: &Policy, request: Request) -> Result<Reply> {
        self.gate.obey(policy);
        self.runtime.block_on(self.gate.call(self.source.clone(), request))
    }

    fn session(&self, policy: &Policy, id: Id, reach: Reach) -> Vec<Result<Delta>> {
        let query = Query::Session { session: SessionId(1), id, container: Str::new(), reach };
        let (_input, output) = tokio::sync::mpsc::channel(1);
        self.gate.obey(policy);
        let pieces = self.gate.session(self.source.as_ref(), &query, output);
        self.runtime.block_on(pieces.take(1).collect())
    }

    fn id(&self, kind: KindRef, namespace: &str) -> Id {
        let namespace = if kind.address.namespaced { namespace } else { "" };
        // Whatever is refused here is refused by its place: a protected namespace is protected itself, too.
        let name = if kind.name == "namespaces" { NAMESPACE } else { "web" };
        Id::new(self.at, kind, namespace, name)
    }
}

const NAMESPACE: &str = "gate-protected";

fn readonly() -> Policy {
    Policy::new(true, false)
}

/// Everything may be written.
pub fn open(at: SourceId) -> Policy {
    let mut policy = Policy::default();
    policy.guard(at, "rig", Config::default().guard("rig", kinds::kube::FAMILY.read_only));
    policy
}

/// The configuration protects a namespace, or all of the context; `--write` must not lift that.
fn protected(at: SourceId, what: &str) -> Policy {
    let text = format!("[[context]]\nmatch = '*'\nprotected = {what}\n");
    let mut policy = Policy::new(false, true);
    policy.guard(at, "rig", Config::parse("config.toml", &text).unwrap().guard("rig", kinds::kube::FAMILY.read_only));
    policy
}

fn object(id: &Id) -> Object {
    let (labels, owner, link) = (Str::from("list=/spec/http/0/route"), Str::new(), None);
    Object { id: id.clone(), uid: Uid::None, health: Health::Good, cells: Box::default(), labels, owner, link }
}

/// Arguments with which each verb has something to send.
fn args(verb: &Verb) -> Args {
    let given: &[(&str, &str)] = match verb.name {
        "image" => &[("app", "image:2")],
        "shift" => &[("%2", "50")],
        _ => &[("replicas", "3"), ("state", "suspend"), ("changes", "a=b")],
    };
    given.iter().fold(Args::default(), |args, (name, value)| args.with(*name, *value))
}

/// A body in which every verb finds what it looks for.
fn body() -> Value {
    let spec = json!({"containers": [{"name": "app", "image": "image:1"}]});
    let template = json!({"spec": spec});
    let route = json!([{"destination": {"host": "a"}, "weight": 90}, {"destination": {"host": "b"}, "weight": 10}]);
    json!({"apiVersion": "networking.istio.io/v1", "kind": "VirtualService",
        "metadata": {"uid": "u", "resourceVersion": "1"}, "spec": {
        "http": [{"route": route}],
        "containers": spec["containers"], "template": template, "jobTemplate": {"spec": {"template": template}}}})
}

/// The same for a verb that needs more than the others may find.
fn body_of(verb: &Verb) -> Value {
    let mut body = body();
    if verb.name == "terminate" {
        body["operation"] = json!({"sync": {}});
        body["status"]["operationState"] = json!({"phase": "Running"});
    }
    body
}

/// What each verb of a kind sends, and what editing and applying send.
fn requests(id: &Id) -> Vec<Request> {
    let mut all: Vec<Request> = Vec::new();
    for verb in id.kind.verbs {
        let request = verb.act.request(&object(id), &body_of(verb), &args(verb), Time(0));
        all.push(request.unwrap_or_else(|error| panic!("{verb:?} of {}: {error}", id.kind.name)));
    }
    let body = || {
        let mut body = body();
        body["metadata"]["name"] = id.name.as_str().into();
        Box::new(body)
    };
    for what in [
        What::Create(body()),
        What::Replace(body()),
        What::Apply { body: body(), force: true },
        What::Patch(Box::new(Patch::Json(json!([])))),
    ] {
        all.push(Request::new(id.clone(), what.clone()));
        all.push(Request::new(id.clone(), what).dry());
    }
    all
}

fn is_refused<T>(result: &Result<T>) -> bool {
    matches!(result, Err(Error::Denied(_)))
}

/// Everything that can be sent, straight to the gate.
fn nothing_leaves(door: &Door, policy: &Policy, namespaced_only: bool) -> usize {
    let mut tried = 0;
    for kind in kinds::all().filter(|kind| !kind.address.plural.is_empty()) {
        let id = door.id(kind, NAMESPACE);
        if namespaced_only && !kind.address.namespaced && kind.name != "namespaces" {
            continue;
        }
        for request in requests(&id) {
            let what = format!("{} {}", request.what.verb(), kind.name);
            assert!(is_refused(&door.call(policy, request)), "{what} was not refused");
            tried += 1;
        }
        let forward = Reach::Forward { address: "127.0.0.1".into(), local: 0, remote: 80 };
        for reach in [Reach::Shell, Reach::Attach, forward] {
            let pieces = door.session(policy, id.clone(), reach);
            assert!(pieces.first().is_some_and(is_refused), "a session with {} was not refused", kind.name);
            tried += 1;
        }
        for sub in ["exec", "attach", "portforward", "proxy"] {
            assert!(is_refused(&door.call(policy, Request::new(id.clone(), What::Get).on(sub))), "{sub}");
            tried += 1;
        }
    }
    tried
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn nothing_passes_the_gate_in_read_only_mode_or_where_it_is_protected() {
    let user = user("table");
    let door = Door::new(&user);
    let mut tried = nothing_leaves(&door, &readonly(), false);
    tried += nothing_leaves(&door, &protected(door.at, "true"), false);
    tried += nothing_leaves(&door, &protected(door.at, "['gate-*']"), true);
    assert!(tried > 500, "only {tried} were tried");
    assert_eq!(recorded(&user), Vec::<String>::new());
    // The same way with an open gate leaves its mark: the count above can be wrong.
    let kind = kinds::named("configmaps").unwrap();
    let open = door.call(
        &open(door.at),
        Request::new(
            door.id(kind, "default"),
            What::Create(Box::new(json!({"metadata": {"name": "web"}, "nosuch": 1}))),
        ),
    );
    assert!(open.is_err());
    assert_eq!(recorded(&user).len(), 1, "{:?}", recorded(&user));
    println!("{tried} writes and sessions tried, none arrived");
}

/// Directories of its own, with a configuration.
pub struct Home {
    dir: PathBuf,
}

impl Home {
    pub fn new(user: &str, config: &str) -> Self {
        let dir = std::env::temp_dir().join(format!("spyhop-home-{user}"));
        std::fs::create_dir_all(dir.join("config/spyhop")).unwrap();
        std::fs::write(dir.join("config/spyhop/config.toml"), config).unwrap();
        Self { dir }
    }

    pub fn env(&self) -> [(&'static str, String); 2] {
        let path = |name: &str| self.dir.join(name).display().to_string();
        [("XDG_CONFIG_HOME", path("config")), ("XDG_STATE_HOME", path("state"))]
    }

    fn terminal(&self, kubeconfig: &str, args: &[&str]) -> Terminal {
        let env = self.env();
        let env: Vec<(&str, &str)> = env.iter().map(|(name, value)| (*name, value.as_str())).collect();
        Terminal::with_env(kubeconfig, args, 120, 40, &env)
    }

    /// A document to apply.
    fn document(&self) -> String {
        let path = self.dir.join("document.yaml");
        std::fs::write(&path, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {a: b}\n").unwrap();
        path.display().to_string()
    }

    /// Everything that was written, in one text.
    fn written(&self) -> String {
        let mut text = String::new();
        let mut dirs = vec![self.dir.clone()];
        while let Some(dir) = dirs.pop() {
            for entry in std::fs::read_dir(dir).unwrap().flatten() {
                match entry.path() {
                    path if path.is_dir() => dirs.push(path),
                    path => text.push_str(&String::from_utf8_lossy(&std::fs::read(path).unwrap())),
                }
            }
        }
        text
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

/// Whether it went well, and what it said.
pub fn headless(user: &str, home: &Home, args: &[&str]) -> (bool, String) {
    let output = limited(env!("CARGO_BIN_EXE_spyhop"))
        .env("KUBECONFIG", kubeconfig())
        .envs(home.env())
        .args(args)
        .args(["--as", user, "--as-group", "system:masters"])
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

const COMMANDS: &[&str] = &[
    "delete pods web --yes",
    "delete deploy web --force --yes",
    "delete namespace gate-protected --yes",
    "delete deploy web --dry-run",
    "kill pods web --yes",
    "scale deploy web --replicas 3 --yes",
    "scale sts web --replicas 0 --yes",
    "restart deploy web --yes",
    "restart ds web --yes",
    "set-image deploy web app=image:2 --yes",
    "set-image pods web app=image:2 --yes",
    "trigger cronjob web --yes",
    "suspend cronjob web --yes",
    "resume cronjob web --yes",
    "label cm web a=b --yes",
    "annotate secrets web a=b c- --yes",
];

#[test]
#[ignore = "needs the real servers: tests/run"]
fn nothing_leaves_from_the_command_line() {
    let user = user("words");
    let home = Home::new(&user, "[[context]]\nmatch = '*'\nprotected = ['gate-*']\n");
    for line in COMMANDS {
        let words: Vec<&str> = line.split(' ').collect();
        let place = ["-n", NAMESPACE];
        let (done, said) = headless(&user, &home, &[&words, place.as_slice(), &["--write"]].concat());
        assert!(!done && said.contains("is protected: remove it from config.toml"), "{line}: {said}");
        let (done, said) = headless(&user, &home, &[&words, place.as_slice(), &["--readonly"]].concat());
        assert!(!done && said.contains("read-only"), "{line}: {said}");
    }
    let file = home.document();
    for (flag, refusal) in [("--write", "is protected: remove it"), ("--readonly", "read-only: start without")] {
        let (done, said) = headless(&user, &home, &["apply", "-f", &file, "-n", NAMESPACE, "--yes", flag]);
        assert!(!done && said.contains(refusal), "{said}");
    }
    let (done, said) = headless(&user, &home, &["cordon", "nodes", "fake-0", "--yes", "--readonly"]);
    assert!(!done && said.contains("read-only"), "{said}");
    assert_eq!(recorded(&user), Vec::<String>::new());
    let (done, said) = headless(&user, &home, &["label", "ns", "default", "gate-test-", "--yes"]);
    assert!(done, "{said}");
    assert_eq!(recorded(&user).len(), 1);
}

/// Kinds, and the keys and lines of their verbs.
pub type Keys = &'static [(&'static str, &'static [&'static str])];

const KEYS: Keys = &[
    ("deployments", &["\x04", "s", "r", "i", ":label a=b\r", ":annotate a=b\r", ":scale 3\r", ":delete\r"]),
    ("statefulsets", &["\x04", "s", "r", "i"]),
    ("daemonsets", &["\x04", "r", "i"]),
    ("pods", &["\x04", "\x0b", "i"]),
    ("cronjobs", &["\x04", "t", "s"]),
    ("configmaps", &["\x04", ":label a=b\r"]),
    ("secrets", &["\x04"]),
    ("routes", &["s"]),
];

/// Verbs that no command line has: a kind in the lists of keys, and the key.
const BY_KEY: &[(&str, &str, &str)] = &[
    ("shift", "routes", "s"),
    ("refresh", "applications", "r"),
    ("sync", "applications", "s"),
    ("terminate", "applications", "x"),
    ("reconcile", "kustomizations", ":reconcile\r"),
];

pub fn keys_are_refused(user: &str, home: &Home, flag: &str, refusal: &str, namespace: &str, all: Keys) {
    let kubeconfig = kubeconfig();
    let mut args = vec!["-n", namespace, "--as", user, "--as-group", "system:masters"];
    args.push(flag);
    let mut terminal = home.terminal(&kubeconfig, &args);
    // The badge of what may be written comes with what is served.
    terminal.until("what is served", 20, |text| text.contains("pods") && text.contains("v1."));
    for (kind, keys) in all {
        terminal.keys(&format!(":{kind}\r"));
        let here = format!("{namespace} › {kind}");
        terminal.until("rows", 15, |text| text.contains('▌') && text.contains(" live ") && text.contains(&here));
        for key in *keys {
            terminal.answers(key, refusal);
            // No question was asked that Esc would have to leave first.
            terminal.answers("\x1b", "nothing to go back to");
            terminal.answers(":acts\r", "nothing has been done yet");
            terminal.keys("\x1b");
            terminal.until("the table", 10, |text| text.contains('▌') && text.contains(&here));
        }
    }
    assert_eq!(terminal.quit(), 0);
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn nothing_leaves_by_key() {
    let user = user("keys");
    let home = Home::new(&user, "[[context]]\nmatch = '*'\nprotected = ['real']\n");
    keys_are_refused(&user, &home, "--readonly", "read-only: start without --readonly", "real", KEYS);
    keys_are_refused(&user, &home, "--write", "is protected: remove it from config.toml", "real", KEYS);
    assert_eq!(recorded(&user), Vec::<String>::new());
}

/// Shells, attaches and forwards, on a pod and on a container, by key.
#[test]
#[ignore = "needs the real servers: tests/run"]
fn no_session_begins_by_key() {
    let user = user("reach");
    let home = Home::new(&user, "[[context]]\nmatch = '*'\nprotected = ['real']\n");
    for (flag, refusal) in [("--readonly", "read-only: "), ("--write", "is protected")] {
        for line in ["pods", "containers"] {
            let args = ["-n", "real", "-c", line, "--as", user.as_str(), "--as-group", "system:masters", flag];
            let mut terminal = home.terminal(&kubeconfig(), &args);
            terminal.until("a row", 15, |text| text.contains('▌'));
            for key in ["s", "a", "F"] {
                terminal.answers(key, refusal);
                terminal.keys(":help\r");
                terminal.shows("› help", 5);
                terminal.keys("q");
                terminal.until("a row", 5, |text| text.contains('▌'));
            }
        }
    }
    assert_eq!(recorded(&user), Vec::<String>::new());
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn an_edit_and_an_apply_by_key_stop_at_the_gate() {
    let user = user("edits");
    for (flag, refusal) in [("--readonly", "read-only: start without"), ("--write", "real is protected")] {
        // Drafts of the one are not to be offered to the other.
        let home = Home::new(&format!("{user}{flag}"), "[[context]]\nmatch = '*'\nprotected = ['real']\n");
        let file = home.document();
        let args = ["-n", "real", "-c", "deployments", "--as", user.as_str(), "--as-group", "system:masters", flag];
        let mut terminal = home.terminal(&kubeconfig(), &args);
        terminal.until("rows", 15, |text| text.contains('▌') && text.contains("real › deployments"));
        terminal.shows("v1.", 20);
        terminal.answers(&format!(":apply {file}\r"), refusal);
        terminal.keys("\x1b");
        terminal.until("the table", 10, |text| text.contains('▌'));
        // Before anything is typed.
        terminal.answers("e", "to edit deployment");
        assert!(!terminal.text().contains("› edit"), "{}", terminal.text());
    }
    assert_eq!(recorded(&user), Vec::<String>::new());
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn a_broken_configuration_is_told_and_protects_everything() {
    let user = user("broken");
    let home = Home::new(&user, "[[context]]\nmatch = '*'\nprotectd = ['real']\n");
    let (done, said) = headless(&user, &home, &["delete", "pods", "web", "-n", "real", "--yes", "--write"]);
    assert!(!done && said.contains("line 3, column 1: there is no key 'protectd'"), "{said}");
    let terminal = home.terminal(&kubeconfig(), &["-n", "real", "--write"]);
    terminal.shows("there is no key 'protectd'", 10);
    assert_eq!(recorded(&user), Vec::<String>::new());
}

/// What holds while the file says one thing and another, and while nobody can tell what it says.
#[test]
#[ignore = "needs the real servers: tests/run"]
fn what_the_configuration_says_holds_at_once_also_for_what_runs() {
    let user = user("changes");
    let place = "gate-changes";
    crate::servers::namespace(place);
    crate::servers::apply(&SHELL.replace("NAMESPACE", place));
    kubectl(&["-n", place, "wait", "--for=condition=Ready", "pod/box", "--timeout=60s"]);
    let home = Home::new(&user, "ask_kill = true\n");
    let config = home.dir.join("config/spyhop/config.toml");
    let save = |text: &str| std::fs::write(&config, text).unwrap();
    let mut terminal = home.terminal(&kubeconfig(), &["-n", place]);
    terminal.until("a pod that may be written to", 20, |text| text.contains("Running") && text.contains(" RW"));
    terminal.keys("s");
    terminal.shows("/ #", 20);
    terminal.keys("echo be''fore\r");
    terminal.shows("before", 10);
    save("ask_kil = true\n");
    terminal.shows("there is no key 'ask_kil'", 10);
    terminal.answers("echo mean''while\r", "sessions take no input");
    assert!(!terminal.text().contains("meanwhile"));
    save("ask_kill = true\n");
    terminal.shows("reloaded", 10);
    terminal.keys("\recho be''hind\r");
    terminal.shows("behind", 10);
    save("read_only = true\n");
    terminal.shows("is read-only by config.toml", 10);
    terminal.until("the badge", 10, |text| text.contains(" RO"));
    terminal.keys("\x1d");
    terminal.until("the table", 10, |text| text.contains("Running"));
    terminal.answers("s", "is read-only by config.toml");
    #[cfg(unix)]
    {
        std::fs::remove_file(&config).unwrap();
        std::os::unix::fs::symlink(home.dir.join("gone.toml"), &config).unwrap();
        terminal.shows("could not read", 10);
        let (done, said) = headless(&user, &home, &["label", "pods", "box", "a=b", "-n", place, "--yes", "--write"]);
        assert!(!done && said.contains("fix this first"), "{said}");
    }
    kubectl(&["delete", "namespace", place, "--wait=false"]);
}

const SHELL: &str = r#"
apiVersion: v1
kind: Pod
metadata: {name: box, namespace: NAMESPACE}
spec:
  nodeName: rig-real
  terminationGracePeriodSeconds: 0
  containers:
  - {name: box, image: rig.local/busybox:1, imagePullPolicy: Never, command: [sleep, "3600"]}
"#;

#[test]
#[ignore = "needs the real servers: tests/run"]
fn planted_secrets_are_in_no_file_that_acts_wrote() {
    let user = user("canary");
    let home = Home::new(&user, "");
    kubectl(&["delete", "secret", "gate-canary", "-n", "default", "--ignore-not-found"]);
    kubectl(&["create", "secret", "generic", "gate-canary", "-n", "default", "--from-literal=password=hunter2-canary"]);
    let act = |args: &[&str]| {
        let (done, said) = headless(&user, &home, args);
        assert!(done, "{said}");
    };
    act(&["annotate", "secrets", "gate-canary", "note=hunter2-canary", "-n", "default", "--yes"]);
    act(&["label", "secrets", "gate-canary", "a=hunter2-canary", "-n", "default", "--yes"]);
    act(&["delete", "secrets", "gate-canary", "-n", "default", "--yes"]);
    let (done, said) =
        headless(&user, &home, &["label", "secrets", "gate-canary", "a=hunter2-canary!", "-n", "default", "--yes"]);
    assert!(!done, "{said}");
    let written = home.written();
    assert!(written.contains("gate-canary") && written.contains("\"outcome\":\"done\""), "{written}");
    for form in ["hunter2", "aHVudGVyMi1jYW5hcnk="] {
        assert!(!written.contains(form), "{form} was written:\n{written}");
    }
}

#[test]
fn verbs_are_all_tried_by_word() {
    let words: Vec<&str> = COMMANDS.iter().filter_map(|line| line.split(' ').next()).collect();
    for verb in verbs::ALL {
        let word = if verb.name == "image" { "set-image" } else { verb.name };
        let nodes = ["cordon", "uncordon"].contains(&word);
        let tried = |kind: &str, key: &str| {
            KEYS.iter()
                .chain(crate::argocd::KEYS)
                .chain(crate::landscape::KEYS)
                .any(|(known, keys)| *known == kind && keys.contains(&key))
        };
        let keys = BY_KEY.iter().any(|(verb, kind, key)| *verb == word && tried(kind, key));
        assert!(nodes || keys || words.contains(&word), "{word} is in no list above");
    }
}
