//! Sources that are no clusters, without a screen: which family is meant, and which of its sources.

use std::cell::RefCell;
use std::io::{self, Write};
use std::time::Duration;

use futures::future::join_all;

use super::aim::Aim;
use super::fleet::chosen;
use super::order::Order;
use super::print::note;
use super::{LogsArgs, Setup, act, logs, object, words};
use crate::app::commands::logs::pods_of;
use crate::kinds::{self, verbs};
use crate::model::{Error, Family, Id, KindRef, Logs, Place, Pods, Result, Str};
use crate::source::{Connected, PROVIDERS};

/// A kind of another family than that of clusters, and the name of an object.
pub struct Subject {
    pub kind: KindRef,
    pub name: String,
}

/// The families of sources that are no clusters.
fn families() -> impl Iterator<Item = &'static Family> {
    PROVIDERS.iter().map(|provider| provider.family).filter(|family| !family.is_home)
}

/// The kind of another family that a word means, if it is about no cluster: `docker/containers`, `images`. Kinds of
/// clusters win where there is a cluster.
fn meant(word: &str, connected: &Connected) -> Option<KindRef> {
    match connected.home() {
        Some(_) => meant_in(kinds::USUAL, word),
        None => families().find_map(|family| meant_in(family, word)),
    }
}

fn meant_in(family: &Family, word: &str) -> Option<KindRef> {
    kinds::find_in(family, word, &[]).filter(|kind| families().any(|family| kind.is_of(family)))
}

/// The family that objects on a command line are of, if they are of no cluster. Where the current cluster has a kind of its
/// own under such a word, that is meant.
pub async fn family(kind: &str, setup: Setup<'_>) -> Option<&'static Family> {
    let word = words::kind_of(kind);
    let kind = meant(&word, setup.connected)?;
    if is_of_cluster(&word, setup).await { None } else { Some(kind.family) }
}

/// The same for the objects of a verb. A word for a verb that clusters do not have is about the others.
async fn family_of(order: &Order, setup: Setup<'_>) -> Option<&'static Family> {
    let word = words::kind_of(&order.act.kind);
    if verbs::families(order.name).any(|family| family.is_home) {
        return family(&order.act.kind, setup).await;
    }
    verbs::families(order.name).find_map(|family| meant_in(family, &word)).map(|kind| kind.family)
}

/// Whether the current cluster has a kind of its own under a word.
async fn is_of_cluster(word: &str, setup: Setup<'_>) -> bool {
    /// A cluster that does not answer must not keep anybody from the others.
    const MOST: Duration = Duration::from_secs(3);
    let Some(place) = setup.connected.home() else { return false };
    let Ok(mut aim) = Aim::of(place, setup) else { return false };
    aim.patience = MOST;
    aim.found().await.is_ok_and(|found| kinds::find_served(word, &found.kinds).is_some())
}

/// A verb on objects of the current context, or of one or several sources of another family: `@A,@B`.
pub async fn act_from(order: &Order, setup: Setup<'_>, out: &mut impl Write) -> Result<()> {
    let Some(family) = family_of(order, setup).await else {
        order.stays()?;
        return act::act(order, &order.act.words, vec![Aim::current(setup)?], out).await;
    };
    let (at, words): (Vec<String>, Vec<String>) =
        order.act.words.iter().cloned().partition(|word| word.starts_with('@'));
    if at.len() > 1 {
        return Err(Error::Invalid(format!("several {} are one word: @A,@B", family.sources.many)));
    }
    let places = chosen(at.first().map(|word| word.trim_start_matches('@')), family, setup.connected)?;
    let aims = places.iter().map(|place| Aim::of(place, setup)).collect::<Result<_>>()?;
    act::act(order, &words, aims, out).await
}

/// `logs` of a container, or of what stands for several.
pub async fn logs_from(args: &LogsArgs, subject: &Subject, setup: Setup<'_>, out: &mut impl Write) -> Result<()> {
    let places = chosen(args.engine.as_deref(), subject.kind.family, setup.connected)?;
    if args.container.is_some() {
        return Err(Error::Invalid("containers of an engine have no containers: omit -c".to_owned()));
    }
    let out = RefCell::new(out);
    let one = async |place: &Place| -> Result<()> {
        let aim = Aim::of(place, setup)?;
        let pods = match subject.kind.process.logs {
            Logs::Own => Pods { name: subject.name.as_str().into(), ..Pods::default() },
            Logs::Linked => {
                let id = Id::new(aim.at, subject.kind, "", subject.name.as_str());
                pods_of(&aim.patiently(object::row(&id, &aim)).await?)?.0
            }
        };
        let who = if places.len() > 1 { format!("{} ", place.name) } else { String::new() };
        logs::print_all(args, pods, &aim, &who, &mut Shared(&out)).await
    };
    let names: Vec<(Str, &str)> = places.iter().map(|place| (place.name.clone(), place.family.sources.many)).collect();
    together(&names, join_all(places.iter().map(|place| one(place))).await)
}

/// What several sources write to, each whole lines at a time.
pub struct Shared<'a, W>(pub &'a RefCell<W>);

impl<W: Write> Write for Shared<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.borrow_mut().flush()
    }
}

/// One place's failure as it is; of several each is said, and they count as one. Each place has its name and the word for
/// all of its sort.
pub fn together(places: &[(Str, &str)], all: Vec<Result<()>>) -> Result<()> {
    if let [_] = places {
        return all.into_iter().collect();
    }
    let (count, mut failed) = (all.len(), 0);
    for ((name, _), error) in
        places.iter().zip(&all).filter_map(|(place, result)| Some((place, result.as_ref().err()?)))
    {
        failed += 1;
        note(format_args!("spyhop: {name}: {error}"));
    }
    match failed {
        0 => Ok(()),
        n => {
            let sort = places.first().map_or("", |(_, sort)| sort);
            Err(Error::Invalid(format!("{n} of {count} {sort} failed")))
        }
    }
}

/// What `logs` is about, where that is no cluster's: `docker/web`, `docker/containers/web`, `projects/shop`. Without a
/// cluster a bare name is that of a container.
pub fn logged(word: &str, connected: &Connected) -> Option<Subject> {
    let target = words::targets(word, std::iter::empty()).ok()?.into_iter().next()?;
    if let (Some(kind), Some(name)) = (meant(&target.word, connected), target.names.into_iter().next()) {
        return Some(Subject { kind, name });
    }
    let first = |family: &'static Family, name: &str| Subject { kind: KindRef(family.first()), name: name.to_owned() };
    let led = |family: &'static Family| word.strip_prefix(family.name)?.strip_prefix('/').map(|name| (family, name));
    match families().find_map(led) {
        Some((family, name)) => Some(first(family, name)),
        None if connected.home().is_none() && !word.contains('/') => Some(first(families().next()?, word)),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use serde_json::json;

    use super::*;
    use crate::cli::{Cli, Headless, policy};
    use crate::config::Config;
    use crate::kinds::docker;
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
        connect(&Environment { flags: &Flags { server, user, ..Flags::default() }, env: &env, prometheus: &|_| None })
    }

    #[test]
    fn words_mean_engines_where_nothing_else_can_be_meant() {
        for (word, alone, beside) in [
            ("docker/containers", Some("containers"), Some("containers")),
            ("images", Some("images"), Some("images")),
            ("images,volumes", Some("images"), Some("images")),
            ("containers", Some("containers"), None),
            ("containers/web", Some("containers"), None),
            ("docker/containers/web", Some("containers"), Some("containers")),
            ("images/reg/x:1", Some("images"), Some("images")),
            ("projects/shop", Some("projects"), Some("projects")),
            ("pods", None, None),
            ("deployments/web", None, None),
            ("", None, None),
        ] {
            let host = "unix:///nowhere.sock";
            let name = |cluster| meant(&words::kind_of(word), &connected(host, cluster)).map(|kind| kind.name);
            assert_eq!((name(false), name(true)), (alone, beside), "{word} without a cluster, and beside one");
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_only_engines_do_is_about_engines() {
        let connected = connected("unix:///nowhere.sock", true);
        for (line, family) in [
            (["spyhop", "stop", "containers", "web"], Some(&docker::FAMILY)),
            (["spyhop", "stop", "pods", "web"], None),
            (["spyhop", "cordon", "nodes", "web"], None),
        ] {
            let cli = Cli::parse_from(line);
            let Some(Headless::Verb(order)) = &cli.command else { panic!("{line:?} is no verb") };
            let policy = policy(&cli, &connected, Ok(&Config::default()));
            let setup = Setup { cli: &cli, connected: &connected, policy: &policy };
            assert_eq!(family_of(order, setup).await, family, "{line:?}");
        }
    }

    async fn printed(line: &[&str], canned: &Canned) -> Result<String> {
        told(line, &connected(&format!("unix://{}", canned.socket.display()), false)).await
    }

    async fn told(line: &[&str], connected: &Connected) -> Result<String> {
        let cli = Cli::parse_from([&["spyhop"][..], line].concat());
        let mut out = Vec::new();
        let policy = policy(&cli, connected, Ok(&Config::default()));
        let setup = Setup { cli: &cli, connected, policy: &policy };
        crate::cli::run(cli.command.as_ref().unwrap(), setup, false, &mut out).await?;
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
        let connected = connect(&Environment { flags: &Flags::default(), env: &env, prometheus: &|_| None });
        std::fs::remove_dir_all(&folder).unwrap();
        connected
    }

    #[tokio::test(flavor = "multi_thread")]
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
        let said = |engine: &str| format!("docker/{engine} container.docker/shop-web-1 stopped");
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
    #[tokio::test(flavor = "multi_thread")]
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

    #[tokio::test(flavor = "multi_thread")]
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

    #[tokio::test(flavor = "multi_thread")]
    async fn rows_are_printed_of_one_engine_and_of_all() {
        let canned = shop("cli-get");
        let names = printed(&["get", "containers", "-o", "name"], &canned).await.unwrap();
        assert_eq!(names.lines().count(), 2, "{names}");
        let one = printed(&["get", "containers", "shop-web-1", "-o", "name"], &canned).await.unwrap();
        assert_eq!(one.lines().collect::<Vec<_>>(), ["container.docker/shop-web-1"]);
        let all = printed(&["get", "docker/containers", "@host", "-o", "csv"], &canned).await.unwrap();
        assert!(all.contains("shop-db-1") && !all.contains("CONTEXT"), "one context needs no column: {all}");
    }

    #[tokio::test(flavor = "multi_thread")]
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
