//! Applications of Argo CD, beside its own controller and kubectl.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use spyhop::kinds::{self, verbs};
use spyhop::model::{Args, Health, Id, Object, Reply, Request, Result, Str, Time, Uid, Verb, What};

use crate::gate::{Door, Home, Keys, events, keys_are_refused, open, recorded, user};
use crate::servers::{apply, cluster, get, kubeconfig, kubectl, spyhop};
use crate::terminal::Terminal;

const SERVER: &str = "https://kubernetes.default.svc";

/// Argo CD with its applications in every state.
fn argocd() {
    cluster(&["argocd"], &[]);
}

/// As kubectl tells it.
fn told(resource: &str) -> Value {
    serde_json::from_str(&kubectl(&["get", "-n", "argocd", resource, "-o", "json"])).unwrap()
}

fn until(what: &str, holds: impl Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(60), "{what} did not come true");
    }
}

/// An application of this test alone, and the namespace that it fills.
struct Application {
    name: &'static str,
}

impl Application {
    /// What a folder of the cluster's repository holds, in a namespace of its own.
    fn new(name: &'static str, folder: &str, project: &str, policy: Value) -> Self {
        let repository = told("application/web")["spec"]["source"]["repoURL"].clone();
        drop(Self { name });
        let spec = json!({"project": project, "source": {"repoURL": repository, "path": folder, "targetRevision": "main"},
            "destination": {"server": SERVER, "namespace": name}, "syncPolicy": policy});
        let body = json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": {"name": name, "namespace": "argocd"}, "spec": spec});
        apply(&body.to_string());
        Self { name }
    }

    fn body(&self) -> Value {
        told(&format!("application/{}", self.name))
    }

    fn until(&self, pointer: &str, wanted: &str) {
        let what = format!("{pointer} of {} is {wanted}", self.name);
        until(&what, || self.body().pointer(pointer).and_then(Value::as_str) == Some(wanted));
    }

    fn objects(&self, kind: &str) -> Vec<String> {
        let names = kubectl(&["get", kind, "-n", self.name, "-o", "name"]);
        names.lines().map(str::to_owned).collect()
    }
}

impl Drop for Application {
    fn drop(&mut self) {
        kubectl(&["delete", "application", self.name, "-n", "argocd", "--ignore-not-found", "--wait=true"]);
        kubectl(&["delete", "namespace", self.name, "--ignore-not-found", "--wait=true"]);
    }
}

/// A verb, as the program carries it out once somebody has agreed.
fn act(door: &Door, verb: &Verb, application: &Application, given: &[(&str, &str)]) -> Result<Reply> {
    let id = Id::new(door.at, kinds::named("applications").unwrap(), "argocd", application.name);
    let args = given.iter().fold(Args::default(), |args, (name, value)| args.with(*name, *value));
    let (labels, owner, link) = (Str::new(), Str::new(), None);
    let object =
        Object { id: id.clone(), uid: Uid::None, health: Health::Good, cells: Box::default(), labels, owner, link };
    let body = door.call(&open(door.at), Request::new(id, What::Get))?.body;
    door.call(&open(door.at), verb.act.request(&object, &body, &args, Time(0))?)
}

fn text<'a>(row: &'a Value, key: &str) -> &'a str {
    row[key].as_str().unwrap_or_default()
}

/// The keys and lines of what can be done to applications.
pub const KEYS: Keys =
    &[("applications", &["r", "s", "x", "\x04", ":sync prune\r", ":refresh hard\r", ":terminate\r"])];

#[test]
#[ignore = "needs the real servers: tests/run"]
fn nothing_leaves_by_key() {
    argocd();
    let user = user("argo-keys");
    let home = Home::new(&user, "[[context]]\nmatch = '*'\nprotected = ['argocd']\n");
    keys_are_refused(&user, &home, "--readonly", "read-only: start without --readonly", "argocd", KEYS);
    keys_are_refused(&user, &home, "--write", "is protected: remove it from config.toml", "argocd", KEYS);
    assert_eq!(recorded(&user), Vec::<String>::new());
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn an_application_that_was_made_again_is_not_synced() {
    argocd();
    let door = Door::new(&user("argo-again"));
    let application = Application::new("argo-again", "waiting", "default", json!(null));
    let kind = kinds::named("applications").unwrap();
    let id = Id { at: door.at, kind, namespace: "argocd".into(), name: application.name.into(), part: "".into() };
    let (labels, owner, health, link) = (Str::new(), Str::new(), Health::Unknown, None);
    let object = Object { id, uid: "another".into(), health, cells: Box::default(), labels, owner, link };
    let request = verbs::SYNC.act.request(&object, &application.body(), &Args::default(), Time(0)).unwrap();
    let told = door.call(&open(door.at), request).map(|_| ());
    assert!(told.as_ref().is_err_and(|error| error.text().starts_with("it is another one now")), "{told:?}");
    assert!(application.body()["operation"].is_null());
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn rows_are_what_kubectl_tells() {
    argocd();
    // Its controller writes all the time: what kubectl tells before and after the rows is what was there meanwhile.
    let applications = || told("applications")["items"].as_array().unwrap().clone();
    let end = Instant::now() + Duration::from_secs(60);
    let (bodies, rows) = loop {
        let (before, rows) = (applications(), get(&["applications", "-n", "argocd"]));
        if applications() == before {
            break (before, rows);
        }
        assert!(Instant::now() < end, "the applications never rest");
    };
    let rig = ["web", "behind", "waiting", "degraded", "hooked", "suspended", "broken", "held", "both"];
    for name in rig {
        let body = bodies.iter().find(|body| body["metadata"]["name"] == name).expect(name);
        let row = rows.iter().find(|row| row["name"] == name).unwrap_or_else(|| panic!("{name} has no row"));
        let status = &body["status"];
        for (title, pointer) in [
            ("SYNC", "/status/sync/status"),
            ("HEALTH", "/status/health/status"),
            ("OPERATION", "/status/operationState/phase"),
            ("PROJECT", "/spec/project"),
            ("LAST-SYNC", "/status/operationState/finishedAt"),
        ] {
            assert_eq!(
                text(row, title),
                body.pointer(pointer).and_then(Value::as_str).unwrap_or_default(),
                "{title} of {name}"
            );
        }
        let resources = status["resources"].as_array().cloned().unwrap_or_default();
        let outside = resources.iter().filter(|resource| resource["status"] == "OutOfSync").count();
        assert_eq!(row["OUT-OF-SYNC"], json!(outside), "{name}");
        let revision = status["sync"]["revision"].as_str().unwrap_or_default();
        assert!(name == "both" || text(row, "REVISION") == revision.get(..7).unwrap_or(revision), "{name}: {row}");
    }
    let health = |name: &str| {
        let row = rows.iter().find(|row| row["name"] == name).unwrap();
        (text(row, "health").to_owned(), text(row, "STATE").to_owned())
    };
    for (name, wanted, state) in [
        ("web", "good", "Healthy"),
        ("behind", "warn", "OutOfSync"),
        ("waiting", "warn", "Missing"),
        ("degraded", "bad", "Degraded"),
        ("hooked", "good", "Healthy"),
        ("suspended", "done", "Suspended"),
        ("broken", "bad", "ComparisonError"),
        ("held", "warn", "Missing"),
        ("both", "warn", "Missing"),
    ] {
        assert_eq!(health(name), (wanted.to_owned(), state.to_owned()), "{name}");
    }
    let projects = get(&["appproj", "-n", "argocd"]);
    let shop = projects.iter().find(|row| row["name"] == "shop").unwrap();
    assert_eq!((text(shop, "WINDOWS"), &shop["ROLES"]), ("1 allow, 1 deny", &json!(1)));
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn an_application_is_described_with_what_it_is_made_of() {
    argocd();
    let said = spyhop(&kubeconfig(), &["describe", "app/behind", "-n", "argocd"]);
    let said = String::from_utf8(said.stdout).unwrap();
    for resource in told("application/behind")["status"]["resources"].as_array().unwrap() {
        let line =
            said.lines().find(|line| line.contains(text(resource, "kind")) && line.contains(text(resource, "name")));
        assert!(line.is_some_and(|line| line.contains(text(resource, "status"))), "{resource}\n{said}");
    }
    let broken = spyhop(&kubeconfig(), &["describe", "app/broken", "-n", "argocd"]);
    assert!(String::from_utf8(broken.stdout).unwrap().contains("ComparisonError"));
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn a_refresh_is_done_by_the_controller() {
    argocd();
    let user = user("argo-refresh");
    let door = Door::new(&user);
    let application = Application::new("argo-refresh", "waiting", "default", json!(null));
    application.until("/status/sync/status", "OutOfSync");
    for mode in ["normal", "hard"] {
        let before = application.body()["status"]["reconciledAt"].clone();
        until("the clock goes on", || kubectl(&["get", "--raw", "/version"]).len() > 1 && before != now());
        act(&door, &verbs::REFRESH, &application, &[("mode", mode)]).unwrap();
        until("the controller has refreshed", || {
            let body = application.body();
            let notes = &body["metadata"]["annotations"]["argocd.argoproj.io/refresh"];
            notes.is_null() && body["status"]["reconciledAt"] != before
        });
    }
    let touched = events(&user);
    assert!(touched.iter().all(|event| event.contains("/applications/argo-refresh")), "{touched:?}");
}

/// The second in which this is, as the API writes it.
fn now() -> Value {
    jiff::Timestamp::from_second(jiff::Timestamp::now().as_second()).unwrap().to_string().into()
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn a_sync_changes_the_objects_and_touches_no_secret() {
    argocd();
    let user = user("argo-sync");
    let door = Door::new(&user);
    let options = json!({"syncOptions": ["CreateNamespace=true"]});
    let application = Application::new("argo-sync", "waiting", "default", options);
    application.until("/status/sync/status", "OutOfSync");
    let resources = application.body()["status"]["resources"].as_array().unwrap().clone();
    assert_eq!(resources.len(), 2, "{resources:?}");
    // A dry run changes nothing.
    act(&door, &verbs::SYNC, &application, &[("dry", "true")]).unwrap();
    application.until("/status/operationState/phase", "Succeeded");
    assert_eq!(application.objects("service"), Vec::<String>::new());
    // One of them, then all: what was chosen before must not limit what comes after it.
    act(&door, &verbs::SYNC, &application, &[("only", "Service/waiting")]).unwrap();
    until("one is there", || application.objects("service") == ["service/waiting"]);
    application.until("/status/operationState/phase", "Succeeded");
    assert_eq!(application.body()["status"]["sync"]["status"], "OutOfSync");
    act(&door, &verbs::SYNC, &application, &[]).unwrap();
    application.until("/status/sync/status", "Synced");
    let operation = application.body()["status"]["operationState"]["operation"].clone();
    assert_eq!(operation["initiatedBy"]["username"], "spyhop");
    assert!(operation["sync"]["resources"].is_null(), "{operation}");
    for resource in &resources {
        kubectl(&["get", text(resource, "kind"), text(resource, "name"), "-n", application.name]);
    }
    let touched = events(&user);
    assert!(touched.iter().all(|event| event.contains("/applications/argo-sync")), "{touched:?}");
    assert!(touched.iter().any(|event| event.starts_with("patch ")), "{touched:?}");
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn a_window_holds_a_sync_up() {
    argocd();
    let door = Door::new(&user("argo-window"));
    let windows = json!([{"kind": "deny", "schedule": "* * * * *", "duration": "1h", "applications": ["*"], "manualSync": false}]);
    let spec =
        json!({"sourceRepos": ["*"], "destinations": [{"namespace": "*", "server": "*"}], "syncWindows": windows});
    apply(&json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "AppProject", "metadata": {"name": "argo-window", "namespace": "argocd"}, "spec": spec}).to_string());
    let application = Application::new("argo-window", "waiting", "argo-window", json!(null));
    application.until("/status/sync/status", "OutOfSync");
    act(&door, &verbs::SYNC, &application, &[]).unwrap();
    application.until("/status/operationState/message", "Sync operation blocked by sync window");
    let again = act(&door, &verbs::SYNC, &application, &[]).map(|_| ());
    assert!(again.is_err_and(|error| error.text().contains("operation already")));
    let said = spyhop(&kubeconfig(), &["describe", "app/argo-window", "-n", "argocd"]);
    assert!(String::from_utf8(said.stdout).unwrap().contains("blocked by sync window"));
    act(&door, &verbs::TERMINATE, &application, &[]).unwrap();
    // The controller looks at the window first, so it ends nothing before that allows a sync.
    application.until("/status/operationState/phase", "Terminating");
    drop(application);
    kubectl(&["delete", "appproject", "argo-window", "-n", "argocd"]);
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn the_screen_syncs_after_a_question() {
    argocd();
    let options = json!({"syncOptions": ["CreateNamespace=true"]});
    let application = Application::new("argo-screen", "waiting", "default", options);
    application.until("/status/sync/status", "OutOfSync");
    let mut terminal = Terminal::sized(&kubeconfig(), &["-n", "argocd"], 120, 30);
    terminal.shows("pods", 15);
    terminal.typed(":apps argocd", "apps argocd");
    terminal.keys("\r");
    terminal.shows("argo-screen", 15);
    terminal.typed("/argo-screen", "argo-screen");
    terminal.keys("\r");
    terminal.keys("s");
    terminal.shows("resources are out of sync", 15);
    assert!(application.body()["operation"].is_null(), "nothing was agreed to");
    // The question begins on Cancel.
    terminal.keys("\t");
    terminal.writes();
    terminal.shows("argo-screen synced", 60);
    application.until("/status/sync/status", "Synced");
    assert_eq!(terminal.quit(), 0);
}
