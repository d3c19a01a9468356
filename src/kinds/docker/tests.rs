//! Rows of what a real engine sent (tests/fixtures/docker, recorded by its record.sh), and of shapes that other
//! engines send.

mod odd;

use serde_json::{Value, json};

use super::containerstats::Sample;
use super::pod::Member;
use super::{KINDS, containers, images, networks, volumes};
use crate::kinds::describe::describe;
use crate::model::{
    Around, Cell, Door, Fact, Health, Kind, KindRef, Object, Reading, Scope, SourceId, Strings, Time, Units, Wire,
};

pub use odd::{made_odd, oddities, places};

static RECORDED: include_dir::Dir<'_> = include_dir::include_dir!("$CARGO_MANIFEST_DIR/tests/fixtures/docker");

pub fn recorded(name: &str) -> Value {
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

fn sample(body: &Value) -> Sample {
    serde_json::from_value(body.clone()).unwrap()
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
        ("sick", "running unhealthy", Health::Bad),
        ("flaky", "restarting 1", Health::Bad),
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
    // A list may call it restarting without saying why.
    entry["Inspected"]["State"] = json!({"Status": "restarting", "Running": true, "Restarting": true, "ExitCode": 1,
        "StartedAt": "2026-11-23T12:00:00Z", "FinishedAt": "2026-11-23T12:00:03Z"});
    let seen = row(&containers::KIND, &entry);
    assert_eq!((text(&seen, "STATE").as_str(), seen.health), ("restarting 1", Health::Bad));
    let finished = Time::parse("2026-11-23T12:00:03Z").unwrap();
    assert_eq!(seen.cells[containers::KIND.column("FOR").unwrap()], Cell::Since(finished));
    entry["Inspected"]["State"]["ExitCode"] = 0.into();
    let seen = row(&containers::KIND, &entry);
    assert_eq!((text(&seen, "STATE").as_str(), seen.health), ("restarting", Health::Warn));
}

#[test]
fn a_start_that_failed_is_told_from_one_that_nobody_asked_for() {
    let seen = |state: Value| {
        let entry = json!({"Names": ["/x"], "State": "created", "Status": "Created", "Inspected": {"State": state}});
        let row = row(&containers::KIND, &entry);
        (text(&row, "STATE"), row.health)
    };
    let failed = json!({"Status": "created", "ExitCode": 127, "Error": "exec: no such file"});
    assert_eq!(seen(failed), ("created 127".to_owned(), Health::Bad));
    assert_eq!(seen(json!({"Status": "created", "Error": "no such network"})), ("created".to_owned(), Health::Bad));
    assert_eq!(seen(json!({"Status": "created", "ExitCode": 0, "Error": ""})), ("created".to_owned(), Health::Done));
}

#[test]
fn names_and_sizes_that_are_missing_are_no_lie() {
    let nameless = row(&containers::KIND, &json!({"Id": "ab".repeat(32), "Names": null, "State": "running"}));
    assert_eq!(nameless.id.name, "ab".repeat(6));
    assert_eq!(row(&volumes::KIND, &json!({"Name": null, "Driver": "local"})).id.name, "?");
    let image =
        |size: Value| text(&row(&images::KIND, &json!({"Id": "sha256:1", "RepoTags": ["a:1"], "Size": size})), "SIZE");
    assert_eq!([image(json!(1_984_512)), image(json!(null)), image(json!(-1))], ["1.98MB", "", ""]);
}

#[test]
fn no_command_line_shows_its_password() {
    let entry = json!({"Names": ["/db"], "Command": "\"sh -c 'mysqld --password=canary'\""});
    assert_eq!(text(&row(&containers::KIND, &entry), "COMMAND"), "\"sh -c 'mysqld --password=••••••'\"");
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
fn ports_are_written_once() {
    let port = |ip: &str, outer: u16, inner: u16, kind: &str| json!({"IP": ip, "PrivatePort": inner, "PublicPort": outer, "Type": kind});
    let inner = |inner: u16, kind: &str| json!({"PrivatePort": inner, "Type": kind});
    let both =
        |outer: u16, inner: u16, kind: &str| vec![port("0.0.0.0", outer, inner, kind), port("::", outer, inner, kind)];
    for (ports, shown) in [
        (
            vec![
                inner(9000, "tcp"),
                port("::", 8080, 80, "tcp"),
                port("0.0.0.0", 8080, 80, "tcp"),
                port("127.0.0.1", 5353, 53, "udp"),
            ],
            "127.0.0.1:5353→53/udp 8080→80 9000",
        ),
        // In the order in which an engine lists them: each family with both protocols.
        (
            vec![
                port("0.0.0.0", 5353, 53, "tcp"),
                port("0.0.0.0", 5353, 53, "udp"),
                port("::", 5353, 53, "tcp"),
                port("::", 5353, 53, "udp"),
            ],
            "5353→53/tcp+udp",
        ),
        (vec![inner(53, "udp"), inner(53, "tcp")], "53/tcp+udp"),
        ([both(8000, 8000, "tcp"), both(8001, 8001, "tcp"), both(8002, 8002, "tcp")].concat(), "8000-8002→8000-8002"),
        (vec![port("", 9001, 81, "tcp"), port("", 9000, 80, "tcp")], "9000-9001→80-81"),
        // A gap, another protocol or another address ends a range.
        ([both(8000, 80, "tcp"), both(8001, 82, "tcp")].concat(), "8000→80 8001→82"),
        ([both(8000, 80, "tcp"), both(8001, 81, "udp")].concat(), "8000→80 8001→81/udp"),
        (vec![port("127.0.0.1", 8000, 80, "tcp"), port("", 8001, 81, "tcp")], "127.0.0.1:8000→80 8001→81"),
        (vec![inner(8000, "tcp"), inner(8001, "tcp"), inner(9000, "sctp")], "8000-8001 9000/sctp"),
        (vec![port("::1", 8080, 80, "tcp"), port("fd00::7", 8443, 443, "tcp")], "[::1]:8080→80 [fd00::7]:8443→443"),
        (vec![inner(65_534, "tcp"), inner(65_535, "tcp")], "65534-65535"),
        (vec![json!({"PublicPort": 8080, "PrivatePort": null})], "8080→?"),
    ] {
        assert_eq!(text(&row(&containers::KIND, &json!({"Ports": ports})), "PORTS"), shown, "{ports:?}");
    }
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
    let (first, second) = (sample(&recorded("stats-1")), sample(&recorded("stats-2")));
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
    assert_eq!(cells[0], Cell::Percent(80.0));
    assert_eq!(cells[1..3], [4_000_000, 9_000_000].map(|bytes| Cell::Size(bytes, Units::Binary)));
    assert_eq!(cells[3..7], [10, 3, 8, 9].map(|bytes| Cell::Size(bytes, Units::Thousands)));
    assert_eq!(cells[7], Cell::Count(3));
    let nothing: Sample =
        serde_json::from_value(json!({"memory_stats": {}, "networks": null, "pids_stats": {}})).unwrap();
    assert!(nothing.cells(None).iter().all(|cell| *cell == Cell::None));
}

#[test]
fn describe_shows_a_container_without_its_secrets() {
    let said = format!("{:?}", describe(KindRef(&containers::KIND), &recorded("inspect"), &Around::default()));
    assert!(said.contains("LEVEL=debug") && said.contains("DB_PASSWORD=••••••"), "{said}");
    assert!(!said.contains("canary"), "{said}");
}

#[test]
fn describe_says_why_a_container_ended() {
    let said = |state: Value| {
        let body = json!({"State": state, "RestartCount": 3, "HostConfig": {"RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 5}}});
        format!("{:?}", describe(KindRef(&containers::KIND), &body, &Around::default()))
    };
    let ended = said(json!({"Running": false, "ExitCode": 137, "OOMKilled": true, "Error": "no space left"}));
    for words in ["137: killed by SIGKILL, out of memory", "no space left", "on-failure, at most 5 times", "\"3\""] {
        assert!(ended.contains(words), "{words}: {ended}");
    }
    for (code, words) in [(127, "127: command not found"), (143, "143: killed by SIGTERM"), (163, "163: signal 35")] {
        let ended = said(json!({"Running": false, "ExitCode": code}));
        assert!(ended.contains(words), "{words}: {ended}");
    }
    assert!(said(json!({"Running": false, "ExitCode": 3})).contains("\"3\""));
    let check = json!({"Start": "2026-01-31T12:00:00.123456789Z", "ExitCode": 1, "Output": "refused\nmore"});
    let checked = said(json!({"Running": true, "Health": {"Status": "unhealthy", "Log": [check]}}));
    assert!(checked.contains("2026-01-31 12:00:00  exit 1  refused"), "{checked}");
}

#[test]
fn describe_says_how_a_container_may_live() {
    let facts = |body: Value| -> Vec<String> {
        let facts = describe(KindRef(&containers::KIND), &body, &Around::default())
            .into_iter()
            .flat_map(|section| section.facts);
        let text = |cell: &Cell| cell.to_text(Time::default());
        let said = facts.map(|fact| match fact {
            Fact::Pair(key, cell) | Fact::State(key, cell, _) => format!("{key}: {}", text(&cell)),
            Fact::Line(_, line) => line.to_string(),
            Fact::Row(_) => String::new(),
        });
        said.collect()
    };
    let stopped = facts(json!({
        "State": {"Status": "exited", "Running": false, "ExitCode": 0, "StartedAt": "2026-01-31T12:00:00Z"},
        "Config": {"Healthcheck": {"Test": ["CMD-SHELL", "curl -u me:canary localhost"], "Interval": 30_000_000_000u64,
            "Timeout": 1_500_000_000, "Retries": 3}},
        "NetworkSettings": {"Ports": {}},
        "HostConfig": {
            "PortBindings": {"80/tcp": [{"HostIp": "", "HostPort": "8080"}, {"HostIp": "::1", "HostPort": "0"}], "53/udp": null},
            "Tmpfs": {"/run": "size=64m", "/tmp": ""}, "Memory": 1 << 29, "MemorySwap": -1, "NanoCpus": 1_500_000_000,
            "PidsLimit": 100, "Privileged": true, "CapAdd": ["NET_ADMIN"], "ReadonlyRootfs": true, "PidMode": "host",
            "LogConfig": {"Type": "gelf", "Config": {"gelf-address": "udp://h", "splunk-token": "canary"}},
            "Ulimits": [{"Name": "nofile", "Soft": 10, "Hard": 20}]}
    }));
    for wanted in [
        "exit code: 0",
        "80/tcp: 8080, [::1]:any free port",
        "53/udp: not published",
        "health check: curl -u me:•••••• localhost, every 30s, timeout 1.5s, unhealthy after 3 failures",
        "/run: tmpfs size=64m",
        "/tmp: tmpfs",
        "memory: 512MiB",
        "swap: no limit",
        "CPUs: 1.5",
        "processes: 100",
        "ulimit nofile: 10, at most 20",
        "privileged: yes: it has root rights on the host",
        "capabilities added: NET_ADMIN",
        "files: read-only",
        "processes: shared with the host",
        "driver: gelf",
        "options: gelf-address=udp://h\nsplunk-token=••••••",
    ] {
        assert!(stopped.iter().any(|said| said == wanted), "{wanted} is not in {stopped:#?}");
    }
    let running = facts(json!({"State": {"Running": true}, "NetworkSettings": {"Ports": {"80/tcp": [
        {"HostIp": "0.0.0.0", "HostPort": "8080"}, {"HostIp": "::", "HostPort": "8080"}]}}}));
    assert!(running.iter().any(|said| said == "80/tcp: 0.0.0.0:8080, [::]:8080"), "{running:?}");
    // An engine says 0 of one that was never started.
    let state = |code: i64| json!({"State": {"Status": "created", "Running": false, "ExitCode": code, "StartedAt": "0001-01-01T00:00:00Z"}});
    assert!(!facts(state(0)).iter().any(|said| said.starts_with("exit code")));
    assert!(facts(state(127)).contains(&"exit code: 127: command not found".to_owned()));
    let looping = facts(json!({"State": {"Status": "restarting", "Running": true, "Restarting": true, "ExitCode": 1}}));
    assert!(looping.contains(&"exit code: 1".to_owned()), "{looping:?}");
    let check = json!({"Start": "2026-01-31T12:00:00Z", "ExitCode": 1, "Output": "token=canary refused"});
    let checked = facts(json!({"State": {"Running": true, "Health": {"Status": "unhealthy", "Log": [check]}}}));
    assert!(!format!("{checked:?}").contains("canary"), "{checked:?}");
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
        assert_eq!((kind.family.name, kind.address.group, kind.address.plural), ("docker", "docker", kind.name));
        assert_eq!(crate::kinds::find(&format!("docker/{}", kind.name), &[]), Some(KindRef(kind)));
        assert_eq!(crate::kinds::find_in(&super::FAMILY, kind.name, &[]), Some(KindRef(kind)));
    }
    assert_eq!(crate::kinds::find("containers", &[]).map(|kind| kind.family.name), Some("kube"));
    let served: Vec<KindRef> = KINDS.iter().map(|kind| KindRef(kind)).collect();
    assert_eq!(
        crate::kinds::find_in(&super::FAMILY, "kube/containers", &served).map(|kind| kind.family.name),
        Some("kube")
    );
}
