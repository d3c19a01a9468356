//! What describe says of objects in trouble, beside what `kubectl describe` says of them.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::servers::{apply, kubeconfig, kubectl, kubectl_fed, namespace, spyhop};
use crate::terminal::Terminal;

/// `spyhop describe ARGS`.
fn described(args: &[&str]) -> String {
    let output = spyhop(&kubeconfig(), &[&["describe"], args].concat());
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The lines of a section, without their indent.
fn section(page: &str, title: &str) -> Vec<String> {
    let lines = page.lines().skip_while(|line| *line != title).skip(1);
    lines.take_while(|line| !line.is_empty()).map(|line| line.trim().to_owned()).collect()
}

/// The page once its trouble says all of these words.
fn troubled(args: &[&str], words: &[&str]) -> String {
    let end = Instant::now() + Duration::from_secs(90);
    loop {
        let page = described(args);
        let trouble = section(&page, "Trouble").join("\n");
        if words.iter().all(|word| trouble.contains(word)) {
            return page;
        }
        assert!(Instant::now() < end, "{words:?} are not in the trouble of {args:?}:\n{page}");
        // Controllers take their time; the server is not asked more often than a person would.
        std::thread::sleep(Duration::from_millis(500));
    }
}

/// A pod's spec on the node that runs containers.
fn pod(command: &str) -> String {
    let node = r#""nodeSelector": {"kubernetes.io/hostname": "rig-real"}, "terminationGracePeriodSeconds": 0"#;
    format!(
        r#"{{{node}, "restartPolicy": "Never", "containers": [{{"name": "app", "image": "rig.local/busybox:1", "imagePullPolicy": "Never",
            "command": {command}, "resources": {{"requests": {{"cpu": "10m", "memory": "1Mi"}}}}}}]}}"#
    )
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn a_namespace_says_what_holds_it() {
    let name = "describe-held";
    namespace(name);
    let object = r#"{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "held", "finalizers": ["example.com/hold"]}}"#;
    assert!(kubectl_fed(&["create", "-n", name, "-f", "-"], object).status.success());
    let quota = r#"{"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "few"}, "spec": {"hard": {"configmaps": "9"}}}"#;
    assert!(kubectl_fed(&["create", "-n", name, "-f", "-"], quota).status.success());
    kubectl(&["wait", "--for=jsonpath={.status.used.configmaps}", "quota/few", "-n", name, "--timeout=60s"]);
    let range = r#"{"apiVersion": "v1", "kind": "LimitRange", "metadata": {"name": "small"},
        "spec": {"limits": [{"type": "Container", "max": {"cpu": "2", "memory": "1Gi"}, "defaultRequest": {"cpu": "100m"}}]}}"#;
    assert!(kubectl_fed(&["create", "-n", name, "-f", "-"], range).status.success());
    let page = described(&["namespace", name]);
    let limits = section(&page, "Limit ranges").join("\n");
    assert!(limits.contains("Container") && limits.contains("1Gi") && limits.contains("100m"), "{page}");
    let quotas = section(&page, "Quotas");
    assert!(
        quotas.iter().any(|line| line.starts_with("few") && line.contains("configmaps") && line.ends_with('9')),
        "{page}"
    );
    kubectl(&["delete", "namespace", name, "--wait=false"]);
    let page = troubled(&["ns", name], &["Held by", "example.com/hold in 1 resource instances"]);
    let theirs = kubectl(&["describe", "namespace", name]);
    assert!(theirs.contains("example.com/hold"), "{theirs}");
    let held = described(&["configmap", "held", "-n", name]);
    kubectl(&["patch", "configmap", "held", "-n", name, "--type=merge", "-p", r#"{"metadata":{"finalizers":null}}"#]);
    assert!(section(&page, "Namespace").iter().any(|line| line.contains("Terminating")), "{page}");
    assert!(section(&held, "Trouble").iter().any(|line| line.contains("example.com/hold")), "{held}");
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn workloads_and_services_say_what_is_wrong() {
    let name = "describe-wrong";
    namespace(name);
    let fails = pod(r#"["sh", "-c", "exit 3"]"#);
    let runs = pod(r#"["sleep", "9999"]"#).replace(r#""restartPolicy": "Never", "#, "");
    let lost = pod(r#"["/nosuch"]"#).replace(r#""restartPolicy": "Never", "#, "");
    let absent = runs.replace("busybox:1", "none:1");
    let labels = |app: &str| format!(r#"{{"metadata": {{"labels": {{"app": "{app}"}}}}, "spec": "#);
    let deployment = |app: &str, replicas: u8, spec: &str| {
        format!(
            r#"{{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {{"name": "{app}"}}, "spec": {{"replicas": {replicas},
                "selector": {{"matchLabels": {{"app": "{app}"}}}}, "template": {}{spec}}}}}}}"#,
            labels(app)
        )
    };
    let job = |kind: &str, spec: &str| {
        let template = format!(r#"{{"backoffLimit": 0, "template": {{"spec": {fails}}}}}"#);
        match kind {
            "Job" => format!(
                r#"{{"apiVersion": "batch/v1", "kind": "Job", "metadata": {{"name": "fails"}}, "spec": {template}}}"#
            ),
            _ => format!(
                r#"{{"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {{"name": "often"}},
                    "spec": {{"schedule": "* * * * *", {spec} "jobTemplate": {{"spec": {template}}}}}}}"#
            ),
        }
    };
    let service = |service: &str, app: &str, port: &str| {
        format!(
            r#"{{"apiVersion": "v1", "kind": "Service", "metadata": {{"name": "{service}"}},
                "spec": {{"selector": {{"app": "{app}"}}, "ports": [{{"port": 80, "targetPort": {port}}}]}}}}"#
        )
    };
    let budget = r#"{"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "all"},
        "spec": {"minAvailable": 1, "selector": {"matchLabels": {"app": "runs"}}}}"#;
    let claim = r#"{"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "waits"},
        "spec": {"accessModes": ["ReadWriteOnce"], "storageClassName": "nosuch", "resources": {"requests": {"storage": "1Gi"}}}}"#;
    let scaler = r#"{"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "runs"},
        "spec": {"minReplicas": 1, "maxReplicas": 3, "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "nosuch"},
        "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}}}]}}"#;
    let objects = [
        deployment("runs", 1, &runs),
        deployment("absent", 2, &absent),
        deployment("lost", 1, &lost),
        job("Job", ""),
        job("CronJob", r#""suspend": true,"#),
        service("nobody", "nosuch", "80"),
        service("nameless", "runs", "\"web\""),
        service("fine", "runs", "8080"),
        budget.to_owned(),
        claim.to_owned(),
        scaler.to_owned(),
    ];
    for object in &objects {
        let output = kubectl_fed(&["create", "-n", name, "-f", "-"], object);
        assert!(output.status.success(), "{object}: {}", String::from_utf8_lossy(&output.stderr));
    }
    kubectl(&["create", "job", "-n", name, "--from=cronjob/often", "often-1"]);
    let of = |kind_and_name: &'static str, words: &[&str]| troubled(&["-n", name, kind_and_name], words);

    let page = of("deployment/absent", &["2 pods", "ErrImageNeverPull"]);
    assert!(section(&page, "Pods").iter().filter(|line| line.contains("ErrImageNeverPull")).count() == 2, "{page}");
    of("replicaset", &["ErrImageNeverPull"]);
    of("deployment/lost", &["1 pod", "exec: \"/nosuch\"", "no such file or directory"]);
    // Its controller first says that the job is going to fail, and counts the failed pod once the pod has ended.
    kubectl(&["wait", "-n", name, "--for=condition=Failed", "job/fails", "--timeout=60s"]);
    let page = of(
        "job/fails",
        &["BackoffLimitExceeded: Job has reached the specified backoff limit", "1 pod", "Error, exit code 3"],
    );
    let theirs = kubectl(&["describe", "job", "fails", "-n", name]);
    assert!(theirs.contains("0 Succeeded / 1 Failed"), "{theirs}");
    assert!(
        section(&page, "Job").iter().any(|line| line.starts_with("Pods ") && line.ends_with(" 1 failed")),
        "{page}"
    );
    of("cronjob/often", &["1 job", "BackoffLimitExceeded", "1 pod", "Error, exit code 3", "suspended"]);

    of("service/nobody", &["no pod has app=nosuch"]);
    kubectl(&["rollout", "status", "-n", name, "deployment/runs", "--timeout=90s"]);
    of("service/nameless", &["no container of its pods has a TCP port called web"]);
    let fine = described(&["-n", name, "service/fine"]);
    assert!(section(&fine, "Trouble").is_empty() && section(&fine, "Endpoint slices").len() == 2, "{fine}");

    let page = of("pdb/all", &["no pod may ever be evicted"]);
    let theirs = kubectl(&["describe", "pdb", "all", "-n", name]);
    for (ours, mine) in [
        ("Allowed disruptions", "Evictions allowed"),
        ("Current", "Healthy now"),
        ("Desired", "Healthy needed"),
        ("Total", "Pods expected"),
    ] {
        let number = |text: &str, key: &str| {
            let line = text
                .lines()
                .find_map(|line| line.trim().strip_prefix(key))
                .unwrap_or_else(|| panic!("no {key}: {text}"));
            line.trim_start_matches(':').trim().to_owned()
        };
        assert_eq!(number(&page, mine), number(&theirs, ours), "{mine}");
    }
    of("pvc/waits", &["ProvisioningFailed", "\"nosuch\" not found"]);
    let page = of("hpa/runs", &["AbleToScale False", "FailedGetScale", "\"nosuch\" not found"]);
    assert!(
        section(&page, "Metrics").iter().any(|line| line.starts_with("cpu of pods") && line.ends_with("70%")),
        "{page}"
    );

    // On a small screen every word of a long message is seen, and a search finds what goes over two rows.
    let mut screen = Terminal::sized(&kubeconfig(), &["-n", name, "-c", "deploy /lost"], 80, 24);
    screen.shows("0/1", 10);
    screen.answers("d", "› describe");
    screen.shows("Trouble", 10);
    screen.until("the whole cause", 20, |text| {
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        words.contains("no such file or directory")
    });
    screen.keys("/no such file or directory\r");
    screen.shows("1 of", 5);
    kubectl(&["delete", "namespace", name, "--wait=false"]);
}

/// The sums of `kubectl describe node`: resource, requests, limits.
fn allocated(page: &str) -> BTreeMap<String, (String, String)> {
    let lines = page.lines().skip_while(|line| !line.starts_with("Allocated resources")).skip(4);
    let rows = lines.take_while(|line| line.starts_with("  ")).map(|line| line.split_whitespace().collect::<Vec<_>>());
    let percent = |word: &str| word.trim_matches(['(', ')']).to_owned();
    rows.filter(|row| row.len() == 5).map(|row| (row[0].to_owned(), (percent(row[2]), percent(row[4])))).collect()
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn a_node_sums_as_kubectl_does() {
    let theirs = allocated(&kubectl(&["describe", "node", "rig-real"]));
    let page = described(&["node", "rig-real"]);
    assert!(theirs.len() >= 3, "{theirs:?}");
    let resources = section(&page, "Resources");
    for (resource, (requests, limits)) in
        theirs.iter().filter(|(name, _)| ["cpu", "memory", "ephemeral-storage"].contains(&name.as_str()))
    {
        let row = resources.iter().find(|line| line.split_whitespace().next() == Some(resource)).unwrap();
        let shares: Vec<String> =
            row.split('(').skip(1).filter_map(|part| part.split(')').next()).map(str::to_owned).collect();
        assert_eq!(shares, [requests.clone(), limits.clone()], "{row}");
    }
    let pods = section(&page, "Pods");
    assert!(pods[0].starts_with("NAMESPACE") && pods.iter().any(|line| line.starts_with("real ")), "{page}");
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn events_are_counted_as_kubectl_counts_them() {
    let name = "describe-events";
    namespace(name);
    apply(&format!(
        r#"{{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {{"name": "subject", "namespace": "{name}"}}}}"#
    ));
    let page = described(&["configmap", "subject", "-n", name]);
    assert_eq!(section(&page, "Events"), ["none"], "{page}");
    let uid = kubectl(&["get", "configmap", "subject", "-n", name, "-o", "jsonpath={.metadata.uid}"]);
    let long = "first line of it\\nand the cause at its end: exec: no such file";
    let at = |minutes: i64| jiff::Timestamp::from_second(jiff::Timestamp::now().as_second() - minutes * 60).unwrap();
    let event = format!(
        r#"{{"apiVersion": "v1", "kind": "Event", "metadata": {{"name": "e1", "namespace": "{name}"}}, "type": "Warning", "reason": "Again",
            "message": "{long}", "count": 12, "firstTimestamp": "{}", "lastTimestamp": "{}", "source": {{"component": "tester"}},
            "involvedObject": {{"apiVersion": "v1", "kind": "ConfigMap", "name": "subject", "namespace": "{name}", "uid": "{uid}"}}}}"#,
        at(60),
        at(2)
    );
    assert!(kubectl_fed(&["create", "-f", "-"], &event).status.success());
    let page = described(&["configmap", "subject", "-n", name]);
    let theirs = kubectl(&["describe", "configmap", "subject", "-n", name]);
    let counted =
        |text: &str| text.lines().any(|line| line.contains("(x12 over 60m)") || line.contains("(x12 over 1h)"));
    assert!(counted(&theirs) && counted(&page), "{page}\n{theirs}");
    assert!(page.contains("the cause at its end: exec: no such file"), "{page}");
    kubectl(&["delete", "namespace", name, "--wait=false"]);
}
