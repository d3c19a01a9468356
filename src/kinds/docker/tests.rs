//! Rows of what a real engine sent (tests/fixtures/docker, recorded by its record.sh), and of shapes that other
//! engines send.

use serde_json::{Value, json};

use super::containerstats::Sample;
use super::pod::Member;
use super::{KINDS, containers, images, networks, volumes};
use crate::kinds::describe::describe;
use crate::model::{Cell, Door, Health, Kind, KindRef, Object, Reading, Scope, SourceId, Strings, Time, Wire};

static RECORDED: include_dir::Dir<'_> = include_dir::include_dir!("$CARGO_MANIFEST_DIR/tests/fixtures/docker");

fn recorded(name: &str) -> Value {
    serde_json::from_slice(RECORDED.get_file(format!("{name}.json")).unwrap().contents()).unwrap()
}

fn rows_in(kind: &'static Kind, body: &Value, scope: Scope) -> Vec<Object> {
    let Door::Lens(read) = kind.door else { panic!("{} has no lens", kind.name) };
    let (mut strings, mut rows) = (Strings::default(), Vec::new());
    let mut reading = Reading { at: SourceId(1), kind: KindRef(kind), scope: &scope, strings: &mut strings };
    read(&mut reading, Wire::Json, body.to_string().as_bytes(), &mut rows).unwrap();
    rows
}

fn row(kind: &'static Kind, body: &Value) -> Object {
    rows_in(kind, body, Scope::all()).remove(0)
}

fn text(row: &Object, title: &str) -> String {
    row.cells[row.id.kind.column(title).unwrap()].to_text(Time::default())
}

fn list(kind: &'static Kind, body: &Value) -> Vec<Object> {
    body.as_array().unwrap().iter().flat_map(|entry| rows_in(kind, entry, Scope::all())).collect()
}

#[test]
fn recorded_containers_become_rows() {
    let rows = list(&containers::KIND, &recorded("containers"));
    let find = |name: &str| rows.iter().find(|row| row.id.name == name).unwrap();
    for (name, state, health) in [
        ("web", "running", Health::Good),
        ("done", "exited 0", Health::Done),
        ("failed", "exited 3", Health::Bad),
        ("held", "paused", Health::Done),
        ("sick", "running", Health::Bad),
        ("fresh", "created", Health::Done),
    ] {
        assert_eq!((text(find(name), "STATE").as_str(), find(name).health), (state, health), "{name}");
    }
    assert_eq!(text(find("sick"), "HEALTH"), "unhealthy");
    assert_eq!(text(find("db"), "PROJECT"), "shop/db");
    assert_eq!(text(find("web"), "IMAGE"), "c1f88fd28c67");
    assert!(rows.iter().all(|row| row.cells.len() == containers::KIND.columns.len()));
}

#[test]
fn a_body_beside_the_entry_tells_restarts_and_since_when() {
    let mut entry =
        recorded("containers").as_array().unwrap().iter().find(|c| c["Names"][0] == "/web").unwrap().clone();
    assert_eq!((text(&row(&containers::KIND, &entry), "RESTARTS")).as_str(), "");
    entry["Inspected"] = recorded("inspect");
    let seen = row(&containers::KIND, &entry);
    assert_eq!(text(&seen, "RESTARTS"), "0");
    assert!(matches!(seen.cells[containers::KIND.column("FOR").unwrap()], Cell::Since(_)));
    // The body is right where the list is late.
    entry["Inspected"]["State"]["Status"] = "exited".into();
    entry["Inspected"]["State"]["ExitCode"] = 137.into();
    assert_eq!(text(&row(&containers::KIND, &entry), "STATE"), "exited 137");
    entry["Inspected"]["State"]["OOMKilled"] = true.into();
    assert_eq!(text(&row(&containers::KIND, &entry), "STATE"), "OOMKilled");
}

#[test]
fn engines_of_all_ages_are_understood() {
    for (entry, health) in [
        (json!({"State": "running", "Status": "Up 2 hours (health: starting)"}), "starting"),
        (json!({"State": "running", "Status": "Up 2 hours", "Health": {"Status": "healthy"}}), "healthy"),
        (json!({"State": "running", "Status": "Up 2 hours", "Health": {"Status": "none"}}), ""),
        (json!({"State": "running", "Status": "Up 2 hours (Paused)"}), ""),
    ] {
        assert_eq!(text(&row(&containers::KIND, &entry), "HEALTH"), health, "{entry}");
    }
    // Podman leaves out what it has not got, and has words of its own.
    let odd = json!({"Id": "ab".repeat(32), "Names": ["/x"], "State": "initialized", "Ports": null, "Labels": null,
        "NetworkSettings": {"Networks": null}, "Mounts": null, "Health": null, "New": {"field": 1}});
    assert_eq!(text(&row(&containers::KIND, &odd), "STATE"), "initialized");
    let unheard_of = json!({"Names": ["/web/db", "/db"], "State": "dreaming"});
    let seen = row(&containers::KIND, &unheard_of);
    assert_eq!(
        (seen.id.name.as_str(), text(&seen, "STATE").as_str(), seen.health),
        ("db", "dreaming", Health::Unknown)
    );
}

#[test]
fn ports_are_written_once_for_both_families() {
    let port = |ip: &str, inner: u16, outer: u16, kind: &str| json!({"IP": ip, "PrivatePort": inner, "PublicPort": outer, "Type": kind});
    let entry = json!({"Ports": [
        {"PrivatePort": 9000, "Type": "tcp"}, port("::", 80, 8080, "tcp"), port("0.0.0.0", 80, 8080, "tcp"),
        port("127.0.0.1", 53, 5353, "udp")]});
    assert_eq!(text(&row(&containers::KIND, &entry), "PORTS"), "127.0.0.1:5353→53/udp 8080→80 9000");
}

#[test]
fn a_scope_leaves_others_out() {
    let entry = json!({"Names": ["/a"], "ImageID": "sha256:1", "Labels": {"team": "shop"},
        "Mounts": [{"Type": "volume", "Name": "data"}], "NetworkSettings": {"Networks": {"n": {"NetworkID": "7"}}}});
    let count = |scope: Scope| rows_in(&containers::KIND, &entry, scope).len();
    for (scope, fits) in [
        (Scope::all().labels("team=shop"), 1),
        (Scope::all().labels("team"), 1),
        (Scope::all().labels("team=mail"), 0),
        (Scope::all().fields("image=sha256:1"), 1),
        (Scope::all().fields("image=sha256:2"), 0),
        (Scope::all().fields("volume=data"), 1),
        (Scope::all().fields("network=7"), 1),
        (Scope::all().fields("network=8"), 0),
        (Scope::all().fields("nonsense=1"), 0),
    ] {
        assert_eq!(count(scope.clone()), fits, "{scope:?}");
    }
}

#[test]
fn an_image_has_a_row_for_each_name_and_one_without() {
    let names = |entry: &Value| -> Vec<String> {
        rows_in(&images::KIND, entry, Scope::all()).iter().map(|row| row.id.name.to_string()).collect()
    };
    let id = format!("sha256:{}", "c1f88fd28c67".repeat(5));
    assert_eq!(names(&json!({"Id": id, "RepoTags": ["a:1", "b/c:2"]})), ["a:1", "b/c:2"]);
    assert_eq!(names(&json!({"Id": id, "RepoTags": ["<none>:<none>"]})), ["<none>@c1f88fd28c67"]);
    let pulled = json!({"Id": id, "RepoTags": null, "RepoDigests": ["reg/x@sha256:1"], "UsedBy": 2});
    assert_eq!(names(&pulled), ["reg/x@c1f88fd28c67"]);
    let seen = row(&images::KIND, &pulled);
    assert_eq!((text(&seen, "STATE").as_str(), text(&seen, "IN USE").as_str()), ("in use", "2"));
    assert_eq!(seen.link.unwrap().scope.fields, format!("image={id}"));
    assert!(!list(&images::KIND, &recorded("images")).is_empty());
}

#[test]
fn volumes_and_networks_say_who_uses_them() {
    let all = recorded("volumes");
    let mut data = all["Volumes"].as_array().unwrap().iter().find(|v| v["Name"] == "data").unwrap().clone();
    assert_eq!(text(&row(&volumes::KIND, &data), "STATE"), "unused");
    data["Users"] = json!(["db", "web"]);
    assert_eq!(text(&row(&volumes::KIND, &data), "USED BY"), "db,web");
    let nets = list(&networks::KIND, &recorded("networks"));
    assert!(nets.iter().any(|row| row.id.name == "host" && text(row, "DRIVER") == "host"));
    let bridge = json!({"Name": "b", "Internal": true, "IPAM": {"Config": [{"Subnet": "10.1.0.0/16"}]}, "UsedBy": 1});
    let seen = row(&networks::KIND, &bridge);
    assert_eq!((text(&seen, "SUBNET").as_str(), text(&seen, "INTERNAL").as_str()), ("10.1.0.0/16", "internal"));
}

#[test]
fn cpu_takes_two_measurements() {
    let sample = |name: &str| -> Sample { serde_json::from_value(recorded(name)).unwrap() };
    let (first, second) = (sample("stats-1"), sample("stats-2"));
    assert_eq!(first.cells(None)[0], Cell::None);
    let Cell::Percent(percent) = second.cells(Some(&first))[0] else { panic!("no CPU") };
    assert!((0.0..50.0).contains(&percent), "{percent}");
    // A container that was started anew counts from zero.
    assert_eq!(first.cells(Some(&second))[0], Cell::None);
}

#[test]
fn stats_are_computed_as_docker_does() {
    let sample = |total: u64, system: u64| -> Sample {
        serde_json::from_value(json!({
            "cpu_stats": {"cpu_usage": {"total_usage": total}, "system_cpu_usage": system, "online_cpus": 4},
            "memory_stats": {"usage": 5_000_000, "limit": 9_000_000, "stats": {"inactive_file": 1_000_000}},
            "networks": {"eth0": {"rx_bytes": 7, "tx_bytes": 1}, "eth1": {"rx_bytes": 3, "tx_bytes": 2}},
            "blkio_stats": {"io_service_bytes_recursive": [{"op": "Read", "value": 8}, {"op": "write", "value": 9}]},
            "pids_stats": {"current": 3}
        }))
        .unwrap()
    };
    let cells = sample(300, 2000).cells(Some(&sample(100, 1000)));
    let bytes = [4_000_000, 9_000_000, 10, 3, 8, 9].map(Cell::Bytes);
    assert_eq!(cells[0], Cell::Percent(80.0));
    assert_eq!(&cells[1..7], bytes);
    assert_eq!(cells[7], Cell::Count(3));
    let nothing: Sample =
        serde_json::from_value(json!({"memory_stats": {}, "networks": null, "pids_stats": {}})).unwrap();
    assert!(nothing.cells(None).iter().all(|cell| *cell == Cell::None));
}

#[test]
fn describe_shows_a_container_without_its_secrets() {
    let said = format!("{:?}", describe(KindRef(&containers::KIND), &recorded("inspect")));
    assert!(said.contains("LEVEL=debug") && said.contains("DB_PASSWORD=••••••"), "{said}");
    assert!(!said.contains("canary"), "{said}");
}

#[test]
fn describe_says_why_a_container_ended() {
    let said = |state: Value| {
        let body = json!({"State": state, "RestartCount": 3, "HostConfig": {"RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 5}}});
        format!("{:?}", describe(KindRef(&containers::KIND), &body))
    };
    let ended = said(json!({"Running": false, "ExitCode": 137, "OOMKilled": true, "Error": "no space left"}));
    for words in ["137: killed by SIGKILL, the memory ran out", "no space left", "on-failure, at most 5 times", "\"3\""]
    {
        assert!(ended.contains(words), "{words}: {ended}");
    }
    for (code, words) in
        [(127, "127: there is no such command"), (143, "143: killed by SIGTERM"), (163, "163: signal 35")]
    {
        let ended = said(json!({"Running": false, "ExitCode": code}));
        assert!(ended.contains(words), "{words}: {ended}");
    }
    assert!(said(json!({"Running": false, "ExitCode": 3})).contains("\"3\""));
    let check = json!({"Start": "2026-01-31T12:00:00.123456789Z", "ExitCode": 1, "Output": "refused\nmore"});
    let checked = said(json!({"Running": true, "Health": {"Status": "unhealthy", "Log": [check]}}));
    assert!(checked.contains("2026-01-31 12:00:00  exit 1  refused"), "{checked}");
}

#[test]
fn a_kubelet_s_container_knows_its_pod() {
    let labels = |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    let none = labels(&[]);
    let by_name = Member::of(&none, "k8s_app_web-0_shop_77-a_2").unwrap();
    assert_eq!((by_name.uid.as_str(), by_name.container.as_str()), ("77-a", "app"));
    for (path, fits) in [
        ("shop/web-0", true),
        ("shop/web-0/app", true),
        ("shop/web-0/sidecar", false),
        ("shop/web", false),
        ("sho/p", false),
    ] {
        assert_eq!(by_name.is(path), fits, "{path}");
    }
    assert_eq!(Member::of(&none, "k8s_web"), None);
    let known = labels(&[("io.kubernetes.pod.name", "db-0"), ("io.kubernetes.pod.namespace", "mail")]);
    assert!(Member::of(&known, "anything").unwrap().is("mail/db-0"));
    let entry = json!({"Names": ["/k8s_app_web-0_shop_77_0"]});
    let rows = |path: &str| rows_in(&containers::KIND, &entry, Scope::all().fields(format!("pod={path}")));
    assert_eq!((rows("shop/web-0/app").len(), rows("shop/web-1").len()), (1, 0));
    assert_eq!(Member::of_row(&rows("shop/web-0")[0]).unwrap().pod, "web-0");
}

#[test]
fn every_kind_is_addressed_apart_from_those_of_clusters() {
    for kind in KINDS {
        assert_eq!((kind.family, kind.address.group, kind.address.plural), ("docker", "docker", kind.name));
        assert_eq!(crate::kinds::find(&format!("docker/{}", kind.name), &[]), Some(KindRef(kind)));
        assert_eq!(crate::kinds::find_in("docker", kind.name, &[]), Some(KindRef(kind)));
    }
    assert_eq!(crate::kinds::find("containers", &[]).map(|kind| kind.family), Some("kube"));
    let served: Vec<KindRef> = KINDS.iter().map(|kind| KindRef(kind)).collect();
    assert_eq!(crate::kinds::find_in("docker", "kube/containers", &served).map(|kind| kind.family), Some("kube"));
}
