//! Applying on a real cluster, without a screen and on it.

use std::path::PathBuf;
use std::process::Output;

use serde_json::Value;

use crate::servers::{kubeconfig, kubectl, kubectl_fed, limited, namespace};
use crate::terminal::Terminal;

const DOCUMENTS: &str = r#"
apiVersion: tides.example.com/v1
kind: Tide
metadata: {name: low, namespace: apply-run}
spec: {depth: 0x10}
---
apiVersion: v1
kind: Secret
metadata: {name: s, namespace: apply-run}
stringData: {password: hunter2-canary}
---
apiVersion: v1
kind: Namespace
metadata: {name: apply-run}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: tides.tides.example.com}
spec:
  group: tides.example.com
  scope: Namespaced
  names: {plural: tides, singular: tide, kind: Tide}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {depth: {type: integer}}}}}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: c, namespace: apply-run}
data: {a: "1"}
---
apiVersion: nope.example.com/v1
kind: Nope
metadata: {name: x}
"#;

struct Place {
    dir: PathBuf,
}

impl Place {
    fn new() -> Self {
        let dir = std::env::temp_dir().join(format!("apply-{}", std::process::id()));
        std::fs::create_dir_all(dir.join("docs/deep")).unwrap();
        clean();
        Self { dir }
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.dir.join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn spyhop(&self, args: &[&str]) -> Output {
        let mut command = limited(env!("CARGO_BIN_EXE_spyhop"));
        command.env("KUBECONFIG", kubeconfig()).env("XDG_STATE_HOME", &self.dir).args(args);
        command.stdin(std::process::Stdio::null()).output().unwrap()
    }
}

fn clean() {
    kubectl(&["delete", "namespace", "apply-run", "--ignore-not-found"]);
    kubectl(&["delete", "crd", "tides.tides.example.com", "--ignore-not-found"]);
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
        kubectl_fed(&["delete", "crd", "tides.tides.example.com", "--ignore-not-found", "--wait=false"], "");
        kubectl_fed(&["delete", "namespace", "apply-run", "--ignore-not-found", "--wait=false"], "");
    }
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn get(what: &[&str]) -> Value {
    let mut args = vec!["get", "-o", "json"];
    args.extend(what);
    serde_json::from_str(&kubectl(&args)).unwrap()
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn documents_are_tried_asked_for_and_written_in_order() {
    let place = Place::new();
    place.write("docs/all.yaml", DOCUMENTS);
    place.write("docs/deep/no.yaml", "this: is not looked at");
    place.write("docs/notes.txt", "nor: this");
    let docs = place.dir.join("docs").to_str().unwrap().to_owned();
    // Nothing is written by a dry run, nor without an answer.
    let tried = place.spyhop(&["apply", "-f", &docs, "--dry-run"]);
    assert!(!tried.status.success() && said(&tried).contains("tide apply-run/low  new"), "{}", said(&tried));
    let asked = place.spyhop(&["apply", "-f", &docs]);
    assert!(!asked.status.success() && said(&asked).contains("use --yes"), "{}", said(&asked));
    assert!(!kubectl(&["get", "namespaces"]).contains("apply-run"));
    let done = place.spyhop(&["apply", "-f", &docs, "--yes"]);
    let text = said(&done);
    assert!(!done.status.success() && text.contains("1 of 6 not applied"), "{text}");
    for words in ["namespace apply-run  created", "tide apply-run/low  created", "no kind Nope in nope.example.com/v1"]
    {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(!text.contains("canary") && !text.contains("aHVu"), "{text}");
    assert_eq!(get(&["tide/low", "-n", "apply-run"])["spec"]["depth"], 16);
    let map = get(&["configmap/c", "-n", "apply-run", "--show-managed-fields"]);
    let manager = &map["metadata"]["managedFields"][0];
    assert_eq!((&manager["manager"], &manager["operation"]), (&"spyhop".into(), &"Apply".into()));
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn conflicts_name_manager_and_field_and_can_be_forced() {
    let place = Place::new();
    crate::servers::namespace("apply-run");
    kubectl(&["create", "configmap", "c", "-n", "apply-run", "--from-literal=a=theirs", "--field-manager=tide-table"]);
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: mine}\n";
    let file = place.write("c.yaml", text);
    let apply = |more: &[&str]| {
        let mut args = vec!["apply", "-f", file.as_str(), "-n", "apply-run", "--yes"];
        args.extend(more);
        place.spyhop(&args)
    };
    let refused = apply(&[]);
    let words = said(&refused);
    assert!(!refused.status.success() && words.contains("\"tide-table\"") && words.contains("data.a"), "{words}");
    assert_eq!(get(&["configmap/c", "-n", "apply-run"])["data"]["a"], "theirs");
    // The very words of kubectl.
    let theirs = kubectl_fed(&["apply", "--server-side", "-n", "apply-run", "-f", "-", "--field-manager=spyhop"], text);
    assert!(String::from_utf8_lossy(&theirs.stderr).contains("conflict with \"tide-table\""));
    assert!(!apply(&["--force-conflicts", "--readonly"]).status.success());
    let forced = apply(&["--force-conflicts"]);
    assert!(forced.status.success() && said(&forced).contains("theirs → mine"), "{}", said(&forced));
    assert_eq!(get(&["configmap/c", "-n", "apply-run"])["data"]["a"], "mine");
    let again = apply(&[]);
    assert!(again.status.success() && said(&again).contains("unchanged"), "{}", said(&again));
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn the_screen_applies_too() {
    let place = Place::new();
    crate::servers::namespace("apply-run");
    let file = place.write("c.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: mine}\n");
    let home = place.dir.to_str().unwrap();
    let args = ["-n", "apply-run", "-c", "cm"];
    let mut terminal = Terminal::with_env(&kubeconfig(), &args, 120, 40, &[("XDG_STATE_HOME", home)]);
    terminal.shows("kube-root-ca.crt", 15);
    terminal.shows("v1.36", 15);
    terminal.keys(&format!(":apply {file}\r"));
    terminal.shows("1 of 1 can be applied", 10);
    terminal.shows("configmap apply-run/c  new", 5);
    terminal.writes();
    terminal.shows("● applied", 10);
    assert_eq!(get(&["configmap/c", "-n", "apply-run"])["data"]["a"], "mine");
    terminal.keys(&format!(":apply {home}/nosuch.yaml\r"));
    terminal.shows("could not read", 10);
}

/// A kind, whether it lies in a namespace, and what is applied of it one after the other besides its metadata.
type Documents = (&'static str, &'static str, bool, [&'static str; 3]);

const POD_1: &str = "nodeSelector: {sea: none}, containers: [{name: a, image: 'a:1', env: [{name: E1, value: '1'}, {name: E2, value: '1'}], \
                     ports: [{containerPort: 80}, {containerPort: 81, name: b}]}, {name: b, image: 'b:1'}], \
                     volumes: [{name: v, emptyDir: {}}, {name: w, emptyDir: {}}]";
const POD_2: &str = "nodeSelector: {sea: none}, containers: [{name: c, image: 'c:1'}, {name: a, image: 'a:2', env: [{name: E2, value: '2'}, {name: E3}], \
                     ports: [{containerPort: 80, name: web}]}], volumes: [{name: v, secret: {secretName: s}}], tolerations: [{operator: Exists}]";
const POD_3: &str =
    "nodeSelector: {sea: none}, containers: [{name: a, image: 'a:3'}, {name: c, image: 'c:1', args: [x]}]";

const KINDS: &[Documents] = &[
    (
        "v1",
        "ConfigMap",
        true,
        ["data: {a: '1', b: 'x < y & z', c: '3'}", "data: {a: '2', d: \"\\u2028\"}", "data: {d: '1'}"],
    ),
    ("v1", "Secret", true, ["data: {a: YQ==, b: Yg==}", "data: {a: Yg==}", "data: {c: Yw==}"]),
    (
        "v1",
        "Service",
        true,
        [
            "spec: {selector: {a: b, c: d}, sessionAffinity: ClientIP, ports: [{name: a, port: 80, targetPort: 8080}, {name: b, port: 81}]}",
            "spec: {selector: {a: b}, ports: [{name: c, port: 82}, {name: a, port: 80, targetPort: web}]}",
            "spec: {selector: {a: c}, ports: [{name: a, port: 80}]}",
        ],
    ),
    (
        "v1",
        "ServiceAccount",
        true,
        [
            "imagePullSecrets: [{name: a}, {name: b}]",
            "imagePullSecrets: [{name: b}]",
            "automountServiceAccountToken: false",
        ],
    ),
    (
        "v1",
        "LimitRange",
        true,
        [
            "spec: {limits: [{type: Container, max: {cpu: 1000m, memory: 1Gi}}]}",
            "spec: {limits: [{type: Container, max: {cpu: '1'}}]}",
            "spec: {limits: [{type: Pod, max: {cpu: '2'}}]}",
        ],
    ),
    (
        "v1",
        "ResourceQuota",
        true,
        ["spec: {hard: {pods: '90', services: '90'}}", "spec: {hard: {pods: '80'}}", "spec: {hard: {services: '70'}}"],
    ),
    (
        "v1",
        "PersistentVolumeClaim",
        true,
        [
            "spec: {storageClassName: '', volumeName: no-such, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}",
            "spec: {storageClassName: '', volumeName: no-such, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1024Mi}}}",
            "spec: {storageClassName: '', volumeName: no-such, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}",
        ],
    ),
    (
        "v1",
        "Pod",
        true,
        [
            "spec: {automountServiceAccountToken: false, nodeSelector: {sea: none}, containers: [{name: a, image: 'a:1'}], activeDeadlineSeconds: 90000}",
            "spec: {automountServiceAccountToken: false, nodeSelector: {sea: none}, containers: [{name: a, image: 'a:2'}], activeDeadlineSeconds: 80000}",
            "spec: {automountServiceAccountToken: false, nodeSelector: {sea: none}, containers: [{name: a, image: 'a:3'}], activeDeadlineSeconds: 70000}",
        ],
    ),
    ("v1", "PodTemplate", true, ["template: {spec: {POD1}}", "template: {spec: {POD2}}", "template: {spec: {POD3}}"]),
    (
        "v1",
        "ReplicationController",
        true,
        [
            "spec: {replicas: 0, minReadySeconds: 3, selector: {a: b}, template: {metadata: {labels: {a: b, c: d}}, spec: {POD1}}}",
            "spec: {replicas: 0, selector: {a: b}, template: {metadata: {labels: {a: b}}, spec: {POD2}}}",
            "spec: {replicas: 0, selector: {a: b}, template: {metadata: {labels: {a: b}}, spec: {POD3}}}",
        ],
    ),
    (
        "apps/v1",
        "ReplicaSet",
        true,
        [
            "spec: {replicas: 0, minReadySeconds: 3, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b, c: d}}, spec: {POD1}}}",
            "spec: {replicas: 0, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {POD2}}}",
            "spec: {replicas: 0, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {POD3}}}",
        ],
    ),
    (
        "apps/v1",
        "Deployment",
        true,
        [
            "spec: {replicas: 0, paused: true, strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 3}}, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b, c: d}}, spec: {POD1}}}",
            "spec: {replicas: 0, strategy: {type: Recreate}, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {POD2}}}",
            "spec: {replicas: 0, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {POD3}}}",
        ],
    ),
    (
        "apps/v1",
        "StatefulSet",
        true,
        [
            "spec: {replicas: 0, serviceName: x, minReadySeconds: 3, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b, c: d}}, spec: {POD1}}}",
            "spec: {replicas: 0, serviceName: x, persistentVolumeClaimRetentionPolicy: {whenDeleted: Delete}, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {POD2}}}",
            "spec: {replicas: 0, serviceName: x, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {POD3}}}",
        ],
    ),
    (
        "apps/v1",
        "DaemonSet",
        true,
        [
            "spec: {minReadySeconds: 3, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b, c: d}}, spec: {POD1}}}",
            "spec: {updateStrategy: {type: OnDelete}, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {POD2}}}",
            "spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {POD3}}}",
        ],
    ),
    (
        "batch/v1",
        "Job",
        true,
        [
            "spec: {suspend: true, completions: 9, parallelism: 2, backoffLimit: 3, template: {spec: {restartPolicy: Never, containers: [{name: a, image: 'a:1'}]}}}",
            "spec: {suspend: true, completions: 9, backoffLimit: 4, template: {spec: {restartPolicy: Never, containers: [{name: a, image: 'a:1'}]}}}",
            "spec: {suspend: true, completions: 9, parallelism: 4, template: {spec: {restartPolicy: Never, containers: [{name: a, image: 'a:1'}]}}}",
        ],
    ),
    (
        "batch/v1",
        "CronJob",
        true,
        [
            "spec: {suspend: true, schedule: '1 1 1 1 *', startingDeadlineSeconds: 9, jobTemplate: {spec: {template: {spec: {restartPolicy: Never, POD1}}}}}",
            "spec: {suspend: true, schedule: '2 1 1 1 *', jobTemplate: {spec: {template: {spec: {restartPolicy: Never, POD2}}}}}",
            "spec: {suspend: true, schedule: '2 1 1 1 *', jobTemplate: {spec: {backoffLimit: 1, template: {spec: {restartPolicy: Never, POD3}}}}}",
        ],
    ),
    (
        "networking.k8s.io/v1",
        "Ingress",
        true,
        [
            "spec: {ingressClassName: none, rules: [{host: a.example.com, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: a, port: {number: 80}}}}]}}, {host: b.example.com}]}",
            "spec: {rules: [{host: b.example.com, http: {paths: [{path: /b, pathType: Exact, backend: {service: {name: a, port: {name: web}}}}]}}]}",
            "spec: {defaultBackend: {service: {name: a, port: {number: 80}}}}",
        ],
    ),
    (
        "networking.k8s.io/v1",
        "NetworkPolicy",
        true,
        [
            "spec: {podSelector: {matchLabels: {a: b, c: d}}, ingress: [{ports: [{port: 80}, {port: 81}]}], policyTypes: [Ingress]}",
            "spec: {podSelector: {matchLabels: {a: b}}, ingress: [{ports: [{port: 81}]}], policyTypes: [Ingress]}",
            "spec: {podSelector: {}, policyTypes: [Ingress]}",
        ],
    ),
    (
        "autoscaling/v2",
        "HorizontalPodAutoscaler",
        true,
        [
            "spec: {minReplicas: 2, maxReplicas: 5, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: none}, metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}]}",
            "spec: {maxReplicas: 6, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: none}, metrics: [{type: Resource, resource: {name: memory, target: {type: Utilization, averageUtilization: 60}}}]}",
            "spec: {minReplicas: 3, maxReplicas: 6, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: none}}",
        ],
    ),
    (
        "policy/v1",
        "PodDisruptionBudget",
        true,
        [
            "spec: {minAvailable: 1, unhealthyPodEvictionPolicy: AlwaysAllow, selector: {matchLabels: {a: b, c: d}}}",
            "spec: {minAvailable: 50%, selector: {matchLabels: {a: b}}}",
            "spec: {maxUnavailable: 1, selector: {matchLabels: {e: f}}}",
        ],
    ),
    (
        "rbac.authorization.k8s.io/v1",
        "Role",
        true,
        [
            "rules: [{apiGroups: [''], resources: [pods], verbs: [get]}, {apiGroups: [''], resources: [secrets], verbs: [get]}]",
            "rules: [{apiGroups: [''], resources: [pods], verbs: [get, list]}]",
            "rules: []",
        ],
    ),
    (
        "rbac.authorization.k8s.io/v1",
        "RoleBinding",
        true,
        [
            "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: x}\nsubjects: [{kind: User, name: a, apiGroup: rbac.authorization.k8s.io}, {kind: User, name: b, apiGroup: rbac.authorization.k8s.io}]",
            "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: x}\nsubjects: [{kind: User, name: b, apiGroup: rbac.authorization.k8s.io}]",
            "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: x}",
        ],
    ),
    (
        "discovery.k8s.io/v1",
        "EndpointSlice",
        true,
        [
            "addressType: IPv4\nendpoints: [{addresses: [10.1.1.1], conditions: {ready: true}}, {addresses: [10.1.1.2]}]\nports: [{name: a, port: 80}]",
            "addressType: IPv4\nendpoints: [{addresses: [10.1.1.2]}]\nports: [{name: a, port: 81}, {name: b, port: 82}]",
            "addressType: IPv4\nendpoints: []\nports: []",
        ],
    ),
    (
        "coordination.k8s.io/v1",
        "Lease",
        true,
        [
            "spec: {holderIdentity: a, leaseDurationSeconds: 9}",
            "spec: {holderIdentity: b}",
            "spec: {leaseTransitions: 1}",
        ],
    ),
    (
        "gateway.networking.k8s.io/v1",
        "HTTPRoute",
        true,
        [
            "spec: {hostnames: [a.example.com, b.example.com], parentRefs: [{name: g}], rules: [{backendRefs: [{name: a, port: 80, weight: 1}, {name: b, port: 80}]}]}",
            "spec: {hostnames: [b.example.com], parentRefs: [{name: g}], rules: [{backendRefs: [{name: b, port: 80}]}]}",
            "spec: {parentRefs: [{name: h}]}",
        ],
    ),
    (
        "rbac.authorization.k8s.io/v1",
        "ClusterRole",
        false,
        [
            "rules: [{nonResourceURLs: [/a, /b], verbs: [get]}]",
            "rules: [{nonResourceURLs: [/b], verbs: [get]}]",
            "rules: []",
        ],
    ),
    (
        "scheduling.k8s.io/v1",
        "PriorityClass",
        false,
        ["value: 7\ndescription: a", "value: 7", "value: 7\ndescription: b"],
    ),
    (
        "storage.k8s.io/v1",
        "StorageClass",
        false,
        [
            "provisioner: no.example.com\nallowVolumeExpansion: true\nparameters: {a: b}",
            "provisioner: no.example.com\nparameters: {a: b}",
            "provisioner: no.example.com\nallowVolumeExpansion: false\nparameters: {a: b}",
        ],
    ),
    (
        "admissionregistration.k8s.io/v1",
        "ValidatingWebhookConfiguration",
        false,
        [
            "webhooks: [{name: a.example.com, HOOK, matchConditions: [{name: cx, expression: 'true'}, {name: cy, expression: 'true'}]}, {name: b.example.com, HOOK}]",
            "webhooks: [{name: a.example.com, HOOK, timeoutSeconds: 3, matchConditions: [{name: cy, expression: 'false'}]}]",
            "webhooks: [{name: c.example.com, HOOK}, {name: a.example.com, HOOK}]",
        ],
    ),
];

/// A hook that is asked about nothing.
const HOOK: &str = "clientConfig: {url: 'https://no.example.com'}, admissionReviewVersions: [v1], sideEffects: None, failurePolicy: Ignore";

const METADATA: [&str; 3] = [
    "labels: {keep: a, old: a}, annotations: {note: '1', gone: a}",
    "labels: {keep: b, new: b}, annotations: {note: '2'}",
    "labels: {keep: c}",
];

/// All kinds, as they are applied at a stage (0 to 2) in a namespace.
fn stage(at: usize, namespace: &str) -> String {
    let document = |(version, kind, namespaced, bodies): &Documents| {
        let name = if *namespaced { "x".to_owned() } else { format!("{namespace}-x") };
        let place = if *namespaced { format!("namespace: {namespace}, ") } else { String::new() };
        let body =
            bodies[at].replace("POD1", POD_1).replace("POD2", POD_2).replace("POD3", POD_3).replace("HOOK", HOOK);
        format!("apiVersion: {version}\nkind: {kind}\nmetadata: {{name: {name}, {place}{}}}\n{body}\n", METADATA[at])
    };
    KINDS.iter().map(document).collect::<Vec<_>>().join("---\n")
}

/// The objects of a namespace as they are, without what differs between any two.
fn twins(place: &Place, namespace: &str) -> Vec<Value> {
    let file = place.write(&format!("{namespace}.yaml"), &stage(0, namespace));
    let list = get(&["-f", &file]);
    let items = list["items"].as_array().unwrap();
    assert_eq!(items.len(), KINDS.len());
    let plain = |item: &Value| {
        let mut text = item.to_string().replace(namespace, "NS");
        for own in ["/metadata/uid", "/spec/clusterIP"] {
            if let Some(own) = item.pointer(own).and_then(Value::as_str) {
                text = text.replace(own, "OWN");
            }
        }
        let mut item: Value = serde_json::from_str(&text).unwrap();
        item.as_object_mut().unwrap().shift_remove("status");
        let metadata = item["metadata"].as_object_mut().unwrap();
        // The controller writes it a moment later.
        metadata["annotations"].as_object_mut().unwrap().shift_remove("deployment.kubernetes.io/revision");
        ["resourceVersion", "creationTimestamp", "managedFields"]
            .iter()
            .for_each(|key| drop(metadata.shift_remove(*key)));
        item
    };
    items.iter().map(plain).collect()
}

fn assert_twins(place: &Place, theirs: &str, ours: &str, when: &str) {
    for (theirs, ours) in twins(place, theirs).iter().zip(twins(place, ours)) {
        assert_eq!(&ours, theirs, "{when}: {}", theirs["kind"]);
    }
}

/// Namespaces that go again, with what lies in none.
struct Namespaces(Vec<String>);

impl Namespaces {
    fn new(names: &[&str]) -> Self {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let all = Self(names);
        all.clean();
        all.0.iter().for_each(|name| namespace(name));
        all
    }

    fn clean(&self) {
        for name in &self.0 {
            for (version, kind, ..) in KINDS.iter().filter(|(_, _, namespaced, _)| !namespaced) {
                let group = version.split('/').next().unwrap();
                let kind = format!("{}.{group}", kind.to_lowercase());
                kubectl_fed(&["delete", &kind, &format!("{name}-x"), "--ignore-not-found"], "");
            }
        }
    }
}

impl Drop for Namespaces {
    fn drop(&mut self) {
        self.clean();
        for name in &self.0 {
            kubectl_fed(&["delete", "namespace", name, "--ignore-not-found", "--wait=false"], "");
        }
    }
}

/// `kubectl apply` of a stage.
fn theirs(at: usize, namespace: &str, more: &[&str]) {
    let mut args = vec!["apply", "-f", "-"];
    args.extend(more);
    let output = kubectl_fed(&args, &stage(at, namespace));
    assert!(output.status.success(), "{namespace} {at} {more:?}: {}", said(&output));
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn what_kubectl_applied_is_applied_as_by_kubectl_which_then_goes_on() {
    let place = Place::new();
    let names = ["apply-ca", "apply-cb", "apply-sa", "apply-sb"];
    let _namespaces = Namespaces::new(&names);
    names.iter().for_each(|name| theirs(0, name, &[]));
    for (reference, ours) in [("apply-ca", "apply-cb"), ("apply-sa", "apply-sb")] {
        theirs(1, reference, &[]);
        let file = place.write("ours.yaml", &stage(1, ours));
        let before = twins(&place, ours);
        let tried = place.spyhop(&["apply", "-f", &file, "--dry-run"]);
        let text = said(&tried);
        assert!(tried.status.success(), "{text}");
        let removed = text.lines().filter(|line| line.contains("- metadata.labels.old")).count();
        assert_eq!(removed, KINDS.len(), "{text}");
        assert_eq!(twins(&place, ours), before, "a dry run wrote something");
        let done = place.spyhop(&["apply", "-f", &file, "--yes"]);
        assert!(done.status.success(), "{}", said(&done));
        assert_twins(&place, reference, ours, "after the second");
        let again = place.spyhop(&["apply", "-f", &file, "--yes"]);
        assert!(again.status.success() && !said(&again).contains("would change"), "{}", said(&again));
        assert_twins(&place, reference, ours, "after the second once more");
    }
    for name in ["apply-ca", "apply-cb"] {
        theirs(2, name, &[]);
    }
    assert_twins(&place, "apply-ca", "apply-cb", "after the third by kubectl");
    // Server-side, kubectl refuses to touch some lists that it applied itself, because the server filled in defaults.
    for at in [1, 2] {
        let told = ["apply-sa", "apply-sb"].map(|name| {
            let output = kubectl_fed(&["apply", "--server-side", "-f", "-"], &stage(at, name));
            said(&output).replace(name, "NS")
        });
        assert_eq!(told[1], told[0], "what kubectl says, server-side");
        assert!(!told[1].contains("spyhop"), "{}", told[1]);
        let done = told[1].matches("serverside-applied").count();
        assert!(done >= 20, "only {done}: {}", told[1]);
        assert_twins(&place, "apply-sa", "apply-sb", "after kubectl, server-side");
    }
}

/// What the server's OpenAPI documents say of lists and objects that are merged by rules of their own.
#[test]
#[ignore = "needs the real servers: tests/run"]
fn rules_of_merging_are_those_of_the_server() {
    use spyhop::kinds::kube::rules::rule;

    struct Walk<'s> {
        schemas: &'s Value,
        group: &'s str,
        kind: &'s str,
        seen: usize,
    }

    impl<'s> Walk<'s> {
        fn resolved(&self, mut schema: &'s Value) -> &'s Value {
            loop {
                let to = schema.pointer("/allOf/0/$ref").or(schema.get("$ref")).and_then(Value::as_str);
                match to {
                    Some(name) => schema = &self.schemas[name.rsplit('/').next().unwrap()],
                    None => return schema,
                }
            }
        }

        fn walk(&mut self, schema: &'s Value, path: &str, within: &[*const Value]) {
            let schema = self.resolved(schema);
            if within.contains(&std::ptr::from_ref(schema)) {
                return;
            }
            let within: Vec<*const Value> = within.iter().copied().chain([std::ptr::from_ref(schema)]).collect();
            for (key, field) in schema["properties"].as_object().into_iter().flatten() {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                if path.split('.').any(|step| step == "status") || self.kind == "ComponentStatus" {
                    continue;
                }
                let strategy = field["x-kubernetes-patch-strategy"].as_str().unwrap_or_default();
                let by = field["x-kubernetes-patch-merge-key"].as_str();
                let rule = format!("{:?}", rule(self.group, self.kind, &path));
                let expected = match (strategy, by) {
                    ("", _) => "Plain".to_owned(),
                    ("replace", _) => "Whole".to_owned(),
                    ("retainKeys", _) => "Exact".to_owned(),
                    ("merge", None) => "Texts".to_owned(),
                    (strategy, Some(by)) => {
                        assert!(
                            rule.ends_with(&format!("exact: {} }}", strategy.contains("retainKeys"))),
                            "{path}: {rule}"
                        );
                        format!("Items {{ keys: [\"{by}\"")
                    }
                    other => panic!("{path}: {other:?}"),
                };
                assert!(
                    rule.starts_with(&expected),
                    "{}.{} {path}: {rule}, the server says {expected}",
                    self.kind,
                    self.group
                );
                self.seen += usize::from(!strategy.is_empty());
                let inner = self.resolved(field);
                self.walk(inner.get("items").unwrap_or(inner), &path, &within);
            }
        }
    }

    let raw = |path: &str| -> Value { serde_json::from_str(&kubectl(&["get", "--raw", path])).unwrap() };
    let root = raw("/openapi/v3");
    let own = |path: &&String| {
        let group = path.strip_prefix("apis/").and_then(|rest| rest.split_once('/')).map(|(group, _)| group);
        *path == "api/v1" || group.is_some_and(spyhop::kinds::kube::rules::is_own)
    };
    let mut seen = 0;
    for path in root["paths"].as_object().unwrap().keys().filter(own) {
        let document = raw(&format!("/openapi/v3/{path}"));
        let schemas = &document["components"]["schemas"];
        for schema in schemas.as_object().into_iter().flatten().map(|(_, schema)| schema) {
            for address in schema["x-kubernetes-group-version-kind"].as_array().into_iter().flatten() {
                let (group, kind) = (address["group"].as_str().unwrap(), address["kind"].as_str().unwrap());
                if kind.ends_with("List") || kind.ends_with("Options") || kind == "WatchEvent" || kind == "Status" {
                    continue;
                }
                let mut walk = Walk { schemas, group, kind, seen: 0 };
                walk.walk(schema, "", &[]);
                seen += walk.seen;
            }
        }
    }
    assert!(seen > 200, "only {seen}");
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn what_kubectl_reads_is_read() {
    let place = Place::new();
    namespace("apply-run");
    let json = r#"{"apiVersion":"v1","kind":"ConfigMapList","items":[{"metadata":{"name":"a"},"data":{"x":"\ud83d\udc33"}}]}
{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"b"},"data":{"n":"2"}}"#;
    let tabs = "apiVersion: v1\nkind:\tConfigMap\nmetadata: {name: c}\ndata:\n  t: |\n    k:\tv\n";
    let wide = "\u{feff}apiVersion: v1\nkind: ConfigMap\nmetadata: {name: d}\ndata: {w: \"é\"}\n";
    place.write("docs/a.json", json);
    place.write("docs/b.yaml", tabs);
    let units: Vec<u8> = wide.encode_utf16().flat_map(u16::to_le_bytes).collect();
    std::fs::write(place.dir.join("docs/c.yaml"), units).unwrap();
    let docs = place.dir.join("docs").to_str().unwrap().to_owned();
    let done = place.spyhop(&["apply", "-f", &docs, "-n", "apply-run", "--yes"]);
    assert!(done.status.success(), "{}", said(&done));
    let value = |name: &str, key: &str| get(&[&format!("configmap/{name}"), "-n", "apply-run"])["data"][key].clone();
    assert_eq!((value("a", "x"), value("b", "n")), ("🐳".into(), "2".into()));
    assert_eq!((value("c", "t"), value("d", "w")), ("k:\tv\n".into(), "é".into()));
    // kubectl finds nothing to do.
    let again = kubectl_fed(&["apply", "--server-side", "--field-manager=spyhop", "-n", "apply-run", "-f", &docs], "");
    assert!(again.status.success(), "{}", said(&again));
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn a_deletion_ends_when_the_object_is_gone() {
    let place = Place::new();
    namespace("apply-run");
    let held = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: held, namespace: apply-run, finalizers: [tides.example.com/hold]}\n";
    crate::servers::apply(held);
    let args = ["delete", "cm", "held", "-n", "apply-run", "--yes", "--wait=false"];
    let left = place.spyhop(&args);
    let words = "configmap/held is being deleted: blocked by the finalizer tides.example.com/hold";
    assert!(left.status.success() && said(&left).contains(words), "{}", said(&left));
    let mut command = limited(env!("CARGO_BIN_EXE_spyhop"));
    command.env("KUBECONFIG", kubeconfig()).env("XDG_STATE_HOME", &place.dir).args(&args[..6]);
    command
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped());
    let mut waiting = command.spawn().unwrap();
    // It says for what it waits; only then the finalizer goes.
    let mut told = std::io::BufReader::new(waiting.stderr.take().unwrap());
    let mut line = String::new();
    std::io::BufRead::read_line(&mut told, &mut line).unwrap();
    assert!(line.contains("waiting until configmap/held is gone") && line.contains("tides.example.com/hold"), "{line}");
    assert!(waiting.try_wait().unwrap().is_none());
    kubectl(&["patch", "cm", "held", "-n", "apply-run", "--type=merge", "-p", r#"{"metadata":{"finalizers":null}}"#]);
    let done = waiting.wait_with_output().unwrap();
    assert!(done.status.success() && said(&done).contains("configmap/held deleted"), "{}", said(&done));
    crate::servers::apply(&held.replace(", finalizers: [tides.example.com/hold]", ""));
    let gone = place.spyhop(&args[..6]);
    assert_eq!(said(&gone), "configmap/held deleted\n");
}
