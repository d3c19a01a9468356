# shellcheck shell=bash disable=SC2034,SC2154  # variables are shared with `cluster`, which sources this file
# The second stage: real programs that only some live tests need. They are built when the tests of the first stage have
# passed, so that a slow build never keeps those from running.

# In the order in which they are built: the quick ones first.
SECOND=(landscape prometheus podman helm3 helm4 argocd)
# The modules of the live tests that need them.
TESTED=(landscape prometheus podman helm argocd)

needs() { if [ "$1" = helm ]; then echo helm3 helm4; else echo "$1"; fi; }
version() {
  case $1 in
  helm3) pinned helm helm.sh/helm/v3 ;;
  helm4) pinned helm helm.sh/helm/v4 ;;
  argocd) pinned argocd github.com/argoproj/argo-cd/v3 ;;
  prometheus) cat "$BIN/.prometheus" ;;   # Debian's, whichever it has
  esac 2>/dev/null
}
commands() { local c; for c in "$@"; do command -v "$c" >/dev/null || return 1; done; }
has() { # NAME: of a program, or of a module of tests
  local name
  for name in $(needs "$1"); do
    case $name in
    landscape) "$HERE/landscape.sh" has && continue || return 1 ;;   # definitions, no program
    podman) commands podman runc catatonit && continue || return 1 ;;   # where the cache is kept, the machine may be another
    argocd) commands redis-check-rdb git || return 1 ;;
    esac
    [ -x "$BIN/$name" ] && [ -s "$BIN/.$name" ] && [ "$(cat "$BIN/.$name")" = "$(version "$name")" ] || return 1
  done
}
# Past this moment (seconds since 1970) no build is begun.
late() { [ -n "${SPYHOP_BUILD_UNTIL:-}" ] && [ "$EPOCHSECONDS" -ge "$SPYHOP_BUILD_UNTIL" ]; }
build_second() { # [NAME...]: what is missing; the status tells whether everything is there
  local name missing=0
  [ $# -gt 0 ] || set -- "${SECOND[@]}"
  for name in "$@"; do
    ! has "$name" || continue
    if late; then say "$name is missing, and no build is begun this late"; missing=1; continue; fi
    # A process of its own: where a status is looked at, a function would go on after its first failure.
    if ! "$HERE/cluster" build "$name" || ! has "$name"; then say "$name could not be built"; missing=1; fi
  done
  return $missing
}
build_landscape() { "$HERE/landscape.sh" build; }
build_prometheus() {   # unpacked, because an installed one is started as a service, on all addresses
  local dir=$HOME_DIR/deb
  say "fetching prometheus"
  rm -rf "$dir"; mkdir -p "$dir" "$BIN"
  (
    cd "$dir" || exit
    fetch() { apt-get download -qq -o APT::Sandbox::User=root prometheus 2>/dev/null; }
    fetch || { apt-get update -qq; fetch; }
    dpkg-deb -x prometheus_*.deb .
  )
  mv -f "$dir"/usr/bin/{prometheus,promtool} "$BIN/"
  dpkg-deb -f "$dir"/prometheus_*.deb Version >"$BIN/.prometheus"
  rm -rf "$dir"
}
build_podman() { packages podman runc catatonit busybox-static python3; }   # catatonit: what a pod of it keeps running
# Both from one module, so that they share what they are built of.
build_helm3() { build_one helm helm3 helm.sh/helm/v3/cmd/helm "$(version helm3)" "-X helm.sh/helm/v3/internal/version.version=v$(version helm3)"; }
build_helm4() { build_one helm helm4 helm.sh/helm/v4/cmd/helm "$(version helm4)" "-X helm.sh/helm/v4/internal/version.version=v$(version helm4)"; }
build_argocd() {
  local v p=github.com/argoproj/argo-cd/v3
  v=$(version argocd)
  packages redis-tools git   # redis-tools holds the server too, under another name, and starts nothing
  (
    module argocd
    crds=$(module_dir $p)/manifests/crds
    for f in "$crds"/*-crd.yaml; do echo ---; cat "$f"; done >"$HOME_DIR/argocd.yaml"
  )
  build_one argocd argocd $p/cmd "$v" "-X $p/common.version=$v"
}

# ---- Prometheus: a pod of the real node, because the API server's proxy reaches services only where a pod answers.
# The program and its libraries are mounted from this machine: an image of them would be copied three times.
start_prometheus() {
  local file mounts='' volumes='' i=0 dir=$RUN/prometheus
  has prometheus || fail "prometheus is missing: cluster build prometheus"
  mkdir -p "$dir/data"
  fill prometheus.yaml; mv "$RUN/prometheus.yaml" "$dir/"; cp "$HERE/prometheus-rules.yaml" "$dir/"
  kubectl get nodes -l type=kwok -o name | awk -F/ -v a="$IP:10247" 'BEGIN { printf "[" }
    { printf "%s{\"targets\":[\"%s\"],\"labels\":{\"node\":\"%s\",\"__metrics_path__\":\"/metrics/nodes/%s/metrics/resource\"}}", (NR > 1 ? "," : ""), a, $2, $2 }
    END { print "]" }' >"$dir/nodes.new"
  mv "$dir/nodes.new" "$dir/nodes.json"   # it may be read at any moment
  for file in "$BIN/prometheus" "$dir" "$PKI" $(ldd "$BIN/prometheus" | grep -o '/[^ ]*'); do
    volumes+="{name: v$i, hostPath: {path: $file}}, " mounts+="{name: v$((i++)), mountPath: $file}, "
  done
  kubectl apply -f - >/dev/null <<Y
apiVersion: v1
kind: Namespace
metadata: {name: monitoring}
---
apiVersion: v1
kind: Service
metadata: {name: prometheus-server, namespace: monitoring, labels: &labels {app.kubernetes.io/name: prometheus, app.kubernetes.io/component: server}}
spec: {selector: *labels, ports: [{name: http, port: 80, targetPort: 9090}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: prometheus-server, namespace: monitoring, labels: &labels {app.kubernetes.io/name: prometheus, app.kubernetes.io/component: server}}
spec:
  replicas: 1
  strategy: {type: Recreate}
  selector: {matchLabels: *labels}
  template:
    metadata: {labels: *labels, annotations: {rig/configuration: "$(cat "$dir"/*.yaml | cksum | cut -d' ' -f1)"}}
    spec:
      nodeSelector: {kubernetes.io/hostname: rig-real}
      terminationGracePeriodSeconds: 1
      volumes: [$volumes]
      containers:
      - name: prometheus
        image: rig.local/busybox:1
        imagePullPolicy: Never
        command: [$BIN/prometheus, --config.file=$dir/prometheus.yaml, --storage.tsdb.path=$dir/data, --storage.tsdb.retention.time=6h, --log.level=warn]
        ports: [{name: http, containerPort: 9090}]
        readinessProbe: {httpGet: {path: /-/ready, port: 9090}, periodSeconds: 1}
        volumeMounts: [$mounts]
Y
  kubectl rollout status -n monitoring deployment/prometheus-server --timeout=90s >/dev/null
  local end=$((SECONDS + 90))
  until prometheus_measures; do
    [ $SECONDS -lt $end ] || fail "prometheus has measured nothing after 90 s"
    sleep .2
  done
}
# A rate needs two scrapes; the metrics server, which tests compare with it, measures in its own time.
prometheus_measures() {
  local query='rate(container_cpu_usage_seconds_total{pod=~"prometheus-server-.*"}[1m])'
  curl -fsG "$(prometheus_url)/api/v1/query" --data-urlencode "query=$query" 2>/dev/null | grep -q '"value"' || return 1
  ! alive metrics || kubectl get --raw /apis/metrics.k8s.io/v1beta1/namespaces/monitoring/pods 2>/dev/null | grep -q prometheus-server
}
prometheus_url() { echo "http://$(kubectl get pods -n monitoring -l app.kubernetes.io/name=prometheus -o 'jsonpath={.items[0].status.podIP}'):9090"; }

# ---- Podman: its service on a socket of its own, with the image that the nodes have
PODMAN=(podman --root "$RUN/podman/root" --runroot "$RUN/podman/run" --tmpdir "$RUN/podman/tmp" --storage-driver vfs)
export CONTAINERS_CONF=$RUN/containers.conf
start_podman() {
  has podman || fail "podman is missing: cluster build podman"
  mkdir -p "$RUN/podman"
  # crun and a higher limit of open files both need more than this machine may allow.
  cat >"$RUN/containers.conf" <<C
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
netns = "none"
log_driver = "k8s-file"
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
C
  launch podman "${PODMAN[@]}" system service --time 0 "unix://$RUN/podman.sock"
  ready podman curl -fs --unix-socket "$RUN/podman.sock" http://localhost/_ping
  busybox_image
  "${PODMAN[@]}" image exists rig.local/busybox:1 || "${PODMAN[@]}" load --quiet --input "$RUN/busybox.tar" >/dev/null
}
remove_podman() {
  [ -d "$RUN/podman" ] && commands podman || return 0
  "${PODMAN[@]}" pod rm --all --force --time 0 >/dev/null 2>&1 || true
  "${PODMAN[@]}" rm --all --force --time 0 >/dev/null 2>&1 || true
}

# ---- Argo CD: the application controller, and what it needs to read a repository
REDIS_PORT=$((PORT + 30)) REPO_PORT=$((PORT + 31))
# Redis looks at the name by which it is called.
start_argo-redis() {
  mkdir -p "$RUN/argocd"
  ln -sf "$(command -v redis-check-rdb)" "$RUN/argocd/redis-server"
  launch argo-redis "$RUN/argocd/redis-server" --bind 127.0.0.1 --port "$REDIS_PORT" --save '' --appendonly no --dir "$RUN/argocd" --set-proc-title no
  ready argo-redis redis-cli -p "$REDIS_PORT" ping
}
# Its role is that of the name in the environment. It finds helm and git on the PATH and keeps all files below one folder.
argo() { # NAME ROLE FLAG...
  local name=$1 role=$2; shift 2
  launch "$name" env ARGOCD_BINARY_NAME="$role" KUBECONFIG="$PKI/argocd.kubeconfig" ARGOCD_FAKE_IN_CLUSTER=true ARGOCD_GPG_ENABLED=false HOME="$RUN/argocd" \
    TMPDIR="$RUN/argocd/tmp" ARGOCD_ASK_PASS_SOCK="$RUN/argocd/ask-pass.sock" ARGOCD_TLS_DATA_PATH="$RUN/argocd/tls" ARGOCD_SSH_DATA_PATH="$RUN/argocd/ssh" \
    ARGOCD_PLUGINSOCKFILEPATH="$RUN/argocd/plugins" PATH="$RUN/argocd/bin:$PATH" "$BIN/argocd" --loglevel warn --redis "127.0.0.1:$REDIS_PORT" "$@"
}
start_argo-repo() {
  mkdir -p "$RUN"/argocd/{bin,tmp,tls,ssh,plugins}
  [ ! -x "$BIN/helm3" ] || ln -sf "$BIN/helm3" "$RUN/argocd/bin/helm"
  argo argo-repo argocd-repo-server --address 127.0.0.1 --port "$REPO_PORT" --metrics-address 127.0.0.1 --metrics-port $((PORT + 32)) --disable-tls
  ready argo-repo curl -fs "http://127.0.0.1:$((PORT + 32))/healthz"
}
# Its metrics are the one thing here that listens on all addresses: it has no flag for that.
start_argo-controller() {
  argo argo-controller argocd-application-controller --namespace argocd --kubeconfig "$PKI/argocd.kubeconfig" --repo-server "127.0.0.1:$REPO_PORT" --repo-server-plaintext \
    --metrics-port $((PORT + 33)) --app-resync 20 --app-resync-jitter 0 --status-processors 4 --operation-processors 4
  ready argo-controller curl -fs "http://127.0.0.1:$((PORT + 33))/healthz"
}
start_argocd() {
  has argocd || fail "argocd is missing: cluster build argocd"
  # Server-side, since the definition of ApplicationSets is too large for the annotation of the other way.
  kubectl apply --server-side --force-conflicts -f "$HOME_DIR/argocd.yaml" >/dev/null
  # Not by `kubectl wait`: that fails on a definition that has no conditions yet.
  local i; for ((i = 0; i < 100; i++)); do api /apis/argoproj.io/v1alpha1/appprojects >/dev/null 2>&1 && break; sleep .1; done
  kubectl apply -f "$HERE/argocd/base.yaml" >/dev/null
  # As in a cluster of its own: what the controller writes is not taken for what an administrator does.
  local token; token=$(kubectl create token -n argocd argocd-application-controller --duration=48h)
  sed "s#client-certificate-data:.*#token: \"$token\"}}]#" "$PKI/admin.kubeconfig" >"$PKI/argocd.kubeconfig"
  start_argo-redis; start_argo-repo; start_argo-controller
}
