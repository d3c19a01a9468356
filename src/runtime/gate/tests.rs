use std::path::PathBuf;
use std::sync::Mutex;

use serde_json::json;
use tokio::sync::mpsc::channel;

use super::*;
use crate::app::keymap::Keymap;
use crate::app::settings::Settings;
use crate::app::{Place, State};
use crate::config::{Config, Guard};
use crate::kinds;
use crate::model::{Patch, SessionId, Str, Time};
use crate::random::Random;
use crate::theme::Theme;

const AT: SourceId = SourceId(1);

/// A server that accepts everything and remembers its requests.
#[derive(Default)]
struct Agreeing {
    asked: Mutex<Vec<String>>,
    fails: Option<Error>,
}

impl Source for Agreeing {
    fn open(&self, _: Query, _: Option<Version>) -> BoxStream<'static, Result<Delta>> {
        stream::empty().boxed()
    }

    fn call(&self, request: Request) -> BoxFuture<'static, Result<Reply>> {
        self.asked.lock().unwrap().push(request.what.verb().to_owned());
        let body = json!({"metadata": {"resourceVersion": "7", "name": request.id.name.as_str()}});
        let fails = self.fails.clone().filter(|_| request.what.writes());
        future::ready(fails.map_or(Ok(Reply { body, warnings: Vec::new() }), Err)).boxed()
    }

    fn session(&self, _: Query, _: Receiver<Input>) -> BoxStream<'static, Result<Delta>> {
        self.asked.lock().unwrap().push("session".to_owned());
        stream::iter([Ok(Delta::Output("x".into())), Ok(Delta::Done(End::Code(5)))]).boxed()
    }
}

struct Scene {
    gate: Gate,
    source: Arc<Agreeing>,
    policy: Policy,
    path: PathBuf,
}

impl Scene {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("spyhop-gate-{name}-{}", std::process::id())).join("audit.jsonl");
        let _ = std::fs::remove_file(&path);
        Self::at(path, Agreeing::default())
    }

    fn at(path: PathBuf, source: Agreeing) -> Self {
        let gate = Gate::new(Audit::new(Some(path.clone())), &[]);
        Self { gate, source: Arc::new(source), policy: open(), path }
    }

    fn call(&self, what: What) -> Result<Reply> {
        self.send(Request::new(id(), what))
    }

    fn send(&self, request: Request) -> Result<Reply> {
        self.gate.obey(&self.policy);
        futures::executor::block_on(self.gate.call(self.source.clone(), request))
    }

    /// The requests since the last call.
    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.source.asked.lock().unwrap())
    }

    /// The verb and the outcome of each line.
    fn lines(&self) -> Vec<(String, String)> {
        let text = std::fs::read_to_string(&self.path).unwrap_or_default();
        let word = |line: &Value, key: &str| line[key].as_str().unwrap().to_owned();
        let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines.map(|line| (word(&line, "verb"), word(&line, "outcome"))).collect()
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        if let Some(dir) = self.path.parent().filter(|dir| dir.starts_with(std::env::temp_dir())) {
            let _ = std::fs::remove_dir_all(dir);
        }
    }
}

/// A policy that allows all writes.
fn open() -> Policy {
    let mut policy = Policy::default();
    policy.guard(AT, "here", Guard::default());
    policy
}

fn id() -> Id {
    Id::new(AT, kinds::named("configmaps").unwrap(), "shop", "web")
}

fn patch() -> What {
    What::Patch(Box::new(Patch::Merge(json!({"data": {"password": "hunter2-canary"}}))))
}

fn made() -> What {
    What::Create(Box::new(json!({"metadata": {"name": "web"}})))
}

fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(verb, outcome)| ((*verb).to_owned(), (*outcome).to_owned())).collect()
}

#[test]
fn a_write_is_one_request() {
    let scene = Scene::new("get");
    scene.call(patch()).unwrap();
    scene.call(What::Get).unwrap();
    scene.send(Request::new(id(), patch()).dry()).unwrap();
    scene.call(made()).unwrap();
    assert_eq!(scene.asked(), ["patch", "get", "patch", "create"]);
}

#[test]
fn whole_objects_need_the_version_they_were_read_at() {
    let scene = Scene::new("version");
    let replace = |version: &str| What::Replace(Box::new(json!({"metadata": {"resourceVersion": version}})));
    assert!(matches!(scene.call(replace("")), Err(Error::Invalid(_))));
    assert!(matches!(scene.call(What::Replace(Box::new(json!({})))), Err(Error::Invalid(_))));
    assert!(scene.asked().is_empty());
    scene.call(replace("7")).unwrap();
    assert_eq!(scene.asked(), ["update"]);
}

#[test]
fn what_is_refused_reaches_no_server_and_is_recorded() {
    let mut scene = Scene::new("refused");
    scene.policy.read_only = true;
    assert!(matches!(scene.call(patch()), Err(Error::Denied(_))));
    assert!(scene.asked().is_empty());
    assert_eq!(scene.lines(), pairs(&[("patch", "refused")]));
}

#[test]
fn what_cannot_be_recorded_does_not_go_out() {
    let scene = Scene::at("/dev/null/audit.jsonl".into(), Agreeing::default());
    let error = scene.call(made()).unwrap_err();
    assert!(error.text().starts_with("nothing was sent"), "{error}");
    assert!(scene.asked().is_empty());
    let pieces = session(&scene);
    assert!(matches!(pieces.as_slice(), [Err(Error::Denied(_))]));
    assert!(scene.asked().is_empty());
}

#[test]
fn a_write_is_sent_once_and_recorded_without_bodies_and_words_of_the_server() {
    let failing = Agreeing { fails: Some(Error::Lost("hunter2-canary is lost".into())), ..Agreeing::default() };
    let scene = Scene::at(Scene::new("once").path.clone(), failing);
    let error = scene.call(patch()).unwrap_err();
    assert!(error.text().contains("it may have worked anyway"), "{error}");
    assert_eq!(scene.asked(), ["patch"]);
    assert_eq!(scene.lines(), pairs(&[("patch", "sent"), ("patch", "offline")]));
    assert!(!std::fs::read_to_string(&scene.path).unwrap().contains("canary"));
}

fn session(scene: &Scene) -> Vec<Result<Delta>> {
    let query = Query::Session { session: SessionId(1), id: id(), container: Str::new(), reach: Reach::Shell };
    let (_input, output) = channel(1);
    scene.gate.obey(&scene.policy);
    let pieces = scene.gate.session(scene.source.as_ref(), &query, output);
    futures::executor::block_on(pieces.collect())
}

#[test]
fn sessions_are_recorded_from_start_to_end() {
    let mut scene = Scene::new("session");
    assert_eq!(session(&scene).len(), 2);
    assert_eq!(scene.lines(), pairs(&[("shell", "sent"), ("shell", "ended with 5")]));
    scene.policy.read_only = true;
    assert!(matches!(session(&scene).as_slice(), [Err(Error::Denied(_))]));
    assert_eq!(scene.lines()[2], ("shell".to_owned(), "refused".to_owned()));
    assert_eq!(scene.asked(), ["session"]);
}

#[test]
fn a_session_that_is_left_is_recorded_too() {
    let scene = Scene::new("left");
    let query = Query::Session { session: SessionId(1), id: id(), container: Str::new(), reach: Reach::Attach };
    let (_input, output) = channel(1);
    scene.gate.obey(&scene.policy);
    drop(scene.gate.session(scene.source.as_ref(), &query, output));
    assert_eq!(scene.lines(), pairs(&[("attach", "sent"), ("attach", "left")]));
}

#[test]
fn a_place_without_rules_is_not_written_to() {
    let mut scene = Scene::new("rules");
    scene.policy = Policy::default();
    assert!(matches!(scene.call(patch()), Err(Error::Denied(_))));
    assert!(matches!(session(&scene).as_slice(), [Err(Error::Denied(_))]));
    assert!(scene.asked().is_empty());
    scene.call(What::Get).unwrap();
}

/// As many writes as allowed are under way, and one more waits. Then the policy changes.
#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_judged_again_when_it_leaves() {
    for changed in [Policy::new(true, false), Policy::default()] {
        let scene = Scene::new("queue");
        scene.gate.obey(&scene.policy);
        let busy = scene.gate.0.room.acquire_many(AT_ONCE as u32).await.unwrap();
        let mut waiting = scene.gate.call(scene.source.clone(), Request::new(id(), patch()));
        assert!(futures::poll!(&mut waiting).is_pending());
        scene.gate.obey(&changed);
        drop(busy);
        assert!(matches!(waiting.await, Err(Error::Denied(_))));
        assert!(scene.asked().is_empty());
        assert_eq!(scene.lines(), pairs(&[("patch", "refused")]));
    }
}

/// The meaning of a configuration file, as far as this test needs it. It is computed by rules of its own, not by those
/// of the program.
#[derive(Clone, Copy, Default, PartialEq)]
struct Said {
    held: bool,
    read_only: bool,
    protects: bool,
}

impl Said {
    fn allows(self, namespace: &str) -> bool {
        let shielded = self.protects && namespace == "pay";
        !self.held && !self.read_only && !shielded
    }

    /// The file is saved, broken or removed. Returns what the program then reads and what then holds.
    fn next(self, random: &mut Random) -> (Settings, Self) {
        let mut settings = Settings::default();
        let broken = Error::Invalid("config.toml, line 1, column 1: what is this?".into());
        match random.below(5) {
            0 => settings.problems.push(broken),
            1 => settings.config = Some(Config::default()),
            _ => {
                let [read_only, protects] = [0, 1].map(|_| random.below(2) == 0);
                let names = if protects { "['pay']" } else { "[]" };
                let text = format!("read_only = {read_only}\n[[context]]\nmatch = '*'\nprotected = {names}\n");
                settings.config = Some(Config::parse("config.toml", &text).unwrap());
                return (settings, Self { held: false, read_only, protects });
            }
        }
        let holds = Self { held: self.held || settings.config.is_none(), ..self };
        (settings, holds)
    }
}

/// The file changes its meaning, becomes unreadable or disappears while writes wait to be sent.
#[tokio::test(flavor = "multi_thread")]
async fn whatever_the_file_does_nothing_leaves_that_it_forbids() {
    let given = std::env::var("SPYHOP_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed: u64 = given.unwrap_or_else(|| jiff::Timestamp::now().as_nanosecond() as u64) | 1;
    println!("SPYHOP_SEED={seed}");
    let mut random = Random(seed);
    let scene = Scene::new("walk");
    let (keymap, theme) = (Keymap::named("k9s").unwrap(), Theme::named("spyhop-dark").unwrap());
    let mut state = State::new(Time(0), (80, 24), keymap, theme);
    state.places.all.push(Place::new(AT, "prod", &kinds::kube::FAMILY));
    state.policy.regard(&state.places, &Config::default());
    let (mut said, mut sent, mut refused) = (Said::default(), 0, 0);
    for _ in 0..300 {
        let busy = scene.gate.0.room.acquire_many(AT_ONCE as u32).await.unwrap();
        let mut waiting = Vec::new();
        for _ in 0..random.below(3) {
            let (settings, next) = said.next(&mut random);
            state.adopt(settings);
            said = next;
            scene.gate.obey(&state.policy);
            let namespace = random.pick(&["shop", "pay"]);
            let request = Request::new(Id { namespace: namespace.into(), ..id() }, patch());
            let mut call = scene.gate.call(scene.source.clone(), request);
            match futures::poll!(&mut call) {
                std::task::Poll::Ready(answer) => {
                    assert!(answer.is_err() && !said.allows(namespace));
                    refused += 1;
                }
                std::task::Poll::Pending => {
                    assert!(said.allows(namespace));
                    waiting.push((namespace, call));
                }
            }
        }
        drop(busy);
        for (namespace, call) in waiting {
            let answer = call.await;
            assert_eq!(answer.is_ok(), said.allows(namespace), "{namespace}: {answer:?}");
            sent += usize::from(answer.is_ok());
            refused += usize::from(answer.is_err());
            assert_eq!(scene.asked().len(), usize::from(answer.is_ok()));
        }
    }
    assert!(sent > 10 && refused > 10, "{sent} sent, {refused} refused");
}

#[test]
fn what_is_inside_is_judged_by_the_policy_of_the_moment() {
    let scene = Scene::new("inside");
    let permit = Permit::default();
    assert!(permit.judge(AT, None).is_err(), "without a gate");
    scene.gate.grant(&permit);
    let judged = |policy: &Policy| {
        scene.gate.obey(policy);
        permit.judge(AT, Some("shop")).is_ok()
    };
    assert!(!judged(&open()));
    let mut looking = open();
    looking.look_inside(AT, true);
    assert!(judged(&looking));
    let mut read_only = looking.clone();
    read_only.read_only = true;
    assert!(!judged(&read_only));
    looking.hold(&Error::Invalid("config.toml, line 1".to_owned()));
    assert!(!judged(&looking));
}
