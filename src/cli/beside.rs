//! Sources that are no clusters, without a screen: which kind and which of them are meant, and what is done there.

use std::cell::RefCell;
use std::io::{self, Write};

use futures::StreamExt;
use futures::future::join_all;

use super::act::{self, Door, Order};
use super::fleet::{self, chosen};
use super::get::{Aim, patiently};
use super::{Cli, GetArgs, KubeFlags, LogsArgs, aim, door, logs};
use crate::app::commands::logs::pods_of;
use crate::kinds::{self, verbs};
use crate::model::{
    Delta, Error, Family, Id, KindRef, Logs, Object, Place, Pods, Query, Result, Scope, Str, Value, Verb,
};
use crate::source::{Connected, PROVIDERS};

/// A kind of another family than that of clusters, and the object's name where that stands in the same word.
pub struct Subject {
    pub kind: KindRef,
    pub name: Option<String>,
}

/// The families of sources that are no clusters.
fn families() -> impl Iterator<Item = &'static Family> {
    PROVIDERS.iter().map(|provider| provider.family).filter(|family| !family.is_home)
}

/// Whether a kind is of one of these.
pub fn is_beside(kind: KindRef) -> bool {
    families().any(|family| kind.is_of(family))
}

/// What a word means, if it is about no cluster: `docker/containers`, `images`, `docker/containers/web`. Kinds of
/// clusters win where there is a cluster.
pub fn subject(word: &str, connected: &Connected) -> Option<Subject> {
    match connected.home() {
        Some(_) => subject_in(kinds::USUAL, word),
        None => families().find_map(|family| subject_in(family, word)),
    }
}

/// The same where only one family has such a verb.
pub fn subject_of(verb: &str, word: &str, connected: &Connected) -> Option<Subject> {
    let sole = verbs::sole_family(verb).filter(|family| !family.is_home);
    sole.map_or_else(|| subject(word, connected), |family| subject_in(family, word))
}

fn subject_in(family: &Family, word: &str) -> Option<Subject> {
    let kind = |word: &str| kinds::find_in(family, word, &[]).filter(|kind| is_beside(*kind));
    if let Some(kind) = kind(word) {
        return Some(Subject { kind, name: None });
    }
    // Names of images have slashes too: the first part that is a kind ends it.
    word.match_indices('/').find_map(|(at, _)| {
        let (kind, name) = (kind(&word[..at])?, word[at + 1..].to_owned());
        Some(Subject { kind, name: Some(name) })
    })
}

/// `get` on one place, or on several: `@A,@B`.
pub async fn get_from(
    args: &GetArgs,
    subject: Subject,
    flags: &KubeFlags,
    connected: &Connected,
    out: &mut impl Write,
) -> Result<()> {
    let Subject { kind, name } = subject;
    let names = args.name.as_deref().and_then(|name| name.strip_prefix('@'));
    let name = name.or_else(|| args.name.clone().filter(|_| names.is_none()));
    let args = GetArgs { kind: format!("{}/{}", kind.family.name, kind.name), name, ..args.clone() };
    fleet::get_over(&args, names, kind.family, flags, connected, out).await
}

/// `logs` of a container, or of what stands for several.
pub async fn logs_from(
    args: &LogsArgs,
    subject: &Subject,
    flags: &KubeFlags,
    connected: &Connected,
    out: &mut impl Write,
) -> Result<()> {
    let places = chosen(args.engine.as_deref(), subject.kind.family, connected)?;
    if args.container.is_some() {
        return Err(Error::Invalid("containers of an engine have no containers: omit -c".to_owned()));
    }
    let out = RefCell::new(out);
    let one = async |place: &Place, who: String| -> Result<()> {
        let aim = aim(place, flags, connected)?;
        let name = subject.name.as_deref().unwrap_or_default();
        let pods = match subject.kind.logs {
            Logs::Own => Pods { name: name.into(), ..Pods::default() },
            Logs::Linked => pods_of(&patiently(&aim, row(&aim, subject.kind, name)).await?)?.0,
        };
        logs::print_all(args, pods, &aim, &who, &mut Shared(&out)).await
    };
    let all = places.iter().map(|place| one(place, who(place, &places)));
    together(&places, join_all(all).await)
}

/// What several engines write to, each whole lines at a time.
struct Shared<'a, W>(&'a RefCell<W>);

impl<W: Write> Write for Shared<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.borrow_mut().flush()
    }
}

/// What lines begin with, where several places speak.
fn who(place: &Place, all: &[&Place]) -> String {
    if all.len() > 1 { format!("{} ", place.name) } else { String::new() }
}

/// One place's failure as it is; of several each is said, and they count as one.
fn together(places: &[&Place], all: Vec<Result<()>>) -> Result<()> {
    if let [_] = places {
        return all.into_iter().collect();
    }
    let (count, mut failed) = (all.len(), 0);
    for (place, result) in places.iter().zip(all) {
        if let Err(error) = result {
            failed += 1;
            writeln!(io::stderr(), "spyhop: {}: {error}", place.name).map_err(super::get::unwritten)?;
        }
    }
    match failed {
        0 => Ok(()),
        n => {
            let sort = places.first().map_or("", |place| place.family.sources);
            Err(Error::Invalid(format!("{n} of {count} {sort} failed")))
        }
    }
}

/// What `logs` is about, where that is no cluster's: `docker/web`, `docker/containers/web`, `projects/shop`. Without a
/// cluster a bare name is that of a container.
pub fn logged(word: &str, connected: &Connected) -> Option<Subject> {
    let first = |family: &'static Family, name: &str| {
        Some(Subject { kind: KindRef(family.first), name: Some(name.to_owned()) })
    };
    if let Some(subject) = subject(word, connected).filter(|subject| subject.name.is_some()) {
        return Some(subject);
    }
    let led = |family: &'static Family| word.strip_prefix(family.name)?.strip_prefix('/').map(|name| (family, name));
    match families().find_map(led) {
        Some((family, name)) => first(family, name),
        None if connected.home().is_none() && !word.contains('/') => first(families().next()?, word),
        None => None,
    }
}

/// A verb on objects of places that are no clusters.
pub async fn act_from(
    order: Order<'_>,
    subject: Subject,
    cli: &Cli,
    connected: &Connected,
    out: &mut impl Write,
) -> Result<()> {
    let Order { verb, args, act } = order;
    let kind = subject.kind;
    let own = verbs::own(kind, verb.name);
    let verb = own.ok_or_else(|| Error::Unsupported(format!("{} does not work on {}", verb.name, kind.name)))?;
    let (at, words): (Vec<&String>, Vec<&String>) = act.words.iter().partition(|word| word.starts_with('@'));
    let (changes, words): (Vec<&String>, Vec<&String>) = words.into_iter().partition(|word| word.contains('='));
    let names: Vec<String> = subject.name.into_iter().chain(words.into_iter().cloned()).collect();
    if names.is_empty() || names.iter().any(String::is_empty) {
        return Err(Error::Invalid(format!("name the {} to {}", kind.name, verb.name)));
    }
    let changes: Vec<String> = changes.into_iter().cloned().collect();
    let args = act::given(verb, args, &changes);
    if at.len() > 1 {
        return Err(Error::Invalid(format!("several {} are one word: @A,@B", kind.family.sources)));
    }
    let places = chosen(at.first().map(|word| word.trim_start_matches('@')), kind.family, connected)?;
    // Everything is known, allowed and agreed to in each place before anything is done in one.
    let mut tasks = Vec::new();
    for place in &places {
        let door = door(place, cli, connected)?;
        let found = meant(kind, &names, verb, &door).await.map_err(|error| match places.len() {
            1 => error,
            _ => Error::Invalid(format!("{}: {error}; nothing was done", door.context)),
        })?;
        tasks.push((door, found, who(place, &places)));
    }
    tasks.iter().try_for_each(|(door, found, _)| act::agreed(verb, &args, found, act, door))?;
    let out = RefCell::new(out);
    let one = async |(door, found, who): (Door, Vec<(Object, Value)>, String)| {
        act::done(verb, &args, found, act, &door, &who, &mut Shared(&out)).await
    };
    together(&places, join_all(tasks.into_iter().map(one)).await)
}

/// The objects of these names in one place, if they may be touched.
async fn meant(kind: KindRef, names: &[String], verb: &Verb, door: &Door) -> Result<Vec<(Object, Value)>> {
    let mut found = Vec::new();
    for name in names {
        let id = Id::new(door.at, kind, Str::new(), name.as_str());
        id.check().and_then(|()| door.policy.touch(&id, verb.name))?;
        let row = patiently(&door.aim(), row(&door.aim(), kind, name)).await?;
        found.push((row, Value::Null));
    }
    Ok(found)
}

/// The row of an object: it says what state the object is in, and bears its source's own id.
async fn row(place: &Aim<'_>, kind: KindRef, name: &str) -> Result<Object> {
    let scope = Scope::all().fields(format!("metadata.name={name}"));
    let mut answers = place.source.open(Query::List { at: place.at, kind, scope }, None);
    let mut found = None;
    while let Some(delta) = answers.next().await {
        match delta? {
            Delta::Upsert(object) if object.id.name == name => found = Some(object),
            Delta::Ready => break,
            _ => {}
        }
    }
    found.ok_or_else(|| Error::Gone(format!("{} \"{name}\" not found", kind.name)))
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use serde_json::json;

    use super::*;
    use crate::cli::Headless;
    use crate::source::docker::tests::canned::Canned;
    use crate::source::kube::config::Flags;
    use crate::source::{Environment, connect};

    fn connected(host: &str, cluster: bool) -> Connected {
        let env = |name: &str| match name {
            "DOCKER_HOST" => Some(host.to_owned()),
            "KUBECONFIG" => Some("/nonexistent".to_owned()),
            _ => None,
        };
        let server = cluster.then(|| "https://127.0.0.1:1".to_owned());
        let user = cluster.then(|| "nobody".to_owned());
        connect(&Environment { flags: &Flags { server, user, ..Flags::default() }, env: &env })
    }

    #[test]
    fn words_mean_engines_where_nothing_else_can_be_meant() {
        let meant = |word: &str, cluster: bool| {
            let subject = subject(word, &connected("unix:///nowhere.sock", cluster))?;
            Some((subject.kind.name, subject.name))
        };
        let named = |kind: &'static str, name: &str| Some((kind, Some(name.to_owned())));
        for (word, alone, beside) in [
            ("docker/containers", Some(("containers", None)), Some(("containers", None))),
            ("images", Some(("images", None)), Some(("images", None))),
            ("containers", Some(("containers", None)), None),
            ("containers/web", named("containers", "web"), None),
            ("docker/containers/web", named("containers", "web"), named("containers", "web")),
            ("images/reg/x:1", named("images", "reg/x:1"), named("images", "reg/x:1")),
            ("projects/shop", named("projects", "shop"), named("projects", "shop")),
            ("pods", None, None),
            ("deployments/web", None, None),
            ("", None, None),
        ] {
            assert_eq!(meant(word, false), alone, "{word} without a cluster");
            assert_eq!(meant(word, true), beside, "{word} beside a cluster");
        }
        let stopped = subject_of("stop", "containers", &connected("unix:///nowhere.sock", true));
        assert!(stopped.is_some(), "nothing else is stopped");
        assert!(subject_of("stop", "pods", &connected("unix:///nowhere.sock", true)).is_none());
    }

    async fn printed(line: &[&str], canned: &Canned) -> Result<String> {
        told(line, &connected(&format!("unix://{}", canned.socket.display()), false)).await
    }

    async fn told(line: &[&str], connected: &Connected) -> Result<String> {
        let cli = Cli::parse_from([&["spyhop"][..], line].concat());
        let mut out = Vec::new();
        match cli.command.as_ref().unwrap() {
            Headless::Get(args) => crate::cli::get_from(args, &cli.kube, connected, &mut out).await?,
            Headless::Logs(args) => crate::cli::logs_from(args, &cli.kube, connected, &mut out).await?,
            _ => crate::cli::act_from(&cli, connected, &mut out).await.unwrap()?,
        }
        Ok(String::from_utf8(out).unwrap())
    }

    fn shop(name: &str) -> Canned {
        let canned = Canned::start(name);
        let entry = |id: &str, name: &str| json!({"Id": id, "Names": [format!("/{name}")], "State": "running", "Labels": {"com.docker.compose.project": "shop"}});
        canned.answer("/containers/json", 200, json!([entry("a1", "shop-web-1"), entry("b2", "shop-db-1")]));
        for (id, text) in [("a1", "from web"), ("b2", "from db")] {
            let line = format!("2026-01-01T00:00:00.5Z {text}\n");
            let frame = format!("\u{1}\0\0\0\0\0\0{}{line}", line.len() as u8 as char);
            let body = json!({"Id": id, "State": {"Status": "running", "Running": true}, "Config": {"Tty": false}});
            canned.answer(&format!("/containers/{id}/json"), 200, body);
            canned.answer(&format!("/containers/{id}/logs"), 200, frame);
        }
        canned
    }

    /// An engine by DOCKER_HOST, and another that is a context of docker's.
    fn two(first: &Canned, second: &Canned) -> Connected {
        let folder = std::env::temp_dir().join(format!("spyhop-two-{}", std::process::id()));
        let meta = folder.join("contexts/meta/2");
        std::fs::create_dir_all(&meta).unwrap();
        let host = |canned: &Canned| format!("unix://{}", canned.socket.display());
        let context = json!({"Name": "two", "Endpoints": {"docker": {"Host": host(second)}}});
        std::fs::write(meta.join("meta.json"), context.to_string()).unwrap();
        let env = |name: &str| match name {
            "DOCKER_HOST" => Some(host(first)),
            "DOCKER_CONFIG" => Some(folder.display().to_string()),
            "KUBECONFIG" => Some("/nonexistent".to_owned()),
            _ => None,
        };
        let connected = connect(&Environment { flags: &Flags::default(), env: &env });
        std::fs::remove_dir_all(&folder).unwrap();
        connected
    }

    #[tokio::test]
    async fn several_engines_say_who_speaks() {
        let (first, second) = (shop("two-1"), shop("two-2"));
        let connected = two(&first, &second);
        let both = "@host,@two";
        let sorted = |text: String| {
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            lines.sort();
            lines
        };
        let lines = told(&["logs", "docker/shop-web-1", both], &connected).await.unwrap();
        assert_eq!(sorted(lines), ["docker/host from web", "docker/two from web"]);
        let lines = told(&["logs", "projects/shop", both], &connected).await.unwrap();
        assert_eq!(sorted(lines)[2..], ["docker/two shop-db-1 from db", "docker/two shop-web-1 from web"]);
        for canned in [&first, &second] {
            canned.answer("/containers/a1/stop", 204, "");
        }
        let stop = ["stop", "containers", "shop-web-1", both, "--write", "--yes"];
        let stopped = told(&stop, &connected).await.unwrap();
        let said = |engine: &str| format!("docker/{engine} containers.docker/shop-web-1 stopped");
        assert_eq!(sorted(stopped), [said("host"), said("two")]);
        let stops = |canned: &Canned| canned.asked.lock().unwrap().iter().filter(|line| line.contains("/stop")).count();
        assert_eq!((stops(&first), stops(&second)), (1, 1));
        // What one of them does not have is done on none.
        second.answer("/containers/json", 200, json!([]));
        let refused = told(&stop, &connected).await.unwrap_err();
        assert!(refused.text().contains("docker/two") && refused.text().contains("nothing was done"), "{refused}");
        assert_eq!((stops(&first), stops(&second)), (1, 1));
        // One that answers nothing holds up nobody's lines: it is said at the end.
        let refused = told(&["logs", "docker/shop-web-1", both], &connected).await.unwrap_err();
        assert_eq!(refused.text(), "1 of 2 engines failed");
    }

    /// As `docker logs --follow` does (20.10): it ends with the run of the container, also when that starts again.
    #[tokio::test]
    async fn a_log_that_is_followed_ends_with_its_run() {
        let canned = shop("cli-follow");
        let state = |running: bool, started: &str| {
            let state = json!({"Running": running, "StartedAt": started});
            canned.answer("/containers/a1/json", 200, json!({"Id": "a1", "State": state, "Config": {"Tty": false}}));
        };
        let follow = ["logs", "--follow", "docker/shop-web-1"];
        state(false, "2026-01-01T00:00:00Z");
        assert_eq!(printed(&follow, &canned).await.unwrap(), "from web\n");
        state(true, "2026-01-01T00:00:00Z");
        let again = async {
            // It is followed from here on.
            while !canned.asked.lock().unwrap().iter().any(|line| line.contains("follow=1")) {
                tokio::task::yield_now().await;
            }
            state(true, "2026-01-01T00:00:09Z");
        };
        let (told, ()) = futures::join!(printed(&follow, &canned), again);
        assert_eq!(told.unwrap(), "from web\n");
    }

    #[tokio::test]
    async fn lines_of_a_project_say_who_speaks() {
        let canned = shop("cli-logs");
        let project = printed(&["logs", "projects/shop"], &canned).await.unwrap();
        assert_eq!(project, "shop-db-1 from db\nshop-web-1 from web\n");
        for subject in ["shop-web-1", "docker/shop-web-1", "docker/containers/shop-web-1"] {
            assert_eq!(printed(&["logs", subject], &canned).await.unwrap(), "from web\n", "{subject}");
        }
        assert!(matches!(printed(&["logs", "docker/none"], &canned).await, Err(Error::Gone(_))));
        assert!(printed(&["logs", "docker/shop-web-1", "-c", "app"], &canned).await.is_err());
    }

    #[tokio::test]
    async fn rows_are_printed_of_one_engine_and_of_all() {
        let canned = shop("cli-get");
        let names = printed(&["get", "containers", "-o", "name"], &canned).await.unwrap();
        assert_eq!(names.lines().count(), 2, "{names}");
        let one = printed(&["get", "containers", "shop-web-1", "-o", "name"], &canned).await.unwrap();
        assert_eq!(one.lines().collect::<Vec<_>>(), ["containers.docker/shop-web-1"]);
        let all = printed(&["get", "docker/containers", "@host", "-o", "csv"], &canned).await.unwrap();
        assert!(all.contains("shop-db-1") && !all.contains("CONTEXT"), "one context needs no column: {all}");
    }

    #[tokio::test]
    async fn engines_are_read_only_until_somebody_says_otherwise() {
        let canned = shop("cli-act");
        for verb in ["stop", "start", "restart", "kill", "delete", "pause", "unpause"] {
            let refused = printed(&[verb, "containers", "shop-web-1", "--yes"], &canned).await;
            assert!(matches!(&refused, Err(Error::Denied(why)) if why.contains("--write")), "{verb}: {refused:?}");
        }
        for line in [
            &["stop", "containers", "--yes"][..],
            &["stop", "containers", "", "--yes"],
            &["scale", "containers", "x", "--replicas=1", "--yes"],
        ] {
            assert!(printed(line, &canned).await.is_err(), "{line:?}");
        }
        assert!(
            !canned.asked.lock().unwrap().iter().any(|line| line.starts_with("POST") || line.starts_with("DELETE"))
        );
    }
}
