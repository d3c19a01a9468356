//! The stranger's way on the real servers; on the demo cluster it is walked by `tests/demo`.

use crate::servers::{apply, kubeconfig, kubectl, namespace};
use crate::terminal::Terminal;
use crate::walk::{Ground, walk};

const PLACE: &str = "walk";

/// A web server that talks, and a canary beside it that gets a tenth of what comes.
const GROUND_TEXT: &str = r#"
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: walk}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 0
      nodeSelector: {kubernetes.io/hostname: rig-real}
      containers:
      - name: app
        image: rig.local/busybox:1
        imagePullPolicy: Never
        command: [sh, -c, "while true; do echo GET / 200; sleep 1; done"]
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: walk}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: web-canary, namespace: walk}
spec: {selector: {app: none}, ports: [{port: 80}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: web, namespace: walk}
spec:
  hosts: [web]
  http:
  - route:
    - {destination: {host: web}, weight: 90}
    - {destination: {host: web-canary}, weight: 10}
"#;

struct Gone;

impl Drop for Gone {
    fn drop(&mut self) {
        kubectl(&["delete", "namespace", PLACE, "--wait=false", "--ignore-not-found"]);
    }
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn a_stranger_finds_the_way() {
    namespace(PLACE);
    let gone = Gone;
    apply(GROUND_TEXT);
    kubectl(&["-n", PLACE, "rollout", "status", "deployment/web", "--timeout=90s"]);
    let ground = Ground {
        pod: "web-",
        said: "GET / 200",
        prompt: "/ #",
        deployment: "web",
        replicas: 2,
        route: "web",
        backends: ["web", "web-canary"],
        shares: [90, 10],
    };
    walk(Terminal::start(&kubeconfig(), &["-n", PLACE]), &ground);
    drop(gone);
}
