//! The commands without a screen, against one demo cluster that lives as long as the test.

use serde_json::Value;
use spyhop::demo::Demo;
use spyhop::source::demo::options;
use tokio::runtime::Runtime;

use crate::place::Home;
use crate::random::Random;

/// A cluster, and a home whose kubeconfig leads to it.
struct Cluster {
    home: Home,
    kubeconfig: String,
    _demo: Demo,
    _runtime: Runtime,
}

impl Cluster {
    fn new(name: &str) -> Self {
        let home = Home::new(name);
        let runtime = Runtime::new().unwrap();
        let demo = runtime.block_on(Demo::start(options())).unwrap();
        let kubeconfig = home.file("kubeconfig", &demo.kubeconfig());
        Self { home, kubeconfig, _demo: demo, _runtime: runtime }
    }

    fn spyhop(&self, args: &[&str]) -> String {
        let mut all = vec!["--kubeconfig", &self.kubeconfig];
        all.extend(args);
        self.home.prints(&all)
    }

    fn get(&self, args: &[&str]) -> Vec<Value> {
        let mut all = vec!["get"];
        all.extend(args);
        all.extend(["-o", "json"]);
        serde_json::from_str(&self.spyhop(&all)).unwrap()
    }

    fn deployment(&self, name: &str) -> Value {
        let all = self.get(&["deployments", name, "-n", "shop"]);
        all.into_iter().next().unwrap()
    }
}

#[test]
fn a_table_is_printed_of_a_cluster_that_was_not_there() {
    let home = Home::new("get");
    let rows: Vec<Value> = serde_json::from_str(&home.prints(&["--demo", "get", "pods", "-A", "-o", "json"])).unwrap();
    assert!((150..300).contains(&rows.len()), "{} pods", rows.len());
    let healths: Vec<&str> = rows.iter().filter_map(|row| row["health"].as_str()).collect();
    for health in ["good", "bad", "done"] {
        assert!(healths.contains(&health), "{health} is not in {healths:?}");
    }
}

#[test]
fn the_planted_route_problem_is_told() {
    let home = Home::new("routes");
    let told = home.prints(&["--demo", "routes", "-A"]);
    assert!(told.contains("www.shop.example"), "{told}");
    let problems = home.prints(&["--demo", "get", "problems", "-A"]);
    assert!(problems.contains("checkout-canary has no pods"), "{problems}");
}

#[test]
fn describe_tells_what_is_wrong_first() {
    let home = Home::new("describe");
    let told = |args: &[&str]| home.prints(&[&["--demo", "describe", "-n", "shop"], args].concat());
    let page = told(&["deployment", "payment"]);
    assert!(page.starts_with("Trouble\n"), "{page}");
    // Some of its pods may just begin again.
    let trouble = page.lines().find(|line| line.contains("CrashLoopBackOff")).unwrap_or_else(|| panic!("{page}"));
    assert!(trouble.contains(" pod") && trouble.contains("no such host"), "{trouble}");
    let page = told(&["service/checkout-canary"]);
    assert!(page.contains("no pod has "), "{page}");
    // Of a secret only how long its values are.
    let secret = told(&["secret/payment-provider"]);
    let value = secret.lines().find(|line| line.contains("api-key")).unwrap_or_else(|| panic!("{secret}"));
    assert!(value.trim_end().ends_with(" bytes"), "{value}");
    let fine = told(&["service/cart", "deployment/cart"]);
    assert!(!fine.contains("Trouble") && fine.contains("Endpoint slices") && fine.contains("Replica sets"), "{fine}");
}

#[test]
fn verbs_change_what_is_read_afterwards() {
    let cluster = Cluster::new("verbs");
    let replicas = |cluster: &Cluster| cluster.spyhop(&["get", "deployments", "cart", "-n", "shop", "-o", "yaml"]);
    cluster.spyhop(&["scale", "deployment", "cart", "-n", "shop", "--replicas", "5", "--yes"]);
    assert!(replicas(&cluster).contains("replicas: 5"), "{}", replicas(&cluster));
    cluster.spyhop(&["label", "deployment", "cart", "-n", "shop", "team=sea", "--yes"]);
    assert!(replicas(&cluster).contains("team: sea"));
    cluster.spyhop(&["restart", "deployment", "cart", "-n", "shop", "--yes"]);
    assert!(replicas(&cluster).contains("kubectl.kubernetes.io/restartedAt"));
    assert_eq!(cluster.deployment("cart")["name"], "cart");
    cluster.spyhop(&["delete", "deployment", "cart", "-n", "shop", "--yes"]);
    assert!(cluster.get(&["deployments", "-n", "shop"]).iter().all(|row| row["name"] != "cart"));
}

#[test]
fn each_object_is_judged_by_itself() {
    let cluster = Cluster::new("each");
    let run = |args: &[&str]| {
        let output =
            cluster.home.run(&[&["--kubeconfig", &cluster.kubeconfig], args, &["-n", "shop", "--yes"]].concat());
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.success(), text(&output.stdout), text(&output.stderr))
    };
    let (done, told, said) = run(&["label", "deployment/cart", "deployment/nosuch", "service/cart", "team=sea"]);
    assert!(!done && said.contains("nosuch") && said.contains("1 of 3 failed"), "{said}");
    assert_eq!(told, "deployment.apps/cart labelled\nservice/cart labelled\n");
    let (done, told, said) = run(&["delete", "configmaps", "nosuch"]);
    assert!(!done && told.is_empty() && said.contains("\"nosuch\" not found"), "{said}");
    let (done, _, said) = run(&["scale", "deployment/cart", "service/cart", "--replicas", "1"]);
    assert!(!done && said.contains("scale does not work on services"), "{said}");
}

/// Whatever is typed in the place of a name or kind: what is not an object by its name is not written to.
#[test]
fn what_names_no_object_changes_none() {
    let cluster = Cluster::new("hostile");
    let maps = || cluster.spyhop(&["get", "configmaps,secrets,deployments", "-A", "-o", "name"]);
    let before = maps();
    for (line, why) in [
        (&["delete", "configmaps"][..], "name the configmaps to delete"),
        (&["delete", "configmaps", ""], "the name is empty"),
        (&["delete", "configmaps", "cart", ""], "the name is empty"),
        (&["delete", "configmaps", "."], "cannot be a name"),
        (&["delete", "configmaps", ".."], "cannot be a name"),
        (&["delete", "configmaps", "cart", "../deployments/cart"], "cannot be a name"),
        (&["delete", "configmaps/"], "the name is empty"),
        (&["delete", "configmaps/cart/"], "cannot be a name"),
        (&["delete", "/cart"], "name a kind"),
        (&["delete", ""], "name a kind"),
        (&["delete", ",", "cart"], "name a kind"),
        (&["delete", "deployments,configmaps/cart"], "KIND/NAME"),
        (&["delete", "all"], "several kinds"),
        (&["delete", "all", "cart"], "several kinds"),
        (&["delete", "all/cart"], "several kinds"),
        (&["delete", "deployments", "--all"], "unexpected argument"),
        (&["delete", "deployments", "-l", "app=cart"], "unexpected argument"),
        (&["delete", "deployments", "@demo", "cart"], "--context"),
        (&["delete", "deployments", "cart", "@demo"], "--context"),
        (&["delete", "deployments", "*"], "not found"),
        (&["delete", "deployments", "--", "--all"], "not found"),
        (&["delete", "deployments", "cart", "-A"], "one namespace"),
        (&["delete", "deployments", "cart", "-n", "../shop"], "cannot be a namespace"),
        (&["delete", "deployments", "cart", "--grace", "-1"], "unexpected argument"),
        (&["delete", "contexts", "demo"], "does not work on contexts"),
        (&["delete", "mesh/routes", "checkout"], "does not work on routes"),
        (&["restart", "deployments,configmaps", "cart"], "does not work on configmaps"),
        (&["scale", "deployments/cart"], "--replicas"),
    ] {
        let flags: &[&str] = if line.contains(&"-n") || line.contains(&"-A") { &[] } else { &["-n", "shop"] };
        // Before what is typed, so that nothing of it hides them.
        let all = [&["--kubeconfig", &cluster.kubeconfig], flags, &line[..1], &["--yes"], &line[1..]].concat();
        let output = cluster.home.run(&all);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && output.stdout.is_empty() && said.contains(why), "{line:?}: {said}");
    }
    let run = |args: &[&str]| cluster.home.run(&[&["--kubeconfig", &cluster.kubeconfig, "-n", "shop"], args].concat());
    for line in [&["delete", "deployments", "cart"][..], &["--readonly", "delete", "deployments", "cart", "--yes"]] {
        assert!(!run(line).status.success(), "{line:?}");
    }
    assert_eq!(maps(), before);
    // What is named twice is done once.
    let jobs = cluster.get(&["cronjobs", "-n", "shop"]);
    let name = jobs[0]["name"].as_str().unwrap();
    let twice = run(&["trigger", "cronjobs", name, name, "--yes"]);
    assert!(twice.status.success() && twice.stdout.iter().filter(|byte| **byte == b'\n').count() == 1, "{twice:?}");
}

/// A row that is computed stands for an object: the verb is about that.
#[test]
fn weights_are_shifted_by_the_row_of_a_rule() {
    let cluster = Cluster::new("shift");
    let rows = cluster.get(&["routes", "-n", "shop"]);
    let is_weighted = |row: &&Value| row["BACKENDS"].as_str().is_some_and(|text| text.contains("checkout-canary"));
    let name = rows.iter().find(is_weighted).and_then(|row| row["name"].as_str()).unwrap();
    let told = cluster.spyhop(&["shift", "routes", name, "50", "50", "-n", "shop", "--yes"]);
    assert!(told.contains("has new weights"), "{told}");
    let rule = cluster.spyhop(&["get", "httproutes", "checkout", "-n", "shop", "-o", "yaml"]);
    assert_eq!(rule.matches("weight: 50").count(), 2, "{rule}");
}

#[test]
fn a_closed_pipe_is_no_error() {
    let home = Home::new("pipe");
    let script = home.prints(&["completion", "bash"]);
    for word in ["get", "delete", "set-image", "resume", "stop", "--replicas"] {
        assert!(script.contains(word), "{word} is not completed");
    }
    let program = env!("CARGO_BIN_EXE_spyhop");
    let line = format!("set -o pipefail; {program} completion zsh | head -n 1; {program} --help | head -n 1");
    let output = std::process::Command::new("bash").args(["-c", &line]).output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Nobody may read standard error, or what is printed may not find room: a command that fails says so with its status.
#[test]
fn where_nothing_can_be_written_the_status_tells() {
    let home = Home::new("full");
    let status = |args: &str, to: &str| {
        let line = format!("{} {args} {to}", env!("CARGO_BIN_EXE_spyhop"));
        let output = home.bash(&line);
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let full = (Some(1), "spyhop: could not write the output: No space left on device (os error 28)\n".to_owned());
    for args in
        ["version", "--help", "get --help", "completion fish", "--demo get pods -A", "--demo get pods -A -o json"]
    {
        assert_eq!(status(args, ">/dev/full"), full, "{args}");
    }
    for (args, code) in [
        ("--demo get pods -n nosuch", 0),
        ("--demo get pods nosuch", 1),
        ("--demo get pods,nosuch", 1),
        ("--demo logs nosuch", 1),
        ("--demo delete pods nosuch --yes", 1),
        ("nosuch", 2),
    ] {
        assert_eq!(status(args, "2>/dev/full"), (Some(code), String::new()), "{args}");
    }
    // What cannot be asked is not agreed to; what was agreed to is done although that cannot be told.
    let labelled = "--demo label deployments cart web nosuch team=sea -n shop --yes";
    let (code, said) = status(labelled, ">/dev/full");
    assert_eq!(
        (code, said.as_str()),
        (Some(1), "spyhop: label nosuch: deployments.apps \"nosuch\" not found\nspyhop: 1 of 3 failed\n")
    );
}

/// What bash offers when the line ends with the word that is completed.
#[test]
fn bash_completes_kinds_and_names_of_all_families() {
    let home = Home::new("complete");
    let program = env!("CARGO_BIN_EXE_spyhop");
    let script = home.file("completion.bash", &home.prints(&["completion", "bash"]));
    let offered = |line: &str| {
        let text = format!(
            "source {script}; COMP_LINE='{program} --request-timeout=60s {line}'; COMP_POINT=${{#COMP_LINE}}; read -ra COMP_WORDS <<< \"$COMP_LINE\";
            [[ $COMP_LINE == *' ' ]] && COMP_WORDS+=(''); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1));
            _spyhop_words {program} \"${{COMP_WORDS[COMP_CWORD]}}\" \"${{COMP_WORDS[COMP_CWORD - 1]}}\"; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        );
        let output = home.bash(&text);
        assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(offered("--demo get deployme"), ["deployments"]);
    assert_eq!(offered("--demo get pods,deployme"), ["pods,deployments"]);
    assert_eq!(offered("--demo get mesh/ba"), ["mesh/backends"]);
    assert_eq!(offered("--demo scale "), ["deployments", "replicasets", "statefulsets"]);
    assert!(offered("--demo get al").contains(&"all".to_owned()));
    assert_eq!(offered("--demo restart deployments car"), ["cart"]);
    assert_eq!(offered("--demo restart deployments/car"), ["deployments/cart"]);
    assert_eq!(offered("--demo restart deployments/web deployments/car"), ["deployments/cart"]);
    assert!(offered("--demo -n kube-system get pods core").iter().all(|name| name.starts_with("coredns-")));
    assert!(offered("--demo logs web-").iter().all(|name| name.starts_with("web-")));
    assert_eq!(offered("--demo get pods @"), ["@demo"]);
    assert_eq!(offered("--demo get --outp"), ["--output"]);
    assert_eq!(offered("--demo get pods -o ya"), ["yaml"]);
    assert_eq!(offered("comple"), ["completion"]);
}

#[test]
fn the_demo_is_asked_for_a_namespace() {
    let home = Home::new("namespace");
    let names = |args: &[&str]| {
        let rows: Vec<Value> =
            serde_json::from_str(&home.prints(&[&["--demo", "get", "pods", "-o", "json"], args].concat())).unwrap();
        let mut all: Vec<String> = rows.iter().map(|row| row["namespace"].as_str().unwrap().to_owned()).collect();
        all.sort();
        all.dedup();
        all
    };
    assert_eq!(names(&[]), ["shop"]);
    assert_eq!(names(&["-n", "kube-system"]), ["kube-system"]);
    assert!(names(&["-n", "nosuch"]).is_empty());
    assert!(names(&["-A", "-n", "kube-system"]).len() > 2);
    let refused = home.run(&["--demo", "get", "images"]);
    assert_eq!(
        String::from_utf8_lossy(&refused.stderr),
        "spyhop: the demo has no engines; start spyhop without --demo\n"
    );
}

#[test]
fn documents_are_applied() {
    let cluster = Cluster::new("apply");
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: whale, namespace: shop}\ndata: {depth: \"12\"}\n";
    let file = cluster.home.file("whale.yaml", text);
    cluster.spyhop(&["apply", "-f", &file, "--dry-run"]);
    assert!(cluster.get(&["configmaps", "-n", "shop"]).iter().all(|row| row["name"] != "whale"));
    cluster.spyhop(&["apply", "-f", &file, "--yes"]);
    assert!(cluster.spyhop(&["get", "configmaps", "whale", "-n", "shop", "-o", "yaml"]).contains("depth: \"12\""));
}

#[test]
fn logs_are_read_to_the_end() {
    let cluster = Cluster::new("logs");
    let lines = cluster.spyhop(&["logs", "deployment/web", "-n", "shop", "--tail", "5"]);
    assert!(lines.lines().count() >= 5, "{lines}");
}

/// What kubectl takes for a name of an object whose kind is named by one segment of a path, and is odd.
fn odd_names(count: usize) -> Vec<String> {
    let seed = std::env::var("SPYHOP_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(|| {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        u64::from(now.subsec_nanos()) | 1
    });
    println!("SPYHOP_SEED={seed}");
    let mut random = Random(seed | 1);
    let mut next = move |below: usize| random.below(below);
    let letters: Vec<char> = r#"ab0-=,\:.+ @*!~()[]{}'"&?#;<>|^$éß"#.chars().collect();
    let mut names =
        vec!["a=b".to_owned(), "a-".to_owned(), "a,b".to_owned(), r"a\b".to_owned(), "-a".to_owned(), "a b".to_owned()];
    while names.len() < count {
        let name: String = (0..=next(9)).map(|_| letters[next(letters.len())]).collect();
        if !matches!(name.as_str(), "." | "..") && !names.contains(&name) && name.trim() == name {
            names.push(name);
        }
    }
    names
}

#[test]
fn any_name_reaches_its_object_and_no_other() {
    let cluster = Cluster::new("names");
    let names = odd_names(24);
    let documents: Vec<Value> = names
        .iter()
        .map(|name| {
            serde_json::json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole",
                "metadata": {"name": name, "labels": {"test": "names"}}, "rules": []})
        })
        .collect();
    let list = serde_json::json!({"apiVersion": "v1", "kind": "List", "items": documents});
    let file = cluster.home.file("roles.json", &list.to_string());
    cluster.spyhop(&["apply", "-f", &file, "--yes"]);
    let labels = || -> Vec<(String, String)> {
        let text = cluster.spyhop(&["get", "clusterroles", "-l", "test=names", "-o", "yaml"]);
        let list: Value = serde_yaml::from_str(&text).unwrap();
        let items = list["items"].as_array().cloned().unwrap_or_else(|| vec![list.clone()]);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        items.iter().map(|item| (text(&item["metadata"]["name"]), text(&item["metadata"]["labels"]["mark"]))).collect()
    };
    assert_eq!(labels().len(), names.len());
    let mut left: Vec<(String, String)> = names.iter().map(|name| (name.clone(), String::new())).collect();
    for (i, name) in names.iter().enumerate() {
        // Both ways to say it; one that begins with @ is a context where it stands alone.
        let led = format!("clusterroles/{name}");
        let words: &[&str] = if i % 2 == 0 || name.starts_with('@') { &[&led] } else { &["clusterroles", name] };
        let run = |command: &str, flags: &[&str], behind: &[&str]| {
            let mut line = vec![command];
            line.extend(flags);
            line.push("--");
            line.extend(words);
            line.extend(behind);
            cluster.spyhop(&line)
        };
        let rows: Vec<Value> = serde_json::from_str(&run("get", &["-o", "json"], &[])).unwrap();
        assert_eq!(rows.len(), 1, "{name}");
        assert_eq!(rows[0]["name"], name.as_str());
        let body: Value = serde_yaml::from_str(&run("get", &["-o", "yaml"], &[])).unwrap();
        assert_eq!(body["metadata"]["name"], name.as_str());
        let mark = format!("m{i}");
        run("label", &["--yes"], &[&format!("mark={mark}")]);
        left.iter_mut().filter(|(known, _)| known == name).for_each(|(_, known)| known.clone_from(&mark));
        if i % 3 == 0 {
            run("delete", &["--yes"], &[]);
            left.retain(|(known, _)| known != name);
        }
    }
    let (mut found, mut expected) = (labels(), left);
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
}

#[test]
fn kinds_and_names_are_taken_as_kubectl_takes_them() {
    let cluster = Cluster::new("words");
    let names = |args: &[&str]| {
        let mut all = vec!["get"];
        all.extend(args);
        all.extend(["-n", "shop", "-o", "name"]);
        cluster.spyhop(&all).lines().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(names(&["deployments/cart", "svc/cart"]), ["deployment.apps/cart", "service/cart"]);
    assert_eq!(names(&["deployments,svc", "cart"]), ["deployment.apps/cart", "service/cart"]);
    assert_eq!(names(&["deploy", "cart", "web"]).len(), 2);
    assert_eq!(names(&["apps/v1/deployments/cart"]), ["deployment.apps/cart"]);
    assert_eq!(names(&["deployments.v1.apps", "cart"]), ["deployment.apps/cart"]);
    let both = cluster.get(&["deployments,services", "-n", "shop"]);
    assert!(
        both.iter().any(|row| row["kind"] == "services") && both.iter().any(|row| row["kind"] == "deployments.apps")
    );
    let table = cluster.spyhop(&["get", "deployments,services", "-n", "shop"]);
    assert!(table.contains("deployment.apps/cart") && table.contains("\n\nNAME"), "{table}");
    let fails = |args: &[&str], why: &str| {
        let mut all = vec!["--kubeconfig", &cluster.kubeconfig];
        all.extend(args);
        let output = cluster.home.run(&all);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(why), "{args:?}: {said}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let some = fails(
        &["get", "deploy", "cart", "nosuch", "-n", "shop", "-o", "name"],
        "deployments.apps \"nosuch\" not found",
    );
    assert_eq!(some, "deployment.apps/cart\n");
    let all = names(&["all"]);
    for kind in ["pod/", "service/", "deployment.apps/", "replicaset.apps/", "cronjob.batch/"] {
        assert!(all.iter().any(|name| name.starts_with(kind)), "{kind} is not in {all:?}");
    }
    assert!(!all.iter().any(|name| name.starts_with("configmap/")));
    fails(&["get", "deploymnts"], "did you mean deployments?");
    fails(&["get", "deploymnts"], "spyhop get kinds lists all kinds");
    assert!(cluster.get(&["kinds"]).iter().any(|row| row["name"] == "deployments" && row["KIND"] == "Deployment"));
    fails(&["get", "sessions"], "on the screen only");
    fails(&["kill", "pods", "x", "--signal", "HUP", "-n", "shop", "--yes"], "--signal is for other kinds");
    fails(&["get", "pods", "-A", "--filter", "restarts>>3"], "RESTARTS cannot be compared with");
    fails(&["get", "pods", "-A", "--filter", "age<1x"], "AGE needs times");
    fails(&["get", "pods", "-A", "--filter", "cpu>abc"], "CPU needs cores");
    fails(&["get", "pods", ""], "cannot be a name");
    fails(&["label", "deploy", "cart", "a=b", "web", "-n", "shop", "--yes"], "put names before");
    fails(&["get", "deploy,svc", "-o", "csv"], "one table");
}

#[test]
fn releases_of_helm_are_told_with_their_charts() {
    let home = Home::new("helm");
    let rows: Vec<Value> = serde_json::from_str(&home.prints(&["--demo", "get", "helm", "-A", "-o", "json"])).unwrap();
    let told = |name: &str| {
        let row = rows.iter().find(|row| row["name"] == name).unwrap();
        ["REVISION", "STATUS", "CHART", "APP-VERSION", "health"].map(|key| row[key].clone())
    };
    assert_eq!(
        serde_json::json!(told("grafana")),
        serde_json::json!([2, "deployed", "grafana-10.2.0", "12.3.0", "good"])
    );
    assert_eq!(told("oauth2-proxy")[4], "bad");
    let text = home.prints(&["--demo", "get", "release/grafana", "-n", "monitoring", "-o", "yaml"]);
    assert!(text.contains("kind: Release") && text.contains("size: 10Gi"), "{text}");
    let page = home.prints(&["--demo", "describe", "release/grafana", "-n", "monitoring"]);
    assert!(page.contains("persistence.size") && !page.contains("not-a-real-secret"), "{page}");
}

#[test]
fn revisions_of_a_release_are_compared() {
    let home = Home::new("helm-diff");
    let diff = |row: &[&str]| home.prints(&[&["--demo", "get"], row, &["-n", "shop", "-o", "diff"]].concat());
    let back = diff(&["release/search"]);
    assert!(
        back.starts_with("From revision 2 (superseded, opensearch-3.3.0) to revision 3 (deployed, opensearch-3.2.0).")
    );
    let image = "registry.shop.example/shop/search";
    for line in
        [format!("-       - image: {image}:3.4.1"), format!("+       - image: {image}:3.4.0"), "-   replicas: 4".into()]
    {
        assert!(back.lines().any(|own| own == line), "{line}: {back}");
    }
    assert!(back.contains("Deployment search") && !back.contains("Secret search"), "{back}");
    assert_eq!(diff(&["history", "search@3"]), back);
    let forth = diff(&["history", "search@3", "search@2"]);
    assert!(forth.contains(&format!("+       - image: {image}:3.4.1")), "in the order of the names: {forth}");
    let equal = diff(&["history", "search@1", "search@3"]);
    assert!(equal.ends_with("Both have equal charts, values, objects, hooks and notes.\n"), "{equal}");
    let first = diff(&["history", "search@1"]);
    assert_eq!(first, "There is no revision before revision 1 (superseded, opensearch-3.2.0) to compare it with.\n");
}

#[test]
fn drift_of_a_release_is_told() {
    let home = Home::new("helm-drift");
    let drift = |row: &[&str], namespace: &str| {
        home.prints(&[&["--demo", "get"], row, &["-n", namespace, "-o", "drift"]].concat())
    };
    let search = drift(&["release/search"], "shop");
    let image = "registry.shop.example/shop/search";
    for line in [format!("-       - image: {image}:3.4.0"), format!("+       - image: {image}:3.4.l")] {
        assert!(search.lines().any(|own| own == line), "{line}: {search}");
    }
    assert!(search.starts_with("Revision 3 (deployed, opensearch-3.2.0) and the cluster."), "{search}");
    assert!(
        search.contains("Nothing but reads was sent") && search.contains("2 objects are as the manifest says."),
        "{search}"
    );
    let grafana = drift(&["release/grafana"], "monitoring");
    assert!(grafana.ends_with("Nothing differs: 3 objects are as the manifest says.\n"), "{grafana}");
    // The release failed to change: what is deployed counts, unless a revision is named.
    let failed = drift(&["release/oauth2-proxy"], "platform");
    assert!(
        failed.starts_with("Revision 1 (deployed")
            && failed.contains("+       - image: quay.io/oauth2-proxy/oauth2-proxy:v7.13.0")
    );
    let named = drift(&["history", "oauth2-proxy@2"], "platform");
    assert!(named.starts_with("Revision 2 (failed") && named.contains("Nothing differs"), "{named}");
}
